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
from scipy.sparse.csgraph import connected_components

from siting.adjacency import Adjacency
from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance import NO_LIMIT, Instance
from siting.program import Program
from siting.solution import Status
from siting.solver import SolverOptions, solve_program

EQUAL = 1e-9
INSIDE = (0.999, 0.5, 0.01)  # a point belongs to a catchment by more than this share of y_j, when cuts are sought
BROKEN = 0.01  # a cut is added when it is broken by more
ROUNDS = 40  # of cuts


@dataclass(frozen=True, eq=False)
class Districting:
    """The numbers of one problem; pairs that no plan can use are left out.

    Attributes:
        i, j: (nnz,) demand point and site of each pair.
        cost: (nnz,) of serving i from j.
        weight: (I,) what each demand point takes of a capacity.
        capacity: (J,) +inf where there is no limit.
        unit: (J,) the demand point in which each site lies.
        opening: (J,) cost of opening in the objective.
        price: (J,) what opening takes of the budget.
        new: (J,) sites that count in `p`, as opened anew.
        may, must: (J,) sites that a plan may open, and must open.
        least, most: how many new sites a plan opens.
        budget: +inf where there is none.
        zone, zone_minimum: (J,) zone of each site, -1 for none, and (Z,) least number of new sites in each.
    """

    i: IntArray
    j: IntArray
    cost: FloatArray
    weight: FloatArray
    capacity: FloatArray
    unit: IntArray
    opening: FloatArray
    price: FloatArray
    new: BoolArray
    may: BoolArray
    must: BoolArray
    least: int
    most: int
    budget: float
    zone: IntArray
    zone_minimum: IntArray
    adjacency: Adjacency

    @classmethod
    def of(cls, instance: Instance, *, fixed_cost: bool) -> Districting | None:
        """The problem; None where the instance has features that it does not know."""
        unit, adjacency, price = instance.site_unit, instance.adjacency, instance.fixed_cost
        may = instance.kept | instance.candidate
        if unit is None or adjacency is None or _has_unknown(instance) or (unit[may] < 0).any():
            return None
        if price is None:
            if fixed_cost or instance.budget is not None:
                return None
            price = np.zeros(may.size)
        matrix = instance.impedance
        scale = instance.travel_cost if fixed_cost and instance.travel_cost is not None else 1.0
        new = instance.candidate
        must = instance.kept | instance.required
        fixed = instance.p is not None
        whole = cls(
            i=matrix.rows,
            j=matrix.indices,
            cost=scale * instance.demand[matrix.rows] * matrix.values,
            weight=instance.weight,
            capacity=np.full(may.size, np.inf) if instance.capacity is None else instance.capacity,
            unit=unit,
            opening=np.where(new & fixed_cost, price, 0.0),
            price=np.where(new, price, 0.0),
            new=new,
            may=may,
            must=must,
            least=int(instance.p or 0),
            most=int(instance.p or 0) if fixed else int(new.sum()),
            budget=math.inf if instance.budget is None else float(instance.budget),
            zone=instance.site_zone,
            zone_minimum=instance.zone_minimum,
            adjacency=adjacency,
        )
        return whole._without_useless()

    @property
    def shape(self) -> tuple[int, int]:
        """(I, J)."""
        return self.weight.size, self.unit.size

    @cached_property
    def place(self) -> IntArray:
        """(I, J) number of the pair, -1 where there is none."""
        place = np.full(self.shape, -1, dtype=np.int64)
        place[self.i, self.j] = np.arange(self.i.size)
        return place

    def _without_useless(self) -> Districting:
        """Leave out pairs that cannot hang together with the site's own unit, or that overfill the site with it."""
        n, m = self.shape
        own = np.full(n, -1, dtype=np.int64)  # the site that must open in the point
        own[self.unit[self.must]] = np.flatnonzero(self.must)
        keep = self.may[self.j] & ((own[self.i] < 0) | (own[self.i] == self.j))
        at_home = self.i == self.unit[self.j]
        load = self.weight[self.i] + np.where(at_home, 0.0, self.weight[self.unit[self.j]])
        keep &= load <= self.capacity[self.j] * (1 + EQUAL)
        may = self.may & (np.bincount(self.j[keep & at_home], minlength=m) > 0)
        keep &= may[self.j]
        allowed = np.zeros((n, m), dtype=bool)
        allowed[self.i[keep], self.j[keep]] = True
        for site in np.flatnonzero(may & (np.bincount(self.j[keep], minlength=m) < n)):
            part = self.adjacency.parts(allowed[:, site])
            allowed[:, site] &= part == part[self.unit[site]]
        keep &= allowed[self.i, self.j]
        return replace(self, i=self.i[keep], j=self.j[keep], cost=self.cost[keep], may=may)

    def value(self, site: IntArray, opened: BoolArray) -> float:
        """The objective of an assignment (I,) of every point to a site."""
        pairs = self.place[np.arange(site.size), site]
        return float(self.cost[pairs].sum() + self.opening[opened].sum())

    def overload(self, site: IntArray) -> FloatArray:
        """(J,) load beyond the capacity."""
        load = np.bincount(site, weights=self.weight, minlength=self.unit.size)
        return np.where(load > self.capacity * (1 + EQUAL), load - self.capacity, 0.0)


