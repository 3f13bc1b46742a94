"""The parts of a layout plan: what no trip and no change of state leaves, such as a service."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance.changes import Changes
from siting.search.multiperiod.adapter import Posed

SMALL_PART = 0.04  # of all pairs


@dataclass(frozen=True, eq=False)
class Parts:
    """Which part everything belongs to, numbered in the order of the places.

    Attributes:
        of_place: (P,); of_point: (I,).
        block: (I,) part and period of each point.
    """

    changes: Changes
    of_place: IntArray
    of_point: IntArray
    block: IntArray

    @classmethod
    def of(cls, posed: Posed, changes: Changes) -> Parts:
        """Places that some point can reach both belong together, and small parts with the next."""
        of_place = _joined(posed, changes.places)
        of_point = np.zeros(posed.left_out.size, dtype=np.int64)
        there = np.diff(posed.starts) > 0
        of_point[there] = of_place[posed.place[posed.starts[:-1][there]] // posed.kinds]
        return cls(changes, of_place, of_point, of_point * changes.periods + posed.problem.period)

    @property
    def count(self) -> int:
        """How many parts there are."""
        return int(self.of_place.max(initial=-1)) + 1

    @cached_property
    def of_change(self) -> IntArray:
        """(A,)."""
        return self.of_place[self.changes.place]

    @cached_property
    def touched(self) -> BoolArray:
        """(R, parts) whether a row has changes of the part."""
        return self.sums(np.ones(self.changes.count), absolute=True) > 0

    @cached_property
    def of_row(self) -> IntArray:
        """(R,) the part of each row, `count` of those that several parts share."""
        return np.where(self.touched.sum(axis=1) == 1, self.touched.argmax(axis=1), self.count)

    @cached_property
    def resource(self) -> BoolArray:
        """(R,) rows by which much of something is used up: no negative coefficient, one above 1, and no least value."""
        rows = self.changes.rows.tocoo()
        lowest, highest = np.zeros(rows.shape[0]), np.zeros(rows.shape[0])
        np.minimum.at(lowest, rows.row, rows.data)
        np.maximum.at(highest, rows.row, rows.data)
        mask: BoolArray = (lowest >= 0) & (highest > 1) & np.isneginf(self.changes.least)
        return mask

    def own_rows(self, part: int) -> IntArray:
        """Numbers of the rows that no other part has changes in."""
        return np.flatnonzero(self.of_row == part)

    def shared_rows(self, part: int) -> IntArray:
        """Numbers of the rows that this and another part have changes in."""
        return np.flatnonzero(self.touched[:, part] & (self.of_row == self.count))

    def sums(self, values: FloatArray, *, absolute: bool = False) -> FloatArray:
        """(R, parts) what each row comes to over the changes of each part, at values (A,)."""
        rows = self.changes.rows.tocoo()
        data = np.abs(rows.data) if absolute else rows.data
        count = self.count
        flat = rows.row.astype(np.int64) * count + self.of_change[rows.col]
        total = np.bincount(flat, weights=data * values[rows.col], minlength=rows.shape[0] * count)
        table: FloatArray = total.reshape(rows.shape[0], count).astype(np.float64)
        return table

    def waits(self, part: int, open_parts: BoolArray) -> BoolArray:
        """(R,) rows of the part, resources apart, that one of the `open_parts` (parts,) has changes in too."""
        others = open_parts.copy()
        others[part] = False
        mask: BoolArray = self.touched[:, part] & ~self.resource & self.touched[:, others].any(axis=1)
        return mask


def _joined(posed: Posed, places: int) -> IntArray:
    """(P,) part of each place."""
    point = np.repeat(np.arange(posed.left_out.size), np.diff(posed.starts))
    place = posed.place // posed.kinds
    there = np.diff(posed.starts) > 0
    first = np.zeros(posed.left_out.size, dtype=np.int64)
    first[there] = place[posed.starts[:-1][there]]
    graph = csr_array(coo_array((np.ones(place.size), (first[point], place)), shape=(places, places)))
    found = connected_components(graph, directed=False)[1]
    order = np.unique(found, return_index=True)[1]
    rank = np.argsort(np.argsort(order))[found]  # numbered as they first appear
    pairs = np.bincount(rank[place], minlength=order.size)
    enough = max(pairs.sum() * SMALL_PART, 1.0)
    joined, size = np.zeros(order.size, dtype=np.int64), 0.0
    for k in range(1, order.size):
        size += pairs[k - 1]
        new = size >= enough
        joined[k] = joined[k - 1] + new
        size = 0.0 if new else size
    part: IntArray = joined[rank]
    return part
