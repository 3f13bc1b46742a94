"""Roads outside the urban zones: least-cost paths over the relief, main routes first, then every hamlet."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import shapely
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Delaunay, cKDTree
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from siting.cases.shengzhou import geography
from siting.cases.shengzhou.curves import raised, relaxed, rounded
from siting.cases.shengzhou.facts import Facts, plane
from siting.cases.shengzhou.roads import RANK, Road
from siting.cases.shengzhou.settlements import Hamlet
from siting.cases.shengzhou.shortest import from_each, from_nearest, from_one, walk_back
from siting.cases.shengzhou.terrain import CELL_M, Terrain
from siting.impedance import BoolArray, FloatArray, IntArray

Pair = tuple[int, int]


@dataclass
class Course:
    """What is known of the road on one arc of the raster."""

    tags: dict[str, str]
    bridge: str = ""
    villages: int = 0  # village seats whose way to the main roads leads over it


@dataclass
class Raster:
    """The graph of moves between cells, with its costs, and the roads laid on it so far."""

    terrain: Terrain
    start: IntArray
    end: IntArray
    cost: FloatArray
    main_cost: FloatArray  # the same for main roads, which bend less
    open_cells: IntArray  # cells that have moves
    bridges: dict[Pair, tuple[str, LineString]]
    courses: dict[Pair, Course] = field(default_factory=dict)
    used: BoolArray = field(init=False)  # arcs that carry a road
    frame: sparse.csr_matrix = field(init=False)
    order: IntArray = field(init=False)
    arc: dict[Pair, int] = field(init=False)
    tree: cKDTree = field(init=False)
    up: dict[int, int] = field(default_factory=dict)  # next cell towards the main roads
    pins: dict[int, list[FloatArray]] = field(default_factory=dict)  # cell -> exact points that its road reaches

    def graph(self, *, reuse: float = 1.0, main: bool = False) -> sparse.csr_matrix:
        """Costs as a sparse matrix, each arc once; arcs that carry a road already cost `reuse` times as much."""
        cost = self.main_cost if main else self.cost
        cost = np.where(self.used, cost * reuse, cost)
        self.frame.data = np.round(cost[self.order], 2)
        return self.frame

    def __post_init__(self) -> None:
        size, count = self.terrain.grid.size, len(self.start)
        self.tree = cKDTree(self.terrain.grid.centre(self.open_cells))
        self.used = np.zeros(count, dtype=bool)
        self.frame = sparse.coo_matrix((np.arange(1.0, count + 1), (self.start, self.end)), shape=(size, size)).tocsr()
        self.order = self.frame.data.astype(np.int64) - 1
        self.arc = dict(zip(zip(self.start.tolist(), self.end.tolist(), strict=True), range(count), strict=True))

    def lay(self, path: list[int], tags: dict[str, str]) -> None:
        """Put a road on the arcs of a path; the higher class wins."""
        for a, b in itertools.pairwise(path):
            key = _pair(a, b)
            old = self.courses.get(key)
            if old is None:
                self.used[self.arc.get((a, b), self.arc.get((b, a), -1))] = True
                self.courses[key] = Course(dict(tags), self.bridges.get(key, ("", None))[0])
            elif RANK[tags["highway"]] > RANK[old.tags["highway"]]:
                old.tags = dict(tags)


def prepare(terrain: Terrain, blocked: BaseGeometry) -> Raster:
    """The raster graph: steep, rough and wet ground costs more; but for bridges rivers are closed, as is `blocked`."""
    grid = terrain.grid
    barrier = terrain.barrier
    closed = grid.inside(barrier.buffer(CELL_M * 0.8)) | grid.inside(blocked)
    allowed = terrain.inside & ~closed
    start, end, length = grid.arcs(allowed)
    grade = np.abs(terrain.height_m[start] - terrain.height_m[end]) / length
    wet = (terrain.gathered_km2 >= 2.0).astype(np.float64)
    climb = length * (1 + np.minimum((grade / 0.055) ** 2, 40)) * (1 + 1.1 * (wet[start] + wet[end]) / 2)
    rough = (terrain.rough[start] + terrain.rough[end]) / 2
    bridges: dict[Pair, tuple[str, LineString]] = {}
    extra = []
    for name, where in geography.TOWN_BRIDGES:
        pair, line = _bridge(terrain, allowed, plane(where)[0])
        bridges[pair] = (name, line)
        extra.append((*pair, line.length * 1.5))
    ends = np.array(extra)
    return Raster(
        terrain,
        np.concatenate([start, ends[:, 0].astype(np.int64)]),
        np.concatenate([end, ends[:, 1].astype(np.int64)]),
        np.concatenate([climb * (0.45 + 1.5 * rough), ends[:, 2]]),
        np.concatenate([climb * (0.9 + 0.2 * rough), ends[:, 2]]),
        np.flatnonzero(np.bincount(np.concatenate([start, end]), minlength=grid.size)),
        bridges,
    )


def reachable(raster: Raster) -> BoolArray:
    """(cells,) whether a cell hangs together with the bulk of the county."""
    _, label = connected_components(raster.frame, directed=False)
    mask: BoolArray = label == np.argmax(np.bincount(label[raster.open_cells]))
    return mask


def _bridge(terrain: Terrain, allowed: BoolArray, where: FloatArray) -> tuple[Pair, LineString]:
    """A straight bridge square to the river near a place: its two cells and its line."""
    line = min((r.line for r in terrain.rivers), key=lambda r: r.distance(shapely.points(where)))
    at = line.project(shapely.Point(where))
    foot, ahead = (np.asarray(line.interpolate(at + d).coords[0]) for d in (0.0, 25.0))
    along = (ahead - foot) / np.hypot(*(ahead - foot))
    normal = np.array([-along[1], along[0]])
    cells = []
    for side in (1.0, -1.0):
        for reach in np.arange(60.0, 700.0, 20.0):
            cell = int(terrain.grid.cell(foot + side * reach * normal)[0])
            if allowed[cell]:
                cells.append(cell)
                break
    a, b = sorted(cells)
    return (a, b), LineString(rounded(terrain.spot(np.array([a, b]))))


def nearest_open(raster: Raster, xy: FloatArray) -> int:
    """The nearest cell that has moves."""
    return int(raster.open_cells[raster.tree.query(xy)[1]])


def lay_routes(raster: Raster, facts: Facts, street_ends: dict[str, tuple[FloatArray, FloatArray]]) -> None:
    """The main roads between towns; `street_ends` gives each street end's place and one a little further out."""
    seats = {t.short: np.asarray(t.xy) for t in facts.townships}
    for route in geography.ROUTES:
        tags = {"highway": route.highway}
        for key, value in (("ref", route.ref), ("name", route.name), ("name:en", route.name_en)):
            if value:
                tags[key] = value
        if route.maxspeed:
            tags["maxspeed"] = route.maxspeed
        cells = []
        for stop in route.stops:
            if isinstance(stop, str) and stop.startswith("@"):
                point, beyond = street_ends[stop[1:]]
                cell = nearest_open(raster, beyond)
                raster.pins.setdefault(cell, []).append(point)
            else:
                cell = nearest_open(raster, seats[stop] if isinstance(stop, str) else plane(stop)[0])
            cells.append(cell)
        for a, b in itertools.pairwise(cells):
            graph = raster.graph(reuse=0.82, main=route.highway != "tertiary")
            _, before = from_one(graph, a)
            raster.lay(_path(before, a, b), tags)


