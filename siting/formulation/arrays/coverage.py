"""Who is within the standard of an open site, once, twice, or of how many servers, as rows."""

from __future__ import annotations

import numpy as np

from siting.formulation.arrays.numbers import Numbers
from siting.formulation.arrays.parts import At, Rows, Term, array_form, no_rows, one_row, rows


def _within(data: Numbers, at: At, symbol: str, factor: float) -> Term:
    """`factor` times the sum of y_j (or n_j) over N_i, of each demand point."""
    near = np.flatnonzero(data.near)
    return data.i[near], at[symbol][data.j[near]], factor


@array_form
def cover_every_demand_point(data: Numbers, at: At) -> Rows:
    """Sum of y_j over N_i >= 1; of a point with no site within its standard, 0 >= 1."""
    return rows(_within(data, at, "y", 1), count=data.points.size, lower=1, index=(data.points,))


@array_form
def cover_only_if_open(data: Numbers, at: At) -> Rows:
    """z_i, less the sum of y_j over N_i, <= 0."""
    terms = (data.points, at["z"], 1), _within(data, at, "y", -1)
    return rows(*terms, count=data.points.size, upper=0, index=(data.points,))


@array_form
def cover_share_of_people(data: Numbers, at: At) -> Rows:
    """Sum of a_i z_i >= alpha times the sum of a_i."""
    if not data.people:
        return no_rows()
    return one_row((at["z"], data.a), lower=float(data.instance.cover_share or 0) * data.people)


@array_form
def backup_beyond_first(data: Numbers, at: At) -> Rows:
    """u_i, less the sum of y_j over N_i, <= -1 where N_i holds a site."""
    terms = (data.points, at["u"], 1), _within(data, at, "y", -1)
    every = rows(*terms, count=data.points.size, upper=-1, index=(data.points,))
    return every.keep(np.bincount(data.i[data.near], minlength=data.points.size) > 0)


@array_form
def cover_twice_only_if_two_open(data: Numbers, at: At) -> Rows:
    """z_i + u_i, less the sum of y_j over N_i, <= 0."""
    terms = (data.points, at["z"], 1), (data.points, at["u"], 1), _within(data, at, "y", -1)
    return rows(*terms, count=data.points.size, upper=0, index=(data.points,))


@array_form
def backup_only_after_first(data: Numbers, at: At) -> Rows:
    """u_i - z_i <= 0."""
    terms = (data.points, at["u"], 1), (data.points, at["z"], -1)
    return rows(*terms, count=data.points.size, upper=0, index=(data.points,))


@array_form
def place_all_servers(data: Numbers, at: At) -> Rows:
    """Sum of n_j = V."""
    assert data.instance.servers is not None
    return one_row((at["n"], 1), lower=data.instance.servers, upper=data.instance.servers)


@array_form
def servers_only_at_open(data: Numbers, at: At) -> Rows:
    """n_j - V y_j <= 0."""
    assert data.instance.servers is not None
    terms = (data.sites, at["n"], 1), (data.sites, at["y"], -data.instance.servers)
    return rows(*terms, count=data.sites.size, upper=0, index=(data.sites,))


@array_form
def server_at_every_open_site(data: Numbers, at: At) -> Rows:
    """n_j - y_j >= 0."""
    terms = (data.sites, at["n"], 1), (data.sites, at["y"], -1)
    return rows(*terms, count=data.sites.size, lower=0, index=(data.sites,))


@array_form
def count_servers_within(data: Numbers, at: At) -> Rows:
    """Sum of v_ik over k, less the sum of n_j over N_i, <= 0."""
    if not data.instance.servers:
        return no_rows()
    counted = (data.points[:, None], at["v"].reshape(data.points.size, -1), 1)
    return rows(counted, _within(data, at, "n", -1), count=data.points.size, upper=0, index=(data.points,))


@array_form
def reach_only_if_open(data: Numbers, at: At) -> Rows:
    """b_il, less the sum of y_j over the sites of J_i within D_l, <= 0."""
    limits = np.array([limit for limit, _ in data.instance.coverage_targets or ()])
    pair, target = np.nonzero(data.t[:, None] <= limits[None])
    number = np.arange(data.points.size * limits.size)
    reached = (data.i[pair] * limits.size + target, at["y"][data.j[pair]], -1)
    index = (np.repeat(data.points, limits.size), np.tile(np.arange(limits.size), data.points.size))
    return rows((number, at["b"], 1), reached, count=number.size, upper=0, index=index)


@array_form
def meet_coverage_targets(data: Numbers, at: At) -> Rows:
    """Sum of a_i b_il >= pi_l times the sum of a_i."""
    if not data.people:
        return no_rows()
    share = np.array([share for _, share in data.instance.coverage_targets or ()])
    target = np.arange(share.size)
    counted = (target[None], at["b"].reshape(data.points.size, share.size), data.a[:, None])
    return rows(counted, count=share.size, lower=share * data.people, index=(target,))
