"""The sites that minimise a sum of values under counts by group and zone: `SiteRules.cheapest`, compiled."""

from __future__ import annotations

import numpy as np

from siting.impedance import BoolArray, FloatArray
from siting.machine.compiled import compiled
from siting.search.single_source.arrays import Sites


@compiled
def cheapest(sites: Sites, must: BoolArray, may: BoolArray, value: FloatArray, chosen: BoolArray) -> float:
    """Fill `chosen` (J,) with the sites that minimise the sum of `value`, and give the sum; +inf where none can.

    `must` and `may` stand in place of those of `sites`. Exact, since groups do not overlap and zones lie within one:
    each zone's cheapest as far as its least number asks, then the cheapest of the rest that the largest numbers allow.
    """
    held = np.zeros(sites.zone_least.size, dtype=np.int64)
    count = np.zeros(sites.group_least.size, dtype=np.int64)
    total = 0.0
    for j in range(value.size):
        chosen[j] = must[j]
        if must[j]:
            if not may[j]:
                return np.inf
            total += value[j]
            if sites.group[j] >= 0:
                count[sites.group[j]] += 1
            if sites.zone[j] >= 0:
                held[sites.zone[j]] += 1
        elif may[j] and sites.group[j] < 0 and value[j] < 0:
            chosen[j] = True
            total += value[j]
    order = np.argsort(value)
    for j in order:
        z = sites.zone[j]
        if may[j] and not chosen[j] and z >= 0 and held[z] < sites.zone_least[z]:
            chosen[j] = True
            total += value[j]
            held[z] += 1
            count[sites.group[j]] += 1
    for z in range(held.size):
        if held[z] < sites.zone_least[z] or held[z] > sites.zone_most[z]:
            return np.inf
    for j in order:
        g, z = sites.group[j], sites.zone[j]
        if g < 0 or chosen[j] or not may[j] or (z >= 0 and held[z] >= sites.zone_most[z]):
            continue
        if count[g] < sites.group_least[g] or (value[j] < 0 and count[g] < sites.group_most[g]):
            chosen[j] = True
            total += value[j]
            count[g] += 1
            if z >= 0:
                held[z] += 1
    for g in range(count.size):
        if count[g] < sites.group_least[g] or count[g] > sites.group_most[g]:
            return np.inf
    return total


@compiled
def forced(
    sites: Sites, must: BoolArray, may: BoolArray, value: FloatArray, with_it: FloatArray, without: FloatArray
) -> None:
    """Fill (J,) the least sums of `value` over the sets with each site, less its own value, and over those without."""
    chosen = np.zeros(value.size, dtype=np.bool_)
    base = cheapest(sites, must, may, value, chosen)
    first = chosen.copy()
    for j in range(value.size):
        if not may[j]:
            with_it[j], without[j] = np.inf, base
        elif must[j]:
            with_it[j], without[j] = base - value[j], np.inf
        elif first[j]:
            with_it[j] = base - value[j]
            may[j] = False
            without[j] = cheapest(sites, must, may, value, chosen)
            may[j] = True
        else:
            without[j] = base
            must[j] = True
            with_it[j] = cheapest(sites, must, may, value, chosen) - value[j]
            must[j] = False
