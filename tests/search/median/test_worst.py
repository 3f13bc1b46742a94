"""The worst-off and regret: bounds that hold for every plan, plans that are allowed and worth what is told."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from siting.formulation.compose import active_constraints, load_formulation
from siting.instance import Instance
from siting.search.engines import search_first
from siting.search.found import Found
from siting.search.median.worst import swapped, worst_future, worst_tail
from siting.search.sites import SiteRules
from siting.solving.optimise import solve
from siting.solving.solver import SolverOptions
from tests.formulation.every_model import choices, optimum, question, tail, worth

MODELS = ("worst_share_mean", "ordered_median", "minimax_regret")


def _found(model: str, instance: Instance, told: list[tuple[float, float]]) -> Found:
    formulation = load_formulation(model)
    active = active_constraints(formulation, instance)
    found = search_first(formulation, active, instance, SolverOptions(), lambda *pair: told.append(pair))
    assert found is not None
    return found


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("conditions", [False, True])
def test_against_every_plan(model: str, conditions: bool) -> None:
    close = possible = 0
    for seed in range(30):
        instance = question(model, seed, conditions=conditions)
        if seed % 3 == 0 and conditions:
            instance = replace(instance, p=None, budget=40.0)
        best = optimum(model, instance)
        told: list[tuple[float, float]] = []
        found = _found(model, instance, told)
        if best is None:
            assert found.open is None, seed
            assert found.bound == np.inf, seed
            continue
        possible += 1
        assert found.open is not None, seed
        assert any(np.array_equal(found.open, opened) for opened in choices(instance)), seed
        assert worth(model, instance, found.open) == pytest.approx((found.objective,), abs=1e-7), seed
        for value, bound in [*told, (found.objective, found.bound)]:
            assert bound <= best[0] + 1e-7, seed
            assert value >= best[0] - 1e-7, seed
        assert found.rest is not None or found.objective == pytest.approx(best[0], rel=1e-6, abs=1e-7), seed
        close += found.bound >= 0.5 * best[0]
    assert possible > 10
    assert close > possible / 2


def test_nobody_reaches_a_site_where_there_is_none() -> None:
    instance = Instance.from_arrays(np.array([[1.0, np.inf], [np.inf, 2.0]]), p=1, worst_share=0.5)
    found = _found("worst_share_mean", instance, [])
    assert found.open is None


def test_weights_make_the_worst_of_a_plan() -> None:
    rng = np.random.default_rng(4)
    for seed in range(20):
        near = np.round(rng.random(7) * 9)
        instance = question("worst_share_mean", seed)
        worst = worst_tail(instance, near)
        assert worst.weight.sum() == pytest.approx(1.0)
        assert (worst.weight <= instance.demand / (0.3 * instance.demand.sum()) + 1e-12).all()
        assert worst.value(near) == pytest.approx(tail(near, instance.demand, 0.3))
        instance = question("minimax_regret", seed)
        assert instance.future_best is not None
        lost = [
            float(instance.demand @ (near * (instance.future == k))) - float(best)
            for k, best in enumerate(instance.future_best)
        ]
        assert worst_future(instance, near).value(near) == pytest.approx(max(0.0, *lost))


def test_swaps_lessen_the_objective_until_none_does() -> None:
    better = 0
    for seed in range(20):
        instance = question("worst_share_mean", seed)
        rules = SiteRules.of(instance, ("open_exactly_p",))
        plan, value = swapped(instance, rules, np.arange(instance.site_count) < 2, worst_tail, math.inf)
        assert worth("worst_share_mean", instance, plan) == pytest.approx((value,))
        start = worth("worst_share_mean", instance, np.arange(instance.site_count) < 2)
        assert start is not None
        better += value < start[0] - 1e-9
        for out in np.flatnonzero(plan):
            for new in np.flatnonzero(~plan):
                other = plan.copy()
                other[[out, new]] = False, True
                found = worth("worst_share_mean", instance, other)
                assert found is not None
                assert found[0] >= value - 1e-9
    assert better > 5


def test_a_large_question_has_a_bound_however_soon_the_solver_is_stopped() -> None:
    rng = np.random.default_rng(3)
    here, there = rng.random((400, 2)) * 60, rng.random((60, 2)) * 60
    t = np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1))
    people = rng.integers(5, 300, 400)
    instance = Instance.from_arrays(t, people, p=8, worst_share=0.1)
    found = _found("worst_share_mean", instance, [])
    mean = solve(Instance.from_arrays(t, people, p=8), "p_median").outcome.objective
    assert mean is not None
    assert found.bound > 1.15 * mean / people.sum()
    assert found.rest is not None
