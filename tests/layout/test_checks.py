"""Each check of a plan over periods is shown to fail on a plan that is wrong in just that way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from siting.formulation.compose import list_plan_models, load_formulation
from siting.instance import Instance
from siting.instance.changes import NOT_IN_USE, Changes
from siting.solution import Outcome, Solution
from siting.solving.optimise import solve
from siting.verify import verify
from tests.layout.small import random_plan

MODEL = load_formulation(list_plan_models()["fair_layout_plan"])
SEEDS = (0, 2, 3, 4)


@cache
def asked(seed: int) -> tuple[Instance, Solution]:
    instance = random_plan(seed, kinds=True)
    return instance, solve(instance, MODEL)


def failed(instance: Instance, solution: Solution) -> set[str]:
    return {check.name_en for check in verify(instance, MODEL, solution).failed}


def changed(instance: Instance, **numbers: Any) -> Instance:
    assert instance.changes is not None
    return replace(instance, changes=replace(instance.changes, **numbers))


def loads(instance: Instance, solution: Solution, kind: int | None = None) -> np.ndarray[Any, Any]:
    plan, people = solution.assignment, instance.demand
    if kind is not None:
        assert instance.demand_kind is not None
        people = np.where(instance.demand_kind == kind, people, 0.0)
    return np.bincount(plan.site_index, weights=people[plan.demand_index] * plan.share, minlength=instance.site_count)


def states(solution: Solution) -> np.ndarray[Any, Any]:
    assert solution.sizes is not None
    return solution.sizes


def busiest(instance: Instance, solution: Solution, kind: int | None = None) -> tuple[int, float]:
    """The state of the site to which most people go, and how many."""
    load = loads(instance, solution, kind)
    assert load.max() > 1
    return int(states(solution)[load.argmax()]), float(load.max())


def with_value(array: np.ndarray[Any, Any], place: Any, value: float) -> np.ndarray[Any, Any]:
    array = array.copy()
    array[place] = value
    return array


def smaller(instance: Instance, solution: Solution) -> Instance:
    assert instance.changes is not None
    state, load = busiest(instance, solution)
    return changed(instance, capacity=with_value(instance.changes.capacity, state, load - 1))


def asking_more(instance: Instance, solution: Solution) -> Instance:
    assert instance.changes is not None
    state, load = busiest(instance, solution)
    return changed(instance, minimum=with_value(instance.changes.minimum, state, load + 1))


def fewer_of_a_kind(instance: Instance, solution: Solution) -> Instance:
    assert instance.changes is not None
    assert instance.changes.kind_capacity is not None
    state, load = busiest(instance, solution, kind=0)
    return changed(instance, kind_capacity=with_value(instance.changes.kind_capacity, (state, 0), load - 0.5))


def tighter_row(instance: Instance, solution: Solution) -> Instance:
    assert instance.changes is not None
    values = row_values(instance.changes, solution)
    return changed(instance, most=with_value(instance.changes.most, 0, values[0] - 1))


def row_that_asks_for_more(instance: Instance, solution: Solution) -> Instance:
    assert instance.changes is not None
    values = row_values(instance.changes, solution)
    return changed(instance, least=with_value(instance.changes.least, 2, values[2] + 1), most=np.full(3, np.inf))


def row_values(changes: Changes, solution: Solution) -> np.ndarray[Any, Any]:
    taken = np.zeros(changes.count)
    taken[changes.chosen(states(solution))] = 1
    return changes.rows @ taken


HARDER: list[tuple[Callable[[Instance, Solution], Instance], str]] = [
    (smaller, "nothing holds more than its size"),
    (asking_more, "every open facility is used enough"),
    (fewer_of_a_kind, "nothing holds more of a kind than its size does"),
    (tighter_row, "budgets and all other sums are kept"),
    (row_that_asks_for_more, "budgets and all other sums are kept"),
]


@pytest.mark.parametrize(("harder", "message"), HARDER)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_plan_that_keeps_not_what_is_asked_is_caught(
    seed: int, harder: Callable[[Instance, Solution], Instance], message: str
) -> None:
    instance, solution = asked(seed)
    assert failed(instance, solution) == set()
    assert failed(harder(instance, solution), solution) == {message}


@pytest.mark.parametrize("seed", SEEDS)
def test_any_other_state_of_any_place_is_caught(seed: int) -> None:
    instance, solution = asked(seed)
    assert instance.changes is not None
    for j in range(instance.site_count):
        for state in range(NOT_IN_USE, instance.changes.states + 1):
            if state != states(solution)[j]:
                assert failed(instance, replace(solution, sizes=with_value(states(solution), j, state)))
    there = int(np.flatnonzero(solution.open)[0])
    elsewhere = int(np.flatnonzero(instance.changes.state_place != instance.changes.site_place[there])[0])
    moved = replace(solution, sizes=with_value(states(solution), there, elsewhere))
    assert "every place passes by changes that there are" in failed(instance, moved)
    assert "every place passes by changes that there are" in failed(instance, replace(solution, sizes=None))


def test_a_change_that_there_is_not_is_caught() -> None:
    instance, solution = asked(0)
    changes = instance.changes
    assert changes is not None
    first = changes.chosen(states(solution))[0]
    rest = np.delete(np.arange(changes.count), first)
    parts = {name: getattr(changes, name)[rest] for name in ("place", "period", "tail", "head", "cost")}
    found = failed(changed(instance, **parts, rows=changes.rows[:, rest]), solution)
    assert "every place passes by changes that there are" in found


@pytest.mark.parametrize("seed", SEEDS)
def test_a_site_that_is_open_and_not_in_use_is_caught(seed: int) -> None:
    instance, solution = asked(seed)
    closed = np.flatnonzero(~solution.open)
    assert closed.size
    opened = replace(solution, open=with_value(solution.open, closed[0], True))
    assert failed(instance, opened) == {"what is in use is open, and nothing else"}


@pytest.mark.parametrize("place", range(len(MODEL.objectives)))
@pytest.mark.parametrize("seed", SEEDS)
def test_another_value_of_any_objective_is_caught(seed: int, place: int) -> None:
    instance, solution = asked(seed)
    outcome = solution.outcome

    def worse(one: Outcome) -> Outcome:
        return replace(one, objective=(one.objective or 0.0) + 0.01)

    if place == 0:
        wrong = replace(worse(outcome), then=outcome.then)
    else:
        then = [worse(one) if number == place else one for number, one in enumerate(outcome.then, start=1)]
        wrong = replace(outcome, then=tuple(then))
    found = verify(instance, MODEL, replace(solution, outcome=wrong)).failed
    assert [(check.name_en, check.block) for check in found] == [
        ("the objective is derived anew", MODEL.objectives[place])
    ]


def test_changes_and_kinds_that_the_model_ignores_are_caught() -> None:
    instance, solution = asked(0)
    for block in ("keep_change_rows", "respect_kind_capacity"):
        careless = MODEL.model_copy(
            update={
                "constraints": tuple(name for name in MODEL.constraints if name != block),
                "optional": tuple(name for name in MODEL.optional if name != block),
            }
        )
        found = verify(instance, careless, solution).failed
        assert [(check.name_en, check.detail) for check in found] == [("no condition was ignored", block)]
