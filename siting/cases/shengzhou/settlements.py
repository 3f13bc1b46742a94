"""Where townships end, and where villages and their hamlets lie: synthetic, by the invented relief."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from scipy import sparse
from scipy.optimize import linear_sum_assignment
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from siting.cases.shengzhou import geography, town_plan
from siting.cases.shengzhou.curves import chaikin, polygons_of, smooth, union
from siting.cases.shengzhou.facts import Facts, Township, Village, plane
from siting.cases.shengzhou.shortest import from_each
from siting.cases.shengzhou.terrain import Terrain
from siting.cases.shengzhou.town_plan import km
from siting.impedance import BoolArray, FloatArray, IntArray

UPLAND, LOWLAND = "岭山坑岗坞岙岩潭培砩昆竹白", "江溪渡桥浦坂洋湖塘埠坎坪田沙"


@dataclass(frozen=True)
class Hamlet:
    """A natural village: a group of houses; the first of each village is its seat."""

    village: Village
    number: int
    xy: tuple[float, float]
    weight: float  # its share of the village's people
    relief: float  # 0 plain .. 1 mountain

    @property
    def label(self) -> str:
        """梅坑村 for the seat, 梅坑村 3组 for a group."""
        return self.village.name if self.number == 0 else f"{self.village.name} {self.number + 1}组"


@dataclass(frozen=True)
class Areas:
    """Built-up polygons in metres."""

    core: BaseGeometry
    development: BaseGeometry
    new_town: BaseGeometry
    towns: dict[str, BaseGeometry]  # township code -> built-up area of its seat

    @property
    def urban(self) -> BaseGeometry:
        """The three urban zones together."""
        return union([self.core, self.development, self.new_town])


def areas(facts: Facts, terrain: Terrain, rng: np.random.Generator) -> Areas:
    """The urban zones as drawn, and a blob of streets around each other township seat."""
    inside = facts.outline.buffer(-80)

    def drawn(points: tuple[geography.Pair, ...]) -> BaseGeometry:
        ring = chaikin(np.vstack([km(points), km(points[:1])]), 2)
        return Polygon(ring).buffer(0).intersection(inside)

    core = drawn(town_plan.URBAN_CORE)
    development = drawn(town_plan.DEVELOPMENT_ZONE).difference(core)
    new_town = drawn(town_plan.HSR_NEW_TOWN).difference(core)
    development = max(polygons_of(development), key=lambda p: p.area)
    new_town = max(polygons_of(new_town), key=lambda p: p.area)
    wet = terrain.barrier.buffer(35)
    towns: dict[str, BaseGeometry] = {}
    for township in facts.townships:
        radius = geography.TOWN_RADIUS_KM.get(township.code)
        if radius is None:
            continue
        turn = np.linspace(0, 2 * np.pi, 14, endpoint=False)
        reach = radius * 1000 * rng.uniform(0.72, 1.22, 14)
        middle = shapely.get_coordinates(
            shapely.shortest_line(facts.outline.buffer(-420), shapely.points(township.xy))
        )[0]
        ring = middle + np.column_stack([np.cos(turn), np.sin(turn)]) * reach[:, None]
        blob = Polygon(smooth(np.vstack([ring, ring[:1]]))).buffer(0).intersection(inside).difference(wet)
        towns[township.code] = min(polygons_of(blob), key=lambda p: p.distance(shapely.Point(township.xy)))
    return Areas(core, development, new_town, towns)


def territories(facts: Facts, terrain: Terrain) -> IntArray:
    """(cells,) index of the township of each cell, -1 outside: nearest seat over the relief, areas as known."""
    grid = terrain.grid
    start, end, length = grid.arcs(terrain.inside)
    near = length < 1.6 * 125
    start, end, length = start[near], end[near], length[near]
    wet = grid.inside(terrain.barrier)
    climb = np.abs(terrain.height_m[start] - terrain.height_m[end]) / length
    weight = (
        length * (1 + 6 * np.minimum(climb, 0.5) + 5.0 * (wet[start] | wet[end])) * (0.8 + 0.4 * terrain.rough[start])
    )
    graph = sparse.coo_matrix((np.round(weight, 2), (start, end)), shape=(grid.size, grid.size)).tocsr()
    seats = grid.cell(np.array([t.xy for t in facts.townships]))
    cells = np.flatnonzero(terrain.inside)
    seats = np.array([cells[np.argmin(np.hypot(*(grid.centre(cells) - grid.centre(s)).T))] for s in seats])
    far = from_each(graph, seats)[:, cells]
    known = np.array([t.area_km2 or geography.ASSUMED_AREA_KM2[t.code] for t in facts.townships])
    wanted = known / known.sum() * len(cells)
    offset = np.zeros(len(seats))
    for _ in range(160):
        owner = np.argmin(far + offset[:, None], axis=0)
        have = np.bincount(owner, minlength=len(seats))
        offset += np.round(2500 * (have - wanted) / wanted * 0.12, 3)
        offset = np.clip(offset, -9000, 9000)
    result = np.full(grid.size, -1, dtype=np.int64)
    result[cells] = np.where(np.isfinite(far.min(axis=0)), owner, -1)
    return result


def place(
    facts: Facts,
    terrain: Terrain,
    built: Areas,
    territory: IntArray,
    lines: BaseGeometry,
    reachable: BoolArray,
    rng: np.random.Generator,
) -> list[Hamlet]:
    """Positions of the villages outside the urban zones and the seats, with their hamlets.

    Communities, and villages that carry their town's name, are part of the streets and placed with them, except
    former seats. `lines` are motorways and railway, kept clear; `reachable` cells can be joined to the roads.
    """
    grid = terrain.grid
    centre = grid.centre(np.arange(grid.size))
    closed = union([built.urban.buffer(120), terrain.barrier.buffer(110), lines.buffer(150)])
    closed = union([closed, *(town.buffer(150) for town in built.towns.values())])
    free = reachable & ~grid.inside(closed) & grid.inside(facts.outline.buffer(-260)) & (terrain.uphill < 0.22)
    channel = (terrain.gathered_km2 >= 0.9).reshape(grid.rows, grid.columns)
    near_channel = _spread(channel, 2).ravel()
    fit = np.exp(-terrain.uphill / 0.045) * np.where(near_channel, 1.0, 0.22 + 0.5 * (terrain.relief < 0.05))
    fit *= np.exp(-terrain.height_m / 420)
    hamlets: list[Hamlet] = []
    for index, township in enumerate(facts.townships):
        mine = [v for v in facts.villages if v.township == township.code]
        rural = [v for v in mine if not v.community]
        cells = np.flatnonzero(free & (territory == index))
        fixed = {
            v: grid.cell(plane(geography.FORMER_SEATS[v.official]))[0]
            for v in mine
            if v.official in geography.FORMER_SEATS
        }
        loose = [v for v in rural if not in_town(v, township)]
        chosen = _scatter(cells, centre, fit, len(loose), list(fixed.values()), rng)
        seats = dict(zip(_named(loose, chosen, terrain), chosen, strict=True)) | fixed
        spots = np.array(list(seats.values()), dtype=np.int64)
        for village, cell in seats.items():
            hamlets += _hamlets(village, int(cell), spots, free & (territory == index), centre, fit, terrain, rng)
    return hamlets


def _spread(mask: BoolArray, cells: int) -> BoolArray:
    wide = mask.copy()
    for _ in range(cells):
        grown = wide.copy()
        grown[1:] |= wide[:-1]
        grown[:-1] |= wide[1:]
        grown[:, 1:] |= wide[:, :-1]
        grown[:, :-1] |= wide[:, 1:]
        wide = grown
    return wide


def _scatter(
    cells: IntArray, centre: FloatArray, fit: FloatArray, count: int, taken: list[int], rng: np.random.Generator
) -> IntArray:
    """`count` cells drawn by fitness, far enough apart."""
    spacing = 0.78 * float(np.sqrt(len(cells) / max(count, 1))) * 125
    clear = np.full(len(cells), 4 * spacing)
    for cell in taken:
        clear = np.minimum(clear, np.hypot(*(centre[cells] - centre[cell]).T))
    chosen = []
    for _ in range(count):
        weight = np.round(fit[cells] * np.minimum(clear / spacing, 1.15) ** 6, 9)
        weight[clear < 450] = 0
        pick = int(np.searchsorted(np.cumsum(weight), rng.random() * weight.sum()))
        chosen.append(int(cells[pick]))
        clear = np.minimum(clear, np.hypot(*(centre[cells] - centre[cells[pick]]).T))
    return np.array(chosen, dtype=np.int64)


def _named(villages: list[Village], cells: IntArray, terrain: Terrain) -> list[Village]:
    """Villages in the order of the cells, so that names of hills lie high and names of water lie low."""
    if not villages:
        return []
    rank = np.argsort(np.argsort(terrain.height_m[cells], kind="stable"), kind="stable") / max(len(cells) - 1, 1)
    like = np.array([sum(c in UPLAND for c in v.name) - sum(c in LOWLAND for c in v.name) for v in villages])
    rows, columns = linear_sum_assignment(np.round((rank[:, None] - 0.5) * -np.clip(like, -1, 1)[None, :], 6))
    return [villages[j] for j in columns[np.argsort(rows, kind="stable")]]


def in_town(village: Village, township: Township) -> bool:
    """Whether a unit is part of the built-up seat rather than of the country."""
    if village.official in geography.FORMER_SEATS:
        return False
    return village.community or (township.code in geography.TOWN_RADIUS_KM and village.name.startswith(township.short))


def _hamlets(
    village: Village,
    seat: int,
    seats: IntArray,
    free: BoolArray,
    centre: FloatArray,
    fit: FloatArray,
    terrain: Terrain,
    rng: np.random.Generator,
) -> list[Hamlet]:
    """The seat and 1 to 5 further hamlets nearby, nearer to this seat than to another."""
    relief = float(terrain.relief[seat])
    count = int(rng.integers(2, 5)) + (rng.random() < 0.45) - (rng.random() < 0.12)
    middle = centre[seat]
    reach = np.hypot(*(centre - middle).T)
    cells = np.flatnonzero(free & (reach < 1500 + 500 * relief) & (reach > 380))
    if len(seats) > 1:
        others = centre[seats[seats != seat]]
        nearest = np.min(
            np.hypot(centre[cells][:, None, 0] - others[:, 0], centre[cells][:, None, 1] - others[:, 1]), axis=1
        )
        cells = cells[reach[cells] < nearest]
    clear = np.full(len(cells), 1e9)
    spots = [seat]
    for _ in range(count):
        weight = np.where(clear > 380, fit[cells] * np.exp(-reach[cells] / 900), 0.0)
        if not len(cells) or weight.sum() < 1e-9:
            break
        pick = int(np.searchsorted(np.cumsum(weight), rng.random() * weight.sum()))
        spots.append(int(cells[min(pick, len(cells) - 1)]))
        clear = np.minimum(clear, np.hypot(*(centre[cells] - centre[spots[-1]]).T))
    share = np.concatenate([[rng.uniform(1.6, 2.8)], rng.uniform(0.35, 1.0, len(spots) - 1)])
    share = np.round(share / share.sum(), 4)
    return [
        Hamlet(village, k, (round(float(centre[s][0]), 1), round(float(centre[s][1]), 1)), float(w), relief)
        for k, (s, w) in enumerate(zip(spots, share, strict=True))
    ]


def moved(hamlet: Hamlet, xy: FloatArray) -> Hamlet:
    """The hamlet at another place."""
    return replace(hamlet, xy=(round(float(xy[0]), 1), round(float(xy[1]), 1)))
