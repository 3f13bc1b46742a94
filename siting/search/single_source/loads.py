"""The load of a site at given multipliers: which demand points gain there, and the best of them that fit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from siting.impedance import FloatArray, IntArray
from siting.machine.compiled import compiled
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
def shares(
    pairs: Pairs, sites: Sites, weight: FloatArray, j: int, mu: FloatArray, held: FloatArray, room: Work
) -> tuple[float, float]:
    """The largest gain of a load of site j in shares of demand points, and the gain of one more unit of capacity.

    Fills the shares in `held` (nnz,).
    """
    for e in range(pairs.start[j], pairs.start[j + 1]):
        held[e] = 0.0
    count = gather(pairs, j, mu, weight, room)
    cut = partition(room.gain, room.weight, room.order, count, sites.room[j])
    value, left = 0.0, sites.room[j]
    for position in range(cut):
        k = room.order[position]
        held[room.pair[k]] = 1.0
        value += room.gain[k]
        left -= room.weight[k]
    if cut == count:
        return value, 0.0
    k = room.order[cut]
    share = max(left, 0.0) / room.weight[k]
    held[room.pair[k]] = share
    return value + share * room.gain[k], room.gain[k] / room.weight[k]


@compiled
def whole_load(
    pairs: Pairs, sites: Sites, weight: FloatArray, j: int, mu: FloatArray, held: FloatArray, room: Work
) -> float:
    """The largest gain of a load of site j, or a bound on it; fills the load in `held` (nnz,)."""
    for e in range(pairs.start[j], pairs.start[j + 1]):
        held[e] = 0.0
    count = gather(pairs, j, mu, weight, room)
    most = sites.room[j]
    cut = partition(room.gain, room.weight, room.order, count, most)
    value = 0.0
    if cut == count:
        for k in range(count):
            held[room.pair[k]] = 1.0
            value += room.gain[k]
        return value
    value, proven = whole(
        room.gain, room.weight, room.order, count, cut, most, -np.inf, room.taken, room.best, room.core
    )
    for k in range(count):
        held[room.pair[k]] = room.best[k]
    return value + SMALL * (1.0 + abs(value)) if proven else value


@compiled
def may_hold(
    pairs: Pairs, sites: Sites, weight: FloatArray, j: int, pair: int, mu: FloatArray, need: float, room: Work
) -> bool:
    """Whether site j has a load with this pair that gains `need` at least."""
    i = pairs.point[pair]
    need -= mu[i] - pairs.cost[pair]
    count = gather(pairs, j, mu, weight, room)
    for k in range(count):
        if room.pair[k] == pair:  # the last takes its place
            count -= 1
            room.gain[k], room.weight[k], room.pair[k] = room.gain[count], room.weight[count], room.pair[count]
            break
    left = sites.room[j] - weight[i]
    cut = partition(room.gain, room.weight, room.order, count, left)
    if cut == count:
        total = 0.0
        for k in range(count):
            total += room.gain[k]
        return total >= need - SMALL * (1.0 + abs(need))
    floor = need - 2 * SMALL * (1.0 + abs(need))
    found, proven = whole(room.gain, room.weight, room.order, count, cut, left, floor, room.taken, room.best, room.core)
    return found > floor or not proven
