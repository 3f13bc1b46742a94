"""The best plan of a coverage problem: bound, moves, and branching on what the bound leaves open.

Each node has a Lagrangian bound, from the multipliers of the node above; by reduced costs it fixes sites, which makes
classes the same, until what is left is small enough for the solver.
"""

from __future__ import annotations

import heapq
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from siting.events import Event
from siting.impedance import BoolArray, FloatArray
from siting.machine.interrupt import out_of_time
from siting.search.covering.fixing import rise_if_changed
from siting.search.covering.lagrangian import lagrangian_bound
from siting.search.covering.moves import improve
from siting.search.covering.problem import CoverageProblem, Restricted, restrict
from siting.search.covering.program import as_program
from siting.search.covering.reductions import reduced
from siting.search.covering.squeeze import alike, squeeze
from siting.solution import Status
from siting.solving.solver import SolverOptions, solve_program

Report = Callable[[float, float], None]

ROOT_STEPS, NODE_STEPS = 2000, 200
SMALL = 20_000  # members of the sets that are left, with which the solver is quick
SMALL_HARD = 60_000  # the same where every class must be covered: its cuts are worth more than branching here
SOLVER_NODES = 500  # after which branching goes on
POLISH_EVERY = 10  # nodes from one search past the best plan to the next
SQUEEZE, LONG_SQUEEZE = 2, 20  # steps for each member of the sets, at first and before the solver is asked
SQUEEZE_WORK = 3e8  # members that it looks at, at most: a few seconds
PATIENCE = 200  # moves without a better plan, past the first that none improves
WORTH_TELLING = 0.9  # of the last gap that was told: a smaller step is not
SMALLEST_GAP = 1e-7  # relative: below PROVEN_GAP, above what arithmetic adds


@dataclass(frozen=True, eq=False)
class Solved:
    """The best plan found and a bound.

    Attributes:
        open: (J,) its sites; None without one.
        value: of the plan; +inf without one.
        bound: no plan has a smaller value; +inf where there is none.
        nodes: of the branching.
        by_clock: whether the clock stopped it.
    """

    open: BoolArray | None
    value: float
    bound: float
    nodes: int
    by_clock: bool


def solve(
    problem: CoverageProblem,
    *,
    end: float = math.inf,
    gap: float = 0.0,
    enough: float = -math.inf,
    cutoff: float = math.inf,
    node_limit: int | None = None,
    seed: int = 0,
    start: BoolArray | None = None,
    report: Report = lambda value, bound: None,
) -> Solved:
    """The best plan.

    Args:
        end: stop at this reading of `time.perf_counter`.
        gap: relative gap between value and bound at which it may stop.
        enough: a plan of this value will do.
        cutoff: plans of this value or worse do not matter; without a better one `bound` is the cutoff at least.
        node_limit: at most so many nodes.
        seed: of the moves.
        start: (J,) a plan to begin with.
        report: is told (value, bound) as they improve.
    """
    search = _Tree(problem, end, gap, enough, cutoff, seed, report)
    return search.run(node_limit, start)


@dataclass(frozen=True, eq=False)
class _Node:
    """A part of the plans: those of `problem` with these sites open, and no others than `may`."""

    problem: CoverageProblem
    multipliers: FloatArray | None
    average: FloatArray | None
    must: BoolArray
    may: BoolArray
    bound: float


