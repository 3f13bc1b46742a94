"""Which search knows which model: good plans and bounds that are found before the solver is asked.

A search is used only for models all of whose blocks it knows; the others go to the solver as they are.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from siting import interrupt
from siting.formulation.data import gradual_cover
from siting.formulation.reduce import tells_futures_apart
from siting.formulation.spec import Formulation
from siting.impedance import BoolArray, FloatArray
from siting.instance import Instance
from siting.search.center import search_center
from siting.search.districts import Districts, search_districts
from siting.search.found import Found, Report
from siting.search.lagrangian import count_affordable, search
from siting.search.median import interchange, knows, search_median, with_costs
from siting.search.single_source import SingleSource, search_single_source
from siting.solver import SolverOptions

ON_SITES = {"open_site", "keep_existing", "require_sites", "forbid_sites", "zone_minimum"}
ASSIGNED = ON_SITES | {"assign_share", "assign_every_demand_point", "assign_only_to_open"}
MEDIAN = ASSIGNED | {"total_weighted_impedance"}
CAPACITATED = MEDIAN | {"respect_capacity"}
CENTER = ASSIGNED | {"largest_impedance_value", "bound_largest_impedance", "largest_impedance"}
WEIGHTED_CENTER = ASSIGNED | {
    "largest_weighted_value",
    "bound_largest_weighted_impedance",
    "largest_weighted_impedance",
}
COSTS = {"total_weighted_impedance", "fixed_and_travel_cost"}
MORE_ON_SITES = {"zone_maximum", "close_exactly", "replace_relocated", "differ_from_excluded"}
WHOLE = ON_SITES | {"assign_whole", "assign_every_demand_point", "assign_only_to_open", "respect_capacity"}
DISTRICTS = WHOLE | {"catchment_flow", "serve_own_unit", "carry_catchment_flow", "flow_only_within_catchment"}
STARTED = ASSIGNED | {
    "assign_at_most_once",
    "tail_start",
    "excess_impedance",
    "bound_excess",
    "tail_mean_impedance",
    "impedance_and_envy",
    "gradually_covered_demand",
    "attended_demand",
    "largest_regret_value",
    "bound_regret",
    "largest_regret",
}
RESOURCES = {"open_exactly_p", "stay_within_budget"}

SHARE_WITHOUT_PLAN = 0.25  # of the time limit, after which a search that has no plan yet gives way to the solver
FAR = 4  # power of the travel time whose least sum comes near the least mean of the worst-off
POWER = 8  # the least sum of this power of the travel time comes near the least maximum


def search_first(
    formulation: Formulation, active: tuple[str, ...], instance: Instance, options: SolverOptions, report: Report
) -> Found | None:
    """A plan, a bound and what is left to decide; None where no search knows the model.

    Args:
        active: constraints that hold.
        report: is told (objective, bound) as they improve.
    """
    blocks = {*formulation.variables, formulation.objective, *active} - RESOURCES
    if blocks - COSTS - MORE_ON_SITES - {"respect_minimum_load"} == WHOLE and blocks & COSTS:
        single = _single_source(formulation, active, instance, options, report)
        return None if single is None else _whole(single, "knapsack Lagrangian branch and bound")
    if answers_alone(formulation, active, instance):
        return search_median(instance, active, formulation.objective, options, report)
    if instance.leaving.any() or (instance.future is not None and tells_futures_apart(formulation, active)):
        return None
    if blocks == CAPACITATED and instance.load is None:
        return _capacitated(instance, options, report)
    if blocks - COSTS == DISTRICTS and blocks & COSTS:
        districts = search_districts(instance, **_asked(formulation, options, report))
        return (
            None if districts is None else _whole(districts, "Lagrangian bound and neighbourhoods of districts, HiGHS")
        )
    counted = _counted(instance)
    if counted is None:
        return None
    if blocks in (CENTER, WEIGHTED_CENTER):
        return _center(instance, active, options, weighted=blocks == WEIGHTED_CENTER)
    return None


def answers_alone(formulation: Formulation, active: tuple[str, ...], instance: Instance) -> bool:
    """Whether a search proves or bounds the model by itself, on the pairs as they are."""
    apart = instance.future is not None and tells_futures_apart(formulation, active)
    return not apart and knows({*formulation.variables, formulation.objective, *active})


def first_plan(
    formulation: Formulation, active: tuple[str, ...], instance: Instance, options: SolverOptions
) -> BoolArray | None:
    """(J,) sites of a plan for the solver to begin with, where everybody goes to the nearest and no search knows the
    model: one that no swap of two sites improves by a measure near the objective. None where there is none.
    """
    blocks = {*formulation.variables, formulation.objective, *active} - RESOURCES
    counted = _counted(instance)
    measure = MEASURES.get(formulation.objective)
    if not blocks <= STARTED or measure is None or counted is None or instance.leaving.any():
        return None
    if not instance.demand_count:
        return None
    plan = interchange(with_costs(instance, active, measure(instance)))
    return None if plan is None else plan[0]


def _far_counts_more(instance: Instance) -> FloatArray:
    matrix = instance.impedance
    cost: FloatArray = instance.demand[matrix.rows] * (matrix.values / max(matrix.values.max(initial=0.0), 1e-9)) ** FAR
    return cost


def _with_envy(instance: Instance) -> FloatArray:
    assert instance.standard is not None
    matrix, weight = instance.impedance, 1.0 if instance.envy_weight is None else instance.envy_weight
    beyond = np.maximum(matrix.values - instance.standard[matrix.rows], 0.0)
    cost: FloatArray = instance.demand[matrix.rows] * (matrix.values + weight * beyond)
    return cost


def _not_covered(instance: Instance) -> FloatArray:
    return instance.demand[instance.impedance.rows] * (1.0 - gradual_cover(instance))


def _not_coming(instance: Instance) -> FloatArray:
    assert instance.decay is not None
    return instance.demand[instance.impedance.rows] * (1.0 - instance.decay.share(instance.impedance.values))


def _travelled(instance: Instance) -> FloatArray:
    return instance.demand[instance.impedance.rows] * instance.impedance.values


# (nnz,) cost of each pair by which a first plan is sought, by objective.
MEASURES: dict[str, Callable[[Instance], FloatArray]] = {
    "tail_mean_impedance": _far_counts_more,
    "impedance_and_envy": _with_envy,
    "gradually_covered_demand": _not_covered,
    "attended_demand": _not_coming,
    "largest_regret": _travelled,
}


def _asked(formulation: Formulation, options: SolverOptions, report: Report) -> dict[str, Any]:
    """What the searches for whole demand points are told."""
    return {
        "fixed_cost": formulation.objective == "fixed_and_travel_cost",
        "time_limit_s": options.time_limit_s,
        "gap": options.gap,
        "seed": options.seed,
        "report": report,
        "stopped": interrupt.asked,
    }


def _single_source(
    formulation: Formulation, active: tuple[str, ...], instance: Instance, options: SolverOptions, report: Report
) -> SingleSource | None:
    return search_single_source(
        instance,
        fixed_cost=formulation.objective == "fixed_and_travel_cost",
        active=active,
        time_limit_s=options.time_limit_s,
        give_up_s=SHARE_WITHOUT_PLAN * options.time_limit_s,
        gap=options.gap,
        node_limit=options.node_limit,
        report=report,
        stopped=interrupt.asked,
    )


def _whole(found: SingleSource | Districts, engine: str) -> Found:
    """A plan with the site of each demand point."""
    nodes = found.nodes if isinstance(found, SingleSource) else 0
    return Found(found.bound, found.objective, found.open, nodes, None, engine, found.by_clock, found.site)


def _counted(instance: Instance) -> Instance | None:
    """The instance with `p` in place of a budget over sites of one cost: more facilities are never worse here."""
    if instance.p is not None:
        return instance
    count = count_affordable(instance)
    if count is None:
        return None
    return replace(instance, p=min(count, int(instance.candidate.sum())), budget=None)


def _capacitated(instance: Instance, options: SolverOptions, report: Report) -> Found | None:
    found = search(
        instance,
        time_limit_s=options.time_limit_s,
        give_up_s=SHARE_WITHOUT_PLAN * options.time_limit_s,
        gap=options.gap,
        node_limit=options.node_limit,
        report=lambda objective, bound, nodes: report(objective, bound),
    )
    if found is None:
        return None
    engine = "Lagrangian branch and bound, HiGHS"
    return Found(found.bound, found.objective, found.open, found.nodes, None, engine, found.by_clock)


def _center(instance: Instance, active: tuple[str, ...], options: SolverOptions, *, weighted: bool) -> Found | None:
    """A plan by interchange, then the range below its farthest halved until nothing is left."""
    if not instance.demand_count or (instance.p is None and instance.fixed_cost is None):
        return None
    begin = time.perf_counter()
    matrix = instance.impedance
    value: FloatArray = matrix.values * instance.demand[matrix.rows] if weighted else matrix.values
    cost: FloatArray = (value / max(float(value.max(initial=0.0)), 1e-9)) ** POWER
    plan = interchange(with_costs(instance, active, cost))
    if plan is None:
        return None
    opened = plan[0]
    best = np.full(instance.demand_count, np.inf)
    use = opened[matrix.indices]
    np.minimum.at(best, matrix.rows[use], value[use])
    farthest = float(best.max(initial=0.0))
    if not math.isfinite(farthest):
        return None
    left = replace(options, time_limit_s=options.time_limit_s - (time.perf_counter() - begin))
    found = search_center(instance, opened, farthest, left, weighted=weighted)
    return Found(
        found.bound, found.objective, found.open, 0, None, "interchange and bisection over set covering, HiGHS"
    )
