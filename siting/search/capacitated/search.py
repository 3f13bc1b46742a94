"""Branch and bound on Lagrangian bounds, with plans from the relaxation's columns and from moves."""

from __future__ import annotations

import heapq
import itertools
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.machine.interrupt import out_of_time
from siting.search.branching import Gains, choose_branch, sums
from siting.search.capacitated.bound import (
    EQUAL,
    FIRST_STEP,
    PATIENCE,
    Bound,
    Prices,
    first_prices,
    lagrangian_bound,
    settle,
)
from siting.search.capacitated.choice import Counts, choose
from siting.search.capacitated.improve import improve
from siting.search.capacitated.problem import CapacitatedProblem
from siting.search.capacitated.transport import Transport
from siting.search.clusters import clustered
from siting.search.laminar import Laminar, limited

ROOT_STEPS, NODE_STEPS = 1000, 100
NODE_STEP, NODE_PATIENCE = 0.5, 12
TRIAL_STEPS, TRIAL_PATIENCE = 20, 8  # of a half that may be branched to
SMALLER = 0.7  # share of the pairs below which they are copied to leave the others out

DIVE_TO = 0.5  # share of the gap: a half whose bound lies beyond it is not looked at out of turn

Report = Callable[[float, float], None]


@dataclass(frozen=True, eq=False)
class Search:
    """What has been proven and found.

    Attributes:
        bound: no plan costs less; +inf where there is none.
        cost: of the best plan; +inf without one.
        opened: (C,) its columns; None without one.
        share: (given pairs,) of its point that each pair takes; None without a plan.
        nodes: how many were bounded.
        by_clock: whether the clock or the user ended it, so that another run may find another plan.
    """

    bound: float
    cost: float
    opened: BoolArray | None
    share: FloatArray | None
    nodes: int
    by_clock: bool


@dataclass(frozen=True, eq=False)
class _Node:
    """Columns that this part of the search opens, and that it may open, least and largest counts of sets of sites, and
    multipliers to start from.
    """

    bound: float
    must: BoolArray
    may: BoolArray
    prices: Prices
    mean_open: FloatArray | None
    least: IntArray
    most: IntArray


@dataclass
class _Best:
    """The best plan so far, and until when to look for a better one, or for a first one."""

    end: float
    give_up: float
    grain: float
    cost: float = math.inf
    opened: BoolArray | None = None
    tried: set[bytes] = field(default_factory=set)

    def out_of_time(self) -> bool:
        return out_of_time(self.give_up if self.opened is None else self.end)

    @property
    def limit(self) -> float:
        """What a better plan costs at most."""
        if not math.isfinite(self.cost):
            return math.inf
        return self.cost - self.grain * (1 - 1e-6) if self.grain else self.cost + EQUAL * abs(self.cost)

    def lifted(self, bound: float) -> float:
        """The least cost of a plan not below `bound`."""
        if not self.grain or not math.isfinite(bound):
            return bound
        return self.grain * math.ceil(bound / self.grain - 1e-6)

    def closes(self, bound: float, gap: float = 0.0) -> bool:
        """Whether no plan beyond this bound is wanted."""
        if not math.isfinite(self.cost):
            return bound == math.inf
        if self.grain and bound > self.limit:
            return True
        return bound >= self.cost - max(gap, EQUAL) * abs(self.cost)


def solve(
    problem: CapacitatedProblem,
    *,
    time_limit_s: float = math.inf,
    give_up_s: float | None = None,
    gap: float = 0.0,
    node_limit: int | None = None,
    start: BoolArray | None = None,
    prices: Prices | None = None,
    report: Report | None = None,
) -> Search:
    """Best plan and bound within the limits.

    Args:
        time_limit_s: wall clock, kept between steps.
        give_up_s: stop after so long while no plan has been found; None: after `time_limit_s`.
        gap: relative gap at which to stop.
        node_limit: stop after so many nodes: at the same plan in every run.
        start: (C,) columns of a plan to begin with.
        prices: multipliers to begin with.
        report: is told (cost, bound) when one of them improves.
    """
    begin = time.perf_counter()
    give_up = time_limit_s if give_up_s is None else give_up_s
    best = _Best(begin + time_limit_s, begin + give_up, problem.grain)
    return _Tree(problem, best, gap, report or (lambda cost, bound: None)).grow(node_limit, start, prices)


