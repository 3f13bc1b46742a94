"""What the panel of a run's map has beside its figures: charts, tables by group, standards and assumptions."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from siting.impedance import FloatArray
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.map_style import Style
from siting.render.people_looks import MINUTES, class_names
from siting.render.sections_run import standard_texts
from siting.render.views import Bars
from siting.render.wording import GROUP_KIND, Text, group_name
from siting.results import ServiceResult

GROUPED: dict[str, Text] = {
    "zone": ("按分区", "By zone"), "township": ("按乡镇（街道）", "By township"), "age": ("按年龄", "By age"),
}  # fmt: skip
TWO_KINDS: Text = (
    "覆盖（标准时间内有开放的设施）与指派（方案安排去哪一处）是两回事，图上分别表示。",
    "Covered (an open facility within the standard) and assigned (where the plan sends people) differ; the map shows "
    "both.",
)


def panel_bars(service: ServiceResult, style: Style) -> tuple[Bars, ...]:
    """Shares of people within the standard by township, and by minutes to the nearest facility; none for nobody."""
    demand, plan = service.demand, service.question is not None
    persons = demand["demand_persons"].to_numpy(np.float64)
    if not persons.sum() > 0:
        return ()
    townships = _groups(service, "township")
    townships = townships[townships["persons"] > 0].sort_values("persons", ascending=False, kind="stable")
    covered = [
        (*_named("township", row["group"], {}), row["share_before"], row["share_after"] if plan else None)
        for row in townships.to_dict("records")
    ]
    breaks = style.travel_time.breaks_min
    names = [*class_names(breaks, MINUTES), ("不可达", "unreachable")]
    looks = (*style.travel_time.colours, style.coverage.unreachable)
    shares = [
        _time_shares(demand[f"nearest_{when}_min"].to_numpy(np.float64), persons, breaks)
        for when in ("before", "after")
    ]
    minutes = [
        (*name, before, after if plan else None, colour)
        for name, before, after, colour in zip(names, *(own.tolist() for own in shares), looks, strict=True)
        if before > 0 or (plan and after > 0)
    ]
    times = Bars(
        "到最近设施的时间分布（人数占比）", "Time to the nearest facility (share of people)",
        tuple(row[:4] for row in minutes), tuple(row[4] for row in minutes),
    )  # fmt: skip
    by_township = Bars("各乡镇标准之内的人", "People within the standard, by township", tuple(covered))
    return (by_township, times) if len(covered) > 1 else (times,)


def _time_shares(minutes: FloatArray, persons: FloatArray, breaks: tuple[float, ...]) -> FloatArray:
    """(K + 1,) share of the people in each class of time, its upper end included, and of those who reach nothing."""
    k = np.where(np.isnan(minutes), len(breaks) + 1, np.searchsorted(breaks, np.nan_to_num(minutes), side="left"))
    shares: FloatArray = np.bincount(k, weights=persons, minlength=len(breaks) + 2) / persons.sum()
    return shares


def panel_groups(service: ServiceResult, zones: Mapping[str, Text]) -> list[Sheet]:
    """For zones, townships and ages, where there are several, a table of how they fare."""
    plan = service.question is not None
    columns = [Column("persons", "需要的人", "People", "persons")]
    when = (("before", "现状", " today"), ("after", "规划后", ", planned")) if plan else (("before", "", ""),)
    columns += [Column(f"share_{key}", f"{zh}达标", f"Within{en}", "share") for key, zh, en in when]
    columns += [Column(f"mean_{key}", f"{zh}平均（分钟）", f"Mean{en} (min)", "minutes") for key, zh, en in when]
    found = []
    for kind, names in GROUPED.items():
        rows = _groups(service, kind)
        if len(rows) < 2:
            continue
        texts = [_named(kind, group, zones) for group in rows["group"]]
        zh, en = GROUP_KIND[kind]
        head = [
            Column("name_zh", zh, en.capitalize(), language="zh"),
            Column("name_en", zh, en.capitalize(), language="en"),
        ]
        frame = rows.assign(name_zh=[text[0] for text in texts], name_en=[text[1] for text in texts])
        found.append(make_sheet(f"by_{kind}", names, [*head, *columns], frame[frame["persons"] > 0]))
    return found


def _named(kind: str, group: object, zones: Mapping[str, Text]) -> Text:
    """The name of a group, in English the Chinese one where there is no other."""
    zh, en = group_name(kind, str(group), dict(zones))
    return zh, en or zh


def _groups(service: ServiceResult, kind: str) -> pd.DataFrame:
    """The groups of a kind: group, persons, share_before, share_after, mean_before, mean_after."""
    rows = service.summary[service.summary["group_kind"] == kind]
    before, after = (rows[rows["when"] == when].set_index("group") for when in ("before", "after"))
    return pd.DataFrame(
        {
            "persons": before["demand_persons"],
            "share_before": before["covered_share"],
            "share_after": after["covered_share"].reindex(before.index),
            "mean_before": before["mean_min"],
            "mean_after": after["mean_min"].reindex(before.index),
        }
    ).reset_index()


def panel_notes(service: ServiceResult) -> tuple[Text, ...]:
    """The model, the standards, what of them is not verified, and who is not assigned for want of any site in reach."""
    said: list[Text] = []
    if service.question is not None:
        said.append((f"模型：{service.formulation_zh}", f"Model: {service.formulation_en}"))
    said += standard_texts(service)
    if service.unverified:
        n = len(service.unverified)
        said.append(
            (
                f"有 {n} 项标准数值未对照原文核实，不宜直接引用：",
                f"{n} values of the standards were not checked against their text; do not quote them:",
            )
        )
        said += service.unverified
    if service.question is not None:
        said.append(TWO_KINDS)
    if service.out_of_reach:
        n = len(service.out_of_reach)
        said.append(
            (
                f"{n} 处地点在最长时间内没有任何可选设施，方案未能安排。",
                f"{n} places have no possible site within the longest time and are not assigned.",
            )
        )
    return tuple(said)
