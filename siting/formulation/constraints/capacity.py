"""How many people or demand points a facility holds, of which size it is, and how full it must be."""

from __future__ import annotations

import math
from typing import Any

from siting.formulation.blocks import constraint
from siting.formulation.data import Data
from siting.formulation.pyomo import pyo

Model = Any  # pyomo carries no types


def _used(model: Model, data: Data, j: int, k: int) -> Any:
    """What comes to site j in future k."""
    a, x = data.weight, model.x
    return pyo.quicksum(a[i] * x[i, j] for i in data.visits[j][k])


def _in_each(data: Data, sites: list[int]) -> list[Any]:
    """Index of a constraint that holds for these sites in every future: sites alone where there is one future."""
    futures = range(len(data.futures))
    return [(j, k) for j in sites for k in futures] if len(futures) > 1 else list(sites)


@constraint(symbols=("x", "y"), zh="不超过设施容量", reads=("capacity",), uses=("load", "future"))
def respect_capacity(model: Model, data: Data) -> Any:
    r"""No site serves more people than it has room for.

    Formula: \sum_{i \in I_j} a_i\, x_{ij} \le c_j\, y_j \quad \forall j \in J,\ c_j < \infty

    Source: Ross and Soland (1977); Mulvey and Beck (1984).

    Where loads are given they stand for the demands a_i; where futures are told apart it holds in each.
    """
    y, c = model.y, data.capacity
    sites = [j for j in range(len(c)) if math.isfinite(c[j]) and data.points_of[j]]

    def rule(model: Model, j: int, k: int = 0) -> Any:
        return _used(model, data, j, k) <= c[j] * y[j] if data.visits[j][k] else pyo.Constraint.Skip

    return pyo.Constraint(_in_each(data, sites), rule=rule)


@constraint(
    symbols=("x", "y"),
    zh="开放的设施达到最低使用人数（最低办学规模）",
    reads=("minimum_load",),
    uses=("load", "future"),
)
def respect_minimum_load(model: Model, data: Data) -> Any:
    r"""An open site is used by so many people at least.

    Formula: \sum_{i \in I_j} a_i\, x_{ij} \ge \underline{c}_j\, y_j \quad \forall j \in J,\ \underline{c}_j > 0

    Source: Carreras and Serra (1999), Socio-Economic Planning Sciences 33; minimum school sizes.

    Where futures are told apart it holds in each.
    """
    y = model.y
    assert data.instance.minimum_load is not None
    least = [float(v) for v in data.instance.minimum_load]

    def rule(model: Model, j: int, k: int = 0) -> Any:
        return _used(model, data, j, k) - least[j] * y[j] >= 0

    return pyo.Constraint(_in_each(data, [j for j in model.J if least[j] > 0]), rule=rule)


@constraint(symbols=("x", "y"), zh="开放的设施至少带这么多需求点（每组成员数的下限）", reads=("least_points",))
def respect_least_points(model: Model, data: Data) -> Any:
    r"""An open site serves so many demand points at least.

    Formula: \sum_{i \in I_j} x_{ij} \ge \underline{n}_j\, y_j \quad \forall j \in J,\ \underline{n}_j > 0

    Source: Mehrotra, Johnson and Nemhauser (1998), Management Science 44(8): limits on the size of a part.

    For groups of whole members, such as the schools under a leading school, however large each member is.
    """
    x, y = model.x, model.y
    assert data.instance.least_points is not None
    least = [float(v) for v in data.instance.least_points]

    def rule(model: Model, j: int) -> Any:
        return pyo.quicksum(x[i, j] for i in data.points_of[j]) - least[j] * y[j] >= 0

    return pyo.Constraint([j for j in model.J if least[j] > 0], rule=rule)


