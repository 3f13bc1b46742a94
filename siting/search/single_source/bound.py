r"""The Lagrangian bound of single-source location: one knapsack a site.

Multipliers mu_i >= 0 on "everybody is assigned" and sigma_r on the side rows r on sites leave

    L(mu, sigma) = sum_i mu_i + sum_r sigma_r b_r + min_y sum_j y_j v_j,
    v_j = f_j - sum_r sigma_r S_rj + min { sum_i (c_ij - mu_i) x_ij : sum_i w_i x_ij <= capacity_j, x binary }

Every L is a lower bound on every plan; as the knapsacks are whole, the largest one passes the bound of the linear
relaxation. The counts on sites (number, zones, closings) are kept in the choice of y.

Sources: Beasley (1993), European Journal of Operational Research 65(3); Pirkul (1987), Computers & Operations
Research 14(3); Ceselli and Righini (2005), Networks 45(3); step rule: Held, Wolfe and Crowder (1974), Mathematical
Programming 6; direction: Camerini, Fratta and Maffioli (1975), Mathematical Programming Study 3.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from siting.impedance import BoolArray, FloatArray
from siting.machine.compiled import compiled
from siting.search.laminar import cheapest
from siting.search.single_source.arrays import Pairs, Sites
from siting.search.single_source.loads import Work, shares, whole_load

MEMORY = 0.9  # of the running mean of which sites are opened
TURN = 0.5  # share of the last direction in the next
RARE = 1e-3  # a mean below it is left as it is
BETTER = 1e-5  # relative: a bound that rises by less counts as a step in vain
LEAST_AIM = 1e-4  # relative: how far above the bound a step aims at least


@compiled
def copy(source: FloatArray | BoolArray, target: FloatArray | BoolArray) -> None:
    """`target` becomes as `source`; by a loop, which compiles faster than a slice."""
    for k in range(source.size):
        target[k] = source[k]


@compiled
def fill(target: FloatArray, value: float) -> None:
    """Every element of `target` becomes `value`."""
    for k in range(target.size):
        target[k] = value


@compiled
def constant_part(sites: Sites, mu: FloatArray, sigma: FloatArray) -> float:
    """What L has beside the values of the opened sites."""
    total = 0.0
    for i in range(mu.size):
        total += mu[i]
    for r in range(sigma.size):
        if sigma[r] != 0:
            total += sigma[r] * (sites.least[r] if sigma[r] > 0 else sites.most[r])
    return total


@compiled
def site_part(sites: Sites, sigma: FloatArray, j: int) -> float:
    """v_j without its load."""
    value = float(sites.cost[j])
    for r in range(sigma.size):
        value -= sigma[r] * sites.rows[r, j]
    return value


@compiled
def lagrangian(
    pairs: Pairs,
    sites: Sites,
    weight: FloatArray,
    mu: FloatArray,
    sigma: FloatArray,
    exact: bool,
    value: FloatArray,
    held: FloatArray,
    opened: BoolArray,
    room: Work,
) -> float:
    """L(mu, sigma), +inf where no sites meet the counts; fills v (J,), the loads (nnz,) and the sites opened (J,).

    Where `exact`, the loads of the sites opened are whole; v of the others is a bound.
    """
    total = constant_part(sites, mu, sigma)
    size = value.size
    sure = np.zeros(size, dtype=np.bool_)
    for j in range(size):
        value[j] = 0.0
        if sites.may[j]:
            value[j] = site_part(sites, sigma, j) - shares(pairs, sites, weight, j, mu, held, room)[0]
    while True:
        chosen = cheapest(value, sites.must, sites.may, sites.sets, opened)
        if not exact or chosen == np.inf:
            return total + chosen
        missing = False
        for j in range(size):
            if opened[j] and not sure[j]:
                missing, sure[j] = True, True
                load = whole_load(pairs, sites, weight, j, mu, held, room)
                value[j] = max(value[j], site_part(sites, sigma, j) - load)
        if not missing:
            return total + chosen


class Climb(NamedTuple):
    """Where a series of steps stands; all arrays are changed in place.

    Attributes:
        mu, sigma: (I,), (R,) multipliers at hand, and `best_mu`, `best_sigma` of the best bound.
        turn_mu, turn_sigma: the last direction.
        value: (J,) v_j at the best bound, and `opened` (J,) its sites.
        mean: (J,) how often, of late, each site was opened, and `share` (nnz,) it held each pair.
        number: (4,) best bound, step, steps in vain, 1 where the steps have ended.
    """

    mu: FloatArray
    sigma: FloatArray
    best_mu: FloatArray
    best_sigma: FloatArray
    turn_mu: FloatArray
    turn_sigma: FloatArray
    value: FloatArray
    opened: BoolArray
    mean: FloatArray
    share: FloatArray
    number: FloatArray


@compiled
def climb(
    pairs: Pairs,
    sites: Sites,
    weight: FloatArray,
    state: Climb,
    room: Work,
    exact: bool,
    target: float,
    limit: float,
    steps: int,
    patience: int,
    shrink: float,
    last: float,
) -> int:
    """Take at most `steps` subgradient steps; how many were taken.

    Ends where the bound passes `limit` or the step falls below `last`.

    Args:
        target: value that the bound is thought to reach at most.
        patience: the step shrinks by `shrink` after so many steps without a better bound.
    """
    size, points, rows = sites.may.size, state.mu.size, state.sigma.size
    value, held = np.empty(size), np.empty(pairs.point.size)
    opened = np.empty(size, dtype=np.bool_)
    unmet, lacking = np.empty(points), np.empty(rows)
    mu, sigma, number = state.mu, state.sigma, state.number
    for taken in range(steps):
        bound = lagrangian(pairs, sites, weight, mu, sigma, exact, value, held, opened, room)
        if bound == np.inf:
            number[0], number[3] = np.inf, 1.0
            return taken + 1
        for j in range(size):
            state.mean[j] = MEMORY * state.mean[j] + (1 - MEMORY) * opened[j]
            if not opened[j] and state.mean[j] < RARE:
                continue
            for e in range(pairs.start[j], pairs.start[j + 1]):
                state.share[e] = MEMORY * state.share[e] + (1 - MEMORY) * (held[e] if opened[j] else 0.0)
        number[2] += 1
        if bound > number[0]:
            if number[0] == -np.inf or bound > number[0] + BETTER * abs(number[0]):
                number[2] = 0.0
            number[0] = bound
            copy(mu, state.best_mu)
            copy(sigma, state.best_sigma)
            copy(value, state.value)
            copy(opened, state.opened)
            if bound > limit:
                number[3] = 1.0
                return taken + 1
        if number[2] >= patience:
            number[1] *= shrink
            number[2] = 0.0
            copy(state.best_mu, mu)
            copy(state.best_sigma, sigma)
            fill(state.turn_mu, 0.0)
            fill(state.turn_sigma, 0.0)
            if number[1] < last:
                number[3] = 1.0
                return taken + 1
            continue
        fill(unmet, 1.0)
        for j in range(size):
            if opened[j]:
                for e in range(pairs.start[j], pairs.start[j + 1]):
                    unmet[pairs.point[e]] -= held[e]
        length = 0.0
        for i in range(points):
            if mu[i] <= 0 and unmet[i] < 0:
                unmet[i] = 0.0
            unmet[i] += TURN * state.turn_mu[i]
            length += unmet[i] * unmet[i]
        for r in range(rows):
            used = 0.0
            for j in range(size):
                used += sites.rows[r, j] * opened[j]
            if sigma[r] > 0 or (sigma[r] == 0 and used < sites.least[r]):
                lacking[r] = sites.least[r] - used
            elif sigma[r] < 0 or used > sites.most[r]:
                lacking[r] = sites.most[r] - used
            else:
                lacking[r] = 0.0
            lacking[r] += TURN * state.turn_sigma[r]
            length += lacking[r] * lacking[r]
        if length <= 0:
            number[3] = 1.0
            return taken + 1
        step = number[1] * max(target - bound, LEAST_AIM * abs(number[0])) / length
        for i in range(points):
            state.turn_mu[i] = unmet[i]
            mu[i] = max(mu[i] + step * unmet[i], 0.0)
        for r in range(rows):
            state.turn_sigma[r] = lacking[r]
            after = sigma[r] + step * lacking[r]
            if sites.least[r] == -np.inf:
                after = min(after, 0.0)
            if sites.most[r] == np.inf:
                after = max(after, 0.0)
            sigma[r] = after
    return steps


def begin(mu: FloatArray, sigma: FloatArray, pairs: Pairs, step: float) -> Climb:
    """Before the first step, of length `step`, at these multipliers."""
    sites = pairs.start.size - 1
    return Climb(
        mu.copy(),
        sigma.copy(),
        mu.copy(),
        sigma.copy(),
        np.zeros(mu.size),
        np.zeros(sigma.size),
        np.zeros(sites),
        np.zeros(sites, dtype=bool),
        np.zeros(sites),
        np.zeros(pairs.point.size),
        np.array([-np.inf, step, 0.0, 0.0]),
    )
