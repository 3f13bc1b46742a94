"""Layout plans at the size of a county.

Points that cost nearly the same are merged; the linear relaxation of the merged programme gives prices, which lifted
to all points give a Lagrangian bound on every plan. Plans come from the merged programme too, part by part (a part is
what no trip and no change of state leaves: a service), each with the share of the common rows that the relaxation gave
it; their cost is that of the transport of all points. At last places are looked at one by one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance import Instance
from siting.instance.changes import Changes
from siting.machine.interrupt import out_of_time
from siting.search.multiperiod.adapter import Posed, pose
from siting.search.multiperiod.bound import lagrangian_bound
from siting.search.multiperiod.bundle import Bundle, Flows, bundle, flows_of
from siting.search.multiperiod.lifted import lifted_prices
from siting.search.multiperiod.merge import Merged, merge_points
from siting.search.multiperiod.transport import PeriodTransport
from siting.solving.solver import Relaxed, SolverOptions, relax, solve_program

Report = Callable[[float, float], None]
GROUPS, COARSE = 1000, 150  # merged points of a service and period: at first, and where the relaxation takes too long
NEAREST, NEAREST_TODAY = 12, 6  # cells of a group: of all, of those in use today
RELAXATION_SHARE, COARSE_SHARE, PARTS_SHARE = 0.3, 0.45, 0.8  # of the time: until the relaxations and the parts end
PART_GAP, WHOLE_GAP = 0.001, 0.005
LEAST_S = 2.0
SMALL_PART = 0.04  # of all pairs
SAME = 1e-9


@dataclass(frozen=True, eq=False)
class PlanFound:
    """What has been proven and found.

    Attributes:
        bound: no plan costs less.
        cost: of the plan; +inf without one.
        states: (J,) of the plan; share: (nnz,) of the instance's pairs; None without a plan.
        by_clock: whether the clock or the user ended it.
    """

    bound: float
    cost: float
    states: IntArray | None
    share: FloatArray | None
    by_clock: bool


def search_plan(
    instance: Instance,
    each: FloatArray,
    left_out: FloatArray,
    *,
    time_limit_s: float,
    gap: float,
    report: Report | None = None,
) -> PlanFound:
    """Best plan and bound within the limits.

    Args:
        each: (nnz,) cost of sending one person of the point to the site.
        left_out: (I,) cost of leaving one person out.
        gap: relative gap at which to stop.
        report: is told (cost, bound) when one of them improves.
    """
    return _Search(instance, each, left_out, time_limit_s, gap, report or (lambda cost, bound: None)).run()


class _Search:
    def __init__(
        self,
        instance: Instance,
        each: FloatArray,
        left_out: FloatArray,
        time_limit_s: float,
        gap: float,
        report: Report,
    ) -> None:
        self.begin, self.limit = time.perf_counter(), time_limit_s
        self.instance, self.gap, self.report = instance, gap, report
        changes = instance.changes
        assert changes is not None
        self.changes = changes
        count = changes.least.size
        worth = each - left_out[instance.impedance.rows]
        self.posed = pose(instance, worth, left_out, rows=np.ones(count, dtype=bool))
        self.part_of_place = _parts(self.posed, changes.places)
        self.today = self.posed.initial > 0
        self.transport = PeriodTransport(self.posed.problem)
        self.bound, self.cost = -math.inf, math.inf
        self.best: BoolArray | None = None
        self.by_clock = False

    def run(self) -> PlanFound:
        keep = self._as_it_stands()
        if keep is not None:
            self._try(keep)
        merged, flows, whole, relaxed = self._relaxation()
        if relaxed is not None:
            mu = lifted_prices(self.posed, merged, whole, relaxed, flows)
            found = lagrangian_bound(
                self.posed.problem, self.posed.initial, mu=mu, sigma=relaxed.prices[whole.rows], steps=60, patience=20,
                goal=self.cost, end=self._until(COARSE_SHARE + 0.05),
            )  # fmt: skip
            self.bound = found.value
            self._tell()
        else:  # a weak bound is better than none
            end = self._until(COARSE_SHARE + 0.05)
            self.bound = lagrangian_bound(self.posed.problem, self.posed.initial, goal=self.cost, end=end).value
        self._solve_parts(flows, whole, relaxed)
        if not math.isfinite(self.cost):
            self._solve_together(whole)
        if self.best is not None and not self._closed:
            self._one_by_one(whole, relaxed)
        return self._answer()

    # ------------------------------------------------------------------ limits
    def _until(self, share: float) -> float:
        return self.begin + share * self.limit

    def _left(self, share: float = 1.0) -> float:
        return self._until(share) - time.perf_counter()

    @property
    def _closed(self) -> bool:
        return math.isfinite(self.cost) and self.cost - self.bound <= max(self.gap, SAME) * abs(self.cost)

    def _tell(self) -> None:
        self.report(self.cost, min(self.bound, self.cost))

    # ------------------------------------------------------------- relaxation
    def _relaxation(self) -> tuple[Merged, Flows, Bundle, Relaxed | None]:
        """The merged programme of everything and its linear relaxation."""
        posed, changes = self.posed, self.changes
        pairs = posed.problem.pairs
        first = np.zeros(pairs.load.size, dtype=np.int64)
        there = np.diff(posed.starts) > 0
        first[there] = self.part_of_place[posed.place[posed.starts[:-1][there]] // posed.kinds]
        block = first * changes.periods + posed.problem.period
        everything = np.arange(changes.least.size)
        for most, nearest in ((GROUPS, NEAREST), (COARSE, NEAREST // 2)):
            merged = merge_points(posed.starts, posed.place, posed.each, posed.left_out, pairs.load, block, most=most)
            flows = flows_of(posed, merged, block, self.today, nearest=nearest, today_nearest=NEAREST_TODAY)
            whole = bundle(
                posed, changes, flows, np.ones(changes.places, dtype=bool), everything, changes.least, changes.most
            )
            share = RELAXATION_SHARE if most == GROUPS else COARSE_SHARE
            relaxed = relax(whole.program, time_limit_s=max(self._left(share), LEAST_S))
            if relaxed is not None:
                break
        return merged, flows, whole, relaxed

    # ------------------------------------------------------------------ parts
    def _solve_parts(self, flows: Flows, whole: Bundle, relaxed: Relaxed | None) -> None:
        """Each part on its own, one after the other, with what the common rows leave it."""
        changes = self.changes
        part_of_change = self.part_of_place[changes.place]
        parts = list(dict.fromkeys(self.part_of_place.tolist()))
        use = np.zeros(changes.count)
        if relaxed is not None:
            use[whole.changes] = relaxed.values[: whole.changes.size]
        activity = _by_part(changes.rows, part_of_change, use, len(parts))
        touched = _by_part(abs(changes.rows), part_of_change, np.ones(changes.count), len(parts)) > 0
        size = np.bincount(part_of_change, minlength=len(parts)).astype(np.float64)
        plan = self.best.copy() if self.best is not None else np.zeros(changes.count, dtype=bool)
        done = np.zeros(len(parts), dtype=bool)
        resource = _is_money(changes.rows, changes.least)
        for number, part in enumerate(parts):
            if out_of_time(self._until(1.0)):
                self.by_clock = True
                return
            rows, least, most = self._rows_of(part, done, plan, activity, touched, resource, part_of_change)
            share = size[part] / size[parts[number:]].sum()
            seconds = max(self._left(PARTS_SHARE) * share, LEAST_S)
            chosen = self.part_of_place == part
            made = bundle(self.posed, changes, flows, chosen, rows, least, most)
            start = self._start(made, plan, rows, least, most)
            answer = solve_program(made.program, SolverOptions(time_limit_s=seconds, gap=PART_GAP), start=start)
            if answer.values is not None:
                plan[part_of_change == part] = made.flags(answer.values, changes.count)[part_of_change == part]
            done[part] = True
        if self._complete(plan):
            self._try(plan)

    def _solve_together(self, whole: Bundle) -> None:
        """All parts at once, where one after the other they come to no plan that keeps all rows."""
        seconds = max(self._left(), LEAST_S)
        answer = solve_program(whole.program, SolverOptions(time_limit_s=seconds, gap=WHOLE_GAP))
        if answer.values is not None:
            self._try(whole.flags(answer.values, self.changes.count))

    def _rows_of(
        self, part: int, done: BoolArray, plan: BoolArray, activity: FloatArray, touched: BoolArray,
        resource: BoolArray, part_of_change: IntArray,
    ) -> tuple[IntArray, FloatArray, FloatArray]:  # fmt: skip
        """The rows that a part must keep, with what is left of them by the others.

        Of a resource the parts that are still to come keep what the relaxation gave them, and what nobody takes goes
        to the next; another row is asked of the last of its parts only, when the others are settled.
        """
        changes = self.changes
        mine = touched[:, part]
        others = touched & ~done
        others[:, part] = False
        waits = others.any(axis=1)
        rows = np.flatnonzero(mine & (resource | ~waits))
        settled = _by_part(changes.rows, part_of_change, plan.astype(np.float64), done.size)
        taken = np.where(done, settled, activity)
        taken[:, part] = 0.0
        by_others = taken.sum(axis=1)[rows]
        return rows, changes.least[rows] - by_others, changes.most[rows] - by_others

    def _start(
        self, made: Bundle, plan: BoolArray, rows: IntArray, least: FloatArray, most: FloatArray
    ) -> FloatArray | None:
        """The part of a plan as the solver's first, where it keeps the rows."""
        taken = plan[made.changes].astype(np.float64)
        if not taken.any():
            return None
        value = self.changes.rows[rows][:, made.changes] @ taken
        slack = 1e-7 * np.maximum(1.0, np.abs(value))
        if (value < least - slack).any() or (value > most + slack).any():
            return None
        first: FloatArray = np.full(made.program.cost.size, np.nan)
        first[: taken.size] = taken
        return first

    # ------------------------------------------------------------------- plans
    def _as_it_stands(self) -> BoolArray | None:
        """(A,) no change at all, where the changes know it."""
        try:
            chosen = self.changes.chosen(self.changes.initial[self.changes.site_place])
        except KeyError:
            return None
        flags = np.zeros(self.changes.count, dtype=bool)
        flags[chosen] = True
        return flags

    def _complete(self, plan: BoolArray) -> bool:
        """Whether every place has one change in every period."""
        c = self.changes
        return bool((np.bincount(c.site[plan], minlength=c.site_place.size) == 1).all())

    def _states(self, plan: BoolArray) -> IntArray:
        states = np.full(self.changes.site_place.size, -1, dtype=np.int64)
        states[self.changes.site[plan]] = self.changes.head[plan]
        return states

    def _keeps(self, plan: BoolArray) -> bool:
        value = self.changes.rows @ plan.astype(np.float64)
        c = self.changes
        scale = np.maximum(1.0, np.maximum(_finite(c.least), _finite(c.most)))
        return bool(((value >= c.least - 1e-7 * scale) & (value <= c.most + 1e-7 * scale)).all())

    def _cost(self, plan: BoolArray) -> float:
        """Of changes and of the transport of all points."""
        in_use = self.posed.in_use(self.changes, self._states(plan))
        return float(self.changes.cost[plan].sum()) + self.transport.to(in_use)

    def _try(self, plan: BoolArray) -> bool:
        """Keep a plan where it is the best."""
        if not self._keeps(plan):
            return False
        cost = self._cost(plan)
        if not (math.isfinite(cost) and cost < self.cost * (1 - SAME)):
            return False
        self.cost, self.best = cost, plan.copy()
        self._tell()
        return True

    def _one_by_one(self, whole: Bundle, relaxed: Relaxed | None) -> None:
        """Other paths of single places, those first that the relaxation finds nearly as good."""
        changes = self.changes
        order = np.arange(changes.places)
        if relaxed is not None:
            reduced = np.full(changes.count, np.inf)
            reduced[whole.changes] = np.abs(relaxed.reduced[: whole.changes.size])
            moving = changes.tail != changes.head
            worth = np.full(changes.places, np.inf)
            np.minimum.at(worth, changes.place[moving], reduced[moving])
            order = np.argsort(worth, kind="stable")
            order = order[np.isfinite(worth[order])]
        paths = _Paths(changes)
        improved = True
        while improved and not self._closed:
            improved = False
            for p in order.tolist():
                if out_of_time(self._until(1.0)):
                    self.by_clock = True
                    return
                assert self.best is not None
                own = changes.place == p
                for path in paths.of(p):
                    plan = self.best.copy()
                    plan[own] = False
                    plan[path] = True
                    if (plan != self.best).any() and self._try(plan):
                        improved = True
                if self._closed:
                    return

    def _answer(self) -> PlanFound:
        if self.best is None:
            return PlanFound(self.bound, math.inf, None, None, self.by_clock)
        states = self._states(self.best)
        self.transport.to(self.posed.in_use(self.changes, states))
        share = np.zeros(self.instance.impedance.pair_count)
        np.add.at(share, self.posed.problem.origin, self.transport.shares())
        return PlanFound(min(self.bound, self.cost), self.cost, states, np.minimum(share, 1.0), self.by_clock)


