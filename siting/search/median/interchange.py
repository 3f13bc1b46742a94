"""Good plans by opening, closing and swapping sites, until no such move is worth while.

The gain of a site that opens, the loss of one that closes and what both together save are kept as Resende and
Werneck (2007), European Journal of Operational Research 177(1), do; after Teitz and Bart (1968), Operations Research
16(5). A plan that no move improves is shaken and improved again (iterated local search).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.machine.compiled import compiled
from siting.search.median.choice import Choice, move_allowed
from siting.search.median.lists import Columns, Lists, Pairs

LEAST_PROFIT = 1e-9  # relative: less is arithmetic


class Ground(NamedTuple):
    """What a move is measured on.

    Attributes:
        lists, columns: the near pairs.
        pairs: all pairs, for demand points none of whose near sites is open.
        unserved: (I,) what it counts to reach no open site, more than any pair where that must not be.
        price: (J,) cost of opening.
        choice: rules on sites.
        free: (J,) sites that may change.
    """

    lists: Lists
    columns: Columns
    pairs: Pairs
    unserved: FloatArray
    price: FloatArray
    choice: Choice
    free: BoolArray


class State(NamedTuple):
    """A plan and what each demand point makes of it.

    Attributes:
        opened: (J,).
        first, second: (I,) nearest and second nearest open site, -1 for none.
        near, next: (I,) their costs.
        gain: (J,) what opening a site saves.
        level: (R,) sum of each row of the rules.
        total: (1,) objective, unserved ones counted dearly.
        alike: (J,) whether nothing has changed around a site since it was last looked at.
    """

    opened: BoolArray
    first: IntArray
    second: IntArray
    near: FloatArray
    next: FloatArray
    gain: FloatArray
    level: FloatArray
    total: FloatArray
    alike: BoolArray


def state_of(ground: Ground, opened: BoolArray) -> State:
    """The state of a plan (J,)."""
    n, m = ground.unserved.size, ground.price.size
    state = State(
        opened.copy(),
        np.full(n, -1),
        np.full(n, -1),
        np.empty(n),
        np.empty(n),
        np.zeros(m),
        ground.choice.rows @ opened,
        np.zeros(1),
        np.zeros(m, dtype=bool),
    )
    _settle(ground, state)
    return state


@compiled
def two_nearest(ground: Ground, opened: BoolArray, i: int) -> tuple[int, int, float, float]:
    """Nearest and second nearest open site of a demand point, and their costs."""
    lists, pairs = ground.lists, ground.pairs
    first, second = -1, -1
    near, after = ground.unserved[i], ground.unserved[i]
    for k in range(lists.indptr[i], lists.indptr[i + 1]):
        j = lists.site[k]
        if opened[j]:
            if first < 0:
                first, near = j, lists.cost[k]
            else:
                return first, j, near, lists.cost[k]
    if lists.cap[i] < ground.unserved[i]:
        for k in range(pairs.indptr[i], pairs.indptr[i + 1]):
            j = pairs.site[k]
            if opened[j] and j != first and pairs.value[k] < pairs.outside[i]:
                c = pairs.weight[i] * pairs.value[k]
                if first < 0 or c < near:
                    first, second, near, after = j, first, c, near
                elif second < 0 or c < after:
                    second, after = j, c
    return first, second, near, after


@compiled
def _settle(ground: Ground, state: State) -> None:
    state.gain[:] = 0.0
    total = 0.0
    for j in range(ground.price.size):
        if state.opened[j]:
            total += ground.price[j]
    lists = ground.lists
    for i in range(state.near.size):
        first, second, near, after = two_nearest(ground, state.opened, i)
        state.first[i], state.second[i], state.near[i], state.next[i] = first, second, near, after
        total += near
        for k in range(lists.indptr[i], lists.indptr[i + 1]):
            if lists.cost[k] >= near:
                break
            state.gain[lists.site[k]] += near - lists.cost[k]
    state.total[0] = total


@compiled
def _regain(ground: Ground, state: State, i: int, near: float) -> None:
    """The nearest open site of a demand point now costs `near`."""
    lists, before = ground.lists, state.near[i]
    for k in range(lists.indptr[i], lists.indptr[i + 1]):
        c = lists.cost[k]
        if c >= before and c >= near:
            break
        state.gain[lists.site[k]] += max(near - c, 0.0) - max(before - c, 0.0)


@compiled
def _move(ground: Ground, state: State, new: int, out: int) -> None:
    """Open `new` and close `out` (-1: none)."""
    columns, opened = ground.columns, state.opened
    total = state.total[0]
    if new >= 0:
        opened[new] = True
        total += ground.price[new]
        state.alike[new] = False
        for r in range(state.level.size):
            state.level[r] += ground.choice.rows[r, new]
        for k in range(columns.indptr[new], columns.indptr[new + 1]):
            i, c = columns.row[k], columns.cost[k]
            if c < state.near[i]:
                _regain(ground, state, i, c)
                if state.first[i] >= 0:
                    state.alike[state.first[i]] = False
                total += c - state.near[i]
                state.second[i], state.next[i] = state.first[i], state.near[i]
                state.first[i], state.near[i] = new, c
            elif c < state.next[i]:
                if state.first[i] >= 0:
                    state.alike[state.first[i]] = False
                state.second[i], state.next[i] = new, c
    if out >= 0:
        opened[out] = False
        total -= ground.price[out]
        for r in range(state.level.size):
            state.level[r] -= ground.choice.rows[r, out]
        for i in range(state.near.size):
            if state.first[i] == out or state.second[i] == out:
                first, second, near, after = two_nearest(ground, opened, i)
                if near != state.near[i]:
                    _regain(ground, state, i, near)
                    total += near - state.near[i]
                if first >= 0:
                    state.alike[first] = False
                state.first[i], state.second[i], state.near[i], state.next[i] = first, second, near, after
    state.total[0] = total


@compiled
def _best_partner(ground: Ground, state: State, out: int, both: FloatArray) -> tuple[float, int]:
    """The most that closing `out` and opening another site (-1: none) saves. `both` (J,) is scratch."""
    lists = ground.lists
    both[:] = 0.0
    loss = -ground.price[out]
    for i in range(state.near.size):
        if state.first[i] != out:
            continue
        near, after = state.near[i], state.next[i]
        loss += after - near
        for k in range(lists.indptr[i], lists.indptr[i + 1]):
            c = lists.cost[k]
            if c >= after:
                break
            both[lists.site[k]] += after - max(c, near)
    profit, partner = 0.0, -2
    if -loss > 0 and move_allowed(ground.choice, state.level, -1, out):
        profit, partner = -loss, -1
    for j in range(both.size):
        if ground.free[j] and not state.opened[j]:
            saved = state.gain[j] + both[j] - ground.price[j] - loss
            if saved > profit and move_allowed(ground.choice, state.level, j, out):
                profit, partner = saved, j
    return profit, partner


@compiled
def improve(ground: Ground, state: State, most: int) -> int:
    """Move until nothing is worth while, or `most` sites were looked at; how many were."""
    m = ground.price.size
    both = np.empty(m)
    looked = 0
    while True:
        moved = False
        for out in range(m):
            if not (state.opened[out] and ground.free[out]) or state.alike[out]:
                continue
            looked += 1
            if looked > most:
                return looked
            state.alike[out] = True
            profit, partner = _best_partner(ground, state, out, both)
            if partner >= -1 and profit > LEAST_PROFIT * abs(state.total[0]):
                _move(ground, state, partner, out)
                moved = True
        profit, new = LEAST_PROFIT * abs(state.total[0]), -1
        for j in range(m):
            saved = state.gain[j] - ground.price[j]
            if (
                ground.free[j]
                and not state.opened[j]
                and saved > profit
                and move_allowed(ground.choice, state.level, j, -1)
            ):
                profit, new = saved, j
        if new >= 0:
            _move(ground, state, new, -1)
            moved = True
        if not moved:
            return looked


@compiled
def shake(ground: Ground, state: State, count: int, seed: int) -> None:
    """Up to `count` random swaps that the rules allow."""
    np.random.seed(seed)
    m = ground.price.size
    inside, outside = np.empty(m, np.int64), np.empty(m, np.int64)
    for _ in range(count):
        a = b = 0
        for j in range(m):
            if ground.free[j]:
                if state.opened[j]:
                    inside[a] = j
                    a += 1
                else:
                    outside[b] = j
                    b += 1
        if a == 0 or b == 0:
            return
        for _attempt in range(20):
            out, new = inside[np.random.randint(a)], outside[np.random.randint(b)]
            if move_allowed(ground.choice, state.level, new, out):
                _move(ground, state, new, out)
                break


def copy_state(state: State, into: State) -> None:
    """Overwrite `into`."""
    for source, target in zip(state, into, strict=True):
        target[...] = source
