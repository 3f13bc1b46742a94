"""Motorways with their junctions and interchange, and the railway; they cross all else on bridges."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry

from siting.cases.shengzhou import geography
from siting.cases.shengzhou.curves import FloatArray, bezier, lines_of, raised, smooth, tidy
from siting.cases.shengzhou.facts import plane
from siting.cases.shengzhou.roads import Road

HALF_M = 13.0
Carriageway = tuple[LineString, LineString]


def centre_lines(outline: BaseGeometry) -> dict[str, LineString]:
    """Centre line of each motorway inside the county."""
    lines = {}
    for motorway in geography.MOTORWAYS:
        line = LineString(smooth(plane(motorway.points), step_m=80)).intersection(outline)
        lines[motorway.ref] = max(lines_of(line), key=lambda part: part.length)
    return lines


def railway(outline: BaseGeometry) -> LineString:
    """The high-speed line inside the county."""
    line = LineString(smooth(plane(geography.RAILWAY), step_m=90)).intersection(outline)
    return max(lines_of(line), key=lambda part: part.length)


def _beside(line: LineString, offset_m: float) -> LineString:
    """Parallel line on the right for a positive offset, in the same direction."""
    points = shapely.get_coordinates(line)
    ahead = np.gradient(points, axis=0)
    ahead /= np.hypot(ahead[:, 0], ahead[:, 1])[:, None]
    return LineString(tidy(points + np.column_stack([ahead[:, 1], -ahead[:, 0]]) * offset_m))


def build(centres: dict[str, LineString]) -> tuple[list[Road], dict[str, FloatArray]]:
    """Carriageways and ramps, and where each junction's toll gate meets the country roads."""
    forward = {ref: _beside(line, HALF_M) for ref, line in centres.items()}
    backward = {ref: LineString(shapely.get_coordinates(_beside(line, -HALF_M))[::-1]) for ref, line in centres.items()}
    anchors: dict[tuple[str, int], list[FloatArray]] = {(ref, way): [] for ref in centres for way in (0, 1)}
    ramps: list[Road] = []
    gates = {}
    for ref, name, name_en, where, toward in geography.JUNCTIONS:
        gate, lines = _trumpet(forward[ref], backward[ref], plane(where)[0], plane(toward)[0])
        gates[name] = gate
        tags = {"highway": "motorway_link", "oneway": "yes", "maxspeed": "40",
                "name": f"{name}互通", "name:en": f"{name_en} Interchange"}
        for line, way, end in lines:
            ramps.append(Road(LineString(line), dict(tags), grade="free"))
            anchors[ref, way].append(line[end])
    for line, marks in _clover(forward, backward):
        ramps.append(Road(LineString(line), {"highway": "motorway_link", "oneway": "yes", "maxspeed": "50",
                                             "name": "嵊州枢纽", "name:en": "Shengzhou Interchange"}, grade="free"))
        for key, point in marks:
            anchors[key].append(point)
    roads = []
    for motorway in geography.MOTORWAYS:
        for way, line in enumerate((forward[motorway.ref], backward[motorway.ref])):
            tags = {"highway": "motorway", "ref": motorway.ref, "name": motorway.name, "name:en": motorway.name_en,
                    "oneway": "yes", "lanes": "2", "maxspeed": "100" if motorway.ref == "G1512" else "120"}
            roads.append(Road(_with_points(line, anchors[motorway.ref, way]), tags, grade="free"))
    return roads + ramps, gates


def _with_points(line: LineString, points: list[FloatArray]) -> LineString:
    """The line with further vertices that lie on it."""
    base = shapely.get_coordinates(line)
    at = np.concatenate([shapely.line_locate_point(line, shapely.points(base)),
                         [line.project(Point(p)) for p in points]])
    every = np.vstack([base, *[np.asarray(p)[None, :] for p in points]])
    return LineString(tidy(every[np.argsort(at, kind="stable")]))


def _at(line: LineString, distance: float) -> tuple[FloatArray, FloatArray]:
    """Point and direction at a distance along a line, the point rounded."""
    distance = float(np.clip(distance, 30, line.length - 60))
    here = np.asarray(line.interpolate(distance).coords[0])
    ahead = np.asarray(line.interpolate(distance + 20).coords[0]) - here
    return np.round(here, 1), ahead / np.hypot(*ahead)


def _trumpet(
    forward: LineString, backward: LineString, where: FloatArray, toward: FloatArray
) -> tuple[FloatArray, list[tuple[FloatArray, int, int]]]:
    """Four one-way ramps between both carriageways and a toll gate: (points, carriageway, its end on it)."""
    gate = np.round(toward, 1)
    result = []
    for way, line in enumerate((forward, backward)):
        middle = line.project(Point(where))
        off, off_way = _at(line, middle - 420)
        on, on_way = _at(line, middle + 420)
        pull = 230.0
        side = (gate - np.asarray(line.interpolate(middle).coords[0]))
        side /= np.hypot(*side)
        result.append((bezier([off, off + off_way * pull, gate - side * 190 - off_way * 40, gate]), way, 0))
        result.append((bezier([gate, gate - side * 190 + on_way * 40, on - on_way * pull, on]), way, -1))
    return gate, result


def _clover(
    forward: dict[str, LineString], backward: dict[str, LineString]
) -> list[tuple[FloatArray, list[tuple[tuple[str, int], FloatArray]]]]:
    """Eight ramps of the interchange: right turns outside, left turns as loops."""
    ways = {(ref, 0): forward[ref] for ref in forward} | {(ref, 1): backward[ref] for ref in backward}
    result = []
    for here, line in ways.items():
        for there, other in ways.items():
            if here[0] == there[0]:
                continue
            cross = line.intersection(other)
            if cross.is_empty:
                continue
            point = shapely.get_coordinates(cross)[0]
            a, b = line.project(Point(point)), other.project(Point(point))
            _, da = _at(line, a)
            _, db = _at(other, b)
            if da[0] * db[1] - da[1] * db[0] < 0:  # a right turn
                start, way_in = _at(line, a - 520)
                stop, way_out = _at(other, b + 520)
                ramp = bezier([start, start + way_in * 330, stop - way_out * 330, stop], 18)
            else:  # a loop to the right of both
                start, way_in = _at(line, a + 110)
                stop, way_out = _at(other, b - 110)
                ramp = bezier([start, start + way_in * 330, stop - way_out * 330, stop], 22)
            result.append((ramp, [(here, ramp[0]), (there, ramp[-1])]))
    return result


def elevated(road: Road, obstacles: BaseGeometry, tags: dict[str, str]) -> list[Road]:
    """A free road with bridges where it crosses the obstacles."""
    return [
        Road(part, road.tags | (tags if above else {}), grade="bridge" if above else "free")
        for part, above in raised(road.line, obstacles, margin_m=22, join_m=260)
    ]
