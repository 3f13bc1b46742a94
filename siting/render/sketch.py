"""A small map for the printed report: lines and dots as SVG path data, no library, no script.

It shows where the new facilities lie and who is within the standard; the interactive map is another page.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siting.render.columns import clean
from siting.results import GONE, RunResult, ServiceResult

WIDTH = 920.0
MARGIN = 12.0
TOLERANCE = 0.6  # drawing units that a line may be off by
MAIN_ROADS = ("motorway", "trunk", "primary", "secondary")
SMALL_ROADS = ("tertiary", "unclassified", "residential", "living_street", "pedestrian")
LABELLED_PLACES = ("city", "town", "suburb")
RIVERS = ("river", "canal")
Extent = tuple[float, float, float, float]  # west, south, east, north in degrees
BAR_KM = (0.2, 0.5, 1, 2, 5, 10, 20, 50)


@dataclass(frozen=True)
class Mark:
    """A facility or a name at a place of the drawing."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Base:
    """What all of a run's sketches share. Paths are SVG path data; the drawing is `width` x `height` units."""

    width: float
    height: float
    land: str
    border: str
    zones: str
    zone_edges: str
    water: str
    rivers: str
    rail: str
    roads: str
    streets: str
    names: tuple[Mark, ...]
    bar_km: float
    bar_units: float
    frame: _Frame

    def holds(self, places: np.ndarray) -> np.ndarray:
        """Which of the (n, 2) drawing units lie on the drawing."""
        far = np.array([self.width, self.height]) - MARGIN
        return np.asarray((places >= MARGIN - 0.5).all(axis=1) & (places <= far + 0.5).all(axis=1))


@dataclass(frozen=True)
class Dots:
    """One service: dots of demand points by coverage, and its facilities."""

    covered: str
    gained: str
    uncovered: str
    lost: str
    existing: tuple[Mark, ...]
    new: tuple[Mark, ...]
    gone: tuple[Mark, ...]


@dataclass(frozen=True)
class _Frame:
    """Longitude and latitude to drawing units, true to scale at the middle of the place."""

    west: float
    north: float
    per_degree_x: float
    per_degree_y: float

    def place(self, lonlat: np.ndarray) -> np.ndarray:
        """(n, 2) degrees to (n, 2) drawing units, y downwards."""
        x = (lonlat[:, 0] - self.west) * self.per_degree_x + MARGIN
        y = (self.north - lonlat[:, 1]) * self.per_degree_y + MARGIN
        return np.column_stack([x, y])


def whole_extent(result: RunResult) -> Extent:
    """The outline with all points of the case."""
    case = result.case
    frames = [case.demand, *(s.sites for s in result.services)]
    extents = [_extent(frame) for frame in frames if len(frame)]
    if case.outline is not None:
        extents.append(case.outline.total_bounds)
    return _around(np.array(extents))


def dense_extent(result: RunResult) -> Extent | None:
    """The towns' part of a place, where it is worth a larger drawing: the urban demand points, when they hold two new
    facilities or more and take less than half of the place's width and height. None elsewhere.
    """  # fmt: skip
    kinds = result.case.zones["kind"].reindex(result.case.demand["zone"]).to_numpy(dtype=object)
    urban = result.case.demand[kinds == "urban"]
    if urban.empty:
        return None
    west, south, east, north = whole_extent(result)
    part = _around(np.array([_extent(urban)]), margin=0.05)
    if part[2] - part[0] > (east - west) / 2 or part[3] - part[1] > (north - south) / 2:
        return None
    inside = [s.new_sites["lon"].between(part[0], part[2]) & s.new_sites["lat"].between(part[1], part[3])
              for s in result.services]  # fmt: skip
    return part if max(int(found.sum()) for found in inside) >= 2 else None


def make_base(result: RunResult, extent: Extent, *, small_roads: bool = False) -> Base:
    """The shared part of the sketches: outline, zones, water, rail, roads, names of towns."""
    case = result.case
    west, south, east, north = extent
    slim = math.cos(math.radians((south + north) / 2))
    span = max((east - west) * slim, (north - south) / 1.1, 1e-4)
    per_degree_y = (WIDTH - 2 * MARGIN) / span
    frame = _Frame(west, north, per_degree_y * slim, per_degree_y)
    width, height = frame.place(np.array([[east, south]]))[0] + MARGIN
    box = shapely.box(west, south, east, north)
    main = result.roads["highway"].isin(MAIN_ROADS)
    minor = result.roads["highway"].isin(SMALL_ROADS)
    streets = result.roads[minor] if small_roads or not main.any() else result.roads[:0]
    areas = result.water[result.water.geom_type.isin(["Polygon", "MultiPolygon"])]
    lines = result.water[result.water.geom_type.isin(["LineString", "MultiLineString"])]
    rivers = lines[lines["kind"].isin(RIVERS)] if "kind" in lines.columns else lines
    outline = [] if case.outline is None else list(case.outline.geometry)
    zones = [] if case.zone_shapes is None else list(case.zone_shapes.geometry)
    bar_km, bar_units = _bar(per_degree_y)
    return Base(
        width=round(float(width), 1),
        height=round(float(height), 1),
        land=_path(outline, frame, box),
        border=_path([shape.boundary for shape in outline], frame, box),
        zones=_path(zones, frame, box),
        zone_edges=_path([shape.boundary for shape in zones], frame, box),
        water=_path(list(areas.geometry), frame, box),
        rivers=_path(list(rivers.geometry), frame, box),
        rail=_path(list(result.rail.geometry), frame, box),
        roads=_path(list(result.roads[main].geometry), frame, box),
        streets=_path(list(streets.geometry), frame, box),
        names=_names(result.places, frame, box),
        bar_km=bar_km,
        bar_units=bar_units,
        frame=frame,
    )


