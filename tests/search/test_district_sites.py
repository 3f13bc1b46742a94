"""Sets of sites: their values are bounds, the best of them is the best there is, and all keep the rules."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.optimize import linprog

from siting.impedance import BoolArray
from siting.instance import Instance
from siting.instance.adjacency import Adjacency
from siting.search.districts.bound import ascend
from siting.search.districts.problem import Districting
from siting.search.districts.sites import good_sites
from tests.search.test_districts import grid, random_grid


def scattered(seed: int, adjacency: Adjacency, *, p: int | None) -> Districting:
    """Points of a grid of eight columns, with ten sites, capacities tight."""
    rng = np.random.default_rng(seed)
    n, m = adjacency.count, 10
    place = np.stack(np.divmod(np.arange(n), 8), axis=1) + rng.uniform(-0.4, 0.4, (n, 2))
    unit = rng.permutation(n)[:m]
    load = rng.integers(1, 10, n).astype(float)
    instance = Instance.from_arrays(
        np.hypot(*(place[:, None] - place[unit]).T).T,
        load,
        p=p,
        capacity=rng.uniform(0.25, 0.45, m) * load.sum(),
        fixed_cost=rng.uniform(20, 60, m),
        site_unit=unit,
        adjacency=adjacency,
    )
    problem = Districting.of(instance, fixed_cost=True)
    assert problem is not None
    return problem


def transport(problem: Districting, opened: BoolArray) -> float:
    """What these sites cost when points may be shared; +inf where they cannot hold everybody."""
    n, m = problem.shape
    use = opened[problem.j]
    i, j, cost = problem.i[use], problem.j[use], problem.cost[use]
    sites, pairs = np.flatnonzero(opened), np.arange(i.size)
    everybody, load = np.zeros((n, i.size)), np.zeros((m, i.size))
    everybody[i, pairs] = 1.0
    load[j, pairs] = problem.weight[i]
    lower = (problem.unit[j] == i).astype(float)
    bounds = np.c_[lower, np.ones(i.size)]
    found = linprog(
        cost, A_ub=load[sites], b_ub=problem.capacity[sites], A_eq=everybody, b_eq=np.ones(n), bounds=bounds
    )
    return float(found.fun + problem.opening[opened].sum()) if found.success else math.inf


@pytest.mark.parametrize(("seed", "p"), [(0, None), (2, 4), (3, 3), (5, 3)])
def test_the_best_set_of_all_is_found_and_valued(seed: int, p: int | None) -> None:
    problem = scattered(seed, grid(5, 8), p=p)
    masks = np.array(list(itertools.product([False, True], repeat=10)))
    masks = masks[(masks @ problem.capacity >= problem.weight.sum()) & ((masks.sum(axis=1) == p) | (p is None))]
    found = ascend(problem, objective=math.inf, enough=lambda: False)
    sets = good_sites(problem, found, count=5, seed=0, enough=lambda: False)
    values = np.array([sites.value for sites in sets])
    assert (np.diff(values) >= 0).all()
    for sites in sets:
        exact = transport(problem, sites.open)
        assert sites.value <= exact + 1e-6
        assert sites.value >= 0.98 * exact
    best = min(transport(problem, mask) for mask in masks[masks @ problem.opening <= values[0]])
    assert transport(problem, sets[0].open) <= 1.001 * best


@pytest.mark.parametrize("seed", range(24))
def test_sets_keep_the_rules(seed: int) -> None:
    problem = Districting.of(random_grid(seed), fixed_cost=True)
    assert problem is not None
    found = ascend(problem, objective=math.inf, enough=lambda: False)
    for sites in good_sites(problem, found, count=5, seed=0, enough=lambda: False):
        new = sites.open & problem.new
        assert problem.least <= new.sum() <= problem.most
        assert problem.price[new].sum() <= problem.budget * (1 + 1e-6)
        assert np.unique(problem.unit[sites.open]).size == sites.open.sum()
        assert not (sites.open & ~problem.may).any()
        assert not (problem.must & problem.may & ~sites.open).any()
