"""Roads widened to both sides and merged, remembering what was merged before.

Areas of several questions on one network share most of their roads. Pieces of road are merged by squares of the map,
those by larger squares, and so on; a square that holds the same pieces as before is merged already.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from weakref import WeakKeyDictionary

import numpy as np
import shapely
from numpy.typing import NDArray

from siting.impedance import FloatArray, IntArray
from siting.network.geometry import LocalProjection, polylines
from siting.network.graph import RoadGraph

SQUARES_M = (500.0, 2000.0, 8000.0, 32000.0)
MOST_KEPT = 100_000  # geometries; then all are forgotten
_known: WeakKeyDictionary[RoadGraph, dict[float, Strips]] = WeakKeyDictionary()


def strips_of(graph: RoadGraph, buffer_m: float) -> Strips:
    """The strips of a graph, made once."""
    widths = _known.setdefault(graph, {})
    if buffer_m not in widths or len(widths[buffer_m].shapes) > graph.edge_count + MOST_KEPT:
        widths[buffer_m] = Strips(graph, buffer_m)
    return widths[buffer_m]


class Strips:
    """Roads of a graph in local metres, widened by `buffer_m` to both sides, and what was merged; for any threads.

    Attributes:
        local: the projection.
        lines: (E,) the edges' polylines.
        shapes: strips of the edges, then of parts of edges, then what was merged, in the order it came up.
    """

    def __init__(self, graph: RoadGraph, buffer_m: float) -> None:
        self.local = LocalProjection(graph.node_lon, graph.node_lat)
        self.buffer_m = buffer_m
        every = np.arange(graph.edge_count, dtype=np.int64)
        index, owner = graph.points_of(every)
        self.lines = polylines(self.local.to_metres(graph.point_lon[index], graph.point_lat[index]), owner)
        middle = shapely.get_coordinates(shapely.line_interpolate_point(self.lines, 0.5, normalized=True))
        self._square = [_code(np.floor(middle / size)) for size in SQUARES_M]
        self.shapes: list[shapely.Geometry | None] = [None] * graph.edge_count
        self._place: dict[object, int] = {}
        self._lock = threading.Lock()

    def merged(self, edge: IntArray, low: FloatArray, high: FloatArray) -> shapely.Geometry:
        """All strips of these parts of edges, from fraction to fraction, as one (multi)polygon in local metres."""
        if edge.size == 0:
            return shapely.Polygon()
        order = np.lexsort((low, edge, *(square[edge] for square in self._square)))
        edge, low, high = edge[order], low[order], high[order]
        place = self._strips(edge, low, high)
        for square in (*(square[edge] for square in self._square), np.zeros(edge.size, dtype=np.int64)):
            first = np.flatnonzero(np.diff(square, prepend=square[0] - 1))
            place = self._join(place, first, edge.size)
        shape = self.shapes[int(place[0])]
        assert shape is not None
        return shape

    def _strips(self, edge: IntArray, low: FloatArray, high: FloatArray) -> IntArray:
        """Places of the strips of parts of edges; what is new is widened at once."""
        place = edge.copy()
        whole = (low == 0.0) & (high == 1.0)
        new = np.array([e for e in edge[whole].tolist() if self.shapes[e] is None], dtype=np.int64)
        for e, strip in zip(new.tolist(), self._widen(self.lines[new]), strict=True):
            self.shapes[e] = strip
        cut = np.flatnonzero(~whole)
        keys = list(zip(edge[cut].tolist(), low[cut].tolist(), high[cut].tolist(), strict=True))
        unknown = [k for k, key in enumerate(keys) if key not in self._place]
        these = cut[unknown]
        self._keep([keys[k] for k in unknown], self._widen(cut_lines(self.lines[edge[these]], low[these], high[these])))
        place[cut] = [self._place[key] for key in keys]
        return place

    def _keep(self, keys: Sequence[object], shapes: Sequence[shapely.Geometry]) -> None:
        """Remember shapes by their keys; of what two threads made at once, the first stays."""
        with self._lock:
            for key, shape in zip(keys, shapes, strict=True):
                if key not in self._place:
                    self.shapes.append(shape)
                    self._place[key] = len(self.shapes) - 1

    def _widen(self, lines: NDArray[np.object_]) -> list[shapely.Geometry]:
        return list(shapely.buffer(shapely.simplify(lines, self.buffer_m / 4), self.buffer_m, quad_segs=2))

    def _join(self, place: IntArray, first: IntArray, count: int) -> IntArray:
        """Merge each run of places from `first` on; for each entry the place of what it is merged into."""
        runs = [run[np.diff(run, prepend=-1) != 0] for run in np.split(place, first[1:])]
        keys = [run.tobytes() for run in runs]
        missing = {key: run for key, run in zip(keys, runs, strict=True) if run.size > 1 and key not in self._place}
        united = [shapely.union_all([self.shapes[k] for k in run.tolist()]) for run in missing.values()]
        self._keep(list(missing), united)
        joined = np.array(
            [int(run[0]) if run.size == 1 else self._place[key] for run, key in zip(runs, keys, strict=True)]
        )
        return np.repeat(joined, np.diff(np.append(first, count)))


def _code(square: FloatArray) -> IntArray:
    return square[:, 0].astype(np.int64) * 10_000_000 + square[:, 1].astype(np.int64)


def cut_lines(lines: NDArray[np.object_], low: FloatArray, high: FloatArray) -> NDArray[np.object_]:
    """The parts of the lines between two fractions of their lengths."""
    if lines.size == 0:
        return lines
    coords, owner = shapely.get_coordinates(lines, return_index=True)
    # Length from the start of the line at each of its points.
    step = np.hypot(*np.diff(coords, axis=0, prepend=coords[:1]).T)
    first = np.ones(owner.size, dtype=bool)
    first[1:] = owner[1:] != owner[:-1]
    step[first] = 0.0
    run = np.cumsum(step)
    run -= run[first][owner]
    total = shapely.length(lines)
    begin, end = low * total, high * total
    inner = (run > begin[owner]) & (run < end[owner])
    ends = [shapely.get_coordinates(shapely.line_interpolate_point(lines, at)) for at in (begin, end)]
    every = np.arange(lines.size)
    belongs = np.concatenate([every, owner[inner], every])
    xy = np.concatenate([ends[0], coords[inner], ends[1]])
    order = np.argsort(belongs, kind="stable")
    return polylines(xy[order], belongs[order])
