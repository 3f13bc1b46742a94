from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from siting.render.columns import Column, make_sheet, with_values
from siting.render.sheets import all_sheets
from siting.render.tables_people import coverage, uncovered, uncovered_by_village
from siting.render.tables_record import overview
from siting.render.tables_sites import facilities, new_facilities, newly_covered
from siting.render.wording import (
    beyond_text,
    gini_text,
    label_of,
    minutes_text,
    persons_text,
    places_text,
    share_text,
    yuan_text,
)
from siting.results import Check
from tests.render.sample_run import NOTICE, VILLAGES, sample_run


@pytest.fixture(scope="module")
def run():
    return sample_run()


@pytest.fixture(scope="module")
def gaps():
    return sample_run(plan=False)


def test_every_sheet_has_its_own_ascii_key_and_unique_headers(run):
    sheets = all_sheets(run)
    assert len({sheet.key for sheet in sheets}) == len(sheets)
    for sheet in sheets:
        assert sheet.key.isascii()
        assert len({column.header for column in sheet.columns}) == len(sheet.columns)
        assert list(sheet.frame.columns) == [column.name for column in sheet.columns]
        assert len(f"{sheet.zh} {sheet.en}") <= 31  # Excel's limit


def test_an_evaluation_shows_nothing_of_a_plan(gaps):
    sheets = {sheet.key: sheet for sheet in all_sheets(gaps)}
    assert not {"new_facilities", "assignments", "checks"} & set(sheets)
    for sheet in sheets.values():
        assert not [name for name in sheet.frame.columns if "after" in name or name == "change"]
        assert not [column.header for column in sheet.columns if "规划后" in column.header or "before" in column.header]
    assert not sheets["overview"].frame["item"].str.contains("规划后").any()
    assert (
        sheets["overview"].frame["primary_school"].iloc[0] == "现状评估，没有规划方案 evaluation as it stands, no plan"
    )


def test_new_facilities_say_who_is_covered_thanks_to_them(run):
    frame = new_facilities(run).frame
    assert list(frame["id"]) == ["c1", "c2"]
    school = frame.iloc[0]
    assert school["newly_covered_persons"] == 200  # d1 and d2
    assert school["nearer_persons"] == 200
    assert school["minutes_saved"] == pytest.approx((17 + 40) / 2)
    assert school["load_persons"] == 175  # d1 whole, three quarters of d2
    assert school["utilisation"] == 0.35
    assert school["assigned_mean_min"] == pytest.approx(100 * 8 / 175, abs=1e-4)
    assert school["assigned_worst_min"] == 8
    assert school["yuan_per_newly_covered"] == 10_000
    care = frame.iloc[1]
    assert care["newly_covered_persons"] == 150
    assert care["nearer_persons"] == 200  # d2 is reached now, though beyond the standard
    assert np.isnan(care["minutes_saved"])  # nobody reached a facility before


def test_newly_covered_adds_up_to_the_gain(run):
    for service in run.services:
        gain = service.headline("after")["covered_persons"] - service.headline("before")["covered_persons"]
        assert newly_covered(service)["newly_covered_persons"].sum() == gain


def test_the_ledger_has_loads_before_and_after(run):
    frame = facilities(run).frame.set_index("id")
    assert list(frame.index) == ["f1", "f2", "c1", "c2"]  # candidates that were not chosen are no facilities
    assert frame.loc["f1", "load_before_persons"] == 200
    assert frame.loc["f1", "load_after_persons"] == 100
    assert frame.loc["f1", "utilisation_before"] == pytest.approx(200 / 150, abs=1e-6)
    assert frame.loc["f1", "over"] == "否 no"
    assert np.isnan(frame.loc["f2", "utilisation_after"])  # capacity unknown
    assert np.isnan(frame.loc["c1", "load_before_persons"])
    assert frame.loc["c1", "status"] == "新建 new"


def test_the_ledger_of_an_evaluation_marks_what_is_over_capacity_today(gaps):
    frame = facilities(gaps).frame.set_index("id")
    assert list(frame["over"]) == ["是 yes", "否 no"]


