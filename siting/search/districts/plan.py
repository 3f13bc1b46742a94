"""A plan of catchments, a first one by repair of a loose assignment, and which catchments touch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.search.districts.problem import Districting


@dataclass(frozen=True, eq=False)
class Plan:
    """Catchments that hang together, maybe too large.

    Attributes:
        site: (I,) site of each demand point.
        open: (J,) sites that are open.
        objective: without any price of what is too much.
        over: load beyond the capacities, summed.
    """

    site: IntArray
    open: BoolArray
    objective: float
    over: float

    @classmethod
    def of(cls, problem: Districting, site: IntArray, opened: BoolArray) -> Plan:
        """The plan with its figures."""
        return cls(site, opened, problem.value(site, opened), float(problem.overload(site).sum()))


def repair(problem: Districting, site: IntArray, opened: BoolArray, penalty: float) -> Plan | None:
    """The assignment with what hangs loose attached to a catchment beside it; None where nothing admissible is.

    Args:
        site: (I,) site of each demand point, -1 for none.
        opened: (J,) sites to open.
        penalty: cost of one unit of load beyond a capacity.
    """
    site = site.copy()
    points = np.arange(site.size)
    site[(site >= 0) & (problem.place[points, site] < 0)] = -1
    homes = np.flatnonzero(opened)
    site[problem.unit[homes]] = homes
    site[(site >= 0) & ~opened[site]] = -1
    for home in homes:
        part = problem.adjacency.parts(site == home)
        site[(part >= 0) & (part != part[problem.unit[home]])] = -1
    start, end = problem.adjacency.arcs()
    held = site >= 0
    room = problem.capacity - np.bincount(site[held], weights=problem.weight[held], minlength=opened.size)
    while (site < 0).any():
        edge = np.flatnonzero((site[start] < 0) & (site[end] >= 0))
        i, j = start[edge], site[end[edge]]
        pair = problem.place[i, j]
        i, j, pair = i[pair >= 0], j[pair >= 0], pair[pair >= 0]
        if not pair.size:
            return None
        over = np.maximum(problem.weight[i] - np.maximum(room[j], 0.0), 0.0)
        best = int(np.argmin(problem.cost[pair] + penalty * over))
        site[i[best]] = j[best]
        room[j[best]] -= problem.weight[i[best]]
    if not (site[problem.unit[homes]] == homes).all():  # two open sites in one point
        return None
    return Plan.of(problem, site, opened)


def borders(problem: Districting, plan: Plan) -> FloatArray:
    """(J, J) how many pairs of touching points two catchments share."""
    m = problem.unit.size
    start, end = problem.adjacency.arcs()
    border = np.bincount(plan.site[start] * m + plan.site[end], minlength=m * m).reshape(m, m).astype(np.float64)
    np.fill_diagonal(border, 0.0)
    return border
