"""Changes over periods: what does not fit together is refused, and the path of a plan is found again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

from siting.errors import InputError
from siting.instance.changes import NOT_IN_USE, Changes
from tests.layout.small import every_plan, random_plan


def given() -> Changes:
    changes = random_plan(0).changes
    assert changes is not None
    return changes


def twice(c: Changes) -> dict[str, Any]:
    rows = np.r_[np.arange(c.count), 0]
    parts = {name: getattr(c, name)[rows] for name in ("place", "period", "tail", "head", "cost")}
    return parts | {"rows": csr_array(c.rows[:, rows])}


WRONG = {
    "listed twice": twice,
    "do not fit together": lambda c: {"initial": np.roll(c.initial, 1)},
    "there must be 3 ids": lambda c: {"row_ids": ("one",)},
    r"changes.capacity.*the array must have the shape": lambda c: {"capacity": c.capacity[1:]},
}


@pytest.mark.parametrize("message", WRONG)
def test_what_does_not_fit_together_is_refused(message: str) -> None:
    with pytest.raises(InputError, match=f"(?s){message}"):
        replace(random_plan(0), changes=replace(given(), **WRONG[message](given())))


def test_kinds_without_capacity_are_refused() -> None:
    instance = random_plan(0, kinds=True)
    with pytest.raises(InputError, match="every kind of demand needs its capacity"):
        replace(instance, changes=given())
    with pytest.raises(InputError, match="every kind of demand needs its capacity"):
        replace(instance, demand_kind=np.full(instance.demand_count, 2))


@pytest.mark.parametrize("seed", range(4))
def test_the_changes_of_a_plan_are_those_that_lead_to_its_states(seed: int) -> None:
    instance = random_plan(seed)
    assert instance.changes is not None
    plans = every_plan(instance)
    assert plans
    for states, taken in plans:
        assert sorted(instance.changes.chosen(states)) == sorted(taken)
    with pytest.raises(KeyError):
        instance.changes.chosen(np.full(instance.site_count, NOT_IN_USE - 1))
