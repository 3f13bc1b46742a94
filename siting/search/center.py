"""The least largest impedance, by halving the range of possible values: each step asks whether a choice of sites
covers everybody within a value, which is a coverage problem without any assignment. The linear programme rules out
small values, interchange finds plans within large ones, and branching decides those between.

Source: Minieka (1970), SIAM Review 12(1); Elloumi, Labbe and Pochet (2004), INFORMS Journal on Computing 16(1).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from siting.impedance import BoolArray, FloatArray
from siting.instance import Instance
from siting.instance.coverage import sets_within
from siting.machine.interrupt import out_of_time
from siting.search.covering.lagrangian import lagrangian_bound
from siting.search.covering.moves import improve
from siting.search.covering.problem import CoverageProblem
from siting.search.covering.tree import Solved, solve
from siting.search.sites import SiteRules
from siting.solving.solver import SolverOptions

BOUND_STEPS = 300  # of a linear programme
FIRST_PART = 64  # of the range is the first step of the interchange
PATIENCE = 50  # moves of the interchange without a plan that leaves fewer out
SHARE = 1 / 3  # of the time that is left for one value


@dataclass(frozen=True, eq=False)
class Center:
    """The best plan found and a bound: no plan sends everybody less far; +inf where there is none.

    Attributes:
        objective: its largest impedance; +inf without a plan.
        open: (J,) its sites; None without one.
        nodes: of the branching, over all steps.
    """

    bound: float
    objective: float
    open: BoolArray | None
    nodes: int


def search_center(
    instance: Instance,
    rules: SiteRules,
    options: SolverOptions,
    *,
    weighted: bool = False,
    report: Callable[[float, float], None] = lambda objective, bound: None,
) -> Center:
    """Halve the range between what no plan can beat and what a plan has reached.

    Args:
        rules: which sites may be open together.
        options: limits; the nodes are those of each step.
        weighted: whether impedance counts by the people who travel.
        report: is told (objective, bound) as they improve.
    """
    end = time.perf_counter() + options.time_limit_s
    matrix = instance.impedance
    cost: FloatArray = matrix.values * instance.demand[matrix.rows] if weighted else matrix.values
    usable = rules.may[matrix.indices]
    least = np.full(instance.demand_count, np.inf)
    np.minimum.at(least, matrix.rows[usable], cost[usable])
    floor = float(least.max(initial=0.0))
    values = np.unique(cost[usable & (cost >= floor)])
    if not values.size:
        return Center(math.inf, math.inf, None, 0)
    search = _Halving(instance, rules, options, cost, values, end, report)
    search.first_plan()
    if search.open is not None:
        search.relaxed()
        search.interchanged()
        search.exact()
    bound = (
        search.farthest if search.low >= search.high else max(floor, float(values[min(search.low, values.size - 1)]))
    )
    return Center(bound, search.farthest, search.open, search.nodes)


class _Halving:
    """values[:low] are known to be too small, values[high] to be possible."""

    def __init__(
        self,
        instance: Instance,
        rules: SiteRules,
        options: SolverOptions,
        cost: FloatArray,
        values: FloatArray,
        end: float,
        report: Callable[[float, float], None],
    ) -> None:
        self.instance, self.rules, self.options, self.cost = instance, rules, options, cost
        self.values, self.end, self.report = values, end, report
        self.low, self.high, self.nodes = 0, values.size, 0
        self.farthest = math.inf
        self.open: BoolArray | None = None

    def first_plan(self) -> None:
        """Whether anything is possible at all."""
        found = self._solve(self.values.size - 1, self.end)
        if found.open is None and found.bound > 0:
            self.low = self.values.size

    def relaxed(self) -> None:
        """Values that the linear programme rules out. Small values make small problems: upwards in growing steps."""
        top, reach = self.high, 1
        multipliers = average = None
        while self.low < top and not out_of_time(self.end):
            place = min(self.low + reach - 1, (self.low + top) // 2)
            found = lagrangian_bound(
                self._problem(place),
                upper=np.nextafter(0.0, 1.0),
                multipliers=multipliers,
                average=average,
                steps=BOUND_STEPS,
                close=2.0,  # the programme has a solution, or nearly one
                end=self.end,
            )
            multipliers, average = found.multipliers, found.average
            if found.bound > 0:
                self.low, reach = place + 1, reach * 2
            else:
                top = place
        self._tell()

    def interchanged(self) -> None:
        """Better plans by interchange within smaller values than the best plan needs."""
        hopeless, reach = self.low, max(1, (self.high - self.low) // FIRST_PART)
        while hopeless < self.high and not out_of_time(self.end):
            place = min(hopeless + reach - 1, (hopeless + self.high) // 2)
            assert self.open is not None
            opened, lost = improve(
                self._problem(place), self.open, patience=PATIENCE, seed=self.options.seed, enough=0.0, end=self.end
            )
            if lost > 0:
                hopeless, reach = place + 1, reach * 2
            else:
                self._take(opened)

    def exact(self) -> None:
        """What is left, by halves; below a value that a share of the time does not decide, smaller ones are asked."""
        undecided = self.high
        while self.low < self.high and not out_of_time(self.end):
            undecided = min(undecided, self.high)
            last = undecided <= self.low
            place = (self.low + undecided) // 2
            now = time.perf_counter()
            found = self._solve(place, self.end if last else now + SHARE * (self.end - now))
            if found.open is not None:
                continue
            if found.bound > 0:
                self.low = place + 1
                self._tell()
            elif last:
                return
            else:
                undecided = place

    def _solve(self, place: int, end: float) -> Solved:
        options = self.options
        found = solve(self._problem(place), end=end, enough=0.0, node_limit=options.node_limit, seed=options.seed)
        self.nodes += found.nodes
        if found.open is not None:
            self._take(found.open)
        return found

    def _take(self, opened: BoolArray) -> None:
        """A plan that is better than the best one."""
        self.open, self.farthest = opened, _farthest(self.instance, self.cost, opened)
        self.high = int(np.searchsorted(self.values, self.farthest))
        self._tell()

    def _tell(self) -> None:
        self.report(self.farthest, self.farthest if self.low >= self.high else float(self.values[self.low]))

    def _problem(self, place: int) -> CoverageProblem:
        """Everybody within a value; what falls short is the number of demand points left out."""
        n, m = self.instance.demand_count, self.instance.site_count
        matrix = self.instance.impedance
        limit = np.full(n, float(self.values[place]))
        near = sets_within(matrix.indptr, matrix.indices, self.cost, limit, np.arange(n), m)
        ones = np.ones(n)
        return CoverageProblem(near, np.ones(n, dtype=np.int64), ones, ones > 0, np.zeros(m), 0.0, self.rules)


def _farthest(instance: Instance, cost: FloatArray, opened: BoolArray) -> float:
    matrix = instance.impedance
    best = np.full(instance.demand_count, np.inf)
    use = opened[matrix.indices]
    np.minimum.at(best, matrix.rows[use], cost[use])
    return float(best.max(initial=0.0))
