"""A solution laid out for the checks, and what follows from it by definition."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance import Instance
from siting.solution import Solution

RELATIVE_TOLERANCE = 1e-6
Result = tuple[bool, str]


@dataclass(frozen=True, eq=False)
class LaidOut:
    """A solution with one entry a pair.

    Attributes:
        i, j, share: demand point, site and share of each assigned pair.
        impedance: of each assigned pair; NaN where the pair is not admissible.
    """

    instance: Instance
    solution: Solution
    i: IntArray
    j: IntArray
    share: FloatArray
    impedance: FloatArray

    @property
    def open(self) -> BoolArray:
        """(J,) open sites."""
        return self.solution.open

    @property
    def new(self) -> BoolArray:
        """(J,) newly opened sites."""
        return self.open & ~self.instance.existing

    @property
    def closed(self) -> BoolArray:
        """(J,) existing facilities that close or move."""
        return self.instance.existing & ~self.open

    @cached_property
    def nearest_open(self) -> FloatArray:
        """(I,) impedance of the nearest open site, +inf where none is reachable."""
        matrix = self.instance.impedance
        best = np.full(self.instance.demand_count, np.inf)
        usable = np.flatnonzero(self.open[matrix.indices])
        rows = np.searchsorted(matrix.indptr, usable, side="right") - 1
        np.minimum.at(best, rows, matrix.values[usable])
        return best

    @cached_property
    def assigned(self) -> FloatArray:
        """(I,) sum of shares."""
        return self._by_point(self.share)

    @cached_property
    def travelled(self) -> FloatArray:
        """(I,) impedance over the shares."""
        return self._by_point(self.share * self.impedance)

    @cached_property
    def load(self) -> FloatArray:
        """(J,) what comes to each site, in the unit of the capacities."""
        total: FloatArray = np.bincount(
            self.j, weights=self.instance.weight[self.i] * self.share, minlength=self.instance.site_count
        ).astype(np.float64)
        return total

    @cached_property
    def loads(self) -> list[FloatArray]:
        """For each future (K of them, or one) what comes to each site (J,), in the unit of the capacities."""
        future = self.instance.future
        if future is None:
            return [self.load]
        weights = self.instance.weight[self.i] * self.share
        count = int(future.max(initial=-1)) + 1
        flat = np.bincount(
            future[self.i] * self.instance.site_count + self.j,
            weights=weights,
            minlength=count * self.instance.site_count,
        )
        return list(flat.astype(np.float64).reshape(count, self.instance.site_count))

    def count_within(self, limit: FloatArray | float, counts: FloatArray | None = None) -> FloatArray:
        """(I,) open sites within `limit`, or what they count for."""
        matrix = self.instance.impedance
        most = np.broadcast_to(np.asarray(limit, dtype=np.float64), (self.instance.demand_count,))
        weight = self.open.astype(np.float64) if counts is None else counts
        total = np.zeros(self.instance.demand_count)
        within = matrix.values <= most[matrix.rows]
        np.add.at(total, matrix.rows[within], weight[matrix.indices[within]])
        return total

    @property
    def standard(self) -> FloatArray:
        """(I,) coverage standard."""
        assert self.instance.standard is not None
        return self.instance.standard

    @property
    def covered(self) -> BoolArray:
        """(I,) within the standard of an open site."""
        best = self.nearest_open
        covered: BoolArray = np.isfinite(best) & (best <= self.standard)  # the standard may be infinite
        return covered

    def points(self, index: IntArray, most: int = 10) -> str:
        """Ids of demand points, ten at most."""
        return ", ".join(self.instance.demand_ids[k] for k in index[:most])

    def sites(self, index: IntArray, most: int = 10) -> str:
        """Ids of sites, ten at most."""
        return ", ".join(self.instance.site_ids[k] for k in index[:most])

    def _by_point(self, values: FloatArray) -> FloatArray:
        total: FloatArray = np.bincount(self.i, weights=values, minlength=self.instance.demand_count).astype(np.float64)
        return total


def lay_out(instance: Instance, solution: Solution) -> LaidOut:
    """The solution's pairs with their impedance."""
    matrix, a = instance.impedance, solution.assignment
    low, end = matrix.indptr[a.demand_index], matrix.indptr[a.demand_index + 1]
    high = end.copy()
    while (low < high).any():  # halve each row, whose columns ascend
        middle = (low + high) // 2
        before = low < high
        before[before] = matrix.indices[middle[before]] < a.site_index[before]
        low, high = np.where(before, middle + 1, low), np.where(before | (low >= high), high, middle)
    known = low < end
    known[known] = matrix.indices[low[known]] == a.site_index[known]
    impedance = np.full(low.size, np.nan)
    impedance[known] = matrix.values[low[known]]
    return LaidOut(instance, solution, a.demand_index, a.site_index, a.share, impedance)


def of(part: float, whole: float) -> str:
    """`part / whole`."""
    return f"{part:,.10g} / {whole:,.10g}"


def listed(names: list[str]) -> str:
    """At most ten of them."""
    return "; ".join(names[:10])
