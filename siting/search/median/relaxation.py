r"""The Lagrangian bound, by deflected subgradient steps.

Multipliers mu_i on "everybody is assigned" leave a problem that falls apart by site; pi_r on the rows that counts do
not say (budgets of unequal cost, excluded plans):

    L(mu, pi) = sum_i mu_i + sum_r pi_r b_r + min_y sum_j y_j v_j,
    v_j = f_j + sum_i min(0, c_ij - mu_i) - sum_r pi_r A_rj

over the sets y of sites that the groups of the rules allow. Every L is a lower bound on every plan. With mu_i at most
the `cap` of its list, pairs outside the lists add nothing, so the bound holds for the whole question.

Sources: Cornuejols, Fisher and Nemhauser (1977), Management Science 23(8), the relaxation; Held, Wolfe and Crowder
(1974), Mathematical Programming 6, the step; Camerini, Fratta and Maffioli (1975), Mathematical Programming Study 3,
the deflected direction.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from siting.impedance import BoolArray, FloatArray
from siting.machine.compiled import compiled
from siting.search.median.choice import Choice, cheapest
from siting.search.median.lists import Lists

MEMORY = 0.95  # of the mean of the sites that the relaxation opens
LAST_STEP = 2e-3  # a step this short is the last


class Steps(NamedTuple):
    """How the multipliers are moved.

    Attributes:
        most: how many steps at most.
        first: of the way to the known plan's objective that the first step goes (Polyak's factor).
        deflection: of the last direction that the next one keeps.
        patience: steps without a better bound after which the step shrinks.
        shrink: by this factor.
    """

    most: int
    first: float
    deflection: float
    patience: int
    shrink: float


@compiled
def ascend(
    lists: Lists,
    price: FloatArray,
    choice: Choice,
    must: BoolArray,
    may: BoolArray,
    mu: FloatArray,
    pi: FloatArray,
    upper: float,
    target: float,
    steps: Steps,
    value: FloatArray,
    chosen: BoolArray,
    mean: FloatArray,
) -> tuple[float, float]:
    """The best bound from `mu` and `pi`, which it moves there, and the factor of the last step (0: nothing to gain).

    Args:
        price: (J,) cost of opening.
        must, may: (J,) sites open in every plan, and in some.
        mu: (I,); pi: (S,).
        upper: objective of a known plan, or a guess of one.
        target: stop once the bound gets there.
        value: (J,) is set to v at the best bound.
        chosen: (J,) is set to the sites that it opens.
        mean: (J,) is set to how often the last steps open each site.
    """
    n, m, rows = lists.cap.size, price.size, choice.side_least.size
    starts = np.zeros(n + 1, np.int64)
    point = np.empty(n, np.int64)
    site = np.empty(lists.site.size, np.int32)
    cost = np.empty(lists.site.size)
    here, low, high = np.empty(n), np.empty(n), np.empty(n)
    size, used, settled = 0, 0, 0.0
    ceiling = 2.0 * abs(upper) + 1.0
    for i in range(n):  # what is left of each list
        begin, cap = used, min(lists.cap[i], ceiling)
        for k in range(lists.indptr[i], lists.indptr[i + 1]):
            j = lists.site[k]
            if lists.cost[k] >= cap:
                break
            if must[j]:  # nobody goes farther
                cap = lists.cost[k]
                break
            if may[j]:
                site[used] = j
                cost[used] = lists.cost[k]
                used += 1
        if used == begin:
            settled += cap
            continue
        low[size], high[size] = cost[begin], cap
        here[size] = min(max(mu[i], cost[begin]), cap)
        point[size] = i
        size += 1
        starts[size] = used
    scale = np.ones(rows)
    for r in range(rows):
        for j in range(m):
            if may[j]:
                scale[r] = max(scale[r], abs(choice.side[r, j]))
        scale[r] = np.sqrt(float(max(size, 1))) / scale[r]
    best = -np.inf
    best_mu, best_pi = here[:size].copy(), pi.copy()
    now, opened = np.empty(m), np.zeros(m, np.bool_)
    way, way_rows = np.zeros(size), np.zeros(rows)
    mean[:] = 0.0
    weight, factor, stalled, number = 0.0, steps.first, 0, 0
    while True:
        number += 1
        bound = settled
        for j in range(m):
            now[j] = price[j]
        for r in range(rows):
            if pi[r] != 0.0:
                bound += pi[r] * (choice.side_least[r] if pi[r] > 0 else choice.side_most[r])
                for j in range(m):
                    now[j] -= pi[r] * choice.side[r, j]
        for a in range(size):
            bound += here[a]
            for k in range(starts[a], starts[a + 1]):
                reduced = cost[k] - here[a]
                if reduced >= 0:
                    break
                now[site[k]] += reduced
        bound += cheapest(choice, now, must, may, opened)
        if bound > best:
            stalled = 0 if bound > best + 1e-6 * abs(best) else stalled + 1
            best = bound
            best_mu[:], best_pi[:], value[:], chosen[:] = here[:size], pi, now, opened
        else:
            stalled += 1
        for j in range(m):
            mean[j] *= MEMORY
            if opened[j]:
                mean[j] += 1.0 - MEMORY
        weight = MEMORY * weight + 1.0 - MEMORY
        if best >= target or number >= steps.most:
            break
        if stalled > steps.patience:
            factor, stalled = factor * steps.shrink, 0
            if factor < LAST_STEP:
                factor = 0.0
                break
            here[:size], pi[:], way[:], way_rows[:] = best_mu, best_pi, 0.0, 0.0
            continue
        length = 0.0
        for a in range(size):
            turn = 1.0
            for k in range(starts[a], starts[a + 1]):
                if cost[k] >= here[a]:
                    break
                if opened[site[k]]:
                    turn -= 1.0
            turn += steps.deflection * way[a]
            if (turn > 0 and here[a] >= high[a]) or (turn < 0 and here[a] <= low[a]):
                turn = 0.0
            way[a] = turn
            length += turn * turn
        for r in range(rows):
            total = 0.0
            for j in range(m):
                if opened[j]:
                    total += choice.side[r, j]
            turn = 0.0
            if pi[r] > 0 or total < choice.side_least[r]:
                turn = choice.side_least[r] - total
            elif pi[r] < 0 or total > choice.side_most[r]:
                turn = choice.side_most[r] - total
            way_rows[r] = turn * scale[r] + steps.deflection * way_rows[r]
            length += way_rows[r] * way_rows[r]
        if length == 0.0:
            factor = 0.0
            break
        move = factor * max(upper - bound, 1e-9 * abs(upper)) / length
        for a in range(size):
            here[a] = min(max(here[a] + move * way[a], low[a]), high[a])
        for r in range(rows):
            before = pi[r]
            pi[r] += move * scale[r] * way_rows[r]
            if before * pi[r] < 0:  # the other side of the row is another limit
                pi[r] = 0.0
            if pi[r] > 0 and choice.side_least[r] == -np.inf:
                pi[r] = 0.0
            if pi[r] < 0 and choice.side_most[r] == np.inf:
                pi[r] = 0.0
    for a in range(size):
        mu[point[a]] = best_mu[a]
    pi[:] = best_pi
    for j in range(m):
        mean[j] /= weight
    return best, factor
