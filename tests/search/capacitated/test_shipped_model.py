"""The search against brute force: its plan is the optimum and its bound never passes it."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from siting.instance import Instance
from siting.optimise import solve
from siting.search.lagrangian import least_travel, search
from siting.solution import Status
from siting.solver import SolverOptions

ZONES = ("a", "b")


def random_instance(seed: int, *, budget: bool = False) -> Instance:
    """Eight demand points, seven sites of which two exist, two zones, tight capacities."""
    rng = np.random.default_rng(seed)
    points, sites = rng.uniform(0, 10, (8, 2)), rng.uniform(0, 10, (7, 2))
    times = np.hypot(*(points[:, None, :] - sites[None, :, :]).transpose(2, 0, 1)).round(2)
    times[rng.random(times.shape) < 0.1] = np.inf
    demand = rng.integers(1, 20, 8).astype(float)
    existing = np.arange(7) < 2
    number = int(rng.integers(1, 4))
    return Instance.from_arrays(
        times,
        demand,
        capacity=demand.sum() / (2 + number) * rng.uniform(1.0, 1.6, 7),
        fixed_cost=np.where(existing, 0.0, 5.0),
        existing=existing,
        required=(np.arange(7) == 3) & (rng.random() < 0.3),
        forbidden=(np.arange(7) == 6) & (rng.random() < 0.3),
        site_zone=[ZONES[k % 2] for k in range(7)],
        zone_minimum={"a": int(rng.integers(0, 2)), "b": int(rng.integers(0, 2))} if number > 1 else {},
        p=None if budget else number,
        budget=5.0 * number + 2 if budget else None,
    )


def brute_force(instance: Instance) -> float:
    candidates = np.flatnonzero(instance.candidate)
    counts = [instance.p] if instance.p is not None else range(int((instance.budget or 0) // 5) + 1)
    best = math.inf
    for count in counts:
        for chosen in itertools.combinations(candidates, count or 0):
            opened = instance.existing.copy()
            opened[list(chosen)] = True
            new = opened & ~instance.existing
            short = any(
                (new & (instance.site_zone == z)).sum() < least for z, least in enumerate(instance.zone_minimum)
            )
            if not short and opened[instance.required].all():
                best = min(best, least_travel(instance, opened))
    return best


@pytest.mark.parametrize("budget", [False, True])
@pytest.mark.parametrize("seed", range(60))
def test_the_search_finds_the_optimum_and_proves_it(seed: int, budget: bool) -> None:
    instance = random_instance(seed, budget=budget)
    optimum = brute_force(instance)
    found = search(instance, time_limit_s=30)
    if found is None:
        assert not np.isfinite(instance.impedance.nearest(instance.existing | instance.candidate)[1]).all()
        return
    assert found.objective == pytest.approx(optimum)
    if math.isfinite(optimum):
        assert found.bound == pytest.approx(optimum)
        assert found.open is not None
        assert least_travel(instance, found.open) == pytest.approx(optimum)


@pytest.mark.parametrize("budget", [False, True])
@pytest.mark.parametrize("seed", range(30))
def test_facilities_without_a_limit_of_capacity(seed: int, budget: bool) -> None:
    instance = random_instance(seed, budget=budget)
    assert instance.capacity is not None
    endless = np.random.default_rng(1000 + seed).random(7) < 0.4
    instance = replace(instance, capacity=np.where(endless, np.inf, 0.7 * instance.capacity))
    found = search(instance, time_limit_s=30)
    if found is not None:
        optimum = brute_force(instance)
        assert found.objective == pytest.approx(optimum)
        assert found.bound == pytest.approx(optimum)


def test_p_sites_open_even_where_fewer_would_do() -> None:
    instance = Instance.from_arrays(
        [[0.0, 5.0, 6.0, 7.0]], [3.0], capacity=10.0, existing=[True, False, False, False], p=2
    )
    found = search(instance, time_limit_s=30)
    assert found is not None
    assert found.open is not None
    assert found.open.sum() == 3
    assert found.bound == found.objective == 0.0


def test_a_budget_below_the_cost_of_one_site_opens_none() -> None:
    instance = Instance.from_arrays(
        [[4.0, 1.0]], [3.0], capacity=10.0, fixed_cost=[0.0, 5.0], existing=[True, False], budget=4.0
    )
    found = search(instance, time_limit_s=30)
    assert found is not None
    assert found.open is not None
    assert found.open.tolist() == [True, False]
    assert found.bound == pytest.approx(12.0)


@pytest.mark.parametrize("seed", range(20))
def test_a_search_cut_short_still_gives_a_bound(seed: int) -> None:
    instance = random_instance(seed)
    found = search(instance, time_limit_s=0)
    if found is not None:
        optimum = brute_force(instance)
        assert found.bound <= optimum * (1 + 1e-9)
        assert found.objective >= optimum * (1 - 1e-9)


def drawn(seed: int) -> Instance:
    """Forty demand points and fourteen sites with tight capacities: some dozens of nodes."""
    rng = np.random.default_rng(seed)
    points, sites = rng.uniform(0, 10, (40, 2)), rng.uniform(0, 10, (14, 2))
    times = np.hypot(*(points[:, None, :] - sites[None, :, :]).transpose(2, 0, 1)).round(2)
    demand = rng.integers(1, 20, 40).astype(float)
    return Instance.from_arrays(times, demand, capacity=demand.sum() / 5 * rng.uniform(0.9, 1.5, 14), p=5)


def test_a_limit_of_nodes_gives_the_same_plan_in_every_run() -> None:
    instance = drawn(1)
    whole = search(instance, time_limit_s=60)
    first, second = (search(instance, time_limit_s=60, node_limit=2) for _ in range(2))
    assert whole is not None
    assert first is not None
    assert second is not None
    assert first.nodes == 2 < whole.nodes
    assert not first.by_clock
    assert (first.objective, first.bound) == (second.objective, second.bound)
    assert first.bound < whole.objective <= first.objective


def test_a_search_stopped_by_the_clock_says_so() -> None:
    found = search(drawn(1), time_limit_s=0)
    assert found is not None
    assert found.by_clock


def test_a_plan_of_a_limit_of_nodes_is_not_called_time_limited() -> None:
    stopped = solve(drawn(1), "capacitated_p_median", SolverOptions(node_limit=2)).outcome
    assert stopped.status is Status.NODE_LIMIT
    assert stopped.label_en.startswith("within ")
    out_of_time = solve(drawn(1), "capacitated_p_median", SolverOptions(time_limit_s=1e-3)).outcome
    assert out_of_time.status is Status.TIME_LIMIT


def test_sites_of_unequal_cost_under_a_budget_are_left_to_the_solver() -> None:
    instance = Instance.from_arrays(np.ones((2, 2)), [1.0, 1.0], capacity=5.0, fixed_cost=[1.0, 2.0], budget=3.0)
    assert search(instance, time_limit_s=1) is None


def test_a_demand_point_out_of_reach_is_left_to_the_solver() -> None:
    assert search(Instance.from_arrays([[np.inf]], [1.0], capacity=5.0, p=1), time_limit_s=1) is None


def test_a_plan_that_misses_a_zone_minimum_is_no_plan_where_none_is_known() -> None:
    instance = Instance.from_arrays(
        [[1.0, 2.0]], [10.0], capacity=[5.0, 20.0], site_zone=["a", "b"], zone_minimum={"a": 1}, p=1
    )
    found = search(instance, time_limit_s=30)  # only b holds everybody, and one must open in a
    assert found is not None
    assert found.open is None
    assert found.bound == math.inf


def test_sites_that_nobody_reaches_hold_nobody() -> None:
    instance = Instance.from_arrays([[np.inf, 1.0], [2.0, np.inf]], [1.0, 1.0], capacity=5.0, p=1)
    assert least_travel(instance, np.array([False, False])) == math.inf
    assert least_travel(instance, np.array([True, False])) == math.inf
    assert least_travel(instance, np.array([True, True])) == pytest.approx(3.0)


@pytest.mark.parametrize("budget", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_the_shipped_model_is_solved_by_the_search(seed: int, budget: bool) -> None:
    instance = random_instance(seed, budget=budget)
    solution = solve(instance, "capacitated_p_median")
    assert solution.outcome.solver.startswith("Lagrangian")
    assert solution.outcome.proven
    assert solution.outcome.objective == pytest.approx(brute_force(instance))
