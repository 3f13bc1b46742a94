"""Who goes where for given open columns, at least cost: kept optimal from one set of columns to the next."""

from __future__ import annotations

import math

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.search.capacitated import flow
from siting.search.capacitated.problem import CapacitatedProblem, sort_by_point

MOST_CHANGES = 8  # columns to open and close one by one; with more the flow is made anew
SPARE_SLOTS = 8
SERVED = 1e-9  # relative: so little left unserved is arithmetic


class Transport:
    """The transportation problem of the open columns.

    Whoever must be served and cannot be goes to one more column without limit, at a unit cost that no saving
    elsewhere makes up for.
    """

    def __init__(self, problem: CapacitatedProblem) -> None:
        self.problem = problem
        pairs, n, m = problem.pairs, problem.points, problem.columns
        heavy = pairs.load > 0
        self._heavy, self._light = np.flatnonzero(heavy), np.flatnonzero(~heavy)
        place = np.full(n, -1, dtype=np.int64)
        place[self._heavy] = np.arange(self._heavy.size)
        kept = np.flatnonzero(heavy[problem.rows])
        unit = pairs.cost[kept] / pairs.load[problem.rows[kept]]
        self._load = pairs.load[self._heavy]
        dearest = (m + 2) * max(float(unit.max(initial=0.0)), 1.0)
        away = np.minimum(pairs.most[self._heavy] / self._load, dearest)
        rows = np.concatenate([place[problem.rows[kept]], np.arange(self._heavy.size)])
        order = np.argsort(rows, kind="stable")
        rows = rows[order]
        starts = np.zeros(self._heavy.size + 1, dtype=np.int64)
        np.cumsum(np.bincount(rows, minlength=self._heavy.size), out=starts[1:])
        unit = np.concatenate([unit, away])[order]
        within = np.empty(rows.size, dtype=np.int64)
        sort_by_point(starts, unit, within)
        order = order[within]
        column = np.concatenate([pairs.column[kept], np.full(self._heavy.size, m, dtype=np.int32)])[order]
        by_column = np.zeros(m + 2, dtype=np.int64)
        np.cumsum(np.bincount(column, minlength=m + 1), out=by_column[1:])
        self._number = np.concatenate([kept, np.full(self._heavy.size, -1)])[order]
        self._arrays = (
            starts,
            column,
            unit[within],
            self._load,
            by_column,
            np.argsort(column, kind="stable"),
            rows,
            np.append(pairs.capacity, np.inf),
            np.append(pairs.minimum, 0.0),
        )
        self._flow: flow.Flow | None = None
        self.opened: BoolArray = np.zeros(m, dtype=bool)
        self._sound = False

    def to(self, opened: BoolArray) -> float:
        """Move on to these open columns (C,); their cost, as `cost`."""
        away, new = np.flatnonzero(self.opened & ~opened), np.flatnonzero(opened & ~self.opened)
        if self._sound and away.size + new.size <= MOST_CHANGES:
            for c in new:
                self.open(int(c))
            for c in away:
                self.close(int(c))
            if self._sound:
                return self.cost
        self._restart(opened)
        return self.cost

    def open(self, column: int) -> float:
        """Open one more column; the cost then."""
        self.opened[column] = True
        if self._sound and self._flow is not None and (self._flow.holder < 0).any():
            self._sound = bool(flow.open_column(self._flow, column))
        else:
            self._restart(self.opened)
        return self.cost

    def close(self, column: int) -> float:
        """Close a column; the cost then."""
        self.opened[column] = False
        if self._sound and self._flow is not None:
            self._sound = bool(flow.close_column(self._flow, column))
        else:
            self._restart(self.opened)
        return self.cost

    @property
    def cost(self) -> float:
        """Of the open columns and of all people, whoever cannot be served included; +inf where a minimum or the
        reach of a point without load cannot be met.
        """
        if not self._sound or self._flow is None:
            return math.inf
        light = self._nearest_light()
        travel = float(flow.worth(self._flow)) + float(light.sum()) if light.size else float(flow.worth(self._flow))
        return travel + float(self.problem.fixed[self.opened].sum())

    @property
    def serves(self) -> bool:
        """Whether everybody who must be served is."""
        if not self._sound or self._flow is None:
            return False
        must = np.isinf(self.problem.pairs.most[self._heavy])
        left = self._flow.flow[self._number < 0]
        return bool((left[must] <= SERVED * max(float(self._load.max(initial=0.0)), 1e-300)).all()) and math.isfinite(
            self.cost
        )

    def prices(self) -> FloatArray:
        """(I,) what each point costs at the margin: multipliers at which the Lagrangian of the open columns equals
        their cost.
        """
        assert self._flow is not None
        mu = np.zeros(self.problem.points)
        unit = np.empty(self._heavy.size)
        flow.point_prices(self._flow, unit)
        mu[self._heavy] = unit * self._load
        mu[self._light] = self._nearest_light()
        return np.minimum(mu, self.problem.pairs.most)

    def shares(self) -> FloatArray:
        """(nnz,) share of its point that each pair of the problem takes."""
        assert self._flow is not None
        share = np.zeros(self.problem.pairs.cost.size)
        real = self._number >= 0
        rows = self._arrays[6]
        share[self._number[real]] = self._flow.flow[real] / self._load[rows[real]]
        for i in self._light:
            part = slice(self.problem.pairs.starts[i], self.problem.pairs.starts[i + 1])
            there = np.flatnonzero(self.opened[self.problem.pairs.column[part]])
            if there.size and self.problem.pairs.cost[part][there[0]] <= self.problem.pairs.most[i]:
                share[part.start + there[0]] = 1.0
        return share

    def _nearest_light(self) -> FloatArray:
        """Cost of the points without load, each at its nearest open column."""
        pairs = self.problem.pairs
        cost = np.empty(self._light.size)
        for k, i in enumerate(self._light):
            part = slice(pairs.starts[i], pairs.starts[i + 1])
            there = np.flatnonzero(self.opened[pairs.column[part]])
            cost[k] = min(float(pairs.cost[part][there[0]]) if there.size else math.inf, float(pairs.most[i]))
        return cost

    def _restart(self, opened: BoolArray) -> None:
        self.opened = opened.copy()
        count = int(opened.sum()) + 1
        if self._flow is None or self._flow.holder.size < count:
            self._flow = self._make(min(count + SPARE_SLOTS, self.problem.columns + 1))
        self._sound = bool(flow.start(self._flow, np.append(opened, True)))

    def _make(self, slots: int) -> flow.Flow:
        n, m, pairs = self._heavy.size, self.problem.columns + 1, self._number.size

        def none(size: int) -> IntArray:
            return np.full(size, -1, dtype=np.int64)

        return flow.Flow(
            *self._arrays,
            flow=np.zeros(pairs),
            head=none(m),
            after=none(pairs),
            before=none(pairs),
            first=none(n),
            second=none(pairs),
            slot=none(m),
            holder=none(slots),
            room=np.zeros(slots),
            least=np.zeros(slots),
            used=np.zeros(slots),
            price=np.zeros(slots + 1),
            near=np.full((n, slots), np.inf),
            place=np.zeros((n, slots), dtype=np.int32),
            arc=np.full((slots, slots), np.inf),
            arc_from=np.zeros((slots, slots), dtype=np.int64),
            stale=np.ones(slots, dtype=bool),
            distance=np.zeros(slots + 1),
            parent=np.zeros(slots + 1, dtype=np.int64),
            done=np.zeros(slots + 1, dtype=bool),
            dust=np.array([flow.TINY * max(float(self._load.max(initial=0.0)), 1e-300)]),
        )
