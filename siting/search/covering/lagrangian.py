r"""A bound on what a coverage problem can reach, and prices of the sites: the links to open sites are relaxed.

With multipliers 0 <= \lambda_k <= w_k on "what class k lacks is at least target_k - its open sites", the rest falls
apart into the choice of sites, which sorting solves:

    L(\lambda) = \sum_k target_k \lambda_k + \min_{y allowed} \sum_j (price_j - \sum_{k: j \in S_k} \lambda_k) y_j .

Rows that the groups of the rules do not say are priced in the same way. L is a bound for any multipliers; the best
ones reach the linear programme. They are found with its solution by primal-dual hybrid gradients, each step of which
goes over the sets once.

Source: Galvao and ReVelle (1996), EJOR 88(1), the Lagrangian of maximal covering; Chambolle and Pock (2011), Journal
of Mathematical Imaging and Vision 40(1), the steps; Pock and Chambolle (2011), ICCV, their lengths; Applegate et al.
(2021), NeurIPS 34, averages and restarts.
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
from siting.search.covering.problem import CoverageProblem

CHECK_EVERY = 20  # steps from one reading of the bound to the next
RESTART = 0.5  # of the last gap between bound and solution: below it, the average is where it begins again
CLOSE = 0.01  # of the way from the bound to `upper` that the linear programme may still add where it stops
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
        average: (J,) shares of open sites near the linear programme's solution.
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
    average: FloatArray | None = None,
    steps: int = 2000,
    close: float = CLOSE,
    end: float = math.inf,
    plan: Callable[[BoolArray, float], float] | None = None,
) -> Bounded:
    """Improve the bound until it reaches `upper`, or improves no more.

    Args:
        upper: value above which the bound need not rise.
        multipliers: (K,) to begin with; None or zeros: the weights, spread over the sites.
        average: (J,) shares of open sites to begin with; None: those the multipliers choose.
        steps: at most so many.
        close: part of the way to `upper` that it leaves to the linear programme.
        end: stop at this reading of `time.perf_counter`.
        plan: is handed a set of sites now and then, with the bound, and gives the new `upper`.
    """
    search = _Gradients(problem, multipliers)
    best = search.evaluate(search.multipliers, search.side)
    if best is None:
        nothing, nobody = np.zeros(problem.price.size), np.zeros(problem.price.size, dtype=bool)
        return Bounded(math.inf, search.multipliers, search.side, problem.price, nobody, nothing)
    search.begin(best.price, best.chosen.astype(np.float64) if average is None else average)
    solution, least = search.y.copy(), math.inf
    last = math.inf  # the gap at the last restart
    for _ in range(0, steps, CHECK_EVERY):
        if best.bound >= upper or out_of_time(end):
            break
        search.walk(min(CHECK_EVERY, steps))
        gaps = []
        for lam, side, y in (search.now(), mean := search.mean()):
            point = search.evaluate(lam, side)
            assert point is not None
            worth = search.worth(y)
            if worth < least:
                solution, least = y.copy(), worth
            gaps.append(worth - point.bound)
            if point.bound > best.bound:
                best = point
        if min(gaps) <= RESTART * last:
            last = min(gaps)
            search.restart(mean if gaps[1] < gaps[0] else search.now())
        if plan is not None:
            upper = plan(best.chosen, best.bound)
        goal = min(upper, problem.ceiling)
        if least - best.bound <= max(close * (goal - best.bound), ROUNDING * abs(best.bound)):
            break
    return Bounded(best.bound, best.multipliers, best.side[problem.rules.side], best.price, best.chosen, solution)


@dataclass(frozen=True, eq=False)
class _Point:
    bound: float
    multipliers: FloatArray
    side: FloatArray
    price: FloatArray
    chosen: BoolArray


_State = tuple[FloatArray, FloatArray, FloatArray]  # multipliers (K,), prices of the rows (R,), shares of sites (J,)


class _Gradients:
    """Multipliers and shares of sites that move against each other.

    All rows of the rules have a price here, so that a step for the sites is one for each alone.
    """

    def __init__(self, problem: CoverageProblem, multipliers: FloatArray | None) -> None:
        self.problem, rules = problem, problem.rules
        given = multipliers is not None and bool(multipliers.any())
        self.multipliers = multipliers.copy() if given and multipliers is not None else _first(problem)
        self.wanted = problem.target.astype(np.float64)
        self.low, self.high = rules.must.astype(np.float64), rules.may.astype(np.float64)
        scale = _scale(problem)
        sets, free = problem.sets, rules.free
        across = pay(sets.indptr, sets.indices, scale, sets.count)
        typical = max(float(across[free].mean()) if free.any() else 0.0, float(np.abs(problem.price).max(initial=0.0)))
        typical = typical or 1.0
        size = np.maximum(np.abs(rules.matrix).max(axis=1, initial=0.0), 1e-9)
        row_scale = typical / size
        self.penalty = 2 * row_scale
        self.short = np.where(problem.hard, np.minimum(problem.weight, 2 * scale), problem.weight)
        inside = np.abs(rules.matrix) @ free
        self.row_pull = row_scale / np.maximum(inside, 1e-9)
        self.pull = scale / np.maximum(sets.lengths, 1)
        self.rate = 1.0 / np.maximum(across + row_scale @ np.abs(rules.matrix), 1e-9 * typical)
        self.side = np.zeros(rules.least.size)
        self.y = self.low.copy()
        self.paid = np.zeros(problem.price.size)
        self.steps = 0
        self.sums: _State = np.zeros(0), np.zeros(0), np.zeros(0)

    def evaluate(self, multipliers: FloatArray, side: FloatArray) -> _Point | None:
        """The bound of these multipliers; rows that the groups say are priced by the groups."""
        sets, problem, rules = self.problem.sets, self.problem, self.problem.rules
        paid = pay(sets.indptr, sets.indices, multipliers, sets.count)
        side = np.where(rules.side, side, 0.0)
        price = problem.price - paid + side @ rules.matrix
        chosen = rules.cheapest(price)
        if chosen is None:
            return None
        limit = np.where(side > 0, rules.most, np.where(side < 0, rules.least, 0.0))
        base = self.wanted @ multipliers
        cost = price[chosen]
        dust = ROUNDING * (abs(problem.constant) + base + np.abs(cost).sum() + np.abs(side * limit).sum())
        bound = float(problem.constant + base + cost.sum() - side @ limit - dust)
        return _Point(bound, multipliers, side, price, chosen)

    def worth(self, y: FloatArray) -> float:
        """The relaxed objective of shares of sites, with a price on what they violate."""
        problem, rules = self.problem, self.problem.rules
        sets = problem.sets
        lost = _lost(sets.indptr, sets.indices, self.wanted, self.short, y)
        value = rules.matrix @ y
        beyond = np.maximum(np.maximum(value - rules.most, rules.least - value), 0.0)
        return float(problem.constant + problem.price @ y + lost + self.penalty @ beyond)

    def begin(self, price: FloatArray, y: FloatArray) -> None:
        self.paid = self.problem.price - price
        self.restart((self.multipliers, self.side, np.clip(y, self.low, self.high)))

    def restart(self, state: _State) -> None:
        sets = self.problem.sets
        self.multipliers, self.side, self.y = (part.copy() for part in state)
        self.paid = pay(sets.indptr, sets.indices, self.multipliers, sets.count)
        self.sums = np.zeros(sets.size), np.zeros(self.side.size), np.zeros(self.y.size)
        self.steps = 0

    def now(self) -> _State:
        return self.multipliers.copy(), self.side.copy(), self.y.copy()

    def mean(self) -> _State:
        lam, side, y = self.sums
        lam = np.minimum(lam / self.steps, self.problem.weight)  # sums round
        return lam, side / self.steps, np.clip(y / self.steps, self.low, self.high)

    def walk(self, steps: int) -> None:
        problem, rules = self.problem, self.problem.rules
        _walk(
            problem.sets.indptr, problem.sets.indices, self.wanted, problem.weight, self.pull,
            rules.matrix, rules.least, rules.most, self.row_pull, problem.price, self.rate, self.low, self.high,
            self.multipliers, self.side, self.y, self.paid, *self.sums, steps,
        )  # fmt: skip
        self.steps += steps


def _scale(problem: CoverageProblem) -> FloatArray:
    """(K,) what a multiplier is likely to measure: the weight; of hard classes no more than the cheapest site costs."""
    soft, sets = ~problem.hard, problem.sets
    if not problem.hard.any():
        return problem.weight
    rows = np.repeat(np.arange(sets.size), sets.lengths)
    least = np.full(sets.size, np.inf)
    np.minimum.at(least, rows, problem.price[sets.indices])
    common = float(problem.weight[soft].mean()) if soft.any() else math.inf
    if (problem.price > 0).any():
        common = min(common, float(problem.price[problem.price > 0].mean()))
    return np.where(soft, problem.weight, np.minimum(np.where(least > 0, least, common), problem.weight))


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


@compiled
def _lost(start: IntArray, sites: Columns, wanted: FloatArray, weight: FloatArray, y: FloatArray) -> float:
    lost = 0.0
    for k in range(start.size - 1):
        lacks = wanted[k]
        for e in range(start[k], start[k + 1]):
            lacks -= y[sites[e]]
        if lacks > 0:
            lost += weight[k] * lacks
    return lost


@compiled
def _walk(
    start: IntArray, sites: Columns, wanted: FloatArray, weight: FloatArray, pull: FloatArray,
    matrix: FloatArray, least: FloatArray, most: FloatArray, row_pull: FloatArray,
    price: FloatArray, rate: FloatArray, low: FloatArray, high: FloatArray,
    multipliers: FloatArray, side: FloatArray, y: FloatArray, paid: FloatArray,
    sum_multipliers: FloatArray, sum_side: FloatArray, sum_y: FloatArray, steps: int,
) -> None:  # fmt: skip
    """Steps in place; `paid` is what the multipliers pay for each site."""
    ahead = np.empty(y.size)
    for _ in range(steps):
        for j in range(y.size):
            slope = price[j] - paid[j]
            for r in range(side.size):
                slope += side[r] * matrix[r, j]
            after = min(max(y[j] - rate[j] * slope, low[j]), high[j])
            ahead[j] = 2 * after - y[j]
            y[j] = after
            sum_y[j] += after
            paid[j] = 0.0
        for r in range(side.size):
            value = 0.0
            for j in range(y.size):
                value += matrix[r, j] * ahead[j]
            moved = side[r] + row_pull[r] * value
            side[r] = moved - row_pull[r] * min(max(moved / row_pull[r], least[r]), most[r])
            sum_side[r] += side[r]
        for k in range(start.size - 1):
            lacks = wanted[k]
            for e in range(start[k], start[k + 1]):
                lacks -= ahead[sites[e]]
            value = min(max(multipliers[k] + pull[k] * lacks, 0.0), weight[k])
            multipliers[k] = value
            sum_multipliers[k] += value
            if value > 0:
                for e in range(start[k], start[k + 1]):
                    paid[sites[e]] += value
