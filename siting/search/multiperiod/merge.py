"""Points that cost nearly the same wherever they are sent, seen as one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from siting.impedance import FloatArray, IntArray
from siting.machine.compiled import compiled

NEAREST = 25  # places of a leader that are compared
TOLERANCES = (
    0.001,
    0.002,
    0.005,
    0.01,
    0.02,
)  # of the mean cost of leaving somebody out; wider ones merge unlike points


class Merged(NamedTuple):
    """Groups of points.

    Attributes:
        group: (I,) group of each point; the points of a group share their block.
        size: how many groups there are.
    """

    group: IntArray
    size: int


def merge_points(
    starts: IntArray,
    place: IntArray,
    each: FloatArray,
    left_out: FloatArray,
    load: FloatArray,
    block: IntArray,
    *,
    most: int,
) -> Merged:
    """Merge points of the same block whose costs differ little.

    Args:
        starts, place, each: the pairs of each point, the cheapest first.
        block: (I,) only points of the same block are merged.
        most: groups in a block, where that does not merge points that are unlike.
    """  # fmt: skip
    group = np.full(load.size, -1, dtype=np.int64)
    count = 0
    width = int(place.max(initial=-1)) + 1
    for b in np.unique(block):
        points = np.flatnonzero(block == b)
        order = points[np.argsort(-load[points], kind="stable")]
        scale = float(np.average(left_out[points], weights=np.maximum(load[points], 1e-9)))
        number, found = np.empty(points.size, dtype=np.int64), 0
        for tolerance in TOLERANCES:
            found = lead(starts, place, each, left_out, order, tolerance * scale, width, number)
            if found <= most:
                break
        group[order] = number + count
        count += found
    return Merged(group, count)


@compiled
def lead(
    starts: IntArray,
    place: IntArray,
    each: FloatArray,
    left_out: FloatArray,
    order: IntArray,
    tolerance: float,
    width: int,
    number: IntArray,
) -> int:
    """Number of the group of each point of `order` into `number`; how many there are.

    A point joins the first leader with the same cheapest place from whom it differs by no more than `tolerance` at
    each of the leader's nearest places; else it leads a group itself.
    """
    n = order.size
    leader = np.empty(n, dtype=np.int64)
    following = np.full(n, -1, dtype=np.int64)  # next leader with the same cheapest place
    head = np.full(width + 1, -1, dtype=np.int64)
    cost = np.full(width, np.inf)
    count = 0
    for k in range(n):
        i = order[k]
        none = left_out[i]
        first, last = starts[i], starts[i + 1]
        for e in range(first, last):
            cost[place[e]] = min(each[e], none)
        key = place[first] if last > first and each[first] < none else width
        chosen = -1
        g = head[key]
        while g >= 0 and chosen < 0:
            leads = leader[g]
            alike = abs(left_out[leads] - none) <= tolerance
            e, stop = starts[leads], min(starts[leads + 1], starts[leads] + NEAREST)
            while alike and e < stop:
                other = min(cost[place[e]], none)
                alike = abs(min(each[e], left_out[leads]) - other) <= tolerance
                e += 1
            if alike:
                chosen = g
            g = following[g]
        if chosen < 0:
            leader[count] = i
            following[count] = head[key]
            head[key] = count
            chosen = count
            count += 1
        number[k] = chosen
        for e in range(first, last):
            cost[place[e]] = np.inf
    return count
