"""Many-to-many searches in a contraction hierarchy, eight sources at a time.

Each source climbs to the top of the elimination tree; then one pass from the top downwards, over the vertices above
some target, hands the minutes of all eight down together (PHAST: Delling, Goldberg, Nowatzyk and Werneck 2013,
Journal of Parallel and Distributed Computing 73(7); restricted to targets: Delling, Goldberg and Werneck 2011). The
neighbours of a vertex from above separate all that hangs below it from the rest: where none of them is within the
limit, and no source lies below, the whole subtree is passed over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from siting.impedance import FloatArray, IntArray
from siting.machine.compiled import compiled
from siting.network.approach import Approach
from siting.network.hierarchy import Arcs, Hierarchy, Int32Array
from siting.network.hung import Beside, Hung, Labels, Rows, Scratch, write_rows

LANES = 8  # one cache line of minutes


class Descent(NamedTuple):
    """The S vertices above some target, in ascending order, and what leads down to them.

    Attributes:
        place: (V,) of each vertex among them; -1 elsewhere.
        arcs: those from higher vertices, by place.
        wall_start, wall: by place, all higher vertices that the elimination joined to each.
        size: (S,) how many there are in the subtree of each, itself included.
    """

    place: Int32Array
    arcs: Arcs
    wall_start: IntArray
    wall: Int32Array
    size: Int32Array


class Work(NamedTuple):
    """Room for one thread.

    Attributes:
        climbed: (V,) minutes of one source on its way up; +inf between searches.
        seeded: (S,) number of the last search in which a source lay below.
        least: (S,) least minutes of the vertex in this search.
    """

    climbed: FloatArray
    seeded: IntArray
    least: FloatArray
    labels: Labels
    scratch: Scratch


@dataclass(frozen=True, eq=False)
class Sweeper:
    """Searches from any sources to fixed targets.

    Attributes:
        targets: hung on the places of `descent`.
    """

    hierarchy: Hierarchy
    descent: Descent
    targets: Hung

    @classmethod
    def to(cls, hierarchy: Hierarchy, targets: Approach) -> Sweeper:
        """On the hierarchy of a graph."""
        h, u, v = hierarchy, hierarchy.number[targets.u], hierarchy.number[targets.v]
        wanted, size = _above(h.parent, np.concatenate([u, v]))
        kept = np.flatnonzero(wanted)
        place = np.full(h.parent.size, -1, dtype=np.int32)
        place[kept] = np.arange(kept.size)
        wall_start, joined = _rows_of(h.start, kept)
        start, arc = _rows_of(h.down.start, kept)
        arcs = Arcs(start, place[h.down.above[arc]], h.down.minutes[arc])
        descent = Descent(place, arcs, wall_start, place[h.above[joined]], size[kept])
        return cls(h, descent, Hung.of(place[u], place[v], targets.u_min, targets.v_min, kept.size))

    def order(self, sources: Approach) -> IntArray:
        """See `Engine`: neighbours together."""
        return np.argsort(self.hierarchy.number[sources.u], kind="stable")

    def hang(self, sources: Approach) -> Hung:
        """See `Engine`."""
        number = self.hierarchy.number
        return Hung.of(number[sources.u], number[sources.v], sources.u_min, sources.v_min, number.size)

    def work(self) -> Work:
        """Room for one thread."""
        v, s = self.hierarchy.parent.size, self.descent.size.size
        labels = Labels(np.empty(s * LANES), np.full(s, -1, dtype=np.int64), np.empty(s, dtype=np.int32))
        return Work(
            np.full(v, np.inf),
            np.full(s, -1, dtype=np.int64),
            np.empty(s),
            labels,
            Scratch.of(LANES, self.targets.u.size),
        )

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
        return _sweep(
            number, wanted, sources, self.hierarchy.parent, self.hierarchy.up, self.descent, self.targets, beside,
            min(limit_min, 1e300), cutoff_min, work, rows,
        )  # fmt: skip


def _rows_of(start: IntArray, rows: IntArray) -> tuple[IntArray, IntArray]:
    """Starts of these rows when they stand alone, and their entries."""
    count = np.diff(start)[rows]
    begin = np.zeros(rows.size + 1, dtype=np.int64)
    np.cumsum(count, out=begin[1:])
    return begin, np.arange(begin[-1]) + np.repeat(start[rows] - begin[:-1], count)


@compiled
def _above(parent: Int32Array, ends: Int32Array) -> tuple[IntArray, Int32Array]:
    """(V,) 1 for the ends and all above them, else 0; and how many such hang in the subtree of each."""
    wanted = np.zeros(parent.size, np.int64)
    for v in ends:
        wanted[v] = 1
    size = np.zeros(parent.size, np.int32)
    for v in range(parent.size):
        if wanted[v] == 1:
            size[v] += 1
            p = parent[v]
            if p >= 0:
                wanted[p] = 1
                size[p] += size[v]
    return wanted, size


@compiled
def _sweep(
    number: int,
    wanted: Int32Array,
    sources: Hung,
    parent: Int32Array,
    up: Arcs,
    descent: Descent,
    targets: Hung,
    beside: Beside,
    limit_min: float,
    cutoff_min: float,
    work: Work,
    rows: Rows,
) -> int:
    climbed, seeded, least = work.climbed, work.seeded, work.least
    minutes, fresh, reached = work.labels.minutes, work.labels.fresh, work.labels.reached
    source_u, source_v, source_u_min, source_v_min = sources.u, sources.v, sources.u_min, sources.v_min
    up_start, up_end, up_min = up.start, up.above, up.minutes
    place, start, above, down_min = descent.place, descent.arcs.start, descent.arcs.above, descent.arcs.minutes
    wall_start, wall, size = descent.wall_start, descent.wall, descent.size
    used = 0
    for first in range(0, wanted.size, LANES):
        batch = wanted[first : first + LANES]
        search = number + first
        for lane in range(batch.size):
            s = batch[lane]
            x, y = source_u[s], source_v[s]
            climbed[x] = source_u_min[s]
            climbed[y] = min(climbed[y], source_v_min[s])
            while x >= 0 or y >= 0:
                v = x if y < 0 or 0 <= x <= y else y
                here = climbed[v]
                climbed[v] = np.inf
                if here <= limit_min:
                    for a in range(up_start[v], up_start[v + 1]):
                        there = here + up_min[a]
                        if there < climbed[up_end[a]]:
                            climbed[up_end[a]] = there
                i = place[v]
                if i >= 0:
                    if seeded[i] != search:
                        seeded[i] = search
                        for other in range(LANES):
                            minutes[LANES * np.int64(i) + other] = np.inf
                    if here <= limit_min:
                        minutes[LANES * np.int64(i) + lane] = here
                following = parent[v]
                if y == v:
                    y = following
                if x == v:
                    x = following
        count = 0
        i = size.size - 1
        while i >= 0:
            row = LANES * np.int64(i)
            alive = seeded[i] == search
            if not alive:
                for lane in range(LANES):
                    minutes[row + lane] = np.inf
            for a in range(start[i], start[i + 1]):
                w = above[a]
                if least[w] <= limit_min:
                    alive = True
                    over, more = LANES * np.int64(w), down_min[a]
                    for lane in range(LANES):
                        t = minutes[over + lane] + more
                        minutes[row + lane] = t if t < minutes[row + lane] else minutes[row + lane]
            if not alive:
                for a in range(wall_start[i], wall_start[i + 1]):
                    if least[wall[a]] <= limit_min:
                        alive = True
                        break
                if not alive:
                    i -= size[i]
                    continue
            low = np.inf
            for lane in range(LANES):
                low = minutes[row + lane] if minutes[row + lane] < low else low
            least[i] = low
            if low <= limit_min:
                fresh[i] = search
                reached[count] = i
                count += 1
            i -= 1
        used = write_rows(
            search, batch, first, used, count, work.labels, targets, beside, cutoff_min, work.scratch, rows
        )
    return used
