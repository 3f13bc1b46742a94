"""The objectives, one function each."""

from __future__ import annotations

from typing import Any

from siting.formulation.blocks import objective
from siting.formulation.data import Data, pair_worth, person_worth
from siting.formulation.pyomo import pyo

Model = Any  # pyomo carries no types


@objective(
    symbols=("x",),
    zh="总出行阻抗最小",
    sense="minimize",
    requires=("people_without_place|assign_every_demand_point",),
    nearest=True,
)
def total_weighted_impedance(model: Model, data: Data) -> Any:
    r"""Total impedance of all people (person-minutes).

    Formula: \min \sum_{(i, j) \in A} a_i\, t_{ij}\, x_{ij}

    Source: Hakimi (1964); ReVelle and Swain (1970).
    """
    a, t, x = data.a, data.t, model.x
    return pyo.quicksum(a[i] * t[i, j] * x[i, j] for i, j in data.A)


@objective(
    symbols=("r",), zh="最远的人出行阻抗最小", sense="minimize", requires=("bound_largest_impedance",), nearest=True
)
def largest_impedance(model: Model, data: Data) -> Any:
    r"""Impedance of whoever travels farthest.

    Formula: \min r

    Source: Hakimi (1964).
    """
    return model.r


@objective(
    symbols=("rw",), zh="最大的人口加权阻抗最小", sense="minimize", requires=("bound_largest_weighted_impedance",),
    nearest=True,
)  # fmt: skip
def largest_weighted_impedance(model: Model, data: Data) -> Any:
    r"""Largest product of people and impedance.

    Formula: \min \rho

    Source: Kariv and Hakimi (1979).
    """
    return model.rw


@objective(
    symbols=("z",), zh="标准之内的人口最多", sense="maximize", requires=("cover_only_if_open",), nearest=True,
    coverage=True,
)  # fmt: skip
def covered_demand(model: Model, data: Data) -> Any:
    r"""People within the standard.

    Formula: \max \sum_{i \in I} a_i\, z_i

    Source: Church and ReVelle (1974).
    """
    a, z = data.a, model.z
    return pyo.quicksum(a[i] * z[i] for i in model.I)


@objective(symbols=("y",), zh="新建设施最少", sense="minimize", nearest=True, coverage=True)
def number_of_new_facilities(model: Model, data: Data) -> Any:
    r"""Number of new facilities.

    Formula: \min \sum_{j \in J_{new}} y_j

    Source: Toregas, Swain, ReVelle and Bergman (1971).
    """
    y = model.y
    return pyo.quicksum(y[j] for j in data.new)


@objective(symbols=("u",), zh="有第二处覆盖的人口最多", sense="maximize", coverage=True)
def backup_covered_demand(model: Model, data: Data) -> Any:
    r"""People within the standard of two facilities.

    Formula: \max \sum_{i \in I} a_i\, u_i

    Source: Daskin and Stern (1981); Hogan and ReVelle (1986).
    """
    a, u = data.a, model.u
    return pyo.quicksum(a[i] * u[i] for i in model.I)


@objective(
    symbols=("z", "u"),
    zh="一次与二次覆盖的加权人口最多",
    sense="maximize",
    reads=("backup_weight",),
    requires=("cover_twice_only_if_two_open",),
    coverage=True,
)
def first_and_backup_demand(model: Model, data: Data) -> Any:
    r"""People covered once and people covered twice, weighted.

    Formula: \max \sum_{i \in I} a_i \big((1 - \omega)\, z_i + \omega\, u_i\big)

    Source: Hogan and ReVelle (1986), the weighting of BACOP2.
    """
    a, z, u, weight = data.a, model.z, model.u, float(data.instance.backup_weight or 0)
    return pyo.quicksum(a[i] * ((1 - weight) * z[i] + weight * u[i]) for i in model.I)


@objective(
    symbols=("v",),
    zh="能及时等到空闲单元的期望人口最多",
    sense="maximize",
    reads=("busy_fraction", "servers"),
    requires=("count_servers_within",),
    coverage=True,
)
def expected_covered_demand(model: Model, data: Data) -> Any:
    r"""People whom a free server reaches within the standard, as an expectation.

    Formula: \max \sum_{i \in I} a_i \sum_{k=1}^{V} (1 - \beta)\, \beta^{k-1}\, v_{ik}

    Source: Daskin (1983), Transportation Science 17(1), MEXCLP.

    Servers are taken to be busy independently of each other, each for the share beta of the time.
    """
    a, v, busy, V = data.a, model.v, float(data.instance.busy_fraction or 0), data.instance.servers or 0
    return pyo.quicksum(a[i] * (1 - busy) * busy ** (k - 1) * v[i, k] for i in model.I for k in range(1, V + 1))


