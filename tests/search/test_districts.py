"""Catchments that hang together, against every assignment of small grids and on a real county."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from siting.impedance import BoolArray, IntArray
from siting.instance import Instance
from siting.instance.adjacency import Adjacency
from siting.search.districts import search_districts
from tests.benchmark_files import best_known_gongyi, read_gongyi

ROWS, COLUMNS, SITES = 2, 4, 3
ALL = np.ones(SITES, dtype=bool)


def grid(rows: int, columns: int) -> Adjacency:
    number = np.arange(rows * columns).reshape(rows, columns)
    first = np.r_[number[:, :-1].ravel(), number[:-1].ravel()]
    second = np.r_[number[:, 1:].ravel(), number[1:].ravel()]
    return Adjacency.from_pairs(first, second, rows * columns)


def random_grid(seed: int, rows: int = ROWS, columns: int = COLUMNS, sites: int = SITES, **numbers: Any) -> Instance:
    """Times that have little to do with the grid, so that catchments would often fall apart if they might."""
    rng = np.random.default_rng(seed)
    n = rows * columns
    t = rng.integers(1, 30, (n, sites)).astype(float)
    t[rng.random(t.shape) < 0.06] = np.inf
    demand = rng.integers(0, 20, n).astype(float)
    load = rng.integers(1, 10, n).astype(float)
    choice = rng.integers(0, 3)
    cost = rng.integers(20, 200, sites).astype(float)
    role = rng.permutation(sites)
    existing, required, forbidden = (np.zeros(sites, dtype=bool) for _ in range(3))
    existing[role[0]] = rng.random() < 0.4
    required[role[1]] = rng.random() < 0.3
    forbidden[role[2]] = rng.random() < 0.2
    facts: dict[str, Any] = {
        "p": 1 + int(rng.integers(0, 2)) if choice == 0 else None,
        "budget": float(rng.integers(80, 400)) if choice == 1 else None,
        "capacity": np.where(rng.random(sites) < 0.2, np.inf, rng.uniform(0.3, 1.3, sites) * load.sum()),
        "site_zone": [str(rng.choice(["north", "south"])) for _ in range(sites)],
        "zone_minimum": {"north": int(rng.random() < 0.3)},
        "existing": existing,
        "required": required,
        "forbidden": forbidden,
        "load": load,
        "fixed_cost": cost,
        "site_unit": rng.integers(0, n, sites) if seed % 5 == 0 else rng.permutation(n)[:sites],
        "adjacency": grid(rows, columns),
    }
    return Instance.from_arrays(t, demand, **(facts | numbers))


def connected_sets(adjacency: Adjacency) -> BoolArray:
    """(2^I,) whether the points whose bits are set hang together."""
    n = adjacency.count
    return np.array([adjacency.connected((code >> np.arange(n)) & 1 > 0) for code in range(2**n)])


def optimum(instance: Instance, *, fixed_cost: bool) -> float:
    """The least objective over all assignments; +inf where none is a plan."""
    n, m = instance.impedance.shape
    assert instance.capacity is not None
    assert instance.fixed_cost is not None
    assert instance.site_unit is not None
    assert instance.adjacency is not None
    joined = connected_sets(instance.adjacency)
    every: NDArray[np.int64] = np.array(list(itertools.product(range(m), repeat=n)))
    t = instance.impedance.dense()
    bits, new_cost = 2 ** np.arange(n), np.where(instance.existing, 0.0, instance.fixed_cost)
    there = t[np.arange(n), every]
    total = (instance.demand * np.where(np.isfinite(there), there, 0.0)).sum(axis=1)
    total[~np.isfinite(there).all(axis=1)] = np.inf
    used = np.zeros((every.shape[0], m), dtype=bool)
    for j in range(m):
        mine = every == j
        used[:, j] = mine[:, instance.site_unit[j]]
        wrong = (mine.any(axis=1) != used[:, j]) | ~joined[mine @ bits]
        total[wrong | (mine @ instance.weight > instance.capacity[j] * (1 + 1e-9))] = np.inf
    new = used & ~instance.existing
    zones = np.array([(new[:, instance.site_zone == k]).sum(axis=1) for k in range(len(instance.zone_ids))])
    bad = (used & instance.forbidden).any(axis=1) | (~used & (instance.existing | instance.required)).any(axis=1)
    bad |= (zones < instance.zone_minimum[:, None]).any(axis=0)
    if instance.p is not None:
        bad |= new.sum(axis=1) != instance.p
    if instance.budget is not None:
        bad |= new @ new_cost > instance.budget
    total[bad] = np.inf
    return float((total + (new @ new_cost if fixed_cost else 0.0)).min())


def faults(instance: Instance, opened: BoolArray, site: IntArray) -> list[str]:
    """What is wrong with a plan."""
    assert instance.adjacency is not None
    assert instance.capacity is not None
    assert instance.site_unit is not None
    load = np.bincount(site, weights=instance.weight, minlength=opened.size)
    found = []
    if not opened[site].all():
        found.append("assigned to a closed site")
    if (load > instance.capacity * (1 + 1e-9)).any():
        found.append("over capacity")
    for j in np.flatnonzero(opened):
        if not instance.adjacency.connected(site == j):
            found.append(f"catchment of {j} falls apart")
        if site[instance.site_unit[j]] != j:
            found.append(f"site {j} does not serve its own unit")
    return found


@pytest.mark.parametrize("seed", range(40))
def test_the_optimum_of_every_small_grid_is_found_and_proven(seed: int) -> None:
    instance = random_grid(seed)
    best = optimum(instance, fixed_cost=seed % 2 == 0)
    found = search_districts(instance, fixed_cost=seed % 2 == 0, time_limit_s=20)
    assert found is not None
    assert found.bound == pytest.approx(best, rel=1e-5)
    assert found.objective == pytest.approx(best, rel=1e-6)
    assert (found.open is None) == math.isinf(best)
    if found.open is not None:
        assert found.site is not None
        assert not faults(instance, found.open, found.site)


def test_the_same_seed_gives_the_same_plan() -> None:
    rng = np.random.default_rng(5)
    row, column = np.divmod(np.arange(48), 8)
    unit = rng.permutation(48)[:12]
    instance = Instance.from_arrays(
        np.hypot(row[:, None] - row[unit], column[:, None] - column[unit]),
        rng.integers(1, 40, 48),
        p=5,
        capacity=rng.uniform(200, 300, 12),
        site_unit=unit,
        adjacency=grid(6, 8),
    )
    first, second = (search_districts(instance, fixed_cost=False, time_limit_s=60, seed=4) for _ in range(2))
    assert first is not None
    assert second is not None
    assert first.site is not None
    assert first.open is not None
    assert second.site is not None
    assert not first.by_clock
    assert first.site.tolist() == second.site.tolist()
    assert (first.bound, first.objective) == (second.bound, second.objective)
    assert not faults(instance, first.open, first.site)


@pytest.mark.parametrize(
    "numbers",
    [
        {"adjacency": None},
        {"site_unit": None},
        {"minimum_load": 3.0},
        {"zone_maximum": {"north": 1}},
        {"existing": ALL, "closable": ALL, "required": ~ALL, "forbidden": ~ALL},
        {"fixed_cost": None, "budget": None},
    ],
)
def test_what_the_search_does_not_know_is_left_to_others(numbers: dict[str, Any]) -> None:
    assert search_districts(random_grid(2, **numbers), fixed_cost=True, time_limit_s=5) is None


def test_without_capacities_everybody_goes_to_the_nearest_that_hangs_together() -> None:
    n = 7
    line = Adjacency.from_pairs(np.arange(n - 1), np.arange(1, n), n)
    place = np.arange(n, dtype=float)
    t = np.abs(place[:, None] - np.array([1.0, 5.0]))
    t[6] = [0.0, 9.0]  # nearest to the first site, whose catchment cannot reach it
    instance = Instance.from_arrays(t, p=2, site_unit=np.array([1, 5]), adjacency=line)
    found = search_districts(instance, fixed_cost=False, time_limit_s=10)
    assert found is not None
    assert found.site is not None
    assert found.site.tolist()[:3] == [0, 0, 0]
    assert found.site.tolist()[4:] == [1, 1, 1]
    assert found.objective == found.bound == pytest.approx(1 + 0 + 1 + 2 + 1 + 0 + 9)


@pytest.mark.slow
def test_a_county_of_settlements_in_a_short_time() -> None:
    instance, known = read_gongyi("gya1"), best_known_gongyi()["gya1"]
    told: list[tuple[float, float]] = []
    found = search_districts(
        instance, fixed_cost=True, time_limit_s=90, gap=0.006, report=lambda o, b: told.append((o, b))
    )
    assert found is not None
    assert found.open is not None
    assert found.site is not None
    assert not faults(instance, found.open, found.site)
    assert found.bound <= known * (1 + 1e-4)  # gyb1 has a proven optimum that lies 5e-5 above its published value
    assert found.objective <= 1.005 * known
    assert found.objective - found.bound <= 0.006 * found.objective
    assert all(bound <= objective for objective, bound in told)
