"""A plan of catchments improved by parts: a few that touch are solved anew, closed sites among them included.

Source: Shaw (1998), CP-98, LNCS 1520, large neighbourhoods.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.search.districts.plan import Plan, borders
from siting.search.districts.problem import EQUAL, Districting
from siting.search.districts.program import Part

LOADED_GAP, PART_GAP = 1e-3, 1e-4  # while some load is beyond a capacity, and afterwards
PART_NODES, PART_SECONDS = 100, 3.0  # the nodes end it, the same way in every run; the seconds are for the worst
MOST_PAIRS = 6000  # in a neighbourhood of more than two catchments
LONGEST = 6  # chain of catchments over which load is moved
ENOUGH = 0.3  # of what is too much, for a second chain
DEARER = 3  # how often load beyond a capacity is made ten times dearer while some is left


@dataclass
class Neighbourhoods:
    """A plan on its way.

    Attributes:
        problem: whose plan it is.
        plan: the present one, maybe with load beyond a capacity.
        penalty: cost of one unit of such load.
        may: (J,) closed sites worth opening.
        seed: of the order.
        seconds: how many are left.
        done: whether to stop.
        note: is told every better plan.
        by_clock: whether the clock has cut a part short.
    """

    problem: Districting
    plan: Plan
    penalty: float
    may: BoolArray
    seed: int
    seconds: Callable[[], float]
    done: Callable[[], bool]
    note: Callable[[Plan], None]
    by_clock: bool = False
    may_open: bool = True  # closed sites, while some load is beyond a capacity
    tried: set[tuple[bytes, bytes]] = field(default_factory=set)

    def unload(self, most: int) -> None:
        """Improve, with load beyond a capacity ever dearer while some is left; at first it is moved elsewhere."""
        for number in range(DEARER):
            self.may_open = number > 0
            self.improve(most)
            if not self.plan.over or self.done():
                return
            self.penalty *= 10
            self.tried.clear()

    def improve(self, most: int) -> None:
        """Solve neighbourhoods anew, of up to `most` catchments where fewer hold nothing better."""
        rng = np.random.default_rng(self.seed)
        size = 2
        while size <= most:
            better = False
            for sites in self._touching(size, rng):
                if self.done():
                    return
                better |= self._solve_anew(sites)
            size = 2 if better else size + 1

    def _touching(self, size: int, rng: np.random.Generator) -> Iterator[IntArray]:
        """Sets of `size` open sites whose catchments touch, one from each open site; those that hold too much first.

        From each of these also the way to the nearest catchment with room, over full ones.
        """
        over = self.problem.overload(self.plan.site)
        homes = rng.permutation(np.flatnonzero(self.plan.open))
        for first in homes[np.argsort(-over[homes], kind="stable")].tolist():
            border = borders(self.problem, self.plan)
            if size == 2:
                if over[first]:
                    yield from self._ways_to_room(first, float(over[first]), border)
                for other in np.flatnonzero(border[first]).tolist():
                    yield np.array([first, other])
                continue
            chosen = [first]
            while len(chosen) < size:
                length = border[chosen].sum(axis=0)
                length[chosen] = 0
                if not length.any():
                    break
                chosen.append(int(rng.choice(length.size, p=length / length.sum())))
            yield np.array(chosen)

    def _ways_to_room(self, first: int, wanted: float, border: FloatArray) -> Iterator[IntArray]:
        """Chains of catchments to the nearest one with all the room that is wanted, and to the nearest with some."""
        plan, problem = self.plan, self.problem
        room = problem.capacity - np.bincount(plan.site, weights=problem.weight, minlength=plan.open.size)
        steps, before = shortest_path(csr_array(border), unweighted=True, indices=first, return_predecessors=True)
        for least in (wanted, ENOUGH * wanted):
            ends = np.flatnonzero(plan.open & (room >= least) & (steps < LONGEST))
            if ends.size:
                chain = [int(ends[np.lexsort((-room[ends], steps[ends]))[0]])]
                while chain[-1] != first:
                    chain.append(int(before[chain[-1]]))
                yield np.array(chain)

    def _solve_anew(self, chosen: IntArray) -> bool:
        """Whether these catchments hold something better, which is then taken."""
        plan, problem = self.plan, self.problem
        points = np.isin(plan.site, chosen)
        sites = self.may & ~plan.open & points[problem.unit] & (self.may_open or not plan.over)
        sites[chosen] = True
        key = (np.flatnonzero(points).tobytes(), plan.site[points].tobytes())
        if key in self.tried:
            return False
        self.tried.add(key)
        elsewhere = plan.open.copy()
        elsewhere[chosen] = False
        part = Part(problem, points, sites, elsewhere, self.penalty)
        if chosen.size > 2 and part.pairs.size > MOST_PAIRS:
            return False
        until = time.perf_counter() + PART_SECONDS
        found = part.solve(
            seconds=lambda: min(self.seconds(), until - time.perf_counter()),
            gap=LOADED_GAP if plan.over else PART_GAP,
            seed=self.seed,
            node_limit=PART_NODES,
            start=plan.site,
            opened=plan.open,
        )
        self.by_clock |= found.by_clock
        if found.site is None or not found.whole:
            return False
        site = np.where(points, found.site, plan.site)
        other = Plan.of(problem, site, np.where(sites, found.open, plan.open))
        if self._worth(other) >= self._worth(plan) - EQUAL * abs(self._worth(plan)):
            return False
        self.plan = other
        self.note(other)
        return True

    def _worth(self, plan: Plan) -> float:
        return plan.objective + self.penalty * plan.over
