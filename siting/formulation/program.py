"""A model as arrays: a (mixed-integer) linear programme, compiled from Pyomo or made otherwise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from siting.errors import fail
from siting.formulation.pyomo import pyo
from siting.impedance import BoolArray, FloatArray

BROKEN = 1e-5  # a row counts as broken by more than this times its largest coefficient


@dataclass(frozen=True, eq=False)
class Program:
    """Minimise (or maximise) cost x + offset with row_lower <= matrix x <= row_upper, lower <= x <= upper.

    Attributes:
        whole: (n,) columns that must be whole numbers.
        matrix: (m, n), compressed by rows.
    """

    cost: FloatArray
    offset: float
    maximise: bool
    lower: FloatArray
    upper: FloatArray
    whole: BoolArray
    matrix: csr_array
    row_lower: FloatArray
    row_upper: FloatArray

    @property
    def sense(self) -> str:
        """`minimize` or `maximize`."""
        return "maximize" if self.maximise else "minimize"

    def value(self, x: FloatArray) -> float:
        """The objective at `x`."""
        return float(self.cost @ x) + self.offset

    def broken(self, x: FloatArray) -> BoolArray:
        """(m,) rows that `x` breaks by more than the solver's arithmetic explains."""
        mask: BoolArray = self.excess(x) > BROKEN * self._scale
        return mask

    def better(self, x: FloatArray, other: FloatArray) -> bool:
        """Whether the objective at `x` beats that at `other`."""
        return self.value(x) > self.value(other) if self.maximise else self.value(x) < self.value(other)

    @cached_property
    def _scale(self) -> FloatArray:
        """(m,) the largest coefficient of each row, 1 at least: a whole column off by a hair counts so much."""
        largest = np.ones(self.row_lower.size)
        np.maximum.at(largest, np.repeat(np.arange(largest.size), np.diff(self.matrix.indptr)), abs(self.matrix.data))
        return largest

    def excess(self, x: FloatArray) -> FloatArray:
        """(m,) by how much each row is broken at `x`."""
        value = self.matrix @ x
        over: FloatArray = np.maximum(np.maximum(value - self.row_upper, self.row_lower - value), 0.0)
        return over


@dataclass(frozen=True, eq=False)
class Compiled:
    """A programme with the Pyomo objects behind it.

    Attributes:
        variables: Pyomo variable of each column.
        row_block: name of the constraint block of each row.
        row_index: index of each row within its block, None where the block is a single row.
    """

    program: Program
    variables: list[Any]
    row_block: list[str]
    row_index: list[Any]

    def rows_of(self, blocks: tuple[str, ...]) -> BoolArray:
        """(m,) rows of these constraint blocks."""
        return np.array([name in blocks for name in self.row_block], dtype=bool)

    def values(self) -> FloatArray:
        """(n,) the variables' present values, NaN where there is none."""
        return np.array([math.nan if v.value is None else v.value for v in self.variables], dtype=np.float64)

    def load(self, values: FloatArray) -> None:
        """Set the variables, whole ones to whole numbers."""
        for variable, value, whole in zip(self.variables, values.tolist(), self.program.whole.tolist(), strict=True):
            variable.set_value(round(value) if whole else value, skip_validation=True)


def is_maximise(model: Any) -> bool:
    """Whether a Pyomo model's objective is to be maximised."""
    goal = next(model.component_data_objects(pyo.Objective, active=True))
    return bool(goal.sense == pyo.maximize)


def compile_model(model: Any) -> Compiled | None:
    """The arrays of a Pyomo model; None where a constraint without variables can never hold.

    Raises:
        InputError: a coefficient or right-hand side is not a finite number.
    """
    from pyomo.common.errors import InfeasibleConstraintException
    from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

    try:
        form = LinearStandardFormCompiler().write(model, mixed_form=True, set_sense=None)
    except InfeasibleConstraintException:
        return None
    variables = list(form.columns)
    matrix = form.A.tocsr()
    cost = np.asarray(form.c.todense(), dtype=np.float64).reshape(-1)
    right = np.asarray(form.rhs, dtype=np.float64)
    require_finite(cost, matrix.data, right)
    kind = np.array([row.bound_type for row in form.rows], dtype=np.int64)  # -1: >=, 0: =, 1: <=
    program = Program(
        cost=cost,
        offset=float(form.c_offset[0]),
        maximise=is_maximise(model),
        lower=_bounds([v.lb for v in variables], -math.inf),
        upper=_bounds([v.ub for v in variables], math.inf),
        whole=np.array([not v.is_continuous() for v in variables], dtype=bool),
        matrix=csr_array(matrix),
        row_lower=np.where(kind == 1, -math.inf, right),
        row_upper=np.where(kind == -1, math.inf, right),
    )
    constraints = [row.constraint for row in form.rows]
    blocks = [constraint.parent_component().local_name for constraint in constraints]
    return Compiled(program, variables, blocks, [constraint.index() for constraint in constraints])


def require_finite(cost: FloatArray, coefficients: FloatArray, right: FloatArray) -> None:
    """Refuse a programme that contains something else than numbers.

    Raises:
        InputError: naming the part.
    """
    for name, numbers in (("objective", cost), ("constraints", coefficients), ("right-hand sides", right)):
        if not np.isfinite(numbers).all():
            fail("模型系数中有非数值（NaN 或无穷大）", "a coefficient of the model is not a finite number", column=name)


def _bounds(values: list[float | None], default: float) -> FloatArray:
    return np.array([default if v is None else v for v in values], dtype=np.float64)
