"""What an education bureau compares: one row a service, year and course."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.impedance import FloatArray, IntArray
from siting.layout.moved_twice import moved_again
from siting.layout.result import Course
from siting.layout.tables.columns import ALTERNATIVE, COURSES, SERVICE, WHEN, YEAR
from siting.layout.tables.facts import COMPULSORY, EDUCATION, Facts
from siting.layout.tables.flows import NOWHERE
from siting.layout.tables.schools import young_groups
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.wording import both

MU = 666.67  # m2
FULL_SCHOOL, SMALL_SITE = 2000.0, 100.0
FIGURES = (
    Column("need", "学生（人）", "Pupils", "persons"),
    Column("places", "学位（个）", "Seats", "persons"),
    Column("new_seats", "本期新增学位（个）", "New seats in the period", "persons", 13),
    Column("new_classes", "本期新增班（班）", "New classes in the period", "count", 13),
    Column("yuan", "本期投资（元）", "Cost of the period (yuan)", "yuan", 17),
    Column("land_mu", "本期新增用地（亩）", "New land of the period (mu)", "number", 13),
    Column("short", "学位缺口（负数为富余）", "Seats short (negative: to spare)", "persons", 15),
    Column("without", "没有学位（人）", "Without a seat", "persons"),
    Column("share", "达标比例", "Share within the standard", "share"),
    Column("share_30", "30 分钟以内比例", "Share within 30 min", "share", 13),
    Column("mean_min", "平均（分钟）", "Mean (min)", "minutes"),
    Column("p95_min", "95% 不超过（分钟）", "95 % within (min)", "minutes", 13),
    Column("longest_min", "最长（分钟）", "Longest (min)", "minutes"),
    Column(
        "young_far", "一至三年级超过 30 分钟或无学位（人）", "Grades 1-3 beyond 30 min or without a seat", "persons", 17
    ),
    Column("bus", "乘校车（人）", "By bus", "persons"),
    Column("board", "寄宿（人）", "Boarding", "persons"),
    Column("ride_yuan", "校车寄宿费用（元/年）", "Buses and boarding (yuan a year)", "yuan", 15),
    Column("in_use", "在用学校（所）", "Schools in use", "count"),
    Column("closures", "本期关闭（所）", "Closures of the period", "count"),
    Column("closed_pupils", "关闭涉及学生（人）", "Pupils of closed schools", "persons", 13),
    Column("hearings", "须听证（所）", "Hearings required", "count"),
    Column("large", "超过 2000 人的学校（所）", "Schools above 2,000 pupils", "count", 13),
    Column("small", "不足 100 人的学校（所）", "Sites below 100 pupils", "count", 13),
    Column("full_classes", "大班额班级比例", "Share of classes above their size", "share", 13),
    Column("variation_failed", "差异系数超限的指标（项）", "Indicators beyond the limit of variation", "count", 14),
    Column("schools_failing", "七项指标合起来不合格的学校（所）", "Schools failing the indicators", "count", 15),
    Column("moved", "转学（人）", "Pupils changing school", "persons"),
    Column("moved_again", "其中再次因撤并转学（人）", "Moved by a closure again", "persons", 14),
    Column("staff_leaving", "须调出的教职工（人）", "Staff to move", "count", 13),
    Column("staff_wanted", "须新配的教职工（人）", "Staff wanted", "count", 13),
)


def education_of(facts: Facts, frame: pd.DataFrame, rides: pd.DataFrame, variation: pd.DataFrame) -> pd.DataFrame:
    """service_id, year, when and `FIGURES`, for the education services of the plan.

    Args:
        frame: `needs.figures`.
        rides: `schools.rides_of`.
        variation: `balance.variation_of`.
    """
    rows = []
    county = frame[(frame["level_id"] == "county") & (frame["group_id"] == "all")]
    for s, service in enumerate(facts.services):
        if service.id not in EDUCATION:
            continue
        mine = county[county["service_id"] == service.id]
        for t, year in enumerate(facts.years):
            found = mine[mine["year"] == year].iloc[0]
            for when, course in facts.courses:
                rows.append(
                    {
                        "service_id": service.id, "year": year, "when": when,
                        **_told(found, when), **_changes(facts, s, t, when), **_sizes(facts, course, s, t),
                        **_rides(facts, rides, s, t, when),
                        "young_far": _young_far(facts, course, s, t),
                        **_balance(variation, service.id, year, when),
                    }
                )  # fmt: skip
    return pd.DataFrame(rows, columns=["service_id", "year", "when", *[column.name for column in FIGURES]])


def _told(found: pd.Series, when: str) -> dict[str, float]:
    names = ("places", "short", "without", "share", "mean_min", "p95_min", "longest_min")
    share_30 = found[f"within_30_{when}"] / found["need"] if found["need"] > 0 else np.nan
    return {"need": found["need"], **{key: found[f"{key}_{when}"] for key in names}, "share_30": share_30}


def _changes(facts: Facts, s: int, t: int, when: str) -> dict[str, float]:
    """What is decided in the period, and who changes school; nothing is decided where nothing is done."""
    keys = ("new_seats", "new_classes", "yuan", "land_mu", "closures", "closed_pupils", "hearings", "staff_leaving",
            "staff_wanted")  # fmt: skip
    moved = _moved(facts, facts.flows if when == "after" else facts.flows_before, s, t)
    if when == "before":
        return {**dict.fromkeys(keys, 0.0), "moved": moved, "moved_again": 0.0}  # nothing closes
    here = facts.changes[(facts.changes["service"] == s) & (facts.changes["period"] == t)]
    closing = here[here["kind"] == "close"]["place"].to_numpy(dtype=np.int64)
    load = facts.plan.after.load[:, t - 1] if t > 0 else facts.plan.before.load[:, 0]
    staff = here["staff"].fillna(0.0)
    return {
        "new_seats": here["added"].clip(lower=0).sum(),
        "new_classes": here["classes"].clip(lower=0).sum(),
        "yuan": here["yuan"].sum(),
        "land_mu": here["land_m2"].sum() / MU,
        "closures": closing.size,
        "closed_pupils": load[closing].sum(),
        "hearings": closing.size if facts.services[s].id in COMPULSORY else 0,
        "staff_leaving": -staff.clip(upper=0).sum(),
        "staff_wanted": staff.clip(lower=0).sum(),
        "moved": moved,
        "moved_again": moved_again(facts.moved[facts.moved["period"] == t], s),
    }


def _moved(facts: Facts, flows: pd.DataFrame, s: int, t: int) -> float:
    """Pupils who are sent to another school than those of their point in the period before."""
    demand = facts.plan.posed.demand
    mine = (demand["service"].to_numpy() == s) & (demand["period"].to_numpy() == t)
    moved = mine[flows["row"]] & ((flows["origin"] != NOWHERE) & (flows["dest"] != NOWHERE)).to_numpy()
    return float(flows["now"].to_numpy()[moved].sum())


def classes_of(facts: Facts, course: Course, places: IntArray, t: int) -> FloatArray:
    """Classes of places in their state of a period; NaN where not known."""
    return np.array(
        [facts.size_of(facts.places[p], int(course.state[p, t]))["classes"] for p in places], dtype=np.float64
    )


def _sizes(facts: Facts, course: Course, s: int, t: int) -> dict[str, float]:
    """How large the schools in use are, by those who are sent there."""
    used: IntArray = np.flatnonzero(facts.in_use(course)[:, t] & (facts.service_of_place == s) & facts.real)
    load, service = course.load[used, t], facts.services[s]
    found = {"in_use": used.size, "large": (load > FULL_SCHOOL).sum(), "small": (load < SMALL_SITE).sum()}
    classes, full = classes_of(facts, course, used, t), np.nan
    if service.class_size:
        largest = max(value.value for value in service.class_size.values())
        known = classes > 0
        above = known & (load / np.where(known, classes, 1.0) > largest * (1 + 1e-9))
        full = classes[above].sum() / classes[known].sum() if known.any() else np.nan
    return {**found, "full_classes": full}


def _rides(facts: Facts, rides: pd.DataFrame, s: int, t: int, when: str) -> dict[str, float]:
    plan = facts.plan.posed.parts[s].plan
    part = rides[(rides["service"] == s) & (rides["period"] == t) & (rides["when"] == when)]
    return {
        "bus": part["bus"].sum() if plan.ride else np.nan,
        "board": part["board"].sum() if plan.board else np.nan,
        "ride_yuan": part["yuan"].sum() if plan.ride or plan.board else np.nan,
    }


def _young_far(facts: Facts, course: Course, s: int, t: int) -> float:
    """Grades 1 to 3 beyond half an hour or without a seat; NaN where the scenario has no such group."""
    young = [g for g, _ in young_groups(facts, s)]
    if not young:
        return float("nan")
    pairs, people = facts.pairs(course), course.people
    near = (pairs["service"] == s) & (pairs["period"] == t) & pairs["group"].isin(young) & (pairs["minutes"] <= 30)
    mine = (people["service"] == s) & (people["period"] == t) & people["group"].isin(young)
    return max(float(people["persons"][mine].sum() - pairs["persons"][near].sum()), 0.0)


def _balance(variation: pd.DataFrame, service: str, year: int, when: str) -> dict[str, float]:
    """Indicators that vary beyond their limit, and schools that fail them; NaN where resources are not known."""
    part = variation[(variation["service"] == service) & (variation["year"] == year) & (variation["when"] == when)]
    if part.empty:
        return dict.fromkeys(("variation_failed", "schools_failing"), np.nan)
    return {
        "variation_failed": float((~part["passes"].astype(bool)).sum()),
        "schools_failing": float(part["failing"].iloc[0]),
    }


def education(facts: Facts, frame: pd.DataFrame) -> Sheet:
    """教育方案比较表."""
    called = {service.id: name for service, name in zip(facts.services, facts.service_names, strict=True)}
    peaks = frame[frame["when"] == "after"].set_index("year").groupby("service_id")["without"].idxmax()
    table = frame.assign(
        service=frame["service_id"].map(called),
        when=[both(COURSES[key]) for key in frame["when"]],
        peak=frame["service_id"].map(peaks),
    )
    columns = (
        SERVICE, YEAR, WHEN, *FIGURES,
        Column("peak", "规划后缺口最大的年份", "Year of the largest gap under the plan", "year", 15),
    )  # fmt: skip
    notes = (
        ALTERNATIVE,
        (
            "大班额：分配人数÷班数大于标准班额（“依据与假设”中的 class_size，取最大一级）的学校的班数占全部班数之比；"
            "1 亩＝666.67 m²；教职工按台账和标准规模的人数计，现有学校扩建的只计增加的部分。",
            "Classes above their size: classes of schools where those sent there per class are more than the standard's"
            " class size (its largest), of all classes; 1 mu is 666.67 m2; staff by the ledger and the standard's"
            " sizes.",
        ),
        (
            "不含：学区的连续性与飞地（方案分配到学校，不划片）、"
            "出生数波动 ±20%（请以 people.variant 的低、高方案另算后比较）、"
            "规划后新建学校的优质均衡指标（资源不详）。空白：台账或标准没有这一数值，或方案没有计入。",
            "Not told: contiguity of catchments (people are sent to schools, no districts are drawn), births 20 % up or"
            " down (run the low and high variant of `people` and compare), the balance of new schools (their resources"
            " are not known). Empty: the ledger or the standard does not tell, or the scenario does not count it.",
        ),
    )
    return make_sheet("education", ("教育方案比较", "Education figures"), columns, table, notes)