def _pair(a: int, b: int) -> Pair:
    return (min(a, b), max(a, b))


def _path(before: IntArray, source: int, target: int) -> list[int]:
    path = walk_back(before, target)[::-1]
    if path[0] != source:
        raise ValueError(f"no way from cell {source} to cell {target}")
    return path


def join_streets(raster: Raster, points: FloatArray) -> set[int]:
    """Cells where a country road may end: those with a road, and those that hold one of the street points."""
    has_moves = np.zeros(raster.terrain.grid.size, dtype=bool)
    has_moves[raster.open_cells] = True
    cells = {cell for pair in raster.courses for cell in pair}
    for point, cell in zip(points, raster.terrain.grid.cell(points).tolist(), strict=True):
        if has_moves[cell] and cell not in cells:
            spot = raster.terrain.spot(cell)[0]
            past = (point - spot) / max(float(np.hypot(*(point - spot))), 1.0) * 11.0  # over both carriageways
            raster.pins.setdefault(cell, []).append(point + past)
            cells.add(cell)
    return cells


def lay_gates(raster: Raster, gates: dict[str, FloatArray], on_road: set[int]) -> None:
    """Connect each toll gate of the motorways to the nearest road."""
    for name, gate in gates.items():
        cell = nearest_open(raster, gate)
        sources = np.array(sorted(on_road), dtype=np.int64)
        _, before = from_nearest(raster.graph(), sources)
        path = walk_back(before, cell)
        raster.pins.setdefault(cell, []).append(gate)
        raster.lay(path, {"highway": "secondary", "name": f"{name}互通连接线", "maxspeed": "60"})
        on_road.update(path)


