"""The best stations and vehicles: a plan, a bound, what the bound settles, and the solver for the rest."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from siting.events import Event
from siting.impedance import BoolArray, IntArray
from siting.machine.interrupt import out_of_time
from siting.search.expected.bound import DEEP, lagrangian_bound
from siting.search.expected.moves import improve, place
from siting.search.expected.problem import NEGLIGIBLE, ExpectedProblem, restrict
from siting.search.expected.program import as_program
from siting.solution import Status
from siting.solving.solver import SolverOptions, solve_program

Report = Callable[[float, float], None]

ROUNDS = 4  # of bounding and settling, each on what the one before has left
LITTLE_LESS = 0.9  # of the members of the sets: another round is worth it below
PATIENCE = 60  # moves without a better plan, past the first that none improves
SMALLEST_GAP = 1e-7  # relative: below PROVEN_GAP, above what arithmetic adds
LARGE = 10_000_000  # members of the programme's rows, above which the solver is not asked


@dataclass(frozen=True, eq=False)
class Solved:
    """The best plan found and a bound.

    Attributes:
        vehicles: (J,) at each site; None without a plan.
        value: of the plan; +inf without one.
        bound: no plan has a smaller value; +inf where there is none.
        nodes: of the solver's tree.
        by_clock: whether the clock stopped it.
    """

    vehicles: IntArray | None
    value: float
    bound: float
    nodes: int
    by_clock: bool


def solve(
    problem: ExpectedProblem | None,
    *,
    end: float = math.inf,
    gap: float = 0.0,
    node_limit: int | None = None,
    seed: int = 0,
    start: BoolArray | None = None,
    report: Report = lambda value, bound: None,
) -> Solved:
    """The best plan of a problem; None is one without a plan.

    Args:
        end: stop at this reading of `time.perf_counter`.
        gap: relative gap between value and bound at which it may stop.
        node_limit: of the solver.
        seed: of the moves and the solver.
        start: (J,) open sites of a plan that is known to be possible.
        report: is told (value, bound) as they improve.
    """
    if problem is None:
        return Solved(None, math.inf, math.inf, 0, False)
    return _Search(problem, end, gap, seed, report).run(node_limit, start)


class _Search:
    def __init__(self, problem: ExpectedProblem, end: float, gap: float, seed: int, report: Report) -> None:
        self.problem, self.end, self.gap, self.seed, self.report = problem, end, gap, seed, report
        self.vehicles: IntArray | None = None
        self.value, self.bound = math.inf, -math.inf

    def run(self, node_limit: int | None, start: BoolArray | None) -> Solved:
        part = self.problem
        for opened in (start, self._first_sites()):
            if opened is not None:
                self._take(self.problem, opened)
        if self.vehicles is not None:
            self._polish(self.problem, self.vehicles, PATIENCE)
        for _ in range(ROUNDS):
            found = lagrangian_bound(part, upper=self.limit(), end=self.end, plan=partial(self._try, part))
            self._raise(found.bound)
            self._try(part, found.chosen, self.bound)
            if self._closed() or out_of_time(self.end):
                return self._solved(0)
            before = part.sets.indices.size
            smaller = restrict(part, *found.settle(part, self.limit()))
            if smaller is None:  # nothing below the limit is left
                self._raise(self.limit())
                return self._solved(0)
            part = smaller
            if part.sets.indices.size > LITTLE_LESS * before:
                break
        return self._hand_over(part, node_limit)

    def limit(self) -> float:
        """A part of the plans whose bound reaches this has no better one that matters."""
        if not math.isfinite(self.value):
            return math.inf
        return self.value - SMALLEST_GAP * max(abs(self.value), 1e-9)

    def _closed(self) -> bool:
        return self.value <= self.bound + max(self.gap, SMALLEST_GAP) * abs(self.value)

    def _raise(self, bound: float) -> None:
        bound = min(bound, self.value)
        if bound > self.bound:
            self.bound = bound
            self._tell()

    def _tell(self) -> None:
        if self.vehicles is not None and math.isfinite(self.bound):
            self.report(self.value, self.bound)

    def _solved(self, nodes: int) -> Solved:
        clock = out_of_time(self.end) and not self._closed()
        bound = self.bound
        if self.vehicles is None and not math.isfinite(bound):
            bound = math.inf if bound > 0 else -math.inf
        return Solved(self.vehicles, self.value, bound, nodes, clock)

    def _keep(self, vehicles: IntArray) -> None:
        value = self.problem.value(vehicles)
        if value < self.value and self.problem.allows(vehicles):
            self.vehicles, self.value = vehicles.copy(), value
            self._tell()

    def _take(self, part: ExpectedProblem, opened: BoolArray) -> None:
        """Vehicles for these open sites, where the rules allow them."""
        vehicles = place(part, opened) if part.rules.allows(opened) else None
        if vehicles is not None:
            better, _ = improve(part, vehicles, end=self.end)
            self._keep(better)

    def _try(self, part: ExpectedProblem, chosen: BoolArray, bound: float) -> float:
        """A plan of the sites that a bound has chosen; gives the new limit."""
        self._raise(bound)
        self._take(part, chosen)
        return self.limit()

    def _polish(self, part: ExpectedProblem, vehicles: IntArray, patience: int) -> None:
        """Look past the plans that no single move improves."""
        better, _ = improve(part, vehicles, patience=patience, seed=self.seed, end=self.end)
        self._keep(better)

    def _first_sites(self) -> BoolArray | None:
        """Allowed sites that reach many people each; None where there are none, or none were found in time."""
        problem = self.problem
        rows = np.repeat(np.arange(problem.sets.size), problem.sets.lengths)
        worth = np.bincount(problem.sets.indices, weights=problem.weight[rows], minlength=problem.room.size)
        price = -worth.astype(np.float64)
        left = min(max(self.end - time.perf_counter(), 1e-3), 1e6)
        return problem.rules.best(price, SolverOptions(time_limit_s=left, gap=0.01, seed=self.seed))

    def _hand_over(self, part: ExpectedProblem, node_limit: int | None) -> Solved:
        """The solver settles what is left, or the bound stands."""
        if not part.room.any():  # one plan at most
            self._keep(part.base)
            self._raise(self.limit())
            return self._solved(0)
        if (DEEP + 1) * (part.sets.indices.size + int(part.layers.sum())) > LARGE:
            return self._solved(0)
        rest = as_program(part)
        start = None
        if self.vehicles is not None and part.allows(self.vehicles):
            start = rest.write(part, self.vehicles)
        left = min(max(self.end - time.perf_counter(), 1e-3), 1e6)
        options = SolverOptions(time_limit_s=left, seed=self.seed, node_limit=node_limit, gap=self.gap)
        answer = solve_program(rest.program, options, start=start, listener=self._heard)
        if answer.values is not None:
            self._keep(rest.read(part, answer.values))
        outcome = answer.outcome
        faded = NEGLIGIBLE * float(part.weight.sum())
        if outcome.status is Status.INFEASIBLE:
            self._raise(self.limit())
        elif outcome.bound is not None:
            self._raise(min(outcome.bound - 1e-9 * abs(outcome.bound) - faded, self.limit()))
        return self._solved(outcome.nodes)

    def _heard(self, event: Event) -> None:
        """What the solver tells on its way."""
        bound = event.data.get("bound")
        if isinstance(bound, float) and math.isfinite(self.value):
            self._raise(min(bound, self.limit()))