def make_dots(service: ServiceResult, base: Base, numbers: dict[str, int]) -> Dots:
    """One service's layer; `numbers` are those of the table of new facilities, by site id."""
    demand = service.demand[service.demand["demand_persons"] > 0]
    before = demand["covered_before"].to_numpy(dtype=bool)
    after = demand["covered_after"].to_numpy(dtype=bool)
    places = base.frame.place(demand[["lon", "lat"]].to_numpy(dtype=np.float64))
    shown = base.holds(places)
    sites = service.sites
    spots = base.frame.place(sites[["lon", "lat"]].to_numpy(dtype=np.float64))

    def marks(*status: str) -> tuple[Mark, ...]:
        chosen = np.flatnonzero(sites["status"].isin(status).to_numpy(dtype=bool) & base.holds(spots))
        ids = sites["id"].to_numpy(dtype=object)
        return tuple(
            Mark(round(float(spots[k, 0]), 1), round(float(spots[k, 1]), 1), str(numbers.get(ids[k], "")))
            for k in chosen
        )

    return Dots(
        covered=_dots(places[shown & before & after]),
        gained=_dots(places[shown & ~before & after]),
        uncovered=_dots(places[shown & ~before & ~after]),
        lost=_dots(places[shown & before & ~after]),
        existing=marks("existing"),
        new=marks("new"),
        gone=marks(*GONE),
    )


def _extent(points: pd.DataFrame) -> list[float]:
    lon, lat = points["lon"].to_numpy(dtype=np.float64), points["lat"].to_numpy(dtype=np.float64)
    return [lon.min(), lat.min(), lon.max(), lat.max()]


def _around(extents: np.ndarray, margin: float = 0.0) -> Extent:
    """What holds all extents (n, 4), wider on each side by that share of it."""
    west, south = extents[:, :2].min(axis=0)
    east, north = extents[:, 2:].max(axis=0)
    dx, dy = margin * (east - west), margin * (north - south)
    return float(west - dx), float(south - dy), float(east + dx), float(north + dy)


def _path(shapes: Sequence[shapely.Geometry], frame: _Frame, box: shapely.Polygon) -> str:
    """Lines and outlines of polygons inside `box`, thinned to what can be seen."""
    if not len(shapes):
        return ""
    drawn = shapely.transform(shapely.intersection(np.asarray(shapes, dtype=object), box), frame.place)
    thin = shapely.simplify(drawn, TOLERANCE)
    parts = shapely.get_parts(shapely.get_parts(thin))
    polygons = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    lines = parts[
        np.isin(shapely.get_type_id(parts), [shapely.GeometryType.LINESTRING, shapely.GeometryType.LINEARRING])
    ]
    lines = np.concatenate([lines, shapely.get_rings(polygons)])
    lines = lines[shapely.length(lines) > 2 * TOLERANCE]
    coordinates, owner = shapely.get_coordinates(lines, return_index=True)
    if not len(coordinates):
        return ""
    first = np.append(True, owner[1:] != owner[:-1])
    letters = np.where(first, "M", "L")
    return "".join(f"{c}{x:.1f} {y:.1f}" for c, (x, y) in zip(letters, coordinates.tolist(), strict=True))


def _dots(places: np.ndarray) -> str:
    """A line of no length at each place: drawn with a round cap it is a dot, at a few characters each."""
    return "".join(f"M{x:.1f} {y:.1f}h0" for x, y in places.tolist())


def _names(places: gpd.GeoDataFrame, frame: _Frame, box: shapely.Polygon) -> tuple[Mark, ...]:
    kind = "kind" if "kind" in places.columns else "place"
    if places.empty or kind not in places.columns:
        return ()
    shown = places[places[kind].isin(LABELLED_PLACES) & places.geometry.within(box)]
    spots = frame.place(shapely.get_coordinates(shapely.point_on_surface(shown.geometry.to_numpy())))
    names = [clean(name) for name in shown["name"].fillna("")]
    return tuple(
        Mark(round(float(x), 1), round(float(y), 1), name[:12])
        for (x, y), name in zip(spots, names, strict=True)
        if name
    )


def _bar(units_per_degree: float) -> tuple[float, float]:
    """The longest round distance that takes at most a fifth of the width: km, units."""
    per_km = units_per_degree / 111.2
    fitting = [km for km in BAR_KM if km * per_km <= WIDTH / 5]
    km = fitting[-1] if fitting else BAR_KM[0]
    return km, round(km * per_km, 1)
