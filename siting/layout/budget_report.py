"""What the report and the command line say of other budgets."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from siting.layout.facts import Facts
from siting.layout.tables.budgets import budget_projects, budget_projects_of, budget_sweep
from siting.layout.tables.facts import Facts as TableFacts
from siting.layout.texts import HUNDRED_MILLION, money_text
from siting.prepare import Settings
from siting.render.chart import Chart
from siting.render.views import Section
from siting.render.wording import Text, persons_text, share_text

LEAST_POINTS = 2
# Columns that fit on a page; the workbook has all.
SHOWN = ("factor", "budget", "spent", "within", "share", "without", "opened", "projects", "label", "found")


def budget_section(facts: Facts) -> Section | None:
    """What each budget brings, two charts, and the projects by budget; None without a sweep."""
    if not facts.plan.budgets:
        return None
    table_facts = TableFacts(facts.plan, Settings())
    whole = facts.budgets[facts.budgets["service_id"] == "all"]
    sheet = budget_sweep(table_facts, whole)
    shown = [column for column in sheet.columns if column.name in SHOWN]
    sheet = replace(sheet, columns=tuple(shown), frame=sheet.frame[[column.name for column in shown]])
    projects = budget_projects(table_facts, budget_projects_of(table_facts))
    said = (*budget_lines(facts), *_limits(facts), *_said(facts))
    return Section("量力而行：预算与成效", "What each budget brings", said, (sheet, projects), _charts(facts, whole))


def budget_lines(facts: Facts) -> list[Text]:
    """A sentence for each budget: what is spent, who is within the standard, who has no place, how sure it is."""
    if not facts.plan.budgets:
        return []
    said, year = [], facts.years[-1]
    for row in facts.budgets[facts.budgets["service_id"] == "all"].to_dict("records"):
        times, money = f"{row['factor']:g}", money_text(row["budget"])
        zh, en = f"{times} 倍预算（{money[0]}）", f"{times} times the budget ({money[1]})"
        if pd.isna(row["spent"]):
            said.append((f"{zh}：{row['label_zh']}。", f"{en}: {row['label_en']}."))
            continue
        spent, share = money_text(row["spent"]), share_text(row["within"] / row["need"]) if row["need"] > 0 else "—"
        within, without = persons_text(row["within"]), persons_text(row["without"])
        count, at = int(row["projects"]), row["found_at"]
        projects = "1 project" if count == 1 else f"{count} projects"
        of = (
            (f"；沿用 {at:g} 倍预算的方案", f"; the plan for {at:g} times the budget")
            if at != row["factor"]
            else ("", "")
        )
        said.append(
            (
                f"{zh}：用去 {spent[0]}，{count} 个项目；{year} 年标准之内 {within} 人次（{share}），"
                f"没有着落 {without} 人次；{row['label_zh']}{of[0]}。",
                f"{en}: {spent[1]} spent on {projects}; in {year} within the standard {within} ({share}), without a "
                f"place {without}; {row['label_en']}{of[1]}.",
            )
        )
    return said


def _limits(facts: Facts) -> list[Text]:
    """How long each was searched for."""
    budget, own = facts.scenario.budget, facts.scenario.solver.time_limit_s
    assert budget is not None
    each = budget.sweep_time_limit_s or own
    same = each == own
    return [
        (
            f"其他预算每次求解至多 {each:g} 秒（{'与本方案相同' if same else f'本方案为 {own:g} 秒'}），"
            "允许的差距与本方案相同；预算较多时若限时内没有找到更好的，就沿用预算较少时的方案（它同样可行），并在表中注明。",
            f"Every other budget was searched for at most {each:g} s "
            f"({'as the plan itself' if same else f'the plan itself: {own:g} s'}), with the plan's gap; where the "
            "search for a larger budget finds nothing better in time, the plan of a smaller one is taken, which is "
            "possible too, and the table says so.",
        ),
        (
            "每受益一人投资由低到高的排序见“项目排序（量力而行）”表；下面的“项目与预算”表列出每个项目从多少预算起列入。",
            'The projects by value for money are in the table "Projects by value for money"; "Projects by budget" '
            "below has the budget from which on each is in.",
        ),
    ]


def _said(facts: Facts) -> list[Text]:
    """Why there is no plan for a budget."""
    said = []
    for step in facts.plan.budgets:
        for fault in step.faults if step.course is None else ():
            then = (f" → {fault.remedy_zh}", f" → {fault.remedy_en}") if fault.remedy_zh else ("", "")
            said.append(
                (
                    f"{step.factor:g} 倍预算：{fault.zh}{then[0]}",
                    f"{step.factor:g} times the budget: {fault.en}{then[1]}",
                )
            )
    return said


def _charts(facts: Facts, whole: pd.DataFrame) -> tuple[Chart, ...]:
    """People within the standard and people without a place over the money of the budget."""
    rows = whole[whole["spent"].notna()].to_dict("records")
    if len(rows) < LEAST_POINTS or len({row["budget"] for row in rows}) < LEAST_POINTS:
        return ()
    year = facts.years[-1]
    across = (
        "各期预算合计（亿元）；点旁为预算倍数",
        "Budget of all periods (100 million yuan); times the budget beside each point",
    )
    titles = {
        "within": (f"{year} 年标准之内（人次）", f"Within the standard in {year} (people by service)"),
        "without": (f"{year} 年没有着落（人次）", f"Without a place in {year} (people by service)"),
    }
    return tuple(
        Chart(
            title,
            across,
            tuple((row["budget"] / HUNDRED_MILLION, float(row[name]), f"×{row['factor']:g}") for row in rows),
        )
        for name, title in titles.items()
    )
