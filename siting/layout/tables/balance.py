"""优质均衡: how much schools differ in resources for each pupil, with the pupils that the plan sends to them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from siting.evaluation.quality_balance import load_quality_standard, quality_balance
from siting.layout.result import Course
from siting.layout.tables.columns import COURSES, SERVICE, WHEN, YEAR
from siting.layout.tables.facts import COMPULSORY, Facts
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.wording import both, yes_no

EMPTY = ("service", "resource", "mean", "least", "below", "variation", "largest", "passes", "when", "year", "schools")


def variation_of(facts: Facts) -> pd.DataFrame:
    """`quality_balance(...).variation` for each course and year, with when, year, schools, unknown.

    `schools`: that are judged; `unknown`: new schools in use, whose resources nobody knows. Empty where the case does
    not tell resources, or the plan has no school of compulsory education.
    """
    case, parts = facts.plan.posed.case, []
    mine = {service.id for service in facts.services}
    if case.school_resources is not None and mine & set(COMPULSORY):
        for when, course in facts.courses:
            parts += [_in_year(facts, course, t).assign(when=when, year=year) for t, year in enumerate(facts.years)]
    found = [part[part["service"].isin(mine)] for part in parts if len(part)]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=[*EMPTY, "unknown"])


def _in_year(facts: Facts, course: Course, t: int) -> pd.DataFrame:
    case = facts.plan.posed.case
    assert case.school_resources is not None
    known = set(case.school_resources["id"])
    load = {p.id: course.load[k, t] for k, p in enumerate(facts.places) if p.origin == "existing" and p.id in known}
    attended = {name: pupils for name, pupils in load.items() if pupils > 0}
    resources = case.school_resources[case.school_resources["id"].isin(attended)].reset_index(drop=True)
    pupils = case.facilities["id"].map(attended)
    found = quality_balance(
        replace(case, facilities=case.facilities.assign(enrolment=pupils), school_resources=resources),
        load_quality_standard(),
    )
    assert found is not None
    judged = found.schools[found.schools["counted"]].groupby("service").size()
    in_use = facts.in_use(course)[:, t] & facts.real & (course.load[:, t] > 0)
    new = [
        facts.services[facts.service_of_place[p]].id for p in np.flatnonzero(in_use) if facts.places[p].id not in known
    ]
    unknown = pd.Series(new, dtype=object).value_counts()
    return found.variation.assign(
        schools=found.variation["service"].map(judged).fillna(0),
        unknown=found.variation["service"].map(unknown).fillna(0),
    )


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
        Column("variation", "差异系数", "Coefficient of variation", "number", 13),
        Column("largest", "上限", "At most", "number", 9), Column("passes", "达标", "Within the limit", width=10),
    )  # fmt: skip
    notes = ((
        "学生数为方案分配的人数，各校资源按现状不变；新建学校的资源不详，关闭学校的资源未作转移，均不计入。教学点不评价。",
        "Pupils as the plan sends them, resources of schools as today; those of new schools are not known, and those"
        " of closed ones are not handed on: neither counts. Teaching points are not judged.",
    ),)  # fmt: skip
    return make_sheet("school_variation", ("优质均衡差异系数", "School variation"), columns, table, notes)
