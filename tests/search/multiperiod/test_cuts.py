"""What prices tell of every plan, and searches that begin with what another budget's search has left."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from siting.formulation.data import pair_worth, person_worth
from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance import Instance
from siting.search.multiperiod import plans as searching
from siting.search.multiperiod.adapter import Posed, pose
from siting.search.multiperiod.cuts import Cuts
from siting.search.multiperiod.parts import Parts
from siting.search.multiperiod.plans import PlanFound, search_plan
from siting.search.multiperiod.transport import PeriodTransport
from tests.layout.small import best_in_order, every_plan, random_plan

SEEDS = range(12)


class Small:
    """A small question with the transport of each of its plans."""

    def __init__(self, seed: int, *, kinds: bool = False) -> None:
        self.instance = random_plan(seed, kinds=kinds)
        assert self.instance.changes is not None
        self.changes = self.instance.changes
        rows = np.ones(self.changes.least.size, dtype=bool)
        self.posed: Posed = pose(self.instance, pair_worth(self.instance), person_worth(self.instance), rows=rows)
        self.transport = PeriodTransport(self.posed.problem)
        self.plans: list[BoolArray] = []
        for states, _ in every_plan(self.instance):
            taken = self.changes.flags(states)
            assert taken is not None
            self.plans.append(taken)

    def cuts(self) -> Cuts:
        return Cuts(self.posed, self.changes, Parts.of(self.posed, self.changes))

    def cost(self, taken: BoolArray) -> float:
        moved = self.transport.to(self.posed.in_use(self.changes, self.changes.after(taken)))
        return moved + float(self.changes.cost[taken].sum())


@pytest.mark.parametrize("kinds", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_no_plan_costs_less_than_cuts_at_any_prices_tell(seed: int, kinds: bool) -> None:
    small, rng = Small(seed, kinds=kinds), np.random.default_rng(seed)
    best = min((small.cost(taken) for taken in small.plans), default=np.inf)
    cuts, most = small.cuts(), small.posed.problem.pairs.most
    before = -np.inf
    for _ in range(3):
        cuts.add(most * rng.random(most.size))
        found = cuts.cheapest(seconds=10, gap=0.0, start=None)
        if found is None:
            assert not np.isfinite(best)
            return
        assert before - 1e-6 <= found.bound <= best + 1e-6
        before = found.bound
    assert np.isfinite(best)


@pytest.mark.parametrize("seed", SEEDS)
def test_prices_of_each_plan_prove_the_best(seed: int) -> None:
    """With a cut at the prices of every plan's transport the programme costs what the best plan costs."""
    small = Small(seed, kinds=True)
    costs: list[float] = []
    cuts = small.cuts()
    for taken in small.plans:
        costs.append(small.cost(taken))
        if np.isfinite(costs[-1]):
            cuts.add(small.transport.prices())
    if not cuts.prices:
        return
    found = cuts.cheapest(seconds=30, gap=0.0, start=small.plans[int(np.argmin(costs))])
    assert found is not None
    assert found.taken is not None
    assert found.bound == pytest.approx(min(costs), rel=1e-6, abs=1e-5)
    assert small.cost(found.taken) == pytest.approx(min(costs), rel=1e-6, abs=1e-5)


def asked(
    instance: Instance, starts: tuple[IntArray, ...] = (), prices: tuple[FloatArray, ...] = (), seconds: float = 4
) -> PlanFound:
    left_out = person_worth(instance)
    each = pair_worth(instance) + left_out[instance.impedance.rows]
    return search_plan(instance, each, left_out, time_limit_s=seconds, gap=0.0, starts=starts, prices=prices)


def with_rows(instance: Instance, factor: float) -> Instance:
    changes = instance.changes
    assert changes is not None
    return replace(instance, changes=replace(changes, most=changes.most * factor))


@pytest.mark.parametrize("seed", range(8))
def test_prices_and_plans_of_another_budget_are_of_use_and_do_no_harm(seed: int) -> None:
    instance = random_plan(seed)
    assert instance.changes is not None
    changes = replace(instance.changes, minimum=np.zeros(instance.changes.states))
    smaller = with_rows(replace(instance, changes=changes), 1.0)
    first = asked(smaller)
    for factor in (0.5, 2.0):
        larger = with_rows(smaller, factor)
        best = best_in_order(larger, ("generalised_cost",))
        starts = () if first.states is None else (first.states,)
        found = asked(larger, starts, first.prices)
        if best is None:
            assert found.states is None
            continue
        assert found.bound <= best[0] * (1 + 1e-7) + 1e-6
        assert found.cost >= best[0] * (1 - 1e-7) - 1e-6
        if factor > 1:
            assert found.cost <= first.cost * (1 + 1e-9)


def test_a_plan_that_is_known_counts_from_the_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the plans that are known the best that keeps the rows, where there is no time to look for any."""
    instance = random_plan(3)
    costs: dict[float, IntArray] = {}
    small = Small(3)
    for taken in small.plans:
        cost = small.cost(taken)
        if np.isfinite(cost):
            costs[cost] = small.changes.after(taken)
    monkeypatch.setattr(searching._Search, "_from_relaxations", lambda self: None)
    found = asked(instance, tuple(costs.values()))
    assert found.states is not None
    assert found.cost == pytest.approx(min(costs))
    tight = with_rows(instance, 0.0)
    assert tight.changes is not None
    kept = [taken for taken in small.plans if tight.changes.keeps(taken, slack=1e-7)]
    assert len(kept) < len(small.plans)
    poor = asked(tight, tuple(costs.values()))
    reached = [small.cost(taken) for taken in kept]
    assert poor.cost == pytest.approx(min(reached, default=np.inf))


def test_prices_of_other_points_are_not_used() -> None:
    instance = random_plan(1)
    plain, strange = asked(instance), asked(instance, prices=(np.ones(3),))
    assert strange.cost == pytest.approx(plain.cost)


def test_cuts_that_are_known_spare_the_relaxations(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same question again: proven from its prices alone."""
    for seed in SEEDS:
        instance = random_plan(seed)
        first = asked(instance)
        if first.states is None or first.cost - first.bound > 1e-7 * abs(first.cost):
            continue
        with monkeypatch.context() as patch:
            patch.setattr(searching._Search, "_from_relaxations", lambda self: pytest.fail("relaxed again"))
            again = asked(instance, (first.states,), first.prices)
        assert again.cost == pytest.approx(first.cost)
        return
    pytest.fail("no question was proven")
