"""The decision variables as columns, in the order of their Pyomo form."""

from __future__ import annotations

import math

from siting.formulation.arrays.numbers import Numbers
from siting.formulation.arrays.parts import Columns, array_form


@array_form
def open_site(data: Numbers) -> Columns:
    """y_j of each site."""
    return Columns(data.sites.size, upper=1, whole=True)


@array_form
def assign_share(data: Numbers) -> Columns:
    """x_ij of each admissible pair."""
    return Columns(data.j.size, upper=1)


@array_form
def assign_whole(data: Numbers) -> Columns:
    """x_ij of each admissible pair, 0 or 1."""
    return Columns(data.j.size, upper=1, whole=True)


@array_form
def covered(data: Numbers) -> Columns:
    """z_i of each demand point."""
    return Columns(data.points.size, upper=1)


@array_form
def covered_twice(data: Numbers) -> Columns:
    """u_i of each demand point."""
    return Columns(data.points.size, upper=1, whole=True)


@array_form
def servers_at(data: Numbers) -> Columns:
    """n_j of each site."""
    servers = data.instance.servers
    return Columns(data.sites.size, upper=math.inf if servers is None else servers, whole=True)


@array_form
def covered_by_servers(data: Numbers) -> Columns:
    """v_ik of each demand point and number of servers k from 1."""
    return Columns(data.points.size * (data.instance.servers or 0), upper=1)


@array_form
def within_target(data: Numbers) -> Columns:
    """b_il of each demand point and coverage target."""
    return Columns(data.points.size * len(data.instance.coverage_targets or ()), upper=1)


@array_form
def largest_impedance_value(data: Numbers) -> Columns:
    """The one r."""
    return Columns(1)


@array_form
def largest_weighted_value(data: Numbers) -> Columns:
    """The one rho."""
    return Columns(1)


@array_form
def tail_start(data: Numbers) -> Columns:
    """h_q of each share of the people."""
    return Columns(data.tails[0].size)


@array_form
def excess_impedance(data: Numbers) -> Columns:
    """e_iq of each demand point and share of the people."""
    return Columns(data.points.size * data.tails[0].size)


@array_form
def lowest_zone_mean(data: Numbers) -> Columns:
    """The one mu."""
    return Columns(1)


@array_form
def pair_difference(data: Numbers) -> Columns:
    """delta_ik of each i < k."""
    return Columns(data.points.size * (data.points.size - 1) // 2)


@array_form
def size_of_site(data: Numbers) -> Columns:
    """s_jk of each new site and size class."""
    return Columns(data.new.size * data.classes.size, upper=1, whole=True)


@array_form
def catchment_flow(data: Numbers) -> Columns:
    """f_jik of each site and each direction of each pair of demand points that touch."""
    assert data.instance.adjacency is not None
    return Columns(data.sites.size * data.instance.adjacency.indices.size)


@array_form
def least_separation_value(data: Numbers) -> Columns:
    """The one sigma, at most the largest impedance between two sites."""
    return Columns(1, upper=float(data.between[2].max(initial=0.0)))


@array_form
def largest_regret_value(data: Numbers) -> Columns:
    """The one w."""
    return Columns(1)


@array_form
def largest_coverage_regret_value(data: Numbers) -> Columns:
    """The one W."""
    return Columns(1)


@array_form
def change_state(data: Numbers) -> Columns:
    """chi_e of each change."""
    assert data.instance.changes is not None
    return Columns(data.instance.changes.count, upper=1, whole=True)


@array_form
def largest_share_beyond_value(data: Numbers) -> Columns:
    """The one psi."""
    return Columns(1)
