r"""A plan and a bound for the worst of many weighted sums: the mean of the worst-off, the regret over futures.

Both objectives are the largest value over a convex set W of weights,

    F(y) = \max_{w \in W} \Big( \sum_i w_i\, t_i(y) - b(w) \Big) \ge 0,

where t_i(y) is the impedance to the nearest open site and b is linear. Whichever w is fixed, the median problem with
weights w bounds F from below. Plan and weights play a game: each answers the mean of what the other has done, later
rounds counting more. The value of the game is that of plans taken in mixture, no more than F of any single one.

Sources: Rockafellar and Uryasev (2000), Journal of Risk 2(3), the weights of a tail; Brown (1951), Activity Analysis of
Production and Allocation, Robinson (1951), Annals of Mathematics 54(2), the play.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from siting.impedance import BoolArray, FloatArray
from siting.instance import Instance
from siting.machine.interrupt import out_of_time
from siting.search.found import Found, Report
from siting.search.median.lists import Pairs
from siting.search.median.parts import interchange, lagrangian_bound
from siting.search.median.problem import MedianProblem
from siting.search.sites import SiteRules
from siting.solution import PROVEN_GAP
from siting.solving.solver import SolverOptions

ENGINE = "medians under the worst weights, HiGHS"
ROUNDS = 40
SHARE_OF_TIME = 0.25  # of the limit, after which the solver goes on
DUST = 1e-9  # relative, of the sums of a bound
MOST_CELLS = 5_000_000  # of the dense matrix, above which plans are not improved by the objective itself


class Worst(NamedTuple):
    """The weights that make a plan worst.

    Attributes:
        weight: (I,) of each demand point's impedance.
        less: b of these weights.
    """

    weight: FloatArray
    less: float

    def value(self, near: FloatArray) -> float:
        """The weighted sum of the impedances (I,), less b; 0 where that is negative."""
        return max(float(self.weight @ near) - self.less, 0.0)


def search_worst(
    instance: Instance,
    active: tuple[str, ...],
    objective: str,
    options: SolverOptions,
    report: Report,
    start: BoolArray | None,
) -> Found | None:
    """The best plan met and the best bound, the rest being left to the solver; None where nothing is to be weighed.

    Args:
        objective: one of `WORST`.
        start: (J,) an allowed plan, where there is one.
    """
    if not instance.demand.any():
        return None
    end = time.perf_counter() + SHARE_OF_TIME * options.time_limit_s
    rules, worst = SiteRules.of(instance, active), WORST[objective]
    now = evenly(instance, objective)
    unit: FloatArray | None = None  # multipliers for a weight of 1
    mean: FloatArray | None = None  # of the impedances under the plans that answer
    best, value, bound = None, math.inf, 0.0
    for number in range(ROUNDS):
        problem = _weighted(instance, rules, now.weight)
        upper = None if best is None else float(now.weight @ _near(instance, best))
        found = lagrangian_bound(problem, mu=None if unit is None else unit * now.weight, upper=upper)
        if found.bound == math.inf:
            return Found(math.inf, math.inf, None, 0, None, ENGINE, by_clock=False)
        there = now.weight > 0
        unit = np.divide(found.mu, now.weight, out=np.zeros(there.size) if unit is None else unit, where=there)
        bound = max(bound, found.bound - DUST * abs(found.bound) - now.less)
        answer = None
        for plan in (found.chosen, best if number else start):
            if plan is not None and rules.allows(plan):
                better = interchange(problem, plan)
                if better is not None and better[1] < (math.inf if answer is None else answer[1]):
                    answer = better
        if answer is None and number == 0:
            answer = interchange(problem)
        for plan in (start if not number else None, None if answer is None else answer[0]):
            near = None if plan is None else _near(instance, plan)
            if near is not None and np.isfinite(near).all():
                seen = near
                if (worth := worst(instance, near).value(near)) < value:
                    best, value = plan, worth
        report(value, bound)
        if best is None or value - bound <= PROVEN_GAP * abs(value) or out_of_time(end):
            break
        step = 2.0 / (number + 2)
        mean = seen if mean is None else mean + step * (seen - mean)
        reply = worst(instance, mean)
        step = 2.0 / (number + 3)
        now = Worst(now.weight + step * (reply.weight - now.weight), now.less + step * (reply.less - now.less))
    if best is not None and value - bound > PROVEN_GAP * abs(value):
        best, value = swapped(instance, rules, best, worst, end)
        report(value, bound)
    proven = best is not None and value - bound <= PROVEN_GAP * abs(value)
    return Found(bound, value, best, 0, None if proven else instance, ENGINE)


def swapped(
    instance: Instance, rules: SiteRules, opened: BoolArray, worst: Callable[[Instance, FloatArray], Worst], end: float
) -> tuple[BoolArray, float]:
    """The plan after swaps of two sites that lessen the objective, and its value; as it is in very large questions."""
    near = _near(instance, opened)
    value = worst(instance, near).value(near)
    if instance.demand_count * instance.site_count > MOST_CELLS:
        return opened, value
    columns, opened = np.ascontiguousarray(instance.impedance.dense().T), opened.copy()
    idle, place = 0, 0
    while idle < opened.size and not out_of_time(end):
        out, place, idle = place, (place + 1) % opened.size, idle + 1
        if not (opened[out] and rules.free[out]):
            continue
        new = np.flatnonzero(rules.free & ~opened)
        new = new[rules.allowed_swaps(opened, np.array([out]), new)[:, 0]]
        rest = _near(instance, opened & (np.arange(opened.size) != out))
        for j in new:
            near = np.minimum(rest, columns[j])
            if not np.isfinite(near).all():
                continue
            worth = worst(instance, near).value(near)
            if worth < value * (1 - DUST):
                opened[out], opened[j] = False, True
                value, idle = worth, 0
                break
    return opened, value


def evenly(instance: Instance, objective: str) -> Worst:
    """Weights of W that count everybody."""
    if objective == "largest_regret":
        assert instance.future_best is not None
        futures = instance.future_best.size
        return Worst(instance.demand / futures, float(instance.future_best.mean()))
    total = sum(weight for _, weight in tails(instance))
    return Worst(instance.demand * (total / float(instance.demand.sum())), 0.0)


def tails(instance: Instance) -> tuple[tuple[float, float], ...]:
    """(share of the people, weight) of each tail mean."""
    if instance.ordered_weights is not None:
        return instance.ordered_weights
    assert instance.worst_share is not None
    return ((instance.worst_share, 1.0),)


def worst_tail(instance: Instance, near: FloatArray) -> Worst:
    """Each tail's share of the people, those who travel farthest."""
    order = np.argsort(-near, kind="stable")
    people = instance.demand[order]
    total, before = float(people.sum()), np.cumsum(people) - people
    weight = np.zeros(near.size)
    for share, counts in tails(instance):
        weight[order] += counts * np.clip(share * total - before, 0.0, people) / (share * total)
    return Worst(weight, 0.0)


def worst_future(instance: Instance, near: FloatArray) -> Worst:
    """The future with the largest regret."""
    assert instance.future is not None
    assert instance.future_best is not None
    cost = np.bincount(instance.future, weights=instance.demand * near, minlength=instance.future_best.size)
    k = int(np.argmax(cost - instance.future_best))
    return Worst(np.where(instance.future == k, instance.demand, 0.0), float(instance.future_best[k]))


def _weighted(instance: Instance, rules: SiteRules, weight: FloatArray) -> MedianProblem:
    matrix = instance.impedance
    pairs = Pairs(matrix.indptr, matrix.indices, matrix.values, weight, np.full(weight.size, np.inf))
    return MedianProblem(pairs, np.zeros(instance.site_count), rules)


def _near(instance: Instance, opened: BoolArray) -> FloatArray:
    return instance.impedance.nearest(opened)[1]


WORST: dict[str, Callable[[Instance, FloatArray], Worst]] = {
    "tail_mean_impedance": worst_tail,
    "largest_regret": worst_future,
}
