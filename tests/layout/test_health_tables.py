"""The tables about health and care of a layout plan, on a tiny case, against plain loops over its people."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from siting.layout.pose import pose_layout
from siting.layout.result import Course, LayoutPlan
from siting.layout.settled import baseline, model_of
from siting.layout.tables import sheets_of
from siting.prepare import Settings
from siting.render.columns import Sheet
from tests import tiny_case
from tests.people.small import PEOPLE
from tests.tiny_case import place

SCENARIO = """\
schema = 1
kind = "layout"
id = "health"
title_zh = "卫生"
title_en = "Health"
case = ".."
years = [2025]
[[services]]
service = "township_health_centre"
open = "none"
[[services]]
service = "county_hospital"
open = "none"
[[services]]
service = "care_home"
open = "none"
[[links]]
kind = "near"
service = "care_home"
of = ["township_health_centre"]
minutes = 0.5
"""
COLUMNS = (
    "id,name,service,lon,lat,zone,township,capacity,beds,nursing_beds,dementia_beds,staff,ownership,inclusive,"
    "tcm_clinic\n"
)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> LayoutPlan:
    near, far = place(0, 1), place(4, 4)
    facilities = COLUMNS + (
        f"h1,卫生院,township_health_centre,{near[0]},{near[1]},core,城关镇,300,10,,,20,public,,yes\n"
        f"k1,医院,county_hospital,{far[0]},{far[1]},rest,城关镇,,50,,,100,public,,\n"
        f"g1,敬老院,care_home,{near[0]},{near[1]},core,城关镇,4,4,1,1,3,public,yes,\n"
        f"g2,养老院,care_home,{far[0]},{far[1]},rest,城关镇,,,,,,private,no,\n"
    )
    folder = tmp_path_factory.mktemp("case")
    case = tiny_case.write_case(folder, facilities=facilities)
    (case / "people.toml").write_text(PEOPLE, encoding="utf-8")
    path: Path = tiny_case.write_scenario(folder, SCENARIO)
    posed = pose_layout(path, Settings())
    course = Course(posed, baseline(posed, model_of(posed.scenario)))
    return LayoutPlan(posed, course, course, ())


@pytest.fixture(scope="module")
def sheets(plan: LayoutPlan) -> dict[str, Sheet]:
    return {sheet.key: sheet for sheet in sheets_of(plan)}


def minutes_of(plan: LayoutPlan, service: int) -> list[tuple[int, float, float]]:
    """Point, persons and minutes of everybody who is sent to a place of the service."""
    frame = plan.after.assigned
    return [(r.point, r.persons, r.minutes) for r in frame[frame["service"] == service].itertuples()]


def test_sheets_of_schools_are_left_out(sheets: dict[str, Sheet]) -> None:
    assert {"education", "moves", "hearing", "projects", "school_variation", "rides"}.isdisjoint(sheets)


def test_residents_and_elderly_beyond(plan: LayoutPlan, sheets: dict[str, Sheet]) -> None:
    frame = sheets["beyond_townships"].frame
    whole = frame[(frame["unit"] == "全部 All") & frame["service"].str.contains("health centre")].iloc[0]
    needs, people = plan.posed.needs.over_time, plan.after.people
    beyond = residents = elderly = 0.0
    for r in people[people["service"] == 0].itertuples():
        share = 1 - r.within / r.persons
        beyond += r.persons - r.within
        residents += share * needs.persons[0, r.point]
        elderly += share * needs.groups["age_60_plus"][0, r.point]
    assert beyond > 0
    assert whole["beyond_after"] == pytest.approx(beyond, abs=2e-3)
    assert whole["residents_after"] == pytest.approx(residents, abs=2e-3)
    assert whole["elderly_after"] == pytest.approx(elderly, abs=2e-3)
    assert whole["residents"] == pytest.approx(needs.persons[0].sum(), abs=2e-3)


def test_beds_and_staff(plan: LayoutPlan, sheets: dict[str, Sheet]) -> None:
    frame = sheets["density"].frame
    county = frame[frame["unit"] == "全部 All"].set_index("service")
    centre, home = (county[county.index.str.contains(word)].iloc[0] for word in ("health centre", "Care home"))
    residents = plan.posed.needs.over_time.persons[0].sum()
    elderly = plan.posed.needs.over_time.groups["age_60_plus"][0].sum()
    assert (centre["beds_after"], centre["staff_after"], centre["least"]) == (10, 20, 0.6)
    assert centre["beds_1000_after"] == pytest.approx(10 / residents * 1000, abs=1e-4)
    assert (home["beds_after"], home["staff_after"], home["least"]) == (4, 3, 15)
    assert home["beds_1000_after"] == pytest.approx(4 / elderly * 1000, abs=1e-4)


def test_a_unit_where_most_do_not_tell_has_no_beds(plan: LayoutPlan) -> None:
    places = [replace(p, row=p.row.copy()) for p in plan.posed.places]
    for centre in places:
        if centre.service == "township_health_centre":
            centre.row["beds"] = centre.row["staff"] = np.nan
    posed = replace(plan.posed, table=replace(plan.posed.table, places=places))
    course = replace(plan.after, posed=posed)
    frame = next(s for s in sheets_of(replace(plan, posed=posed, after=course, before=course)) if s.key == "density")
    assert not frame.frame["service"].str.contains("health centre").any()
    assert frame.frame[["beds_after", "staff_after"]].notna().any(axis=1).all()


def test_referral_adds_both_legs(plan: LayoutPlan, sheets: dict[str, Sheet]) -> None:
    frame = sheets["referral"].frame
    found = frame[(frame["unit"] == "全部 All") & (frame["when"] == "规划 plan")].iloc[0]
    people = minutes_of(plan, 0)
    persons = sum(n for _, n, _ in people)
    first = sum(n * m for _, n, m in people) / persons
    assert found["first"] == pytest.approx(first, abs=1e-4)
    assert found["persons"] == pytest.approx(persons, abs=1e-3)
    # 4 blocks east, 3 north: 4 x 290 m and 3 x 333 m at 20 to 40 km/h
    assert 2159 / 667 < found["second"] < 2159 / 333
    assert found["both"] == pytest.approx(first + found["second"], abs=1e-3)
    assert found["worst"] == pytest.approx(max(m for _, _, m in people) + found["second"], abs=1e-3)


def test_homes_and_their_partners(sheets: dict[str, Sheet]) -> None:
    frame = sheets["pairing"].frame.set_index("id")
    assert frame["partner"].unique().tolist() == ["卫生院（h1）"]
    assert frame.loc["g1", ["minutes", "paired"]].tolist() == [0, "是 yes"]
    assert frame.loc["g2", "paired"] == "否 no"


def test_beds_by_kind(plan: LayoutPlan, sheets: dict[str, Sheet]) -> None:
    frame = sheets["gaps"].frame
    homes = frame[frame["service"].str.contains("Care home") & (frame["unit"] == "全部 All")].set_index("group")
    general, nursing, dementia = "普通床位 General beds", "护理型床位 Nursing beds", "认知障碍床位 Dementia beds"
    assert homes.loc[[general, nursing, dementia], "places_after"].tolist() == [2, 1, 1]
    assert homes.loc["全部 All", "unlimited_after"] == 1  # g2 does not tell its beds
    assert np.isnan(homes.loc["全部 All", "short_after"])
    demand = plan.posed.demand
    kind = demand[(demand["service"] == 2) & (demand["group"] == 1)]
    assert homes.loc[nursing, "need"] == pytest.approx(kind["persons"].sum(), abs=1e-3)


def test_crowded_by_those_who_live_nearest(plan: LayoutPlan, sheets: dict[str, Sheet]) -> None:
    frame = sheets["use"].frame
    centre = frame[(frame["id"] == "h1") & (frame["when"] == "规划 plan")].iloc[0]
    demand = plan.posed.demand
    everybody = demand.loc[demand["service"] == 0, "persons"].sum()
    assert centre["state"] == "拥挤 crowded"
    assert (centre["load"], centre["use"]) == (pytest.approx(300, abs=1e-2), pytest.approx(1, abs=1e-4))
    assert centre["pressed"] == pytest.approx(everybody, abs=1e-2)


def test_shares_of_inclusive_places_nursing_beds_and_chinese_medicine(plan: LayoutPlan) -> None:
    def county(plan: LayoutPlan) -> pd.DataFrame:
        frame = next(sheet for sheet in sheets_of(plan) if sheet.key == "shares").frame
        return frame[frame["unit"] == "全部 All"].set_index("measure")

    found = county(plan)
    centres = found.loc["设中医馆的机构 facilities with a Chinese-medicine clinic"]
    assert (centres["whole_after"], centres["part_after"], centres["share_after"]) == (1, 1, 1)
    inclusive = found.loc["普惠名额 places of inclusive price"]
    assert (inclusive["whole_after"], inclusive["part_after"]) == (4, 4)  # g2's places are not known
    nursing = found.loc["护理型床位（含认知障碍） nursing beds, dementia included"]
    assert (nursing["whole_after"], nursing["part_after"], nursing["least"]) == (4, 2, 0.55)
    assert found.loc["认知障碍床位 dementia beds", "part_after"] == 1

    places = [replace(p, row=p.row.replace("yes", "no")) for p in plan.posed.places]
    posed = replace(plan.posed, table=replace(plan.posed.table, places=places))
    course = replace(plan.after, posed=posed)
    other = county(replace(plan, posed=posed, after=course, before=course))
    assert other.loc["普惠名额 places of inclusive price", "share_after"] == 0


def test_people_beyond_minutes_of_the_nearest(plan: LayoutPlan, sheets: dict[str, Sheet]) -> None:
    """Against a loop over all points and facilities in use."""
    frame, needs = sheets["beyond_townships"].frame, plan.posed.needs.over_time
    whole = frame[frame["unit"] == "全部 All"].set_index("service")
    for s, part in enumerate(plan.posed.parts):
        row = whole.loc[f"{part.service.name_zh} {part.service.name_en}"]
        used = [k for k, p in enumerate(part.places) if plan.posed.places[int(p)].initial >= 0]
        minutes = part.times.impedance.dense()[:, used]
        standard = part.problem.standard_min
        demand = plan.posed.demand[plan.posed.demand["service"] == s]
        need = demand.groupby("point")["persons"].sum()
        for limit in (15, 20, 30):
            far = [int(point) for point in need.index if minutes[int(point)].min() > limit]
            assert row[f"residents_{limit}_after"] == pytest.approx(sum(needs.persons[0, p] for p in far), abs=2e-3)
            elderly = sum(needs.groups["age_60_plus"][0, p] for p in far)
            assert row[f"elderly_{limit}_before"] == pytest.approx(elderly, abs=2e-3)
        twice = [int(p) for p in need.index if (minutes[int(p)] <= standard[int(p)]).sum() > 1]
        assert row["overlap_after"] == pytest.approx(sum(needs.persons[0, p] for p in twice), abs=2e-3)


def test_villages_add_up_to_the_county(plan: LayoutPlan, sheets: dict[str, Sheet]) -> None:
    villages, units = sheets["far_villages"].frame, sheets["beyond_townships"].frame
    whole = units[units["unit"] == "全部 All"].set_index("service")
    columns = [f"{who}_{m}_{w}" for who in ("residents", "elderly") for m in (15, 20, 30) for w in ("before", "after")]
    told = villages.groupby("service")[columns].sum()
    assert len(told)
    for service in whole.index:
        found = told.loc[service] if service in told.index else dict.fromkeys(columns, 0.0)
        for column in columns:
            assert found[column] == pytest.approx(whole.loc[service, column], abs=1e-2)
    assert (villages[["residents_15_before", "residents_15_after"]].max(axis=1) > 0).all()
    assert (villages["residents_15_after"] <= villages["residents"] + 1e-3).all()
    assert set(villages["mode"]) <= {"步行 on foot", "乘车 by vehicle"}


def test_nobody_is_told_to_be_near_or_far_beyond_the_travel_that_is_followed(plan: LayoutPlan) -> None:
    parts = [replace(p, plan=p.plan.model_copy(update={"max_travel_minutes": 20})) for p in plan.posed.parts]
    posed = replace(plan.posed, parts=tuple(parts))
    found = {sheet.key: sheet for sheet in sheets_of(replace(plan, posed=posed))}
    names = set(found["beyond_townships"].frame)
    assert {"residents_15_after", "residents_20_before"} <= names
    assert not names & {"residents_30_after", "elderly_30_before"}
