"""How many people live where: from residential buildings, else from streets and place nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import shapely
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from siting.cases.osm_dwellings import Dwellings
from siting.cases.osm_objects import lonlat_to_metres
from siting.cases.osm_places import LOCALITIES, SETTLEMENT_KIND, Places
from siting.errors import fail
from siting.impedance import BoolArray, FloatArray, IntArray
from siting.network import RoadGraph

FLOOR_M2_PER_PERSON = 40.0  # about the mean of the 2020 census of China (41.8 m2 a head)
PLACE_PEOPLE: Mapping[str, float] = {
    "city": 50_000, "town": 8_000, "village": 800, "hamlet": 80, "suburb": 8_000, "borough": 20_000,
    "quarter": 4_000, "neighbourhood": 2_000,
}  # fmt: skip
PLACE_REACH_M: Mapping[str, float] = {
    "city": 3000, "town": 1500, "village": 600, "hamlet": 300, "suburb": 1000, "borough": 2000, "quarter": 700,
    "neighbourhood": 500,
}  # fmt: skip
# Streets that houses stand on, and how much a metre counts: unclassified roads also run where nobody lives.
STREETS: Mapping[str, float] = {"residential": 1.0, "living_street": 1.0, "pedestrian": 1.0, "unclassified": 0.5}

WHOLE = 0.8  # a place's population tag above this share of the stated total is that of the whole area

FEWEST_BUILDINGS = 50
# Buildings are mapped unevenly when footprint per metre of residential street differs by more between localities
# (90th to 10th percentile). Measured: 2.5 in well-mapped Monaco, 33 in Liechtenstein of 2013, where sharing out by
# floor area would put a third of the people into the wrong commune, by streets an eighth.
UNEVEN = 6.0
LEAST_STREET_M = 1000.0  # of a locality that takes part in that comparison
PIECE_M = 100.0
CELLS_M = (100.0, 150.0, 200.0, 300.0, 500.0, 750.0, 1000.0)
MOST_POINTS = 4000

Basis = Literal["buildings", "streets", "places"]


@dataclass(frozen=True, eq=False)
class DemandPoints:
    """Where people are.

    Attributes:
        xy: (d, 2) metres.
        people: (d,) persons.
        basis: `buildings` throughout; `streets` when buildings are mapped too unevenly to share people out
            among localities; `places` when there are too few of them.
        cell_m: size of the cells.
        unmapped: settlements with no mapped home or street near them, given the people of their tag or type.
        by_streets: localities more than half of whose people are spread over streets, for want of buildings.
        untagged_places: places whose people come from `PLACE_PEOPLE`, their tag missing or that of the whole area.
        unevenness: ratio of the 90th to the 10th percentile of footprint per metre of street.
    """

    xy: FloatArray
    people: FloatArray
    basis: Basis
    cell_m: float
    by_streets: tuple[str, ...] = ()
    untagged_places: int = 0
    unmapped: tuple[str, ...] = ()
    unevenness: float = field(default=float("nan"))


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
    home = dwellings if outline is None else dwellings.within(outline)
    streets = _streets(graph, crs, outline)
    units = places.of_kinds(LOCALITIES)
    if outline is not None and units.size:
        shapely.prepare(outline)
        units = units[shapely.contains_xy(outline, places.xy[units, 0], places.xy[units, 1])]
    if len(home.xy) < FEWEST_BUILDINGS:
        if units.size == 0:
            fail(
                f"文件里既没有足够的住宅建筑（{len(home.xy)} 栋），也没有地名点，无法估计人口分布",
                f"the file has neither enough residential buildings ({len(home.xy)}) nor place nodes: where people "
                "live cannot be estimated",
                remedy_zh="请换用含建筑或地名的提取文件，或自行编写 demand.csv",
                remedy_en="use an extract with buildings or places, or write demand.csv yourself",
                file=file,
            )
        return _from_places(places, units, streets, population=population)
    return _from_buildings(home, places, units, streets, population=population)


@dataclass(frozen=True, eq=False)
class _Streets:
    """Pieces of streets: middles (m, 2), metres (m,) as they count, and which are residential (m,)."""

    xy: FloatArray
    counted_m: FloatArray
    residential: BoolArray


def _from_buildings(
    home: Dwellings, places: Places, units: IntArray, streets: _Streets, *, population: float | None
) -> DemandPoints:
    estimate = float(home.floor_m2.sum()) / FLOOR_M2_PER_PERSON
    main = population if population is not None else estimate
    xy, weight, basis, unevenness = home.xy, home.floor_m2, "buildings", float("nan")
    by_streets: tuple[str, ...] = ()
    if units.size >= 2:
        n = units.size
        of_home, of_street = _nearest(places.xy[units], home.xy), _nearest(places.xy[units], streets.xy)
        footprint = _sums(of_home, home.footprint_m2, n)
        floor = _sums(of_home, home.floor_m2, n)
        length = _sums(of_street, streets.counted_m, n)
        proper = _sums(of_street, streets.counted_m * streets.residential, n)
        unevenness, typical = _compare(footprint, proper)
        if unevenness > UNEVEN:
            basis = "streets"
            # A locality without streets counts for as many metres as its footprint stands for.
            share = np.where(length > 0, length, footprint / typical)
            full = np.clip(footprint / np.maximum(typical * length, 1e-9), 0.0, 1.0)
            by_home = share * np.where(floor > 0, full, 0.0)
            by_street = share - by_home
            xy = np.concatenate([home.xy, streets.xy])
            weight = np.concatenate(
                [
                    home.floor_m2 * (by_home / np.where(floor > 0, floor, 1.0))[of_home],
                    streets.counted_m * (by_street / np.where(length > 0, length, 1.0))[of_street],
                ]
            )
            by_streets = tuple(places.name[units[k]] for k in np.flatnonzero(by_street > by_home))
    people = weight / weight.sum() * main
    bare = _bare(places, units, xy[weight > 0])
    xy = np.concatenate([xy, places.xy[bare]])
    people = np.concatenate([people, _stated(places, bare, population)])
    return _gather(
        xy,
        people if population is None else people / people.sum() * population,
        basis="streets" if basis == "streets" else "buildings",
        by_streets=by_streets,
        unmapped=tuple(places.name[k] for k in bare),
        unevenness=unevenness,
    )


def _compare(footprint: FloatArray, street_m: FloatArray) -> tuple[float, float]:
    """How unevenly buildings are mapped, and the median footprint per metre of street; (1, 1) for want of streets."""
    compared = street_m >= LEAST_STREET_M
    if compared.sum() < 2:
        return 1.0, 1.0
    low, median, high = np.percentile(footprint[compared] / street_m[compared], [10, 50, 90])
    return float(high / low) if low > 0 else float("inf"), max(float(median), 1e-9)


def _bare(places: Places, units: IntArray, xy: FloatArray) -> IntArray:
    """Settlements that nobody lives near: their homes and streets are not mapped, which must not make them vanish."""
    settled = units[[places.kind[k] in SETTLEMENT_KIND for k in units]] if units.size else units
    if settled.size == 0:
        return settled
    reach = np.array([PLACE_REACH_M[places.kind[k]] for k in settled])
    far = cKDTree(xy).query(places.xy[settled])[0] > reach
    return np.asarray(settled[far], dtype=np.int64)


def _stated(places: Places, index: IntArray, population: float | None) -> FloatArray:
    """People of places by their tags, else by type.

    A city's node often bears the number of its whole county: a tag near the stated population or above is left aside.
    """
    default = np.array([PLACE_PEOPLE[places.kind[k]] for k in index], dtype=np.float64)
    tagged = places.population[index]
    whole = tagged > (np.inf if population is None or index.size < 2 else WHOLE * population)
    return np.where(np.isnan(tagged) | whole, default, tagged)


def _from_places(places: Places, units: IntArray, streets: _Streets, *, population: float | None) -> DemandPoints:
    people = _stated(places, units, population)
    of_street = _nearest(places.xy[units], streets.xy)
    reach = np.array([PLACE_REACH_M[places.kind[k]] for k in units], dtype=np.float64)
    near = np.hypot(*(streets.xy - places.xy[units][of_street]).T) <= reach[of_street]
    of_street, counted_m = of_street[near], streets.counted_m[near]
    length = _sums(of_street, counted_m, units.size)
    bare = length <= 0
    xy = np.concatenate([streets.xy[near], places.xy[units][bare]])
    spread = np.concatenate([people[of_street] * counted_m / length[of_street], people[bare]])
    return _gather(
        xy,
        spread if population is None else spread / spread.sum() * population,
        basis="places",
        by_streets=tuple(places.name[units[k]] for k in np.flatnonzero(~bare)),
        untagged_places=int((people != places.population[units]).sum()),
    )


def _gather(
    xy: FloatArray,
    people: FloatArray,
    *,
    basis: Basis,
    by_streets: tuple[str, ...],
    untagged_places: int = 0,
    unmapped: tuple[str, ...] = (),
    unevenness: float = float("nan"),
) -> DemandPoints:
    """Cells of the smallest size that keeps the points few. Each stands at its member nearest to its centre of
    weight, so that no point lies in a river."""
    xy, people = xy[people > 0], people[people > 0]
    for cell_m in CELLS_M:
        cell = np.unique(np.floor(xy / cell_m).astype(np.int64), axis=0, return_inverse=True)[1].reshape(-1)
        count = int(cell.max()) + 1
        if count <= MOST_POINTS:
            break
    total = _sums(cell, people, count)
    centre = np.column_stack([_sums(cell, people * xy[:, k], count) / total for k in (0, 1)])
    order = np.lexsort((xy[:, 1], xy[:, 0], np.hypot(*(xy - centre[cell]).T).round(6), cell))
    first = order[np.unique(cell[order], return_index=True)[1]]
    return DemandPoints(xy[first], total, basis, cell_m, by_streets, untagged_places, unmapped, unevenness)


def _streets(graph: RoadGraph, crs: str, outline: BaseGeometry | None) -> _Streets:
    """Streets that houses stand on, in pieces of at most about 100 m."""
    names = np.array(graph.class_names, dtype=np.str_)
    classes = names[graph.class_code]
    edges = np.flatnonzero(np.isin(classes, list(STREETS)) & graph.kerbside & graph.walk_main)
    index, owner = graph.points_of(edges)
    xy = lonlat_to_metres(graph.point_lon[index], graph.point_lat[index], crs)
    same = owner[1:] == owner[:-1]
    start, end, edge = xy[:-1][same], xy[1:][same], edges[owner[:-1][same]]
    length = np.hypot(*(end - start).T)
    parts = np.maximum(np.ceil(length / PIECE_M).astype(np.int64), 1)
    piece = np.repeat(np.arange(len(length)), parts)
    step = np.arange(piece.size) - np.repeat(np.cumsum(parts) - parts, parts)
    middle = start[piece] + ((step + 0.5) / parts[piece])[:, None] * (end - start)[piece]
    counts = np.array([STREETS.get(name, 0.0) for name in names], dtype=np.float64)[graph.class_code[edge]]
    streets = _Streets(middle, (length * counts / parts)[piece], (counts == 1.0)[piece])
    if outline is None:
        return streets
    shapely.prepare(outline)
    inside = shapely.contains_xy(outline, middle[:, 0], middle[:, 1])
    return _Streets(middle[inside], streets.counted_m[inside], streets.residential[inside])


def _sums(group: IntArray, values: FloatArray, count: int) -> FloatArray:
    """(count,) totals of the values by group."""
    return np.asarray(np.bincount(group, values, count), dtype=np.float64)


def _nearest(targets: FloatArray, xy: FloatArray) -> IntArray:
    if len(xy) == 0:
        return np.zeros(0, dtype=np.int64)
    return np.asarray(cKDTree(targets).query(xy)[1], dtype=np.int64)
