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
from siting.search.branching import Gains, choose_branch, sums
from siting.search.laminar import Laminar, limited, raised
from siting.search.single_source.arrays import Pairs, Sites, site_of, subset
from siting.search.single_source.bound import Climb, begin, climb
from siting.search.single_source.loads import work
from siting.search.single_source.propagate import propagate
from siting.search.single_source.settle import settle
from siting.search.single_source.task import EQUAL, Task, fewest

STEPS, FIRST_STEP, LAST_STEP, PATIENCE, SHRINK = 70, 0.7, 0.02, 10, 0.55
MANY, FEW, NEAR = 20_000, 0.6, 0.1  # pairs; of which so few are within this share of the mean multiplier of gaining
AGAIN = 0.8  # of the pairs left: the steps are taken again
TRIAL_STEPS, TRIAL_PATIENCE = 15, 6  # of a part that may be branched to
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
        least, most: (K,) how many sites of each set of the tree are open.
    """

    bound: float
    must: BoolArray
    may: BoolArray
    pairs: NDArray[np.uint8]
    mu: FloatArray
    sigma: FloatArray
    least: IntArray
    most: IntArray


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
        sets: Laminar,
        *,
        limit: Callable[[], float],
        offer: Callable[[Bounded], None],
        keep: Callable[[BoolArray, IntArray], None],
        tell: Callable[[float], None],
        stopped: Callable[[], bool],
    ) -> None:
        """Search the plans of `task`.

        Args:
            sets: counts of sites, those of the task and of clusters that are branched on.
            limit: the most that a plan may cost which is looked for.
            offer: is given each node, to make plans of the sites that its bound opens.
            keep: is given sites (J,) and the site of each demand point (I,): a plan that may hold.
            tell: is given a bound on all plans within the limit.
            stopped: asked before each node.
        """
        self.task, self.limit, self.offer, self.keep, self.tell, self.stopped = task, limit, offer, keep, tell, stopped
        self.sets = sets
        self.gains = Gains.of(sets.first.size + task.sites.may.size)
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
        return self._branch(node, bounded, max(node.bound, bounded.bound))

    def bounded(self, node: Node) -> Bounded | None:
        """Raise the bound of a node and take out what it settles; None where nothing within the limit is left."""
        task, mu, sigma = self.task, node.mu, node.sigma
        keep = np.unpackbits(node.pairs, count=self.site.size).astype(bool)
        sites = task.sites._replace(must=node.must.copy(), may=node.may.copy())
        while True:
            if not propagate(task.pairs, sites, task.weight, task.least, keep) or not self._possible(sites):
                return None
            sites = sites._replace(sets=self._counts(node, sites))
            pairs = subset(task.pairs, keep)
            limit = self.limit()
            target = min(limit, node.bound + FARTHEST * max(abs(node.bound), 1.0))
            state = self._climbed(pairs, sites, mu, sigma, target, limit)
            if state.number[0] == math.inf or state.number[0] > limit:
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

    def _counts(self, node: Node, sites: Sites) -> Laminar:
        """The counts of a node, and of as many sites as there must be room for everybody."""
        least = fewest(sites.counted, sites.room, sites.may, sites.must, self.load)
        counts = raised(self.sets._replace(least=node.least), sites.counted, least)
        return limited(self.sets, counts.least, node.most)

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

    def _branch(self, whole: Node, bounded: Bounded, bound: float) -> list[Node]:
        """Two parts of a node, the likelier one first: on the site that gains most, else on a demand point."""
        sites, state, keep, point = bounded.sites, bounded.state, bounded.keep, self.task.pairs.point
        node = Node(
            bound, sites.must, sites.may, np.packbits(keep), state.best_mu, state.best_sigma, whole.least, whole.most
        )
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
            return self._on_sites(node, bounded)
        mine = np.flatnonzero(keep & (point == int(split.argmax())))
        chosen = int(mine[share[mine].argmax()])
        only, without = keep.copy(), keep.copy()
        only[mine] = False
        only[chosen] = True
        without[chosen] = False
        must = sites.must.copy()
        must[self.site[chosen]] = True
        return [replace(node, must=must, pairs=np.packbits(only)), replace(node, pairs=np.packbits(without))]

    def _on_sites(self, node: Node, bounded: Bounded) -> list[Node]:
        """Two parts by the count of a set of sites or by a site, whichever promises most."""
        sets, mean, limit = self.sets, bounded.state.mean, self.limit()
        free = node.may & ~node.must
        count = np.concatenate([sums(sets, mean), mean])
        low = np.floor(count + EQUAL)
        size = sets.first.size
        within = (low[:size] >= node.least) & (low[:size] < node.most)

        def halves(k: int) -> tuple[Node, Node]:
            below, above = self._below(node, k, low[k]), self._above(node, k, low[k])
            return self._tried(below, bounded), self._tried(above, bounded)

        chosen, tried = choose_branch(
            self.gains,
            count - low,
            np.concatenate([within, free]),
            bound=node.bound,
            most=limit,
            halves=halves,
            stopped=self.stopped,
        )
        if chosen < 0:
            rise = np.maximum(np.minimum(bounded.opening, limit) - bounded.bound, 0.0)
            rise += np.maximum(np.minimum(bounded.closing, limit) - bounded.bound, 0.0)
            gain = (np.minimum(mean, 1 - mean) + EQUAL) * (rise + LITTLE * max(abs(bounded.bound), 1.0))
            chosen = size + int(np.where(free, gain, -1.0).argmax())
        if tried is None:
            tried = self._below(node, chosen, low[chosen]), self._above(node, chosen, low[chosen])
        below, above = tried
        upwards = count[chosen] >= 0.5 + (low[chosen] if chosen < size else 0.0)
        return [half for half in ((above, below) if upwards else (below, above)) if half.bound <= limit]

    def _tried(self, half: Node, bounded: Bounded) -> Node:
        """A half with its bound raised by a few steps."""
        sites = bounded.sites._replace(must=half.must, may=half.may)
        sites = sites._replace(sets=self._counts(half, sites))
        state = begin(half.mu, half.sigma, bounded.pairs, FIRST_STEP)
        limit = self.limit()
        target = min(limit, half.bound + FARTHEST * max(abs(half.bound), 1.0))
        numbers = (target, limit, TRIAL_STEPS, TRIAL_PATIENCE, SHRINK, LAST_STEP)
        climb(bounded.pairs, sites, self.task.weight, state, self.room, True, *numbers)
        return replace(half, bound=max(half.bound, float(state.number[0])), mu=state.best_mu, sigma=state.best_sigma)

    def _below(self, node: Node, k: int, low: float) -> Node:
        """The part in which set `k` has at most `low` sites open, or the site is closed."""
        site = k - self.sets.first.size
        if site >= 0:
            may = node.may.copy()
            may[site] = False
            return replace(node, may=may)
        most = node.most.copy()
        most[k] = int(low)
        return replace(node, most=most)

    def _above(self, node: Node, k: int, low: float) -> Node:
        """The part in which set `k` has more than `low` sites open, or the site is open."""
        site = k - self.sets.first.size
        if site >= 0:
            must = node.must.copy()
            must[site] = True
            return replace(node, must=must)
        least = node.least.copy()
        least[k] = int(low) + 1
        return replace(node, least=least)
