"""The rules on sites as arrays for compiled loops: the cheapest choice, what forcing a site costs, allowed moves."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.machine.compiled import compiled
from siting.search.sites import SiteRules

LARGE = 1 << 60  # a count that nothing reaches


class Choice(NamedTuple):
    """`SiteRules` as arrays. Groups of counts do not overlap; a zone lies in one group.

    Attributes:
        group: (J,) group of each site, -1 for none.
        zone: (J,) zone of each site, -1 for none.
        group_least, group_most: (G,) how many sites of each group are open.
        zone_least, zone_most: (Z,).
        side: (S, J) the rows that the groups do not say.
        side_least, side_most: (S,).
        rows: (R, J) every row, for moves.
        least, most: (R,) with a tolerance for what arithmetic adds.
    """

    group: IntArray
    zone: IntArray
    group_least: IntArray
    group_most: IntArray
    zone_least: IntArray
    zone_most: IntArray
    side: FloatArray
    side_least: FloatArray
    side_most: FloatArray
    rows: FloatArray
    least: FloatArray
    most: FloatArray


def as_choice(rules: SiteRules) -> Choice:
    """The arrays of `rules`."""
    m = rules.must.size
    group, zone = np.full(m, -1), np.full(m, -1)
    zone_least, zone_most = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    before = 0
    for g, part in enumerate(rules.groups):
        group[part.members] = g
        inside = part.members & (part.zone >= 0)
        zone[inside] = part.zone[inside] + before
        before += part.zone_least.size
        zone_least.append(part.zone_least)
        zone_most.append(np.minimum(part.zone_most, LARGE))
    least, most = rules.least - rules.slack, rules.most + rules.slack
    return Choice(
        group.astype(np.int64),
        zone.astype(np.int64),
        np.array([g.least for g in rules.groups], dtype=np.int64),
        np.array([g.most for g in rules.groups], dtype=np.int64),
        np.concatenate(zone_least).astype(np.int64),
        np.concatenate(zone_most).astype(np.int64),
        np.ascontiguousarray(rules.matrix[rules.side]),
        least[rules.side],
        most[rules.side],
        np.ascontiguousarray(rules.matrix),
        least,
        most,
    )


@compiled
def cheapest(choice: Choice, value: FloatArray, must: BoolArray, may: BoolArray, chosen: BoolArray) -> float:
    """Sum of the sites that minimise `value` (J,) under the groups, set in `chosen` (J,); +inf where none can be."""
    held = np.zeros(choice.group_least.size, np.int64)
    inside = np.zeros(choice.zone_least.size, np.int64)
    free = np.empty(value.size, np.int64)
    size, total = 0, 0.0
    for j in range(value.size):
        chosen[j] = must[j]
        g = choice.group[j]
        if must[j]:
            total += value[j]
            if g >= 0:
                held[g] += 1
                if choice.zone[j] >= 0:
                    inside[choice.zone[j]] += 1
        elif may[j]:
            if g >= 0:
                free[size] = j
                size += 1
            elif value[j] < 0:
                chosen[j] = True
                total += value[j]
    order = np.argsort(value[free[:size]], kind="mergesort")
    lacking = 0
    for z in range(inside.size):
        lacking += max(choice.zone_least[z] - inside[z], 0)
    if lacking:
        for s in range(size):
            j = free[order[s]]
            z = choice.zone[j]
            if z >= 0 and inside[z] < choice.zone_least[z]:
                chosen[j] = True
                total += value[j]
                inside[z] += 1
                held[choice.group[j]] += 1
                lacking -= 1
        if lacking:
            return np.inf
    for z in range(inside.size):
        if inside[z] > choice.zone_most[z]:
            return np.inf
    wanted = 0
    for g in range(held.size):
        wanted += max(choice.group_least[g] - held[g], 0)
    for s in range(size):
        j = free[order[s]]
        if value[j] >= 0 and wanted == 0:
            break
        g, z = choice.group[j], choice.zone[j]
        if chosen[j] or held[g] >= choice.group_most[g] or (z >= 0 and inside[z] >= choice.zone_most[z]):
            continue
        if held[g] < choice.group_least[g]:
            wanted -= 1
        elif value[j] >= 0:
            continue
        chosen[j] = True
        total += value[j]
        held[g] += 1
        if z >= 0:
            inside[z] += 1
    if wanted:
        return np.inf
    for g in range(held.size):
        if held[g] > choice.group_most[g]:
            return np.inf
    return total


@compiled
def lifts(
    choice: Choice, value: FloatArray, must: BoolArray, may: BoolArray, chosen: BoolArray, lift: FloatArray
) -> None:
    """`lift` (J,): by how much the cheapest sum (its sites in `chosen`) grows if a free site must change sides.

    The counts make a laminar family, in which one exchange leads from the cheapest set to the cheapest that contains,
    or lacks, a given site (Murota 2003, Discrete Convex Analysis, on M-natural-convex functions).
    """
    groups, zones = choice.group_least.size, choice.zone_least.size
    held, inside = np.zeros(groups, np.int64), np.zeros(zones, np.int64)
    for j in range(value.size):
        if chosen[j] and choice.group[j] >= 0:
            held[choice.group[j]] += 1
            if choice.zone[j] >= 0:
                inside[choice.zone[j]] += 1
    dearest_in, cheapest_out = np.full(groups, -np.inf), np.full(groups, np.inf)  # that another zone can take over
    zone_in, zone_out = np.full(zones, -np.inf), np.full(zones, np.inf)
    for j in range(value.size):
        g, z = choice.group[j], choice.zone[j]
        if g < 0 or must[j] or not may[j]:
            continue
        if chosen[j]:
            if z >= 0:
                zone_in[z] = max(zone_in[z], value[j])
            if z < 0 or inside[z] > choice.zone_least[z]:
                dearest_in[g] = max(dearest_in[g], value[j])
        else:
            if z >= 0:
                zone_out[z] = min(zone_out[z], value[j])
            if z < 0 or inside[z] < choice.zone_most[z]:
                cheapest_out[g] = min(cheapest_out[g], value[j])
    for j in range(value.size):
        g, z = choice.group[j], choice.zone[j]
        lift[j] = 0.0
        if must[j] or not may[j]:
            continue
        if g < 0:
            lift[j] = abs(value[j])
            continue
        room = z < 0 or (inside[z] > choice.zone_least[z] if chosen[j] else inside[z] < choice.zone_most[z])
        if chosen[j]:
            other = cheapest_out[g] if room else np.inf
            if z >= 0:
                other = min(other, zone_out[z])
            if room and held[g] > choice.group_least[g]:
                other = min(other, 0.0)
            lift[j] = max(other - value[j], 0.0)
        else:
            other = dearest_in[g] if room else -np.inf
            if z >= 0:
                other = max(other, zone_in[z])
            if room and held[g] < choice.group_most[g]:
                other = max(other, 0.0)
            lift[j] = max(value[j] - other, 0.0)


@compiled
def move_allowed(choice: Choice, level: FloatArray, new: int, out: int) -> bool:
    """Whether opening `new` and closing `out` (-1: none) keeps every row, of which `level` (R,) is the present sum."""
    for r in range(level.size):
        after = level[r]
        if new >= 0:
            after += choice.rows[r, new]
        if out >= 0:
            after -= choice.rows[r, out]
        if after < choice.least[r] or after > choice.most[r]:
            return False
    return True
