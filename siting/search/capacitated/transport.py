"""Who goes where for given open columns, at least cost: kept optimal from one set of columns to the next."""

from __future__ import annotations

import math

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.search.capacitated import flow
from siting.search.capacitated.problem import CapacitatedProblem, sort_by_point, starts_of

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
        self.opened: BoolArray = np.zeros(problem.columns, dtype=bool)
        light = problem.pairs.load <= 0
        futures = range(problem.futures)
        self._parts = [Part(problem, np.flatnonzero((problem.future == k) & ~light), k) for k in futures]
        self._light = np.flatnonzero(light)

    def to(self, opened: BoolArray) -> float:
        """Move on to these open columns (C,); their cost, as `cost`."""
        for part in self._parts:
            part.to(self.opened, opened)
        self.opened = opened.copy()
        return self.cost

    def open(self, column: int) -> float:
        """Open one more column; the cost then."""
        opened = self.opened.copy()
        opened[column] = True
        return self.to(opened)

    def close(self, column: int) -> float:
        """Close a column; the cost then."""
        opened = self.opened.copy()
        opened[column] = False
        return self.to(opened)

    @property
    def cost(self) -> float:
        """Of the open columns and of all people, whoever cannot be served included; +inf where a minimum or the
        reach of a point without load cannot be met.
        """
        travel = sum(part.cost for part in self._parts) + float(self._nearest_light().sum())
        return travel + float(self.problem.fixed[self.opened].sum())

    @property
    def serves(self) -> bool:
        """Whether everybody who must be served is."""
        return all(part.serves for part in self._parts) and math.isfinite(self.cost)

    def prices(self) -> FloatArray:
        """(I,) what each point costs at the margin: multipliers at which the Lagrangian of the open columns equals
        their cost.
        """
        mu = np.zeros(self.problem.points)
        mu[self._light] = self._nearest_light()
        for part in self._parts:
            mu[part.points] = part.prices()
        return np.minimum(mu, self.problem.pairs.most)

    def shares(self) -> FloatArray:
        """(nnz,) share of its point that each pair of the problem takes."""
        pairs = self.problem.pairs
        share = np.zeros(pairs.cost.size)
        for part in self._parts:
            numbers, values = part.shares()
            share[numbers] = values
        for i in self._light:
            e = self._nearest_of(int(i))
            if e >= 0 and pairs.cost[e] <= pairs.most[i]:
                share[e] = 1.0
        return share

    def _nearest_of(self, i: int) -> int:
        """The first pair of a point with an open column, -1 for none."""
        pairs = self.problem.pairs
        part = slice(int(pairs.starts[i]), int(pairs.starts[i + 1]))
        there = np.flatnonzero(self.opened[pairs.owner[pairs.cell[part]]])
        return part.start + int(there[0]) if there.size else -1

    def _nearest_light(self) -> FloatArray:
        """Cost of the points without load, each at its nearest open column."""
        pairs = self.problem.pairs
        places = [self._nearest_of(int(i)) for i in self._light]
        cost = np.array([pairs.cost[e] if e >= 0 else math.inf for e in places])
        least: FloatArray = np.minimum(cost, pairs.most[self._light])
        return least


class Part:
    """The people of one future."""

    def __init__(self, problem: CapacitatedProblem, points: IntArray, future: int) -> None:
        self.points = points
        pairs, n, m = problem.pairs, points.size, problem.columns
        count = np.diff(pairs.starts)[points]
        own = np.repeat(np.arange(n), count)
        kept = np.arange(own.size) + np.repeat(pairs.starts[points] - (np.cumsum(count) - count), count)
        self._load, self._must = pairs.load[points], np.isinf(pairs.most[points])
        unit = pairs.cost[kept] / self._load[own]
        away = pairs.most[points] / self._load
        some = np.concatenate([unit, away[~self._must]])
        away[self._must] = (m + 2) * max(float(some.max(initial=0.0)), 1.0)
        rows = np.concatenate([own, np.arange(n)])
        order = np.argsort(rows, kind="stable")
        rows = rows[order]
        starts = starts_of(rows, n)
        unit = np.concatenate([unit, away])[order]
        within = np.empty(rows.size, dtype=np.int64)
        sort_by_point(starts, unit, within)
        order = order[within]
        column = np.concatenate([pairs.owner[pairs.cell[kept]], np.full(n, m)])[order]
        self._number = np.concatenate([kept, np.full(n, -1)])[order]
        self._rows = rows
        cells = slice(future * m, (future + 1) * m)
        self._arrays = (
            starts,
            column.astype(np.int32),
            unit[within],
            self._load,
            starts_of(column, m + 1),
            np.argsort(column, kind="stable"),
            rows,
            np.append(pairs.capacity[cells], np.inf),
            np.append(pairs.minimum[cells], 0.0),
        )
        self._flow: flow.Flow | None = None
        self._sound = False

    def to(self, before: BoolArray, opened: BoolArray) -> None:
        """From the open columns `before` to others."""
        away, new = np.flatnonzero(before & ~opened), np.flatnonzero(opened & ~before)
        few = away.size + new.size <= MOST_CHANGES
        if self._sound and self._flow is not None and few and int((self._flow.holder < 0).sum()) >= new.size:
            for c in new:
                self._sound = self._sound and bool(flow.open_column(self._flow, int(c)))
            for c in away:
                self._sound = self._sound and bool(flow.close_column(self._flow, int(c)))
            if self._sound:
                return
        count = int(opened.sum()) + 1
        if self._flow is None or self._flow.holder.size < count:
            self._flow = self._make(min(count + SPARE_SLOTS, opened.size + 1))
        self._sound = bool(flow.start(self._flow, np.append(opened, True)))

    @property
    def cost(self) -> float:
        """Of all people; +inf where a minimum is out of reach."""
        return float(flow.worth(self._flow)) if self._sound and self._flow is not None else math.inf

    @property
    def serves(self) -> bool:
        """Whether everybody who must be served is."""
        if not self._sound or self._flow is None:
            return False
        left = np.zeros(self.points.size)
        away = self._number < 0
        left[self._rows[away]] = self._flow.flow[away]
        return bool((left[self._must] <= SERVED * max(float(self._load.max(initial=0.0)), 1e-300)).all())

    def prices(self) -> FloatArray:
        """(points,) what each point costs at the margin."""
        assert self._flow is not None
        unit = np.empty(self.points.size)
        flow.point_prices(self._flow, unit)
        return unit * self._load

    def shares(self) -> tuple[IntArray, FloatArray]:
        """Numbers of the problem's pairs, and the share that each takes of its point."""
        assert self._flow is not None
        real = self._number >= 0
        return self._number[real], self._flow.flow[real] / self._load[self._rows[real]]

    def _make(self, slots: int) -> flow.Flow:
        n, m, pairs = self.points.size, self._arrays[7].size, self._number.size

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
