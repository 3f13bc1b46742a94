"""Lists about pupils: buses and boarding, changes of school, hearings, the youngest who are far."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.evaluation.metrics import weighted_mean
from siting.impedance import BoolArray
from siting.layout.pose import years_of_periods
from siting.layout.rows import MONEY
from siting.layout.tables.columns import COURSES, GROUP, ID, NAME, SERVICE, TOWNSHIP, WHEN, YEAR, ZONE
from siting.layout.tables.facts import COMPULSORY, EDUCATION, Facts
from siting.layout.tables.fates import flow_from
from siting.layout.tables.flows import NOWHERE
from siting.layout.tables.naming import with_courses, with_places
from siting.layout.tables.units import villages_of
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.wording import both, persons_text

NO_PLACE = "没有着落 no place"
PERSONS = Column("persons", "人数（人）", "Persons", "persons", 12)


def rides_of(facts: Facts) -> pd.DataFrame:
    """when, service, place, period (numbers), bus, board (persons), yuan (a year); where the scenario counts them."""
    demand, years = facts.plan.posed.demand, years_of_periods(facts.plan.posed.scenario)
    parts = []
    for when, course in facts.courses:
        pairs = facts.pairs(course)
        mine = demand.iloc[pairs["row"]].reset_index(drop=True)
        stays = (pairs["minutes"] > mine["stay_beyond"]).to_numpy()
        rides = (pairs["minutes"] > mine["ride_beyond"]).to_numpy() & ~stays
        yuan = np.where(stays, mine["stay_cost"], np.where(rides, mine["ride_cost"], 0.0))
        persons = pairs["persons"].to_numpy()
        found = pairs[["service", "place", "period"]].assign(
            when=when, bus=persons * rides, board=persons * stays,
            yuan=persons * yuan * MONEY / years[pairs["period"].to_numpy()],
        )  # fmt: skip
        parts.append(found[rides | stays])
    whole = pd.concat(parts, ignore_index=True)
    return (
        whole.groupby(["service", "place", "period", "when"], sort=True)[["bus", "board", "yuan"]].sum().reset_index()
    )


def rides(facts: Facts, frame: pd.DataFrame) -> Sheet:
    """校车与寄宿: by school and year, before and after."""
    table = with_courses(facts, with_places(facts, frame))
    columns = (
        SERVICE, ID, NAME, TOWNSHIP, YEAR, WHEN,
        Column("bus", "乘校车（人）", "By bus (pupils)", "persons", 12),
        Column("board", "寄宿（人）", "Boarding (pupils)", "persons", 12),
        Column("yuan", "每年费用（元）", "Yuan a year", "yuan", 15),
    )  # fmt: skip
    notes = ((
        "超过标准的校车时间即乘校车，超过最长乘车时间且可寄宿的即寄宿；只列方案写明 ride、board 的服务。"
        "费用单价为假设，见“依据与假设”。",
        "Beyond the standard's minutes pupils go by bus, beyond the longest ride those who may board do; only services"
        " for which the scenario says `ride` or `board`. Their rates are assumptions, see that table.",
    ),)  # fmt: skip
    return make_sheet("rides", ("校车与寄宿", "Buses and boarding"), columns, table, notes)


def of_services(facts: Facts, rows: pd.Series, ids: tuple[str, ...]) -> BoolArray:
    """Which demand rows belong to these services."""
    wanted = np.array([service.id in ids for service in facts.services])
    mask: BoolArray = wanted[facts.plan.posed.demand["service"].to_numpy()[rows]]
    return mask


def moves(facts: Facts) -> Sheet:
    """转学: pupils who would go to another school than in the period before, by village."""
    flows, demand = facts.flows, facts.plan.posed.demand
    part = flows[
        of_services(facts, flows["row"], EDUCATION) & (flows["origin"] != NOWHERE).to_numpy() & (flows["now"] > 0)
    ]
    mine, points = demand.iloc[part["row"]], facts.plan.posed.case.demand
    at = points.iloc[mine["point"]]
    keyed = pd.DataFrame(
        {
            "s": mine["service"].to_numpy(), "t": mine["period"].to_numpy(), "township": at["township"].to_numpy(),
            "village": villages_of(at), "origin": part["origin"].to_numpy(), "dest": part["dest"].to_numpy(),
            "persons": part["now"].to_numpy(), "work_was": (part["now"] * part["minutes_was"]).to_numpy(),
            "work_now": (part["now"] * part["minutes_now"]).to_numpy(),
        }
    )  # fmt: skip
    keys = ["s", "t", "township", "village", "origin", "dest"]
    table = keyed.groupby(keys, sort=True)[["persons", "work_was", "work_now"]].sum().reset_index()
    none = (table["dest"] == NOWHERE).to_numpy()
    table = table.assign(
        service=[facts.service_names[s] for s in table["s"]],
        year=np.array(facts.years)[table["t"].to_numpy(dtype=np.int64)],
        before=["现状 today" if t == 0 else str(facts.years[t - 1]) for t in table["t"]],
        origin=[facts.place_names[p] for p in table["origin"]],
        dest=[NO_PLACE if p == NOWHERE else facts.place_names[p] for p in table["dest"]],
        minutes_was=table["work_was"] / table["persons"],
        minutes_now=np.where(none, np.nan, table["work_now"] / table["persons"]),
    )
    columns = (
        SERVICE, YEAR, Column("before", "对照", "Against", width=12), TOWNSHIP,
        Column("village", "村（社区）", "Village", width=20), Column("origin", "原学校", "From", width=28),
        Column("dest", "改去", "To", width=28), PERSONS,
        Column("minutes_was", "原时间（分钟）", "Minutes before", "minutes", 12),
        Column("minutes_now", "现时间（分钟）", "Minutes now", "minutes", 12),
    )  # fmt: skip
    notes = ((
        "同一地点的学生在上一期（第一期为现状设施）去的学校与本期不同的部分，按本期人数计；在校生毕业、新生入学另计，实际转学人数更少。",
        "Pupils who go elsewhere than those of the same place did in the period before (the first: to today's"
        " facilities), counted by this period's pupils; as classes leave and enter, fewer change school in fact.",
    ),)  # fmt: skip
    return make_sheet("moves", ("转学", "Changes of school"), columns, table, notes)


def hearing(facts: Facts) -> Sheet:
    """听证清单: schools of compulsory education that close."""
    changes = facts.changes
    compulsory = [s for s, service in enumerate(facts.services) if service.id in COMPULSORY]
    closing = changes[(changes["kind"] == "close") & changes["service"].isin(compulsory)]
    closing = closing.sort_values(["period", "service", "place"])
    rows = []
    twice = facts.moved[facts.moved["times"] > 1]
    again = twice.groupby(["place", "period"])["persons"].sum().to_dict()
    for p, t in zip(closing["place"], closing["period"], strict=True):
        place, flow = facts.places[p], flow_from(facts, p, t)
        load = facts.plan.after.load[p, t - 1] if t > 0 else facts.plan.before.load[p, 0]
        placed = flow[flow["dest"] != NOWHERE]
        takes = placed.groupby("dest")["was"].sum().sort_values(ascending=False)
        young = [s for s, _ in young_groups(facts, int(facts.service_of_place[p]))]
        group = facts.plan.posed.demand["group"].to_numpy()[placed["row"]]
        far = placed["was"].to_numpy() @ (np.isin(group, young) & (placed["minutes_now"] > 30).to_numpy())
        rows.append(
            {
                "service": facts.service_names[facts.service_of_place[p]], "id": place.id, "name": place.row["name"],
                "zone": facts.zone_names[str(place.row["zone"])], "township": place.row["township"],
                "year": facts.years[t], "pupils": float(load),
                "receivers": "；".join(
                    f"{facts.place_names[q]} {persons_text(n)}"
                    for q, n in zip(takes.index.tolist(), takes, strict=True)
                ),
                "mean_was": weighted_mean(flow["minutes_was"], flow["was"]), "worst_was": flow["minutes_was"].max(),
                "mean_now": weighted_mean(placed["minutes_now"], placed["was"]),
                "worst_now": placed["minutes_now"].max(),
                "far": float(far) if young else np.nan,
                "without": float(flow["was"].sum() - placed["was"].sum()),
                "again": again.get((p, t), 0.0),
            }
        )  # fmt: skip
    columns = (
        SERVICE, ID, NAME, ZONE, TOWNSHIP, YEAR, Column("pupils", "涉及学生（人）", "Pupils affected", "persons", 12),
        Column("receivers", "接收学校（人）", "Received by (pupils)", width=44),
        Column("mean_was", "原平均（分钟）", "Mean before (min)", "minutes"),
        Column("worst_was", "原最长（分钟）", "Longest before (min)", "minutes"),
        Column("mean_now", "撤并后平均（分钟）", "Mean after (min)", "minutes", 13),
        Column("worst_now", "撤并后最长（分钟）", "Longest after (min)", "minutes", 13),
        Column("far", "一至三年级超过 30 分钟（人）", "Grades 1-3 beyond 30 min", "persons", 16),
        Column("without", "没有着落（人）", "Without a place", "persons", 12),
        Column("again", "先前已因撤并换校（人）", "Moved by an earlier closure too", "persons", 14),
    )  # fmt: skip
    names = [column.name for column in columns]
    notes = (
        (
            "撤并义务教育学校须先公示（一般不少于一个月）、听证，再报批；涉及学生为关闭前一期在校人数。",
            "Closing a school of compulsory education needs a public notice (usually one month at least) and a hearing"
            " before approval; pupils affected: those there in the period before.",
        ),
        (
            "一至三年级一列为空：方案没有把这些年级单独分组。",
            "The column of grades 1-3 is empty where the scenario has no group of those grades.",
        ),
        (
            "“先前已因撤并换校”：所在地的学生在前几期已因学校撤并换过校，这次又要换；不为 0 时应改方案或在听证中说明。"
            "按居住地逐期推算，不跟踪毕业的学生。",
            "Moved by an earlier closure too: pupils of a place whose school closed in an earlier period already; where"
            " it is not 0, change the plan or tell the hearing. By where pupils live, not by who has left meanwhile.",
        ),
    )
    return make_sheet("hearing", ("听证清单", "Closures that need a hearing"), columns, _frame(rows, names), notes)


def _frame(rows: list[dict[str, object]], names: list[str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=names)


def young_groups(facts: Facts, service: int) -> list[tuple[int, float]]:
    """Groups of grades 1 to 3 (ages 6 to 8): number and its own limit in minutes (NaN: none)."""
    found = []
    for g, part in enumerate(facts.plan.posed.needs.groups[service]):
        group = part.group
        if group.from_age >= 6 and group.to_age is not None and group.to_age <= 8:
            found.append((g, group.standard_minutes or group.max_minutes or np.nan))
    return found


def far_pupils(facts: Facts) -> Sheet:
    """最远的低龄学生: points whose people of a group with a limit of its own go beyond it, or have no place."""
    posed = facts.plan.posed
    limit = np.full((len(facts.services), max((len(groups) for groups in posed.needs.groups), default=1)), np.nan)
    for s, groups in enumerate(posed.needs.groups):
        for g, part in enumerate(groups):
            limit[s, g] = part.group.standard_minutes or part.group.max_minutes or np.nan
    parts = []
    demand = posed.demand
    for when, course in facts.courses:
        pairs, people = facts.pairs(course), course.people
        own = limit[pairs["service"], pairs["group"]]
        far = pairs[pairs["minutes"] > own]
        parts.append(far[["row", "place", "persons", "minutes"]].assign(when=when))
        left = (people["persons"] - people["placed"]).to_numpy()
        rows = np.flatnonzero((left > 1e-6) & ~np.isnan(limit[people["service"], people["group"]]))
        parts.append(
            pd.DataFrame({"row": rows, "place": NOWHERE, "persons": left[rows], "minutes": np.nan, "when": when})
        )
    whole = pd.concat(parts, ignore_index=True)
    mine = demand.iloc[whole["row"]].reset_index(drop=True)
    at = posed.case.demand.iloc[mine["point"]]
    table = whole.assign(
        service=[facts.service_names[s] for s in mine["service"]],
        group=[
            both((part.name_zh, part.name_en))
            for part in (posed.needs.groups[s][g].group for s, g in zip(mine["service"], mine["group"], strict=True))
        ],
        year=np.array(facts.years)[mine["period"]],
        township=at["township"].to_numpy(),
        village=villages_of(at),
        id=at["id"].to_numpy(),
        limit=limit[mine["service"], mine["group"]],
        school=[NO_PLACE if p == NOWHERE else facts.place_names[p] for p in whole["place"]],
        order=[("after", "before").index(key) for key in whole["when"]],
    ).sort_values(["order", "service", "year", "township", "village", "minutes"], kind="stable")
    table = table.assign(when=[both(COURSES[key]) for key in table["when"]])
    columns = (
        WHEN, SERVICE, GROUP, YEAR, TOWNSHIP, Column("village", "村（社区）", "Village", width=20), ID, PERSONS,
        Column("minutes", "时间（分钟）", "Minutes", "minutes", 10),
        Column("limit", "限值（分钟）", "Limit (min)", "minutes", 10), Column("school", "学校", "School", width=28),
    )  # fmt: skip
    notes = ((
        "只列方案给了单独时间限值的人群（如一至三年级 30 分钟）；时间为空：没有着落。表为空：没有人超过限值。",
        "Only groups with minutes of their own in the scenario (such as grades 1-3: 30 min); empty minutes: no place.",
    ),)  # fmt: skip
    return make_sheet("far_pupils", ("超过限值的低龄学生", "Pupils beyond the limit"), columns, table, notes)
