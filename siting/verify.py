"""The independent check of a plan: feasibility and objective from their definitions, with numpy alone.

Knows nothing of Pyomo or of how the model was built or reduced. Every block that a model may name has its
check here; a model with a block that this file does not know is refused, so nothing goes unverified.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from siting.errors import Fault, VerificationError
from siting.formulation.spec import Formulation
from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance import Instance
from siting.solution import Solution, Status

RELATIVE_TOLERANCE = 1e-6


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


@dataclass(frozen=True)
class _Plan:
    """A solution laid out for the checks: one entry a pair."""

    instance: Instance
    open: BoolArray
    i: IntArray
    j: IntArray
    share: FloatArray
    impedance: FloatArray  # NaN where the pair is not admissible

    @property
    def new(self) -> BoolArray:
        return self.open & ~self.instance.existing

    @property
    def nearest_open(self) -> FloatArray:
        """(I,) impedance of the nearest open site, +inf where none is reachable."""
        matrix = self.instance.impedance
        best = np.full(self.instance.demand_count, np.inf)
        usable = self.open[matrix.indices]
        np.minimum.at(best, matrix.rows[usable], matrix.values[usable])
        return best

    @property
    def assigned(self) -> FloatArray:
        """(I,) sum of shares."""
        total: FloatArray = np.bincount(self.i, weights=self.share, minlength=self.instance.demand_count).astype(
            np.float64
        )
        return total

    @property
    def covered(self) -> BoolArray:
        standard = self.instance.standard
        assert standard is not None
        return self.nearest_open <= standard


Result = tuple[bool, str]


def _of(part: float, whole: float) -> str:
    return f"{part:,.10g} / {whole:,.10g}"


def _existing_open(plan: _Plan) -> Result:
    kept = int((plan.open & plan.instance.existing).sum())
    return kept == int(plan.instance.existing.sum()), _of(kept, int(plan.instance.existing.sum()))


def _required_open(plan: _Plan) -> Result:
    kept = int((plan.open & plan.instance.required).sum())
    return kept == int(plan.instance.required.sum()), _of(kept, int(plan.instance.required.sum()))


def _forbidden_closed(plan: _Plan) -> Result:
    wrong = [plan.instance.site_ids[j] for j in np.flatnonzero(plan.open & plan.instance.forbidden)]
    return not wrong, ", ".join(wrong[:10])


def _exactly_p(plan: _Plan) -> Result:
    count, p = int(plan.new.sum()), plan.instance.p
    return p is not None and count == p, f"{count} = {p}"


def _within_budget(plan: _Plan) -> Result:
    cost, budget = plan.instance.fixed_cost, plan.instance.budget
    if cost is None or budget is None:
        return False, "budget, fixed_cost: None"
    spent = float(cost[plan.new].sum())
    return spent <= budget * (1 + RELATIVE_TOLERANCE), f"{spent:,.2f} <= {budget:,.2f}"


def _zone_minima(plan: _Plan) -> Result:
    instance = plan.instance
    short = []
    for k, zone in enumerate(instance.zone_ids):
        count = int((plan.new & (instance.site_zone == k)).sum())
        if count < instance.zone_minimum[k]:
            short.append(f"{zone}: {count} < {instance.zone_minimum[k]}")
    return not short, "; ".join(short)


def _everybody_assigned(plan: _Plan) -> Result:
    off = np.flatnonzero(np.abs(plan.assigned - 1) > RELATIVE_TOLERANCE)
    return not off.size, ", ".join(plan.instance.demand_ids[i] for i in off[:10])


def _only_to_open(plan: _Plan) -> Result:
    wrong = np.flatnonzero(~plan.open[plan.j])
    return not wrong.size, ", ".join(plan.instance.site_ids[plan.j[k]] for k in wrong[:10])


def _within_capacity(plan: _Plan) -> Result:
    capacity = plan.instance.capacity
    if capacity is None:
        return False, "capacity: None"
    weights = plan.instance.demand[plan.i] * plan.share
    load = np.bincount(plan.j, weights=weights, minlength=plan.instance.site_count)
    room = np.where(plan.open, capacity, 0.0)
    over = np.flatnonzero(load > room + RELATIVE_TOLERANCE * np.maximum(1.0, load))
    named = "; ".join(f"{plan.instance.site_ids[j]}: {load[j]:.6f} > {room[j]:.6f}" for j in over[:10])
    return not over.size, named


def _everybody_covered(plan: _Plan) -> Result:
    if plan.instance.standard is None:
        return False, "standard: None"
    beyond = np.flatnonzero(~plan.covered)
    return not beyond.size, ", ".join(plan.instance.demand_ids[i] for i in beyond[:10])


def _whole(plan: _Plan) -> Result:
    split = np.flatnonzero(np.abs(plan.share - 1) > RELATIVE_TOLERANCE)
    return not split.size, ", ".join(plan.instance.demand_ids[plan.i[k]] for k in split[:10])


def _shares_in_range(plan: _Plan) -> Result:
    inside = bool(((plan.share > 0) & (plan.share <= 1 + RELATIVE_TOLERANCE)).all())
    return inside, ""


def _nothing_more(plan: _Plan) -> Result:
    """For blocks that only carry a quantity which the objective's own check derives anew."""
    return True, ""


