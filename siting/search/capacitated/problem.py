"""A capacitated location problem with split demand, as bare arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from siting.compiled import compiled
from siting.impedance import BoolArray, FloatArray, IntArray
from siting.search.capacitated.choice import Choice


class Pairs(NamedTuple):
    """Admissible pairs of points and columns, for compiled code.

    Attributes:
        starts, column, cost: (I + 1,), (nnz,), (nnz,) by point, ascending by the cost of the whole point.
        load: (I,) what a point takes of a capacity.
        most: (I,) cost of leaving a point unserved, +inf where it must be served.
        capacity, minimum: (C,) least and largest load of an open column.
        offset: (C + 1,) room for the pairs of each column.
    """

    starts: IntArray
    column: Any
    cost: FloatArray
    load: FloatArray
    most: FloatArray
    capacity: FloatArray
    minimum: FloatArray
    offset: IntArray


@dataclass(frozen=True, eq=False)
class CapacitatedProblem:
    """Open columns and split every point over them:

        min sum_j f_j y_j + sum_ij c_ij x_ij + sum_i u_i (1 - sum_j x_ij)
        sum_j x_ij <= 1 (= 1 where u_i is infinite), 0 <= x_ij <= y_j, m_j y_j <= sum_i w_i x_ij <= b_j y_j, y in choice

    Attributes:
        pairs: c, w, u, b and m.
        origin: (nnz,) number that each pair had when it was given.
        given: how many pairs were given.
        fixed: (C,) f_j, of any sign.
        choice: which columns may open together.
    """

    pairs: Pairs
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
    ) -> CapacitatedProblem:
        """From pairs in any order; those of columns that may not open are left out.

        Args:
            rows, columns, cost: (nnz,) point, column and cost of the whole point.
            load: (I,), at least 0.
            capacity: (C,), +inf for no limit.
            minimum: (C,); None: 0.
            fixed: (C,); None: 0.
            unserved: (I,) cost of leaving a point unserved; None: everybody must be served.
            origin: (nnz,) numbers by which the pairs are to be known; None: their places.
        """
        n, m = load.size, capacity.size
        numbers = np.arange(rows.size) if origin is None else origin
        given = int(numbers.max(initial=-1)) + 1
        kept = choice.may[columns]
        if not kept.all():
            rows, columns, cost, numbers = rows[kept], columns[kept], cost[kept], numbers[kept]
        if not (rows[1:] >= rows[:-1]).all():
            order = np.argsort(rows, kind="stable")
            rows, columns, cost, numbers = rows[order], columns[order], cost[order], numbers[order]
        starts = _starts(rows, n)
        order = np.empty(rows.size, dtype=np.int64)
        sort_by_point(starts, cost.astype(np.float64), order)
        columns = columns[order]
        pairs = Pairs(
            starts=starts,
            column=columns.astype(np.int32),
            cost=cost[order].astype(np.float64),
            load=load.astype(np.float64),
            most=np.full(n, np.inf) if unserved is None else unserved.astype(np.float64),
            capacity=capacity.astype(np.float64),
            minimum=np.zeros(m) if minimum is None else minimum.astype(np.float64),
            offset=_starts(columns, m),
        )
        return cls(pairs, numbers[order], given, np.zeros(m) if fixed is None else fixed.astype(np.float64), choice)

    @property
    def points(self) -> int:
        """I."""
        return int(self.pairs.load.size)

    @property
    def columns(self) -> int:
        """C."""
        return int(self.pairs.capacity.size)

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
        return np.minimum(value, self.pairs.most)

    @cached_property
    def grain(self) -> float:
        """Every plan costs a multiple of it; 0 where no such number is known."""
        whole = not self.pairs.cost.any() and bool(np.isinf(self.pairs.most).all())
        return 1.0 if whole and bool((self.fixed == np.round(self.fixed)).all()) and self.fixed.any() else 0.0

    def among(self, may: BoolArray) -> CapacitatedProblem:
        """The problem without the pairs of other columns than `may` (C,); columns keep their numbers."""
        kept = may[self.pairs.column]
        columns = self.pairs.column[kept]
        pairs = self.pairs._replace(
            starts=_starts(self.rows[kept], self.points),
            column=columns,
            cost=self.pairs.cost[kept],
            offset=_starts(columns, self.columns),
        )
        return replace(self, pairs=pairs, origin=self.origin[kept])


def _starts(numbers: IntArray, size: int) -> IntArray:
    starts = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(numbers, minlength=size), out=starts[1:])
    return starts


@compiled
def sort_by_point(starts: IntArray, cost: FloatArray, order: IntArray) -> None:
    """Into `order` (nnz,): the pairs of each point, ascending by cost, equal ones as they are."""
    for i in range(starts.size - 1):
        a, b = starts[i], starts[i + 1]
        order[a:b] = a + np.argsort(cost[a:b], kind="mergesort")
