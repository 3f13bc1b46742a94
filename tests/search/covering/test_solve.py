"""The best plan against all plans, with whatever may be said of sites, and bounds that hold wherever it stops."""

from __future__ import annotations

import time

import numpy as np
import pytest

import siting.search.covering.tree as tree
from siting.search.covering import fewest, solve
from tests.search.covering.small import SITES, least, plans, random_problem

KINDS = [
    {},
    {"priced": True},
    {"whole": False},
    {"hard": 0.3, "priced": True},
    {"hard": 1.0, "priced": True, "twice": False, "classes": 4},
    {"twice": False},
]


@pytest.mark.parametrize("kind", range(len(KINDS)))
@pytest.mark.parametrize("branching", [False, True])
def test_equals_the_best_of_all_plans(kind: int, branching: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if branching:  # nothing is left to the solver, and bounds are poor
        monkeypatch.setattr(tree, "SMALL", -1)
        monkeypatch.setattr(tree, "SMALL_HARD", -1)
        monkeypatch.setattr(tree, "ROOT_STEPS", 3)
        monkeypatch.setattr(tree, "NODE_STEPS", 2)
    possible = 0
    for seed in range(30):
        problem = random_problem(100 * kind + seed, **KINDS[kind])  # type: ignore[arg-type]
        best, found = least(problem), solve(problem)
        if best is None:
            assert found.open is None
            assert found.bound == np.inf
            continue
        possible += 1
        assert found.open is not None
        assert problem.rules.allows(found.open)
        assert problem.meets(found.open)
        assert found.value == pytest.approx(problem.value(found.open), abs=1e-9)
        assert found.value == pytest.approx(best, abs=1e-6 * abs(best))
        assert found.bound == pytest.approx(best, abs=1e-6 * abs(best))
    assert possible >= 10


@pytest.mark.parametrize("limits", [{"node_limit": 1}, {"node_limit": 2}, {"end": 0.0}, {"gap": 0.2}])
@pytest.mark.parametrize("hard", [0.0, 0.3])
def test_bounds_hold_where_it_stops_early(
    limits: dict[str, float], hard: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "SMALL", -1)
    monkeypatch.setattr(tree, "SMALL_HARD", -1)
    monkeypatch.setattr(tree, "ROOT_STEPS", 3)
    monkeypatch.setattr(tree, "PATIENCE", 0)
    open_ended = 0
    for seed in range(40):
        problem = random_problem(seed, hard=hard, priced=bool(seed % 2))
        best, found = least(problem), solve(problem, **limits)  # type: ignore[arg-type]
        if best is None:
            continue
        assert found.bound <= best + 1e-9
        assert found.value >= best - 1e-9
        if "gap" in limits and found.open is not None:
            assert found.value - found.bound <= 0.2 * abs(found.value) + 1e-9
        open_ended += found.bound < found.value - 1e-9
    assert open_ended or "gap" in limits


def test_a_plan_that_will_do_ends_the_search_and_a_cutoff_leaves_worse_plans_aside() -> None:
    for seed in range(30):
        problem = random_problem(seed)
        best = least(problem)
        if best is None:
            continue
        worst = max(problem.value(opened) for opened in plans(problem))
        done = solve(problem, enough=worst)
        assert done.value <= worst
        assert done.bound <= best + 1e-9
        refused = solve(problem, cutoff=best)
        assert refused.bound == pytest.approx(best, abs=1e-5)


def test_the_same_seed_gives_the_same_plan() -> None:
    for seed in range(10):
        problem = random_problem(seed, classes=40)
        first, second = solve(problem, seed=3), solve(problem, seed=3)
        assert first.nodes == second.nodes
        assert first.bound == second.bound
        assert (first.open is None) == (second.open is None)
        if first.open is not None and second.open is not None:
            assert np.array_equal(first.open, second.open)


def test_what_is_reported_only_becomes_better() -> None:
    for seed in range(20):
        problem, told = random_problem(seed, classes=40), []
        found = solve(problem, report=lambda value, bound, told=told: told.append((value, bound)))
        values, bounds = [v for v, _ in told], [b for _, b in told]
        assert values == sorted(values, reverse=True)
        assert bounds == sorted(bounds)
        assert all(value >= found.value for value in values)
        assert all(bound <= found.value + 1e-9 for bound in bounds)


def test_the_fewest_sites_for_a_share() -> None:
    for seed in range(60):
        problem = random_problem(seed, twice=False)
        new = np.random.default_rng(seed).random(SITES) < 0.7
        allowed = problem.constant + 0.25 * float(problem.weight.sum())
        counts = [int((opened & new).sum()) for opened in plans(problem) if problem.value(opened) <= allowed]
        found = fewest(problem, new, allowed)
        if not counts:
            assert found.open is None
            assert found.bound == np.inf
            continue
        assert found.open is not None
        assert problem.rules.allows(found.open)
        assert problem.value(found.open) <= allowed
        assert found.value == found.bound == min(counts)
        stopped = fewest(problem, new, allowed, end=time.perf_counter() - 1)
        assert stopped.bound <= min(counts) <= stopped.value
