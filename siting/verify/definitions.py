"""The objectives from their definitions, with numpy alone and none of the formulation's code."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from siting.impedance import FloatArray
from siting.instance import Instance
from siting.verify.plan import LaidOut
from siting.verify.states import changes_taken


def total_weighted_impedance(plan: LaidOut) -> float:
    """sum a_i x_ij t_ij."""
    return float(np.sum(plan.instance.demand[plan.i] * plan.share * plan.impedance))


def largest_impedance(plan: LaidOut) -> float:
    """max_i t_i."""
    return float(plan.travelled.max(initial=0.0))


def largest_weighted_impedance(plan: LaidOut) -> float:
    """max_i a_i t_i."""
    return float((plan.instance.demand * plan.travelled).max(initial=0.0))


def covered_demand(plan: LaidOut) -> float:
    """People within the standard of an open site."""
    return float(plan.instance.demand[plan.covered].sum())


def number_of_new(plan: LaidOut) -> float:
    """New facilities."""
    return float(plan.new.sum())


def backup_covered_demand(plan: LaidOut) -> float:
    """People within the standard of two open sites."""
    return float(plan.instance.demand[plan.count_within(plan.standard) >= 2].sum())


def first_and_backup_demand(plan: LaidOut) -> float:
    """Weighted people covered once and twice."""
    weight = plan.instance.backup_weight
    assert weight is not None
    return (1 - weight) * covered_demand(plan) + weight * backup_covered_demand(plan)


def expected_covered_demand(plan: LaidOut) -> float:
    """People times the chance that one of the servers within the standard is free: 1 - busy^count."""
    servers, busy = plan.solution.servers, plan.instance.busy_fraction
    assert servers is not None
    assert busy is not None
    count = plan.count_within(plan.standard, servers.astype(np.float64))
    chance = np.where(count > 0, 1.0 - np.power(busy, count), 0.0)
    return float(plan.instance.demand @ chance)


def gradually_covered_demand(plan: LaidOut) -> float:
    """People times the cover of the nearest open site."""
    outer = plan.instance.outer_standard
    assert outer is not None
    best = plan.nearest_open
    cover = np.zeros(best.size)
    for i, (near, inner, limit) in enumerate(zip(best.tolist(), plan.standard.tolist(), outer.tolist(), strict=True)):
        if near <= inner:
            cover[i] = 1.0
        elif near < limit:
            cover[i] = (limit - near) / (limit - inner)
    return float(plan.instance.demand @ cover)


def attended_demand(plan: LaidOut) -> float:
    """People times the share who come so far."""
    decay = plan.instance.decay
    assert decay is not None
    return float(np.sum(plan.instance.demand[plan.i] * plan.share * decay.share(plan.impedance)))


def assigned_demand(plan: LaidOut) -> float:
    """People who are assigned."""
    return float(np.sum(plan.instance.demand[plan.i] * plan.share))


def fixed_and_travel_cost(plan: LaidOut) -> float:
    """Opening, closing and travelling."""
    instance = plan.instance
    assert instance.fixed_cost is not None
    closing = 0.0 if instance.closing_cost is None else float(instance.closing_cost[plan.closed].sum())
    rate = 1.0 if instance.travel_cost is None else instance.travel_cost
    return float(instance.fixed_cost[plan.new].sum()) + closing + rate * total_weighted_impedance(plan)


def tail_mean_impedance(plan: LaidOut) -> float:
    """Weighted means of the worst-off shares, by filling each share from whoever travels farthest."""
    instance = plan.instance
    tails = instance.ordered_weights
    if tails is None:
        assert instance.worst_share is not None
        tails = ((instance.worst_share, 1.0),)
    order = np.argsort(-plan.travelled, kind="stable")
    travelled, people = plan.travelled[order], instance.demand[order]
    total = float(people.sum())
    if total <= 0:
        return 0.0
    value = 0.0
    for share, weight in tails:
        before = np.cumsum(people) - people
        taken = np.clip(share * total - before, 0.0, people)
        value += weight * float(taken @ travelled) / (share * total)
    return value


def impedance_and_envy(plan: LaidOut) -> float:
    """Total impedance, and what goes beyond the standard once more."""
    weight = 1.0 if plan.instance.envy_weight is None else plan.instance.envy_weight
    beyond = np.maximum(plan.impedance - plan.standard[plan.i], 0.0)
    return float(np.sum(plan.instance.demand[plan.i] * plan.share * (plan.impedance + weight * beyond)))


def mean_absolute_difference(plan: LaidOut) -> float:
    """Of any two people, by sorting."""
    people = float(plan.instance.demand.sum())
    if people <= 0:
        return 0.0
    order = np.argsort(plan.travelled, kind="stable")
    x, w = plan.travelled[order], plan.instance.demand[order] / people
    cumulated = np.cumsum(w)
    return 2 * float((w * x) @ (2 * cumulated - w - cumulated[-1]))


def least_separation(plan: LaidOut) -> float:
    """Between any two open sites; the largest impedance of all where there are not two."""
    matrix = plan.instance.site_impedance
    assert matrix is not None
    apart = matrix.rows != matrix.indices
    both = apart & plan.open[matrix.rows] & plan.open[matrix.indices]
    return float(matrix.values[both].min(initial=_farthest(matrix.dense())))


def _farthest(dense: FloatArray) -> float:
    """The largest of the shorter directions."""
    shorter = np.minimum(dense, dense.T)
    np.fill_diagonal(shorter, np.inf)
    return float(np.where(np.isfinite(shorter), shorter, 0.0).max(initial=0.0))


def captured_demand(plan: LaidOut) -> float:
    """People who come to one's own sites."""
    rival = plan.instance.competitor
    own = np.ones(plan.j.size, bool) if rival is None else ~rival[plan.j]
    return float(np.sum((plan.instance.demand[plan.i] * plan.share)[own]))


