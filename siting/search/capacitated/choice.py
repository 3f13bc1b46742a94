"""Which columns a plan may open: rules on sites, at most one column a site, and rows on columns.

A column is a site of one size. Where sites have no sizes, columns and sites are the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from siting.formulation.program import Program
from siting.impedance import BoolArray, FloatArray, IntArray
from siting.machine.compiled import compiled
from siting.search.laminar import Laminar, cheapest, laminar
from siting.search.sites import SiteRules
from siting.solving.solver import SolverOptions, solve_program

TOLERANCE = 1e-9  # relative, of a row


class Counts(NamedTuple):
    """Counts of sites as arrays for compiled code.

    Attributes:
        site: (C,) of each column; at most one column of a site is open.
        needed: (J,) sites of which one column is open.
        sets: how many sites of each set of a laminar family are open.
    """

    site: IntArray
    needed: BoolArray
    sets: Laminar


@compiled
def choose(value: FloatArray, must: BoolArray, may: BoolArray, counts: Counts, opened: BoolArray) -> bool:
    """The columns of least total value, into `opened` (C,); False where the counts cannot be met.

    Exact: the best column of each site, and the cheapest sites. Ties go to the lower number.

    Args:
        must, may: (C,) columns that are open, and that may be.
    """
    size = counts.needed.size
    best = np.full(size, np.inf)
    pick = np.full(size, -1, dtype=np.int64)
    needed = counts.needed.copy()
    opened[:] = False
    for c in range(value.size):
        if must[c]:
            f = counts.site[c]
            if not may[c] or (pick[f] >= 0 and must[pick[f]]) or value[c] == np.inf:
                return False
            best[f], pick[f], needed[f] = value[c], c, True
    for c in range(value.size):
        f = counts.site[c]
        if may[c] and value[c] < best[f] and (pick[f] < 0 or not must[pick[f]]):
            best[f], pick[f] = value[c], c
    chosen = np.zeros(size, dtype=np.bool_)
    if cheapest(best, needed, pick >= 0, counts.sets, chosen) == np.inf:
        return False
    for f in range(size):
        if chosen[f]:
            opened[pick[f]] = True
    return True


@compiled
def forced(value: FloatArray, must: BoolArray, may: BoolArray, counts: Counts, other: FloatArray) -> None:
    """Into `other` (C,): the least total value with a free column the other way round than in the cheapest choice.

    +inf where that is impossible; NaN for columns that are not free.
    """
    opened, trial = np.zeros(value.size, dtype=np.bool_), np.zeros(value.size, dtype=np.bool_)
    possible = choose(value, must, may, counts, opened)
    with_it, without = must.copy(), may.copy()
    for c in range(value.size):
        other[c] = np.nan
        if must[c] or not may[c] or not possible:
            continue
        if opened[c]:
            without[c] = False
            there = choose(value, must, without, counts, trial)
            without[c] = True
        else:
            with_it[c] = True
            there = choose(value, with_it, may, counts, trial)
            with_it[c] = False
        other[c] = np.inf
        if there:
            other[c] = 0.0
            for k in range(value.size):
                if trial[k]:
                    other[c] += value[k]


@dataclass(frozen=True, eq=False)
class Choice:
    """What holds of the open columns of every plan.

    Attributes:
        rules: of the sites.
        site: (C,) site of each column, ascending.
        matrix: (R, C) further rows on columns.
        least, most: (R,) least <= matrix y <= most.
    """

    rules: SiteRules
    site: IntArray
    matrix: FloatArray
    least: FloatArray
    most: FloatArray

    @classmethod
    def of(cls, rules: SiteRules) -> Choice:
        """The choice among sites of one size."""
        size = rules.must.size
        return cls(rules, np.arange(size), np.zeros((0, size)), np.zeros(0), np.zeros(0))

    @cached_property
    def sizes(self) -> IntArray:
        """(J,) columns of each site."""
        return np.bincount(self.site, minlength=self.rules.must.size)

    @cached_property
    def must(self) -> BoolArray:
        """(C,) columns open in every plan."""
        mask: BoolArray = self.rules.must[self.site] & (self.sizes == 1)[self.site]
        return mask

    @cached_property
    def may(self) -> BoolArray:
        """(C,) columns open in some plan at most."""
        return self.rules.may[self.site]

    @cached_property
    def impossible(self) -> bool:
        """Whether a site must both be open and be closed."""
        return bool((self.rules.must & (~self.rules.may | (self.sizes == 0))).any())

    @cached_property
    def counts(self) -> Counts:
        """Those of the rules' groups and zones."""
        rules = self.rules
        return Counts(self.site.astype(np.int64), rules.must.copy(), laminar(rules.groups, rules.must.size))

    @cached_property
    def rows(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """(R', C), (R',), (R',) all rows: those of the rules, then further ones."""
        rules = self.rules
        return (
            np.vstack([rules.matrix[:, self.site], self.matrix]),
            np.r_[rules.least, self.least],
            np.r_[rules.most, self.most],
        )

    @cached_property
    def priced(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """(S, C), (S,), (S,) the rows that the counts do not say, scaled to a largest coefficient of 1."""
        matrix, least, most = self.rows
        side = np.r_[self.rules.side, np.ones(self.least.size, dtype=bool)]
        matrix, least, most = matrix[side], least[side], most[side]
        size = np.maximum(np.abs(matrix).max(axis=1, initial=0.0), 1e-300)
        slack = self._slack[side]
        return np.ascontiguousarray(matrix / size[:, None]), (least - slack) / size, (most + slack) / size

    @cached_property
    def _slack(self) -> FloatArray:
        _, least, most = self.rows
        above, below = np.where(np.isfinite(most), np.abs(most), 0.0), np.where(np.isfinite(least), np.abs(least), 0.0)
        return TOLERANCE * np.maximum(np.maximum(above, below), 1.0)

    def allows(self, opened: BoolArray) -> bool:
        """Whether these columns (C,) may be the open ones of a plan."""
        if np.bincount(self.site[opened], minlength=1).max(initial=0) > 1:
            return False
        matrix, least, most = self.rows
        value = matrix @ opened
        sites = np.zeros(self.sizes.size, dtype=bool)
        sites[self.site[opened]] = True
        inside = (value >= least - self._slack).all() and (value <= most + self._slack).all()
        return bool(inside) and not (self.rules.must & ~sites).any() and not (sites & ~self.rules.may).any()

    def moves(self, opened: BoolArray, out: int) -> BoolArray:
        """(C,) columns that may open when column `out` (-1: none) closes; `allows` of the closing alone is apart."""
        left = opened.copy()
        there = np.zeros(self.sizes.size, dtype=bool)
        if out >= 0:
            left[out] = False
        there[self.site[left]] = True
        matrix, least, most = self.rows
        after = (matrix @ left)[:, None] + matrix
        mask = ((after >= (least - self._slack)[:, None]) & (after <= (most + self._slack)[:, None])).all(axis=0)
        mask &= self.may & ~there[self.site]
        lacking = np.flatnonzero(self.rules.must & ~there)
        if lacking.size:
            mask &= self.site == lacking[0] if lacking.size == 1 else False
        if out >= 0:
            mask[out] = False
        result: BoolArray = mask
        return result

    def program(self, value: FloatArray, must: BoolArray, may: BoolArray) -> Program:
        """Minimise the sum of `value` (C,) over the columns that a plan may open: one binary column each."""
        matrix, least, most = self.rows
        one = (self.site[None, :] == np.flatnonzero(self.sizes > 1)[:, None]).astype(np.float64)
        needed = self.rules.must[self.sizes > 1].astype(np.float64)
        finite = np.isfinite(value)
        return Program(
            cost=np.where(finite, value, 0.0),
            offset=0.0,
            maximise=False,
            lower=(must | self.must).astype(np.float64),
            upper=(may & self.may & finite).astype(np.float64),
            whole=np.ones(value.size, dtype=bool),
            matrix=csr_array(np.vstack([matrix, one])),
            row_lower=np.r_[least - self._slack, needed],
            row_upper=np.r_[most + self._slack, np.ones(needed.size)],
        )

    def best(self, value: FloatArray, must: BoolArray, may: BoolArray) -> tuple[float, BoolArray | None]:
        """The least sum of `value` (C,) under all rules, or a bound on it, and columns (C,) that reach it."""
        answer = solve_program(self.program(value, must, may), SolverOptions(gap=1e-6, node_limit=200))
        bound = answer.outcome.bound
        if answer.values is None:
            return (np.inf if answer.outcome.status.value == "infeasible" else -np.inf), None
        return (-np.inf if bound is None else bound), answer.values > 0.5
