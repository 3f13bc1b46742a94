"""Location models that are coverage problems, against all plans and against their formulation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import siting.search.center as center
import siting.search.covering.tree as tree
from siting.errors import InfeasibleError
from siting.events import Event
from siting.formulation.compose import active_constraints, build_model, load_formulation
from siting.instance import Instance
from siting.search.sites import SiteRules
from siting.solution import Status
from siting.solving.optimise import solve
from siting.solving.solver import SolverOptions, solve_model
from siting.verify import verify
from tests.benchmark_files import read_orlib
from tests.formulation import every_model
from tests.formulation.every_model import MAXIMISED, OWN_NUMBER, choices, worth

MODELS = (
    "maximal_covering",
    "set_covering",
    "partial_set_covering",
    "maximal_backup_covering",
    "backup_covering",
    "backup_set_covering",
    "p_center",
    "weighted_p_center",
)


def random_question(model: str, seed: int, monkeypatch: pytest.MonkeyPatch) -> Instance:
    """Whatever may be asked of sites: closings, moves, minima, maxima, budgets, excluded plans, unreachable pairs."""
    rng = np.random.default_rng(seed)
    points, sites = int(rng.integers(6, 25)), int(rng.integers(6, 10))
    monkeypatch.setattr(every_model, "POINTS", max(points, sites))
    monkeypatch.setattr(every_model, "SITES", sites)
    changes: dict[str, Any] = {}
    own = model in OWN_NUMBER
    if rng.random() < 0.3:
        changes = {"p": None, "budget": float(rng.integers(20, 90))}
    elif not own:
        changes = {"p": int(rng.integers(1, 4))}
    if rng.random() < 0.3:
        changes["excluded"] = tuple(rng.random(sites) < 0.4 for _ in range(3))
        changes["least_difference"] = int(rng.integers(1, 3))
    if model == "maximal_backup_covering":
        changes["backup_weight"] = float(rng.choice([0.0, 0.3, 0.5]))
    instance = every_model.question(model, seed, conditions=bool(rng.random() < 0.6), **changes)
    if rng.random() < 0.4:
        instance = replace(instance, demand=instance.demand + rng.random(instance.demand_count))
    nobody = rng.random(instance.demand_count) < 0.2
    instance = replace(instance, demand=np.where(nobody, 0.0, instance.demand))
    if instance.standard is not None and rng.random() < 0.6:
        instance = replace(instance, standard=np.full(instance.demand_count, float(rng.uniform(2, 9))))
    return replace(instance, impedance=instance.impedance.keep(rng.random(instance.impedance.pair_count) < 0.93))


def best_of_all(model: str, instance: Instance) -> tuple[float, ...] | None:
    least = instance.least_difference or 1
    values = [
        value
        for opened in choices(instance)
        if all((opened != other).sum() >= least for other in instance.excluded or ())
        and (value := worth(model, instance, opened)) is not None
    ]
    return None if not values else max(values) if model in MAXIMISED else min(values)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("branching", [False, True])
def test_equals_the_best_of_all_plans(model: str, branching: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if branching:
        for name, value in (("SMALL", -1), ("SMALL_HARD", -1), ("ROOT_STEPS", 3), ("NODE_STEPS", 2)):
            monkeypatch.setattr(tree, name, value)
    possible = 0
    for seed in range(25):
        instance = random_question(model, 1000 * branching + seed, monkeypatch)
        best = best_of_all(model, instance)
        if best is None:
            with pytest.raises(InfeasibleError):
                solve(instance, model, diagnose=False)
            continue
        possible += 1
        solution = solve(instance, model)
        outcomes = (solution.outcome, *solution.outcome.then)
        values = [
            float(o.objective or 0.0) * (-1.0 if o.sense == "maximize" and model not in MAXIMISED else 1.0)
            for o in outcomes
        ]
        assert values == pytest.approx(best, abs=1e-5)
        assert solution.outcome.proven
        assert "Lagrangian" in solution.outcome.solver
        assert verify(instance, load_formulation(model), solution).ok
    assert possible >= 5


@pytest.mark.parametrize("weighted", [False, True])
def test_a_center_is_bounded_wherever_it_stops(weighted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that it tells on the way holds, with one node for each value."""
    for name, value in (("SMALL", -1), ("SMALL_HARD", -1), ("ROOT_STEPS", 3), ("NODE_STEPS", 2)):
        monkeypatch.setattr(tree, name, value)
    model = "weighted_p_center" if weighted else "p_center"
    for seed in range(2000, 2020):
        instance = random_question(model, seed, monkeypatch)
        best = best_of_all(model, instance)
        rules = SiteRules.of(instance, active_constraints(load_formulation(model), instance))
        told: list[tuple[float, float]] = []
        found = center.search_center(
            instance,
            rules,
            SolverOptions(node_limit=1),
            weighted=weighted,
            report=lambda value, bound, told=told: told.append((value, bound)),
        )
        if best is None:
            assert found.open is None
            continue
        assert found.bound <= best[0] + 1e-9
        assert found.objective >= best[0] - 1e-9
        assert all(bound <= best[0] + 1e-9 <= value + 2e-9 for value, bound in told)
        assert told == sorted(told, key=lambda pair: (-pair[0], pair[1]))


