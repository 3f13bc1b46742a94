"""Branch and bound on the Lagrangian: first on sites, then on which site takes a demand point."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.search.single_source.arrays import Pairs, Sites, site_of, subset
from siting.search.single_source.bound import Climb, begin, climb
from siting.search.single_source.loads import work
from siting.search.single_source.propagate import propagate
from siting.search.single_source.settle import settle
from siting.search.single_source.task import EQUAL, Task, fewest

STEPS, FIRST_STEP, LAST_STEP, PATIENCE, SHRINK = 70, 0.7, 0.02, 10, 0.55
MANY, FEW, NEAR = 20_000, 0.6, 0.1  # pairs; of which so few are within this share of the mean multiplier of gaining
AGAIN = 0.8  # of the pairs left: the steps are taken again
UNSURE = 0.1  # a site opened so often is branched on before demand points are
LITTLE = 1e-4  # relative to the bound: added to what branching on a site gains
FARTHEST = 0.05  # relative: how far above its bound a node's steps aim at most, while no good plan is known


@dataclass(frozen=True, eq=False)
class Node:
    """A part of the plans.

    Attributes:
        bound: none of its plans costs less.
        must, may: (J,) as in `Sites`.
        pairs: bits of (nnz,): which pairs of the task are left.
        mu, sigma: multipliers to begin with.
    """

    bound: float
    must: BoolArray
    may: BoolArray
    pairs: NDArray[np.uint8]
    mu: FloatArray
    sigma: FloatArray


@dataclass(frozen=True, eq=False)
class Bounded:
    """A node with its bound.

    Attributes:
        pairs: those that the multipliers in `state` speak of, and `before` (nnz of the task,) which they are.
        keep: (nnz of the task,) those of them that are left.
        sites: rules of the node.
        opening, closing: (J,) bounds on its plans with each site open, and closed.
    """

    pairs: Pairs
    before: BoolArray
    keep: BoolArray
    sites: Sites
    state: Climb
    opening: FloatArray
    closing: FloatArray

    @property
    def bound(self) -> float:
        """None of its plans costs less."""
        return float(self.state.number[0])


class Tree:
    """The search below one node.

    Attributes:
        nodes: how many were bounded.
    """

    def __init__(
        self,
        task: Task,
        *,
        limit: Callable[[], float],
        offer: Callable[[Bounded], None],
        keep: Callable[[BoolArray, IntArray], None],
        tell: Callable[[float], None],
        stopped: Callable[[], bool],
    ) -> None:
        """Search the plans of `task`.

        Args:
            limit: the most that a plan may cost which is looked for.
            offer: is given each node, to make plans of the sites that its bound opens.
            keep: is given sites (J,) and the site of each demand point (I,): a plan that may hold.
            tell: is given a bound on all plans within the limit.
            stopped: asked before each node.
        """
        self.task, self.limit, self.offer, self.keep, self.tell, self.stopped = task, limit, offer, keep, tell, stopped
        self.site = site_of(task.pairs)
        self.room = work(task.pairs)
        self.load = float(task.weight.sum())
        self.nodes = 0

    def run(self, root: Node, node_limit: int | None = None) -> float:
        """Bound on all plans of `root` within the limit; +inf where there are none left."""
        number = itertools.count()
        heap: list[tuple[float, int, Node]] = [(root.bound, next(number), root)]
        dive: Node | None = None
        while heap or dive is not None:
            node = heapq.heappop(heap)[2] if dive is None else dive
            dive = None
            if node.bound > self.limit():
                continue
            if self.stopped() or (node_limit is not None and self.nodes >= node_limit):
                return min(node.bound, heap[0][0] if heap else math.inf)
            self.nodes += 1
            children = self._children(node)
            for child in children[1:]:
                heapq.heappush(heap, (child.bound, next(number), child))
            if children:
                dive = children[0]
            if dive is not None or heap:
                self.tell(min(math.inf if dive is None else dive.bound, heap[0][0] if heap else math.inf))
        return math.inf

    def _children(self, node: Node) -> list[Node]:
        bounded = self.bounded(node)
        if bounded is None or self._decided(bounded):
            return []
        self.offer(bounded)
        if bounded.bound > self.limit():
            return []
        return self._branch(bounded, max(node.bound, bounded.bound))

    def bounded(self, node: Node) -> Bounded | None:
        """Raise the bound of a node and take out what it settles; None where nothing within the limit is left."""
        task, mu, sigma = self.task, node.mu, node.sigma
        keep = np.unpackbits(node.pairs, count=self.site.size).astype(bool)
        sites = task.sites._replace(must=node.must.copy(), may=node.may.copy())
        while True:
            if not propagate(task.pairs, sites, task.weight, task.least, keep) or not self._possible(sites):
                return None
            least = fewest(sites.group, sites.room, sites.may, sites.must, self.load)
            if least > sites.group_least[0]:
                sites = sites._replace(group_least=np.r_[least, sites.group_least[1:]])
            pairs = subset(task.pairs, keep)
            limit = self.limit()
            target = min(limit, node.bound + FARTHEST * max(abs(node.bound), 1.0))
            state = self._climbed(pairs, sites, mu, sigma, target, limit)
            if state.number[0] > limit or math.isinf(state.number[0]):
                return None
            left = np.ones(pairs.point.size, dtype=bool)
            opening, closing = np.zeros(sites.may.size), np.zeros(sites.may.size)
            if not settle(pairs, sites, task.weight, state, self.room, False, limit, left, opening, closing):
                return None
            before = keep.copy()
            keep[before] = left
            if left.sum() >= AGAIN * left.size:
                return Bounded(pairs, before, keep, sites, state, opening, closing)
            mu, sigma = state.best_mu, state.best_sigma

    def _climbed(
        self, pairs: Pairs, sites: Sites, mu: FloatArray, sigma: FloatArray, target: float, limit: float
    ) -> Climb:
        """The best bound from these multipliers: of many pairs only those near to gaining are looked at on the way."""
        numbers: tuple[Any, ...] = (target, limit, STEPS, PATIENCE, SHRINK, LAST_STEP)
        near = mu[pairs.point] - pairs.cost > -NEAR * float(mu.mean())
        state = begin(mu, sigma, pairs, FIRST_STEP)
        if pairs.point.size < MANY or near.mean() > FEW:
            climb(pairs, sites, self.task.weight, state, self.room, True, *numbers)
            return state
        part = subset(pairs, near)
        way = begin(mu, sigma, part, FIRST_STEP)
        climb(part, sites, self.task.weight, way, self.room, True, *numbers)
        state = begin(way.best_mu, way.best_sigma, pairs, LAST_STEP)
        state.mean[:] = way.mean
        state.share[near] = way.share
        climb(pairs, sites, self.task.weight, state, self.room, True, target, limit, 1, *numbers[3:])
        return state

    def _possible(self, sites: Sites) -> bool:
        """Whether the side rows leave anything."""
        sure = sites.rows @ sites.must
        free = sites.rows[:, sites.may & ~sites.must]
        low, high = sure + np.minimum(free, 0).sum(axis=1), sure + np.maximum(free, 0).sum(axis=1)
        slack = EQUAL * np.maximum(np.abs(sure), 1.0)
        return bool(((low <= sites.most + slack) & (high >= sites.least - slack)).all())

    def _decided(self, bounded: Bounded) -> bool:
        """Whether every demand point has one site left: then the best plan of the node is known, and kept."""
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
            self.keep(opened, site)
        return True

    def _branch(self, bounded: Bounded, bound: float) -> list[Node]:
        """Two parts of a node, the likelier one first: on the site that gains most, else on a demand point."""
        sites, state, keep, point = bounded.sites, bounded.state, bounded.keep, self.task.pairs.point
        node = Node(bound, sites.must, sites.may, np.packbits(keep), state.best_mu, state.best_sigma)
        free = sites.may & ~sites.must
        unsure = np.where(free, np.minimum(state.mean, 1 - state.mean), -1.0)
        share = np.zeros(keep.size)
        share[bounded.before] = state.share
        share[~keep] = 0.0
        largest = np.zeros(self.task.weight.size)
        np.maximum.at(largest, point, share)
        number = np.bincount(point[keep], minlength=largest.size)
        split = np.where(number > 1, 1.0 - largest, -1.0)
        if unsure.max(initial=-1.0) > UNSURE or (free.any() and split.max() <= 0.0):
            limit = self.limit()
            rise = np.maximum(np.minimum(bounded.opening, limit) - bounded.bound, 0.0)
            rise += np.maximum(np.minimum(bounded.closing, limit) - bounded.bound, 0.0)
            gain = (unsure + EQUAL) * (rise + LITTLE * max(abs(bounded.bound), 1.0))
            return self._on_site(node, int(np.where(free, gain, -1.0).argmax()), state.mean)
        mine = np.flatnonzero(keep & (point == int(split.argmax())))
        chosen = int(mine[share[mine].argmax()])
        only, without = keep.copy(), keep.copy()
        only[mine] = False
        only[chosen] = True
        without[chosen] = False
        must = sites.must.copy()
        must[self.site[chosen]] = True
        return [replace(node, must=must, pairs=np.packbits(only)), replace(node, pairs=np.packbits(without))]

    @staticmethod
    def _on_site(node: Node, j: int, mean: FloatArray) -> list[Node]:
        must, may = node.must.copy(), node.may.copy()
        must[j], may[j] = True, False
        opened, closed = replace(node, must=must), replace(node, may=may)
        return [opened, closed] if mean[j] >= 0.5 else [closed, opened]
