"""The one door to HiGHS: a programme and limits in, an outcome with its certificate out.

Arrays are handed over as they are; a Pyomo model is compiled to arrays first, which is twice as fast as Pyomo's own
interface and gives typed status, bound, progress and MIP starts.
"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass
from functools import cache
from typing import Any

import highspy
import numpy as np

from siting.events import Event, Listener, silent
from siting.formulation.program import Program, compile_model, is_maximise
from siting.impedance import BoolArray, FloatArray
from siting.machine.interrupt import stoppable
from siting.solution import Outcome, Status
from siting.solving.rounds import Relaxation

SMALLEST_GAP = 1e-7  # asked of the solver for "proven": below PROVEN_GAP, above the noise of its arithmetic
SECONDS_BETWEEN_EVENTS = 0.5


@dataclass(frozen=True)
class SolverOptions:
    """Limits of one solve.

    Attributes:
        time_limit_s: wall-clock seconds of the solver alone.
        gap: relative gap at which it may stop; 0 asks for proof.
        threads: at most this many; the same seed gives the same plan with 1, unless the clock stops the search.
        seed: of the solver's random choices.
        node_limit: of the branch and bound; stops at the same plan in every run, unlike the clock. None: no limit.
    """

    time_limit_s: float = 60.0
    gap: float = 0.0
    threads: int = 1
    seed: int = 0
    node_limit: int | None = None


@dataclass(frozen=True, eq=False)
class Answer:
    """The outcome and the values of the columns, None where there is no solution."""

    outcome: Outcome
    values: FloatArray | None


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
    hold_back: tuple[str, ...] = (),
) -> Outcome:
    """Solve a Pyomo model; where there is a solution, the variables hold it afterwards.

    Args:
        use_start: hand the variables' present values to the solver as a first solution.
        hold_back: constraint blocks whose rows are handed over only where they would be broken, as in
            `solve_program`.

    Integer variables come back as whole numbers.

    Raises:
        InputError: a coefficient that is not a number.
        RuntimeError: the solver refuses the model.
    """
    compiled = compile_model(model)
    if compiled is None:
        sense = "maximize" if is_maximise(model) else "minimize"
        return _outcome(Status.INFEASIBLE, None, None, sense, 0.0, options)
    answer = solve_program(
        compiled.program,
        options,
        listener=listener,
        start=compiled.values() if use_start else None,
        held_back=compiled.rows_of(hold_back) if hold_back else None,
    )
    if answer.values is not None:
        compiled.load(answer.values)
    return answer.outcome


def solve_program(
    program: Program,
    options: SolverOptions = SolverOptions(),
    *,
    listener: Listener = silent,
    start: FloatArray | None = None,
    held_back: BoolArray | None = None,
) -> Answer:
    """Solve a programme. Ctrl-C stops the search and gives the best solution so far.

    Args:
        start: (n,) a first solution or part of one, NaN where unknown.
        held_back: (m,) rows that are added only where the linear relaxation, and then the solution, breaks
            them; the whole columns must then be binary. The answer is that of the whole programme; it comes
            sooner where most of these rows never matter (of a hundred thousand links x_ij <= y_j a thousand
            do), and the relaxation gives a first solution.

    Raises:
        RuntimeError: the solver refuses the programme.
    """
    begin = time.perf_counter()
    search = _Search(program, options, listener, begin)
    rows = np.ones(program.row_lower.size, dtype=bool)
    relaxed_bound: float | None = None
    with stoppable() as asked:
        if held_back is not None and held_back.any():
            relaxation = _relax(search, ~held_back, asked)
            rows, relaxed_bound = relaxation.rows.copy(), relaxation.bound
            if start is None and relaxation.solved:
                start = relaxation.dive()  # the rows that it adds matter on its way only
        fallback: tuple[FloatArray, float | None] | None = None
        status, bound, values, nodes = search.run(rows, asked, start)
        while values is not None and search.seconds_left() > 0 and not asked.is_set():
            broken = program.broken(values) & ~rows
            if broken.any():
                rows = rows | broken
            elif start is not None and status is Status.OPTIMAL and not _closed(program, values, bound, options):
                # HiGHS 1.16 may prove the optimum of its presolved model and yet return the start.
                start, fallback = None, (values, bound)
            else:
                break
            status, bound, values, nodes = search.run(rows, asked, start)
    if values is not None and program.broken(values).any():
        status, values = Status.NO_SOLUTION, None
    if fallback is not None and (values is None or program.better(fallback[0], values)):
        closed = values is not None and _closed(program, fallback[0], bound, options)  # better by rounding alone
        status, bound = (status, bound) if closed else (Status.TIME_LIMIT, fallback[1])
        values = fallback[0]
    objective = None if values is None else program.value(values)
    seconds = time.perf_counter() - begin
    if relaxed_bound is not None and status is not Status.INFEASIBLE:
        bounds = [relaxed_bound] if bound is None else [bound, relaxed_bound]
        bound = min(bounds) if program.maximise else max(bounds)
    return Answer(_outcome(status, objective, bound, program.sense, seconds, options, nodes), values)


def _closed(program: Program, values: FloatArray, bound: float | None, options: SolverOptions) -> bool:
    """Whether the bound confirms these values to the gap asked for."""
    value = program.value(values)
    wanted = max(options.gap, 10 * SMALLEST_GAP)
    return bound is not None and abs(value - bound) <= 1e-5 + wanted * abs(value)


@dataclass(frozen=True, eq=False)
class _Search:
    program: Program
    options: SolverOptions
    listener: Listener
    begin: float

    def seconds_left(self) -> float:
        return self.begin + self.options.time_limit_s - time.perf_counter()

    def open(self, rows: BoolArray, asked: threading.Event, *, relaxed: bool = False) -> Any:
        """HiGHS with the programme's rows `rows`, without whole columns where `relaxed`."""
        highspy.Highs.resetGlobalScheduler(True)  # else a change of the number of threads is refused
        highs: Any = QuietHighs()  # type: ignore[no-untyped-call]
        settings: dict[str, bool | int | float | str] = {
            "output_flag": True,  # progress events need it; nothing reaches the console or a file
            "log_file": "",
            "time_limit": max(self.seconds_left(), 1e-9),
            "threads": int(self.options.threads),
            "random_seed": int(self.options.seed),
            "mip_rel_gap": max(float(self.options.gap), SMALLEST_GAP),
            "mip_feasibility_tolerance": 1e-7,
        }
        if self.options.node_limit is not None:
            settings["mip_max_nodes"] = int(self.options.node_limit)
        for key, value in settings.items():
            highs.setOptionValue(key, value)
        hand_over(highs, self.program, rows, relaxed=relaxed)

        heed(highs, asked)
        return highs

    def run(
        self, rows: BoolArray, asked: threading.Event, start: FloatArray | None
    ) -> tuple[Status, float | None, FloatArray | None, int]:
        """Status, bound, values (whole columns rounded) and number of nodes."""
        highs = self.open(rows, asked)
        if start is not None:
            known = np.flatnonzero(~np.isnan(start))
            highs.setSolution(known.size, known.astype(np.int32), start[known])
        if self.listener is not silent:
            highs.cbMipLogging.subscribe(_Reporter(self.listener, self.begin))
        highs.run()
        if highs.getModelStatus() == highspy.HighsModelStatus.kUnboundedOrInfeasible:
            highs.setOptionValue("presolve", "off")  # decides which of the two
            highs.run()
        status, bound, found = _read(highs, self.program)
        values: FloatArray | None = None
        if found:
            values = np.asarray(highs.getSolution().col_value, dtype=np.float64)
            values = np.where(self.program.whole, np.round(values), values)
        return status, bound, values, max(0, int(highs.getInfo().mip_node_count))


