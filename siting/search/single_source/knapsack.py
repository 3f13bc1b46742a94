"""The load of most gain within a capacity: in shares by partition, or whole by branch and bound on its core.

Shares are the linear relaxation: the best ratios of gain to weight first (Dantzig 1957, Operations Research 5(2)),
found by partition without sorting (Balas and Zemel 1980, Operations Research 28(5)). Whole loads: what the slack of
the relaxation settles is taken out (Dembo and Hammer 1980), the rest is searched in depth by ratio (Horowitz and
Sahni 1974, Journal of the ACM 21). Weights may be any numbers.
"""

from __future__ import annotations

import numpy as np

from siting.impedance import FloatArray, IntArray
from siting.machine.compiled import compiled

MOST_NODES = 100_000  # of the search for whole loads; beyond, the bound by shares stands
SMALL = 1e-9  # absolute and relative: of sums of gains


@compiled
def partition(gain: FloatArray, weight: FloatArray, order: IntArray, count: int, room: float) -> int:
    """Order the items 0..count so that those before the position returned fit, by ratio, and that one does not.

    `order` is filled with the items' numbers; the position is `count` where all fit.
    """
    total = 0.0
    for k in range(count):
        order[k] = k
        total += weight[k]
    if total <= room:
        return count
    low, high, left = 0, count, room
    while low < high:
        middle = order[(low + high) // 2]
        g, w = gain[middle], weight[middle]
        above, at, end = low, low, high  # low..above better, above..at the same, end..high worse
        better = 0.0
        same = 0.0
        while at < end:
            k = order[at]
            difference = gain[k] * w - g * weight[k]
            if difference > 0:
                better += weight[k]
                order[at] = order[above]
                order[above] = k
                above += 1
                at += 1
            elif difference < 0:
                end -= 1
                order[at] = order[end]
                order[end] = k
            else:
                same += weight[k]
                at += 1
        if better > left:
            high = above
        elif better + same > left:
            left -= better
            for position in range(above, end):
                if weight[order[position]] > left:
                    return position
                left -= weight[order[position]]
            return min(end, count - 1)  # by rounding only
        else:
            left -= better + same
            low = end
    return min(low, count - 1)


@compiled
def whole(
    gain: FloatArray,
    weight: FloatArray,
    order: IntArray,
    count: int,
    cut: int,
    room: float,
    floor: float,
    taken: IntArray,
    best: IntArray,
    core: IntArray,
) -> tuple[float, bool]:
    """The largest gain of a load over `floor`, `floor` itself where there is none; False where that is not proven.

    Args:
        gain, weight, order, count, cut, room: as `partition` left them, cut < count.
        floor: gain of a load known otherwise, -inf for none.
        taken: (count,) room to work in; best: (count,) is filled with 1 for the items held, where they beat the floor.
        core: (count,) room to work in.
    """
    critical = order[cut]
    price = gain[critical] / weight[critical]
    load, value = 0.0, 0.0
    for position in range(cut):
        load += weight[order[position]]
        value += gain[order[position]]
    upper = value + (room - load) * price
    # A first load: the better of filling up the cut one, and of putting the critical item in place of another.
    fill, out = -1, -1
    most = 0.0
    for position in range(cut, count):
        k = order[position]
        if weight[k] <= room - load and gain[k] > most:
            most, fill = gain[k], k
    excess = load + weight[critical] - room
    for position in range(cut):
        k = order[position]
        if weight[k] >= excess and gain[critical] - gain[k] > most:
            most, fill, out = gain[critical] - gain[k], critical, k
    found = floor
    if value + most > floor:
        found = value + most
        for k in range(count):
            best[k] = 0
        for position in range(cut):
            best[order[position]] = 1
        if fill >= 0:
            best[fill] = 1
        if out >= 0:
            best[out] = 0
    small = SMALL * (1.0 + abs(upper))
    if upper <= found + small:
        return found, True
    # What the slack settles; the rest is the core.
    size, room_left, value = 0, room, 0.0
    for position in range(count):
        k = order[position]
        slack = gain[k] - price * weight[k]
        if upper - abs(slack) > found + small:
            core[size] = k
            size += 1
            taken[k] = 0
        elif position < cut:
            taken[k] = 1
            room_left -= weight[k]
            value += gain[k]
        else:
            taken[k] = 0
    ratio = np.empty(size)
    for c in range(size):
        ratio[c] = -gain[core[c]] / weight[core[c]]
    ranked = core[:size][np.argsort(ratio)]
    lightest = np.empty(size + 1)  # of the items from here on
    lightest[size] = np.inf
    for c in range(size - 1, -1, -1):
        lightest[c] = min(lightest[c + 1], weight[ranked[c]])
    c, nodes = 0, 0
    while True:
        nodes += 1
        if nodes > MOST_NODES:
            return upper, False
        # The bound of what is left from c on, in shares.
        left, possible, d = room_left, value, c
        while d < size and weight[ranked[d]] <= left:
            left -= weight[ranked[d]]
            possible += gain[ranked[d]]
            d += 1
        if d < size:
            possible += left * gain[ranked[d]] / weight[ranked[d]]
        back = possible <= found + small
        if not back:
            # Take all that fit in a row, then leave out the next one.
            while c < size and weight[ranked[c]] <= room_left:
                taken[ranked[c]] = 1
                room_left -= weight[ranked[c]]
                value += gain[ranked[c]]
                c += 1
            if c == size or lightest[c] > room_left:
                if value > found:
                    found = value
                    for k in range(count):
                        best[k] = taken[k]
                back = True
            else:
                taken[ranked[c]] = 0
                c += 1
                if c == size:
                    if value > found:
                        found = value
                        for k in range(count):
                            best[k] = taken[k]
                    back = True
        if back:
            c -= 1
            while c >= 0 and taken[ranked[c]] == 0:
                c -= 1
            if c < 0:
                return found, True
            taken[ranked[c]] = 0
            room_left += weight[ranked[c]]
            value -= gain[ranked[c]]
            c += 1
