"""Layout plans at the size of a county.

Points that cost nearly the same are merged; the linear relaxation of the merged programme gives prices, which lifted
to all points give a Lagrangian bound on every plan. A part (what no trip and no change of state leaves: a service) is
then relaxed again on its own with finer groups, and solved with the share of the common rows that the relaxation gave
it; parts go side by side where there are cores. The cost of a plan is that of the transport of all points. At last
places are looked at one by one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance import Instance
from siting.instance.changes import Changes
from siting.machine.interrupt import out_of_time
from siting.machine.threads import core_count
from siting.search.multiperiod.adapter import pose
from siting.search.multiperiod.bound import lagrangian_bound
from siting.search.multiperiod.bundle import Bundle, Flows, bundle
from siting.search.multiperiod.parts import Parts
from siting.search.multiperiod.relaxation import PartRelaxed, WholeRelaxed, best_prices, relax_part, relax_whole
from siting.search.multiperiod.transport import PeriodTransport
from siting.solving.solver import SolverOptions, solve_program

Report = Callable[[float, float], None]
WHOLE_SHARE, PRICES_SHARE, PARTS_SHARE = 0.35, 0.5, 0.85  # of the time: until relaxations and parts end
STEPS, FIRST_STEP, PATIENCE = 60, 0.03, 20  # of the ascent from the relaxation's prices
PART_GAP, WHOLE_GAP = 0.001, 0.005
LEAST_S = 2.0
SAME = 1e-9


@dataclass(frozen=True, eq=False)
class PlanFound:
    """What has been proven and found.

    Attributes:
        bound: no plan costs less.
        cost: of the plan; +inf without one.
        states: (J,) of the plan; share: (nnz,) of the instance's pairs; None without a plan.
        by_clock: whether the clock or the user ended it.
    """

    bound: float
    cost: float
    states: IntArray | None
    share: FloatArray | None
    by_clock: bool


def search_plan(
    instance: Instance,
    each: FloatArray,
    left_out: FloatArray,
    *,
    time_limit_s: float,
    gap: float,
    report: Report | None = None,
) -> PlanFound:
    """Best plan and bound within the limits.

    Args:
        each: (nnz,) cost of sending one person of the point to the site.
        left_out: (I,) cost of leaving one person out.
        gap: relative gap at which to stop.
        report: is told (cost, bound) when one of them improves.
    """
    return _Search(instance, each, left_out, time_limit_s, gap, report or (lambda cost, bound: None)).run()


class _Search:
    def __init__(
        self,
        instance: Instance,
        each: FloatArray,
        left_out: FloatArray,
        time_limit_s: float,
        gap: float,
        report: Report,
    ) -> None:
        self.begin, self.limit = time.perf_counter(), time_limit_s
        self.instance, self.gap, self.report = instance, gap, report
        changes = instance.changes
        assert changes is not None
        self.changes = changes
        count = changes.least.size
        worth = each - left_out[instance.impedance.rows]
        self.posed = pose(instance, worth, left_out, rows=np.ones(count, dtype=bool))
        self.parts = Parts.of(self.posed, changes)
        self.transport = PeriodTransport(self.posed.problem)
        self.bound, self.cost = -math.inf, math.inf
        self.best: BoolArray | None = None
        self.by_clock = False

    def run(self) -> PlanFound:
        keep = self._as_it_stands()
        if keep is not None:
            self._try(keep)
        parts = self.parts
        left = max(self._left(WHOLE_SHARE), LEAST_S)
        whole = relax_whole(self.posed, self.changes, parts, time_limit_s=left)
        refined: dict[int, PartRelaxed] = {}
        if whole.lifted is None:  # a weak bound is better than none
            end = self._until(PRICES_SHARE)
            self.bound = lagrangian_bound(
                self.posed.problem, self.posed.initial, goal=self.cost, end=end, kinds=self.posed.kinds
            ).value
        else:
            self.bound = best_prices(self.posed, parts, whole, {})[0]
        self._tell()
        if not self._closed:
            with ThreadPoolExecutor(max(1, min(core_count(), parts.count))) as pool:
                self._solve_parts(pool, whole, refined)
        if whole.lifted is not None and not self._closed:
            self._climb(whole, refined)
        if not math.isfinite(self.cost):
            self._solve_together(whole.made)
        if self.best is not None and not self._closed:
            self._one_by_one(whole)
        return self._answer()

    def _climb(self, whole: WholeRelaxed, refined: dict[int, PartRelaxed]) -> None:
        """The bound at the best prices, and a little above."""
        bound, mu, sigma = best_prices(self.posed, self.parts, whole, refined)
        found = lagrangian_bound(
            self.posed.problem, self.posed.initial, mu=mu, sigma=sigma, kinds=self.posed.kinds, goal=self.cost,
            steps=STEPS, first_step=FIRST_STEP, patience=PATIENCE, end=self._until(1.0),
        )  # fmt: skip
        self.bound = max(self.bound, bound, found.value)
        self._tell()

    # ------------------------------------------------------------------ limits
    def _until(self, share: float) -> float:
        return self.begin + share * self.limit

    def _left(self, share: float = 1.0) -> float:
        return self._until(share) - time.perf_counter()

    @property
    def _closed(self) -> bool:
        return math.isfinite(self.cost) and self.cost - self.bound <= max(self.gap, SAME) * abs(self.cost)

    def _tell(self) -> None:
        self.report(self.cost, min(self.bound, self.cost))

    # ------------------------------------------------------------------ parts
    def _solve_parts(self, pool: ThreadPoolExecutor, whole: WholeRelaxed, refined: dict[int, PartRelaxed]) -> None:
        """Each part on its own with what the common rows leave it, side by side where they have no row in common."""
        parts = self.parts
        size = np.bincount(parts.of_change, minlength=parts.count).astype(np.float64)
        priced: dict[int, Future[PartRelaxed | None]] = {}
        if whole.lifted is not None:
            left = max(self._left(PRICES_SHARE), LEAST_S)
            for part in np.argsort(-size).tolist():
                priced[part] = pool.submit(relax_part, self.posed, self.changes, parts, part, whole, time_limit_s=left)
        plan = self.best.copy() if self.best is not None else np.zeros(self.changes.count, dtype=bool)
        done, running = np.zeros(parts.count, dtype=bool), dict[Future[BoolArray | None], int]()
        while not done.all():
            if out_of_time(self._until(1.0)):
                self.by_clock = True
                break
            for part in self._ready(done, running, priced):
                found = priced[part].result() if part in priced else None
                if found is not None:
                    refined[part] = found
                flows = whole.flows if found is None else found.flows
                going = ~done
                share = size[part] / size[going].sum()
                seconds = max(self._left(PARTS_SHARE) * min(share * pool._max_workers, 1.0), LEAST_S)
                rows, least, most = self._rows_of(part, done, plan, whole.use)
                job = pool.submit(self._solve_part, part, flows, plan.copy(), rows, least, most, seconds)
                running[job] = part
            waiting: set[Future[Any]] = {*running, *(job for job in priced.values() if not job.done())}
            wait(waiting, timeout=1.0, return_when=FIRST_COMPLETED)
            for job in [job for job in running if job.done()]:
                part, taken = running.pop(job), job.result()
                if taken is not None:
                    plan[parts.of_change == part] = taken[parts.of_change == part]
                done[part] = True
        for job in running:
            job.cancel()
        if self._complete(plan):
            self._try(plan)

    def _ready(
        self,
        done: BoolArray,
        running: dict[Future[BoolArray | None], int],
        priced: dict[int, Future[PartRelaxed | None]],
    ) -> list[int]:
        """The next part that can go, if any: with its prices, and with no row in common with those that are going."""
        if len(running) >= core_count():
            return []
        going = np.zeros(done.size, dtype=bool)
        going[list(running.values())] = True
        for part in np.flatnonzero(~done & ~going).tolist():
            known = part not in priced or priced[part].done()
            if known and not self.parts.waits(part, going).any():
                return [part]
        return []

    def _solve_part(
        self,
        part: int,
        flows: Flows,
        plan: BoolArray,
        rows: IntArray,
        least: FloatArray,
        most: FloatArray,
        seconds: float,
    ) -> BoolArray | None:
        """(A,) changes of the part, from its programme; None where none is found."""
        chosen = self.parts.of_place == part
        made = bundle(self.posed, self.changes, flows, chosen, rows, least, most)
        start = self._start(made, plan, rows, least, most)
        answer = solve_program(made.program, SolverOptions(time_limit_s=seconds, gap=PART_GAP), start=start)
        return None if answer.values is None else made.flags(answer.values, self.changes.count)

    def _solve_together(self, whole: Bundle) -> None:
        """All parts at once, where one after the other they come to no plan that keeps all rows."""
        seconds = max(self._left(), LEAST_S)
        answer = solve_program(whole.program, SolverOptions(time_limit_s=seconds, gap=WHOLE_GAP))
        if answer.values is not None:
            self._try(whole.flags(answer.values, self.changes.count))

    def _rows_of(
        self, part: int, done: BoolArray, plan: BoolArray, use: FloatArray
    ) -> tuple[IntArray, FloatArray, FloatArray]:
        """The rows that a part must keep, with what is left of them by the others.

        Of a resource the parts that are still to come keep what the relaxation gave them, and what nobody takes goes
        to the next; another row is asked of the last of its parts only, when the others are settled.
        """
        changes, parts = self.changes, self.parts
        rows = np.flatnonzero(parts.touched[:, part] & ~parts.waits(part, ~done))
        taken = np.where(done, parts.sums(plan.astype(np.float64)), parts.sums(use))
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
        slack = 1e-7 * np.maximum(1.0, np.abs(value))
        if (value < least - slack).any() or (value > most + slack).any():
            return None
        first: FloatArray = np.full(made.program.cost.size, np.nan)
        first[: taken.size] = taken
        return first

    # ------------------------------------------------------------------- plans
    def _as_it_stands(self) -> BoolArray | None:
        """(A,) no change at all, where the changes know it."""
        try:
            chosen = self.changes.chosen(self.changes.initial[self.changes.site_place])
        except KeyError:
            return None
        flags = np.zeros(self.changes.count, dtype=bool)
        flags[chosen] = True
        return flags

    def _complete(self, plan: BoolArray) -> bool:
        """Whether every place has one change in every period."""
        c = self.changes
        return bool((np.bincount(c.site[plan], minlength=c.site_place.size) == 1).all())

    def _states(self, plan: BoolArray) -> IntArray:
        states = np.full(self.changes.site_place.size, -1, dtype=np.int64)
        states[self.changes.site[plan]] = self.changes.head[plan]
        return states

    def _keeps(self, plan: BoolArray) -> bool:
        value = self.changes.rows @ plan.astype(np.float64)
        c = self.changes
        scale = np.maximum(1.0, np.maximum(_finite(c.least), _finite(c.most)))
        return bool(((value >= c.least - 1e-7 * scale) & (value <= c.most + 1e-7 * scale)).all())

    def _cost(self, plan: BoolArray) -> float:
        """Of changes and of the transport of all points."""
        in_use = self.posed.in_use(self.changes, self._states(plan))
        return float(self.changes.cost[plan].sum()) + self.transport.to(in_use)

    def _try(self, plan: BoolArray) -> bool:
        """Keep a plan where it is the best."""
        if not self._keeps(plan):
            return False
        cost = self._cost(plan)
        if not (math.isfinite(cost) and cost < self.cost * (1 - SAME)):
            return False
        self.cost, self.best = cost, plan.copy()
        self._tell()
        return True

    def _one_by_one(self, whole: WholeRelaxed) -> None:
        """Other paths of single places, those first that the relaxation finds nearly as good."""
        changes = self.changes
        moving = changes.tail != changes.head
        worth = np.full(changes.places, np.inf)
        np.minimum.at(worth, changes.place[moving], whole.worth[moving])
        order = np.argsort(worth, kind="stable")
        if whole.lifted is not None:
            order = order[np.isfinite(worth[order])]
        paths = _Paths(changes)
        improved = True
        while improved and not self._closed:
            improved = False
            for p in order.tolist():
                if out_of_time(self._until(1.0)):
                    self.by_clock = True
                    return
                assert self.best is not None
                own = changes.place == p
                for path in paths.of(p):
                    plan = self.best.copy()
                    plan[own] = False
                    plan[path] = True
                    if (plan != self.best).any() and self._try(plan):
                        improved = True
                if self._closed:
                    return

    def _answer(self) -> PlanFound:
        if self.best is None:
            return PlanFound(self.bound, math.inf, None, None, self.by_clock)
        states = self._states(self.best)
        self.transport.to(self.posed.in_use(self.changes, states))
        share = np.zeros(self.instance.impedance.pair_count)
        np.add.at(share, self.posed.problem.origin, self.transport.shares())
        return PlanFound(min(self.bound, self.cost), self.cost, states, np.minimum(share, 1.0), self.by_clock)


class _Paths:
    """All ways of a place through its states."""

    def __init__(self, changes: Changes) -> None:
        self.changes = changes
        order = np.lexsort((changes.period, changes.place))
        self.order, self.first = order, np.searchsorted(changes.place[order], np.arange(changes.places + 1))

    def of(self, place: int) -> list[list[int]]:
        """The changes of each way, one a period."""
        c = self.changes
        arcs = self.order[self.first[place] : self.first[place + 1]].tolist()
        ways: list[tuple[int, list[int]]] = [(int(c.initial[place]), [])]
        for t in range(c.periods):
            now = [a for a in arcs if c.period[a] == t]
            ways = [(int(c.head[a]), [*path, a]) for state, path in ways for a in now if c.tail[a] == state]
        return [path for _, path in ways]


def _finite(values: FloatArray) -> FloatArray:
    return np.where(np.isfinite(values), np.abs(values), 0.0)
