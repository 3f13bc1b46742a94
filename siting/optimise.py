"""From an instance and a location model to a verified plan: check, reduce, build, solve, read, verify."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyomo.environ as pyo

from siting.engines import Found, search_first
from siting.errors import Fault, InfeasibleError, SitingError
from siting.events import Listener, silent, stage
from siting.formulation.compose import active_constraints, always_open, build_model, load_formulation
from siting.formulation.precheck import precheck
from siting.formulation.reduce import Reduction, goes_to_nearest, reduce
from siting.formulation.spec import Formulation
from siting.impedance import BoolArray
from siting.instance import Instance
from siting.solution import PROVEN_GAP, Assignment, Outcome, Solution, Status
from siting.solver import SolverOptions, solve_model
from siting.verify import require_verified, verify

TINY_SHARE = 1e-9
LEAST_TIME_S = 1.0  # for the solver, however long a search before it took
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
        model, outcome, reduction = _decide(formulation, active, reduction, options, listener, say)
        _refuse_without_plan(outcome, formulation, active, options)
        solution = _read_plan(model, outcome, instance, formulation, active, reduction)
        verification = verify(instance, formulation, solution)
        require_verified(verification)
        say(f"结果：{outcome.label_zh}", f"result: {outcome.label_en}", objective=solution.outcome.objective)
    return solution


def _decide(
    formulation: Formulation,
    active: tuple[str, ...],
    reduction: Reduction,
    options: SolverOptions,
    listener: Listener,
    say: Say,
) -> tuple[Any, Outcome, Reduction]:
    """The solved model, its outcome, and the reduction that it was built from.

    Where a search knows the model, the solver is handed what the search has left undecided, or only its plan.
    """
    begin = time.perf_counter()

    def report(objective: float, bound: float) -> None:
        gap = (objective - bound) / max(abs(objective), 1e-9)
        if math.isfinite(gap):
            zh, en = f"求解中：与最优相差不超过 {100 * gap:.2f}%", f"solving: within {100 * gap:.2f} % of optimal"
            say(zh, en, incumbent=objective, bound=bound, gap=gap)

    found = search_first(formulation, active, reduction.instance, options, report)
    plan = None if found is None else found.open
    # Capacity rows imply nearly all links x_ij <= y_j: of a hundred thousand a thousand matter.
    hold_back = ("assign_only_to_open",) if "respect_capacity" in active else ()

    def ask(instance: Instance, start: BoolArray | None = None) -> tuple[Any, Outcome, Reduction]:
        model = build_model(formulation, instance, constant=reduction.constant)
        say("模型已建立", "the model is built")
        if start is not None:
            _set_plan(model, instance, start)
        left = options.time_limit_s - (time.perf_counter() - begin)
        left = options.time_limit_s if found is None else max(left, LEAST_TIME_S)
        limits = replace(options, time_limit_s=left)
        outcome = solve_model(model, limits, listener=listener, use_start=start is not None, hold_back=hold_back)
        if found is not None:
            outcome = _certify(outcome, found, reduction.constant, options, time.perf_counter() - begin)
        return model, outcome, replace(reduction, instance=instance)

    if plan is None or found is None:
        return ask(reduction.instance)
    if found.rest is not None:
        solved = ask(found.rest, start=plan)
        value = solved[1].objective
        if value is not None and value <= (found.objective + reduction.constant) * (1 + PROVEN_GAP):
            return solved
        found = replace(found, rest=None)  # the solver lost the plan that it was given
    return ask(_limit_to(reduction.instance, plan))


def _set_plan(model: Any, instance: Instance, opened: BoolArray) -> None:
    """Set the variables of a model in which everybody goes to the nearest open site to a plan."""
    for j in model.J:
        model.y[j].set_value(int(opened[j]), skip_validation=True)
    _settle_nearest(model, instance, opened)


def _limit_to(instance: Instance, opened: BoolArray) -> Instance:
    """The same numbers with every candidate outside `opened` closed."""
    return replace(
        instance,
        forbidden=instance.forbidden | (instance.candidate & ~opened),
        required=instance.required & opened,
        impedance=instance.impedance.keep(opened[instance.impedance.indices]),
    )


def _certify(outcome: Outcome, found: Found, constant: float, options: SolverOptions, seconds: float) -> Outcome:
    """The outcome for the whole question: the solver saw only what the search had left, or only its plan."""
    outcome = replace(outcome, seconds=seconds, solver=found.engine, nodes=outcome.nodes + found.nodes)
    if outcome.objective is None:
        return outcome
    known = [found.bound + constant] if math.isfinite(found.bound) else []
    if (found.rest is not None or found.open is None) and outcome.bound is not None:
        known.append(outcome.bound)
    bound = max(known, default=None)
    gap = math.inf if bound is None else (outcome.objective - bound) / max(abs(outcome.objective), 1e-9)
    stopped = Status.TIME_LIMIT if found.by_clock or outcome.status is Status.TIME_LIMIT else Status.NODE_LIMIT
    status = Status.OPTIMAL if gap <= max(options.gap, PROVEN_GAP) else stopped
    return replace(outcome, bound=bound, status=status)


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
