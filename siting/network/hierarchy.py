"""A customizable contraction hierarchy of a road graph: made once, it answers many-to-many searches by sweeps.

The vertices are eliminated in order of least degree, which joins the neighbours of each by shortcuts. An eliminated
vertex's later neighbours separate it, and all that hangs below it in the elimination tree, from the rest. Numbered in
postorder of that tree, a subtree is a range of numbers, and each quickest way first climbs and then descends.

Dibbelt, Strasser and Wagner (2016), "Customizable Contraction Hierarchies", ACM JEA 21; least degree in place of
nested dissection: on roads it adds as few shortcuts, in a hundredth of the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siting.impedance import FloatArray, IntArray
from siting.machine.compiled import compiled

Int32Array = NDArray[np.int32]

# Networks that are no roads may grow shortcuts without end. New York needs 3.4 times its edges, 129 at one vertex.
MOST_ARCS_PER_EDGE = 16
MOST_NEIGHBOURS = 3000


class Arcs(NamedTuple):
    """Arcs between lower and higher vertices, by the lower: starts, higher ends (ascending), minutes."""

    start: IntArray
    above: Int32Array
    minutes: FloatArray


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """V vertices, numbered so that every arc joins a lower to a higher number.

    Attributes:
        number: (V,) of each vertex of the graph.
        parent: (V,) by number, the lowest vertex joined from above; -1 at the top.
        start, above: by number, all higher vertices that the elimination joined to each: starts, and ends (ascending).
        up, down: the arcs to and from higher vertices that lie on some quickest way.
    """

    number: Int32Array
    parent: Int32Array
    start: IntArray
    above: Int32Array
    up: Arcs
    down: Arcs

    @classmethod
    def of(cls, tail: IntArray, head: IntArray, minutes: FloatArray, vertex_count: int) -> Hierarchy | None:
        """Of the arcs (parallel ones and loops may be among them); None where shortcuts would be too many."""
        n = vertex_count
        low, high = np.minimum(tail, head), np.maximum(tail, head)
        edge = np.unique((low * n + high)[low != high])
        u, v = edge // max(n, 1), edge % max(n, 1)
        ends = np.concatenate([u, v])
        order = np.argsort(ends, kind="stable")
        most = MOST_ARCS_PER_EDGE * edge.size + n
        near = np.concatenate([v, u])[order].astype(np.int32)
        when, above_start, above = _eliminate(_starts(ends, n), near, most, MOST_NEIGHBOURS)
        if when.size < n:
            return None
        lower, upper = np.repeat(np.arange(n), np.diff(above_start)), when[above].astype(np.int64)
        parent = np.full(n, -1, dtype=np.int32)
        some = np.diff(above_start) > 0
        parent[some] = np.minimum.reduceat(upper, above_start[:-1][some]) if upper.size else 0
        post = _postorder(parent)
        number = post[when]
        by_number = np.empty(n, dtype=np.int32)
        by_number[post] = np.where(parent >= 0, post[parent], -1)
        arc = np.sort(post[lower].astype(np.int64) * n + post[upper])
        up_min, down_min = (
            _least(arc, number[a].astype(np.int64), number[b].astype(np.int64), minutes, n)
            for a, b in ((tail, head), (head, tail))
        )
        low = arc // max(n, 1)
        start, above = _starts(low, n), (arc % max(n, 1)).astype(np.int32)
        _customise(start, above, up_min, down_min)
        up_best, down_best = up_min.copy(), down_min.copy()
        _perfect(start, above, up_best, down_best)
        up, down = (
            Arcs(_starts(low[kept], n), above[kept], there[kept])
            for there, kept in (
                (up_min, np.isfinite(up_min) & (up_best == up_min)),
                (down_min, np.isfinite(down_min) & (down_best == down_min)),
            )
        )
        return cls(number, by_number, start, above, up, down)


def _starts(sorted_: IntArray, size: int) -> IntArray:
    start = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(sorted_, minlength=size), out=start[1:])
    return start


def _least(arc: IntArray, low: IntArray, high: IntArray, minutes: FloatArray, n: int) -> FloatArray:
    """(A,) of each arc the least minutes among those that run from `low` to `high` upwards; +inf without any."""
    least = np.full(arc.size, np.inf)
    upward = low < high
    np.minimum.at(least, np.searchsorted(arc, low[upward] * n + high[upward]), minutes[upward])
    return least


@compiled
def _eliminate(
    start: IntArray, near: Int32Array, most_arcs: int, most_near: int
) -> tuple[Int32Array, IntArray, Int32Array]:
    """Eliminate the vertices, always one with the fewest neighbours, joining its neighbours to each other.

    Args:
        start, near: (V + 1,), (2 E,) the neighbours of each vertex, without repeats.

    Returns:
        (V,) place of each vertex in the order; by place the neighbours that were left then: starts and vertices.
        All empty when there would be more than `most_arcs` in all, or `most_near` at one vertex.
    """
    n = start.size - 1
    begin, count, room = start[:-1].copy(), start[1:] - start[:-1], start[1:] - start[:-1]
    pool = np.empty(4 * near.size + 16, np.int32)
    pool[: near.size] = near
    top = near.size
    # The vertices of each degree stand in a queue: first in, first out.
    first, last = np.full(n + 1, -1, np.int32), np.full(n + 1, -1, np.int32)
    after, before = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    for v in range(n):
        d = count[v]
        before[v] = last[d]
        if last[d] >= 0:
            after[last[d]] = v
        else:
            first[d] = v
        last[d] = v
    stamp = np.full(n, -1, np.int32)
    place = np.empty(n, np.int32)
    above_start = np.zeros(n + 1, np.int64)
    above = np.empty(2 * near.size + 16, np.int32)
    size = 0
    least = 0
    for k in range(n):
        while first[least] < 0:
            least += 1
        v = first[least]
        first[least] = after[v]
        if after[v] >= 0:
            before[after[v]] = -1
        else:
            last[least] = -1
        place[v] = k
        d = count[v]
        if size + d > most_arcs or d > most_near:
            return place[:0].copy(), above_start[:0].copy(), above[:0].copy()
        if size + d > above.size:
            wider = np.empty(2 * above.size + d, np.int32)
            wider[:size] = above[:size]
            above = wider
        around = above[size : size + d]
        around[:] = pool[begin[v] : begin[v] + d]
        size += d
        above_start[k + 1] = size
        for a in around:
            at, c = begin[a], 0
            for y in range(at, at + count[a]):  # without v, closing the gap
                w = pool[y]
                if w != v:
                    pool[at + c] = w
                    c += 1
                    stamp[w] = v
            stamp[a] = v
            new = 0
            for w in around:
                if stamp[w] != v:
                    new += 1
            if c + new > room[a]:
                wide = 2 * (c + new)
                if top + wide > pool.size:
                    larger = np.empty(2 * pool.size + wide, np.int32)
                    larger[:top] = pool[:top]
                    pool = larger
                pool[top : top + c] = pool[at : at + c]
                at = top
                begin[a], room[a] = top, wide
                top += wide
            for w in around:
                if stamp[w] != v:
                    pool[at + c] = w
                    c += 1
            for y in range(at, at + c):
                stamp[pool[y]] = -1
            stamp[a] = -1
            old = count[a]
            if c != old:
                count[a] = c
                if before[a] >= 0:
                    after[before[a]] = after[a]
                else:
                    first[old] = after[a]
                if after[a] >= 0:
                    before[after[a]] = before[a]
                else:
                    last[old] = before[a]
                after[a], before[a] = -1, last[c]
                if last[c] >= 0:
                    after[last[c]] = a
                else:
                    first[c] = a
                last[c] = a
                least = min(least, c)
    return place, above_start, above[:size].copy()


@compiled
def _postorder(parent: Int32Array) -> Int32Array:
    """(V,) number of each vertex in postorder of the forest: all below a vertex come right before it."""
    n = parent.size
    child, sibling = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    for v in range(n - 1, -1, -1):
        p = parent[v]
        if p >= 0:
            sibling[v] = child[p]
            child[p] = v
    post, stack, done = np.empty(n, np.int32), np.empty(n, np.int32), 0
    for root in range(n):
        if parent[root] >= 0:
            continue
        top = 0
        stack[0] = root
        while top >= 0:
            v = stack[top]
            c = child[v]
            if c >= 0:
                child[v] = sibling[c]
                top += 1
                stack[top] = c
            else:
                post[v] = done
                done += 1
                top -= 1
    return post


@compiled
def _customise(start: IntArray, above: Int32Array, up_min: FloatArray, down_min: FloatArray) -> None:
    """Give each arc the minutes of the quickest way over lower vertices: each triangle once, from the lowest."""
    n = start.size - 1
    arc_to = np.full(n, -1, np.int64)
    for v in range(n):
        begin, end = start[v], start[v + 1]
        for x in range(begin, end):
            arc_to[above[x]] = x
        for x in range(begin, end):
            u = above[x]
            for a in range(start[u], start[u + 1]):  # from u to a higher w; over v both ways
                y = arc_to[above[a]]
                if y >= 0:
                    up_min[a] = min(up_min[a], down_min[x] + up_min[y])
                    down_min[a] = min(down_min[a], down_min[y] + up_min[x])
        for x in range(begin, end):
            arc_to[above[x]] = -1


@compiled
def _perfect(start: IntArray, above: Int32Array, up_min: FloatArray, down_min: FloatArray) -> None:
    """Lower customised minutes to those of the quickest way of all: each triangle once, from the highest.

    An arc that this lowers lies on no quickest way that another does not match.
    """
    n = start.size - 1
    arc_to = np.full(n, -1, np.int64)
    for v in range(n - 1, -1, -1):
        begin, end = start[v], start[v + 1]
        for x in range(begin, end):
            arc_to[above[x]] = x
        for x in range(begin, end):
            u = above[x]
            for a in range(start[u], start[u + 1]):
                y = arc_to[above[a]]
                if y >= 0:
                    up_min[x] = min(up_min[x], up_min[y] + down_min[a])
                    up_min[y] = min(up_min[y], up_min[x] + up_min[a])
                    down_min[x] = min(down_min[x], down_min[y] + up_min[a])
                    down_min[y] = min(down_min[y], down_min[x] + down_min[a])
        for x in range(begin, end):
            arc_to[above[x]] = -1
