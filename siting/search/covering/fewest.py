"""The fewest new facilities with which no more is lost than allowed: partial set covering.

The count is found by asking for ever more facilities what the least loss with that many is; most counts are settled
by the Lagrangian bound alone.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from siting.impedance import BoolArray
from siting.machine.interrupt import out_of_time
from siting.search.covering.lagrangian import lagrangian_bound
from siting.search.covering.problem import CoverageProblem
from siting.search.covering.tree import Solved, solve

BOUND_STEPS = 400


def fewest(
    problem: CoverageProblem,
    new: BoolArray,
    allowed: float,
    *,
    end: float = math.inf,
    node_limit: int | None = None,
    seed: int = 0,
    report: Callable[[float, float], None] = lambda value, bound: None,
) -> Solved:
    """The fewest open sites of `new` with which the problem's value is at most `allowed`.

    Args:
        problem: what falling short costs; without prices.
        new: (J,) the sites that count.
        report: is told (count, bound) as they improve.

    Returns:
        A plan whose `value` and `bound` are counts.
    """
    rules = problem.rules
    low, high = int((new & rules.must).sum()), int((new & rules.may).sum())
    begin, top = low, high + 1
    opened: BoolArray | None = None

    def with_most(count: int) -> CoverageProblem:
        return replace(problem, rules=rules.at_most(new, count))

    def told() -> None:
        if opened is not None:
            report(float(high), float(low))

    multipliers = None
    while begin < top and not out_of_time(end):  # the least count that the linear programme does not rule out
        middle = (begin + top) // 2
        bounded = lagrangian_bound(
            with_most(middle), upper=allowed + 1e-9, multipliers=multipliers, steps=BOUND_STEPS, end=end
        )
        if bounded.bound > allowed:
            begin = low = middle + 1
        else:
            top = middle
            multipliers = bounded.multipliers
    nodes, by_clock = 0, False
    for count in range(low, high + 1):
        left = None if node_limit is None else max(node_limit - nodes, 1)
        found = solve(
            with_most(count),
            end=end,
            enough=allowed,
            cutoff=np.nextafter(allowed, math.inf),
            node_limit=left,
            seed=seed,
        )
        nodes += found.nodes
        if found.open is not None and found.value <= allowed:
            opened, high = found.open, int((found.open & new).sum())
            told()
            break
        if found.bound <= allowed:  # not decided within the limits
            by_clock = out_of_time(end)
            break
        low = count + 1
    if opened is None and low > high:
        return Solved(None, math.inf, math.inf, nodes, False)
    if opened is None:
        opened = _any_plan(with_most(high), allowed, end, seed)
        high = high if opened is None else int((opened & new).sum())
        told()
    value = math.inf if opened is None else float(high)
    return Solved(opened, value, float(min(low, value)), nodes, by_clock or time.perf_counter() > end)


def _any_plan(problem: CoverageProblem, allowed: float, end: float, seed: int) -> BoolArray | None:
    found = solve(problem, end=end, enough=allowed, node_limit=1, seed=seed)
    return found.open if found.value <= allowed else None
