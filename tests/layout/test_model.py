"""The plan over periods against every plan of small instances."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from siting.errors import InfeasibleError
from siting.formulation.compose import list_plan_models, load_formulation
from siting.formulation.spec import Formulation
from siting.solving.optimise import solve
from siting.solving.solver import SolverOptions
from tests.layout.small import best_in_order, random_plan

PLANS = tuple(list_plan_models())


def plan_model(name: str) -> Formulation:
    return load_formulation(list_plan_models()[name])


@pytest.mark.parametrize("kinds", [False, True])
@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("seed", range(8))
def test_best_of_every_plan(seed: int, name: str, kinds: bool) -> None:
    instance, model = random_plan(seed, kinds=kinds), plan_model(name)
    expected = best_in_order(instance, model.objectives)
    if expected is None:
        with pytest.raises(InfeasibleError):
            solve(instance, model, diagnose=False)
        return
    solution = solve(instance, model, SolverOptions(time_limit_s=60))
    found = [outcome.objective for outcome in (solution.outcome, *solution.outcome.then)]
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-3)


def test_a_budget_below_the_obligatory_openings_is_impossible() -> None:
    instance = random_plan(3)
    assert instance.changes is not None
    rows = replace(instance.changes, most=np.full(instance.changes.most.size, -1.0))
    with pytest.raises(InfeasibleError):
        solve(replace(instance, changes=rows), plan_model("layout_plan"), diagnose=False)
