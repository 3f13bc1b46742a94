"""The load of one site at given multipliers: which demand points gain there, and the best of them within its capacity."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from siting.compiled import compiled
from siting.impedance import FloatArray, IntArray
from siting.search.single_source.arrays import Pairs, Sites
from siting.search.single_source.knapsack import SMALL, partition, whole


class Work(NamedTuple):
    """Room for one site's knapsack."""

    gain: FloatArray
    weight: FloatArray
    pair: IntArray
    order: IntArray
    taken: IntArray
    best: IntArray
    core: IntArray


def work(pairs: Pairs) -> Work:
    """Room for the largest site of `pairs`."""
    size = max(int(np.diff(pairs.start).max(initial=0)), 1)
    whole_numbers = [np.zeros(size, dtype=np.int64) for _ in range(5)]
    return Work(np.zeros(size), np.zeros(size), *whole_numbers)


@compiled
def gather(pairs: Pairs, j: int, mu: FloatArray, weight: FloatArray, room: Work) -> int:
    """List the pairs of site j that gain; how many they are."""
    count = 0
    for e in range(pairs.start[j], pairs.start[j + 1]):
        i = pairs.point[e]
        gain = mu[i] - pairs.cost[e]
        if gain > 0:
            room.gain[count] = gain
            room.weight[count] = weight[i]
            room.pair[count] = e
            count += 1
    return count


@compiled
def pack(
    pairs: Pairs, sites: Sites, weight: FloatArray, j: int, mu: FloatArray, exact: bool, held: FloatArray, room: Work
) -> float:
    """The largest gain of a load of site j, or a bound on it, and the load in `held` (nnz,).

    In shares, or whole where `exact`.
    """
    for e in range(pairs.start[j], pairs.start[j + 1]):
        held[e] = 0.0
    count = gather(pairs, j, mu, weight, room)
    cut = partition(room.gain, room.weight, room.order, count, sites.room[j])
    value = 0.0
    if cut == count:
        for k in range(count):
            held[room.pair[k]] = 1.0
            value += room.gain[k]
        return value
    if exact:
        value, proven = whole(
            room.gain,
            room.weight,
            room.order,
            count,
            cut,
            sites.room[j],
            -np.inf,
            room.taken,
            room.best,
            room.core,
        )
        for k in range(count):
            held[room.pair[k]] = room.best[k]
        return value + SMALL * (1.0 + abs(value)) if proven else value
    left = sites.room[j]
    for position in range(cut):
        k = room.order[position]
        held[room.pair[k]] = 1.0
        value += room.gain[k]
        left -= room.weight[k]
    k = room.order[cut]
    share = left / room.weight[k]
    held[room.pair[k]] = share
    return value + share * room.gain[k]


@compiled
def may_hold(
    pairs: Pairs, sites: Sites, weight: FloatArray, j: int, pair: int, mu: FloatArray, need: float, room: Work
) -> bool:
    """Whether site j has a load with this pair that gains `need` at least."""
    i = pairs.point[pair]
    need -= mu[i] - pairs.cost[pair]
    count = gather(pairs, j, mu, weight, room)
    kept = 0
    total = 0.0
    for k in range(count):
        if room.pair[k] != pair:
            room.gain[kept], room.weight[kept], room.pair[kept] = room.gain[k], room.weight[k], room.pair[k]
            total += room.gain[k]
            kept += 1
    left = sites.room[j] - weight[i]
    cut = partition(room.gain, room.weight, room.order, kept, left)
    if cut == kept:
        return total >= need - SMALL * (1.0 + abs(need))
    floor = need - 2 * SMALL * (1.0 + abs(need))
    found, proven = whole(
        room.gain, room.weight, room.order, kept, cut, left, floor, room.taken, room.best, room.core
    )
    return found > floor or not proven
