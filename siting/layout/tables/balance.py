"""优质均衡: how much schools differ in resources for each pupil, with the pupils that the plan sends to them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from siting.case_ledger import RESOURCES
from siting.evaluation.quality_balance import School, load_quality_standard, quality_balance
from siting.layout.quality import added_places, school_of, with_added
from siting.layout.result import Course
from siting.layout.tables.columns import COURSES, SERVICE, WHEN, YEAR
from siting.layout.tables.facts import COMPULSORY, Facts
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.wording import both, yes_no

EMPTY = (
    "service", "resource", "mean", "least", "below", "variation", "largest", "passes", "when", "year", "schools",
    "unknown", "failing",
)  # fmt: skip
DECIMALS = 6  # of pupils: what the transport's rounding leaves is nobody


def variation_of(facts: Facts) -> pd.DataFrame:
    """`quality_balance(...).variation` for each course and year, with when, year, schools, unknown, failing.

    `schools`: that are judged; `unknown`: new schools in use, whose resources nobody knows; `failing`: judged schools
    that do not pass the indicators, the same for each indicator. Empty where the case does not tell resources, or the
    plan has no school of compulsory education.
    """
    case, parts = facts.plan.posed.case, []
    mine = {service.id for service in facts.services}
    if case.school_resources is not None and mine & set(COMPULSORY):
        for when, course in facts.courses:
            parts += [_in_year(facts, course, t).assign(when=when, year=year) for t, year in enumerate(facts.years)]
    found = [part[part["service"].isin(mine)] for part in parts if len(part)]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(EMPTY))


def _in_year(facts: Facts, course: Course, t: int) -> pd.DataFrame:
    case = facts.plan.posed.case
    assert case.school_resources is not None
    known = set(case.school_resources["id"])
    load = {
        p.id: round(float(course.load[k, t]), DECIMALS)
        for k, p in enumerate(facts.places)
        if p.origin == "existing" and p.id in known
    }
    attended = {name: pupils for name, pupils in load.items() if pupils > 0}
    resources = _resources(facts, course, t)
    resources = resources[resources["id"].isin(attended)].reset_index(drop=True)
    pupils = case.facilities["id"].map(attended)
    found = quality_balance(
        replace(case, facilities=case.facilities.assign(enrolment=pupils), school_resources=resources),
        load_quality_standard(),
    )
    assert found is not None
    counted = found.schools[found.schools["counted"]]
    judged, passing = counted.groupby("service").size(), counted.groupby("service")["passes"].sum()
    in_use = facts.in_use(course)[:, t] & facts.real & (course.load[:, t] > 0)
    new = [
        facts.services[facts.service_of_place[p]].id for p in np.flatnonzero(in_use) if facts.places[p].id not in known
    ]
    unknown = pd.Series(new, dtype=object).value_counts()
    return found.variation.assign(
        schools=found.variation["service"].map(judged).fillna(0),
        unknown=found.variation["service"].map(unknown).fillna(0),
        failing=found.variation["service"].map(judged - passing).fillna(0),
    )


def _resources(facts: Facts, course: Course, t: int) -> pd.DataFrame:
    """What schools have in a period: as today; under `quality_limits` those that grow have what is asked for more."""
    resources = facts.plan.posed.case.school_resources
    assert resources is not None
    limited = {part.service.id for part in facts.plan.posed.parts if part.plan.quality_limits}
    grown: dict[str, tuple[School, float]] = {}
    for p, place in enumerate(facts.places):
        k = int(course.state[p, t])
        if place.service in limited and place.origin == "existing" and k >= 0:
            grown[place.id] = school_of(place), float(added_places(place)[k])
    standard, rows = load_quality_standard(), []
    for _, row in resources.iterrows():
        school, more = grown.get(str(row["id"]), ("primary_school", 0.0))
        rows.append(with_added(row, school, standard, more) if more > 0 else row[list(RESOURCES)])
    own = pd.DataFrame(rows, columns=list(RESOURCES)).astype(np.float64).reset_index(drop=True)
    return own.assign(id=resources["id"].to_numpy())


def school_variation(facts: Facts, frame: pd.DataFrame) -> Sheet:
    """差异系数: one row a service, year, course and indicator."""
    names = {i.resource: both((i.name_zh, i.name_en)) for i in load_quality_standard().indicators}
    called = {service.id: name for service, name in zip(facts.services, facts.service_names, strict=True)}
    table = frame.assign(
        service=frame["service"].map(called),
        indicator=frame["resource"].map(names),
        passes=[yes_no(bool(flag)) for flag in frame["passes"]],
        when=[both(COURSES[key]) for key in frame["when"]],
    )
    columns = (
        SERVICE, YEAR, WHEN, Column("indicator", "指标", "Indicator", width=46),
        Column("schools", "评价的学校（所）", "Schools judged", "count", 12),
        Column("unknown", "资源不详的学校（所）", "Schools of unknown resources", "count", 14),
        Column("mean", "全部学生平均", "Mean of all pupils", "number"),
        Column("below", "低于标准的学校（所）", "Schools below the standard", "count", 14),
        Column("failing", "七项合起来不合格的学校（所）", "Schools failing the indicators together", "count", 16),
        Column("variation", "差异系数", "Coefficient of variation", "number", 13),
        Column("largest", "上限", "At most", "number", 9), Column("passes", "达标", "Within the limit", width=10),
    )  # fmt: skip
    notes = (
        (
            "学生数为方案分配的人数，各校资源按现状不变；新建学校的资源不详，关闭学校的资源未作转移，均不计入。教学点不评价。",
            "Pupils as the plan sends them, resources of schools as today; those of new schools are not known, and"
            " those of closed ones are not handed on: neither counts. Teaching points are not judged.",
        ),
        (
            "差异系数是事后核对的，方案不以它为约束；方案写明 quality_limits 的学段，每校人数不超过七项指标合格的人数，"
            "扩建的学位按标准配足资源计入。",
            "Coefficients of variation are checked afterwards; no plan is held to them. Where the scenario says"
            " `quality_limits` no school has more pupils than it passes the indicators with, and places added by"
            " growing count with the resources that the standard asks for them.",
        ),
    )
    return make_sheet("school_variation", ("优质均衡差异系数", "School variation"), columns, table, notes)
