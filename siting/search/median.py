r"""Good plans and bounds for the least total travel without capacities, with numpy alone.

Everybody goes to the nearest open site, so a plan is the set of its sites. Interchange finds a good one; a
Lagrangian bound says how good; what cannot belong to a better plan is left out:

    L(mu) = sum_i mu_i + min_y sum_j y_j v_j,    v_j = sum_i min(0, a_i t_ij - mu_i)

Every L is a lower bound on every plan. A site or a pair whose use would lift the bound above the known plan, and a
site whose closing would, are settled without losing any better plan (reduced-cost fixing).

Sources: Teitz and Bart (1968), Operations Research 16(5), vertex substitution; Resende and Werneck (2007), European
Journal of Operational Research 177(1), gains and losses of a swap; Cornuejols, Fisher and Nemhauser (1977),
Management Science 23(8), the Lagrangian; step rule: Held, Wolfe and Crowder (1974), Mathematical Programming 6.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance import Instance
from siting.interrupt import out_of_time

STEPS = 1000
FIRST_STEP, LAST_STEP, SHRINK, PATIENCE = 1.5, 1e-3, 0.6, 20
TRY_EVERY = 25  # steps between two looks at the relaxation's sites as a plan
EQUAL = 1e-9  # relative: a bound this near to a plan closes the gap
UNSERVED = 10.0  # in the interchange, being out of reach costs so many times the dearest pair

Report = Callable[[float, float], None]


@dataclass(frozen=True, eq=False)
class MedianSearch:
    """What has been found and proven.

    Attributes:
        bound: no plan has a smaller objective.
        objective: of the best plan found; +inf without one.
        open: (J,) its sites; None without one.
        pairs: (nnz,) pairs that a better plan may use.
        must: (J,) candidates that every better plan opens.
    """

    bound: float
    objective: float
    open: BoolArray | None
    pairs: BoolArray
    must: BoolArray


@dataclass(frozen=True, eq=False)
class Choice:
    """How many of which sites a plan opens.

    Attributes:
        fixed: (J,) sites that are open in every plan, whether or not they count.
        free: (J,) sites that may be opened besides.
        count: how many of the free ones are opened.
        zone: (J,) zone of each site, -1 for none.
        lacking: (Z,) how many free sites each zone needs at least.
    """

    fixed: BoolArray
    free: BoolArray
    count: int
    zone: IntArray
    lacking: IntArray

    @classmethod
    def of(cls, instance: Instance) -> Choice | None:
        """The choice that `p` leaves; None without `p`."""
        if instance.p is None:
            return None
        free = instance.candidate & ~instance.required
        there = instance.site_zone[instance.required]
        held = np.bincount(there[there >= 0], minlength=len(instance.zone_ids))
        return cls(
            fixed=instance.existing | instance.required,
            free=free,
            count=instance.p - int(instance.required.sum()),
            zone=instance.site_zone,
            lacking=np.maximum(instance.zone_minimum - held, 0),
        )

    @property
    def possible(self) -> bool:
        """Whether any set of sites meets it."""
        there = np.bincount(self.zone[self.free & (self.zone >= 0)], minlength=self.lacking.size)
        return bool((there >= self.lacking).all()) and int(self.lacking.sum()) <= self.count <= int(self.free.sum())

    def cheapest(self, value: FloatArray) -> BoolArray:
        """The sites, fixed ones too, that minimise the sum of `value`: each zone's best, then the best of the rest."""
        chosen = np.zeros(value.size, dtype=bool)
        order = np.argsort(np.where(self.free, value, np.inf), kind="stable")[: int(self.free.sum())]
        for k in np.flatnonzero(self.lacking):
            chosen[order[self.zone[order] == k][: self.lacking[k]]] = True
        rest = order[~chosen[order]]
        chosen[rest[: self.count - int(chosen.sum())]] = True
        return chosen | self.fixed

    def spare(self, opened: BoolArray) -> BoolArray:
        """(Z + 1,) whether a zone (the last: none) can give up one of its free sites."""
        here = self.zone[opened & self.free]
        counts = np.bincount(here[here >= 0], minlength=self.lacking.size)
        return np.append(counts > self.lacking, True)


