"""The one door to HiGHS: a Pyomo model and limits in, an outcome with its certificate out.

The model is compiled to matrices once (`LinearStandardFormCompiler`) and handed over as arrays, which is
twice as fast as Pyomo's own interface and gives typed status, bound, progress and MIP starts.
"""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import highspy
import numpy as np
import pyomo.environ as pyo
from pyomo.common.errors import InfeasibleConstraintException
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from siting.errors import fail
from siting.events import Event, Listener, silent
from siting.impedance import FloatArray
from siting.solution import Outcome, Status

SMALLEST_GAP = 1e-7  # asked of the solver for "proven": below PROVEN_GAP, above the noise of its arithmetic
SECONDS_BETWEEN_EVENTS = 0.5


@dataclass(frozen=True)
class SolverOptions:
    """Limits of one solve.

    Attributes:
        time_limit_s: wall-clock seconds of the solver alone.
        gap: relative gap at which it may stop; 0 asks for proof.
        threads: at most this many; the same seed gives the same plan with 1.
        seed: of the solver's random choices.
    """

    time_limit_s: float = 60.0
    gap: float = 0.0
    threads: int = 1
    seed: int = 0


class QuietHighs(highspy.Highs):
    """HiGHS without its banner, which it prints when callbacks are first enabled."""

    def enableCallbacks(self) -> None:  # noqa: N802
        """Turn the console off before anything is said."""
        self.setOptionValue("log_to_console", False)
        super().enableCallbacks()  # type: ignore[no-untyped-call]


@cache
def solver_version() -> str:
    """Version of HiGHS."""
    return str(QuietHighs().version())  # type: ignore[no-untyped-call]


def solve_model(
    model: Any,
    options: SolverOptions = SolverOptions(),
    *,
    listener: Listener = silent,
    use_start: bool = False,
) -> Outcome:
    """Solve a Pyomo model; where there is a solution, the variables hold it afterwards.

    Args:
        use_start: hand the variables' present values to the solver as a first solution.

    Integer variables come back as whole numbers. Ctrl-C stops the search and gives the best solution so far.

    Raises:
        InputError: a coefficient that is not a number.
        RuntimeError: the solver refuses the model.
    """
    form = _compile(model)
    sense = "maximize" if _is_maximise(model) else "minimize"
    if form is None:
        return _outcome(Status.INFEASIBLE, None, None, sense, 0.0, options)
    problem, columns = form
    highs = _open_solver(options)
    if highs.passModel(problem) == highspy.HighsStatus.kError:
        raise RuntimeError("HiGHS refused the model")
    if use_start:
        _pass_start(highs, columns)
    begin = time.perf_counter()
    _report_progress(highs, listener, begin)
    with _stopped_by_ctrl_c(highs):
        highs.run()
        if highs.getModelStatus() == highspy.HighsModelStatus.kUnboundedOrInfeasible:
            highs.setOptionValue("presolve", "off")  # decides which of the two
            highs.run()
    seconds = time.perf_counter() - begin
    status, objective, bound = _read(highs, problem)
    if objective is not None:
        _load(highs, problem, columns)
    nodes = max(0, int(highs.getInfo().mip_node_count))
    return _outcome(status, objective, bound, sense, seconds, options, nodes)


def _outcome(
    status: Status,
    objective: float | None,
    bound: float | None,
    sense: str,
    seconds: float,
    options: SolverOptions,
    nodes: int = 0,
) -> Outcome:
    return Outcome(
        status=status,
        objective=objective,
        bound=bound,
        sense=sense,
        seconds=seconds,
        solver="HiGHS",
        version=solver_version(),
        seed=options.seed,
        threads=options.threads,
        nodes=nodes,
    )


def _is_maximise(model: Any) -> bool:
    goal = next(model.component_data_objects(pyo.Objective, active=True))
    return bool(goal.sense == pyo.maximize)


def _compile(model: Any) -> tuple[highspy.HighsLp, list[Any]] | None:
    """Matrices of the model, and its variables in column order; None where a constraint can never hold."""
    try:
        form = LinearStandardFormCompiler().write(model, mixed_form=True, set_sense=None)
    except InfeasibleConstraintException:
        return None
    matrix = form.A.tocsc()
    cost = np.asarray(form.c.todense(), dtype=np.float64).reshape(-1)
    columns = list(form.columns)
    problem = highspy.HighsLp()
    problem.num_col_ = len(columns)
    problem.num_row_ = len(form.rows)
    problem.sense_ = highspy.ObjSense.kMaximize if _is_maximise(model) else highspy.ObjSense.kMinimize
    problem.offset_ = float(form.c_offset[0])
    problem.col_cost_ = cost
    problem.col_lower_ = _bounds([v.lb for v in columns], -math.inf)
    problem.col_upper_ = _bounds([v.ub for v in columns], math.inf)
    rhs = np.asarray(form.rhs, dtype=np.float64)
    kind = np.array([row.bound_type for row in form.rows], dtype=np.int64)  # -1: >=, 0: =, 1: <=
    problem.row_lower_ = np.where(kind == 1, -math.inf, rhs)
    problem.row_upper_ = np.where(kind == -1, math.inf, rhs)
    problem.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    problem.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    problem.a_matrix_.index_ = matrix.indices.astype(np.int32)
    problem.a_matrix_.value_ = matrix.data.astype(np.float64)
    if any(not v.is_continuous() for v in columns):
        whole, free = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
        problem.integrality_ = [free if v.is_continuous() else whole for v in columns]
    for name, numbers in (("objective", cost), ("constraints", matrix.data), ("right-hand sides", rhs)):
        if not np.isfinite(numbers).all():
            fail(
                "模型系数中有非数值(NaN 或无穷大)",
                "a coefficient of the model is not a finite number",
                column=name,
            )
    return problem, columns


