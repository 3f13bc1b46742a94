"""Demand, gaps and coverage by service, group, year and unit, before and after."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.impedance import FloatArray
from siting.layout.result import Course
from siting.layout.tables.columns import ALTERNATIVE, COURSES, GROUP, SERVICE, UNIT, YEAR
from siting.layout.tables.facts import Facts
from siting.layout.tables.units import spread_by, sums
from siting.render.columns import Column, Sheet, make_sheet

HALF = 0.5  # persons: fewer are none in a table


def frame_of(facts: Facts) -> pd.DataFrame:
    """One row a series, year and unit: service, group, year, level, unit (ids) and their names, numbers of each."""
    units, years = facts.units, facts.years
    series, period, unit = (
        index.ravel() for index in np.indices((len(facts.series), len(years), units.count))
    )  # fmt: skip
    pick = units.frame.iloc[unit].reset_index(drop=True)
    return pd.DataFrame(
        {
            "service_id": [facts.services[facts.series[k].service].id for k in series],
            "group_id": [facts.series[k].id for k in series],
            "service": [facts.service_names[facts.series[k].service] for k in series],
            "group": [facts.series[k].name for k in series],
            "year": np.array(years)[period],
            "level_id": pick["level"],
            "unit_id": pick["unit"],
            "level": np.array(units.level_names, dtype=object)[unit],
            "unit": pick["name"],
        }
    )


def people_by_unit(facts: Facts, course: Course) -> dict[str, FloatArray]:
    """need, placed, within (persons): one value a row of `frame_of`."""
    people, T = course.people, len(facts.years)
    rows, series = facts.spread(people["service"].to_numpy(), people["group"].to_numpy())
    key = series * T + people["period"].to_numpy()[rows]
    units = facts.units.of_points[:, people["point"].to_numpy()[rows]]
    shape = (len(facts.series) * T, facts.units.count)
    columns = {"need": "persons", "placed": "placed", "within": "within"}
    return {name: sums(key, units, people[column].to_numpy()[rows], shape).ravel() for name, column in columns.items()}


def minutes_by_unit(facts: Facts, course: Course) -> dict[str, FloatArray]:
    """mean, median, p95, longest minutes of those who have a place, and how many are within 30: as `frame_of`."""
    pairs, T, U = facts.pairs(course), len(facts.years), facts.units.count
    rows, series = facts.spread(pairs["service"].to_numpy(), pairs["group"].to_numpy())
    key = series * T + pairs["period"].to_numpy()[rows]
    units = facts.units.of_points[:, pairs["point"].to_numpy()[rows]]
    minutes, persons = pairs["minutes"].to_numpy()[rows], pairs["persons"].to_numpy()[rows]
    cell = (key[None] * U + units).ravel()
    found = spread_by(cell, np.tile(minutes, 3), np.tile(persons, 3), len(facts.series) * T * U)
    within_30 = sums(key, units, persons * (minutes <= 30), (len(facts.series) * T, U)).ravel()
    return {
        "mean_min": found.mean, "median_min": found.median, "p95_min": found.p95, "longest_min": found.longest,
        "within_30": within_30,
    }  # fmt: skip


def places_by_unit(facts: Facts, course: Course) -> tuple[FloatArray, FloatArray]:
    """Places in use by location, and how many facilities in use have no limit: as `frame_of`.

    A group that is a kind of demand has the places of its kind; any other group has none of its own (NaN).
    """
    T, U = len(facts.years), facts.units.count
    used, groups = facts.in_use(course), facts.plan.posed.needs.groups
    held = np.full((len(facts.series), T, U), np.nan)
    open_ended = np.full((len(facts.series), T, U), np.nan)
    for k, series in enumerate(facts.series):
        kind = groups[series.service][series.group].kind
        if series.group >= 0 and kind < 0:
            continue
        mine = np.flatnonzero((facts.service_of_place == series.service) & used.any(axis=1))
        place, period = np.nonzero(used[mine])
        states = [facts.places[mine[p]].states[course.state[mine[p], t]] for p, t in zip(place, period, strict=True)]
        persons = np.array([s.usable if series.group < 0 else s.by_kind[kind] for s in states], dtype=np.float64)
        limited = np.isfinite(persons)
        units = facts.units.of_places[:, mine[place]]
        held[k] = sums(period, units, np.where(limited, persons, 0.0), (T, U))
        open_ended[k] = sums(period, units, (~limited).astype(np.float64), (T, U))
    return held.ravel(), open_ended.ravel()


def figures(facts: Facts) -> pd.DataFrame:
    """`frame_of` with all figures of both courses, named `..._before` and `..._after`; `need` is the same in both."""
    frame = frame_of(facts)
    for when, course in facts.courses:
        people, minutes = people_by_unit(facts, course), minutes_by_unit(facts, course)
        held, open_ended = places_by_unit(facts, course)
        need = people["need"]
        frame = frame.assign(
            need=need,
            **{
                f"{name}_{when}": value
                for name, value in {
                    "placed": people["placed"],
                    "within": people["within"],
                    "without": np.maximum(need - people["placed"], 0.0),
                    "beyond": np.maximum(people["placed"] - people["within"], 0.0),
                    "share": people["within"] / np.where(need > 0, need, np.nan),
                    "places": held,
                    "unlimited": open_ended,
                    "short": np.where(open_ended > 0, np.nan, need - held),
                    **minutes,
                }.items()
            },
        )
    return frame


def groups(facts: Facts, frame: pd.DataFrame) -> Sheet:
    """需求: people who need each service, by group and year."""
    county = frame[frame["level_id"] == "county"]
    needs = facts.plan.posed.needs.groups
    ages = [facts.services[s.service].demand if s.group < 0 else needs[s.service][s.group].group for s in facts.series]
    T = len(facts.years)
    pivot = county["need"].to_numpy().reshape(-1, T)
    table = pd.DataFrame(
        {
            "service": [facts.service_names[s.service] for s in facts.series],
            "group": [s.name for s in facts.series],
            "from_age": [float(part.from_age) for part in ages],
            "to_age": [np.nan if part.to_age is None else float(part.to_age) for part in ages],
            **{f"need_{year}": pivot[:, t] for t, year in enumerate(facts.years)},
            "peak": np.array(facts.years)[pivot.argmax(axis=1)],
        }
    )
    columns = (
        SERVICE, GROUP, Column("from_age", "起始年龄（岁）", "From age", "count", 10),
        Column("to_age", "终止年龄（岁）", "To age", "count", 10),
        *(Column(f"need_{y}", f"{y} 年需求（人）", f"Need in {y} (persons)", "persons", 14) for y in facts.years),
        Column("peak", "需求最大的年份", "Year of the largest need", "year", 12),
    )  # fmt: skip
    notes = ((
        "需求＝各年龄人数 × 标准中的比例，含随迁子女和跨县（市）就读；终止年龄为空：无上限。",
        "Need: people of those ages times the standard's rate, with migrants' children and people from over the border;"
        " an empty last age has no upper end.",
    ),)  # fmt: skip
    return make_sheet("groups", ("需求预测", "Demand"), columns, table, notes)


def gaps(facts: Facts, frame: pd.DataFrame) -> Sheet:
    """缺口: need and places by service, kind of bed, unit and year, before and after."""
    kinds = frame["places_after"].notna() | frame["places_before"].notna()
    part = frame[kinds & ((frame["need"] > 0) | (frame["places_after"] > 0) | (frame["places_before"] > 0))]
    columns = (
        SERVICE, GROUP, *UNIT, YEAR, Column("need", "需求（人）", "Need (persons)", "persons"),
        *(
            Column(f"{name}_{when}", f"{zh}：{COURSES[when][0]}", f"{en}: {COURSES[when][1]}", kind, 15)
            for when in COURSES
            for name, zh, en, kind in (
                ("places", "学位、床位、名额（个）", "Places", "persons"),
                ("unlimited", "不设上限的设施（处）", "Facilities without a limit", "count"),
                ("short", "缺口（负数为富余）", "Short by (negative: to spare)", "persons"),
                ("without", "没有着落的人（人）", "People without a place", "persons"),
                ("beyond", "有着落但超出标准的人（人）", "People placed beyond the standard", "persons"),
            )
        ),
    )  # fmt: skip
    notes = (
        (
            "学位、床位、名额按设施所在单元计，需求和没有着落的人按居住地计。缺口＝需求−名额；有不设上限的设施时不计缺口。",
            "Places are counted where the facility is, need and people without a place where they live. Short by: need"
            " less places; not told where a facility has no limit.",
        ),
        ALTERNATIVE,
    )
    return make_sheet("gaps", ("学位床位托位缺口", "Gaps"), columns, part, notes)


def coverage(facts: Facts, frame: pd.DataFrame) -> Sheet:
    """覆盖与出行: by service, group, year and unit, before and after."""
    figures_of = (
        ("placed", "有着落（人）", "Placed (persons)", "persons"),
        ("within", "达标（人）", "Within the standard (persons)", "persons"),
        ("share", "达标比例", "Share within", "share"),
        ("mean_min", "平均（分钟）", "Mean (min)", "minutes"),
        ("median_min", "中位数（分钟）", "Median (min)", "minutes"),
        ("p95_min", "95% 不超过（分钟）", "95 % within (min)", "minutes"),
        ("longest_min", "最长（分钟）", "Longest (min)", "minutes"),
    )
    columns = (
        SERVICE, GROUP, *UNIT, YEAR, Column("need", "人数（人）", "People", "persons"),
        *(
            Column(f"{name}_{when}", f"{zh}：{COURSES[when][0]}", f"{en}: {COURSES[when][1]}", kind, 14)
            for name, zh, en, kind in figures_of for when in COURSES
        ),
    )  # fmt: skip
    modes = sorted({mode for part in facts.plan.posed.parts for mode in part.problem.mode})
    by = "、".join({"walk": "步行 walk", "drive": "乘车 drive"}[mode] for mode in modes)
    notes = (
        (
            f"达标：所分配的设施在标准时间以内（按分区的标准：{by}）。时间只统计有着落的人，按人数加权，单程。",
            f"Within: the place that people are sent to lies within the standard ({by}, as the zone's standard says)."
            " Minutes: of those who have a place, one way, weighted by people.",
        ),
        ALTERNATIVE,
    )
    return make_sheet("coverage", ("覆盖与出行", "Coverage and travel"), columns, frame[frame["need"] > 0], notes)


def year_of_most(values: pd.Series) -> float:
    """The first year (index) of the largest of some numbers."""
    return float(values.index.to_numpy(dtype=np.float64)[values.to_numpy(dtype=np.float64).argmax()])


def year_of_gap(without: pd.Series) -> float:
    """The first year in which most people are without a place; NaN where nobody ever is, or it is not known."""
    return year_of_most(without) if without.max() >= HALF else np.nan
