r"""The Lagrangian bound of a multi-period problem.

Multipliers mu_i on "everybody is assigned" and sigma_r on the rows give

    L(mu, sigma) = sum_i mu_i + sum_r sigma_r b_r + sum_j min over paths of site j of
                   sum_a (f_a - sum_r sigma_r R_ra) u_a + sum_(k,t on the path) v_kt(mu),

v_kt a continuous knapsack as in `siting.search.capacitated.bound`, whose step rule and sources hold here too. Every L
is a lower bound on every plan.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from siting.impedance import FloatArray, IntArray
from siting.machine.compiled import compiled
from siting.machine.interrupt import out_of_time
from siting.search.capacitated.knapsack import pack, packing
from siting.search.multiperiod.paths import cheapest_paths
from siting.search.multiperiod.problem import MultiPeriodProblem

DEFLECTION, SHRINK, LAST_STEP, GUESS = 0.3, 0.7, 1e-3, 1.05


@dataclass(frozen=True, eq=False)
class PeriodBound:
    """The Lagrangian at its best multipliers.

    Attributes:
        value: no plan costs less; +inf where a site has no path.
        mu: (I,); sigma: (R,).
        chosen: (J, T) changes that minimise.
    """

    value: float
    mu: FloatArray
    sigma: FloatArray
    chosen: IntArray


class Terms(NamedTuple):
    """What the Lagrangian's value at some multipliers is the sum of: of points (I,), sites (J,) and rows (R,)."""

    points: FloatArray
    sites: FloatArray
    rows: FloatArray


def lagrangian_terms(
    problem: MultiPeriodProblem, initial: IntArray, mu: FloatArray, sigma: FloatArray, kinds: int = 1
) -> Terms | None:
    """The value at mu (I,) and sigma (R,); None where a site has no path."""
    packed = packing(problem.pairs)
    pack(problem.pairs, mu, packed)
    changes = problem.changes
    total, chosen = np.empty(problem.sites), np.empty((problem.sites, problem.periods), dtype=np.int64)
    allowed = np.ones(changes.cost.size, dtype=bool)
    price = changes.cost - (problem.matrix.T @ sigma if sigma.size else 0.0)
    if not cheapest_paths(changes, price, packed.value, allowed, initial, total, chosen, kinds):
        return None
    return Terms(mu, total, _of_rows(sigma, problem.least, problem.most))


def _of_rows(prices: FloatArray, least: FloatArray, most: FloatArray) -> FloatArray:
    """(R,) what each row adds: its price times the bound that it is priced by."""
    bound = np.where(prices > 0, least, np.where(prices < 0, most, 0.0))
    value: FloatArray = prices * bound
    return value


