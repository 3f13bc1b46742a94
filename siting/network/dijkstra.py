"""Many-to-many searches by Dijkstra's algorithm with a limit: no preparation, work in proportion to what is reached.

For few sources, short reaches, and networks that do not contract.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from siting.impedance import FloatArray, IntArray
from siting.machine.compiled import compiled
from siting.network.approach import Approach
from siting.network.hung import Beside, Hung, Int32Array, Labels, Rows, Scratch, write_rows

_CHILDREN = 4  # of a heap's entry


class Work(NamedTuple):
    """Room for one thread: a heap of (minutes, vertex), in which a vertex may stand more than once."""

    heap_min: FloatArray
    heap: Int32Array
    labels: Labels
    scratch: Scratch


@dataclass(frozen=True, eq=False)
class Searcher:
    """Searches from any sources to fixed targets on arcs by tail: starts, heads, minutes."""

    start: IntArray
    head: Int32Array
    minutes: FloatArray
    targets: Hung

    @classmethod
    def to(cls, arcs: tuple[IntArray, IntArray, FloatArray], vertex_count: int, targets: Approach) -> Searcher:
        """On the arcs (tail, head, minutes) of a graph."""
        tail, head, minutes = arcs
        order = np.argsort(tail, kind="stable")
        start = np.zeros(vertex_count + 1, dtype=np.int64)
        np.cumsum(np.bincount(tail, minlength=vertex_count), out=start[1:])
        hung = Hung.of(targets.u, targets.v, targets.u_min, targets.v_min, vertex_count)
        return cls(start, head[order].astype(np.int32), minutes[order], hung)

    def order(self, sources: Approach) -> IntArray:
        """See `Engine`."""
        return np.argsort(sources.u, kind="stable")

    def hang(self, sources: Approach) -> Hung:
        """See `Engine`."""
        return Hung.of(sources.u, sources.v, sources.u_min, sources.v_min, self.start.size - 1)

    def work(self) -> Work:
        """Room for one thread."""
        n, most = self.start.size - 1, self.head.size + 2
        labels = Labels(np.full(n, np.inf), np.full(n, -1, dtype=np.int64), np.empty(n, dtype=np.int32))
        return Work(np.empty(most), np.empty(most, dtype=np.int32), labels, Scratch.of(1, self.targets.u.size))

    def search(
        self,
        number: int,
        wanted: Int32Array,
        sources: Hung,
        beside: Beside,
        limit_min: float,
        cutoff_min: float,
        work: Work,
        rows: Rows,
    ) -> int:
        """See `Engine`."""
        return _search(
            number, wanted, sources, self.start, self.head, self.minutes, self.targets, beside, limit_min, cutoff_min,
            work, rows,
        )  # fmt: skip


@compiled
def _push(heap_min: FloatArray, heap: Int32Array, size: int, minutes: float, vertex: int) -> None:
    at = size
    while at > 0:
        above = (at - 1) // _CHILDREN
        if heap_min[above] <= minutes:
            break
        heap_min[at], heap[at] = heap_min[above], heap[above]
        at = above
    heap_min[at], heap[at] = minutes, vertex


@compiled
def _drop_first(heap_min: FloatArray, heap: Int32Array, size: int) -> None:
    """Take the first of `size` entries away."""
    minutes, vertex = heap_min[size - 1], heap[size - 1]
    at = 0
    while True:
        best = _CHILDREN * at + 1
        if best >= size - 1:
            break
        for child in range(best + 1, min(best + _CHILDREN, size - 1)):
            if heap_min[child] < heap_min[best]:
                best = child
        if heap_min[best] >= minutes:
            break
        heap_min[at], heap[at] = heap_min[best], heap[best]
        at = best
    heap_min[at], heap[at] = minutes, vertex


@compiled
def _search(
    number: int,
    wanted: Int32Array,
    sources: Hung,
    start: IntArray,
    head: Int32Array,
    arc_min: FloatArray,
    targets: Hung,
    beside: Beside,
    limit_min: float,
    cutoff_min: float,
    work: Work,
    rows: Rows,
) -> int:
    heap_min, heap = work.heap_min, work.heap
    minutes, fresh, reached = work.labels.minutes, work.labels.fresh, work.labels.reached
    used = 0
    for first in range(wanted.size):
        s, search = wanted[first], number + first
        size, count = 0, 0
        for v, t in ((sources.u[s], sources.u_min[s]), (sources.v[s], sources.v_min[s])):
            if t <= limit_min and t < np.inf and (fresh[v] != search or t < minutes[v]):
                if fresh[v] != search:
                    fresh[v] = search
                    reached[count] = v
                    count += 1
                minutes[v] = t
                _push(heap_min, heap, size, t, v)
                size += 1
        while size > 0:
            here, v = heap_min[0], heap[0]
            _drop_first(heap_min, heap, size)
            size -= 1
            if here > minutes[v]:
                continue
            for a in range(start[v], start[v + 1]):
                t, w = here + arc_min[a], head[a]
                if t <= limit_min and (fresh[w] != search or t < minutes[w]):
                    if fresh[w] != search:
                        fresh[w] = search
                        reached[count] = w
                        count += 1
                    minutes[w] = t
                    _push(heap_min, heap, size, t, w)
                    size += 1
        batch = wanted[first : first + 1]
        used = write_rows(
            search, batch, first, used, count, work.labels, targets, beside, cutoff_min, work.scratch, rows
        )
    return used
