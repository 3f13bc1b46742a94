"""Catchments that hang together, as rows."""

from __future__ import annotations

import numpy as np

from siting.formulation.arrays.numbers import Numbers
from siting.formulation.arrays.parts import At, Rows, array_form, rows
from siting.impedance import IntArray


@array_form
def serve_own_unit(data: Numbers, at: At) -> Rows:
    """x_u(j),j - y_j = 0; y_j = 0 where the site's own demand point cannot reach it."""
    unit = data.instance.site_unit
    assert unit is not None
    inside = np.flatnonzero(unit >= 0)
    pairs = np.flatnonzero(data.i == unit[data.j])
    number = np.searchsorted(inside, data.j[pairs])
    sign = np.ones(inside.size)
    sign[number] = -1
    return rows(
        (number, at["x"][pairs], 1),
        (np.arange(inside.size), at["y"][inside], sign),
        count=inside.size,
        lower=0,
        upper=0,
        index=(inside,),
    )


@array_form
def carry_catchment_flow(data: Numbers, at: At) -> Rows:
    """Sum of f_jik, less sum of f_jki, over the neighbours k of i, less x_ij, = 0 for i other than u(j)."""
    unit, adjacency = data.instance.site_unit, data.instance.adjacency
    assert unit is not None
    assert adjacency is not None
    start, end = adjacency.arcs()
    n, f = data.points.size, at["f"].reshape(data.sites.size, start.size)
    first = data.sites[:, None] * n
    site, point = _site_by_point(data)
    every = rows(
        (first + start, f, 1),
        (first + end, f, -1),
        (data.j * n + data.i, at["x"], -1),
        count=site.size,
        lower=0,
        upper=0,
        index=(site, point),
    )
    return every.keep(unit[site] != point)


@array_form
def flow_only_within_catchment(data: Numbers, at: At) -> Rows:
    """Sum of f_jki over the neighbours k of i, less (|I| - 1) x_ij, <= 0."""
    adjacency = data.instance.adjacency
    assert adjacency is not None
    start, end = adjacency.arcs()
    n, f = data.points.size, at["f"].reshape(data.sites.size, start.size)
    site, point = _site_by_point(data)
    every = rows(
        (data.sites[:, None] * n + end, f, 1),
        (data.j * n + data.i, at["x"], -(n - 1)),
        count=site.size,
        upper=0,
        index=(site, point),
    )
    return every.keep((np.diff(adjacency.indptr) > 0)[point])


def _site_by_point(data: Numbers) -> tuple[IntArray, IntArray]:
    """Every site with every demand point."""
    site, point = np.indices((data.sites.size, data.points.size))
    return site.ravel(), point.ravel()