def heed(highs: Any, asked: threading.Event) -> None:
    """Let HiGHS stop at its next check once `asked` is set."""

    def check(event: Any) -> None:
        if asked.is_set():
            event.interrupt()

    for callback in (highs.cbMipInterrupt, highs.cbSimplexInterrupt, highs.cbIpmInterrupt):
        callback.subscribe(check)


def _relax(search: _Search, rows: BoolArray, asked: threading.Event) -> Relaxation:
    """The linear relaxation of `rows` and of all others that it breaks."""
    relaxation = Relaxation(
        search.program,
        rows,
        search.open(rows, asked, relaxed=True),
        is_optimal=lambda highs: bool(highs.getModelStatus() == highspy.HighsModelStatus.kOptimal),
        enough=lambda: search.seconds_left() < 0.1 * search.options.time_limit_s or asked.is_set(),
    )
    relaxation.solved = relaxation.solve()
    return relaxation


def hand_over(highs: Any, program: Program, rows: BoolArray | None = None, *, relaxed: bool) -> None:
    """Give HiGHS the programme with these rows (m,) or all, without whole columns where `relaxed`.

    Raises:
        RuntimeError: the solver refuses it.
    """
    matrix, lower, upper = program.matrix, program.row_lower, program.row_upper
    if rows is not None and not rows.all():
        matrix, lower, upper = matrix[rows], lower[rows], upper[rows]
    given = highs.passModel(  # arrays are copied as they are; the fields of `HighsLp` take their numbers one by one
        program.cost.size,
        matrix.shape[0],
        matrix.nnz,
        int(highspy.MatrixFormat.kRowwise),
        int(highspy.ObjSense.kMaximize if program.maximise else highspy.ObjSense.kMinimize),
        program.offset,
        program.cost,
        program.lower,
        program.upper,
        lower,
        upper,
        matrix.indptr.astype(np.int32, copy=False),
        matrix.indices.astype(np.int32, copy=False),
        np.asarray(matrix.data, dtype=np.float64),
        np.zeros(program.cost.size, dtype=np.int32) if relaxed else program.whole.astype(np.int32),
    )
    if given == highspy.HighsStatus.kError:
        raise RuntimeError("HiGHS refused the programme")


