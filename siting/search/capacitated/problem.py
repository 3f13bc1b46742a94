"""A capacitated location problem with split demand, as bare arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.machine.compiled import compiled
from siting.search.capacitated.choice import Choice


class Pairs(NamedTuple):
    """Admissible pairs of points and cells, for compiled code. A cell is a column in one future: the futures share
    the open columns, and each has its own points and fills the columns anew. With one future cells are columns.

    Attributes:
        starts, cell, cost: (I + 1,), (nnz,), (nnz,) by point, ascending by the cost of the whole point.
        load: (I,) what a point takes of a capacity.
        most: (I,) cost of leaving a point unserved, +inf where it must be served.
        owner: (E,) column of each cell.
        capacity, minimum: (E,) largest and least load of an open cell.
        offset: (E + 1,) room for the pairs of each cell.
    """

    starts: IntArray
    cell: Any
    cost: FloatArray
    load: FloatArray
    most: FloatArray
    owner: IntArray
    capacity: FloatArray
    minimum: FloatArray
    offset: IntArray


@dataclass(frozen=True, eq=False)
class CapacitatedProblem:
    r"""Open columns and split every point over them.

    Formula: \min \sum_j f_j y_j + \sum_{ij} c_{ij} x_{ij} + \sum_i u_i \big(1 - \sum_j x_{ij}\big) with
    \sum_j x_{ij} \le 1 (= 1 where u_i is infinite), 0 \le x_{ij} \le y_j,
    m_j y_j \le \sum_{i \in I_k} w_i x_{ij} \le b_j y_j for every future k with its points I_k, y in the choice.

    Attributes:
        pairs: c, w, u, b and m.
        future: (I,) of each point.
        origin: (nnz,) number that each pair had when it was given.
        given: how many pairs were given.
        fixed: (C,) f_j, of any sign.
        choice: which columns may open together.
    """

    pairs: Pairs
    future: IntArray
    origin: IntArray
    given: int
    fixed: FloatArray
    choice: Choice

    @classmethod
    def of(
        cls,
        rows: IntArray,
        columns: IntArray,
        cost: FloatArray,
        *,
        load: FloatArray,
        capacity: FloatArray,
        choice: Choice,
        minimum: FloatArray | None = None,
        fixed: FloatArray | None = None,
        unserved: FloatArray | None = None,
        origin: IntArray | None = None,
        future: IntArray | None = None,
    ) -> CapacitatedProblem:
        """From pairs in any order; those of columns that may not open are left out.

        Args:
            rows, columns, cost: (nnz,) point, column and cost of the whole point.
            load: (I,), at least 0.
            capacity: (C,), +inf for no limit.
            minimum: (C,); None: 0.
            fixed: (C,); None: 0.
            unserved: (I,) cost of leaving a point unserved; None: everybody must be served.
            future: (I,) of each point.
        origin: (nnz,) numbers by which the pairs are to be known; None: their places.
        """
        n, m = load.size, capacity.size
        when = np.zeros(n, dtype=np.int64) if future is None else future
        futures = int(when.max(initial=0)) + 1
        numbers = np.arange(rows.size) if origin is None else origin
        given = int(numbers.max(initial=-1)) + 1
        kept = choice.may[columns]
        if not kept.all():
            rows, columns, cost, numbers = rows[kept], columns[kept], cost[kept], numbers[kept]
        if not (rows[1:] >= rows[:-1]).all():
            order = np.argsort(rows, kind="stable")
            rows, columns, cost, numbers = rows[order], columns[order], cost[order], numbers[order]
        starts = starts_of(rows, n)
        order = np.empty(rows.size, dtype=np.int64)
        sort_by_point(starts, cost.astype(np.float64), order)
        cells = columns[order] + m * when[rows]
        least = np.zeros(m) if minimum is None else minimum
        pairs = Pairs(
            starts=starts,
            cell=cells.astype(np.int32),
            cost=cost[order].astype(np.float64),
            load=load.astype(np.float64),
            most=np.full(n, np.inf) if unserved is None else unserved.astype(np.float64),
            owner=np.tile(np.arange(m), futures),
            capacity=np.tile(capacity.astype(np.float64), futures),
            minimum=np.tile(least.astype(np.float64), futures),
            offset=starts_of(cells, m * futures),
        )
        price = np.zeros(m) if fixed is None else fixed.astype(np.float64)
        return cls(pairs, when, numbers[order], given, price, choice)

    @property
    def points(self) -> int:
        """I."""
        return int(self.pairs.load.size)

    @property
    def columns(self) -> int:
        """C."""
        return int(self.fixed.size)

    @property
    def futures(self) -> int:
        """K."""
        return int(self.pairs.capacity.size) // max(self.columns, 1)

    @cached_property
    def rows(self) -> IntArray:
        """(nnz,) point of each pair."""
        return np.repeat(np.arange(self.points), np.diff(self.pairs.starts))

    @cached_property
    def nearest(self) -> FloatArray:
        """(I,) least cost of each point, +inf where nothing is admissible."""
        value = np.full(self.points, np.inf)
        there = np.diff(self.pairs.starts) > 0
        value[there] = self.pairs.cost[self.pairs.starts[:-1][there]]
        least: FloatArray = np.minimum(value, self.pairs.most)
        return least

    @cached_property
    def grain(self) -> float:
        """Every plan costs a multiple of it; 0 where no such number is known."""
        whole = not self.pairs.cost.any() and bool(np.isinf(self.pairs.most).all())
        return 1.0 if whole and bool((self.fixed == np.round(self.fixed)).all()) and self.fixed.any() else 0.0

    def among(self, may: BoolArray) -> CapacitatedProblem:
        """The problem without the pairs of other columns than `may` (C,); columns keep their numbers."""
        kept = may[self.pairs.owner[self.pairs.cell]]
        cells = self.pairs.cell[kept]
        pairs = self.pairs._replace(
            starts=starts_of(self.rows[kept], self.points),
            cell=cells,
            cost=self.pairs.cost[kept],
            offset=starts_of(cells, self.pairs.capacity.size),
        )
        return replace(self, pairs=pairs, origin=self.origin[kept])


def starts_of(numbers: IntArray, size: int) -> IntArray:
    """(size + 1,) where each number begins when they are sorted."""
    starts = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(numbers, minlength=size), out=starts[1:])
    return starts


@compiled
def sort_by_point(starts: IntArray, cost: FloatArray, order: IntArray) -> None:
    """Into `order` (nnz,): the pairs of each point, ascending by cost, equal ones as they are."""
    for i in range(starts.size - 1):
        a, b = starts[i], starts[i + 1]
        order[a:b] = a + np.argsort(cost[a:b], kind="mergesort")
