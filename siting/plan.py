"""A plan for one service: which demand and which sites take part, the solve, and who can never be served."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from siting.assemble import Problem, make_instance
from siting.case import Case
from siting.doctor import NoPlanError
from siting.errors import Fault, Faults, InfeasibleError
from siting.events import Listener
from siting.formulation.spec import Formulation
from siting.impedance import BoolArray, IntArray
from siting.instance import Instance
from siting.objective_words import in_words
from siting.question.numbers import numbers_of
from siting.service_times import ServiceTimes
from siting.solution import Assignment, Solution
from siting.solving.optimise import solve
from siting.solving.solver import SolverOptions
from siting.verify import Check, verify


@dataclass(frozen=True, eq=False)
class Plan:
    """A solved and verified plan, in the indices of the case's demand and the problem's sites.

    Attributes:
        open_after: (S,) sites in use.
        servers: (S,) servers at each site; None where the model places none.
        meaning: (zh, en) what the objective's value means, in words; '' where it leaves people out of account.
        sizes: (S,) index into `size_classes` of each new facility, -1 for none; None where the model chooses none.
    """

    solution: Solution
    open_after: BoolArray
    servers: IntArray | None
    sizes: IntArray | None
    meaning: tuple[str, str]
    assignment: Assignment
    checks: tuple[Check, ...]
    out_of_reach: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Posed:
    """The numbers that the model sees of one service's question, and what they stand for.

    Attributes:
        rows: (I',) index into the case's demand of each of the instance's demand points.
        columns: (J',) index into the problem's sites of each of the instance's sites.
        names: display names of the instance's demand points, zones and sites by id.
        out_of_reach: (I,) demand points that no site can serve, set aside.
    """

    instance: Instance
    rows: IntArray
    columns: IntArray
    names: Mapping[str, str]
    out_of_reach: BoolArray

    def place(self, i: int) -> tuple[int, str]:
        """Row in `demand.csv` and display name of one of the instance's demand points."""
        return int(self.rows[i]) + 2, self.names[str(self.rows[i])]


def pose_instance(case: Case, problem: Problem, formulation: Formulation, times: ServiceTimes) -> Posed:
    """The instance of one service's question.

    Raises:
        InputError: when a required site has no road near.
        InfeasibleError: when somebody can never be served and the question says to refuse that.
    """
    _refuse_required_off_network(problem, times)
    closing = problem.sites["closing"].to_numpy(dtype=bool)
    columns = ~times.site_off_network & ~closing
    needing = problem.demand_persons > 0
    rows = needing & ~times.off_network
    out_of_reach = _out_of_reach(problem, formulation, times, rows, columns)
    off = needing & times.off_network
    names = {str(k): name for k, name in enumerate(display_names(case))}
    names |= dict(zip(case.zones["id"], case.zones["name_zh"] + " " + case.zones["name_en"], strict=True))
    named = problem.sites[problem.sites["name"].astype(str).str.strip() != ""]
    names |= dict(zip(named["id"], named["name"].astype(str) + "（" + named["id"] + "）", strict=True))
    if problem.question.out_of_reach == "refuse" and formulation.serves_everyone and (off | out_of_reach).any():
        _refuse(case, problem, formulation, times, off, out_of_reach)
    rows &= ~out_of_reach
    numbers = numbers_of(case, problem, formulation, times, rows, columns)
    instance = make_instance(problem, times.impedance, rows=rows, columns=columns, numbers=numbers)
    return Posed(instance, np.flatnonzero(rows), np.flatnonzero(columns), names, out_of_reach)


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
        InputError: when a required site has no road near.
        InfeasibleError: when no plan can meet the question; the faults say why.
        VerificationError: when the plan fails the independent check.
    """
    posed = pose_instance(case, problem, formulation, times)
    instance = posed.instance
    try:
        solution = solve(instance, formulation, options, listener=listener, names=posed.names)
    except NoPlanError as error:
        raise NoPlanError((*error.faults, *_without_place(posed, error)), error.diagnosis) from error
    # A share of the people would not be that of the headline where some are set aside.
    everybody = np.isclose(instance.demand.sum(), problem.demand_persons.sum())
    meaning = in_words(formulation.objective, instance, solution) if everybody else ("", "")
    checks = verify(instance, formulation, solution).checks
    return plan_of_case(case, problem, times, posed, solution, checks, meaning)


def plan_of_case(
    case: Case,
    problem: Problem,
    times: ServiceTimes,
    posed: Posed,
    solution: Solution,
    checks: tuple[Check, ...],
    meaning: tuple[str, str] = ("", ""),
) -> Plan:
    """A solution of the posed instance in the indices of the case; `meaning` says its objective in words."""
    assignment = Assignment(
        posed.rows[solution.assignment.demand_index],
        posed.columns[solution.assignment.site_index],
        solution.assignment.share,
    )
    ids = case.demand["id"].to_numpy(dtype=object)
    open_after = open_sites(problem, times, posed, solution)
    servers, sizes = (
        at_sites(values, posed.columns, len(problem.sites), none)
        for values, none in ((solution.servers, 0), (solution.sizes, -1))
    )
    return Plan(solution, open_after, servers, sizes, meaning, assignment, checks, tuple(ids[posed.out_of_reach]))


def at_sites(values: IntArray | None, columns: IntArray, count: int, none: int) -> IntArray | None:
    """(S,) the instance's values (J,) at the problem's sites, `none` at those that it leaves out."""
    if values is None:
        return None
    spread = np.full(count, none, dtype=np.int64)
    spread[columns] = values
    return spread


def open_sites(problem: Problem, times: ServiceTimes, posed: Posed, solution: Solution) -> BoolArray:
    """(S,) the problem's open sites: a facility in use that no road reaches stays so, and nobody is sent there."""
    closing = problem.sites["closing"].to_numpy(dtype=bool)
    opened: BoolArray = (problem.sites["origin"] == "existing").to_numpy(dtype=bool) & ~closing & times.site_off_network
    opened[posed.columns[solution.open]] = True
    return opened


def _out_of_reach(
    problem: Problem, formulation: Formulation, times: ServiceTimes, rows: BoolArray, columns: BoolArray
) -> BoolArray:
    """(I,) demand points that no site of the instance could serve, in the sense of the formulation."""
    usable = columns & ~problem.sites["id"].isin(problem.question.forbidden).to_numpy(dtype=bool)
    _, best = times.impedance.nearest(usable)
    limit = problem.standard_min if formulation.covers_everyone else np.inf
    return rows & ~(best <= limit) if formulation.covers_everyone else rows & ~np.isfinite(best)


def _without_place(posed: Posed, error: NoPlanError) -> list[Fault]:
    """The rows of `demand.csv` that would have to be provided for otherwise, where that is one of the remedies."""
    faults = Faults("demand.csv")
    for remedy in error.diagnosis.remedies if error.diagnosis else ():
        if remedy.kind == "set_aside":
            index = {key: i for i, key in enumerate(posed.instance.demand_ids)}
            for key, people in zip(remedy.ids, remedy.amounts, strict=True):
                row, name = posed.place(index[key])
                faults.add(
                    "若另行安排，涉及这些地方",
                    "places that would be provided for otherwise",
                    row=row,
                    value=f"{name}：{people:,.0f}",
                )
    return faults.shortened()


def _refuse_required_off_network(problem: Problem, times: ServiceTimes) -> None:
    faults = Faults("candidates.csv")
    required = (problem.sites["origin"] == "candidate") & problem.sites["id"].isin(problem.question.required)
    for name in problem.sites.loc[required.to_numpy(dtype=bool) & times.site_off_network, "id"]:
        faults.add(
            f"必选地点附近没有道路（{problem.service.name_zh}）",
            f"the required site has no road near ({problem.service.name_en})",
            remedy_zh="请核对坐标与路网，或加大 travel.max_snap_m",
            remedy_en="check its coordinates and the roads, or raise travel.max_snap_m",
            column=f"services.{problem.service.id}.required",
            value=name,
        )
    faults.raise_if_any()


def _refuse(
    case: Case,
    problem: Problem,
    formulation: Formulation,
    times: ServiceTimes,
    off: BoolArray,
    out_of_reach: BoolArray,
) -> None:
    """Say how many people no site can serve, for each reason, and name the places with most of them."""
    _, best = times.impedance.nearest(~times.site_off_network)
    faults = Faults("demand.csv")
    limit = problem.question.max_travel_minutes
    failing = off | out_of_reach
    reasons = (
        ("附近没有道路", "there is no road near", off),
        (
            "最近的可选地点也超出标准时间",
            "even the nearest possible site lies beyond the standard",
            failing & ~off & np.isfinite(best),
        ),
        (
            f"{limit:g} 分钟内没有任何现有设施或候选地点",
            f"no facility or candidate site within {limit:g} min",
            failing & ~off & ~np.isfinite(best),
        ),
    )
    for zh, en, rows in reasons:
        people = float(problem.demand_persons[rows].sum())
        for k in np.flatnonzero(rows)[np.argsort(-problem.demand_persons[rows], kind="stable")]:
            minutes = f" {best[k]:.1f} > {problem.standard_min[k]:g} min" if np.isfinite(best[k]) else ""
            faults.add(
                f"{problem.service.name_zh}：共 {rows.sum():,} 个需求点、{people:,.0f} 人无法满足：{zh}",
                f"{problem.service.name_en}: {rows.sum():,} points, {people:,.0f} people cannot be served: {en}",
                remedy_zh='请增加候选地点、放宽标准，或在方案的该项服务中写 out_of_reach = "list" 单独列出后继续',
                remedy_en='add candidate sites, loosen the standard, or write out_of_reach = "list" for that service'
                " of the scenario to list them and go on",
                row=int(k) + 2,
                value=f"{display_name(case, int(k))}{minutes}",
            )
    faults.raise_if_any(InfeasibleError)


def display_name(case: Case, k: int) -> str:
    """`township name` of a demand point."""
    row = case.demand.iloc[k]
    return _shown(row["township"], row["name"] or row["id"])


def display_names(case: Case) -> list[str]:
    """`township name` of every demand point."""
    demand = case.demand
    names = demand["name"].where(demand["name"].astype(bool), demand["id"])
    return [_shown(*parts) for parts in zip(demand["township"].tolist(), names.tolist(), strict=True)]


def _shown(township: str, name: str) -> str:
    return " ".join(dict.fromkeys(part for part in (township, name) if part))
