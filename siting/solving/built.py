"""A question as the solver is asked it: as arrays, or as a Pyomo model where a block of the question has no array form.

Both give the same programme; benchmarks/hand_over.py measures how much sooner the arrays are there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from siting.events import Listener, silent
from siting.formulation.arrays import NamedProgram, build_program, has_array_form
from siting.formulation.blocks import REGISTER
from siting.formulation.compose import build_model
from siting.formulation.data import Data
from siting.formulation.decided import Decided
from siting.formulation.pyomo import pyo
from siting.formulation.spec import Formulation, Limit
from siting.impedance import FloatArray
from siting.instance import Instance
from siting.solution import Outcome
from siting.solving.solver import SolverOptions, solve_model, solve_program


class BuiltArrays:
    """The question as arrays."""

    def __init__(self, named: NamedProgram) -> None:
        self.named = named
        self._values = np.full(named.program.cost.size, np.nan)

    def has(self, symbol: str) -> bool:
        """Whether the model has the variable."""
        return symbol in self.named.columns

    def values(self, symbol: str) -> FloatArray:
        """The variable's values; NaN where there is none."""
        return self._values[self.named.columns[symbol]]

    def put(self, symbol: str, values: FloatArray) -> None:
        """Set the variable's values."""
        place = self.named.columns[symbol]
        assert values.shape == (place.stop - place.start,)
        self._values[place] = values

    def objective(self) -> float:
        """The objective of the values."""
        return self.named.program.value(self._values)

    def solve(
        self,
        options: SolverOptions,
        *,
        listener: Listener = silent,
        use_start: bool = False,
        hold_back: tuple[str, ...] = (),
    ) -> Outcome:
        """As `siting.solving.solver.solve_model`."""
        answer = solve_program(
            self.named.program,
            options,
            listener=listener,
            start=self._values if use_start else None,
            held_back=self.named.rows_of(hold_back) if hold_back else None,
        )
        if answer.values is not None:
            self._values = answer.values
        return answer.outcome


class BuiltPyomo:
    """The question as a Pyomo model."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def has(self, symbol: str) -> bool:
        """Whether the model has the variable."""
        return hasattr(self.model, symbol)

    def values(self, symbol: str) -> FloatArray:
        """The variable's values; NaN where there is none."""
        parts = getattr(self.model, symbol).values()
        return np.array([np.nan if part.value is None else part.value for part in parts], dtype=np.float64)

    def put(self, symbol: str, values: FloatArray) -> None:
        """Set the variable's values."""
        for part, value in zip(getattr(self.model, symbol).values(), values.tolist(), strict=True):
            part.set_value(value, skip_validation=True)

    def objective(self) -> float:
        """The objective of the values."""
        return float(pyo.value(self.model.objective))

    def solve(
        self,
        options: SolverOptions,
        *,
        listener: Listener = silent,
        use_start: bool = False,
        hold_back: tuple[str, ...] = (),
    ) -> Outcome:
        """As `siting.solving.solver.solve_model`."""
        return solve_model(self.model, options, listener=listener, use_start=use_start, hold_back=hold_back)


Built = BuiltArrays | BuiltPyomo
"""A model with values of its variables, each in the variable's own order."""


def build(
    formulation: Formulation,
    active: Sequence[str],
    instance: Instance,
    *,
    constant: float = 0.0,
    objective: str | None = None,
    limits: Sequence[Limit] = (),
) -> Built:
    """The question in the form that is there soonest; arguments as `build_model`, with the constraints that hold.

    Raises:
        InputError: as `build_model`.
    """
    names = (*formulation.variables, *active, objective or formulation.objective, *(m.objective for m in limits))
    if has_array_form(names):
        return BuiltArrays(build_program(formulation, instance, constant=constant, objective=objective, limits=limits))
    return BuiltPyomo(build_model(formulation, instance, constant=constant, objective=objective, limits=limits))


def settle(built: Built, formulation: Formulation, data: Data, plan: Decided) -> None:
    """Set the shares to the plan's, and the variables that follow from sites and shares to their best values."""
    if built.has("x"):
        built.put("x", plan.share)
    for name in formulation.variables:
        block = REGISTER[name]
        if block.settle is not None:
            built.put(block.symbols[0], np.atleast_1d(np.asarray(block.settle(data, plan), dtype=np.float64)))
