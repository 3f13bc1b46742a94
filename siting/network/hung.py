"""Points hung on the vertices of a search, and the rows of times that a search writes for them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siting.compiled import compiled
from siting.impedance import FloatArray, IntArray

Int32Array = NDArray[np.int32]
Float32Array = NDArray[np.float32]

# Sums of minutes differ in their last bits with the order of adding; rounded to 6 ms, 15 min is 15 min on every
# machine. Four decimals are also what a 32-bit float holds of anything up to eight hours.
DECIMALS_MIN = 4
_PER_MINUTE = 10.0**DECIMALS_MIN


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
    """Ways between a source and a target that pass no vertex, by source: starts, targets, minutes."""

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
        beside: (L, k) minutes by the way that passes no vertex; +inf between searches.
        marked: (k,) number of the last search that touched the target.
        touched: (k,) targets that this search touched.
    """

    lane_target: Int32Array
    lane_minutes: Float32Array
    beside: FloatArray
    marked: IntArray
    touched: Int32Array

    @classmethod
    def of(cls, lanes: int, targets: int) -> Scratch:
        """For `lanes` sources at once."""
        return cls(
            np.empty((lanes, targets), dtype=np.int32),
            np.empty((lanes, targets), dtype=np.float32),
            np.full((lanes, targets), np.inf),
            np.full(targets, -1, dtype=np.int64),
            np.empty(targets, dtype=np.int32),
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
    k = targets.u.size
    touched, marked, straight = scratch.touched, scratch.marked, scratch.beside
    lane_target, lane_minutes = scratch.lane_target, scratch.lane_minutes
    width = np.int64(straight.shape[0])
    minutes, fresh, reached = labels.minutes, labels.fresh, labels.reached
    hung_start, hung, end_u, end_v, u_min, v_min = (
        targets.start, targets.point, targets.u, targets.v, targets.u_min, targets.v_min,
    )  # fmt: skip
    beside_start, beside_target, beside_min = beside.start, beside.target, beside.minutes
    row_target, row_minutes = rows.target, rows.minutes
    count = 0
    for r in range(reached_count):
        vertex = reached[r]
        for h in range(hung_start[vertex], hung_start[vertex + 1]):
            j = hung[h]
            if marked[j] != search:
                marked[j] = search
                touched[count] = j
                count += 1
    for lane in range(sources.size):
        s = sources[lane]
        for h in range(beside_start[s], beside_start[s + 1]):
            j = beside_target[h]
            straight[lane, j] = min(straight[lane, j], beside_min[h])
            if marked[j] != search:
                marked[j] = search
                touched[count] = j
                count += 1
    if count < k // 16:
        touched[:count].sort()
    else:
        count = 0
        for j in range(k):
            if marked[j] == search:
                touched[count] = j
                count += 1
    filled = rows.pairs[row : row + sources.size]
    filled[:] = 0
    for x in range(count):
        j = touched[x]
        u, v = end_u[j], end_v[j]
        by_u, by_v = fresh[u] == search, fresh[v] == search
        for lane in range(sources.size):
            t = straight[lane, j]
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
        s = sources[lane]
        for h in range(beside_start[s], beside_start[s + 1]):
            straight[lane, beside_target[h]] = np.inf
        for x in range(filled[lane]):
            row_target[used] = lane_target[lane, x]
            row_minutes[used] = lane_minutes[lane, x]
            used += 1
    return used
