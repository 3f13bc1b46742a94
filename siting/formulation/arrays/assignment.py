"""Who goes where, as rows."""

from __future__ import annotations

import numpy as np

from siting.formulation.arrays.numbers import Numbers, spans
from siting.formulation.arrays.parts import At, Rows, array_form, rows


@array_form
def assign_every_demand_point(data: Numbers, at: At) -> Rows:
    """Sum of x_ij over J_i = 1; of a point that reaches no site, 0 = 1."""
    return rows((data.i, at["x"], 1), count=data.points.size, lower=1, upper=1, index=(data.points,))


@array_form
def assign_at_most_once(data: Numbers, at: At) -> Rows:
    """Sum of x_ij over J_i <= 1."""
    return rows((data.i, at["x"], 1), count=data.points.size, upper=1, index=(data.points,))


@array_form
def assign_only_to_open(data: Numbers, at: At) -> Rows:
    """x_ij - y_j <= 0, but for sites that are open in any case."""
    linked = np.flatnonzero(~data.always_open[data.j])
    number, i, j = np.arange(linked.size), data.i[linked], data.j[linked]
    return rows((number, at["x"][linked], 1), (number, at["y"][j], -1), count=linked.size, upper=0, index=(i, j))


@array_form
def assign_within_standard(data: Numbers, at: At) -> Rows:
    """x_ij = 0 beyond the standard."""
    far = np.flatnonzero(~data.near)
    index = (data.i[far], data.j[far])
    return rows((np.arange(far.size), at["x"][far], 1), count=far.size, lower=0, upper=0, index=index)


@array_form
def assign_to_closest(data: Numbers, at: At) -> Rows:
    """Sum of x_ik over the sites k of J_i that are no farther than j, less y_j, >= 0."""
    order = np.lexsort((data.t, data.i))  # the nearest of each demand point first
    last = np.r_[(np.diff(data.i[order]) != 0) | (np.diff(data.t[order]) != 0), True][: order.size]
    ends = np.flatnonzero(last) + 1  # of each group of equally near sites
    end = np.empty(order.size, dtype=np.int64)
    end[order] = ends[np.searchsorted(ends, np.arange(order.size), side="right")]
    begin = data.instance.impedance.indptr[data.i]
    number, place = spans(begin, end - begin)
    return rows(
        (number, at["x"][order[place]], 1),
        (np.arange(data.j.size), at["y"][data.j], -1),
        count=data.j.size,
        lower=0,
        index=(data.i, data.j),
    )
