"""Prices of points from the prices of merged points, for the Lagrangian bound over all points."""

from __future__ import annotations

import numpy as np

from siting.impedance import FloatArray
from siting.search.multiperiod.adapter import Posed
from siting.search.multiperiod.bundle import Bundle, Flows
from siting.search.multiperiod.merge import Merged
from siting.solving.solver import Relaxed

TINY = 1e-9
IN_USE = 1 - 1e-6


def lifted_prices(posed: Posed, merged: Merged, made: Bundle, relaxed: Relaxed, flows: Flows) -> FloatArray:
    """(I,) what each point costs at the margin.

    That of its group a person, but no more than going to a cell in use and paying for the seat there: points of a
    group reach different cells far away.
    """
    load, period = posed.problem.pairs.load, posed.problem.period
    places, periods = posed.initial.size, posed.problem.periods
    price = np.zeros(merged.size)
    price[made.groups] = relaxed.prices[made.assign]
    person = price / np.maximum(flows.load, TINY)
    seat = np.full(places * periods, np.inf)
    A, U = made.changes.size, made.cells.size
    open_cells = made.cells[relaxed.values[A : A + U] > IN_USE]
    G = posed.kinds
    of_kinds = open_cells // (places // G) * places + open_cells % (places // G) * G
    for g in range(G):
        seat[of_kinds + g] = 0.0
    seat[made.room_cells] -= np.where(np.isfinite(seat[made.room_cells]), relaxed.prices[made.room], 0.0)
    point = np.repeat(np.arange(load.size), np.diff(posed.starts))
    paid = posed.each + seat[period[point] * places + posed.place]
    own = posed.left_out + person[merged.group]
    np.minimum.at(own, point, paid)
    mu: FloatArray = np.minimum(load * np.clip(own, 0.0, posed.left_out), posed.problem.pairs.most)
    return mu
