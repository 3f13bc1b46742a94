"""Which sites may, must and must not be open, and how many."""

from __future__ import annotations

from typing import Any

import numpy as np

from siting.formulation.blocks import constraint
from siting.formulation.data import Data
from siting.formulation.pyomo import pyo
from siting.instance import NO_LIMIT

Model = Any  # pyomo carries no types


@constraint(symbols=("y",), zh="新建设施恰为 p 处", reads=("p",), uses=("relocatable",), nearest=True, coverage=True)
def open_exactly_p(model: Model, data: Data) -> Any:
    r"""Exactly p new facilities open; existing ones do not count, and each that moves opens one more.

    Formula: \sum_{j \in J_{new}} y_j = p + \sum_{j \in J_{move}} (1 - y_j)

    Source: ReVelle and Swain (1970).
    """
    y, p = model.y, data.instance.p
    if not data.new:
        return pyo.Constraint(expr=pyo.Constraint.Feasible if p == 0 else pyo.Constraint.Infeasible)
    moved = pyo.quicksum(1 - y[j] for j in data.relocatable)
    return pyo.Constraint(expr=pyo.quicksum(y[j] for j in data.new) - moved == p)


@constraint(
    symbols=("y",),
    zh="新建与关闭费用不超过预算",
    reads=("budget", "fixed_cost"),
    uses=("closing_cost", "closable", "relocatable"),
    nearest=True,
    coverage=True,
)
def stay_within_budget(model: Model, data: Data) -> Any:
    r"""New facilities, closings and moves cost no more than the budget; facilities that stay cost nothing.

    Formula: \sum_{j \in J_{new}} f_j\, y_j + \sum_{j \in J_{leave}} g_j\, (1 - y_j) \le B

    Source: a common extension; see Daskin (2013), Network and Discrete Location.
    """
    f, g, y, B = data.cost, data.closing_cost, model.y, data.instance.budget
    leaving = [j for j in data.leaving if g[j] > 0]
    if not leaving and not any(f[j] > 0 for j in data.new):
        return pyo.Constraint(expr=pyo.Constraint.Feasible)
    closing = pyo.quicksum(g[j] * (1 - y[j]) for j in leaving)
    return pyo.Constraint(expr=pyo.quicksum(f[j] * y[j] for j in data.new) + closing <= B)


@constraint(
    symbols=("y",), zh="现有设施保持开放", reads=("existing",), uses=("closable", "relocatable"), nearest=True,
    coverage=True,
)  # fmt: skip
def keep_existing(model: Model, data: Data) -> Any:
    r"""Facilities in use today stay open, but for those that may close or move.

    Formula: y_j = 1 \quad \forall j \in J_{existing} \setminus J_{leave}

    Source: a common extension; see Daskin (2013), Network and Discrete Location.
    """
    y = model.y
    return pyo.Constraint(data.sites_where(data.instance.kept), rule=lambda model, j: y[j] == 1)


@constraint(symbols=("y",), zh="必选地点开放", reads=("required",), nearest=True, coverage=True)
def require_sites(model: Model, data: Data) -> Any:
    r"""Sites that must open do open.

    Formula: y_j = 1 \quad \forall j \in J_{required}

    Source: a common extension; see Daskin (2013), Network and Discrete Location.
    """
    y = model.y
    return pyo.Constraint(data.sites_where(data.instance.required), rule=lambda model, j: y[j] == 1)


@constraint(symbols=("y",), zh="禁选地点不开放", reads=("forbidden",), nearest=True, coverage=True)
def forbid_sites(model: Model, data: Data) -> Any:
    r"""Sites that must not open stay closed.

    Formula: y_j = 0 \quad \forall j \in J_{forbidden}

    Source: a common extension; see Daskin (2013), Network and Discrete Location.
    """
    y = model.y
    closed = data.sites_where(data.instance.forbidden & ~data.instance.existing)
    return pyo.Constraint(closed, rule=lambda model, j: y[j] == 0)


