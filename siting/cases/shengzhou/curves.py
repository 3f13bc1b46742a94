"""Small geometry: smooth lines, offsets, cutting, and rounding that keeps builds reproducible.

All coordinates are metres. Every step that later decides something is rounded to `STEP_M`, so that the last
bits of floating point, which differ between processors, cannot change the result.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import shapely
from numpy.typing import ArrayLike
from shapely.geometry import LineString, MultiLineString, Polygon
from shapely.geometry.base import BaseGeometry

from siting.impedance import FloatArray

STEP_M = 0.1


def rounded(points: ArrayLike) -> FloatArray:
    """(n, 2) points on the grid of `STEP_M`."""
    return np.round(np.asarray(points, dtype=np.float64) / STEP_M) * STEP_M


def tidy(points: ArrayLike) -> FloatArray:
    """Rounded points without immediate repeats."""
    grid = rounded(points)
    keep = np.ones(len(grid), dtype=bool)
    keep[1:] = np.abs(np.diff(grid, axis=0)).max(axis=1) > STEP_M / 2
    return grid[keep]


def smooth(points: ArrayLike, *, step_m: float = 40.0) -> FloatArray:
    """A centripetal-like Catmull-Rom curve through the points, about `step_m` between vertices."""
    control = np.asarray(points, dtype=np.float64)
    if len(control) < 3:
        return tidy(control)
    padded = np.vstack([2 * control[0] - control[1], control, 2 * control[-1] - control[-2]])
    pieces = []
    for a, b, c, d in zip(padded[:-3], padded[1:-2], padded[2:-1], padded[3:], strict=True):
        count = max(2, round(float(np.hypot(*(c - b))) / step_m))
        t = np.linspace(0.0, 1.0, count, endpoint=False)[:, None]
        pieces.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return tidy(np.vstack([*pieces, control[-1:]]))


def chaikin(points: ArrayLike, times: int = 2) -> FloatArray:
    """Corners cut, ends kept."""
    line = np.asarray(points, dtype=np.float64)
    for _ in range(times):
        if len(line) < 3:
            break
        first, second = line[:-1], line[1:]
        cut = np.empty((2 * len(first), 2))
        cut[0::2] = 0.75 * first + 0.25 * second
        cut[1::2] = 0.25 * first + 0.75 * second
        line = np.vstack([line[:1], cut[1:-1], line[-1:]])
    return tidy(line)


def relaxed(points: ArrayLike, *, tolerance_m: float, step_m: float) -> FloatArray:
    """A raster path as a natural line: simplified, then rounded off; its ends stay."""
    line = np.asarray(points, dtype=np.float64)
    if len(line) > 2:
        inner = (line[:-2] + 2 * line[1:-1] + line[2:]) / 4
        line = np.vstack([line[:1], inner, line[-1:]])
        line = shapely.get_coordinates(shapely.simplify(LineString(rounded(line)), tolerance_m))
    return smooth(line, step_m=step_m)


def meander(
    points: ArrayLike, rng: np.random.Generator, *, swing_m: float, wave_m: float, step_m: float = 40.0
) -> FloatArray:
    """A smooth line that swings to both sides, less near its ends."""
    base = LineString(smooth(points, step_m=60.0))
    count = max(3, round(base.length / wave_m))
    at = (np.arange(1, count) + rng.uniform(-0.2, 0.2, count - 1)) / count
    side = np.where(np.arange(count - 1) % 2 == 0, 1.0, -1.0) * rng.uniform(0.25, 1.0, count - 1) * swing_m
    side *= np.minimum(1.0, 4 * np.minimum(at, 1 - at))
    here = shapely.get_coordinates(shapely.line_interpolate_point(base, at, normalized=True))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(base, np.minimum(at + 0.01, 1), normalized=True))
    direction = ahead - here
    direction /= np.maximum(np.hypot(direction[:, 0], direction[:, 1]), 1e-9)[:, None]
    normal = np.column_stack([-direction[:, 1], direction[:, 0]])
    ends = shapely.get_coordinates(base)[[0, -1]]
    return smooth(np.vstack([ends[:1], here + normal * side[:, None], ends[1:]]), step_m=step_m)


def ribbon(
    line: LineString, start_m: float, end_m: float, rng: np.random.Generator, *, step_m: float = 50.0
) -> BaseGeometry:
    """A water body along a line whose full width grows from `start_m` to `end_m`, with narrows and wide places."""
    count = max(2, round(line.length / step_m) + 1)
    share = np.linspace(0.0, 1.0, count)
    point = shapely.get_coordinates(shapely.line_interpolate_point(line, share, normalized=True))
    knots = np.linspace(0, 1, max(3, round(line.length / 450)))
    swell = np.interp(share, knots, rng.uniform(0.8, 1.22, len(knots)))
    half = np.round((start_m + (end_m - start_m) * share) / 2 * swell, 1)
    segments = shapely.linestrings(np.stack([point[:-1], point[1:]], axis=1))
    return shapely.union_all(shapely.buffer(segments, (half[:-1] + half[1:]) / 2, quad_segs=4))


def lines_of(geometry: BaseGeometry) -> list[LineString]:
    """The line strings in any geometry."""
    if geometry.is_empty:
        return []
    if isinstance(geometry, LineString):
        return [geometry]
    if isinstance(geometry, MultiLineString) or hasattr(geometry, "geoms"):
        return [line for part in geometry.geoms for line in lines_of(part)]
    return []


def polygons_of(geometry: BaseGeometry) -> list[Polygon]:
    """The polygons in any geometry."""
    if isinstance(geometry, Polygon):
        return [] if geometry.is_empty else [geometry]
    if hasattr(geometry, "geoms"):
        return [polygon for part in geometry.geoms for polygon in polygons_of(part)]
    return []


def substring(line: LineString, start_m: float, end_m: float) -> LineString:
    """The part of a line between two distances along it."""
    total = line.length
    start_m, end_m = max(0.0, start_m), min(total, end_m)
    coordinates = shapely.get_coordinates(line)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(coordinates, axis=0).T))])
    inside = coordinates[(along > start_m + 1e-6) & (along < end_m - 1e-6)]
    ends = shapely.get_coordinates(shapely.line_interpolate_point(line, [start_m, end_m]))
    return LineString(np.vstack([ends[:1], inside, ends[1:]]))


def raised(
    line: LineString, obstacles: BaseGeometry, *, margin_m: float, join_m: float = 60.0
) -> list[tuple[LineString, bool]]:
    """Cut a line into parts on the ground (False) and on a bridge (True) over the obstacles.

    Spans closer together than `join_m` become one bridge.
    """
    hit = shapely.intersection(line, obstacles)
    if hit.is_empty:
        return [(line, False)]
    spans: list[list[float]] = []
    for part in shapely.get_parts(shapely.union_all([hit])):
        at = shapely.line_locate_point(line, shapely.points(shapely.get_coordinates(part)))
        spans.append([float(at.min()) - margin_m, float(at.max()) + margin_m])
    spans.sort()
    merged: list[list[float]] = []
    for low, high in spans:
        if merged and low - merged[-1][1] < join_m:
            merged[-1][1] = max(high, merged[-1][1])
        else:
            merged.append([low, high])
    total = line.length
    parts: list[tuple[LineString, bool]] = []
    at_m = 0.0
    for low, high in merged:
        low, high = (0.0 if low < 8 else low), (total if high > total - 8 else high)
        if low > at_m:
            parts.append((substring(line, at_m, low), False))
        parts.append((substring(line, max(low, at_m), high), True))
        at_m = high
    if at_m < total:
        parts.append((substring(line, at_m, total), False))
    return parts


def bezier(points: Sequence[ArrayLike], count: int = 14) -> FloatArray:
    """A cubic Bézier curve of four control points."""
    a, b, c, d = (np.asarray(p, dtype=np.float64) for p in points)
    t = np.linspace(0, 1, count)[:, None]
    return tidy((1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d)


def union(geometries: Iterable[BaseGeometry]) -> BaseGeometry:
    """Union of many geometries."""
    return shapely.union_all(list(geometries))