def lagrangian_bound(
    problem: MultiPeriodProblem,
    initial: IntArray,
    *,
    goal: float = math.inf,
    steps: int = 1500,
    patience: int = 40,
    end: float = math.inf,
    mu: FloatArray | None = None,
    sigma: FloatArray | None = None,
    kinds: int = 1,
    first_step: float = 1.5,
) -> PeriodBound:
    """Climb by deflected subgradient steps.

    Args:
        initial: (J,) state of each site today.
        goal: cost of the best plan known.
        end: `time.perf_counter` at which to stop.
        kinds: how many sites in a row are one place, seen by each kind of demand.
        first_step: of the subgradient; a small one keeps near good multipliers.
    """
    pairs, changes = problem.pairs, problem.changes
    matrix, rows = problem.matrix, problem.matrix.shape[0]
    size = np.maximum(abs(matrix).max(axis=1).toarray().ravel() if rows else np.zeros(0), 1e-300)
    scaled = (matrix.multiply(1.0 / size[:, None])).tocsr() if rows else matrix
    least, most = problem.least / size, problem.most / size
    nearest = np.full(problem.points, np.inf)
    there = np.diff(pairs.starts) > 0
    nearest[there] = pairs.cost[pairs.starts[:-1][there]]
    nearest = np.minimum(nearest, pairs.most)
    if not np.isfinite(nearest).all():
        return PeriodBound(
            math.inf, nearest, np.zeros(rows), np.zeros((problem.sites, problem.periods), dtype=np.int64)
        )
    at = np.minimum(1.5 * nearest if mu is None else mu, pairs.most)
    prices = np.zeros(rows) if sigma is None else sigma * size
    scale = np.maximum(nearest, float(np.mean(nearest)) * 1e-3 + 1e-12)
    scale = scale / scale.mean()
    cost_scale = float(np.mean(nearest)) or 1.0
    row_scale = (
        max(float(np.abs(changes.cost).max(initial=0.0)), nearest.sum() / max(problem.sites, 1)) / cost_scale
    ) ** 2
    packed = packing(pairs)
    total, chosen = np.empty(problem.sites), np.zeros((problem.sites, problem.periods), dtype=np.int64)
    allowed = np.ones(changes.cost.size, dtype=bool)
    cell_of = problem.cell_of_change
    best = PeriodBound(-math.inf, at.copy(), prices / size, chosen.copy())
    along, along_rows = np.zeros(problem.points), np.zeros(rows)
    step, stalled, ceiling = first_step, 0, problem.ceiling
    for _ in range(steps):
        pack(pairs, at, packed)
        price = changes.cost - (scaled.T @ prices if rows else 0.0)
        if not cheapest_paths(changes, price, packed.value, allowed, initial, total, chosen, kinds):
            return PeriodBound(math.inf, at, prices / size, chosen)
        value = float(at.sum() + total.sum() + _of_rows(prices, least, most).sum())
        stalled += 1
        if value > best.value:
            if value > best.value + 1e-5 * abs(value):
                stalled = 0
            best = PeriodBound(value, at.copy(), prices / size, chosen.copy())
        if best.value > ceiling * (1 + 1e-9) + 1e-9:
            return PeriodBound(math.inf, best.mu, best.sigma, best.chosen)
        if best.value >= goal * (1 - 1e-9) or out_of_time(end):
            break
        if stalled >= patience:
            step, stalled = step * SHRINK, 0
            at, prices = best.mu.copy(), best.sigma * size
            along[:], along_rows[:] = 0.0, 0.0
            if step < LAST_STEP:
                break
            continue
        unmet = np.ones(problem.points)
        cells = cell_of[chosen.ravel()]
        take_served(unmet, cells[cells >= 0], pairs.offset, packed.last, packed.share, packed.point)
        along = (1 - DEFLECTION) * unmet + DEFLECTION * along
        along[(along > 0) & (at >= pairs.most)] = 0.0
        length = float((scale * along * along).sum()) * cost_scale**2
        if rows:
            picked = np.zeros(changes.cost.size)
            picked[chosen.ravel()] = 1.0
            used = scaled @ picked
            lacking = np.where((used < least) | (prices > 0), least - used, 0.0)
            over = (used > most) | (prices < 0)
            lacking = np.where(over & ~(used < least), most - used, lacking)
            lacking = np.where(np.isfinite(lacking), lacking, 0.0)
            along_rows = (1 - DEFLECTION) * lacking + DEFLECTION * along_rows
            with np.errstate(over="ignore"):  # no plan keeps the rows: their prices grow without end
                length += row_scale * cost_scale**2 * float((along_rows**2).sum())
        if not 0 < length < math.inf:
            break
        wish = goal if math.isfinite(goal) else best.value + (GUESS - 1) * abs(best.value)
        pace = step * max(wish - value, 1e-4 * abs(best.value)) / length
        at = np.minimum(at + pace * cost_scale**2 * scale * along, pairs.most)
        if rows:
            prices = prices + pace * row_scale * cost_scale**2 * along_rows
            prices = np.where(np.isneginf(least), np.minimum(prices, 0.0), prices)
            prices = np.where(np.isposinf(most), np.maximum(prices, 0.0), prices)
    return best


@compiled
def take_served(
    unmet: FloatArray, cells: IntArray, offset: IntArray, last: IntArray, share: FloatArray, point: IntArray
) -> None:
    """Take off `unmet` (I,) what the packed `cells` serve."""
    for cell in cells:
        for e in range(offset[cell], last[cell]):
            unmet[point[e]] -= 1.0
        if share[cell] > 0:
            unmet[point[last[cell]]] -= share[cell]
