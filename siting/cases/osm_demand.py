"""How many people live where: from residential buildings, else from streets and place nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from siting.cases.osm_objects import OsmObjects, Shapes, lonlat_to_metres
from siting.cases.osm_places import LOCALITIES, Places
from siting.errors import fail
from siting.impedance import BoolArray, FloatArray, IntArray
from siting.network import RoadGraph

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

FLOOR_M2_PER_PERSON = 40.0  # about the mean of the 2020 census of China (41.8 m2 a head)
PLACE_PEOPLE: Mapping[str, float] = {
    "city": 50_000, "town": 8_000, "village": 800, "hamlet": 80, "suburb": 8_000, "borough": 20_000,
    "quarter": 4_000, "neighbourhood": 2_000,
}  # fmt: skip
PLACE_REACH_M: Mapping[str, float] = {
    "city": 3000, "town": 1500, "village": 600, "hamlet": 300, "suburb": 1000, "borough": 2000, "quarter": 700,
    "neighbourhood": 500,
}  # fmt: skip
STREETS = ("residential", "living_street", "unclassified", "pedestrian")

FEWEST_BUILDINGS = 50
UNEVEN = 6.0  # buildings are mapped unevenly when footprint per metre of street differs by more between localities
LEAST_STREET_M = 1000.0  # of a locality that takes part in that comparison
CELLS_M = (100.0, 150.0, 200.0, 300.0, 500.0, 750.0, 1000.0)
MOST_POINTS = 6000

Basis = Literal["buildings", "streets", "places"]


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


@dataclass(frozen=True, eq=False)
class DemandPoints:
    """Where people are.

    Attributes:
        xy: (d, 2) metres.
        people: (d,) persons.
        basis: `buildings` throughout; `streets` when buildings are mapped too unevenly to share people out
            among localities; `places` when there are too few of them.
        cell_m: size of the cells.
        by_streets: localities more than half of whose people are spread over streets, for want of buildings.
        untagged_places: places whose people come from `PLACE_PEOPLE`.
        unevenness: ratio of the 90th to the 10th percentile of footprint per metre of street.
    """

    xy: FloatArray
    people: FloatArray
    basis: Basis
    cell_m: float
    by_streets: tuple[str, ...] = ()
    untagged_places: int = 0
    unevenness: float = field(default=float("nan"))


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


def spread_people(
    dwellings: Dwellings,
    places: Places,
    graph: RoadGraph,
    *,
    crs: str,
    outline: BaseGeometry | None,
    population: float | None,
    file: str,
) -> DemandPoints:
    """Demand points: people in cells of the ground, scaled to `population`.

    Buildings alone are used when they are mapped evenly. Where they are not, as in most of rural OSM, people
    are shared out among localities (nearest place node) by the length of their streets. Within a locality that has
    as much footprint per metre of street as the median they follow floor area; in one that has a share w of that,
    w of its people do and the others follow its streets. With next to no buildings, people are shared out among
    places by their population tags, else by `PLACE_PEOPLE`.

    Args:
        dwellings: residential buildings.
        places: place nodes.
        graph: the roads.
        crs: the metres of all coordinates.
        outline: in metres; nobody outside counts.
        population: people in all; estimated from floor area or places when None.
        file: for messages.

    Raises:
        InputError: when the file has neither residential buildings nor named places.
    """
    home = dwellings
    if outline is not None:
        home = _home_within(home, outline)
    streets, street_m = _streets(graph, crs, outline)
    units = places.of_kinds(LOCALITIES)
    if outline is not None and units.size:
        shapely.prepare(outline)
        units = units[shapely.contains_xy(outline, places.xy[units, 0], places.xy[units, 1])]
    if len(home.xy) < FEWEST_BUILDINGS:
        if units.size == 0:
            fail(
                f"文件里既没有足够的住宅建筑({len(home.xy)} 栋),也没有地名点,无法估计人口分布",
                f"the file has neither enough residential buildings ({len(home.xy)}) nor place nodes: where people "
                "live cannot be estimated",
                remedy_zh="请换用含建筑或地名的提取文件,或自行编写 demand.csv",
                remedy_en="use an extract with buildings or places, or write demand.csv yourself",
                file=file,
            )
        return _from_places(places, units, streets, street_m, population=population)
    if units.size < 2:
        return _gather(home.xy, home.floor_m2, population, "buildings")
    return _from_buildings(home, places, units, streets, street_m, population=population)


def _from_buildings(
    home: Dwellings,
    places: Places,
    units: IntArray,
    streets: FloatArray,
    street_m: FloatArray,
    *,
    population: float | None,
) -> DemandPoints:
    n = units.size
    of_home, of_street = _nearest(places.xy[units], home.xy), _nearest(places.xy[units], streets)
    footprint = np.bincount(of_home, home.footprint_m2, n)
    floor = np.bincount(of_home, home.floor_m2, n)
    length = np.bincount(of_street, street_m, n)
    compared = length >= LEAST_STREET_M
    density = footprint[compared] / length[compared]
    low, median, high = np.percentile(density, [10, 50, 90]) if compared.sum() >= 3 else (1.0, 1.0, 1.0)
    unevenness = float(high / low) if low > 0 else float("inf")
    if unevenness <= UNEVEN:
        points = _gather(home.xy, home.floor_m2, population, "buildings")
        return DemandPoints(points.xy, points.people, "buildings", points.cell_m, unevenness=unevenness)
    typical = float(np.median(footprint[compared] / length[compared])) if median <= 0 else float(median)
    share = np.maximum(length, np.where(length > 0, 0.0, footprint / max(typical, 1e-9)))
    full = np.clip(footprint / np.maximum(typical * length, 1e-9), 0.0, 1.0)  # how completely it is mapped
    by_home = share * np.where(floor > 0, np.where(length > 0, full, 1.0), 0.0)
    by_street = share - by_home
    xy = np.concatenate([home.xy, streets])
    weight = np.concatenate(
        [
            home.floor_m2 * (by_home / np.where(floor > 0, floor, 1.0))[of_home],
            street_m * (by_street / np.where(length > 0, length, 1.0))[of_street],
        ]
    )
    total = population if population is not None else float(home.floor_m2.sum()) / FLOOR_M2_PER_PERSON
    points = _gather(xy, weight, total, "streets")
    names = tuple(places.name[units[k]] for k in np.flatnonzero(by_street > by_home))
    return DemandPoints(points.xy, points.people, "streets", points.cell_m, names, unevenness=unevenness)


def _from_places(
    places: Places, units: IntArray, streets: FloatArray, street_m: FloatArray, *, population: float | None
) -> DemandPoints:
    tagged = places.population[units]
    default = np.array([PLACE_PEOPLE[places.kind[k]] for k in units], dtype=np.float64)
    people = np.where(np.isnan(tagged), default, tagged)
    of_street = _nearest(places.xy[units], streets)
    reach = np.array([PLACE_REACH_M[places.kind[k]] for k in units], dtype=np.float64)
    far = np.hypot(*(streets - places.xy[units][of_street]).T) > reach[of_street]
    of_street, streets, street_m = of_street[~far], streets[~far], street_m[~far]
    length = np.bincount(of_street, street_m, units.size)
    bare = length <= 0
    xy = np.concatenate([streets, places.xy[units][bare]])
    weight = np.concatenate([people[of_street] * street_m / length[of_street], people[bare]])
    total = population if population is not None else float(people.sum())
    points = _gather(xy, weight, total, "places")
    names = tuple(places.name[units[k]] for k in np.flatnonzero(~bare))
    return DemandPoints(points.xy, points.people, "places", points.cell_m, names, int(np.isnan(tagged).sum()))


def _gather(xy: FloatArray, weight: FloatArray, population: float | None, basis: Basis) -> DemandPoints:
    """Cells of the smallest size that keeps the points few; each stands at its member nearest to its centre of
    weight, so that no point lies in a river. Weights are floor areas when `population` is None."""
    xy, weight = xy[weight > 0], weight[weight > 0]
    for cell_m in CELLS_M:
        cell = np.unique(np.floor(xy / cell_m).astype(np.int64), axis=0, return_inverse=True)[1].reshape(-1)
        count = int(cell.max()) + 1
        if count <= MOST_POINTS:
            break
    total = np.bincount(cell, weight, count)
    centre = np.column_stack([np.bincount(cell, weight * xy[:, k], count) / total for k in (0, 1)])
    order = np.lexsort((xy[:, 1], xy[:, 0], np.hypot(*(xy - centre[cell]).T), cell))
    first = order[np.unique(cell[order], return_index=True)[1]]
    people = population if population is not None else float(weight.sum()) / FLOOR_M2_PER_PERSON
    return DemandPoints(xy[first], total / total.sum() * people, basis, cell_m)


def _streets(graph: RoadGraph, crs: str, outline: BaseGeometry | None) -> tuple[FloatArray, FloatArray]:
    """Middles (m, 2) and lengths (m,) of the pieces of streets that houses stand on, no piece over about 100 m."""
    names = np.array(graph.class_names, dtype=np.str_)
    edges = np.flatnonzero(np.isin(names[graph.class_code], STREETS) & graph.kerbside & graph.walk_main)
    index, owner = graph.points_of(edges)
    xy = lonlat_to_metres(graph.point_lon[index], graph.point_lat[index], crs)
    same = owner[1:] == owner[:-1]
    start, end = xy[:-1][same], xy[1:][same]
    length = np.hypot(*(end - start).T)
    parts = np.maximum(np.ceil(length / 100.0).astype(np.int64), 1)
    piece = np.repeat(np.arange(len(length)), parts)
    step = np.arange(piece.size) - np.repeat(np.cumsum(parts) - parts, parts)
    fraction = ((step + 0.5) / parts[piece])[:, None]
    middle = start[piece] + fraction * (end - start)[piece]
    part_m = (length / parts)[piece]
    if outline is not None:
        shapely.prepare(outline)
        inside = shapely.contains_xy(outline, middle[:, 0], middle[:, 1])
        middle, part_m = middle[inside], part_m[inside]
    return middle, part_m


def _home_within(home: Dwellings, outline: BaseGeometry) -> Dwellings:
    shapely.prepare(outline)
    inside: NDArray[np.bool_] = shapely.contains_xy(outline, home.xy[:, 0], home.xy[:, 1])
    return Dwellings(home.xy[inside], home.footprint_m2[inside], home.floor_m2[inside], home.counts, home.levels_used)


def _nearest(targets: FloatArray, xy: FloatArray) -> IntArray:
    if len(xy) == 0:
        return np.zeros(0, dtype=np.int64)
    return np.asarray(cKDTree(targets).query(xy)[1], dtype=np.int64)
