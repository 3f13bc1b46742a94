"""The parts one by one: lists, the cheapest choice and its lifts, bounds, cuts, interchange, fixings."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from siting.formulation.compose import active_constraints, load_formulation
from siting.instance import Instance
from siting.search.median import Pairs, benders_cut, interchange, lagrangian_bound, median_problem, solve
from siting.search.median.choice import as_choice, cheapest, lifts
from siting.search.median.lists import sorted_lists
from siting.search.median.problem import MedianProblem
from siting.search.median.tree import bounded, settle
from tests.search.median.tries import question, rules_of, tried


def _dense(cost: np.ndarray) -> Pairs:
    n, m = cost.shape
    return Pairs(np.arange(n + 1) * m, np.tile(np.arange(m), n), cost.ravel(), np.ones(n), np.full(n, np.inf))


def _problem(seed: int) -> tuple[str, Instance, MedianProblem, float]:
    model, instance = question(seed)
    formulation = load_formulation(model)
    problem, constant = median_problem(instance, active_constraints(formulation, instance), formulation.objective)
    return model, instance, problem, constant


@pytest.mark.parametrize("threads", [1, 3])
def test_lists_hold_the_nearest_pairs_and_say_what_they_leave_out(threads: int) -> None:
    cost = np.random.default_rng(0).random((11_000, 150))
    lists = sorted_lists(_dense(cost), np.arange(150) < 120, 20, threads)
    for i in (0, 5_000, 10_999):
        part = slice(lists.indptr[i], lists.indptr[i + 1])
        size = part.stop - part.start
        order = np.argsort(cost[i, :120])
        assert 20 <= size < 120
        assert np.array_equal(lists.site[part], order[:size])
        assert lists.cap[i] == cost[i, order[size]]
        assert lists.reach[i] == 120


@pytest.mark.parametrize("first", range(0, 200, 100))
def test_cheapest_and_lifts_are_those_of_the_groups(first: int) -> None:
    for seed in range(first, first + 100):
        model, instance = question(seed, sites=7)
        rules = rules_of(model, instance)
        value = np.random.default_rng(seed).integers(-5, 6, 7) + np.random.default_rng(seed).random(7) * 0.01
        if (rules.must & ~rules.may).any():
            continue
        choice = as_choice(rules)
        chosen, lift = np.zeros(7, bool), np.zeros(7)
        total = cheapest(choice, value, rules.must, rules.may, chosen)
        wanted = rules.cheapest(value)
        assert (wanted is None) == (total == np.inf), seed
        if wanted is None:
            continue
        assert total == pytest.approx(value[wanted].sum()), seed
        lifts(choice, value, rules.must, rules.may, chosen, lift)
        for j in np.flatnonzero(rules.may & ~rules.must):
            flag = np.arange(7) == j
            other = rules.fixed(flag, rules.may) if not chosen[j] else rules.fixed(~flag & False, ~flag)
            best = other.cheapest(value)
            exact = np.inf if best is None else float(value[best].sum())
            assert total + lift[j] == pytest.approx(exact), (seed, j)


@pytest.mark.parametrize("first", range(0, 120, 60))
def test_a_bound_under_prices_and_fixings_holds(first: int) -> None:
    close = 0
    for seed in range(first, first + 60):
        model, instance, problem, constant = _problem(seed)
        sets, values = tried(model, instance)
        rng = np.random.default_rng(seed)
        extra = rng.uniform(-3, 3, instance.site_count)
        must, may = rng.random(extra.size) < 0.1, rng.random(extra.size) < 0.9
        inside = [k for k, y in enumerate(sets) if not (must & ~y).any() and not (y & ~may).any()]
        least = min((values[k] + extra[sets[k]].sum() for k in inside), default=np.inf)
        found = lagrangian_bound(problem.priced(problem.price + extra), must=must, may=may)
        assert found.bound + constant <= least + 1e-7, seed
        again = lagrangian_bound(problem.priced(problem.price + extra), must=must, may=may, mu=found.mu, pi=found.pi)
        assert again.bound >= found.bound - 1e-7, seed
        close += np.isfinite(least) and least - found.bound - constant < 0.02 * abs(least)
    assert close > 15


def test_settling_sites_loses_no_better_plan() -> None:
    settled = 0
    for seed in range(150):
        model, instance, problem, constant = _problem(seed)
        sets, values = tried(model, instance)
        finite = np.isfinite(values)
        if not finite.any():
            continue
        least = float(values[finite].min())
        target = least - constant + 1e-6
        rules = problem.rules
        node = bounded(
            problem, problem.near, rules.must, rules.may, np.zeros(instance.demand_count),
            np.zeros(problem.choice.side_least.size), upper=target, target=target,
        )  # fmt: skip
        assert node.bound <= target, seed
        must, may = node.must.copy(), node.may.copy()
        settle(problem.choice, node.bound, target, node.value, node.chosen, must, may)
        best = [y for y, v in zip(sets, values, strict=True) if v <= least + 1e-9]
        assert any(not (must & ~y).any() and not (y & ~may).any() for y in best), seed
        settled += int((~may & rules.may).sum() + (must & ~rules.must).sum())
    assert settled > 100


def test_a_cut_supports_the_cost_of_assignment() -> None:
    rng = np.random.default_rng(4)
    cost = np.round(rng.random((12, 6)) * 10, 1)
    instance = Instance.from_arrays(cost, p=2)
    problem, _ = median_problem(instance, ("open_exactly_p",), "total_weighted_impedance")
    for y in [np.array([1.0, 0, 0, 1, 0, 0]), np.full(6, 1 / 3), np.array([0.5, 0.5, 0.5, 0.5, 0, 0])]:
        constant, slope = benders_cut(problem, y)
        order = np.argsort(cost, axis=1)
        shares = np.take_along_axis(np.broadcast_to(y, cost.shape), order, axis=1)
        used = np.diff(np.minimum(np.cumsum(shares, axis=1), 1.0), axis=1, prepend=0.0)
        assert constant + slope @ y == pytest.approx((used * np.take_along_axis(cost, order, axis=1)).sum())
        for other in product([0.0, 1.0], repeat=6):
            if any(other):
                whole = np.where(np.array(other) > 0, cost, np.inf).min(axis=1).sum()
                assert constant + slope @ np.array(other) <= whole + 1e-9


def test_interchange_keeps_the_rules_and_tells_the_objective() -> None:
    near = 0
    for seed in range(100):
        model, instance, problem, constant = _problem(seed)
        sets, values = tried(model, instance)
        found = interchange(problem, shakes=5)
        if not sets:
            assert found is None, seed
            continue
        assert found is not None, seed
        place = [k for k, y in enumerate(sets) if np.array_equal(y, found[0])]
        assert len(place) == 1, seed
        assert found[1] + constant == pytest.approx(values[place[0]]), seed
        near += bool(np.isclose(values[place[0]], values.min()))
    assert near > 60


def test_fixing_sites_is_a_problem_of_its_own() -> None:
    model, instance, problem, constant = _problem(12)
    sets, values = tried(model, instance)
    for j in range(instance.site_count):
        flag = np.arange(instance.site_count) == j
        without = replace(problem, rules=problem.rules.fixed(flag & False, ~flag))
        least = min((v for y, v in zip(sets, values, strict=True) if not y[j]), default=np.inf)
        assert solve(without).objective + constant == pytest.approx(least)
