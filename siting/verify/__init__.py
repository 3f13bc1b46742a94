"""The independent check of a plan: feasibility and objective from their definitions, with numpy alone.

Knows nothing of Pyomo or of how the model was built or reduced. Every block that a model may name has its
check in `register`; a model with a block that has none is refused, so nothing goes unverified.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from siting.errors import Fault, VerificationError
from siting.formulation.spec import Formulation
from siting.instance import NO_LIMIT, Instance
from siting.solution import Assignment, Outcome, Solution, Status
from siting.verify.checks import only_to_open, shares_in_range, to_nearest
from siting.verify.definitions import OBJECTIVES
from siting.verify.plan import RELATIVE_TOLERANCE, LaidOut, lay_out
from siting.verify.register import CHECKS, NOT_NEAREST, NUMBERS

__all__ = ["CHECKS", "OBJECTIVES", "Check", "Verification", "evaluate", "require_verified", "verify"]


@dataclass(frozen=True)
class Check:
    """One thing looked at: `detail` has the numbers or ids, `block` the model's block that it belongs to."""

    name_zh: str
    name_en: str
    passed: bool
    detail: str = ""
    block: str = ""


@dataclass(frozen=True)
class Verification:
    """All checks of one plan."""

    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether every check passed."""
        return all(check.passed for check in self.checks)

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that did not pass."""
        return tuple(check for check in self.checks if not check.passed)


def verify(instance: Instance, formulation: Formulation, solution: Solution) -> Verification:
    """Check a plan against the numbers and the model's blocks.

    Raises:
        VerificationError: the model names a block that has no check.
    """
    names = _active(instance, formulation)
    _refuse_unknown(formulation)
    shape = _check_shape(instance, formulation, solution)
    if not shape.passed:
        return Verification((shape,))
    plan = lay_out(*(_with_people(instance, solution) if formulation.procedure else (instance, solution)))
    checks = [shape, *_check_assignment(plan, names)]
    if all(check.passed for check in checks):
        for name in names:
            zh, en, look = CHECKS[name]
            passed, detail = look(plan)
            checks.append(Check(zh, en, passed, detail, name))
        if not NOT_NEAREST & set(names) and "assign_to_closest" not in names:
            passed, detail = to_nearest(plan)
            checks.append(Check("每人去最近的开放地点", "everybody goes to the nearest open site", passed, detail))
        checks += [_check_choice(instance, formulation), _check_nothing_ignored(instance, formulation, names)]
        checks += _check_value(plan, formulation.objective, solution.outcome)
        for name, outcome in zip(formulation.then, solution.outcome.then, strict=False):
            checks += _check_value(plan, name, outcome)
        checks += _check_limits(plan, formulation, solution)
        if formulation.procedure == "lexicographic_minimax":
            checks.append(_check_levels(plan, solution))
    return Verification(tuple(checks))


def evaluate(instance: Instance, objective: str, solution: Solution) -> float:
    """The value of an objective at a plan, from its definition."""
    return OBJECTIVES[objective][1](lay_out(instance, solution))


def require_verified(verification: Verification) -> None:
    """Refuse a plan that failed.

    Raises:
        VerificationError: with every check that did not pass.
    """
    if not verification.ok:
        raise VerificationError(
            Fault(
                f"独立校验未通过：{c.name_zh}（{c.detail}）", f"the independent check failed: {c.name_en} ({c.detail})"
            )
            for c in verification.failed
        )


def _refuse_unknown(formulation: Formulation) -> None:
    listed = (*formulation.variables, *formulation.constraints, *formulation.resource, *formulation.optional)
    unknown = [name for name in listed if name not in CHECKS]
    unknown += [name for name in formulation.objectives if name not in OBJECTIVES]
    if unknown:
        raise VerificationError(
            Fault(
                f"模块 {name} 没有独立校验，模型 {formulation.id} 不能使用",
                f"the block {name} has no independent check, so the model {formulation.id} cannot be used",
            )
            for name in unknown
        )


def _given(instance: Instance, name: str) -> bool:
    return all(_says(getattr(instance, field)) for field in NUMBERS.get(name, ()))


