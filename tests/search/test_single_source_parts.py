"""Knapsacks, bounds, cuts, what a limit settles, propagation and moves, each against brute force."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from siting.impedance import BoolArray, FloatArray
from siting.instance import Instance
from siting.search.branching import sums
from siting.search.laminar import cheapest, laminar
from siting.search.single_source import Task, plan_on, search_task, site_cut
from siting.search.single_source.arrays import site_of
from siting.search.single_source.bound import begin, climb, lagrangian
from siting.search.single_source.choice import forced
from siting.search.single_source.knapsack import partition, whole
from siting.search.single_source.loads import may_hold, shares, whole_load, work
from siting.search.single_source.moves import by_regret, improve
from siting.search.single_source.plans import Planner
from siting.search.single_source.propagate import propagate
from siting.search.single_source.settle import settle
from siting.search.single_source.transport import STEPS, transport_bound
from siting.search.sites import SITE_BLOCKS, SiteRules
from tests.formulation.small import plans
from tests.search.test_single_source import best_assignment, brute_force, drawn, find, whatever


def packed(gain: FloatArray, weight: FloatArray, room: float, floor: float) -> tuple[float, FloatArray]:
    """The whole load that gains most."""
    count = gain.size
    order, taken, best, core = (np.zeros(count, dtype=np.int64) for _ in range(4))
    cut = partition(gain, weight, order, count, room)
    assert sorted(order.tolist()) == list(range(count))
    if cut == count:
        return float(gain.sum()), np.ones(count)
    before, rest = order[:cut], order[cut:]
    assert weight[before].sum() <= room + 1e-9
    assert weight[before].sum() + weight[order[cut]] > room - 1e-9
    ratio = np.divide(gain, weight, out=np.full(count, np.inf), where=weight > 0)
    assert ratio[before].min(initial=np.inf) >= ratio[rest].max() * (1 - 1e-12)
    value, proven = whole(gain, weight, order, count, cut, room, floor, taken, best, core)
    assert proven
    return value, best.astype(float)


@pytest.mark.parametrize("seed", range(60))
def test_knapsacks_against_every_subset(seed: int) -> None:
    rng = np.random.default_rng(seed)
    weight = rng.integers(0, 9, 10).astype(float) if seed % 2 else rng.uniform(0, 9, 10)
    gain = rng.integers(1, 9, 10).astype(float) if seed % 3 else rng.uniform(0.1, 9, 10)
    if seed % 5 == 0:
        gain = weight + 1.0  # hard to tell apart
    room = float(rng.uniform(0, 1.1) * weight.sum())
    subsets = np.array(list(itertools.product([0.0, 1.0], repeat=10)))
    most = (subsets @ gain)[subsets @ weight <= room].max()
    value, held = packed(gain, weight, room, -np.inf)
    assert value == pytest.approx(most)
    assert held @ gain == pytest.approx(most)
    assert held @ weight <= room + 1e-9
    if weight.sum() > room:
        assert packed(gain, weight, room, most - 0.05)[0] == pytest.approx(most)
        assert packed(gain, weight, room, most + 0.05)[0] == most + 0.05


@pytest.mark.parametrize("seed", range(20))
def test_loads_of_a_site_with_and_without_a_demand_point(seed: int) -> None:
    rng = np.random.default_rng(seed)
    load, capacity = rng.integers(0, 9, 8).astype(float), float(rng.integers(9, 25))
    task = Task.of(Instance.from_arrays(rng.uniform(0, 9, (8, 1)), load=load, capacity=capacity, p=1), fixed_cost=False)
    assert task is not None
    mu = rng.uniform(0, 12, 8)
    held, room = np.zeros(task.pairs.point.size), work(task.pairs)
    cost = np.full(8, np.inf)
    cost[task.pairs.point] = task.pairs.cost
    subsets = np.array(list(itertools.product([False, True], repeat=8)))
    fit = subsets[(subsets @ load <= capacity + 1e-6)]
    gains = fit @ (mu - cost)
    arguments = (task.pairs, task.sites, task.weight, 0, mu, held, room)
    part, price = shares(*arguments)
    assert part >= gains.max() - 1e-9
    assert price >= 0
    assert whole_load(*arguments) == pytest.approx(gains.max(), abs=1e-6)
    for e, i in enumerate(task.pairs.point.tolist()):
        most = gains[fit[:, i]].max()
        assert may_hold(task.pairs, task.sites, task.weight, 0, e, mu, most - 1e-3, room)
        assert not may_hold(task.pairs, task.sites, task.weight, 0, e, mu, most + 1e-3, room)


@pytest.mark.parametrize("seed", range(80))
def test_the_cheapest_sites_are_those_of_the_rules(seed: int) -> None:
    instance, _ = whatever(seed)
    active = tuple(SITE_BLOCKS - {"stay_within_budget", "differ_from_excluded"})
    given = {"open_exactly_p": "p", "close_exactly": "closures", "zone_maximum": "zone_maximum"}
    active = tuple(name for name in active if getattr(instance, given.get(name, "existing")) is not None)
    if instance.relocatable is None:
        active = tuple(name for name in active if name != "replace_relocated")
    rules = SiteRules.of(instance, active)
    task = Task.of_arrays(
        instance.impedance.rows,
        instance.impedance.indices,
        instance.impedance.values,
        weight=instance.weight,
        capacity=np.full(instance.site_count, np.inf),
        rules=rules,
    )
    value = np.random.default_rng(seed).normal(size=instance.site_count)
    chosen = np.zeros(value.size, dtype=bool)
    total = cheapest(value, task.sites.must, task.sites.may, task.sites.sets, chosen)
    expected = rules.cheapest(value)
    if expected is None:
        assert total == math.inf
        return
    free = rules.cheapest(value)
    assert free is not None
    if np.array_equal(
        task.sites.sets.least, laminar(rules.groups, value.size).least
    ):  # else there must be room for somebody
        assert total == pytest.approx(float(value[free].sum()))
        assert np.array_equal(chosen, free)
    with_it, without = np.zeros(value.size), np.zeros(value.size)
    forced(task.sites, task.sites.must, task.sites.may, value, with_it, without)
    sets = [np.array(y) for y in itertools.product([False, True], repeat=value.size)]
    allowed = [y for y in sets if not (rules.must & ~y).any() and not (y & ~rules.may).any() and meets(task, y)]
    for j in range(value.size):
        opened = min((float(value[y].sum()) for y in allowed if y[j]), default=math.inf)
        closed = min((float(value[y].sum()) for y in allowed if not y[j]), default=math.inf)
        assert with_it[j] + value[j] == pytest.approx(opened)
        assert without[j] == pytest.approx(closed) or (not allowed and without[j] == math.inf)


def meets(task: Task, opened: BoolArray) -> bool:
    """Whether the counts of groups and zones hold."""
    sets = task.sites.sets
    held = sums(sets, opened.astype(float))
    return bool((held >= sets.least).all() and (held <= sets.most).all())


@pytest.mark.parametrize("whole_loads", [True, False])
@pytest.mark.parametrize("resource", ["p", "budget", "free"])
@pytest.mark.parametrize("seed", range(4))
def test_every_multiplier_bounds_and_what_it_settles_is_no_loss(seed: int, resource: str, whole_loads: bool) -> None:
    instance = drawn(seed, resource)
    optimum = brute_force(instance, fixed_cost=True)
    task = Task.of(instance, fixed_cost=True)
    assert task is not None
    if not np.bincount(task.pairs.point, minlength=instance.demand_count).all():
        assert optimum == math.inf
        return
    rng = np.random.default_rng(seed)
    room = work(task.pairs)
    size = instance.site_count
    for scale in (0.5, 2.0):
        sign = np.where(np.isinf(task.sites.most), 1.0, -1.0)
        mu = scale * rng.uniform(0, 2, instance.demand_count) * np.median(task.pairs.cost)
        sigma = sign * scale * rng.uniform(0, 2, sign.size)
        value, held, opened = np.zeros(size), np.zeros(task.pairs.point.size), np.zeros(size, dtype=bool)
        arguments = (task.pairs, task.sites, task.weight, mu, sigma, whole_loads, value, held, opened, room)
        assert lagrangian(*arguments) <= optimum + 1e-6
        if math.isinf(optimum):
            continue
        state = begin(mu, sigma, task.pairs, 1.0)
        climb(task.pairs, task.sites, task.weight, state, room, whole_loads, optimum, optimum, 1, 9, 0.5, 0.0)
        sites = task.sites._replace(must=task.sites.must.copy(), may=task.sites.may.copy())
        keep = np.ones(task.pairs.point.size, dtype=bool)
        limit, unused = optimum + 1e-6, np.zeros(size)
        given = (limit, keep, unused, unused.copy())
        assert settle(task.pairs, sites, task.weight, state, room, whole_loads, *given)
        left = reduced_to(instance, task, keep, sites.may, sites.must)
        assert brute_force(left, fixed_cost=True) == pytest.approx(optimum)


def reduced_to(instance: Instance, task: Task, keep: BoolArray, may: BoolArray, must: BoolArray) -> Instance:
    """The instance with only these pairs and sites."""
    there = np.zeros(instance.impedance.shape, dtype=bool)
    there[task.pairs.point[keep], site_of(task.pairs)[keep]] = True
    return replace(
        instance,
        impedance=instance.impedance.keep(there[instance.impedance.rows, instance.impedance.indices]),
        forbidden=instance.forbidden | (instance.candidate & ~may),
        required=must & ~instance.existing,
    )


@pytest.mark.parametrize("seed", range(40))
def test_propagation_loses_no_plan(seed: int) -> None:
    instance, model = whatever(seed)
    priced = model == "single_source_fixed_charge"
    task = Task.of(instance, fixed_cost=priced)
    assert task is not None
    sites = task.sites._replace(must=task.sites.must.copy(), may=task.sites.may.copy())
    keep = np.ones(task.pairs.point.size, dtype=bool)
    before = find(instance, fixed_cost=priced).objective
    if not propagate(task.pairs, sites, task.weight, task.least, keep):
        assert before == math.inf
        return
    left = replace(task.fixed(sites.must, sites.may), constant=task.constant)
    assert search_task(left, 30).objective == pytest.approx(before)


@pytest.mark.parametrize("seed", range(12))
def test_a_cut_bounds_the_plans_of_every_set_of_sites(seed: int) -> None:
    instance = drawn(seed, ("p", "free")[seed % 2])
    task = Task.of(instance, fixed_cost=False)
    assert task is not None
    price = np.random.default_rng(seed).uniform(-5, 20, instance.site_count)
    task = task.priced(price)
    cut = site_cut(task)
    values = {y.tobytes(): best_assignment(instance, y) + float(price[y].sum()) for y in plans(instance)}
    optimum = min(values.values(), default=math.inf)
    if cut is None:
        assert optimum == math.inf
        return
    again = site_cut(task, start=cut, steps=50)
    assert again is not None
    for one in (cut, again):
        assert one.bound <= optimum + 1e-6
        for y in plans(instance):
            assert one.constant + float(one.value[y].sum()) <= values[y.tobytes()] + 1e-6
    assert search_task(task, 30).objective == pytest.approx(optimum)
    for y in plans(instance)[:4]:
        plan = plan_on(task, y)
        assert plan.objective >= values[y.tobytes()] - 1e-6
        fixed = search_task(task.fixed(y, y), 30)
        assert fixed.objective == pytest.approx(values[y.tobytes()])


@pytest.mark.parametrize("seed", range(10))
def test_transport_bounds_stay_below_assignments(seed: int) -> None:
    instance = drawn(seed, "p")
    task = Task.of(instance, fixed_cost=False)
    assert task is not None
    planner = Planner(task, lambda: False)
    for y in plans(instance):
        value = best_assignment(instance, y)
        if math.isfinite(value):
            assert planner.worth(y, np.zeros(y.size), value + 1e-6 * (1 + value))


def test_prices_of_capacities_close_the_gap_of_shares() -> None:
    cost = np.array([[0.0, 4.0], [0.0, 6.0], [0.0, 8.0]])
    price = np.zeros(2)
    bound = transport_bound(cost, np.ones(3), np.array([2.0, 3.0]), price, 4.0 + 1e-9, STEPS)
    assert bound == pytest.approx(4.0, abs=0.2)
    assert price[0] > 0 == price[1]


def test_moves_repair_what_a_full_site_was_given() -> None:
    cost = np.array([[1.0, 2.0], [1.0, 5.0], [1.0, 9.0], [9.0, 1.0]]) * 3
    weight, room, none = np.full(4, 3.0), np.full(2, 6.0), np.zeros(2)
    local = np.zeros(4, dtype=np.int64)
    improve(cost, weight, room, none, local, 1e6, 1e3)
    assert local.tolist() == [1, 0, 0, 1]
    assert by_regret(cost, weight, room, 1e3).tolist() == [1, 0, 0, 1]
    wanted = np.array([0.0, 9.0])  # a smallest load
    improve(cost, weight, np.full(2, 9.0), wanted, local, 1e6, 1e3)
    assert np.bincount(local, minlength=2).tolist() == [1, 3]
