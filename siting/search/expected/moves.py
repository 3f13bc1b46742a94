"""Plans of stations and vehicles: a first one, and better ones by moving vehicles and swapping stations.

Source: Nemhauser, Wolsey and Fisher (1978), Mathematical Programming 14, greedy for what gains ever less; Minoux
(1978), its lazy form; Glover (1989), ORSA Journal on Computing 1(3), tabu search.
"""

from __future__ import annotations

import heapq
import math

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance.coverage import Columns
from siting.machine.compiled import compiled
from siting.machine.interrupt import out_of_time
from siting.search.expected.problem import ExpectedProblem

TINY = 1e-9  # relative: a smaller improvement is none
TENURE = 7  # moves for which a site that lost vehicles gets none back, up to twice as many


def place(problem: ExpectedProblem, opened: BoolArray) -> IntArray | None:
    """(J,) vehicles at these open sites: one at each, then each where it brings most; None where they do not fit."""
    vehicles = np.where(opened, np.maximum(problem.base, 1), 0)
    left = problem.spare - int((vehicles - problem.base).sum())
    if left < 0 or ((vehicles - problem.base) > problem.room).any():
        return None
    points, free = problem.points, problem.weight * problem.busy ** problem.count(vehicles)

    def gain(j: int) -> float:
        return (1 - problem.busy) * float(free[points.indices[points.indptr[j] : points.indptr[j + 1]]].sum())

    heap = [(-gain(j), j) for j in np.flatnonzero(opened).tolist() if vehicles[j] - problem.base[j] < problem.room[j]]
    heapq.heapify(heap)
    while left and heap:
        _, j = heapq.heappop(heap)
        now = -gain(j)
        if heap and now > heap[0][0]:  # it was worth more before the last ones were placed
            heapq.heappush(heap, (now, j))
            continue
        vehicles[j] += 1
        left -= 1
        free[points.indices[points.indptr[j] : points.indptr[j + 1]]] *= problem.busy
        if vehicles[j] - problem.base[j] < problem.room[j]:
            heapq.heappush(heap, (-gain(j), j))
    return None if left else vehicles


def improve(
    problem: ExpectedProblem,
    vehicles: IntArray,
    *,
    patience: int = 0,
    seed: int = 0,
    end: float = math.inf,
) -> tuple[IntArray, float]:
    """The best plan on the way from an allowed one, and its value.

    A move takes one vehicle from a site that keeps some, or all from one that then closes, and puts them at another
    site, which may open for them.

    Args:
        vehicles: (J,) an allowed plan.
        patience: moves without a better plan before it gives up; 0 stops where no move improves.
        seed: of the number of moves for which a site gets nothing back.
        end: stop at this reading of `time.perf_counter`.
    """
    rng = np.random.default_rng(seed)
    rules = problem.rules
    now, value = vehicles.copy(), problem.value(vehicles)
    best, best_value = now.copy(), value
    free_from = np.zeros(now.size, dtype=np.int64)
    lost = 0
    for number in range(10**9):
        if lost > patience or (number % 8 == 7 and out_of_time(end)):
            break
        sites, held = np.flatnonzero(rules.may), np.flatnonzero(now)
        one, everything = _changes(problem, now, sites, held)
        opened = now > 0
        alone = rules.allowed_changes(opened)
        into, out_of = opened[sites], held
        spare_room = (now - problem.base)[sites] < problem.room[sites]
        keeps = (now[out_of] > 1) & (now[out_of] > problem.base[out_of])
        one[~(keeps[:, None] & (spare_room & (into | alone[sites]))[None, :])] = math.inf
        fits = (now[sites] - problem.base[sites])[None, :] + now[out_of][:, None] <= problem.room[sites][None, :]
        closes = np.where(into[None, :], alone[out_of][:, None], False)
        shut = np.flatnonzero(~into)
        if shut.size:
            closes[:, shut] = rules.allowed_swaps(opened, out_of, sites[shut]).T
        everything[~(fits & closes)] = math.inf
        for part in (one, everything):
            part[out_of[:, None] == sites[None, :]] = math.inf
        record = best_value - TINY * max(abs(best_value), 1.0)
        if number:
            tabu = (free_from[sites] > number)[None, :]
            for part in (one, everything):
                part[tabu & (value + part >= record)] = math.inf
        both = np.stack([one, everything])
        if not both.size or not np.isfinite(both.min()):
            break
        kind, a, b = np.unravel_index(int(np.argmin(both)), both.shape)
        after = value + float(both[kind, a, b])
        if patience == 0 and after >= value - TINY * max(abs(value), 1.0):
            break
        source, target = int(out_of[a]), int(sites[b])
        moved = 1 if kind == 0 else int(now[source])
        now[source] -= moved
        now[target] += moved
        free_from[source] = number + TENURE + int(rng.integers(0, TENURE + 1)) if patience else 0
        value = after
        if value < record:
            best, best_value, lost = now.copy(), value, 0
        else:
            lost += 1
    return best, problem.value(best)


def _changes(problem: ExpectedProblem, now: IntArray, sites: IntArray, held: IntArray) -> tuple[FloatArray, FloatArray]:
    """(held, sites) by how much the value changes if one vehicle, or all, go from one site to another."""
    where, row = np.full(now.size, -1, dtype=np.int64), np.full(now.size, -1, dtype=np.int64)
    where[sites], row[held] = np.arange(sites.size), np.arange(held.size)
    sets, extra = problem.sets, now - problem.base
    power: FloatArray = np.power(problem.busy, np.arange(2 * problem.spare + 2, dtype=np.float64))
    return _weigh(
        sets.indptr, sets.indices, problem.weight, problem.count(now), power, extra[held], where, row, sites.size
    )


@compiled
def _weigh(
    start: IntArray,
    sites: Columns,
    weight: FloatArray,
    count: IntArray,
    power: FloatArray,
    number: IntArray,
    where: IntArray,
    row: IntArray,
    site_size: int,
) -> tuple[FloatArray, FloatArray]:
    """What a class loses by vehicles that go, unless they come to another of its sites, less what others gain."""
    held_size, most = number.size, 1
    one, everything = np.zeros((held_size, site_size)), np.zeros((held_size, site_size))
    loss_one, loss_all = np.zeros(held_size), np.zeros(held_size)
    for a in range(held_size):
        most = max(most, number[a])
    gain = np.zeros((most + 1, site_size))
    for k in range(start.size - 1):
        c, w = count[k], weight[k]
        for e in range(start[k], start[k + 1]):
            b = where[sites[e]]
            if b >= 0:
                for m in range(1, most + 1):
                    gain[m, b] += w * (power[c] - power[c + m])
        for e in range(start[k], start[k + 1]):
            a = row[sites[e]]
            if a < 0 or number[a] == 0:
                continue
            m = number[a]
            lost, lost_all = w * (power[c - 1] - power[c]), w * (power[c - m] - power[c])
            loss_one[a] += lost
            loss_all[a] += lost_all
            less = lost - w * (power[c] - power[c + 1])
            less_all = lost_all - w * (power[c] - power[c + m])
            for d in range(start[k], start[k + 1]):
                b = where[sites[d]]
                if b >= 0:
                    one[a, b] -= less
                    everything[a, b] -= less_all
    for a in range(held_size):
        for b in range(site_size):
            one[a, b] += loss_one[a] - gain[1, b]
            everything[a, b] += loss_all[a] - gain[number[a], b]
    return one, everything
