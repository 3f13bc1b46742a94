"""From an instance and a location model to a verified plan: check, reduce, build, solve, read, verify."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyomo.environ as pyo

from siting.errors import Fault, InfeasibleError, SitingError
from siting.events import Listener, silent, stage
from siting.formulation.compose import active_constraints, always_open, build_model, load_formulation
from siting.formulation.precheck import precheck
from siting.formulation.reduce import Reduction, goes_to_nearest, reduce
from siting.formulation.spec import Formulation
from siting.impedance import BoolArray
from siting.instance import Instance
from siting.lagrangian import Search, search
from siting.solution import PROVEN_GAP, Assignment, Outcome, Solution, Status
from siting.solver import SolverOptions, solve_model
from siting.verify import require_verified, verify

TINY_SHARE = 1e-9
SEARCHED = {
    "open_site",
    "assign_share",
    "total_weighted_impedance",
    "assign_every_demand_point",
    "assign_only_to_open",
    "respect_capacity",
    "keep_existing",
    "require_sites",
    "forbid_sites",
    "zone_minimum",
    "open_exactly_p",
}
SEARCHED_BY_BUDGET = SEARCHED - {"open_exactly_p"} | {"stay_within_budget"}
Say = Callable[..., None]


class NoPlanError(InfeasibleError):
    """The solver has proven that the conditions cannot all be met."""


def solve(
    instance: Instance,
    formulation: str | Formulation,
    options: SolverOptions = SolverOptions(),  # noqa: B008  (frozen)
    *,
    listener: Listener = silent,
    names: Mapping[str, str] | None = None,
) -> Solution:
    """The best plan that the solver finds within its limits, independently verified.

    Without capacities everybody is assigned to the nearest open site (of equally near ones the first of
    `site_ids`); in coverage models, whoever reaches no open site is not assigned.

    Args:
        formulation: id of a shipped model, path of a model file, or a loaded one.
        names: display names of demand points and zones by id, for messages.

    Raises:
        InputError: the instance lacks what the model needs, or gives what it has no use for.
        InfeasibleError: no plan can exist; the faults say why.
        SitingError: no plan was found within the time limit.
        VerificationError: the plan failed the independent check.
    """
    if isinstance(formulation, str):
        formulation = load_formulation(formulation)
    with stage(listener, "optimise", "求解选址模型", "solve the location model") as say:
        active = active_constraints(formulation, instance)
        precheck(instance, active, names)
        reduction = reduce(formulation, active, instance, always_open(active, instance))
        say(
            f"可行的人地配对 {instance.impedance.pair_count:,} → 化简后 {reduction.pair_count:,}",
            f"admissible pairs {instance.impedance.pair_count:,} -> {reduction.pair_count:,} after reduction",
            pairs=reduction.pair_count,
        )
        begin = time.perf_counter()
        found = _search_first(formulation, active, reduction, options, say)
        if found is not None and found.open is not None:
            reduction = _limit_to(reduction, found.open)
        model = build_model(formulation, reduction.instance, constant=reduction.constant)
        say("模型已建立", "the model is built")
        # Capacity rows imply nearly all links x_ij <= y_j: of a hundred thousand a thousand matter.
        hold_back = ("assign_only_to_open",) if "respect_capacity" in active else ()
        outcome = solve_model(
            model,
            options,
            listener=silent if found is not None and found.open is not None else listener,
            hold_back=hold_back,
        )
        if found is not None and found.open is not None and outcome.objective is not None:
            outcome = _certify(outcome, found, reduction.constant, options, time.perf_counter() - begin)
        _refuse_without_plan(outcome, formulation, active, options)
        solution = _read_plan(model, outcome, instance, formulation, active, reduction)
        verification = verify(instance, formulation, solution)
        require_verified(verification)
        say(f"结果：{outcome.label_zh}", f"result: {outcome.label_en}", objective=solution.outcome.objective)
    return solution


def _search_first(
    formulation: Formulation, active: tuple[str, ...], reduction: Reduction, options: SolverOptions, say: Say
) -> Search | None:
    """The Lagrangian search, where the model is one that it knows; None elsewhere."""
    if {*formulation.variables, formulation.objective, *active} not in (SEARCHED, SEARCHED_BY_BUDGET):
        return None

    def report(objective: float, bound: float, nodes: int) -> None:
        gap = (objective - bound) / max(abs(objective), 1e-9)
        if math.isfinite(gap):
            say(
                f"求解中：与最优相差不超过 {100 * gap:.2f}%",
                f"solving: within {100 * gap:.2f} % of optimal",
                objective=objective,
                bound=bound,
                nodes=nodes,
            )

    return search(reduction.instance, time_limit_s=options.time_limit_s, gap=options.gap, report=report)


def _limit_to(reduction: Reduction, opened: BoolArray) -> Reduction:
    """The same numbers with every candidate outside `opened` closed."""
    instance = reduction.instance
    limited = replace(
        instance,
        forbidden=instance.forbidden | (instance.candidate & ~opened),
        required=instance.required & opened,
        impedance=instance.impedance.keep(opened[instance.impedance.indices]),
    )
    return replace(reduction, instance=limited)


def _certify(outcome: Outcome, found: Search, constant: float, options: SolverOptions, seconds: float) -> Outcome:
    """The plan's outcome with the bound that the search has proven."""
    assert outcome.objective is not None
    bound = min(found.bound + constant, outcome.objective)
    gap = (outcome.objective - bound) / max(abs(outcome.objective), 1e-9)
    return replace(
        outcome,
        bound=bound,
        status=Status.OPTIMAL if gap <= max(options.gap, PROVEN_GAP) else Status.TIME_LIMIT,
        seconds=seconds,
        solver="Lagrangian branch and bound, HiGHS",
        nodes=found.nodes,
    )


