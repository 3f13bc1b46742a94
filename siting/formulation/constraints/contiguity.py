"""Catchments that hang together: whoever goes to a site is linked to it through neighbours who go there too."""

from __future__ import annotations

from typing import Any

from siting.formulation.blocks import constraint
from siting.formulation.data import Data
from siting.formulation.pyomo import pyo

Model = Any  # pyomo carries no types


@constraint(symbols=("x", "y"), zh="设施所在的需求点归该设施", reads=("site_unit",))
def serve_own_unit(model: Model, data: Data) -> Any:
    r"""An open site serves the demand point u(j) in which it lies.

    Formula: x_{u(j), j} = y_j \quad \forall j \in J

    Source: Kong, Zhu and Wang (2019), IJGIS 33(2); Shirabe (2009), Environment and Planning B 36(6).

    A site that its own demand point cannot reach stays closed; a site that lies in none has no such row.
    """
    x, y, unit = model.x, model.y, data.instance.site_unit
    assert unit is not None
    pairs = set(data.A)

    def rule(model: Model, j: int) -> Any:
        return x[int(unit[j]), j] == y[j] if (int(unit[j]), j) in pairs else y[j] == 0

    return pyo.Constraint([j for j in model.J if unit[j] >= 0], rule=rule)


@constraint(
    symbols=("f", "x"),
    zh="服务范围内的每个需求点都有一份流量流向设施",
    reads=("adjacency", "site_unit"),
    requires=("flow_only_within_catchment", "serve_own_unit"),
)
def carry_catchment_flow(model: Model, data: Data) -> Any:
    r"""Every demand point of a catchment sends one unit of flow, through its neighbours, to the site's own.

    Formula: \sum_{k : (i, k) \in E} f_{jik} - \sum_{k : (k, i) \in E} f_{jki} = x_{ij}
    \quad \forall j \in J,\ i \in I \setminus \{u(j)\}

    Source: Shirabe (2005), Geographical Analysis 37(1); Shirabe (2009), Environment and Planning B 36(6).
    """
    f, x, unit, adjacency = model.f, model.x, data.instance.site_unit, data.instance.adjacency
    assert unit is not None
    assert adjacency is not None
    pairs = set(data.A)
    around = [adjacency.neighbours(i).tolist() for i in range(adjacency.count)]

    def rule(model: Model, j: int, i: int) -> Any:
        sent = pyo.quicksum(f[j, i, k] for k in around[i]) - pyo.quicksum(f[j, k, i] for k in around[i])
        share = x[i, j] if (i, j) in pairs else 0
        if not around[i] and isinstance(share, int):
            return pyo.Constraint.Feasible
        return sent == share

    return pyo.Constraint([(j, i) for j in model.J for i in model.I if unit[j] != i], rule=rule)


@constraint(symbols=("f", "x"), zh="流量只经过同一服务范围内的需求点", reads=("adjacency",))
def flow_only_within_catchment(model: Model, data: Data) -> Any:
    r"""Flow passes only through demand points of the same catchment.

    Formula: \sum_{k : (k, i) \in E} f_{jki} \le (|I| - 1)\, x_{ij} \quad \forall j \in J,\ i \in I

    Source: Shirabe (2005), Geographical Analysis 37(1); Shirabe (2009), Environment and Planning B 36(6).
    """
    f, x, adjacency = model.f, model.x, data.instance.adjacency
    assert adjacency is not None
    pairs, most = set(data.A), data.instance.demand_count - 1
    around = [adjacency.neighbours(i).tolist() for i in range(adjacency.count)]

    def rule(model: Model, j: int, i: int) -> Any:
        if not around[i]:
            return pyo.Constraint.Feasible
        return pyo.quicksum(f[j, k, i] for k in around[i]) <= (most * x[i, j] if (i, j) in pairs else 0)

    return pyo.Constraint(model.J, model.I, rule=rule)
