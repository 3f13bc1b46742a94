"""Who goes where in every period for given states, at least cost."""

from __future__ import annotations

import math
from typing import Any, Protocol, cast

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.machine.compiled import compiled
from siting.search.capacitated.problem import CapacitatedProblem
from siting.search.capacitated.transport import Part
from siting.search.multiperiod.problem import MultiPeriodProblem


class PeriodTransport:
    """The transportation problem of each period, kept optimal while states change.

    Whoever must be served and cannot be is served at a unit cost that no saving elsewhere makes up for. Points that
    reach no column in common are seen apart, and where every column has room for all who may come, everybody goes to
    the cheapest.
    """

    def __init__(self, problem: MultiPeriodProblem) -> None:
        self.problem = problem
        whole = CapacitatedProblem(
            pairs=problem.pairs,
            future=problem.period,
            origin=np.arange(problem.pairs.cost.size),
            given=problem.pairs.cost.size,
            fixed=np.zeros(problem.columns),
            choice=cast(Any, None),  # which columns may be open is no matter of the transport
        )
        group, of_column = _groups(problem)
        self._parts: list[tuple[int, BoolArray, _Part]] = []
        for t in range(problem.periods):
            here = problem.period == t
            for g in np.unique(group[here]):
                points = np.flatnonzero(here & (group == g))
                columns = of_column == g
                roomy = _roomy(problem, points, columns, t)
                part: _Part = _Cheapest(problem, points, t) if roomy else Part(whole, points, t)
                self._parts.append((t, columns, part))
        self._open = np.zeros((problem.periods, problem.columns), dtype=bool)

    def to(self, in_use: BoolArray) -> float:
        """Move on to these cells (T, C); cost of all periods, +inf where a minimum is out of reach."""
        for t, columns, part in self._parts:
            before, after = self._open[t] & columns, in_use[t] & columns
            part.to(before, after)
        self._open = in_use.copy()
        return sum(self.costs)

    @property
    def costs(self) -> list[float]:
        """Of each period."""
        total = [0.0] * self.problem.periods
        for t, _, part in self._parts:
            total[t] += part.cost
        return total

    @property
    def serves(self) -> bool:
        """Whether everybody who must be served is."""
        return all(part.serves and math.isfinite(part.cost) for _, _, part in self._parts)

    def prices(self) -> FloatArray:
        """(I,) what each point costs at the margin."""
        mu = np.zeros(self.problem.points)
        for _, _, part in self._parts:
            mu[part.points] = part.prices()
        return np.minimum(mu, self.problem.pairs.most)

    def shares(self) -> FloatArray:
        """(nnz,) share of its point that each pair takes."""
        share = np.zeros(self.problem.pairs.cost.size)
        for _, _, part in self._parts:
            numbers, values = part.shares()
            share[numbers] = values
        return share


class _Part(Protocol):
    """The people of one period who have columns in common."""

    points: IntArray

    def to(self, before: BoolArray, opened: BoolArray) -> None: ...

    @property
    def cost(self) -> float: ...

    @property
    def serves(self) -> bool: ...

    def prices(self) -> FloatArray: ...

    def shares(self) -> tuple[IntArray, FloatArray]: ...


class _Cheapest:
    """People for all of whom every column has room: each point goes to its cheapest open one."""

    def __init__(self, problem: MultiPeriodProblem, points: IntArray, period: int) -> None:
        self.points, self._problem = points, problem
        self._pair = np.full(points.size, -1, dtype=np.int64)
        most = problem.pairs.most[points]
        self._cost = most.copy()

    def to(self, before: BoolArray, opened: BoolArray) -> None:
        """From the open columns `before` to others."""
        pairs = self._problem.pairs
        cheapest_open(
            pairs.starts, pairs.cell, pairs.owner, pairs.cost, pairs.most, self.points, opened, self._pair, self._cost
        )

    @property
    def cost(self) -> float:
        """Of all people; +inf where somebody who must be served is not."""
        return float(self._cost.sum())

    @property
    def serves(self) -> bool:
        """Whether everybody who must be served is."""
        return bool(np.isfinite(self._cost).all())

    def prices(self) -> FloatArray:
        """(points,) what each point costs."""
        return self._cost.copy()

    def shares(self) -> tuple[IntArray, FloatArray]:
        """Numbers of the problem's pairs, and the share that each takes of its point."""
        taken = self._pair[self._pair >= 0]
        return taken, np.ones(taken.size)


@compiled
def cheapest_open(
    starts: IntArray,
    cell: IntArray,
    owner: IntArray,
    cost: FloatArray,
    most: FloatArray,
    points: IntArray,
    opened: BoolArray,
    pair: IntArray,
    value: FloatArray,
) -> None:
    """The first pair of each point with an open column, and its cost; -1 where leaving the point out costs less."""
    for k in range(points.size):
        i = points[k]
        pair[k], value[k] = -1, most[i]
        for e in range(starts[i], starts[i + 1]):
            if cost[e] >= most[i]:
                break
            if opened[owner[cell[e]]]:
                pair[k], value[k] = e, cost[e]
                break


def _groups(problem: MultiPeriodProblem) -> tuple[IntArray, IntArray]:
    """(I,) and (C,) group of each point and column: what some point can reach both belongs together.

    The points that reach no column are a group of their own: apart they would be as many parts.
    """
    pairs = problem.pairs
    row = np.repeat(np.arange(problem.points), np.diff(pairs.starts))
    column = pairs.owner[pairs.cell]
    size = problem.columns + problem.points
    graph = csr_array(coo_array((np.ones(row.size), (row + problem.columns, column)), shape=(size, size)))
    label = connected_components(graph, directed=False)[1].astype(np.int64)
    of_point = label[problem.columns :]
    of_point[np.diff(pairs.starts) == 0] = size
    return of_point, label[: problem.columns]


def _roomy(problem: MultiPeriodProblem, points: IntArray, columns: BoolArray, period: int) -> bool:
    """Whether each of these columns has room for all of the points, and needs none of them."""
    cells = period * problem.columns + np.flatnonzero(columns)
    people = float(problem.pairs.load[points].sum())
    capacity, minimum = problem.pairs.capacity[cells], problem.pairs.minimum[cells]
    return bool((capacity >= people).all() and (minimum <= 0).all())
