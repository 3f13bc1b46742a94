"""Bound, plans and proof in turn."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance import Instance
from siting.search.single_source.bound import Climb, climb, climb_from, settle, work
from siting.search.single_source.plans import Plan, Planner
from siting.search.single_source.task import Task
from siting.search.single_source.tree import Bounded, Node, Tree, site_of, subset
from siting.solution import PROVEN_GAP

CHUNK = 100  # steps between looks at the clock
GUESS = 1.05  # the target of the steps, over the best bound, while no plan is known
Report = Callable[[float, float], None]


@dataclass(frozen=True, eq=False)
class SingleSource:
    """What the search has proven and found.

    Attributes:
        bound: no plan has a smaller objective; +inf where there is none.
        objective: of the best plan found; +inf without one.
        open: (J,) its sites; None without one.
        site: (I,) the site of each demand point; None without a plan.
        by_clock: whether the clock had run out, so that another run may find another plan.
        nodes: of the branch and bound.
    """

    bound: float
    objective: float
    open: BoolArray | None
    site: IntArray | None
    by_clock: bool
    nodes: int = 0


def search_single_source(
    instance: Instance,
    *,
    fixed_cost: bool,
    time_limit_s: float,
    active: tuple[str, ...] | None = None,
    gap: float = 0.0,
    node_limit: int | None = None,
    report: Report | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> SingleSource | None:
    """The best plan in which every demand point is served whole by one open site, and a bound."""
    task = Task.of(instance, fixed_cost=fixed_cost, active=active)
    if task is None:
        return None
    return _Search(task, time_limit_s, gap, node_limit, report, stopped).run()


class _Search:
    def __init__(self, task, time_limit_s, gap, node_limit, report, stopped) -> None:
        self.task, self.gap, self.node_limit, self.report, self.asked = task, gap, node_limit, report, stopped
        self.end = time.perf_counter() + time_limit_s
        self.planner = Planner(task, self.out_of_time)
        self.bound = -task.constant + min(0.0, float(task.sites.cost[task.sites.cost < 0].sum()))
        self.best: Plan | None = None
        self.tried: set[bytes] = set()
        self.by_clock = False
        self.log = []

    def out_of_time(self) -> bool:
        over = time.perf_counter() > self.end or self.asked()
        self.by_clock |= over
        return over

    @property
    def objective(self) -> float:
        return math.inf if self.best is None else self.best.objective

    @property
    def limit(self) -> float:
        """The most that a plan may cost which is looked for."""
        if self.best is None:
            return math.inf
        value = self.best.objective
        return min(self.task.limit(value), value - max(self.gap, PROVEN_GAP) * abs(value + self.task.constant)) 

    def run(self) -> SingleSource:
        task = self.task
        points = np.bincount(task.pairs.point, minlength=task.weight.size)
        if not points.all():
            return SingleSource(math.inf, math.inf, None, None, False)
        T=time.perf_counter()
        self.room = work(task.pairs)
        mu = self._start()
        state = climb_from(mu, np.zeros(task.sites.least.size), task.pairs, task.sites.may.size, 1.5)
        self._climb(task.pairs, task.sites, state, False, 1e-2)
        if not self.closed: self._swap(state)
        print('root lp', state.number[0], self.objective, time.perf_counter()-T)
        state = climb_from(state.best_mu, state.best_sigma, task.pairs, task.sites.may.size, 0.5)
        keep = np.ones(task.pairs.point.size, dtype=bool)
        pairs, sites = task.pairs, task.sites
        while True:
            self._climb(pairs, sites, state, True, 1e-3)
            print('root', state.number[0], self.objective, pairs.point.size, time.perf_counter()-T)
            self._raise(state.number[0])
            if not self.closed: self._swap(state)
            print('root swap', state.number[0], self.objective, pairs.point.size, time.perf_counter()-T)
            if state.number[0] > self.limit:
                break
            left = np.ones(pairs.point.size, dtype=bool)
            ok = settle(pairs, sites, task.weight, state, self.room, True, self.limit, left)
            if not ok:
                state.number[0] = math.inf
                break
            keep[keep] = left
            print('settled', keep.sum(), sites.may.sum(), sites.must.sum(), time.perf_counter()-T)
            pairs = subset(task.pairs, keep)
            if left.mean() > .8: break
            state = climb_from(state.best_mu, state.best_sigma, pairs, task.sites.may.size, 0.3)
        if state.number[0] <= self.limit:
            tree = Tree(task, lambda: self.limit, self._offer, self._raise, self.out_of_time)
            node = Node(state.number[0], sites.must, sites.may, np.packbits(keep), state.best_mu, state.best_sigma)
            b = tree.run(node, self.node_limit)
            print('nodes', tree.nodes, time.perf_counter()-T)
            self._raise(min(b, max(self.limit,self.bound)) if 0 else min(b, self.objective))
        else:
            self._raise(self.objective)
        c = task.constant
        bound, plan = min(self.bound, self.objective), self.best
        if plan is None:
            return SingleSource(bound + c, math.inf, None, None, self.by_clock)
        return SingleSource(bound + c, plan.objective + c, plan.open, plan.site, self.by_clock)

    @property
    def closed(self): return self.bound > self.limit

    def _swap(self, state):
        if self.best is None: return
        order = np.argsort(state.value, kind='stable')
        order = order[self.task.sites.may[order]]
        self._keep(self.planner.swapped(self.best, order))

    def _start(self) -> FloatArray:
        """Everybody pays for the second nearest site."""
        pairs = self.task.pairs
        first = np.full(self.task.weight.size, np.inf)
        np.minimum.at(first, pairs.point, pairs.cost)
        order = np.lexsort((pairs.cost, pairs.point))
        start = np.searchsorted(pairs.point[order], np.arange(self.task.weight.size))
        n = np.bincount(pairs.point)
        return pairs.cost[order][start + np.minimum(1, n - 1)]

    def _climb(self, pairs, sites, state: Climb, exact: bool, last: float) -> None:
        told = -math.inf
        while not state.number[3] and not self.out_of_time():
            target = self.limit if self.best is not None else GUESS * abs(state.number[0]) if math.isfinite(state.number[0]) else abs(state.mu.sum())*1.05
            climb(pairs, sites, self.task.weight, state, self.room, exact, target, self.limit, CHUNK if self.best is not None or math.isfinite(told) else 30, 15, 0.75, last)
            told=0.
            self._offer(state.opened, None, Bounded(pairs, None, None, sites, state))

    def _offer(self, opened, site, b: Bounded) -> None:
        task = self.task
        if site is not None:
            if task.rules.allows(opened) and task.holds(site, opened):
                cost = dict()
                full = 0.0
                s = site_of(task.pairs)
                full = task.pairs.cost[s == site[task.pairs.point]].sum()
                self._keep(Plan(opened, site, float(full + task.sites.cost[opened].sum())))
            return
        if opened.tobytes() in self.tried: return
        if not task.rules.allows(opened) or task.sites.room[opened].sum() < task.weight.sum(): return
        self.tried.add(opened.tobytes())
        p = self.planner.plan_from(opened, b.pairs, b.state.share)
        q = self.planner.plan(opened)
        if q.objective < p.objective: p = q
        if p.objective < self.objective*1.02:
            p = self.planner.recentred(p)
        self._keep(p)

    def _keep(self, plan: Plan) -> None:
        if plan.objective < self.objective:
            self.best = plan
            self._raise(self.bound)

    def _raise(self, bound: float) -> None:
        self.bound = max(self.bound, self.task.lifted(bound))
        if self.report is not None:
            self.report(self.objective, min(self.bound, self.objective))
