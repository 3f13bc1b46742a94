"""The search against brute force on small instances, and against published optima."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from siting.formulation.compose import active_constraints, build_model, load_formulation
from siting.impedance import BoolArray
from siting.instance import Instance
from siting.instance.adjacency import Adjacency
from siting.search.single_source import SingleSource, search_single_source, tree
from siting.solving.solver import solve_model
from tests.benchmark_capacitated import published, read_holmberg, read_pmedcap
from tests.formulation.small import plans, random_instance
from tests.shared_data import shared_file

BENCHMARKS = ("data", "benchmarks")


def find(instance: Instance, *, fixed_cost: bool = False, **limits: Any) -> SingleSource:
    found = search_single_source(instance, fixed_cost=fixed_cost, **({"time_limit_s": 120} | limits))
    assert found is not None
    return found


def best_assignment(instance: Instance, opened: BoolArray) -> float:
    """Least total travel with every demand point whole at one of these sites; +inf where they cannot hold all."""
    t = instance.impedance.dense()
    i, j = np.nonzero(np.isfinite(t) & opened)
    if np.unique(i).size < instance.demand_count:
        return math.inf
    everyone, load = np.zeros((len(t), i.size)), np.zeros((t.shape[1], i.size))
    everyone[i, np.arange(i.size)] = 1
    load[j, np.arange(i.size)] = instance.weight[i]
    assert instance.capacity is not None
    room = np.minimum(instance.capacity, instance.weight.sum())
    solved = milp(
        instance.demand[i] * t[i, j],
        constraints=[LinearConstraint(everyone, 1, 1), LinearConstraint(load, -np.inf, room)],
        bounds=Bounds(0, 1),
        integrality=np.ones(i.size),
    )
    return float(solved.fun) if solved.success else math.inf


def brute_force(instance: Instance, *, fixed_cost: bool) -> float:
    assert instance.fixed_cost is not None
    values = [
        best_assignment(instance, y) + fixed_cost * instance.fixed_cost[y & ~instance.existing].sum()
        for y in plans(instance)
    ]
    return min(values, default=math.inf)


def assert_plan(instance: Instance, found: SingleSource, *, fixed_cost: bool) -> None:
    """The plan keeps every condition and costs what the search says."""
    assert found.open is not None
    assert found.site is not None
    assert any(np.array_equal(found.open, y) for y in plans(instance))
    assert found.open[found.site].all()
    load = np.bincount(found.site, weights=instance.weight, minlength=instance.site_count)
    assert instance.capacity is not None
    assert (load <= instance.capacity * (1 + 1e-9)).all()
    t = instance.impedance.dense()[np.arange(instance.demand_count), found.site]
    price = instance.fixed_cost[found.open & ~instance.existing].sum() if instance.fixed_cost is not None else 0.0
    assert found.objective == pytest.approx(float(instance.demand @ t) + fixed_cost * price)


def drawn(seed: int, resource: str) -> Instance:
    """Nine demand points and seven sites with conditions; `p`, `budget` or `free`."""
    instance = random_instance(seed, capacity=True, budget=resource == "budget")
    rng = np.random.default_rng(seed)
    changes: dict[str, Any] = {}
    if resource == "free":
        changes["p"] = None
    if seed % 2:
        changes["load"] = rng.uniform(1, 9, instance.demand_count)  # no whole numbers
        changes["capacity"] = changes["load"].sum() * rng.uniform(0.2, 0.8, instance.site_count)
    if seed % 3 == 0:
        assert instance.capacity is not None
        capacity = changes.get("capacity", instance.capacity)
        changes["capacity"] = np.where(rng.random(instance.site_count) < 0.3, np.inf, capacity)
    return replace(instance, **changes)


def whatever(seed: int) -> tuple[Instance, str]:
    """A small instance with any of the conditions that a planner may set, and its model."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(5, 10)), int(rng.integers(4, 8))
    here, there = rng.random((n, 2)) * 10, rng.random((m, 2)) * 10
    t = np.round(np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1)), int(rng.integers(0, 3)))
    t[rng.random(t.shape) < 0.12] = np.inf
    priced = bool(rng.random() < 0.5)
    existing = rng.random(m) < 0.3
    required = ~existing & (rng.random(m) < 0.12)
    facts: dict[str, Any] = {
        "existing": existing,
        "required": required,
        "forbidden": ~existing & ~required & (rng.random(m) < 0.12),
        "fixed_cost": np.where(existing, 0.0, rng.integers(1, 60, m) if rng.random() < 0.7 else 20.0),
        "site_zone": [str(z) if z else None for z in rng.integers(0, 3, m)],
    }
    if rng.random() < 0.4:
        facts["zone_minimum"] = {"1": 1}
    if rng.random() < 0.4:
        facts["zone_maximum"] = {"1": int(rng.integers(0, 3)), "2": 1}
    if rng.random() < 0.6:
        facts["p"] = int(rng.integers(0, 4))
    elif rng.random() < 0.6 or not priced:
        facts["budget"] = float(rng.integers(0, 150))
    kind = rng.integers(0, 3, m)
    for k, name in enumerate(("closable", "relocatable")):
        if (existing & (kind == k)).any() and rng.random() < 0.5:
            facts[name] = existing & (kind == k)
    if "closable" in facts and rng.random() < 0.5:
        facts["closures"] = int(rng.integers(0, 1 + int(facts["closable"].sum())))
    if ("closable" in facts or "relocatable" in facts) and (priced or "budget" in facts) and rng.random() < 0.5:
        facts["closing_cost"] = np.where(existing, rng.integers(0, 20, m), 0.0)
    if rng.random() < 0.2:
        facts["excluded"] = (rng.random(m) < 0.5, rng.random(m) < 0.5)
        facts["least_difference"] = int(rng.integers(1, 3))
    demand = rng.integers(0, 20, n).astype(float)
    load = demand
    if rng.random() < 0.3:
        facts["load"] = load = rng.uniform(0, 9, n) if rng.random() < 0.5 else rng.integers(1, 9, n).astype(float)
    facts["capacity"] = np.round(load.sum() * rng.uniform(0.2, 0.9, m), 0 if rng.random() < 0.5 else 6)
    if rng.random() < 0.2:
        facts["capacity"][rng.random(m) < 0.4] = np.inf
    if rng.random() < 0.3:
        facts["minimum_load"] = np.round(load.sum() * rng.uniform(0, 0.4, m) * (rng.random(m) < 0.6), 3)
    if priced and rng.random() < 0.3:
        facts["travel_cost"] = float(rng.uniform(0.1, 2))
    model = "single_source_fixed_charge" if priced else "single_source_p_median"
    return Instance.from_arrays(t, demand, **facts), model


