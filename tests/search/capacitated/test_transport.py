"""Who goes where: the optimum of the linear programme, from one set of columns to the next; cuts and bounds."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from siting.search.capacitated import Transport, assignment_cut, improve, lagrangian_bound, settle, solve
from siting.search.capacitated.knapsack import pack, packing
from tests.search.capacitated.problems import least_cost, random_problem


@pytest.mark.parametrize("first", range(0, 120, 40))
def test_the_flow_stays_optimal_while_columns_open_and_close(first: int) -> None:
    served = 0
    for seed in range(first, first + 40):
        problem, cost = random_problem(seed)
        rng = np.random.default_rng(seed)
        transport, opened = Transport(problem), rng.random(problem.columns) < 0.6
        transport.to(opened)
        for _ in range(10):
            column = int(rng.integers(problem.columns))
            opened[column] = ~opened[column]
            (transport.open if opened[column] else transport.close)(column)
            want = least_cost(problem, cost, opened)
            if not math.isfinite(want):
                assert not transport.serves, seed
                continue
            served += 1
            assert transport.serves, seed
            assert transport.cost == pytest.approx(want, rel=1e-7), seed
            constant, coefficients = assignment_cut(problem, transport.prices())
            tight = constant + float((coefficients + problem.fixed)[opened].sum())
            assert tight == pytest.approx(want, rel=1e-7, abs=1e-6), seed
            assert np.bincount(problem.rows, transport.shares(), problem.points).max() <= 1 + 1e-7
    assert served > 100


@pytest.mark.parametrize("seed", range(40))
def test_cuts_bounds_and_fixings_hold_for_every_set_of_columns(seed: int) -> None:
    problem, cost = random_problem(seed)
    rng = np.random.default_rng(seed)
    mu = np.minimum(rng.uniform(0, 200, problem.points), problem.pairs.most)
    constant, coefficients = assignment_cut(problem, mu)
    bound = lagrangian_bound(problem, steps=60)
    plans = [np.array(plan) for plan in product([False, True], repeat=problem.columns)]
    costs = [least_cost(problem, cost, plan) for plan in plans]
    best = min(costs)
    tolerance = 1e-7 * max(1.0, abs(best) if math.isfinite(best) else 1.0)
    assert bound.value <= best + tolerance
    limit = 1.1 * best
    must, may = settle(problem, bound, problem.choice.must, problem.choice.may, limit)
    for plan, value in zip(plans, costs, strict=True):
        if math.isfinite(value):
            cut = constant + float((coefficients + problem.fixed)[plan].sum())
            assert cut <= value + tolerance
        if value < limit - tolerance:
            assert plan[must].all()
            assert not plan[~may].any()
    found = solve(problem)
    assert found.cost == pytest.approx(best)
    assert found.bound == pytest.approx(best)


def test_moves_never_make_a_plan_worse() -> None:
    for seed in range(1, 60, 2):
        problem, _ = random_problem(seed)
        transport = Transport(problem)
        opened = np.ones(problem.columns, dtype=bool)
        before = transport.to(opened)
        if math.isfinite(before):
            plan, after = improve(problem, transport, opened)
            assert after <= before + 1e-9 * abs(before)
            assert after == pytest.approx(Transport(problem).to(plan))


def test_prices_on_columns_shift_the_bound_and_never_break_it() -> None:
    problem, cost = random_problem(8)
    prices = np.random.default_rng(0).uniform(-20, 20, problem.columns)
    priced = replace(problem, fixed=problem.fixed + prices)
    plans = [np.array(plan) for plan in product([False, True], repeat=problem.columns)]
    best = min(least_cost(priced, cost, plan) for plan in plans)
    warm = lagrangian_bound(priced, prices=lagrangian_bound(problem).prices)
    assert warm.value <= best + 1e-6
    assert warm.value == pytest.approx(lagrangian_bound(priced).value, rel=0.02)


@pytest.mark.parametrize("seed", range(60))
def test_a_knapsack_takes_the_least_ratios(seed: int) -> None:
    problem, cost = random_problem(seed)
    pairs = problem.pairs
    mu = np.random.default_rng(seed).uniform(-20, 200, problem.points)
    packed = packing(pairs)
    pack(pairs, mu, packed)
    for c in range(problem.columns):
        there = np.isfinite(cost[:, c])
        reduced, load = cost[there, c] - mu[there], pairs.load[there]
        order = np.argsort(
            np.where(load > 0, reduced / np.where(load > 0, load, 1.0), np.where(reduced < 0, -np.inf, np.inf))
        )
        value, left, lacking = 0.0, pairs.capacity[c], pairs.minimum[c]
        for k in order:
            if load[k] == 0:
                value += min(reduced[k], 0.0)
                continue
            part = min(load[k], left) if reduced[k] < 0 else min(load[k], max(lacking, 0.0))
            value += part / load[k] * reduced[k]
            left, lacking = left - part, lacking - part
        assert packed.value[c] == pytest.approx(np.inf if lacking > 1e-9 else value, rel=1e-9, abs=1e-9)
