"""The objectives as costs of columns."""

from __future__ import annotations

import numpy as np

from siting.formulation.arrays.numbers import Numbers
from siting.formulation.arrays.parts import At, Cost, array_form, cost
from siting.formulation.data import gradual_cover, pair_worth, person_worth, ride_or_stay


@array_form
def total_weighted_impedance(data: Numbers, at: At) -> Cost:
    """a_i t_ij of x_ij."""
    return cost((at["x"], data.a[data.i] * data.t))


@array_form
def largest_impedance(data: Numbers, at: At) -> Cost:
    """1 of r."""
    return cost((at["r"], 1))


@array_form
def largest_weighted_impedance(data: Numbers, at: At) -> Cost:
    """1 of rho."""
    return cost((at["rw"], 1))


@array_form
def covered_demand(data: Numbers, at: At) -> Cost:
    """a_i of z_i."""
    return cost((at["z"], data.a))


@array_form
def number_of_new_facilities(data: Numbers, at: At) -> Cost:
    """1 of y_j of new sites."""
    return cost((at["y"][data.new], 1))


@array_form
def backup_covered_demand(data: Numbers, at: At) -> Cost:
    """a_i of u_i."""
    return cost((at["u"], data.a))


@array_form
def first_and_backup_demand(data: Numbers, at: At) -> Cost:
    """(1 - omega) a_i of z_i, omega a_i of u_i."""
    weight = float(data.instance.backup_weight or 0)
    return cost((at["z"], data.a * (1 - weight)), (at["u"], data.a * weight))


@array_form
def expected_covered_demand(data: Numbers, at: At) -> Cost:
    """(1 - beta) beta^(k - 1) a_i of v_ik."""
    busy = float(data.instance.busy_fraction or 0)
    worth = (1 - busy) * busy ** np.arange(data.instance.servers or 0)
    return cost((at["v"].reshape(data.points.size, worth.size), data.a[:, None] * worth))


@array_form
def gradually_covered_demand(data: Numbers, at: At) -> Cost:
    """a_i gamma_ij of x_ij."""
    return cost((at["x"], data.a[data.i] * gradual_cover(data.instance)))


@array_form
def attended_demand(data: Numbers, at: At) -> Cost:
    """a_i phi(t_ij) of x_ij."""
    assert data.instance.decay is not None
    return cost((at["x"], data.a[data.i] * data.instance.decay.share(data.t)))


@array_form
def assigned_demand(data: Numbers, at: At) -> Cost:
    """a_i of x_ij."""
    return cost((at["x"], data.a[data.i]))


@array_form
def fixed_and_travel_cost(data: Numbers, at: At) -> Cost:
    """f_j of y_j in J_new, -g_j of y_j in J_leave, tau a_i t_ij of x_ij; and the sum of g_j."""
    tau = 1.0 if data.instance.travel_cost is None else float(data.instance.travel_cost)
    g = data.closing_cost[data.leaving]
    return cost(
        (at["y"][data.new], data.fixed_cost[data.new]),
        (at["y"][data.leaving], -g),
        (at["x"], tau * data.a[data.i] * data.t),
        constant=float(g.sum()),
    )


@array_form
def tail_mean_impedance(data: Numbers, at: At) -> Cost:
    """lambda_q of h_q, lambda_q a_i / (alpha_q times the sum of a_i) of e_iq."""
    share, weight = data.tails
    excess = data.a[:, None] / (share * (data.people or 1.0)) * weight
    return cost((at["h"], weight), (at["e"].reshape(excess.shape), excess))


@array_form
def impedance_and_envy(data: Numbers, at: At) -> Cost:
    """a_i (t_ij + eta max(0, t_ij - T_i)) of x_ij."""
    eta = 1.0 if data.instance.envy_weight is None else float(data.instance.envy_weight)
    beyond = np.maximum(0.0, data.t - data.standard[data.i])
    return cost((at["x"], data.a[data.i] * (data.t + eta * beyond)))


@array_form
def mean_absolute_difference(data: Numbers, at: At) -> Cost:
    """2 a_i a_k / (sum of a_i)^2 of delta_ik."""
    i, k = np.triu_indices(data.points.size, 1)
    return cost((at["q"], 2 * data.a[i] * data.a[k] / (data.people or 1.0) ** 2))


@array_form
def least_separation(data: Numbers, at: At) -> Cost:
    """1 of sigma."""
    return cost((at["g"], 1))


@array_form
def captured_demand(data: Numbers, at: At) -> Cost:
    """a_i of x_ij to one's own sites."""
    own = np.flatnonzero(data.own[data.j])
    return cost((at["x"][own], data.a[data.i[own]]))


@array_form
def largest_regret(data: Numbers, at: At) -> Cost:
    """1 of w."""
    return cost((at["w"], 1))


@array_form
def largest_coverage_regret(data: Numbers, at: At) -> Cost:
    """1 of W."""
    return cost((at["wc"], 1))


@array_form
def people_without_place(data: Numbers, at: At) -> Cost:
    """All people, -a_i of x_ij."""
    return cost((at["x"], -data.a[data.i]), constant=data.people)


@array_form
def people_beyond_standard(data: Numbers, at: At) -> Cost:
    """All people, -a_i of x_ij within the standard."""
    return cost((at["x"][data.near], -data.a[data.i[data.near]]), constant=data.people)


@array_form
def cost_of_changes(data: Numbers, at: At) -> Cost:
    """f_e of chi_e, a_i h_ij of x_ij."""
    assert data.instance.changes is not None
    paid = data.a[data.i] * ride_or_stay(data.instance)
    where = np.flatnonzero(paid)
    return cost((at["chi"], data.instance.changes.cost), (at["x"][where], paid[where]))


@array_form
def largest_share_beyond(data: Numbers, at: At) -> Cost:
    """1 of psi."""
    return cost((at["lb"], 1))


@array_form
def generalised_cost(data: Numbers, at: At) -> Cost:
    """f_e of chi_e, the worth of each pair of x_ij, all people left out."""
    instance = data.instance
    assert instance.changes is not None
    everybody = float(instance.demand @ person_worth(instance))
    return cost(
        (at["chi"], instance.changes.cost), (at["x"], data.a[data.i] * pair_worth(instance)), constant=everybody
    )