def test_a_closed_facility_has_no_load_after(run):
    school = run.services[0]
    sites = school.sites.assign(status=["closed", *school.sites["status"][1:]])
    closed = dataclasses.replace(run, services=(dataclasses.replace(school, sites=sites),))
    row = facilities(closed).frame.set_index("id").loc["f1"]
    assert row["status"] == "关闭 closed"
    assert np.isnan(row["load_after_persons"])
    assert row["load_before_persons"] == 200


def test_moved_facilities_have_a_table_of_their_own(run):
    assert "gone_facilities" not in [sheet.key for sheet in all_sheets(run)]
    school = run.services[0]
    sites = school.sites.assign(status=["moved", *school.sites["status"][1:]], cost_yuan=[5000.0, 0.0, 0.0, 0.0])
    moved = dataclasses.replace(run, services=(dataclasses.replace(school, sites=sites), run.services[1]))
    sheet = next(sheet for sheet in all_sheets(moved) if sheet.key == "gone_facilities")
    row = sheet.frame.set_index("id").loc["f1"]
    assert row["status"] == "迁出 moved away"
    assert row["load_before_persons"] == 200  # d0 and d1
    assert (row["before_min"], row["after_min"], row["after_worst_min"]) == (15, 6.5, 8)
    assert (row["unassigned_persons"], row["cost_yuan"]) == (0, 5000)
    items = overview(moved).frame.set_index("item")["primary_school"]
    assert items["迁出设施（处） Facilities moved away"] == 1
    assert items["关闭与迁移费用（元） Cost of closing and moving (yuan)"] == 5000


def test_vehicles_and_sizes_have_columns_where_a_plan_chooses_them(run):
    assert {"vehicles", "size_class"}.isdisjoint(facilities(run).frame.columns)
    school = run.services[0]
    sites = school.sites.assign(vehicles=[1.0, 2.0, 3.0, 0.0], size_class=["", "", "24 班", ""])
    chosen = dataclasses.replace(run, services=(dataclasses.replace(school, sites=sites),))
    frame = facilities(chosen).frame.set_index("id")
    assert frame["vehicles"].to_dict() == {"f1": 1, "f2": 2, "c1": 3}
    assert new_facilities(chosen).frame.set_index("id").loc["c1", "size_class"] == "24 班"
    assert overview(chosen).frame.set_index("item").loc["车辆（辆） Vehicles", "primary_school"] == 6


def test_coverage_puts_before_and_after_side_by_side(run):
    frame = coverage(run).frame
    row = frame[(frame["service"] == "小学") & (frame["group"] == "全部 All")].iloc[0]
    assert row["demand_persons"] == 510
    assert (row["covered_persons_before"], row["covered_persons_after"]) == (100, 300)
    assert row["change"] == pytest.approx(100 * 200 / 510, abs=1e-4)
    names = set(frame.loc[frame["service"] == "小学", "group"])
    assert {"主城区 Core", "山区 Hills", "6-11 岁 Aged 6-11", "（未填） (not named)"} <= names


