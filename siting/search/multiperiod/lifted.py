"""Prices of points from the prices of merged points, for the Lagrangian bound over all points."""

from __future__ import annotations

import numpy as np

from siting.impedance import FloatArray
from siting.search.multiperiod.adapter import Posed
from siting.search.multiperiod.bundle import Bundle, Flows
from siting.search.multiperiod.merge import Merged
from siting.solving.solver import Relaxed

TINY = 1e-9


def lifted_prices(posed: Posed, merged: Merged, made: Bundle, relaxed: Relaxed, flows: Flows) -> FloatArray:
    """(I,) what each point costs at the margin.

    The least, over the cells that it reaches, of going there, of the price of a seat there, and of what its group pays
    there for a cell that is only partly in use. What places are worth at these prices is then what they are worth to
    the groups: the bound loses only where the points of a group differ in which cell costs least.
    """
    load, period = posed.problem.pairs.load, posed.problem.period
    places = posed.initial.size
    width = places * posed.problem.periods
    seat = np.zeros(width)
    seat[made.room_cells] = -relaxed.prices[made.room]
    point = np.repeat(np.arange(load.size), np.diff(posed.starts))
    cell = period[point] * places + posed.place
    group, at = flows.group[made.flows], flows.cell[made.flows]
    key = group * width + at  # ascending by group, then in the order of cost
    order = np.argsort(key, kind="stable")
    key, extra = key[order], (-relaxed.prices[made.link] / np.maximum(flows.load[group], TINY))[order]
    asked = merged.group[point] * width + cell
    where = np.minimum(np.searchsorted(key, asked), max(key.size - 1, 0))
    known = key[where] == asked if key.size else np.zeros(cell.size, dtype=bool)
    paid = posed.each + seat[cell] + np.where(known, extra[where] if key.size else 0.0, 0.0)
    base = np.zeros(width // posed.kinds, dtype=bool)
    base[made.cells[relaxed.values[made.changes.size : made.changes.size + made.cells.size] > TINY]] = True
    paid[~known & ~base[cell // posed.kinds]] = np.inf
    own = posed.left_out.copy()
    np.minimum.at(own, point, paid)
    mu: FloatArray = np.minimum(load * np.clip(own, 0.0, posed.left_out), posed.problem.pairs.most)
    return mu
