"""How many sites of each of a laminar family of sets are open, and the cheapest sites under such counts, compiled.

Of any two sets of a laminar family one lies within the other, or they lie apart: zones within a group of sites, and
clusters within zones. The sets of sites that keep counts on such a family are the bases and independent sets of a
generalised polymatroid, over which a sum of values is minimised greedily.

Source: Schrijver (2003), Combinatorial Optimization, section 44.6 and chapter 49.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.machine.compiled import compiled
from siting.search.sites import Group


class Laminar(NamedTuple):
    """Counts on a laminar family: of set k between `least` and `most` sites are open.

    Attributes:
        place: (J,) of each site in an order in which every set is a run.
        first, last: (K,) run of each set: places first..last; smaller sets come first.
        least, most: (K,).
    """

    place: IntArray
    first: IntArray
    last: IntArray
    least: IntArray
    most: IntArray


@compiled
def cheapest(value: FloatArray, must: BoolArray, may: BoolArray, counts: Laminar, chosen: BoolArray) -> float:
    """Fill `chosen` (J,) with the sites of least total value, and give the total; +inf where the counts cannot be met.

    From the smallest set on, each takes its cheapest as far as its least number asks, and gives up its dearest as far
    as its largest number asks. Ties go to the lower number.

    Args:
        value: (J,) +inf for sites that may not be open.
        must, may: (J,) sites that are open, and that may be.
    """
    total = 0.0
    free = np.zeros(value.size, dtype=np.bool_)
    for j in range(value.size):
        chosen[j] = must[j]
        if must[j]:
            if not may[j]:
                return np.inf
            total += value[j]
        else:
            free[j] = may[j] and value[j] < np.inf
    order = np.argsort(value, kind="mergesort")
    for k in range(counts.first.size):
        first, last = counts.first[k], counts.last[k]
        held, left = 0, 0
        for j in range(value.size):
            if first <= counts.place[j] < last:
                held += chosen[j]
                left += free[j]
        lacking, room = counts.least[k] - held, counts.most[k] - held
        if room < 0 or lacking > min(left, room):
            return np.inf
        if lacking <= 0 and left <= room:
            continue
        for j in order:
            if free[j] and first <= counts.place[j] < last:
                if lacking > 0:
                    chosen[j], free[j] = True, False
                    total += value[j]
                    lacking -= 1
                elif room <= 0:
                    free[j] = False
                room -= 1
    for j in range(value.size):
        if free[j] and value[j] < 0:
            chosen[j] = True
            total += value[j]
    return total


def laminar(
    groups: tuple[Group, ...], size: int, order: IntArray | None = None, runs: IntArray | None = None
) -> Laminar:
    """The counts of groups of sites and of the zones in them, of `size` sites, with further sets as yet without limit.

    Args:
        order: (J,) sites in an order in which each group, limited zone and further set is a run; None: any such.
        runs: (R, 2) first and last place of the further sets.
    """
    group, zone = classes(groups, size)
    order = np.lexsort((zone, group)) if order is None else order
    place = np.empty(size, dtype=np.int64)
    place[order] = np.arange(size)
    sets = {(first, last): (0, last - first) for first, last in ([] if runs is None else runs.tolist())}
    for k, one in enumerate(groups):
        parts = [(group == k, one.least, one.most)]
        for z in np.flatnonzero((one.zone_least > 0) | (one.zone_most < size)).tolist():
            parts.append(((group == k) & (zone == z), one.zone_least[z], one.zone_most[z]))
        for members, least, most in parts:
            inside = place[members]
            run = (int(inside.min()), int(inside.max()) + 1) if inside.size else (0, 0)
            before = sets.get(run, (0, inside.size))
            sets[run] = max(before[0], int(least)), min(before[1], int(most))
    keys = sorted(sets, key=lambda run: (run[1] - run[0], run[0]))
    ends, limits = np.array(keys, dtype=np.int64), np.array([sets[key] for key in keys], dtype=np.int64)
    ends, limits = ends.reshape(-1, 2), limits.reshape(-1, 2)
    return Laminar(place, *(np.ascontiguousarray(part) for part in (*ends.T, *limits.T)))


def raised(counts: Laminar, members: BoolArray, least: int) -> Laminar:
    """The counts with at least so many open of one of the sets, which has these `members` (J,)."""
    inside = counts.place[members]
    first, last = (int(inside.min()), int(inside.max()) + 1) if inside.size else (0, 0)
    here = (counts.first == first) & (counts.last == last)
    return counts._replace(least=np.where(here, np.maximum(counts.least, least), counts.least))


def limited(counts: Laminar, least: IntArray, most: IntArray) -> Laminar:
    """Other limits (K,), and only the sets that they limit."""
    kept = (least > 0) | (most < counts.last - counts.first)
    return Laminar(counts.place, counts.first[kept], counts.last[kept], least[kept], most[kept])


def classes(groups: tuple[Group, ...], size: int) -> tuple[IntArray, IntArray]:
    """(J,) number of the group of each site, and (J,) its zone where that is limited; -1 for none."""
    group, zone = np.full(size, -1), np.full(size, -1)
    for k, one in enumerate(groups):
        group[one.members] = k
        inside = np.flatnonzero(one.members & (one.zone >= 0))
        mine = one.zone[inside]
        counted = (one.zone_least[mine] > 0) | (one.zone_most[mine] < size)
        zone[inside[counted]] = mine[counted]
    return group, zone
