"""Plans of single-source location: assignments to chosen sites, and sites moved to where their catchments want them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.search.single_source.arrays import Pairs
from siting.search.single_source.moves import by_regret, hosting, improve, table
from siting.search.single_source.task import EQUAL, Task


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

    def _improved(self, opened: BoolArray, sites: IntArray, cost: FloatArray, local: IntArray) -> Plan:
        task = self.task
        room, least = task.sites.room[sites] + EQUAL, task.least[sites]
        improve(cost, task.weight, room, least, local, self.price, self.far)
        value = float(cost[np.arange(local.size), local].sum())
        reached = bool((cost[np.arange(local.size), local] < self.far).all())
        site = sites[local]
        good = reached and task.rules.allows(opened) and task.holds(site, opened)
        return Plan(opened, site, value + float(task.sites.cost[opened].sum()) if good else math.inf)

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
