"""Branching on sites never proves too much, and leaves the sites of every better plan."""

from __future__ import annotations

import math

import numpy as np
import pytest

from siting.search.districts.bound import ascend
from siting.search.districts.problem import Districting
from siting.search.districts.program import Part
from siting.search.districts.tree import branch
from tests.search.test_district_sites import scattered, transport
from tests.search.test_districts import grid, optimum, random_grid


@pytest.mark.parametrize("seed", range(24))
@pytest.mark.parametrize("over", [1.0, 30.0])
def test_the_bound_is_below_the_optimum_and_the_rest_still_holds_it(seed: int, over: float) -> None:
    instance = random_grid(seed)
    best = optimum(instance, fixed_cost=True)
    problem = Districting.of(instance, fixed_cost=True)
    assert problem is not None
    if math.isinf(best):
        return
    told: list[float] = []
    found = ascend(problem, objective=best + over, enough=lambda: False)
    tree = branch(problem, found, objective=best + over, enough=lambda: False, report=told.append)
    assert max(told) <= best + 1e-6
    assert tree.bound <= best + 1e-6
    solved = Part.everything(problem.restricted(tree.may, tree.must), []).solve(seconds=lambda: 20.0)
    assert solved.site is not None
    assert problem.value(solved.site, solved.open) == pytest.approx(best)


@pytest.mark.parametrize("seed", range(3))
def test_the_bound_comes_near_the_best_plan_with_shared_points(seed: int) -> None:
    problem = scattered(seed, grid(5, 8), p=None)
    masks = (np.arange(1, 1024)[:, None] >> np.arange(10)) & 1 > 0
    masks = masks[masks @ problem.capacity >= problem.weight.sum()]
    order = np.argsort(masks @ problem.opening)[:250]
    best = min(transport(problem, mask) for mask in masks[order])
    found = ascend(problem, objective=1.01 * best, enough=lambda: False)
    tree = branch(problem, found, objective=1.01 * best, enough=lambda: False, report=lambda _: None)
    assert found.bound <= tree.bound
    assert 0.99 * best <= tree.bound <= best + 1e-6
