"""Who is within the standard of an open site, once, twice, or of how many servers."""

from __future__ import annotations

from typing import Any

from siting.formulation.blocks import constraint
from siting.formulation.data import Data
from siting.formulation.pyomo import pyo

Model = Any  # pyomo carries no types


@constraint(symbols=("y",), zh="每个需求点都在标准之内", reads=("standard",), nearest=True, coverage=True)
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


@constraint(symbols=("z", "y"), zh="标准之内有开放的地点才算覆盖", reads=("standard",), nearest=True, coverage=True)
def cover_only_if_open(model: Model, data: Data) -> Any:
    r"""A demand point counts as covered only if a site within its standard is open.

    Formula: z_i \le \sum_{j \in N_i} y_j \quad \forall i \in I

    Source: Church and ReVelle (1974).
    """
    z, y = model.z, model.y
    return pyo.Constraint(model.I, rule=lambda model, i: z[i] <= pyo.quicksum(y[j] for j in data.near[i]))


@constraint(
    symbols=("z",),
    zh="覆盖的人口不少于规定份额",
    reads=("cover_share",),
    requires=("cover_only_if_open",),
    nearest=True,
    coverage=True,
)
def cover_share_of_people(model: Model, data: Data) -> Any:
    r"""At least the share alpha of all people is covered.

    Formula: \sum_{i \in I} a_i\, z_i \ge \alpha \sum_{i \in I} a_i

    Source: Daskin and Owen (1999), Geographical Analysis 31(3), partial set covering.
    """
    a, z = data.a, model.z
    if not sum(a):
        return pyo.Constraint(expr=pyo.Constraint.Feasible)
    return pyo.Constraint(
        expr=pyo.quicksum(a[i] * z[i] for i in model.I) >= float(data.instance.cover_share or 0) * sum(a)
    )


@constraint(
    symbols=("u", "y"),
    zh="第二次覆盖须另有一处开放的地点",
    reads=("standard",),
    requires=("cover_every_demand_point",),
    coverage=True,
)
def backup_beyond_first(model: Model, data: Data) -> Any:
    r"""Where everybody is covered once, a second open site within the standard makes the second cover.

    Formula: 1 + u_i \le \sum_{j \in N_i} y_j \quad \forall i \in I

    Source: Daskin and Stern (1981), Transportation Science 15(2); Hogan and ReVelle (1986), BACOP1.
    """
    u, y = model.u, model.y
    return pyo.Constraint(
        [i for i in model.I if data.near[i]],
        rule=lambda model, i: 1 + u[i] <= pyo.quicksum(y[j] for j in data.near[i]),
    )


@constraint(
    symbols=("z", "u", "y"),
    zh="两次覆盖须有两处开放的地点",
    reads=("standard",),
    requires=("cover_only_if_open", "backup_only_after_first"),
    coverage=True,
)
def cover_twice_only_if_two_open(model: Model, data: Data) -> Any:
    r"""First and second cover together need as many open sites within the standard.

    Formula: z_i + u_i \le \sum_{j \in N_i} y_j \quad \forall i \in I

    Source: Hogan and ReVelle (1986), Management Science 32(11), BACOP2.
    """
    z, u, y = model.z, model.u, model.y
    return pyo.Constraint(model.I, rule=lambda model, i: z[i] + u[i] <= pyo.quicksum(y[j] for j in data.near[i]))


@constraint(
    symbols=("z", "u"), zh="先有第一次覆盖才有第二次", requires=("cover_twice_only_if_two_open",), coverage=True
)
def backup_only_after_first(model: Model, data: Data) -> Any:
    r"""No second cover without the first.

    Formula: u_i \le z_i \quad \forall i \in I

    Source: Hogan and ReVelle (1986), Management Science 32(11), BACOP2.
    """
    z, u = model.z, model.u
    return pyo.Constraint(model.I, rule=lambda model, i: u[i] <= z[i])


