"""Layout plans at the size of a county.

Points that cost nearly the same are merged; the linear relaxation of the merged programme gives prices, which lifted
to all points give a Lagrangian bound on every plan. A part (what no trip and no change of state leaves: a service) is
then relaxed again on its own with finer groups. The programme over changes alone, with cuts at these prices and at
those of each plan found, gives plans and bounds until it tells nothing new: few places are settled by it. Else each
part is solved with the share of the common rows that the relaxation gave it; parts go side by side where there are
cores. The cost of a plan is that of the transport of all points. At last places are looked at one by one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance import Instance
from siting.machine.interrupt import out_of_time
from siting.machine.threads import core_count
from siting.search.multiperiod.adapter import pose
from siting.search.multiperiod.bound import lagrangian_bound
from siting.search.multiperiod.bundle import Bundle
from siting.search.multiperiod.cuts import Cuts
from siting.search.multiperiod.part_solves import PartSolves
from siting.search.multiperiod.parts import Parts
from siting.search.multiperiod.relaxation import (
    PartRelaxed,
    WholeRelaxed,
    best_prices,
    relax_part,
    relax_whole,
)
from siting.search.multiperiod.transport import PeriodTransport
from siting.search.multiperiod.ways import Ways
from siting.solving.solver import SolverOptions, solve_program

Report = Callable[[float, float], None]
# Of the time after cuts at known prices: until the relaxation of all, those of parts, parts' solving, and cuts end.
WHOLE_SHARE, PRICES_SHARE, PARTS_SHARE, LEFT_SHARE, CUTS_SHARE = 0.5, 0.6, 0.78, 0.83, 0.9
FIRST_CUTS = 0.25  # of that time, for cuts before parts are solved
KNOWN_SHARE = 0.3  # of all time, for cuts at prices that are known before
WHOLE_GAP = 0.005
CUTS_GAP, LEAST_GAP = 0.1, 1e-6  # of the cuts' programme: relative to the gap that is left, and at least
MORE = 0.2  # of the time before cuts, in which they may go on when the gap that is asked for is reached
ROUNDS, LITTLE = 8, 0.05  # cuts that together close less of the gap than that end it
AGAIN_UNTIL, AGAIN_SHARE = 0.95, 0.4  # of the time until which parts are solved again, and of what is left for one
MOST_PRICES = 40  # that are handed on
LEAST_S = 2.0
SAME = 1e-9
KEPT = 1e-7  # rows are kept to that


@dataclass(frozen=True, eq=False)
class PlanFound:
    """What has been proven and found.

    Attributes:
        bound: no plan costs less.
        cost: of the plan; +inf without one.
        states: (J,) of the plan; share: (nnz,) of the instance's pairs; None without a plan.
        by_clock: whether the clock or the user ended it.
        prices: (I,) each, which bound plans well, whatever the bounds of the rows.
    """

    bound: float
    cost: float
    states: IntArray | None
    share: FloatArray | None
    by_clock: bool
    prices: tuple[FloatArray, ...] = ()


def search_plan(
    instance: Instance,
    each: FloatArray,
    left_out: FloatArray,
    *,
    time_limit_s: float,
    gap: float,
    report: Report | None = None,
    starts: Sequence[IntArray] = (),
    prices: Sequence[FloatArray] = (),
) -> PlanFound:
    """Best plan and bound within the limits.

    Args:
        each: (nnz,) cost of sending one person of the point to the site.
        left_out: (I,) cost of leaving one person out.
        gap: relative gap at which to stop.
        report: is told (cost, bound) when one of them improves.
        starts: (J,) states each of plans that may keep the rows; the best that does is the first plan.
        prices: (I,) each, of a search of the same question with other bounds of rows: they bound this one too.
    """
    search = _Search(instance, each, left_out, time_limit_s, gap, report or (lambda cost, bound: None))
    return search.run(starts, prices)


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
        self.begin = self.start = time.perf_counter()
        self.end = self.begin + time_limit_s
        self.instance, self.gap, self.report = instance, gap, report
        changes = instance.changes
        assert changes is not None
        self.changes = changes
        count = changes.least.size
        worth = each - left_out[instance.impedance.rows]
        self.posed = pose(instance, worth, left_out, rows=np.ones(count, dtype=bool))
        self.parts = Parts.of(self.posed, changes)
        self.transport = PeriodTransport(self.posed.problem)
        self.cuts = Cuts(self.posed, changes, self.parts)
        self.bound, self.cost = -math.inf, math.inf
        self.best: BoolArray | None = None
        self.sigma, self.of_parts = np.zeros(count), np.zeros(self.parts.count + 1)
        self.by_clock = False

    def run(self, starts: Sequence[IntArray], prices: Sequence[FloatArray]) -> PlanFound:
        for states in (self.changes.initial[self.changes.site_place], *starts):
            plan = self.changes.flags(states)
            if plan is not None:
                self._try(plan)
        self._add_cuts(prices)
        self._by_cuts(self._until(KNOWN_SHARE))
        self.start = time.perf_counter()
        if not self._closed:
            self._from_relaxations()
        return self._answer()

    def _from_relaxations(self) -> None:
        left = max(self._left(WHOLE_SHARE), LEAST_S)
        whole = relax_whole(self.posed, self.changes, self.parts, time_limit_s=left)
        refined: dict[int, PartRelaxed] = {}
        if whole.lifted is None and not math.isfinite(self.bound):  # a weak bound is better than none
            end = self._until(PRICES_SHARE)
            found = lagrangian_bound(
                self.posed.problem, self.posed.initial, goal=self.cost, end=end, kinds=self.posed.kinds
            )
            self.bound = max(self.bound, found.value)
        elif whole.lifted is not None:
            self._price(whole, refined)
        self._tell()
        if whole.lifted is not None and not self._closed:
            refined = self._relax_parts(whole)
            self._add_cuts([self._price(whole, refined)[0]])
        self._by_cuts(time.perf_counter() + FIRST_CUTS * (self.end - self.start))
        solves = PartSolves(self.posed, self.changes, self.parts, whole, refined, self.of_parts)
        if not self._closed:
            none = np.zeros(self.changes.count, dtype=bool)
            last = self._until(LEFT_SHARE)
            plan = solves.every(none if self.best is None else self.best, end=self._until(PARTS_SHARE), last=last)
            self.by_clock |= out_of_time(last)
            if self._complete(plan):
                self._try(plan)
        if not self._closed:
            self._by_cuts(self._until(CUTS_SHARE))
        if not math.isfinite(self.cost):
            self._solve_together(whole.made)
        if whole.lifted is not None:
            self._solve_again(solves)
        if self.best is not None and not self._closed:
            self._one_by_one(whole)

    def _price(self, whole: WholeRelaxed, refined: dict[int, PartRelaxed]) -> tuple[FloatArray, FloatArray]:
        """The best prices of relaxations, and what they say of all and of each part."""
        self.of_parts, mu, self.sigma = best_prices(self.posed, self.parts, whole, refined)
        self.bound = max(self.bound, float(self.of_parts.sum()))
        return mu, self.sigma

    def _relax_parts(self, whole: WholeRelaxed) -> dict[int, PartRelaxed]:
        """The relaxations of single parts, side by side, as far as there is time."""
        parts, cores = self.parts, core_count()

        def relaxed(part: int) -> PartRelaxed | None:
            left = self._left(PRICES_SHARE)
            if left <= 0 or out_of_time(self._until(1.0)):
                return None
            return relax_part(self.posed, self.changes, parts, part, whole, time_limit_s=left)

        size = np.bincount(parts.of_point, weights=np.diff(self.posed.starts), minlength=parts.count)
        order = np.argsort(-size, kind="stable").tolist()  # the longest first, so that none is waited for at the end
        with ThreadPoolExecutor(cores) as pool:
            found = dict(zip(order, pool.map(relaxed, order), strict=True))
        return {part: one for part, one in found.items() if one is not None}

    # ------------------------------------------------------------------ limits
    def _until(self, share: float) -> float:
        return self.start + share * (self.end - self.start)

    def _left(self, share: float = 1.0) -> float:
        return self._until(share) - time.perf_counter()

    @property
    def _closed(self) -> bool:
        return self._open_gap <= max(self.gap, SAME)

    @property
    def _open_gap(self) -> float:
        """Relative, between the best plan and the bound."""
        if not (math.isfinite(self.cost) and math.isfinite(self.bound)):
            return 0.0 if self.cost == self.bound else math.inf
        return (self.cost - self.bound) / max(abs(self.cost), 1e-300)

    def _tell(self) -> None:
        self.report(self.cost, min(self.bound, self.cost))

    # -------------------------------------------------------------------- cuts
    def _add_cuts(self, prices: Sequence[FloatArray]) -> None:
        for mu in prices:
            if mu.shape == self.posed.left_out.shape:
                self.cuts.add(np.minimum(mu, self.posed.problem.pairs.most))

    def _by_cuts(self, end: float) -> None:
        """The plan that is the cheapest as far as the cuts tell, and cuts at its own prices, until they tell enough."""
        if not self.cuts.prices:
            return
        seen: set[bytes] = set()
        gap, gaps, begin = CUTS_GAP * min(self._open_gap, 1.0), [math.inf], time.perf_counter()
        enough = begin + MORE * (begin - self.begin)
        while (
            not out_of_time(min(end, enough) if self._closed else end) and self._open_gap > CUTS_GAP * self.gap + SAME
        ):
            seconds = max(end - time.perf_counter(), LEAST_S)
            found = self.cuts.cheapest(seconds=seconds, gap=max(gap, LEAST_GAP), start=self.best)
            if found is None:
                return
            self.bound = max(self.bound, found.bound)
            self._tell()
            if found.taken is None or not self.changes.keeps(found.taken, slack=KEPT):
                return
            key = np.packbits(found.taken).tobytes()
            if key in seen:  # its cuts are there: only a closer look tells more
                if gap <= LEAST_GAP:
                    return
                gap *= CUTS_GAP
                continue
            seen.add(key)
            self._try(found.taken)
            self.cuts.add(self.transport.prices())
            gap = CUTS_GAP * min(self._open_gap, 1.0)
            gaps.append(self._open_gap)
            if len(gaps) > ROUNDS and gaps[-1] > (1 - LITTLE) * gaps[-ROUNDS]:
                return

    # ------------------------------------------------------------------ parts
    def _solve_again(self, solves: PartSolves) -> None:
        """Parts anew from the best plan with all that the others leave, the farthest from their bounds first."""
        parts, tried = self.parts, set[int]()
        while self.best is not None and not self._closed and len(tried) < parts.count:
            left = self._left(AGAIN_UNTIL)
            if left < LEAST_S or out_of_time(self._until(1.0)):
                return
            slack = self._costs_of_parts(self.best) - self.of_parts[:-1]
            part = max((p for p in range(parts.count) if p not in tried), key=lambda p: float(slack[p]))
            tried.add(part)
            if slack[part] < self.gap * abs(self.cost) / (4 * parts.count):
                return
            plan = solves.one(part, self.best, left * AGAIN_SHARE)
            if plan is not None and self._try(plan):
                tried = {part}

    def _costs_of_parts(self, plan: BoolArray) -> FloatArray:
        """(parts,) what each part of a plan costs, less what the prices of common rows put down to it."""
        changes, parts = self.changes, self.parts
        self.transport.to(self.posed.in_use(changes, changes.after(plan)))
        share, pairs = self.transport.shares(), self.posed.problem.pairs
        point = np.repeat(np.arange(pairs.load.size), np.diff(pairs.starts))
        served = np.bincount(point, weights=share, minlength=pairs.load.size)
        stay = np.where(served < 1, (1 - served) * np.where(np.isfinite(pairs.most), pairs.most, 0.0), 0.0)
        each = np.bincount(point, weights=share * pairs.cost, minlength=pairs.load.size) + stay
        total: FloatArray = np.bincount(parts.of_point, weights=each, minlength=parts.count).astype(np.float64)
        priced = changes.cost - changes.rows[parts.of_row == parts.count].T @ self.sigma[parts.of_row == parts.count]
        total += np.bincount(parts.of_change[plan], weights=priced[plan], minlength=parts.count)
        return total

    def _solve_together(self, whole: Bundle) -> None:
        """All parts at once, where one after the other they come to no plan that keeps all rows."""
        seconds = max(self._left(), LEAST_S)
        answer = solve_program(whole.program, SolverOptions(time_limit_s=seconds, gap=WHOLE_GAP))
        if answer.values is not None:
            self._try(whole.flags(answer.values, self.changes.count))

    # ------------------------------------------------------------------- plans
    def _complete(self, plan: BoolArray) -> bool:
        """Whether every place has one change in every period."""
        c = self.changes
        return bool((np.bincount(c.site[plan], minlength=c.site_place.size) == 1).all())

    def _cost(self, plan: BoolArray) -> float:
        """Of changes and of the transport of all points."""
        in_use = self.posed.in_use(self.changes, self.changes.after(plan))
        return float(self.changes.cost[plan].sum()) + self.transport.to(in_use)

    def _try(self, plan: BoolArray) -> bool:
        """Keep a plan where it is the best."""
        if not self.changes.keeps(plan, slack=KEPT):
            return False
        cost = self._cost(plan)
        if not (math.isfinite(cost) and cost < self.cost * (1 - SAME)):
            return False
        self.cost, self.best = cost, plan.copy()
        self._tell()
        return True

    def _one_by_one(self, whole: WholeRelaxed) -> None:
        """Other paths of single places, those first that the relaxation finds nearly as good."""
        changes = self.changes
        moving = changes.tail != changes.head
        worth = np.full(changes.places, np.inf)
        np.minimum.at(worth, changes.place[moving], whole.worth[moving])
        order = np.argsort(worth, kind="stable")
        if whole.lifted is not None:
            order = order[np.isfinite(worth[order])]
        ways = Ways(changes)
        improved = True
        while improved and not self._closed:
            improved = False
            for p in order.tolist():
                if out_of_time(self._until(1.0)):
                    self.by_clock = True
                    return
                assert self.best is not None
                own = changes.place == p
                for path in ways.of(p):
                    plan = self.best.copy()
                    plan[own] = False
                    plan[path] = True
                    if (plan != self.best).any() and self._try(plan):
                        improved = True
                if self._closed:
                    return

    def _answer(self) -> PlanFound:
        prices = tuple(self.cuts.prices[:1] + self.cuts.prices[1:][-MOST_PRICES:])
        if self.best is None:
            return PlanFound(self.bound, math.inf, None, None, self.by_clock, prices)
        states = self.changes.after(self.best)
        self.transport.to(self.posed.in_use(self.changes, states))
        share = np.zeros(self.instance.impedance.pair_count)
        np.add.at(share, self.posed.problem.origin, self.transport.shares())
        return PlanFound(min(self.bound, self.cost), self.cost, states, np.minimum(share, 1.0), self.by_clock, prices)
