"""The facilities that close or move, and what becomes of the people who went there."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.render.columns import Column, Sheet, make_sheet
from siting.render.tables_sites import PLACE, SERVICE
from siting.render.wording import STATUS, both, zone_names
from siting.results import RunResult, ServiceResult


def gone_table(service: ServiceResult) -> pd.DataFrame:
    """The closed and moved facilities, those with most people today first.

    Returns:
        The columns of the sites, and of the people whose nearest facility each is today: before_min and after_min
        (their mean time to it, and to where the plan sends them, in minutes), after_worst_min, unassigned_persons.
    """
    sites = service.gone_sites.set_index("id", drop=False)
    demand = service.demand[service.demand["nearest_before_id"].isin(sites.index)]
    persons = demand["demand_persons"].to_numpy(dtype=np.float64)
    left = demand["unassigned_persons"].to_numpy(dtype=np.float64)
    after = demand["assigned_min"].to_numpy(dtype=np.float64)
    frame = pd.DataFrame(
        {
            "site": demand["nearest_before_id"].to_numpy(dtype=object),
            "persons": persons,
            "before": persons * demand["nearest_before_min"].to_numpy(dtype=np.float64),
            "placed": np.where(np.isnan(after), 0.0, persons - left),
            "after": np.where(np.isnan(after), 0.0, (persons - left) * np.nan_to_num(after)),
            "worst": np.where(persons > left, after, np.nan),
            "left": left,
        }
    )
    groups = frame.groupby("site")
    sums = groups[["persons", "before", "placed", "after", "left"]].sum().reindex(sites.index, fill_value=0.0)
    found = sites.assign(
        before_min=sums["before"] / sums["persons"].where(sums["persons"] > 0),
        after_min=sums["after"] / sums["placed"].where(sums["placed"] > 0),
        after_worst_min=groups["worst"].max().reindex(sites.index),
        unassigned_persons=sums["left"],
    )
    return found.sort_values("load_before_persons", ascending=False, kind="stable")


def gone_facilities(result: RunResult) -> Sheet:
    """关闭与迁出: which facilities go, and how far their people have to travel then."""
    zones = zone_names(result.case)
    parts = []
    for service in result.services:
        gone = gone_table(service)
        parts.append(
            gone.assign(
                service=service.service.name_zh,
                status=[both(STATUS[status]) for status in gone["status"]],
                zone=[both(zones.get(zone, (zone, zone))) for zone in gone["zone"]],
            )
        )
    columns = (
        SERVICE,
        Column("id", "编号", "Id", width=14),
        Column("name", "名称", "Name", width=26),
        Column("status", "状态", "Status", width=14),
        *PLACE,
        Column("capacity_persons", "规模（人）", "Capacity (persons)", "persons"),
        Column("load_before_persons", "现状人数（人）", "Load before (persons)", "persons", 14),
        Column("before_min", "这些人现状平均（分钟）", "Their mean time before (min)", "minutes", 18),
        Column("after_min", "这些人规划后平均（分钟）", "Their mean time after (min)", "minutes", 18),
        Column("after_worst_min", "其中最长（分钟）", "Longest of them after (min)", "minutes", 16),
        Column("unassigned_persons", "没有安排去处（人）", "Sent nowhere (persons)", "persons", 14),
        Column("cost_yuan", "关闭或迁移费用（元）", "Cost of closing or moving (yuan)", "yuan", 18),
    )
    notes = (
        (
            "“这些人”：现状离这一处最近的人（估算，不是登记的在用人数）。规划后时间按方案的分配，没有安排去处的人不计入平均。",
            "They: the people whose nearest facility this is today (no enrolment or register). Times after are those of"
            " the assignment; whoever is sent nowhere is in no mean.",
        ),
    )
    title = ("关闭与迁出", "Closed and moved")
    return make_sheet("gone_facilities", title, columns, pd.concat(parts), notes)
