"""A coverage question in bare arrays: classes of people with one set of sites each, and what falling short costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance.coverage import Columns, Sets, first_same
from siting.machine.compiled import compiled
from siting.search.sites import SiteRules


@dataclass(frozen=True, eq=False)
class CoverageProblem:
    r"""Minimise constant + sum_j price_j y_j + sum_k weight_k max(0, target_k - sum_{j in S_k} y_j) over allowed y.

    Maximal covering has target 1 and the people as weight; a second cover that counts no more than the first is a
    second class over the same sites with target 2; a class that must be covered is `hard`, its weight larger than any
    difference of the rest.

    Attributes:
        sets: (K,) S_k, the sites that cover each class.
        target: (K,) how many of them it asks for, 1 or more.
        weight: (K,) lost for each one that it lacks.
        hard: (K,) classes that may lack none.
        price: (J,) of an open site.
        constant: added to the rest.
        rules: which sites may be open together.
    """

    sets: Sets
    target: IntArray
    weight: FloatArray
    hard: BoolArray
    price: FloatArray
    constant: float
    rules: SiteRules

    @cached_property
    def points(self) -> Sets:
        """(J,) the classes that each site covers."""
        return self.sets.transposed()

    @cached_property
    def step(self) -> float:
        """No two values differ by less, unless they are equal; 0 where that is not known."""
        parts = np.concatenate([self.weight, self.price, [self.constant]])
        if not parts.size or np.abs(parts).max() > 2**52 or (parts != np.rint(parts)).any():
            return 0.0
        return float(max(np.gcd.reduce(np.concatenate([self.weight, self.price]).astype(np.int64)), 1))

    @cached_property
    def ceiling(self) -> float:
        """No plan that meets the hard classes has a larger value."""
        soft = ~self.hard
        return self.constant + float(self.weight[soft] @ self.target[soft] + self.price[self.price > 0].sum())

    def count(self, opened: BoolArray) -> IntArray:
        """(K,) open sites of each class."""
        return count_open(self.points.indptr, self.points.indices, np.flatnonzero(opened), self.sets.size)

    def value(self, opened: BoolArray) -> float:
        """The objective of these sites; that they are allowed is not asked."""
        lacking = np.maximum(self.target - self.count(opened), 0)
        return self.constant + float(self.price[opened].sum()) + float(self.weight @ lacking)

    def meets(self, opened: BoolArray) -> bool:
        """Whether every hard class has what it asks for."""
        return bool((self.count(opened)[self.hard] >= self.target[self.hard]).all())


@dataclass(frozen=True, eq=False)
class Restricted:
    """A problem with fewer sites left to decide.

    Attributes:
        multipliers: (K',) of the smaller problem, from those given for the larger one.
        possible: whether every hard class still has enough sites.
    """

    problem: CoverageProblem
    multipliers: FloatArray
    possible: bool


def restrict(
    problem: CoverageProblem, must: BoolArray, may: BoolArray, multipliers: FloatArray | None = None
) -> Restricted:
    """The problem with these sites open, and no others than `may`: what they cover is settled, classes that have
    become the same are one.
    """
    rules = problem.rules.fixed(must, may)
    held = problem.count(rules.must)
    asked = problem.target - held
    kept = problem.sets.keep(rules.free)
    room = kept.lengths
    lost = np.maximum(asked - room, 0) * (asked > 0)
    constant = problem.constant + float(problem.weight @ lost)
    possible = not (problem.hard & (lost > 0)).any()
    asked = np.minimum(asked, room)
    alive = np.flatnonzero(asked > 0)
    kept, asked, hard = kept.take(alive), asked[alive], problem.hard[alive]
    first = first_same(kept, asked * 2 + hard)
    rows, group = np.unique(first, return_inverse=True)

    def add(values: FloatArray) -> FloatArray:
        return np.bincount(group, weights=values[alive], minlength=rows.size).astype(np.float64)

    smaller = replace(
        problem,
        sets=kept.take(rows),
        target=asked[rows],
        weight=add(problem.weight),
        hard=hard[rows],
        constant=constant,
        rules=rules,
    )
    given = np.zeros(rows.size) if multipliers is None else add(multipliers)
    return Restricted(smaller, given, possible)


@compiled
def count_open(start: IntArray, classes: Columns, opened: IntArray, size: int) -> IntArray:
    """(K,) how many of the sites `opened` cover each class."""
    count = np.zeros(size, dtype=np.int64)
    for j in opened:
        for e in range(start[j], start[j + 1]):
            count[classes[e]] += 1
    return count
