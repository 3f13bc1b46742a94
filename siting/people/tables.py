"""The tables of a projection, written alike as workbook and CSV files."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from siting.impedance import FloatArray, IntArray
from siting.people.ages import AGES, METHOD, OLDEST
from siting.people.assumptions import value_text
from siting.people.of_case import PeopleOverTime
from siting.people.over_time import GROUPS, DemandOverTime
from siting.people.places import Place, level_text, places_of
from siting.people.plots import dwellings
from siting.people.sums import sum_by
from siting.people.words import PARTS
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.wording import both, yes_no, zone_names

PLACE = (
    Column("level", "层次", "Level", width=16),
    Column("name", "地方", "Place", width=30),
    Column("township", "乡镇街道", "Township"),
    Column("zone", "分区", "Zone", width=16),
)
YEAR = Column("year", "年份", "Year", "year", 8)


def sheets_of(people: PeopleOverTime, demand: DemandOverTime) -> list[Sheet]:
    """Every table, in reading order."""
    places = places_of(people)
    return [
        by_place(people, places),
        by_age(people, demand),
        components(people, places),
        demand_by_place(people, demand, places),
        demand_by_point(people, demand),
        *([plots(people, demand)] if len(people.plots) else []),
        assumptions(people),
        notes(people),
    ]


def by_place(people: PeopleOverTime, places: Sequence[Place]) -> Sheet:
    """People by place, age group and year."""
    columns = (
        *PLACE,
        YEAR,
        Column("persons", "常住人口", "Residents", "persons"),
        *(Column(group.key, group.zh, group.en, "persons") for group in GROUPS),
        Column("share_60", "60 岁及以上比重", "Aged 60 and over", "share"),
    )
    numbers = people.in_units @ np.stack([np.ones(AGES), *(group.ages for group in GROUPS)], axis=1)
    frame = _stacked(people, places, ["persons", *(group.key for group in GROUPS)], numbers, people.years)
    persons = frame["persons"].to_numpy()
    frame["share_60"] = np.divide(
        frame["age_60_plus"].to_numpy(), persons, out=np.full(len(frame), np.nan), where=persons > 0
    )
    note = ("80 岁及以上已含在 60 岁及以上之内。", "Those of 80 and over are among those of 60 and over.")
    return make_sheet("people_by_place", ("各地人口", "People by place"), columns, frame, [note])


def by_age(people: PeopleOverTime, demand: DemandOverTime) -> Sheet:
    """The whole place by single year of age, in the base year and the planning years."""
    years = shown_years(people, demand)
    whole = people.in_units.sum(axis=1)[people.index(years)]
    frame = pd.DataFrame({f"y{year}": whole[k] for k, year in enumerate(years)})
    frame.insert(0, "item", [str(age) for age in range(OLDEST)] + [f"{OLDEST}+"])
    columns = (
        Column("item", "年龄", "Age", width=8),
        *(Column(f"y{year}", f"{year} 年", f"{year}", "persons") for year in years),
    )
    return make_sheet("people_by_age", ("单岁人口", "By single year"), columns, frame, [METHOD])


def components(people: PeopleOverTime, places: Sequence[Place]) -> Sheet:
    """Why the number of people of each place changes in each year."""
    course = people.course
    numbers = [people.by_unit(course.people)[:-1].sum(axis=2), people.by_unit(course.births)]
    for name in list(PARTS)[1:]:
        numbers.append(people.by_unit(getattr(course, name)).sum(axis=2))
    numbers.append(people.by_unit(course.people)[1:].sum(axis=2))
    names = ["start", *PARTS, "end"]
    columns = (
        *PLACE,
        YEAR,
        Column("start", "年初人口", "At the start", "persons"),
        *(Column(name, zh, en, "persons", 14) for name, (zh, en) in PARTS.items()),
        Column("end", "年末人口", "At the end", "persons"),
    )
    frame = _stacked(people, places, names, np.stack(numbers, axis=2), people.years[1:])
    note = (
        "年末 = 年初 + 出生 - 死亡 + 各项迁移。一年指上一年数据日到当年数据日。",
        "End = start + births - deaths + all moves. A year runs from the data's day of the year before.",
    )
    return make_sheet("components", ("变动因素", "Components of change"), columns, frame, [note])


def demand_by_place(people: PeopleOverTime, demand: DemandOverTime, places: Sequence[Place]) -> Sheet:
    """Who needs each service, by place and period."""
    columns = (
        Column("service", "服务", "Service", width=24),
        *PLACE,
        YEAR,
        Column("residents", "常住人口中的需求", "Residents", "persons"),
        Column("migrant_children", "另有随迁子女", "Migrant children besides", "persons"),
        Column("cross_boundary", "另有县外来者", "From over the border", "persons"),
        Column("total", "合计", "Total", "persons"),
    )
    frames = []
    for service in demand.services.values():
        parts = np.stack([service.residents, service.migrant_children, service.cross_boundary, service.total], axis=2)
        frame = _stacked(
            people,
            places,
            ["residents", "migrant_children", "cross_boundary", "total"],
            _points_to_units(people, parts),
            demand.years,
        )
        frames.append(frame.assign(service=both((service.service.name_zh, service.service.name_en))))
    names = [column.name for column in columns]
    frame = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=names)
    return make_sheet("demand_by_place", ("各地服务需求", "Demand by place"), columns, frame)


def demand_by_point(people: PeopleOverTime, demand: DemandOverTime) -> Sheet:
    """People and demand at every point and plot, period by period."""
    points, zones = demand.points, zone_names(people.case)
    columns = (
        Column("id", "编号", "Id"),
        Column("name", "需求点", "Demand point", width=24),
        Column("plot", "住房地块", "Plot", width=10),
        *PLACE[2:],
        Column("lon", "经度", "Longitude", "degrees"),
        Column("lat", "纬度", "Latitude", "degrees"),
        YEAR,
        Column("persons", "常住人口", "Residents", "persons"),
        Column("births", "出生", "Births", "persons"),
        *(Column(group.key, group.zh, group.en, "persons") for group in GROUPS),
        *(
            Column(f"need_{key}", f"需求：{s.service.name_zh}", f"Need: {s.service.name_en}", "persons", 16)
            for key, s in demand.services.items()
        ),
    )
    base = points.assign(
        plot=[yes_no(flag) for flag in points["is_plot"]], zone=[both(zones[str(zone)]) for zone in points["zone"]]
    )
    frames = []
    for t, year in enumerate(demand.years):
        numbers = {"year": year, "persons": demand.persons[t], "births": demand.births[t]}
        numbers |= {key: values[t] for key, values in demand.groups.items()}
        numbers |= {f"need_{key}": service.total[t] for key, service in demand.services.items()}
        frames.append(base.assign(**numbers))
    note = (
        "需求合计含随迁子女与县外来者；常住人口不含。小数是推算的份额，不是人。",
        "Needs include migrant children and people from over the border; residents do not. "
        "Fractions are shares, not people.",
    )
    return make_sheet(
        "demand_points", ("需求点", "Demand points"), columns, pd.concat(frames, ignore_index=True), [note]
    )


def plots(people: PeopleOverTime, demand: DemandOverTime) -> Sheet:
    """What each housing plot brings."""
    zones, frame = zone_names(people.case), people.plots
    course, U = people.course, len(people.units.zone)
    came = (course.from_inside + course.from_outside)[:, U:].sum(axis=2)
    living = course.people[:, U:].sum(axis=2)
    columns = (
        Column("id", "编号", "Id"),
        Column("name", "地块", "Plot", width=26),
        *PLACE[2:],
        Column("floor_m2", "住宅建筑面积（m²）", "Floor (m2)", "count"),
        Column("dwellings", "套数", "Dwellings", "count"),
        Column("delivery_year", "交付年份", "Delivered", "year"),
        Column("from_inside", "来自县内比例", "From inside", "share"),
        Column("age_profile", "年龄构成", "Age profile", width=16),
        Column("came", "累计迁入", "Moved in by then", "persons"),
        *(Column(f"y{year}", f"{year} 年人口", f"People in {year}", "persons") for year in demand.years),
    )
    lived = {f"y{year}": living[k] for year, k in zip(demand.years, people.index(demand.years.tolist()), strict=True)}
    table = frame.assign(
        zone=[both(zones[str(zone)]) for zone in frame["zone"]],
        dwellings=dwellings(frame),
        came=came.sum(axis=0),
        **lived,
    )
    note = (
        f"累计迁入至 {people.years[-1]} 年；地块人口还计入出生、死亡，因此不等于累计迁入。",
        f"Moved in by {people.years[-1]}; the people of a plot also have births and deaths, so they are not as many.",
    )
    return make_sheet("plots", ("住房地块", "Housing plots"), columns, table, [note])


def assumptions(people: PeopleOverTime) -> Sheet:
    """Every assumption with its source; first those that nobody has verified."""
    rows = [
        {
            "item": key,
            "value": value_text(item),
            "source": str(getattr(item, "source", "")),
            "verified": yes_no(bool(getattr(item, "verified", False))),
            "note": str(getattr(item, "note", "")),
            "file": people.given.origin(key),
        }
        for key, item in people.given.assumptions.sourced()
    ]
    rows.sort(key=lambda row: row["verified"] != yes_no(False))
    columns = (
        Column("item", "假设", "Assumption", width=30),
        Column("value", "数值", "Value", width=40),
        Column("source", "来源", "Source", width=60),
        Column("verified", "已核实", "Verified", width=10),
        Column("note", "说明", "Note", width=60),
        Column("file", "写在", "Stated in", width=20),
    )
    frame = pd.DataFrame(rows, columns=[column.name for column in columns])
    return make_sheet("assumptions", ("假设与来源", "Assumptions"), columns, frame)


def notes(people: PeopleOverTime) -> Sheet:
    """What a reader must know before the numbers."""
    columns = (Column("item", "说明", "In Chinese", width=80), Column("en", "英文", "In English", width=80))
    frame = pd.DataFrame(people.notes, columns=["item", "en"])
    return make_sheet("notes", ("说明", "Notes"), columns, frame)


def shown_years(people: PeopleOverTime, demand: DemandOverTime) -> list[int]:
    """The base year, then the periods."""
    return sorted({people.base_year, *demand.years.tolist()})


def _points_to_units(people: PeopleOverTime, values: FloatArray) -> FloatArray:
    """(T, I + P, n) to sums by unit, (T, U, n)."""
    unit = np.concatenate([people.units.of_point, people.units.of_plot])
    return sum_by(values, unit, len(people.units.zone))


def _stacked(
    people: PeopleOverTime, places: Sequence[Place], names: Sequence[str], numbers: FloatArray, years: IntArray
) -> pd.DataFrame:
    """Rows by place and year of (T, U, n) numbers by unit."""
    zones = zone_names(people.case)
    sums = np.einsum("tun,pu->ptn", numbers, np.stack([place.units for place in places]).astype(np.float64))
    frame = pd.DataFrame(sums.reshape(-1, len(names)), columns=list(names))
    T = len(years)
    for k, column in enumerate(
        [
            [level_text(place) for place in places],
            [both(place.name) for place in places],
            [place.key[0] for place in places],
            [both(zones[place.key[1]]) if place.key[1] else "" for place in places],
        ]
    ):
        frame.insert(k, PLACE[k].name, np.repeat(np.array(column, dtype=object), T))
    frame.insert(4, "year", np.tile(np.asarray(years), len(places)))
    return frame
