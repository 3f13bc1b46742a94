"""Who goes where in each period when it is settled what becomes of every place."""

from __future__ import annotations

import numpy as np

from siting.formulation.data import pair_worth, person_worth, ride_or_stay
from siting.formulation.spec import Formulation
from siting.impedance import FloatArray, IntArray
from siting.instance import Instance
from siting.instance.changes import Changes
from siting.search.multiperiod.adapter import pose
from siting.search.multiperiod.transport import PeriodTransport
from siting.solution import Assignment

TINY = 1e-9
STEP = 1e4  # between the weights of objectives that count in an order


def as_it_stands(changes: Changes) -> IntArray:
    """(J,) every place in its state of today."""
    return changes.initial[changes.site_place]


def pair_costs(instance: Instance, model: Formulation) -> tuple[FloatArray, FloatArray]:
    """(nnz,) cost of sending one person of a point to a site and (I,) of sending that person nowhere.

    Objectives that count in an order are weighed such that a person more by an earlier one is worth any number of
    minutes or of yuan that this person alone could cost by the later ones.
    """
    matrix = instance.impedance
    rows = matrix.rows
    if "generalised_cost" in model.objectives:
        left_out = person_worth(instance)
        return pair_worth(instance) + left_out[rows], left_out
    assert instance.standard is not None
    beyond = (matrix.values > instance.standard[rows]).astype(np.float64)
    ride = ride_or_stay(instance)
    parts = {
        "people_without_place": (np.zeros(rows.size), 1.0),
        "people_beyond_standard": (beyond, 1.0),
        "cost_of_changes": (ride / max(float(ride.max(initial=0.0)), TINY), 0.0),
        "total_weighted_impedance": (matrix.values / max(float(matrix.values.max(initial=0.0)), TINY), 0.0),
    }
    named = [name for name in model.objectives if name in parts]
    each, none, weight = np.zeros(rows.size), np.zeros(instance.demand_count), 1.0
    for name in reversed(named):
        to_site, nowhere = parts[name]
        each, none = each + weight * to_site, none + weight * nowhere
        weight *= STEP
    if named[0] != "people_without_place":  # nobody stays away who has a place within reach
        none += weight
    return each, none


def assign(instance: Instance, model: Formulation, states: IntArray) -> Assignment:
    """The best assignment for these states (J,), whatever rows and minima say.

    With minima that bind, or a zone's share to be made small, it is not the best but a good one.
    """
    changes = instance.changes
    assert changes is not None
    each, none = pair_costs(instance, model)
    posed = pose(instance, each - none[instance.impedance.rows], none, rows=np.zeros(changes.least.size, dtype=bool))
    transport = PeriodTransport(posed.problem)
    transport.to(posed.in_use(changes, states))
    share = transport.shares()
    pair = posed.problem.origin[share > TINY]
    total = np.zeros(instance.impedance.pair_count)
    np.add.at(total, pair, share[share > TINY])
    kept = np.flatnonzero(total > TINY)
    matrix = instance.impedance
    return Assignment(matrix.rows[kept], matrix.indices[kept].astype(np.int64), np.minimum(total[kept], 1.0))
