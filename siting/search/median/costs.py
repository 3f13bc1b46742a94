"""What the models of this search make of a pair: its cost, and what it costs to reach no open site."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from siting.formulation.data import gradual_cover
from siting.impedance import FloatArray
from siting.instance import Instance
from siting.search.median.lists import Pairs
from siting.search.sites import site_costs

LOST = {"gradually_covered_demand", "attended_demand"}  # maximised: a share of the people is lost on the way
OBJECTIVES = frozenset({"total_weighted_impedance", "fixed_and_travel_cost", "impedance_and_envy"} | LOST)


def costs(instance: Instance, objective: str, *, everybody: bool) -> tuple[Pairs, FloatArray, float]:
    """The pairs, the price (J,) of opening each site, and a constant: added to a plan's cost it is the objective, or
    the negative of one that is maximised.

    Args:
        objective: one of `OBJECTIVES`.
        everybody: whether everybody must reach an open site.
    """
    matrix, weight, value = instance.impedance, instance.demand, instance.impedance.values
    price, constant = np.zeros(instance.site_count), 0.0
    outside = np.full(instance.demand_count, np.inf)
    if objective == "fixed_and_travel_cost":
        weight = weight * (1.0 if instance.travel_cost is None else float(instance.travel_cost))
        opening, closing = site_costs(instance)
        price, constant = opening - closing, float(closing.sum())
    elif objective == "impedance_and_envy":
        value = with_envy(instance)
    elif objective in LOST:
        share = SHARES[objective](instance)
        most = np.zeros(instance.demand_count)  # at the best of all sites: what a plan loses is counted from there
        np.maximum.at(most, matrix.rows, share)
        value, constant = most[matrix.rows] - share, -float(weight @ most)
        if not everybody:
            outside = most
    return Pairs(matrix.indptr, matrix.indices, value, weight, outside), price, constant


def with_envy(instance: Instance) -> FloatArray:
    r"""(nnz,) t_{ij} + \eta \max(0, t_{ij} - T_i)."""
    assert instance.standard is not None
    matrix, weight = instance.impedance, 1.0 if instance.envy_weight is None else instance.envy_weight
    value: FloatArray = matrix.values + weight * np.maximum(matrix.values - instance.standard[matrix.rows], 0.0)
    return value


def attending(instance: Instance) -> FloatArray:
    """(nnz,) share of the people who come so far."""
    assert instance.decay is not None
    return instance.decay.share(instance.impedance.values)


# (nnz,) share of the people that each pair keeps, by objective.
SHARES: dict[str, Callable[[Instance], FloatArray]] = {
    "gradually_covered_demand": gradual_cover,
    "attended_demand": attending,
}
