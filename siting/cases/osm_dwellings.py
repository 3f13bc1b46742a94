"""Residential buildings and their floor area, as far as OpenStreetMap tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from siting.cases.osm_objects import OsmObjects, Shapes
from siting.impedance import BoolArray, FloatArray

# Storeys where `building:levels` is not tagged and the file tags too few buildings of the type to tell.
LEVELS: Mapping[str, float] = {
    "apartments": 5, "residential": 3, "dormitory": 4, "terrace": 2, "house": 2, "detached": 2, "villa": 2,
    "semidetached_house": 2, "farm": 2, "bungalow": 1, "cabin": 1, "yes": 2,
}  # fmt: skip
ENOUGH_LEVELS = 20  # with as many tagged buildings of a type, their median counts instead
MOST_LEVELS = 120.0
# A building of unknown type counts as residential unless one of these holds.
USE_KEYS = (
    "amenity", "shop", "office", "tourism", "leisure", "industrial", "healthcare", "man_made", "craft", "aeroway",
    "railway", "military", "public_transport", "historic", "power", "emergency", "religion", "sport",
)  # fmt: skip
OTHER_GROUND: Mapping[str, tuple[str, ...]] = {
    "landuse": (
        "industrial", "commercial", "retail", "military", "railway", "cemetery", "quarry", "landfill", "port", "depot",
        "allotments", "garages", "religious", "education", "institutional", "greenhouse_horticulture", "construction",
    ),
    "amenity": (
        "school", "kindergarten", "university", "college", "hospital", "clinic", "parking", "place_of_worship",
        "social_facility", "nursing_home", "prison", "bus_station", "townhall", "public_building", "grave_yard",
    ),
    "leisure": ("stadium", "sports_centre", "pitch", "marina", "water_park", "track"),
}  # fmt: skip
SMALLEST_M2, LARGEST_M2 = 25.0, 3000.0  # footprint of a building of unknown type: sheds and halls are left out
NODE_FOOTPRINT_M2 = 100.0  # of a residential building that is mapped as a point


@dataclass(frozen=True, eq=False)
class Dwellings:
    """Residential buildings.

    Attributes:
        xy: (b, 2) metres, a point inside each.
        footprint_m2, floor_m2: (b,).
        counts: what was taken for what, by reason.
        levels_used: storeys taken for each type where they are not tagged.
    """

    xy: FloatArray
    footprint_m2: FloatArray
    floor_m2: FloatArray
    counts: Mapping[str, int]
    levels_used: Mapping[str, float]

    def within(self, outline: BaseGeometry) -> Dwellings:
        """Those inside the outline (metres); the counts stay those of the whole file."""
        shapely.prepare(outline)
        inside = shapely.contains_xy(outline, self.xy[:, 0], self.xy[:, 1])
        return Dwellings(
            self.xy[inside], self.footprint_m2[inside], self.floor_m2[inside], self.counts, self.levels_used
        )


def find_dwellings(objects: OsmObjects) -> Dwellings:
    """Residential buildings with their floor area: footprint times storeys."""
    kind = objects.tag("building")
    use = objects.tag("building:use")
    typed = (np.isin(kind, [name for name in LEVELS if name != "yes"])) | ((kind == "yes") & (use == "residential"))
    open_type = (kind == "yes") & ~typed & (np.isin(use, ["", "yes"])) & objects.is_area
    area = np.asarray(shapely.area(objects.shape), dtype=np.float64)
    used = np.zeros(len(objects), dtype=bool)
    for key in USE_KEYS:
        used |= ~np.isin(objects.tag(key), ["", "no"])
    inside = np.zeros(len(objects), dtype=bool)
    index = np.flatnonzero(open_type)
    inside[index] = on_ground(shapely.point_on_surface(objects.shape[index]), other_ground(objects))
    size = (area < SMALLEST_M2) | (area > LARGEST_M2)
    chosen = typed | (open_type & ~used & ~inside & ~size)

    home = objects.where(chosen)
    footprint = np.where(home.is_area, shapely.area(home.shape), NODE_FOOTPRINT_M2)
    levels, levels_used, tagged = _levels(home)
    counts = {
        "buildings": int((kind != "").sum()),
        "typed": int(typed.sum()),
        "untyped": int((chosen & ~typed).sum()),
        "other_use": int((open_type & used).sum()),
        "other_ground": int((open_type & ~used & inside).sum()),
        "other_size": int((open_type & ~used & ~inside & size).sum()),
        "dwellings": len(home),
        "levels_tagged": tagged,
        "points": int((~home.is_area).sum()),
    }
    xy = shapely.get_coordinates(shapely.point_on_surface(home.shape)).reshape(-1, 2)
    return Dwellings(xy, footprint, footprint * levels, counts, levels_used)


def other_ground(objects: OsmObjects) -> Shapes:
    """Polygons of ground that nobody lives on."""
    mask = np.zeros(len(objects), dtype=bool)
    for key, values in OTHER_GROUND.items():
        mask |= np.isin(objects.tag(key), values)
    return objects.where(mask & objects.is_area & (objects.tag("building") == "")).shape


def on_ground(points: Shapes, ground: Shapes) -> BoolArray:
    """(n,) points that lie within one of the polygons."""
    mask = np.zeros(len(points), dtype=bool)
    if len(points) and len(ground):
        mask[shapely.STRtree(ground).query(points, predicate="within")[0]] = True
    return mask


def _levels(home: OsmObjects) -> tuple[FloatArray, dict[str, float], int]:
    """(b,) storeys, those taken by type where untagged, and how many are tagged."""
    levels = np.array([_parse_levels(text) for text in home.tag("building:levels").tolist()], dtype=np.float64)
    known = ~np.isnan(levels)
    kind = home.tag("building")
    used: dict[str, float] = {}
    for name in sorted(set(kind[~known].tolist())):
        tagged = levels[known & (kind == name)]
        used[name] = float(np.median(tagged)) if tagged.size >= ENOUGH_LEVELS else LEVELS[name]
        levels[~known & (kind == name)] = used[name]
    return levels, used, int(known.sum())


def _parse_levels(text: str) -> float:
    """Storeys of a tag such as `5`, `2.5` or `3;4` (the most); NaN when it is none or implausible."""
    values = []
    for part in text.replace(",", ".").split(";"):
        try:
            values.append(float(part))
        except ValueError:
            continue
    most = max(values, default=float("nan"))
    return most if 0 < most <= MOST_LEVELS else float("nan")
