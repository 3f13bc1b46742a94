r"""Branch and bound on Lagrangian bounds, for the least total travel within capacities.

Multipliers mu_i on "everybody is assigned" and lambda_j >= 0 on the capacities leave a problem that falls apart
by site:

    L(mu, lambda) = sum_i mu_i + min_y sum_j y_j v_j,
    v_j = sum_i min(0, a_i (t_ij + lambda_j) - mu_i) - lambda_j capacity_j

Every L is a lower bound on every plan. The largest one, found by subgradient steps, is the bound of the linear
relaxation with strong links x_ij <= y_j. A site whose forced opening would lift the bound above a known plan is
left out without losing any better plan (reduced-cost fixing); what remains is branched on, open or closed.

Sources: Beasley (1993), Lagrangean heuristics for location problems, European Journal of Operational Research
65(3); step rule: Held, Wolfe and Crowder (1974), Mathematical Programming 6.
"""

from __future__ import annotations

import heapq
import itertools
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.optimize import linprog

from siting.impedance import BoolArray, FloatArray
from siting.instance import Instance
from siting.interrupt import out_of_time

ROOT_STEPS, NODE_STEPS = 1500, 250
FIRST_STEP, NODE_STEP, LAST_STEP = 1.5, 0.3, 1e-3
SHRINK, PATIENCE = 0.7, 15  # the step shrinks after so many steps without a better bound
GUESS = 1.05  # the target of the steps, over the best bound, while no plan is known
CAPACITY_SCALE = 3.0  # step of lambda (minutes) for a capacity overdrawn by its own size
MEMORY = 0.9  # of the running mean of which sites the relaxation opens
EQUAL = 1e-9  # relative: a bound this near to a plan closes the gap

Report = Callable[[float, float, int], None]


@dataclass(frozen=True, eq=False)
class Search:
    """What the search has proven and found.

    Attributes:
        bound: no plan has a smaller objective.
        objective: of the best plan found; +inf without one.
        open: (J,) sites open in that plan; None without one.
        nodes: how many nodes were bounded.
        by_clock: whether the clock had run out, so that another run may find another plan.
    """

    bound: float
    objective: float
    open: BoolArray | None
    nodes: int
    by_clock: bool = False


@dataclass(frozen=True, eq=False)
class _Node:
    """Sites that this part of the search opens and closes, with multipliers to start from."""

    bound: float
    must: BoolArray
    may: BoolArray
    mu: FloatArray
    lam: FloatArray
    mean_open: FloatArray


@dataclass
class _Best:
    """The best plan so far, and until when to look for a better one, or for a first one."""

    end: float = math.inf
    give_up: float = math.inf
    objective: float = math.inf
    open: BoolArray | None = None
    tried: set[bytes] = field(default_factory=set)

    @property
    def out_of_time(self) -> bool:
        return out_of_time(self.give_up if self.open is None else self.end)


def search(
    instance: Instance,
    *,
    time_limit_s: float,
    give_up_s: float | None = None,
    gap: float = 0.0,
    node_limit: int | None = None,
    report: Report | None = None,
) -> Search | None:
    """Best plan and bound within the time limit.

    None where the choice of sites is not a simple count: a budget over sites of unequal cost, or neither a number
    nor a budget; or where some demand point has no admissible site.

    Args:
        instance: with demand, impedance, capacity, and p or a budget.
        time_limit_s: wall clock, kept between steps.
        give_up_s: stop after so long while no plan has been found; none: after `time_limit_s`.
        gap: relative gap at which to stop.
        node_limit: stop after so many nodes.
        report: is told (objective, bound, nodes) after every node.
    """
    count = _count(instance)
    if count is None or instance.capacity is None:
        return None
    _, nearest = instance.impedance.nearest(instance.existing | instance.candidate)
    if not np.isfinite(nearest).all():
        return None
    begin = time.perf_counter()
    best = _Best(end=begin + time_limit_s, give_up=begin + (time_limit_s if give_up_s is None else give_up_s))
    relaxation = _Relaxation(instance, *count)
    may = instance.existing | instance.candidate
    mu = 1.5 * relaxation.weight * nearest
    root = _Node(-math.inf, instance.existing | instance.required, may, mu, np.zeros(may.size), np.zeros(may.size))
    heap: list[tuple[float, int, _Node]] = [(root.bound, 0, root)]
    number = itertools.count(1)
    nodes, bound = 0, -math.inf
    while heap:
        bound, _, node = heap[0]
        if _closed(bound, best.objective, gap) or (nodes and best.out_of_time) or nodes == node_limit:
            break
        heapq.heappop(heap)
        solved = relaxation.ascend(node, best, root=nodes == 0)
        nodes += 1
        if nodes == 1:
            relaxation = _Relaxation(instance, *count, may=solved.may)
        for child in _branch(relaxation, solved, best):
            heapq.heappush(heap, (child.bound, next(number), child))
        if report is not None:
            report(best.objective, min(heap[0][0] if heap else best.objective, best.objective), nodes)
    if not heap:
        bound = best.objective
    return Search(min(bound, best.objective), best.objective, best.open, nodes, best.out_of_time)


