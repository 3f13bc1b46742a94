"""Bound, plans and proof in turn: the solver is asked only about what a plan within some limit may still use."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance import Instance
from siting.program import Program
from siting.search.single_source.bound import FIRST_STEP, Lagrangian, Multipliers, Point
from siting.search.single_source.plans import Improver, Plan
from siting.search.single_source.programs import PairProgram, sites_program
from siting.search.single_source.task import Task
from siting.solution import PROVEN_GAP, Status
from siting.solver import Answer, SolverOptions, solve_program

STEPS, MORE_STEPS = 2000, 300
AGAIN = 0.9  # steps are taken again once so small a share of the pairs is left
NEXT_STEP = 0.3  # of the first of these
FIRST_SLICE, GROWTH = 0.25, 2.0  # of the gap, for the first limit; of a limit over the one before
GUESSED_GAP, GUESSES = 0.01, 3  # relative, while no plan is known; how many such limits
POLISH_NODES, POLISH_SHARE = 100, 0.2  # of the nodes and the time left, for the assignment to known sites
FEW_PAIRS = 1500  # so many left are decided at once
SITE_NODES = 1000
LEAST_TIME_S = 1.0  # for the solver

Report = Callable[[float, float], None]


@dataclass(frozen=True, eq=False)
class SingleSource:
    """What the search has proven and found.

    Attributes:
        bound: no plan has a smaller objective; +inf where there is none.
        objective: of the best plan found; +inf without one.
        open: (J,) its sites; None without one.
        site: (I,) the site of each demand point; None without a plan.
        by_clock: whether the clock had run out, so that another run may find another plan.
    """

    bound: float
    objective: float
    open: BoolArray | None
    site: IntArray | None
    by_clock: bool


def search_single_source(
    instance: Instance,
    *,
    fixed_cost: bool,
    time_limit_s: float,
    gap: float = 0.0,
    seed: int = 0,
    report: Report | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> SingleSource | None:
    """The best plan in which every demand point is served whole by one open site, and a bound.

    The least of sum a_i t_ij x_ij, with `fixed_cost` times `travel_cost` and plus the fixed costs of new facilities,
    over plans that keep the existing facilities, the required and forbidden sites, the zone minima, the capacities,
    and `p` or the budget; without both, as many facilities open as pay.

    None where the instance has features that the search does not know: existing facilities that may leave, zone
    maxima, least loads, size classes, adjacency, decay, futures; or where its dense cost matrix would be too large.

    Args:
        instance: with demand, impedance and, as the case may be, load, capacity, fixed_cost, p or budget.
        time_limit_s: wall clock, kept between steps; the solver keeps it too.
        gap: relative gap at which to stop.
        seed: of the solver's random choices.
        report: is told (objective, bound) as they improve.
        stopped: asked between steps whether to stop.
    """
    task = Task.of(instance, fixed_cost=fixed_cost)
    if task is None:
        return None
    return _Search(task, time_limit_s, gap, seed, report, stopped).run()


class _Search:
    def __init__(
        self,
        task: Task,
        time_limit_s: float,
        gap: float,
        seed: int,
        report: Report | None,
        stopped: Callable[[], bool],
    ) -> None:
        self.task, self.gap, self.seed, self.report, self.asked = task, gap, seed, report, stopped
        self.end = time.perf_counter() + time_limit_s
        self.improver = Improver(task, self.out_of_time)
        self.bound = 0.0  # costs are not negative
        self.best: Plan | None = None
        self.tried: set[bytes] = set()
        self.by_clock = False
        self.whole = False  # whether whole knapsacks are worth their time

    def out_of_time(self) -> bool:
        over = time.perf_counter() > self.end or self.asked()
        self.by_clock |= over
        return over

    @property
    def objective(self) -> float:
        return math.inf if self.best is None else self.best.objective

    @property
    def closed(self) -> bool:
        return self.bound >= self.objective - max(self.gap, PROVEN_GAP) * abs(self.objective) if self.best else False

    def run(self) -> SingleSource:
        point = self._root() if self._all_reached(self.task) else None
        if point is None:
            return SingleSource(math.inf, math.inf, None, None, False)
        self._raise(point.bound)
        self._polish(point)
        slices = 0
        while not self.closed and not self.out_of_time():
            whole = self._whole_limit()
            task, point = self._narrow(self.task, point, whole)
            if task is None or point is None:
                self._raise(self.task.beyond(whole))
                break
            self.task = task
            if self.out_of_time():
                break
            limit = min(self._slice(slices), whole)
            slices += 1
            narrowed, _ = self._narrow(task, point, limit)
            if limit < whole and narrowed is not None and self._pairs(narrowed) > AGAIN * self._pairs(task) - FEW_PAIRS:
                limit, narrowed = whole, task
            if narrowed is None:
                self._raise(self.task.beyond(limit))
            else:
                self._decide(narrowed, limit)
            if limit == whole:
                break
        bound, plan = min(self.bound, self.objective), self.best
        if plan is None:
            return SingleSource(bound, math.inf, None, None, self.by_clock)
        return SingleSource(bound, plan.objective, plan.open, plan.site, self.by_clock)

    def _root(self) -> Point | None:
        """The bound of the whole task: with shares, which is quick, then with whole knapsacks."""
        point = self._ascend(Lagrangian(self.task, whole=False), self._start(), STEPS)
        lagrangian = Lagrangian(self.task, whole=True)
        self.whole = lagrangian.knapsacks.fine
        if point is None or self.closed or not self.whole:
            return point
        return self._ascend(lagrangian, point.at, STEPS)

    def _start(self) -> Multipliers:
        """Everybody pays for the second nearest site."""
        cost = np.sort(self.task.cost, axis=1)
        second = cost[:, min(1, cost.shape[1] - 1)]
        return Multipliers(np.where(np.isfinite(second), second, cost[:, 0]), np.zeros(self.task.least.size))

    def _ascend(
        self, lagrangian: Lagrangian, start: Multipliers, steps: int, limit: float = math.inf, first: float = FIRST_STEP
    ) -> Point | None:
        """The best point, up to a bound over `limit`; plans are made on the way."""

        def on_rest(point: Point) -> None:
            self._try(point)
            if math.isinf(limit):  # else the bound is one on plans within the limit only
                self._raise(point.bound)

        return lagrangian.ascend(
            start,
            steps,
            target=lambda: min(self.objective, limit),
            on_rest=on_rest,
            stopped=self.out_of_time,
            first_step=first,
        )

    def _whole_limit(self) -> float:
        """What a plan may cost that is worth looking for."""
        if self.best is None:
            return math.inf
        return min(self.task.limit(self.objective), self.objective - self.gap * abs(self.objective))

    def _slice(self, number: int) -> float:
        """A part of the gap, in which an optimal plan is likely to lie."""
        if self.best is not None:
            return self.bound + FIRST_SLICE * GROWTH**number * (self.objective - self.bound)
        return self.bound * (1 + GUESSED_GAP * GROWTH**number) if number < GUESSES else math.inf

    @staticmethod
    def _all_reached(task: Task) -> bool:
        return bool((np.isfinite(task.cost) & task.may).any(axis=1).all())

    @staticmethod
    def _pairs(task: Task) -> int:
        return int(np.isfinite(task.cost).sum())

    def _narrow(self, task: Task, point: Point, limit: float) -> tuple[Task | None, Point | None]:
        """The task without what no plan within `limit` uses, and a point of it; None where there is no such plan."""
        if math.isinf(limit):
            return task, point
        while True:
            lagrangian = Lagrangian(task, whole=self.whole)
            now = lagrangian.at(point.at)
            if now is None or now.bound > limit:
                return None, None
            pairs = self._pairs(task)
            task = task.restrict(*lagrangian.settle(now, limit))
            if not self._all_reached(task):
                return None, None
            if self.out_of_time() or self._pairs(task) > AGAIN * pairs:
                return task, point
            again = self._ascend(Lagrangian(task, whole=self.whole), point.at, MORE_STEPS, limit, NEXT_STEP)
            if again is None or again.bound > limit:
                return None, None
            point = again

    def _decide(self, task: Task, limit: float) -> None:
        """Ask the solver for the best plan of `task`, which has all that a plan within `limit` may use.

        What it finds beyond the limit is a plan all the same.
        """
        beyond = self.task.beyond(limit)
        status, bound = self._ask(task, max(self.end - time.perf_counter(), LEAST_TIME_S))
        if status is Status.INFEASIBLE:
            self._raise(beyond)
        elif bound is not None:
            self._raise(min(bound, beyond))

    def _polish(self, point: Point) -> None:
        """The best assignment to the sites of the best plan, as far as few nodes show it."""
        plan = self.best
        if plan is None or self.closed or self.out_of_time():
            return
        lagrangian = Lagrangian(self.task, whole=self.whole)
        pairs, may, must = lagrangian.settle(point, self._whole_limit())
        if plan.open[must].all():
            left = POLISH_SHARE * (self.end - time.perf_counter())
            self._ask(self.task.restrict(pairs, may & plan.open, must), max(left, LEAST_TIME_S), POLISH_NODES)

    def _ask(self, task: Task, time_limit_s: float, node_limit: int | None = None) -> tuple[Status, float | None]:
        """Let the solver look for a better plan of `task`; status and bound on its plans."""
        if not self._all_reached(task):
            return Status.INFEASIBLE, None
        pairs = PairProgram.of(task)
        start = None
        if self.best is not None and pairs.holds(self.best.open, self.best.site):
            start = pairs.values(self.best.open, self.best.site)
        options = SolverOptions(time_limit_s=time_limit_s, gap=self.gap, seed=self.seed, node_limit=node_limit)
        answer = self._solve(pairs.program, options, start, pairs.links)
        if answer.values is not None:
            self._keep(self.improver.rated(*pairs.plan(answer.values, task)))
        return answer.outcome.status, answer.outcome.bound

    def _solve(
        self,
        program: Program,
        options: SolverOptions,
        start: FloatArray | None = None,
        held_back: BoolArray | None = None,
    ) -> Answer:
        begin = time.perf_counter()
        answer = solve_program(program, options, start=start, held_back=held_back)
        self.by_clock |= time.perf_counter() - begin > options.time_limit_s
        return answer

    def _try(self, point: Point) -> None:
        """Make a plan of the sites that the bound opens."""
        opened = self._allowed(point)
        if opened is None or opened.tobytes() in self.tried:
            return
        self.tried.add(opened.tobytes())
        self._keep(self.improver.recentre(self.improver.plan(opened)))

    def _allowed(self, point: Point) -> BoolArray | None:
        """The sites that the bound opens, or the cheapest ones that meet the conditions and have room for all."""
        task = self.task
        if task.allows(point.opened) and task.room[point.opened].sum() >= task.weight.sum():
            return point.opened
        sites, program = sites_program(task, point.value)
        answer = self._solve(program, SolverOptions(time_limit_s=LEAST_TIME_S, seed=self.seed, node_limit=SITE_NODES))
        if answer.values is None:
            return None
        opened = np.zeros(task.may.size, dtype=bool)
        opened[sites[answer.values > 0.5]] = True
        return opened

    def _keep(self, plan: Plan) -> None:
        if plan.objective < self.objective:
            self.best = plan
            self._raise(self.bound)

    def _raise(self, bound: float) -> None:
        self.bound = max(self.bound, self.task.lifted(bound))
        if self.report is not None:
            self.report(self.objective, min(self.bound, self.objective))
