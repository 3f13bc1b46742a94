"""Searches that go before the solver: used where they know the model, and never a worse or less certain answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from siting.formulation.compose import active_constraints, load_formulation
from siting.instance import Instance
from siting.search.engines import first_plan, search_first
from siting.solving.optimise import solve
from siting.solving.solver import SolverOptions
from tests.formulation.every_model import choices, optimum, question, tail
from tests.formulation.small import best_value, random_instance, six_points


def first(model: str, instance: Instance) -> object:
    formulation = load_formulation(model)
    active = active_constraints(formulation, instance)
    return search_first(formulation, active, instance, SolverOptions(), lambda objective, bound: None)


def test_which_models_are_searched() -> None:
    assert first("p_median", six_points(p=2)) is not None
    assert first("p_center", six_points(p=2)) is not None
    assert first("capacitated_p_median", six_points(p=2, capacity=8.0)) is not None
    assert first("maximal_covering", six_points(p=2, standard=1.0)) is not None
    assert first("set_covering", six_points(standard=1.0)) is not None
    assert first("tiered_covering", six_points(coverage_targets=((1.0, 0.5),))) is None
    assert first("p_median", six_points(budget=4.0, fixed_cost=[1, 1, 1, 2, 2, 2])) is not None
    assert first("fixed_charge", six_points(fixed_cost=[1, 1, 1, 2, 2, 2])) is not None


@pytest.mark.parametrize("model", ["p_median", "p_center", "capacitated_p_median"])
@pytest.mark.parametrize("seed", range(12))
def test_a_budget_over_sites_of_one_cost(model: str, seed: int) -> None:
    instance = random_instance(seed, capacity=model.startswith("cap"), p=None)
    instance = replace(instance, fixed_cost=np.where(instance.existing, 0.0, 3.0), budget=7.0)
    best = best_value(model, instance)
    if best is not None:
        outcome = solve(instance, model).outcome
        assert outcome.objective == pytest.approx(best, abs=1e-6)
        assert outcome.proven
        assert outcome.solver != "HiGHS"


def test_a_large_question_without_facilities_yet_has_a_plan_and_a_close_bound() -> None:
    """300,000 pairs: the solver alone has no bound after a minute."""
    rng = np.random.default_rng(3)
    towns = rng.uniform(0, 60, (15, 2))
    points = towns[rng.integers(0, 15, 1500)] + rng.normal(0, 3, (1500, 2))
    sites = points[rng.choice(1500, 200, replace=False)]
    t = np.hypot(*(points[:, None] - sites[None]).transpose(2, 0, 1))
    instance = Instance.from_arrays(t, rng.integers(1, 30, 1500), p=10)
    outcome = solve(instance, "p_median", SolverOptions(time_limit_s=20)).outcome
    assert outcome.gap is not None
    assert outcome.gap < 0.01
    assert outcome.seconds < 25


@pytest.mark.parametrize("model", ["single_source_fixed_charge", "contiguous_fixed_charge", "fixed_charge"])
def test_travel_has_its_price(model: str) -> None:
    for seed in range(2):
        instance = question(model, seed, travel_cost=0.25)
        best = optimum(model, instance)
        assert best is not None
        assert solve(instance, model).outcome.objective == pytest.approx(best[0], abs=1e-5)


def test_whole_demand_points_have_a_search_of_their_own() -> None:
    assert first("single_source_p_median", six_points(p=2, capacity=8.0)) is not None
    assert first("single_source_p_median", six_points(p=2, capacity=8.0, minimum_load=1.0)) is not None


@pytest.mark.parametrize("model", ["gradual_covering", "maximum_attendance", "minimum_envy"])
def test_sums_over_pairs_are_searched(model: str) -> None:
    assert first(model, question(model, 0)) is not None


@pytest.mark.parametrize("model", ["worst_share_mean", "ordered_median", "minimax_regret"])
def test_models_without_a_search_begin_with_an_allowed_plan(model: str) -> None:
    for seed in range(4):
        instance = question(
            model, seed, conditions=True, closable=None, relocatable=None, closures=None, zone_maximum=None
        )
        formulation = load_formulation(model)
        plan = first_plan(formulation, active_constraints(formulation, instance), instance)
        allowed = list(choices(instance))
        assert plan is None or any(np.array_equal(plan, opened) for opened in allowed)
        assert plan is not None or not allowed


def test_a_large_question_of_the_worst_off_has_a_good_plan_at_once() -> None:
    rng = np.random.default_rng(3)
    here, there = rng.random((400, 2)) * 60, rng.random((60, 2)) * 60
    t = np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1))
    instance = Instance.from_arrays(t, rng.integers(5, 300, 400), p=8, worst_share=0.1)
    formulation = load_formulation("worst_share_mean")
    start = first_plan(formulation, active_constraints(formulation, instance), instance)
    assert start is not None
    solution = solve(instance, formulation, SolverOptions(time_limit_s=3))
    nearest = instance.impedance.nearest(start)[1]
    assert solution.outcome.objective is not None
    assert solution.outcome.objective <= tail(nearest, instance.demand, 0.1) + 1e-6


def test_a_plan_to_begin_with_keeps_an_unequal_budget() -> None:
    formulation = load_formulation("worst_share_mean")
    instance = six_points(worst_share=0.5, budget=4.0, fixed_cost=[1, 1, 1, 2, 2, 2])
    start = first_plan(formulation, active_constraints(formulation, instance), instance)
    assert start is not None
    assert instance.fixed_cost is not None
    assert instance.fixed_cost[start].sum() <= 4.0


def test_no_plan_to_begin_with_for_an_objective_without_a_measure() -> None:
    formulation = load_formulation("least_inequality")
    instance = six_points(p=2)
    assert first_plan(formulation, active_constraints(formulation, instance), instance) is None
