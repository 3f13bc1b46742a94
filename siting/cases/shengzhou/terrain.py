"""An invented relief: a raster whose valleys drain to the main rivers, used to bend roads and to place villages.

A drainage tree grows uphill from the rivers over noisy ground (least-cost paths); heights rise along it, steeply
where little water gathers and gently where much does, which gives dendritic valleys between sharp ridges.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from scipy import ndimage, sparse
from scipy.spatial import cKDTree
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from siting.cases.shengzhou import geography
from siting.cases.shengzhou.curves import (
    chaikin,
    meander,
    polygons_of,
    relaxed,
    ribbon,
    smooth,
    substring,
    union,
)
from siting.cases.shengzhou.facts import Facts, plane
from siting.cases.shengzhou.shortest import from_nearest
from siting.impedance import BoolArray, FloatArray, IntArray

CELL_M = 125.0
NEIGHBOURS = tuple(
    (dr, dc)
    for dr in (-2, -1, 0, 1, 2)
    for dc in (-2, -1, 0, 1, 2)
    if (dr, dc) > (0, 0) and (abs(dr), abs(dc)) in {(0, 1), (1, 0), (1, 1), (1, 2), (2, 1)}
)


@dataclass(frozen=True)
class Grid:
    """Square cells over the outline; a cell's number is row * columns + column."""

    west: float
    south: float
    rows: int
    columns: int

    def centre(self, cell: IntArray | int) -> FloatArray:
        """(n, 2) middle of cells in metres."""
        row, column = np.divmod(np.atleast_1d(np.asarray(cell, dtype=np.int64)), self.columns)
        return np.column_stack([self.west + (column + 0.5) * CELL_M, self.south + (row + 0.5) * CELL_M])

    def cell(self, xy: FloatArray) -> IntArray:
        """(n,) cell of points in metres, kept inside the raster."""
        points = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
        column = np.clip(((points[:, 0] - self.west) // CELL_M).astype(np.int64), 0, self.columns - 1)
        row = np.clip(((points[:, 1] - self.south) // CELL_M).astype(np.int64), 0, self.rows - 1)
        return row * self.columns + column

    @property
    def size(self) -> int:
        """Number of cells."""
        return self.rows * self.columns

    def inside(self, geometry: BaseGeometry) -> BoolArray:
        """(size,) whether each cell's middle lies in a geometry."""
        shapely.prepare(geometry)
        centre = self.centre(np.arange(self.size))
        result: BoolArray = shapely.contains_xy(geometry, centre[:, 0], centre[:, 1])
        return result

    def arcs(self, allowed: BoolArray) -> tuple[IntArray, IntArray, FloatArray]:
        """Moves between allowed cells (each once, not both ways): from, to, length in metres.

        A knight's move needs the two cells it passes between.
        """
        block = allowed.reshape(self.rows, self.columns)
        number = np.arange(self.size).reshape(self.rows, self.columns)
        starts, ends, lengths = [], [], []
        for dr, dc in NEIGHBOURS:
            r0, r1 = slice(0, self.rows - dr), slice(dr, self.rows)
            if dc >= 0:
                c0, c1 = slice(0, self.columns - dc), slice(dc, self.columns)
            else:
                c0, c1 = slice(-dc, self.columns), slice(0, self.columns + dc)
            free = block[r0, c0] & block[r1, c1]
            if abs(dr) + abs(dc) == 3:
                for pr, pc in _passed(dr, dc):
                    shifted = np.zeros_like(block)
                    source = block[max(pr, 0) : self.rows + min(pr, 0), max(pc, 0) : self.columns + min(pc, 0)]
                    shifted[max(-pr, 0) : self.rows + min(-pr, 0), max(-pc, 0) : self.columns + min(-pc, 0)] = source
                    free &= shifted[r0, c0]
            starts.append(number[r0, c0][free])
            ends.append(number[r1, c1][free])
            lengths.append(np.full(int(free.sum()), CELL_M * float(np.hypot(dr, dc))))
        return np.concatenate(starts), np.concatenate(ends), np.concatenate(lengths)


def _passed(dr: int, dc: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """The two cells between the ends of a knight's move."""
    if abs(dr) == 2:
        return (dr // 2, 0), (dr // 2, dc)
    return (0, dc // 2), (dr, dc // 2)


@dataclass(frozen=True)
class WaterLine:
    """A river or a stream."""

    name: str
    name_en: str
    line: LineString
    kind: str


@dataclass(frozen=True)
class WaterBody:
    """A wide stretch of river, a lake or a reservoir."""

    name: str
    name_en: str
    area: BaseGeometry
    kind: str


@dataclass(frozen=True)
class Terrain:
    """The raster relief and the waters on it."""

    grid: Grid
    inside: BoolArray
    height_m: FloatArray
    relief: FloatArray  # 0 in the plain, about 1 in the mountains
    gathered_km2: FloatArray
    uphill: FloatArray  # local slope, metres per metre
    rough: FloatArray  # smooth noise in 0..1
    shift: FloatArray  # (cells, 2) small random offset that hides the raster, metres
    rivers: tuple[WaterLine, ...]
    streams: tuple[WaterLine, ...]
    bodies: tuple[WaterBody, ...]

    def spot(self, cell: IntArray | int) -> FloatArray:
        """(n, 2) a place in each cell, off its middle so that lines through cells look natural."""
        cells = np.atleast_1d(np.asarray(cell, dtype=np.int64))
        return self.grid.centre(cells) + self.shift[cells]

    @property
    def barrier(self) -> BaseGeometry:
        """Main rivers and standing water as areas: what only a bridge crosses."""
        return union([body.area for body in self.bodies] + [river.line.buffer(9, quad_segs=2) for river in self.rivers])


def noise(rng: np.random.Generator, grid: Grid, *, waves_m: tuple[float, ...]) -> FloatArray:
    """(size,) sum of smooth random fields, longest wave strongest, evenly spread over 0..1."""
    total = np.zeros((grid.rows, grid.columns))
    strength = 1.0
    for wave_m in waves_m:
        step = wave_m / CELL_M
        shape = (int(grid.rows / step) + 4, int(grid.columns / step) + 4)
        lattice = rng.random(shape)
        row, column = np.arange(grid.rows) / step + 1, np.arange(grid.columns) / step + 1
        field = ndimage.map_coordinates(lattice, np.meshgrid(row, column, indexing="ij"), order=3, mode="nearest")
        total += strength * field
        strength *= 0.55
    rank = np.argsort(np.argsort(np.round(total.ravel(), 6), kind="stable"), kind="stable")
    return np.round(rank / (rank.size - 1), 5)


def build(facts: Facts, rng: np.random.Generator) -> Terrain:
    """Invent the relief, the streams and the reservoirs around the main rivers."""
    west, south, east, north = facts.outline.bounds
    margin = 8 * CELL_M
    grid = Grid(
        west - margin,
        south - margin,
        int((north - south + 2 * margin) / CELL_M) + 1,
        int((east - west + 2 * margin) / CELL_M) + 1,
    )
    inside = grid.inside(facts.outline.buffer(-60))
    rivers, bodies = _rivers(facts, rng)
    relief = _relief(grid, rng)
    rough = noise(rng, grid, waves_m=(1700, 800, 400))
    parent, order = _drainage(grid, inside, rivers, rng)
    gathered = np.where(inside, (CELL_M / 1000) ** 2, 0.0)
    for cell in order[::-1]:
        if parent[cell] >= 0:
            gathered[parent[cell]] += gathered[cell]
    height = _heights(grid, parent, order, relief, gathered)
    flat = height.reshape(grid.rows, grid.columns)
    gy, gx = np.gradient(flat, CELL_M)
    uphill = np.round(np.hypot(gx, gy).ravel(), 5).astype(np.float64)
    bodies += _reservoirs(grid, parent, order, height, gathered, grid.inside(facts.outline.buffer(-900)))
    shift = np.round(rng.uniform(-34, 34, (grid.size, 2)), 1)
    streams = _streams(grid, shift, parent, gathered, inside, rivers, bodies)
    return Terrain(
        grid,
        inside,
        height,
        relief,
        np.round(gathered, 4).astype(np.float64),
        uphill,
        rough,
        shift,
        tuple(rivers),
        tuple(streams),
        tuple(bodies),
    )


def _rivers(facts: Facts, rng: np.random.Generator) -> tuple[list[WaterLine], list[WaterBody]]:
    rivers, bodies = [], []
    for river in geography.RIVERS:
        points = plane(river.points)
        if river.swing_m:
            points = meander(points, rng, swing_m=river.swing_m, wave_m=river.wave_m, step_m=45)
            line = LineString(points)
        else:
            line = LineString(smooth(points, step_m=45))
        total = line.length
        wide = substring(line, river.wide_from * total, total)
        start = river.width_m[0] if not river.wide_from else river.width_m[0] + 10
        area = ribbon(wide, start, river.width_m[1], rng).intersection(facts.outline.buffer(-2)).simplify(2.0)
        line = max((p for p in _parts(line.intersection(facts.outline))), key=lambda p: p.length)
        rivers.append(WaterLine(river.name, river.name_en, line, "river"))
        bodies.append(WaterBody(river.name, river.name_en, area, "river"))
    return rivers, bodies


def _parts(geometry: BaseGeometry) -> list[LineString]:
    return [part for part in shapely.get_parts(geometry) if isinstance(part, LineString)]


def _relief(grid: Grid, rng: np.random.Generator) -> FloatArray:
    centre = grid.centre(np.arange(grid.size))
    plain = np.full(grid.size, np.inf)
    for lon, lat, radius_km in geography.PLAINS:
        middle = plane([lon, lat])[0]
        plain = np.minimum(plain, np.hypot(*(centre - middle).T) - radius_km * 1000)
    plain += 2600 * (noise(rng, grid, waves_m=(6000, 3000, 1500)) - 0.5)
    rise = np.clip(plain / 7500, 0, 1)
    mountain = np.full(grid.size, 0.25)
    for lon, lat, radius_km, share in geography.MOUNTAINS:
        middle = plane([lon, lat])[0]
        distance = np.hypot(*(centre - middle).T) / (radius_km * 1000)
        mountain = np.maximum(mountain, share * np.clip(1.25 - distance**2 * 0.75, 0, 1))
    relief: FloatArray = np.round(np.clip(rise * (3 - 2 * rise) * mountain, 0, 1.1), 4)
    return relief


def _drainage(
    grid: Grid, inside: BoolArray, rivers: list[WaterLine], rng: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """Each cell's next cell downhill (-1 at a river or outside) and the cells from the rivers upwards."""
    allowed = inside | grid.inside(union([r.line.buffer(CELL_M) for r in rivers]))
    start, end, length = grid.arcs(allowed)
    hard = 0.12 + 4.0 * noise(rng, grid, waves_m=(2400, 1200, 600, 330)) ** 2.2
    weight = np.round(length * (hard[start] + hard[end]) / 2, 3)
    graph = sparse.coo_matrix((weight, (start, end)), shape=(grid.size, grid.size)).tocsr()
    sources = np.unique(
        np.concatenate(
            [grid.cell(shapely.get_coordinates(shapely.segmentize(river.line, CELL_M / 2))) for river in rivers]
        )
    )
    distance, before = from_nearest(graph, sources)
    parent = np.maximum(before, -1)
    reached = np.flatnonzero(np.isfinite(distance))
    return parent, reached[np.argsort(np.round(distance[reached], 3), kind="stable")]


def _heights(grid: Grid, parent: IntArray, order: IntArray, relief: FloatArray, gathered: FloatArray) -> FloatArray:
    cells = gathered / (CELL_M / 1000) ** 2
    slope = (0.002 + 0.42 * relief) * np.maximum(cells, 1.0) ** -0.42
    centre = grid.centre(np.arange(grid.size))
    step = np.zeros(grid.size)
    has = parent >= 0
    step[has] = np.hypot(*(centre[has] - centre[parent[has]]).T) * slope[has]
    height = np.full(grid.size, 20.0)
    for cell in order:
        if parent[cell] >= 0:
            height[cell] = height[parent[cell]] + step[cell]
    smoothed = ndimage.gaussian_filter(height.reshape(grid.rows, grid.columns), 0.8).ravel()
    return np.asarray(np.round(smoothed, 2), dtype=np.float64)


def _reservoirs(
    grid: Grid, parent: IntArray, order: IntArray, height: FloatArray, gathered: FloatArray, inside: BoolArray
) -> list[WaterBody]:
    """Valleys flooded behind a dam near each given place."""
    bodies = []
    centre = grid.centre(np.arange(grid.size))
    for place, name, name_en in geography.RESERVOIRS:
        distance = np.hypot(*(centre - plane(place)[0]).T)
        fits = inside & (gathered > 5) & (gathered < 26) & (distance < 4500)
        if not fits.any():
            continue
        dam = int(np.flatnonzero(fits)[np.argmin(np.round(distance[fits]))])
        above = np.zeros(grid.size, dtype=bool)
        above[dam] = True
        for cell in order:
            if parent[cell] >= 0 and above[parent[cell]]:
                above[cell] = True
        rank = np.flatnonzero(above & inside)
        rank = rank[np.argsort(height[rank], kind="stable")]
        wanted = rank[: 55 if gathered[dam] < 10 else 95]
        boxes = shapely.box(*(centre[wanted] - CELL_M * 0.56).T, *(centre[wanted] + CELL_M * 0.56).T)
        merged = max(polygons_of(shapely.union_all(boxes)), key=lambda p: p.area)
        soft = merged.buffer(65).buffer(-120).buffer(60).simplify(35)
        soft = max(polygons_of(soft), key=lambda p: p.area)
        soft = Polygon(chaikin(shapely.get_coordinates(soft.exterior), 2)).buffer(0)
        bodies.append(WaterBody(name, name_en, max(polygons_of(soft), key=lambda p: p.area).simplify(4), "reservoir"))
    return bodies


def _streams(
    grid: Grid,
    shift: FloatArray,
    parent: IntArray,
    gathered: FloatArray,
    inside: BoolArray,
    rivers: list[WaterLine],
    bodies: list[WaterBody],
) -> list[WaterLine]:
    """Valley streams above 2.2 km2 of catchment as smooth lines from confluence to confluence."""
    wet = inside & (gathered >= 2.2) & (parent >= 0)
    feeders = np.zeros(grid.size, dtype=np.int64)
    np.add.at(feeders, parent[wet], 1)
    heads = np.flatnonzero(wet & (feeders != 1))
    river_lines = union([river.line for river in rivers])
    water = union([body.area for body in bodies])
    streams: list[WaterLine] = []
    for head in heads:
        path = [int(head)]
        while wet[path[-1]]:
            path.append(int(parent[path[-1]]))
            if feeders[path[-1]] != 1:
                break
        points = grid.centre(np.array(path)) + shift[path]
        if not wet[path[-1]]:
            reach = shapely.shortest_line(shapely.points(points[-1]), river_lines)
            points[-1] = shapely.get_coordinates(reach)[-1]
        line = LineString(relaxed(points, tolerance_m=24, step_m=55)).simplify(7)
        streams.extend(WaterLine("", "", part, "stream") for part in _parts(line.difference(water)) if part.length > 60)
    return streams


def without_streams(terrain: Terrain, area: BaseGeometry) -> Terrain:
    """The terrain with the streams inside an area gone, as under a town."""
    streams = [
        replace(stream, line=part)
        for stream in terrain.streams
        for part in _parts(stream.line.difference(area))
        if part.length > 60
    ]
    return replace(terrain, streams=tuple(streams))


def woods(terrain: Terrain, houses: FloatArray) -> list[Polygon]:
    """Wooded slopes: steep or high ground away from houses and water."""
    grid = terrain.grid
    wild = terrain.inside & (terrain.relief > 0.16) & (terrain.uphill > 0.035)
    block = ndimage.gaussian_filter(wild.reshape(grid.rows, grid.columns).astype(np.float64), 2.0)
    cells = np.flatnonzero(np.round(block.ravel(), 5) > 0.55)
    near = cKDTree(houses).query(grid.centre(cells))[0] < 330
    cells = cells[~near & terrain.inside[cells]]
    half = CELL_M / 2 + 0.5
    boxes = shapely.box(*(grid.centre(cells) - half).T, *(grid.centre(cells) + half).T)
    dry = shapely.union_all(boxes).difference(union([body.area.buffer(70) for body in terrain.bodies]))
    result = []
    for part in polygons_of(dry.buffer(-90).buffer(90).simplify(130)):
        if part.area > 400_000:
            rings = [
                chaikin(shapely.get_coordinates(ring), 1)
                for ring in (part.exterior, *(r for r in part.interiors if Polygon(r).area > 150_000))
            ]
            result.append(Polygon(rings[0], rings[1:]))
    return [part for shape in result for part in polygons_of(shape.buffer(0)) if part.area > 400_000]
