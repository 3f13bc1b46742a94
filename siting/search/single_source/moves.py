"""Assignments to known sites, compiled: by regret, then bettered by shifts and swaps of demand points.

Overdrawn capacities (and loads below a site's least) are allowed on the way at a high price, so that tight instances
are repaired by the same moves.

Sources: Martello and Toth (1990), Knapsack Problems, ch. 7, assignment by regret; Mulvey and Beck (1984), European
Journal of Operational Research 18(3), capacitated clustering; shift and swap: Osman and Christofides (1994),
International Transactions in Operational Research 1(3).
"""

from __future__ import annotations

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.machine.compiled import compiled
from siting.search.single_source.arrays import Pairs

ROUNDS = 200  # of passes, a guard only


@compiled
def table(pairs: Pairs, open_sites: IntArray, points: int, far: float) -> FloatArray:
    """(I, S) costs at these sites; `far` for a pair that is not admissible."""
    cost = np.full((points, open_sites.size), far)
    for k in range(open_sites.size):
        j = open_sites[k]
        for e in range(pairs.start[j], pairs.start[j + 1]):
            cost[pairs.point[e], k] = pairs.cost[e]
    return cost


@compiled
def _two_best(cost: FloatArray, i: int, need: float, left: FloatArray) -> tuple[int, float, float]:
    """The cheapest site with room for point i, its cost and that of the next one; -1 where there is none."""
    best, first, second = -1, np.inf, np.inf
    for k in range(left.size):
        if need <= left[k]:
            if cost[i, k] < first:
                second = first
                best, first = k, cost[i, k]
            elif cost[i, k] < second:
                second = cost[i, k]
    return best, first, second


@compiled
def by_regret(cost: FloatArray, weight: FloatArray, room: FloatArray, far: float) -> IntArray:
    """(I,) number of a site: who loses most by not getting its best site with room goes first."""
    points = weight.size
    left = room.copy()
    local = np.full(points, -1)
    best = np.empty(points, dtype=np.int64)
    next_best = np.empty(points)
    regret = np.empty(points)
    first = np.empty(points)
    for i in range(points):
        best[i], first[i], next_best[i] = _two_best(cost, i, weight[i], left)
        regret[i] = next_best[i] - first[i] if next_best[i] < np.inf else far * (1.0 + weight[i])
    for _ in range(points):
        i = -1
        for h in range(points):
            if local[h] < 0 and (i < 0 or regret[h] > regret[i]):
                i = h
        k = best[i] if best[i] >= 0 else np.argmax(left)
        local[i] = k
        left[k] -= weight[i]
        for h in range(points):  # those for whom the site was one of the two best and is too full now
            if local[h] < 0 and weight[h] > left[k] and weight[h] <= left[k] + weight[i] and cost[h, k] <= next_best[h]:
                best[h], first[h], next_best[h] = _two_best(cost, h, weight[h], left)
                regret[h] = next_best[h] - first[h] if next_best[h] < np.inf else far * (1.0 + weight[h])
    return local


@compiled
def _wrong(load: float, room: float, least: float) -> float:
    """By how much a load is too large or too small."""
    return max(load - room, 0.0) + max(least - load, 0.0)


@compiled
def improve(
    cost: FloatArray, weight: FloatArray, room: FloatArray, least: FloatArray, local: IntArray, price: float, far: float
) -> None:
    """Change `local` (I,) by shifts and swaps until none betters it.

    Args:
        cost: (I, S) at the sites.
        room, least: (S,) largest and smallest load.
        price: of one unit of load too much or too little.
        far: cost of an inadmissible pair.
    """
    points, sites = cost.shape
    small = 1e-9 * far
    load = np.zeros(sites)
    for i in range(points):
        load[local[i]] += weight[i]
    for _ in range(ROUNDS):
        changed = True
        moved = False
        while changed:
            changed = False
            for i in range(points):
                a, w = local[i], weight[i]
                relief = _wrong(load[a] - w, room[a], least[a]) - _wrong(load[a], room[a], least[a])
                best, target = -small, -1
                for k in range(sites):
                    if k != a:
                        delta = cost[i, k] - cost[i, a]
                        if delta + price * relief < best or load[k] < least[k]:
                            more = _wrong(load[k] + w, room[k], least[k]) - _wrong(load[k], room[k], least[k])
                            delta += price * (relief + more)
                            if delta < best:
                                best, target = delta, k
                if target >= 0:
                    local[i] = target
                    load[a] -= w
                    load[target] += w
                    changed = moved = True
        for i in range(points):
            a = local[i]
            wrong_here = _wrong(load[a], room[a], least[a])
            eager = wrong_here > 0
            if not eager:
                for k in range(sites):
                    if cost[i, k] < cost[i, a]:
                        eager = True
                        break
            if not eager:
                continue
            best, partner = -small, -1
            for h in range(points):
                b = local[h]
                if b == a:
                    continue
                delta = cost[i, b] - cost[i, a] + cost[h, a] - cost[h, b]
                more = weight[h] - weight[i]  # that a takes on, and b sheds
                wrong_there = _wrong(load[b], room[b], least[b])
                if delta >= best and wrong_here == 0 and wrong_there == 0:
                    continue
                wrong = _wrong(load[a] + more, room[a], least[a]) - wrong_here
                wrong += _wrong(load[b] - more, room[b], least[b]) - wrong_there
                delta += price * wrong
                if delta < best:
                    best, partner = delta, h
            if partner >= 0:
                b = local[partner]
                more = weight[partner] - weight[i]
                load[a] += more
                load[b] -= more
                local[i] = b
                local[partner] = a
                moved = True
        if not moved:
            return


@compiled
def hosting(pairs: Pairs, site: IntArray, places: int) -> tuple[FloatArray, BoolArray]:
    """(J, J) what the catchment of a site (second) would cost at another (first), and whether all of it may go."""
    size = places
    count = np.zeros(size, dtype=np.int64)
    for i in range(site.size):
        count[site[i]] += 1
    total = np.zeros((size, size))
    there = np.zeros((size, size), dtype=np.bool_)
    met = np.empty(size, dtype=np.int64)
    for k in range(size):
        met[:] = 0
        for e in range(pairs.start[k], pairs.start[k + 1]):
            j = site[pairs.point[e]]
            total[k, j] += pairs.cost[e]
            met[j] += 1
        for j in range(size):
            there[k, j] = met[j] == count[j]
    return total, there
