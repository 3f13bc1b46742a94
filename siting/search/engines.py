"""Which search knows which model: good plans and bounds that are found before the solver is asked.

A search is used only for models all of whose blocks it knows; the others go to the solver as they are.
"""

from __future__ import annotations

from collections.abc import Callable

from siting.formulation.reduce import tells_futures_apart
from siting.formulation.spec import Formulation, Limit
from siting.impedance import BoolArray, FloatArray
from siting.instance import Instance
from siting.machine import interrupt
from siting.search.capacitated.adapter import search_capacitated
from siting.search.center import search_center
from siting.search.covering import search_covering
from siting.search.districts import Districts, search_districts
from siting.search.expected import search_expected
from siting.search.found import Found, Known, Report
from siting.search.layout import search_layout
from siting.search.median import WORST, interchange, knows, search_median, search_worst, with_costs
from siting.search.single_source import SingleSource, search_single_source
from siting.search.sites import SITE_BLOCKS, SiteRules
from siting.solving.solver import SolverOptions

# Blocks of a model beside those on sites alone (SITE_BLOCKS).
SERVED = {"open_site", "assign_every_demand_point", "assign_only_to_open"}
ASSIGNED = SERVED | {"assign_share"}
CENTER = ASSIGNED | {"largest_impedance_value", "bound_largest_impedance", "largest_impedance"}
WEIGHTED_CENTER = ASSIGNED | {
    "largest_weighted_value",
    "bound_largest_weighted_impedance",
    "largest_weighted_impedance",
}
COSTS = {"total_weighted_impedance", "fixed_and_travel_cost"}
WHOLE = SERVED | {"assign_whole", "respect_capacity"}
DISTRICTS = WHOLE | {"catchment_flow", "serve_own_unit", "carry_catchment_flow", "flow_only_within_catchment"}
ON_DISTRICT_SITES = {"keep_existing", "require_sites", "forbid_sites", "zone_minimum"}  # besides a number or a budget
STARTED = ASSIGNED | {
    "tail_start",
    "excess_impedance",
    "bound_excess",
    "tail_mean_impedance",
    "largest_regret_value",
    "bound_regret",
    "largest_regret",
}
RESOURCES = {"open_exactly_p", "stay_within_budget"}

SHARE_WITHOUT_PLAN = 0.25  # of the time limit, after which a search that has no plan yet gives way to the solver
FAR = 4  # power of the travel time whose least sum comes near the least mean of the worst-off


def search_first(
    formulation: Formulation,
    active: tuple[str, ...],
    instance: Instance,
    options: SolverOptions,
    report: Report,
    *,
    objective: str | None = None,
    limits: tuple[Limit, ...] = (),
    start: BoolArray | None = None,
    known: Known | None = None,
) -> Found | None:
    """A plan, a bound and what is left to decide; None where no search knows the model.

    Args:
        active: constraints that hold.
        report: is told (objective, bound) as they improve, as of a minimised objective.
        objective: which of the formulation's; None: the first.
        limits: how good the plan must be by others of them.
        start: (J,) open sites of a plan that is known to be possible.
        known: from questions that differ in the bounds of rows over changes alone.
    """
    goal, told = objective or formulation.objective, {*formulation.variables, *active}
    if instance.changes is not None:
        return search_layout({*told, goal}, instance, options, report, known) if not limits else None
    capacitated = search_capacitated(
        told,
        active,
        goal,
        instance,
        options,
        report,
        limits=limits,
        start=start,
        give_up_s=SHARE_WITHOUT_PLAN * options.time_limit_s,
    )
    if capacitated is not None:
        return capacitated
    if goal in WORST and ASSIGNED <= {*told, goal} - SITE_BLOCKS <= STARTED and not limits and not formulation.then:
        begin = first_plan(formulation, active, instance) if start is None else start
        return search_worst(instance, active, goal, options, report, begin)
    if instance.future is not None and tells_futures_apart(formulation, active):
        return None
    covering = search_covering(told, goal, active, instance, options, report, limits)
    if covering is not None or limits or formulation.then:
        return covering
    blocks = {*told, goal}
    expected = search_expected(blocks, active, instance, options, report, start)
    if expected is not None:
        return expected
    if knows(blocks):
        return search_median(instance, active, goal, options, report, start)
    others = blocks - SITE_BLOCKS
    if others in (CENTER, WEIGHTED_CENTER):
        return _center(instance, active, options, report, weighted=others == WEIGHTED_CENTER)
    if others - COSTS - {"respect_minimum_load"} == WHOLE and blocks & COSTS:
        single = _single_source(formulation, active, instance, options, report)
        return None if single is None else _whole(single, "knapsack Lagrangian branch and bound")
    if instance.leaving.any() or (blocks & SITE_BLOCKS) - RESOURCES != ON_DISTRICT_SITES:
        return None
    if others - COSTS == DISTRICTS and blocks & COSTS:
        districts = search_districts(
            instance,
            fixed_cost=goal == "fixed_and_travel_cost",
            time_limit_s=options.time_limit_s,
            gap=options.gap,
            seed=options.seed,
            report=report,
            stopped=interrupt.asked,
        )
        engine = "Lagrangian bound and neighbourhoods of districts, HiGHS"
        return None if districts is None else _whole(districts, engine)
    return None


def answers_alone(formulation: Formulation, active: tuple[str, ...], instance: Instance) -> bool:
    """Whether a search proves or bounds the model by itself, on the pairs as they are."""
    apart = instance.future is not None and tells_futures_apart(formulation, active)
    return not apart and knows({*formulation.variables, formulation.objective, *active})


def first_plan(formulation: Formulation, active: tuple[str, ...], instance: Instance) -> BoolArray | None:
    """(J,) sites of a plan for the solver to begin with, where everybody goes to the nearest and no search knows the
    model: one that no swap of two sites improves by a measure near the objective. None where there is none.
    """
    blocks = {*formulation.variables, formulation.objective, *active}
    measure = MEASURES.get(formulation.objective)
    if not blocks - SITE_BLOCKS <= STARTED or measure is None or not instance.demand_count:
        return None
    plan = interchange(with_costs(instance, active, measure(instance)))
    return None if plan is None else plan[0]


def _far_counts_more(instance: Instance) -> FloatArray:
    matrix = instance.impedance
    cost: FloatArray = instance.demand[matrix.rows] * (matrix.values / max(matrix.values.max(initial=0.0), 1e-9)) ** FAR
    return cost


def _travelled(instance: Instance) -> FloatArray:
    return instance.demand[instance.impedance.rows] * instance.impedance.values


# (nnz,) cost of each pair by which a first plan is sought, by objective.
MEASURES: dict[str, Callable[[Instance], FloatArray]] = {
    "tail_mean_impedance": _far_counts_more,
    "largest_regret": _travelled,
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


def _center(
    instance: Instance, active: tuple[str, ...], options: SolverOptions, report: Report, *, weighted: bool
) -> Found | None:
    """The range below what a plan reaches halved until nothing is left."""
    if not instance.demand_count:
        return None
    found = search_center(instance, SiteRules.of(instance, active), options, weighted=weighted, report=report)
    engine = "bisection over set covering: Lagrangian bound, interchange and branching, HiGHS"
    return Found(found.bound, found.objective, found.open, found.nodes, None, engine)
