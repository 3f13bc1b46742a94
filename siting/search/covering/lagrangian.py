r"""A bound on what a coverage problem can reach, and prices of the sites: the links to open sites are relaxed.

With multipliers 0 <= \lambda_k <= w_k on "what class k lacks is at least target_k - its open sites", the rest falls
apart into the choice of sites, which sorting solves:

    L(\lambda) = \sum_k target_k \lambda_k + \min_{y allowed} \sum_j (price_j - \sum_{k: j \in S_k} \lambda_k) y_j .

Rows that the groups of the rules do not say are priced in the same way. L is a bound for any multipliers; they are
improved by the volume algorithm, whose average of the plans on its way comes near the linear programme's solution.

Source: Galvao and ReVelle (1996), EJOR 88(1), the Lagrangian of maximal covering; Barahona and Anbil (2000),
Mathematical Programming 87(3), the volume algorithm.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance.coverage import Columns
from siting.machine.compiled import compiled
from siting.machine.interrupt import out_of_time
from siting.search.covering.problem import CoverageProblem, count_open

FIRST_FACTOR = 0.1  # of the way to the known value that a step takes
LARGEST_FACTOR, SMALLEST_FACTOR = 2.0, 1e-6
PATIENCE = 20  # steps without a better bound, after which they become shorter
SHORTER, LONGER = 0.66, 1.1
AVERAGE, SMALLEST_AVERAGE = 0.1, 0.01  # weight of the newest plan in the average
WINDOW = 100  # steps after which it stops unless the bound has closed a part of the gap
LEAST_CLOSED = 0.005
PLAN_EVERY = 25  # steps from one plan handed over to the next
ROUNDING = 1e-11  # relative, for the sums of a bound


@dataclass(frozen=True, eq=False)
class Bounded:
    """A bound and what it rests on.

    Attributes:
        bound: no plan has a smaller value; +inf where no set of sites is allowed.
        multipliers: (K,) of the classes.
        side: (R,) of the rules' rows.
        price: (J,) of the sites, less what the multipliers pay.
        chosen: (J,) the sites that are cheapest by these prices.
        average: (J,) of the plans on the way: near the linear programme's solution.
    """

    bound: float
    multipliers: FloatArray
    side: FloatArray
    price: FloatArray
    chosen: BoolArray
    average: FloatArray


def lagrangian_bound(
    problem: CoverageProblem,
    *,
    upper: float,
    multipliers: FloatArray | None = None,
    steps: int = 1000,
    end: float = math.inf,
    plan: Callable[[BoolArray, float], float] | None = None,
) -> Bounded:
    """Improve the bound until it reaches `upper`, or improves no more.

    Args:
        upper: value above which the bound need not rise; that of a good plan makes good steps.
        multipliers: (K,) to begin with; None or zeros: the weights, spread over the sites.
        steps: at most so many.
        end: stop at this reading of `time.perf_counter`.
        plan: is handed a set of sites now and then, with the bound, and gives the new `upper`.
    """
    search = _Volume(problem, multipliers)
    best = search.evaluate(search.multipliers, search.side)
    if best is None:
        nothing, nobody = np.zeros(problem.price.size), np.zeros(problem.price.size, dtype=bool)
        return Bounded(math.inf, search.multipliers, search.side, problem.price, nobody, nothing)
    search.begin(best)
    factor, weight, bad = FIRST_FACTOR, AVERAGE, 0
    marker = best.bound
    for step in range(1, steps + 1):
        if best.bound >= upper or factor < SMALLEST_FACTOR or out_of_time(end):
            break
        goal = upper if math.isfinite(upper) else problem.ceiling
        moved = search.step(best, factor, max(goal, best.bound + 1e-3 * abs(best.bound)))
        if moved is None:
            break
        tried, agrees = moved
        search.remember(tried.chosen, weight)
        if tried.bound > best.bound:
            best, bad = tried, 0
            factor = min(factor * LONGER, LARGEST_FACTOR) if agrees else factor
        else:
            bad += 1
            if bad >= PATIENCE:
                factor, bad = factor * SHORTER, 0
        if step % WINDOW == 0:
            weight = max(weight * 0.9, SMALLEST_AVERAGE)
            if best.bound - marker < LEAST_CLOSED * (goal - best.bound):
                break
            marker = best.bound
        if plan is not None and step % PLAN_EVERY == 0:
            upper = plan(tried.chosen, best.bound)
    return Bounded(best.bound, best.multipliers, best.side, best.price, best.chosen, search.average)


@dataclass(frozen=True, eq=False)
class _Point:
    bound: float
    multipliers: FloatArray
    side: FloatArray
    price: FloatArray
    chosen: BoolArray


class _Volume:
    def __init__(self, problem: CoverageProblem, multipliers: FloatArray | None) -> None:
        self.problem, rules = problem, problem.rules
        given = multipliers is not None and bool(multipliers.any())
        self.multipliers = multipliers.copy() if given and multipliers is not None else _first(problem)
        scale = np.maximum(np.abs(rules.matrix).max(axis=1, initial=0.0), 1e-9)
        self.rows: FloatArray = (rules.matrix / scale[:, None])[rules.side]
        self.least, self.most = (rules.least / scale)[rules.side], (rules.most / scale)[rules.side]
        self.side = np.zeros(self.rows.shape[0])  # above 0: too much; below 0: too little
        self.kept = np.zeros(self.rows.shape[0])
        self.wanted = problem.target.astype(np.float64)
        self.held = np.zeros(problem.sets.size)
        self.average = np.zeros(problem.price.size)

    def evaluate(self, multipliers: FloatArray, side: FloatArray) -> _Point | None:
        sets, problem = self.problem.sets, self.problem
        paid = pay(sets.indptr, sets.indices, multipliers, sets.count)
        price = problem.price - paid + side @ self.rows
        chosen = problem.rules.cheapest(price)
        if chosen is None:
            return None
        limit = np.where(side > 0, self.most, np.where(side < 0, self.least, 0.0))
        base = self.wanted @ multipliers
        cost = price[chosen]
        dust = ROUNDING * (abs(problem.constant) + base + np.abs(cost).sum() + np.abs(side * limit).sum())
        bound = float(problem.constant + base + cost.sum() - side @ limit - dust)
        return _Point(bound, multipliers, side, price, chosen)

    def begin(self, point: _Point) -> None:
        self.held = self._count(point.chosen).astype(np.float64)
        self.average = point.chosen.astype(np.float64)
        self.kept = self.rows @ point.chosen

    def remember(self, chosen: BoolArray, weight: float) -> None:
        self.held += weight * (self._count(chosen) - self.held)
        self.average += weight * (chosen - self.average)
        self.kept += weight * (self.rows @ chosen - self.kept)

    def step(self, best: _Point, factor: float, upper: float) -> tuple[_Point, bool] | None:
        """From the best multipliers in the direction of the average; and whether the newest plan agrees with it."""
        weight = self.problem.weight
        way = self.wanted - self.held
        stuck = ((best.multipliers >= weight) & (way > 0)) | ((best.multipliers <= 0) & (way < 0))
        way[stuck] = 0.0
        over, under = self.kept - self.most, self.least - self.kept
        side_way = np.where((over > 0) | (best.side > 0), over, np.where((under > 0) | (best.side < 0), -under, 0.0))
        length = float(way @ way) + float(side_way @ side_way)
        if length <= 1e-18:
            return None
        size = factor * (upper - best.bound) / length
        multipliers = np.clip(best.multipliers + size * way, 0.0, weight)
        side = best.side + size * side_way
        side = np.where(best.side * side < 0, 0.0, side)
        side = np.where(np.isfinite(np.where(side > 0, self.most, self.least)), side, 0.0)
        tried = self.evaluate(multipliers, side)
        assert tried is not None
        lacks = self.wanted - self._count(tried.chosen)
        return tried, float(lacks @ way) >= 0

    def _count(self, chosen: BoolArray) -> IntArray:
        points = self.problem.points
        return count_open(points.indptr, points.indices, np.flatnonzero(chosen), points.count)


def _first(problem: CoverageProblem) -> FloatArray:
    """The weights spread over the sites of each class; of hard classes no more than the sites' prices cover."""
    spread = problem.weight / np.maximum(problem.sets.lengths, 1)
    share = problem.price / np.maximum(problem.points.lengths, 1)
    if problem.hard.any() and (share > 0).any():
        sets = problem.sets
        least = np.full(sets.size, np.inf)
        np.minimum.at(least, np.repeat(np.arange(sets.size), sets.lengths), share[sets.indices])
        spread = np.where(problem.hard, np.minimum(spread, least), spread)
    return spread


@compiled
def pay(start: IntArray, sites: Columns, multipliers: FloatArray, count: int) -> FloatArray:
    """(J,) the sum of the multipliers of the classes that each site covers."""
    paid = np.zeros(count)
    for k in range(start.size - 1):
        value = multipliers[k]
        if value > 0:
            for e in range(start[k], start[k + 1]):
                paid[sites[e]] += value
    return paid
