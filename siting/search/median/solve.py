"""Heuristic, bound, fixing, branch and bound: the best plan and its proof, or as much of both as there is time for."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, vstack

from siting.impedance import BoolArray, FloatArray
from siting.machine.interrupt import out_of_time
from siting.search.median.interchange import State, copy_state, improve, shake, state_of
from siting.search.median.problem import MedianProblem, Near
from siting.search.median.relaxation import Steps
from siting.search.median.tree import Multipliers, Node, Waiting, bounded, least_sure, propagate, settle
from siting.solution import Status
from siting.solving.solver import SolverOptions, solve_program

SMALLEST_GAP = 1e-7  # relative: a bound this near to a plan proves it
ARITHMETIC = 1e-9  # relative error of a bound's or a plan's sum
GRAIN_DOUBT = 0.01  # of the grain of the objective, on the safe side
FIRST = Steps(60, 1.0, 0.9, 15, 0.7)
ROOT = Steps(1000, 1.0, 0.9, 30, 0.7)
AGAIN = Steps(1000, 0.3, 0.9, 30, 0.7)
GUESS = 0.05  # of the bound, above which a plan is expected while there is none
PORTION = 3e8  # pairs that a portion of steps looks at
SMALLER = 0.8  # share of the sites that a reduction must leave at most to go on
PATIENCE = 100  # shakes without a better plan
TRIED_NODES = 60  # after so many nodes, sites are tried only while there is no plan
LONG = 1 << 60
SHARE_FOR_SERVING = 0.5  # of the time that is left, for the solver to find a plan that serves everybody
SERVING_GAP = 0.1  # relative: that plan is improved anyway
Report = Callable[[float, float], None]


@dataclass(frozen=True, eq=False)
class MedianAnswer:
    """What has been found and proven.

    Attributes:
        bound: no plan has a smaller objective; +inf where it is proven that there is no plan.
        objective: of the best plan found; +inf without one.
        open: (J,) its sites; None without one.
        nodes: that were bounded.
        finished: whether it was not ended by the limit of nodes.
        by_clock: whether the clock or the user ended it.
    """

    bound: float
    objective: float
    open: BoolArray | None
    nodes: int
    finished: bool
    by_clock: bool


def solve(
    problem: MedianProblem,
    options: SolverOptions = SolverOptions(),  # noqa: B008  (frozen)
    *,
    start: BoolArray | None = None,
    report: Report | None = None,
    constant: float = 0.0,
) -> MedianAnswer:
    """The best plan and bound within the limits.

    Args:
        options: limits; with one thread or several the answer is the same, unless the clock stops it.
        start: (J,) sites of an allowed plan, where there is one.
        report: is told (objective, bound) as they improve.
        constant: is to be added to an objective before a gap is measured by it.
    """
    return _Run(problem, options, report, constant).answer(start)


class _Run:
    """One solve: the best plan so far, the near pairs at present, and what ended it."""

    def __init__(self, problem: MedianProblem, options: SolverOptions, report: Report | None, constant: float) -> None:
        self.problem, self.options, self.report, self.constant = problem, options, report, constant
        self.end = time.perf_counter() + options.time_limit_s
        self.objective = math.inf
        self.open: BoolArray | None = None
        self.bound = -math.inf
        self.nodes = 0
        self.near = problem.near
        self.by_clock = False
        self.tried: set[bytes] = set()

    @property
    def target(self) -> float:
        """Plans with at least this objective need not be found."""
        if not math.isfinite(self.objective):
            return math.inf
        grain = self.problem.grain
        close = self.objective - max(self.wanted, self.doubt)
        sure = grain and self.doubt < grain * GRAIN_DOUBT
        return min(close, self.objective - grain * (1 - GRAIN_DOUBT)) if sure else close

    @property
    def wanted(self) -> float:
        """The difference to a bound that will do."""
        return max(self.options.gap * (1 - ARITHMETIC), SMALLEST_GAP) * abs(self.objective + self.constant)

    @property
    def doubt(self) -> float:
        """The difference that arithmetic may make."""
        return ARITHMETIC * abs(self.objective)

    @property
    def finished_bound(self) -> float:
        """The bound once no plan below the target is left."""
        whole = self.problem.grain and self.target > self.objective - self.problem.grain
        return self.objective if whole or self.doubt >= self.wanted else self.target

    def answer(self, start: BoolArray | None) -> MedianAnswer:
        """Run."""
        root = self.begin(start)
        waiting = Waiting()
        if root is not None and root.bound < self.target:
            waiting.add(root)
        limited = False
        while waiting and waiting.bound < self.target:
            self.bound = max(self.bound, waiting.bound)
            limited = self.options.node_limit is not None and self.nodes >= self.options.node_limit
            if limited or self.stopped():
                break
            self.branch(waiting.take(), waiting)
            self.tell()
        else:
            self.bound = self.finished_bound
        return MedianAnswer(self.proven, self.objective, self.open, self.nodes, not limited, self.by_clock)

    @property
    def proven(self) -> float:
        """No plan has a smaller objective: plans that were left out have at least the target."""
        return min(self.bound, self.finished_bound)

    def stopped(self) -> bool:
        """Whether the clock or the user ends the search."""
        self.by_clock = self.by_clock or out_of_time(self.end)
        return self.by_clock

    def tell(self) -> None:
        """Report where the search stands."""
        if self.report is not None:
            self.report(self.objective, self.proven)

    def begin(self, start: BoolArray | None) -> Node | None:
        """The root, after a first plan, a bound, and what both settle; None where there is no plan at all."""
        problem = self.problem
        must, may = problem.rules.must.copy(), problem.rules.may.copy()
        if not propagate(problem.choice, must, may) or (must & ~may).any():
            return None
        mu, upper = self.first_plan(start, must, may)
        if mu is None:
            return None
        node = self.ascend_root(self.near, must, may, mu, np.zeros(problem.choice.side_least.size), upper, ROOT)
        self.shaken(PATIENCE)
        while node.bound < self.target and not self.stopped():
            before = int(self.near.may.sum())
            must, may = node.must.copy(), node.may.copy()
            settle(problem.choice, node.bound, self.target, node.value, node.chosen, must, may)
            if may.sum() > SMALLER * before:
                break
            self.near = problem.nearby(may)
            node = self.ascend_root(self.near, must, may, node.mu, node.pi, self.upper(node.bound), AGAIN)
        return node

    def upper(self, bound: float) -> float:
        """The objective of the best plan, or a guess of it."""
        return self.objective if math.isfinite(self.objective) else bound + GUESS * abs(bound)

    def ascend_root(
        self, near: Near, must: BoolArray, may: BoolArray, mu: Multipliers, pi: FloatArray, upper: float, steps: Steps
    ) -> Node:
        """The root's bound, in portions between which the clock is read and the relaxation's sites are tried."""
        portion = int(min(max(PORTION / max(near.lists.site.size / 4, 1), 10), steps.most))
        node, left, factor = None, steps.most, steps.first
        while left > 0 and factor > 0:
            part = steps._replace(most=min(portion, left), first=factor)
            new = bounded(self.problem, near, must, may, mu, pi, upper=upper, target=self.target, steps=part)
            left, factor, mu, pi = left - portion, new.factor, new.mu, new.pi
            node = new if node is None or new.bound > node.bound else node
            self.bound = max(self.bound, node.bound)
            self.try_sites(new.chosen)
            upper = self.upper(node.bound)
            self.tell()
            if node.bound >= self.target or self.stopped():
                break
        assert node is not None
        self.nodes = max(self.nodes, 1)
        return node

    def first_plan(self, start: BoolArray | None, must: BoolArray, may: BoolArray) -> tuple[Multipliers | None, float]:
        """Multipliers and an objective, or a guess of one, to begin the bound with, after a first plan.

        No multipliers where it turns out that there is no plan.
        """
        problem, lists = self.problem, self.near.lists
        if start is None and problem.rules.allows(must):
            start = must
        if start is not None:
            state = self.improved(start)
            mu: Multipliers = (state.near + np.minimum(state.next, 3 * state.near)) / 2
            value, total = problem.price, float(state.total[0])
        else:
            picked = problem.rules.cheapest(np.zeros(problem.site_count))
            if picked is None:
                return None, math.inf
            length = np.diff(lists.indptr)
            place = np.minimum(1.5 * length / max(int(picked.sum()), 1), length - 1).astype(np.int64)
            there = length > 0
            costs = np.zeros(length.size)
            costs[there] = lists.cost[(lists.indptr[:-1] + place)[there]]
            total = 1.5 * float(costs.sum()) + float(np.abs(problem.price).sum())
            rows = problem.choice.side_least.size
            node = self.ascend_root(self.near, must, may, costs, np.zeros(rows), total, FIRST)
            mu, value = node.mu, node.value
            if self.open is None:
                total = self.upper(node.bound)
        if self.open is None:
            plan = self.serving_plan(value)
            if plan is None and self.bound == math.inf:
                return None, math.inf
            if plan is not None:
                self.improved(plan)
        return mu, self.objective if self.open is not None else float(total)

    def serving_plan(self, value: FloatArray) -> BoolArray | None:
        """(J,) sites that the rules allow and that serve everybody, at the least sum of `value`, by the solver.

        None where it found none in time; where there is none, the bound becomes +inf.
        """
        problem, lists = self.problem, self.near.lists
        program = problem.rules.program(value)
        sets = {lists.site[lists.indptr[i] : lists.indptr[i + 1]].tobytes(): i for i in self.near.thin[::-1]}
        rows = sorted(sets.values())
        if self.near.thin.size < int(problem.served.sum()):
            everywhere = np.ones((1, problem.site_count))
        else:
            everywhere = np.zeros((0, problem.site_count))
        cover = np.zeros((len(rows), problem.site_count))
        for r, i in enumerate(rows):
            cover[r, lists.site[lists.indptr[i] : lists.indptr[i + 1]]] = 1.0
        program = replace(
            program,
            matrix=csr_array(vstack([program.matrix, csr_array(cover), csr_array(everywhere)])),
            row_lower=np.concatenate([program.row_lower, np.ones(len(rows) + everywhere.shape[0])]),
            row_upper=np.concatenate([program.row_upper, np.full(len(rows) + everywhere.shape[0], np.inf)]),
        )
        left = SHARE_FOR_SERVING * max(self.end - time.perf_counter(), 0.0)
        answer = solve_program(program, replace(self.options, time_limit_s=left, gap=SERVING_GAP))
        if answer.outcome.status is Status.INFEASIBLE:
            self.bound = math.inf
        if answer.values is None:
            return None
        opened: BoolArray = answer.values > 0.5
        return opened if problem.rules.allows(opened) else None

    def try_sites(self, opened: BoolArray) -> None:
        """Improve a choice of sites that a bound has made, and keep it if it is the best."""
        key = opened.tobytes()
        if key not in self.tried:
            self.tried.add(key)
            if self.problem.rules.allows(opened):
                self.improved(opened)

    def improved(self, opened: BoolArray) -> State:
        """The plan after all moves that are worth while, kept if it is the best."""
        state = state_of(self.problem.ground(self.near, self.problem.rules.must), opened)
        improve(self.problem.ground(self.near, self.problem.rules.must), state, LONG)
        self.keep(state)
        return state

    def keep(self, state: State) -> None:
        """Take the plan if it is the best."""
        total = self.problem.served_total(state)
        if total < self.objective:
            self.objective, self.open = total, state.opened.copy()

    def shaken(self, patience: int) -> None:
        """Shake the best plan and improve it again, until that has been of no use `patience` times."""
        if self.open is None:
            return
        ground = self.problem.ground(self.near, self.problem.rules.must)
        best = state_of(ground, self.open)
        state = state_of(ground, self.open)
        failed = number = 0
        while failed < patience and self.bound < self.target and not self.stopped():
            copy_state(best, state)
            number += 1
            shake(ground, state, 2 + number % 3, self.options.seed * 1_000_003 + number)
            improve(ground, state, LONG)
            failed += 1
            if self.problem.served_total(state) < self.objective * (1 - ARITHMETIC):
                copy_state(state, best)
                self.keep(best)
                self.tell()
                failed = 0

    def branch(self, node: Node, waiting: Waiting) -> None:
        """The two halves of a node, as far as they may hold a better plan."""
        must, may = node.must.copy(), node.may.copy()
        settle(self.problem.choice, node.bound, self.target, node.value, node.chosen, must, may)
        node = replace(node, must=must, may=may)
        if not node.free.size:
            self.try_leaf(must)
            return
        j = least_sure(node)
        for opens in (True, False):
            must, may = node.must.copy(), node.may.copy()
            must[j], may[j] = opens, opens
            child = bounded(
                self.problem,
                self.near,
                must,
                may,
                node.mu,
                node.pi,
                upper=self.upper(node.bound),
                target=self.target,
            )
            self.nodes += 1
            if child.bound >= self.target:
                continue
            if self.nodes < TRIED_NODES or self.open is None:
                self.try_sites(child.chosen)
            waiting.add(replace(child, bound=max(child.bound, node.bound)))

    def try_leaf(self, opened: BoolArray) -> None:
        """A node without a choice left is a plan, or none."""
        if self.problem.rules.allows(opened):
            self.keep(state_of(self.problem.ground(self.near, self.problem.rules.must), opened))
