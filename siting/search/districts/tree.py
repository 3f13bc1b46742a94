r"""Branch and bound on which sites open, by the Lagrangian bound of `siting.search.districts.bound`.

It proves a bound with points that may be shared and catchments that may fall apart, and which sites a better plan can
still open. A site is closed, or opened for good, where the contrary would lift a node's bound above the known plan.

Source: Beasley (1993), European Journal of Operational Research 65(3).
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from siting.impedance import BoolArray
from siting.search.districts.bound import Multipliers, Pace, ascend, cheapest
from siting.search.districts.problem import EQUAL, Districting

AT_NODES = Pace(steps=250, first=0.3, patience=15)  # they begin near their parent's multipliers
NODES = 20_000


@dataclass(frozen=True, eq=False)
class Tree:
    """What is proven.

    Attributes:
        bound: no plan has a smaller objective.
        may, must: (J,) sites that a better plan than the known one may open, and must open.
    """

    bound: float
    may: BoolArray
    must: BoolArray


def branch(
    problem: Districting,
    found: Multipliers,
    *,
    objective: float,
    enough: Callable[[], bool],
    report: Callable[[float], None],
) -> Tree:
    """Branch until every node lies above `objective` or is decided, or for as long as there is time.

    Args:
        found: multipliers of the whole problem.
        objective: of the best known plan.
        enough: asked at every step whether to stop.
        report: is told the bound as it rises.
    """
    limit = objective - EQUAL * abs(objective)
    number, every = itertools.count(), np.arange(problem.unit.size)
    may, must = _fix(problem, found, objective)
    heap = [(found.bound, next(number), found, may, must)]
    decided: list[tuple[float, BoolArray]] = []
    for _ in range(NODES):
        if not heap or enough():
            break
        bound, _, at, may, must = heap[0]
        report(min([bound, objective, *(b for b, _ in decided)]))
        if not (may & ~must).any():
            heapq.heappop(heap)
            last = ascend(problem.restricted(may, must), objective=objective, enough=enough, start=at)
            if last.bound < limit:
                decided.append((max(last.bound, bound), may))
            continue
        site = int(np.argmin(np.where(may & ~must, np.abs(at.share - 0.5), np.inf)))
        children = []
        for sites in ((may, must | (every == site)), (may & (every != site), must)):
            part = problem.restricted(*sites)
            if float(part.capacity[part.may].sum()) < problem.weight.sum() * (1 - EQUAL):
                continue
            child = ascend(part, objective=objective, enough=enough, start=at, pace=AT_NODES)
            if child.bound < limit:
                children.append((max(child.bound, bound), next(number), child, *_fix(part, child, objective)))
        if enough():
            break  # the children may be half done: their parent stands for them
        heapq.heappop(heap)
        for node in children:
            heapq.heappush(heap, node)
    left = [(b, may, must) for b, _, _, may, must in heap] + [(b, may, may) for b, may in decided]
    if not left:
        return Tree(objective, problem.must, problem.must)
    bound = min(objective, min(b for b, _, _ in left))
    may = np.logical_or.reduce([m for _, m, _ in left])
    return Tree(bound, may, np.logical_and.reduce([m for _, _, m in left]))


def _fix(problem: Districting, found: Multipliers, objective: float) -> tuple[BoolArray, BoolArray]:
    """Sites that a better plan may, and must, open: bounds that leave zones aside stay bounds."""
    limit = objective + EQUAL * abs(objective)
    value, opened = found.value, cheapest(problem, found.value)
    count = int((opened & problem.new).sum())
    removable, spare = opened & ~problem.must, problem.may & ~opened
    gives_way = float(value[removable].max(initial=-math.inf if count >= problem.most else 0.0))
    steps_in = float(value[spare].min(initial=math.inf if count <= problem.least else 0.0))
    may = opened | (spare & (found.bound + value - gives_way <= limit))
    must = (problem.must & problem.may) | (removable & (found.bound - value + steps_in > limit))
    return may, must
