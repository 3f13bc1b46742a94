"""What running facilities costs more or less by each change, from then to the end of the plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from siting.impedance import FloatArray
from siting.layout.places import Place
from siting.layout.scenario import ServicePlan


def with_running_costs(place: Place, plan: ServicePlan, years: FloatArray) -> Place:
    """The place with the running cost of each of its changes.

    A change at the begin of period t from state k to state l costs (r_l - r_k) times the years from t on, r being what
    running the place costs a year; the sum over the periods is what is run, less what would be run without changes.

    Args:
        years: (T,) that each period stands for.
    """
    if place.origin == "counts_as" or not (plan.run_yuan_per_year or plan.run_yuan_per_place):
        return place
    left = np.cumsum(years[::-1])[::-1]
    arcs = tuple(
        replace(
            arc,
            running_yuan=float(left[arc.period])
            * (yearly_yuan(place, plan, arc.head) - yearly_yuan(place, plan, arc.tail)),
        )
        for arc in place.arcs
    )
    return replace(place, arcs=arcs)


def yearly_yuan(place: Place, plan: ServicePlan, state: int) -> float:
    """What running a place in this state costs a year; 0 where it is not in use (-1)."""
    if state < 0 or place.origin == "counts_as":
        return 0.0
    persons = place.states[state].persons
    return plan.run_yuan_per_year + plan.run_yuan_per_place * (persons if np.isfinite(persons) else 0.0)