def test_accessibility_by_group_point_and_service(run):
    sheets = {sheet.key: sheet for sheet in all_sheets(run)}
    frame = sheets["coverage"].frame
    school = frame[frame["service"] == "小学"].set_index("group")
    everyone = school.loc["全部 All"]
    assert everyone["accessibility_mean_per_1000_before"] == pytest.approx(1000 * 150 / 510, abs=1e-4)
    assert everyone["accessibility_mean_per_1000_after"] == pytest.approx(1000 * 650 / 510, abs=1e-4)
    assert everyone["accessibility_least_per_1000_after"] == 0
    core = school.loc["主城区 Core"]
    assert core["accessibility_mean_per_1000_before"] == 500
    assert (core["accessibility_least_per_1000_before"], core["accessibility_least_per_1000_after"]) == (0, 1500)
    assert core["accessibility_gini_before"] == pytest.approx(2 / 3, abs=1e-6)  # a third has all of it
    assert school.loc["山区 Hills", "accessibility_mean_per_1000_after"] == 0
    points = sheets["demand_points"].frame.set_index(["service", "id"])
    assert points.loc[("小学", "d0"), "accessibility_before_per_1000"] == 1500
    assert points.loc[("小学", "d5"), "accessibility_after_per_1000"] == 0  # unreachable: no place, not unknown
    headers = [column.header for column in sheets["demand_points"].columns]
    assert "规划后可达性（位/千人） Accessibility after (places per 1,000)" in headers
    items = overview(run).frame.set_index("item")["primary_school"]
    assert items["可达性基尼系数，现状 Gini of accessibility, before"] == pytest.approx(1 - 100 / 510)
    left = "规模未知、可达性未计入的设施（处），规划后 Facilities of unknown capacity, not in the accessibility, after"
    assert items[left] == 1  # f2


def test_what_is_in_use_and_of_unknown_capacity(run, gaps):
    school, care = run.services
    assert list(school.in_use("before")["id"]) == ["f1", "f2"]
    assert list(school.in_use("after")["id"]) == ["f1", "f2", "c1"]
    assert [school.without_capacity(when) for when in ("before", "after")] == [1, 1]
    assert [care.without_capacity(when) for when in ("before", "after")] == [0, 0]
    closed = dataclasses.replace(school, sites=school.sites.assign(status=["existing", "closed", "new", "candidate"]))
    assert list(closed.in_use("before")["id"]) == ["f1", "f2"]
    assert list(closed.in_use("after")["id"]) == ["f1", "c1"]
    endless = dataclasses.replace(school, sites=school.sites.assign(capacity_persons=np.inf))
    assert endless.without_capacity("after") == 3
    assert list(gaps.services[0].in_use("after")["id"]) == ["f1", "f2"]


def test_uncovered_villages_of_hand_values(run):
    found = uncovered_by_village(run.services[0], "after").set_index("village")
    assert set(found.index) == {VILLAGES[3], "山头村", "孤岛村"}
    hill = found.loc["山头村"]
    assert hill["uncovered_persons"] == hill["before_persons"] == 100
    assert (hill["nearest_min"], hill["standard_min"], hill["beyond_min"]) == (45, 30, 15)
    assert hill["nearest_id"] == "f2"
    island = found.loc["孤岛村"]
    assert island["unreachable_persons"] == 10
    assert np.isnan(island["nearest_min"])
    assert np.isnan(island["beyond_min"])
    assert list(found["uncovered_persons"]) == [100, 100, 10]


def test_a_village_of_several_points_is_one_row(run):
    school = run.services[0]
    demand = school.demand.assign(village="大村", township="某镇", demand_persons=[100.0, 100, 100, 30, 10, 60])
    found = uncovered_by_village(dataclasses.replace(school, demand=demand), "after")
    assert len(found) == 1
    row = found.iloc[0]
    assert row["persons"] == 100  # d3, d4, d5 share the rural standard
    assert row["uncovered_persons"] == 100
    assert row["nearest_min"] == pytest.approx((30 * 31 + 10 * 45) / 40)
    assert row["furthest_min"] == 45
    assert row["unreachable_persons"] == 60


def test_people_who_lose_coverage_are_counted(run):
    school = run.services[0]
    demand = school.demand.assign(covered_after=[False, True, True, False, False, False])
    found = uncovered_by_village(dataclasses.replace(school, demand=demand), "after").set_index("village")
    assert found.loc["甘霖村", "lost_persons"] == 100
    assert found["lost_persons"].sum() == 100


def test_nobody_is_listed_where_nobody_needs_the_service(run):
    school = run.services[0]
    demand = school.demand.assign(demand_persons=0.0)
    assert uncovered_by_village(dataclasses.replace(school, demand=demand), "after").empty
    empty = dataclasses.replace(run, services=(dataclasses.replace(school, demand=demand),))
    assert uncovered(empty).frame.empty


