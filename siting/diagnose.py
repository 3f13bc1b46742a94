"""Why no plan can exist, in the planner's terms: who is left without a place, and how many.

One site is added that everybody reaches, holds everybody, and is worse than any real one: whoever the best plan
sends there cannot be served (an elastic model; HiGHS names no irreducible conflict of an integer model).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from siting.errors import Faults, InfeasibleError
from siting.formulation.spec import Formulation
from siting.impedance import ImpedanceMatrix
from siting.instance import Instance
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
    capacitated = "respect_capacity" in formulation.constraints
    try:
        solution = solve(
            _with_nowhere(instance),
            "capacitated_p_median" if capacitated else "p_median",
            SolverOptions(time_limit_s=LIMIT_S, gap=GAP),
        )
    except InfeasibleError:
        return error
    left_out = solution.assignment.site_index == instance.site_count
    index, share = solution.assignment.demand_index[left_out], solution.assignment.share[left_out]
    persons = instance.demand[index] * share
    if not index.size:
        return error
    faults = Faults("demand.csv")
    new = int((solution.open[:-1] & ~instance.existing).sum())
    why_zh = "容量已满或超出行程上限" if capacitated else "超出行程上限"
    why_en = "full, or beyond the travel limit" if capacitated else "beyond the travel limit"
    for k in np.argsort(-persons, kind="stable"):
        row, name = place(int(index[k]))
        faults.add(
            f"新建 {new} 处也无法安排所有人，共 {persons.sum():,.0f} 人无处可去（{why_zh}）",
            f"even with {new} new facilities {persons.sum():,.0f} people have nowhere to go ({why_en})",
            remedy_zh="请增加新建数量或预算、放宽行程上限、增大容量，或增加候选地点",
            remedy_en="allow more facilities or money, a longer travel limit, more capacity, or add candidate sites",
            row=row,
            value=f"{name}：{persons[k]:,.0f}",
        )
    return InfeasibleError(faults.shortened())


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
    return replace(
        instance,
        site_ids=(*instance.site_ids, NOWHERE),
        impedance=wider,
        existing=np.r_[instance.existing, True],
        required=np.r_[instance.required, False],
        forbidden=np.r_[instance.forbidden, False],
        site_zone=np.r_[instance.site_zone, -1],
        capacity=None if instance.capacity is None else np.r_[instance.capacity, np.inf],
        fixed_cost=None if instance.fixed_cost is None else np.r_[instance.fixed_cost, 0.0],
    )
