"""The map page's own base: outline, zones, water, green, railways, roads by class, place names."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from siting.render.encode import coded, encode_lines, encode_points, encode_polygons
from siting.render.map_style import Style
from siting.render.views import Base, Place

# OpenStreetMap's highway values by the class in which they are drawn; the classes in falling rank.
DRAWN_AS = {
    "motorway": ("motorway", "motorway_link"),
    "trunk": ("trunk", "trunk_link"),
    "primary": ("primary", "primary_link"),
    "secondary": ("secondary", "secondary_link"),
    "tertiary": ("tertiary", "tertiary_link"),
    "minor": ("unclassified", "residential", "living_street", "road", "busway"),
    "lane": ("service", "track", "pedestrian", "escape"),
    "path": ("footway", "path", "cycleway", "steps", "bridleway", "corridor"),
}
TOLERANCE_DEGREES = {"minor": 5e-5, "lane": 6e-5, "path": 8e-5}  # 1e-5 degrees are about a metre
FINE, COARSE = 3e-5, 1e-4
WOODS = ("wood", "forest", "scrub")  # kinds of green
LEAST_AREA = 2e-8  # square degrees: about 200 square metres
PLACE_RANK = {
    **dict.fromkeys(("city", "county", "municipality"), 0),
    **dict.fromkeys(("town", "borough"), 1),
    **dict.fromkeys(("suburb", "quarter"), 2),
    "village": 3,
    **dict.fromkeys(("neighbourhood", "hamlet", "locality", "isolated_dwelling"), 4),
}


def base_layers(place: Place, base: Base, style: Style) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The base as the page's script reads it, and notes (zh, en) on what was left out of it."""
    roads, notes = _roads(base.roads, style)
    outline = place.outline.geometry if place.outline is not None else []
    return {
        "outline": encode_polygons(outline, tolerance=FINE),
        "zones": _zones(place),
        "green": encode_polygons(_shapes(base.green), tolerance=COARSE, least_area=LEAST_AREA * 10),
        "woods": has_woods(base),
        "water": encode_polygons(_shapes(base.water), tolerance=FINE, least_area=LEAST_AREA),
        "rivers": _rivers(base.water),
        "rail": encode_lines(shapely.line_merge(_dissolved(_shapes(base.rail))), tolerance=FINE),
        "roads": roads,
        "places": _places(base.places),
        "stations": _stations(base.stations),
    }, notes


def has_woods(base: Base) -> bool:
    """Whether some of the green is woods, as the legend calls it."""
    return bool(np.isin(_column(base.green, "kind"), WOODS).any())