def largest_regret(plan: LaidOut) -> float:
    """How much worse the plan is than a future's best, at most."""
    return float(regrets(plan).max(initial=0.0))


def regrets(plan: LaidOut) -> FloatArray:
    """(K,) total impedance in each future less the best that it could have."""
    future, best = plan.instance.future, plan.instance.future_best
    assert future is not None
    assert best is not None
    cost = plan.instance.demand[plan.i] * plan.share * plan.impedance
    total = np.zeros(best.size)
    np.add.at(total, future[plan.i], cost)
    return total - best


def largest_coverage_regret(plan: LaidOut) -> float:
    """How many people fewer the plan covers than a future's best, at most."""
    future, best = plan.instance.future, plan.instance.future_best
    assert future is not None
    assert best is not None
    covered = np.zeros(best.size)
    np.add.at(covered, future[plan.covered], plan.instance.demand[plan.covered])
    return float((best - covered).max(initial=0.0))


def mean_by_zone(plan: LaidOut) -> FloatArray:
    """Mean impedance over the people of each demand zone in which somebody lives."""
    zone, people = plan.instance.demand_zone, plan.instance.demand
    assert zone is not None
    members = [zone == k for k in np.unique(zone[zone >= 0])]
    return np.array([people[m] @ plan.travelled[m] / people[m].sum() for m in members if people[m].sum() > 0])


def attraction(instance: Instance) -> FloatArray:
    """(nnz,) attraction of each admissible pair."""
    assert instance.decay is not None
    own = np.ones(instance.site_count) if instance.attraction is None else instance.attraction
    pull: FloatArray = own[instance.impedance.indices] * instance.decay.share(instance.impedance.values)
    return pull


def huff(plan: LaidOut) -> FloatArray:
    """(nnz,) the share in which people choose each open site."""
    matrix = plan.instance.impedance
    pull = attraction(plan.instance) * plan.open[matrix.indices]
    total = np.zeros(matrix.shape[0])
    np.add.at(total, matrix.rows, pull)
    shares: FloatArray = pull / np.where(total > 0, total, 1.0)[matrix.rows]
    return shares


def people_without_place(plan: LaidOut) -> float:
    """People, less those who are sent somewhere."""
    return float(plan.instance.demand.sum() - (plan.instance.demand[plan.i] * plan.share).sum())


