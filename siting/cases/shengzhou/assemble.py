"""From loose roads to one network: crossings become shared nodes, loose ends and islands go, one-ways stay usable."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import replace

import networkx as nx
import numpy as np
import shapely
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry

from siting.cases.shengzhou.curves import STEP_M, lines_of, raised, tidy, union
from siting.cases.shengzhou.roads import RANK, Road

Key = tuple[int, int]
DRIVE_FROM = RANK["living_street"]


def key(point: tuple[float, ...] | np.ndarray) -> Key:
    """A node's identity: its place on the grid of `STEP_M`."""
    return round(float(point[0]) / STEP_M), round(float(point[1]) / STEP_M)


def drivable(road: Road) -> bool:
    """Whether the public may drive on it and a general driving profile uses it."""
    return road.rank >= DRIVE_FROM and road.tags.get("access") != "private"


def pushed_out(road: Road, barrier: BaseGeometry, ring: BaseGeometry) -> Road:
    """A road whose rounded corners come too near to the river moved to `ring`'s edge, shared ends alike."""
    if road.grade != "ground" or not road.line.intersects(ring):
        return road
    line = shapely.segmentize(road.line, 15.0) if road.line.intersects(barrier) else road.line
    points = shapely.get_coordinates(line)
    wet = shapely.intersects_xy(ring, points[:, 0], points[:, 1])
    if not wet.any():
        return road
    bank = shapely.get_coordinates(shapely.shortest_line(ring.boundary, shapely.points(points[wet])))[::2]
    points[wet] = bank
    return replace(road, line=LineString(tidy(points)))


def roundabouts(roads: list[Road], crossings: tuple[tuple[str, str], ...], *, radius_m: float = 26.0) -> list[Road]:
    """A one-way ring where two named streets cross, and every road on the ground cut at it."""
    for one, two in crossings:
        first, second = (
            union([r.line for r in roads if r.tags.get("name") == name and r.grade == "ground"]) for name in (one, two)
        )
        meeting = shapely.get_coordinates(first.intersection(second))
        if not len(meeting):
            raise ValueError(f"{one} and {two} do not cross")
        disc = Point(meeting[0]).buffer(radius_m, quad_segs=5)
        ring = LineString(tidy(shapely.get_coordinates(disc.exterior)[::-1]))  # anticlockwise: traffic keeps right
        tags = {"highway": "secondary", "junction": "roundabout", "name": one}
        roads = [
            part
            for road in roads
            for part in (
                [road]
                if road.grade != "ground" or not road.line.intersects(disc)
                else [replace(road, line=line) for line in lines_of(road.line.difference(disc)) if line.length > 1]
            )
        ]
        roads.append(Road(ring, tags))
    return roads


def over_streams(roads: list[Road], streams: BaseGeometry) -> list[Road]:
    """Roads on the ground cut where they cross a stream; the crossing becomes a small bridge."""
    shapely.prepare(streams)
    result = []
    for road in roads:
        if road.grade != "ground" or not streams.intersects(road.line):
            result.append(road)
            continue
        for part, above in raised(road.line, streams, margin_m=9, join_m=25):
            if above:
                result.append(Road(part, road.tags | {"bridge": "yes", "layer": "1"}, grade="bridge"))
            else:
                result.append(replace(road, line=part))
    return result


def noded(roads: list[Road], *, stub_m: float = 14.0) -> list[Road]:
    """Roads on the ground broken where they meet, loose ends below `stub_m` removed, pieces with their road's tags."""
    ground = [road for road in roads if road.grade == "ground"]
    other = [replace(road, line=LineString(tidy(road.line.coords))) for road in roads if road.grade != "ground"]
    other = [road for road in other if road.line.length > 0]
    lines = [LineString(tidy(road.line.coords)) if road.line.length > STEP_M else None for road in ground]
    kept = [(road, line) for road, line in zip(ground, lines, strict=True) if line is not None and line.length > 0.5]
    ground, sources = [road for road, _ in kept], np.array([line for _, line in kept])
    pieces = np.array(lines_of(shapely.union_all(sources, grid_size=STEP_M)))
    order = np.lexsort(np.round(shapely.bounds(pieces), 1).T)
    pieces = pieces[order]
    tree = shapely.STRtree(sources)
    middle = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    hit, source = tree.query(middle, predicate="dwithin", distance=0.35)
    rank = np.array([road.rank for road in ground])
    best: dict[int, int] = {}
    for h, s in sorted(zip(hit.tolist(), source.tolist(), strict=True)):
        if h not in best or rank[s] > rank[best[h]]:
            best[h] = s
    alive = set(best)
    ends = {h: (key(pieces[h].coords[0]), key(pieces[h].coords[-1])) for h in alive}
    fixed = {key(p) for road in other for p in (road.line.coords[0], road.line.coords[-1])}
    fixed |= {key(p) for road in other if road.grade == "free" for p in road.line.coords}
    for _ in range(6):
        degree: dict[Key, int] = defaultdict(int)
        for h in alive:
            for end in ends[h]:
                degree[end] += 1
        stubs = {
            h for h in alive if pieces[h].length < stub_m and any(degree[e] == 1 and e not in fixed for e in ends[h])
        }
        if not stubs:
            break
        alive -= stubs
    result = []
    for h in sorted(alive):
        road, piece, whole = ground[best[h]], pieces[h], sources[best[h]]
        if whole.is_closed:
            first, second = (whole.project(Point(piece.coords[k])) for k in (0, 1))
            backwards = second < first and first - second < whole.length / 2
        else:
            backwards = whole.project(Point(piece.coords[0])) > whole.project(Point(piece.coords[-1]))
        line = LineString(tidy(shapely.get_coordinates(piece)[:: -1 if backwards else 1]))
        if line.length > 0:
            result.append(replace(road, line=line))
    return result + other


