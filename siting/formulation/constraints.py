"""The constraints, one function each, the code in the order of the formula."""

from __future__ import annotations

import math
from typing import Any

import pyomo.environ as pyo

from siting.formulation.blocks import constraint
from siting.formulation.data import Data

Model = Any  # pyomo carries no types


@constraint(symbols=("x",), zh="每个需求点的人口全部得到分配")
def assign_every_demand_point(model: Model, data: Data) -> Any:
    r"""All people of every demand point are assigned.

    Formula: \sum_{j \in J_i} x_{ij} = 1 \quad \forall i \in I

    Source: ReVelle and Swain (1970).
    """
    x = model.x

    def rule(model: Model, i: int) -> Any:
        if not data.sites_of[i]:
            return pyo.Constraint.Infeasible
        return pyo.quicksum(x[i, j] for j in data.sites_of[i]) == 1

    return pyo.Constraint(model.I, rule=rule)


@constraint(symbols=("x", "y"), zh="只分配给开放的地点")
def assign_only_to_open(model: Model, data: Data) -> Any:
    r"""Nobody is assigned to a site that is closed.

    Formula: x_{ij} \le y_j \quad \forall (i, j) \in A

    Source: Balinski (1965); the strong form, whose linear relaxation is the tighter one.

    Rows of sites that are open in any case (kept or required) say nothing and are left out.
    """
    x, y = model.x, model.y
    return pyo.Constraint(data.A_linked, rule=lambda model, i, j: x[i, j] <= y[j])


@constraint(symbols=("y",), zh="新建设施恰为 p 处", reads=("p",))
def open_exactly_p(model: Model, data: Data) -> Any:
    r"""Exactly p new facilities open; existing ones do not count.

    Formula: \sum_{j \in J_{new}} y_j = p

    Source: ReVelle and Swain (1970).
    """
    y, p = model.y, data.instance.p
    if not data.new:
        return pyo.Constraint(expr=pyo.Constraint.Feasible if p == 0 else pyo.Constraint.Infeasible)
    return pyo.Constraint(expr=pyo.quicksum(y[j] for j in data.new) == p)


@constraint(symbols=("y",), zh="新建费用不超过预算", reads=("budget", "fixed_cost"))
def stay_within_budget(model: Model, data: Data) -> Any:
    r"""New facilities cost no more than the budget; existing ones cost nothing.

    Formula: \sum_{j \in J_{new}} f_j\, y_j \le B

    Source: a common extension; see Daskin (2013), Network and Discrete Location.
    """
    f, y, B = data.cost, model.y, data.instance.budget
    if not any(f[j] > 0 for j in data.new):
        return pyo.Constraint(expr=pyo.Constraint.Feasible)
    return pyo.Constraint(expr=pyo.quicksum(f[j] * y[j] for j in data.new) <= B)


@constraint(symbols=("y",), zh="现有设施保持开放", reads=("existing",))
def keep_existing(model: Model, data: Data) -> Any:
    r"""Facilities in use today stay open.

    Formula: y_j = 1 \quad \forall j \in J_{existing}

    Source: a common extension; see Daskin (2013), Network and Discrete Location.
    """
    y = model.y
    return pyo.Constraint(data.sites_where(data.instance.existing), rule=lambda model, j: y[j] == 1)


@constraint(symbols=("y",), zh="必选地点开放", reads=("required",))
def require_sites(model: Model, data: Data) -> Any:
    r"""Sites that must open do open.

    Formula: y_j = 1 \quad \forall j \in J_{required}

    Source: a common extension; see Daskin (2013), Network and Discrete Location.
    """
    y = model.y
    return pyo.Constraint(data.sites_where(data.instance.required), rule=lambda model, j: y[j] == 1)