def _has_unknown(instance: Instance) -> bool:
    """Whether the instance has features beyond this problem."""
    most = instance.zone_maximum
    return (
        bool(instance.leaving.any())
        or bool(instance.closures)
        or (most is not None and bool((most < NO_LIMIT).any()))
        or (instance.minimum_load is not None and bool((instance.minimum_load > 0).any()))
        or instance.size_capacity is not None
        or instance.excluded is not None
        or instance.future is not None
        or instance.competitor is not None
    )


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
    """

    problem: Districting
    points: BoolArray
    sites: BoolArray
    elsewhere: BoolArray
    penalty: float | None = None
    cuts: list[tuple[IntArray, IntArray, IntArray]] = field(default_factory=list)

    @classmethod
    def everything(cls, problem: Districting) -> Part:
        """All of the problem."""
        n, m = problem.shape
        return cls(problem, np.ones(n, dtype=bool), problem.may.copy(), np.zeros(m, dtype=bool))

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
        n, m, pairs = *problem.shape, np.arange(i.size)
        y = np.full(m, -1, dtype=np.int64)  # column of each site
        y[self.site_list] = i.size + np.arange(self.site_list.size)
        limited = self.site_list[np.isfinite(problem.capacity[self.site_list])]
        over = i.size + self.site_list.size + np.arange(0 if self.penalty is None else limited.size)
        rows = _Rows(i.size + self.site_list.size + over.size)
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
        rows.add([(links, pairs[optional], np.ones(links.size)), (links, y[j[optional]], -np.ones(links.size))], links.size, -math.inf, 0.0)
        self._add_neighbour_cuts(rows)
        program = rows.program(
            cost=np.r_[problem.cost[self.pairs], problem.opening[self.site_list], np.full(over.size, self.penalty or 0.0)],
            lower=np.r_[np.zeros(i.size), problem.must[self.site_list].astype(float), np.zeros(over.size)],
            upper=np.r_[np.ones(i.size + sites.size), np.full(over.size, np.inf)],
            whole=np.r_[np.ones(i.size + sites.size, dtype=bool), np.zeros(over.size, dtype=bool)],
        )
        return program, np.arange(rows.count) >= firm

    def _add_rules(self, rows: _Rows, y: IntArray) -> None:
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

    def _add_neighbour_cuts(self, rows: _Rows) -> None:
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
        start: IntArray | None = None,
        opened: BoolArray | None = None,
        rounds: int = ROUNDS,
    ) -> Solved:
        """Solve the part, adding cuts until catchments hang together.

        Args:
            seconds: how many are left.
            shared: points may be served by several sites: a bound on the problem only.
            start, opened: a known plan.
        """
        base, held = self.base
        pairs, sites = self.pairs.size, self.site_list.size
        bound, by_clock = -math.inf, False
        best: tuple[IntArray | None, BoolArray, bool] = (None, np.zeros(self.sites.size, dtype=bool), False)
        for _ in range(rounds):
            program, back = self._with_cuts(base, held, shared)
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

    def _with_cuts(self, base: Program, held: BoolArray, shared: bool) -> tuple[Program, BoolArray]:
        program = base
        if self.cuts:
            rows = _Rows(base.cost.size)
            count = 0
            parts = []
            for left, of, right in self.cuts:  # each point of `left` against the separator `right`
                at = count + np.arange(left.size)
                parts.append((at, left, np.ones(left.size)))
                parts.append((np.repeat(at, right.size), np.tile(right, left.size), -np.ones(at.size * right.size)))
                count += left.size
            rows.add(parts, count, -math.inf, 0.0)
            program = replace(
                base,
                matrix=sp.csr_array(sp.vstack([base.matrix, rows.matrix()])),
                row_lower=np.r_[base.row_lower, rows.lower()],
                row_upper=np.r_[base.row_upper, rows.upper()],
            )
            held = np.r_[held, np.zeros(count, dtype=bool)]
        if shared:
            whole = program.whole.copy()
            whole[: self.pairs.size] = False
            program = replace(program, whole=whole)
        return program, held

    def _separate(self, x: FloatArray, y: FloatArray) -> list[tuple[IntArray, IntArray, IntArray]]:
        """Separators that the values break: columns of the points cut off, their site, columns of the separator."""
        problem = self.problem
        graph = _graph(problem.adjacency)
        found = []
        for k in np.flatnonzero(y > BROKEN):
            site = int(self.site_list[k])
            column = self.column[:, site]
            inside = np.flatnonzero(column >= 0)
            near = graph[inside][:, inside]
            share = x[column[inside]]
            root = int(np.searchsorted(inside, problem.unit[site]))
            seen: set[bytes] = set()
            for level in INSIDE:
                members = np.flatnonzero(share > level * y[k])
                _, part = connected_components(near[members][:, members], directed=False)
                home = part[np.searchsorted(members, root)]
                for other in range(int(part.max(initial=-1)) + 1):
                    if other == home:
                        continue
                    island = members[part == other]
                    key = island.tobytes()
                    if key in seen:
                        continue
                    seen.add(key)
                    wall = _separator(near, island, root)
                    cut = island[share[island] > share[wall].sum() + BROKEN]
                    if cut.size:
                        found.append((column[inside[cut]], np.array([site]), column[inside[wall]]))
        return found


def _graph(adjacency: Adjacency) -> sp.csr_array:
    ones = np.ones(adjacency.indices.size)
    return sp.csr_array((ones, adjacency.indices, adjacency.indptr), shape=(adjacency.count, adjacency.count))


def _separator(graph: sp.csr_array, island: IntArray, root: int) -> IntArray:
    """Neighbours of the island that are reached from the root without passing through another neighbour."""
    mask = np.zeros(graph.shape[0])
    mask[island] = 1.0
    ring = (graph @ mask > 0) & (mask == 0)
    outside = np.flatnonzero(~ring & (mask == 0))
    if ring[root]:
        return np.array([root])
    _, part = connected_components(graph[outside][:, outside], directed=False)
    reached = np.zeros(graph.shape[0])
    reached[outside[part == part[np.searchsorted(outside, root)]]] = 1.0
    return np.flatnonzero(ring & (graph @ reached > 0))


class _Rows:
    """Gathers blocks of rows."""

    def __init__(self, columns: int) -> None:
        self.columns, self.count = columns, 0
        self._triples: list[tuple[IntArray, IntArray, FloatArray]] = []
        self._lower: list[FloatArray] = []
        self._upper: list[FloatArray] = []

    def add(self, triples: list[tuple[IntArray, IntArray, FloatArray]], count: int, lower: float, upper: float) -> None:
        """`count` rows from (row within the block, column, coefficient)."""
        self._triples += [(row + self.count, column, value) for row, column, value in triples]
        self._lower.append(np.full(count, lower, dtype=np.float64))
        self._upper.append(np.full(count, upper, dtype=np.float64))
        self.count += count

    def matrix(self) -> sp.csr_array:
        """(rows, columns)."""
        row, column, value = (np.concatenate(part) for part in zip(*self._triples, strict=True))
        return sp.csr_array((value, (row, column)), shape=(self.count, self.columns))

    def lower(self) -> FloatArray:
        """Left-hand sides."""
        return np.concatenate(self._lower)

    def upper(self) -> FloatArray:
        """Right-hand sides."""
        return np.concatenate(self._upper)

    def program(self, *, cost: FloatArray, lower: FloatArray, upper: FloatArray, whole: BoolArray) -> Program:
        """Minimise `cost` over these rows."""
        return Program(cost, 0.0, False, lower, upper, whole, self.matrix(), self.lower(), self.upper())
