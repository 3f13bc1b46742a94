"""What every cell is worth at given multipliers, by continuous knapsacks: the compiled inner part of the bound."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from siting.impedance import FloatArray, IntArray
from siting.machine.compiled import compiled
from siting.search.capacitated.problem import Pairs


@compiled
def fill_to(
    ratio: FloatArray, weight: FloatArray, point: IntArray, begin: int, end: int, room: float
) -> tuple[int, float]:
    """Reorder entries begin..end so that the first ones are those of least `ratio` whose weights fill `room`.

    Returns (last, share): entries before `last` are taken whole, entry `last` by `share`. All weights together
    exceed `room`; expected time is linear.
    """
    low, high = begin, end
    while high - low > 1:
        a, b, c = ratio[low], ratio[(low + high) // 2], ratio[high - 1]
        pivot = max(min(a, b), min(max(a, b), c))
        left, right, k, before = low, high, low, 0.0  # low..left lie below the pivot, right..high above it
        while k < right:
            r = ratio[k]
            if r == pivot:
                k += 1
                continue
            if r < pivot:
                before += weight[k]
                other = left
                left += 1
            else:
                right -= 1
                other = right
            ratio[k], ratio[other] = ratio[other], r
            weight[k], weight[other] = weight[other], weight[k]
            point[k], point[other] = point[other], point[k]
            if r < pivot:
                k += 1
        if before > room:
            high = left
            continue
        room -= before
        for e in range(left, right):
            if weight[e] > room:
                return e, room / weight[e]
            room -= weight[e]
        low = right
    if low == end or weight[low] > room:
        return low, room / weight[low] if low < end else 0.0
    return low + 1, 0.0


class Packing(NamedTuple):
    """What the cells would take at some multipliers.

    Attributes:
        value: (E,) v_j.
        ratio, weight, point: (nnz,) reduced cost by unit of load, load and number of the points, by cell.
        last, share: (E,) entries offset[j]..last[j] are taken whole by cell j, entry last[j] by share[j] where
            that is above 0.
    """

    value: FloatArray
    ratio: FloatArray
    weight: FloatArray
    point: IntArray
    last: IntArray
    share: FloatArray


def packing(pairs: Pairs) -> Packing:
    """Room for the packing of these pairs."""
    size, m = pairs.cost.size, pairs.capacity.size
    whole = np.empty(size, dtype=np.int64), np.empty(m, dtype=np.int64)
    return Packing(np.empty(m), np.empty(size), np.empty(size), whole[0], whole[1], np.empty(m))


@compiled
def pack(pairs: Pairs, mu: FloatArray, packed: Packing) -> None:
    """v_j = min sum_i (c_ij - mu_i) x_ij with minimum_j <= sum_i w_i x_ij <= capacity_j, 0 <= x <= 1, into `packed`.

    +inf where the minimum is out of reach.
    """
    value, ratio, weight = packed.value, packed.ratio, packed.weight
    point, last, share = packed.point, packed.last, packed.share
    m = pairs.capacity.size
    used = np.zeros(m)
    short = False
    for j in range(m):
        value[j], last[j], share[j] = 0.0, pairs.offset[j], 0.0
        short |= pairs.minimum[j] > 0
    for i in range(mu.size):
        for e in range(pairs.starts[i], pairs.starts[i + 1]):
            r = pairs.cost[e] - mu[i]
            if r >= 0:
                break
            j = pairs.cell[e]
            k = last[j]
            ratio[k] = r / pairs.load[i]
            weight[k] = pairs.load[i]
            point[k] = i
            last[j] = k + 1
            value[j] += r
            used[j] += pairs.load[i]
    for j in range(m):
        if used[j] <= pairs.capacity[j]:
            continue
        end = last[j]
        last[j], share[j] = fill_to(ratio, weight, point, pairs.offset[j], end, pairs.capacity[j])
        for e in range(last[j], end):
            if weight[e] > 0:
                value[j] -= ratio[e] * weight[e]
        if share[j] > 0:
            value[j] += share[j] * ratio[last[j]] * weight[last[j]]
    if not short:
        return
    more = last.copy()  # pairs of positive reduced cost, behind the others
    reach = used.copy()
    for i in range(mu.size):
        for e in range(pairs.starts[i + 1] - 1, pairs.starts[i] - 1, -1):
            r = pairs.cost[e] - mu[i]
            if r < 0:
                break
            j = pairs.cell[e]
            if used[j] >= pairs.minimum[j] or pairs.load[i] == 0:
                continue
            k = more[j]
            ratio[k] = r / pairs.load[i]
            weight[k] = pairs.load[i]
            point[k] = i
            more[j] = k + 1
            reach[j] += pairs.load[i]
    for j in range(m):
        if used[j] >= pairs.minimum[j]:
            continue
        if reach[j] < pairs.minimum[j]:
            value[j] = np.inf
            continue
        first, end = last[j], more[j]
        if reach[j] > pairs.minimum[j]:
            last[j], share[j] = fill_to(ratio, weight, point, first, end, pairs.minimum[j] - used[j])
            if share[j] > 0:
                value[j] += share[j] * ratio[last[j]] * weight[last[j]]
        else:
            last[j] = end
        for e in range(first, last[j]):
            value[j] += ratio[e] * weight[e]