@objective(
    symbols=("x",),
    zh="渐变覆盖的人口最多",
    sense="maximize",
    reads=("standard", "outer_standard"),
    requires=("assign_only_to_open",),
    nearest=True,
)
def gradually_covered_demand(model: Model, data: Data) -> Any:
    r"""People covered, in full up to the standard, falling to nothing at the outer standard.

    Formula: \max \sum_{(i, j) \in A} a_i\, \gamma_{ij}\, x_{ij}, \quad
    \gamma_{ij} = \min\Big(1, \max\Big(0, \frac{R_i - t_{ij}}{R_i - T_i}\Big)\Big)

    Source: Church and Roberts (1983); Berman, Krass and Drezner (2003), EJOR 151(3).
    """
    a, g, x = data.a, data.gradual, model.x
    return pyo.quicksum(a[i] * g[i, j] * x[i, j] for i, j in data.A if g[i, j] > 0)


@objective(
    symbols=("x",), zh="会来使用的人口最多", sense="maximize", reads=("decay",), requires=("assign_only_to_open",),
    nearest=True,
)  # fmt: skip
def attended_demand(model: Model, data: Data) -> Any:
    r"""People who come, fewer from farther away.

    Formula: \max \sum_{(i, j) \in A} a_i\, \phi(t_{ij})\, x_{ij}

    Source: Holmes, Williams and Brown (1972), Geographical Analysis 4(3); decay as in Kwan (1998).
    """
    a, w, x = data.a, data.attended, model.x
    return pyo.quicksum(a[i] * w[i, j] * x[i, j] for i, j in data.A if w[i, j] > 0)


@objective(symbols=("x",), zh="得到分配的人口最多", sense="maximize", requires=("assign_only_to_open",))
def assigned_demand(model: Model, data: Data) -> Any:
    r"""People who are assigned.

    Formula: \max \sum_{(i, j) \in A} a_i\, x_{ij}

    Source: Current and Storbeck (1988).
    """
    a, x = data.a, model.x
    return pyo.quicksum(a[i] * x[i, j] for i, j in data.A)


@objective(
    symbols=("x", "y"),
    zh="建设、关闭与出行的总费用最少",
    sense="minimize",
    reads=("fixed_cost",),
    uses=("travel_cost", "closing_cost"),
    requires=("assign_every_demand_point",),
    nearest=True,
)
def fixed_and_travel_cost(model: Model, data: Data) -> Any:
    r"""Cost of opening, closing and travelling.

    Formula: \min \sum_{j \in J_{new}} f_j\, y_j + \sum_{j \in J_{leave}} g_j\, (1 - y_j)
    + \tau \sum_{(i, j) \in A} a_i\, t_{ij}\, x_{ij}

    Source: Balinski (1965); Cornuejols, Nemhauser and Wolsey (1990).
    """
    a, t, x, y, f, g = data.a, data.t, model.x, model.y, data.cost, data.closing_cost
    tau = 1.0 if data.instance.travel_cost is None else float(data.instance.travel_cost)
    building = pyo.quicksum(f[j] * y[j] for j in data.new) + pyo.quicksum(g[j] * (1 - y[j]) for j in data.leaving)
    return building + pyo.quicksum(tau * a[i] * t[i, j] * x[i, j] for i, j in data.A)


