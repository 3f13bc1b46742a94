"""The decision variables. Each function makes one; compose puts it on the model under its symbol.

`settle` gives a variable's best values once sites and assignment are known. Where a variable has none, the solver's
values are the plan.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from siting.formulation.blocks import variable
from siting.formulation.data import Data, between_sites
from siting.formulation.decided import Decided, value_at_risk
from siting.formulation.pyomo import pyo
from siting.impedance import FloatArray

Model = Any  # pyomo carries no types


@variable(symbol="y", zh="地点 j 是否开放")
def open_site(model: Model, data: Data) -> Any:
    r"""Whether site j is open.

    Formula: y_j \in \{0, 1\} \quad \forall j \in J

    Source: ReVelle and Swain (1970).
    """
    return pyo.Var(model.J, domain=pyo.Binary)


@variable(symbol="x", zh="需求点 i 的人口去地点 j 的比例")
def assign_share(model: Model, data: Data) -> Any:
    r"""Share of the people of demand point i who go to site j.

    Formula: 0 \le x_{ij} \le 1 \quad \forall (i, j) \in A

    Source: ReVelle and Swain (1970).

    Without capacities there is always a best plan in which everybody goes to the nearest open site; with
    capacities the people of one demand point may be split between sites.
    """
    return pyo.Var(model.A, bounds=(0, 1))


@variable(symbol="x", zh="需求点 i 是否整体分配给地点 j")
def assign_whole(model: Model, data: Data) -> Any:
    r"""Whether all people of demand point i go to site j (single source).

    Formula: x_{ij} \in \{0, 1\} \quad \forall (i, j) \in A

    Source: Ross and Soland (1977).
    """
    return pyo.Var(model.A, domain=pyo.Binary)


def _covered(data: Data, plan: Decided) -> FloatArray:
    return (plan.within(data.standard) >= 1).astype(np.float64)


@variable(symbol="z", zh="需求点 i 是否在标准之内", requires=("cover_only_if_open",), settle=_covered)
def covered(model: Model, data: Data) -> Any:
    r"""Whether demand point i is covered: an open site lies within its standard.

    Formula: 0 \le z_i \le 1 \quad \forall i \in I

    Source: Church and ReVelle (1974).

    Whole by itself wherever y is whole, so it need not be declared binary.
    """
    return pyo.Var(model.I, bounds=(0, 1))


def _covered_twice(data: Data, plan: Decided) -> FloatArray:
    return (plan.within(data.standard) >= 2).astype(np.float64)


@variable(
    symbol="u",
    zh="需求点 i 是否有第二处设施覆盖",
    requires=("backup_beyond_first|cover_twice_only_if_two_open",),
    settle=_covered_twice,
)
def covered_twice(model: Model, data: Data) -> Any:
    r"""Whether demand point i is covered twice: two open sites lie within its standard.

    Formula: u_i \in \{0, 1\} \quad \forall i \in I

    Source: Hogan and ReVelle (1986).

    Binary: where a second cover weighs more than a first, a share of each would otherwise be worth more than the first.
    """
    return pyo.Var(model.I, domain=pyo.Binary)


@variable(symbol="n", zh="地点 j 的服务单元（车辆）数")
def servers_at(model: Model, data: Data) -> Any:
    r"""Number of servers (ambulances) at site j.

    Formula: n_j \in \{0, 1, 2, \dots\} \quad \forall j \in J

    Source: Daskin (1983).
    """
    return pyo.Var(model.J, domain=pyo.NonNegativeIntegers, bounds=(0, data.instance.servers))


def _covered_by(data: Data, plan: Decided) -> FloatArray:
    assert plan.servers is not None
    assert data.instance.servers is not None
    reached = plan.within(data.standard, plan.servers.astype(np.float64))
    flags: FloatArray = (reached[:, None] >= np.arange(1, data.instance.servers + 1)[None]).astype(np.float64)
    return flags.ravel()


@variable(
    symbol="v",
    zh="需求点 i 的标准之内是否至少有 k 个服务单元",
    reads=("servers",),
    requires=("count_servers_within",),
    settle=_covered_by,
)
def covered_by_servers(model: Model, data: Data) -> Any:
    r"""Whether at least k servers are within the standard of demand point i.

    Formula: 0 \le v_{ik} \le 1 \quad \forall i \in I,\ k = 1, \dots, V

    Source: Daskin (1983).

    Each further server is worth less than the one before, so that v is whole and in order by itself.
    """
    return pyo.Var(model.I, pyo.RangeSet(1, data.instance.servers), bounds=(0, 1))


def _reaches_target(data: Data, plan: Decided) -> FloatArray:
    limits = np.array([limit for limit, _ in data.instance.coverage_targets or ()])
    flags: FloatArray = (plan.nearest[:, None] <= limits[None]).astype(np.float64)
    return flags.ravel()


@variable(
    symbol="b",
    zh="需求点 i 是否在第 ℓ 档距离之内",
    reads=("coverage_targets",),
    requires=("reach_only_if_open",),
    settle=_reaches_target,
)
def within_target(model: Model, data: Data) -> Any:
    r"""Whether an open site lies within the impedance D_l of target l.

    Formula: 0 \le b_{i\ell} \le 1 \quad \forall i \in I,\ \ell \in L

    Source: Church and ReVelle (1974), for several distances.
    """
    return pyo.Var(model.I, range(len(data.near_target)), bounds=(0, 1))


def _largest(data: Data, plan: Decided) -> float:
    return float(plan.travel.max(initial=0.0))


@variable(symbol="r", zh="最大出行阻抗", requires=("bound_largest_impedance",), settle=_largest)
def largest_impedance_value(model: Model, data: Data) -> Any:
    r"""The largest impedance that anybody travels.

    Formula: r \ge 0

    Source: Hakimi (1964).
    """
    return pyo.Var(domain=pyo.NonNegativeReals)


def _largest_weighted(data: Data, plan: Decided) -> float:
    return float((data.instance.demand * plan.travel).max(initial=0.0))


@variable(
    symbol="rw", zh="最大的人口加权阻抗", requires=("bound_largest_weighted_impedance",), settle=_largest_weighted
)
def largest_weighted_value(model: Model, data: Data) -> Any:
    r"""The largest product of people and impedance of any demand point.

    Formula: \rho \ge 0

    Source: Kariv and Hakimi (1979).
    """
    return pyo.Var(domain=pyo.NonNegativeReals)


def _tail_starts(data: Data, plan: Decided) -> FloatArray:
    return np.array([value_at_risk(plan.travel, data.instance.demand, share) for share, _ in data.tails])


@variable(symbol="h", zh="最不便的一部分人从多远算起", requires=("bound_excess",), settle=_tail_starts)
def tail_start(model: Model, data: Data) -> Any:
    r"""The impedance from which on a demand point belongs to the worst-off share q of the people.

    Formula: h_q \ge 0 \quad \forall q \in Q

    Source: Rockafellar and Uryasev (2000); Ogryczak and Zawadzki (2002).
    """
    return pyo.Var(range(len(data.tails)), domain=pyo.NonNegativeReals)


def _excess(data: Data, plan: Decided) -> FloatArray:
    over: FloatArray = np.maximum(plan.travel[:, None] - _tail_starts(data, plan)[None], 0.0)
    return over.ravel()


@variable(symbol="e", zh="需求点 i 超出该起点的阻抗", requires=("bound_excess",), settle=_excess)
def excess_impedance(model: Model, data: Data) -> Any:
    r"""By how much demand point i travels farther than h_q.

    Formula: e_{iq} \ge 0 \quad \forall i \in I,\ q \in Q

    Source: Rockafellar and Uryasev (2000); Ogryczak and Zawadzki (2002).
    """
    return pyo.Var(model.I, range(len(data.tails)), domain=pyo.NonNegativeReals)


def _lowest_mean(data: Data, plan: Decided) -> float:
    a, d = data.instance.demand, plan.travel
    return min((float(a[i] @ d[i] / a[i].sum()) for i in map(np.array, data.zone_demand.values())), default=0.0)


@variable(symbol="l", zh="各片区平均阻抗的最小值", requires=("bound_zone_spread",), settle=_lowest_mean)
def lowest_zone_mean(model: Model, data: Data) -> Any:
    r"""A lower bound on the mean impedance of every demand zone.

    Formula: \mu \ge 0

    Source: this project; a range constraint on zone means.
    """
    return pyo.Var(domain=pyo.NonNegativeReals)


def _differences(data: Data, plan: Decided) -> FloatArray:
    i, k = np.triu_indices(data.instance.demand_count, 1)
    return np.abs(plan.travel[i] - plan.travel[k])


@variable(symbol="q", zh="需求点 i 与 k 的阻抗之差", requires=("bound_differences",), settle=_differences)
def pair_difference(model: Model, data: Data) -> Any:
    r"""How far the impedances of the demand points i and k differ.

    Formula: \delta_{ik} \ge 0 \quad \forall i < k \in I

    Source: Lopez-de-los-Mozos and Mesa (2003); Drezner, Drezner and Guyse (2009).

    Half as many variables as pairs of demand points: for some hundred demand points at most.
    """
    n = data.instance.demand_count
    pairs = [(i, k) for i in range(n) for k in range(i + 1, n)]
    return pyo.Var(pairs, domain=pyo.NonNegativeReals)


@variable(symbol="s", zh="新建地点 j 是否为规模等级 k", reads=("size_capacity",), requires=("choose_one_size",))
def size_of_site(model: Model, data: Data) -> Any:
    r"""Whether the new facility at j has size class k.

    Formula: s_{jk} \in \{0, 1\} \quad \forall j \in J_{new},\ k \in S

    Source: Holmberg (1994); Correia and Captivo (2003), modular capacities.
    """
    return pyo.Var(data.new, data.classes, domain=pyo.Binary)


@variable(
    symbol="f", zh="由需求点 i 经相邻的 k 流向地点 j 的流量", reads=("adjacency",), requires=("carry_catchment_flow",)
)
def catchment_flow(model: Model, data: Data) -> Any:
    r"""Flow from demand point i to its neighbour k on the way to site j.

    Formula: f_{jik} \ge 0 \quad \forall j \in J,\ (i, k) \in E

    Source: Shirabe (2005, 2009).
    """
    return pyo.Var(model.J, data.arcs, domain=pyo.NonNegativeReals)


def _least_separation(data: Data, plan: Decided) -> float:
    j, k, d = between_sites(data.instance)
    return float(d[plan.open[j] & plan.open[k]].min(initial=_farthest(data)))


def _farthest(data: Data) -> float:
    return float(between_sites(data.instance)[2].max(initial=0.0))


@variable(
    symbol="g", zh="开放地点之间的最小阻抗", reads=("site_impedance",), requires=("separate_open_sites",),
    settle=_least_separation,
)  # fmt: skip
def least_separation_value(model: Model, data: Data) -> Any:
    r"""The least impedance between two open sites.

    Formula: 0 \le \sigma \le \bar{d}

    Source: Kuby (1987).
    """
    return pyo.Var(bounds=(0, _farthest(data)))


def _largest_regret(data: Data, plan: Decided) -> float:
    assert data.instance.future_best is not None
    total = np.bincount(
        data.future_of, weights=data.instance.demand * plan.travel, minlength=data.instance.future_best.size
    )
    return float((total - data.instance.future_best).max(initial=0.0))


@variable(symbol="w", zh="最大遗憾值", requires=("bound_regret",), settle=_largest_regret)
def largest_regret_value(model: Model, data: Data) -> Any:
    r"""The largest regret: how much worse the plan is than the best plan of a future.

    Formula: w \ge 0

    Source: Kouvelis and Yu (1997), Robust Discrete Optimization and Its Applications.
    """
    return pyo.Var(domain=pyo.NonNegativeReals)


def _largest_coverage_regret(data: Data, plan: Decided) -> float:
    assert data.instance.future_best is not None
    covered = np.bincount(
        data.future_of,
        weights=data.instance.demand * _covered(data, plan),
        minlength=data.instance.future_best.size,
    )
    return float((data.instance.future_best - covered).max(initial=0.0))


@variable(
    symbol="wc", zh="最大覆盖遗憾值", reads=("future_best",), requires=("bound_coverage_regret",),
    settle=_largest_coverage_regret,
)  # fmt: skip
def largest_coverage_regret_value(model: Model, data: Data) -> Any:
    r"""The largest coverage regret: how many people fewer than in the best plan of a future.

    Formula: W \ge 0

    Source: Kouvelis and Yu (1997), Robust Discrete Optimization and Its Applications.
    """
    return pyo.Var(domain=pyo.NonNegativeReals)


@variable(
    symbol="chi", zh="是否采取变化 e（开办、扩建、缩减、关闭或保持）", reads=("changes",),
    requires=("pass_through_states",),
)  # fmt: skip
def change_state(model: Model, data: Data) -> Any:
    r"""Whether change e is taken: a place opens, grows, shrinks, closes or stays as it is.

    Formula: \chi_e \in \{0, 1\} \quad \forall e \in \mathcal{E}

    Source: Jena, Cordeau and Gendron (2015), Transportation Science 49(3).
    """
    return pyo.Var(range(data.changes.count), domain=pyo.Binary)


@variable(symbol="lb", zh="各片区未达标人口比例的最大值", requires=("bound_share_beyond",))
def largest_share_beyond_value(model: Model, data: Data) -> Any:
    r"""The largest share of a zone's people beyond the standard.

    Formula: \psi \ge 0

    Source: Marsh and Schilling (1994), EJOR 74(1).
    """
    return pyo.Var(domain=pyo.NonNegativeReals)