class _Tree:
    def __init__(
        self, problem: CoverageProblem, end: float, gap: float, enough: float, cutoff: float, seed: int, report: Report
    ) -> None:
        self.problem, self.end, self.gap, self.seed, self.report = problem, end, gap, seed, report
        self.enough, self.cutoff = enough, cutoff
        self.open: BoolArray | None = None
        self.value = math.inf
        self.floor = math.inf  # the least bound of the parts that were put aside
        self.waiting: list[tuple[float, int, _Node]] = []
        self.nodes = self.number = 0
        self.undecided = False  # whether there was no time to find out if any set of sites is allowed
        self.told = (math.inf, -math.inf)
        self.hard = bool(problem.hard.all())
        self.small = SMALL_HARD if self.hard else SMALL

    def run(self, node_limit: int | None, start: BoolArray | None) -> Solved:
        first = self._first_plan(self.problem) if start is None else start
        if first is None:
            return self._nothing()
        self.take(first)
        if self.value <= self.enough:
            return Solved(self.open, self.value, -math.inf, 0, False)
        small = reduced(self.problem)
        first = None if small is None else self._first_plan(small)
        if small is None or first is None:
            return self._nothing()
        rules = small.rules
        self._polish(small, first)
        node: _Node | None = _Node(small, None, None, rules.must, rules.may, -math.inf)
        stopped = False
        while node is not None and not stopped:
            children = self.process(node)
            self.nodes += 1
            if self.nodes % POLISH_EVERY == 0 and self.open is not None:
                self._polish(small, self.open)
            for child in children:
                self.number += 1
                heapq.heappush(self.waiting, (child.bound, self.number, child))
            bound = self.bound()
            self._tell(bound)
            stopped = (
                self.value <= max(self.enough, bound + self.gap * abs(self.value))
                or out_of_time(self.end)
                or (node_limit is not None and self.nodes >= node_limit)
            )
            node = heapq.heappop(self.waiting)[2] if self.waiting and not stopped else None
        bound = self.bound()
        clock = stopped and out_of_time(self.end) and bound < self.value
        return Solved(self.open, self.value, bound, self.nodes, clock)

    def _nothing(self) -> Solved:
        return Solved(None, math.inf, -math.inf if self.undecided else math.inf, 0, self.undecided)

    def bound(self) -> float:
        """No plan is better than the best known, or than this."""
        least = min(self.floor, self.waiting[0][0] if self.waiting else math.inf)
        return min(self._on_grid(least), self.value, self.cutoff)

    def _on_grid(self, bound: float) -> float:
        """The least value of a plan that is not below the bound: values are whole steps apart."""
        step, constant = self.problem.step, self.problem.constant
        if not step or not math.isfinite(bound):
            return bound
        return constant + math.ceil((bound - constant) / step - 1e-6) * step

    def limit(self) -> float:
        """A part whose bound reaches this has no better plan that matters."""
        step, best = self.problem.step, min(self.value, self.cutoff)
        ceiling = self.problem.ceiling
        if not math.isfinite(best):
            return ceiling + max(1e-6 * step, SMALLEST_GAP * max(abs(ceiling), 1.0))
        return best - max(step * (1 - 1e-6), SMALLEST_GAP * abs(best))

    def take(self, opened: BoolArray) -> None:
        """Keep this plan, if it is possible and better."""
        value = self.problem.value(opened)
        if value < self.value and self.problem.meets(opened) and self.problem.rules.allows(opened):
            self.open, self.value = opened.copy(), value

    def process(self, node: _Node) -> list[_Node]:
        """Bound a node; what is left of it as one child or two, unless nothing is or the solver has settled it."""
        root = node.multipliers is None
        part = restrict(node.problem, node.must, node.may, node.multipliers)
        if not part.possible:
            return []
        known, average = node.bound, node.average
        for _ in range(3):
            problem = part.problem
            found = lagrangian_bound(
                problem,
                upper=self.limit(),
                multipliers=part.multipliers,
                average=average,
                steps=ROOT_STEPS if root else NODE_STEPS,
                end=self.end,
                plan=partial(self._try, problem) if root else None,
            )
            known, average = max(known, found.bound), found.average
            self._try(problem, found.chosen, known, quiet=True)
            if known >= self.limit():
                self._aside(known)
                return []
            rise = rise_if_changed(problem.rules, found.price, found.chosen)
            settled = problem.rules.free & (found.bound + rise >= self.limit())
            if root and self.open is not None:
                self._polish(problem, self.open)
            must, may = settled & found.chosen, problem.rules.may & ~(settled & ~found.chosen)
            before = problem.sets.indices.size
            part = restrict(problem, must, may, found.multipliers)
            if not part.possible:
                return []
            left = part.problem.sets.indices.size
            if left > 0.9 * before or left <= self.small or out_of_time(self.end):
                break
        if out_of_time(self.end):
            rules = part.problem.rules
            return [_Node(part.problem, part.multipliers, average, rules.must, rules.may, known)]
        if part.problem.sets.indices.size <= self.small:
            solved, known = self._hand_over(part.problem, known)
            if solved or known >= self.limit():
                self._aside(known)
                return []
        return self._branch(part, found.average, found.price, known)

    def _branch(self, part: Restricted, average: FloatArray, price: FloatArray, known: float) -> list[_Node]:
        """On the site of which the plans on the way are least sure."""
        rules = part.problem.rules
        free = np.flatnonzero(rules.free)
        if not free.size:
            self.take(rules.must)  # the only plan of the part, whatever its bound
            return []
        unsure = np.minimum(average[free], 1 - average[free])
        j = free[np.lexsort((free, np.abs(price[free]), -np.round(unsure, 6)))[0]]
        must, may = rules.must.copy(), rules.may.copy()
        must[j], may[j] = True, False
        above = part.problem, part.multipliers, average
        return [_Node(*above, must, rules.may, known), _Node(*above, rules.must, may, known)]

    def _aside(self, bound: float) -> None:
        """A part without a plan that matters: integer steps make its bound that of the best plan."""
        best, step = min(self.value, self.cutoff), self.problem.step
        if math.isfinite(best) and not (step and bound > best - step * (1 - 1e-7)):
            self.floor = min(self.floor, bound)

    def _hand_over(self, problem: CoverageProblem, known: float) -> tuple[bool, float]:
        """Whether the solver has settled this part, and its bound."""
        if self.hard and self.open is not None:
            self._squeeze(problem, self.open, LONG_SQUEEZE)
            self._tell(min(known, self.bound()))
            if known >= self.limit():
                return False, known
        program, sites = as_program(problem)
        left = min(max(self.end - time.perf_counter(), 1e-3), 1e6)
        nodes = None if self.hard else SOLVER_NODES
        start = None
        if self.open is not None and problem.rules.allows(self.open):
            lacking = np.maximum(problem.target - problem.count(self.open), 0)[~problem.hard]
            start = np.concatenate([self.open[sites], lacking]).astype(np.float64)
        options = SolverOptions(time_limit_s=left, seed=self.seed, node_limit=nodes, gap=self.gap)
        answer = solve_program(program, options, start=start, listener=partial(self._heard, known))
        if answer.values is not None:
            opened = problem.rules.must.copy()
            opened[sites[answer.values[: sites.size] > 0.5]] = True
            self.take(opened)
        outcome = answer.outcome
        if outcome.status is Status.INFEASIBLE:
            return True, math.inf
        bound = known if outcome.bound is None else max(known, outcome.bound - 1e-9 * abs(outcome.bound))
        return outcome.status is Status.OPTIMAL, bound

    def _heard(self, known: float, event: Event) -> None:
        """What the solver tells on its way; parts that wait have a bound of their own."""
        bound = event.data.get("bound")
        if isinstance(bound, float):
            self._tell(min(max(known, bound), self.bound()))

    def _try(self, problem: CoverageProblem, chosen: BoolArray, bound: float, *, quiet: bool = False) -> float:
        """Better plans from the sites that a bound has chosen; gives the new limit."""
        if self.problem.rules.allows(chosen):
            opened, value = improve(problem, chosen, end=self.end)
            if value < self.value:
                self.take(opened)
        if not quiet:
            self._tell(bound)
        return self.limit()

    def _polish(self, problem: CoverageProblem, opened: BoolArray) -> None:
        """Look past the plans that no single move improves, if the rules of `problem` allow this one."""
        if not problem.rules.allows(opened):
            return
        seed = self.seed + self.nodes
        plan, _ = improve(problem, opened, patience=PATIENCE, seed=seed, enough=self.enough, end=self.end)
        self.take(plan)
        self._squeeze(problem, plan, SQUEEZE)

    def _squeeze(self, problem: CoverageProblem, plan: BoolArray, thoroughness: int) -> None:
        """Fewer sites, where all count alike."""
        if alike(problem) and problem.rules.allows(plan) and problem.meets(plan):
            work = problem.sets.lengths.mean() * problem.points.lengths.mean()
            steps = int(min(thoroughness * problem.sets.indices.size, 1 + SQUEEZE_WORK / work))
            self.take(squeeze(problem, plan, steps=steps, seed=self.seed + self.nodes))

    def _first_plan(self, problem: CoverageProblem) -> BoolArray | None:
        """Allowed sites that cover much each; None where no set is allowed."""
        rules = problem.rules
        worth = np.bincount(
            problem.sets.indices, weights=np.repeat(problem.weight, problem.sets.lengths), minlength=problem.price.size
        )
        chosen = rules.cheapest(problem.price - worth)
        if chosen is None or rules.allows(chosen):
            return chosen
        left = min(max(self.end - time.perf_counter(), 1e-3), 1e6)
        options = SolverOptions(time_limit_s=left, gap=0.01, seed=self.seed)
        answer = solve_program(rules.program(problem.price - worth), options)
        self.undecided = answer.values is None and answer.outcome.status is not Status.INFEASIBLE
        return None if answer.values is None else answer.values > 0.5

    def _tell(self, bound: float) -> None:
        bound = min(max(bound, self.told[1]), self.value)
        if self.open is None:
            return
        value, told = self.told
        if self.value < value or self.value - bound < WORTH_TELLING * (value - told):
            self.told = (self.value, bound)
            self.report(self.value, bound)
