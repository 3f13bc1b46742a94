"""Cheapest sites under nested counts, clusters of sites, and what branching on them proves."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

from siting.formulation.compose import build_model, load_formulation
from siting.impedance import BoolArray, FloatArray
from siting.instance import Instance
from siting.search.branching import Gains, choose_branch, sums
from siting.search.clusters import clustered
from siting.search.laminar import Laminar, cheapest, laminar, limited, raised
from siting.search.sites import SiteRules
from siting.solving.optimise import solve
from siting.solving.solver import SolverOptions, solve_model

SITES = 7


def nearby(seed: int) -> tuple[Laminar, SiteRules]:
    """Clusters of seven sites with groups and zones, and their rules."""
    rng = np.random.default_rng(seed)
    here, there = rng.random((20, 2)), rng.random((SITES, 2))
    t = np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1))
    existing = rng.random(SITES) < 0.3
    facts: dict[str, Any] = {
        "existing": existing,
        "p": int(rng.integers(0, 4)),
        "site_zone": [str(z) if z else None for z in rng.integers(0, 3, SITES)],
        "zone_minimum": {"1": int(rng.integers(0, 2))},
        "zone_maximum": {"2": int(rng.integers(0, 3))},
    }
    active = ["open_exactly_p", "zone_minimum", "zone_maximum"]
    if existing.any() and seed % 2:
        facts |= {"closable": existing, "closures": int(rng.integers(0, existing.sum() + 1))}
        active.append("close_exactly")
    rules = SiteRules.of(Instance.from_arrays(t, **facts), tuple(active))
    order = np.argsort(t, axis=1)
    starts = np.arange(0, t.size + 1, SITES)
    return clustered(rules.groups, starts, order.ravel(), np.sort(t, axis=1).ravel(), SITES), rules


def members(counts: Laminar) -> BoolArray:
    """(K, J) sites of each set."""
    return (counts.place >= counts.first[:, None]) & (counts.place < counts.last[:, None])


@pytest.mark.parametrize("seed", range(40))
def test_clusters_are_a_laminar_family_that_keeps_to_groups_and_zones(seed: int) -> None:
    counts, rules = nearby(seed)
    sets = members(counts)
    for a, b in itertools.combinations(sets, 2):
        both = a & b
        assert not both.any() or (both == a).all() or (both == b).all()
    assert (np.diff(sets.sum(axis=1)) >= 0).all()
    plain = laminar(rules.groups, SITES)
    for y in itertools.product([False, True], repeat=SITES):
        opened = np.array(y)
        for family in (counts, plain):
            held = members(family) @ opened.astype(int)
            inside = bool((held >= family.least).all() and (held <= family.most).all())
            assert inside == all(_keeps(opened, group) for group in rules.groups)


def _keeps(opened: BoolArray, group: Any) -> bool:
    mine = opened & group.members
    zones = np.bincount(group.zone[mine & (group.zone >= 0)], minlength=group.zone_least.size)
    inside = group.least <= mine.sum() <= group.most
    return bool(inside and (zones >= group.zone_least).all() and (zones <= group.zone_most).all())


@pytest.mark.parametrize("seed", range(150))
def test_the_cheapest_sites_under_nested_counts_by_brute_force(seed: int) -> None:
    rng = np.random.default_rng(seed)
    counts, rules = nearby(seed)
    size = counts.last - counts.first
    least = np.where(rng.random(size.size) < 0.3, rng.integers(0, 3, size.size), counts.least)
    most = np.where(rng.random(size.size) < 0.3, rng.integers(0, 4, size.size), counts.most)
    counts = limited(counts, least, np.minimum(most, size))
    counts = raised(counts, rules.groups[0].members, int(rng.integers(0, 3)))
    value = rng.integers(-9, 10, SITES).astype(float)
    value[rng.random(SITES) < 0.1] = np.inf
    must, may = (rng.random(SITES) < 0.15) & np.isfinite(value), rng.random(SITES) < 0.9
    chosen = np.zeros(SITES, dtype=bool)
    total = cheapest(value, must, may, counts, chosen)
    best = math.inf
    for y in itertools.product([False, True], repeat=SITES):
        opened = np.array(y)
        held = members(counts) @ opened.astype(int)
        if (held < counts.least).any() or (held > counts.most).any() or (must & ~opened).any() or (opened & ~may).any():
            continue
        best = min(best, float(value[opened].sum()))
    assert total == best
    if math.isfinite(best):
        assert float(value[chosen].sum()) == best
        assert (sums(counts, chosen.astype(float)) >= counts.least).all()
        assert (sums(counts, chosen.astype(float)) <= counts.most).all()


class Half:
    def __init__(self, bound: float) -> None:
        self.bound = bound


def test_the_set_whose_halves_both_gain_is_branched_on_and_what_it_gained_is_kept() -> None:
    gains = Gains.of(4)
    bounds = {0: (10.0, 19.0), 1: (13.0, 14.0), 2: (90.0, 90.0), 3: (11.0, 11.0)}

    def choose(possible: list[bool]) -> tuple[int, Any]:
        part = np.array([0.5, 0.25, 0.0, 0.5])
        return choose_branch(
            gains, part, np.array(possible), bound=10.0, most=100.0,
            halves=lambda k: tuple(Half(b) for b in bounds[k]), stopped=bool,
        )  # fmt: skip

    chosen, halves = choose([True, True, True, True])
    assert chosen == 1
    assert [half.bound for half in halves] == [13.0, 14.0]
    assert gains.predicted()[:, 1] == pytest.approx([3.0 / 0.25, 4.0 / 0.75])
    assert choose([False, False, True, False]) == (-1, None)
    for _ in range(2):
        choose([True, True, True, True])
    assert choose([True, True, True, True]) == (1, None)  # enough is known of all: nothing is tried


def clumps(seed: int) -> Instance:
    """Forty demand points in four clumps and sixteen sites, whose capacities fit no clump."""
    rng = np.random.default_rng(seed)
    centre = rng.uniform(0, 60, (4, 2))
    here: FloatArray = centre[rng.integers(0, 4, 40)] + rng.normal(0, 3, (40, 2))
    there = here[rng.choice(40, 16, replace=False)]
    demand = rng.integers(1, 40, 40).astype(float)
    times = np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1)).round(2)
    p = int(rng.integers(4, 7))
    capacity = np.ceil(demand.sum() / p * 1.15) * (rng.uniform(0.95, 1.3, 16) if seed % 2 else 1.0)
    zones = [("a", "b", "c")[z] for z in rng.integers(0, 3, 16)]
    limits: dict[str, Any] = {"site_zone": zones, "zone_maximum": {"a": 2}, "zone_minimum": {"b": 1}}
    return Instance.from_arrays(times, demand, capacity=capacity, p=p, **(limits if seed % 3 == 0 else {}))


@pytest.mark.parametrize("model", ["capacitated_p_median", "single_source_p_median"])
@pytest.mark.parametrize("seed", range(8))
def test_clumps_with_tight_capacities_are_proven(model: str, seed: int) -> None:
    instance = clumps(seed)
    outcome = solve_model(build_model(load_formulation(model), instance), SolverOptions(time_limit_s=120))
    found = solve(instance, model).outcome
    if outcome.objective is None:
        assert found.objective is None
        return
    assert found.objective == pytest.approx(outcome.objective, rel=1e-6)
    assert found.bound == pytest.approx(outcome.objective, rel=1e-5)
