"""The printed map's base: land, green, water, zones, roads by class, railways, the outline; names are placed later."""

from __future__ import annotations

import math
from functools import lru_cache

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from matplotlib.colors import to_rgb
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from numpy.typing import NDArray

from siting.render.map_base import DRAWN_AS, has_woods
from siting.render.map_style import Road, Style
from siting.render.print_map.ground import Ground
from siting.render.print_map.look import style as map_style
from siting.render.print_map.paper import Paper
from siting.render.views import Base, Place

CSS_PX_MM = 25.4 / 96
EQUATOR_MM_PER_PX = 156_543_034.0  # of a web map at zoom 0
LEAST_GREEN_MM2, LEAST_WATER_MM2 = 0.8, 0.1
MOST_OF_LAND = 0.5
HEAVY = 150_000  # corners above which a PDF holds a picture in place of the lines
WIDER_THAN_WEB = 0.72  # paper shows finer lines than a screen does


def draw_base(paper: Paper, ground: Ground, place: Place, base: Base) -> set[str]:
    """Draw the base into the ground's window.

    Returns:
        What of it is there: keys of `[legend]` of `maps/labels.toml`.
    """
    style = map_style()
    look, window = style.base, ground.window
    seen: set[str] = set()
    outline = _shapes(place.outline)
    paper.box(window, fill=look.outside if len(outline) else look.land)
    paper.add(filled(ground.shapes(outline), look.land, order=0.1), window)
    green, water, rivers, streams, rail = _waters(base, ground)
    for key, shapes, colour, order in (("green", green, look.green, 0.2), ("water", water, look.water, 0.4)):
        if len(shapes):
            paper.add(filled(shapes, colour, order=order), window)
            seen.add("parks" if key == "green" and not has_woods(base) else key)
    seen |= _zones(paper, ground, place, style)
    for lines, width in ((streams, 0.35), (rivers, 1.3)):
        if len(lines):
            paper.add(stroked(lines, look.waterway, width, order=0.45), window)
            seen.add("water")
    seen |= _roads(paper, ground, base, style)
    if len(rail):
        paper.add(stroked(rail, look.rail, 1.3, order=1.6), window)
        paper.add(stroked(rail, "#ffffff", 0.7, order=1.61, dashes=(3.0, 3.0)), window)
        seen.add("railway")
    if len(outline):
        edges = shapely.boundary(ground.shapes(outline))
        paper.add(stroked(edges, look.outline, 1.2, order=1.8, dashes=(7.0, 2.0, 1.2, 2.0)), window)
        seen.add("outline")
    return seen


def zone_colours(place: Place) -> dict[str, str]:
    """The colour of every zone that is drawn: those with a shape, but for one that is most of the land."""
    if place.zone_shapes is None or not len(place.zone_shapes):
        return {}
    colours = map_style().zone.colours
    area = shapely.area(place.zone_shapes.geometry.to_numpy())
    share = pd.Series(area, index=place.zone_shapes["id"].astype(str)).groupby(level=0).sum() / area.sum()
    drawn = set(share.index[share <= MOST_OF_LAND])
    return {str(key): colours[k % len(colours)] for k, key in enumerate(place.zones.index) if str(key) in drawn}


def mixed(colour: str, share: float) -> str:
    """The colour on white, as much of it as the share says."""
    return "#" + "".join(f"{round(255 * (1 - share * (1 - part))):02x}" for part in to_rgb(colour))


def filled(
    shapes: NDArray[np.object_], colour: str, *, order: float, edge: str = "none", width_pt: float = 0.0,
    alpha: float | None = None, hatch: str | None = None,
) -> list[PathPatch]:  # fmt: skip
    """Polygons with their holes, of one look, as one path; nothing for none."""
    parts = shapely.get_parts(shapely.get_parts(shapes))
    polygons = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    path = _path(shapely.get_rings(shapely.orient_polygons(polygons)), closed=True)
    if path is None:
        return []
    drawn = PathPatch(
        path, facecolor=colour, edgecolor=edge, linewidth=width_pt, alpha=alpha, hatch=hatch, zorder=order
    )
    drawn.set_rasterized(int(shapely.get_num_coordinates(polygons).sum()) > HEAVY)
    return [drawn]


def stroked(
    shapes: NDArray[np.object_], colour: str, width_pt: float, *, order: float,
    dashes: tuple[float, ...] | None = None, alpha: float | None = None,
) -> list[PathPatch]:  # fmt: skip
    """Lines of one look as one path; nothing for none."""
    lines = _lines(shapes)
    path = _path(lines, closed=False)
    if path is None:
        return []
    style = "solid" if dashes is None else (0.0, tuple(dash / width_pt for dash in dashes))
    drawn = PathPatch(
        path, fill=False, edgecolor=colour, linewidth=width_pt, linestyle=style, alpha=alpha, zorder=order,
        capstyle="butt" if dashes else "round", joinstyle="round",
    )  # fmt: skip
    drawn.set_rasterized(int(shapely.get_num_coordinates(lines).sum()) > HEAVY)
    return [drawn]


