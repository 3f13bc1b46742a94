"""The plan over periods against every plan of small instances, and its array form against its Pyomo form."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from siting.errors import InfeasibleError
from siting.files import resources
from siting.formulation.arrays import build_program
from siting.formulation.compose import build_model, load_formulation
from siting.formulation.program import compile_model
from siting.formulation.spec import Formulation
from siting.solving.optimise import solve
from siting.solving.solver import SolverOptions
from tests.county.small import best_in_order, random_plan

PLANS = ("layout_plan", "fair_layout_plan", "weighted_layout_plan")


def plan_model(name: str) -> Formulation:
    return load_formulation(resources.models() / "plans" / f"{name}.toml")


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


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("seed", range(3))
def test_arrays_say_what_pyomo_says(seed: int, name: str) -> None:
    instance, model = random_plan(seed, kinds=True), plan_model(name)
    for objective in model.objectives:
        arrays = build_program(model, instance, objective=objective)
        compiled = compile_model(build_model(model, instance, objective=objective))
        assert compiled is not None
        program, other = arrays.program, compiled.program
        assert program.row_lower.size == other.row_lower.size
        assert abs(program.matrix).sum() == pytest.approx(abs(other.matrix).sum())
        assert np.sort(program.row_lower) == pytest.approx(np.sort(other.row_lower))
        assert np.sort(program.row_upper) == pytest.approx(np.sort(other.row_upper))
        assert program.offset == pytest.approx(other.offset)


def test_a_budget_below_the_obligatory_openings_is_impossible() -> None:
    instance = random_plan(3)
    assert instance.changes is not None
    rows = replace(instance.changes, most=np.full(instance.changes.most.size, -1.0))
    with pytest.raises(InfeasibleError):
        solve(replace(instance, changes=rows), plan_model("layout_plan"), diagnose=False)
