"""The search at the size of a county, on questions small enough to try every plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from siting.files import resources
from siting.formulation.compose import load_formulation
from siting.formulation.data import pair_worth, person_worth
from siting.instance import Instance
from siting.search.multiperiod.plans import search_plan
from siting.solution import Assignment, Outcome, Solution, Status
from siting.verify import verify
from tests.layout.small import best_in_order, random_plan

MODEL = load_formulation(resources.models() / "plans" / "weighted_layout_plan.toml")


def without_minima(seed: int, *, kinds: bool = False) -> Instance:
    instance = random_plan(seed, kinds=kinds)
    assert instance.changes is not None
    changes = replace(instance.changes, minimum=np.zeros(instance.changes.states))
    return replace(instance, changes=changes)


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