def _closed(bound: float, objective: float, gap: float) -> bool:
    return bound >= objective - max(gap, EQUAL) * abs(objective) if math.isfinite(objective) else False


def _branch(relaxation: _Relaxation, node: _Node, best: _Best) -> list[_Node]:
    """The two halves of a node, on the site that the relaxation is least sure of; none when it is settled."""
    if node.bound == math.inf or _closed(node.bound, best.objective, 0.0):  # +inf: the zone minima cannot be met
        return []
    undecided = node.may & ~node.must
    opened = int((node.must & ~relaxation.instance.existing).sum())
    if opened > relaxation.most or opened + int(undecided.sum()) < relaxation.least:
        return []
    if not undecided.any() or opened == relaxation.most or opened + int(undecided.sum()) == relaxation.least:
        everything = node.must if opened == relaxation.most else node.may
        relaxation.try_plan(everything, best)
        if relaxation.least == relaxation.most or not undecided.any():
            return []
    doubt = np.where(undecided, -np.abs(node.mean_open - 0.5), -np.inf)
    site = int(np.argmax(doubt))
    with_it, without = node.must.copy(), node.may.copy()
    with_it[site], without[site] = True, False
    halves = (with_it, node.may), (node.must, without)
    return [_Node(node.bound, must, may, node.mu, node.lam, node.mean_open) for must, may in halves]


