r"""Which sites to open: interchange on the bound that capacities alone give, without shape or whole points.

For sites S the transportation problem has the dual, concave in the prices lambda >= 0 of the capacities,

    D(lambda; S) = sum_(j in S) (f_j - lambda_j q_j) + sum_i min_(j in S) (c_ij + w_i lambda_j)

(a point in which a site lies goes to that site). Each D is a bound on every plan with just these sites, so that a
move is given up as soon as it lies above what it is to improve; most are after a step or two. Local optima are left
by random moves (iterated local search).

Sources: Held, Wolfe and Crowder (1974), Mathematical Programming 6, steps; Lourenço, Martin and Stützle (2003),
Handbook of Metaheuristics, iterated local search.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.search.districts.bound import Multipliers, choose_sites
from siting.search.districts.problem import EQUAL, Districting

STEPS, FIRST_STEP, LAST_STEP, PATIENCE = 60, 1.0, 1e-2, 8
GUESS = 1.05  # the target of the steps, over the present value, while nothing better is known
MARGIN = 0.003  # sets of sites so near to the best are kept
SHAKE = 3  # random moves out of a local optimum
FRUITLESS = 15  # local optima in a row without a better one
EVALUATIONS = 15_000


@dataclass(frozen=True, eq=False)
class Sites:
    """A set of sites.

    Attributes:
        value: no plan with just these sites has a smaller objective; nearly what they cost with shared points.
        open: (J,) mask.
        price: (J,) of the capacities, 0 for closed sites.
    """

    value: float
    open: BoolArray
    price: FloatArray


def good_sites(
    problem: Districting, found: Multipliers, *, count: int, seed: int, enough: Callable[[], bool]
) -> list[Sites]:
    """The best sets of sites met, best first; none where the rules leave no way to start.

    Args:
        found: to start from.
        count: how many at most.
        seed: of the order of moves.
        enough: asked at every move whether to stop.
    """
    opened = choose_sites(problem, found.value)
    if opened is None:
        return []
    search = _Interchange(problem, found.price.copy(), np.random.default_rng(seed), enough)
    best = search.descend(opened)
    fruitless = 0
    while fruitless < FRUITLESS and not search.over:
        other = search.descend(search.shaken(best.open))
        better = other.value < best.value * (1 - EQUAL)
        best, fruitless = (other, 0) if better else (best, fruitless + 1)
    kept = sorted(search.kept.values(), key=lambda s: (s.value, s.open.tobytes()))
    return kept[:count]


@dataclass
class _Interchange:
    problem: Districting
    price: FloatArray  # (J,) where the steps begin
    rng: np.random.Generator
    enough: Callable[[], bool]
    evaluations: int = 0
    values: dict[bytes, float] = field(default_factory=dict)
    kept: dict[bytes, Sites] = field(default_factory=dict)
    cost: FloatArray = field(init=False)  # (I, J), +inf where there is no pair
    limit: FloatArray = field(init=False)  # (J,) finite capacities

    def __post_init__(self) -> None:
        problem = self.problem
        self.cost = np.full(problem.shape, np.inf)
        self.cost[problem.i, problem.j] = problem.cost
        self.limit = np.minimum(problem.capacity, problem.weight.sum())

    @property
    def over(self) -> bool:
        """Whether to stop."""
        return self.evaluations >= EVALUATIONS or self.enough()

    def descend(self, opened: BoolArray) -> Sites:
        """Better and better sites by opening, closing and interchange, until no move improves them."""
        best = self._evaluate(opened, math.inf)
        better = True
        while better and not self.over:
            better = False
            for move in self._moves(best.open):
                if self.over:
                    break
                other = _moved(best.open, move)
                if other is None or not self._allowed(other):
                    continue
                tried = self._evaluate(other, best.value)
                if tried.value < best.value * (1 - EQUAL):
                    best, better = tried, True
        return best

    def shaken(self, opened: BoolArray) -> BoolArray:
        """The sites after a few random moves."""
        done = 0
        for move in self._moves(opened):
            other = _moved(opened, move)
            if other is not None and self._allowed(other):
                opened, done = other, done + 1
            if done == SHAKE:
                break
        return opened

    def _moves(self, opened: BoolArray) -> IntArray:
        """(n, 2) sites to close and to open, -1 for none, in random order."""
        problem = self.problem
        close = np.r_[-1, np.flatnonzero(opened & ~problem.must)]
        enter = np.r_[-1, np.flatnonzero(problem.may & ~opened)]
        pairs = np.stack(np.meshgrid(close, enter), axis=-1).reshape(-1, 2)
        return self.rng.permutation(pairs[1:])

    def _allowed(self, opened: BoolArray) -> bool:
        problem = self.problem
        new = opened & problem.new
        here = problem.zone[new]
        in_zone = np.bincount(here[here >= 0], minlength=problem.zone_minimum.size)
        return (
            problem.least <= int(new.sum()) <= problem.most
            and float(problem.price[opened].sum()) <= problem.budget * (1 + EQUAL)
            and bool((in_zone >= problem.zone_minimum).all())
            and np.unique(problem.unit[opened]).size == int(opened.sum())
            and self._has_room(opened)
        )

    def _has_room(self, opened: BoolArray) -> bool:
        return bool(float(self.limit[opened].sum()) >= self.problem.weight.sum() * (1 - EQUAL))

    def _evaluate(self, opened: BoolArray, limit: float) -> Sites:
        """The largest D that some steps reach; they end beyond `limit`. +inf without room for all."""
        if not self._has_room(opened):  # a first set only
            return Sites(math.inf, opened, self.price)
        key = opened.tobytes()
        if key in self.kept:
            return self.kept[key]
        if key in self.values:
            return Sites(self.values[key], opened, self.price)
        self.evaluations += 1
        sites = np.flatnonzero(opened)
        top, best = self._ascend(sites, limit + MARGIN * abs(limit))
        price = np.zeros(opened.size)
        price[sites] = best
        found = Sites(top, opened, price)
        self.values[key] = top
        if top <= limit + MARGIN * abs(limit) and math.isfinite(top):
            self.kept[key] = found
        if top < limit:
            self.price[sites] = best
        return found

    def _ascend(self, sites: IntArray, limit: float) -> tuple[float, FloatArray]:
        problem, everybody = self.problem, np.arange(self.problem.weight.size)
        weight, room = problem.weight, self.limit[sites]
        cost = self.cost[:, sites]
        home = problem.unit[sites]
        own = cost[home, np.arange(sites.size)]
        cost[home] = np.inf
        cost[home, np.arange(sites.size)] = own
        opening = float(problem.opening[sites].sum())
        price = self.price[sites]
        top, best, step, stalled = -math.inf, price, FIRST_STEP, 0
        for _ in range(STEPS):
            dear = cost + weight[:, None] * price
            goes = dear.argmin(axis=1)
            value = opening + float(dear[everybody, goes].sum() - price @ room)
            if value > limit or value == math.inf:
                return value, price
            stalled = 0 if value > top + 1e-5 * abs(top) else stalled + 1
            if value > top:
                top, best = value, price
            if stalled >= PATIENCE:
                step, stalled, price = step / 2, 0, best
                if step < LAST_STEP:
                    break
                continue
            along = np.bincount(goes, weights=weight, minlength=sites.size) - room
            along[(price <= 0) & (along < 0)] = 0.0
            length = float(along @ along)
            if length == 0:
                break
            target = limit if math.isfinite(limit) else value + (GUESS - 1) * abs(value)
            price = np.maximum(price + step * max(target - value, 1e-5 * abs(value)) / length * along, 0.0)
        return top, best


def _moved(opened: BoolArray, move: IntArray) -> BoolArray | None:
    """The sites after a move; None where it no longer fits them."""
    close, enter = int(move[0]), int(move[1])
    if (close >= 0 and not opened[close]) or (enter >= 0 and opened[enter]):
        return None
    opened = opened.copy()
    if close >= 0:
        opened[close] = False
    if enter >= 0:
        opened[enter] = True
    return opened
