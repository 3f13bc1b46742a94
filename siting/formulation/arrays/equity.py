"""How unequal travel may be, and what measures it, as rows."""

from __future__ import annotations

import numpy as np

from siting.formulation.arrays.numbers import Numbers
from siting.formulation.arrays.parts import At, Rows, array_form, rows


@array_form
def bound_largest_impedance(data: Numbers, at: At) -> Rows:
    """r, less the sum of t_ij x_ij over J_i, >= 0."""
    terms = (data.points, at["r"], 1), (data.i, at["x"], -data.t)
    return rows(*terms, count=data.points.size, lower=0, index=(data.points,))


@array_form
def bound_largest_weighted_impedance(data: Numbers, at: At) -> Rows:
    """rho, less the sum of a_i t_ij x_ij over J_i, >= 0."""
    terms = (data.points, at["rw"], 1), (data.i, at["x"], -data.a[data.i] * data.t)
    return rows(*terms, count=data.points.size, lower=0, index=(data.points,))


@array_form
def bound_excess(data: Numbers, at: At) -> Rows:
    """e_iq + h_q, less the sum of t_ij x_ij over J_i, >= 0."""
    point, tail = np.indices((data.points.size, data.tails[0].size))
    number = np.arange(point.size).reshape(point.shape)
    return rows(
        (number.ravel(), at["e"], 1),
        (number, at["h"][tail], 1),
        (number[data.i], at["x"][:, None], -data.t[:, None]),
        count=point.size,
        lower=0,
        index=(point.ravel(), tail.ravel()),
    )


@array_form
def bound_zone_spread(data: Numbers, at: At) -> Rows:
    """The zone's mean of t_ij x_ij, less mu, from 0 to the spread: a row for each side, both of the same index."""
    zone, spread = data.instance.demand_zone, data.instance.zone_spread
    assert zone is not None
    assert spread is not None
    persons = np.bincount(zone[zone >= 0], weights=data.a[zone >= 0])
    zones = np.flatnonzero(persons > 0)
    place = np.full(persons.size + 1, -1)
    place[zones] = np.arange(zones.size)
    of = place[zone][data.i]
    pairs = np.flatnonzero(of >= 0)
    share = data.a[data.i[pairs]] / persons[zones[of[pairs]]] * data.t[pairs]
    sides = np.arange(2)
    return rows(
        (2 * of[pairs, None] + sides, at["x"][pairs, None], share[:, None]),
        (np.arange(2 * zones.size), at["l"], -1),
        count=2 * zones.size,
        lower=np.tile([0.0, -np.inf], zones.size),
        upper=np.tile([np.inf, spread], zones.size),
        index=(np.repeat(zones, 2),),
    )


@array_form
def bound_differences(data: Numbers, at: At) -> Rows:
    """delta_ik, less (plus) the sum of t_ij x_ij over J_i, plus (less) that of t_kj x_kj over J_k, >= 0."""
    i, k = (np.repeat(part, 2) for part in np.triu_indices(data.points.size, 1))
    sign = np.tile([1, -1], i.size // 2)
    (mine, own), (theirs, other) = data.pairs_of(i), data.pairs_of(k)
    return rows(
        (np.arange(i.size), np.repeat(at["q"], 2), 1),
        (mine, at["x"][own], -sign[mine] * data.t[own]),
        (theirs, at["x"][other], sign[theirs] * data.t[other]),
        count=i.size,
        lower=0,
        index=(i, k, sign),
    )
