"""The question in both forms, asked through the whole of `solve`: plans worth the same, with and without Pyomo."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest

from siting.errors import InfeasibleError
from siting.formulation.blocks import REGISTER, constraint
from siting.formulation.compose import active_constraints, always_open, load_formulation
from siting.formulation.data import Data
from siting.formulation.decided import Decided
from siting.formulation.spec import Formulation
from siting.instance import Instance
from siting.solution import Status
from siting.solving import built
from siting.solving.built import Built, BuiltArrays, BuiltPyomo, build, settle
from siting.solving.optimise import solve
from siting.solving.solver import SolverOptions
from siting.verify.checks import nothing_more
from siting.verify.register import CHECKS
from tests.formulation.every_model import NEEDS, question
from tests.formulation.small import six_points


@contextmanager
def by_pyomo() -> Iterator[None]:
    """No block has an array form."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(built, "has_array_form", lambda names: False)
        yield


def build_both(formulation: Formulation, instance: Instance) -> tuple[Built, Built]:
    active = active_constraints(formulation, instance)
    arrays = build(formulation, active, instance)
    with by_pyomo():
        model = build(formulation, active, instance)
    assert isinstance(arrays, BuiltArrays)
    assert isinstance(model, BuiltPyomo)
    return arrays, model


def objectives(instance: Instance, formulation: Formulation) -> list[float | None] | None:
    try:
        outcome = solve(instance, formulation, diagnose=False).outcome
    except InfeasibleError:
        return None
    return [outcome.objective, *(then.objective for then in outcome.then)]


@pytest.mark.parametrize("model", sorted(NEEDS))
def test_solve_gives_the_same_with_and_without_pyomo(model: str) -> None:
    formulation = load_formulation(model)
    for seed in range(2):
        instance = question(model, seed, conditions=bool(seed) and "contiguous" not in model)
        found = objectives(instance, formulation)
        with by_pyomo():
            expected = objectives(instance, formulation)
        assert (found is None) == (expected is None)
        if found is not None:
            assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("model", sorted(NEEDS))
def test_a_plan_settles_to_the_same_values_in_both_forms(model: str) -> None:
    """The variables that follow from a plan, and those that do not, stand in the same order in both."""
    formulation, instance = load_formulation(model), question(model, 3)
    rng = np.random.default_rng(3)
    plan = Decided(
        instance,
        open=rng.random(instance.site_count) < 0.6,
        share=rng.random(instance.impedance.pair_count),
        servers=rng.integers(0, 3, instance.site_count) if "servers_at" in formulation.variables else None,
    )
    data = Data(instance, always_open(active_constraints(formulation, instance), instance))
    symbols = [REGISTER[name].symbols[0] for name in formulation.variables]
    found = []
    for form in build_both(formulation, instance):
        for symbol in symbols:
            assert np.isnan(form.values(symbol)).all()
            form.put(symbol, np.arange(form.values(symbol).size, dtype=float))
        settle(form, formulation, data, plan)
        assert [form.has(symbol) for symbol in ("x", "y", "no_such")] == ["x" in symbols, "y" in symbols, False]
        found.append((form.objective(), [form.values(symbol).tolist() for symbol in symbols]))
    assert found[0][1] == found[1][1]
    assert found[0][0] == pytest.approx(found[1][0], rel=1e-12)


def test_a_row_that_can_never_hold_is_infeasible() -> None:
    formulation = load_formulation("p_median")
    for existing, status in ((False, Status.OPTIMAL), (True, Status.INFEASIBLE)):
        instance = six_points(p=1, existing=[existing] * 6)  # one new site, where there may be none to open
        form = build(formulation, active_constraints(formulation, instance), instance)
        assert isinstance(form, BuiltArrays)
        assert form.solve(SolverOptions()).status is status


@pytest.mark.parametrize("seed", range(4))
def test_rows_held_back_and_a_start_do_not_change_the_optimum(seed: int) -> None:
    formulation, instance = load_formulation("capacitated_p_median"), question("capacitated_p_median", seed)
    values = []
    for hold_back in ((), ("assign_only_to_open",)):
        for form in build_both(formulation, instance):
            form.put("y", np.ones(instance.site_count))  # as a start of no use, but a start
            outcome = form.solve(SolverOptions(), use_start=not hold_back, hold_back=hold_back)
            values.append(outcome.objective)
            assert form.objective() == pytest.approx(outcome.objective, rel=1e-9)
    assert values == pytest.approx([values[0]] * 4, rel=1e-7)


def test_a_block_of_ones_own_is_asked_through_pyomo(monkeypatch: pytest.MonkeyPatch) -> None:
    for register in (REGISTER, CHECKS):  # restored at the end
        monkeypatch.setitem(register, "open_the_first_site", None)
        del register["open_the_first_site"]

    @constraint(symbols=("y",), zh="第一个地点开放")
    def open_the_first_site(model: Any, data: Data) -> Any:
        """The first site is open."""
        return pyo.Constraint(expr=model.y[0] == 1)

    CHECKS["open_the_first_site"] = ("第一个地点开放", "the first site is open", nothing_more)
    plain = load_formulation("p_median")
    own = plain.model_copy(update={"constraints": (*plain.constraints, "open_the_first_site")})
    instance = six_points(p=2)
    assert isinstance(build(own, active_constraints(own, instance), instance), BuiltPyomo)
    assert solve(instance, own).open[0]
    assert not solve(six_points(p=1), plain).open[0]
