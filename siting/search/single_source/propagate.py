"""What capacities and smallest loads settle on their own, round by round."""

from __future__ import annotations

import numpy as np

from siting.impedance import BoolArray, FloatArray
from siting.machine.compiled import compiled
from siting.search.single_source.arrays import Pairs, Sites

SLACK = 1e-9  # relative: of sums of loads


@compiled
def propagate(pairs: Pairs, sites: Sites, weight: FloatArray, least: FloatArray, keep: BoolArray) -> bool:
    """Take out pairs that would overdraw a capacity beside what must be there, or that leave a site too little.

    Clears `keep` (nnz,) and `sites.may`, sets `sites.must`. False where nothing is left.

    Args:
        least: (J,) smallest loads of open sites.
    """
    size, points = sites.may.size, weight.size
    total = 0.0
    for i in range(points):
        total += weight[i]
    slack = SLACK * (1.0 + total)
    number = np.empty(points, dtype=np.int64)
    sure, possible = np.empty(size), np.empty(size)
    changed = True
    while changed:
        changed = False
        number[:] = 0
        for j in range(size):
            if sites.must[j] and not sites.may[j]:
                return False
            for e in range(pairs.start[j], pairs.start[j + 1]):
                keep[e] = keep[e] and sites.may[j]
                number[pairs.point[e]] += keep[e]
        for i in range(points):
            if number[i] == 0:
                return False
        room, owed = 0.0, 0.0
        for j in range(size):
            sure[j], possible[j] = 0.0, 0.0
            for e in range(pairs.start[j], pairs.start[j + 1]):
                if keep[e]:
                    w = weight[pairs.point[e]]
                    possible[j] += w
                    if number[pairs.point[e]] == 1:
                        sure[j] += w
                        if not sites.must[j]:
                            sites.must[j] = changed = True
            if sure[j] > sites.room[j] + slack:
                return False
            if sites.may[j] and possible[j] < least[j] - slack:
                if sites.must[j]:
                    return False
                sites.may[j] = False
                changed = True
            if sites.may[j]:
                room += min(sites.room[j], possible[j])
            if sites.must[j]:
                owed += max(least[j], sure[j])
        if room < total - slack or owed > total + slack:
            return False
        for j in range(size):
            for e in range(pairs.start[j], pairs.start[j + 1]):
                i = pairs.point[e]
                if not keep[e] or number[i] == 1:
                    continue
                if sure[j] + weight[i] > sites.room[j] + slack:
                    keep[e] = False
                    number[i] -= 1
                    changed = True
                    if number[i] == 0:
                        return False
                elif sites.must[j] and possible[j] - weight[i] < least[j] - slack and weight[i] > slack:
                    for k in range(size):
                        if k != j:
                            for f in range(pairs.start[k], pairs.start[k + 1]):
                                if pairs.point[f] == i and keep[f]:
                                    keep[f] = False
                    number[i] = 1
                    changed = True
    return True
