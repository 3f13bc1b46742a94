"""The search against trying every plan: the same optimum, bounds that hold at every stop, the same plan every time."""

from __future__ import annotations

import numpy as np
import pytest

from siting.formulation.arrays import build_program
from siting.formulation.compose import active_constraints, load_formulation
from siting.instance import Instance
from siting.search.median import MedianProblem, median_problem, solve
from siting.solution import Status
from siting.solving.solver import SolverOptions, solve_program
from tests.search.median.tries import question, tried


def problem_of(model: str, instance: Instance) -> tuple[MedianProblem, float]:
    formulation = load_formulation(model)
    return median_problem(instance, active_constraints(formulation, instance), formulation.objective)


@pytest.mark.parametrize("first", range(0, 600, 100))
def test_the_optimum_of_every_question(first: int) -> None:
    solved = 0
    for seed in range(first, first + 100):
        model, instance = question(seed)
        _, values = tried(model, instance)
        least = float(values.min(initial=np.inf))
        problem, constant = problem_of(model, instance)
        answer = solve(problem, SolverOptions(time_limit_s=30))
        if not np.isfinite(least):
            assert answer.open is None, seed
            assert answer.bound == np.inf, seed
            continue
        solved += 1
        assert answer.open is not None, seed
        assert problem.rules.allows(answer.open), seed
        assert answer.objective + constant == pytest.approx(least, rel=1e-7, abs=1e-9), seed
        assert answer.bound == pytest.approx(answer.objective, rel=1e-6, abs=1e-9), seed
        assert answer.bound <= answer.objective + 1e-9, seed
    assert solved > 50


@pytest.mark.parametrize("limit", [1, 2, 4])
def test_a_bound_holds_wherever_the_search_is_stopped(limit: int) -> None:
    stopped = 0
    for seed in range(1000, 1080):
        model, instance = question(seed, points=14, sites=10)
        _, values = tried(model, instance)
        least = float(values.min(initial=np.inf))
        problem, constant = problem_of(model, instance)
        told: list[tuple[float, float]] = []
        answer = solve(problem, SolverOptions(node_limit=limit), report=lambda *pair, told=told: told.append(pair))
        for value, bound in [*told, (answer.objective, answer.bound)]:
            assert bound + constant <= least + 1e-9 * abs(least) if np.isfinite(least) else True, seed
            assert value + constant >= least - 1e-9 * abs(least) if np.isfinite(least) else True, seed
        stopped += not answer.finished
    assert stopped > 0


@pytest.mark.parametrize("first", range(2000, 2240, 60))
def test_the_optimum_of_the_formulation_with_more_sites(first: int) -> None:
    possible = 0
    for seed in range(first, first + 60):
        model, instance = question(seed, points=45, sites=20)
        answer = solve_program(build_program(load_formulation(model), instance).program, SolverOptions())
        problem, constant = problem_of(model, instance)
        found = solve(problem, SolverOptions(time_limit_s=30))
        if answer.outcome.status is Status.INFEASIBLE:
            assert found.bound == np.inf, seed
            continue
        possible += 1
        assert answer.outcome.objective is not None, seed
        assert found.objective + constant == pytest.approx(answer.outcome.objective, rel=2e-6), seed
        assert found.objective - found.bound <= 1e-6 * abs(found.objective) + 1e-9, seed
    assert possible > 15
