"""A plan for one service: which demand and which sites take part, the solve, and who can never be served."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from siting.assemble import Problem, make_instance
from siting.case import Case
from siting.diagnose import explain_no_plan
from siting.errors import Faults, InfeasibleError
from siting.events import Listener
from siting.formulation.spec import Formulation
from siting.impedance import BoolArray
from siting.optimise import NoPlanError, solve
from siting.service_times import ServiceTimes
from siting.solution import Assignment, Solution
from siting.solver import SolverOptions
from siting.verify import Check, verify


@dataclass(frozen=True, eq=False)
class Plan:
    """A solved and verified plan, in the indices of the case's demand and the problem's sites."""

    solution: Solution
    open_after: BoolArray
    assignment: Assignment
    checks: tuple[Check, ...]
    out_of_reach: tuple[str, ...]


def make_plan(
    case: Case,
    problem: Problem,
    formulation: Formulation,
    times: ServiceTimes,
    options: SolverOptions,
    listener: Listener,
) -> Plan:
    """Solve one service's question.

    Raises:
        InfeasibleError: when no plan can meet the question; the faults say why.
        VerificationError: when the plan fails the independent check.
    """
    columns = ~times.site_off_network & ~problem.sites["closing"].to_numpy(dtype=bool)
    needing = problem.demand_persons > 0
    rows = needing & ~times.off_network
    out_of_reach = _out_of_reach(problem, formulation, times, rows, columns)
    off = needing & times.off_network
    names = {str(k): display_name(case, k) for k in range(len(case.demand))}
    names |= dict(zip(case.zones["id"], case.zones["name_zh"] + " " + case.zones["name_en"], strict=True))
    if problem.question.out_of_reach == "refuse" and formulation.serves_everyone and (off | out_of_reach).any():
        _refuse(case, problem, formulation, times, off, out_of_reach)
    rows &= ~out_of_reach
    instance = make_instance(problem, times.impedance, rows=rows, columns=columns, zones=problem.question.zone_minimum)
    try:
        solution = solve(instance, formulation, options, listener=listener, names=names)
    except NoPlanError as error:
        here = np.flatnonzero(rows)

        def place(k: int) -> tuple[int, str]:
            return int(here[k]) + 2, display_name(case, int(here[k]))

        raise explain_no_plan(instance, formulation, error, place=place) from error
    checks = verify(instance, formulation, solution).checks
    row_index, column_index = np.flatnonzero(rows), np.flatnonzero(columns)
    open_after = np.zeros(len(problem.sites), dtype=bool)
    open_after[column_index[solution.open]] = True
    assignment = Assignment(
        row_index[solution.assignment.demand_index],
        column_index[solution.assignment.site_index],
        solution.assignment.share,
    )
    ids = case.demand["id"].to_numpy(dtype=object)
    return Plan(solution, open_after, assignment, checks, tuple(ids[out_of_reach]))


def _out_of_reach(
    problem: Problem, formulation: Formulation, times: ServiceTimes, rows: BoolArray, columns: BoolArray
) -> BoolArray:
    """(I,) demand points that no site of the instance could serve, in the sense of the formulation."""
    usable = columns & ~problem.sites["id"].isin(problem.question.forbidden).to_numpy(dtype=bool)
    _, best = times.impedance.nearest(usable)
    limit = problem.standard_min if formulation.covers_everyone else np.inf
    return rows & ~(best <= limit) if formulation.covers_everyone else rows & ~np.isfinite(best)


def _refuse(
    case: Case,
    problem: Problem,
    formulation: Formulation,
    times: ServiceTimes,
    off: BoolArray,
    out_of_reach: BoolArray,
) -> None:
    """Name the places that no site can serve."""
    _, best = times.impedance.nearest(~times.site_off_network)
    faults = Faults("demand.csv")
    limit = problem.question.max_travel_minutes
    for k in np.flatnonzero(off | out_of_reach):
        if off[k]:
            zh, en = "附近没有道路", "there is no road near"
        elif np.isfinite(best[k]):
            zh = f"标准 {problem.standard_min[k]:g} 分钟，最近的可选地点也要 {best[k]:.1f} 分钟"
            en = f"the standard is {problem.standard_min[k]:g} min; the nearest possible site takes {best[k]:.1f} min"
        else:
            zh = f"{limit:g} 分钟内没有任何现有设施或候选地点"
            en = f"no facility or candidate site within {limit:g} min"
        faults.add(
            f"无法满足（{problem.service.name_zh}）：{zh}",
            f"cannot be served ({problem.service.name_en}): {en}",
            remedy_zh='请增加候选地点、放宽标准，或写 out_of_reach = "list" 单独列出',
            remedy_en='add candidate sites, loosen the standard, or write out_of_reach = "list" to list and go on',
            row=int(k) + 2,
            value=display_name(case, int(k)),
        )
    faults.raise_if_any(InfeasibleError)


def display_name(case: Case, k: int) -> str:
    """`township name` of a demand point."""
    row = case.demand.iloc[k]
    return " ".join(dict.fromkeys(part for part in (row["township"], row["name"] or row["id"]) if part))
