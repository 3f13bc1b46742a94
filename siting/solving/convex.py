"""Linear and convex quadratic programmes without whole columns, with the duals that certify their optimum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np

from siting.formulation.program import Program
from siting.impedance import FloatArray
from siting.solving.solver import QuietHighs, SolverOptions, hand_over

TIGHT = 1e-9  # primal and dual feasibility asked of the solver


@dataclass(frozen=True, eq=False)
class Convex:
    """The solver's answer; what it is worth is for `siting.rebalance.certify` and the like to find out.

    Attributes:
        values: (n,) columns.
        row_dual: (m,) duals of the rows, in the sign of HiGHS: by how much the objective rises with the row's bound.
        optimal: whether the solver says that it is an optimum.
    """

    values: FloatArray
    row_dual: FloatArray
    optimal: bool


def solve_convex(program: Program, hessian: FloatArray | None, options: SolverOptions) -> Convex | None:
    """Minimise cost x + x'Hx / 2 over the programme's rows and bounds; None where the solver has no solution.

    Args:
        program: to be minimised; whole columns count as continuous.
        hessian: (n, n) symmetric, positive semidefinite; None: a linear programme.

    Raises:
        RuntimeError: the solver refuses the programme, such as a Hessian that is not convex.
    """
    assert not program.maximise
    highspy.Highs.resetGlobalScheduler(True)  # else a change of the number of threads is refused
    highs: Any = QuietHighs()  # type: ignore[no-untyped-call]
    settings: dict[str, bool | int | float | str] = {
        "output_flag": False,
        "time_limit": float(options.time_limit_s),
        "threads": int(options.threads),
        "random_seed": int(options.seed),
        "primal_feasibility_tolerance": TIGHT,
        "dual_feasibility_tolerance": TIGHT,
    }
    for key, value in settings.items():
        highs.setOptionValue(key, value)
    hand_over(highs, program, relaxed=True)
    if hessian is not None and _pass_hessian(highs, hessian) == highspy.HighsStatus.kError:
        raise RuntimeError("HiGHS refused the Hessian")
    highs.run()
    solution = highs.getSolution()
    if not solution.value_valid:
        return None
    values = np.asarray(solution.col_value, dtype=np.float64)
    dual = np.asarray(solution.row_dual, dtype=np.float64) if solution.dual_valid else np.zeros(program.row_lower.size)
    return Convex(values, dual, bool(highs.getModelStatus() == highspy.HighsModelStatus.kOptimal))


def _pass_hessian(highs: Any, hessian: FloatArray) -> Any:
    """The lower triangle, by columns."""
    n = hessian.shape[0]
    column, row = np.triu_indices(n)  # of the transpose: by columns, rows ascending
    values = hessian[row, column]
    used = values != 0
    start = np.zeros(n + 1, dtype=np.int32)
    np.cumsum(np.bincount(column[used], minlength=n), out=start[1:])
    return highs.passHessian(
        n,
        int(used.sum()),
        int(highspy.HessianFormat.kTriangular),
        start,
        row[used].astype(np.int32),
        values[used].astype(np.float64),
    )
