"""Why no plan can exist, in the planner's terms: who is left without a place, and how many.

One site is added that everybody reaches, holds everybody, and is worse than any real one: whoever the best plan
sends there cannot be served (an elastic model; HiGHS names no irreducible conflict of an integer model).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np

from siting.errors import Fault, Faults, InfeasibleError, SitingError
from siting.formulation.blocks import REGISTER
from siting.formulation.compose import load_formulation
from siting.formulation.spec import Formulation
from siting.impedance import ImpedanceMatrix
from siting.instance import SITE, Instance
from siting.optimise import NoPlanError, solve
from siting.solver import SolverOptions

LIMIT_S = 30.0
GAP = 0.01
NOWHERE = "nowhere"


def explain_no_plan(
    instance: Instance, formulation: Formulation, error: NoPlanError, *, place: Callable[[int], tuple[int, str]]
) -> InfeasibleError:
    """The error with the places that no plan can serve; the error as it is where that cannot be found out.

    Args:
        instance: the numbers that have no plan.
        formulation: its model.
        error: what the solver said.
        place: row in `demand.csv` and display name of a demand point, by its index in the instance.
    """
    if "assign_every_demand_point" not in formulation.constraints:
        return error
    sized = "respect_size_capacity" in formulation.constraints
    capacitated = sized or "respect_capacity" in formulation.constraints
    model = load_formulation("capacitated_p_median" if capacitated else "p_median")
    try:
        solution = solve(
            _with_nowhere(_plain(instance, model, sized=sized)), model, SolverOptions(time_limit_s=LIMIT_S, gap=GAP)
        )
    except SitingError:
        return error
    left_out = solution.assignment.site_index == instance.site_count
    index, share = solution.assignment.demand_index[left_out], solution.assignment.share[left_out]
    persons = instance.demand[index] * share
    if not index.size:
        return _too_little_use(instance, formulation, model) or error
    faults = Faults("demand.csv")
    new = int((solution.open[:-1] & ~instance.existing).sum())
    built_zh, built_en = (f"新建 {new} 处", f"{new} new") if new else ("现有设施", "all existing")
    why_zh = "容量已满或超出行程上限" if capacitated else "超出行程上限"
    why_en = "full, or beyond the travel limit" if capacitated else "beyond the travel limit"
    for k in np.argsort(-persons, kind="stable"):
        row, name = place(int(index[k]))
        faults.add(
            f"{built_zh}也无法安排所有人，共 {persons.sum():,.0f} 人无处可去（{why_zh}）",
            f"even with {built_en} facilities {persons.sum():,.0f} people have nowhere to go ({why_en})",
            remedy_zh="请增加新建数量或预算、放宽行程上限、增大容量，或增加候选地点",
            remedy_en="allow more facilities or money, a longer travel limit, more capacity, or add candidate sites",
            row=row,
            value=f"{name}：{persons[k]:,.0f}",
        )
    return InfeasibleError(faults.shortened())


def _plain(instance: Instance, model: Formulation, *, sized: bool) -> Instance:
    """The instance without what `model` does not read, nor any least use; each new facility of the largest size."""
    blocks = [REGISTER[name] for name in model.blocks]
    read = {name for block in blocks for name in (*block.reads, *block.uses)} - {"minimum_load"}
    unread: dict[str, Any] = {f.name: None for f in fields(instance) if f.default is None and f.name not in read}
    if sized:
        assert instance.size_capacity is not None
        room = np.full(instance.site_count, np.inf) if instance.capacity is None else instance.capacity
        unread["capacity"] = np.where(instance.existing, room, instance.size_capacity.max())
        if instance.size_cost is not None:
            unread["fixed_cost"] = np.where(instance.existing, 0.0, instance.size_cost.min())
    return replace(instance, **unread)


def _too_little_use(instance: Instance, formulation: Formulation, model: Formulation) -> InfeasibleError | None:
    """What to say where everybody finds a place once no least use is asked for, and nothing else was left out."""
    if instance.minimum_load is None or not {*formulation.constraints} <= {*model.constraints}:
        return None
    least = float(instance.minimum_load.max())
    return InfeasibleError(
        Fault(
            f"人人都有去处的方案是有的，但没有一个能使要求的设施都达到最低使用人数（{least:,.0f} 人）",
            f"there are plans with a place for everybody, but none in which all facilities that must have "
            f"{least:,.0f} users at least do",
            "请降低 minimum_persons、缩小其适用范围，或允许多关闭几处",
            "lower minimum_persons, let it hold for fewer facilities, or let more of them close",
            column="minimum_persons",
        )
    )


def _with_nowhere(instance: Instance) -> Instance:
    """The instance with one more site that is open, reached by all at ten times the longest impedance, never full."""
    matrix = instance.impedance
    n, m = matrix.shape
    far = 10 * (float(matrix.values.max()) if matrix.pair_count else 1.0) + 1
    wider = ImpedanceMatrix.from_pairs(
        np.r_[matrix.rows, np.arange(n)],
        np.r_[matrix.indices, np.full(n, m)],
        np.r_[matrix.values, np.full(n, far)],
        (n, m + 1),
        matrix.unit,
    )
    beside: dict[str, Any] = {"existing": True, "site_zone": -1, "capacity": np.inf}
    longer: dict[str, Any] = {}
    for f in fields(instance):
        array = getattr(instance, f.name)
        if f.metadata.get("axis") == SITE and array is not None:
            longer[f.name] = np.append(array, beside.get(f.name, 0)).astype(array.dtype)
    if instance.excluded is not None:
        longer["excluded"] = tuple(np.append(plan, True) for plan in instance.excluded)
    return replace(instance, site_ids=(*instance.site_ids, NOWHERE), impedance=wider, **longer)
