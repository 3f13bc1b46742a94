"""Use of facilities, beds and staff for the people, referral from tier to tier, facilities that need a partner near."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.evaluation.metrics import weighted_mean
from siting.impedance import BoolArray, FloatArray, IntArray
from siting.layout.pose import minutes_between
from siting.layout.scenario import Near
from siting.layout.tables.columns import ALTERNATIVE, COURSES, ID, NAME, SERVICE, TOWNSHIP, UNIT, WHEN, YEAR
from siting.layout.tables.facts import HEALTH, Facts
from siting.layout.tables.naming import with_courses, with_places
from siting.layout.tables.units import sums
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.wording import both, yes_no

OVER, UNDER = 1.0, 0.4
ROUNDING = 1e-9
MOSTLY = 0.5  # share of a unit's facilities that must tell their beds or staff before a sum of them is told
CENTRE, HOSPITAL = "township_health_centre", "county_hospital"
FARTHEST = 120.0  # minutes by vehicle
# service -> key of its parameters, beds for each 1,000 of whom, how many of those the parameter counts
BEDS = {
    CENTRE: ("beds_per_1000_least", "residents", 1000.0),
    HOSPITAL: ("county_public_beds_per_1000", "residents", 1000.0),
    "care_home": ("beds_per_100_elderly_least", "elderly", 100.0),
    "elderly_care_station": ("", "elderly", 1000.0),
    "meal_point": ("", "elderly", 1000.0),
}


def use(facts: Facts) -> Sheet:
    """忙闲: facilities that are crowded or hardly used, by year."""
    posed = facts.plan.posed
    persons, period = posed.demand["persons"].to_numpy(), posed.demand["period"].to_numpy()
    shape = (len(facts.places), len(facts.years))
    parts = []
    for when, course in facts.courses:
        _, place = facts.nearest(course)
        near = place >= 0
        cell = place[near] * shape[1] + period[near]
        pressed = np.bincount(cell, weights=persons[near], minlength=shape[0] * shape[1]).reshape(shape)
        capacity = facts.capacity(course)
        limited = facts.in_use(course) & np.isfinite(capacity) & (capacity > 0) & facts.real[:, None]
        p, t = np.nonzero(limited)
        held = capacity[p, t]
        parts.append(
            pd.DataFrame(
                {
                    "p": p, "t": t, "when": when, "capacity": held, "load": course.load[p, t],
                    "use": course.load[p, t] / held, "pressed": pressed[p, t], "pressure": pressed[p, t] / held,
                }
            )
        )  # fmt: skip
    table = pd.concat(parts, ignore_index=True)
    over = (table[["use", "pressure"]].max(axis=1) > OVER + ROUNDING).to_numpy()
    under = (table["use"] < UNDER).to_numpy()
    table = table.assign(over=over, under=under)[over | under]
    order = np.lexsort((table["p"], -table["pressure"], table["when"] == "before", table["t"]))
    table = table.iloc[order].sort_values("p", key=lambda p: facts.service_of_place[p], kind="stable")
    table = with_courses(facts, with_places(facts, table, "p"), "t").assign(
        state=["、".join(word for flag, word in ((o, "拥挤 crowded"), (u, "使用不足 under-used")) if flag)
               for o, u in zip(table["over"], table["under"], strict=True)],
    )  # fmt: skip
    columns = (
        SERVICE, YEAR, WHEN, ID, NAME, TOWNSHIP, Column("state", "状况", "State", width=24),
        Column("capacity", "规模（人）", "Capacity (persons)", "persons"),
        Column("load", "分配人数（人）", "Sent there (persons)", "persons"), Column("use", "使用率", "Use", "share"),
        Column("pressed", "以此为最近的人（人）", "Nearest to so many (persons)", "persons", 14),
        Column("pressure", "就近需求÷规模", "Nearest need for the capacity", "share", 13),
    )  # fmt: skip
    notes = (
        (
            f"拥挤：使用率或“就近需求÷规模”大于 {OVER:.0%}（方案不会超出规模安排人，超出的人在“缺口”里）；"
            f"使用不足：使用率小于 {UNDER:.0%}。规模不详的不列。",
            f"Crowded: use, or nearest need for the capacity, above {OVER:.0%} (nobody is sent beyond the capacity; who"
            f" is left stands in the gaps); under-used: below {UNDER:.0%}. Those of unknown capacity are left out.",
        ),
        (
            "方案写明 quality_limits 的学校，规模不超过七项指标合格的人数；“缺口”表的学位也这样计。",
            "Where the scenario says `quality_limits` the capacity of a school is at most the pupils with whom it"
            " passes the seven indicators; so are the places in the gaps.",
        ),
        ALTERNATIVE,
    )
    return make_sheet("use", ("设施忙闲", "Crowded and under-used"), columns, table, notes)


def density(facts: Facts) -> Sheet:
    """每千人床位与人员: beds and staff in use by unit, for each 1,000 residents or elderly."""
    needs, T, U = facts.plan.posed.needs, len(facts.years), facts.units.count
    points = facts.units.of_points
    period, at = (index.ravel() for index in np.indices((T, points.shape[1])))
    people = {
        "residents": sums(period, points[:, at], needs.over_time.persons[period, at], (T, U)),
        "elderly": sums(period, points[:, at], needs.over_time.groups["age_60_plus"][period, at], (T, U)),
    }
    sizes = {key: _known(facts, key) for key in ("beds", "staff")}
    parts = []
    for s, service in enumerate(facts.services):
        if service.id not in HEALTH:
            continue
        parameter, whom, each = BEDS.get(service.id, ("", "residents", 1000.0))
        standard = service.parameters.get(parameter)
        base = people[whom].ravel()
        per = np.where(base > 0, base, np.nan) / 1000
        found: dict[str, FloatArray] = {}
        some = False
        for when, course in facts.courses:
            p, t = np.nonzero(facts.in_use(course) & (facts.service_of_place == s)[:, None] & facts.real[:, None])
            for key, table in sizes.items():
                amount = table[p, course.state[p, t]]
                total = sums(t, facts.units.of_places[:, p], np.nan_to_num(amount), (T, U)).ravel()
                known = sums(t, facts.units.of_places[:, p], (~np.isnan(amount)).astype(np.float64), (T, U)).ravel()
                all_of = sums(t, facts.units.of_places[:, p], np.ones(p.size), (T, U)).ravel()
                tells = (known >= MOSTLY * all_of) & (known > 0)
                some |= bool(tells.any())
                total = np.where(tells | (all_of == 0), total, np.nan)
                found |= {f"{key}_{when}": total, f"{key}_1000_{when}": total / per}
        if not some:
            continue
        t, unit = np.divmod(np.arange(T * U), U)
        parts.append(
            pd.DataFrame(
                {
                    "service": facts.service_names[s], "level": np.array(facts.units.level_names, dtype=object)[unit],
                    "unit": facts.units.frame["name"].to_numpy()[unit], "year": np.array(facts.years)[t],
                    "whom": "60 岁以上 aged 60+" if whom == "elderly" else "常住人口 residents", "people": base,
                    "least": np.nan if standard is None else standard.value * 1000 / each, **found,
                }
            )
        )  # fmt: skip
    columns = (
        SERVICE, *UNIT, YEAR, Column("whom", "每千人指", "For each 1,000", width=20),
        Column("people", "人数（人）", "People", "persons"),
        Column("least", "床位标准（张/千人）", "Beds, standard (per 1,000)", "per_1000", 13),
        *(
            Column(f"{name}_{when}", f"{zh}：{COURSES[when][0]}", f"{en}: {COURSES[when][1]}", kind, 14)
            for name, zh, en, kind in (
                ("beds", "床位（张）", "Beds", "count"),
                ("beds_1000", "每千人床位（张）", "Beds per 1,000", "per_1000"),
                ("staff", "人员（人）", "Staff", "count"),
                ("staff_1000", "每千人人员（人）", "Staff per 1,000", "per_1000"),
            )
            for when in COURSES
        ),
    )  # fmt: skip
    notes = (
        (
            "按设施所在单元计，未填床位、人员的设施按 0；一个单元过半的设施没有填写的留空。"
            "新建、扩建的按标准规模的床位、人员。"
            "床位标准是否核实见“依据与假设”；该标准按全市（县）平均规定，分乡镇仅供比较。人员没有统一标准，只列数值。",
            "Counted where the facility is; one that does not tell counts as 0, a unit where most do not is empty."
            " New and grown ones have the beds and staff of their size. Whether the standard was verified: see the"
            " assumptions; it is meant for the whole county. There is no standard of staff here.",
        ),
        ALTERNATIVE,
    )
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[c.name for c in columns])
    told = [f"{key}_{when}" for key in ("beds", "staff") for when in COURSES]
    whole = whole[whole[told].notna().any(axis=1)]
    return make_sheet("density", ("每千人床位与人员", "Beds and staff per 1,000"), columns, whole, notes)


def _known(facts: Facts, key: str) -> FloatArray:
    """(P, states) beds or staff of each place in each of its states; NaN where not known."""
    most = max((len(place.states) for place in facts.places), default=1)
    table = np.full((len(facts.places), most), np.nan)
    for p in np.flatnonzero(_ever(facts)):
        place = facts.places[p]
        table[p, : len(place.states)] = [facts.size_of(place, k)[key] for k in range(len(place.states))]
    return table


def referral(facts: Facts) -> Sheet | None:
    """转诊时间: from where people live to their health centre and on to the nearest county hospital."""
    ids = [service.id for service in facts.services]
    if CENTRE not in ids or HOSPITAL not in ids:
        return None
    centre, hospital = ids.index(CENTRE), ids.index(HOSPITAL)
    centres, hospitals = (
        np.flatnonzero(_ever(facts) & (facts.service_of_place == s)) for s in (centre, hospital)
    )  # fmt: skip
    onward = _vehicle_minutes(facts, centres, hospitals, FARTHEST)
    number = np.full(len(facts.places), -1, dtype=np.int64)
    number[centres] = np.arange(centres.size)
    rows = []
    for when, course in facts.courses:
        used = facts.in_use(course)
        pairs = facts.pairs(course)
        pairs = pairs[pairs["service"] == centre]
        for t, year in enumerate(facts.years):
            there = np.where(used[hospitals, t][None], onward, np.inf).min(axis=1, initial=np.inf)
            here = pairs[pairs["period"] == t]
            second = there[number[here["place"].to_numpy()]]
            second = np.where(np.isfinite(second), second, np.nan)
            first, persons = here["minutes"].to_numpy(), here["persons"].to_numpy()
            of_units = facts.units.of_points[:, here["point"].to_numpy()]
            for u in np.unique(of_units):
                mine = (of_units == u).any(axis=0)
                total = first[mine] + second[mine]
                rows.append(
                    {
                        "level": facts.units.level_names[u], "unit": facts.units.frame["name"][u], "year": year,
                        "when": both(COURSES[when]), "persons": persons[mine].sum(), "u": u,
                        "first": weighted_mean(first[mine], persons[mine]),
                        "second": weighted_mean(second[mine], persons[mine]),
                        "both": weighted_mean(total, persons[mine]),
                        "worst": np.nanmax(total) if np.isfinite(total).any() else np.nan,
                        "cut_off": persons[mine][np.isnan(second[mine])].sum(),
                    }
                )  # fmt: skip
    columns = (
        *UNIT, YEAR, WHEN, Column("persons", "居民（人）", "Residents", "persons"),
        Column("first", "到卫生院平均（分钟）", "To the health centre, mean (min)", "minutes", 14),
        Column("second", "卫生院到县级医院平均（分钟）", "From there to a hospital, mean (min)", "minutes", 15),
        Column("both", "合计平均（分钟）", "Both, mean (min)", "minutes", 13),
        Column("worst", "合计最长（分钟）", "Both, longest (min)", "minutes", 13),
        Column("cut_off", f"{FARTHEST:g} 分钟内没有医院（人）", f"No hospital within {FARTHEST:g} min", "persons", 14),
    )  # fmt: skip
    frame = pd.DataFrame(rows, columns=["u", *[column.name for column in columns]])
    notes = ((
        "第一段按分区标准的方式（步行或乘车）到所分配的卫生院，第二段乘车到最近的在用县级医院，不含等候。",
        "First to the health centre that the plan sends people to, by the mode of the zone's standard; then by vehicle"
        " to the nearest county hospital in use, without waiting.",
    ),)  # fmt: skip
    return make_sheet("referral", ("转诊时间", "Referral times"), columns, frame.sort_values("u", kind="stable"), notes)


def _ever(facts: Facts) -> BoolArray:
    """(P,) whether a place is in use in any period of either course."""
    found: BoolArray = np.logical_or.reduce([(course.state >= 0).any(axis=1) for _, course in facts.courses])
    return found


def _vehicle_minutes(facts: Facts, origins: IntArray, destinations: IntArray, minutes: float) -> FloatArray:
    """(n, m) minutes by vehicle between places, +inf beyond `minutes`."""
    posed = facts.plan.posed
    if not (origins.size and destinations.size):
        return np.full((origins.size, destinations.size), np.inf)
    return minutes_between(
        posed.table, origins.tolist(), destinations.tolist(), minutes, posed.scenario, posed.graph, posed.graph_key,
        facts.settings,
    ).dense()  # fmt: skip


def pairing(facts: Facts) -> Sheet | None:
    """医养结合: every facility that needs a partner near, with the nearest in use."""
    links = [link for link in facts.plan.posed.scenario.links if isinstance(link, Near)]
    ids = [service.id for service in facts.services]
    ever, rows = _ever(facts) & facts.real, []
    course = facts.plan.after
    for link in links:
        mine = np.flatnonzero(ever & (facts.service_of_place == ids.index(link.service)))
        others = np.flatnonzero(ever & np.isin(facts.service_of_place, [ids.index(name) for name in link.of]))
        times = _vehicle_minutes(facts, mine, others, max(FARTHEST, link.minutes))
        for t, year in enumerate(facts.years):
            open_ones = np.where(facts.in_use(course)[others, t][None], times, np.inf)
            for k, p in enumerate(mine):
                if course.state[p, t] < 0:
                    continue
                best = int(open_ones[k].argmin()) if others.size else 0
                minutes = open_ones[k, best] if others.size else np.inf
                place = facts.places[p]
                rows.append(
                    {
                        "service": facts.service_names[facts.service_of_place[p]], "id": place.id,
                        "name": place.row["name"], "township": place.row["township"], "year": year,
                        "new": yes_no(place.initial < 0),
                        "partner": facts.place_names[others[best]] if np.isfinite(minutes) else "",
                        "of": facts.service_names[facts.service_of_place[others[best]]] if np.isfinite(minutes) else "",
                        "minutes": minutes if np.isfinite(minutes) else np.nan, "limit": link.minutes,
                        "paired": yes_no(bool(minutes <= link.minutes)),
                    }
                )  # fmt: skip
    columns = (
        SERVICE, ID, NAME, TOWNSHIP, YEAR, Column("new", "新设", "New", width=8),
        Column("partner", "最近的配套设施", "Nearest partner", width=28),
        Column("of", "配套服务", "Its service", width=24),
        Column("minutes", "乘车（分钟）", "By vehicle (min)", "minutes"),
        Column("limit", "要求（分钟）", "Asked for (min)", "minutes"), Column("paired", "已配套", "Paired", width=10),
    )  # fmt: skip
    if not rows:
        return None
    notes = ((
        f"规划各年在用的设施；乘车 {FARTHEST:g} 分钟以内没有的留空。",
        f"Facilities in use in each year of the plan; empty where there is none within {FARTHEST:g} min by vehicle.",
    ),)  # fmt: skip
    frame = pd.DataFrame(rows, columns=[column.name for column in columns])
    return make_sheet("pairing", ("医养结合配套", "Partners near"), columns, frame, notes)
