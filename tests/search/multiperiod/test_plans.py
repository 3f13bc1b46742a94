"""The search at the size of a county, on questions small enough to try every plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from siting.files import resources
from siting.formulation.compose import load_formulation
from siting.formulation.data import pair_worth, person_worth
from siting.instance import Instance
from siting.search.multiperiod.adapter import kinds_are_apart, pose
from siting.search.multiperiod.bundle import bundle, flows_of
from siting.search.multiperiod.merge import Merged
from siting.search.multiperiod.plans import search_plan
from siting.search.multiperiod.transport import PeriodTransport
from siting.solution import Assignment, Outcome, Solution, Status
from siting.solving.solver import SolverOptions, solve_program
from siting.verify import verify
from tests.layout.small import best_in_order, random_plan

MODEL = load_formulation(resources.models() / "plans" / "weighted_layout_plan.toml")


def without_minima(seed: int, *, kinds: bool = False) -> Instance:
    instance = random_plan(seed, kinds=kinds)
    assert instance.changes is not None
    changes = replace(instance.changes, minimum=np.zeros(instance.changes.states))
    return replace(instance, changes=changes)


@pytest.mark.parametrize("seed", range(16))
def test_the_merged_programme_costs_no_less_than_the_transport(seed: int) -> None:
    """Points that are merged share their fate, which cannot cost less than each at its best."""
    instance = random_plan(seed, kinds=True, rows=False)
    changes = instance.changes
    assert changes is not None
    assert changes.kind_capacity is not None
    half = np.where(np.arange(changes.states) % 2 == 0, np.inf, changes.kind_capacity[:, 0])
    kinds = np.c_[half, np.full(changes.states, np.inf)]
    changes = replace(changes, kind_capacity=kinds, minimum=np.zeros(changes.states))
    instance = replace(instance, changes=changes)
    left_out = person_worth(instance)
    each = pair_worth(instance)
    posed = pose(instance, each, left_out, rows=np.zeros(changes.least.size, dtype=bool))
    one = np.arange(instance.demand_count)
    flows = flows_of(
        posed, Merged(one, one.size), np.zeros(one.size, dtype=np.int64), posed.initial > 0, nearest=99, today_nearest=9
    )
    made = bundle(
        posed,
        changes,
        flows,
        np.ones(changes.places, dtype=bool),
        np.zeros(0, dtype=np.int64),
        np.zeros(0),
        np.zeros(0),
    )
    answer = solve_program(made.program, SolverOptions(time_limit_s=30))
    assert answer.values is not None
    taken = made.flags(answer.values, changes.count)
    states = np.full(instance.site_count, -1)
    states[changes.site[taken]] = changes.head[taken]
    cost = PeriodTransport(posed.problem).to(posed.in_use(changes, states)) + changes.cost[taken].sum()
    assert answer.outcome.objective == pytest.approx(cost)


@pytest.mark.parametrize("seed", range(30))
def test_bound_and_plan_hold(seed: int) -> None:
    instance = without_minima(seed)
    best = best_in_order(instance, ("generalised_cost",))
    left_out = person_worth(instance)
    each = pair_worth(instance) + left_out[instance.impedance.rows]
    found = search_plan(instance, each, left_out, time_limit_s=10, gap=0.0)
    if best is None:
        assert found.states is None
        return
    assert found.bound <= best[0] * (1 + 1e-7) + 1e-7
    if found.states is None:
        return  # the rows were met by none of the plans that it looked at: the solver is asked then
    assert found.cost >= best[0] * (1 - 1e-7) - 1e-7
    assert found.share is not None
    used = np.flatnonzero(found.share > 1e-9)
    matrix = instance.impedance
    assignment = Assignment(matrix.rows[used], matrix.indices[used], found.share[used])
    outcome = Outcome(Status.TIME_LIMIT, found.cost, found.bound, "minimize", 0.0, "", "", 0, 1)
    solution = Solution(MODEL.id, found.states >= 0, assignment, outcome, sizes=found.states)
    checked = verify(instance, MODEL, solution)
    assert checked.ok, checked.failed


def test_most_plans_are_the_best() -> None:
    hits, asked = 0, 0
    for seed in range(30):
        instance = without_minima(seed)
        best = best_in_order(instance, ("generalised_cost",))
        left_out = person_worth(instance)
        each = pair_worth(instance) + left_out[instance.impedance.rows]
        found = search_plan(instance, each, left_out, time_limit_s=10, gap=0.0)
        if best is None:
            continue
        asked += 1
        hits += found.cost <= best[0] * (1 + 1e-6) + 1e-6
    assert hits >= 0.8 * asked


def test_kinds_that_share_a_room_otherwise_are_left_to_the_solver() -> None:
    """People of no kind where the first kind is bounded, and kinds whose rooms together exceed that of all."""
    instance = without_minima(3, kinds=True)
    changes, kind = instance.changes, instance.demand_kind
    assert changes is not None
    assert kind is not None
    assert changes.kind_capacity is not None
    wide = np.full_like(changes.kind_capacity, np.inf)
    told = replace(instance, changes=replace(changes, kind_capacity=wide, capacity=np.full(changes.states, np.inf)))
    assert kinds_are_apart(told)
    assert told.changes is not None
    narrow = wide.copy()
    narrow[:, 0] = 1.0
    held = replace(told, changes=replace(told.changes, kind_capacity=narrow), demand_kind=np.full(kind.size, -1))
    assert not kinds_are_apart(held)
    both = np.arange(kind.size) % 2
    shared = replace(told, changes=replace(told.changes, kind_capacity=narrow, capacity=np.full(changes.states, 1.5)))
    assert not kinds_are_apart(replace(shared, demand_kind=both))
    assert kinds_are_apart(replace(shared, demand_kind=np.ones(kind.size, dtype=np.int64)))
