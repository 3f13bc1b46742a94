"""现状一览表 and 规划一览表: the facilities as they stand, and what becomes of each."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.layout.running import yearly_yuan
from siting.layout.tables.catchments import NAMED, villages_today
from siting.layout.tables.columns import AREA, ID, MONEY, NAME, NO_LIMIT, NUMBER, SERVICE, SIZE, TOWNSHIP, ZONE
from siting.layout.tables.facts import Facts
from siting.layout.tables.fates import LEAVING, STATUS, Fate, fates_of
from siting.render.columns import Column, Sheet, make_sheet, with_values
from siting.render.wording import both, yes_no

OWNERSHIP = {"public": "公办 public", "private": "民办 private"}
YES = {"yes": yes_no(True), "no": yes_no(False)}
LEDGER = {
    "level": ("等级", "Level", "text"),
    "ownership": ("性质", "Ownership", "text"),
    "inclusive": ("普惠", "Inclusive", "text"),
    "classes": ("班数（班）", "Classes", "count"),
    "beds": ("床位（张）", "Beds", "count"),
    "nursing_beds": ("护理型床位（张）", "Nursing beds", "count"),
    "dementia_beds": ("认知障碍床位（张）", "Dementia beds", "count"),
    "site_m2": ("用地面积（m²）", "Land (m2)", "metres"),
    "floor_m2": ("建筑面积（m²）", "Floor area (m2)", "metres"),
    "staff": ("职工（人）", "Staff", "count"),
    "doctors": ("医生（人）", "Doctors", "count"),
    "enrolment": ("在校（在册）人数（人）", "Enrolment", "persons"),
    "boarders": ("寄宿生（人）", "Boarders", "persons"),
    "built_year": ("建成年份", "Built in", "year"),
    "tcm_clinic": ("中医馆", "Chinese-medicine clinic", "text"),
    "vehicles": ("车辆（辆）", "Vehicles", "count"),
}
RUNNING = Column("running", "运行费增减（元/年）", "Running cost, more or less (yuan a year)", "yuan", 15)
NOT_ALWAYS = ("classes", "beds", "site_m2", "floor_m2", "land", "receiver", "affected", "existing_building")


def ledger(facts: Facts) -> Sheet:
    """现状一览表: one row a facility of the plan's services."""
    mine = [p for p, place in enumerate(facts.places) if place.origin == "existing"]
    places = [facts.places[p] for p in mine]
    rows = pd.DataFrame(
        [place.row for place in places], columns=["id", "name", "zone", "township", "capacity", *LEDGER]
    )
    load = facts.plan.before.load[mine, 0]
    held = np.array([place.states[0].persons for place in places])
    frame = rows.assign(
        service=[facts.service_names[facts.service_of_place[p]] for p in mine],
        zone=[facts.zone_names[str(zone)] for zone in rows["zone"]],
        ownership=rows["ownership"].map(OWNERSHIP),
        inclusive=rows["inclusive"].map(YES),
        tcm_clinic=rows["tcm_clinic"].map(YES),
        counted=np.where(np.isfinite(held), held, np.nan),
        load=load,
        use=load / np.where(np.isfinite(held) & (held > 0), held, np.nan),
        villages=villages_today(facts, mine),
    )
    told = [
        Column(key, zh, en, kind, 13) for key, (zh, en, kind) in LEDGER.items()
        if (kind == "text" and (frame[key].fillna("") != "").any()) or (kind != "text" and frame[key].notna().any())
    ]  # fmt: skip
    columns: tuple[Column, ...] = (
        SERVICE, ID, NAME, TOWNSHIP, ZONE, *told,
        Column("capacity", "规模（人）", "Capacity (persons)", "persons", 12),
        Column("counted", "计入的规模（人）", "Capacity that counts (persons)", "persons", 14),
        Column("load", f"{facts.years[0]} 年分配人数（人）", f"Sent there in {facts.years[0]}", "persons", 16),
        Column("use", "使用率", "Use of the capacity", "share", 10),
        Column("villages", f"{facts.years[0]} 年服务的村（社区）", f"Villages served in {facts.years[0]}", width=50),
    )  # fmt: skip
    columns = with_values(columns, frame, ("villages",))
    notes = (
        NO_LIMIT,
        (
            "“计入的规模”：民办设施按方案给定的比例计入。“分配人数”：设施照旧时按方案目标安排的人数，不是登记人数。",
            "Capacity that counts: of private facilities the scenario's share. Sent there: as the scenario's objectives"
            " send people to the facilities as they stand; not an enrolment.",
        ),
        (
            f"服务的村：多数人分配到该设施的居民点所在的村，人多的在先，至多列 {NAMED} 个；不是法定服务范围。",
            f"Villages served: those of the points most of whose people are sent there, of most people first, at most"
            f" {NAMED}; no legal catchment.",
        ),
        ("空白：台账没有填写。", "Empty: the ledger does not tell."),
    )
    return make_sheet("ledger", ("现状一览表", "Facilities as they stand"), columns, frame, notes)


