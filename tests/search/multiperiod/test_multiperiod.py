"""Plans over several periods: transport and bound against the optimum of the whole programme."""

from __future__ import annotations

import numpy as np
import pytest

from siting.impedance import BoolArray, IntArray
from siting.search.multiperiod import MultiPeriodProblem, PeriodTransport, lagrangian_bound
from siting.search.multiperiod.bound import lagrangian_terms
from tests.search.multiperiod.small import by_the_whole_programme, question


def _optimum(seed: int) -> tuple[MultiPeriodProblem, IntArray, float, BoolArray] | None:
    problem, initial = question(seed)
    best = by_the_whole_programme(problem, initial)
    if best.values is None:
        return None
    assert best.outcome.objective is not None
    return problem, initial, best.outcome.objective, best.values[: problem.changes.cost.size] > 0.5


@pytest.mark.parametrize("first", range(0, 120, 20))
def test_transport_and_bound_of_the_optimum(first: int) -> None:
    held = 0
    for seed in range(first, first + 20):
        found = _optimum(seed)
        if found is None:
            continue
        problem, initial, best, chosen = found
        transport = PeriodTransport(problem)
        cost = transport.to(problem.in_use(chosen)) + problem.changes.cost[chosen].sum()
        assert transport.serves
        assert cost == pytest.approx(best, rel=1e-5, abs=1e-5), seed
        _is_an_assignment(problem, chosen, transport.shares(), cost)
        bound = lagrangian_bound(problem, initial, steps=300)
        assert bound.value <= best + 1e-5 * abs(best), seed
        terms = lagrangian_terms(problem, initial, bound.mu, bound.sigma)
        assert terms is not None
        assert sum(part.sum() for part in terms) == pytest.approx(bound.value, rel=1e-9, abs=1e-6), seed
        held += 1
    assert held > 10


def test_the_bound_holds_at_any_multipliers_and_comes_near_at_good_ones() -> None:
    near, asked = 0, 0
    for seed in range(24):
        found = _optimum(seed)
        if found is None:
            continue
        problem, initial, best, chosen = found
        rng = np.random.default_rng(seed)
        transport = PeriodTransport(problem)
        transport.to(problem.in_use(chosen))
        mu = np.minimum(transport.prices() * rng.uniform(0.3, 2, problem.points), problem.pairs.most)
        sigma = np.zeros(problem.matrix.shape[0])
        sigma[np.isneginf(problem.least)] = -rng.uniform(0, 2)
        terms = lagrangian_terms(problem, initial, mu, sigma)
        assert terms is not None
        assert sum(part.sum() for part in terms) <= best + 1e-6 * abs(best), seed
        asked += 1
        near += lagrangian_bound(problem, initial, steps=300, goal=best).value >= 0.85 * best
    assert near >= 0.7 * asked


def test_the_kinds_of_one_place_take_the_same_path() -> None:
    """Seen by two kinds with half of the costs each, a place is worth what both are worth together."""
    problem, initial = question(4)
    sites, periods, changes = problem.sites, problem.periods, problem.changes
    twice = np.repeat(np.arange(sites), 2)
    sizes = np.diff(changes.first)
    block = [np.arange(changes.starts[j * periods], changes.starts[(j + 1) * periods]) for j in twice.tolist()]
    number = np.concatenate(block)
    lengths = np.diff(changes.starts).reshape(sites, periods)[twice].ravel()
    doubled = changes._replace(
        starts=np.r_[0, np.cumsum(lengths)],
        tail=changes.tail[number],
        head=changes.head[number],
        cost=changes.cost[number] / 2,
        first=np.r_[0, np.cumsum(sizes[twice])],
    )
    pairs = problem.pairs
    row = np.repeat(np.arange(problem.points), np.diff(pairs.starts))
    first_state = changes.first[np.searchsorted(changes.first, pairs.owner[pairs.cell], side="right") - 1]
    once = pairs.owner[pairs.cell] == first_state  # each pair stands once for every state of its site
    site = np.searchsorted(changes.first, pairs.owner[pairs.cell[once]], side="right") - 1
    kind = np.arange(problem.points) % 2
    columns = np.concatenate([np.arange(changes.first[j], changes.first[j + 1]) for j in twice.tolist()])
    room = pairs.capacity[: problem.columns][columns] / 2
    as_kinds = MultiPeriodProblem.of(
        row[once], site * 2 + kind[row[once]], pairs.cost[once], load=pairs.load, period=problem.period,
        capacity=room, minimum=np.zeros(room.size), changes=doubled, unserved=pairs.most,
    )  # fmt: skip
    mu = 1.5 * np.array([pairs.cost[pairs.starts[i]] for i in range(problem.points)])
    sigma = np.zeros(0)
    apart = lagrangian_terms(as_kinds, np.repeat(initial, 2), mu, sigma)
    joined = lagrangian_terms(as_kinds, np.repeat(initial, 2), mu, sigma, 2)
    assert apart is not None
    assert joined is not None
    assert joined.sites[1::2].tolist() == [0.0] * sites
    both = apart.sites.reshape(-1, 2).sum(axis=1)
    assert (joined.sites[::2] >= both - 1e-9).all()
    assert joined.sites.sum() > both.sum() + 1e-6


def _is_an_assignment(problem: MultiPeriodProblem, chosen: BoolArray, share: np.ndarray, cost: float) -> None:
    """By definition alone."""
    pairs = problem.pairs
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
    assert problem.changes.cost[chosen].sum() + pairs.cost @ share + away == pytest.approx(cost, rel=1e-6, abs=1e-6)