def connected(roads: list[Road]) -> list[Road]:
    """Only what hangs together: the largest drive network, and walk-only and private ways that touch it."""

    def largest(some: list[Road]) -> set[Key]:
        graph: nx.Graph[Key] = nx.Graph()
        for road in some:
            for a, b in _steps(road):
                graph.add_edge(a, b)
        return set(max(nx.connected_components(graph), key=lambda part: len(set(part))))

    drive = largest([road for road in roads if drivable(road)])
    roads = [road for road in roads if not drivable(road) or key(road.line.coords[0]) in drive]
    every = largest(roads)
    return [road for road in roads if key(road.line.coords[0]) in every]


def _steps(road: Road) -> list[tuple[Key, Key]]:
    keys = [key(p) for p in road.line.coords]
    return list(itertools.pairwise(keys))


def direction(road: Road) -> int:
    """1 for one-way along the line, -1 against it, 0 for both ways."""
    tag = road.tags.get("oneway", "")
    if tag == "-1":
        return -1
    implied = road.tags["highway"] in {"motorway", "motorway_link"} or road.tags.get("junction") == "roundabout"
    return 1 if tag == "yes" or implied else 0


def usable(roads: list[Road]) -> list[Road]:
    """One-way tags removed from streets that could not be left or reached, until all streets can."""
    for _ in range(30):
        graph: nx.DiGraph[Key] = nx.DiGraph()
        for road in roads:
            if drivable(road):
                way = direction(road)
                a, b = key(road.line.coords[0]), key(road.line.coords[-1])
                for u, v in _steps(road) if road.grade == "free" else [(a, b)]:
                    if way >= 0:
                        graph.add_edge(u, v)
                    if way <= 0:
                        graph.add_edge(v, u)
        strong = set(max(nx.strongly_connected_components(graph), key=lambda part: len(set(part))))
        changed = False
        result = []
        for road in roads:
            ends = {key(road.line.coords[0]), key(road.line.coords[-1])}
            loose = drivable(road) and not ends <= strong and "motorway" not in road.tags["highway"]
            if loose and direction(road) != 0 and road.tags.get("junction") != "roundabout":
                tags = {k: v for k, v in road.tags.items() if k != "oneway"}
                result.append(replace(road, tags=tags))
                changed = True
            else:
                result.append(road)
        roads = result
        if not changed:
            break
    return roads


def merged(roads: list[Road]) -> list[Road]:
    """Pieces of the same road joined to ways, in the direction of travel."""
    groups: dict[tuple[tuple[tuple[str, str], ...], str], list[LineString]] = defaultdict(list)
    result = [road for road in roads if road.grade == "free"]
    for road in roads:
        if road.grade != "free":
            groups[tuple(sorted(road.tags.items())), road.grade].append(road.line)
    for (tags, grade), lines in groups.items():
        whole = shapely.line_merge(union_of_parts(lines), directed=True)
        result += [Road(line, dict(tags), grade=grade) for line in lines_of(whole)]  # type: ignore[arg-type]
    return sorted(result, key=lambda road: (-road.rank, tuple(np.round(road.line.bounds, 1)), road.line.length))


def union_of_parts(lines: list[LineString]) -> BaseGeometry:
    """The lines as one collection, not noded."""
    return shapely.multilinestrings(lines)


def clipped(roads: list[Road], outline: BaseGeometry) -> list[Road]:
    """Roads inside the county."""
    shapely.prepare(outline)
    result = []
    for road in roads:
        if outline.contains(road.line):
            result.append(road)
        else:
            result += [
                replace(road, line=part) for part in lines_of(road.line.intersection(outline)) if part.length > 5
            ]
    return result
