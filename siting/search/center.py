"""The least largest impedance, by halving the range of possible values: each step asks whether a choice of sites
covers everybody within a value, which is a coverage problem without any assignment.

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
from siting.search.covering.problem import CoverageProblem
from siting.search.covering.tree import Solved, solve
from siting.search.sites import SiteRules
from siting.solving.solver import SolverOptions


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
    # values[:low] are known to be too small, values[high] to be possible; first whether anything is.
    low, high, place = 0, values.size, values.size - 1
    farthest, opened, nodes, reach = math.inf, None, 0, 1
    while low < high and (opened is None or not out_of_time(end)):
        found = _covers_within(instance, rules, cost, float(values[place]), options, end)
        nodes += found.nodes
        if found.open is not None:
            opened, farthest = found.open, _farthest(instance, cost, found.open)
            high = min(place, int(np.searchsorted(values, farthest)))
        elif found.bound > 0:
            low = place + 1
        else:
            break  # not decided within the limits
        if opened is not None:
            report(farthest, farthest if low >= high else float(values[low]))
        if opened is None and low >= values.size:
            return Center(math.inf, math.inf, None, nodes)
        # Small values make small problems: upwards in growing steps, until one is possible.
        reach = reach * 2 if low == place + 1 else reach
        place = min(low + reach - 1, (low + high) // 2)
    bound = farthest if low >= high else max(floor, float(values[low]))
    return Center(bound, farthest, opened, nodes)


def _farthest(instance: Instance, cost: FloatArray, opened: BoolArray) -> float:
    matrix = instance.impedance
    best = np.full(instance.demand_count, np.inf)
    use = opened[matrix.indices]
    np.minimum.at(best, matrix.rows[use], cost[use])
    return float(best.max(initial=0.0))


def _covers_within(
    instance: Instance, rules: SiteRules, cost: FloatArray, limit: float, options: SolverOptions, end: float
) -> Solved:
    """A plan that has everybody within `limit`, or the bound of how many it must leave out: above 0, there is none."""
    n, m = instance.demand_count, instance.site_count
    matrix = instance.impedance
    near = sets_within(matrix.indptr, matrix.indices, cost, np.full(n, limit), np.arange(n), m)
    ones = np.ones(n)
    problem = CoverageProblem(near, np.ones(n, dtype=np.int64), ones, ones > 0, np.zeros(m), 0.0, rules)
    return solve(problem, end=end, enough=0.0, node_limit=options.node_limit, seed=options.seed)
