"""People who choose among all sites by attraction, as rows."""

from __future__ import annotations

import numpy as np

from siting.formulation.arrays.numbers import Numbers
from siting.formulation.arrays.parts import At, Rows, array_form, one_row, rows


@array_form
def divide_among_sites(data: Numbers, at: At) -> Rows:
    """Sum of x_ij over J_i = 1, <= 1 where no competitor is in reach."""
    least = np.where(data.rival_attraction > 0, 1.0, -np.inf)
    every = rows((data.i, at["x"], 1), count=data.points.size, lower=least, upper=1, index=(data.points,))
    return every.keep(np.diff(data.instance.impedance.indptr) > 0)


@array_form
def share_only_if_open(data: Numbers, at: At) -> Rows:
    """x_ij, less A_ij / (A_ij + A_i of the competitors) y_j, <= 0 of one's own sites."""
    own = np.flatnonzero(data.own[data.j])
    i, j, pull = data.i[own], data.j[own], data.attraction[own]
    total = pull + data.rival_attraction[i]
    most = np.divide(pull, total, out=np.zeros(own.size), where=total > 0)
    number = np.arange(own.size)
    return rows((number, at["x"][own], 1), (number, at["y"][j], -most), count=own.size, upper=0, index=(i, j))


@array_form
def share_by_attraction(data: Numbers, at: At) -> Rows:
    """x_ij, less A_ij / A_i of the competitors times the sum of x_ik over them, <= 0; of the competitors themselves,
    where a point reaches several, = 0.
    """
    rival = ~data.own[data.j]
    several = np.bincount(data.i[rival], minlength=data.points.size) > 1
    pairs = np.flatnonzero((data.rival_attraction[data.i] > 0) & (~rival | several[data.i]))
    i, j = data.i[pairs], data.j[pairs]
    part = data.attraction[pairs] / data.rival_attraction[i]
    number, other = data.pairs_of(i)
    number, other = number[rival[other]], other[rival[other]]
    return rows(
        (np.arange(pairs.size), at["x"][pairs], 1),
        (number, at["x"][other], -part[number]),
        count=pairs.size,
        lower=np.where(data.own[j], -np.inf, 0.0),
        upper=0,
        index=(i, j),
    )


@array_form
def capture_share_of_people(data: Numbers, at: At) -> Rows:
    """Sum of a_i x_ij over one's own sites >= alpha times the sum of a_i."""
    own = np.flatnonzero(data.own[data.j])
    return one_row((at["x"][own], data.a[data.i[own]]), lower=float(data.instance.cover_share or 0) * data.people)
