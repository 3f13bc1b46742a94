"""Plans of single-source location: assignments to chosen sites, and sites moved to where their catchments want them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, vstack

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.search.single_source.arrays import Pairs, site_of
from siting.search.single_source.moves import by_regret, hosting, improve, table
from siting.search.single_source.task import EQUAL, Task
from siting.search.single_source.transport import best_swap, transport_bound
from siting.solving.solver import SolverOptions, solve_program

PRICE_STEPS = 60
SITES_TIME_S, SITES_NODES = 1.0, 1000  # for a set of sites


@dataclass(frozen=True, eq=False)
class Plan:
    """Open sites (J,), the site of each demand point (I,) and the objective; +inf where a capacity is overdrawn."""

    open: BoolArray
    site: IntArray
    objective: float


class Planner:
    """Makes plans of a task."""

    def __init__(self, task: Task, stopped: Callable[[], bool]) -> None:
        self.task, self.stopped = task, stopped
        self.far = 10.0 * (float(task.pairs.cost.max(initial=0.0)) + 1.0)  # in place of an inadmissible pair
        heaviest = float(task.weight.max(initial=0.0))
        self.price = self.far * task.weight.size / max(heaviest, 1e-12)  # of one unit of load too much

    def plan(self, opened: BoolArray) -> Plan:
        """The plan on these sites: by regret, then by moves."""
        sites = np.flatnonzero(opened)
        cost = table(self.task.pairs, sites, self.task.weight.size, self.far)
        local = by_regret(cost, self.task.weight, self.task.sites.room[sites] + EQUAL, self.far)
        return self._improved(opened, sites, cost, local)

    def plan_from(self, opened: BoolArray, pairs: Pairs, share: FloatArray) -> Plan:
        """The plan on these sites, from where most of each demand point goes in `share` (nnz,) of `pairs`."""
        sites = np.flatnonzero(opened)
        cost = table(self.task.pairs, sites, self.task.weight.size, self.far)
        lean = table(Pairs(pairs.start, pairs.point, -share), sites, self.task.weight.size, 1.0)
        lean += 1e-3 * cost / self.far  # the cheapest of those alike
        return self._improved(opened, sites, cost, lean.argmin(axis=1).astype(np.int64))

    def priced(self, opened: BoolArray, price: FloatArray, enough: float) -> Plan:
        """The plan on these sites by regret over costs and prices of capacities (J,), which are bettered first."""
        sites = np.flatnonzero(opened)
        task = self.task
        cost = table(task.pairs, sites, task.weight.size, self.far)
        mine = price[sites]
        transport_bound(cost, task.weight, task.sites.room[sites], mine, enough, PRICE_STEPS)
        price[sites] = mine
        guide = np.where(cost < self.far, cost + task.weight[:, None] * mine, self.far)
        local = by_regret(guide, task.weight, task.sites.room[sites] + EQUAL, self.far)
        return self._improved(opened, sites, cost, local)

    def swapped(self, plan: Plan, order: IntArray) -> Plan:
        """Exchange an open site for another, open one more or close one, as long as transport bounds and then a plan
        show that it helps.

        Args:
            order: sites in which to look for new ones.
        """
        task = self.task
        price = np.zeros(task.sites.room.size)
        plan = min(plan, self.priced(plan.open, price, plan.objective), key=lambda one: one.objective)
        refused: set[bytes] = set()
        last = -1
        for k in itertools.cycle(order.tolist()):
            if k == last or self.stopped():
                return plan
            if last < 0:
                last = k
            for opened in self._moves(plan, k, price):
                if opened.tobytes() in refused:
                    continue
                refused.add(opened.tobytes())
                tried = price * opened
                again = self.priced(opened, tried, plan.objective)
                if again.objective < plan.objective - 1e-9 * self.far:
                    plan, price, last = again, tried, k
        return plan

    def _moves(self, plan: Plan, k: int, price: FloatArray) -> Iterator[BoolArray]:
        """Sets of sites with k opened or closed, on its own or in exchange, whose bound beats the plan."""
        task, rules = self.task, self.task.rules
        cost, room = task.sites.cost, task.sites.room
        if rules.allowed_changes(plan.open)[k]:
            opened = plan.open.copy()
            opened[k] = not opened[k]
            if room[opened].sum() >= task.weight.sum() and self.worth(opened, price, plan.objective):
                yield opened
        if plan.open[k] or not rules.may[k]:
            return
        sites = np.flatnonzero(plan.open)
        allowed = rules.allowed_swaps(plan.open, sites, np.array([k]))[0]
        if not allowed.any():
            return
        fixed = float(cost[sites].sum())
        places = table(task.pairs, sites, task.weight.size, self.far)
        enough = plan.objective - fixed
        s, _ = best_swap(
            task.pairs, places, k, allowed, cost[k] - cost[sites], task.weight, room[sites].copy(), room[k],
            price[sites], enough, self.far,
        )  # fmt: skip
        if s >= 0:
            opened = plan.open.copy()
            opened[[sites[s], k]] = False, True
            yield opened

    def worth(self, opened: BoolArray, price: FloatArray, objective: float) -> bool:
        """Whether the bound of these sites beats an objective."""
        sites = np.flatnonzero(opened)
        task = self.task
        places = table(task.pairs, sites, task.weight.size, self.far)
        enough = objective - float(task.sites.cost[sites].sum())
        found = transport_bound(places, task.weight, task.sites.room[sites], price[sites], enough, PRICE_STEPS)
        return found < enough

    def cheapest_with_room(self, value: FloatArray) -> BoolArray | None:
        """The sites (J,) that keep the rules and have room for everybody, with the least sum of `value`.

        None where the solver finds none at once.
        """
        task = self.task
        program = task.rules.program(value)
        program = replace(
            program,
            matrix=csr_array(vstack([program.matrix, csr_array(task.sites.room[None])])),
            row_lower=np.r_[program.row_lower, task.weight.sum() * (1 - EQUAL)],
            row_upper=np.r_[program.row_upper, np.inf],
        )
        values = solve_program(program, SolverOptions(time_limit_s=SITES_TIME_S, node_limit=SITES_NODES)).values
        return None if values is None else values > 0.5

    def rated(self, opened: BoolArray, site: IntArray) -> Plan:
        """A plan with its objective; every demand point's site is admissible."""
        task = self.task
        if not task.rules.allows(opened) or not task.holds(site, opened):
            return Plan(opened, site, math.inf)
        used = site_of(task.pairs) == site[task.pairs.point]
        return Plan(opened, site, float(task.pairs.cost[used].sum()) + float(task.sites.cost[opened].sum()))

    def _improved(self, opened: BoolArray, sites: IntArray, cost: FloatArray, local: IntArray) -> Plan:
        task = self.task
        room, least = task.sites.room[sites] + EQUAL, task.least[sites]
        improve(cost, task.weight, room, least, local, self.price, self.far)
        value = float(cost[np.arange(local.size), local].sum())
        reached = bool((cost[np.arange(local.size), local] < self.far).all())
        site = sites[local]
        good = reached and task.rules.allows(opened) and task.holds(site, opened)
        return Plan(opened.copy(), site, value + float(task.sites.cost[opened].sum()) if good else math.inf)

    def recentred(self, plan: Plan) -> Plan:
        """Move each site to where its demand points want it, and reassign, as long as that helps."""
        task = self.task
        rules, room = task.rules, task.sites.room
        while math.isfinite(plan.objective) and not self.stopped():
            total, there = hosting(task.pairs, plan.site, room.size)
            load = np.bincount(plan.site, weights=task.weight, minlength=room.size)
            there &= (load <= room[:, None] + EQUAL) & (load >= task.least[:, None])
            total = np.where(there, total + task.sites.cost[:, None], np.inf)
            opened = plan.open.copy()
            for j in np.flatnonzero(plan.open & ~rules.must).tolist():
                column = np.where(rules.may & ~opened, total[:, j], np.inf)
                k = int(np.argmin(column))
                if column[k] >= total[j, j] - 1e-9 * self.far:
                    continue
                moved = opened.copy()
                moved[[j, k]] = False, True
                if rules.allows(moved):
                    opened = moved
            if np.array_equal(opened, plan.open):
                return plan
            again = self.plan(opened)
            if not again.objective < plan.objective:
                return plan
            plan = again
        return plan
