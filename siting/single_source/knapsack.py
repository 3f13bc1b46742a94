"""For every site at once: the load of least reduced cost within its capacity, by dynamic programming on a grid.

A grid of the capacities is exact where the loads are whole numbers that fit on it. Otherwise loads are rounded down,
so that the value is still a bound.
"""

from __future__ import annotations

import math

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray

MOST_STEPS = 4000  # of the grid
CELLS = 30_000_000  # of all tables together


class Knapsacks:
    """The knapsacks of J sites over I demand points."""

    def __init__(self, weight: FloatArray, room: FloatArray) -> None:
        n, m = weight.size, room.size
        self.unlimited = room >= weight.sum()  # everything fits: no table is needed
        largest = float(room[~self.unlimited].max(initial=0.0))
        steps = int(np.clip(CELLS // max(n * m, 1), 200, MOST_STEPS))
        unit = math.gcd(*weight.astype(np.int64).tolist()) if (weight == np.round(weight)).all() else 0
        self.exact = unit > 0 and largest / max(unit, 1) <= steps
        scale = 1.0 / unit if self.exact else steps / max(largest, 1e-12)
        cells = np.round(weight * scale) if self.exact else np.floor(weight * scale - 1e-9)
        self.weight: IntArray = cells.astype(np.int64).clip(0)
        self.room: IntArray = np.where(self.unlimited, 0, np.floor(room * scale + 1e-9)).astype(np.int64)

    def solve(self, reduced: FloatArray) -> tuple[FloatArray, BoolArray]:
        """(J,) least sum of reduced costs (I, J), and which demand points (I, J) make it up."""
        chosen = (reduced < 0) & self.unlimited
        value = np.where(chosen, reduced, 0.0).sum(axis=0)
        sites = np.flatnonzero(~self.unlimited & (reduced < 0).any(axis=0))
        if not sites.size:
            return value, chosen
        part = reduced[:, sites]
        order, table, taken = self._tables(part, self.room[sites])
        at, column = self.room[sites].copy(), np.arange(sites.size)
        value[sites] = table[column, at]
        picked = np.zeros(part.shape, dtype=bool)
        for k in range(order.size - 1, -1, -1):
            took = taken[k, column, at]
            picked[order[k]] = took
            at = at - self.weight[order[k]] * took
        chosen[:, sites] = picked
        return value, chosen

    def _tables(self, part: FloatArray, room: IntArray) -> tuple[IntArray, FloatArray, BoolArray]:
        """Demand points with a negative reduced cost, the least sums (sites, load), and whether each was taken."""
        order = np.flatnonzero((part < 0).any(axis=1))
        width = int(room.max()) + 1
        table = np.zeros((room.size, width))
        taken = np.zeros((order.size, room.size, width), dtype=bool)
        for k, i in enumerate(order):
            w = int(self.weight[i])
            if w >= width:
                continue
            other = table[:, : width - w] + part[i][:, None]
            np.less(other, table[:, w:], out=taken[k, :, w:])
            table[:, w:] = np.minimum(table[:, w:], other)
        return order, table, taken

    def forced(self, reduced: FloatArray, value: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(I, J) least sums of loads that hold a demand point, and of those that do not."""
        n, m = reduced.shape
        with_it = np.where(self.unlimited, value + np.maximum(reduced, 0.0), np.inf)
        without = np.where(self.unlimited, value - np.minimum(reduced, 0.0), np.broadcast_to(value, (n, m)))
        for j in np.flatnonzero(~self.unlimited).tolist():
            self._force(j, reduced[:, j], with_it, without)
        return with_it, without

    def _force(self, j: int, reduced: FloatArray, with_it: FloatArray, without: FloatArray) -> None:
        room = int(self.room[j])
        items = np.flatnonzero(reduced < 0)
        before = np.zeros((items.size + 1, room + 1))  # of the items before k, within a load
        after = np.zeros((items.size + 1, room + 1))
        for k, i in enumerate(items):
            before[k + 1] = _add(before[k], int(self.weight[i]), reduced[i])
        for k in range(items.size - 1, -1, -1):
            i = items[k]
            after[k] = _add(after[k + 1], int(self.weight[i]), reduced[i])
        for k, i in enumerate(items):
            w = int(self.weight[i])
            without[i, j] = (before[k] + after[k + 1][::-1]).min()
            if w <= room:
                with_it[i, j] = reduced[i] + (before[k][: room + 1 - w] + after[k + 1][: room + 1 - w][::-1]).min()
        others = np.flatnonzero((reduced >= 0) & np.isfinite(reduced) & (self.weight <= room))
        with_it[others, j] = reduced[others] + before[items.size][room - self.weight[others]]


def _add(table: FloatArray, weight: int, reduced: float) -> FloatArray:
    """The least sums within each load when one more item may be taken."""
    more = table.copy()
    if weight < table.size:
        np.minimum(more[weight:], table[: table.size - weight] + reduced, out=more[weight:])
    return more
