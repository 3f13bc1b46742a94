"""Bounds, cuts, prices and fixings of coverage problems against all plans."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from siting.search.covering import (
    benders_cut,
    cut_of_multipliers,
    lagrangian_bound,
    reduced,
    restrict,
    rise_if_changed,
    solve,
)
from siting.search.covering.program import as_program
from tests.search.covering.small import SITES, least, plans, random_problem, random_rules


@pytest.mark.parametrize("steps", [0, 1, 5, 1000])
def test_no_plan_is_better_than_the_bound_however_early_it_stops(steps: int) -> None:
    for seed in range(60):
        problem = random_problem(seed, priced=bool(seed % 2), whole=bool(seed % 3))
        found = lagrangian_bound(problem, upper=np.inf if steps else 0.0, steps=steps)
        assert ((found.multipliers >= 0) & (found.multipliers <= problem.weight)).all()
        assert all(found.bound <= problem.value(opened) + 1e-9 for opened in plans(problem))


def test_it_comes_near_the_linear_programme() -> None:
    """Also where rows are not said by groups of sites; those lie in the programme, and have a price in the bound."""
    asked = close = 0
    for seed in range(150):
        problem = random_problem(seed, classes=30, priced=bool(seed % 2), hard=0.2 * (seed % 3 == 0))
        best = least(problem)
        if best is None:
            continue
        problem = restrict(problem, problem.rules.must, problem.rules.may).problem
        program, _ = as_program(problem)
        limits = LinearConstraint(program.matrix, program.row_lower, program.row_upper)
        relaxed = milp(program.cost, constraints=limits, bounds=Bounds(program.lower, program.upper))
        value = float(relaxed.fun) + program.offset
        found = lagrangian_bound(problem, upper=best, steps=4000, close=1e-4)
        assert found.bound <= best + 1e-6
        scale = float(problem.weight[~problem.hard].sum() + problem.price.sum())
        asked += 1
        close += value - found.bound <= 0.002 * scale
    assert asked >= 100
    assert close >= 0.95 * asked


def test_multipliers_warm_the_next_bound() -> None:
    problem = next(p for p in (random_problem(s, classes=40) for s in range(99)) if p.rules.simple and plans(p))
    best = least(problem)
    assert best is not None
    first = lagrangian_bound(problem, upper=best)
    again = lagrangian_bound(problem, upper=best, multipliers=first.multipliers, steps=0)
    assert again.bound == pytest.approx(first.bound, abs=1e-6 * abs(first.bound))
    dearer = replace(problem, price=problem.price + 1.0)  # prices that a coordinating budget would set
    moved = lagrangian_bound(dearer, upper=np.inf, multipliers=first.multipliers, steps=50)
    assert all(moved.bound <= dearer.value(opened) + 1e-9 for opened in plans(dearer))


def test_cuts_lie_below_every_plan_and_touch_theirs() -> None:
    for seed in range(40):
        problem = random_problem(seed, whole=bool(seed % 2))
        rng = np.random.default_rng(seed)
        everything = plans(problem)
        for y in (rng.random(SITES), np.zeros(SITES), *(p.astype(float) for p in everything[:3])):
            cut = benders_cut(problem, y)
            for opened in everything:
                value = problem.value(opened)
                assert cut.constant + float(cut.slope @ opened) <= value + 1e-9
                if np.array_equal(opened, y):
                    assert cut.constant + float(cut.slope @ opened) == pytest.approx(value)
        found = lagrangian_bound(problem, upper=np.inf, steps=100)
        cut = cut_of_multipliers(problem, found.multipliers)
        assert all(cut.constant + float(cut.slope @ p) <= problem.value(p) + 1e-9 for p in everything)


def test_what_a_change_of_one_site_costs_is_exact() -> None:
    for seed in range(300):
        rules = random_rules(seed)
        price = np.round(np.random.default_rng(seed).normal(0, 3, SITES), 1)
        chosen = rules.cheapest(price)
        if chosen is None:
            continue
        rise = rise_if_changed(rules, price, chosen)
        for j in np.flatnonzero(rules.free):
            one = np.arange(SITES) == j
            other = rules.fixed(~chosen & one, rules.may & ~(chosen & one)).cheapest(price)
            if other is None:
                assert rise[j] == np.inf
            else:
                assert rise[j] == pytest.approx(max(float(price[other].sum() - price[chosen].sum()), 0.0), abs=1e-9)


def test_a_part_has_the_values_of_the_whole() -> None:
    for seed in range(60):
        problem = random_problem(seed, hard=0.2 * (seed % 2), priced=True)
        rng = np.random.default_rng(seed)
        may = problem.rules.may & (rng.random(SITES) < 0.8)
        must = problem.rules.free & may & (rng.random(SITES) < 0.2)
        part = restrict(problem, must, may, problem.weight / 2)
        assert (part.multipliers <= part.problem.weight + 1e-9).all()
        inside = [p for p in plans(problem) if not (must & ~p).any() and not (p & ~may).any()]
        assert len(inside) == len(plans(part.problem))
        for opened in inside:
            assert part.problem.value(opened) == pytest.approx(problem.value(opened))
            assert part.possible or not problem.meets(opened)


@pytest.mark.parametrize("hard", [0.0, 0.5, 1.0])
def test_reductions_keep_the_best_value(hard: float) -> None:
    smaller = 0
    for seed in range(120):
        problem = random_problem(seed, hard=hard, priced=bool(seed % 2), twice=bool(seed % 3 == 0))
        best, small = least(problem), reduced(problem)
        if small is None:
            assert best is None
            continue
        assert least(small) == (None if best is None else pytest.approx(best))
        smaller += small.sets.size < problem.sets.size or small.rules.free.sum() < problem.rules.free.sum()
    assert smaller > 20


def test_values_lie_on_the_grid_that_rounds_bounds() -> None:
    problem = random_problem(1, priced=True)
    problem = replace(problem, weight=3 * problem.weight, price=6 * problem.price)
    assert problem.step % 3 == 0
    values = np.array([problem.value(opened) for opened in plans(problem)])
    assert np.allclose(np.mod(values - problem.constant, problem.step), 0)
    assert random_problem(1, whole=False).step == 0
    assert solve(random_problem(1, whole=False)).value == pytest.approx(least(random_problem(1, whole=False)))
