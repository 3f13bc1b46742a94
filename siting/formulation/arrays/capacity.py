"""How many people or demand points a facility holds, of which size it is, and how full it must be, as rows."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from siting.formulation.arrays.numbers import Numbers
from siting.formulation.arrays.parts import At, Rows, Term, array_form, no_rows, one_row, rows
from siting.impedance import BoolArray, FloatArray, IntArray


def _use(data: Numbers, at: At) -> tuple[IntArray, Term]:
    """Site of each row, site by site and future by future, and what comes to it."""
    count = data.future_count
    came = (data.j * count + data.future_of[data.i], at["x"], data.instance.weight[data.i])
    return np.repeat(data.sites, count), came


def _visited(data: Numbers) -> BoolArray:
    """Rows of `_use` to which somebody may come."""
    count = data.future_count
    mask = np.zeros(data.sites.size * count, dtype=bool)
    mask[data.j * count + data.future_of[data.i]] = True
    return mask


def _in_each(data: Numbers, every: Rows, mask: BoolArray) -> Rows:
    """The rows of `_use` where `mask` holds; their index is the site alone where there is one future."""
    site, future = np.divmod(np.arange(every.count), data.future_count)
    return replace(every, index=(site, future) if data.future_count > 1 else (site,)).keep(mask)


@array_form
def respect_capacity(data: Numbers, at: At) -> Rows:
    """Sum of a_i x_ij over I_j, less c_j y_j, <= 0."""
    assert data.instance.capacity is not None
    site, came = _use(data, at)
    finite = np.isfinite(data.instance.capacity)
    room = np.where(finite, data.instance.capacity, 0.0)[site]
    every = rows(came, (np.arange(site.size), at["y"][site], -room), count=site.size, upper=0)
    return _in_each(data, every, finite[site] & _visited(data))


@array_form
def respect_minimum_load(data: Numbers, at: At) -> Rows:
    """Sum of a_i x_ij over I_j, less the least use times y_j, >= 0."""
    assert data.instance.minimum_load is not None
    site, came = _use(data, at)
    least = data.instance.minimum_load[site]
    return _in_each(
        data, rows(came, (np.arange(site.size), at["y"][site], -least), count=site.size, lower=0), least > 0
    )


@array_form
def respect_least_points(data: Numbers, at: At) -> Rows:
    """Sum of x_ij over I_j, less the least number times y_j, >= 0."""
    assert data.instance.least_points is not None
    least = data.instance.least_points
    terms = (data.j, at["x"], 1), (data.sites, at["y"], -least)
    return rows(*terms, count=data.sites.size, lower=0, index=(data.sites,)).keep(least > 0)


@array_form
def respect_most_points(data: Numbers, at: At) -> Rows:
    """Sum of x_ij over I_j, less the largest number times y_j, <= 0."""
    assert data.instance.most_points is not None
    finite = np.isfinite(data.instance.most_points)
    most = np.where(finite, data.instance.most_points, 0.0)
    terms = (data.j, at["x"], 1), (data.sites, at["y"], -most)
    reached = np.bincount(data.j, minlength=data.sites.size) > 0
    return rows(*terms, count=data.sites.size, upper=0, index=(data.sites,)).keep(finite & reached)


@array_form
def choose_one_size(data: Numbers, at: At) -> Rows:
    """Sum of s_jk over the size classes, less y_j, = 0."""
    number, _ = _sizes(data)
    one = (np.arange(data.new.size), at["y"][data.new], -1)
    return rows((number, at["s"], 1), one, count=data.new.size, lower=0, upper=0, index=(data.new,))


@array_form
def respect_size_capacity(data: Numbers, at: At) -> Rows:
    """Sum of a_i x_ij over I_j, less what the size classes hold (of an existing facility c_j y_j), <= 0."""
    instance, count = data.instance, data.future_count
    assert instance.size_capacity is not None
    site, came = _use(data, at)
    new = ~instance.existing
    finite = np.zeros(site.size, dtype=bool) if instance.capacity is None else np.isfinite(instance.capacity)[site]
    held = np.flatnonzero(~new[site] & finite)
    room: FloatArray = np.zeros(0) if instance.capacity is None else instance.capacity[site[held]]
    number, size = _sizes(data)
    place = data.new[number][:, None] * count + np.arange(count)
    every = rows(
        came,
        (place, at["s"][:, None], -instance.size_capacity[size][:, None]),
        (held, at["y"][site[held]], -room),
        count=site.size,
        upper=0,
    )
    return _in_each(data, every, (new[site] | finite) & _visited(data))


@array_form
def stay_within_size_budget(data: Numbers, at: At) -> Rows:
    """Sum of f_j y_j and of F_k s_jk over J_new, less g_j y_j over J_leave, <= B - sum of g_j."""
    instance, g = data.instance, data.closing_cost[data.leaving]
    assert instance.size_cost is not None
    if not data.new.size and not data.leaving.size:
        return no_rows()
    return one_row(
        (at["y"][data.new], data.fixed_cost[data.new]),
        (at["s"], instance.size_cost[_sizes(data)[1]]),
        (at["y"][data.leaving], -g),
        upper=(math.inf if instance.budget is None else instance.budget) - float(g.sum()),
    )


def _sizes(data: Numbers) -> tuple[IntArray, IntArray]:
    """Of each column of s the number of its site among the new ones, and its size class."""
    number, size = np.indices((data.new.size, data.classes.size))
    return number.ravel(), size.ravel()