def bounds(place: Place, points: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """West, south, east, north of what the map should first show: the outline, else all points.

    Args:
        place: whose outline it may have.
        points: (n, 2) longitude and latitude in degrees.
    """
    if place.outline is not None and len(place.outline):
        west, south, east, north = place.outline.total_bounds.tolist()
        return west, south, east, north
    if not len(points):
        return 73.0, 18.0, 135.0, 54.0
    west, south = points.min(axis=0).tolist()
    east, north = points.max(axis=0).tolist()
    return west, south, east, north


def _shapes(frame: gpd.GeoDataFrame) -> NDArray[np.object_]:
    shapes = np.asarray(frame.geometry.to_numpy(), dtype=object) if len(frame) else np.zeros(0, dtype=object)
    kept: NDArray[np.object_] = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    return kept


def _dissolved(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """All lines as one multi-line, in an array of one; empty for none."""
    parts = shapely.get_parts(shapely.get_parts(shapes))
    parts = parts[np.isin(shapely.get_type_id(parts), (1, 2))]
    return np.array([shapely.multilinestrings(parts)], dtype=object) if len(parts) else parts


def _named_lines(frame: gpd.GeoDataFrame, tolerance: float) -> dict[str, Any] | None:
    """Lines joined through where the name stays the same; None when there are none."""
    labels = _column(frame, "name")
    shapes = np.asarray(frame.geometry.to_numpy(), dtype=object)
    order = np.argsort(labels, kind="stable")
    groups = np.split(order, np.flatnonzero(labels[order][1:] != labels[order][:-1]) + 1) if len(order) else []
    parts, names = [], []
    for group in groups:
        whole = _dissolved(shapes[group])
        if len(whole):
            merged = shapely.get_parts(shapely.line_merge(whole[0]))
            parts.append(merged)
            names += [labels[group[0]]] * len(merged)
    if not parts:
        return None
    return {**encode_lines(np.concatenate(parts), tolerance=tolerance), "names": coded(names)}


def _rivers(water: gpd.GeoDataFrame) -> dict[str, Any]:
    """Rivers and streams that are drawn as lines."""
    kind = _column(water, "kind")
    wide = np.isin(kind, ("river", "canal"))
    found = {"river": _named_lines(water[wide], FINE), "stream": _named_lines(water[~wide], FINE)}
    return {name: lines for name, lines in found.items() if lines is not None}


def _roads(roads: gpd.GeoDataFrame, style: Style) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    """Roads by class, the highest first; the lowest are left out where there are too many."""
    highway = _column(roads, "highway")
    layers: list[dict[str, Any]] = []
    points = 0
    for drawn, tags in DRAWN_AS.items():
        lines = _named_lines(roads[np.isin(highway, tags)], TOLERANCE_DEGREES.get(drawn, FINE))
        if lines is None:
            continue
        points += sum(lines["n"])
        if layers and points > style.limits.road_points:
            return layers, [
                (f"道路过多，底图未画 {drawn} 及以下等级", f"too many roads: {drawn} and below are not drawn")
            ]
        layers.append({"class": drawn, **lines})
    return layers, []


def _zones(place: Place) -> list[dict[str, Any]]:
    """Every zone with its name; those with a shape also with the shape and where its name goes."""
    shapes: dict[str, Any] = {}
    if place.zone_shapes is not None and len(place.zone_shapes):
        grouped = place.zone_shapes.dissolve(by="id")
        shapes = dict(zip(grouped.index, grouped.geometry, strict=True))
    rows = []
    for row in place.zones.itertuples():
        shape = shapes.get(str(row.id))
        entry: dict[str, Any] = {"id": row.id, "name": [row.name_zh, row.name_en], "kind": row.kind}
        if shape is not None and not shape.is_empty:
            entry |= {"shape": encode_polygons([shape], tolerance=FINE), "area": round(float(shape.area), 8)}
            largest = max(shapely.get_parts(shape), key=lambda part: part.area)
            if largest.area > shape.area / 2:  # a zone of many scattered parts has no one place for its name
                point = largest.representative_point()
                entry["at"] = encode_points([point.x], [point.y])
        rows.append(entry)
    return rows


def _places(places: gpd.GeoDataFrame) -> dict[str, Any]:
    """Places with a name, the important first."""
    rank = np.array([PLACE_RANK.get(word, -1) for word in _column(places, "kind")], dtype=np.int64)
    kept = np.flatnonzero((rank >= 0) & (_column(places, "name") != ""))
    kept = kept[np.argsort(rank[kept], kind="stable")]
    return {"rank": rank[kept].tolist(), **_named_points(places.iloc[kept])}


def _stations(stations: gpd.GeoDataFrame) -> dict[str, Any]:
    return _named_points(stations[_column(stations, "name") != ""])


def _named_points(frame: gpd.GeoDataFrame) -> dict[str, Any]:
    points = shapely.centroid(np.asarray(frame.geometry.to_numpy(), dtype=object))
    return {
        "c": encode_points(shapely.get_x(points), shapely.get_y(points)),
        "name": _column(frame, "name").tolist(),
        "name_en": _column(frame, "name_en").tolist(),
    }


def _column(frame: gpd.GeoDataFrame, name: str) -> NDArray[np.object_]:
    """A column of texts; empty texts where the frame has no such column or no value."""
    if name not in frame.columns:
        return np.full(len(frame), "", dtype=object)
    return np.asarray(frame[name].fillna("").astype(str), dtype=object)
