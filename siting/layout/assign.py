"""Who goes where in each period when it is settled what becomes of every place."""

from __future__ import annotations

import numpy as np

from siting.formulation.data import pair_worth, person_worth, ride_or_stay
from siting.formulation.spec import Formulation
from siting.impedance import FloatArray, IntArray
from siting.instance import Instance
from siting.instance.changes import Changes
from siting.search.multiperiod.adapter import Posed, pose
from siting.search.multiperiod.transport import PeriodTransport
from siting.solution import Assignment

TINY = 1e-9
OF_PERSONS = ("people_without_place", "people_beyond_standard")
IN_ORDER = (*OF_PERSONS, "cost_of_changes", "total_weighted_impedance")
STEP = 1e4  # between the weights of objectives that count in an order


def as_it_stands(changes: Changes) -> IntArray:
    """(J,) every place in its state of today."""
    return changes.initial[changes.site_place]


def costs_of(instance: Instance, objective: str) -> tuple[FloatArray, float]:
    """(nnz,) what one person who is sent to a site counts for by an objective, and one who is sent nowhere."""
    matrix = instance.impedance
    match objective:
        case "people_without_place":
            return np.zeros(matrix.pair_count), 1.0
        case "people_beyond_standard":
            assert instance.standard is not None
            return (matrix.values > instance.standard[matrix.rows]).astype(np.float64), 1.0
        case "cost_of_changes":
            return ride_or_stay(instance), 0.0
        case "total_weighted_impedance":
            return matrix.values.astype(np.float64), 0.0
    raise KeyError(objective)


def pair_costs(instance: Instance, model: Formulation, *, as_modelled: bool = False) -> tuple[FloatArray, FloatArray]:
    """(nnz,) cost of sending one person of a point to a site and (I,) of sending that person nowhere.

    Objectives that count in an order are weighed such that a person more by an earlier one is worth any number of
    minutes or of yuan that this person alone could cost by the later ones.

    Args:
        as_modelled: whether those objectives alone count; otherwise nobody stays away who has a place within reach.
    """
    matrix = instance.impedance
    rows = matrix.rows
    if "generalised_cost" in model.objectives:
        left_out = person_worth(instance)
        return pair_worth(instance) + left_out[rows], left_out
    named = [name for name in model.objectives if name in IN_ORDER]
    each, none, weight = np.zeros(rows.size), np.zeros(instance.demand_count), 1.0
    for name in reversed(named):
        to_site, nowhere = costs_of(instance, name)
        size = 1.0 if name in OF_PERSONS else max(float(to_site.max(initial=0.0)), TINY)
        each, none = each + weight * to_site / size, none + weight * nowhere
        weight *= STEP
    if named[0] != "people_without_place" and not as_modelled:
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
    return assignment_of(instance, posed, transport.shares())[0]


def assignment_of(instance: Instance, posed: Posed, of_pairs: FloatArray) -> tuple[Assignment, FloatArray]:
    """The assignment, and the shares (nnz,), that the shares of a problem's pairs come to."""
    taken = of_pairs > TINY
    total = np.zeros(instance.impedance.pair_count)
    np.add.at(total, posed.problem.origin[taken], of_pairs[taken])
    total = np.where(total > TINY, np.minimum(total, 1.0), 0.0)
    kept, matrix = np.flatnonzero(total), instance.impedance
    return Assignment(matrix.rows[kept], matrix.indices[kept].astype(np.int64), total[kept]), total
