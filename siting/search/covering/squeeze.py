"""Fewer sites that still cover every class, where all sites count alike: local search with weights of the classes.

One site closes; of the classes that then lack one, a random one has its best site open; classes that stay uncovered
weigh more with every step, so that the search does not stay where it is.

Source: Gao, Weise and Li (2015), An efficient local search heuristic with row weighting for the unicost set covering
problem, EJOR 246(3).
"""

from __future__ import annotations

import numpy as np

from siting.impedance import BoolArray, IntArray
from siting.instance.coverage import Columns
from siting.machine.compiled import compiled
from siting.search.covering.problem import CoverageProblem


def squeeze(problem: CoverageProblem, opened: BoolArray, *, steps: int, seed: int = 0) -> BoolArray:
    """(J,) the plan with the fewest sites on the way from one that covers every class.

    Args:
        problem: of hard classes with target 1, all of whose free sites are alike and may close.
        opened: (J,) a plan that covers them.
        steps: how many sites it closes and opens.
        seed: of its choices.
    """
    sets, points = problem.sets, problem.points
    free = problem.rules.free
    best = opened.copy()
    _squeeze(sets.indptr, sets.indices, points.indptr, points.indices, free, best, steps, seed)
    return best


def alike(problem: CoverageProblem) -> bool:
    """Whether `squeeze` knows the problem."""
    rules, free = problem.rules, problem.rules.free
    if not free.any() or not problem.sets.size or not problem.hard.all() or (problem.target > 1).any():
        return False
    columns, price = rules.matrix[:, free], problem.price[free]
    same = bool((columns == columns[:, :1]).all()) and bool((price == price[0]).all()) and price[0] > 0
    closing = ((columns[:, :1] > 0).ravel() & np.isfinite(rules.least)) | (
        (columns[:, :1] < 0).ravel() & np.isfinite(rules.most)
    )
    return same and not closing.any()


@compiled
def _squeeze(
    start: IntArray,
    sites: Columns,
    first: IntArray,
    classes: Columns,
    free: BoolArray,
    best: BoolArray,
    steps: int,
    seed: int,
) -> None:
    size, count = start.size - 1, first.size - 1
    opened = best.copy()
    held = np.zeros(size, dtype=np.int64)
    weight = np.ones(size, dtype=np.int64)
    score = np.zeros(count, dtype=np.int64)  # of a closed site what it would cover, of an open one what only it covers
    changed = np.zeros(count, dtype=np.int64)
    fresh = np.ones(count, dtype=np.bool_)  # whether a neighbour has changed since it closed
    lacking = np.empty(size, dtype=np.int64)
    place = np.full(size, -1, dtype=np.int64)
    short = 0
    state = np.uint64(seed * 2 + 88172645463325252)
    for k in range(size):
        for e in range(start[k], start[k + 1]):
            held[k] += opened[sites[e]]
        for e in range(start[k], start[k + 1]):
            j = sites[e]
            if held[k] == 0 or (held[k] == 1 and opened[j]):
                score[j] += 1
        if held[k] == 0:
            place[k] = short
            lacking[short] = k
            short += 1
    last = -1
    for step in range(1, steps + 1):
        while short == 0:  # a better plan: keep it, and close one more
            best[:] = opened
            out = -1
            for j in range(count):
                if opened[j] and free[j] and (out < 0 or score[j] < score[out]):
                    out = j
            if out < 0:
                return
            short = _flip(out, start, sites, first, classes, opened, held, weight, score, fresh, lacking, place, short)
            changed[out] = step
        out = -1
        for j in range(count):
            if not opened[j] or not free[j] or j == last:
                continue
            if out < 0 or score[j] < score[out] or (score[j] == score[out] and changed[j] < changed[out]):
                out = j
        if out < 0:
            return
        short = _flip(out, start, sites, first, classes, opened, held, weight, score, fresh, lacking, place, short)
        fresh[out] = False
        changed[out] = step
        state ^= state << np.uint64(13)
        state ^= state >> np.uint64(7)
        state ^= state << np.uint64(17)
        k = lacking[int(state % np.uint64(short))]
        new = -1
        for e in range(start[k], start[k + 1]):
            j = sites[e]
            if not free[j] or (not fresh[j] and start[k + 1] - start[k] > 1):
                continue
            if new < 0 or score[j] > score[new] or (score[j] == score[new] and changed[j] < changed[new]):
                new = j
        if new >= 0:
            short = _flip(new, start, sites, first, classes, opened, held, weight, score, fresh, lacking, place, short)
            changed[new] = step
            last = new
        for a in range(short):
            k = lacking[a]
            weight[k] += 1
            for e in range(start[k], start[k + 1]):
                score[sites[e]] += 1


@compiled
def _flip(
    j: int,
    start: IntArray,
    sites: Columns,
    first: IntArray,
    classes: Columns,
    opened: BoolArray,
    held: IntArray,
    weight: IntArray,
    score: IntArray,
    fresh: BoolArray,
    lacking: IntArray,
    place: IntArray,
    short: int,
) -> int:
    """Open or close a site; gives how many classes lack one afterwards."""
    opens = not opened[j]
    opened[j] = opens
    score[j] = 0
    for e in range(first[j], first[j + 1]):
        k = classes[e]
        before = held[k]
        held[k] += 1 if opens else -1
        if opens and before == 0:
            short -= 1
            moved = lacking[short]
            lacking[place[k]] = moved
            place[moved] = place[k]
            place[k] = -1
        if not opens and before == 1:
            place[k] = short
            lacking[short] = k
            short += 1
        for f in range(start[k], start[k + 1]):
            s = sites[f]
            fresh[s] = True
            if s == j:
                if (opens and before == 0) or (not opens and before == 1):
                    score[s] += weight[k]
            elif opens:
                if before == 0:
                    score[s] -= weight[k]  # closed: it would have covered the class
                elif before == 1 and opened[s]:
                    score[s] -= weight[k]  # open: it is no longer alone
            elif before == 1 or (before == 2 and opened[s]):
                score[s] += weight[k]
    return short
