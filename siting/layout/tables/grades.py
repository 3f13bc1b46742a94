"""分年级需求: pupils of each grade by year, from the single years of age of the projection."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.layout.tables.columns import SERVICE
from siting.layout.tables.facts import Facts
from siting.people.ages import ages_within
from siting.people.over_time import rates_by_age
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.wording import both

GRADES = {  # the names of the grades, the youngest first
    "kindergarten": (("小班", "lower class"), ("中班", "middle class"), ("大班", "upper class")),
    "primary_school": tuple((f"{zh}年级", f"grade {n}") for n, zh in enumerate("一二三四五六", start=1)),
    "junior_school": tuple((f"{zh}年级", f"grade {n}") for n, zh in enumerate("七八九", start=7)),
    "senior_high": tuple((f"高{zh}", f"grade {n}") for n, zh in enumerate("一二三", start=10)),
}


def grades(facts: Facts) -> Sheet | None:
    """Need for places of each grade; None without a service whose ages are as many as its grades."""
    needs, rows = facts.plan.posed.needs, []
    steps = needs.people.index(facts.years)
    for s, part in enumerate(facts.plan.posed.parts):
        names, rule = GRADES.get(part.service.id, ()), part.service.demand
        if not part.plan.count_people or rule.to_age is None or rule.to_age - rule.from_age + 1 != len(names):
            continue
        weight = rates_by_age(rule)
        total, whole = needs.over_time.services[part.service.id].total, needs.people.at_points(steps, weight)
        for age, name in enumerate(names, start=rule.from_age):
            mine = needs.people.at_points(steps, weight * ages_within(age, age))
            share = np.divide(mine, whole, out=np.zeros_like(whole), where=whole > 0)
            persons = (total * share).sum(axis=1)
            rows.append(
                {
                    "service": facts.service_names[s], "grade": both(name), "age": age,
                    **{f"need_{year}": persons[t] for t, year in enumerate(facts.years)},
                }
            )  # fmt: skip
    if not rows:
        return None
    columns = (
        SERVICE, Column("grade", "年级", "Grade", width=20), Column("age", "年龄（岁）", "Age", "count", 8),
        *(Column(f"need_{y}", f"{y} 年（人）", f"{y} (persons)", "persons", 12) for y in facts.years),
    )  # fmt: skip
    notes = (
        (
            "推算的各岁人数乘以标准中的比例，含随迁子女和跨县（市）就读；一岁一个年级，不计留级、跳级。现状各年龄段的单岁人数由插值得出。"
            "各校分年级在校生台账没有，不列。",
            "People of each year of age in the projection times the standard's rate, with migrants' children and people"
            " from over the border; one age a grade, nobody repeats or skips one. Single ages of today come from"
            " interpolation of the age bands. Enrolment by grade of single schools is not in the ledger.",
        ),
    )
    return make_sheet("grades", ("分年级需求", "Need by grade"), columns, pd.DataFrame(rows), notes)