def test_uncovered_people_add_up_to_the_headline(run, gaps):
    for result, when in ((run, "after"), (gaps, "before")):
        for service in result.services:
            row = service.headline(when)
            left = uncovered_by_village(service, when)["uncovered_persons"].sum()
            assert left == row["demand_persons"] - row["covered_persons"]


def test_the_overview_carries_the_certificate(run):
    frame = overview(run).frame.set_index("item")
    school = frame["primary_school"]
    assert school["结果状态 Result"] == "已证明最优 proven optimal"
    assert frame.loc["结果状态 Result", "elderly_care_station"].startswith("限时求解")
    assert school["求解器 Solver"] == "HiGHS 1.16.0"
    assert school["目标值 Objective"] == school["已证明的界 Proven bound"] == 3250
    assert school["与界的差距 Gap"] == 0
    assert school["随机种子 Seed"] == 7
    assert school["独立检验 Independent checks"] == "1 / 1 项通过 passed"
    assert school["新建投资（元） Cost of new facilities (yuan)"] == 2_000_000
    assert school["超出规模的设施（处），现状 Facilities over capacity, before"] == 1
    assert school["超出规模的设施（处），规划后 Facilities over capacity, after"] == 0
    assert school["有未达标人口的村（个），规划后 Villages with uncovered people, after"] == 3


def test_assumptions_name_notices_standards_guesses_and_settings(run):
    frame = {sheet.key: sheet for sheet in all_sheets(run)}["assumptions"].frame
    text = "\n".join(frame["content"])
    for words in (NOTICE[0], "三层", "≤ 10 分钟", "至少新建 1 处", "预算 4,000,000 元", "4.8 km/h", "道路孤岛"):
        assert words in text
    assert (frame.loc[frame["kind"].str.startswith("达标标准"), "verified"] == "否 no").all()


def test_a_failed_check_takes_the_label(run):
    bad = dataclasses.replace(run.services[0], checks=(Check("甲", "a", True), Check("乙", "b", False)))
    label = label_of(bad)
    assert label.zh == "未通过检验（1 项）"
    assert label.look == "unsure"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (share_text(0.9999), ">99.9%"),
        (share_text(1.0), "100.0%"),
        (share_text(0.0001), "<0.1%"),
        (share_text(0.0), "0.0%"),
        (share_text(float("nan")), "—"),
        (persons_text(0.2), "<1"),
        (persons_text(0.0), "0"),
        (persons_text(12345.6), "12,346"),
        (minutes_text(float("nan")), "—"),
        (places_text(0.01), "<0.1"),
        (places_text(0.0), "0.0"),
        (places_text(1407.73), "1,407.7"),
        (places_text(float("nan")), "—"),
        (gini_text(0.71421), "0.714"),
        (gini_text(float("nan")), "—"),
        (beyond_text(0.001), "0.1"),
        (beyond_text(2.0), "2.0"),
        (yuan_text(45_000_000.0), "4,500 万元"),
        (yuan_text(9000.0), "9,000 元"),
    ],
)
def test_numbers_never_hide_the_last_person(text, expected):
    assert text == expected


def test_texts_that_no_workbook_can_hold_are_cleaned(run):
    names = pd.concat([sheet.frame.astype(str) for sheet in all_sheets(run)]).to_numpy().ravel()
    assert not [name for name in names if "\x0b" in str(name)]


def test_no_negative_zeros_and_no_columns_without_a_value():
    columns = (Column("a", "甲", "A", "persons"), Column("b", "乙", "B"), Column("c", "丙", "C", "share"))
    frame = pd.DataFrame({"a": [-0.0, -0.0001], "b": ["", ""], "c": [np.nan, np.nan]})
    found = make_sheet("x", ("表", "Table"), columns, frame).frame["a"]
    assert not np.signbit(found).any()
    assert [column.name for column in with_values(columns, frame, ("b", "c"))] == ["a"]
    assert [column.name for column in with_values(columns, frame, ("b",))] == ["a", "c"]