# Every block that a model may name, with its check.
CHECKS: dict[str, tuple[str, str, Callable[[_Plan], Result]]] = {
    "open_site": ("地点非开即关", "every site is open or closed", _nothing_more),
    "assign_share": ("分配比例在 0 与 1 之间", "shares lie between 0 and 1", _shares_in_range),
    "assign_whole": ("每个需求点整体分配", "every demand point is assigned as a whole", _whole),
    "covered": ("覆盖由定义重算", "coverage is derived anew", _nothing_more),
    "largest_impedance_value": (
        "最大阻抗由定义重算",
        "the largest impedance is derived anew",
        _nothing_more,
    ),
    "keep_existing": ("现有设施全部保留", "all existing facilities stay open", _existing_open),
    "require_sites": ("必选地点全部开放", "all required sites are open", _required_open),
    "forbid_sites": ("禁选地点均未开放", "no forbidden site is open", _forbidden_closed),
    "open_exactly_p": ("新建数量等于 p", "exactly p new facilities", _exactly_p),
    "stay_within_budget": ("费用不超预算", "cost within the budget", _within_budget),
    "zone_minimum": ("各片区达到下限", "every zone has its minimum", _zone_minima),
    "assign_every_demand_point": (
        "所有人都有去处",
        "everybody is assigned",
        _everybody_assigned,
    ),
    "assign_only_to_open": ("只分配给开放的地点", "nobody is assigned to a closed site", _only_to_open),
    "respect_capacity": ("不超过容量", "no facility is overfull", _within_capacity),
    "cover_every_demand_point": (
        "每个需求点都在标准之内",
        "every demand point is within the standard",
        _everybody_covered,
    ),
    "cover_only_if_open": ("覆盖由定义重算", "coverage is derived anew", _nothing_more),
    "bound_largest_impedance": (
        "最大阻抗由定义重算",
        "the largest impedance is derived anew",
        _nothing_more,
    ),
}

# Of a constraint that the numbers switch on: the fields of the instance that it needs.
NUMBERS = {"open_exactly_p": ("p",), "stay_within_budget": ("budget", "fixed_cost")}


def _total_weighted_impedance(plan: _Plan) -> float:
    return float(np.sum(plan.instance.demand[plan.i] * plan.share * plan.impedance))


def _largest_impedance(plan: _Plan) -> float:
    travelled = np.bincount(plan.i, weights=plan.share * plan.impedance, minlength=plan.instance.demand_count)
    return float(travelled.max(initial=0.0))


def _covered_demand(plan: _Plan) -> float:
    return float(plan.instance.demand[plan.covered].sum())


def _number_of_new(plan: _Plan) -> float:
    return float(plan.new.sum())


OBJECTIVES: dict[str, tuple[str, Callable[[_Plan], float]]] = {
    "total_weighted_impedance": ("minimize", _total_weighted_impedance),
    "largest_impedance": ("minimize", _largest_impedance),
    "covered_demand": ("maximize", _covered_demand),
    "number_of_new_facilities": ("minimize", _number_of_new),
}


def verify(instance: Instance, formulation: Formulation, solution: Solution) -> Verification:
    """Check a plan against the numbers and the model's blocks.

    Raises:
        VerificationError: the model names a block that this file has no check for.
    """
    names = _active(instance, formulation)
    _refuse_unknown(formulation)
    shape = _check_shape(instance, formulation, solution)
    if not shape.passed:
        return Verification((shape,))
    plan = _lay_out(instance, solution)
    checks = [shape, *_check_assignment(plan)]
    if all(check.passed for check in checks):
        for name in names:
            zh, en, look = CHECKS[name]
            passed, detail = look(plan)
            checks.append(Check(zh, en, passed, detail, name))
        if "respect_capacity" not in names:
            checks.append(_check_nearest(plan))
        checks += [_check_choice(instance, formulation), _check_nothing_ignored(instance, names)]
        checks += _check_value(plan, formulation, solution)
    return Verification(tuple(checks))


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
    listed = (
        *formulation.variables,
        *formulation.constraints,
        *formulation.resource,
        *formulation.optional,
    )
    unknown = [name for name in listed if name not in CHECKS]
    unknown += [formulation.objective] if formulation.objective not in OBJECTIVES else []
    if unknown:
        raise VerificationError(
            Fault(
                f"模块 {name} 没有独立校验，模型 {formulation.id} 不能使用",
                f"the block {name} has no independent check, so the model {formulation.id} cannot be used",
            )
            for name in unknown
        )


def _given(instance: Instance, name: str) -> bool:
    return all(getattr(instance, field) is not None for field in NUMBERS.get(name, ()))


def _active(instance: Instance, formulation: Formulation) -> list[str]:
    switched = [n for n in (*formulation.resource, *formulation.optional) if _given(instance, n)]
    return [*formulation.variables, *formulation.constraints, *switched]


