"""Two services under one budget: bounds of each service at a price of money add up to a bound of both together."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from siting.impedance import BoolArray, ImpedanceMatrix
from siting.instance import Instance
from siting.instance.coverage import Sets
from siting.search import covering, median
from siting.search.sites import SiteRules

SITES = 6
PLANS = [np.array(plan) for plan in itertools.product([False, True], repeat=SITES)]


def _services(seed: int) -> tuple[median.MedianProblem, covering.CoverageProblem, np.ndarray, np.ndarray, np.ndarray]:
    """Clinics by total travel and stations by people not covered, over the same sites, with the cost of each."""
    rng = np.random.default_rng(seed)
    t = rng.integers(1, 30, (12, SITES)).astype(float)
    people = rng.integers(1, 20, 12).astype(float)
    rules = SiteRules.of(Instance.from_arrays(t, people), ())
    matrix = ImpedanceMatrix.from_dense(t)
    clinics = median.MedianProblem(
        median.Pairs(matrix.indptr, matrix.indices, matrix.values, people, np.full(12, np.inf)), np.zeros(SITES), rules
    )
    near = matrix.keep(matrix.values <= 10)
    stations = covering.CoverageProblem(
        sets=Sets(near.indptr, near.indices, SITES),
        target=np.ones(12, dtype=np.int64),
        weight=10 * people,
        hard=np.zeros(12, dtype=bool),
        price=np.zeros(SITES),
        constant=0.0,
        rules=rules,
    )
    return clinics, stations, t, people, rng.integers(3, 9, (2, SITES)).astype(float)


def _together(t: np.ndarray, people: np.ndarray, cost: np.ndarray, budget: float) -> float:
    """Least travel plus loss over every two plans that the budget buys."""

    def travel(plan: BoolArray) -> float:
        return float(people @ t[:, plan].min(axis=1)) if plan.any() else math.inf

    def lost(plan: BoolArray) -> float:
        return float(10 * people[~(t[:, plan] <= 10).any(axis=1)].sum())

    first = [(travel(plan), float(cost[0] @ plan)) for plan in PLANS]
    second = [(lost(plan), float(cost[1] @ plan)) for plan in PLANS]
    return min(a + b for (a, x), (b, y) in itertools.product(first, second) if x + y <= budget)


@pytest.mark.parametrize("seed", range(6))
def test_bounds_at_a_price_of_money_bound_both_services_together(seed: int) -> None:
    clinics, stations, t, people, cost = _services(seed)
    budget = 20.0
    best = _together(t, people, cost, budget)
    bounds = []
    for price in (0.0, 5.0, 20.0, 40.0, 80.0):
        one = median.lagrangian_bound(clinics.priced(price * cost[0]))
        two = covering.lagrangian_bound(replace(stations, price=price * cost[1]), upper=math.inf)
        bounds.append(one.bound + two.bound - price * budget)
    assert max(bounds) <= best + 1e-6 * abs(best)
    assert max(bounds) > bounds[0] + 1  # the price of money says something
    assert max(bounds) >= 0.7 * best


@pytest.mark.parametrize("seed", range(6))
def test_sites_decided_elsewhere_are_fixed(seed: int) -> None:
    clinics, stations, t, people, cost = _services(seed)
    must, may = np.zeros(SITES, dtype=bool), np.ones(SITES, dtype=bool)
    must[seed], may[(seed + 1) % SITES] = True, False
    allowed = [plan for plan in PLANS if plan[must].all() and not plan[~may].any()]
    priced = clinics.priced(20 * cost[0])
    least = min(float(people @ t[:, plan].min(axis=1) + 20 * cost[0] @ plan) for plan in allowed)
    assert median.lagrangian_bound(priced, must=must, may=may).bound <= least + 1e-6 * least
    answer = median.solve(replace(priced, rules=priced.rules.fixed(must, may)))
    assert answer.objective == pytest.approx(least)
    bought = replace(stations, price=20 * cost[1])
    part = covering.restrict(bought, must, may)
    value = min(float(10 * people[~(t[:, plan] <= 10).any(axis=1)].sum() + 20 * cost[1] @ plan) for plan in allowed)
    assert covering.solve(part.problem).value == pytest.approx(value)
