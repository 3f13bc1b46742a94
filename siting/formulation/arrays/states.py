"""What becomes of each place from period to period, as rows."""

from __future__ import annotations

import numpy as np

from siting.formulation.arrays.numbers import Numbers
from siting.formulation.arrays.parts import At, Rows, array_form, rows
from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance.changes import Changes


def _changes(data: Numbers) -> Changes:
    assert data.instance.changes is not None
    return data.instance.changes


@array_form
def pass_through_states(data: Numbers, at: At) -> Rows:
    """Sum of chi_e that leave a node, less those that enter it, = b_v."""
    c = _changes(data)
    leave, enter, count = c.nodes
    last = c.places + (c.periods - 1) * (c.states + c.places)
    number, stays = np.arange(c.count), enter < last
    right = np.zeros(count)
    right[: c.places] = 1.0
    every = rows(
        (leave, at["chi"][number], 1),
        (enter[stays], at["chi"][number[stays]], -1),
        count=last,
        lower=right[:last],
        upper=right[:last],
        index=(np.arange(last),),
    )
    touched = np.bincount(every.row, minlength=last) > 0
    touched[: c.places] = True
    return every.keep(touched)


@array_form
def in_use_after_change(data: Numbers, at: At) -> Rows:
    """y_j less the chi_e of E_j = 0."""
    c = _changes(data)
    return rows(
        (data.sites, at["y"], 1),
        (c.site[c.used], at["chi"][c.used], -1),
        count=data.sites.size,
        lower=0,
        upper=0,
        index=(data.sites,),
    )


@array_form
def respect_state_capacity(data: Numbers, at: At) -> Rows:
    """Sum of a_i x_ij over I_j, less C_e chi_e, <= 0."""
    c = _changes(data)
    site = c.site[c.used]
    people = np.bincount(data.j, weights=data.instance.weight[data.i], minlength=data.sites.size).astype(np.float64)
    room, limited = _room(c.capacity[c.head[c.used]], site, people)
    visited = np.bincount(data.j, minlength=data.sites.size) > 0
    return _use_against(data, at, room, upper=0.0).keep(limited & visited)


@array_form
def respect_state_minimum(data: Numbers, at: At) -> Rows:
    """Sum of a_i x_ij over I_j, less the least use times chi_e, >= 0."""
    c = _changes(data)
    least = c.minimum[c.head[c.used]]
    asked = np.zeros(data.sites.size, dtype=bool)
    asked[c.site[c.used][least > 0]] = True
    return _use_against(data, at, least, lower=0.0).keep(asked)


@array_form
def respect_kind_capacity(data: Numbers, at: At) -> Rows:
    """Sum of a_i x_ij over the points of a kind, less C_eg chi_e, <= 0."""
    c, kind = _changes(data), data.instance.demand_kind
    assert kind is not None
    assert c.kind_capacity is not None
    kinds = c.kind_capacity.shape[1]
    of_pair = kind[data.i]
    there = np.flatnonzero(of_pair >= 0)
    count = data.sites.size * kinds
    row, weight = data.j[there] * kinds + of_pair[there], data.instance.weight[data.i[there]]
    place = c.site[c.used][:, None] * kinds + np.arange(kinds)
    people = np.bincount(row, weights=weight, minlength=count).astype(np.float64)
    visited = np.bincount(row, minlength=count) > 0
    room, limited = _room(c.kind_capacity[c.head[c.used]].ravel(), place.ravel(), people)
    site, number = np.divmod(np.arange(count), kinds)
    return rows(
        (row, at["x"][there], weight),
        (place.ravel(), np.repeat(at["chi"][c.used], kinds), -room),
        count=count,
        upper=0,
        index=(site, number),
    ).keep(limited & visited)


@array_form
def keep_change_rows(data: Numbers, at: At) -> Rows:
    """Sum of w_re chi_e, between its bounds."""
    c = _changes(data)
    matrix = c.rows.tocoo()
    count = c.least.size
    says = np.isfinite(c.least) | np.isfinite(c.most)
    number = np.arange(count)
    return rows(
        (matrix.row, at["chi"][matrix.col], matrix.data), count=count, lower=c.least, upper=c.most, index=(number,)
    ).keep(says)


@array_form
def bound_share_beyond(data: Numbers, at: At) -> Rows:
    """a(I_k) psi, with a_i x_ij of the pairs within the standard, >= a(I_k)."""
    zone = data.instance.demand_zone
    assert zone is not None
    people = np.bincount(zone[zone >= 0], weights=data.a[zone >= 0], minlength=int(zone.max(initial=-1)) + 1)
    kept = np.flatnonzero(people > 0)
    place = np.full(people.size + 1, -1)
    place[kept] = np.arange(kept.size)
    near = np.flatnonzero(data.near & (place[zone[data.i]] >= 0) & (zone[data.i] >= 0))
    return rows(
        (np.arange(kept.size), at["lb"], people[kept]),
        (place[zone[data.i[near]]], at["x"][near], data.a[data.i[near]]),
        count=kept.size,
        lower=people[kept],
        index=(kept,),
    )


def _use_against(data: Numbers, at: At, value: FloatArray, *, lower: float = -np.inf, upper: float = np.inf) -> Rows:
    """Of each site what comes to it, less `value` (of each change that leaves a place in use) times chi."""
    c = _changes(data)
    return rows(
        (data.j, at["x"], data.instance.weight[data.i]),
        (c.site[c.used], at["chi"][c.used], -value),
        count=data.sites.size,
        lower=lower,
        upper=upper,
        index=(data.sites,),
    )


def _room(room: FloatArray, row: IntArray, people: FloatArray) -> tuple[FloatArray, BoolArray]:
    """The room of each change, all who may come where it has no limit; and the rows that say
    something: with one limit at least, or without any change that leaves the site in use."""
    infinite = np.isinf(room)
    limited = np.ones(people.size, dtype=bool)
    limited[row[infinite]] = False
    limited[row[~infinite]] = True
    return np.where(infinite, people[row], room), limited
