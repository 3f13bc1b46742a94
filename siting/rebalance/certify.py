"""How good any sharing-out could be at best, from the solver's duals but with numpy alone.

All amounts that may be chosen form a polytope: limits for each facility, and a total for each group. The best of a
linear function over it is found by hand (the cheapest facilities are filled first), so a subgradient of the objective
gives a bound that holds whatever the solver did (Frank and Wolfe 1956, Naval Research Logistics Quarterly 3).
"""

from __future__ import annotations

import numpy as np

from siting.impedance import FloatArray
from siting.rebalance.problem import Problem
from siting.rebalance.scenario import Objective


def value(problem: Problem, objective: Objective, amount: FloatArray) -> float:
    """The objective at these amounts, from its definition.

    variance: sum_i p_i (A_i - m)^2; mean_absolute: sum_i p_i |A_i - m|; worst: the smallest A_i of the units that
    any facility serves; A_i the accessibility of unit i (a place or a township), p_i its share of all people, m the
    mean sum_i p_i A_i. For each 1,000 people.
    """
    found, share = problem.unit_gain @ amount, problem.share
    apart = found - share @ found
    if objective == "variance":
        return float(share @ apart**2)
    if objective == "mean_absolute":
        return float(share @ np.abs(apart))
    return float(found[problem.reached].min(initial=np.inf))


def centred(problem: Problem) -> FloatArray:
    """(U, J) what one unit of supply adds to each unit's difference from the mean."""
    return np.asarray(problem.unit_gain - problem.share @ problem.unit_gain, dtype=np.float64)


def least_of(problem: Problem, cost: FloatArray) -> float:
    """The least cost (J,) of amounts within the limits and totals."""
    chosen = problem.least.copy()
    for g, total in enumerate(problem.total):
        mine = np.flatnonzero(problem.group == g)
        left = total - chosen[mine].sum()
        for j in mine[np.argsort(cost[mine], kind="stable")]:
            more = min(left, problem.most[j] - problem.least[j])
            chosen[j] += more
            left -= more
    return float(cost @ chosen)


def bound(problem: Problem, objective: Objective, amount: FloatArray, dual: FloatArray | None) -> float:
    """What no amounts can beat: below the objective where it is to be least, above it for `worst`.

    Args:
        dual: (U,) weights of the units: for `worst` at least 0, for `mean_absolute` between -p_i and p_i, both as
            the solver found them and made to hold here; of no use for `variance`.
    """
    if objective == "variance":
        slope = 2 * centred(problem).T @ (problem.share * (centred(problem) @ amount))
        return max(value(problem, objective, amount) - float(slope @ amount) + least_of(problem, slope), 0.0)
    assert dual is not None
    if objective == "mean_absolute":
        weight = np.clip(dual, -problem.share, problem.share)
        return max(least_of(problem, centred(problem).T @ weight), 0.0)
    weight = np.where(problem.reached, np.maximum(dual, 0.0), 0.0)
    if weight.sum() <= 0:
        return float("inf")
    return -least_of(problem, -(problem.unit_gain.T @ (weight / weight.sum())))