def _says(value: object) -> bool:
    """Whether a field says anything: flags that are all off say nothing."""
    if isinstance(value, np.ndarray) and value.dtype == np.bool_:
        return bool(value.any())
    return value is not None


def _active(instance: Instance, formulation: Formulation) -> list[str]:
    switched = [n for n in (*formulation.resource, *formulation.optional) if _given(instance, n)]
    return [*formulation.variables, *formulation.constraints, *switched]


def _check_shape(instance: Instance, formulation: Formulation, solution: Solution) -> Check:
    a = solution.assignment
    sizes = {a.demand_index.shape, a.site_index.shape, a.share.shape}
    beside = [array for array in (solution.servers, solution.sizes) if array is not None]
    passed = (
        solution.formulation == formulation.id
        and solution.open.shape == (instance.site_count,)
        and solution.open.dtype == np.bool_
        and all(array.shape == (instance.site_count,) for array in beside)
        and len(solution.outcome.then) == len(solution.levels if formulation.procedure else formulation.then)
        and len(sizes) == 1
        and bool(((a.demand_index >= 0) & (a.demand_index < instance.demand_count)).all())
        and bool(((a.site_index >= 0) & (a.site_index < instance.site_count)).all())
        and bool(np.isfinite(a.share).all())
    )
    return Check("结果与实例相符", "the solution belongs to the instance", passed)


def _check_assignment(plan: LaidOut, names: list[str]) -> list[Check]:
    """What must hold of any assignment, whatever the model: also where a coverage model has none of its own."""
    inadmissible = np.flatnonzero(np.isnan(plan.impedance))
    in_range, _ = shares_in_range(plan)
    to_open, closed = only_to_open(plan)
    pairs = plan.i * plan.instance.site_count + plan.j
    checks = [
        Check(
            "只用到可达的配对",
            "only admissible pairs are used",
            not inadmissible.size,
            plan.points(plan.i[inadmissible]),
        ),
        Check("只去开放的地点", "people go to open sites only", to_open, closed),
        Check("分配比例在 0 与 1 之间", "shares lie between 0 and 1", in_range),
        Check("没有重复的配对", "no pair is listed twice", np.unique(pairs).size == pairs.size),
    ]
    if "assign_at_most_once" not in names and "divide_among_sites" not in names:
        partly = np.flatnonzero((plan.assigned > 0) & (np.abs(plan.assigned - 1) > RELATIVE_TOLERANCE))
        checks.append(
            Check(
                "各需求点的比例合计为 1",
                "the shares of a demand point add up to 1",
                not partly.size,
                plan.points(partly),
            )
        )
    return checks


def _check_choice(instance: Instance, formulation: Formulation) -> Check:
    chosen = [name for name in formulation.resource if _given(instance, name)]
    passed = len(chosen) == 1 or not formulation.resource
    return Check("p 与预算恰用其一", "exactly one of the model's alternatives holds", passed, ", ".join(chosen))


def _check_nothing_ignored(instance: Instance, formulation: Formulation, names: list[str]) -> Check:
    """What the instance says is held to by some constraint of the model."""
    held = {*names, *formulation.objectives}
    most = instance.zone_maximum
    said: list[tuple[bool, set[str]]] = [
        (bool(instance.kept.any()), {"keep_existing"}),
        (bool(instance.required.any()), {"require_sites"}),
        (bool(instance.forbidden.any()), {"forbid_sites"}),
        (bool(instance.zone_minimum.any()), {"zone_minimum"}),
        (most is not None and bool((most < NO_LIMIT).any()), {"zone_maximum"}),
        (instance.p is not None, {"open_exactly_p"}),
        (instance.budget is not None, {"stay_within_budget", "stay_within_size_budget"}),
        (instance.closures is not None, {"close_exactly"}),
        (instance.excluded is not None, {"differ_from_excluded"}),
        (instance.cover_share is not None, {"cover_share_of_people", "capture_share_of_people"}),
        (instance.coverage_targets is not None, {"meet_coverage_targets"}),
        (instance.minimum_load is not None, {"respect_minimum_load"}),
        (instance.least_points is not None and bool(instance.least_points.any()), {"respect_least_points"}),
        (instance.most_points is not None, {"respect_most_points"}),
        (instance.size_capacity is not None, {"respect_size_capacity"}),
        (instance.servers is not None, {"place_all_servers"}),
        (instance.zone_spread is not None, {"bound_zone_spread"}),
        (instance.adjacency is not None, {"carry_catchment_flow"}),
        (instance.changes is not None, {"keep_change_rows"}),
        (instance.demand_kind is not None, {"respect_kind_capacity"}),
        (instance.future_best is not None, {"bound_regret", "bound_coverage_regret"}),
    ]
    ignored = [" / ".join(sorted(blocks)) for given, blocks in said if given and not blocks & held]
    return Check("给出的条件都已采用", "no condition was ignored", not ignored, ", ".join(ignored))


