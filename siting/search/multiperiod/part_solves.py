"""Parts of a layout plan by the solver: each from its merged programme, with what the others leave it of the rows."""

from __future__ import annotations

import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance.changes import Changes
from siting.machine.interrupt import out_of_time
from siting.machine.threads import core_count
from siting.search.multiperiod.adapter import Posed
from siting.search.multiperiod.bundle import Bundle, bundle
from siting.search.multiperiod.parts import Parts
from siting.search.multiperiod.relaxation import PartRelaxed, WholeRelaxed
from siting.solving.solver import SolverOptions, solve_program

PART_GAP, PART_GAP_MOST = 0.001, 0.02
OF_WHOLE = 0.0004  # of the cost of everything, which no part needs to be nearer to its best than
KEPT = 1e-7  # rows are kept to that by the solver's first plan
LEAST_S = 2.0


@dataclass(frozen=True, eq=False)
class PartSolves:
    """What the solver is asked of each part.

    Attributes:
        refined: relaxations of single parts, by their numbers.
        value: (parts + 1,) what each part has of the bound on every plan.
    """

    posed: Posed
    changes: Changes
    parts: Parts
    whole: WholeRelaxed
    refined: dict[int, PartRelaxed]
    value: FloatArray

    def every(self, plan: BoolArray, *, end: float, last: float) -> BoolArray:
        """A plan with each part solved anew, side by side where they have no row in common.

        Args:
            plan: (A,) changes to begin with.
            end: `time.perf_counter` by which all parts are to be solved; at `last` what is not is left as it is.
        """
        parts, plan = self.parts, plan.copy()
        size = np.bincount(parts.of_change, minlength=parts.count) / self.changes.count
        value = np.maximum(self.value[:-1], 0.0)
        size += value / max(value.sum(), 1e-9)
        done, running = np.zeros(parts.count, dtype=bool), dict[Future[BoolArray | None], int]()
        with ThreadPoolExecutor(max(2, min(core_count(), parts.count))) as pool:
            while not done.all() and not out_of_time(last):
                ready = self._ready(done, running)
                if ready is not None:
                    left = end - time.perf_counter()
                    seconds = max(left * float(size[ready] / size[~done].sum()), LEAST_S)
                    running[pool.submit(self._solve, ready, plan.copy(), done.copy(), seconds)] = ready
                    continue
                wait(running, timeout=1.0, return_when=FIRST_COMPLETED)
                for job in [job for job in running if job.done()]:
                    part, taken = running.pop(job), job.result()
                    if taken is not None:
                        plan[parts.of_change == part] = taken[parts.of_change == part]
                    done[part] = True
        return plan

    def one(self, part: int, plan: BoolArray, seconds: float) -> BoolArray | None:
        """The plan (A,) with one part solved anew with all that the others leave; None where none is found."""
        taken = self._solve(part, plan, np.ones(self.parts.count, dtype=bool), seconds)
        return None if taken is None else np.where(self.parts.of_change == part, taken, plan)

    def _ready(self, done: BoolArray, running: dict[Future[BoolArray | None], int]) -> int | None:
        """The next part that can go, if any: with no row in common with those that are going."""
        if len(running) >= core_count():
            return None
        going = np.zeros(done.size, dtype=bool)
        going[list(running.values())] = True
        free = (part for part in np.flatnonzero(~done & ~going).tolist() if not self.parts.waits(part, going).any())
        return next(free, None)

    def _solve(self, part: int, plan: BoolArray, done: BoolArray, seconds: float) -> BoolArray | None:
        """(A,) changes of the part, from its programme, when the parts `done` are settled; None where none is found."""
        flows = self.refined[part].flows if part in self.refined else self.whole.flows
        rows, least, most = self._rows_of(part, done, plan)
        chosen = self.parts.of_place == part
        made = bundle(self.posed, self.changes, flows, chosen, rows, least, most)
        start = self._start(made, plan, rows, least, most)
        bound = float(self.value.sum())
        share = bound / max(float(self.value[part]), 1e-9) if bound > 0 else 1.0
        gap = min(max(PART_GAP, OF_WHOLE * share), PART_GAP_MOST)
        answer = solve_program(made.program, SolverOptions(time_limit_s=seconds, gap=gap), start=start)
        return None if answer.values is None else made.flags(answer.values, self.changes.count)

    def _rows_of(self, part: int, done: BoolArray, plan: BoolArray) -> tuple[IntArray, FloatArray, FloatArray]:
        """The rows that a part must keep, with what is left of them by the others.

        Of a resource the parts that are still to come keep what the relaxation gave them, and what nobody takes goes
        to the next; another row is asked of the last of its parts only, when the others are settled.
        """
        changes, parts = self.changes, self.parts
        rows = np.flatnonzero(parts.touched[:, part] & ~parts.waits(part, ~done))
        taken = np.where(done, parts.sums(plan.astype(np.float64)), parts.sums(self.whole.use))
        taken[:, part] = 0.0
        by_others = taken.sum(axis=1)[rows]
        return rows, changes.least[rows] - by_others, changes.most[rows] - by_others

    def _start(
        self, made: Bundle, plan: BoolArray, rows: IntArray, least: FloatArray, most: FloatArray
    ) -> FloatArray | None:
        """The part of a plan as the solver's first, where it keeps the rows."""
        taken = plan[made.changes].astype(np.float64)
        if not taken.any():
            return None
        value = self.changes.rows[rows][:, made.changes] @ taken
        slack = KEPT * np.maximum(1.0, np.abs(value))
        if (value < least - slack).any() or (value > most + slack).any():
            return None
        first: FloatArray = np.full(made.program.cost.size, np.nan)
        first[: taken.size] = taken
        return first
