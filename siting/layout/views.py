"""The map of a layout plan: a view for each service and planning year."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from siting.layout.area_layers import area_layers
from siting.layout.bars import bars
from siting.layout.catchments import catchments
from siting.layout.circuit_layer import circuit_layer
from siting.layout.facts import CHANGED, Facts, Figures
from siting.layout.map_layers import facilities, lines
from siting.layout.point_layers import points
from siting.layout.texts import TEN_THOUSAND, mean_text, within_text, without_text
from siting.render.cell_text import number_text
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.map_style import Style, load_style
from siting.render.views import AreaLayer, Share, View
from siting.render.wording import Text, persons_text

CHANGES = (
    Column("name", "设施", "Facility", width=12),
    Column("plan_zh", "规划", "Plan", width=14, language="zh"),
    Column("plan_en", "规划", "Plan", width=14, language="en"),
    Column("gain", "新达标（人）", "Newly within", "persons"),
    Column("load", "服务（人）", "Serves", "persons"),
    Column("cost", "费用（万元）", "Cost, 10,000 yuan", "count"),
)
WITHIN: Text = ("标准之内", "Within the standard")
AREAS_UP_TO = 12  # services: about 0.1 MB and some seconds each


def views_of(facts: Facts, *, service_areas: bool = False) -> tuple[View, ...]:
    """The views of all services and years.

    Args:
        service_areas: whether the last year has those of today and of the plan; they are slow to draw, and a plan of
            more than `AREAS_UP_TO` services, whose page would grow too large, has none.
    """
    style, last = load_style(), len(facts.years) - 1
    drawn = service_areas and len(facts.parts) <= AREAS_UP_TO
    found = []
    for s in range(len(facts.parts)):
        areas = area_layers(facts, s, style) if drawn else ()
        found += [view(facts, s, t, style, areas if t == last else ()) for t in range(last + 1)]
    return tuple(found)


def view(facts: Facts, s: int, t: int, style: Style, areas: Sequence[AreaLayer] = ()) -> View:
    """What is seen of one service in one year, with the areas below all else."""
    service, year = facts.parts[s].service, facts.years[t]
    until = [facts.figures(s, k) for k in range(t + 1)]
    candidates, shown = facilities(facts, s, t, style)
    sheet, rounds = changes_sheet(facts, s, t), circuit_layer(facts, s, t, style)
    visited = () if rounds is None else (rounds,)
    served = catchments(facts, s, t, style)
    return View(
        subject=service.id,
        subject_zh=service.name_zh,
        subject_en=service.name_en,
        period=str(year),
        period_zh=f"{year} 年",
        period_en=str(year),
        layers=(
            *areas, *(() if served is None else (served,)), *points(facts, s, t, style), lines(facts, s, t, style),
            *visited, candidates, shown,
        ),
        figures=tiles(until, served=facts.parts[s].plan.count_people),
        sheets=() if sheet.frame.empty else (sheet,),
        bars=bars(facts, s, t, style),
        share=_share(until[-1], served=facts.parts[s].plan.count_people),
    )  # fmt: skip


def first_of(facts: Facts) -> tuple[str, str]:
    """What the map opens at: the first service of which something changes, in the last year, where all is seen."""
    last = len(facts.years) - 1
    changing = [s for s in range(len(facts.parts)) if any(facts.changes_at(p) for p in facts.real(s))]
    return facts.parts[changing[0] if changing else 0].service.id, str(facts.years[last])


def tiles(until: Sequence[Figures], *, served: bool) -> tuple[tuple[str, str, str], ...]:
    """The figures of a service in the last of some periods; what is done only where something is.

    Args:
        served: whether people are sent to it.
    """
    now = until[-1]
    people = (
        ("需要的人", "People who need it", persons_text(now.need)),
        (*WITHIN, within_text(now)),
        ("没有着落（人）", "Without a place", without_text(now)),
        ("平均单程（分钟）", "Mean minutes one way", mean_text(now)),
    )
    hosts = (("只作配套或附设", "Partners or hosts only", "不安排居民 nobody is sent there"),)
    counts = (
        ("opened", "新建", "New"), ("inside", "附设", "Inside others"), ("converted", "改建", "Converted"),
        ("expanded", "扩建", "Expanded"), ("reduced", "缩减", "Reduced"), ("closed", "撤并迁出", "Closed or moved"),
    )  # fmt: skip
    done = tuple(
        (f"累计{zh}（其中本期）", f"{en} so far (in the period)", _so_far([getattr(one, key) for one in until]))
        for key, zh, en in counts
        if any(getattr(one, key) for one in until)
    )
    money = _so_far([one.yuan / TEN_THOUSAND for one in until])
    spent = (("累计万元（其中本期）", "10,000 yuan (in the period)", money),) if done else ()
    more = number_text(now.running_yuan / TEN_THOUSAND, "count")
    running = (("年运行费比现状（万元）", "Running cost against today, 10,000 yuan a year", more),)
    return (*(people if served else hosts), *done, *spent, *(running if abs(now.running_yuan) >= 1 else ()))


def _share(now: Figures, *, served: bool) -> Share | None:
    """Who is within the standard, without the plan and with it; None where nobody is sent there or needs it."""
    if not served or now.need <= 0:
        return None
    return Share(*WITHIN, now.within_before / now.need, now.within_after / now.need)


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
        steps = facts.steps(p, t)
        size = ("", "") if state is None else (state.name_zh, state.name_en or state.name_zh)
        rows.append(
            {
                "name": facts.name(p),
                "plan_zh": "，".join(filter(None, (steps[0], size[0]))),
                "plan_en": ", ".join(filter(None, (steps[1], size[1]))),
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