@objective(
    symbols=("e", "h"),
    zh="最不便的一部分人的平均阻抗最小",
    sense="minimize",
    either=("worst_share", "ordered_weights"),
    requires=("bound_excess",),
    nearest=True,
)
def tail_mean_impedance(model: Model, data: Data) -> Any:
    r"""Mean impedance of the worst-off share of the people; several shares are weighted.

    Formula: \min \sum_{q \in Q} \lambda_q \Big(h_q
    + \frac{1}{\alpha_q \sum_{i \in I} a_i} \sum_{i \in I} a_i\, e_{iq}\Big)

    Source: Rockafellar and Uryasev (2000), Journal of Risk 2(3), conditional value at risk; Ogryczak and Zawadzki
    (2002), Annals of Operations Research 110, conditional median; with several shares an ordered median with weights
    that rise with the impedance (Nickel and Puerto 2005).

    A share of 1 is the mean of all people; a share towards 0 is the largest impedance.
    """
    a, e, h = data.a, model.e, model.h
    people = sum(a) or 1.0
    return pyo.quicksum(
        weight * (h[q] + pyo.quicksum(a[i] / (share * people) * e[i, q] for i in model.I))
        for q, (share, weight) in enumerate(data.tails)
    )


@objective(
    symbols=("x",),
    zh="总阻抗与超出标准部分（嫉妒值）之和最小",
    sense="minimize",
    reads=("standard",),
    uses=("envy_weight",),
    requires=("assign_every_demand_point",),
    nearest=True,
)
def impedance_and_envy(model: Model, data: Data) -> Any:
    r"""Total impedance, and what goes beyond the standard once more.

    Formula: \min \sum_{(i, j) \in A} a_i \big(t_{ij} + \eta \max(0,\ t_{ij} - T_i)\big)\, x_{ij}

    Source: Kong, Lian, Zhang and Zhai (2025), Operational Research 25(4), the minimum envy location problem.
    """
    a, t, x, T = data.a, data.t, model.x, data.standard
    weight = 1.0 if data.instance.envy_weight is None else float(data.instance.envy_weight)
    return pyo.quicksum(a[i] * (t[i, j] + weight * max(0.0, t[i, j] - float(T[i]))) * x[i, j] for i, j in data.A)


@objective(
    symbols=("q",),
    zh="任意两人阻抗之差平均最小",
    sense="minimize",
    requires=("bound_differences", "assign_to_closest"),
)
def mean_absolute_difference(model: Model, data: Data) -> Any:
    r"""Mean absolute difference of the impedances of any two people, the numerator of the Gini coefficient.

    Formula: \min \frac{2}{(\sum_{i \in I} a_i)^2} \sum_{i < k \in I} a_i\, a_k\, \delta_{ik}

    Source: Lopez-de-los-Mozos and Mesa (2003); Drezner, Drezner and Guyse (2009).

    Means something only with `assign_to_closest`: otherwise people would be sent astray to even things out.
    """
    a, q = data.a, model.q
    people = sum(a) or 1.0
    return pyo.quicksum(2 * a[i] * a[k] / people**2 * q[i, k] for i, k in q)


@objective(symbols=("g",), zh="相距最近的两处开放地点尽量远", sense="maximize", requires=("separate_open_sites",))
def least_separation(model: Model, data: Data) -> Any:
    r"""Least impedance between two open sites.

    Formula: \max \sigma

    Source: Kuby (1987), Geographical Analysis 19(4).
    """
    return model.g


@objective(
    symbols=("x",),
    zh="选择自有设施的人口最多",
    sense="maximize",
    uses=("competitor",),
    requires=("share_by_attraction",),
)
def captured_demand(model: Model, data: Data) -> Any:
    r"""People who choose one's own sites.

    Formula: \max \sum_{(i, j) \in A,\, j \in J_{own}} a_i\, x_{ij}

    Source: Huff (1964); Benati and Hansen (2002), EJOR 143(3).
    """
    a, x = data.a, model.x
    return pyo.quicksum(a[i] * x[i, j] for i, j in data.A if data.own[j])


@objective(symbols=("w",), zh="最大遗憾值最小", sense="minimize", requires=("bound_regret",), nearest=True)
def largest_regret(model: Model, data: Data) -> Any:
    r"""Largest regret over all futures.

    Formula: \min w

    Source: Kouvelis and Yu (1997), Robust Discrete Optimization and Its Applications.
    """
    return model.w


@objective(
    symbols=("wc",), zh="最大覆盖遗憾值最小", sense="minimize", requires=("bound_coverage_regret",), nearest=True,
    coverage=True,
)  # fmt: skip
def largest_coverage_regret(model: Model, data: Data) -> Any:
    r"""Largest coverage regret over all futures (persons).

    Formula: \min W

    Source: Kouvelis and Yu (1997), Robust Discrete Optimization and Its Applications.
    """
    return model.wc