@pytest.mark.parametrize("model", MODELS[:4])
def test_equals_the_formulation(model: str) -> None:
    for seed in range(4):
        rng = np.random.default_rng(seed)
        here, there = rng.random((150, 2)) * 20, rng.random((25, 2)) * 20
        t = np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1))
        facts: dict[str, Any] = {"p": None if model in OWN_NUMBER else 5, "standard": 7.5}
        if model == "partial_set_covering":
            facts["cover_share"] = 0.85
        if model == "maximal_backup_covering":
            facts |= {"backup_weight": 0.4, "standard": 5.0}
        if model == "set_covering":
            facts["standard"] = float(t.min(axis=1).max()) + 1
        zones = [str(z) for z in rng.integers(0, 3, 25)]
        instance = Instance.from_arrays(
            t, rng.integers(0, 30, 150), existing=rng.random(25) < 0.08, site_zone=zones, zone_minimum={"0": 1}, **facts
        )
        formulation = load_formulation(model)
        whole = solve_model(build_model(formulation, instance))
        assert whole.status is Status.OPTIMAL
        assert solve(instance, formulation).outcome.objective == pytest.approx(whole.objective, abs=1e-5)


def town(seed: int = 0, **facts: Any) -> Instance:
    rng = np.random.default_rng(seed)
    here, there = rng.random((900, 2)) * 30, rng.random((120, 2)) * 30
    t = np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1))
    return Instance.from_arrays(t, rng.integers(1, 30, 900), standard=3.0, **facts)


def test_a_maximised_objective_is_told_in_its_own_sense(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "SMALL", -1)
    monkeypatch.setattr(tree, "ROOT_STEPS", 20)
    events: list[Event] = []
    limits = SolverOptions(node_limit=1)
    outcome = solve(town(p=12), "maximal_covering", limits, listener=events.append).outcome
    assert outcome.sense == "maximize"
    assert outcome.status is Status.NODE_LIMIT
    assert not outcome.proven
    assert outcome.objective is not None
    assert outcome.bound is not None
    assert 0 < outcome.objective < outcome.bound
    best = solve(town(p=12), "maximal_covering").outcome
    assert best.proven
    assert best.objective is not None
    assert outcome.objective <= best.objective <= outcome.bound + 1e-6
    told = [e.data for e in events if "incumbent" in e.data and e.stage == "optimise"]
    assert told
    for data in told:
        assert 0 < float(str(data["incumbent"])) <= outcome.objective
        assert float(str(data["bound"])) >= best.objective - 1e-6


@pytest.mark.parametrize("model", ["maximal_covering", "set_covering", "p_center"])
def test_bounds_hold_whatever_stops_it(model: str) -> None:
    facts: dict[str, Any] = {} if model == "set_covering" else {"p": 12}
    instance = replace(town(1, **facts), standard=np.full(900, 5.0))
    best = solve(instance, model).outcome.objective
    assert best is not None
    sign = -1.0 if model == "maximal_covering" else 1.0
    for limits in (SolverOptions(time_limit_s=1e-6), SolverOptions(node_limit=1), SolverOptions(gap=0.05)):
        outcome = solve(instance, model, limits).outcome
        assert outcome.objective is not None
        assert sign * outcome.objective >= sign * best - 1e-6
        assert outcome.bound is None or sign * outcome.bound <= sign * best + 1e-6


def test_every_run_gives_the_same_plan() -> None:
    for model, facts in (("maximal_covering", {"p": 9}), ("p_center", {"p": 9})):
        first, second = (solve(town(2, **facts), model) for _ in range(2))
        assert np.array_equal(first.open, second.open)
        assert first.outcome.bound == second.outcome.bound


@pytest.mark.parametrize("number", [1, 9, 17, 25, 31, 39])
def test_published_centers(number: int) -> None:
    instance, optima = read_orlib(number)
    outcome = solve(instance, "p_center").outcome
    assert outcome.objective == optima["p_center"]
    assert outcome.proven


def test_a_second_cover_that_counts_more_than_the_first_is_left_to_the_solver() -> None:
    instance = every_model.question("maximal_backup_covering", 3, backup_weight=0.6)
    assert solve(instance, "maximal_backup_covering").outcome.solver == "HiGHS"
