"""Branch and bound on Lagrangian bounds: each node keeps its multipliers, and its children begin with them.

A site whose opening (closing) would lift a node's bound to the known plan stays closed (open) below it
(reduced-cost fixing); what is left is branched on, the site first of which the relaxation is least sure.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.machine.compiled import compiled
from siting.search.median.choice import Choice, lifts
from siting.search.median.lists import Lists
from siting.search.median.problem import MedianProblem, Near
from siting.search.median.relaxation import Steps, ascend

NODE = Steps(100, 1.0, 0.9, 40, 0.5)
MOST_KEPT = 400_000_000  # bytes of multipliers of waiting nodes; with more the search goes on in depth


Multipliers = FloatArray | NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Node:
    """A part of the search: the plans that open `must` and nothing outside `may`.

    Attributes:
        bound: no plan of it has a smaller objective, nor one below the target that was set.
        mu: (I,) and pi: (S,) multipliers of the bound.
        value: (J,) reduced costs of the sites at the bound.
        chosen: (J,) sites that the relaxation opens there.
        mean: (J,) how often its last steps open each site.
        factor: of the last step; 0 where more steps gain nothing.
    """

    bound: float
    must: BoolArray
    may: BoolArray
    mu: Multipliers
    pi: FloatArray
    value: FloatArray
    chosen: BoolArray
    mean: FloatArray
    factor: float

    @property
    def free(self) -> IntArray:
        """Sites that are neither opened nor closed."""
        return np.flatnonzero(self.may & ~self.must)


def bounded(
    problem: MedianProblem,
    near: Near,
    must: BoolArray,
    may: BoolArray,
    mu: Multipliers,
    pi: FloatArray,
    *,
    upper: float,
    target: float,
    steps: Steps = NODE,
) -> Node:
    """The node with its bound, after what the rules and reduced costs settle. The bound is +inf where it holds no plan.

    Args:
        upper: objective of a known plan, or a guess of one.
        target: plans with at least this objective need not be found.
    """
    must, may, mu, pi = must.copy(), may.copy(), mu.astype(np.float64), pi.copy()
    m = problem.site_count
    value, chosen, mean = np.zeros(m), must.copy(), np.zeros(m)
    possible = propagate(problem.choice, must, may) and open_only_sites(near.lists, near.thin, must, may)
    if not possible or (must & ~may).any():
        return Node(np.inf, must, may, mu, pi, value, chosen, mean, 0.0)
    bound, factor = ascend(
        near.lists, problem.price, problem.choice, must, may, mu, pi, upper, target, steps, value, chosen, mean
    )
    if bound < target:
        settle(problem.choice, bound, target, value, chosen, must, may)
        if not propagate(problem.choice, must, may):
            bound = np.inf
    return Node(bound, must, may, mu, pi, value, chosen, mean, factor)


def settle(
    choice: Choice,
    bound: float,
    target: float,
    value: FloatArray,
    chosen: BoolArray,
    must: BoolArray,
    may: BoolArray,
) -> None:
    """Open or close in `must` and `may` (J,) what a plan below `target` must have so."""
    lift = np.zeros(value.size)
    lifts(choice, value, must, may, chosen, lift)
    sure = (bound + lift >= target) & may & ~must
    must |= sure & chosen
    may &= ~(sure & ~chosen)


@compiled
def propagate(choice: Choice, must: BoolArray, may: BoolArray) -> bool:
    """Open and close in `must` and `may` what single rows of the rules leave no choice about; False where one fails."""
    again = True
    while again:
        again = False
        for r in range(choice.least.size):
            low = high = 0.0
            for j in range(must.size):
                a = choice.rows[r, j]
                if must[j]:
                    low += a
                    high += a
                elif may[j]:
                    low += min(a, 0.0)
                    high += max(a, 0.0)
            if low > choice.most[r] or high < choice.least[r]:
                return False
            for j in range(must.size):
                a = choice.rows[r, j]
                if a == 0.0 or must[j] or not may[j]:
                    continue
                if low + abs(a) > choice.most[r]:  # the dearer side of the site is too much
                    must[j], may[j] = a < 0, a < 0
                    again = True
                elif high - abs(a) < choice.least[r]:
                    must[j], may[j] = a > 0, a > 0
                    again = True
    return True


@compiled
def open_only_sites(lists: Lists, thin: IntArray, must: BoolArray, may: BoolArray) -> bool:
    """Open the only site that a demand point can still reach; False where there is none."""
    for i in thin:
        count, last = 0, -1
        for k in range(lists.indptr[i], lists.indptr[i + 1]):
            if may[lists.site[k]]:
                count += 1
                last = lists.site[k]
                if must[last] or count > 1:
                    break
        if count == 0:
            return False
        if count == 1:
            must[last] = True
    return True


class Waiting:
    """Nodes that wait, the lowest bound first; the newest first while they hold too much memory."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Node]] = []
        self._number = 0

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, node: Node) -> None:
        """Keep it, with its multipliers in single precision: any multipliers give a bound."""
        self._number += 1
        node = replace(node, mu=node.mu.astype(np.float32))
        heapq.heappush(self._heap, (node.bound, -self._number, node))

    @property
    def bound(self) -> float:
        """The lowest bound; +inf where none waits."""
        return self._heap[0][0] if self._heap else np.inf

    def take(self) -> Node:
        """The next node."""
        size = self._heap[0][2].mu.nbytes
        if len(self._heap) * size > MOST_KEPT:
            place = min(range(len(self._heap)), key=lambda k: self._heap[k][1])
            node = self._heap[place][2]
            self._heap[place] = self._heap[-1]
            self._heap.pop()
            heapq.heapify(self._heap)
            return node
        return heapq.heappop(self._heap)[2]


def least_sure(node: Node) -> int:
    """The free site whose share of the relaxation's recent plans is nearest to a half."""
    free = node.free
    return int(free[np.argmin(np.abs(node.mean[free] - 0.5))])
