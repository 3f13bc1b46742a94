"""Who goes where."""

from __future__ import annotations

from typing import Any

from siting.formulation.blocks import constraint
from siting.formulation.data import Data
from siting.formulation.pyomo import pyo

Model = Any  # pyomo carries no types


@constraint(symbols=("x",), zh="每个需求点的人口全部得到分配", requires=("assign_only_to_open",), nearest=True)
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


@constraint(symbols=("x",), zh="每个需求点的人口最多分配一次", requires=("assign_only_to_open",), nearest=True)
def assign_at_most_once(model: Model, data: Data) -> Any:
    r"""Nobody is assigned twice; some may be left out.

    Formula: \sum_{j \in J_i} x_{ij} \le 1 \quad \forall i \in I

    Source: Current and Storbeck (1988).
    """
    x = model.x
    return pyo.Constraint(
        [i for i in model.I if data.sites_of[i]],
        rule=lambda model, i: pyo.quicksum(x[i, j] for j in data.sites_of[i]) <= 1,
    )


@constraint(symbols=("x", "y"), zh="只分配给开放的地点", nearest=True)
def assign_only_to_open(model: Model, data: Data) -> Any:
    r"""Nobody is assigned to a site that is closed.

    Formula: x_{ij} \le y_j \quad \forall (i, j) \in A

    Source: Balinski (1965); the strong form, whose linear relaxation is the tighter one.

    Rows of sites that are open in any case (kept or required) say nothing and are left out.
    """
    x, y = model.x, model.y
    return pyo.Constraint(data.A_linked, rule=lambda model, i, j: x[i, j] <= y[j])


@constraint(symbols=("x",), zh="只分配到标准之内的地点", reads=("standard",))
def assign_within_standard(model: Model, data: Data) -> Any:
    r"""Nobody is assigned farther than the standard.

    Formula: x_{ij} = 0 \quad \forall (i, j) \in A,\ t_{ij} > T_i

    Source: Current and Storbeck (1988), Environment and Planning B 15(2).
    """
    x = model.x
    far = [(i, j) for (i, j), t in data.t.items() if t > data.standard[i]]
    return pyo.Constraint(far, rule=lambda model, i, j: x[i, j] == 0)


@constraint(symbols=("x", "y"), zh="去最近的开放地点", requires=("assign_every_demand_point",), nearest=True)
def assign_to_closest(model: Model, data: Data) -> Any:
    r"""Everybody goes to the nearest open site, whatever another assignment would save.

    Formula: \sum_{k \in J_i : t_{ik} \le t_{ij}} x_{ik} \ge y_j \quad \forall (i, j) \in A

    Source: Wagner and Falkson (1975); compared in Espejo, Marin and Rodriguez-Chia (2012), EJOR 219(1).

    Of equally near sites any may serve.
    """
    x, y, t = model.x, model.y, data.t

    def rule(model: Model, i: int, j: int) -> Any:
        return pyo.quicksum(x[i, k] for k in data.sites_of[i] if t[i, k] <= t[i, j]) >= y[j]

    return pyo.Constraint(data.A, rule=rule)