def people_beyond_standard(plan: LaidOut) -> float:
    """People, less those who are sent somewhere within their standard."""
    within = plan.impedance <= plan.standard[plan.i]
    return float(plan.instance.demand.sum() - (plan.instance.demand[plan.i] * plan.share)[within].sum())


def cost_of_changes(plan: LaidOut) -> float:
    """Yuan for the changes that lead to the plan's states, for rides and for stays."""
    instance, taken = plan.instance, changes_taken(plan)
    if instance.changes is None or taken is None:
        return float("nan")
    each = np.zeros(plan.i.size)
    for beyond, yuan in ((instance.ride_beyond, instance.ride_cost), (instance.stay_beyond, instance.stay_cost)):
        if beyond is not None and yuan is not None:
            each = np.where(plan.impedance > beyond[plan.i], yuan[plan.i], each)
    people = instance.demand[plan.i] * plan.share
    return float(instance.changes.cost[taken].sum() + (people * each).sum())


def generalised_cost(plan: LaidOut) -> float:
    """Money, with travel, people beyond the standard and people left out in yuan."""
    instance = plan.instance
    assert instance.trip_cost is not None
    assert instance.beyond_cost is not None
    assert instance.left_out_cost is not None
    people = instance.demand[plan.i] * plan.share
    within = plan.impedance <= plan.standard[plan.i]
    total = cost_of_changes(plan) + float((people * instance.trip_cost[plan.i] * plan.impedance).sum())
    count = instance.demand_count
    placed = np.bincount(plan.i, weights=people, minlength=count)
    near = np.bincount(plan.i[within], weights=people[within], minlength=count)
    total += float(((instance.demand - near) * instance.beyond_cost).sum())
    return total + float(((instance.demand - placed) * instance.left_out_cost).sum())


def largest_share_beyond(plan: LaidOut) -> float:
    """The largest share of a zone's people who have no place within their standard."""
    zone, demand = plan.instance.demand_zone, plan.instance.demand
    assert zone is not None
    within = plan.impedance <= plan.standard[plan.i]
    served = np.bincount(plan.i[within], weights=(demand[plan.i] * plan.share)[within], minlength=demand.size)
    worst = 0.0
    for k in np.unique(zone[zone >= 0]):
        people = float(demand[zone == k].sum())
        if people > 0:
            worst = max(worst, 1.0 - float(served[zone == k].sum()) / people)
    return worst


OBJECTIVES: dict[str, tuple[str, Callable[[LaidOut], float]]] = {
    "total_weighted_impedance": ("minimize", total_weighted_impedance),
    "largest_impedance": ("minimize", largest_impedance),
    "people_without_place": ("minimize", people_without_place),
    "people_beyond_standard": ("minimize", people_beyond_standard),
    "cost_of_changes": ("minimize", cost_of_changes),
    "generalised_cost": ("minimize", generalised_cost),
    "largest_share_beyond": ("minimize", largest_share_beyond),
    "largest_weighted_impedance": ("minimize", largest_weighted_impedance),
    "covered_demand": ("maximize", covered_demand),
    "number_of_new_facilities": ("minimize", number_of_new),
    "backup_covered_demand": ("maximize", backup_covered_demand),
    "first_and_backup_demand": ("maximize", first_and_backup_demand),
    "expected_covered_demand": ("maximize", expected_covered_demand),
    "gradually_covered_demand": ("maximize", gradually_covered_demand),
    "attended_demand": ("maximize", attended_demand),
    "assigned_demand": ("maximize", assigned_demand),
    "fixed_and_travel_cost": ("minimize", fixed_and_travel_cost),
    "tail_mean_impedance": ("minimize", tail_mean_impedance),
    "impedance_and_envy": ("minimize", impedance_and_envy),
    "mean_absolute_difference": ("minimize", mean_absolute_difference),
    "least_separation": ("maximize", least_separation),
    "captured_demand": ("maximize", captured_demand),
    "largest_regret": ("minimize", largest_regret),
    "largest_coverage_regret": ("minimize", largest_coverage_regret),
}
