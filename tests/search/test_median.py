"""The search against brute force: its bound never passes the optimum, and what it leaves out is no loss."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from siting.impedance import BoolArray
from siting.instance import Instance
from siting.search.median import Choice, Pairs, search_median
from tests.formulation.small import best_value, plans, random_instance, six_points, value


@pytest.mark.parametrize("plain", [True, False], ids=["plain", "conditions"])
@pytest.mark.parametrize("seed", range(40))
def test_bound_plan_and_what_is_left(seed: int, plain: bool) -> None:
    instance = random_instance(seed, points=14, sites=9, plain=plain, p=1 + seed % 4)
    optimum = best_value("p_median", instance)
    found = search_median(instance, time_limit_s=5)
    if found is None or found.open is None:
        assert optimum is None, "a plan exists but none was found"
        return
    assert optimum is not None
    assert found.bound <= optimum + 1e-6
    assert found.objective >= optimum - 1e-6
    assert found.objective == pytest.approx(value("p_median", instance, found.open))
    assert any(np.array_equal(found.open, y) for y in plans(instance))
    limited = replace(
        instance, impedance=instance.impedance.keep(found.pairs), required=found.must & ~instance.existing
    )
    assert best_value("p_median", limited) == pytest.approx(optimum)


def test_most_are_proven_at_once() -> None:
    gaps = []
    for seed in range(40):
        found = search_median(random_instance(seed, points=14, sites=9, plain=True, p=2), time_limit_s=5)
        if found is not None and found.open is not None:
            gaps.append((found.objective - found.bound) / found.objective)
    assert np.median(gaps) < 1e-6


def test_a_clustered_county_is_bounded_closely() -> None:
    rng = np.random.default_rng(0)
    towns = rng.uniform(0, 60, (12, 2))
    points = towns[rng.integers(0, 12, 600)] + rng.normal(0, 3, (600, 2))
    sites = points[rng.choice(600, 120, replace=False)]
    t = np.hypot(*(points[:, None] - sites[None]).transpose(2, 0, 1))
    found = search_median(Instance.from_arrays(t, rng.integers(1, 30, 600), p=10), time_limit_s=20)
    assert found is not None
    assert (found.objective - found.bound) / found.objective < 0.01
    assert found.pairs.mean() < 0.5


def test_the_interchange_keeps_zone_minima_and_required_sites() -> None:
    zones = ["west", "west", "west", "east", "east", "east"]
    instance = six_points(p=3, site_zone=zones, zone_minimum={"east": 2}, required=[True, *[False] * 5])
    choice = Choice.of(instance)
    assert choice is not None
    matrix = instance.impedance
    pairs = Pairs(instance, instance.demand[matrix.rows] * matrix.values)
    opened, total = pairs.interchange(choice, None, float("inf"))
    assert opened[0]
    assert opened.sum() == 3
    assert opened[3:].sum() >= 2
    assert total == pytest.approx(value("p_median", instance, opened))
    assert total == pytest.approx(best_value("p_median", instance))


def test_a_swap_is_worth_what_the_plans_differ_by() -> None:
    instance = random_instance(3, points=20, sites=8, plain=True, p=3)
    dense = np.nan_to_num(instance.impedance.dense(), posinf=30.0)
    instance = replace(instance, impedance=instance.impedance.from_dense(dense))
    choice = Choice.of(instance)
    assert choice is not None
    matrix = instance.impedance
    pairs = Pairs(instance, instance.demand[matrix.rows] * matrix.values)
    opened: BoolArray = np.arange(8) < 3
    profit, out, new = pairs._best_swap(choice, opened, *pairs.two_best(opened))
    swapped = opened.copy()
    swapped[out], swapped[new] = False, True
    assert profit == pytest.approx(pairs.total(opened) - pairs.total(swapped))
    others = [
        pairs.total(opened) - pairs.total((opened | (np.arange(8) == k)) & (np.arange(8) != r))
        for r in range(3)
        for k in range(3, 8)
    ]
    assert profit == pytest.approx(max(others))


def test_questions_that_it_does_not_answer() -> None:
    assert search_median(six_points(budget=3.0, fixed_cost=1.0), time_limit_s=1) is None
    assert search_median(six_points(p=7), time_limit_s=1) is None
    unreachable = Instance.from_arrays([[1.0], [np.inf]], p=1)
    found = search_median(unreachable, time_limit_s=1)
    assert found is not None
    assert found.open is None


def test_the_time_limit_is_kept() -> None:
    rng = np.random.default_rng(1)
    instance = Instance.from_arrays(rng.random((2000, 200)), p=20)
    begin = time.perf_counter()
    found = search_median(instance, time_limit_s=0.5)
    assert time.perf_counter() - begin < 3
    assert found is not None
    assert found.bound <= found.objective