class _Relaxation:
    """The Lagrangian of one instance, over the sites `may`."""

    def __init__(self, instance: Instance, least: int, most: int, *, may: BoolArray | None = None) -> None:
        assert instance.capacity is not None
        self.instance, self.least, self.most = instance, least, most
        matrix = instance.impedance
        kept = np.ones(matrix.pair_count, dtype=bool) if may is None else may[matrix.indices]
        self.i, self.j = matrix.rows[kept], matrix.indices[kept]
        self.persons = instance.demand[self.i]
        self.cost = self.persons * matrix.values[kept]
        self.capacity = np.where(np.isfinite(instance.capacity), instance.capacity, instance.demand.sum())
        self.weight = np.maximum(instance.demand, 1e-9)

    def ascend(self, node: _Node, best: _Best, *, root: bool) -> _Node:
        """Raise the node's bound by subgradient steps, try its sites as plans, and fix what the bound settles."""
        n, m = self.instance.impedance.shape
        mu, lam, mean_open = node.mu, node.lam, node.mean_open
        top, top_mu, top_lam, top_value, top_open = -math.inf, mu, lam, np.zeros(m), node.must
        step, stalled = (FIRST_STEP if root else NODE_STEP), 0
        for _ in range(ROOT_STEPS if root else NODE_STEPS):
            reduced = self.cost + self.persons * lam[self.j] - mu[self.i]
            negative = reduced < 0
            value = np.bincount(self.j[negative], weights=reduced[negative], minlength=m) - lam * self.capacity
            opened = self._choose(value, node)
            if opened is None:
                return _Node(math.inf, node.must, node.may, mu, lam, mean_open)
            bound = float(mu.sum() + value[opened].sum())
            if best.out_of_time and top > -math.inf:
                break
            mean_open = MEMORY * mean_open + (1 - MEMORY) * opened
            if bound > top:
                better = bound > top + 1e-5 * abs(bound)
                top, top_mu, top_lam, top_value, top_open = bound, mu, lam, value, opened
                stalled = 0 if better else stalled + 1
                if _closed(top, best.objective, 0.0):
                    break
            else:
                stalled += 1
            if stalled >= PATIENCE:
                step, stalled, mu, lam = step * SHRINK, 0, top_mu, top_lam
                self.try_plan(top_open, best)
                if step < LAST_STEP:
                    break
                continue
            use = negative & opened[self.j]
            unmet = 1.0 - np.bincount(self.i[use], minlength=n)
            over = np.bincount(self.j[use], weights=self.persons[use], minlength=m) - self.capacity * opened
            along_mu, along_lam = self.weight * unmet, CAPACITY_SCALE * over / np.maximum(self.capacity, 1e-9)
            length = float(along_mu @ unmet + along_lam @ over)
            if length <= 0:
                break
            target = best.objective if best.open is not None else GUESS * abs(top)
            size = step * max(target - bound, 1e-4 * abs(top)) / length
            mu, lam = mu + size * along_mu, np.maximum(0.0, lam + size * along_lam)
        self.try_plan(top_open, best)
        must, may = self._fix(node, top, best.objective, top_value, top_open)
        return _Node(max(top, node.bound), must, may, top_mu, top_lam, mean_open)

    def try_plan(self, opened: BoolArray, best: _Best) -> None:
        """Keep these sites as the best plan when they hold everybody at less travel than any before."""
        key = opened.tobytes()
        if key in best.tried:
            return
        best.tried.add(key)
        objective = least_travel(self.instance, opened)
        if objective < best.objective:
            best.objective, best.open = objective, opened

    def _choose(self, value: FloatArray, node: _Node) -> BoolArray | None:
        """Sites that minimise the sum of `value`: exact, since zones do not overlap. None when there are too few."""
        chosen = node.must.copy()
        free = node.may & ~node.must
        order = np.argsort(value, kind="stable")
        order = order[free[order]]
        zone = self.instance.site_zone
        new = chosen & ~self.instance.existing
        for z in np.flatnonzero(self.instance.zone_minimum):
            lacking = int(self.instance.zone_minimum[z]) - int((new & (zone == z)).sum())
            if lacking > 0:
                here = order[zone[order] == z][:lacking]
                if here.size < lacking:
                    return None
                chosen[here] = True
        count = int((chosen & ~self.instance.existing).sum())
        rest = order[~chosen[order]]
        wanted = max(self.least - count, 0)
        room = self.most - count
        if room < 0 or rest.size < wanted:
            return None
        useful = max(wanted, min(room, int((value[rest] < 0).sum())))
        chosen[rest[:useful]] = True
        return chosen

    def _fix(
        self, node: _Node, bound: float, objective: float, value: FloatArray, opened: BoolArray
    ) -> tuple[BoolArray, BoolArray]:
        """Sites that every better plan must open, and those that it may: bounds ignoring zone minima stay bounds."""
        limit = objective * (1 + EQUAL)
        removable = opened & ~node.must
        full = int((opened & ~self.instance.existing).sum()) >= self.most
        gives_way = float(value[removable].max()) if full and removable.any() else (-math.inf if full else 0.0)
        may = node.must | opened | (node.may & (bound + value - gives_way <= limit))
        spare = node.may & ~opened
        tight = int((opened & ~self.instance.existing).sum()) <= self.least
        steps_in = float(value[spare].min()) if spare.any() else math.inf
        steps_in = steps_in if tight else min(0.0, steps_in)
        must = node.must | (removable & (bound - value + steps_in > limit))
        return must, may


def least_travel(instance: Instance, opened: BoolArray) -> float:
    """Least total travel with these sites open, shares allowed; +inf where they cannot hold everybody."""
    assert instance.capacity is not None
    matrix = instance.impedance
    kept = opened[matrix.indices]
    i, j, t = matrix.rows[kept], matrix.indices[kept], matrix.values[kept]
    if np.unique(i).size < instance.demand_count:
        return math.inf
    pairs = np.arange(i.size)
    persons = instance.demand[i]
    limited = np.flatnonzero(opened & np.isfinite(instance.capacity))
    loads = sp.csr_array((persons, (j, pairs)), shape=(instance.site_count, i.size))[limited]
    everybody = sp.csr_array((np.ones(i.size), (i, pairs)), shape=(instance.demand_count, i.size))
    solve: Any = linprog  # its stubs want dense matrices
    found = solve(
        persons * t,
        A_ub=loads,
        b_ub=instance.capacity[limited],
        A_eq=everybody,
        b_eq=np.ones(instance.demand_count),
        bounds=(0, None),
        method="highs",
    )
    return float(found.fun) if found.success else math.inf


def _count(instance: Instance) -> tuple[int, int] | None:
    """Least and largest number of new sites."""
    if instance.p is not None:
        return instance.p, instance.p
    most = count_affordable(instance)
    return None if most is None else (0, most)


def count_affordable(instance: Instance) -> int | None:
    """How many candidates the budget buys; None without a budget, or where they do not all cost the same."""
    if instance.budget is None or instance.fixed_cost is None:
        return None
    costs = np.unique(instance.fixed_cost[instance.candidate])
    if costs.size != 1 or costs[0] <= 0:
        return None
    return math.floor(instance.budget / float(costs[0]) * (1 + EQUAL))