@constraint(symbols=("y",), zh="禁选地点不开放", reads=("forbidden",))
def forbid_sites(model: Model, data: Data) -> Any:
    r"""Sites that must not open stay closed.

    Formula: y_j = 0 \quad \forall j \in J_{forbidden}

    Source: a common extension; see Daskin (2013), Network and Discrete Location.
    """
    y = model.y
    closed = data.sites_where(data.instance.forbidden & ~data.instance.existing)
    return pyo.Constraint(closed, rule=lambda model, j: y[j] == 0)


@constraint(symbols=("y",), zh="每个片区的新建设施不少于下限", reads=("zone_minimum",))
def zone_minimum(model: Model, data: Data) -> Any:
    r"""Each zone gets at least its minimum of new facilities.

    Formula: \sum_{j \in J_{new},\, zone(j) = k} y_j \ge m_k \quad \forall k \in Z,\ m_k > 0

    Source: this project; a lower bound per zone on the p-median's choice, as in school and clinic layout plans.
    """
    y, instance = model.y, data.instance
    zones = [k for k in range(len(instance.zone_ids)) if instance.zone_minimum[k] > 0]

    def rule(model: Model, k: int) -> Any:
        sites = [j for j in data.new if instance.site_zone[j] == k]
        if not sites:
            return pyo.Constraint.Infeasible
        return pyo.quicksum(y[j] for j in sites) >= int(instance.zone_minimum[k])

    return pyo.Constraint(zones, rule=rule)


@constraint(symbols=("x", "y"), zh="不超过设施容量", reads=("capacity",))
def respect_capacity(model: Model, data: Data) -> Any:
    r"""No site serves more people than it has room for.

    Formula: \sum_{i \in I_j} a_i\, x_{ij} \le c_j\, y_j \quad \forall j \in J,\ c_j < \infty

    Source: Ross and Soland (1977); Mulvey and Beck (1984).
    """
    a, x, y, c = data.a, model.x, model.y, data.capacity
    limited = [j for j in range(len(c)) if math.isfinite(c[j]) and data.points_of[j]]
    return pyo.Constraint(
        limited,
        rule=lambda model, j: pyo.quicksum(a[i] * x[i, j] for i in data.points_of[j]) <= c[j] * y[j],
    )


@constraint(symbols=("y",), zh="每个需求点都在标准之内", reads=("standard",))
def cover_every_demand_point(model: Model, data: Data) -> Any:
    r"""Every demand point has an open site within its standard.

    Formula: \sum_{j \in N_i} y_j \ge 1 \quad \forall i \in I

    Source: Toregas, Swain, ReVelle and Bergman (1971).
    """
    y = model.y

    def rule(model: Model, i: int) -> Any:
        if not data.near[i]:
            return pyo.Constraint.Infeasible
        return pyo.quicksum(y[j] for j in data.near[i]) >= 1

    return pyo.Constraint(model.I, rule=rule)


@constraint(symbols=("z", "y"), zh="标准之内有开放的地点才算覆盖", reads=("standard",))
def cover_only_if_open(model: Model, data: Data) -> Any:
    r"""A demand point counts as covered only if a site within its standard is open.

    Formula: z_i \le \sum_{j \in N_i} y_j \quad \forall i \in I

    Source: Church and ReVelle (1974).
    """
    z, y = model.z, model.y
    return pyo.Constraint(model.I, rule=lambda model, i: z[i] <= pyo.quicksum(y[j] for j in data.near[i]))


@constraint(symbols=("r", "x"), zh="r 不小于任何需求点的出行阻抗", requires=("assign_every_demand_point",))
def bound_largest_impedance(model: Model, data: Data) -> Any:
    r"""The largest impedance is at least that of every demand point.

    Formula: r \ge \sum_{j \in J_i} t_{ij}\, x_{ij} \quad \forall i \in I

    Source: Hakimi (1964); Daskin (2013), Network and Discrete Location.
    """
    r, t, x = model.r, data.t, model.x
    return pyo.Constraint(model.I, rule=lambda model, i: r >= pyo.quicksum(t[i, j] * x[i, j] for j in data.sites_of[i]))
