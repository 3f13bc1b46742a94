"""Which sites may, must and must not be open, and how many, as rows."""

from __future__ import annotations

import numpy as np

from siting.formulation.arrays.numbers import Numbers
from siting.formulation.arrays.parts import At, Rows, array_form, no_rows, one_row, rows
from siting.impedance import BoolArray, IntArray
from siting.instance import NO_LIMIT


@array_form
def open_exactly_p(data: Numbers, at: At) -> Rows:
    """Sum of y_j over J_new and over J_move = p + |J_move|; without new sites 0 = p."""
    p, moving = data.instance.p, data.relocatable
    assert p is not None
    if not data.new.size:
        return one_row(lower=p, upper=p)
    total = p + moving.size
    return one_row((at["y"][data.new], 1), (at["y"][moving], 1), lower=total, upper=total)


@array_form
def stay_within_budget(data: Numbers, at: At) -> Rows:
    """Sum of f_j y_j over J_new, less g_j y_j over J_leave, <= B - sum of g_j."""
    f, g = data.fixed_cost[data.new], data.closing_cost[data.leaving]
    assert data.instance.budget is not None
    if not (f > 0).any() and not (g > 0).any():
        return no_rows()
    return one_row((at["y"][data.new], f), (at["y"][data.leaving], -g), upper=data.instance.budget - float(g.sum()))


def _fixed(at: At, mask: BoolArray, value: float) -> Rows:
    """y_j = value where `mask` (J,) holds."""
    sites = np.flatnonzero(mask)
    here = (np.arange(sites.size), at["y"][sites], 1)
    return rows(here, count=sites.size, lower=value, upper=value, index=(sites,))


@array_form
def keep_existing(data: Numbers, at: At) -> Rows:
    """y_j = 1 of facilities that stay."""
    return _fixed(at, data.instance.kept, 1)


@array_form
def require_sites(data: Numbers, at: At) -> Rows:
    """y_j = 1 of required sites."""
    return _fixed(at, data.instance.required, 1)


@array_form
def forbid_sites(data: Numbers, at: At) -> Rows:
    """y_j = 0 of forbidden sites."""
    return _fixed(at, data.instance.forbidden & ~data.instance.existing, 0)


@array_form
def zone_minimum(data: Numbers, at: At) -> Rows:
    """Sum of y_j over the zone's new sites >= m_k; of a zone without any, 0 >= m_k."""
    zones, in_zone, new = _new_in_zones(data)
    least = data.instance.zone_minimum
    here = (in_zone, at["y"][new], 1)
    return rows(here, count=zones.size, lower=least.astype(np.float64), index=(zones,)).keep(least > 0)


@array_form
def zone_maximum(data: Numbers, at: At) -> Rows:
    """Sum of y_j over the zone's new sites <= M_k, where there are more of them."""
    zones, in_zone, new = _new_in_zones(data)
    most = data.instance.zone_maximum
    assert most is not None
    here = (in_zone, at["y"][new], 1)
    binds = (most < NO_LIMIT) & (np.bincount(in_zone, minlength=zones.size) > most)
    return rows(here, count=zones.size, upper=most.astype(np.float64), index=(zones,)).keep(binds)


def _new_in_zones(data: Numbers) -> tuple[IntArray, IntArray, IntArray]:
    """The zones; and the zone and number of each new site that lies in one."""
    zone = data.instance.site_zone[data.new]
    return np.arange(len(data.instance.zone_ids)), zone[zone >= 0], data.new[zone >= 0]


@array_form
def close_exactly(data: Numbers, at: At) -> Rows:
    """Sum of y_j over J_close = |J_close| - kappa."""
    assert data.instance.closable is not None
    assert data.instance.closures is not None
    closable = np.flatnonzero(data.instance.closable)
    stay = closable.size - data.instance.closures
    return one_row((at["y"][closable], 1), lower=stay, upper=stay)


@array_form
def replace_relocated(data: Numbers, at: At) -> Rows:
    """Sum of y_j over J_new and over J_move >= |J_move|."""
    return one_row((at["y"][data.new], 1), (at["y"][data.relocatable], 1), lower=data.relocatable.size)


@array_form
def differ_from_excluded(data: Numbers, at: At) -> Rows:
    """Sum of y_j where the plan is closed, less y_j where it is open, >= nu less the number of its open sites."""
    plans = np.array(data.instance.excluded or (), dtype=bool).reshape(-1, data.sites.size)
    number = np.arange(plans.shape[0])
    return rows(
        (number[:, None], at["y"][None], np.where(plans, -1, 1)),
        count=number.size,
        lower=(data.instance.least_difference or 1) - plans.sum(axis=1),
        index=(number,),
    )


@array_form
def separate_open_sites(data: Numbers, at: At) -> Rows:
    """sigma + (d_max - d_jk)(y_j + y_k) <= d_jk + 2 (d_max - d_jk)."""
    j, k, d = data.between
    most = float(d.max(initial=0.0))
    closer = d < most
    j, k, d = j[closer], k[closer], d[closer]
    number = np.arange(d.size)
    return rows(
        (number, at["g"], 1),
        (number, at["y"][j], most - d),
        (number, at["y"][k], most - d),
        count=d.size,
        upper=d + 2 * (most - d),
        index=(j, k),
    )
