r"""Compiled minimum-cost flow of people to open columns, kept optimal while columns open and close.

The transportation problem in units of load: what of each point goes where, every column holding between its minimum
and its capacity. Few columns are open and the points are many, so the residual network is seen as one between
columns: an arc j -> k costs the least unit cost of moving somebody from j to k. Successive shortest paths (Dijkstra
with potentials) move people out of a column that closes or is overfull, or into one that opens, until no path lowers
the cost; every state in between is optimal for what has been moved so far.

Sources: Ahuja, Magnanti and Orlin (1993), Network Flows, sections 9.7 and 12.4 (semi-assignment: many people, few
places).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.machine.compiled import compiled

TINY = 1e-11  # relative: amounts below it are dust


class Flow(NamedTuple):
    """Arrays of one transportation problem: pairs, columns, slots (K) of open columns; node K is the sink.

    Attributes:
        starts, column, unit: (I + 1,), (nnz,), (nnz,) pairs by point, ascending by cost of a unit of load.
        load: (I,) of each point, above 0.
        by_column, pair: (C + 1,), (nnz,) pairs by column; point: (nnz,) of each pair.
        capacity, minimum: (C,).
        flow: (nnz,) load moved over each pair.
        head, after, before: (C,), (nnz,), (nnz,) list of the pairs in use of each column.
        first, second: (I,), (nnz,) list of the pairs in use of each point.
        slot: (C,) of an open column, -1 of others; holder: (K,) its column, -1 for none.
        room, least: (K,) limits in force; used: (K,) load.
        price: (K + 1,) potentials.
        near, place: (I, K) unit cost of each point in each slot, +inf where there is none, and the number of the pair.
        arc, arc_from: (K, K) cheapest move from slot to slot, and the pair that moves.
        stale: (K,) slots whose moves must be sought again.
        distance, parent, done: (K + 1,) scratch.
        dust: (1,) amounts up to it are none.
    """

    starts: IntArray
    column: Any
    unit: FloatArray
    load: FloatArray
    by_column: IntArray
    pair: IntArray
    point: IntArray
    capacity: FloatArray
    minimum: FloatArray
    flow: FloatArray
    head: IntArray
    after: IntArray
    before: IntArray
    first: IntArray
    second: IntArray
    slot: IntArray
    holder: IntArray
    room: FloatArray
    least: FloatArray
    used: FloatArray
    price: FloatArray
    near: FloatArray
    place: Any
    arc: FloatArray
    arc_from: IntArray
    stale: BoolArray
    distance: FloatArray
    parent: IntArray
    done: BoolArray
    dust: FloatArray


@compiled
def _use(s: Flow, e: int, amount: float) -> None:
    """Put `amount` more on pair `e`."""
    j = s.column[e]
    if s.flow[e] == 0.0:
        k = s.head[j]
        s.after[e], s.before[e] = k, -1
        if k >= 0:
            s.before[k] = e
        s.head[j] = e
        i = s.point[e]
        s.second[e] = s.first[i]
        s.first[i] = e
        s.stale[s.slot[j]] = True
    s.flow[e] += amount


@compiled
def _free(s: Flow, e: int, amount: float) -> None:
    """Take `amount` off pair `e`."""
    s.flow[e] -= amount
    if s.flow[e] > s.dust[0]:
        return
    s.flow[e] = 0.0
    j, i = s.column[e], s.point[e]
    a, b = s.after[e], s.before[e]
    if b >= 0:
        s.after[b] = a
    else:
        s.head[j] = a
    if a >= 0:
        s.before[a] = b
    if s.first[i] == e:
        s.first[i] = s.second[e]
    else:
        k = s.first[i]
        while s.second[k] != e:
            k = s.second[k]
        s.second[k] = s.second[e]
    s.stale[s.slot[j]] = True


@compiled
def _seek_moves(s: Flow, u: int) -> None:
    """The cheapest move out of slot `u` to every other."""
    s.stale[u] = False
    s.arc[u, :] = np.inf
    arc, source = s.arc[u], s.arc_from[u]
    e = s.head[s.holder[u]]
    while e >= 0:
        near, here = s.near[s.point[e]], s.unit[e]
        for v in range(near.size):
            if near[v] - here < arc[v]:
                arc[v] = near[v] - here
                source[v] = e
        e = s.after[e]
    arc[u] = np.inf


@compiled
def _shortest(s: Flow, source: int, sink: int) -> float:
    """Cost of the cheapest path; updates the potentials where there is one. Node K is the sink of all people."""
    size = s.holder.size
    for v in range(size + 1):
        s.distance[v], s.parent[v], s.done[v] = np.inf, -1, v < size and s.holder[v] < 0
    s.distance[source] = 0.0
    u = source
    while u != sink:
        near = s.distance[u]
        s.done[u] = True
        if u == size:
            for v in range(size):
                if not s.done[v] and s.used[v] > s.least[v] + s.dust[0]:
                    far = near + max(s.price[size] - s.price[v], 0.0)
                    if far < s.distance[v]:
                        s.distance[v], s.parent[v] = far, size
        else:
            if s.stale[u]:
                _seek_moves(s, u)
            arc = s.arc[u]
            for v in range(size):
                if not s.done[v]:
                    far = near + max(arc[v] + s.price[u] - s.price[v], 0.0)
                    if far < s.distance[v]:
                        s.distance[v], s.parent[v] = far, u
            if not s.done[size] and s.used[u] < s.room[u] - s.dust[0]:
                far = near + max(s.price[u] - s.price[size], 0.0)
                if far < s.distance[size]:
                    s.distance[size], s.parent[size] = far, u
        u, near = -1, np.inf
        for v in range(size + 1):
            if not s.done[v] and s.distance[v] < near:
                u, near = v, s.distance[v]
        if u < 0:
            return np.inf
    whole = s.distance[sink]
    for v in range(size + 1):
        if v == size or s.holder[v] >= 0:
            s.price[v] += min(s.distance[v], whole)
    cost: float = s.price[sink] - s.price[source]
    return cost


@compiled
def _arrival(s: Flow, u: int, v: int) -> int:
    """The pair to which the cheapest move from slot `u` to slot `v` leads."""
    number: int = s.place[s.point[s.arc_from[u, v]], v]
    return number


@compiled
def _enter(s: Flow, c: int, k: int) -> None:
    """Give column `c` slot `k`."""
    s.slot[c], s.holder[k], s.head[c] = k, c, -1
    s.room[k], s.least[k], s.used[k] = s.capacity[c], s.minimum[c], 0.0
    s.arc[:, k] = np.inf
    s.stale[k] = True
    s.near[:, k] = np.inf
    for at in range(s.by_column[c], s.by_column[c + 1]):
        e = s.pair[at]
        s.near[s.point[e], k], s.place[s.point[e], k] = s.unit[e], e


@compiled
def _push(s: Flow, source: int, sink: int, amount: float, dearest: float) -> float:
    """Move up to `amount` from `source` to `sink` over paths cheaper than `dearest`; what is left over."""
    size = s.holder.size
    while amount > s.dust[0]:
        if _shortest(s, source, sink) >= dearest:
            break
        part, v = amount, sink
        while v != source:
            u = s.parent[v]
            if v == size:
                part = min(part, s.room[u] - s.used[u])
            elif u == size:
                part = min(part, s.used[v] - s.least[v])
            elif u == source or s.parent[u] == size or _arrival(s, s.parent[u], u) != s.arc_from[u, v]:
                part = min(part, s.flow[s.arc_from[u, v]])  # else the same people pass on
            v = u
        v = sink
        while v != source:
            u = s.parent[v]
            if v == size:
                s.used[u] += part
            elif u == size:
                s.used[v] -= part
            else:
                _use(s, _arrival(s, u, v), part)
            v = u
        v = sink
        while v != source:
            u = s.parent[v]
            if v != size and u != size:
                _free(s, s.arc_from[u, v], part)
            v = u
        amount -= part
        if source == size:
            s.used[sink] += part
    return amount


@compiled
def start(s: Flow, opened: BoolArray) -> bool:
    """The optimal flow with the columns `opened` (C,); False where it breaks a minimum or a capacity."""
    s.flow[:], s.head[:], s.first[:], s.slot[:], s.holder[:] = 0.0, -1, -1, -1, -1
    s.price[:], s.stale[:], s.near[:] = 0.0, True, np.inf
    count = 0
    for c in range(opened.size):
        if opened[c]:
            _enter(s, c, count)
            count += 1
    for i in range(s.load.size):
        there = False
        for e in range(s.starts[i], s.starts[i + 1]):
            if s.slot[s.column[e]] >= 0:
                _use(s, e, s.load[i])
                s.used[s.slot[s.column[e]]] += s.load[i]
                there = True
                break
        if not there:
            return False
    size = s.holder.size
    over, under = np.zeros(count), np.zeros(count)
    for u in range(count):
        over[u], under[u] = max(s.used[u] - s.room[u], 0.0), max(s.least[u] - s.used[u], 0.0)
        s.used[u] = min(s.used[u], s.room[u])
    for u in range(count):
        if _push(s, u, size, over[u], np.inf) > 10 * s.dust[0]:
            return False
    for u in range(count):
        if under[u] > 0 and _push(s, size, u, s.least[u] - s.used[u], np.inf) > 10 * s.dust[0]:
            return False
    return True


@compiled
def open_column(s: Flow, c: int) -> bool:
    """Open column `c` and let people come as long as it lowers the cost, or the minimum asks; False where that is
    out of reach.
    """
    size = s.holder.size
    k = 0
    while s.holder[k] >= 0:
        k += 1
    _enter(s, c, k)
    for at in range(s.by_column[c], s.by_column[c + 1]):
        e = s.pair[at]
        other = s.first[s.point[e]]
        while other >= 0:
            u = s.slot[s.column[other]]
            if s.unit[e] - s.unit[other] < s.arc[u, k]:
                s.arc[u, k] = s.unit[e] - s.unit[other]
                s.arc_from[u, k] = other
            other = s.second[other]
    lowest = np.inf
    for u in range(size):
        if s.holder[u] >= 0 and u != k:
            lowest = min(lowest, s.arc[u, k] + s.price[u])
    s.price[k] = lowest if lowest < np.inf else s.price[size]
    if _push(s, size, k, s.minimum[c], np.inf) > 10 * s.dust[0]:
        return False
    most = s.capacity[c] if s.capacity[c] < np.inf else s.load.sum()
    _push(s, size, k, most - s.used[k], -1e-12 * max(1.0, abs(s.price[k] - s.price[size])))
    if s.used[k] < s.room[k] - s.dust[0]:
        s.price[k] = max(s.price[k], s.price[size])
    return True


@compiled
def close_column(s: Flow, c: int) -> bool:
    """Move everybody out of column `c` and close it; False where there is no room for them elsewhere."""
    k = s.slot[c]
    amount = s.used[k]
    s.room[k], s.least[k], s.used[k] = 0.0, 0.0, 0.0
    if _push(s, k, s.holder.size, amount, np.inf) > 10 * s.dust[0]:
        return False
    while s.head[c] >= 0:  # dust
        e = s.head[c]
        _free(s, e, s.flow[e])
    s.slot[c], s.holder[k] = -1, -1
    s.arc[:, k], s.near[:, k] = np.inf, np.inf
    return True


@compiled
def worth(s: Flow) -> float:
    """Cost of the flow."""
    total = 0.0
    for u in range(s.holder.size):
        if s.holder[u] >= 0:
            e = s.head[s.holder[u]]
            while e >= 0:
                total += s.flow[e] * s.unit[e]
                e = s.after[e]
    return total


@compiled
def point_prices(s: Flow, price: FloatArray) -> None:
    """(I,) what a unit of load of each point costs at the margin: the duals of "everybody is assigned"."""
    sink = s.price[s.holder.size]
    for i in range(s.load.size):
        best = np.inf
        for e in range(s.starts[i], s.starts[i + 1]):
            u = s.slot[s.column[e]]
            if u >= 0:
                best = min(best, s.unit[e] + sink - s.price[u])
        price[i] = best
