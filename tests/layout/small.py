"""Small plans over periods, and every plan of them tried one by one."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from siting.impedance import FloatArray, IntArray
from siting.instance import Instance
from siting.instance.changes import NOT_IN_USE, Changes

ROOMY = 1e-7


def random_plan(seed: int, *, kinds: bool = False, rows: bool = True, roomy: bool = False) -> Instance:
    """Two periods, four places of up to two sizes (one without limit), five demand points in each period."""
    rng = np.random.default_rng(seed)
    places, periods, points = 4, 2, 5
    sizes = [1 + int(rng.integers(0, 2)) for _ in range(places)]
    state_place = np.repeat(np.arange(places), sizes)
    first = np.r_[0, np.cumsum(sizes)]
    capacity = rng.integers(8, 40, state_place.size).astype(float) * (3 if roomy else 1)
    capacity[rng.random(state_place.size) < 0.15] = np.inf
    minimum = np.where(rng.random(state_place.size) < 0.4, rng.integers(1, 8, state_place.size), 0).astype(float)
    initial = np.array([first[p] if rng.random() < 0.5 else NOT_IN_USE for p in range(places)])
    arcs = []
    for p, t in product(range(places), range(periods)):
        states = [NOT_IN_USE, *range(first[p], first[p + 1])]
        tails = [int(initial[p])] if t == 0 else states
        for tail, head in product(tails, states):
            stays = tail == head
            if stays or rng.random() < 0.8:
                arcs.append((p, t, tail, head, 0.0 if stays else float(rng.integers(1, 30))))
    place, period, tail, head = (np.array([arc[k] for arc in arcs], dtype=np.int64) for k in range(4))
    cost = np.array([arc[4] for arc in arcs])
    budgets = np.array([(period == t) * cost for t in range(periods)])
    closing = ((tail != NOT_IN_USE) & (head == NOT_IN_USE)).astype(float)
    matrix = np.vstack([budgets, closing[None]]) if rows else np.zeros((0, len(arcs)))
    most = np.array([float(rng.integers(10, 40)), float(rng.integers(10, 40)), 1.0])[: len(matrix)]
    changes = Changes(
        site_place=np.tile(np.arange(places), periods),
        site_period=np.repeat(np.arange(periods), places),
        state_place=state_place,
        capacity=capacity,
        minimum=minimum,
        initial=initial,
        place=place,
        period=period,
        tail=tail,
        head=head,
        cost=cost,
        rows=csr_array(matrix),
        least=np.full(len(matrix), -np.inf),
        most=most,
        row_ids=("budget 1", "budget 2", "closings")[: len(matrix)],
        kind_capacity=np.c_[rng.integers(3, 15, state_place.size), np.full(state_place.size, np.inf)].astype(float)
        if kinds
        else None,
    )
    here, there = rng.random((points, 2)) * 10, rng.random((places, 2)) * 10
    t = np.round(np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1)), 1)
    t[rng.random(t.shape) < 0.15] = np.inf
    whole = np.full((points * periods, places * periods), np.inf)
    for k in range(periods):
        whole[k * points : (k + 1) * points, k * places : (k + 1) * places] = t
    more: dict[str, Any] = {}
    if kinds:
        more["demand_kind"] = rng.integers(-1, 2, points * periods)
    return Instance.from_arrays(
        whole,
        rng.integers(1, 12, points * periods).astype(float),
        standard=rng.uniform(3, 7, points * periods).round(1),
        changes=changes,
        ride_beyond=5.0,
        ride_cost=2.0,
        stay_beyond=8.0,
        stay_cost=1.5,
        demand_zone=np.arange(points * periods) % 3,
        trip_cost=rng.uniform(0, 1, points * periods).round(2),
        beyond_cost=rng.uniform(0, 6, points * periods).round(2),
        left_out_cost=rng.uniform(0, 9, points * periods).round(2),
        **more,
    )


def every_plan(instance: Instance) -> list[tuple[IntArray, IntArray]]:
    """States (J,) and changes taken of every plan that keeps the rows."""
    changes = instance.changes
    assert changes is not None
    paths: list[list[tuple[list[int], list[int]]]] = []
    for p in range(changes.places):
        found: list[tuple[list[int], list[int]]] = [([int(changes.initial[p])], [])]
        for t in range(changes.periods):
            found = [
                ([*states, int(changes.head[a])], [*taken, int(a)])
                for states, taken in found
                for a in np.flatnonzero((changes.place == p) & (changes.period == t) & (changes.tail == states[-1]))
            ]
        paths.append(found)
    plans = []
    for chosen in product(*paths):
        taken = np.array([a for _, arcs in chosen for a in arcs])
        flags = np.zeros(changes.count)
        flags[taken] = 1
        value = changes.rows @ flags
        if (value > changes.most + ROOMY).any() or (value < changes.least - ROOMY).any():
            continue
        states = np.zeros(instance.site_count, dtype=np.int64)
        states[changes.site[taken]] = changes.head[taken]
        plans.append((states, taken))
    return plans


def best_in_order(instance: Instance, order: tuple[str, ...]) -> tuple[float, ...] | None:
    """The best values of these objectives, each among the plans that are best by all before it; None without a plan."""
    best: tuple[float, ...] | None = None
    for states, taken in every_plan(instance):
        values = _assign(instance, states, taken, order)
        if values is not None and (best is None or _less(values, best)):
            best = values
    return best


def _less(values: tuple[float, ...], best: tuple[float, ...]) -> bool:
    for a, b in zip(values, best, strict=True):
        if abs(a - b) > 1e-5 * max(1.0, abs(b)):
            return a < b
    return False


def _assign(instance: Instance, states: IntArray, taken: IntArray, order: tuple[str, ...]) -> tuple[float, ...] | None:
    """The objectives' values for these states, by linear programmes one after the other."""
    changes, matrix, a = instance.changes, instance.impedance, instance.demand
    assert changes is not None
    assert instance.standard is not None
    i, j = matrix.rows, matrix.indices
    used = states[j] != NOT_IN_USE
    i, j, t = i[used], j[used], matrix.values[used]
    n, zone = i.size, instance.demand_zone
    # x of the pairs, then beta
    rows: list[FloatArray] = []
    right: list[float] = []

    def at_most(coefficients: FloatArray, value: float) -> None:
        if np.isfinite(value):
            rows.append(np.asarray(coefficients, dtype=float))
            right.append(value)

    for p in range(instance.demand_count):
        at_most(np.r_[(i == p).astype(float), 0], 1.0)
    for s in range(instance.site_count):
        if states[s] == NOT_IN_USE:
            continue
        here = np.where(j == s, a[i], 0.0)
        at_most(np.r_[here, 0], changes.capacity[states[s]])
        if changes.minimum[states[s]] > 0:
            at_most(np.r_[-here, 0], -changes.minimum[states[s]])
        if changes.kind_capacity is not None and instance.demand_kind is not None:
            for g in range(changes.kind_capacity.shape[1]):
                at_most(np.r_[np.where(instance.demand_kind[i] == g, here, 0), 0], changes.kind_capacity[states[s], g])
    within = t <= instance.standard[i]
    assert zone is not None
    for k in np.unique(zone):
        people = a[zone == k].sum()
        at_most(np.r_[-np.where((zone[i] == k) & within, a[i], 0.0), -people], -people)
    ride = np.zeros(n)
    for beyond, yuan in ((instance.ride_beyond, instance.ride_cost), (instance.stay_beyond, instance.stay_cost)):
        assert beyond is not None
        assert yuan is not None
        ride = np.where(t > beyond[i], yuan[i], ride)
    assert instance.trip_cost is not None
    assert instance.beyond_cost is not None
    assert instance.left_out_cost is not None
    worth = instance.trip_cost[i] * t + ride - within * instance.beyond_cost[i] - instance.left_out_cost[i]
    everybody = float(a @ (instance.beyond_cost + instance.left_out_cost))
    costs = {
        "generalised_cost": (np.r_[a[i] * worth, 0], changes.cost[taken].sum() + everybody),
        "people_without_place": (np.r_[-a[i], 0], a.sum()),
        "people_beyond_standard": (np.r_[-a[i] * within, 0], a.sum()),
        "cost_of_changes": (np.r_[a[i] * ride, 0], changes.cost[taken].sum()),
        "total_weighted_impedance": (np.r_[a[i] * t, 0], 0.0),
        "largest_share_beyond": (np.r_[np.zeros(n), 1], 0.0),
    }
    values = []
    for name in order:
        cost, constant = costs[name]
        answer = linprog(cost, A_ub=np.array(rows), b_ub=np.array(right), bounds=[(0, 1)] * n + [(0, None)])
        if answer.status != 0:
            return None
        values.append(float(answer.fun + constant))
        at_most(cost, float(answer.fun) + 1e-7)
    return tuple(values)
