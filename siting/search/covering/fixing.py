"""Sites that every better plan opens, or closes: by what the bound rises if one of them does otherwise.

The counts of the rules' groups are nested, so that the cheapest sets with one site forced differ from the cheapest one
by that site and at most one other.

Source: Murota (2003), Discrete Convex Analysis, ch. 4 and 6 (exchange in M-natural-convex sets); Balas and Martin
(1980), Management Science 26(1), fixing by reduced costs.
"""

from __future__ import annotations

import math

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.search.sites import Group, SiteRules


def rise_if_changed(rules: SiteRules, price: FloatArray, chosen: BoolArray) -> FloatArray:
    """(J,) by how much the cheapest sum of prices rises where a free site is not as in the cheapest set.

    Args:
        price: (J,) of the sites.
        chosen: (J,) `rules.cheapest(price)`.

    Returns:
        0 for sites that are not free; +inf where no set has it otherwise.
    """
    rise = np.where(rules.free, np.where(chosen, -price, price), 0.0)
    for group in rules.groups:
        members = np.flatnonzero(group.members & rules.free)
        rise[members] = _in_group(group, rules, price, chosen)[members]
    return np.maximum(rise, 0.0)


def _in_group(group: Group, rules: SiteRules, price: FloatArray, chosen: BoolArray) -> FloatArray:
    """A member that opens may have one close for it, one that closes may have one open for it."""
    inside = group.members & chosen
    zones = group.zone_least.size
    held = np.bincount(group.zone[inside & (group.zone >= 0)], minlength=zones)[:zones]
    least = np.append(group.zone_least, 0)
    most = np.append(group.zone_most, np.iinfo(np.int64).max)
    held = np.append(held, 0)  # the last: of no zone, where nothing is asked
    zone = np.where(group.zone >= 0, group.zone, zones)
    count = int(inside.sum())
    out_of = _best_by_zone(price, zone, inside & rules.free, zones + 1, largest=True)
    into = _best_by_zone(price, zone, group.members & rules.free & ~chosen, zones + 1, largest=False)
    may_lose, may_gain = held > least, held < most
    may_lose[-1] = may_gain[-1] = True
    # For one that opens: nobody leaves, one of its zone leaves, or one of a zone that may lose one.
    any_out = float(np.where(may_lose, out_of, -math.inf).max(initial=-math.inf))
    any_in = float(np.where(may_gain, into, math.inf).min(initial=math.inf))
    leaves = np.where(may_gain, np.maximum(out_of, any_out), out_of)
    comes = np.where(may_lose, np.minimum(into, any_in), into)
    if count < group.most:
        leaves = np.where(may_gain, np.maximum(leaves, 0.0), leaves)
    if count > group.least:
        comes = np.where(may_lose, np.minimum(comes, 0.0), comes)
    rise: FloatArray = np.where(chosen, comes[zone] - price, price - leaves[zone])
    return rise


def _best_by_zone(price: FloatArray, zone: IntArray, sites: BoolArray, count: int, *, largest: bool) -> FloatArray:
    best = np.full(count, -math.inf if largest else math.inf)
    (np.maximum if largest else np.minimum).at(best, zone[sites], price[sites])
    return best
