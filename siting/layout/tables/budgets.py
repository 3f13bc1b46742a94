"""量力而行: what each budget of a sweep brings, and which projects are in at which budget."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from siting.layout.result import BudgetStep
from siting.layout.tables.columns import ID, NAME, SERVICE, TOWNSHIP
from siting.layout.tables.facts import Facts
from siting.layout.tables.naming import with_places
from siting.layout.tables.projects import KINDS
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.wording import Text, both

FACTOR = Column("factor", "预算倍数", "Times the budget", "number", 10)
ALL = ("全部", "All")
NONE = {False: ("无可行方案", "no plan is possible"), True: ("限时内未找到方案", "no plan found within the limit")}
KIND_COUNTS = {"opened": "open", "expanded": "grow", "closed": "close"}


def facts_of(facts: Facts, step: BudgetStep) -> Facts | None:
    """What the tables read of one budget's plan; None without a plan."""
    if step.course is None:
        return None
    return Facts(replace(facts.plan, after=step.course, budgets=()), facts.settings)


def budgets_of(facts: Facts) -> pd.DataFrame:
    """What each budget brings: a row a factor and service, `all` first.

    Columns: factor, service_id, service, budget, spent (yuan of all periods), need, within, without (persons of the
    last year), opened, expanded, closed, projects (that cost money), label_zh, label_en, found_at, seconds, limit_s.
    Without a plan all but the budget is empty.
    """
    budget, rows = facts.plan.posed.scenario.budget, list[dict[str, object]]()
    total = 0.0 if budget is None else float(sum(budget.yuan))
    for step in facts.plan.budgets:
        own = facts_of(facts, step)
        about = {"factor": step.factor, "found_at": step.found_at, "seconds": step.seconds, "limit_s": step.limit_s}
        for s in (-1, *range(len(facts.services))):
            row: dict[str, object] = {
                **about,
                "service_id": "all" if s < 0 else facts.services[s].id,
                "service": both(ALL) if s < 0 else facts.service_names[s],
                "budget": total * step.factor if s < 0 else np.nan,
                "label_zh": NONE[step.possible][0], "label_en": NONE[step.possible][1],
            }  # fmt: skip
            if own is not None and step.course is not None:
                outcome = step.course.solution.outcome
                row |= {"label_zh": outcome.label_zh, "label_en": outcome.label_en, **_figures(own, s)}
            rows.append(row)
    names = [
        "factor", "service_id", "service", "budget", "spent", "need", "within", "without", "opened", "expanded",
        "closed", "projects", "label_zh", "label_en", "found_at", "seconds", "limit_s",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def _figures(facts: Facts, s: int) -> dict[str, float]:
    """Of one service, or of all (-1)."""
    people = facts.plan.after.people
    people = people[people["period"] == len(facts.years) - 1]
    changes = facts.changes
    if s >= 0:
        people, changes = people[people["service"] == s], changes[changes["service"] == s]
    need, within, placed = (float(people[name].sum()) for name in ("persons", "within", "placed"))
    return {
        "spent": float(changes["yuan"].sum()), "need": need, "within": within, "without": max(need - placed, 0.0),
        **{name: int((changes["kind"] == kind).sum()) for name, kind in KIND_COUNTS.items()},
        "projects": int((changes["yuan"] > 0).sum()),
    }  # fmt: skip


def found_text(step_factor: float, found_at: float) -> Text:
    """Whose plan it is, where it is another budget's."""
    if step_factor == found_at:
        return "本预算求得", "its own"
    return f"沿用 {found_at:g} 倍预算的方案", f"the plan for {found_at:g} times the budget"


def budget_sweep(facts: Facts, frame: pd.DataFrame) -> Sheet:
    """预算与成效, by budget and service."""
    year = facts.years[-1]
    table = frame.assign(
        share=frame["within"] / frame["need"].where(frame["need"] > 0),
        label=[both((zh, en)) for zh, en in zip(frame["label_zh"], frame["label_en"], strict=True)],
        found=[
            both(found_text(a, b)) if pd.notna(spent) else ""
            for a, b, spent in zip(frame["factor"], frame["found_at"], frame["spent"], strict=True)
        ],
    )
    columns = (
        FACTOR, SERVICE,
        Column("budget", "各期预算合计（元）", "Budget of all periods (yuan)", "yuan", 17),
        Column("spent", "用去（元）", "Spent (yuan)", "yuan", 17),
        Column("need", f"{year} 年需要的人次", f"Needs in {year}", "persons", 12),
        Column("within", "标准之内（人次）", "Within the standard", "persons", 12),
        Column("share", "标准之内比例", "Share within", "share", 10),
        Column("without", "没有着落（人次）", "Without a place", "persons", 12),
        Column("opened", "新建（处）", "Opened", "count", 8), Column("expanded", "扩建（处）", "Expanded", "count", 8),
        Column("closed", "关闭（处）", "Closed", "count", 8), Column("projects", "项目（个）", "Projects", "count", 8),
        Column("label", "可靠程度", "How sure", width=30), Column("found", "方案来自", "Found for", width=24),
        Column("seconds", "求解（秒）", "Seconds", "seconds", 9),
        Column("limit_s", "时限（秒）", "Limit", "seconds", 9),
    )  # fmt: skip
    notes = (
        (
            f"人数为 {year} 年；“全部”为各项服务相加的人次，需要几项服务就计几次。"
            "各项服务自己的预算也按同一倍数放大或缩小。",
            f"People are those of {year}; all: services added, a person counts once for each service needed. Budgets"
            " that services have of their own are multiplied too.",
        ),
        LIMITED,
    )
    return make_sheet("budget_sweep", ("预算与成效（量力而行）", "What each budget brings"), columns, table, notes)


LIMITED = (
    "每笔预算各求解一次，时限见“时限”列。一笔预算求得的方案若也不超过另一笔预算、而且更好，就用于那一笔："
    "预算多了，方案不会变差。较大预算的下界对较小的预算也成立，可靠程度按较好的下界写明。",
    "Each budget is solved once within the limit of its column. A plan that keeps another budget too, and is better"
    " there, is taken for it: more money never gives a worse plan. A bound for a larger budget holds for a smaller one"
    " too; how sure a plan is follows from the better bound.",
)


def column_of(factor: float) -> str:
    """Name of a factor's column."""
    return "x" + f"{factor:g}".replace(".", "_")


def budget_projects_of(facts: Facts) -> pd.DataFrame:
    """The projects that are in any of the plans, with what is done at each budget.

    Columns: place, service (numbers), from (the least factor from which on it is in every larger budget's plan; NaN
    where it is not in the largest), and for each factor that has a plan its column: years and what, empty where not.
    """
    steps = [(step.factor, own) for step in facts.plan.budgets if (own := facts_of(facts, step)) is not None]
    found: dict[int, dict[str, str]] = {}
    for factor, own in steps:
        paid = own.changes[own.changes["yuan"] > 0]
        paid = paid.sort_values(["place", "period"], kind="stable")
        for p, t, kind in zip(paid["place"].tolist(), paid["period"].tolist(), paid["kind"].tolist(), strict=True):
            cells, name = found.setdefault(p, {}), column_of(factor)
            cells[name] = f"{cells[name]}；{_done(own, p, t, kind)}" if name in cells else _done(own, p, t, kind)
    names = [column_of(factor) for factor, _ in steps]
    rows = []
    for p, cells in found.items():
        start = np.nan
        for factor, _ in reversed(steps):
            if column_of(factor) not in cells:
                break
            start = factor
        rows.append({"place": p, "service": int(facts.service_of_place[p]), "from": start}
                    | {name: cells.get(name, "") for name in names})  # fmt: skip
    frame = pd.DataFrame(rows, columns=["place", "service", "from", *names])
    return frame.sort_values(["from", "service", "place"], kind="stable", ignore_index=True)


def _done(facts: Facts, p: int, t: int, kind: str) -> str:
    origin = facts.places[p].origin
    what = "convert" if origin in ("within", "reuse") else kind
    state = facts.plan.after.state_of(p, t)
    size = "" if state is None or kind == "close" else f" {both((state.name_zh, state.name_en))}"
    return f"{facts.years[t]} {both(KINDS[what])}{size}"


def budget_projects(facts: Facts, frame: pd.DataFrame) -> Sheet:
    """项目与预算: which projects are in at which budget."""
    table = with_places(facts, frame)
    planned = [step.factor for step in facts.plan.budgets if step.course is not None]
    columns = (
        Column("from", "从几倍预算起都在", "In from this budget on", "number", 12), SERVICE, ID, NAME, TOWNSHIP,
        *(Column(column_of(f), f"{f:g} 倍预算", f"{f:g} times the budget", width=24) for f in planned),
    )  # fmt: skip
    notes = (
        (
            "第一列：从这个倍数起，预算更多的方案里都有这个项目；为空的是预算最多时反而不做的（由别的项目代替）。越靠前越应先做。",
            "First column: from this budget on every larger one has the project too; empty: not in the largest, where "
            "others stand in for it. Those listed first should come first.",
        ),
    )
    return make_sheet("budget_projects", ("项目与预算", "Projects by budget"), columns, table, notes)
