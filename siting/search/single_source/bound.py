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

from siting.compiled import compiled
from siting.impedance import BoolArray, FloatArray, IntArray
from siting.search.single_source.arrays import Pairs, Sites
from siting.search.single_source.choice import cheapest, forced
from siting.search.single_source.knapsack import SMALL, partition, whole

MEMORY = 0.9  # of the running mean of which sites are opened
TURN = 0.5  # share of the last direction in the next


class Work(NamedTuple):
    """Room for one site's knapsack."""

    gain: FloatArray
    weight: FloatArray
    pair: IntArray
    order: IntArray
    taken: IntArray
    best: IntArray
    core: IntArray


def work(pairs: Pairs) -> Work:
    """Room for the largest site of `pairs`."""
    size = max(int(np.diff(pairs.start).max(initial=0)), 1)
    whole_numbers = [np.zeros(size, dtype=np.int64) for _ in range(5)]
    return Work(np.zeros(size), np.zeros(size), *whole_numbers)


@compiled
def gather(pairs: Pairs, j: int, mu: FloatArray, weight: FloatArray, room: Work) -> int:
    """List the pairs of site j that gain; how many they are."""
    count = 0
    for e in range(pairs.start[j], pairs.start[j + 1]):
        i = pairs.point[e]
        gain = mu[i] - pairs.cost[e]
        if gain > 0:
            room.gain[count] = gain
            room.weight[count] = weight[i]
            room.pair[count] = e
            count += 1
    return count