@constraint(symbols=("n",), zh="服务单元全部布置", reads=("servers",), coverage=True)
def place_all_servers(model: Model, data: Data) -> Any:
    r"""All V servers are placed.

    Formula: \sum_{j \in J} n_j = V

    Source: Daskin (1983), Transportation Science 17(1).
    """
    n = model.n
    return pyo.Constraint(expr=pyo.quicksum(n[j] for j in model.J) == data.instance.servers)


@constraint(
    symbols=("n", "y"), zh="服务单元只能布置在开放的地点", reads=("servers",), requires=("place_all_servers",),
    coverage=True,
)  # fmt: skip
def servers_only_at_open(model: Model, data: Data) -> Any:
    r"""Servers stand at open sites only.

    Formula: n_j \le V\, y_j \quad \forall j \in J

    Source: Daskin (1983), with stations that may be opened.
    """
    n, y, V = model.n, model.y, data.instance.servers
    return pyo.Constraint(model.J, rule=lambda model, j: n[j] <= V * y[j])


@constraint(symbols=("n", "y"), zh="每个开放的地点至少一个服务单元", requires=("place_all_servers",), coverage=True)
def server_at_every_open_site(model: Model, data: Data) -> Any:
    r"""Every open site has a server at least.

    Formula: n_j \ge y_j \quad \forall j \in J

    Source: Daskin (1983), with stations that may be opened.
    """
    n, y = model.n, model.y
    return pyo.Constraint(model.J, rule=lambda model, j: n[j] >= y[j])


@constraint(
    symbols=("v", "n"),
    zh="标准之内有几个服务单元，最多算几次覆盖",
    reads=("standard", "servers"),
    requires=("place_all_servers",),
    coverage=True,
)
def count_servers_within(model: Model, data: Data) -> Any:
    r"""A demand point is covered as often as there are servers within its standard.

    Formula: \sum_{k=1}^{V} v_{ik} \le \sum_{j \in N_i} n_j \quad \forall i \in I

    Source: Daskin (1983), Transportation Science 17(1).
    """
    v, n, V = model.v, model.n, data.instance.servers or 0
    if not V:
        return pyo.Constraint(expr=pyo.Constraint.Feasible)
    return pyo.Constraint(
        model.I,
        rule=lambda model, i: (
            pyo.quicksum(v[i, k] for k in range(1, V + 1)) <= pyo.quicksum(n[j] for j in data.near[i])
        ),
    )


@constraint(
    symbols=("b", "y"), zh="该距离之内有开放的地点才算到达", reads=("coverage_targets",),
    requires=("meet_coverage_targets",), nearest=True,
)  # fmt: skip
def reach_only_if_open(model: Model, data: Data) -> Any:
    r"""A demand point counts for a target only if a site within the target's impedance is open.

    Formula: b_{i\ell} \le \sum_{j \in J_i : t_{ij} \le D_\ell} y_j \quad \forall i \in I,\ \ell \in L

    Source: Church and ReVelle (1974), for several distances.
    """
    b, y, near = model.b, model.y, data.near_target
    return pyo.Constraint(
        model.I, range(len(near)), rule=lambda model, i, k: b[i, k] <= pyo.quicksum(y[j] for j in near[k][i])
    )


@constraint(
    symbols=("b",), zh="各档距离之内的人口不少于规定份额", reads=("coverage_targets",),
    requires=("reach_only_if_open",), nearest=True,
)  # fmt: skip
def meet_coverage_targets(model: Model, data: Data) -> Any:
    r"""At least the share of the people that each target names lives within its impedance.

    Formula: \sum_{i \in I} a_i\, b_{i\ell} \ge \pi_\ell \sum_{i \in I} a_i \quad \forall \ell \in L

    Source: this project; a share of people to cover (Daskin and Owen 1999) at several distances at once.
    """
    a, b, targets = data.a, model.b, data.instance.coverage_targets or ()
    if not sum(a):
        return pyo.Constraint(expr=pyo.Constraint.Feasible)
    return pyo.Constraint(
        range(len(targets)),
        rule=lambda model, k: pyo.quicksum(a[i] * b[i, k] for i in model.I) >= targets[k][1] * sum(a),
    )
