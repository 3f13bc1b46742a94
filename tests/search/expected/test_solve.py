"""The search of stations and vehicles against all plans, and against its formulation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from siting.errors import InfeasibleError
from siting.formulation.compose import build_model, load_formulation
from siting.instance import Instance
from siting.search.expected import bound, search
from siting.solution import Status
from siting.solving.optimise import solve
from siting.solving.solver import SolverOptions, solve_model
from siting.verify import verify
from tests.search.expected.small import MODEL, expected_people, most_expected, random_question


@pytest.mark.parametrize("way", ["whole", "by the solver", "shallow"])
def test_equals_the_best_of_all_plans(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if way == "by the solver":  # the bound stops at once and nothing is improved
        monkeypatch.setattr(bound, "CLOSE", 1e9)
        monkeypatch.setattr(search, "improve", lambda problem, vehicles, **_: (vehicles, problem.value(vehicles)))
    elif way == "shallow":
        monkeypatch.setattr(bound, "DEEP", 1)
        monkeypatch.setattr(search, "ROUNDS", 1)
    possible = 0
    for seed in range(120):
        instance = random_question(seed)
        best = most_expected(instance)
        if best is None:
            with pytest.raises(InfeasibleError):
                solve(instance, MODEL, diagnose=False)
            continue
        possible += 1
        solution = solve(instance, MODEL)
        assert solution.servers is not None
        assert solution.outcome.objective == pytest.approx(best, rel=1e-6, abs=1e-6), seed
        assert expected_people(instance, solution.servers) == pytest.approx(best, rel=1e-6, abs=1e-6)
        assert solution.outcome.proven, seed
        assert solution.outcome.bound is not None
        assert solution.outcome.bound >= best - 1e-6
        assert "vehicle moves" in solution.outcome.solver
        assert np.array_equal(solution.servers > 0, solution.open)
        assert verify(instance, load_formulation(MODEL), solution).ok
    assert possible >= 70


def town(seed: int = 0, points: int = 500, sites: int = 60, **facts: Any) -> Instance:
    rng = np.random.default_rng(seed)
    here, there = rng.random((points, 2)) * 30, rng.random((sites, 2)) * 30
    t = np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1))
    given = {"standard": 7.0, "servers": 14, "busy_fraction": 0.4, "existing": np.arange(sites) < 5}
    return Instance.from_arrays(t, rng.integers(1, 30, points), **(given | facts))


@pytest.mark.parametrize("facts", [{"p": 3}, {"p": None}, {"p": 2, "busy_fraction": 0.7, "standard": 11.0}])
def test_equals_the_formulation(facts: dict[str, Any]) -> None:
    instance = town(1, points=60, sites=14, servers=9, **facts)
    whole = solve_model(build_model(load_formulation(MODEL), instance), SolverOptions(time_limit_s=60))
    assert whole.status is Status.OPTIMAL
    assert solve(instance, MODEL).outcome.objective == pytest.approx(whole.objective, rel=1e-6)


def test_a_town_is_proven_and_every_run_gives_the_same_plan() -> None:
    first, second = (solve(town(p=4), MODEL) for _ in range(2))
    assert first.outcome.proven
    assert np.array_equal(first.servers, second.servers)
    assert first.outcome.bound == second.outcome.bound


def test_bounds_hold_whatever_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    best = solve(town(3, p=4), MODEL).outcome.objective
    assert best is not None
    monkeypatch.setattr(search, "LARGE", 0)  # without the solver
    for limits in (SolverOptions(time_limit_s=1e-6), SolverOptions(node_limit=1), SolverOptions(gap=0.05)):
        outcome = solve(town(3, p=4), MODEL, limits).outcome
        assert outcome.objective is not None
        assert outcome.objective <= best + 1e-6
        assert outcome.bound is None or outcome.bound >= best - 1e-6


@pytest.mark.parametrize("busy", [0.0, 1.0])
def test_vehicles_always_free_or_always_busy_are_left_to_the_solver(busy: float) -> None:
    solution = solve(town(p=2, busy_fraction=busy, points=40, sites=10, servers=8), MODEL)
    assert solution.outcome.solver == "HiGHS"
    assert solution.outcome.proven
