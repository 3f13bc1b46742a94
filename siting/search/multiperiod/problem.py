"""A multi-period location problem with states of sites and split demand, as bare arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.search.capacitated.problem import Pairs, sort_by_point, starts_of

NOT_IN_USE = 0  # the state of a site without a facility


class Changes(NamedTuple):
    """How each site may pass from its state in one period to that in the next, for compiled code.

    States of a site are numbered from 1, 0 is not in use. The passage into the first period starts from the state of
    today. Staying in a state is a change too.

    Attributes:
        starts: (J T + 1,) changes of each site and period, by site, then period.
        tail, head: (A,) state before and after.
        cost: (A,) what the change adds to the objective.
        first: (J + 1,) columns (states 1, 2, ...) of each site.
    """

    starts: IntArray
    tail: IntArray
    head: IntArray
    cost: FloatArray
    first: IntArray


@dataclass(frozen=True, eq=False)
class MultiPeriodProblem:
    r"""Give every site a state in every period and split every point over the sites in use.

    Formula: \min \sum_a f_a u_a + \sum_t \sum_{i \in I_t} \Big(\sum_j c_{ij} x_{ij} + v_i \big(1 - \sum_j
    x_{ij}\big)\Big), u a path of changes for every site from its state of today, w_{kt} the states it passes through,
    \sum_j x_{ij} \le 1 (= 1 where v_i is infinite), x_{ij} \le \sum_k w_{kt},
    m_k w_{kt} \le \sum_{i \in I_t} a_i x_{ij} \le b_k w_{kt}, l \le R u \le h.

    Source: Antunes and Peeters (2000), Socio-Economic Planning Sciences 34; Jena, Cordeau and Gendron (2015),
    Transportation Science 49(3): dynamic facility location with generalised modular capacities.

    Attributes:
        pairs: of points and cells; a cell is a state of a site in one period, cell = period C + column.
        period: (I,) of each point.
        origin: (nnz,) number of the admissible pair (point, site) that each pair of a cell stands for.
        changes: f and the paths.
        matrix: (R, A) R of the formula.
        least, most: (R,) l and h.
    """

    pairs: Pairs
    period: IntArray
    origin: IntArray
    changes: Changes
    matrix: csr_array
    least: FloatArray
    most: FloatArray

    @classmethod
    def of(
        cls,
        rows: IntArray,
        sites: IntArray,
        cost: FloatArray,
        *,
        load: FloatArray,
        period: IntArray,
        capacity: FloatArray,
        minimum: FloatArray,
        changes: Changes,
        matrix: csr_array | None = None,
        least: FloatArray | None = None,
        most: FloatArray | None = None,
        unserved: FloatArray | None = None,
    ) -> MultiPeriodProblem:
        """From pairs of points and sites in any order.

        Args:
            rows, sites, cost: (given,) point, site and cost of the whole point.
            load: (I,) above 0; a point belongs to one period.
            period: (I,).
            capacity, minimum: (C,) of each column, that is of each state in use of each site.
            unserved: (I,) cost of leaving a point unserved; None: everybody must be served.
        """
        first = changes.first
        periods = (changes.starts.size - 1) // max(first.size - 1, 1)
        columns = int(first[-1])
        count = np.diff(first)[sites]
        pair = np.repeat(np.arange(rows.size), count)
        within = np.arange(pair.size) - np.repeat(np.cumsum(count) - count, count)
        cell = period[rows[pair]] * columns + first[sites[pair]] + within
        point, value = rows[pair], cost[pair].astype(np.float64)
        if not (point[1:] >= point[:-1]).all():
            order = np.argsort(point, kind="stable")
            point, value, cell, pair = point[order], value[order], cell[order], pair[order]
        starts = starts_of(point, load.size)
        order = np.empty(point.size, dtype=np.int64)
        sort_by_point(starts, value, order)
        pairs = Pairs(
            starts=starts,
            cell=cell[order].astype(np.int32),
            cost=value[order],
            load=load.astype(np.float64),
            most=np.full(load.size, np.inf) if unserved is None else unserved.astype(np.float64),
            owner=np.tile(np.arange(columns), periods),
            capacity=np.tile(capacity.astype(np.float64), periods),
            minimum=np.tile(minimum.astype(np.float64), periods),
            offset=starts_of(cell, columns * periods),
        )
        size = changes.cost.size
        none = csr_array((0, size)) if matrix is None else matrix
        return cls(
            pairs,
            period,
            pair[order],
            changes,
            none,
            np.full(none.shape[0], -np.inf) if least is None else least,
            np.full(none.shape[0], np.inf) if most is None else most,
        )

    @property
    def points(self) -> int:
        """I."""
        return int(self.pairs.load.size)

    @property
    def sites(self) -> int:
        """J."""
        return int(self.changes.first.size) - 1

    @property
    def columns(self) -> int:
        """C."""
        return int(self.changes.first[-1])

    @property
    def periods(self) -> int:
        """T."""
        return (int(self.changes.starts.size) - 1) // max(self.sites, 1)

    @cached_property
    def site_of_change(self) -> IntArray:
        """(A,)."""
        return np.repeat(np.arange(self.sites * self.periods), np.diff(self.changes.starts)) // self.periods

    @cached_property
    def period_of_change(self) -> IntArray:
        """(A,)."""
        return np.repeat(np.arange(self.sites * self.periods), np.diff(self.changes.starts)) % self.periods

    @cached_property
    def cell_of_change(self) -> IntArray:
        """(A,) cell in use after each change, -1 for none."""
        head = self.changes.head
        cell = self.period_of_change * self.columns + self.changes.first[self.site_of_change] + head - 1
        return np.where(head > NOT_IN_USE, cell, -1)

    @property
    def ceiling(self) -> float:
        """No plan that serves everybody costs more."""
        pairs, changes = self.pairs, self.changes
        dearest = np.where(np.isfinite(pairs.most), pairs.most, 0.0)
        there = np.diff(pairs.starts) > 0
        dearest[there] = np.maximum(dearest[there], pairs.cost[pairs.starts[1:][there] - 1])
        steps = np.maximum.reduceat(np.r_[changes.cost, 0.0], changes.starts[:-1]) if changes.cost.size else np.zeros(0)
        return float(dearest.sum() + np.maximum(steps, 0.0).sum())

    def in_use(self, chosen: BoolArray) -> BoolArray:
        """(T, C) columns in use in each period, for chosen changes (A,)."""
        cells = np.zeros(self.periods * self.columns, dtype=bool)
        cell = self.cell_of_change[chosen]
        cells[cell[cell >= 0]] = True
        return cells.reshape(self.periods, self.columns)
