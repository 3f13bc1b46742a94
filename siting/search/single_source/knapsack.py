"""The load of least reduced cost within each site's capacity: in shares at once, or whole by dynamic programming.

The shares are the linear relaxation: the best ratios of reduced cost to load first (Dantzig 1957, Operations Research
5(2)). The dynamic programme works on a grid of the capacities, which is exact where the loads are whole numbers that
fit on it. Otherwise loads are rounded down, so that the value is still a bound.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray

MOST_STEPS = 4000  # of the grid
LOST = 0.002  # share of a capacity that rounding may lose before whole knapsacks are no use


@dataclass(frozen=True, eq=False)
class Packed:
    """Loads of least reduced cost.

    Attributes:
        value: (J,) their sum, or a bound on it.
        held: (I, J) share of each demand point in the load.
        price: (J,) of a unit of capacity, at most 0: the ratio at which shares stop.
    """

    value: FloatArray
    held: FloatArray
    price: FloatArray


class Knapsacks:
    """The knapsacks of J sites over I demand points."""

    def __init__(self, weight: FloatArray, room: FloatArray) -> None:
        self.weight, self.room = weight, room
        self.limited: BoolArray = room < weight.sum()
        largest = float(room[self.limited].max(initial=0.0))
        unit = math.gcd(*weight.astype(np.int64).tolist()) if (weight == np.round(weight)).all() else 0
        exact = unit > 0 and largest / unit <= MOST_STEPS
        items = largest / max(float(weight.mean()), 1e-12)
        steps = min(math.ceil(items / 2 / LOST), MOST_STEPS)
        scale = 1.0 / unit if exact else steps / max(largest, 1e-12)
        cells = np.round(weight * scale) if exact else np.floor(weight * scale - 1e-9)
        self.cells: IntArray = cells.astype(np.int64).clip(0)
        self.width: IntArray = np.where(self.limited, np.floor(room * scale + 1e-9), 0).astype(np.int64)
        self.fine = bool(self.limited.any()) and (exact or items / 2 <= LOST * steps)

    def shares(self, reduced: FloatArray) -> Packed:
        """Of reduced costs (I, J), with shares of demand points."""
        m = self.room.size
        j, i = np.nonzero(reduced.T < 0)
        gain, w = reduced[i, j], self.weight[i]
        ratio = np.full(i.size, -np.inf)
        np.divide(gain, w, out=ratio, where=w > 0)
        order = np.lexsort((ratio, j))
        i, j, gain, w, ratio = i[order], j[order], gain[order], w[order], ratio[order]
        total = np.cumsum(w)
        first = np.searchsorted(j, np.arange(m))
        before = total - w - np.r_[0.0, total][first][j]
        left = np.where(self.limited, self.room, np.inf)[j] - before
        share = np.where(left >= w, 1.0, 0.0)
        np.divide(left, w, out=share, where=(left < w) & (left > 0))
        value = np.bincount(j, weights=gain * share, minlength=m).astype(np.float64)
        held = np.zeros(reduced.shape)
        held[i, j] = share
        price = np.zeros(m)
        cut = np.flatnonzero(share < 1)[::-1]
        price[j[cut]] = ratio[cut]  # the first that is cut stays
        return Packed(value, held, price)

    def whole(self, reduced: FloatArray, sites: IntArray) -> tuple[FloatArray, BoolArray]:
        """(S,) values at these limited sites and (I, S) what they hold."""
        part = np.where(self.cells[:, None] <= self.width[sites], reduced[:, sites], 0.0)
        items, number = _lists(part)
        column = np.arange(sites.size)
        widest = int(self.width[sites].max(initial=0)) + 1
        pad = int(self.cells[items].max(initial=0))
        table = np.zeros((sites.size, pad + widest))
        table[:, :pad] = np.inf
        taken = np.zeros((items.shape[0], sites.size, widest), dtype=bool)
        base = (column * (pad + widest) + pad)[:, None] + np.arange(widest)
        for k in range(items.shape[0]):
            gain = np.where(k < number, part[items[k], column], 0.0)
            other = table.ravel()[base - self.cells[items[k]][:, None]]
            other += gain[:, None]
            np.less(other, table[:, pad:], out=taken[k])
            np.minimum(table[:, pad:], other, out=table[:, pad:])
        at = self.width[sites].copy()
        value = table[column, pad + at]
        held = np.zeros(part.shape, dtype=bool)
        for k in range(items.shape[0] - 1, -1, -1):
            took = taken[k, column, at]
            held[items[k][took], column[took]] = True
            at = at - self.cells[items[k]] * took
        return value, held

    def forced(self, reduced: FloatArray, packed: Packed, sites: IntArray) -> tuple[FloatArray, FloatArray]:
        """(I, J) bounds on loads that hold a demand point, and on those that do not; whole ones at `sites`."""
        slack = reduced - packed.price * self.weight[:, None]
        with_it = packed.value + np.maximum(slack, 0.0)
        without = packed.value - np.minimum(slack, 0.0)
        for j in sites.tolist():
            self._force(j, reduced[:, j], with_it[:, j], without[:, j])
        return with_it, without

    def _force(self, j: int, reduced: FloatArray, with_it: FloatArray, without: FloatArray) -> None:
        """Raise the bounds of one site."""
        room = int(self.width[j])
        items = np.flatnonzero((reduced < 0) & (self.cells <= room))
        before = np.zeros((items.size + 1, room + 1))  # of the items before k, within a load
        after = np.zeros((items.size + 1, room + 1))
        for k, i in enumerate(items):
            before[k + 1] = _add(before[k], int(self.cells[i]), reduced[i])
        for k in range(items.size - 1, -1, -1):
            i = items[k]
            after[k] = _add(after[k + 1], int(self.cells[i]), reduced[i])
        for k, i in enumerate(items):
            left = room - int(self.cells[i])
            rest = before[k][: left + 1] + after[k + 1][: left + 1][::-1]
            with_it[i] = max(with_it[i], reduced[i] + rest.min())
            without[i] = max(without[i], (before[k] + after[k + 1][::-1]).min())
        with_it[self.cells > room] = np.inf
        others = np.flatnonzero((reduced >= 0) & np.isfinite(reduced) & (self.cells <= room))
        alone = reduced[others] + before[items.size][room - self.cells[others]]
        with_it[others] = np.maximum(with_it[others], alone)


def _lists(part: FloatArray) -> tuple[IntArray, IntArray]:
    """(K, S) the rows with a negative number in each column, then 0, and (S,) how many they are."""
    column, row = np.nonzero(part.T < 0)
    number = np.bincount(column, minlength=part.shape[1])
    place = np.arange(row.size) - np.repeat(np.cumsum(number) - number, number)
    items = np.zeros((int(number.max(initial=0)), part.shape[1]), dtype=np.int64)
    items[place, column] = row
    return items, number


def _add(table: FloatArray, weight: int, reduced: float) -> FloatArray:
    """The least sums within each load when one more item may be taken."""
    more = table.copy()
    np.minimum(more[weight:], table[: table.size - weight] + reduced, out=more[weight:])
    return more
