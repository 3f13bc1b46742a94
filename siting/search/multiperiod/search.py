"""A multi-period plan with its bound: Lagrangian multipliers, then a master over states with Benders cuts."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.machine.interrupt import out_of_time
from siting.search.multiperiod.bound import PeriodBound, cut, lagrangian_bound
from siting.search.multiperiod.master import Master
from siting.search.multiperiod.needs import with_needs
from siting.search.multiperiod.problem import MultiPeriodProblem
from siting.search.multiperiod.transport import PeriodTransport
from siting.solution import Status
from siting.solving.solver import SolverOptions

Report = Callable[[float, float], None]
ROUNDS = 200
ROOT_SHARE = 0.4  # of the time, for the Lagrangian
PART_OF_GAP = 0.2  # to which a master is solved while a plan is known
SMALLEST, PROVEN = 1e-7, 1e-9  # relative gaps: of a master, and that closes the search
LEFT_OUT = 1e-9  # relative: so little left out is arithmetic


@dataclass(frozen=True, eq=False)
class PeriodPlan:
    """What has been proven and found.

    Attributes:
        bound: no plan costs less; +inf where there is none.
        cost: of the best plan; +inf without one.
        chosen: (A,) its changes; share: (nnz,) of the problem's pairs; None without a plan.
        rounds: masters solved.
        by_clock: whether the clock or the user ended it.
    """

    bound: float
    cost: float
    chosen: BoolArray | None
    share: FloatArray | None
    rounds: int
    by_clock: bool


def solve(
    problem: MultiPeriodProblem,
    initial: IntArray,
    *,
    time_limit_s: float = 60.0,
    gap: float = 0.0,
    start: BoolArray | None = None,
    report: Report | None = None,
) -> PeriodPlan:
    """Best plan and bound within the limits.

    Args:
        initial: (J,) state of each site today, 0 for none.
        gap: relative gap at which to stop.
        start: (A,) changes of a plan to begin with.
        report: is told (cost, bound) when one of them improves.
    """
    begin = time.perf_counter()
    problem = with_needs(problem, initial)
    root = lagrangian_bound(problem, initial, end=begin + ROOT_SHARE * time_limit_s)
    if root.value == math.inf:
        return PeriodPlan(math.inf, math.inf, None, None, 0, False)
    search = _Decomposition(problem, initial, begin + time_limit_s, gap, report or (lambda cost, bound: None))
    search.begin(root)
    if start is not None:
        search.evaluate(start)
    search.run()
    return search.answer()


class _Decomposition:
    """Plans from the master, their costs from the transport, cuts from its prices."""

    def __init__(self, problem: MultiPeriodProblem, initial: IntArray, end: float, gap: float, report: Report) -> None:
        self.problem, self.end, self.gap, self.report = problem, end, gap, report
        self.transport, self.reach = PeriodTransport(problem), PeriodTransport(problem.reach())
        self.master = Master(problem, initial)
        self.mu = np.zeros(problem.points)
        self.bound, self.cost = -math.inf, math.inf
        self.best: BoolArray | None = None
        self.rounds, self.by_clock = 0, False
        self.seen: set[bytes] = set()

    def begin(self, root: PeriodBound) -> None:
        """The Lagrangian's bound as the first cut."""
        self.bound, self.mu = root.value, root.mu
        self.master.add_cut(*cut(self.problem, root.mu))

    @property
    def closed(self) -> bool:
        return math.isfinite(self.cost) and self.cost - self.bound <= max(self.gap, PROVEN) * abs(self.cost)

    def run(self) -> None:
        """Rounds until the gap is closed, the time is over or nothing new comes."""
        while self.rounds < ROUNDS and not self.closed:
            if out_of_time(self.end):
                self.by_clock = True
                return
            plan = self.next_plan()
            if plan is None:
                return
            self.evaluate(plan)

    def next_plan(self) -> BoolArray | None:
        """(A,) the master's plan; None where it has none, none that is new, or no time for one."""
        wanted = max(self.gap, SMALLEST)
        if self.best is not None:
            wanted = max(PART_OF_GAP * (self.cost - self.bound) / abs(self.cost), SMALLEST)
        left = max(self.end - time.perf_counter(), 0.01)
        answer = self.master.solve(SolverOptions(time_limit_s=left, gap=wanted), self.best)
        self.rounds += 1
        if answer.outcome.status is Status.INFEASIBLE:
            self.bound = math.inf if self.best is None else self.bound
            return None
        if answer.outcome.bound is not None:
            self.bound = max(self.bound, answer.outcome.bound)
            self.report(self.cost, min(self.bound, self.cost))
        if answer.values is None:
            self.by_clock = True
            return None
        plan: BoolArray = answer.values[: self.problem.changes.cost.size] > 0.5
        key = plan.tobytes()
        if key in self.seen and wanted <= SMALLEST:
            return None
        self.seen.add(key)
        return plan

    def evaluate(self, plan: BoolArray) -> None:
        """Cost and cuts of a plan (A,); kept where it is the best."""
        problem = self.problem
        in_use = problem.in_use(plan)
        cost = float(problem.changes.cost[plan].sum()) + self.transport.to(in_use)
        if not self.transport.serves:
            self.reach.to(in_use)
            constant, coefficients = cut(self.reach.problem, self.reach.prices())
            short = constant + (coefficients.reshape(in_use.shape) * in_use).sum(axis=1)
            lacking = np.flatnonzero(short > LEFT_OUT * problem.pairs.load.max())
            self.master.add_reach_cut(constant, coefficients, lacking)
        prices = self.transport.prices()
        self.master.add_cut(*cut(problem, prices))
        self.master.add_cut(*cut(problem, 0.5 * (prices + self.mu)))
        if self.transport.serves and cost < self.cost and problem.allows(plan):
            self.cost, self.best = cost, plan
            self.report(cost, min(self.bound, cost))

    def answer(self) -> PeriodPlan:
        """What is known, with the best plan's shares."""
        if self.best is None:
            return PeriodPlan(self.bound, math.inf, None, None, self.rounds, self.by_clock)
        self.transport.to(self.problem.in_use(self.best))
        bound = min(self.bound, self.cost)
        return PeriodPlan(bound, self.cost, self.best, self.transport.shares(), self.rounds, self.by_clock)
