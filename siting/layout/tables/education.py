"""What an education bureau compares: one row a service, year and course."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.impedance import FloatArray, IntArray
from siting.layout.moved_twice import moved_again
from siting.layout.result import Course
from siting.layout.tables.births import BIRTHS, FACTORS
from siting.layout.tables.columns import ALTERNATIVE, COURSES, SERVICE, WHEN, YEAR
from siting.layout.tables.facts import COMPULSORY, EDUCATION, Facts
from siting.layout.tables.flows import NOWHERE
from siting.layout.tables.needs import year_of_gap, year_of_most
from siting.layout.tables.schools import young_groups
from siting.render.columns import Column, Sheet, make_sheet, with_values
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
    Column("in_pieces", "片区不连续的学校（所）", "Schools with a catchment in pieces", "count", 13),
    Column("more_pieces", "多出的片数（片）", "Pieces beyond one a school", "count", 12),
    Column("apart", "不在最大一片的学生（人）", "Pupils outside the largest piece", "persons", 14),
    *(
        Column(f"{name}_{key}", f"{zh}：{BIRTHS[key][0]}", f"{en}: {BIRTHS[key][1]}", kind, 14)
        for key in FACTORS
        for name, zh, en, kind in (
            ("need", "学生（人）", "Pupils", "persons"),
            ("without", "没有学位（人）", "Without a seat", "persons"),
            ("share", "达标比例", "Share within the standard", "share"),
            ("peak", "缺口最大的年份", "Year of the largest gap", "year"),
        )
    ),
    Column("peak", "缺口最大的年份", "Year of the largest gap", "year", 12),
    Column("peak_need", "学生最多的年份", "Year of most pupils", "year", 12),
    Column("peak_places", "学位最多的年份", "Year of most seats", "year", 12),
)
OF_BIRTHS = tuple(f"{name}_{key}" for key in FACTORS for name in ("need", "without", "share", "peak"))
NOT_ALWAYS = (  # left out where not told
    "young_far", "bus", "board", "ride_yuan", "full_classes", "variation_failed", "schools_failing", "peak", *OF_BIRTHS,
)  # fmt: skip


def education_of(
    facts: Facts,
    frame: pd.DataFrame,
    rides: pd.DataFrame,
    variation: pd.DataFrame,
    births: pd.DataFrame,
    pieces: pd.DataFrame,
) -> pd.DataFrame:
    """service_id, year, when and `FIGURES`, for the education services of the plan.

    Args:
        frame: `needs.figures`.
        rides: `schools.rides_of`.
        variation: `balance.variation_of`.
        births: `births.births_of`.
        pieces: `catchments.pieces_of`.
    """
    rows = []
    county = frame[(frame["level_id"] == "county") & (frame["group_id"] == "all")]
    for s, service in enumerate(facts.services):
        if service.id not in EDUCATION:
            continue
        mine = county[county["service_id"] == service.id]
        peaks = {when: _peaks(mine.set_index("year"), when) for when, _ in facts.courses}
        for t, year in enumerate(facts.years):
            found = mine[mine["year"] == year].iloc[0]
            for when, course in facts.courses:
                rows.append(
                    {
                        "service_id": service.id, "year": year, "when": when,
                        **_told(found, when), **_changes(facts, s, t, when), **_sizes(facts, course, s, t),
                        **_rides(facts, rides, s, t, when),
                        "young_far": _young_far(facts, course, s, t),
                        **_balance(variation, service.id, year, when), **_pieces(pieces, s, t, when),
                        **_of_births(births, service.id, year, when), **peaks[when],
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


def _pieces(pieces: pd.DataFrame, s: int, t: int, when: str) -> dict[str, float]:
    """Schools whose catchment lies in pieces, the pieces beyond one a school, the pupils outside the largest."""
    mine = pieces[(pieces["service"] == s) & (pieces["period"] == t) & (pieces["when"] == when)]
    return {
        "in_pieces": float((mine["pieces"] > 1).sum()),
        "more_pieces": float((mine["pieces"] - 1).sum()),
        "apart": float(mine["apart"].sum()),
    }


def _of_births(births: pd.DataFrame, service: str, year: int, when: str) -> dict[str, float]:
    """The plan with fewer and more births; NaN where nothing is done, and of services that do not depend on them."""
    if births.empty or when == "before" or service not in set(births["service_id"]):
        return dict.fromkeys(OF_BIRTHS, np.nan)
    county = births[(births["level_id"] == "county") & (births["service_id"] == service)].set_index("year")
    peaks = {f"peak_{key}": year_of_gap(county[f"without_{key}"]) for key in FACTORS}
    return {name: peaks[name] if name in peaks else float(county[name][year]) for name in OF_BIRTHS}


def _peaks(mine: pd.DataFrame, when: str) -> dict[str, float]:
    """Years of the largest gap (NaN without one), of most pupils and of most seats, of one service's years."""
    unlimited = bool((mine[f"unlimited_{when}"] > 0).any())
    return {
        "peak": year_of_gap(mine[f"without_{when}"]),
        "peak_need": year_of_most(mine["need"]),
        "peak_places": np.nan if unlimited else year_of_most(mine[f"places_{when}"]),
    }


def education(facts: Facts, frame: pd.DataFrame) -> Sheet:
    """教育方案比较表."""
    called = {service.id: name for service, name in zip(facts.services, facts.service_names, strict=True)}
    parts = facts.plan.posed.parts
    frame = frame[frame["service_id"].isin([part.service.id for part in parts if part.plan.count_people])]
    table = frame.assign(
        service=frame["service_id"].map(called),
        when=[both(COURSES[key]) for key in frame["when"]],
    )
    columns = with_values((SERVICE, YEAR, WHEN, *FIGURES), table, NOT_ALWAYS)
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
            "片区不连续：见“不连续的片区”表。出生少、多 20%：见“出生数上下浮动 20%”表，只算规划，在用的学校不变；"
            "届时学生都已出生的服务（如普通高中）不列。缺口最大的年份为空：各年都有学位。",
            "Catchments in pieces: see the table of them. Births 20 % fewer or more: see the table; of the plan only,"
            " with its schools; services whose pupils are all born by then (such as senior high schools) have none. No"
            " year of the largest gap: everybody has a seat.",
        ),
        (
            "不含：规划后新建学校的优质均衡指标（资源不详）。空白：台账或标准没有这一数值，或方案没有计入。",
            "Not told: the balance of new schools (their resources are not known). Empty: the ledger or the standard"
            " does not tell, or the scenario does not count it.",
        ),
    )
    return make_sheet("education", ("教育方案比较", "Education figures"), columns, table, notes)