def lay_villages(raster: Raster, hamlets: list[Hamlet], on_road: set[int]) -> None:
    """Connect every hamlet by the cheapest way to a road: village seats first, nearer ones before farther ones."""
    for batch in ([h for h in hamlets if h.number == 0], [h for h in hamlets if h.number > 0]):
        waiting = {nearest_open(raster, np.asarray(h.xy)): h for h in batch}
        while waiting:
            waiting = _grow(raster, on_road, waiting)
    for hamlet in hamlets:
        cell = nearest_open(raster, np.asarray(hamlet.xy))
        while hamlet.number == 0 and cell in raster.up:
            raster.courses[_pair(cell, raster.up[cell])].villages += 1
            cell = raster.up[cell]
    for course in raster.courses.values():
        if course.tags["highway"] == "unclassified" and course.villages >= 4:
            course.tags = {"highway": "tertiary"}
    _links(raster, hamlets)


def _grow(raster: Raster, on_road: set[int], waiting: dict[int, Hamlet]) -> dict[int, Hamlet]:
    """Connect the nearer part of the waiting settlements; the rest can then join the new roads."""
    sources = np.array(sorted(on_road), dtype=np.int64)
    distance, before = from_nearest(raster.graph(), sources)
    cells = np.array(sorted(waiting), dtype=np.int64)
    cells = cells[np.argsort(np.round(distance[cells], 1), kind="stable")]
    for cell in cells[: max(25, len(cells) // 4)]:
        del waiting[int(cell)]
        path = walk_back(before, int(cell))
        path = path[: next(k for k, c in enumerate(path) if c in on_road) + 1]
        raster.lay(path, {"highway": "unclassified"})
        raster.up |= dict(itertools.pairwise(path))
        on_road.update(path)
    return waiting


def _links(raster: Raster, hamlets: list[Hamlet]) -> None:
    """A few cross roads between neighbouring villages whose way round is long, mostly in the plain."""
    grid = raster.terrain.grid
    seats = [h for h in hamlets if h.number == 0]
    xy = np.array([h.xy for h in seats])
    cells = grid.cell(xy)
    road = np.array(list(raster.courses), dtype=np.int64)
    length = np.hypot(*(grid.centre(road[:, 0]) - grid.centre(road[:, 1])).T)
    size = grid.size
    on_road = sparse.coo_matrix((length, (road[:, 0], road[:, 1])), shape=(size, size)).tocsr()
    around = from_each(on_road, cells, limit=30_000)[:, cells]
    triangles = Delaunay(xy).simplices
    pairs = {tuple(sorted((int(t[a]), int(t[b])))) for t in triangles for a, b in ((0, 1), (1, 2), (0, 2))}
    graph = raster.graph(reuse=0.8)
    for a, b in sorted(pairs):
        crow = float(np.hypot(*(xy[a] - xy[b])))
        relief = max(seats[a].relief, seats[b].relief)
        wanted = 1.9 if relief < 0.12 else 4.5
        if crow > 3600 or around[a, b] < wanted * crow:
            continue
        limit = crow * (2.4 if relief < 0.12 else 4.5)
        far, before = from_one(graph, int(cells[a]), limit=limit)
        if np.isfinite(far[cells[b]]):
            raster.lay(_path(before, int(cells[a]), int(cells[b])), {"highway": "unclassified"})


def tracks(raster: Raster, hamlets: list[Hamlet], rng: np.random.Generator) -> list[Road]:
    """Field and forest tracks that end nowhere, and foot paths over the ridges."""
    terrain, grid = raster.terrain, raster.terrain.grid
    graph = raster.graph()
    on_road = {cell for pair in raster.courses for cell in pair}
    roads = []
    picks = rng.permutation(len(hamlets))[:260]
    for k, index in enumerate(picks):
        hamlet = hamlets[int(index)]
        cell = int(grid.cell(np.asarray(hamlet.xy))[0])
        reach = float(rng.uniform(500, 1900))
        far, before = from_one(graph, cell, limit=reach * 2.5)
        ends = np.flatnonzero(np.isfinite(far) & (far > reach))
        if not len(ends):
            continue
        path = _path(before, cell, int(ends[int(rng.integers(len(ends)))]))
        last = max(i for i, c in enumerate(path) if c in on_road or i == 0)
        path = path[last:]
        if len(path) < 3 or any(_pair(a, b) in raster.bridges for a, b in itertools.pairwise(path)):
            continue
        kind = "path" if k % 3 == 0 and hamlet.relief > 0.15 else "track"
        roads.append(Road(_curve(terrain.spot(np.array(path))), {"highway": kind}))
        on_road.update(path)
    return roads


def chains(raster: Raster) -> list[Road]:
    """The roads on the raster as smooth lines from junction to junction."""
    barrier = raster.terrain.barrier
    arms: dict[int, list[int]] = defaultdict(list)
    for a, b in sorted(raster.courses):
        arms[a].append(b)
        arms[b].append(a)

    def course(a: int, b: int) -> Course:
        return raster.courses[_pair(a, b)]

    def is_end(cell: int) -> bool:
        near = arms[cell]
        if len(near) != 2:
            return True
        one, two = course(cell, near[0]), course(cell, near[1])
        return one.tags != two.tags or one.bridge != two.bridge

    roads: list[Road] = []
    done: set[Pair] = set()
    starts = sorted(c for c in arms if is_end(c)) + sorted(arms)
    for first in starts:
        for second in arms[first]:
            if _pair(first, second) in done:
                continue
            path = [first, second]
            done.add(_pair(first, second))
            while not is_end(path[-1]) and path[-1] != first:
                ahead = next(c for c in arms[path[-1]] if c != path[-2])
                done.add(_pair(path[-1], ahead))
                path.append(ahead)
            roads += _roads(raster, path, course(first, second), barrier)
    for cell, points in sorted(raster.pins.items()):
        if cell not in arms and len(points) < 2:
            continue
        tags = course(cell, arms[cell][0]).tags if cell in arms else {"highway": "secondary"}
        for point in points:
            ends = np.vstack([raster.terrain.spot(cell), rounded(point)[None, :]])
            roads.append(Road(LineString(rounded(ends)), dict(tags)))
    return roads


def _roads(raster: Raster, path: list[int], course: Course, barrier: BaseGeometry) -> list[Road]:
    points = raster.terrain.spot(np.array(path))
    tags = dict(course.tags)
    if not course.bridge:
        return [Road(_curve(points), tags)]
    over = tags | {"bridge": "yes", "layer": "1", "bridge:name": course.bridge}
    return [
        Road(part, over, grade="bridge") if above else Road(part, dict(tags))
        for part, above in raised(LineString(rounded(points)), barrier, margin_m=16)
    ]


def _curve(points: FloatArray) -> LineString:
    """A natural line through raster spots, with few vertices."""
    line = LineString(relaxed(points, tolerance_m=26, step_m=45))
    return LineString(shapely.get_coordinates(shapely.simplify(line, 2.0)))