def _check_value(plan: LaidOut, objective: str, outcome: Outcome) -> list[Check]:
    sense, measure = OBJECTIVES[objective]
    value, claimed, bound = measure(plan), outcome.objective, outcome.bound
    tolerance = RELATIVE_TOLERANCE * max(1.0, abs(value))
    equal = claimed is not None and abs(claimed - value) <= tolerance
    direction = 1.0 if sense == "minimize" else -1.0
    bounded = bound is None or direction * (value - bound) >= -tolerance
    stated = outcome.status in (Status.OPTIMAL, Status.TIME_LIMIT, Status.NODE_LIMIT) and outcome.sense == sense
    if outcome.status is Status.OPTIMAL:
        stated = stated and bound is not None and math.isfinite(bound)
    return [
        Check("目标值重算一致", "the objective is derived anew", equal, f"{value!r}, {claimed!r}", objective),
        Check("界与目标值相容", "the bound fits the objective", bounded, f"{bound!r}, {value!r}", objective),
        Check("状态与方向相容", "status and sense fit", stated, f"{outcome.status}, {outcome.sense}", objective),
    ]


def _with_people(instance: Instance, solution: Solution) -> tuple[Instance, Solution]:
    """Only the demand points in which somebody lives: a procedure that counts persons does not see the others."""
    rows = np.flatnonzero(instance.demand > 0)
    place = np.full(instance.demand_count, -1, dtype=np.int64)
    place[rows] = np.arange(rows.size)
    a = solution.assignment
    kept = place[a.demand_index] >= 0
    assignment = Assignment(place[a.demand_index[kept]], a.site_index[kept], a.share[kept])
    return instance.take_rows(rows), replace(solution, assignment=assignment)


def _check_levels(plan: LaidOut, solution: Solution) -> Check:
    """As many people as stated travel so far as each level or farther."""
    wrong = []
    for (impedance, persons), outcome in zip(solution.levels, solution.outcome.then, strict=True):
        there = float(
            plan.instance.demand[plan.travelled >= impedance - RELATIVE_TOLERANCE * max(1.0, impedance)].sum()
        )
        slack = RELATIVE_TOLERANCE * max(1.0, there)
        if abs(there - persons) > slack or abs((outcome.objective or 0.0) - persons) > slack:
            wrong.append(f"{impedance:g}: {there:g}, {persons:g}")
    return Check("各级人数重算一致", "the people of each level are derived anew", not wrong, "; ".join(wrong[:10]))


def _check_limits(plan: LaidOut, formulation: Formulation, solution: Solution) -> list[Check]:
    checks = []
    for limit in solution.limits:
        sense, measure = OBJECTIVES[limit.objective]
        value = measure(plan)
        slack = 2 * RELATIVE_TOLERANCE * max(1.0, abs(limit.value))
        kept = value <= limit.value + slack if sense == "minimize" else value >= limit.value - slack
        known = limit.objective in formulation.objectives
        checks.append(
            Check("其他目标不差于限值", "other objectives keep their limits", kept and known,
                  f"{limit.objective}: {value:.10g}, {limit.value:.10g}", limit.objective)
        )  # fmt: skip
    return checks
