"""出生数上下浮动: the finished plan if a fifth fewer or more children are born, nothing else being changed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from siting.errors import InputError
from siting.impedance import FloatArray
from siting.layout.demand import needs_of
from siting.layout.result import Course
from siting.layout.settled import sent_anew
from siting.layout.tables.columns import SERVICE, UNIT, YEAR
from siting.layout.tables.facts import Facts
from siting.layout.tables.needs import frame_of, people_by_unit
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.wording import Text

FACTORS = {"low": 0.8, "high": 1.2}
BIRTHS: dict[str, Text] = {
    "low": ("出生少 20%", "20 % fewer births"), "plan": ("规划", "plan"), "high": ("出生多 20%", "20 % more births"),
}  # fmt: skip
FIGURES = ("need", "without", "share")


def depending(facts: Facts) -> list[int]:
    """Numbers of the services whose people are of ages with an upper end that those born after the data reach."""
    born_after = facts.years[-1] - facts.plan.posed.needs.people.base_year
    return [
        s
        for s, part in enumerate(facts.plan.posed.parts)
        if part.plan.count_people
        and part.service.demand.to_age is not None
        and part.service.demand.from_age < born_after
    ]


def births_of(facts: Facts) -> pd.DataFrame:
    """The rows of `needs.frame_of` for everybody of the services that depend on births.

    Besides: need, without (persons without a place), share (within the standard) of the plan, and the same if births
    of every year after the data are 20 % fewer (`..._low`) or more (`..._high`): the people are projected again, what
    becomes of every facility stays, and people are sent anew by the plan's objectives. NaN where such births cannot be
    projected (more would move away than there are). No rows where no service depends on births.
    """
    services = depending(facts)
    if not services:
        return pd.DataFrame()
    frame = frame_of(facts)
    kept = (frame["group_id"] == "all") & frame["service_id"].isin([facts.services[s].id for s in services])
    frame = frame.assign(**_figures(facts, facts.plan.after, ""))
    for key, factor in FACTORS.items():
        course = with_births(facts, services, factor)
        found = (
            dict.fromkeys((f"{n}_{key}" for n in FIGURES), np.nan) if course is None else _figures(facts, course, key)
        )
        frame = frame.assign(**found)
    return frame[kept].reset_index(drop=True)


def _figures(facts: Facts, course: Course, key: str) -> dict[str, FloatArray]:
    people = people_by_unit(facts, course)
    need = people["need"]
    values = (need, np.maximum(need - people["placed"], 0.0), people["within"] / np.where(need > 0, need, np.nan))
    return {f"{name}_{key}".rstrip("_"): value for name, value in zip(FIGURES, values, strict=True)}


def with_births(facts: Facts, services: list[int], factor: float) -> Course | None:
    """The plan's facilities with so many times the births; None where that cannot be projected.

    The persons of each demand row of these services grow as those of its group at its point do.
    """
    posed = facts.plan.posed
    sizes = facts.plan.after.solution.sizes
    assert sizes is not None
    try:
        needs = needs_of(posed.needs.people.case, posed.scenario, facts.services, posed.path.parent, births=factor)
    except InputError:
        return None
    demand = posed.demand
    growth = np.ones(len(demand))
    s, g = demand["service"].to_numpy(), demand["group"].to_numpy()
    for service in services:
        for k, (then, now) in enumerate(zip(needs.groups[service], posed.needs.groups[service], strict=True)):
            mine = (s == service) & (g == k)
            at = demand["period"].to_numpy()[mine], demand["point"].to_numpy()[mine]
            growth[mine] = then.persons[at] / now.persons[at]
    persons = demand["persons"].to_numpy() * growth
    other = replace(
        posed, needs=needs, demand=demand.assign(persons=persons), instance=replace(posed.instance, demand=persons)
    )
    return sent_anew(facts.plan.after, other, services, sizes)


def births(facts: Facts, frame: pd.DataFrame) -> Sheet:
    """The table of `births_of`."""
    of_births = {"low": "_low", "plan": "", "high": "_high"}
    columns = (
        SERVICE, *UNIT, YEAR,
        *(
            Column(f"{name}{ending}", f"{zh}：{BIRTHS[key][0]}", f"{en}: {BIRTHS[key][1]}", kind, 14)
            for name, zh, en, kind in (
                ("need", "需求（人）", "Need (persons)", "persons"),
                ("without", "没有着落（人）", "Without a place", "persons"),
                ("share", "达标比例", "Share within", "share"),
            )
            for key, ending in of_births.items()
        ),
    )  # fmt: skip
    base = facts.plan.posed.needs.people.base_year
    notes: list[Text] = [
        (
            f"{base} 年（数据年份）以后各年的出生数都乘以 0.8 或 1.2，重新推算人口；"
            "在用的设施、规模、启用年份按规划不变，人按同样的目标重新安排去处，不另求解。只列有年龄上限、届时有这些孩子的服务。",
            f"Births of every year after {base}, the year of the data, are multiplied by 0.8 or 1.2 and the people"
            " projected again; which facilities are in use, how large and from when on stays as planned, people are"
            " sent anew by the same objectives, nothing is solved again. Only services of ages with an upper end that"
            " such children reach.",
        )
    ]
    if not facts.plan.posed.needs.people.given.has_births:
        notes.append(
            (
                "案例没有出生数：以最低年龄段的每岁人数代替，再乘以 0.8、1.2。",
                "The case states no births: as many as its youngest band has a year, times 0.8 and 1.2.",
            )
        )
    if frame[["need_low", "need_high"]].isna().any(axis=None):
        notes.append(
            (
                "空白：出生这样少时，假设的迁出人数多于当地的人，无法推算。",
                "Empty: with so few births more would move away than there are; that cannot be projected.",
            )
        )
    people = frame[(frame["need"] > 0) | (frame["need_high"] > 0)]
    return make_sheet("births", ("出生数上下浮动 20%", "Births 20 % up or down"), columns, people, notes)
