"""What no plan within a limit uses, by the Lagrangian's reduced costs: pairs and sites that a search may leave out."""

from __future__ import annotations

import numpy as np

from siting.impedance import BoolArray, FloatArray
from siting.machine.compiled import compiled
from siting.search.single_source.arrays import Pairs, Sites
from siting.search.single_source.bound import Climb, constant_part, site_part
from siting.search.single_source.choice import forced
from siting.search.single_source.loads import Work, may_hold, shares, whole_load


@compiled
def settle(
    pairs: Pairs,
    sites: Sites,
    weight: FloatArray,
    state: Climb,
    room: Work,
    exact: bool,
    limit: float,
    keep: BoolArray,
    opening: FloatArray,
    closing: FloatArray,
) -> bool:
    """Take out what no plan that costs at most `limit` uses, at the best multipliers of `state`.

    Clears pairs in `keep` (nnz,) and sites in `sites.may`, sets sites in `sites.must`. False where nothing is left.
    Fills bounds on plans with each site open, `opening`, and closed, `closing` (J,).

    Args:
        exact: whether pairs that shares leave in are tried with whole loads too.
    """
    mu, sigma = state.best_mu, state.best_sigma
    size, points = sites.may.size, mu.size
    constant = constant_part(sites, mu, sigma)
    value, other, price = state.value, np.zeros(size), np.zeros(size)
    low = np.zeros(size)  # v in shares, at most `value`
    held = np.empty(pairs.point.size)
    for j in range(size):
        if not sites.may[j]:
            continue
        other[j] = site_part(sites, sigma, j)
        load, price[j] = shares(pairs, sites, weight, j, mu, held, room)
        low[j] = other[j] - load
        value[j] = max(value[j], low[j])
    with_it, without = np.empty(size), np.empty(size)
    for again in range(2):
        forced(sites, sites.must, sites.may, value, with_it, without)
        for j in range(size):
            if sites.may[j] and again == 0 and constant + with_it[j] + value[j] <= limit:
                value[j] = max(value[j], other[j] - whole_load(pairs, sites, weight, j, mu, held, room))
    for j in range(size):
        opening[j], closing[j] = constant + with_it[j] + value[j], constant + without[j]
        if sites.may[j]:
            if opening[j] > limit:
                if sites.must[j]:
                    return False
                sites.may[j] = False
            elif closing[j] > limit:
                sites.must[j] = True
    # What sure sites lose when a demand point goes elsewhere.
    lost = np.zeros(points)
    for j in range(size):
        if sites.must[j]:
            for e in range(pairs.start[j], pairs.start[j + 1]):
                i = pairs.point[e]
                slack = mu[i] - pairs.cost[e] - price[j] * weight[i]
                lost[i] += max(low[j] + max(slack, 0.0) - value[j], 0.0)
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
                elsewhere -= max(low[j] + max(slack, 0.0) - value[j], 0.0)
            if not sites.may[j] or base + elsewhere + max(value[j], low[j] - min(slack, 0.0)) > limit:
                keep[e] = False
            elif exact and slack < 0:
                keep[e] = may_hold(pairs, sites, weight, j, e, mu, other[j] + base + elsewhere - limit, room)
            left[i] += keep[e]
    return bool(left.min() > 0)