def test_travel_has_its_price_where_costs_are_added_up() -> None:
    instance = drawn(0, "free")
    found = find(replace(instance, travel_cost=0.4), fixed_cost=True)
    cheap = replace(instance.impedance, values=0.4 * instance.impedance.values)
    assert found.objective == pytest.approx(brute_force(replace(instance, impedance=cheap), fixed_cost=True))
    same = find(replace(instance, travel_cost=0.4)).objective
    assert same == pytest.approx(brute_force(instance, fixed_cost=False))


@pytest.mark.parametrize("resource", ["p", "budget", "free"])
@pytest.mark.parametrize("fixed_cost", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_the_search_finds_the_optimum_and_proves_it(seed: int, fixed_cost: bool, resource: str) -> None:
    instance = drawn(seed, resource)
    optimum = brute_force(instance, fixed_cost=fixed_cost)
    found = find(instance, fixed_cost=fixed_cost)
    assert found.objective == pytest.approx(optimum)
    assert found.bound == pytest.approx(optimum)
    assert not found.by_clock
    if math.isfinite(optimum):
        assert_plan(instance, found, fixed_cost=fixed_cost)
    else:
        assert found.open is None
        assert found.site is None


@pytest.mark.parametrize("seed", range(12))
def test_a_search_cut_short_still_gives_a_bound(seed: int) -> None:
    instance = drawn(seed, "p")
    optimum = brute_force(instance, fixed_cost=False)
    asked = iter(range(10**9))
    found = find(instance, stopped=lambda: next(asked) > 3 * seed)
    assert found.bound <= optimum * (1 + 1e-6)
    assert found.objective >= optimum * (1 - 1e-6)
    if math.isfinite(found.objective):
        assert_plan(instance, found, fixed_cost=False)


def test_a_search_stopped_by_the_clock_says_so() -> None:
    rng = np.random.default_rng(2)
    t = rng.uniform(0, 10, (60, 15))
    found = find(Instance.from_arrays(t, load=rng.integers(1, 9, 60), capacity=70.0, p=5), time_limit_s=0)
    assert found.by_clock
    assert found.bound <= found.objective


def test_whole_demand_points_cost_more_than_shares() -> None:
    instance = Instance.from_arrays([[0.0, 9.0]] * 3, 2.0, capacity=[3.0, 4.0], p=2)
    found = find(instance)  # 3 persons fit at the near site, but only one pair of two
    assert found.objective == pytest.approx(36.0)
    assert found.bound == pytest.approx(36.0)


def test_without_capacities_everybody_goes_to_the_nearest() -> None:
    instance = random_instance(5, plain=True, points=12)
    nearest = [float(instance.demand @ instance.impedance.nearest(y)[1]) for y in plans(instance)]
    found = find(instance)
    assert found.objective == pytest.approx(min(nearest))
    assert found.bound == pytest.approx(min(nearest))


@pytest.mark.parametrize(
    "instance",
    [
        Instance.from_arrays(np.ones((3, 2)), 4.0, capacity=[5.0, 5.0], p=2),  # three fours in two fives
        Instance.from_arrays(np.ones((3, 2)), 4.0, capacity=[3.0, 99.0], p=1, forbidden=[False, True]),
        Instance.from_arrays([[1.0, np.inf], [np.inf, np.inf]], capacity=9.0, p=1),  # out of reach of all
        Instance.from_arrays([[1.0, np.inf], [np.inf, 1.0]], capacity=9.0, p=1),
        Instance.from_arrays(np.ones((3, 2)), capacity=9.0, p=3),  # more than there are
        Instance.from_arrays(np.ones((3, 2)), capacity=9.0, p=1, required=[True, True]),
        Instance.from_arrays(np.ones((3, 2)), capacity=9.0, p=1, site_zone=["a", "b"], zone_minimum={"a": 1, "b": 1}),
        Instance.from_arrays(np.ones((3, 2)), capacity=9.0, budget=3.0, fixed_cost=4.0),
    ],
)
def test_where_there_is_no_plan_none_is_given(instance: Instance) -> None:
    found = find(instance)
    assert found.objective == found.bound == math.inf
    assert found.open is None
    assert found.site is None


def test_the_same_question_gives_the_same_plan() -> None:
    rng = np.random.default_rng(7)
    place = rng.uniform(0, 40, (40, 2))
    t = np.hypot(*(place[:, None] - place[None, :14]).transpose(2, 0, 1))
    instance = Instance.from_arrays(t, rng.integers(1, 30, 40), capacity=140.0, p=5)
    first, second = find(instance), find(instance)
    assert first.open is not None
    assert np.array_equal(first.site, second.site)
    assert (first.objective, first.bound) == (second.objective, second.bound)


def test_a_gap_is_kept() -> None:
    instance = drawn(4, "p")
    found = find(instance, gap=0.2)
    assert found.objective * 0.8 <= found.bound <= found.objective
    assert found.bound <= brute_force(instance, fixed_cost=False) * (1 + 1e-6)


def test_reports_rise_to_the_answer() -> None:
    told: list[tuple[float, float]] = []
    found = find(drawn(1, "p"), report=lambda objective, bound: told.append((objective, bound)))
    assert told[-1] == (found.objective, found.bound)
    assert all(one[0] >= two[0] and one[1] <= two[1] for one, two in itertools.pairwise(told))


@pytest.mark.parametrize("seed", range(150))
def test_the_search_and_the_formulation_agree_whatever_is_asked(seed: int) -> None:
    instance, model = whatever(seed)
    formulation = load_formulation(model)
    active = active_constraints(formulation, instance)
    try:
        outcome = solve_model(build_model(formulation, instance))
        optimum = math.inf if outcome.objective is None else outcome.objective
    except ValueError:  # Pyomo refuses a constraint that can never hold
        optimum = math.inf
    found = find(instance, fixed_cost=model == "single_source_fixed_charge", active=active)
    assert found.objective == pytest.approx(optimum, rel=1e-6, abs=1e-5)
    assert found.bound == pytest.approx(optimum, rel=1e-6, abs=1e-5)
    assert not found.by_clock


@pytest.mark.parametrize("nodes", [0, 1, 3, 10])
@pytest.mark.parametrize("seed", range(8))
def test_a_limit_of_nodes_leaves_a_bound_and_the_same_plan_every_time(seed: int, nodes: int) -> None:
    rng = np.random.default_rng(seed)
    place = rng.uniform(0, 30, (24, 2))
    t = np.round(np.hypot(*(place[:, None] - place[None, :10]).transpose(2, 0, 1)))
    instance = Instance.from_arrays(t, load=rng.integers(5, 30, 24), capacity=165.0, p=3)
    optimum = find(instance)
    assert optimum.bound == optimum.objective
    first, second = find(instance, node_limit=nodes), find(instance, node_limit=nodes)
    assert first.bound <= optimum.objective <= first.objective
    assert first.nodes <= nodes
    assert not first.by_clock
    assert (first.bound, first.objective) == (second.bound, second.objective)
    assert np.array_equal(first.site, second.site)


@pytest.mark.parametrize(
    "feature",
    [
        {"adjacency": Adjacency.from_pairs([0], [1], 3)},
        {"size_capacity": [5.0, 9.0], "size_cost": [1.0, 2.0]},
        {"existing": [True, False], "competitor": [True, False]},
    ],
)
def test_features_that_the_search_does_not_know_are_left_to_others(feature: dict[str, Any]) -> None:
    instance = Instance.from_arrays(np.ones((3, 2)), capacity=9.0, p=1, **feature)
    assert search_single_source(instance, fixed_cost=False, time_limit_s=1) is None


@pytest.mark.parametrize("name", ["pmedcap03", "pmedcap05", "pmedcap11", "pmedcap13"])
def test_published_p_median_values_are_reached_and_proven(name: str) -> None:
    instance, best = read_pmedcap(shared_file(*BENCHMARKS, "pmedcap", f"{name}.txt"))
    found = find(instance)
    assert found.objective == found.bound == best


@pytest.mark.parametrize("number", [1, 7, 13, 25, 31, 49, 59, 65, 71])
def test_published_location_optima_are_reached_and_proven(number: int) -> None:
    optima = published(shared_file(*BENCHMARKS, "sscflp", "optima.csv"))
    instance = read_holmberg(shared_file(*BENCHMARKS, "sscflp", f"holmberg_p{number}.txt"))
    found = find(instance, fixed_cost=True)
    assert found.objective == found.bound == optima[f"holmberg_p{number}"]


@pytest.mark.parametrize("first", [0, 40, 80])
def test_looking_only_at_pairs_near_to_gaining_loses_no_proof(first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is meant for many pairs, done with few: forty demand points, twelve sites, against HiGHS."""
    monkeypatch.setattr(tree, "MANY", 0)
    monkeypatch.setattr(tree, "FEW", 1.1)
    nodes = 0
    for seed in range(first, first + 6):
        rng = np.random.default_rng(seed)
        here, there = rng.random((40, 2)) * 10, rng.random((12, 2)) * 10
        t = np.round(np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1)), 1)
        demand = rng.integers(1, 20, 40).astype(float)
        instance = Instance.from_arrays(t, demand, p=4, capacity=np.ceil(demand.sum() / 4 * 1.1))
        outcome = solve_model(build_model(load_formulation("single_source_p_median"), instance))
        found = find(instance)
        nodes += found.nodes
        assert found.objective == pytest.approx(outcome.objective, rel=1e-6), seed
        assert found.bound <= found.objective + 1e-6
        assert found.bound == pytest.approx(outcome.objective, rel=1e-5), seed
    assert nodes > 6  # the tree was entered
