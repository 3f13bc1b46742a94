r"""What a set of sites is worth: a bound on sharing demand points out among them, by prices of their capacities.

    L(lambda) = sum_i min_s (c_is + w_i lambda_s) - sum_s lambda_s capacity_s,    lambda >= 0

is a lower bound on every assignment to the sites s. Where demand points are many and small it nearly reaches the best
whole assignment, at a fraction of its time: sets of sites are compared by it.
"""

from __future__ import annotations

import numpy as np

from siting.impedance import BoolArray, FloatArray
from siting.machine.compiled import compiled
from siting.search.single_source.arrays import Pairs

STEPS, FIRST_STEP, LEAST_STEP = 60, 1.0, 0.02


@compiled
def transport_bound(
    cost: FloatArray, weight: FloatArray, room: FloatArray, price: FloatArray, enough: float, steps: int
) -> float:
    """The largest L found; stops once it passes `enough`.

    Args:
        cost: (I, S).
        room: (S,) capacities.
        price: (S,) to begin with; changed to the best found.
    """
    points, size = cost.shape
    now, load = price.copy(), np.empty(size)
    top, step = -np.inf, FIRST_STEP
    for _ in range(steps):
        load[:] = 0.0
        bound = 0.0
        for s in range(size):
            bound -= now[s] * room[s]
        for i in range(points):
            w = weight[i]
            least, best = np.inf, 0
            for s in range(size):
                value = cost[i, s] + w * now[s]
                if value < least:
                    least, best = value, s
            bound += least
            load[best] += w
        if bound > top:
            top = bound
            price[:] = now
            if top > enough:
                return top
        else:
            step *= 0.7
            if step < LEAST_STEP:
                return top
        length = 0.0
        for s in range(size):
            over = load[s] - room[s]
            if over < 0 and now[s] <= 0:
                over = 0.0
            load[s] = over
            length += over * over
        if length <= 0:
            return top
        size_of_step = step * max(enough - bound, 1e-5 * abs(enough)) / length
        for s in range(size):
            now[s] = max(now[s] + size_of_step * load[s], 0.0)
    return top


@compiled
def best_swap(
    pairs: Pairs,
    cost: FloatArray,
    new: int,
    allowed: BoolArray,
    paid: FloatArray,
    weight: FloatArray,
    room: FloatArray,
    new_room: float,
    price: FloatArray,
    enough: float,
    far: float,
) -> tuple[int, float]:
    """The open site (number in the table) in whose place site `new` gives the least bound below `enough`, and that.

    -1 where there is none.

    Args:
        cost: (I, S) at the open sites.
        allowed: (S,) which may go.
        paid: (S,) what opening `new` costs more than each.
        room, price: (S,) capacities and their prices.
        far: cost of an inadmissible pair.
    """
    column = np.full(weight.size, far)
    for e in range(pairs.start[new], pairs.start[new + 1]):
        column[pairs.point[e]] = pairs.cost[e]
    chosen, least = -1, enough
    old = np.empty(weight.size)
    for s in range(allowed.size):
        if not allowed[s]:
            continue
        old[:] = cost[:, s]
        cost[:, s] = column
        old_room = room[s]
        room[s] = new_room
        try_price = price.copy()
        try_price[s] = 0.0
        bound = transport_bound(cost, weight, room, try_price, least - paid[s], STEPS) + paid[s]
        cost[:, s] = old
        room[s] = old_room
        if bound < least:
            chosen, least = s, bound
    return chosen, least