@compiled
def pack(
    pairs: Pairs, sites: Sites, weight: FloatArray, j: int, mu: FloatArray, exact: bool, held: FloatArray, room: Work
) -> float:
    """The largest gain of a load of site j, or a bound on it, and the load in `held` (nnz,).

    In shares, or whole where `exact`.
    """
    for e in range(pairs.start[j], pairs.start[j + 1]):
        held[e] = 0.0
    count = gather(pairs, j, mu, weight, room)
    cut = partition(room.gain, room.weight, room.order, count, sites.room[j])
    value = 0.0
    if cut == count:
        for k in range(count):
            held[room.pair[k]] = 1.0
            value += room.gain[k]
        return value
    if exact:
        value, proven = whole(
            room.gain,
            room.weight,
            room.order,
            count,
            cut,
            sites.room[j],
            -np.inf,
            room.taken,
            room.best,
            room.core,
        )
        for k in range(count):
            held[room.pair[k]] = room.best[k]
        return value + SMALL * (1.0 + abs(value)) if proven else value
    left = sites.room[j]
    for position in range(cut):
        k = room.order[position]
        held[room.pair[k]] = 1.0
        value += room.gain[k]
        left -= room.weight[k]
    k = room.order[cut]
    share = left / room.weight[k]
    held[room.pair[k]] = share
    return value + share * room.gain[k]


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
    total = 0.0
    for i in range(mu.size):
        total += mu[i]
    for r in range(sigma.size):
        if sigma[r] != 0:
            total += sigma[r] * (sites.least[r] if sigma[r] > 0 else sites.most[r])
    size = value.size
    other = np.empty(size)
    sure = np.zeros(size, dtype=np.bool_)
    for j in range(size):
        value[j] = 0.0
        other[j] = sites.cost[j]
        for r in range(sigma.size):
            other[j] -= sigma[r] * sites.rows[r, j]
        if sites.may[j]:
            value[j] = other[j] - pack(pairs, sites, weight, j, mu, False, held, room)
    while True:
        chosen = cheapest(sites, sites.must, sites.may, value, opened)
        if not exact or chosen == np.inf:
            return total + chosen
        missing = False
        for j in range(size):
            if opened[j] and not sure[j]:
                missing, sure[j] = True, True
                value[j] = max(value[j], other[j] - pack(pairs, sites, weight, j, mu, True, held, room))
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
    """Take at most `steps` steps up; how many were taken.

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
            for e in range(pairs.start[j], pairs.start[j + 1]):
                state.share[e] = MEMORY * state.share[e] + (1 - MEMORY) * (held[e] if opened[j] else 0.0)
        number[2] += 1
        if bound > number[0]:
            if number[0] == -np.inf or bound > number[0] + 1e-5 * abs(number[0]):
                number[2] = 0.0
            number[0] = bound
            state.best_mu[:] = mu
            state.best_sigma[:] = sigma
            state.value[:] = value
            state.opened[:] = opened
            if bound > limit:
                number[3] = 1.0
                return taken + 1
        if number[2] >= patience:
            number[1] *= shrink
            number[2] = 0.0
            mu[:] = state.best_mu
            sigma[:] = state.best_sigma
            state.turn_mu[:] = 0.0
            state.turn_sigma[:] = 0.0
            if number[1] < last:
                number[3] = 1.0
                return taken + 1
            continue
        unmet[:] = 1.0
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
        step = number[1] * max(target - bound, 1e-4 * abs(number[0])) / length
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


@compiled
def settle(
    pairs: Pairs, sites: Sites, weight: FloatArray, state: Climb, room: Work, exact: bool, limit: float, keep: BoolArray
) -> bool:
    """Take out what no plan that costs at most `limit` uses, at the best multipliers of `state`.

    Clears pairs in `keep` (nnz,) and sites in `sites.may`, sets sites in `sites.must`. False where nothing is left.

    Args:
        exact: whether pairs that shares leave in are tried with whole loads too.
    """
    mu, sigma = state.best_mu, state.best_sigma
    size, points = sites.may.size, mu.size
    constant = 0.0
    for i in range(points):
        constant += mu[i]
    for r in range(sigma.size):
        if sigma[r] != 0:
            constant += sigma[r] * (sites.least[r] if sigma[r] > 0 else sites.most[r])
    value, other, price = state.value, np.zeros(size), np.zeros(size)
    shares = np.zeros(size)  # v in shares, at most `value`
    held = np.empty(pairs.point.size)
    for j in range(size):
        if not sites.may[j]:
            continue
        other[j] = sites.cost[j]
        for r in range(sigma.size):
            other[j] -= sigma[r] * sites.rows[r, j]
        shares[j] = other[j] - pack(pairs, sites, weight, j, mu, False, held, room)
        value[j] = max(value[j], shares[j])
        count = gather(pairs, j, mu, weight, room)
        cut = partition(room.gain, room.weight, room.order, count, sites.room[j])
        price[j] = 0.0 if cut == count else room.gain[room.order[cut]] / room.weight[room.order[cut]]
    with_it, without = np.empty(size), np.empty(size)
    for again in range(2):
        forced(sites, sites.must, sites.may, value, with_it, without)
        for j in range(size):
            if sites.may[j] and again == 0 and constant + with_it[j] + value[j] <= limit:
                value[j] = max(value[j], other[j] - pack(pairs, sites, weight, j, mu, True, held, room))
    for j in range(size):
        if sites.may[j]:
            if constant + with_it[j] + value[j] > limit:
                if sites.must[j]:
                    return False
                sites.may[j] = False
            elif constant + without[j] > limit:
                sites.must[j] = True
    # What sure sites lose when a demand point goes elsewhere.
    lost = np.zeros(points)
    for j in range(size):
        if sites.must[j]:
            for e in range(pairs.start[j], pairs.start[j + 1]):
                i = pairs.point[e]
                slack = mu[i] - pairs.cost[e] - price[j] * weight[i]
                lost[i] += max(shares[j] + max(slack, 0.0) - value[j], 0.0)
    left = np.zeros(points, dtype=np.int64)
    for j in range(size):
        base = constant + with_it[j]
        for e in range(pairs.start[j], pairs.start[j + 1]):
            if not keep[e]:
                continue
            i = pairs.point[e]
            gain = mu[i] - pairs.cost[e]
            slack = gain - price[j] * weight[i]
            elsewhere = lost[i]
            if sites.must[j]:
                elsewhere -= max(shares[j] + max(slack, 0.0) - value[j], 0.0)
            if not sites.may[j] or base + elsewhere + max(value[j], shares[j] - min(slack, 0.0)) > limit:
                keep[e] = False
            elif exact and slack < 0:
                keep[e] = _may_hold(pairs, sites, weight, j, e, mu, other[j] + base + elsewhere - limit, room)
            left[i] += keep[e]
    for i in range(points):
        if left[i] == 0:
            return False
    return True


@compiled
def _may_hold(
    pairs: Pairs, sites: Sites, weight: FloatArray, j: int, pair: int, mu: FloatArray, need: float, room: Work
) -> bool:
    """Whether site j has a load with this pair that gains `need` at least."""
    i = pairs.point[pair]
    need -= mu[i] - pairs.cost[pair]
    count = gather(pairs, j, mu, weight, room)
    kept = 0
    total = 0.0
    for k in range(count):
        if room.pair[k] != pair:
            room.gain[kept], room.weight[kept], room.pair[kept] = room.gain[k], room.weight[k], room.pair[k]
            total += room.gain[k]
            kept += 1
    left = sites.room[j] - weight[i]
    cut = partition(room.gain, room.weight, room.order, kept, left)
    if cut == kept:
        return total >= need - SMALL * (1.0 + abs(need))
    floor = need - 2 * SMALL * (1.0 + abs(need))
    found, proven = whole(
        room.gain, room.weight, room.order, kept, cut, left, floor, room.taken, room.best, room.core
    )
    return found > floor or not proven


def climb_from(mu: FloatArray, sigma: FloatArray, pairs: Pairs, sites: int, step: float) -> Climb:
    """Before the first step, at these multipliers."""
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
