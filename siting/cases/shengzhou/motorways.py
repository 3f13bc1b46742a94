"""Motorways with their junctions and interchange, and the railway; they cross all else on bridges."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry

from siting.cases.shengzhou import geography
from siting.cases.shengzhou.curves import bezier, lines_of, raised, smooth, tidy
from siting.cases.shengzhou.facts import plane
from siting.cases.shengzhou.roads import Road
from siting.impedance import FloatArray

HALF_M = 13.0


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
        tags = {
            "highway": "motorway_link",
            "oneway": "yes",
            "maxspeed": "40",
            "name": f"{name}互通",
            "name:en": f"{name_en} Interchange",
        }
        for line, way, end in lines:
            ramps.append(Road(LineString(line), dict(tags), grade="free"))
            anchors[ref, way].append(line[end])
    for line, marks in _clover(forward, backward):
        ramps.append(
            Road(
                LineString(line),
                {
                    "highway": "motorway_link",
                    "oneway": "yes",
                    "maxspeed": "50",
                    "name": "嵊州枢纽",
                    "name:en": "Shengzhou Interchange",
                },
                grade="free",
            )
        )
        for key, point in marks:
            anchors[key].append(point)
    roads = []
    for motorway in geography.MOTORWAYS:
        for way, side in enumerate((forward[motorway.ref], backward[motorway.ref])):
            tags = {
                "highway": "motorway",
                "ref": motorway.ref,
                "name": motorway.name,
                "name:en": motorway.name_en,
                "oneway": "yes",
                "lanes": "2",
                "maxspeed": "100" if motorway.ref == "G1512" else "120",
            }
            roads.append(Road(_with_points(side, anchors[motorway.ref, way]), tags, grade="free"))
    return roads + ramps, gates


def _with_points(line: LineString, points: list[FloatArray]) -> LineString:
    """The line with further vertices that lie on it."""
    base = shapely.get_coordinates(line)
    at = np.concatenate(
        [shapely.line_locate_point(line, shapely.points(base)), [line.project(Point(p)) for p in points]]
    )
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
    """A trumpet interchange: (points, carriageway, its end on it) of four one-way ramps, and the toll gate.

    Drawn in a frame along the carriageway nearer to the gate (`a`) and away from the gate (`b`).
    """
    near = 0 if forward.distance(Point(toward)) < backward.distance(Point(toward)) else 1
    lines = (forward, backward)
    foot, along = _at(lines[near], lines[near].project(Point(where)))
    away = np.array([-along[1], along[0]])
    middle = foot + away * HALF_M

    def drawn(points: list[tuple[float, float]]) -> FloatArray:
        return np.array([middle + a * along + b * away for a, b in points])

    def on(way: int, a: float) -> tuple[FloatArray, FloatArray]:
        place = middle + a * along
        return _at(lines[way], lines[way].project(Point(place)))

    gate = np.round(middle - away * 430, 1)
    far = 1 - near
    leave, leave_way = on(near, -430)
    enter, enter_way = on(near, 430)
    off, off_way = on(far, 60)
    join, join_way = on(far, -470)
    stem, root = drawn([(-9, -260), (9, -260), (0, -430)]), gate
    turn = np.linspace(-np.pi / 2, -2 * np.pi, 12)
    loop = drawn([(-72 + 62 * float(np.cos(t)), 88 + 62 * float(np.sin(t))) for t in turn])
    swing = drawn([(10, -60), (13, 80), (-4, 165), (-72, 212), (-155, 200), (-230, 150), (-310, 72)])
    ramps = [
        (np.vstack([bezier([leave, leave + leave_way * 240, stem[0] + away * 170, stem[0]]), root]), near, 0),
        (np.vstack([root, bezier([stem[1], stem[1] + away * 170, enter - enter_way * 240, enter])]), near, -1),
        (np.vstack([smooth(np.vstack([off, off + off_way * 70, loop, stem[0]]), step_m=16), root]), far, 0),
        (np.vstack([root, smooth(np.vstack([stem[1], swing, join - join_way * 60, join]), step_m=25)]), far, -1),
    ]
    return gate, [(tidy(points), way, end) for points, way, end in ramps]


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


def elevated(road: Road, obstacles: shapely.STRtree, tags: dict[str, str]) -> list[Road]:
    """A free road with bridges where it crosses the obstacles."""
    near = obstacles.geometries[obstacles.query(road.line, predicate="intersects")]
    ends = shapely.union_all(shapely.buffer(shapely.points([road.line.coords[0], road.line.coords[-1]]), 6))
    crossed = shapely.difference(shapely.union_all(near), ends) if len(near) else ends
    if not len(near) or not crossed.intersects(road.line):
        return [road]
    return [
        Road(part, road.tags | (tags if above else {}), grade="bridge" if above else "free")
        for part, above in raised(road.line, crossed, margin_m=22, join_m=260)
    ]