def _bounds(values: list[float | None], default: float) -> FloatArray:
    return np.array([default if v is None else v for v in values], dtype=np.float64)


def _open_solver(options: SolverOptions) -> Any:
    highspy.Highs.resetGlobalScheduler(True)  # else a change of the number of threads is refused
    highs: Any = QuietHighs()  # type: ignore[no-untyped-call]
    settings: dict[str, bool | int | float | str] = {
        "output_flag": True,  # progress events need it; nothing reaches the console or a file
        "log_file": "",
        "time_limit": float(options.time_limit_s),
        "threads": int(options.threads),
        "random_seed": int(options.seed),
        "mip_rel_gap": max(float(options.gap), SMALLEST_GAP),
        "mip_feasibility_tolerance": 1e-7,
    }
    for key, value in settings.items():
        highs.setOptionValue(key, value)
    return highs


def _pass_start(highs: Any, columns: list[Any]) -> None:
    known = [(k, v.value) for k, v in enumerate(columns) if v.value is not None]
    if known:
        index, value = zip(*known, strict=True)
        highs.setSolution(len(known), np.array(index, dtype=np.int32), np.array(value, dtype=np.float64))


def _report_progress(highs: Any, listener: Listener, begin: float) -> None:
    if listener is silent:
        return
    last = [0.0]

    def report(event: Any) -> None:
        now = time.perf_counter()
        if now - last[0] < SECONDS_BETWEEN_EVENTS:
            return
        last[0] = now
        out = event.data_out
        best = _finite(out.mip_primal_bound)
        bound = _finite(out.mip_dual_bound)
        gap = abs(best - bound) / max(abs(best), 1e-9) if best is not None and bound is not None else None
        listener(
            Event(
                "solve",
                "progress",
                "求解中:尚无可证明的差距" if gap is None else f"求解中:与最优相差不超过 {100 * gap:.2f}%",
                "solving: no proven gap yet" if gap is None else f"solving: within {100 * gap:.2f} % of optimal",
                seconds=now - begin,
                data={"incumbent": best, "bound": bound, "gap": gap, "nodes": int(out.mip_node_count)},
            )
        )

    highs.cbMipLogging.subscribe(report)


@contextmanager
def _stopped_by_ctrl_c(highs: Any) -> Iterator[None]:
    """Ctrl-C asks the solver to stop at its next check, in place of tearing it down half-way."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked = threading.Event()

    def check(event: Any) -> None:
        if asked.is_set():
            event.interrupt()

    for callback in (highs.cbMipInterrupt, highs.cbSimplexInterrupt, highs.cbIpmInterrupt):
        callback.subscribe(check)
    before = signal.signal(signal.SIGINT, lambda number, frame: asked.set())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) and abs(value) < 1e300 else None


def _read(highs: Any, problem: highspy.HighsLp) -> tuple[Status, float | None, float | None]:
    """Status, objective and bound in this program's words."""
    words = highspy.HighsModelStatus
    status, info = highs.getModelStatus(), highs.getInfo()
    found = info.primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible)
    value = _finite(info.objective_function_value) if found else None
    mixed = len(problem.integrality_) > 0
    bound = _finite(info.mip_dual_bound) if mixed else None
    if status in (words.kOptimal, words.kModelEmpty):
        value = float(problem.offset_) if status == words.kModelEmpty else value
        return Status.OPTIMAL, value, bound if mixed and bound is not None else value
    if status == words.kInfeasible:
        return Status.INFEASIBLE, None, None
    stopped = (words.kTimeLimit, words.kInterrupt, words.kIterationLimit, words.kSolutionLimit)
    if status in stopped:
        return (Status.TIME_LIMIT, value, bound) if value is not None else (Status.NO_SOLUTION, None, bound)
    return Status.ERROR, None, None


def _load(highs: Any, problem: highspy.HighsLp, columns: list[Any]) -> None:
    values = np.asarray(highs.getSolution().col_value, dtype=np.float64)
    for variable, value in zip(columns, values.tolist(), strict=True):
        variable.set_value(value if variable.is_continuous() else round(value), skip_validation=True)
