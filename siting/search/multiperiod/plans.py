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
from siting.machine.interrupt import out_of_time
from siting.machine.threads import core_count
from siting.search.multiperiod.adapter import pose
from siting.search.multiperiod.bound import lagrangian_bound
from siting.search.multiperiod.bundle import Bundle, Flows, bundle
from siting.search.multiperiod.parts import Parts
from siting.search.multiperiod.relaxation import (
    PartRelaxed,
    WholeRelaxed,
    best_prices,
    relax_part,
    relax_whole,
)
from siting.search.multiperiod.transport import PeriodTransport
from siting.search.multiperiod.ways import Ways
from siting.solving.solver import SolverOptions, solve_program

Report = Callable[[float, float], None]
WHOLE_SHARE, PRICES_SHARE, PARTS_SHARE = 0.35, 0.5, 0.85  # of the time: until relaxations and parts end
STEPS, FIRST_STEP, PATIENCE = 60, 0.03, 20  # of the ascent from the relaxation's prices
PART_GAP, PART_GAP_MOST, WHOLE_GAP = 0.001, 0.02, 0.005
OF_WHOLE = 0.0004  # of the cost of everything, which no part needs to be nearer to its best than
AGAIN_UNTIL, AGAIN_SHARE = 0.95, 0.4  # of the time until which parts are solved again, and of what is left for one
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
        self.sigma, self.of_parts = np.zeros(count), np.zeros(self.parts.count + 1)
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
            self._price(whole, refined)
        self._tell()
        if not self._closed:
            with ThreadPoolExecutor(max(2, min(core_count(), self.parts.count))) as pool:
                self._solve_parts(pool, whole, refined)
        if whole.lifted is not None and not self._closed:
            self._climb(whole, refined)
        if not math.isfinite(self.cost):
            self._solve_together(whole.made)
        if whole.lifted is not None:
            self._solve_again(whole, refined)
        if self.best is not None and not self._closed:
            self._one_by_one(whole)
        return self._answer()

    def _climb(self, whole: WholeRelaxed, refined: dict[int, PartRelaxed]) -> None:
        """The bound at the best prices, and a little above."""
        mu, sigma = self._price(whole, refined)
        found = lagrangian_bound(
            self.posed.problem, self.posed.initial, mu=mu, sigma=sigma, kinds=self.posed.kinds, goal=self.cost,
            steps=STEPS, first_step=FIRST_STEP, patience=PATIENCE, end=self._until(1.0),
        )  # fmt: skip
        self.bound = max(self.bound, found.value)
        self._tell()

    def _price(self, whole: WholeRelaxed, refined: dict[int, PartRelaxed]) -> tuple[FloatArray, FloatArray]:
        """The best prices of relaxations, and what they say of all and of each part."""
        self.of_parts, mu, self.sigma = best_prices(self.posed, self.parts, whole, refined)
        self.bound = max(self.bound, float(self.of_parts.sum()))
        return mu, self.sigma

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
        size = np.bincount(parts.of_change, minlength=parts.count) / self.changes.count
        size += np.maximum(self.of_parts[:-1], 0.0) / max(np.maximum(self.of_parts[:-1], 0.0).sum(), 1e-9)
        to_relax = list(range(parts.count)) if whole.lifted is not None else []
        relaxing: tuple[int, Future[PartRelaxed | None]] | None = None
        plan = self.best.copy() if self.best is not None else np.zeros(self.changes.count, dtype=bool)
        done, running = np.zeros(parts.count, dtype=bool), dict[Future[BoolArray | None], int]()
        while not done.all() or relaxing is not None or (to_relax and self._left(PRICES_SHARE) > LEAST_S):
            if out_of_time(self._until(PARTS_SHARE + 0.05)):
                self.by_clock = True
                break
            if relaxing is None and to_relax and self._left(PRICES_SHARE) > 0:
                part, left = to_relax[0], self._left(PRICES_SHARE) * min(2.0 / len(to_relax), 1.0)
                to_relax.pop(0)
                relaxing = part, pool.submit(
                    relax_part, self.posed, self.changes, parts, part, whole, time_limit_s=left
                )  # fmt: skip
            ready = self._ready(done, running, max(1, core_count() - (relaxing is not None)))
            if ready is not None:
                flows = refined[ready].flows if ready in refined else whole.flows
                share = size[ready] / size[~done].sum()
                seconds = max(self._left(PARTS_SHARE) * share, LEAST_S)
                rows, least, most = self._rows_of(ready, done, plan, whole.use)
                running[pool.submit(self._solve_part, ready, flows, plan.copy(), rows, least, most, seconds)] = ready
                continue
            waiting: set[Future[Any]] = {*running} | ({relaxing[1]} if relaxing else set())
            wait(waiting, timeout=1.0, return_when=FIRST_COMPLETED)
            if relaxing is not None and relaxing[1].done():
                found = relaxing[1].result()
                if found is not None:
                    refined[relaxing[0]] = found
                relaxing = None
            for job in [job for job in running if job.done()]:
                part, taken = running.pop(job), job.result()
                if taken is not None:
                    plan[parts.of_change == part] = taken[parts.of_change == part]
                done[part] = True
        if self._complete(plan):
            self._try(plan)

    def _ready(self, done: BoolArray, running: dict[Future[BoolArray | None], int], most: int) -> int | None:
        """The next part that can go, if any: with no row in common with those that are going."""
        if len(running) >= most:
            return None
        going = np.zeros(done.size, dtype=bool)
        going[list(running.values())] = True
        free = (part for part in np.flatnonzero(~done & ~going).tolist() if not self.parts.waits(part, going).any())
        return next(free, None)

    def _solve_again(self, whole: WholeRelaxed, refined: dict[int, PartRelaxed]) -> None:
        """Parts anew from the best plan with all that the others leave, the farthest from their bounds first."""
        parts, every = self.parts, np.ones(self.parts.count, dtype=bool)
        tried: set[int] = set()
        while self.best is not None and not self._closed and len(tried) < parts.count:
            left = self._left(AGAIN_UNTIL)
            if left < LEAST_S or out_of_time(self._until(1.0)):
                return
            slack = self._costs_of_parts(self.best) - self.of_parts[:-1]
            part = max((p for p in range(parts.count) if p not in tried), key=lambda p: float(slack[p]))
            tried.add(part)
            if slack[part] < self.gap * abs(self.cost) / (4 * parts.count):
                return
            rows, least, most = self._rows_of(part, every, self.best, whole.use)
            flows = refined[part].flows if part in refined else whole.flows
            taken = self._solve_part(part, flows, self.best, rows, least, most, left * AGAIN_SHARE)
            if taken is not None:
                plan = np.where(parts.of_change == part, taken, self.best)
                if self._try(plan):
                    tried = {part}

    def _costs_of_parts(self, plan: BoolArray) -> FloatArray:
        """(parts,) what each part of a plan costs, less what the prices of common rows put down to it."""
        changes, parts = self.changes, self.parts
        self.transport.to(self.posed.in_use(changes, self._states(plan)))
        share, pairs = self.transport.shares(), self.posed.problem.pairs
        point = np.repeat(np.arange(pairs.load.size), np.diff(pairs.starts))
        served = np.bincount(point, weights=share, minlength=pairs.load.size)
        stay = np.where(served < 1, (1 - served) * np.where(np.isfinite(pairs.most), pairs.most, 0.0), 0.0)
        each = np.bincount(point, weights=share * pairs.cost, minlength=pairs.load.size) + stay
        total: FloatArray = np.bincount(parts.of_point, weights=each, minlength=parts.count).astype(np.float64)
        priced = changes.cost - changes.rows[parts.of_row == parts.count].T @ self.sigma[parts.of_row == parts.count]
        total += np.bincount(parts.of_change[plan], weights=priced[plan], minlength=parts.count)
        return total

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
        share = self.bound / max(float(self.of_parts[part]), 1e-9) if self.bound > 0 else 1.0
        gap = min(max(PART_GAP, OF_WHOLE * share), PART_GAP_MOST)
        answer = solve_program(made.program, SolverOptions(time_limit_s=seconds, gap=gap), start=start)
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
        ways = Ways(changes)
        improved = True
        while improved and not self._closed:
            improved = False
            for p in order.tolist():
                if out_of_time(self._until(1.0)):
                    self.by_clock = True
                    return
                assert self.best is not None
                own = changes.place == p
                for path in ways.of(p):
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


def _finite(values: FloatArray) -> FloatArray:
    return np.where(np.isfinite(values), np.abs(values), 0.0)
