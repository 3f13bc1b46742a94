"""Prices of points from the prices of merged points, for the Lagrangian bound over all points."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from siting.impedance import FloatArray, IntArray
from siting.search.multiperiod.adapter import Posed
from siting.search.multiperiod.bundle import Bundle, Flows
from siting.search.multiperiod.merge import Merged
from siting.solving.linear import Relaxed

TINY = 1e-9
NOWHERE = -1


class Lifted(NamedTuple):
    """What each point costs at the margin, and where.

    Attributes:
        mu: (I,) of the whole point.
        cell: (I,) cell (period P G + place) that costs it least, with its seat; NOWHERE where staying away does.
    """

    mu: FloatArray
    cell: IntArray


def lifted_prices(posed: Posed, merged: Merged, made: Bundle, relaxed: Relaxed, flows: Flows) -> Lifted:
    """From the relaxation of a merged programme.

    The least, over the cells that a point reaches, of going there, of the price of a seat there, and of what its group
    pays there for a cell that is only partly in use. What places are worth at these prices is then what they are worth
    to the groups: the bound loses only where the points of a group differ in which cell costs least.
    """
    load, period = posed.problem.pairs.load, posed.problem.period
    places = posed.initial.size
    width = places * posed.problem.periods
    seat = np.zeros(width)
    seat[made.room_cells] = -relaxed.prices[made.room]
    point = np.repeat(np.arange(load.size), np.diff(posed.starts))
    cell = period[point] * places + posed.place
    group = flows.group[made.flows]
    key = group * width + flows.cell[made.flows]
    order = np.argsort(key, kind="stable")
    key, extra = key[order], (-relaxed.prices[made.link] / np.maximum(flows.load[group], TINY))[order]
    paid = posed.each + seat[cell]
    known = np.zeros(cell.size, dtype=bool)
    if key.size:
        asked = merged.group[point] * width + cell
        where = np.minimum(np.searchsorted(key, asked), key.size - 1)
        known = key[where] == asked
        paid = paid + np.where(known, extra[where], 0.0)
    A = made.changes.size
    in_use = np.zeros(width // posed.kinds, dtype=bool)
    in_use[made.cells[relaxed.values[A : A + made.cells.size] > TINY]] = True
    paid[~known & ~in_use[cell // posed.kinds]] = np.inf  # a cell that nobody uses may be worth something to others
    order = np.lexsort((paid, point))
    own, best = posed.left_out.copy(), np.full(load.size, NOWHERE, dtype=np.int64)
    there = np.flatnonzero(np.diff(posed.starts) > 0)
    first = order[posed.starts[:-1][there]]
    less = paid[first] < own[there]
    own[there[less]], best[there[less]] = paid[first[less]], cell[first[less]]
    mu: FloatArray = np.minimum(load * np.clip(own, 0.0, posed.left_out), posed.problem.pairs.most)
    return Lifted(mu, best)


def split(merged: Merged, cell: IntArray) -> Merged:
    """Groups whose points agree about the cell (I,) that costs them least."""
    known, group = np.unique(np.c_[merged.group, cell], axis=0, return_inverse=True)
    return Merged(group.ravel().astype(np.int64), len(known))
