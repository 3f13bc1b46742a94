"""巡诊: the villages without a clinic within the standard, who visits them, how often, and in which rounds."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.layout.rounds import EXACT
from siting.layout.tables.columns import ID, SERVICE, TOWNSHIP, YEAR, ZONE
from siting.layout.tables.facts import Facts
from siting.layout.tables.visits import Visits
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.wording import yes_no

WHOM = (
    Column("persons", "没有达标诊所的居民（人）", "Residents without a clinic within the standard", "persons", 14),
    Column("elderly", "其中 60 岁以上（人）", "Of them aged 60 and over", "persons", 14),
)
BASE = (ID, Column("name", "巡诊机构", "Visited by", width=28))
ROUND = Column("round", "趟次", "Round", "count", 8)
A_MONTH = Column("visits", "每月（次）", "Times a month", "number", 10)
DRIVING = Column("drive_hours", "每月行车（小时）", "Driving a month (h)", "number", 12)
KEEPS = Column("keeps", "时限之内", "Within the limits", width=12)
NOBODY = "行车时限之内没有机构 no facility within the limit of driving"

WHO_IS_VISITED = (
    "城区以外、最近的在用诊所（含同时提供这项服务的上级机构）超出标准时间的地点，按村归并；城区的不列。",
    "Points outside the city zones whose nearest clinic in use (facilities of a higher tier that serve as one included)"
    " is beyond the standard, by village.",
)
BY_WHOM = (
    "由本乡镇（街道）行车最近的在用机构巡诊，本乡镇没有的由行车最近的；到村里这些居民最多的地点，按实际路网行车。",
    "Visited by the nearest facility of the township, by vehicle on the roads; where it has none, by the nearest of all"
    "; at the point of the village where most of these people live.",
)
BY_METHOD = (
    f"{EXACT} 个村以内的机构，路线由动态规划求得，行车时间已证明最少；更多的由节约法（Clarke 与 Wright 1964）归并、"
    "每趟内再排最短顺序，是启发式，未证明最少。",
    f"Up to {EXACT} villages of a facility its rounds have the least driving, by dynamic programming; above, they are"
    " joined by savings (Clarke and Wright 1964), each then in its best order: a heuristic, not proven.",
)
LIMITS = (
    "每趟从机构出发、当天返回；行车和全天时间的上限、在村时间、每月次数见“依据与假设”的 circuit 各项，均为假设。"
    "太远、单独去一村也超出上限的，自成一趟，“时限之内”为否。",
    "Each round leaves the facility and is back the same day. The limits of driving and of the day, the stay and the"
    " times a month are the keys `circuit` among the assumptions. A village that is too far by itself is a round of its"
    " own that is not within the limits.",
)


def circuit(facts: Facts, visits: Visits) -> Sheet:
    """One row a year and village that has no clinic within the standard in the plan."""
    table = visits.villages
    reached = (table["base"] >= 0).to_numpy()
    table = _named(facts, table).assign(
        township=table["township"], zone=[facts.zone_names[str(z)] for z in table["zone"]],
        visits=np.where(reached, [_per_month(facts, s) for s in table["s"]], np.nan),
        round=table["round"].where(reached), order=table["order"].where(reached),
        keeps=[yes_no(bool(k)) if r else "" for k, r in zip(table["keeps"], reached, strict=True)],
    )  # fmt: skip
    columns = (
        SERVICE, YEAR, TOWNSHIP, Column("village", "村（社区）", "Village", width=20), ZONE, *WHOM,
        Column("whole", "全村居民（人）", "Residents of the whole village", "persons", 14),
        Column("clinic_min", "最近诊所（分钟，最远处）", "Nearest clinic (min, farthest point)", "minutes", 14),
        *BASE, Column("minutes", "从该机构行车（分钟）", "From there by vehicle (min)", "minutes", 14), A_MONTH, ROUND,
        Column("order", "本趟第几站", "Stop of the round", "count", 10), KEEPS,
    )  # fmt: skip
    sort = table.sort_values(["s", "t", "base", "round", "order", "township", "village"], kind="stable")
    return make_sheet("circuit", ("巡诊村", "Villages visited"), columns, sort, (WHO_IS_VISITED, BY_WHOM, LIMITS))


def circuit_rounds(facts: Facts, visits: Visits) -> Sheet:
    """One row a round."""
    table = _named(facts, visits.rounds).assign(keeps=[yes_no(bool(k)) for k in visits.rounds["keeps"]])
    columns = (
        SERVICE, YEAR, *BASE, ROUND, Column("villages", "行程", "Villages in order", width=60),
        Column("stops", "村数（个）", "Villages", "count", 8), *WHOM,
        Column("drive_min", "行车（分钟）", "Driving (min)", "minutes"),
        Column("total_min", "行车与在村（分钟）", "Driving and staying (min)", "minutes", 13), A_MONTH, DRIVING, KEEPS,
    )  # fmt: skip
    return make_sheet("circuit_rounds", ("巡诊路线", "Rounds of visits"), columns, table, (BY_METHOD, LIMITS))


def circuit_centres(facts: Facts, visits: Visits) -> Sheet:
    """One row a year and facility that sends visits."""
    rounds = visits.rounds
    table = rounds.assign(days=rounds["visits"], hours=rounds["visits"] * rounds["total_min"] / 60)
    how = dict.fromkeys(("stops", "persons", "elderly", "days", "drive_hours", "hours"), "sum") | {"round": "max"}
    table = table.groupby(["s", "t", "base"], as_index=False, sort=True).agg(how)
    keys = zip(table["s"], table["t"], table["base"], strict=True)
    table = _named(facts, table).assign(
        township=[str(facts.places[p].row["township"]) for p in table["base"]],
        proven=["已证明最少 proven least" if visits.exact[key] else "启发式 heuristic" for key in keys],
    )
    columns = (
        SERVICE, YEAR, *BASE, TOWNSHIP, Column("stops", "巡诊村（个）", "Villages", "count", 8), *WHOM,
        Column("round", "路线（趟）", "Rounds", "count", 8),
        Column("days", "每月出车（趟次）", "Rounds a month in all", "number", 12), DRIVING,
        Column("hours", "每月行车与在村（小时）", "Driving and staying a month (h)", "number", 13),
        Column("proven", "行车时间", "Driving", width=18),
    )  # fmt: skip
    return make_sheet(
        "circuit_centres", ("各机构巡诊工作量", "Visits by facility"), columns, table, (BY_METHOD, LIMITS)
    )


def _per_month(facts: Facts, s: int) -> float:
    circuit = facts.services[s].circuit
    assert circuit is not None
    return circuit.visits_per_month.value


def _named(facts: Facts, table: pd.DataFrame) -> pd.DataFrame:
    """With the names of service, year and base."""
    rows = [facts.places[p].row if p >= 0 else None for p in table["base"]]
    return table.assign(
        service=[facts.service_names[s] for s in table["s"]], year=np.array(facts.years)[table["t"].astype(int)],
        id=["" if row is None else row["id"] for row in rows],
        name=[NOBODY if row is None else row["name"] for row in rows],
    )  # fmt: skip
