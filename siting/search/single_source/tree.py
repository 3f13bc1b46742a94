"""Branch and bound on the Lagrangian: first on sites, then on which site takes a demand point."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.search.single_source.arrays import Pairs, Sites
from siting.search.single_source.bound import Climb, climb, climb_from, settle, work
from siting.search.single_source.task import Task, fewest

NODE_STEPS, NODE_FIRST, NODE_LAST, NODE_PATIENCE, NODE_SHRINK = 80, 0.4, 0.02, 6, 0.6
AGAIN = 0.8  # of the pairs left: the steps are taken again
UNSURE = 0.1  # a site opened so often is branched on before demand points are


@dataclass(frozen=True, eq=False)
class Node:
    """A part of the plans.

    Attributes:
        bound: none of its plans costs less.
        must, may: (J,) as in `Sites`.
        pairs: (nnz/8,) bits: which pairs of the task are left.
        mu, sigma: multipliers to begin with.
    """

    bound: float
    must: BoolArray
    may: BoolArray
    pairs: IntArray
    mu: FloatArray
    sigma: FloatArray


def subset(pairs: Pairs, keep: BoolArray) -> Pairs:
    """Only these pairs (nnz,)."""
    before = np.zeros(keep.size + 1, dtype=np.int64)
    np.cumsum(keep, out=before[1:])
    return Pairs(before[pairs.start], pairs.point[keep], pairs.cost[keep])


def site_of(pairs: Pairs) -> IntArray:
    """(nnz,) site of each pair."""
    return np.repeat(np.arange(pairs.start.size - 1), np.diff(pairs.start))


@dataclass(frozen=True, eq=False)
class Bounded:
    """A node with its bound.

    Attributes:
        pairs: those that the multipliers in `state` speak of, and `before` (nnz of the task,) which they are.
        keep: (nnz of the task,) those of them that are left.
    """

    pairs: Pairs
    before: BoolArray
    keep: BoolArray
    sites: Sites
    state: Climb


class Tree:
    """The search below one node."""

    def __init__(
        self,
        task: Task,
        limit: Callable[[], float],
        offer: Callable[[BoolArray, IntArray | None, Bounded], None],
        tell: Callable[[float], None],
        stopped: Callable[[], bool],
    ) -> None:
        """Search the plans of `task`.

        Args:
            limit: the most that a plan may cost which is looked for.
            offer: takes sites (J,) that may make a plan, or a whole plan with the site of each demand point (I,).
            tell: takes a bound on all that is left.
            stopped: asked before each node.
        """
        self.task, self.limit, self.offer, self.tell, self.stopped = task, limit, offer, tell, stopped
        self.site = site_of(task.pairs)
        self.room = work(task.pairs)
        self.load = float(task.weight.sum())
        self.nodes = 0

    def run(self, root: Node, most_nodes: int | None = None) -> float:
        """Bound on all plans of `root` within the limit; +inf where there are none left."""
        number = itertools.count()
        heap: list[tuple[float, int, Node]] = [(root.bound, next(number), root)]
        dive: Node | None = None
        while heap or dive is not None:
            if dive is None:
                dive = heapq.heappop(heap)[2]
            if dive.bound > self.limit():
                dive = None
                continue
            if self.stopped() or (most_nodes is not None and self.nodes >= most_nodes):
                return min(dive.bound, heap[0][0] if heap else math.inf)
            self.nodes += 1
            children = self._children(dive)
            dive = children[0] if children else None
            for child in children[1:]:
                heapq.heappush(heap, (child.bound, next(number), child))
            lowest = min(dive.bound if dive else math.inf, heap[0][0] if heap else math.inf)
            if math.isfinite(lowest):
                self.tell(lowest)
        return math.inf

    def _children(self, node: Node) -> list[Node]:
        keep = np.unpackbits(node.pairs, count=self.site.size).view(bool)
        bounded = self.bounded(node, keep)
        if bounded is None:
            return []
        if self._decided(bounded):
            return []
        self.offer(bounded.state.opened, None, bounded)
        if bounded.state.number[0] > self.limit():
            return []
        return self._branch(bounded, max(node.bound, float(bounded.state.number[0])))

    def bounded(self, node: Node, keep: BoolArray) -> Bounded | None:
        """Raise the bound of a node and take out what it settles; None where nothing within the limit is left."""
        task = self.task
        sites = task.sites._replace(must=node.must.copy(), may=node.may.copy())
        mu, sigma = node.mu, node.sigma
        first = NODE_FIRST
        while True:
            keep = keep & sites.may[self.site]
            points = np.bincount(task.pairs.point[keep], minlength=mu.size)
            if not points.all():
                return None
            only = keep & (points[task.pairs.point] == 1)
            sites.must[self.site[only]] = True
            if (sites.must & ~sites.may).any() or not self._possible(sites, keep):
                return None
            least = fewest(sites.group, sites.room, sites.may, sites.must, self.load)
            if least > sites.group_least[0]:
                sites = sites._replace(group_least=np.r_[least, sites.group_least[1:]])
            pairs = subset(task.pairs, keep)
            state = climb_from(mu, sigma, pairs, sites.may.size, first)
            limit = self.limit()
            target = limit if math.isfinite(limit) else 1.05 * abs(node.bound)
            climb(
                pairs, sites, task.weight, state, self.room, True, target, limit,
                NODE_STEPS, NODE_PATIENCE, NODE_SHRINK, NODE_LAST,
            )  # fmt: skip
            if state.number[0] > limit:
                return None
            left = np.ones(pairs.point.size, dtype=bool)
            if not settle(pairs, sites, task.weight, state, self.room, False, limit, left):
                return None
            before = keep.copy()
            keep[before] = left
            if left.sum() >= AGAIN * left.size:
                return Bounded(pairs, before, keep, sites, state)
            mu, sigma = state.best_mu, state.best_sigma

    def _possible(self, sites: Sites, keep: BoolArray) -> bool:
        """Whether capacities, smallest loads and side rows leave anything; closes sites that cannot be used enough."""
        task = self.task
        if (task.least > 0).any():
            load = np.bincount(self.site[keep], weights=task.weight[task.pairs.point[keep]], minlength=sites.may.size)
            sites.may[load < task.least * (1 - 1e-9)] = False
        if (sites.must & ~sites.may).any() or sites.room[sites.may].sum() < self.load * (1 - 1e-9):
            return False
        if not sites.rows.size:
            return True
        sure = sites.rows @ sites.must
        free = sites.rows[:, sites.may & ~sites.must]
        low = sure + np.minimum(free, 0).sum(axis=1)
        high = sure + np.maximum(free, 0).sum(axis=1)
        slack = 1e-9 * np.maximum(np.abs(sure), 1.0)
        return bool(((low <= sites.most + slack) & (high >= sites.least - slack)).all())

    def _decided(self, bounded: Bounded) -> bool:
        """Whether every demand point has one site left: then the best plan is known."""
        task, sites = self.task, bounded.sites
        if int(bounded.keep.sum()) > task.weight.size:
            return False
        site = np.empty(task.weight.size, dtype=np.int64)
        site[task.pairs.point[bounded.keep]] = self.site[bounded.keep]
        sites.must[site] = True
        empty = np.bincount(site, minlength=sites.may.size) == 0
        may = sites.may & ~(empty & (task.least > 0))
        if (sites.must & ~may).any():
            return True
        opened = task.rules.fixed(sites.must, may).best(task.sites.cost)
        if opened is not None:
            self.offer(opened, site, bounded)
        return True

    def _branch(self, bounded: Bounded, bound: float) -> list[Node]:
        task, sites, state, keep = self.task, bounded.sites, bounded.state, bounded.keep
        node = Node(bound, sites.must, sites.may, np.packbits(keep), state.best_mu, state.best_sigma)
        free = np.flatnonzero(sites.may & ~sites.must)
        unsure = np.minimum(state.mean, 1 - state.mean)[free]
        if free.size and unsure.max() > UNSURE:
            return self._on_site(node, int(free[unsure.argmax()]), state.mean)
        point = task.pairs.point
        number = np.bincount(point[keep], minlength=task.weight.size)
        full = np.zeros(keep.size)
        full[bounded.before] = state.share
        full[~keep] = 0.0
        largest = np.zeros(task.weight.size)
        np.maximum.at(largest, point, full)
        split = np.where(number > 1, 1.0 - largest, -1.0)
        if split.max() <= 0.0 and free.size:
            return self._on_site(node, int(free[unsure.argmax()]), state.mean)
        i = int(split.argmax())
        mine = np.flatnonzero(keep & (point == i))
        chosen = int(mine[full[mine].argmax()])
        only, without = keep.copy(), keep.copy()
        only[mine] = False
        only[chosen] = True
        without[chosen] = False
        must = sites.must.copy()
        must[self.site[chosen]] = True
        first = replace(node, must=must, pairs=np.packbits(only))
        second = replace(node, pairs=np.packbits(without))
        return [first, second]

    def _on_site(self, node: Node, j: int, mean: FloatArray) -> list[Node]:
        must, may = node.must.copy(), node.may.copy()
        must[j], may[j] = True, False
        opened, closed = replace(node, must=must), replace(node, may=may)
        return [opened, closed] if mean[j] >= 0.5 else [closed, opened]
