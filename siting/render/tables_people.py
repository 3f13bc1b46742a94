"""Tables about people: coverage by group, who is left beyond the standard, every demand point."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from siting.render.columns import Column, Sheet, make_sheet
from siting.render.tables_sites import POSITION, SERVICE
from siting.render.wording import GROUP_KIND, MODE, ZONE_KIND, both, group_name, planned, yes_no, zone_names
from siting.results import RunResult, ServiceResult

WORDS = {"before": ("现状", "before"), "after": ("规划后", "after")}
PLACES = ("位/千人", "places per 1,000")
ACCESSIBILITY_NOTE = (
    "可达性：标准时间内能到达的设施的规模，由所有能到达它的人均分，再逐处相加（两步移动搜索法 2SFCA）；"
    "单位为每千名需要服务的人的位数。到不了任何设施的人为 0。规模未知或不设上限的设施未计入，处数见概况；"
    "在用的设施没有一处规模已知时不计算（留空）。一个人能到几处，就在每一处各计一人：乘车的人能到的处数多，"
    "会压低只能步行的人的数字；步行地区与乘车地区之间不宜直接比较，全部人口的基尼系数也受此影响。",
    "Accessibility: the capacity of each facility within the standard, shared among all who reach it within theirs,"
    " added up over the facilities (two-step floating catchment areas, 2SFCA): places for each 1,000 people who need"
    " the service. Who reaches none has 0. Facilities of unknown or unlimited capacity are not counted, see the"
    " overview; it is empty where none of those in use has a known capacity. A person counts in full at each facility"
    " within reach: those who ride reach many and push down the figures of those who walk, so that places of"
    " different modes should not be compared; the Gini coefficient of all people suffers from it too.",
)
TODAY = {"before": ("现状", "today")}  # where there is no plan
GROUP_COLUMNS = (
    ("covered_persons", "达标人数", "Covered", "persons", "人", "persons"),
    ("covered_share", "达标率", "Covered share", "share", "", "share"),
    ("unreachable_persons", "不可达人数", "Unreachable", "persons", "人", "persons"),
    ("mean_min", "平均时间", "Mean", "minutes", "分钟", "min"),
    ("median_min", "中位时间", "Median", "minutes", "分钟", "min"),
    ("p95_min", "95% 的人不超过", "95th percentile", "minutes", "分钟", "min"),
    ("worst_tenth_min", "最不便一成的平均时间", "Mean of the worst-off tenth", "minutes", "分钟", "min"),
    ("worst_min", "最长时间", "Longest", "minutes", "分钟", "min"),
    ("gini", "时间基尼系数", "Gini of time", "number", "", ""),
    ("accessibility_mean_per_1000", "平均可达性", "Accessibility, mean", "per_1000", *PLACES),
    ("accessibility_least_per_1000", "最低可达性", "Accessibility, least", "per_1000", *PLACES),
    ("accessibility_gini", "可达性基尼系数", "Gini of accessibility", "number", "", ""),
)


def coverage(result: RunResult) -> Sheet:
    """覆盖: coverage and travel times by zone, township and age, before and after side by side."""
    plan = planned(result)
    zones = zone_names(result.case)
    shown = ("before", "after") if plan else ("before",)
    parts = []
    for service in result.services:
        keys = ["group_kind", "group"]
        wide = service.summary[service.summary["when"] == "before"][[*keys, "demand_persons"]]
        for when in shown:
            rows = service.summary[service.summary["when"] == when].drop(columns=["when", "demand_persons"])
            rows = rows.rename(columns={name: f"{name}_{when}" for name in rows.columns if name not in keys})
            wide = wide.merge(rows, on=keys, how="left", sort=False, validate="one_to_one")
        names = [
            both(group_name(str(kind), str(group), zones))
            for kind, group in zip(wide["group_kind"], wide["group"], strict=True)
        ]
        parts.append(
            wide.assign(
                service=service.service.name_zh,
                group=names,
                group_kind=[both(GROUP_KIND[kind]) for kind in wide["group_kind"]],
                change=100 * (wide["covered_share_after"] - wide["covered_share_before"]) if plan else np.nan,
            )
        )
    columns = [
        SERVICE,
        Column("group_kind", "分组", "By", width=16),
        Column("group", "名称", "Group", width=24),
        Column("demand_persons", "需要服务的人（人）", "People who need it (persons)", "persons", 17),
    ]
    for name, zh, en, kind, unit_zh, unit_en in GROUP_COLUMNS:
        for when in shown:
            when_zh, when_en = (WORDS if plan else TODAY)[when]
            unit = (f"（{unit_zh}）" if unit_zh else "", f" ({unit_en})" if unit_en else "")
            width = 24 if kind == "per_1000" or "tenth" in name else 17
            columns.append(Column(f"{name}_{when}", f"{when_zh}{zh}{unit[0]}", f"{en} {when_en}{unit[1]}", kind, width))
        if name == "covered_share" and plan:
            columns.append(Column("change", "达标率变化（百分点）", "Change (percentage points)", "points", 15))
    notes = (
        (
            "统计按人计算。“达标”：标准时间内能到达一处开放的设施。不可达的人不进入任何平均值，单独计数。",
            "Statistics are over people. Covered: an open facility lies within the standard. Unreachable people are in"
            " no mean; they are counted beside it.",
        ),
        (
            "时间为到最近设施的时间。基尼系数 0 表示人人时间相同，越大差距越大。没有人的组不计算。",
            "Times are to the nearest facility. A Gini coefficient of 0 is the same time for everybody; larger is more"
            " unequal. A group without people has no statistics.",
        ),
        ACCESSIBILITY_NOTE,
    )
    return make_sheet("coverage", ("覆盖", "Coverage"), columns, pd.concat(parts), notes)


_villages: WeakKeyDictionary[ServiceResult, dict[str, pd.DataFrame]] = WeakKeyDictionary()


def uncovered_by_village(service: ServiceResult, when: str) -> pd.DataFrame:
    """Villages with people beyond the standard, most people first.

    Villages whose points have different standards (part town, part rural) have one row for each standard.

    Returns:
        township, village, zone_kind, mode, standard_min, persons (of the village, same standard),
        uncovered_persons, before_persons, lost_persons (covered before, no longer after),
        unreachable_persons, nearest_min (person-weighted mean of the uncovered who reach a facility),
        furthest_min, beyond_min (furthest less the standard), nearest_id (of the furthest). Made once: not to be
        changed.
    """
    known = _villages.setdefault(service, {})
    if when not in known:
        known[when] = _uncovered_by_village(service, when)
    return known[when]


def _uncovered_by_village(service: ServiceResult, when: str) -> pd.DataFrame:
    demand = service.demand[service.demand["demand_persons"] > 0]
    persons = demand["demand_persons"].to_numpy(dtype=np.float64)
    minutes = demand[f"nearest_{when}_min"].to_numpy(dtype=np.float64)
    open_to = demand[f"covered_{when}"].to_numpy(dtype=bool)
    before = demand["covered_before"].to_numpy(dtype=bool)
    counted = ~open_to & ~np.isnan(minutes)
    frame = pd.DataFrame(
        {
            "township": demand["township"].to_numpy(dtype=object),
            "village": place_names(demand),
            "zone_kind": demand["zone_kind"].to_numpy(dtype=object),
            "mode": demand["mode"].to_numpy(dtype=object),
            "standard_min": demand["standard_min"].to_numpy(dtype=np.float64),
            "persons": persons,
            "uncovered_persons": np.where(open_to, 0.0, persons),
            "before_persons": np.where(before, 0.0, persons),
            "lost_persons": np.where(before & ~open_to, persons, 0.0),
            "unreachable_persons": np.where(~open_to & np.isnan(minutes), persons, 0.0),
            "person_minutes": np.where(counted, persons * minutes, 0.0),
            "counted": np.where(counted, persons, 0.0),
            "furthest_min": np.where(counted, minutes, np.nan),
            "nearest_id": demand[f"nearest_{when}_id"].to_numpy(dtype=object),
        }
    )
    keys = ["township", "village", "zone_kind", "mode", "standard_min"]
    groups = frame.groupby(keys, sort=False)
    sums = groups[
        ["persons", "uncovered_persons", "before_persons", "lost_persons", "unreachable_persons", "person_minutes",
         "counted"]
    ].sum()  # fmt: skip
    sums["furthest_min"] = groups["furthest_min"].max()
    furthest = frame.sort_values("furthest_min", ascending=False, na_position="last", kind="stable")
    nearest = furthest[furthest["furthest_min"].notna()].groupby(keys, sort=False)["nearest_id"].first()
    sums["nearest_id"] = nearest.reindex(sums.index).fillna("")
    sums["nearest_min"] = sums["person_minutes"] / sums["counted"].where(sums["counted"] > 0)
    found = sums[sums["uncovered_persons"] > 0].reset_index()
    found["beyond_min"] = found["furthest_min"] - found["standard_min"]
    order = ["uncovered_persons", "beyond_min"]
    return found.drop(columns=["person_minutes", "counted"]).sort_values(order, ascending=False, kind="stable")


def place_names(demand: pd.DataFrame) -> np.ndarray:
    """(I,) the village of each demand point, else its name, else its id."""
    village, name, key = (demand[c].fillna("").to_numpy(dtype=object) for c in ("village", "name", "id"))
    return np.where(village != "", village, np.where(name != "", name, key))


def uncovered(result: RunResult) -> Sheet:
    """未达标村庄: who is left beyond the standard, by village."""
    plan = planned(result)
    parts = []
    for service in result.services:
        villages = uncovered_by_village(service, "after" if plan else "before")
        names = service.sites.set_index("id")["name"]
        parts.append(
            villages.assign(
                service=service.service.name_zh,
                share=villages["uncovered_persons"] / villages["persons"],
                zone_kind=[both(ZONE_KIND[kind]) for kind in villages["zone_kind"]],
                mode=[both(MODE[mode]) for mode in villages["mode"]],
                nearest_name=names.reindex(villages["nearest_id"]).astype(object).fillna("").to_numpy(dtype=object),
            )
        )
    plan_columns = (
        Column("before_persons", "现状未达标人数（人）", "Uncovered before (persons)", "persons", 16),
        Column("lost_persons", "因方案失去达标（人）", "Covered before, not after (persons)", "persons", 18),
    )
    columns = (
        SERVICE,
        Column("township", "乡镇街道", "Township", width=14),
        Column("village", "村/社区", "Village", width=18),
        Column("zone_kind", "地区类别", "Kind of zone", width=13),
        Column("mode", "出行方式", "Mode", width=11),
        Column("persons", "需要服务的人（人）", "People who need it (persons)", "persons", 16),
        Column("uncovered_persons", "未达标人数（人）", "Uncovered (persons)", "persons", 14),
        Column("share", "占比", "Share", "share", 9),
        *(plan_columns if plan else ()),
        Column("standard_min", "标准（分钟）", "Standard (min)", "minutes"),
        Column("nearest_min", "到最近设施平均（分钟）", "To the nearest, mean (min)", "minutes", 18),
        Column("furthest_min", "其中最远（分钟）", "Furthest of them (min)", "minutes", 14),
        Column("beyond_min", "最多超出（分钟）", "Beyond by up to (min)", "minutes", 14),
        Column("unreachable_persons", "其中不可达（人）", "Of them unreachable (persons)", "persons", 16),
        Column("nearest_name", "最近的设施", "Nearest facility", width=26),
    )
    notes = (
        (
            "按村列出标准时间内到不了任何开放设施的人，人数多的在前。同一村若适用不同标准，分行列出。",
            "By village, people with no open facility within the standard, most people first. A village under several"
            " standards has a row for each.",
        ),
        (
            "时间为空：在计算的最长时间内到不了任何设施，或远离道路；这些人计入“不可达”。",
            "An empty time: no facility within the longest time looked at, or off the network; they count as"
            " unreachable.",
        ),
    )
    title = ("未达标村庄", "Uncovered villages")
    return make_sheet("uncovered_villages", title, columns, pd.concat(parts), notes)


def demand_points(result: RunResult) -> Sheet:
    """需求点: every demand point with its times."""
    plan = planned(result)
    zones = zone_names(result.case)
    zone_text = {key: both(text) for key, text in zones.items()}
    answer = {True: yes_no(True), False: yes_no(False)}
    parts = []
    for service in result.services:
        demand = service.demand
        parts.append(
            demand.assign(
                service=service.service.name_zh,
                zone=demand["zone"].map(zone_text).fillna(demand["zone"]),
                zone_kind=demand["zone_kind"].map({key: both(text) for key, text in ZONE_KIND.items()}),
                mode=demand["mode"].map({key: both(text) for key, text in MODE.items()}),
                covered_before=demand["covered_before"].astype(bool).map(answer),
                covered_after=demand["covered_after"].astype(bool).map(answer),
                off_network=demand["off_network"].astype(bool).map(answer),
            )
        )
    columns = [
        SERVICE,
        Column("id", "编号", "Id", width=14),
        Column("name", "名称", "Name", width=22),
        Column("zone", "分区", "Zone", width=20),
        Column("zone_kind", "地区类别", "Kind of zone", width=13),
        Column("township", "乡镇街道", "Township", width=14),
        Column("village", "村/社区", "Village", width=16),
        Column("population", "全部人口（人）", "Population (persons)", "persons", 13),
        Column("demand_persons", "需要服务的人（人）", "People who need it (persons)", "persons", 16),
        Column("mode", "出行方式", "Mode", width=11),
        Column("standard_min", "标准（分钟）", "Standard (min)", "minutes"),
    ]
    for when in ("before", "after") if plan else ("before",):
        zh, en = (WORDS if plan else TODAY)[when]
        columns += [
            Column(f"nearest_{when}_min", f"{zh}最近设施（分钟）", f"Nearest {en} (min)", "minutes", 16),
            Column(f"nearest_{when}_id", f"{zh}最近设施编号", f"Nearest facility {en}", width=16),
            Column(f"covered_{when}", f"{zh}达标", f"Covered {en}", width=10),
            Column(f"accessibility_{when}_per_1000", *_places(zh, en), "per_1000", 22),
        ]
    if plan:
        columns += [
            Column("assigned_id", "分配到", "Assigned to", width=14),
            Column("assigned_min", "分配出行时间（分钟）", "Time to the assigned (min)", "minutes", 16),
            Column("unassigned_persons", "未安排去处（人）", "Sent nowhere (persons)", "persons", 14),
        ]
    columns += [
        Column("snap_distance_m", "到道路距离（米）", "To the road (m)", "metres", 13),
        Column("off_network", "远离道路", "Off the network", width=11),
        *POSITION,
    ]
    notes = (
        (
            "时间为空：在计算的最长时间内到不了任何设施，或远离道路。分配到几处时，列出人最多的一处与平均时间。",
            "An empty time: no facility within the longest time looked at, or off the network. A point assigned to"
            " several facilities shows the one that takes most people and the mean time.",
        ),
        ACCESSIBILITY_NOTE,
    )
    return make_sheet("demand_points", ("需求点", "Demand points"), columns, pd.concat(parts), notes)


def _places(zh: str, en: str) -> tuple[str, str]:
    return f"{zh}可达性（{PLACES[0]}）", f"Accessibility {en} ({PLACES[1]})"