class _Reporter:
    """Turns the solver's log lines into events, at most two a second."""

    def __init__(self, listener: Listener, begin: float) -> None:
        self.listener, self.begin, self.last = listener, begin, 0.0

    def __call__(self, event: Any) -> None:
        now = time.perf_counter()
        if now - self.last < SECONDS_BETWEEN_EVENTS:
            return
        self.last = now
        out = event.data_out
        best, bound = _finite(out.mip_primal_bound), _finite(out.mip_dual_bound)
        gap = abs(best - bound) / max(abs(best), 1e-9) if best is not None and bound is not None else None
        self.listener(
            Event(
                "solve",
                "progress",
                "求解中：尚无可证明的差距" if gap is None else f"求解中：与最优相差不超过 {100 * gap:.2f}%",
                "solving: no proven gap yet" if gap is None else f"solving: within {100 * gap:.2f} % of optimal",
                seconds=now - self.begin,
                data={"incumbent": best, "bound": bound, "gap": gap, "nodes": int(out.mip_node_count)},
            )
        )


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) and abs(value) < 1e300 else None


def _read(highs: Any, program: Program) -> tuple[Status, float | None, bool]:
    """Status and bound in this program's words, and whether there is a solution."""
    words = highspy.HighsModelStatus
    status, info = highs.getModelStatus(), highs.getInfo()
    found = info.primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible)
    bound = _finite(info.mip_dual_bound) if program.whole.any() else None
    if status == words.kModelEmpty:
        return Status.OPTIMAL, program.offset, True
    if status == words.kOptimal:
        return Status.OPTIMAL, _finite(info.objective_function_value) if bound is None else bound, True
    if status == words.kInfeasible:
        return Status.INFEASIBLE, None, False
    if status == words.kSolutionLimit:  # this is how HiGHS calls its limit of nodes
        return Status.NODE_LIMIT if found else Status.NO_SOLUTION, bound, found
    if status in (words.kTimeLimit, words.kInterrupt, words.kIterationLimit):
        return Status.TIME_LIMIT if found else Status.NO_SOLUTION, bound, found
    return Status.ERROR, None, False


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
