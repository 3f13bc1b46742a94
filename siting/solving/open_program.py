"""A linear programme that stays open: rows are added, columns fixed, and each solve begins at the basis of the last.

For bounds by cutting planes and for branch and bound on them. `siting.solving.solver` is for programmes solved once.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any, Literal

import highspy
import numpy as np
from scipy.sparse import csr_array

from siting.formulation.program import Program
from siting.impedance import FloatArray, IntArray
from siting.solving.solver import QuietHighs, hand_over

State = Literal["optimal", "infeasible", "above_limit", "stopped"]


@dataclass(frozen=True, eq=False)
class Relaxed:
    """A solved linear programme.

    Attributes:
        state: `above_limit` where the optimum is proven to lie beyond the limit that was given.
        objective: the optimum; the bound reached where `above_limit`; else NaN.
        values: (n,) columns; empty unless optimal.
        reduced_costs: (n,); empty unless optimal.
        row_duals: (m,); empty unless optimal.
    """

    state: State
    objective: float
    values: FloatArray
    reduced_costs: FloatArray
    row_duals: FloatArray


class OpenProgram:
    """A linear programme in the solver's hands; whole columns are relaxed. Minimised programmes only."""

    def __init__(self, program: Program, *, seed: int = 0) -> None:
        """Hand over `program`.

        Raises:
            RuntimeError: the solver refuses it.
        """
        self._highs: Any = QuietHighs()  # type: ignore[no-untyped-call]
        settings: dict[str, bool | int | float | str] = {
            "output_flag": False,
            "threads": 1,
            "random_seed": seed,
            "presolve": "off",  # it would throw the basis away
            "solver": "simplex",
        }
        for key, value in settings.items():
            self._highs.setOptionValue(key, value)
        hand_over(self._highs, program, relaxed=True)

    @property
    def row_count(self) -> int:
        """m."""
        return int(self._highs.getNumRow())

    def add_rows(self, matrix: csr_array, lower: FloatArray, upper: FloatArray) -> None:
        """Add rows lower <= matrix x <= upper; `matrix` (rows, n)."""
        self._highs.addRows(
            matrix.shape[0],
            lower,
            upper,
            matrix.nnz,
            matrix.indptr[:-1].astype(np.int32),
            matrix.indices.astype(np.int32),
            np.asarray(matrix.data, dtype=np.float64),
        )

    def delete_rows(self, rows: IntArray) -> None:
        """Take these rows out; later ones move up."""
        if rows.size:
            self._highs.deleteRows(rows.size, rows.astype(np.int32))

    def bound_columns(self, columns: IntArray, lower: FloatArray, upper: FloatArray) -> None:
        """Set the bounds of these columns."""
        self._highs.changeColsBounds(columns.size, columns.astype(np.int32), lower, upper)

    def price_columns(self, columns: IntArray, cost: FloatArray) -> None:
        """Set the costs of these columns."""
        self._highs.changeColsCost(columns.size, columns.astype(np.int32), cost)

    def solve(self, *, limit: float = math.inf, end: float = math.inf) -> Relaxed:
        """The optimum, from the basis of the last solve.

        Args:
            limit: stop once the optimum is known to be larger.
            end: stop at this reading of `time.perf_counter`.
        """
        self._highs.setOptionValue("objective_bound", limit if math.isfinite(limit) else highspy.kHighsInf)
        left = end - time.perf_counter()
        passed = float(self._highs.getRunTime())  # the limit counts from the first run on
        self._highs.setOptionValue("time_limit", passed + max(left, 1e-6) if math.isfinite(end) else highspy.kHighsInf)
        self._highs.run()
        words, status = highspy.HighsModelStatus, self._highs.getModelStatus()
        nothing = np.zeros(0)
        if status == words.kOptimal:
            solution = self._highs.getSolution()
            return Relaxed(
                "optimal",
                float(self._highs.getInfo().objective_function_value),
                np.asarray(solution.col_value, dtype=np.float64),
                np.asarray(solution.col_dual, dtype=np.float64),
                np.asarray(solution.row_dual, dtype=np.float64),
            )
        if status == words.kObjectiveBound:
            return Relaxed("above_limit", limit, nothing, nothing, nothing)
        state: State = "infeasible" if status == words.kInfeasible else "stopped"
        return Relaxed(state, math.inf if state == "infeasible" else math.nan, nothing, nothing, nothing)
