"""Demand points on a plan's map: how they fare without the plan and with it, how far they go, what they still lack."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.impedance import FloatArray
from siting.layout.facts import Facts
from siting.layout.moves import NOWHERE
from siting.layout.standard_words import standards_at
from siting.render.columns import Column
from siting.render.map_style import Style
from siting.render.people_looks import CHOICE, MINUTES, ONE, PEOPLE, class_of, classes, names_of_most
from siting.render.views import Category, Moment, PointLayer
from siting.render.wording import Text

CLEAR = 0.05  # share of a point's people who gain or lose before the point counts as gaining or losing

BEFORE: Text = ("不作改变时", "If nothing changes")
AFTER: Text = ("规划后", "In the plan")
POINT = (
    Column("township", "乡镇（街道）", "Township"),
    Column("need", "需要的人", "People who need it", "persons"),
    Column("from", "不作改变时去", "Goes to if nothing changes"),
    Column("minutes_before", "不作改变时单程（分钟）", "Minutes if nothing changes", "minutes"),
    Column("to", "规划后去", "Goes to in the plan"),
    Column("minutes_after", "规划后单程（分钟）", "Minutes in the plan", "minutes"),
    Column("standard_zh", "标准", "Standard", language="zh"),
    Column("standard_en", "标准", "Standard", language="en"),
    Column("beyond_after", "规划后标准之外（人）", "Beyond the standard in the plan", "persons"),
    Column("without_after", "规划后无着落（人）", "Without a place in the plan", "persons"),
)
MOMENTS = (
    Moment(*BEFORE, "from", "minutes_before", "state_before"),
    Moment(*AFTER, "to", "minutes_after", "state_after"),
)


def points(facts: Facts, s: int, t: int, style: Style) -> tuple[PointLayer, ...]:
    """All layers of demand points, the one that is drawn at first last."""
    frame, look = point_frame(facts, s, t), style.coverage
    nobody = Category("nobody", "没有人需要", "Nobody needs it", look.no_demand, "circle", 3)
    without = Category("without", "没有着落", "Without a place", look.unreachable, "circle", 5)
    beyond = Category("beyond", "标准之外", "Beyond the standard", look.uncovered, "circle", 5)
    fares = (Category("within", "标准之内", "Within the standard", look.covered, "circle", 5), beyond, without, nobody)
    change = (
        Category("gained", "规划后达标", "Newly within the standard", look.newly_covered, "circle", 6),
        Category("lost", "规划后不再达标", "No longer within it", look.lost, "diamond", 6),
        Category("same", "不变，达标", "Unchanged: within it", look.still_covered, "circle", 4),
        Category("still", "不变，未达标", "Unchanged: not within it", look.uncovered, "circle", 4),
        nobody,
    )
    times = (
        *classes("time", style.travel_time.breaks_min, style.travel_time.colours, MINUTES),
        without,
        nobody,
    )
    amounts = (*classes("need", style.demand.breaks_persons, style.demand.colours, PEOPLE), nobody)
    lacks = (beyond, without, Category("met", "已满足", "Met", look.no_demand, "circle", 3))
    groups = _groups(facts, s, t)
    columns = (*POINT, *(column for column, _ in groups))
    frame = frame.assign(**{column.name: persons for column, persons in groups})

    def layer(
        key: str,
        names: Text,
        category: NDArray[np.str_],
        looks: tuple[Category, ...],
        *,
        shown: bool = False,
        weight: str = "need",
        label: str | None = None,
    ) -> PointLayer:
        return PointLayer(
            key, *names, frame.assign(category=category), looks, columns, label, shown, weight, CHOICE, MOMENTS
        )  # fmt: skip

    year = facts.years[t]
    return (
        layer("need", (f"需要的人数（{year} 年）", f"People who need it in {year}"),
              class_of("need", frame["need"], style.demand.breaks_persons, frame["need"]), amounts),
        layer("time_before", ("单程时间：现状（不作改变）", "Minutes one way if nothing changes"),
              class_of("time", frame["minutes_before"], style.travel_time.breaks_min, frame["need"]), times),
        layer("time_after", ("单程时间：规划后", "Minutes one way in the plan"),
              class_of("time", frame["minutes_after"], style.travel_time.breaks_min, frame["need"]), times),
        layer("unmet", ("规划后仍未满足（标出村名）", "Still unmet in the plan, with names"), _lacking(frame), lacks,
              weight="unmet", label="unmet_name"),
        layer("before", ("居民点：现状（不作改变）", "Demand points if nothing changes"),
              frame["state_before"].to_numpy(), fares),
        layer("change", ("居民点：变化", "Demand points: change"), _change(frame), change),
        layer("after", ("居民点：规划后", "Demand points in the plan"),
              frame["state_after"].to_numpy(), fares, shown=True),
    )  # fmt: skip


def point_frame(facts: Facts, s: int, t: int) -> pd.DataFrame:
    """All demand points, the same in every view so that the page holds them once.

    Columns beside those of `POINT` and `Facts.points`: state_before, state_after (as `Moment` says), unmet (persons
    beyond the standard or without a place in the plan), unmet_name (of the places where they are most).
    """
    rows = facts.plan.posed.case.demand
    found = facts.points(s, t).reindex(range(len(rows)))
    told = {
        name: ["" if p != p or p == NOWHERE else facts.name(int(p)) for p in found[f"place_{when}"]]
        for name, when in (("from", "before"), ("to", "after"))
    }
    frame = pd.concat(
        [rows[["id", "name", "lon", "lat", "township"]].reset_index(drop=True).assign(**told), found], axis=1
    )
    unmet = (found["need"] - found["within_after"]).clip(lower=0.0).round(6)
    zh, en = standards_at(facts, s)
    return frame.assign(
        standard_zh=zh,
        standard_en=en,
        beyond_after=(unmet - found["without_after"]).clip(lower=0.0).round(6),
        state_before=_most(frame, "before"),
        state_after=_most(frame, "after"),
        unmet=unmet,
        unmet_name=names_of_most(frame["name"], unmet.to_numpy()),
    )


def _groups(facts: Facts, s: int, t: int) -> list[tuple[Column, FloatArray]]:
    """Of a service whose people are told apart, the persons of each group by point."""
    groups = facts.plan.posed.needs.groups[s]
    if len(groups) < 2:
        return []
    return [
        (
            Column(
                f"group_{own.group.id}", f"其中{own.group.name_zh}（人）", f"Of them {own.group.name_en}", "persons"
            ),
            own.persons[t],
        )
        for own in groups
    ]


def _lacking(frame: pd.DataFrame) -> NDArray[np.str_]:
    """(n,) whether most of the people whose need is not met go too far or have no place."""
    none = ~(frame["unmet"] >= ONE)
    return np.select([none, frame["without_after"] > frame["beyond_after"]], ["met", "without"], "beyond")


def _most(frame: pd.DataFrame, when: str) -> NDArray[np.str_]:
    """(n,) what most people of each point are."""
    need = frame["need"].to_numpy()
    within, without = frame[f"within_{when}"].to_numpy(), frame[f"without_{when}"].to_numpy()
    beyond = need - within - without
    conditions = [~(need > 0), (within >= beyond) & (within >= without), beyond >= without]
    return np.select(conditions, ["nobody", "within", "beyond"], "without")


def _change(frame: pd.DataFrame) -> NDArray[np.str_]:
    """(n,) whether people of each point come within the standard or fall out of it."""
    gain = (frame["within_after"] - frame["within_before"]).to_numpy()
    clear = CLEAR * frame["need"].to_numpy()
    after = frame["state_after"].to_numpy()
    conditions = [after == "nobody", gain >= clear, gain <= -clear, after == "within"]
    return np.select(conditions, ["nobody", "gained", "lost", "same"], "still")