def _path(lines: NDArray[np.object_], *, closed: bool) -> Path | None:
    """All lines or rings as one path."""
    if not len(lines):
        return None
    corners, owner = shapely.get_coordinates(lines, return_index=True)
    codes = np.full(len(corners), Path.LINETO, dtype=np.uint8)
    codes[np.append(True, owner[1:] != owner[:-1])] = Path.MOVETO
    if closed:
        codes[np.append(owner[1:] != owner[:-1], True)] = Path.CLOSEPOLY
    return Path(corners, codes)


def _shapes(frame: gpd.GeoDataFrame | None) -> NDArray[np.object_]:
    if frame is None or not len(frame):
        return np.zeros(0, dtype=object)
    shapes = np.asarray(frame.geometry.to_numpy(), dtype=object)
    return np.asarray(shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))], dtype=object)


@lru_cache(maxsize=4)
def _waters(base: Base, ground: Ground) -> tuple[NDArray[np.object_], ...]:
    """Green, water, rivers, streams, railways on the paper; the sheets of a run share them."""
    kind = base.water["kind"].astype(str).to_numpy() if "kind" in base.water.columns else np.full(len(base.water), "")
    wide = np.isin(kind, ("river", "canal"))
    every = [ground.shapes(_shapes(frame)) for frame in (base.green, base.water, base.water[wide], base.water[~wide])]
    green, water, rivers, streams = every
    water = water[shapely.area(water) >= LEAST_WATER_MM2]
    rail = ground.shapes(_shapes(base.rail))
    return green[shapely.area(green) >= LEAST_GREEN_MM2], water, _lines(rivers), _lines(streams), _joined(rail)


def _lines(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    parts = shapely.get_parts(shapely.get_parts(shapes))
    return np.asarray(parts[np.isin(shapely.get_type_id(parts), (1, 2))], dtype=object)


def _joined(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Lines that meet as one, so that dashes and joins run on."""
    parts = _lines(shapes)
    if not len(parts):
        return parts
    return np.array([shapely.line_merge(shapely.multilinestrings(parts))], dtype=object)


def _zones(paper: Paper, ground: Ground, place: Place, style: Style) -> set[str]:
    colours = zone_colours(place)
    if place.zone_shapes is None:
        return set()
    seen = set()
    for key, colour in colours.items():
        own = ground.shapes(_shapes(place.zone_shapes[place.zone_shapes["id"].astype(str) == key]))
        if len(own):
            paper.add(filled(own, colour, order=0.3, alpha=style.zone.tint), ground.window)
            edges = shapely.boundary(own)
            paper.add(stroked(edges, colour, 0.8, order=1.7, dashes=(4.0, 1.6), alpha=0.8), ground.window)
            seen.add(f"zone {key}")
    return seen


def zoom_of(denominator: float, latitude: float) -> float:
    """The zoom at which a web map has the scale 1:denominator on a screen of 96 dots to the inch."""
    px_at_0 = EQUATOR_MM_PER_PX * math.cos(math.radians(latitude)) / CSS_PX_MM
    return math.log2(px_at_0 / denominator)


def road_width_pt(road: Road, zoom: float) -> float:
    """Width on paper of a class of road, between the widths that the style gives by zoom."""
    zooms = sorted(road.width, key=int)
    px = float(np.interp(zoom, [float(z) for z in zooms], [road.width[z] for z in zooms]))
    return px * 0.75 * WIDER_THAN_WEB


@lru_cache(maxsize=4)
def _roads_of(base: Base, ground: Ground, classes: tuple[str, ...]) -> dict[str, NDArray[np.object_]]:
    if "highway" not in base.roads.columns:
        return {}
    highway = base.roads["highway"].astype(str).to_numpy()
    shapes = base.roads.geometry.to_numpy()
    lines = {
        name: ground.shapes(np.asarray(shapes[np.isin(highway, DRAWN_AS[name])], dtype=object)) for name in classes
    }
    return {name: _joined(found) for name, found in lines.items() if len(found)}


def _roads(paper: Paper, ground: Ground, base: Base, style: Style) -> set[str]:
    """Casings below all fills; the highest class uppermost."""
    zoom = zoom_of(ground.denominator, ground.middle_degrees[1])
    drawn = tuple(name for name, road in style.roads.items() if name in DRAWN_AS and road.from_zoom <= zoom + 0.5)
    roads = _roads_of(base, ground, drawn)
    for k, (name, lines) in enumerate(reversed(roads.items())):
        road = style.roads[name]
        width = road_width_pt(road, zoom)
        if road.casing:
            paper.add(stroked(lines, road.casing, width + 0.55, order=1.0 + 0.02 * k), ground.window)
        paper.add(stroked(lines, road.fill, width, order=1.3 + 0.02 * k), ground.window)
    seen = {"motorway"} & set(roads)
    return seen | ({"main_road"} if {"trunk", "primary", "secondary"} & set(roads) else set())