def search_median(
    instance: Instance, *, time_limit_s: float, gap: float = 0.0, report: Report | None = None
) -> MedianSearch | None:
    """A good plan, a bound, and what a better plan may use.

    None where the number of sites is not given, or no plan serves everybody.

    Args:
        time_limit_s: wall clock, kept between steps.
        gap: relative gap at which to stop.
        report: is told (objective, bound) at times.
    """
    choice = Choice.of(instance)
    if choice is None or not choice.possible or not instance.demand_count:
        return None
    end = time.perf_counter() + time_limit_s
    matrix = instance.impedance
    pairs = Pairs(instance, instance.demand[matrix.rows] * matrix.values)
    opened, objective = pairs.interchange(choice, None, end)
    best = _Plan(opened, objective)
    bound, mu, value = _ascend(pairs, choice, best, end, gap, report)
    if not pairs.serves_all(best.open):
        return MedianSearch(bound, math.inf, None, np.ones(matrix.pair_count, bool), choice.fixed & ~instance.existing)
    kept, must = _settle(pairs, choice, best.objective, bound, mu, value)
    return MedianSearch(min(bound, best.objective), best.objective, best.open, kept, must | instance.required)


@dataclass
class _Plan:
    open: BoolArray
    objective: float


class Pairs:
    """The admissible pairs with the cost of each."""

    def __init__(self, instance: Instance, cost: FloatArray) -> None:
        """`cost` (nnz,) of assigning all of a demand point to a site."""
        matrix = instance.impedance
        self.shape = matrix.shape
        self.i, self.j, self.cost = matrix.rows, matrix.indices, cost
        self.filled = np.flatnonzero(np.diff(matrix.indptr))
        self.starts = matrix.indptr[:-1][self.filled]
        self.unserved = np.full(self.shape[0], UNSERVED * max(float(cost.max(initial=0.0)), 1.0))

    def two_best(self, opened: BoolArray) -> tuple[FloatArray, IntArray, FloatArray]:
        """(I,) cost of the nearest open site, which site it is (-1: none), and cost of the second nearest."""
        usable = opened[self.j]
        value = np.where(usable, self.cost, np.inf)
        nearest, second = self.unserved.copy(), self.unserved.copy()
        site = np.full(self.shape[0], -1, dtype=np.int64)
        nearest[self.filled] = np.minimum.reduceat(value, self.starts) if self.starts.size else 0.0
        at = np.flatnonzero(usable & (value == nearest[self.i]))[::-1]
        first = np.full(self.shape[0], -1, dtype=np.int64)
        first[self.i[at]] = at
        hit = first[first >= 0]
        site[self.i[hit]] = self.j[hit]
        value[hit] = np.inf
        second[self.filled] = np.minimum.reduceat(value, self.starts) if self.starts.size else 0.0
        return np.minimum(nearest, self.unserved), site, np.minimum(second, self.unserved)

    def total(self, opened: BoolArray) -> float:
        """Cost of a plan, those out of reach counted dearly."""
        return float(self.two_best(opened)[0].sum())

    def serves_all(self, opened: BoolArray) -> bool:
        """Whether everybody reaches an open site."""
        return bool((self.two_best(opened)[1] >= 0).all())

    def interchange(self, choice: Choice, opened: BoolArray | None, end: float) -> tuple[BoolArray, float]:
        """A plan that no swap of one site for another improves, from `opened` or from a greedy one."""
        opened = self._greedy(choice) if opened is None else opened.copy()
        while True:
            nearest, site, second = self.two_best(opened)
            best, out, new = self._best_swap(choice, opened, nearest, site, second)
            if best <= EQUAL * nearest.sum() or out_of_time(end):
                return opened, float(nearest.sum())
            opened[out], opened[new] = False, True

    def _greedy(self, choice: Choice) -> BoolArray:
        opened = choice.fixed.copy()
        lacking = choice.lacking.copy()
        for left in range(choice.count, 0, -1):
            nearest = self.two_best(opened)[0]
            gain = np.bincount(self.j, weights=np.maximum(nearest[self.i] - self.cost, 0.0), minlength=self.shape[1])
            allowed = choice.free & ~opened
            if lacking.sum() >= left:
                allowed &= np.append(lacking > 0, False)[choice.zone]
            site = int(np.argmax(np.where(allowed, gain, -1.0)))
            opened[site] = True
            k = choice.zone[site]
            if k >= 0:
                lacking[k] = max(lacking[k] - 1, 0)
        return opened

    def _best_swap(
        self, choice: Choice, opened: BoolArray, nearest: FloatArray, site: IntArray, second: FloatArray
    ) -> tuple[float, int, int]:
        """The largest profit of opening one free site for another, and the two (closed, opened)."""
        m = self.shape[1]
        out = np.flatnonzero(opened & choice.free)
        if not out.size or not (choice.free & ~opened).any():
            return 0.0, -1, -1
        place = np.full(m + 1, -1, dtype=np.int64)
        place[out] = np.arange(out.size)
        mine = place[site]  # of each demand point: number of its site among those that may close
        held = mine >= 0
        loss = np.bincount(mine[held], weights=(second - nearest)[held], minlength=out.size)
        gain = np.bincount(self.j, weights=np.maximum(nearest[self.i] - self.cost, 0.0), minlength=m)
        use = (mine[self.i] >= 0) & (self.cost < second[self.i])
        i, j = self.i[use], self.j[use]
        saved = second[i] - np.maximum(self.cost[use], nearest[i])
        both = np.bincount(j * out.size + mine[i], weights=saved, minlength=m * out.size).reshape(m, out.size)
        profit = gain[:, None] - loss[None, :] + both
        profit[~choice.free | opened] = -np.inf
        same = choice.zone[:, None] == choice.zone[out][None, :]
        profit[~(same | choice.spare(opened)[choice.zone[out]][None, :])] = -np.inf
        new, k = divmod(int(np.argmax(profit)), out.size)
        return float(profit[new, k]), int(out[k]), new