def planned(facts: Facts) -> Sheet:
    """规划一览表: one row a facility that is in use today or in the plan."""
    fates = fates_of(facts)
    order = sorted(fates, key=lambda f: (facts.service_of_place[f.place], list(STATUS).index(f.status)))
    rows, number = [], 0
    for k, fate in enumerate(order):
        same = k > 0 and facts.service_of_place[order[k - 1].place] == facts.service_of_place[fate.place]
        number = number + 1 if same else 1
        rows.append({"number": number, **_planned_row(facts, fate)})
    columns: tuple[Column, ...] = (
        SERVICE, NUMBER, ID, NAME, Column("status", "状态", "Status", width=16),
        Column("size", "规模等级", "Size", width=24), *SIZE,
        Column("capacity", "规模（人）", "Capacity (persons)", "persons", 12),
        *AREA, ZONE, TOWNSHIP, Column("land", "用地性质", "Land class", width=18),
        Column("years", "实施年份", "Year", width=12), MONEY, RUNNING,
        Column("load", f"{facts.years[-1]} 年分配人数（人）", f"Sent there in {facts.years[-1]}", "persons", 16),
        Column("receiver", "接收设施", "Received by", width=28),
        Column("affected", "涉及人数（人）", "People affected", "persons", 12),
        Column("existing_building", "利用既有建筑", "Existing building", width=12),
        Column("note", "备注", "Note", width=44),
    )  # fmt: skip
    table = pd.DataFrame(rows, columns=[column.name for column in columns])
    costs = facts.plan.posed.parts
    if not any(part.plan.run_yuan_per_year or part.plan.run_yuan_per_place for part in costs):
        columns = tuple(column for column in columns if column is not RUNNING)
    columns = with_values(columns, table, NOT_ALWAYS)
    notes = (
        (
            "撤并：关闭，且有人转入别处；“接收设施”为接收人数最多的一处。关闭：关闭前已无人使用。"
            "迁建：关闭的同期在同一乡镇（街道）新建一处。改建：利用其他服务的空余用房或原址。",
            "Merged: closed, and its people are received elsewhere; received by the place that takes most of them."
            " Closed: nobody was there. Moved: closed while another opens in its township in the same period."
            " Converted: in free rooms or the emptied building of another service.",
        ),
        (
            "关闭、撤并、迁建的设施：班数、规模、面积为关闭前的。涉及人数：关闭前一期在那里的人数。",
            "Of facilities that leave: size and areas before they close; people affected: those there in the period"
            " before.",
        ),
        NO_LIMIT,
    )
    return make_sheet("planned", ("规划一览表", "Planned facilities"), columns, table, notes)


def _planned_row(facts: Facts, fate: Fate) -> dict[str, object]:
    place = facts.places[fate.place]
    state, size = place.states[fate.state], facts.size_of(place, fate.state)
    candidate = place.origin == "candidate"
    return {
        "service": facts.service_names[facts.service_of_place[fate.place]],
        "id": place.id,
        "name": place.row["name"],
        "status": both(STATUS[fate.status]),
        "size": both((state.name_zh, state.name_en)),
        "classes": size["classes"],
        "beds": size["beds"],
        "capacity": state.persons if np.isfinite(state.persons) else np.nan,
        "site_m2": size["site_m2"],
        "floor_m2": size["floor_m2"],
        "zone": facts.zone_names[str(place.row["zone"])],
        "township": place.row["township"],
        "land": place.row["land"] if candidate else "",
        "years": "、".join(map(str, fate.years)),
        "yuan": fate.yuan,
        "running": _running(facts, fate.place),
        "load": 0.0 if fate.status in LEAVING else facts.plan.after.load[fate.place, -1],
        "receiver": facts.place_names[fate.receiver] if fate.receiver >= 0 else "",
        "affected": fate.affected if fate.status in LEAVING else np.nan,
        "existing_building": yes_no(place.row["existing_building"] == "yes") if candidate else "",
        "note": _note(facts, fate),
    }


def _running(facts: Facts, p: int) -> float:
    """What a place costs a year in the last period more than as it stands today, below 0 less."""
    place, plan = facts.places[p], facts.plan.posed.parts[facts.service_of_place[p]].plan
    return yearly_yuan(place, plan, int(facts.plan.after.state[p, -1])) - yearly_yuan(place, plan, place.initial)


def _note(facts: Facts, fate: Fate) -> str:
    place = facts.places[fate.place]
    if place.origin == "within":
        return f"设在{facts.place_names[fate.place]}内 inside {facts.place_names[fate.place]}"
    if place.origin == "reuse":
        return f"利用{facts.place_names[fate.place]}原址 in the building of {facts.place_names[fate.place]}"
    if fate.status in LEAVING and fate.receiver < 0 and fate.affected > 0:
        return f"{fate.affected:.0f} 人没有接收的设施 nobody receives its {fate.affected:.0f} people"
    state = place.states[fate.state]
    if fate.status not in LEAVING and state.usable < state.persons:
        return f"按七项指标至多 {state.most:,.0f} 人 at most {state.most:,.0f} pupils by the seven indicators"
    free = place.row["available_from"] if place.origin == "candidate" else np.nan
    return f"用地 {free:.0f} 年起可用 land free from {free:.0f}" if free > 0 else ""
