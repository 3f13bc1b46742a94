r"""The districting problem as arrays, whole or in part, and the cuts that make catchments hang together.

    min  sum_j f_j y_j + sum_ij c_ij x_ij
    s.t. sum_j x_ij = 1                                   every demand point i
         sum_i w_i x_ij <= q_j y_j                        every site j
         x_ij <= y_j,  x_u(j)j = y_j                      u(j): the demand point in which site j lies
         x_ij <= sum_(k in C) x_kj                        every C that separates i from u(j)

The last rows are as many as there are separators: those with C = the neighbours of i are there from the start, the
others are added where a solution breaks them.

Sources: Carvajal, Constantino, Goycoolea, Vielma and Weintraub (2013), Operations Research 61(4), separators; Oehrlein
and Haunert (2017), Journal of Spatial Information Science 15, their use in districting.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from siting.formulation.program import Program
from siting.impedance import BoolArray, FloatArray, IntArray
from siting.search.districts.cuts import BROKEN, Cut, Rows, separate
from siting.search.districts.problem import EQUAL, Districting
from siting.solution import Status
from siting.solving.solver import SolverOptions, solve_program

ROUNDS = 40  # of cuts


@dataclass(frozen=True, eq=False)
class Solved:
    """What the solver says of a part.

    Attributes:
        bound: no solution of the part costs less; +inf where there is none at all.
        site: (I,) site of each point of the part, -1 for the others; None without a solution. Where points may be
            shared, the site with the largest share.
        open: (J,) sites of the part that are open.
        whole: whether the solution is one of the problem: catchments hang together.
        by_clock: whether the clock cut the work short.
    """

    bound: float
    site: IntArray | None
    open: BoolArray
    whole: bool
    by_clock: bool


@dataclass(frozen=True, eq=False)
class Part:
    """Some demand points, to be served by some sites, while the rest of a plan stays as it is.

    Attributes:
        problem: of which this is a part.
        points, sites: (I,), (J,) masks.
        elsewhere: (J,) sites open outside the part.
        penalty: cost of one unit of load beyond a capacity; None where there may be none.
        cuts: that have been found, and hold for all of the problem where the part is all of it.
    """

    problem: Districting
    points: BoolArray
    sites: BoolArray
    elsewhere: BoolArray
    penalty: float | None = None
    cuts: list[Cut] = field(default_factory=list)

    @classmethod
    def everything(cls, problem: Districting, cuts: list[Cut]) -> Part:
        """All of the problem; what is found is added to `cuts`."""
        n, m = problem.shape
        return cls(problem, np.ones(n, dtype=bool), problem.may.copy(), np.zeros(m, dtype=bool), cuts=cuts)

    @cached_property
    def pairs(self) -> IntArray:
        """Numbers of the problem's pairs that are within the part."""
        return np.flatnonzero(self.points[self.problem.i] & self.sites[self.problem.j])

    @cached_property
    def site_list(self) -> IntArray:
        """The sites."""
        return np.flatnonzero(self.sites)

    @cached_property
    def column(self) -> IntArray:
        """(I, J) column of each pair, -1 where there is none."""
        column = np.full(self.problem.shape, -1, dtype=np.int64)
        column[self.problem.i[self.pairs], self.problem.j[self.pairs]] = np.arange(self.pairs.size)
        return column

    @cached_property
    def base(self) -> tuple[Program, BoolArray]:
        """The programme with neighbour cuts only, and the rows to hold back."""
        problem = self.problem
        i, j = problem.i[self.pairs], problem.j[self.pairs]
        m, pairs = problem.unit.size, np.arange(i.size)
        y = np.full(m, -1, dtype=np.int64)  # column of each site
        y[self.site_list] = i.size + np.arange(self.site_list.size)
        limited = self.site_list[np.isfinite(problem.capacity[self.site_list])]
        over = i.size + self.site_list.size + np.arange(0 if self.penalty is None else limited.size)
        rows = Rows(i.size + self.site_list.size + over.size)
        number = np.cumsum(self.points) - 1
        rows.add([(number[i], pairs, np.ones(i.size))], int(self.points.sum()), 1.0, 1.0)
        number = np.full(m, -1, dtype=np.int64)
        number[limited] = np.arange(limited.size)
        held = number[j] >= 0
        load = [
            (number[j[held]], pairs[held], problem.weight[i[held]]),
            (number[limited], y[limited], -problem.capacity[limited]),
            (np.arange(over.size), over, -np.ones(over.size)),
        ]
        rows.add(load, limited.size, -math.inf, 0.0)
        home = self.column[problem.unit[self.site_list], self.site_list]
        sites = np.arange(self.site_list.size)
        own = home >= 0
        at_home = [(sites[own], home[own], np.ones(int(own.sum()))), (sites, y[self.site_list], -np.ones(sites.size))]
        rows.add(at_home, sites.size, 0.0, 0.0)
        self._add_rules(rows, y)
        firm = rows.count
        optional = ~problem.must[j] & (problem.unit[j] != i)
        links = np.arange(int(optional.sum()))
        ones = np.ones(links.size)
        rows.add([(links, pairs[optional], ones), (links, y[j[optional]], -ones)], links.size, -math.inf, 0.0)
        self._add_neighbour_cuts(rows)
        program = rows.program(
            cost=np.r_[
                problem.cost[self.pairs], problem.opening[self.site_list], np.full(over.size, self.penalty or 0.0)
            ],
            lower=np.r_[np.zeros(i.size), problem.must[self.site_list].astype(float), np.zeros(over.size)],
            upper=np.r_[np.ones(i.size + sites.size), np.full(over.size, np.inf)],
            whole=np.r_[np.ones(i.size + sites.size, dtype=bool), np.zeros(over.size, dtype=bool)],
        )
        return program, np.arange(rows.count) >= firm

    def _add_rules(self, rows: Rows, y: IntArray) -> None:
        """How many new sites, what they cost, and how many in each zone."""
        problem = self.problem
        new = np.flatnonzero(self.sites & problem.new)
        zeros = np.zeros(new.size, dtype=np.int64)
        there = int((self.elsewhere & problem.new).sum())
        if problem.least == problem.most or problem.most < int((problem.new & problem.may).sum()):
            rows.add([(zeros, y[new], np.ones(new.size))], 1, problem.least - there, problem.most - there)
        if math.isfinite(problem.budget):
            left = problem.budget * (1 + EQUAL) - float(problem.price[self.elsewhere].sum())
            rows.add([(zeros, y[new], problem.price[new])], 1, -math.inf, left)
        for k in np.flatnonzero(problem.zone_minimum):
            here = new[problem.zone[new] == k]
            done = int((self.elsewhere & problem.new & (problem.zone == k)).sum())
            if done < problem.zone_minimum[k]:
                wanted = float(problem.zone_minimum[k] - done)
                rows.add([(zeros[: here.size], y[here], np.ones(here.size))], 1, wanted, math.inf)

    def _add_neighbour_cuts(self, rows: Rows) -> None:
        """x_ij <= sum of x_kj over the neighbours k of i, unless u(j) is one of them or i itself."""
        problem = self.problem
        start, end = problem.adjacency.arcs()
        inside = self.points[start] & self.points[end]
        start, end = start[inside], end[inside]
        i, j = problem.i[self.pairs], problem.j[self.pairs]
        free = problem.unit[j] != i
        touching = np.zeros(problem.shape, dtype=bool)
        arc, which = np.nonzero(end[:, None] == problem.unit[self.site_list][None])
        touching[start[arc], self.site_list[which]] = True
        free &= ~touching[i, j]
        cut = np.full(i.size, -1, dtype=np.int64)
        cut[free] = np.arange(int(free.sum()))
        columns = self.column[:, self.site_list]
        here, there = columns[start], columns[end]
        use = (here >= 0) & (there >= 0)
        here, there = here[use], there[use]
        use = cut[here] >= 0
        here, there = here[use], there[use]
        rows.add(
            [(cut[free], np.flatnonzero(free), np.ones(int(free.sum()))), (cut[here], there, -np.ones(here.size))],
            int(free.sum()),
            -math.inf,
            0.0,
        )

    def solve(
        self,
        *,
        seconds: Callable[[], float],
        gap: float = 0.0,
        seed: int = 0,
        node_limit: int | None = None,
        shared: bool = False,
        linear: bool = False,
        start: IntArray | None = None,
        opened: BoolArray | None = None,
        rounds: int = ROUNDS,
    ) -> Solved:
        """Solve the part, adding cuts until catchments hang together.

        Args:
            seconds: how many are left.
            shared: points may be served by several sites: a bound on the problem only.
            linear: sites, too, may be open in part: for the cuts that it finds, quickly.
            start, opened: a known plan.
        """
        base, held = self.base
        pairs, sites = self.pairs.size, self.site_list.size
        bound, by_clock = -math.inf, False
        best: tuple[IntArray | None, BoolArray, bool] = (None, np.zeros(self.sites.size, dtype=bool), False)
        for _ in range(rounds):
            program, back = self._with_cuts(base, held, pairs if shared else pairs + sites if linear else 0)
            left = seconds()
            if left <= 0:
                by_clock = True
                break
            options = SolverOptions(time_limit_s=left, gap=gap, seed=seed, node_limit=node_limit)
            answer = solve_program(program, options, start=self._start(program, start, opened), held_back=back)
            outcome = answer.outcome
            by_clock |= outcome.status in (Status.TIME_LIMIT, Status.NO_SOLUTION)
            if outcome.status is Status.INFEASIBLE:
                return Solved(math.inf, None, best[1], False, by_clock)
            if outcome.bound is not None:
                bound = max(bound, outcome.bound)
            if answer.values is None:
                break
            x, y = answer.values[:pairs], answer.values[pairs : pairs + sites]
            broken = self._separate(x, y)
            best = self._read(x, y, hangs_together=not broken)
            if not broken:
                break
            self.cuts.extend(broken)
        return Solved(bound, *best, by_clock)

    def _read(self, x: FloatArray, y: FloatArray, *, hangs_together: bool) -> tuple[IntArray, BoolArray, bool]:
        n, m = self.problem.shape
        share = np.zeros((n, m))
        share[self.problem.i[self.pairs], self.problem.j[self.pairs]] = x
        site = np.where(self.points, share.argmax(axis=1), -1)
        opened = np.zeros(m, dtype=bool)
        opened[self.site_list] = y > 0.5
        return site, opened, hangs_together and not bool(((x > EQUAL) & (x < 1 - 1e-6)).any())

    def _start(self, program: Program, site: IntArray | None, opened: BoolArray | None) -> FloatArray | None:
        if site is None or opened is None:
            return None
        values = np.zeros(program.cost.size)
        points = np.flatnonzero(self.points)
        values[self.column[points, site[points]]] = 1.0
        sites = slice(self.pairs.size, self.pairs.size + self.site_list.size)
        values[sites] = opened[self.site_list]
        if self.penalty is not None:
            limited = self.site_list[np.isfinite(self.problem.capacity[self.site_list])]
            load = np.bincount(site[points], weights=self.problem.weight[points], minlength=self.sites.size)
            values[sites.stop :] = np.maximum(load - self.problem.capacity, 0.0)[limited]
        return values

    def _with_cuts(self, base: Program, held: BoolArray, divisible: int) -> tuple[Program, BoolArray]:
        program = base
        if self.cuts:
            rows = Rows(base.cost.size)
            rows.add_cuts(self.cuts, self.column)
            program = replace(
                base,
                matrix=sp.csr_array(sp.vstack([base.matrix, rows.matrix()])),
                row_lower=np.r_[base.row_lower, rows.lower()],
                row_upper=np.r_[base.row_upper, rows.upper()],
            )
            held = np.r_[held, np.zeros(rows.count, dtype=bool)]
        if divisible:
            whole = program.whole.copy()
            whole[:divisible] = False
            program = replace(program, whole=whole)
        return program, held

    def _separate(self, x: FloatArray, y: FloatArray) -> list[Cut]:
        found = []
        for k in np.flatnonzero(y > BROKEN):
            site = int(self.site_list[k])
            found += separate(self.problem.adjacency, self.column[:, site], x, site, int(self.problem.unit[site]))
        return found
