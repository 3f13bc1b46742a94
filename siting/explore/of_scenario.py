"""Several plans for one service of a scenario, side by side in a planner's figures."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from siting.case import CaseFile
from siting.errors import InfeasibleError, fail, nearest_word
from siting.evaluation.metrics import weighted_mean
from siting.evaluation.site_ledger import site_ledger
from siting.events import Listener, silent
from siting.explore.alternatives import best_plans
from siting.explore.pareto import frontier
from siting.explore.sweep import steps_of, with_amount
from siting.formulation.blocks import REGISTER
from siting.formulation.compose import with_objective
from siting.plan import Posed, at_sites, open_sites, pose_instance
from siting.prepare import Asked, ServiceAsked
from siting.results import GONE
from siting.solution import Outcome, Solution
from siting.solving.optimise import solve
from siting.standards import Service

YUAN_AT_A_TIME = 10_000.0  # for gains by money
Row = dict[str, object]
Heading = tuple[str, str, str]


@dataclass(frozen=True)
class Comparison:
    """Plans side by side.

    Attributes:
        title_zh, title_en: what is compared.
        columns: key to (header, short header of two lines, kind: text, count, share, minutes, yuan or number).
        rows: one for each plan.
        notices: (zh, en) that every output must carry.
    """

    title_zh: str
    title_en: str
    columns: Mapping[str, Heading]
    rows: Sequence[Row]
    notices: tuple[tuple[str, str], ...] = ()

    def write_csv(self, path: Path) -> None:
        """UTF-8 with a byte-order mark, the notices in the last column of every row."""
        words = " ".join(f"{zh} {en}" for zh, en in self.notices)
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([header for header, _, _ in self.columns.values()] + ["数据声明 notice"])
            for row in self.rows:
                writer.writerow([_plain(row.get(key)) for key in self.columns] + [words])


FIGURES: dict[str, Heading] = {
    "new": ("新建处数 new facilities", "新建\nnew", "count"),
    "cost": ("费用（元） cost (yuan)", "费用\nyuan", "yuan"),
    "covered": ("达标人口 within the standard", "达标\nwithin", "share"),
    "mean": ("平均分钟 mean minutes", "平均\nmean", "minutes"),
    "worst": ("最远分钟 worst minutes", "最远\nworst", "minutes"),
    "unreached": ("到不了的人 out of reach", "不可达\nunreached", "count"),
}
LAST: dict[str, Heading] = {
    "label": ("结论 result", "结论\nresult", "text"),
    "sites": ("新建地点 new sites", "新建地点\nnew sites", "text"),
}


@dataclass(frozen=True)
class About:
    """What a table of amounts is about: known before anything is computed."""

    case: CaseFile
    service: Service
    objective: str


@dataclass(frozen=True, eq=False)
class AmountPlan:
    """The plan for one number of new facilities, or one budget, in a planner's figures."""

    outcome: Outcome
    figures: Row


def plan_for_amount(
    asked: Asked, service: str | None, amount: float, *, of_money: bool, listener: Listener = silent
) -> AmountPlan | None:
    """The best plan for one number of new facilities, or for one budget in yuan; None where there is none.

    Raises:
        InputError: the scenario has no such service, or its model knows no such number.
        SitingError: no plan was found within the limits.
    """
    chosen, posed = _pose(asked, service)
    instance = with_amount(posed.instance, amount, of_money=of_money)
    try:
        plan = solve(instance, chosen.formulation, asked.options, listener=listener, names=posed.names, diagnose=False)
    except InfeasibleError:
        return None
    return AmountPlan(plan.outcome, _figures(chosen, posed, plan))


def compare_amounts(
    about: About, plans: Sequence[tuple[float, AmountPlan | None]], *, of_money: bool, undecided: Mapping[float, str]
) -> Comparison:
    """The best plans for several numbers of new facilities, or budgets, with what each last step brought.

    Args:
        plans: by ascending amount; None where no plan can exist.
        undecided: what to say of amounts that have no answer at all.
    """
    each = YUAN_AT_A_TIME if of_money else 1.0
    rows: list[Row] = [{"amount": amount, "label": words} for amount, words in undecided.items()]
    for step in steps_of(plans, of_money=of_money):
        row: Row = {
            "amount": step.amount,
            "gain": step.gain,
            "gain_per_unit": None if step.gain_per_unit is None else each * step.gain_per_unit,
        }
        if step.solution is None:
            row["label"] = "无可行方案 infeasible"
        else:
            outcome = step.solution.outcome
            row |= step.solution.figures | {"objective": outcome.objective, "label": _label(outcome)}
            if not step.decided:
                row["label"] = f"{row['label']}；增益小于差距，未定 gain below the gaps, undecided"
        rows.append(row)
    rows.sort(key=lambda row: float(str(row["amount"])))
    per = ("每增一万元 per 10,000 yuan", "每万元\nper 10,000") if of_money else ("每增一处 per facility", "每处\neach")
    columns = {
        "amount": ("预算 budget (yuan)", "预算\nyuan", "yuan") if of_money else ("新建数量 p", "数量\np", "count"),
        "objective": (f"目标 objective: {REGISTER[about.objective].zh}", "目标\nobjective", "number"),
        "gain": ("比上一步好 better than before by", "增益\ngain", "number"),
        "gain_per_unit": (*per, "number"),
        **FIGURES,
        **LAST,
    }
    zh, en = ("预算", "budget") if of_money else ("新建数量", "number of new facilities")
    name = about.service
    return _comparison(about.case, f"{name.name_zh}：{zh}逐步增加", f"{name.name_en} by {en}", columns, rows)