def _ascend(
    pairs: Pairs, choice: Choice, best: _Plan, end: float, gap: float, report: Report | None
) -> tuple[float, FloatArray, FloatArray]:
    """The best bound that subgradient steps reach, with its multipliers and site values; improves `best`."""
    n, m = pairs.shape
    mu = np.minimum(pairs.two_best(best.open)[0], pairs.unserved)
    top, top_mu, top_value, top_open = -math.inf, mu, np.zeros(m), best.open
    step, stalled = FIRST_STEP, 0
    tried: set[bytes] = set()
    for number in range(1, STEPS + 1):
        reduced = pairs.cost - mu[pairs.i]
        negative = reduced < 0
        value: FloatArray = np.bincount(pairs.j[negative], weights=reduced[negative], minlength=m).astype(np.float64)
        opened = choice.cheapest(value)
        bound = float(mu.sum() + value[opened].sum())
        stalled = 0 if bound > top + 1e-5 * abs(top) else stalled + 1
        if bound > top:
            top, top_mu, top_value, top_open = bound, mu, value, opened
        if number % TRY_EVERY == 0:
            if top_open.tobytes() not in tried:
                tried.add(top_open.tobytes())
                plan, objective = pairs.interchange(choice, top_open, end)
                if objective < best.objective:
                    best.open, best.objective = plan, objective
            if report is not None:
                report(best.objective, top)
        if best.objective - top <= max(gap, EQUAL) * abs(best.objective) or out_of_time(end):
            break
        if stalled >= PATIENCE:
            step, stalled, mu = step * SHRINK, 0, top_mu
            if step < LAST_STEP:
                break
        use = negative & opened[pairs.j]
        unmet = 1.0 - np.bincount(pairs.i[use], minlength=n)
        length = float(unmet @ unmet)
        if length == 0:
            break
        mu = np.maximum(mu + step * (best.objective - bound) / length * unmet, 0.0)
    return top, top_mu, top_value


def _settle(
    pairs: Pairs, choice: Choice, objective: float, bound: float, mu: FloatArray, value: FloatArray
) -> tuple[BoolArray, BoolArray]:
    """Pairs that a better plan may use, and sites that it must open. Zone minima are left aside: still a bound."""
    limit = objective * (1 + EQUAL)
    opened = choice.cheapest(value)
    inside, outside = opened & choice.free, choice.free & ~opened
    plain = float(mu.sum() + value[choice.fixed].sum() + np.sort(value[choice.free])[: choice.count].sum())
    worst_in = float(np.sort(value[choice.free])[choice.count - 1]) if choice.count else -math.inf
    extra = np.where(choice.free, np.maximum(value - worst_in, 0.0), 0.0)  # of opening a site out of turn
    use = plain + extra[pairs.j] + np.maximum(pairs.cost - mu[pairs.i], 0.0) <= limit
    usable = choice.fixed | choice.free
    kept = use & usable[pairs.j]
    left = np.sort(value[choice.free])[choice.count :]
    best_out = float(left[0]) if left.size else math.inf
    must = inside & (plain - value + best_out > limit) if outside.any() else inside
    return kept, must