@constraint(symbols=("x", "y"), zh="设施至多带这么多需求点（每组成员数的上限）", reads=("most_points",))
def respect_most_points(model: Model, data: Data) -> Any:
    r"""No site serves more than so many demand points.

    Formula: \sum_{i \in I_j} x_{ij} \le \bar{n}_j\, y_j \quad \forall j \in J,\ \bar{n}_j < \infty

    Source: Mehrotra, Johnson and Nemhauser (1998), Management Science 44(8): limits on the size of a part.

    For groups of whole members, such as the schools under a leading school, however large each member is.
    """
    x, y = model.x, model.y
    assert data.instance.most_points is not None
    most = [float(v) for v in data.instance.most_points]

    def rule(model: Model, j: int) -> Any:
        return pyo.quicksum(x[i, j] for i in data.points_of[j]) - most[j] * y[j] <= 0

    return pyo.Constraint([j for j in model.J if math.isfinite(most[j]) and data.points_of[j]], rule=rule)


@constraint(symbols=("s", "y"), zh="新建设施恰选一个规模等级", reads=("size_capacity",))
def choose_one_size(model: Model, data: Data) -> Any:
    r"""A new facility has exactly one size class, a site that stays closed has none.

    Formula: \sum_{k \in S} s_{jk} = y_j \quad \forall j \in J_{new}

    Source: Holmberg (1994); Correia and Captivo (2003), modular capacities.
    """
    s, y = model.s, model.y
    return pyo.Constraint(data.new, rule=lambda model, j: pyo.quicksum(s[j, k] for k in data.classes) == y[j])


@constraint(
    symbols=("x", "y", "s"),
    zh="不超过所选规模的容量",
    reads=("size_capacity",),
    uses=("capacity", "load", "future"),
    requires=("choose_one_size",),
)
def respect_size_capacity(model: Model, data: Data) -> Any:
    r"""A new facility serves no more people than its size class holds, an existing one no more than its capacity.

    Formula: \sum_{i \in I_j} a_i\, x_{ij} \le \sum_{k \in S} C_k\, s_{jk} \quad \forall j \in J_{new}; \quad
    \sum_{i \in I_j} a_i\, x_{ij} \le c_j\, y_j \quad \forall j \in J_{existing}

    Source: Holmberg (1994); Correia and Captivo (2003), modular capacities.

    Where futures are told apart it holds in each.
    """
    y, s, instance = model.y, model.s, data.instance
    assert instance.size_capacity is not None
    size, new = [float(v) for v in instance.size_capacity], set(data.new)
    room = [math.inf] * instance.site_count if instance.capacity is None else data.capacity

    def rule(model: Model, j: int, k: int = 0) -> Any:
        if not data.visits[j][k]:
            return pyo.Constraint.Skip
        used = _used(model, data, j, k)
        return used <= (pyo.quicksum(size[k] * s[j, k] for k in data.classes) if j in new else room[j] * y[j])

    sites = [j for j in model.J if data.points_of[j] and (j in new or math.isfinite(room[j]))]
    return pyo.Constraint(_in_each(data, sites), rule=rule)


@constraint(
    symbols=("s", "y"),
    zh="按规模计的费用不超过预算",
    reads=("budget", "size_cost"),
    uses=("fixed_cost", "closing_cost", "closable", "relocatable"),
    requires=("choose_one_size",),
)
def stay_within_size_budget(model: Model, data: Data) -> Any:
    r"""New facilities of their sizes, closings and moves cost no more than the budget.

    Formula: \sum_{j \in J_{new}} \Big(f_j\, y_j + \sum_{k \in S} F_k\, s_{jk}\Big)
    + \sum_{j \in J_{leave}} g_j\, (1 - y_j) \le B

    Source: Holmberg (1994); Correia and Captivo (2003), modular capacities.
    """
    y, s, instance = model.y, model.s, data.instance
    assert instance.size_cost is not None
    F, g = [float(v) for v in instance.size_cost], data.closing_cost
    f = [0.0] * instance.site_count if instance.fixed_cost is None else data.cost
    opening = pyo.quicksum(f[j] * y[j] + pyo.quicksum(F[k] * s[j, k] for k in data.classes) for j in data.new)
    closing = pyo.quicksum(g[j] * (1 - y[j]) for j in data.leaving)
    if not data.new and not data.leaving:
        return pyo.Constraint(expr=pyo.Constraint.Feasible)
    return pyo.Constraint(expr=opening + closing <= instance.budget)
