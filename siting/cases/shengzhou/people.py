"""Where people live, by age: synthetic below the township, exact in the county's census totals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.optimize import linprog
from shapely.geometry.base import BaseGeometry

from siting.cases.shengzhou import facts as known
from siting.cases.shengzhou import geography
from siting.cases.shengzhou.curves import union
from siting.cases.shengzhou.facts import Facts, Township, Village, degrees, plane
from siting.cases.shengzhou.roads import Road
from siting.cases.shengzhou.settlements import Areas, Hamlet, in_town
from siting.cases.shengzhou.streets import park_areas
from siting.cases.shengzhou.terrain import Terrain
from siting.cases.shengzhou.town_plan import OLD_TOWN, km
from siting.impedance import FloatArray, IntArray

AGES = ("age_0_2", "age_3_5", "age_6_11", "age_12_14", "age_15_59", "age_60_64", "age_65_79", "age_80_plus")
# Assumed splits inside the published bands: births fell before 2020; 80+ as in the nation's 65+.
UNDER_15_SPLIT = (0.165, 0.200, 0.415, 0.220)
OVER_80_OF_65 = 0.188
# Assumed persons per 1,000 by age column, before fitting to the totals.
PROFILES = {
    "core": (27, 32, 64, 31, 650, 62, 108, 26),
    "development": (30, 33, 56, 26, 680, 58, 95, 22),
    "new_town": (36, 37, 55, 23, 685, 54, 90, 20),
    "town": (20, 26, 52, 27, 600, 87, 150, 38),
    "plain": (13, 18, 36, 21, 555, 112, 194, 51),
    "mountain": (7, 10, 21, 14, 440, 148, 278, 82),
}


@dataclass(frozen=True)
class DemandPoint:
    """A cell of streets or a hamlet."""

    name: str
    xy: tuple[float, float]
    zone: str
    township: Township
    village: Village
    persons: float  # expected, before rounding
    profile: dict[str, float]


@dataclass(frozen=True)
class Unit:
    """A community or a village of a town, at the middle of its quarter."""

    village: Village
    xy: tuple[float, float]
    zone: str


def village_persons(facts: Facts, hamlets: list[Hamlet], rng: np.random.Generator) -> dict[str, float]:
    """Expected persons of each village outside the streets, by code; the rest of a township lives in its streets."""
    result: dict[str, float] = {}
    for township in facts.townships:
        seats = [h for h in hamlets if h.number == 0 and h.village.township == township.code]
        size = np.array(
            [
                (1.0 - 0.5 * min(1.6 * h.relief, 1)) * (2.6 if h.village.official in geography.FORMER_SEATS else 1)
                for h in seats
            ]
        ) * np.exp(rng.normal(0, 0.32, len(seats)))
        urban = township.code not in geography.TOWN_RADIUS_KM
        share = min(0.36, len(seats) * 1250 / township.persons) if urban else 0.70
        result |= dict(
            zip((h.village.code for h in seats), np.round(size / size.sum() * share * township.persons, 2), strict=True)
        )
    return result


def _cells(
    area: BaseGeometry, size_m: float, streets: shapely.STRtree, closed: BaseGeometry, rng: np.random.Generator
) -> FloatArray:
    """Middles of square cells that have a street and lie clear of water, parks and lines."""
    west, south, east, north = area.bounds
    x, y = np.meshgrid(np.arange(west, east, size_m) + size_m / 2, np.arange(south, north, size_m) + size_m / 2)
    points = np.column_stack([x.ravel(), y.ravel()])
    points = np.round(points + rng.uniform(-0.12, 0.12, points.shape) * size_m, 1)
    inner = area.buffer(-12).difference(closed)
    shapely.prepare(inner)
    points = points[shapely.contains_xy(inner, points[:, 0], points[:, 1])]
    near = streets.query(shapely.points(points), predicate="dwithin", distance=0.55 * size_m)[0]
    kept: FloatArray = points[np.unique(near)]
    return kept


def points(
    facts: Facts,
    terrain: Terrain,
    built: Areas,
    territory: IntArray,
    hamlets: list[Hamlet],
    rural: dict[str, float],
    roads: list[Road],
    lines: BaseGeometry,
    rng: np.random.Generator,
) -> tuple[list[DemandPoint], list[Unit]]:
    """All demand points with expected persons, and where the units of streets lie."""
    lanes = [
        r.line
        for r in roads
        if r.tags["highway"] in {"residential", "living_street", "tertiary", "unclassified", "service", "secondary"}
    ]
    streets = shapely.STRtree(lanes)
    closed = union([terrain.barrier.buffer(22), *park_areas(terrain).values(), lines.buffer(35)])
    old_town = km((OLD_TOWN,))[0]
    station = plane(known.STATION)[0]
    cells: list[tuple[FloatArray, str, str, FloatArray]] = []
    for zone, profile, area, size in (
        ("urban_core", "core", built.core, 122.0),
        ("development_zone", "development", built.development, 162.0),
        ("hsr_new_town", "new_town", built.new_town, 170.0),
    ):
        xy = _cells(area, size, streets, closed, rng)
        noise = np.exp(rng.normal(0, 0.45, len(xy)))
        if zone == "urban_core":
            weight = (0.35 + 1.4 * np.exp(-np.hypot(*(xy - old_town).T) / 1500)) * noise
        elif zone == "development_zone":
            weight = 0.30 * noise * np.where(rng.random(len(xy)) < 0.35, 0.15, 1.0)
        else:
            weight = 0.16 * noise * np.exp(-np.abs(np.hypot(*(xy - station).T) - 1600) / 1500) * 2
        cells.append((xy, zone, profile, np.round(weight * (size / 122.0) ** 2, 6)))
    for code, area in built.towns.items():
        size = 165.0 if area.area > 8e5 else 125.0
        xy = _cells(area, size, streets, closed, rng)
        township = next(t for t in facts.townships if t.code == code)
        weight = np.exp(-np.hypot(*(xy - np.asarray(township.xy)).T) / 500) + 0.25
        cells.append((xy, "towns", "town", np.round(weight * np.exp(rng.normal(0, 0.4, len(xy))), 6)))

    urban_index = [i for i, t in enumerate(facts.townships) if t.code not in geography.TOWN_RADIUS_KM]
    grid = terrain.grid
    rows: list[tuple[FloatArray, str, str, float, Township]] = []
    for (xy, zone, profile, weight), code in zip(cells, [""] * 3 + list(built.towns), strict=True):
        owner = territory[grid.cell(xy)]
        for k, point in enumerate(xy):
            index = int(owner[k])
            if code:
                township = next(t for t in facts.townships if t.code == code)
            elif index in urban_index:
                township = facts.townships[index]
            else:
                near = min(urban_index, key=lambda i: float(np.hypot(*(np.asarray(facts.townships[i].xy) - point))))
                township = facts.townships[near]
            rows.append((point, zone, profile, float(weight[k]), township))
    result: list[DemandPoint] = []
    units: list[Unit] = []
    for township in facts.townships:
        mine = [row for row in rows if row[4] is township]
        villages = [v for v in facts.villages if v.township == township.code and in_town(v, township)]
        total = township.persons - sum(rural.get(v.code, 0.0) for v in facts.villages if v.township == township.code)
        xy = np.array([row[0] for row in mine])
        anchors = _spaced(xy, np.array([row[3] for row in mine]), len(villages))
        order = _by_name(villages, xy[anchors])
        whose = np.argmin(np.hypot(xy[:, None, 0] - xy[anchors][:, 0], xy[:, None, 1] - xy[anchors][:, 1]), axis=1)
        scale = total / sum(row[3] for row in mine)
        counter = [0] * len(anchors)
        for row, k in zip(mine, whose, strict=True):
            village = order[int(k)]
            counter[int(k)] += 1
            result.append(
                DemandPoint(
                    f"{village.name} {counter[int(k)]}",
                    (float(row[0][0]), float(row[0][1])),
                    row[1],
                    township,
                    village,
                    row[3] * scale,
                    {row[2]: 1.0},
                )
            )
        for k, anchor in enumerate(anchors):
            units.append(Unit(order[k], (float(xy[anchor][0]), float(xy[anchor][1])), mine[anchor][1]))
    by_code = {t.code: t for t in facts.townships}
    for hamlet in hamlets:
        height = float(np.clip(2.2 * hamlet.relief, 0, 1))
        result.append(
            DemandPoint(
                hamlet.label,
                hamlet.xy,
                "villages",
                by_code[hamlet.village.township],
                hamlet.village,
                rural[hamlet.village.code] * hamlet.weight,
                {"plain": 1 - height, "mountain": height},
            )
        )
    return result, units


def _spaced(xy: FloatArray, weight: FloatArray, count: int) -> list[int]:
    """`count` points far from one another, denser where there is more weight."""
    if len(xy) < count:
        raise ValueError(f"{count} units but only {len(xy)} cells with streets: choose another seed")
    chosen = [int(np.argmax(weight))]
    clear = np.hypot(*(xy - xy[chosen[0]]).T)
    while len(chosen) < count:
        chosen.append(int(np.argmax(np.round(clear * np.sqrt(weight / weight.max() + 0.05), 3))))
        clear = np.minimum(clear, np.hypot(*(xy - xy[chosen[-1]]).T))
    return chosen


def _by_name(villages: list[Village], xy: FloatArray) -> list[Village]:
    """Units in the order of the places, those whose name tells a direction or a place put there."""
    targets = {
        "艇湖社区": (2.3, 2.6),
        "北郊社区": (0.2, 2.6),
        "江滨社区": (1.1, 0.3),
        "城隍坊社区": (-0.3, 0.6),
        "江南社区": (0.6, -1.2),
        "浦口社区": (5.2, 3.6),
        "浦口居委会": (4.5, 3.6),
        "月湖社区": (5.6, 5.0),
        "双塔社区": (5.5, 4.5),
        "仙湖社区": (-0.3, -1.9),
        "江悦社区": (0.2, -4.2),
        "芷湘社区": (-1.6, -4.9),
        "上塘社区": (0.9, -5.0),
        "丹桂社区": (0.5, -1.5),
        "茶坊居委会": (1.6, -1.3),
    }
    left, order = list(villages), [None] * len(villages)  # type: list[Village], list[Village | None]
    free = list(range(len(xy)))
    for village in villages:
        if village.official in targets:
            goal = km((targets[village.official],))[0]
            best = min(free, key=lambda k: float(np.hypot(*(xy[k] - goal))))
            order[best] = village
            free.remove(best)
            left.remove(village)
    for k, village in zip(free, left, strict=True):
        order[k] = village
    return [v for v in order if v is not None]


def by_age(demand: list[DemandPoint], facts: Facts, rng: np.random.Generator) -> IntArray:
    """(points, 8) whole persons: census totals by band and township totals hold exactly.

    Expected numbers come from iterative proportional fitting of the assumed profiles; whole numbers from a
    controlled rounding of township by age, then from largest remainders inside each township.
    """
    profile = {name: np.array(values, dtype=np.float64) for name, values in PROFILES.items()}
    start = np.array([sum(share * profile[name] for name, share in p.profile.items()) for p in demand])
    start *= np.exp(rng.normal(0, 0.07, start.shape))
    persons = np.array([p.persons for p in demand])
    young = np.round(np.array(UNDER_15_SPLIT) * known.UNDER_15)
    young[2] += known.UNDER_15 - young.sum()
    oldest = round(OVER_80_OF_65 * known.FROM_65)
    wanted = np.array([*young, known.FROM_15_TO_59, known.FROM_60 - known.FROM_65, known.FROM_65 - oldest, oldest])
    fitted = start
    for _ in range(200):
        fitted = fitted * (persons / fitted.sum(axis=1))[:, None]
        fitted = fitted * (wanted / fitted.sum(axis=0))[None, :]
    fitted = np.round(fitted, 7)
    owner = np.array([facts.townships.index(p.township) for p in demand])
    table = np.zeros((len(facts.townships), len(AGES)))
    np.add.at(table, owner, fitted)
    whole = controlled_rounding(table, np.array([t.persons for t in facts.townships]), wanted.astype(np.int64))
    result = np.zeros(fitted.shape, dtype=np.int64)
    for t in range(len(facts.townships)):
        rows = np.flatnonzero(owner == t)
        for a in range(len(AGES)):
            result[rows, a] = largest_remainder(fitted[rows, a], int(whole[t, a]))
    return result


def largest_remainder(values: FloatArray, total: int) -> IntArray:
    """Whole numbers near `values` (rescaled) that add up to `total`."""
    scaled = values * (total / values.sum())
    whole: IntArray = np.floor(scaled + 1e-9).astype(np.int64)
    short = total - int(whole.sum())
    order = np.argsort(-np.round(scaled - whole, 6), kind="stable")
    whole[order[:short]] += 1
    return whole


def controlled_rounding(table: FloatArray, rows: IntArray, columns: IntArray) -> IntArray:
    """Whole numbers, each entry rounded down or up, with the given row and column totals.

    The transportation polytope is integral, so a vertex of the linear programme is whole.
    """
    low = np.floor(table).astype(np.int64)
    part = np.round(table - low, 6)
    n, m = table.shape
    equal = np.zeros((n + m, n * m))
    for i in range(n):
        equal[i, i * m : (i + 1) * m] = 1
    for j in range(m):
        equal[n + j, j::m] = 1
    right = np.concatenate([rows - low.sum(axis=1), columns - low.sum(axis=0)])
    answer = linprog(-part.ravel(), A_eq=equal, b_eq=right, bounds=(0, 1), method="highs")
    if not answer.success:
        raise ValueError("the township and age totals cannot be rounded together")
    whole: IntArray = low + np.round(np.asarray(answer.x)).astype(np.int64).reshape(n, m)
    return whole


def lonlat(xy: FloatArray) -> FloatArray:
    """Degrees rounded as the tables carry them, about 0.1 m."""
    return np.round(degrees(xy), 6)