def _check_shape(instance: Instance, formulation: Formulation, solution: Solution) -> Check:
    a = solution.assignment
    sizes = {a.demand_index.shape, a.site_index.shape, a.share.shape}
    passed = (
        solution.formulation == formulation.id
        and solution.open.shape == (instance.site_count,)
        and solution.open.dtype == np.bool_
        and len(sizes) == 1
        and bool(((a.demand_index >= 0) & (a.demand_index < instance.demand_count)).all())
        and bool(((a.site_index >= 0) & (a.site_index < instance.site_count)).all())
        and bool(np.isfinite(a.share).all())
    )
    return Check("结果与实例相符", "the solution belongs to the instance", passed)


def _lay_out(instance: Instance, solution: Solution) -> _Plan:
    matrix, m = instance.impedance, instance.site_count
    a = solution.assignment
    keys = matrix.rows * m + matrix.indices  # ascending: rows ascend, columns within a row too
    wanted = a.demand_index * m + a.site_index
    place = np.searchsorted(keys, wanted)
    safe = np.minimum(place, max(keys.size - 1, 0))
    known = (place < keys.size) & (keys[safe] == wanted) if keys.size else np.zeros(wanted.size, bool)
    impedance = np.full(wanted.size, np.nan)
    impedance[known] = matrix.values[safe[known]]
    return _Plan(instance, solution.open, a.demand_index, a.site_index, a.share, impedance)


def _check_assignment(plan: _Plan) -> list[Check]:
    """What must hold of any assignment, whatever the model: also where a coverage model has none of its own."""
    inadmissible = np.flatnonzero(np.isnan(plan.impedance))
    partly = np.flatnonzero((plan.assigned > 0) & (np.abs(plan.assigned - 1) > RELATIVE_TOLERANCE))
    in_range, _ = _shares_in_range(plan)
    to_open, closed = _only_to_open(plan)
    ids = plan.instance.demand_ids
    return [
        Check(
            "只用到可达的配对",
            "only admissible pairs are used",
            not inadmissible.size,
            ", ".join(ids[plan.i[k]] for k in inadmissible[:10]),
        ),
        Check("只去开放的地点", "people go to open sites only", to_open, closed),
        Check("分配比例在 0 与 1 之间", "shares lie between 0 and 1", in_range),
        Check(
            "各需求点的比例合计为 1",
            "the shares of a demand point add up to 1",
            not partly.size,
            ", ".join(ids[i] for i in partly[:10]),
        ),
    ]


def _check_choice(instance: Instance, formulation: Formulation) -> Check:
    chosen = [name for name in formulation.resource if _given(instance, name)]
    passed = len(chosen) == 1 or not formulation.resource
    return Check(
        "p 与预算恰用其一",
        "exactly one of the model's alternatives holds",
        passed,
        ", ".join(chosen),
    )


def _check_nearest(plan: _Plan) -> Check:
    """Without capacities everybody who can reach an open site goes to the nearest."""
    n, best = plan.instance.demand_count, plan.nearest_open
    reached = np.isfinite(best)
    travelled = np.bincount(plan.i, weights=plan.share * plan.impedance, minlength=n)
    off = reached & ((plan.assigned == 0) | (travelled > best + RELATIVE_TOLERANCE * np.maximum(1.0, best)))
    return Check(
        "每人去最近的开放地点",
        "everybody goes to the nearest open site",
        not off.any(),
        ", ".join(plan.instance.demand_ids[i] for i in np.flatnonzero(off)[:10]),
    )


def _check_nothing_ignored(instance: Instance, names: list[str]) -> Check:
    """What the instance says about sites is held to by some constraint of the model."""
    said = {
        "keep_existing": bool(instance.existing.any()),
        "require_sites": bool(instance.required.any()),
        "forbid_sites": bool(instance.forbidden.any()),
        "zone_minimum": bool(instance.zone_minimum.any()),
        "open_exactly_p": instance.p is not None,
        "stay_within_budget": instance.budget is not None,
    }
    ignored = [name for name, given in said.items() if given and name not in names]
    return Check("给出的条件都已采用", "no condition was ignored", not ignored, ", ".join(ignored))


def _check_value(plan: _Plan, formulation: Formulation, solution: Solution) -> list[Check]:
    sense, evaluate = OBJECTIVES[formulation.objective]
    outcome = solution.outcome
    value, claimed, bound = evaluate(plan), outcome.objective, outcome.bound
    tolerance = RELATIVE_TOLERANCE * max(1.0, abs(value))
    equal = claimed is not None and abs(claimed - value) <= tolerance
    direction = 1.0 if sense == "minimize" else -1.0
    bounded = bound is None or direction * (value - bound) >= -tolerance
    stated = outcome.status in (Status.OPTIMAL, Status.TIME_LIMIT, Status.NODE_LIMIT) and outcome.sense == sense
    if outcome.status is Status.OPTIMAL:
        stated = stated and bound is not None and math.isfinite(bound)
    return [
        Check("目标值重算一致", "the objective is derived anew", equal, f"{value!r}, {claimed!r}"),
        Check("界与目标值相容", "the bound fits the objective", bounded, f"{bound!r}, {value!r}"),
        Check("状态与方向相容", "status and sense fit", stated, f"{outcome.status}, {outcome.sense}"),
    ]
