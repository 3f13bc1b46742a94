"""How unequal travel may be, and what measures it."""

from __future__ import annotations

from typing import Any

from siting.formulation.blocks import constraint
from siting.formulation.data import Data
from siting.formulation.pyomo import pyo

Model = Any  # pyomo carries no types


@constraint(
    symbols=("r", "x"), zh="r 不小于任何需求点的出行阻抗", requires=("assign_every_demand_point",), nearest=True
)
def bound_largest_impedance(model: Model, data: Data) -> Any:
    r"""The largest impedance is at least that of every demand point.

    Formula: r \ge \sum_{j \in J_i} t_{ij}\, x_{ij} \quad \forall i \in I

    Source: Hakimi (1964); Daskin (2013), Network and Discrete Location.
    """
    r, t, x = model.r, data.t, model.x
    return pyo.Constraint(model.I, rule=lambda model, i: r >= pyo.quicksum(t[i, j] * x[i, j] for j in data.sites_of[i]))


@constraint(
    symbols=("rw", "x"), zh="ρ 不小于任何需求点的人口加权阻抗", requires=("assign_every_demand_point",), nearest=True
)
def bound_largest_weighted_impedance(model: Model, data: Data) -> Any:
    r"""The largest weighted impedance is at least that of every demand point.

    Formula: \rho \ge a_i \sum_{j \in J_i} t_{ij}\, x_{ij} \quad \forall i \in I

    Source: Kariv and Hakimi (1979), SIAM Journal on Applied Mathematics 37(3).
    """
    rw, a, t, x = model.rw, data.a, data.t, model.x
    return pyo.Constraint(
        model.I, rule=lambda model, i: rw >= pyo.quicksum(a[i] * t[i, j] * x[i, j] for j in data.sites_of[i])
    )


@constraint(
    symbols=("e", "h", "x"), zh="e 不小于超出起点 h 的阻抗", uses=("worst_share", "ordered_weights"),
    requires=("assign_every_demand_point",), nearest=True,
)  # fmt: skip
def bound_excess(model: Model, data: Data) -> Any:
    r"""What a demand point travels beyond the start of the tail is its excess.

    Formula: e_{iq} \ge \sum_{j \in J_i} t_{ij}\, x_{ij} - h_q \quad \forall i \in I,\ q \in Q

    Source: Rockafellar and Uryasev (2000); Ogryczak and Zawadzki (2002), Annals of Operations Research 110.
    """
    e, h, t, x = model.e, model.h, data.t, model.x
    return pyo.Constraint(
        model.I,
        range(len(data.tails)),
        rule=lambda model, i, q: e[i, q] >= pyo.quicksum(t[i, j] * x[i, j] for j in data.sites_of[i]) - h[q],
    )


@constraint(
    symbols=("l", "x"),
    zh="各片区平均阻抗相差不超过规定值",
    reads=("zone_spread", "demand_zone"),
    requires=("assign_to_closest",),
)
def bound_zone_spread(model: Model, data: Data) -> Any:
    r"""The mean impedances of all demand zones lie within the allowed spread of each other.

    Formula: \mu \le \frac{\sum_{i \in I_k} a_i \sum_{j \in J_i} t_{ij}\, x_{ij}}{\sum_{i \in I_k} a_i} \le \mu + \Delta
    \quad \forall k \in Z

    Source: this project; a range constraint, see Marsh and Schilling (1994), EJOR 74(1), on equity measures.

    Means something only with `assign_to_closest`: otherwise people would be sent astray to even things out.
    """
    low, t, x, spread = model.l, data.t, model.x, data.instance.zone_spread
    zones = data.zone_demand

    def rule(model: Model, k: int) -> Any:
        persons = sum(data.a[i] for i in zones[k])
        mean = pyo.quicksum(data.a[i] / persons * t[i, j] * x[i, j] for i in zones[k] for j in data.sites_of[i])
        return pyo.inequality(0, mean - low, spread)

    return pyo.Constraint(list(zones), rule=rule)


@constraint(symbols=("q", "x"), zh="δ 不小于两需求点阻抗之差", requires=("assign_every_demand_point",))
def bound_differences(model: Model, data: Data) -> Any:
    r"""The difference of two demand points is at least what one travels more than the other.

    Formula: \delta_{ik} \ge \pm \Big(\sum_{j \in J_i} t_{ij}\, x_{ij} - \sum_{j \in J_k} t_{kj}\, x_{kj}\Big)
    \quad \forall i < k \in I

    Source: Lopez-de-los-Mozos and Mesa (2003); Drezner, Drezner and Guyse (2009).
    """
    q, t, x = model.q, data.t, model.x

    def rule(model: Model, i: int, k: int, sign: int) -> Any:
        mine = pyo.quicksum(t[i, j] * x[i, j] for j in data.sites_of[i])
        theirs = pyo.quicksum(t[k, j] * x[k, j] for j in data.sites_of[k])
        return q[i, k] >= sign * (mine - theirs)

    return pyo.Constraint([(i, k, sign) for i, k in q for sign in (1, -1)], rule=rule)
