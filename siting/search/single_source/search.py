"""The bound of the whole task with plans made on the way, then branch and bound on what it leaves."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance import Instance
from siting.search.clusters import clustered
from siting.search.laminar import Laminar
from siting.search.single_source.arrays import Pairs, Sites, site_of, subset
from siting.search.single_source.bound import Climb, begin, climb
from siting.search.single_source.loads import work
from siting.search.single_source.plans import Plan, Planner
from siting.search.single_source.propagate import propagate
from siting.search.single_source.settle import settle
from siting.search.single_source.task import Task
from siting.search.single_source.tree import Bounded, Node, Tree
from siting.solution import PROVEN_GAP

MOST_STEPS = 3000  # with shares, and again with whole loads
CHUNK, FIRST_CHUNK = 100, 30  # steps between plans; before the first plan
FIRST_STEP, WHOLE_STEP, AGAIN_STEP = 1.5, 0.5, 0.3  # with shares, with whole loads, and after pairs were taken out
LAST_STEP, WHOLE_LAST_STEP = 1e-2, 1e-3
PATIENCE, SHRINK = 15, 0.75
AGAIN = 0.8  # of the pairs left: the steps are taken again
GUESS = 1.05  # the target of the steps, over the best bound, while no plan is known
NEAR = 1.02  # a plan within so much of the best one is worth moving its sites
REPAIRS = 20  # sets of sites that are made to keep the rules, at most

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
    give_up_s: float = math.inf,
    gap: float = 0.0,
    node_limit: int | None = None,
    report: Report | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> SingleSource | None:
    """The best plan in which every demand point is served whole by one open site, and a bound.

    The least of sum a_i t_ij x_ij, with `fixed_cost` times `travel_cost` and plus the costs of opening and closing,
    over plans that keep the rules on sites (`SiteRules`), the capacities and the smallest loads.

    None where the instance has features that the search does not know: size classes, adjacency, decay, futures,
    competitors; or more than `MOST_PAIRS` admissible pairs.

    Args:
        instance: with demand, impedance and, as the case may be, load, capacity, minimum_load, fixed_cost, p or budget.
        fixed_cost: whether opening and closing have their price in the objective.
        time_limit_s: wall clock, kept between steps.
        active: constraints that hold; None: all that the instance gives numbers for.
        give_up_s: stop after so long while no plan has been found.
        gap: relative gap at which to stop.
        node_limit: stop after so many nodes.
        report: is told (objective, bound) as they improve.
        stopped: asked between steps whether to stop.
    """
    task = Task.of(instance, fixed_cost=fixed_cost, active=active)
    if task is None:
        return None
    return search_task(task, time_limit_s, give_up_s, gap, node_limit, report, stopped)


def search_task(
    task: Task,
    time_limit_s: float,
    give_up_s: float = math.inf,
    gap: float = 0.0,
    node_limit: int | None = None,
    report: Report | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> SingleSource:
    """As `search_single_source`, of bare arrays."""
    return _Search(task, time_limit_s, give_up_s, gap, report, stopped).run(node_limit)


def start_multipliers(pairs: Pairs, points: int) -> FloatArray:
    """(I,) multipliers to begin with: everybody pays for the second nearest site."""
    order = np.lexsort((pairs.cost, pairs.point))
    number = np.bincount(pairs.point, minlength=points)
    second = np.cumsum(number) - number + np.minimum(1, number - 1)
    start: FloatArray = pairs.cost[order[second]]
    return start


class _Search:
    """Objectives and bounds in here are without the task's constant."""

    def __init__(
        self,
        task: Task,
        time_limit_s: float,
        give_up_s: float,
        gap: float,
        report: Report | None,
        stopped: Callable[[], bool],
    ) -> None:
        self.task, self.gap, self.report, self.asked = task, gap, report, stopped
        begun = time.perf_counter()
        self.end, self.give_up = begun + time_limit_s, begun + give_up_s
        self.planner = Planner(task, self.out_of_time)
        self.room = work(task.pairs)
        self.bound = float(np.minimum(task.sites.cost, 0.0).sum())
        self.best: Plan | None = None
        self.tried: set[bytes] = set()
        self.repairs = 0
        self.most = task.most()
        self.by_clock = False

    def out_of_time(self) -> bool:
        now = time.perf_counter()
        over = now > self.end or (self.best is None and now > self.give_up) or self.asked()
        self.by_clock |= over
        return over

    @property
    def objective(self) -> float:
        return math.inf if self.best is None else self.best.objective

    @property
    def limit(self) -> float:
        """The most that a plan may cost which is looked for."""
        if self.best is None:
            return self.most
        scale = abs(self.objective + self.task.constant)
        within = self.gap if self.task.step else max(self.gap, PROVEN_GAP / 2)
        return min(self.task.limit(self.objective), self.objective - within * scale)

    @property
    def closed(self) -> bool:
        return self.bound > self.limit

    def run(self, node_limit: int | None) -> SingleSource:
        task = self.task
        if not np.bincount(task.pairs.point, minlength=task.weight.size).all():
            return SingleSource(math.inf, math.inf, None, None, False)
        root = self._root()
        if root is None:
            self._raise(math.inf)
        nodes = 0
        if root is not None and not self.closed:
            tree = Tree(
                task,
                self.sets,
                limit=lambda: self.limit,
                offer=self._offer_node,
                keep=lambda opened, site: self._keep(self.planner.rated(opened, site)),
                tell=self._raise,
                stopped=self.out_of_time,
            )
            self._raise(tree.run(root, node_limit))
            nodes = tree.nodes
        plan, constant = self.best, task.constant
        bound = min(self.bound, self.objective) + constant
        if plan is None:
            return SingleSource(bound, math.inf, None, None, self.by_clock, nodes)
        return SingleSource(bound, plan.objective + constant, plan.open, plan.site, self.by_clock, nodes)

    def _root(self) -> Node | None:
        """The bound of the whole task, with shares, which is quick, then with whole loads; None where that is all."""
        task = self.task
        sites = task.sites._replace(must=task.sites.must.copy(), may=task.sites.may.copy())
        keep = np.ones(task.pairs.point.size, dtype=bool)
        if not propagate(task.pairs, sites, task.weight, task.least, keep):
            return None
        pairs = subset(task.pairs, keep)
        state = begin(start_multipliers(pairs, task.weight.size), np.zeros(sites.least.size), pairs, FIRST_STEP)
        self._climb(pairs, sites, state, exact=False)
        step = WHOLE_STEP
        while True:
            if state.number[0] == math.inf or state.number[0] > self.limit:  # -inf: no step was taken in time
                return None
            self._swap(state.value)
            if self.closed or self.out_of_time():
                break
            state = begin(state.best_mu, state.best_sigma, pairs, step)
            self._climb(pairs, sites, state, exact=True)
            step = AGAIN_STEP
            left = np.ones(pairs.point.size, dtype=bool)
            unused = np.empty(sites.may.size)
            if state.number[0] > self.limit or not settle(
                pairs, sites, task.weight, state, self.room, True, self.limit, left, unused, unused.copy()
            ):
                return None
            keep[keep] = left
            if left.sum() > AGAIN * left.size:
                break
            pairs = subset(task.pairs, keep)
            state = state._replace(share=state.share[left])
        return Node(
            self.bound, sites.must, sites.may, np.packbits(keep), state.best_mu, state.best_sigma, *self.sets[3:]
        )

    @cached_property
    def sets(self) -> Laminar:
        """The counts of sites, those of the task and of clusters that are branched on."""
        task = self.task
        site, point = site_of(task.pairs), task.pairs.point
        heavy = task.weight[point] > 0
        unit = task.pairs.cost[heavy] / task.weight[point[heavy]]
        order = np.lexsort((unit, point[heavy]))
        starts = np.zeros(task.weight.size + 1, dtype=np.int64)
        np.cumsum(np.bincount(point[heavy], minlength=task.weight.size), out=starts[1:])
        return clustered(task.rules.groups, starts, site[heavy][order], unit[order], task.sites.may.size)

    def _climb(self, pairs: Pairs, sites: Sites, state: Climb, *, exact: bool) -> None:
        """Take steps to their end; plans are made on the way."""
        last = WHOLE_LAST_STEP if exact else LAST_STEP
        taken = 0
        while not state.number[3] and taken < MOST_STEPS and not self.out_of_time():
            known = float(state.number[0])
            goal = self.limit
            if self.best is None:
                goal = GUESS * (abs(known) if math.isfinite(known) else float(state.mu.sum()))
            steps = CHUNK if taken else FIRST_CHUNK
            numbers = (goal, self.limit, steps, PATIENCE, SHRINK, last)
            taken += climb(pairs, sites, self.task.weight, state, self.room, exact, *numbers)
            self._raise(float(state.number[0]))
            self._offer(state, pairs, state.value)

    def _offer_node(self, bounded: Bounded) -> None:
        self._offer(bounded.state, bounded.pairs, bounded.state.value if self.best is None else None)

    def _offer(self, state: Climb, pairs: Pairs, value: FloatArray | None) -> None:
        """Make a plan of the sites that the bound opens, or of those of least `value` (J,) that keep the rules."""
        opened: BoolArray | None = state.opened.copy()
        assert opened is not None
        if not self._may_do(opened):
            if value is None or self.repairs >= REPAIRS:
                return
            self.repairs += 1
            opened = self.planner.cheapest_with_room(value)
        if opened is None or opened.tobytes() in self.tried:
            return
        self.tried.add(opened.tobytes())
        price = np.zeros(opened.size)
        if self.best is not None and not self.planner.worth(opened, price, self.limit):
            return
        plan = self.planner.plan_from(opened, pairs, state.share)
        other = self.planner.priced(opened, price, self.objective)
        plan = other if other.objective < plan.objective else plan
        if plan.objective < NEAR * self.objective:
            plan = self.planner.recentred(plan)
        if plan.objective < self.objective:
            self._keep(plan)
            if value is None:  # below the root
                self._swap(state.value)

    def _may_do(self, opened: BoolArray) -> bool:
        task = self.task
        return task.rules.allows(opened) and float(task.sites.room[opened].sum()) >= float(task.weight.sum())

    def _swap(self, value: FloatArray) -> None:
        """Better the best plan by changes of its sites, looked for in the order of their values (J,)."""
        if self.best is not None and not self.closed:
            order = np.argsort(value, kind="stable")
            self._keep(self.planner.swapped(self.best, order[self.task.sites.may[order]]))

    def _keep(self, plan: Plan) -> None:
        if plan.objective < self.objective:
            self.best = plan
            self._raise(self.bound)

    def _raise(self, bound: float) -> None:
        """Take note of a bound on all plans within the limit."""
        limit = self.limit
        if bound > limit:
            bound = math.inf if self.best is None else self.task.beyond(limit)
        self.bound = max(self.bound, self.task.lifted(bound))
        if self.report is not None:
            constant = self.task.constant
            self.report(self.objective + constant, min(self.bound, self.objective) + constant)
