r"""A Lagrangian bound on districting, and what it settles: for sizes beyond the solver's relaxation.

Multipliers mu_i on "every point is served" and lambda_j >= 0 on the capacities, catchments free to fall apart:

    L(mu, lambda) = sum_i mu_i + min_y sum_j y_j v_j
    v_j = f_j - lambda_j q_j + r_u(j)j + sum_(i != u(j)) min(0, r_ij),    r_ij = c_ij + w_i lambda_j - mu_i

y opens the required number of sites; a budget is priced by its best multiplier theta >= 0. Every L is a bound. A site
or a pair whose use would lift it above a known plan is left out without losing any better plan.

Source: Beasley (1993), European Journal of Operational Research 65(3); steps of Held, Wolfe and Crowder (1974),
Mathematical Programming 6.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.search.districts.problem import EQUAL, Districting

LAST_STEP, SHRINK = 2e-3, 0.7
GUESS = 1.05  # the target of the steps, over the best bound, while no plan is known
ROOM = 1.02  # of the load, that the capacities of chosen sites come to
MEMORY = 0.95  # of the running mean of which sites are opened


@dataclass(frozen=True, eq=False)
class Multipliers:
    """The best bound found, where, and what it says of each site.

    Attributes:
        bound: no plan has a smaller objective.
        mu, price: (I,), (J,) multipliers of points and capacities.
        value: (J,) v_j with the budget priced.
        share: (J,) how often, of late, the relaxation opened each site.
    """

    bound: float
    mu: FloatArray
    price: FloatArray
    value: FloatArray
    share: FloatArray

    def reduced(self, problem: Districting) -> FloatArray:
        """(nnz,) r_ij."""
        return problem.cost + problem.weight[problem.i] * self.price[problem.j] - self.mu[problem.i]


@dataclass(frozen=True)
class Pace:
    """How long to go on: `steps` at most, the first of length `first`, shorter after `patience` steps in vain."""

    steps: int = 5000
    first: float = 1.5
    patience: int = 60


def ascend(
    problem: Districting,
    *,
    objective: float,
    enough: Callable[[], bool],
    start: Multipliers | None = None,
    pace: Pace = Pace(),
) -> Multipliers:
    """Raise the bound by subgradient steps.

    Args:
        objective: of the best known plan, +inf without one.
        enough: asked at every step whether to stop.
        start: multipliers to go on from.
        pace: of the steps.
    """
    n, m = problem.shape
    i, j = problem.i, problem.j
    weight = problem.weight[i]
    limit = np.minimum(problem.capacity, problem.weight.sum())
    at_home = problem.unit[j] == i
    pairs = np.maximum(np.bincount(i, minlength=n), 1)
    scale = np.maximum(np.bincount(i, weights=problem.cost, minlength=n) / pairs, 1e-9)
    unit_cost = float(problem.cost.sum() / max(float(weight.sum()), 1e-9))  # of one unit of weight
    if start is None:
        mu = np.full(n, np.inf)
        np.minimum.at(mu, i, problem.cost)
        mu, lam, share = 1.2 * mu + 1e-3 * scale, np.zeros(m), np.zeros(m)
    else:
        mu, lam, share = start.mu, start.price, start.share
    top = Multipliers(-math.inf, mu, lam, np.zeros(m), share)
    step, stalled = pace.first, 0
    for _ in range(pace.steps):
        r = problem.cost + weight * lam[j] - mu[i]
        used = (r < 0) | at_home
        value = np.bincount(j[used], weights=r[used], minlength=m) + problem.opening - lam * limit
        value, opened, total = _open(problem, value)
        bound = float(mu.sum()) + total
        share = MEMORY * share + (1 - MEMORY) * opened
        stalled = 0 if bound > top.bound + 1e-5 * abs(top.bound) else stalled + 1
        if bound > top.bound:
            top = Multipliers(bound, mu, lam, value, share)
        if top.bound >= objective * (1 - EQUAL) or enough():
            break
        if stalled >= pace.patience:
            step, stalled, mu, lam = step * SHRINK, 0, top.mu, top.price
            if step < LAST_STEP:
                break
            continue
        used &= opened[j]
        unmet = 1.0 - np.bincount(i[used], minlength=n)
        over = np.bincount(j[used], weights=weight[used], minlength=m) / np.maximum(limit, 1e-9) - opened
        along_mu, along_lam = scale * unmet, unit_cost * over
        length = float(along_mu @ unmet + along_lam @ (over * limit))
        if length <= 0:
            break
        target = objective if math.isfinite(objective) else bound + (GUESS - 1) * abs(top.bound)
        size = step * max(target - bound, 1e-4 * abs(top.bound)) / length
        mu, lam = mu + size * along_mu, np.maximum(0.0, lam + size * along_lam)
    return replace(top, share=share)


def _open(problem: Districting, value: FloatArray) -> tuple[FloatArray, BoolArray, float]:
    """The values with the budget priced, the sites that minimise their sum, and that sum; zones are left aside."""
    if not math.isfinite(problem.budget):
        opened = cheapest(problem, value)
        return value, opened, float(value[opened].sum())
    free = np.flatnonzero(problem.may & ~problem.must)
    left = problem.budget - float(problem.price[problem.must].sum())
    gain = np.maximum(-value[free], 0.0)
    price = np.maximum(problem.price[free], 1e-12)
    order = np.argsort(-gain / price, kind="stable")
    beyond = np.flatnonzero(np.cumsum(price[order]) > left)
    theta = float((gain / price)[order[beyond[0]]]) if beyond.size else 0.0
    value = value + theta * problem.price
    opened = cheapest(problem, value)
    return value, opened, float(value[opened].sum()) - theta * problem.budget


def cheapest(problem: Districting, value: FloatArray) -> BoolArray:
    """The required number of sites, or those of value below 0, with the least sum of values."""
    free = np.flatnonzero(problem.may & ~problem.must)
    opened = problem.must & problem.may
    done = int((opened & problem.new).sum())
    order = free[np.argsort(value[free], kind="stable")]
    wanted = int((value[free] < 0).sum())
    opened[order[: min(max(wanted, problem.least - done), max(problem.most - done, 0))]] = True
    return opened


def settle(problem: Districting, found: Multipliers, objective: float, keep: IntArray) -> Districting:
    """The problem with the sites and pairs that a plan better than `objective` may use, and (I,) sites `keep`."""
    limit = objective + EQUAL * abs(objective)
    opened = cheapest(problem, found.value)
    removable = opened & ~problem.must
    full = int((opened & problem.new).sum()) >= problem.most  # else nothing has to close for another to open
    gives_way = float(found.value[removable].max()) if full and removable.any() else 0.0
    extra = np.where(opened, 0.0, np.maximum(found.value - gives_way, 0.0))
    used = np.where(problem.unit[problem.j] == problem.i, 0.0, np.maximum(found.reduced(problem), 0.0))
    pair = found.bound + extra[problem.j] + used <= limit
    plan = np.zeros(problem.unit.size, dtype=bool)
    plan[keep] = True
    may = problem.may & (plan | (found.bound + extra <= limit))
    pair = (pair & may[problem.j]) | (problem.j == keep[problem.i])
    return replace(problem, i=problem.i[pair], j=problem.j[pair], cost=problem.cost[pair], may=may)


def choose_sites(problem: Districting, value: FloatArray) -> BoolArray | None:
    """Sites of small value that keep to number, budget, zones and one a unit, with room for all where the rules allow.

    None where this way finds none.
    """
    opened = problem.must & problem.may
    taken = np.zeros(problem.weight.size, dtype=bool)
    taken[problem.unit[opened]] = True
    left = problem.budget * (1 + EQUAL) - float(problem.price[opened].sum())
    count = int((opened & problem.new).sum())
    room = float(problem.capacity[opened].sum())
    zones = problem.zone_minimum.size
    here = problem.zone[opened & problem.new]
    lacking = np.maximum(problem.zone_minimum - np.bincount(here[here >= 0], minlength=zones), 0)
    order = np.flatnonzero(problem.may & ~problem.must)
    order = order[np.argsort(value[order], kind="stable")]
    for in_need in (True, False):
        for site in order.tolist():
            zone = problem.zone[site]
            needed = in_need and zone >= 0 and lacking[zone] > 0
            short = room < ROOM * problem.weight.sum()
            useful = not in_need and (count < problem.least or value[site] < 0 or short)
            if opened[site] or taken[problem.unit[site]] or count >= problem.most or problem.price[site] > left:
                continue
            if needed or useful:
                opened[site] = taken[problem.unit[site]] = True
                left -= problem.price[site]
                count += 1
                room += float(problem.capacity[site])
                if zone >= 0:
                    lacking[zone] -= 1
    kept = problem.least <= count <= problem.most and left >= 0 and not (lacking > 0).any()
    return opened if kept else None
