"""Plans of single-source location: regret assignment, shifts and swaps of demand points, moves and swaps of sites.

Overdrawn capacities are allowed on the way at a high price, so that tight instances are repaired by the same moves.

Sources: Martello and Toth (1990), Knapsack Problems, ch. 7, assignment by regret; Mulvey and Beck (1984), European
Journal of Operational Research 18(3), capacitated clustering; shift and swap: Osman and Christofides (1994),
International Transactions in Operational Research 1(3).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.search.single_source.task import EQUAL, Task

ROUNDS = 10_000  # of moves, a guard only


@dataclass(frozen=True, eq=False)
class Plan:
    """Open sites (J,), the site of each demand point (I,) and the objective; +inf where a capacity is overdrawn."""

    open: BoolArray
    site: IntArray
    objective: float


class Improver:
    """Makes plans of a task."""

    def __init__(self, task: Task, stopped: Callable[[], bool]) -> None:
        self.task, self.stopped = task, stopped
        finite = task.cost[np.isfinite(task.cost)]
        self.far = 10.0 * (float(finite.max(initial=0.0)) + 1.0)  # in place of an inadmissible pair
        self.cost = np.where(np.isfinite(task.cost), task.cost, self.far)
        heaviest = float(task.weight.max(initial=0.0))
        self.price = self.far * task.weight.size / max(heaviest, 1e-12)  # of one unit of overdrawn capacity

    def plan(self, opened: BoolArray, guide: FloatArray | None = None) -> Plan:
        """The plan on these sites: by regret over `guide` (I, J), by default the costs, then by moves."""
        sites = np.flatnonzero(opened)
        local = self._by_regret(sites, self.cost if guide is None else np.where(self.cost < self.far, guide, self.far))
        return self.rated(opened, self.improve(sites, local))

    def rated(self, opened: BoolArray, site: IntArray) -> Plan:
        """A plan with its objective."""
        good = self.task.allows(opened) and self.task.holds(site)
        return Plan(opened, site, self.task.value(opened, site) if good else math.inf)

    def _by_regret(self, sites: IntArray, guide: FloatArray) -> IntArray:
        """(I,) number in `sites`: who loses most by not getting its best site with room goes first."""
        weight, room = self.task.weight, self.task.room[sites].copy()
        cost = guide[:, sites].copy()
        local = np.full(weight.size, -1, dtype=np.int64)
        left = np.ones(weight.size, dtype=bool)
        cost[weight[:, None] > room + EQUAL] = np.inf
        for _ in range(weight.size):
            best = cost.argmin(axis=1)
            first = cost.min(axis=1)
            second = np.partition(cost, 1, axis=1)[:, 1] if sites.size > 1 else np.full(weight.size, np.inf)
            regret = self.far * (1.0 + weight)  # of those with one site left, the heaviest first
            np.subtract(second, first, out=regret, where=np.isfinite(second))
            i = int(np.argmax(np.where(left, regret, -np.inf)))
            k = int(best[i]) if np.isfinite(first[i]) else int(np.argmax(room))
            local[i], left[i] = k, False
            room[k] -= weight[i]
            cost[:, k][left & (weight > room[k] + EQUAL)] = np.inf
            cost[i] = 0.0
        return local

    def improve(self, sites: IntArray, local: IntArray) -> IntArray:
        """(I,) sites of demand points that neither a shift nor a swap betters; `local` are numbers in `sites`."""
        cost, weight, room = self.cost[:, sites], self.task.weight, self.task.room[sites]
        local = local.copy()
        points = np.arange(weight.size)
        for _ in range(ROUNDS):
            load: FloatArray = np.bincount(local, weights=weight, minlength=sites.size).astype(np.float64)
            own = cost[points, local]
            relief = self._over(load[local] - weight - room[local]) - self._over(load - room)[local]
            more = self._over(load + weight[:, None] - room) - self._over(load - room)
            shift = cost - own[:, None] + more + relief[:, None]
            shift[points, local] = 0.0
            i, k = divmod(int(shift.argmin()), sites.size)
            if shift[i, k] < -1e-9 * self.far:
                local[i] = k
                continue
            if not self._swap(cost, own, local, load, room) or self.stopped():
                break
        return sites[local]

    def _over(self, excess: FloatArray) -> FloatArray:
        return self.price * np.maximum(excess - EQUAL, 0.0)

    def _swap(self, cost: FloatArray, own: FloatArray, local: IntArray, load: FloatArray, room: FloatArray) -> bool:
        """Exchange demand points between sites, the most useful exchanges first, each site once; whether any was."""
        weight, excess = self.task.weight, load - room
        gain = cost - own[:, None]
        eager = np.flatnonzero((gain < 0).any(axis=1) | (excess[local] > EQUAL))  # one of two is
        more = weight[eager][:, None] - weight  # that the site of k takes on, and that of i sheds
        delta = gain[eager][:, local] + gain[:, local[eager]].T
        delta += self._over(excess[local] + more) - self._over(excess)[local]
        delta += self._over(excess[local[eager]][:, None] - more) - self._over(excess)[local[eager]][:, None]
        delta[local[eager][:, None] == local] = 0.0
        i, k = np.nonzero(delta < -1e-9 * self.far)
        order = np.argsort(delta[i, k], kind="stable")
        touched = np.zeros(room.size, dtype=bool)
        for one, two in zip(eager[i[order]].tolist(), k[order].tolist(), strict=True):
            a, b = int(local[one]), int(local[two])
            if a != b and not touched[a] and not touched[b]:
                local[one], local[two] = b, a
                touched[[a, b]] = True
        return bool(i.size)

    def recentre(self, plan: Plan) -> Plan:
        """Move each site to where its demand points want it, and reassign, as long as that helps."""
        task = self.task
        while not self.stopped():
            opened, site = plan.open.copy(), plan.site.copy()
            for j in np.flatnonzero(opened & ~task.must).tolist():
                mine = site == j
                total = self.cost[mine].sum(axis=0) + task.site_cost
                fits = task.may & ~opened & (task.room + EQUAL >= task.weight[mine].sum())
                k = int(np.argmin(np.where(fits, total, np.inf)))
                if not fits[k] or total[k] >= total[j] - 1e-9 * self.far:
                    continue
                moved = opened.copy()
                moved[[j, k]] = False, True
                if task.allows(moved):
                    opened, site[mine] = moved, k
            if np.array_equal(opened, plan.open):
                return plan
            place = np.cumsum(opened) - 1
            again = self.rated(opened, self.improve(np.flatnonzero(opened), place[site]))
            if not again.objective < plan.objective:
                return plan
            plan = again
        return plan
