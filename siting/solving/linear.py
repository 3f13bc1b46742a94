"""Linear relaxations: their values and prices."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np

from siting.formulation.program import Program
from siting.impedance import FloatArray
from siting.machine.interrupt import stoppable
from siting.solving.solver import QuietHighs, hand_over, heed

ROUGH = 1e-3  # relative accuracy of rough prices
LARGE = 200_000  # entries of the matrix, from which the simplex method takes longer


@dataclass(frozen=True, eq=False)
class Relaxed:
    """The optimum of a programme's linear relaxation.

    Attributes:
        values: (n,) of the columns.
        prices: (m,) what one more of each row's bound would add to the objective.
        reduced: (n,) what one more of each column would add to it.
    """

    objective: float
    values: FloatArray
    prices: FloatArray
    reduced: FloatArray


def relax(program: Program, *, time_limit_s: float = math.inf, roughly: bool = False) -> Relaxed | None:
    """Solve the linear relaxation; None where it has no optimum, or none was found in time or before Ctrl-C.

    Args:
        roughly: a large programme by the primal-dual hybrid gradient method, to a relative accuracy of `ROUGH`: prices
            that bound as well as exact ones, in a fraction of the time.

    Source: Applegate et al. (2021), Practical large-scale linear programming using primal-dual hybrid gradient,
    NeurIPS 34.
    """
    highs: Any = QuietHighs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)  # of which the gradient method heeds no other
    if math.isfinite(time_limit_s):
        highs.setOptionValue("time_limit", max(time_limit_s, 0.01))
    by_gradients = roughly and program.matrix.nnz > LARGE
    if by_gradients:
        highs.setOptionValue("solver", "pdlp")
        for option in ("kkt_tolerance", "pdlp_optimality_tolerance"):
            highs.setOptionValue(option, ROUGH)
    hand_over(highs, program, relaxed=True)
    with stoppable() as asked:
        heed(highs, asked)
        if not by_gradients:
            highs.run()
        elif not _run_aside(highs, asked):
            return None
    info = highs.getInfo()
    ended = highs.getModelStatus()
    rough = (
        by_gradients and ended == highspy.HighsModelStatus.kUnknown
    )  # within its accuracy, not within that of others
    if not (ended == highspy.HighsModelStatus.kOptimal or rough):
        return None
    solution = highs.getSolution()
    arrays = [np.asarray(part, dtype=np.float64) for part in (solution.col_value, solution.row_dual, solution.col_dual)]
    if not all(np.isfinite(part).all() for part in arrays):
        return None
    return Relaxed(float(info.objective_function_value), *arrays)


def _run_aside(highs: Any, asked: threading.Event) -> bool:
    """Run a solver that asks nobody whether to stop; whether it came to its end before `asked` was set."""
    running = threading.Thread(target=highs.run, daemon=True)
    running.start()
    while running.is_alive() and not asked.is_set():
        running.join(0.1)
    return not running.is_alive()
