"""Sums over demand points of another cost than travel, and points that need not reach a site: gradual cover,
attendance, envy."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from siting.formulation.arrays import build_program
from siting.formulation.compose import active_constraints, load_formulation
from siting.instance import Instance
from siting.search.engines import search_first
from siting.search.found import Found
from siting.search.median import MedianProblem, benders_cut, lagrangian_bound, median_problem, solve
from siting.solution import Status
from siting.solving.optimise import solve as solve_all
from siting.solving.solver import SolverOptions, solve_program
from tests.search.median.tries import KIN, kin_question, tried


def _problem(model: str, instance: Instance) -> tuple[MedianProblem, float]:
    formulation = load_formulation(model)
    return median_problem(instance, active_constraints(formulation, instance), formulation.objective)


def _found(model: str, instance: Instance, told: list[tuple[float, float]], options: SolverOptions) -> Found:
    formulation = load_formulation(model)
    active = active_constraints(formulation, instance)
    found = search_first(formulation, active, instance, options, lambda *pair: told.append(pair))
    assert found is not None
    return found


@pytest.mark.parametrize("first", range(0, 600, 100))
def test_the_optimum_of_every_question(first: int) -> None:
    """Progress and bound of a maximised objective are those of its negative."""
    solved = unserved = 0
    for seed in range(first, first + 100):
        model, instance = kin_question(seed)
        _, values = tried(model, instance)
        least = float(values.min(initial=np.inf))
        told: list[tuple[float, float]] = []
        found = _found(model, instance, told, SolverOptions(time_limit_s=60))
        if not np.isfinite(least):
            assert found.open is None, seed
            assert found.bound == np.inf, seed
            continue
        solved += 1
        assert found.open is not None, seed
        assert found.objective == pytest.approx(least, rel=1e-7, abs=1e-9), seed
        assert found.objective - found.bound <= 1e-6 * abs(found.objective) + 1e-9, seed
        for value, bound in [*told, (found.objective, found.bound)]:
            assert bound <= least + 1e-9 * max(abs(least), 1), seed
            assert value >= least - 1e-9 * max(abs(least), 1), seed
        reached = np.where(found.open, instance.impedance.dense(), np.inf).min(axis=1)
        unserved += model != "minimum_envy" and not np.isfinite(reached).all()
    assert solved > 50
    assert unserved > 0


@pytest.mark.parametrize("first", range(2000, 2120, 60))
def test_the_optimum_of_the_formulation_with_more_sites(first: int) -> None:
    possible = 0
    for seed in range(first, first + 60):
        model, instance = kin_question(seed, points=40, sites=18)
        answer = solve_program(build_program(load_formulation(model), instance).program, SolverOptions())
        found = _found(model, instance, [], SolverOptions(time_limit_s=60))
        if answer.outcome.status is Status.INFEASIBLE:
            assert found.bound == np.inf, seed
            continue
        possible += 1
        assert answer.outcome.objective is not None, seed
        wanted = answer.outcome.objective if model == "minimum_envy" else -answer.outcome.objective
        assert found.objective == pytest.approx(wanted, rel=2e-6, abs=1e-9), seed
        assert found.objective - found.bound <= 1e-6 * abs(found.objective) + 1e-9, seed
    assert possible > 15


@pytest.mark.parametrize("model", KIN)
def test_a_verified_plan_told_in_its_own_sense(model: str) -> None:
    proven = 0
    for seed in range(KIN.index(model), 30, 3):
        _, instance = kin_question(seed)
        reads = {"gradual_covering": ("standard", "outer_standard"), "maximum_attendance": ("decay",)}
        kept = reads.get(model, ("standard", "envy_weight"))
        facts = ("standard", "outer_standard", "decay", "envy_weight")
        unread: dict[str, Any] = {name: None for name in facts if name not in kept}
        instance = replace(instance, **unread)
        _, values = tried(model, instance)
        if not np.isfinite(values.min(initial=np.inf)):
            continue
        outcome = solve_all(instance, model).outcome
        sign = 1.0 if model == "minimum_envy" else -1.0
        assert outcome.objective is not None
        assert outcome.bound is not None
        assert outcome.objective == pytest.approx(sign * float(values.min()), rel=1e-6, abs=1e-9), seed
        assert sign * (outcome.objective - outcome.bound) >= -1e-9, seed
        assert outcome.proven, seed
        assert outcome.solver != "HiGHS"
        proven += 1
    assert proven > 3


@pytest.mark.parametrize("limit", [1, 3])
def test_a_bound_holds_wherever_the_search_is_stopped(limit: int) -> None:
    stopped = 0
    for seed in range(3000, 3060):
        model, instance = kin_question(seed, points=14, sites=10)
        _, values = tried(model, instance)
        least = float(values.min(initial=np.inf))
        found = _found(model, instance, [], SolverOptions(node_limit=limit))
        assert found.bound <= least + 1e-9 * max(abs(least), 1) or math.isinf(least), seed
        stopped += found.objective - found.bound > 1e-5 * abs(found.objective)
    assert stopped > 0


def test_lists_end_where_it_costs_less_to_reach_none() -> None:
    """With many sites, so that lists are cut off for two reasons."""
    rng = np.random.default_rng(8)
    t = rng.random((30, 150)) * 10
    instance = Instance.from_arrays(t, rng.integers(1, 9, 30), p=3, standard=1.0, outer_standard=6.0)
    problem, _ = _problem("gradual_covering", instance)
    lists = problem.nearby(problem.rules.may, length=20).lists
    lost = problem.pairs.value.reshape(30, 150) * instance.demand[:, None]
    none = problem.pairs.outside * instance.demand
    for i in range(30):
        part = slice(lists.indptr[i], lists.indptr[i + 1])
        rest = np.delete(lost[i], lists.site[part])
        assert (lists.cost[part] < none[i]).all()
        assert lists.cap[i] == min(none[i], rest.min())
        assert lists.reach[i] == (lost[i] < none[i]).sum()
    full = solve(problem)
    assert full.open is not None
    short = replace(problem)
    short.__dict__["near"] = problem.nearby(problem.rules.may, length=20)
    assert solve(short).objective == pytest.approx(full.objective)
    assert short.objective(full.open) == pytest.approx(full.objective)


def test_a_cut_and_a_bound_count_those_who_reach_none() -> None:
    for seed in range(0, 60, 3):
        model, instance = kin_question(seed)
        sets, values = tried(model, instance)
        problem, constant = _problem(model, instance)
        for opened in sets[:20]:
            base, slope = benders_cut(problem, opened.astype(float))
            (here,) = (v for y, v in zip(sets, values, strict=True) if np.array_equal(y, opened))
            assert base + slope @ opened + constant == pytest.approx(here)
            for other, value in zip(sets, values, strict=True):
                assert base + slope @ other + constant <= value + 1e-9
        if sets:
            assert lagrangian_bound(problem).bound + constant <= values.min() + 1e-9


def test_a_gap_is_measured_by_the_objective_itself() -> None:
    """Of a million people few come: a gap of a tenth of those who come is a tiny part of those who are lost."""
    rng = np.random.default_rng(0)
    t = rng.random((60, 30)) * 10 + 8
    instance = Instance.from_arrays(t, rng.integers(1, 30_000, 60), p=4, standard=0.0, outer_standard=8.5)
    found = _found("gradual_covering", instance, [], SolverOptions(gap=0.1))
    assert found.objective < 0
    assert found.objective - found.bound <= 0.1 * abs(found.objective)
