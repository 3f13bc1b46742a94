r"""The Lagrangian bound of single-source location: one knapsack a site.

Multipliers mu_i >= 0 on "everybody is assigned" and sigma_r on the conditions r on sites leave

    L(mu, sigma) = sum_i mu_i + sum_r sigma_r b_r + min_y sum_j y_j v_j,
    v_j = f_j - sum_r sigma_r S_rj + min { sum_i (a_i t_ij - mu_i) x_ij : sum_i w_i x_ij <= capacity_j, x binary }

Every L is a lower bound on every plan; as the knapsacks are whole, the largest one passes the bound of the linear
relaxation.

Sources: Beasley (1993), European Journal of Operational Research 65(3); Pirkul (1987), Computers & Operations
Research 14(3); Ceselli and Righini (2005), Networks 45(3); step rule: Held, Wolfe and Crowder (1974), Mathematical
Programming 6.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from siting.impedance import BoolArray, FloatArray
from siting.search.single_source.knapsack import Knapsacks
from siting.search.single_source.task import Task

FIRST_STEP, LAST_STEP, SHRINK, PATIENCE = 1.5, 1e-3, 0.8, 20
GUESS = 1.05  # the target of the steps, over the best bound, while no plan is known


@dataclass(frozen=True, eq=False)
class Multipliers:
    """mu (I,) and sigma (R,)."""

    mu: FloatArray
    sigma: FloatArray


@dataclass(frozen=True, eq=False)
class Point:
    """The Lagrangian at some multipliers.

    Attributes:
        bound: L.
        value: (J,) v_j.
        held: (I, J) share of each demand point that the sites' knapsacks hold.
        opened: (J,) the sites that minimise.
        low: the largest v_j of an opened site that might close, and `high` the least of a closed one that might open:
            any price of one site between them gives the same L. Both 0 where the number of sites is free.
    """

    at: Multipliers
    bound: float
    value: FloatArray
    held: FloatArray
    opened: BoolArray
    low: float
    high: float


class Lagrangian:
    """The bound of one task, with whole knapsacks or with shares."""

    def __init__(self, task: Task, *, whole: bool) -> None:
        self.task, self.whole = task, whole
        self.knapsacks = Knapsacks(task.weight, task.room)
        self.free = task.may & ~task.must
        self.wanted = None if task.count is None else task.count - int((task.must & task.new).sum())

    def at(self, multipliers: Multipliers) -> Point | None:
        """L at these multipliers; None where the sites are too few for their number."""
        task = self.task
        reduced = task.cost - multipliers.mu[:, None]
        packed = self.knapsacks.shares(reduced)
        other = task.site_cost - multipliers.sigma @ task.rows
        value, held = packed.value + other, packed.held
        chosen = self._choose(value)
        if chosen is None:
            return None
        left = self.knapsacks.limited & task.may if self.whole else np.zeros(value.size, dtype=bool)
        while (missing := left & (chosen[0] | (value < chosen[1]))).any():
            sites = np.flatnonzero(missing)
            whole, held[:, sites] = self.knapsacks.whole(reduced, sites)
            value[sites] = np.maximum(value[sites], whole + other[sites])
            left &= ~missing
            chosen = self._choose(value) or chosen
        opened, low, high = chosen
        rows = np.where(multipliers.sigma > 0, task.least, task.most)
        side = float((multipliers.sigma * np.where(multipliers.sigma == 0, 0.0, rows)).sum())
        bound = float(multipliers.mu.sum()) + side + float(value[opened].sum())
        return Point(multipliers, bound, value, held, opened, low, high)

    def _choose(self, value: FloatArray) -> tuple[BoolArray, float, float] | None:
        free = self.free
        if self.wanted is None:
            return self.task.must | (free & (value < 0)), 0.0, 0.0
        if not 0 <= self.wanted <= int(free.sum()):
            return None
        order = np.argsort(np.where(free, value, np.inf), kind="stable")
        opened = self.task.must.copy()
        opened[order[: self.wanted]] = True
        low = float(value[order[self.wanted - 1]]) if self.wanted else -math.inf
        high = float(value[order[self.wanted]]) if self.wanted < int(free.sum()) else math.inf
        return opened, low, high

    def ascend(
        self,
        start: Multipliers,
        steps: int,
        target: Callable[[], float],
        on_rest: Callable[[Point], None],
        stopped: Callable[[], bool],
        first_step: float = FIRST_STEP,
    ) -> Point | None:
        """The best point of a series of subgradient steps; None where there are too few sites.

        Args:
            target: objective of the best plan, +inf without one.
            on_rest: is told the best point each time that the steps get shorter.
        """
        task = self.task
        now, top, step, stalled = start, None, first_step, 0
        for _ in range(steps):
            point = self.at(now)
            if point is None:
                return None
            goal = target()
            better = top is None or point.bound > top.bound + 1e-5 * abs(top.bound)
            stalled = 0 if better else stalled + 1
            if top is None or point.bound > top.bound:
                top = point
            if top.bound > task.limit(goal) or stopped():
                break
            if stalled >= PATIENCE:
                step, stalled, now = step * SHRINK, 0, top.at
                on_rest(top)
                if step < LAST_STEP:
                    break
                continue
            unmet = 1.0 - point.held[:, point.opened].sum(axis=1)
            unmet[(now.mu <= 0) & (unmet < 0)] = 0.0
            used = task.rows @ point.opened
            lacking = np.where(used < task.least, task.least - used, np.minimum(task.most - used, 0.0))
            slack = (lacking == 0) & (now.sigma != 0)
            lacking[slack] = np.where(now.sigma > 0, task.least - used, task.most - used)[slack]
            length = float(unmet @ unmet + lacking @ lacking)
            if length <= 0:
                break
            wish = goal if math.isfinite(goal) else GUESS * abs(top.bound)
            size = step * max(wish - point.bound, 1e-4 * abs(top.bound)) / length
            sigma = now.sigma + size * lacking
            sigma = np.where(np.isinf(task.most), np.maximum(sigma, 0.0), np.minimum(sigma, 0.0))
            now = Multipliers(np.maximum(now.mu + size * unmet, 0.0), sigma)
        return top

    def settle(self, point: Point, limit: float) -> tuple[BoolArray, BoolArray, BoolArray]:
        """Pairs (I, J), sites that may (J,) and sites that must (J,) be part of a plan that costs at most `limit`."""
        task = self.task
        reduced = task.cost - point.at.mu[:, None]
        spare = float(limit - point.bound)
        other = task.site_cost - point.at.sigma @ task.rows
        value = point.value.copy()
        may = task.may & (point.opened | (value - point.low <= spare))
        sites = np.flatnonzero(may & self.knapsacks.limited) if self.whole else np.zeros(0, dtype=np.int64)
        value[sites] = np.maximum(value[sites], self.knapsacks.whole(reduced, sites)[0] + other[sites])
        may &= point.opened | (value - point.low <= spare)
        must = task.must | (point.opened & (point.high - value > spare))
        with_it, without = self.knapsacks.forced(reduced, self.knapsacks.shares(reduced), sites)
        with_it, without = np.maximum(with_it + other, value), np.maximum(without + other, value)
        pairs = np.isfinite(task.cost) & may
        for price in {point.low, point.high} - {-math.inf, math.inf}:
            used = np.where(task.must, 0.0, price)
            paid = np.where(task.must, value, np.minimum(value - price, 0.0))
            joins = with_it - used - paid
            leaves = np.where(task.must, without, np.minimum(without - used, 0.0)) - paid
            leaves = np.where(task.may, leaves, 0.0)
            pairs &= joins + leaves.sum(axis=1, keepdims=True) - leaves <= spare
        return pairs, may, must
