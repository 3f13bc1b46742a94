"""The numbers of an instance as arrays, for the array form of the blocks."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from siting.formulation.data import Data, attraction, between_sites
from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance import Instance


class Numbers:
    """What the array forms read; each part is made when it is first asked for. Symbols as in `Data`.

    Pairs are in the order of the impedance matrix, by demand point and then by site.
    """

    def __init__(self, instance: Instance, always_open: BoolArray) -> None:
        """`always_open` (J,): sites that other constraints of the model open in any case."""
        self.instance, self.always_open = instance, always_open
        self.points, self.sites = np.arange(instance.demand_count), np.arange(instance.site_count)

    @cached_property
    def i(self) -> IntArray:
        """(nnz,) demand point of each admissible pair."""
        return self.instance.impedance.rows

    @property
    def j(self) -> IntArray:
        """(nnz,) site of each admissible pair."""
        return self.instance.impedance.indices

    @property
    def t(self) -> FloatArray:
        """(nnz,) impedance of each admissible pair."""
        return self.instance.impedance.values

    @property
    def a(self) -> FloatArray:
        """(I,) demand."""
        return self.instance.demand

    @cached_property
    def people(self) -> float:
        """All demand together."""
        return float(sum(self.a.tolist()))  # in the order of the points, as the Pyomo form adds

    @property
    def standard(self) -> FloatArray:
        """(I,) coverage standard."""
        assert self.instance.standard is not None
        return self.instance.standard

    @cached_property
    def near(self) -> BoolArray:
        """(nnz,) pairs within the standard."""
        mask: BoolArray = self.t <= self.standard[self.i]
        return mask

    @cached_property
    def new(self) -> IntArray:
        """J_new."""
        return np.flatnonzero(~self.instance.existing)

    @cached_property
    def leaving(self) -> IntArray:
        """J_leave: existing facilities that may close or move."""
        return np.flatnonzero(self.instance.leaving)

    @cached_property
    def relocatable(self) -> IntArray:
        """J_move: existing facilities that may move."""
        flags = self.instance.relocatable
        return self.sites[:0] if flags is None else np.flatnonzero(flags)

    @cached_property
    def own(self) -> BoolArray:
        """(J,) sites that are not competitors'."""
        flags = self.instance.competitor
        return np.ones(self.sites.size, dtype=bool) if flags is None else ~flags

    @cached_property
    def fixed_cost(self) -> FloatArray:
        """(J,) cost of opening, 0 where none is given."""
        cost = self.instance.fixed_cost
        return np.zeros(self.sites.size) if cost is None else cost

    @cached_property
    def closing_cost(self) -> FloatArray:
        """(J,) cost of closing or moving, 0 where none is given."""
        cost = self.instance.closing_cost
        return np.zeros(self.sites.size) if cost is None else cost

    @cached_property
    def classes(self) -> IntArray:
        """Size classes."""
        sizes = self.instance.size_capacity
        return np.arange(0 if sizes is None else sizes.size)

    @cached_property
    def future_of(self) -> IntArray:
        """(I,) the future of each demand point."""
        future = self.instance.future
        return np.zeros(self.points.size, dtype=np.int64) if future is None else future

    @cached_property
    def future_count(self) -> int:
        """How many futures are told apart; 1 where none are."""
        if self.instance.future is None:
            return 1
        count = int(self.instance.future.max(initial=-1)) + 1
        best = self.instance.future_best
        return count if best is None else max(count, best.size)

    @cached_property
    def tails(self) -> tuple[FloatArray, FloatArray]:
        """Share of the people, and weight, of each tail mean of the ordered median."""
        pairs = np.array(Data(self.instance).tails, dtype=np.float64).reshape(-1, 2)
        return pairs[:, 0], pairs[:, 1]

    @cached_property
    def attraction(self) -> FloatArray:
        """(nnz,) attraction of each pair's site."""
        return attraction(self.instance)

    @cached_property
    def rival_attraction(self) -> FloatArray:
        """(I,) attraction of all competitors together."""
        rival = np.where(self.own[self.j], 0.0, self.attraction)
        return np.bincount(self.i, weights=rival, minlength=self.points.size).astype(np.float64)

    @cached_property
    def between(self) -> tuple[IntArray, IntArray, FloatArray]:
        """j, k and d_jk of each pair of sites j < k that is reachable, the shorter of both directions."""
        return between_sites(self.instance)

    def pairs_of(self, points: IntArray) -> tuple[IntArray, IntArray]:
        """The admissible pairs of each of these demand points: number in `points`, and number of the pair."""
        begin, end = self.instance.impedance.indptr[points], self.instance.impedance.indptr[points + 1]
        return spans(begin, end - begin)


def spans(begin: IntArray, length: IntArray) -> tuple[IntArray, IntArray]:
    """The numbers begin, begin + 1, ... (`length` of them) of each span one after the other: span, number."""
    span = np.repeat(np.arange(begin.size), length)
    before = np.cumsum(length) - length
    return span, np.arange(span.size) - before[span] + begin[span]
