"""The Lagrangian bound on districting never lies above the optimum, and what it rules out is not missed."""

from __future__ import annotations

import math

import numpy as np
import pytest

from siting.search.districts.bound import ascend, choose_sites, settle
from siting.search.districts.problem import Districting
from siting.search.districts.program import Part
from tests.search.test_districts import optimum, random_grid


@pytest.mark.parametrize("seed", range(24))
def test_the_bound_is_below_the_optimum_and_the_rest_still_holds_it(seed: int) -> None:
    instance = random_grid(seed)
    best = optimum(instance, fixed_cost=True)
    problem = Districting.of(instance, fixed_cost=True)
    assert problem is not None
    if math.isinf(best):
        return
    found = ascend(problem, objective=math.inf, enough=lambda: False)
    assert found.bound <= best + 1e-6
    nobody = np.full(instance.demand_count, -1, dtype=np.int64)
    rest = settle(problem, found, best, nobody)
    solved = Part.everything(rest, []).solve(seconds=lambda: 20.0)
    assert solved.whole
    assert solved.site is not None
    assert problem.value(solved.site, solved.open) == pytest.approx(best)


@pytest.mark.parametrize("seed", range(24))
def test_chosen_sites_keep_the_rules(seed: int) -> None:
    instance = random_grid(seed)
    problem = Districting.of(instance, fixed_cost=True)
    assert problem is not None
    opened = choose_sites(problem, np.arange(3.0) - 1)
    if opened is None:
        return
    new = opened & problem.new
    assert problem.least <= new.sum() <= problem.most
    assert problem.price[new].sum() <= problem.budget * (1 + 1e-6)
    assert np.unique(problem.unit[opened]).size == opened.sum()
    assert not (opened & ~problem.may).any()
    assert not (problem.must & problem.may & ~opened).any()
