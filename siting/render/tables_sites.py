"""Tables about facilities: what is built, how full each gets, who goes where."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.render.columns import Column, Sheet, make_sheet
from siting.render.wording import STATUS, both, planned, yes_no, zone_names
from siting.results import GONE, RunResult, ServiceResult, over_capacity

SERVICE = Column("service", "服务", "Service", width=22)
PLACE = (
    Column("zone", "分区", "Zone", width=20),
    Column("township", "乡镇街道", "Township", width=14),
)
POSITION = (
    Column("lon", "经度（度）", "Longitude (deg)", "degrees", 13),
    Column("lat", "纬度（度）", "Latitude (deg)", "degrees", 13),
)


def newly_covered(service: ServiceResult) -> pd.DataFrame:
    """What each new facility gives, indexed by site id.

    Returns:
        newly_covered_persons: people beyond the standard before and within it after, whose nearest facility is
        now this one; each counts once, so that the column adds up to all who are newly covered.
        nearer_persons: people for whom this facility is nearer than any was before.
        minutes_saved: mean minutes that those of them save who reached a facility before.
    """
    demand = service.demand
    persons = demand["demand_persons"].to_numpy(dtype=np.float64)
    before = demand["nearest_before_min"].to_numpy(dtype=np.float64)
    after = demand["nearest_after_min"].to_numpy(dtype=np.float64)
    gained = demand["covered_after"].to_numpy(dtype=bool) & ~demand["covered_before"].to_numpy(dtype=bool)
    nearer = ~np.isnan(after) & (np.isnan(before) | (after < before))
    frame = pd.DataFrame(
        {
            "site": demand["nearest_after_id"].to_numpy(dtype=object),
            "newly_covered_persons": np.where(gained, persons, 0.0),
            "nearer_persons": np.where(nearer, persons, 0.0),
            "saved": np.where(nearer & ~np.isnan(before), persons * (before - after), 0.0),
            "saved_persons": np.where(nearer & ~np.isnan(before), persons, 0.0),
        }
    )
    sums = frame.groupby("site").sum().reindex(service.new_sites["id"], fill_value=0.0)
    saved = sums["saved"].to_numpy() / np.where(sums["saved_persons"] > 0, sums["saved_persons"], np.nan)
    return sums[["newly_covered_persons", "nearer_persons"]].assign(minutes_saved=saved)


def ranked_new(service: ServiceResult) -> list[str]:
    """Ids of the new facilities in the order of their numbers, the same in every table, report and map.

    Those first that newly cover most people, then those with most people assigned.
    """
    sites = service.new_sites.set_index("id", drop=False)
    if sites.empty:
        return []
    order = sites.assign(gained=newly_covered(service)["newly_covered_persons"].to_numpy(dtype=np.float64))
    order = order.sort_values(["gained", "load_after_persons"], ascending=False, kind="stable")
    return [str(site) for site in order.index]


def new_facilities(result: RunResult) -> Sheet:
    """规划新建: what the plan builds, those first that newly cover most people."""
    zones = zone_names(result.case)
    parts = []
    for service in result.services:
        sites = service.new_sites.set_index("id", drop=False)
        gives = newly_covered(service)
        gained = gives["newly_covered_persons"].to_numpy(dtype=np.float64)
        cost = sites["cost_yuan"].to_numpy(dtype=np.float64)
        trips = service.assignments.assign(work=lambda t: t["persons"] * t["travel_time_min"]).groupby("site_id")
        mean = (trips["work"].sum() / trips["persons"].sum()).reindex(sites.index)
        part = sites.assign(
            service=service.service.name_zh,
            zone=[both(zones.get(z, (z, z))) for z in sites["zone"]],
            load_persons=sites["load_after_persons"],
            utilisation=sites["load_after_persons"] / sites["capacity_persons"],
            newly_covered_persons=gained,
            nearer_persons=gives["nearer_persons"].to_numpy(),
            minutes_saved=gives["minutes_saved"].to_numpy(),
            assigned_mean_min=mean.to_numpy(dtype=np.float64),
            assigned_worst_min=trips["travel_time_min"].max().reindex(sites.index).to_numpy(dtype=np.float64),
            yuan_per_newly_covered=cost / np.where(gained > 0, gained, np.nan),
        ).loc[ranked_new(service)]
        parts.append(part.assign(number=np.arange(1, len(part) + 1)))
    columns = (
        SERVICE,
        Column("number", "序号", "No.", "count", 8),
        Column("id", "编号", "Id", width=14),
        Column("name", "名称", "Name", width=26),
        *PLACE,
        Column("land", "用地", "Land", width=16),
        *_chosen(result),
        Column("capacity_persons", "规模（人）", "Capacity (persons)", "persons"),
        Column("load_persons", "分配人数（人）", "Assigned (persons)", "persons", 13),
        Column("utilisation", "使用率", "Utilisation", "share"),
        Column("newly_covered_persons", "新增达标人数（人）", "Newly covered (persons)", "persons", 16),
        Column("nearer_persons", "因此更近的人（人）", "Brought nearer (persons)", "persons", 16),
        Column("minutes_saved", "其人均节省（分钟）", "Mean saving of those (min)", "minutes", 16),
        Column("assigned_mean_min", "分配者平均时间（分钟）", "Mean time of assigned (min)", "minutes", 18),
        Column("assigned_worst_min", "分配者最长时间（分钟）", "Longest time of assigned (min)", "minutes", 18),
        Column("cost_yuan", "投资（元）", "Cost (yuan)", "yuan", 16),
        Column("yuan_per_newly_covered", "每新增达标一人投资（元）", "Cost per newly covered (yuan)", "yuan", 18),
        *POSITION,
    )
    notes = (
        (
            "“新增达标”：现状超出标准、规划后在标准之内、且最近的设施就是这一处的人；每人只计一次，各处相加即全部新增达标人数。",
            "Newly covered: people beyond the standard before and within it after, whose nearest facility is this one;"
            " each counts once, so the column adds up to all who are newly covered.",
        ),
        (
            "“达标”看最近的设施，“分配”看方案让人去哪里；设施有规模上限时两者可以不同。“因此更近”只比较最近设施的时间。",
            "Covered looks at the nearest facility, assigned at where the plan sends people; they may differ where"
            " capacity binds. Brought nearer compares the times to the nearest facility only.",
        ),
        ("规模为空：不设上限。", "An empty capacity means no limit."),
    )
    return make_sheet("new_facilities", ("新建设施", "New facilities"), columns, pd.concat(parts), notes)


def facilities(result: RunResult) -> Sheet:
    """设施一览: every facility in use before or after, with its load."""
    plan = planned(result)
    zones = zone_names(result.case)
    parts = []
    for service in result.services:
        sites = service.sites[service.sites["status"] != "candidate"]
        capacity = sites["capacity_persons"].to_numpy(dtype=np.float64)
        new = (sites["status"] == "new").to_numpy(dtype=bool)
        gone = sites["status"].isin(GONE).to_numpy(dtype=bool)
        before = np.where(new, np.nan, sites["load_before_persons"].to_numpy(dtype=np.float64))
        after = np.where(gone, np.nan, sites["load_after_persons"].to_numpy(dtype=np.float64))
        parts.append(
            sites.assign(
                service=service.service.name_zh,
                zone=[both(zones.get(z, (z, z))) for z in sites["zone"]],
                status=[both(STATUS[s]) for s in sites["status"]],
                load_before_persons=before,
                utilisation_before=_ratio(before, capacity),
                load_after_persons=after,
                utilisation_after=_ratio(after, capacity),
                over=[yes_no(flag) for flag in over_capacity(after if plan else before, capacity)],
                off_network=[yes_no(bool(flag)) for flag in sites["off_network"]],
                of_others=[yes_no(bool(flag)) for flag in sites["competitor"]],
                closing_yuan=np.where(gone, sites["cost_yuan"], np.nan),
            )
        )
    after_columns = (
        Column("load_after_persons", "规划后人数（人）", "Load after (persons)", "persons", 14),
        Column("utilisation_after", "规划后使用率", "Utilisation after", "share", 13),
    )
    when = "before" if plan else "today"
    columns = (
        SERVICE,
        Column("id", "编号", "Id", width=14),
        Column("name", "名称", "Name", width=26),
        Column("status", "状态", "Status", width=14),
        *PLACE,
        *_chosen(result),
        *_rare(result),
        Column("capacity_persons", "规模（人）", "Capacity (persons)", "persons"),
        Column("load_before_persons", "现状人数（人）", f"Load {when} (persons)", "persons", 14),
        Column("utilisation_before", "现状使用率", f"Utilisation {when}", "share", 13),
        *(after_columns if plan else ()),
        Column("over", "超出规模", "Over capacity", width=11),
        Column("off_network", "远离道路", "Off the network", width=11),
        *POSITION,
    )
    notes = [
        (
            "现状人数：按每人去最近的现有设施估算，不是登记的在用人数。",
            f"Load {when}: everybody goes to the nearest existing facility; not an enrolment or register.",
        ),
        ("规模为空：未知或不设上限，不计使用率。", "An empty capacity is unknown or no limit; no utilisation then."),
    ]
    if plan:
        notes.insert(
            1,
            (
                "规划后人数：按方案的分配。新建设施没有现状人数，关闭或迁出的设施没有规划后人数。",
                "Load after: as the plan assigns. A new facility has no load before, one that is gone none after.",
            ),
        )
    return make_sheet("facilities", ("设施一览", "Facility ledger"), columns, pd.concat(parts), notes)


def _chosen(result: RunResult) -> tuple[Column, ...]:
    """Columns of what only some models choose: size classes, vehicles."""
    columns: list[Column] = []
    if any(service.has_sizes for service in result.services):
        columns.append(Column("size_class", "规模等级", "Size class", width=16))
    if any(service.has_vehicles for service in result.services):
        columns.append(Column("vehicles", "车辆（辆）", "Vehicles", "count", 10))
    return tuple(columns)


def _rare(result: RunResult) -> tuple[Column, ...]:
    """Columns of facilities that belong to others, and of what closing costs."""
    columns: list[Column] = []
    if any(service.sites["competitor"].any() for service in result.services):
        columns.append(Column("of_others", "其他机构", "Of others", width=10))
    if any(service.closing_yuan > 0 for service in result.services):
        columns.append(Column("closing_yuan", "关闭或迁移费用（元）", "Cost of closing or moving (yuan)", "yuan", 18))
    return tuple(columns)


def assignments(result: RunResult) -> Sheet:
    """分配: where the plan sends whom, one row a demand point and facility."""
    parts = []
    for service in result.services:
        sites = service.sites.set_index("id")
        demand = service.demand.set_index("id")
        trips = service.assignments
        place = demand.reindex(trips["demand_id"]).reset_index(drop=True)
        site = sites.reindex(trips["site_id"]).reset_index(drop=True)
        parts.append(
            trips.reset_index(drop=True).assign(
                service=service.service.name_zh,
                demand_name=place["name"],
                township=place["township"],
                village=place["village"],
                site_name=site["name"],
                site_status=site["status"].map({key: both(text) for key, text in STATUS.items()}),
                standard_min=place["standard_min"],
                within=(trips["travel_time_min"].to_numpy() <= place["standard_min"].to_numpy()),
            )
        )
    frame = pd.concat(parts, ignore_index=True)
    frame["within"] = frame["within"].map({True: yes_no(True), False: yes_no(False)})
    columns = (
        SERVICE,
        Column("demand_id", "需求点编号", "Demand point", width=14),
        Column("demand_name", "需求点", "Name", width=22),
        Column("township", "乡镇街道", "Township", width=14),
        Column("village", "村/社区", "Village", width=16),
        Column("site_id", "设施编号", "Facility", width=14),
        Column("site_name", "设施", "Facility's name", width=26),
        Column("site_status", "设施状态", "Status", width=14),
        Column("share", "比例", "Share", "share", 9),
        Column("persons", "人数（人）", "Persons", "persons", 10),
        Column("travel_time_min", "出行时间（分钟）", "Travel time (min)", "minutes", 13),
        Column("standard_min", "标准（分钟）", "Standard (min)", "minutes"),
        Column("within", "在标准之内", "Within the standard", width=12),
    )
    notes = (
        (
            "方案让谁去哪里；方案没有安排去处的需求点不在表中。",
            "Where the plan sends whom; demand points that it sends nowhere are not listed.",
        ),
    )
    return make_sheet("assignments", ("分配", "Assignments"), columns, frame, notes)


def _ratio(load: np.ndarray, capacity: np.ndarray) -> np.ndarray:
    return np.asarray(load / np.where(capacity > 0, capacity, np.nan))