@constraint(symbols=("y",), zh="每个片区的新建设施不少于下限", reads=("zone_minimum",), nearest=True, coverage=True)
def zone_minimum(model: Model, data: Data) -> Any:
    r"""Each zone gets at least its minimum of new facilities.

    Formula: \sum_{j \in J_{new},\, \mathrm{zone}(j) = k} y_j \ge m_k \quad \forall k \in Z,\ m_k > 0

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


@constraint(symbols=("y",), zh="每个片区的新建设施不超过上限", reads=("zone_maximum",), nearest=True, coverage=True)
def zone_maximum(model: Model, data: Data) -> Any:
    r"""Each zone gets at most its maximum of new facilities.

    Formula: \sum_{j \in J_{new},\, \mathrm{zone}(j) = k} y_j \le M_k \quad \forall k \in Z,\ M_k < \infty

    Source: this project; an upper bound per zone on the p-median's choice.
    """
    y, instance = model.y, data.instance
    most = instance.zone_maximum
    assert most is not None
    inside = {k: [j for j in data.new if instance.site_zone[j] == k] for k in range(len(instance.zone_ids))}
    zones = [k for k, sites in inside.items() if most[k] < NO_LIMIT and len(sites) > most[k]]
    return pyo.Constraint(zones, rule=lambda model, k: pyo.quicksum(y[j] for j in inside[k]) <= int(most[k]))


@constraint(
    symbols=("y",), zh="恰好关闭规定处数的现有设施", reads=("closures", "closable"), nearest=True, coverage=True
)
def close_exactly(model: Model, data: Data) -> Any:
    r"""Exactly kappa of the closable facilities close.

    Formula: \sum_{j \in J_{close}} (1 - y_j) = \kappa

    Source: ReVelle, Murray and Serra (2007), Location models for ceding market share and shrinking services.
    """
    closable = data.instance.closable
    assert closable is not None
    y, sites = model.y, data.sites_where(closable)
    return pyo.Constraint(expr=pyo.quicksum(1 - y[j] for j in sites) == data.instance.closures)


@constraint(
    symbols=("y",), zh="每迁出一处现有设施，须新建一处代替", reads=("relocatable",), nearest=True, coverage=True
)
def replace_relocated(model: Model, data: Data) -> Any:
    r"""For every facility that moves a new one opens.

    Formula: \sum_{j \in J_{new}} y_j \ge \sum_{j \in J_{move}} (1 - y_j)

    Source: Wang, Batta, Bhadury and Rump (2003), Computers and Operations Research 30(14).
    """
    y = model.y
    moved = pyo.quicksum(1 - y[j] for j in data.relocatable)
    return pyo.Constraint(expr=pyo.quicksum(y[j] for j in data.new) - moved >= 0)


@constraint(
    symbols=("y",), zh="与已排除的方案不同", reads=("excluded",), uses=("least_difference",), nearest=True,
    coverage=True,
)  # fmt: skip
def differ_from_excluded(model: Model, data: Data) -> Any:
    r"""The plan differs from each excluded plan in at least nu sites.

    Formula: \sum_{j : Y_j = 1} (1 - y_j) + \sum_{j : Y_j = 0} y_j \ge \nu \quad \forall Y \in \mathcal{Y}

    Source: Balas and Jeroslow (1972), canonical cuts on the unit hypercube.
    """
    y, plans = model.y, data.instance.excluded or ()
    least = data.instance.least_difference or 1

    def rule(model: Model, p: int) -> Any:
        there, away = np.flatnonzero(plans[p]).tolist(), np.flatnonzero(~plans[p]).tolist()
        return pyo.quicksum(1 - y[j] for j in there) + pyo.quicksum(y[j] for j in away) >= least

    return pyo.Constraint(range(len(plans)), rule=rule)


@constraint(symbols=("g", "y"), zh="σ 不大于任何两处开放地点之间的阻抗", reads=("site_impedance",))
def separate_open_sites(model: Model, data: Data) -> Any:
    r"""The least separation is at most that of every two open sites.

    Formula: \sigma \le d_{jk} + (\bar{d} - d_{jk})\,(2 - y_j - y_k) \quad \forall j < k \in J

    Source: Kuby (1987), Geographical Analysis 19(4).
    """
    g, y = model.g, model.y
    most = max((d for _, _, d in data.between), default=0.0)
    pairs = {(j, k): d for j, k, d in data.between if d < most}
    return pyo.Constraint(
        list(pairs), rule=lambda model, j, k: g <= pairs[j, k] + (most - pairs[j, k]) * (2 - y[j] - y[k])
    )
