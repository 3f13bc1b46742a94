"""The search against the Pyomo formulation: its plan is the optimum, its bound never passes it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from siting.formulation.compose import active_constraints, build_model, load_formulation
from siting.impedance import BoolArray
from siting.instance import Instance
from siting.search.capacitated.adapter import search_capacitated
from siting.search.found import Found
from siting.solution import Status
from siting.solving.solver import SolverOptions, solve_model

POINTS, SITES = 9, 7
MODELS = (
    "capacitated_p_median",
    "capacitated_fixed_charge",
    "capacitated_maximal_covering",
    "capacitated_set_covering",
    "sized_p_median",
)


def instance_of(model: str, seed: int) -> Instance:
    """A random instance with whatever may be said of it, each condition now and then."""
    rng = np.random.default_rng(seed)

    def now_and_then(share: float) -> bool:
        return bool(rng.random() < share)

    here, there = rng.random((POINTS, 2)) * 10, rng.random((SITES, 2)) * 10
    t = np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1)).round(int(rng.integers(0, 3)))
    t[rng.random(t.shape) < 0.15] = np.inf
    demand = rng.integers(0, 20, POINTS).astype(float)
    existing = rng.random(SITES) < 0.3
    kind = rng.integers(0, 3, SITES)
    facts: dict[str, Any] = {
        "existing": existing,
        "required": ~existing & (rng.random(SITES) < 0.1),
        "site_zone": [str(z) if z else None for z in rng.integers(0, 3, SITES)],
        "capacity": demand.sum() * rng.uniform(0.15, 0.7, SITES),
    }
    facts["forbidden"] = ~existing & ~facts["required"] & (rng.random(SITES) < 0.15)
    if now_and_then(0.3):
        facts["capacity"] = np.where(rng.random(SITES) < 0.3, np.inf, facts["capacity"])
    if now_and_then(0.3):
        facts["zone_minimum"] = {"1": 1}
    if now_and_then(0.3):
        facts["zone_maximum"] = {"1": int(rng.integers(0, 3)), "2": 1}
    if now_and_then(0.3):
        facts["load"] = rng.uniform(0, 15, POINTS) * (rng.random(POINTS) < 0.8)
    if now_and_then(0.2) and existing.any():
        facts["closable"], facts["relocatable"] = existing & (kind == 0), existing & (kind == 1)
        facts["closing_cost"] = np.where(existing, 2.0, 0.0)
        if facts["closable"].any() and now_and_then(0.5):
            facts["closures"] = 1
    if now_and_then(0.25):
        facts["minimum_load"] = np.where(rng.random(SITES) < 0.4, 0.15 * demand.sum(), 0.0)
    if now_and_then(0.15):
        facts["excluded"], facts["least_difference"] = (existing | (rng.random(SITES) < 0.4),), 2
    if now_and_then(0.15):
        facts["future"] = np.arange(POINTS) % 2
    facts["fixed_cost"] = np.where(existing, 0.0, rng.integers(1, 6, SITES) * (3.0 if now_and_then(0.5) else 1.0))
    if model in ("capacitated_p_median", "capacitated_maximal_covering"):
        if now_and_then(0.5):
            facts["p"] = int(rng.integers(0, 4))
        else:
            facts["budget"] = float(rng.integers(2, 20))
    if model == "capacitated_fixed_charge" and now_and_then(0.3):
        facts["p"] = 2
    if model in ("capacitated_maximal_covering", "capacitated_set_covering"):
        facts["standard"] = 6.0
    if model == "capacitated_fixed_charge":
        facts["travel_cost"] = 0.2
    if model == "sized_p_median":
        facts |= {"size_capacity": np.array([0.2, 0.4, 0.6]) * demand.sum(), "size_cost": np.array([3.0, 5.0, 6.0])}
        facts |= {"p": 2} if now_and_then(0.2) else {"budget": float(rng.integers(5, 25))}
    return Instance.from_arrays(t, demand, **facts)


def searched(model: str, instance: Instance, **options: Any) -> Found:
    formulation = load_formulation(model)
    active = active_constraints(formulation, instance)
    found = search_capacitated(
        {*formulation.variables, *active},
        active,
        formulation.objective,
        instance,
        SolverOptions(**options),
        lambda objective, bound: None,
    )
    assert found is not None
    return found


def optimum(model: str, instance: Instance) -> float | None:
    """By HiGHS from the Pyomo formulation, of a maximised objective the negative; None where there is no plan."""
    formulation = load_formulation(model)
    try:
        outcome = solve_model(build_model(formulation, instance))
    except ValueError:  # Pyomo refuses a constraint that can never hold
        return None
    if outcome.status is Status.INFEASIBLE:
        return None
    assert outcome.status is Status.OPTIMAL
    assert outcome.objective is not None
    return -outcome.objective if outcome.sense == "maximize" else outcome.objective


def check_plan(instance: Instance, found: Found) -> None:
    """Shares lie on open sites and no capacity is overdrawn."""
    assert found.open is not None
    assert found.share is not None
    matrix, share = instance.impedance, found.share
    assert (share >= -1e-9).all()
    assert not share[~found.open[matrix.indices]].any()
    assert np.bincount(matrix.rows, weights=share, minlength=instance.demand_count).max(initial=0) <= 1 + 1e-7
    capacity = instance.capacity
    if found.sizes is not None:
        assert instance.size_capacity is not None
        sizes = instance.size_capacity[np.maximum(found.sizes, 0)]
        assert capacity is not None
        capacity = np.where(found.sizes >= 0, sizes, capacity)
    futures = [np.ones(instance.demand_count, bool)]
    if instance.future is not None:
        futures = [instance.future == k for k in range(int(instance.future.max()) + 1)]
    for there in futures:
        used = np.bincount(
            matrix.indices, weights=share * (instance.weight * there)[matrix.rows], minlength=instance.site_count
        )
        assert capacity is not None
        assert (used <= capacity + 1e-6).all()


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("first", range(0, 60, 20))
def test_the_optimum_of_the_formulation_proven(model: str, first: int) -> None:
    possible = 0
    for seed in range(first, first + 20):
        instance = instance_of(model, seed)
        best, found = optimum(model, instance), searched(model, instance)
        if best is None:
            assert found.open is None, seed
            assert found.bound == math.inf, seed
            continue
        possible += 1
        assert found.objective == pytest.approx(best, rel=1e-6, abs=1e-6), seed
        assert found.bound == pytest.approx(best, rel=1e-6, abs=1e-6), seed
        check_plan(instance, found)
    assert possible >= 4


@pytest.mark.parametrize("model", MODELS)
def test_a_search_cut_short_still_gives_a_bound(model: str) -> None:
    for seed in range(100, 112):
        instance = instance_of(model, seed)
        best = optimum(model, instance)
        for options in ({"time_limit_s": 0.0}, {"node_limit": 1}, {"gap": 0.2}):
            found = searched(model, instance, **options)
            if best is None:
                assert found.open is None
                continue
            assert found.bound <= best + 1e-6 * max(1.0, abs(best)), (seed, options)
            if found.open is not None:
                assert found.objective >= best - 1e-6 * max(1.0, abs(best)), (seed, options)
                check_plan(instance, found)


def drawn(seed: int) -> Instance:
    """Sixty demand points and twenty sites with tight capacities: some dozens of nodes."""
    rng = np.random.default_rng(seed)
    points, sites = rng.uniform(0, 10, (60, 2)), rng.uniform(0, 10, (20, 2))
    times = np.hypot(*(points[:, None, :] - sites[None, :, :]).transpose(2, 0, 1)).round(2)
    demand = rng.integers(1, 20, 60).astype(float)
    return Instance.from_arrays(times, demand, capacity=demand.sum() / 6 * rng.uniform(0.9, 1.5, 20), p=6)


def test_the_same_plan_in_every_run() -> None:
    first, second = (searched("capacitated_p_median", drawn(1), node_limit=3) for _ in range(2))
    assert (first.objective, first.bound, first.nodes) == (second.objective, second.bound, second.nodes)
    assert first.share is not None
    assert second.share is not None
    assert (first.share == second.share).all()
    assert not first.by_clock


def test_scaling_demand_and_capacity_scales_the_answer() -> None:
    instance = drawn(2)
    assert instance.capacity is not None
    found = searched("capacitated_p_median", instance)
    larger = replace(instance, demand=instance.demand * 1000, capacity=instance.capacity * 1000)
    assert searched("capacitated_p_median", larger).objective == pytest.approx(1000 * found.objective)


def test_more_room_is_never_worse() -> None:
    instance = drawn(3)
    assert instance.capacity is not None
    tight = searched("capacitated_p_median", instance).objective
    for factor in (1.1, 1.5, np.inf):
        wider = searched("capacitated_p_median", replace(instance, capacity=instance.capacity * factor)).objective
        assert wider <= tight + 1e-6
        tight = wider


def test_a_plan_to_begin_with_is_never_made_worse() -> None:
    instance = drawn(4)
    formulation = load_formulation("capacitated_p_median")
    active = active_constraints(formulation, instance)
    best = searched("capacitated_p_median", instance)
    start: BoolArray | None = best.open
    again = search_capacitated(
        {*formulation.variables, *active},
        active,
        formulation.objective,
        instance,
        SolverOptions(node_limit=1),
        lambda objective, bound: None,
        start=start,
    )
    assert again is not None
    assert again.objective == pytest.approx(best.objective)