class _Paths:
    """All ways of a place through its states."""

    def __init__(self, changes: Changes) -> None:
        self.changes = changes
        order = np.lexsort((changes.period, changes.place))
        self.order, self.first = order, np.searchsorted(changes.place[order], np.arange(changes.places + 1))

    def of(self, place: int) -> list[list[int]]:
        """The changes of each way, one a period."""
        c = self.changes
        arcs = self.order[self.first[place] : self.first[place + 1]].tolist()
        ways: list[tuple[int, list[int]]] = [(int(c.initial[place]), [])]
        for t in range(c.periods):
            now = [a for a in arcs if c.period[a] == t]
            ways = [(int(c.head[a]), [*path, a]) for state, path in ways for a in now if c.tail[a] == state]
        return [path for _, path in ways]


def _parts(posed: Posed, places: int) -> IntArray:
    """(P,) part of each place: places that some point can reach both belong together, and small parts with the next."""
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


def _by_part(rows: csr_array, part: IntArray, values: FloatArray, parts: int) -> FloatArray:
    """(R, parts) what each row comes to over the changes of each part."""
    matrix = rows.tocoo()
    flat = matrix.row.astype(np.int64) * parts + part[matrix.col]
    total = np.bincount(flat, weights=matrix.data * values[matrix.col], minlength=rows.shape[0] * parts)
    table: FloatArray = total.reshape(rows.shape[0], parts).astype(np.float64)
    return table


def _is_money(rows: csr_array, least: FloatArray) -> BoolArray:
    """(R,) rows by which much of something is used up: no negative coefficient, one above 1, and no least value."""
    lowest, highest = np.zeros(rows.shape[0]), np.zeros(rows.shape[0])
    matrix = rows.tocoo()
    np.minimum.at(lowest, matrix.row, matrix.data)
    np.maximum.at(highest, matrix.row, matrix.data)
    mask: BoolArray = (lowest >= 0) & (highest > 1) & np.isneginf(least)
    return mask


def _finite(values: FloatArray) -> FloatArray:
    return np.where(np.isfinite(values), np.abs(values), 0.0)
