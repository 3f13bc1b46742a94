"""Better plans by opening, closing or swapping sites, also past plans that no single move improves.

Source: Teitz and Bart (1968), Operations Research 16(5), interchange; Glover (1989), ORSA Journal on Computing 1(3),
tabu search.
"""

from __future__ import annotations

import math

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance.coverage import Columns
from siting.machine.compiled import compiled
from siting.machine.interrupt import out_of_time
from siting.search.covering.problem import CoverageProblem

TINY = 1e-9  # relative: a smaller improvement is none
TENURE = 7  # moves for which a site that changed stays as it is, up to twice as many


def improve(
    problem: CoverageProblem,
    opened: BoolArray,
    *,
    patience: int = 0,
    seed: int = 0,
    enough: float = -math.inf,
    end: float = math.inf,
) -> tuple[BoolArray, float]:
    """The best plan on the way from an allowed one, and its value.

    Args:
        opened: (J,) an allowed plan.
        patience: moves without a better plan before it gives up; 0 stops where no move improves.
        seed: of the number of moves for which a changed site stays.
        enough: stop at a plan of this value.
        end: stop at this reading of `time.perf_counter`.
    """
    rng = np.random.default_rng(seed)
    sets, points, rules, price = problem.sets, problem.points, problem.rules, problem.price
    now, count = opened.copy(), problem.count(opened)
    value = problem.value(now)
    best, best_value = now.copy(), value
    free_from = np.zeros(now.size, dtype=np.int64)  # number of the move from which a site may change
    lost = 0
    for number in range(10**9):
        if best_value <= enough or lost > patience or (number % 8 == 7 and out_of_time(end)):
            break
        held, new = np.flatnonzero(now & rules.free), np.flatnonzero(~now & rules.free)
        place = np.full(now.size, -1, dtype=np.int64)
        place[held], place[new] = np.arange(held.size), np.arange(new.size)
        gain, loss, both = _weigh(
            sets.indptr, sets.indices, problem.target, problem.weight, count, now, place, new.size, held.size
        )
        gain -= price[new]
        loss -= price[held]
        alone = rules.allowed_changes(now)
        record = best_value - TINY * max(abs(best_value), 1.0)
        swaps = np.where(rules.allowed_swaps(now, held, new), value - (gain[:, None] - loss[None, :] + both), math.inf)
        adds = np.where(alone[new], value - gain, math.inf)
        drops = np.where(alone[held], value + loss, math.inf)
        if number:
            tabu_new, tabu_held = free_from[new] > number, free_from[held] > number
            swaps[(tabu_new[:, None] | tabu_held[None, :]) & (swaps >= record)] = math.inf
            adds[tabu_new & (adds >= record)] = math.inf
            drops[tabu_held & (drops >= record)] = math.inf
        change = _best_move(swaps, adds, drops, held, new)
        if change is None:
            break
        sites, after = change
        if patience == 0 and after >= value - TINY * max(abs(value), 1.0):
            break
        for j in sites:
            part = points.indices[points.indptr[j] : points.indptr[j + 1]]
            count[part] += -1 if now[j] else 1
            now[j] = not now[j]
            free_from[j] = number + TENURE + int(rng.integers(0, TENURE + 1)) if patience else 0
        value = after
        if value < record:
            best, best_value, lost = now.copy(), value, 0
        else:
            lost += 1
    return best, problem.value(best)


def _best_move(
    swaps: FloatArray, adds: FloatArray, drops: FloatArray, held: IntArray, new: IntArray
) -> tuple[list[int], float] | None:
    """The sites that change, and the value after it; of equally good ones the first."""
    least: tuple[float, list[int]] = (math.inf, [])
    if swaps.size:
        place = int(np.argmin(swaps))
        a, b = divmod(place, held.size)
        least = (float(swaps[a, b]), [int(held[b]), int(new[a])])
    for values, sites in ((adds, new), (drops, held)):
        if values.size:
            k = int(np.argmin(values))
            if values[k] < least[0]:
                least = (float(values[k]), [int(sites[k])])
    return (least[1], least[0]) if math.isfinite(least[0]) else None


@compiled
def _weigh(
    start: IntArray,
    sites: Columns,
    target: IntArray,
    weight: FloatArray,
    count: IntArray,
    opened: BoolArray,
    place: IntArray,
    new_size: int,
    held_size: int,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """What each closed site would gain, what each open one would lose, and what a swap loses less than both say."""
    gain, loss = np.zeros(new_size), np.zeros(held_size)
    both = np.zeros((new_size, held_size))
    mine = np.empty(16, dtype=np.int64)
    for k in range(start.size - 1):
        short = target[k] - count[k]
        if short < 0:
            continue
        if short > 0:
            for e in range(start[k], start[k + 1]):
                j = sites[e]
                if place[j] >= 0:
                    if opened[j]:
                        loss[place[j]] += weight[k]
                    else:
                        gain[place[j]] += weight[k]
            continue
        known = 0
        for e in range(start[k], start[k + 1]):
            j = sites[e]
            if opened[j] and place[j] >= 0:
                loss[place[j]] += weight[k]
                if known < 16:
                    mine[known] = place[j]
                    known += 1
        for e in range(start[k], start[k + 1]):
            j = sites[e]
            if not opened[j] and place[j] >= 0:
                for a in range(known):
                    both[place[j], mine[a]] += weight[k]
    return gain, loss, both
