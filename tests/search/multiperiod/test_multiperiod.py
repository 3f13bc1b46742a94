"""Plans over several periods: the optimum of the whole programme, with a bound that holds."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from siting.search.multiperiod import MultiPeriodProblem, PeriodTransport, cut, lagrangian_bound, solve
from siting.search.multiperiod.needs import with_needs
from siting.solution import Status
from tests.search.multiperiod.small import by_the_whole_programme, question


def _noting(told: list[tuple[float, float]]) -> Callable[[float, float], None]:
    return lambda cost, bound: told.append((cost, bound))


@pytest.mark.parametrize("first", range(0, 120, 10))
def test_the_optimum_of_the_whole_programme(first: int) -> None:
    for seed in range(first, first + 10):
        problem, initial = question(seed)
        best = by_the_whole_programme(problem, initial).outcome
        told: list[tuple[float, float]] = []
        found = solve(problem, initial, time_limit_s=300, report=_noting(told))
        if best.status is Status.INFEASIBLE:
            assert found.chosen is None, seed
            assert found.bound == math.inf, seed
            continue
        assert best.objective is not None
        assert found.cost == pytest.approx(best.objective, rel=1e-5, abs=1e-5), seed
        assert found.bound == pytest.approx(best.objective, rel=1e-5, abs=1e-5), seed
        for cost, bound in told:
            assert cost >= best.objective - 1e-5 * abs(best.objective) - 1e-5, seed
            assert bound <= best.objective + 1e-5 * abs(best.objective) + 1e-5, seed
        _is_a_plan(problem, found.chosen, found.share, initial, found.cost)


def _is_a_plan(
    problem: MultiPeriodProblem,
    chosen: np.ndarray | None,
    share: np.ndarray | None,
    initial: np.ndarray,
    cost: float,
) -> None:
    """By definition alone."""
    assert chosen is not None
    assert share is not None
    pairs, changes = problem.pairs, problem.changes
    site, period = problem.site_of_change, problem.period_of_change
    for j in range(problem.sites):
        state = int(initial[j])
        for t in range(problem.periods):
            (a,) = np.flatnonzero(chosen & (site == j) & (period == t))
            assert changes.tail[a] == state
            state = int(changes.head[a])
    in_use = problem.in_use(chosen).ravel()
    row = np.repeat(np.arange(problem.points), np.diff(pairs.starts))
    assert (share >= -1e-9).all()
    assert in_use[pairs.cell[share > 1e-9]].all()
    load = np.bincount(pairs.cell, weights=share * pairs.load[row], minlength=pairs.capacity.size)
    assert (load <= pairs.capacity + 1e-5).all()
    assert (load[in_use] >= pairs.minimum[in_use] - 1e-5).all()
    served = np.bincount(row, weights=share, minlength=problem.points)
    assert (served[np.isinf(pairs.most)] >= 1 - 1e-6).all()
    assert (served <= 1 + 1e-6).all()
    away = np.where(np.isfinite(pairs.most), pairs.most, 0.0) @ (1 - np.minimum(served, 1))
    assert changes.cost[chosen].sum() + pairs.cost @ share + away == pytest.approx(cost, rel=1e-6, abs=1e-6)
    assert problem.allows(chosen)


def test_cuts_and_bounds_hold_for_every_plan_that_was_found() -> None:
    held = 0
    for seed in range(30):
        problem, initial = question(seed)
        found = solve(problem, initial, time_limit_s=300)
        if found.chosen is None:
            continue
        rng = np.random.default_rng(seed)
        in_use = problem.in_use(found.chosen)
        transport = PeriodTransport(problem)
        transport.to(in_use)
        mu = np.minimum(transport.prices() * rng.uniform(0.3, 2, problem.points), problem.pairs.most)
        constant, coefficients = cut(problem, mu)
        least = constant + (coefficients.reshape(in_use.shape) * in_use).sum(axis=1)
        assert (least <= np.array(transport.costs) + 1e-6).all(), seed
        constant, coefficients = cut(problem, transport.prices())
        tight = constant + (coefficients.reshape(in_use.shape) * in_use).sum(axis=1)
        assert tight == pytest.approx(np.array(transport.costs), rel=1e-6), seed
        more = with_needs(problem, initial)
        assert more.allows(found.chosen), seed
        assert lagrangian_bound(more, initial).value <= found.cost + 1e-6 * abs(found.cost), seed
        held += 1
    assert held > 15


def test_a_search_without_time_tells_a_bound_and_no_plan() -> None:
    possible = 0
    for seed in range(12):
        problem, initial = question(seed)
        best = by_the_whole_programme(problem, initial).outcome.objective
        found = solve(problem, initial, time_limit_s=0.0)
        if best is None:
            continue
        assert found.by_clock
        assert found.chosen is None
        assert found.bound <= best + 1e-6
        possible += 1
    assert possible > 5