@objective(symbols=("x",), zh="没有着落的人最少", sense="minimize", requires=("assign_at_most_once",))
def people_without_place(model: Model, data: Data) -> Any:
    r"""People whom the plan sends nowhere.

    Formula: \min \sum_{i \in I} a_i \Big(1 - \sum_{j \in J_i} x_{ij}\Big)

    Source: Current and Storbeck (1988), Environment and Planning B 15(2).
    """
    a, x = data.a, model.x
    return sum(a) - pyo.quicksum(a[i] * x[i, j] for i, j in data.A)


@objective(
    symbols=("x",), zh="标准之外的人最少", sense="minimize", reads=("standard",), requires=("assign_at_most_once",)
)
def people_beyond_standard(model: Model, data: Data) -> Any:
    r"""People who have no place within their standard.

    Formula: \min \sum_{i \in I} a_i \Big(1 - \sum_{j \in N_i} x_{ij}\Big)

    Source: Current and Storbeck (1988), Environment and Planning B 15(2).
    """
    a, x, near = data.a, model.x, data.near
    return sum(a) - pyo.quicksum(a[i] * x[i, j] for i in model.I for j in near[i])


@objective(
    symbols=("x", "chi"),
    zh="费用最少（建设、关闭、校车与寄宿）",
    sense="minimize",
    reads=("changes",),
    uses=("ride_beyond", "ride_cost", "stay_beyond", "stay_cost"),
)
def cost_of_changes(model: Model, data: Data) -> Any:
    r"""Money for the changes, for rides and for boarding.

    Formula: \min \sum_{e \in \mathcal{E}} \bar{f}_e\, \chi_e + \sum_{(i, j) \in A} a_i\, h_{ij}\, x_{ij}

    Source: Antunes and Peeters (2000), Socio-Economic Planning Sciences 34.

    h_ij is what one person costs: the stay beyond the impedance from which people board, else the ride beyond that
    from which a ride is paid for, else nothing.
    """
    chi, x, a, f = model.chi, model.x, data.a, [float(v) for v in data.changes.cost]
    paid = data.paid
    return pyo.quicksum(f[e] * chi[e] for e in range(len(f))) + pyo.quicksum(
        a[i] * paid[i, j] * x[i, j] for i, j in paid
    )


@objective(symbols=("lb",), zh="未达标比例最高的片区尽量低", sense="minimize", requires=("bound_share_beyond",))
def largest_share_beyond(model: Model, data: Data) -> Any:
    r"""Largest share of a zone's people beyond the standard.

    Formula: \min \psi

    Source: Marsh and Schilling (1994), EJOR 74(1).
    """
    return model.lb


@objective(
    symbols=("x", "chi"),
    zh="总代价最少：费用、出行、标准之外与没有着落的人都折合成元",
    sense="minimize",
    reads=("changes", "standard", "trip_cost", "beyond_cost", "left_out_cost"),
    uses=("ride_beyond", "ride_cost", "stay_beyond", "stay_cost"),
    requires=("assign_at_most_once",),
)
def generalised_cost(model: Model, data: Data) -> Any:
    r"""Money for changes, rides and boarding, with travel and people beyond the standard or left out, all in yuan.

    Formula: \min \sum_{e \in \mathcal{E}} \bar{f}_e\, \chi_e
    + \sum_{(i, j) \in A} a_i\, (h_{ij} + \tau_i\, t_{ij})\, x_{ij}
    + \sum_{i \in I} a_i\, \bar{h}_i \Big(1 - \sum_{j \in N_i} x_{ij}\Big)
    + \sum_{i \in I} a_i\, \bar{g}_i \Big(1 - \sum_{j \in J_i} x_{ij}\Big)

    Source: Antunes and Peeters (2000), Socio-Economic Planning Sciences 34.

    h_ij is as in `cost_of_changes`.
    """
    chi, x, a, f = model.chi, model.x, data.a, [float(v) for v in data.changes.cost]
    worth = pair_worth(data.instance).tolist()
    everybody = float(data.instance.demand @ person_worth(data.instance))
    changes = pyo.quicksum(f[e] * chi[e] for e in range(len(f)))
    return everybody + changes + pyo.quicksum(a[i] * w * x[i, j] for (i, j), w in zip(data.A, worth, strict=True))
