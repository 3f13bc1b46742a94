"""The map of a layout plan: a view for each service and planning year."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from siting.layout.facts import CHANGED, STATUS, Facts
from siting.layout.map_layers import facilities, lines, points
from siting.layout.texts import TEN_THOUSAND, mean_text, size_text, within_text, without_text
from siting.render.cell_text import number_text
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.map_style import Style, load_style
from siting.render.views import View
from siting.render.wording import both, persons_text

CHANGES = (
    Column("name", "设施", "Facility", width=24),
    Column("status", "规划", "Plan", width=16),
    Column("gain", "新达标（人）", "Newly within", "persons"),
    Column("load", "服务（人）", "Serves", "persons"),
    Column("size", "规模", "Size", width=16),
    Column("cost", "费用（万元）", "Cost, 10,000 yuan", "count"),
)


def views_of(facts: Facts) -> tuple[View, ...]:
    """The views of all services and years."""
    style = load_style()
    return tuple(view(facts, s, t, style) for s in range(len(facts.parts)) for t in range(len(facts.years)))


def view(facts: Facts, s: int, t: int, style: Style) -> View:
    """What is seen of one service in one year."""
    service, year = facts.parts[s].service, facts.years[t]
    until = [facts.figures(s, k) for k in range(t + 1)]
    figures = until[t]
    before, change, after = points(facts, s, t, style)
    candidates, shown = facilities(facts, s, t, style)
    told = (
        ("需要的人", "People who need it", persons_text(figures.need)),
        ("标准之内", "Within the standard", within_text(figures)),
        ("没有着落（人）", "Without a place", without_text(figures)),
        ("平均单程（分钟）", "Mean minutes one way", mean_text(figures)),
        ("累计新建（其中本期）", "New so far (in the period)", _so_far([f.opened for f in until])),
        ("累计扩建（其中本期）", "Expanded so far (in the period)", _so_far([f.expanded for f in until])),
        ("累计撤并迁出（其中本期）", "Closed so far (in the period)", _so_far([f.closed for f in until])),
        ("累计万元（其中本期）", "10,000 yuan (in the period)", _so_far([f.yuan / TEN_THOUSAND for f in until])),
    )
    sheet = changes_sheet(facts, s, t)
    return View(
        subject=service.id,
        subject_zh=service.name_zh,
        subject_en=service.name_en,
        period=str(year),
        period_zh=f"{year} 年",
        period_en=str(year),
        layers=(before, change, after, lines(facts, s, t, style), candidates, shown),
        figures=told,
        sheets=() if sheet.frame.empty else (sheet,),
    )


def _so_far(numbers: Sequence[float]) -> str:
    """The sum, and its last part where it is not all of it."""
    total, last = (number_text(value, "count") for value in (sum(numbers), numbers[-1]))
    return total if total == last else f"{total} ({last})"


def changes_sheet(facts: Facts, s: int, t: int) -> Sheet:
    """New and changed facilities of a service until a period, those that give most people a place first."""
    moves = facts.moves_in(s, t)
    gain = moves[moves["gain"] > 0].groupby("after")["gain"].sum()
    rows = []
    for p in facts.real(s):
        status, state = facts.status(p, t), facts.plan.after.state_of(p, t)
        if status not in CHANGED:
            continue
        rows.append(
            {
                "name": facts.name(p),
                "status": f"{facts.change_years(p, t)} {both(STATUS[status])}",
                "size": "" if state is None else size_text(state),
                "cost": float(facts.yuan[p, : t + 1].sum()) / TEN_THOUSAND,
                "load": float(facts.plan.after.load[p, t]),
                "gain": float(gain.get(p, 0.0)),
            }
        )
    frame = pd.DataFrame(rows, columns=[column.name for column in CHANGES])
    frame = frame.sort_values(["gain", "load"], ascending=False, kind="stable", ignore_index=True)
    note = (
        f"截至 {facts.years[t]} 年；“新达标”指不作改变时不达标、规划后在此达标的人",
        f"until {facts.years[t]}; newly within the standard: there in the plan, not if nothing changed",
    )
    return make_sheet("changes", ("新建与变动的设施", "New and changed facilities"), CHANGES, frame, (note,))