class _Tree:
    def __init__(self, problem: CapacitatedProblem, best: _Best, gap: float, report: Report) -> None:
        self.whole, self.problem, self.best, self.gap, self.report = problem, problem, best, gap, report
        self.transport: Transport | None = None
        self.told = (math.inf, -math.inf)
        self.must, self.may = problem.choice.must, problem.choice.may  # of every better plan
        self.top: tuple[Bound, float] | None = None  # of the root, and the limit by which it was last read
        self.sets = clusters_of(problem)
        self.gains = Gains.of(self.sets.least.size + problem.columns)

    def grow(self, node_limit: int | None, start: BoolArray | None, prices: Prices | None) -> Search:
        problem, best = self.problem, self.best
        choice = problem.choice
        root = _Node(
            -math.inf, choice.must, choice.may, prices or first_prices(problem), None, self.sets.least, self.sets.most
        )
        heap: list[tuple[float, int, _Node]] = [(root.bound, 0, root)]
        number = itertools.count(1)
        nodes, bound, by_clock = 0, -math.inf, False
        if start is not None:
            self.try_plan(start)
        following: _Node | None = None  # the half of the last node that is looked at next, whatever its bound
        while heap or following is not None:
            bound = min(heap[0][0] if heap else math.inf, math.inf if following is None else following.bound)
            if best.closes(bound, self.gap) or nodes == node_limit:
                break
            if nodes and best.out_of_time():
                by_clock = True
                break
            node = heapq.heappop(heap)[2] if following is None else following
            solved = self.bound_node(node, root=nodes == 0)
            nodes += 1
            if nodes & (nodes - 1) == 0:  # 1, 2, 4, ...
                self.dive(solved)
            following = None
            halves = self.branch(solved)
            if halves and not self.near_the_end(halves[0], bound):
                following, *halves = halves
            for half in halves:
                heapq.heappush(heap, (half.bound, next(number), half))
            rest = min(heap[0][0] if heap else math.inf, math.inf if following is None else following.bound)
            self.tell(min(best.lifted(rest), best.cost))
        if not heap and following is None:
            bound = math.inf
        return self.result(min(best.lifted(bound), best.cost), nodes, by_clock)

    def result(self, bound: float, nodes: int, by_clock: bool) -> Search:
        """The plan with its shares, found anew for all pairs: better plans alone were sought among fewer."""
        best = self.best
        if best.opened is None:
            return Search(bound, math.inf, None, None, nodes, by_clock)
        transport = Transport(self.whole)
        cost = transport.to(best.opened)
        share = np.zeros(self.whole.given)
        share[self.whole.origin] = transport.shares()
        return Search(min(bound, cost), cost, best.opened, share, nodes, by_clock)

    def dive(self, node: _Node) -> None:
        """Settle one column after another as the relaxation would have it, for better plans on the way."""
        while not self.best.closes(node.bound, self.gap) and not self.best.out_of_time():
            undecided = node.may & ~node.must
            if not undecided.any() or node.mean_open is None:
                return
            column = int(np.argmax(np.where(undecided, -np.abs(node.mean_open - 0.5), -np.inf)))
            number = self.sets.first.size + column
            half = self.above(node, number, 0.0) if node.mean_open[column] >= 0.5 else self.below(node, number, 0.0)
            node = self.bound_node(half, root=False)

    def near_the_end(self, node: _Node, bound: float) -> bool:
        """Whether a node's bound is too near the best plan's cost for a dive to find a better one."""
        return math.isfinite(self.best.cost) and node.bound > bound + DIVE_TO * (self.best.cost - bound)

    def tell(self, bound: float) -> None:
        now = (self.best.cost, bound)
        if now != self.told:
            self.told = now
            self.report(*now)

    def bound_node(self, node: _Node, *, root: bool) -> _Node:
        """Raise the node's bound, try its columns as plans, and fix what the bound settles."""
        best = self.best
        self.settle_for_all()
        must, may = node.must | self.must, node.may & self.may
        counts = self.counts(node.least, node.most)
        if (must & ~may).any() or not self.has_room(must, may, counts):
            return replace(node, bound=math.inf)
        prices, mean_open, value = node.prices, node.mean_open, node.bound
        for turn in range(2 if root else 1):
            found = lagrangian_bound(
                self.problem,
                prices=prices,
                must=must,
                may=may,
                counts=counts,
                mean_open=mean_open,
                goal=best.cost,
                steps=ROOT_STEPS if root else NODE_STEPS,
                patience=PATIENCE if root else NODE_PATIENCE,
                first_step=FIRST_STEP if root and not turn else NODE_STEP,
                stopped=best.out_of_time,
            )
            if root:
                self.top = found, math.inf
            if found.value == math.inf:
                return replace(node, bound=math.inf)
            lifted, opened = self.whole_rows(found, must, may)
            value = max(value, found.value, lifted)
            prices, mean_open = found.prices, found.mean_open
            if best.closes(value):
                break
            if root:
                self.tell(min(value, best.cost))
            before = best.cost
            self.try_plan(opened, may if root else None)
            must, may = self.fix(found, must, may, counts)
            if root:
                self.must, self.may = must, may
                self.shrink(may)
            if best.cost == before or not root:
                break
        return _Node(value, must, may, prices, mean_open, node.least, node.most)

    def counts(self, least: IntArray, most: IntArray) -> Counts:
        """Those of the sets that are limited."""
        return self.problem.choice.counts._replace(sets=limited(self.sets, least, most))

    def settle_for_all(self) -> None:
        """Read the root's bound again where a better plan has been found since."""
        if self.top is None or not self.best.cost < self.top[1]:
            return
        self.must, self.may = self.fix(self.top[0], self.must, self.may, self.problem.choice.counts)
        self.top = self.top[0], self.best.cost
        self.shrink(self.may)

    def fix(self, found: Bound, must: BoolArray, may: BoolArray, counts: Counts) -> tuple[BoolArray, BoolArray]:
        if not math.isfinite(self.best.cost):
            return must, may
        return settle(self.problem, found, must, may, self.best.limit, counts)

    def whole_rows(self, found: Bound, must: BoolArray, may: BoolArray) -> tuple[float, BoolArray]:
        """The bound with whole columns under all rows where rows are priced, the knapsack of a budget say, and its
        columns.
        """
        choice = self.problem.choice
        matrix = choice.priced[0]
        if not matrix.size or self.best.closes(found.value):
            return -math.inf, found.opened
        worth = found.worth + found.prices.sigma @ matrix
        value, opened = choice.best(worth, must, may)
        return float(found.prices.mu.sum()) + value, found.opened if opened is None else opened

    def has_room(self, must: BoolArray, may: BoolArray, counts: Counts) -> bool:
        """Whether the columns hold, as far as the counts go, everybody who must be served."""
        pairs = self.problem.pairs
        served = np.where(np.isinf(pairs.most), pairs.load, 0.0)
        load = float(np.bincount(self.problem.future, weights=served).max(initial=0.0))
        opened = np.zeros(must.size, dtype=bool)
        room = np.minimum(pairs.capacity[: must.size], max(load, 1.0))
        if not choose(-room, must, may, counts, opened):
            return False
        return float(room[opened].sum()) >= load * (1 - EQUAL)

    def shrink(self, may: BoolArray) -> None:
        """Leave out the pairs of columns that no better plan opens."""
        smaller = self.problem.among(may)
        if smaller.pairs.cost.size < SMALLER * self.problem.pairs.cost.size:
            self.problem, self.transport = smaller, None

    def try_plan(self, opened: BoolArray, improving: BoolArray | None = None) -> float:
        """Keep these columns as the best plan where they cost less than any before; their cost.

        Args:
            improving: (C,) columns among which moves are to better the plan; None: only where it is the best so far.
        """
        best = self.best
        key = np.packbits(opened).tobytes()
        if key in best.tried or not self.problem.choice.allows(opened):
            return math.inf
        best.tried.add(key)
        if self.transport is None:
            self.transport = Transport(self.problem)
        cost = self.transport.to(opened)
        if not math.isfinite(cost):
            return cost
        better_already = self.transport.serves and cost < best.cost
        if better_already:
            self.keep(opened, cost)
        if improving is None and not better_already:
            return cost
        plan, better = improve(self.problem, self.transport, opened, may=improving, stopped=best.out_of_time)
        best.tried.add(np.packbits(plan).tobytes())
        if self.transport.to(plan) < math.inf and self.transport.serves:
            self.keep(plan, better)
        return cost

    def keep(self, opened: BoolArray, cost: float) -> None:
        if cost < self.best.cost:
            self.best.cost, self.best.opened = cost, opened.copy()

    def branch(self, node: _Node) -> list[_Node]:
        """The two halves of a node, the likelier one first; none when it is settled."""
        if self.best.closes(node.bound):
            return []
        undecided = node.may & ~node.must
        if not undecided.any():
            self.try_plan(node.must)
            return []
        assert node.mean_open is not None
        return self.halves(node, node.mean_open, undecided)

    def halves(self, node: _Node, mean: FloatArray, undecided: BoolArray) -> list[_Node]:
        """Two halves by the count of a set of sites or by a column, whichever promises most; those not settled yet."""
        sets, site = self.sets, self.problem.choice.site
        count = np.concatenate([sums(sets, _by_site(site, mean, sets.place.size)), mean])
        low = np.floor(count + EQUAL)
        size = sets.first.size
        within = (low[:size] >= node.least) & (low[:size] < node.most)
        chosen, tried = choose_branch(
            self.gains,
            count - low,
            np.concatenate([within, undecided]),
            bound=node.bound,
            most=self.best.cost,
            halves=lambda k: (self.tried(self.below(node, k, low[k])), self.tried(self.above(node, k, low[k]))),
            stopped=self.best.out_of_time,
        )
        if chosen < 0:
            chosen = size + int(np.argmax(np.where(undecided, -np.abs(mean - 0.5), -np.inf)))
        if tried is None:
            tried = self.below(node, chosen, low[chosen]), self.above(node, chosen, low[chosen])
        halves = [half for half in tried if not self.best.closes(half.bound)]
        upwards = count[chosen] >= 0.5 + (low[chosen] if chosen < size else 0.0)
        return halves[::-1] if upwards else halves

    def tried(self, half: _Node) -> _Node:
        """A half with its bound raised by a few steps."""
        counts = self.counts(half.least, half.most)
        if not self.has_room(half.must, half.may, counts):
            return replace(half, bound=math.inf)
        found = lagrangian_bound(
            self.problem,
            prices=half.prices,
            must=half.must,
            may=half.may,
            counts=counts,
            mean_open=half.mean_open,
            goal=self.best.cost,
            steps=TRIAL_STEPS,
            first_step=NODE_STEP,
            patience=TRIAL_PATIENCE,
        )
        return replace(half, bound=max(half.bound, found.value), prices=found.prices, mean_open=found.mean_open)

    def below(self, node: _Node, k: int, low: float) -> _Node:
        """The half in which set `k` has at most `low` sites, or the column is closed."""
        column = k - self.sets.first.size
        if column >= 0:
            without = node.may.copy()
            without[column] = False
            return replace(node, may=without)
        most = node.most.copy()
        most[k] = int(low)
        return replace(node, most=most)

    def above(self, node: _Node, k: int, low: float) -> _Node:
        """The half in which set `k` has more than `low` sites, or the column is open."""
        column = k - self.sets.first.size
        if column < 0:
            least = node.least.copy()
            least[k] = int(low) + 1
            return replace(node, least=least)
        with_it, others = node.must.copy(), node.may & (self.problem.choice.site != self.problem.choice.site[column])
        with_it[column] = others[column] = True
        return replace(node, must=with_it, may=others)


def clusters_of(problem: CapacitatedProblem) -> Laminar:
    """The sets of sites whose counts are branched on."""
    pairs, rules = problem.pairs, problem.choice.rules
    load = np.where(pairs.load > 0, pairs.load, np.inf)
    unit = pairs.cost / load[problem.rows]
    return clustered(rules.groups, pairs.starts, problem.choice.site[pairs.owner[pairs.cell]], unit, rules.must.size)


def _by_site(site: IntArray, value: FloatArray, sites: int) -> FloatArray:
    """(J,) sum of `value` (C,) over the columns of each site."""
    total: FloatArray = np.bincount(site, weights=value, minlength=sites).astype(np.float64)
    return total