def compare_objectives(
    asked: Asked, service: str | None, second: str, *, points: int = 8, listener: Listener = silent
) -> Comparison:
    """Efficient plans between the model's own objective and another one."""
    chosen, posed = _pose(asked, service, second)
    found = frontier(
        posed.instance,
        chosen.formulation,
        second,
        points=points,
        options=asked.options,
        listener=listener,
        names=posed.names,
    )
    rows = [
        {**_figures(chosen, posed, point.solution), "objective": point.first, "second": point.second} for point in found
    ]
    columns = {
        "objective": (f"目标一 first: {REGISTER[chosen.formulation.objective].zh}", "目标一\nfirst", "number"),
        "second": (f"目标二 second: {REGISTER[second].zh}", "目标二\nsecond", "number"),
        **FIGURES,
        **LAST,
    }
    name = chosen.problem.service
    return _comparison(
        asked.case.info,
        f"{name.name_zh}：两个目标的取舍",
        f"{name.name_en}: trade-off of two objectives",
        columns,
        rows,
    )


def compare_best(
    asked: Asked, service: str | None, count: int, *, least_difference: int = 2, listener: Listener = silent
) -> Comparison:
    """The best plans one after another."""
    chosen, posed = _pose(asked, service)
    plans = best_plans(
        posed.instance,
        chosen.formulation,
        count,
        least_difference=least_difference,
        options=asked.options,
        listener=listener,
        names=posed.names,
    )
    rows: list[Row] = []
    ids = posed.instance.site_ids
    for number, plan in enumerate(plans, start=1):
        changed = np.flatnonzero(plan.open != plans[0].open)
        words = [("+" if plan.open[j] else "-") + ids[j] for j in changed]
        rows.append({"rank": number, **_figures(chosen, posed, plan), "changed": " ".join(words)})
    columns = {
        "rank": ("名次 rank", "名次\nrank", "count"),
        "objective": (f"目标 objective: {REGISTER[chosen.formulation.objective].zh}", "目标\nobjective", "number"),
        **FIGURES,
        "changed": ("与第一名不同 changes against the first", "变化\nchanges", "text"),
        **LAST,
    }
    name = chosen.problem.service
    return _comparison(
        asked.case.info,
        f"{name.name_zh}：最好的 {len(rows)} 个方案",
        f"{name.name_en}: the {len(rows)} best plans",
        columns,
        rows,
    )


def choose_service(there: Sequence[str], service: str | None) -> str:
    """The service that is named, or the only one.

    Raises:
        InputError: there is no such service, or several and none is named.
    """
    if service is None and len(there) == 1:
        return there[0]
    if service is None or service not in there:
        close = nearest_word(service, there) if service else None
        fail(
            "方案中没有这项服务" if service else "方案中有几项服务，请用 --service 指明一项",
            "the scenario has no such service"
            if service
            else "the scenario has several services: name one by --service",
            remedy_zh=f"是否想写“{close}”？" if close else f"可用：{'、'.join(there)}",
            remedy_en=f"did you mean {close!r}?" if close else f"available: {', '.join(there)}",
            column="--service",
            value=service,
        )
    return service


def _pose(asked: Asked, service: str | None, second: str | None = None) -> tuple[ServiceAsked, Posed]:
    """The service's question (the only one where none is named), for its own objective and perhaps a second one."""
    by_id = {s.problem.service.id: s for s in asked.services}
    service = choose_service(list(by_id), service)
    chosen = by_id[service]
    formulation = chosen.formulation if second is None else with_objective(chosen.formulation, second)
    return chosen, pose_instance(asked.case, chosen.problem, formulation, chosen.times)


def _figures(chosen: ServiceAsked, posed: Posed, solution: Solution) -> Row:
    """A plan in a planner's figures, over all people who need the service."""
    problem, times, instance = chosen.problem, chosen.times, posed.instance
    opened = open_sites(problem, times, posed, solution)
    minutes = times.impedance.nearest(opened)[1]
    reached, persons = np.isfinite(minutes), problem.demand_persons
    new = solution.open & ~instance.existing
    ledger = site_ledger(problem, opened, sizes=at_sites(solution.sizes, posed.columns, len(problem.sites), -1))
    cost = float(ledger.loc[ledger["status"].isin(("new", *GONE)), "cost_yuan"].sum())
    return {
        "objective": solution.outcome.objective,
        "new": int(new.sum()),
        "cost": cost,
        "covered": float(persons[minutes <= problem.standard_min].sum() / max(persons.sum(), 1e-9)),
        "mean": weighted_mean(np.where(reached, minutes, np.nan), persons),
        "worst": float(minutes[reached & (persons > 0)].max(initial=0.0)),
        "unreached": float(persons[~reached].sum()),
        "label": _label(solution.outcome),
        "sites": " ".join(instance.site_ids[j] for j in np.flatnonzero(new)),
    }


def _label(outcome: Outcome) -> str:
    return f"{outcome.label_zh} {outcome.label_en}"


def _comparison(info: CaseFile, zh: str, en: str, columns: Mapping[str, Heading], rows: Sequence[Row]) -> Comparison:
    notices = ((info.notice_zh, info.notice_en),) if info.notice_zh or info.notice_en else ()
    return Comparison(zh, en, columns, rows, notices)


def _plain(value: object) -> str:
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return ""
    return f"{value:.12g}" if isinstance(value, float) else str(value)