def _refuse_without_plan(
    outcome: Outcome, formulation: Formulation, active: tuple[str, ...], options: SolverOptions
) -> None:
    if outcome.status is Status.INFEASIBLE:
        together = ", ".join(active)
        raise NoPlanError(
            Fault(
                f"这些条件不能同时满足（{formulation.name_zh}）：{together}",
                f"these conditions cannot all be met at once ({formulation.name_en}): {together}",
                "请放宽其中一项，例如增加新建数量或预算、降低片区下限、放宽行程上限或增大容量",
                "loosen one, for example more new facilities or money, lower zone minima, a longer travel limit "
                "or more capacity",
            )
        )
    if outcome.status is Status.ERROR:
        raise SitingError(
            Fault(
                f"求解器未能给出结果（{formulation.name_zh}）",
                f"the solver gave no result ({formulation.name_en}): the model is unbounded or numerically broken",
                "请检查该模型文件的目标与约束",
                "check the objective and constraints of the model's file",
            )
        )
    if outcome.objective is None:
        raise SitingError(
            Fault(
                f"求解器在 {options.time_limit_s:g} 秒内没有找到任何方案",
                f"the solver found no plan within {options.time_limit_s:g} seconds",
                "请延长求解时间，或缩短行程上限以减少配对",
                "allow more time, or lower the travel limit so that there are fewer pairs",
            )
        )


def _read_plan(
    model: Any,
    outcome: Outcome,
    instance: Instance,
    formulation: Formulation,
    active: tuple[str, ...],
    reduction: Reduction,
) -> Solution:
    """Open sites and assignment for the full instance, and the objective of exactly that plan."""
    open_sites = np.array([(model.y[j].value or 0.0) > 0.5 for j in model.J], dtype=bool)
    if goes_to_nearest(formulation, active):
        _settle_nearest(model, reduction.instance, open_sites)
    has_shares = hasattr(model, "x")
    if not has_shares or goes_to_nearest(formulation, active):
        assignment = Assignment.nearest(instance.impedance.nearest(open_sites)[0])
    else:
        assignment = _read_shares(model, reduction, open_sites)
    if hasattr(model, "z"):
        _settle_covered(model, reduction.instance, open_sites)
    objective = float(pyo.value(model.objective))
    return Solution(
        formulation=formulation.id,
        open=open_sites,
        assignment=assignment,
        outcome=replace(outcome, objective=objective),
    )


def _settle_nearest(model: Any, instance: Instance, open_sites: BoolArray) -> None:
    """Set x and r to the best values that the open sites allow: everybody to the nearest."""
    nearest, value = instance.impedance.nearest(open_sites)
    for i, j in model.A:
        model.x[i, j].set_value(1.0 if nearest[i] == j else 0.0, skip_validation=True)
    if hasattr(model, "r"):
        model.r.set_value(float(value.max(initial=0.0)), skip_validation=True)


def _settle_covered(model: Any, instance: Instance, open_sites: BoolArray) -> None:
    """Set z to 1 exactly where an open site lies within the standard."""
    assert instance.standard is not None
    _, value = instance.impedance.nearest(open_sites)
    for i, within in enumerate((value <= instance.standard).tolist()):
        model.z[i].set_value(1.0 if within else 0.0, skip_validation=True)


def _read_shares(model: Any, reduction: Reduction, open_sites: BoolArray) -> Assignment:
    """The shares x_ij to open sites, freed of the solver's dust; each point's shares add up to 1."""
    matrix = reduction.instance.impedance
    rows, columns = matrix.rows, matrix.indices
    share = np.array([variable.value or 0.0 for variable in model.x.values()], dtype=np.float64)
    kept = (share > TINY_SHARE) & open_sites[columns]
    rows, columns, share = rows[kept], columns[kept], share[kept]
    total = np.bincount(rows, weights=share, minlength=matrix.shape[0])
    share = share / total[rows]
    for (i, j), value in zip(zip(rows.tolist(), columns.tolist(), strict=True), share.tolist(), strict=True):
        model.x[i, j].set_value(value, skip_validation=True)
    return Assignment(reduction.rows[rows], columns, share)
