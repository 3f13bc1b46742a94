"""Points hung on the vertices of a search, and the rows of times that a search writes for them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.machine.compiled import compiled

Int32Array = NDArray[np.int32]
Float32Array = NDArray[np.float32]

# Sums of minutes differ in their last bits with the order of adding; rounded to 6 ms, 15 min is 15 min on every
# machine. Four decimals are also what a 32-bit float holds of anything up to eight hours.
DECIMALS_MIN = 4
_PER_MINUTE = 10.0**DECIMALS_MIN
_RUN = 64


class Hung(NamedTuple):
    """Points joined to two vertices each.

    Attributes:
        u, v: (k,) vertices at the ends of their edges.
        u_min, v_min: (k,) minutes between point and vertex; +inf where there is no way.
        start, point: (V + 1,), (2 k,) the points of each vertex.
    """

    u: Int32Array
    v: Int32Array
    u_min: FloatArray
    v_min: FloatArray
    start: IntArray
    point: Int32Array

    @classmethod
    def of(
        cls,
        u: IntArray | Int32Array,
        v: IntArray | Int32Array,
        u_min: FloatArray,
        v_min: FloatArray,
        vertex_count: int,
    ) -> Hung:
        """On the vertices 0..vertex_count - 1."""
        ends = np.concatenate([u, v])
        start = np.zeros(vertex_count + 1, dtype=np.int64)
        np.cumsum(np.bincount(ends, minlength=vertex_count), out=start[1:])
        point = (np.argsort(ends, kind="stable") % max(u.size, 1)).astype(np.int32)
        return cls(u.astype(np.int32), v.astype(np.int32), u_min, v_min, start, point)


class Beside(NamedTuple):
    """Ways between a source and a target that pass no vertex, by source: starts, targets (ascending), minutes."""

    start: IntArray
    target: Int32Array
    minutes: FloatArray


class Labels(NamedTuple):
    """What a search knows of the vertices, for L sources at once.

    Attributes:
        minutes: (V x L) from each source, L to a vertex; read only where `fresh` is the search's number.
        fresh: (V,) number of the last search that reached the vertex.
        reached: (V,) the vertices that this search reached, as many as it says.
    """

    minutes: FloatArray
    fresh: IntArray
    reached: Int32Array


class Rows(NamedTuple):
    """Room for the rows of a block of sources: targets, ascending, and minutes, one row after the other.

    Attributes:
        target, minutes: (rows x k,) as far as they are used.
        pairs: (rows,) how many each row has.
    """

    target: Int32Array
    minutes: Float32Array
    pairs: IntArray


class Scratch(NamedTuple):
    """Room to put a row together: +inf and marks between searches.

    Attributes:
        lane_target, lane_minutes: (L, k) of each source before they stand in a row.
        touched: (k,) targets that this search touched; False between searches.
        busy: (k / 64,) whether one of 64 targets in a row was touched; False between searches.
    """

    lane_target: Int32Array
    lane_minutes: Float32Array
    touched: BoolArray
    busy: BoolArray

    @classmethod
    def of(cls, lanes: int, targets: int) -> Scratch:
        """For `lanes` sources at once."""
        return cls(
            np.empty((lanes, targets), dtype=np.int32),
            np.empty((lanes, targets), dtype=np.float32),
            np.zeros(targets, dtype=np.bool_),
            np.zeros(targets // _RUN + 1, dtype=np.bool_),
        )


@compiled
def round_down(minutes: float) -> np.float32:
    """The largest 32-bit float that is not above."""
    near = np.float32(minutes)
    return np.float32(np.nextafter(near, np.float32(0.0))) if near > minutes else near


@compiled
def write_rows(
    search: int,
    sources: Int32Array,
    row: int,
    used: int,
    reached_count: int,
    labels: Labels,
    targets: Hung,
    beside: Beside,
    cutoff_min: float,
    scratch: Scratch,
    rows: Rows,
) -> int:
    """Append a row for each of `sources`, the first being row `row`; returns how many pairs are used by then.

    Minutes are rounded to `DECIMALS_MIN` and then down to a 32-bit float, so that what is within a standard in decimals
    is within it as stored.
    """
    touched, busy = scratch.touched, scratch.busy
    lane_target, lane_minutes = scratch.lane_target, scratch.lane_minutes
    width = np.int64(lane_target.shape[0])
    minutes, fresh, reached = labels.minutes, labels.fresh, labels.reached
    hung_start, hung, end_u, end_v, u_min, v_min = (
        targets.start, targets.point, targets.u, targets.v, targets.u_min, targets.v_min,
    )  # fmt: skip
    beside_start, beside_target, beside_min = beside.start, beside.target, beside.minutes
    row_target, row_minutes = rows.target, rows.minutes
    for r in range(reached_count):
        vertex = reached[r]
        for h in range(hung_start[vertex], hung_start[vertex + 1]):
            touched[hung[h]] = busy[hung[h] // _RUN] = True
    next_beside = np.empty(sources.size, np.int64)
    for lane in range(sources.size):
        s = sources[lane]
        next_beside[lane] = beside_start[s]
        for h in range(beside_start[s], beside_start[s + 1]):
            touched[beside_target[h]] = busy[beside_target[h] // _RUN] = True
    filled = rows.pairs[row : row + sources.size]
    filled[:] = 0
    for run in range(busy.size):  # in ascending order without sorting
        if not busy[run]:
            continue
        busy[run] = False
        for j in range(_RUN * run, min(_RUN * run + _RUN, touched.size)):
            if not touched[j]:
                continue
            touched[j] = False
            u, v = end_u[j], end_v[j]
            by_u, by_v = fresh[u] == search, fresh[v] == search
            for lane in range(sources.size):
                t = np.inf
                h = next_beside[lane]
                while h < beside_start[sources[lane] + 1] and beside_target[h] == j:
                    t = min(t, beside_min[h])
                    h += 1
                next_beside[lane] = h
                if by_u:
                    t = min(t, minutes[width * u + lane] + u_min[j])
                if by_v:
                    t = min(t, minutes[width * v + lane] + v_min[j])
                if t < np.inf:
                    t = np.rint(t * _PER_MINUTE) / _PER_MINUTE
                    if t <= cutoff_min:
                        lane_target[lane, filled[lane]] = j
                        lane_minutes[lane, filled[lane]] = round_down(t)
                        filled[lane] += 1
    for lane in range(sources.size):
        for x in range(filled[lane]):
            row_target[used] = lane_target[lane, x]
            row_minutes[used] = lane_minutes[lane, x]
            used += 1
    return used
