r"""The Lagrangian bound, its multipliers, and what it settles.

Multipliers mu_i on "everybody is assigned" and sigma_r on the rows r of the choice that the counts do not say leave

    L(mu, sigma) = sum_i mu_i + sum_r sigma_r b_r + min_y sum_j y_j (f_j + sum_k v_jk - sum_r sigma_r S_rj),
    v_jk = min { sum_i (c_ij - mu_i) x_ij : m_j <= sum_i w_i x_ij <= b_j, 0 <= x_ij <= 1, i of future k }

with y within the counts alone, by sorting, and v_jk a continuous knapsack. Every L is a lower bound on every plan;
mu_i stays at most u_i, what leaving the point unserved costs. Without rows r the largest L is the bound of the linear
relaxation with strong links x_ij <= y_j.

Sources: Geoffrion (1974), Mathematical Programming Study 2; Beasley (1993), European Journal of Operational Research
65(3); step rule: Held, Wolfe and Crowder (1974), Mathematical Programming 6; deflected steps: Camerini, Fratta and
Maffioli (1975), Mathematical Programming Study 3.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from siting.impedance import BoolArray, FloatArray
from siting.machine.compiled import compiled
from siting.search.capacitated.choice import Counts, choose, forced
from siting.search.capacitated.knapsack import Packing, pack, packing
from siting.search.capacitated.problem import CapacitatedProblem, Pairs

FIRST_STEP, LAST_STEP, SHRINK = 1.5, 1e-3, 0.7
PATIENCE = 20  # the step shrinks after so many without a better bound
GUESS = 1.05  # the target of the steps, over the best bound, while no plan is known
MEMORY = 0.9  # of the running mean of what the relaxation opens
DEFLECTION = 0.3  # share of the last direction in the next one
EQUAL = 1e-9  # relative: a bound this near to a plan closes the gap


@dataclass(frozen=True, eq=False)
class Prices:
    """Multipliers mu (I,) of the points and sigma (S,) of the priced rows."""

    mu: FloatArray
    sigma: FloatArray


@dataclass(frozen=True, eq=False)
class Bound:
    """The Lagrangian at its best multipliers.

    Attributes:
        value: no plan with these columns costs less; +inf where there is none.
        prices: the multipliers.
        worth: (C,) f_j + sum_k v_jk - sum_r sigma_r S_rj.
        opened: (C,) columns that minimise.
        mean_open: (C,) running mean of the columns that the steps opened.
        constant: `value` less the sum of `worth` over `opened`.
    """

    value: float
    prices: Prices
    worth: FloatArray
    opened: BoolArray
    mean_open: FloatArray
    constant: float


class Rows(NamedTuple):
    """Priced rows least <= matrix y <= most, and the scale of their multipliers."""

    matrix: FloatArray
    least: FloatArray
    most: FloatArray
    scale: float


class Steps(NamedTuple):
    """Multipliers on their way: the present ones, the best so far with its bound (1,), and running means."""

    mu: FloatArray
    sigma: FloatArray
    top: FloatArray
    top_mu: FloatArray
    top_sigma: FloatArray
    top_worth: FloatArray
    top_opened: BoolArray
    mean_open: FloatArray


@compiled
def climb(
    most_steps: int,
    patience: int,
    step: float,
    goal: float,
    guess: float,
    at: Steps,
    scale: FloatArray,
    fixed: FloatArray,
    rows: Rows,
    pairs: Pairs,
    counts: Counts,
    must: BoolArray,
    may: BoolArray,
    packed: Packing,
) -> int:
    """Steps from `at.mu` and `at.sigma` on, until `patience` of them have not raised the bound; how many they were.

    Negative where the counts of sites cannot be met.

    Args:
        step: of the distance to the target.
        goal: cost of the best plan; +inf without one: then `guess` times the bound is aimed at.
        scale: (I,) of the multipliers.
    """
    n, m, size = at.mu.size, fixed.size, at.sigma.size
    worth, opened = np.empty(m), np.zeros(m, dtype=np.bool_)
    along, along_rows, unmet = np.zeros(n), np.zeros(size), np.empty(n)
    stalled = 0
    for number in range(most_steps):
        pack(pairs, at.mu, packed)
        bound = 0.0
        worth[:] = fixed
        for cell in range(pairs.owner.size):
            worth[pairs.owner[cell]] += packed.value[cell]
        for r in range(size):
            if at.sigma[r] == 0:
                continue
            bound += at.sigma[r] * (rows.least[r] if at.sigma[r] > 0 else rows.most[r])
            for c in range(m):
                worth[c] -= at.sigma[r] * rows.matrix[r, c]
        if not choose(worth, must, may, counts, opened):
            return -1
        for i in range(n):
            bound += at.mu[i]
            unmet[i] = 1.0
        for c in range(m):
            at.mean_open[c] *= MEMORY
            if opened[c]:
                at.mean_open[c] += 1.0 - MEMORY
                bound += worth[c]
        for cell in range(pairs.owner.size):
            if opened[pairs.owner[cell]]:
                for e in range(pairs.offset[cell], packed.last[cell]):
                    unmet[packed.point[e]] -= 1.0
                if packed.share[cell] > 0:
                    unmet[packed.point[packed.last[cell]]] -= packed.share[cell]
        stalled += 1
        if bound > at.top[0]:
            if bound > at.top[0] + 1e-5 * abs(bound):
                stalled = 0
            at.top[0] = bound
            at.top_mu[:], at.top_sigma[:], at.top_worth[:], at.top_opened[:] = at.mu, at.sigma, worth, opened
        if stalled >= patience or at.top[0] >= goal - EQUAL * abs(goal):
            return number + 1
        length = 0.0
        for i in range(n):
            along[i] = (1.0 - DEFLECTION) * unmet[i] + DEFLECTION * along[i]
            if along[i] > 0 and at.mu[i] >= pairs.most[i]:
                along[i] = 0.0
            length += scale[i] * along[i] * along[i]
        for r in range(size):
            used = 0.0
            for c in range(m):
                if opened[c]:
                    used += rows.matrix[r, c]
            lacking = 0.0
            if used < rows.least[r] or at.sigma[r] > 0:
                lacking = rows.least[r] - used
            elif used > rows.most[r] or at.sigma[r] < 0:
                lacking = rows.most[r] - used
            along_rows[r] = (1.0 - DEFLECTION) * lacking + DEFLECTION * along_rows[r]
            length += rows.scale * along_rows[r] * along_rows[r]
        if length <= 0:
            return number + 1
        wish = goal if goal < np.inf else at.top[0] + (guess - 1.0) * abs(at.top[0])
        pace = step * max(wish - bound, 1e-4 * abs(at.top[0])) / length
        for i in range(n):
            at.mu[i] = min(at.mu[i] + pace * scale[i] * along[i], pairs.most[i])
        for r in range(size):
            s = at.sigma[r] + pace * rows.scale * along_rows[r]
            if rows.least[r] == -np.inf:
                s = min(s, 0.0)
            if rows.most[r] == np.inf:
                s = max(s, 0.0)
            at.sigma[r] = s
    return most_steps


def first_prices(problem: CapacitatedProblem) -> Prices:
    """Multipliers to begin with: half as much again as the nearest column costs."""
    nearest = problem.nearest
    known = np.isfinite(nearest)
    mu = np.where(known, 1.5 * nearest, 0.0)
    return Prices(np.minimum(mu, problem.pairs.most), np.zeros(problem.choice.priced[1].size))


def lagrangian_bound(
    problem: CapacitatedProblem,
    *,
    prices: Prices | None = None,
    must: BoolArray | None = None,
    may: BoolArray | None = None,
    counts: Counts | None = None,
    mean_open: FloatArray | None = None,
    goal: float = math.inf,
    steps: int = 1000,
    first_step: float = FIRST_STEP,
    patience: int = PATIENCE,
    on_rest: Callable[[Bound], float] | None = None,
    stopped: Callable[[], bool] = bool,
) -> Bound:
    """The best bound that a series of steps reaches.

    Args:
        prices: to begin with; None: from the nearest columns.
        must, may: (C,) columns that are open, and that may be, beside what the choice says.
        counts: how many sites of which sets are open; None: as the choice says.
        mean_open: to begin the running mean with.
        goal: cost of the best plan known; the steps end when they reach it.
        steps: at most so many.
        first_step: of the distance to the goal; it shrinks whenever `patience` steps have not raised the bound.
        on_rest: is told the bound whenever the step shrinks, and gives the cost of the best plan then known.
        stopped: asked at the same times, whether to end.
    """
    choice, pairs = problem.choice, problem.pairs
    must = choice.must if must is None else must | choice.must
    may = choice.may if may is None else may & choice.may
    counts = choice.counts if counts is None else counts
    begin = first_prices(problem) if prices is None else prices
    m = problem.columns
    at = Steps(
        begin.mu.copy(),
        begin.sigma.copy(),
        np.array([-math.inf]),
        begin.mu.copy(),
        begin.sigma.copy(),
        np.zeros(m),
        np.zeros(m, dtype=bool),
        np.zeros(m) if mean_open is None else mean_open.copy(),
    )
    scale = np.where(pairs.load > 0, pairs.load, max(float(pairs.load.mean()), 1e-9) if pairs.load.size else 1.0)
    rows = Rows(*choice.priced, _row_scale(problem))
    packed, step, left = packing(pairs), first_step, steps
    if choice.impossible or not np.isfinite(problem.nearest).all():
        left = -1
    while left > 0:
        made = climb(
            left, patience, step, goal, GUESS, at, scale, problem.fixed, rows, pairs, counts, must, may, packed
        )
        if made < 0:
            left = -1
            break
        left -= made
        step *= SHRINK
        if on_rest is not None:
            goal = on_rest(_bound(at))
        if step < LAST_STEP or stopped() or at.top[0] >= goal - EQUAL * abs(goal):
            break
        at.mu[:], at.sigma[:] = at.top_mu, at.top_sigma
    return _bound(at) if left >= 0 else Bound(math.inf, begin, at.top_worth, must, at.mean_open, math.inf)


def _row_scale(problem: CapacitatedProblem) -> float:
    """Multipliers of points are of the size of a unit's cost times its load; those of rows of a column's cost."""
    load = float(problem.pairs.load.sum())
    room = np.minimum(problem.pairs.capacity, load)
    return float(room.mean()) if room.size else 1.0


def _bound(at: Steps) -> Bound:
    value, opened = float(at.top[0]), at.top_opened.copy()
    return Bound(
        value,
        Prices(at.top_mu.copy(), at.top_sigma.copy()),
        at.top_worth.copy(),
        opened,
        at.mean_open.copy(),
        value - float(at.top_worth[opened].sum()),
    )


def settle(
    problem: CapacitatedProblem,
    bound: Bound,
    must: BoolArray,
    may: BoolArray,
    limit: float,
    counts: Counts | None = None,
) -> tuple[BoolArray, BoolArray]:
    """(C,) columns that every plan of cost at most `limit` opens, and those that some may: reduced-cost fixing.

    Among the free columns, one whose opening (or closing) would lift the bound above `limit` is left closed (open).
    """
    counts = problem.choice.counts if counts is None else counts
    other = np.empty(problem.columns)
    forced(bound.worth, must, may, counts, other)
    beyond = bound.constant + np.where(np.isnan(other), -np.inf, other) > limit
    return must | (beyond & bound.opened), may & ~(beyond & ~bound.opened)
