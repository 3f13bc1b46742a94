"""A multi-period plan with its bound: Lagrangian multipliers, then a master over states with Benders cuts."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.interrupt import out_of_time
from siting.search.multiperiod.bound import cut, lagrangian_bound
from siting.search.multiperiod.master import Master
from siting.search.multiperiod.needs import with_needs
from siting.search.multiperiod.problem import MultiPeriodProblem
from siting.search.multiperiod.transport import PeriodTransport
from siting.solver import SolverOptions

Report = Callable[[float, float], None]
ROUNDS = 200
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
    end = begin + time_limit_s
    tell = report or (lambda cost, bound: None)
    problem = with_needs(problem, initial)
    transport = PeriodTransport(problem)
    reach = PeriodTransport(problem.reach())
    best_cost, best = math.inf, None
    root = lagrangian_bound(problem, initial, end=begin + 0.4 * time_limit_s)
    bound = root.value
    if bound == math.inf:
        return PeriodPlan(bound, math.inf, None, None, 0, False)
    master = Master(problem, initial)
    master.add_cut(*cut(problem, root.mu))
    plan = start
    rounds, by_clock = 0, False
    seen: set[bytes] = set()
    while rounds < ROUNDS:
        if plan is None:
            left = end - time.perf_counter()
            if left <= 0 or out_of_time(end):
                by_clock = True
                break
            wanted = max(gap, 1e-7) if not math.isfinite(best_cost) else max(0.2 * (best_cost - bound) / abs(best_cost), 1e-7)
            answer = master.solve(SolverOptions(time_limit_s=left, gap=wanted), best)
            rounds += 1
            if answer.outcome.status.value == "infeasible":
                bound = math.inf if best is None else best_cost
                break
            if answer.outcome.bound is not None:
                bound = max(bound, answer.outcome.bound)
            tell(best_cost, min(bound, best_cost))
            if math.isfinite(best_cost) and best_cost - bound <= max(gap, 1e-9) * abs(best_cost):
                break
            if answer.values is None:
                by_clock = True
                break
            plan = answer.values[: problem.changes.cost.size] > 0.5
            if plan.tobytes() in seen and wanted <= 1e-6:
                break
            seen.add(plan.tobytes())
        in_use = problem.in_use(plan)
        cost = float(problem.changes.cost[plan].sum()) + transport.to(in_use)
        if not transport.serves:
            reach.to(in_use)
            constant, coefficients = cut(reach.problem, reach.prices())
            short = constant + (coefficients.reshape(in_use.shape) * in_use).sum(axis=1)
            master.add_reach_cut(constant, coefficients, np.flatnonzero(short > LEFT_OUT * reach.problem.pairs.load.max()))
        mu = transport.prices()
        master.add_cut(*cut(problem, mu))
        master.add_cut(*cut(problem, 0.5 * mu + 0.5 * root.mu))
        if transport.serves and cost < best_cost and problem.allows(plan):
            best_cost, best = cost, plan
            tell(best_cost, bound)
        plan = None
    if best is None:
        return PeriodPlan(bound, math.inf, None, None, rounds, by_clock)
    transport.to(problem.in_use(best))
    return PeriodPlan(min(bound, best_cost), best_cost, best, transport.shares(), rounds, by_clock)
