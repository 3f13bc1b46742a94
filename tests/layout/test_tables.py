"""The tables of a layout plan against a plan worked out by hand, and their grouped sums against plain ones."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from siting.case_ledger import FACILITY_LEDGER
from siting.evaluation.metrics import weighted_mean, weighted_quantile
from siting.layout.result import LayoutPlan
from siting.layout.tables import record_of, sheets_and_record, sheets_of
from siting.layout.tables.facts import Facts
from siting.layout.tables.inventory import LEDGER
from siting.layout.tables.item_words import item_words
from siting.layout.tables.projects import projects_of
from siting.layout.tables.units import spread_by
from siting.layout.trigger_sheet import trigger_sheet
from siting.prepare import Settings
from siting.render.columns import Sheet
from siting.standards import list_services, load_service
from tests.layout.by_hand import SCENARIO, TODAY, Sent, make_plan

PLAN, NOTHING = "规划 plan", "不作改变 nothing done"


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> LayoutPlan:
    return make_plan(tmp_path_factory.mktemp("case"))


@pytest.fixture(scope="module")
def sheets(plan: LayoutPlan) -> dict[str, Sheet]:
    return {sheet.key: sheet for sheet in sheets_of(plan)}


def rows(sheet: Sheet, **wanted: object) -> pd.DataFrame:
    frame = sheet.frame
    for name, value in wanted.items():
        frame = frame[frame[name] == value]
    return frame


def row(sheet: Sheet, **wanted: object) -> pd.Series:
    found = rows(sheet, **wanted)
    assert len(found) == 1
    return found.iloc[0]


def test_every_sheet_has_headers_in_both_languages(sheets: dict[str, Sheet]) -> None:
    assert {"beyond_townships", "density", "referral", "pairing"}.isdisjoint(sheets)  # no health service in the plan
    for sheet in sheets.values():
        assert list(sheet.frame.columns) == [column.name for column in sheet.columns]
        assert all(column.zh and column.en for column in sheet.columns)
        assert sheet.zh
        assert sheet.en


def test_the_ledger_tells_all_that_a_case_may() -> None:
    assert list(LEDGER) == [column.name for column in FACILITY_LEDGER]


def test_facilities_as_they_stand(sheets: dict[str, Sheet]) -> None:
    ledger = sheets["ledger"]
    assert ledger.frame["id"].tolist() == ["f1", "f2"]
    first = row(ledger, id="f1")
    assert (first["classes"], first["staff"], first["enrolment"], first["built_year"]) == (1, 8, 50, 1999)
    assert (first["load"], first["use"]) == (60, 1)
    assert row(ledger, id="f2")["load"] == 10
    assert "beds" not in ledger.frame  # nobody tells


def test_what_becomes_of_each(sheets: dict[str, Sheet]) -> None:
    planned = sheets["planned"]
    assert planned.frame["id"].tolist() == ["f1", "c0", "f2"]
    assert planned.frame["number"].tolist() == [1, 2, 3]
    assert planned.frame["status"].tolist() == ["保留 kept", "新建 new", "撤并 merged"]
    new, gone = row(planned, id="c0"), row(planned, id="f2")
    assert (new["classes"], new["capacity"], new["site_m2"], new["yuan"]) == (12, 540, 12420, 1e8)
    assert (new["years"], new["load"], new["land"]) == ("2030", 13, "A33")
    # f2's 10 pupils of 2025: 4.5 and 1.5 of the lower grades go to c0 and f1, of the upper 2 to f1 and 2 nowhere
    assert (gone["years"], gone["affected"], gone["receiver"]) == ("2030", 10, "地块（c0）")
    assert row(planned, id="f1")["load"] == 22


ALL_AT_F1: Sent = {(g, p): (("f1", 1.0),) for g in (0, 1) for p in "abc"}


def planned_of(plan: LayoutPlan) -> dict[str, pd.Series]:
    sheet = next(sheet for sheet in sheets_of(plan) if sheet.key == "planned")
    return {str(r["id"]): r for _, r in sheet.frame.iterrows()}


def test_a_school_that_nobody_attended_is_closed(tmp_path: Path) -> None:
    found = planned_of(make_plan(tmp_path, first=ALL_AT_F1, last=ALL_AT_F1, states={"f1": 0}))
    assert found["f2"]["status"] == "关闭 closed"
    assert found["f2"]["affected"] == 0
    assert "receiver" not in found["f2"]  # nobody is received anywhere: the column is left out
    assert "c0" not in found


@pytest.mark.parametrize(("rule", "status"), [('move = ["f1"]', "迁建 moved"), ("", "撤并 merged")])
def test_a_school_that_leaves_as_another_opens_in_its_township(tmp_path: Path, rule: str, status: str) -> None:
    scenario = SCENARIO.replace("ride = true", f"ride = true\n{rule}")
    last = {key: (("f2" if key[1] == "c" else "c0", 1.0),) for key in TODAY}
    found = planned_of(make_plan(tmp_path, scenario=scenario, last=last, states={"f2": 0, "c0": 0}))
    assert found["f1"]["status"] == status
    assert (found["f1"]["affected"], found["f1"]["receiver"]) == (60, "地块（c0）")
    assert found["f2"]["status"] == "保留 kept"


def test_a_school_that_grows(tmp_path: Path) -> None:
    scenario = SCENARIO.replace("ride = true", 'ride = true\ngrow = "all"')
    plan = make_plan(tmp_path, scenario=scenario, last=TODAY, states={"f1": 1, "f2": 0})
    grown = planned_of(plan)["f1"]
    yuan = 1e8 / 540 * 480
    assert (grown["status"], grown["years"]) == ("扩建 expanded", "2030")
    assert (grown["capacity"], grown["classes"], grown["site_m2"], grown["floor_m2"]) == (540, 12, 20000, 6480)
    assert grown["yuan"] == pytest.approx(yuan, abs=0.01)
    sheets = {sheet.key: sheet for sheet in sheets_of(plan)}
    project = row(sheets["projects"])
    assert (project["what"], project["added"], project["classes"]) == ("扩建 expanded", 480, 11)
    assert (project["land_m2"], project["floor_m2"], project["gained"]) == (0, 5480, 0)
    assert "yuan_each" not in project  # nobody gains
    assert row(sheets["education"], year=2030, when=PLAN)["staff_wanted"] == 20


def test_an_emptied_building_that_is_used_again_is_converted(plan: LayoutPlan) -> None:
    places = [replace(p, origin="reuse") if p.id == "c0" else p for p in plan.posed.places]
    posed = replace(plan.posed, table=replace(plan.posed.table, places=places))
    after, before = (replace(course, posed=posed) for course in (plan.after, plan.before))
    found = planned_of(LayoutPlan(posed, after, before, ()))["c0"]
    assert found["status"] == "改建 converted"
    assert "land" not in found  # no plot
    assert "原址" in found["note"]


def test_gaps(sheets: dict[str, Sheet]) -> None:
    county = row(sheets["gaps"], unit="全部 All", year=2030)
    assert county["need"] == 36
    assert (county["places_before"], county["short_before"]) == (105, -69)
    assert (county["places_after"], county["short_after"]) == (600, -564)
    assert (county["without_before"], county["beyond_before"]) == (0, 10)  # b has 12 minutes, 10 are the standard
    assert (county["without_after"], county["beyond_after"]) == (1, 5)
    mountain = row(sheets["gaps"], unit="山乡", year=2030)
    assert (mountain["need"], mountain["places_before"], mountain["places_after"]) == (6, 45, 0)
    assert mountain["short_after"] == 6


def test_coverage_and_minutes(sheets: dict[str, Sheet]) -> None:
    whole = row(sheets["coverage"], unit="全部 All", year=2030, group="全部 All")
    assert (whole["placed_before"], whole["placed_after"]) == (36, 35)
    assert (whole["within_before"], whole["within_after"]) == (26, 30)
    assert whole["share_after"] == pytest.approx(30 / 36, abs=1e-6)
    # 10 at 4 minutes, 20 at 5, 3 at 33, 2 at 35
    assert whole["mean_min_after"] == pytest.approx(309 / 35, abs=1e-4)
    assert (whole["median_min_after"], whole["p95_min_after"], whole["longest_min_after"]) == (5, 35, 35)
    lower = row(sheets["coverage"], unit="山乡", year=2030, group="低年级 lower")
    assert (lower["need"], lower["within_before"], lower["within_after"]) == (4, 4, 0)
    assert lower["mean_min_after"] == pytest.approx((3 * 33 + 35) / 4)


def test_projects(sheets: dict[str, Sheet]) -> None:
    project = row(sheets["projects"])
    assert (project["id"], project["year"], project["added"], project["yuan"]) == ("c0", 2030, 540, 1e8)
    assert (project["gained"], project["yuan_each"], project["rank"]) == (10, 1e7, 1)  # those of b
    ranked = row(sheets["ranked_projects"])
    assert (ranked["all_yuan"], ranked["all_gained"], ranked["share"]) == (1e8, 10, 1)
    assert row(sheets["investment"])["count"] == 1


def test_what_the_education_bureau_compares(sheets: dict[str, Sheet]) -> None:
    after = row(sheets["education"], year=2030, when=PLAN)
    expected = {
        "need": 36, "places": 600, "new_seats": 540, "new_classes": 12, "yuan": 1e8, "without": 1, "closures": 1,
        "closed_pupils": 10, "hearings": 1, "young_far": 4, "bus": 4, "board": 1, "ride_yuan": 18_000, "in_use": 2,
        "large": 0, "small": 2, "full_classes": 0, "moved": 15, "staff_leaving": 6, "staff_wanted": 28, "peak": 2030,
    }  # fmt: skip
    assert {key: after[key] for key in expected} == expected
    assert after["land_mu"] == pytest.approx(12420 / 666.67, abs=1e-6)
    assert after["share_30"] == pytest.approx(30 / 36, abs=1e-6)
    today = row(sheets["education"], year=2025, when=NOTHING)
    assert today["full_classes"] == 0.25  # 60 in f1's one class, 10 in the three of f2
    assert (today["closures"], today["new_seats"], today["variation_failed"]) == (0, 0, 0)
    assert row(sheets["education"], year=2030, when=NOTHING)["moved"] == 0


def test_lists_about_pupils(sheets: dict[str, Sheet]) -> None:
    hearing = row(sheets["hearing"])
    assert (hearing["id"], hearing["year"], hearing["pupils"]) == ("f2", 2030, 10)
    assert hearing["receivers"] == "地块（c0） 4；一小（f1） 4"
    assert (hearing["mean_was"], hearing["worst_was"], hearing["worst_now"]) == (6, 6, 35)
    assert hearing["mean_now"] == (4.5 * 33 + 3.5 * 35) / 8
    assert (hearing["far"], hearing["without"]) == (6, 2)
    moves = sheets["moves"].frame
    assert moves["before"].unique().tolist() == ["2025"]
    found = {(m.village, m.origin, m.dest): m.persons for m in moves.itertuples()}
    assert found == {
        ("乙村", "一小（f1）", "地块（c0）"): 10,
        ("丙村", "二小（f2）", "地块（c0）"): 3,
        ("丙村", "二小（f2）", "一小（f1）"): 2,
        ("丙村", "二小（f2）", "没有着落 no place"): 1,
    }
    far = rows(sheets["far_pupils"], when=PLAN)
    assert far[["village", "persons", "minutes", "limit", "school"]].to_numpy().tolist() == [
        ["丙村", 3, 33, 30, "地块（c0）"],
        ["丙村", 1, 35, 30, "一小（f1）"],
    ]
    assert rows(sheets["far_pupils"], when=NOTHING).empty
    rides = rows(sheets["rides"], year=2030, when=PLAN).set_index("id")
    assert rides.loc["c0", ["bus", "board", "yuan"]].tolist() == [3, 0, 9_000]
    assert rides.loc["f1", ["bus", "board", "yuan"]].tolist() == [1, 1, 9_000]


def test_villages_and_the_nearest(sheets: dict[str, Sheet]) -> None:
    found = rows(sheets["beyond_villages"], year=2030).set_index("village")
    assert found[["beyond_before", "beyond_after"]].to_dict("index") == {
        "丙村": {"beyond_before": 0, "beyond_after": 6},
        "乙村": {"beyond_before": 10, "beyond_after": 0},
    }
    assert found.loc["丙村", ["nearest_before", "nearest_after"]].tolist() == [6, 33]
    bands = row(sheets["nearest"], year=2030, when=PLAN, group="全部 All")
    assert [bands[f"band_{k}"] for k in range(9)] == [30, 0, 0, 0, 0, 6, 0, 0, 0]
    crowded = row(sheets["use"], year=2025, when=NOTHING, id="f2")
    assert (crowded["capacity"], crowded["load"], crowded["state"]) == (45, 10, "使用不足 under-used")
    assert crowded["use"] == pytest.approx(10 / 45, abs=1e-6)


def test_balance_of_schools_with_the_pupils_of_the_plan(sheets: dict[str, Sheet]) -> None:
    found = rows(sheets["school_variation"])
    assert set(found["year"]) == {2025}  # in 2030 no school with known resources has the 50 pupils that count
    assert set(found["schools"]) == {1}
    assert found["mean"].iloc[0] == 10  # 6 teachers for 60 pupils
    assert set(found["variation"]) == {0}


def test_rules_and_what_the_plan_rests_on(sheets: dict[str, Sheet]) -> None:
    budget = sheets["rules"].frame.iloc[1]
    assert (budget["value"], budget["most"], budget["slack"]) == (1e8, 1.5e8, 5e7)
    assert (budget["binding"], budget["kept"]) == ("否 no", "是 yes")
    assert "least" not in budget  # no rule of this plan is a minimum
    keys = set(sheets["assumptions"].frame["key"])
    assert {"synthetic", "people.variant", "budget.yuan.2030", "threshold.urban.max_minutes"} <= keys
    bus = row(sheets["assumptions"], key="bus.yuan_per_pupil_year")
    assert (bus["value"], bus["verified"]) == (3000, "否 no")
    assert bus["item"] == "校车每名学生每年（元） a pupil by bus, yuan a year"
    assert list(sheets["assumptions"].frame)[-1] == "key"
    assert not sheets["assumptions"].frame["item"].str.contains(r"_|[a-z]\.[a-z]").any()  # no key is left as it is
    year = row(sheets["assumptions"], key="budget.yuan.2030")
    assert year["item"] == "2030 年预算（元） budget of 2030, yuan"
    urban = row(sheets["assumptions"], key="threshold.urban.max_minutes")
    assert urban["item"] == "城区达标时间（分钟） standard, urban, min"
    need = row(sheets["groups"], group="全部 All")
    assert (need["need_2025"], need["need_2030"], need["peak"]) == (70, 36, 2025)
    assert (need["from_age"], need["to_age"]) == (6, 11)


@pytest.mark.parametrize("name", list_services())
def test_every_figure_of_a_standard_has_words_of_its_own(name: str) -> None:
    service = load_service(name)
    kinds = {kind.id: (kind.name_zh, kind.name_en) for kind in service.kinds}
    told = {key: item_words(key, kinds) for key, _ in service.sourced()}
    assert len(set(told.values())) == len(told)
    for key, (zh, en) in told.items():
        assert re.search("[\u4e00-\u9fff]", zh), key
        assert key not in (zh, en)
        assert not re.search("_|[\u4e00-\u9fff]", en), (key, en)


def test_a_figure_that_is_not_known_keeps_its_key() -> None:
    assert item_words("parameters.own_figure", {}) == ("parameters.own_figure", "parameters.own_figure")
    assert item_words("groups.lower.max_minutes", {"lower": ("低年级", "lower grades")}) == (
        "低年级的最远单程（分钟）", "nobody is sent farther, lower grades, min one way",
    )  # fmt: skip


def test_the_record_tells_what_a_comparison_needs(plan: LayoutPlan) -> None:
    record = json.loads(json.dumps(record_of(plan), allow_nan=False))
    assert json.loads(json.dumps(sheets_and_record(plan)[1])) == record
    assert (record["format"], record["version"]) == ("layout_plan", 1)
    assert record["outcome"]["gap"] == 0.01
    assert record["outcome"]["proven"] is False
    year = record["services"]["primary_school"]["years"]["2030"]
    assert (year["need"], year["after"]["within"], year["before"]["within"]) == (36, 30, 26)
    assert year["after"]["moved"] == 15
    assert record["services"]["primary_school"]["status"]["merged"] == 1
    assert record["money"][1] == {"year": 2030, "yuan": 1e8, "gained": 10}
    cell = [
        c for c in record["coverage"]
        if (c["group"], c["year"], c["level"], c["unit"]) == ("lower", 2030, "township", "山乡")
    ]  # fmt: skip
    assert len(cell) == 1
    assert (cell[0]["need"], cell[0]["within_before"], cell[0]["within_after"]) == (4, 4, 0)


def test_quantiles_of_cells_are_those_of_each_cell_alone() -> None:
    rng = np.random.default_rng(5)
    cell, values = rng.integers(0, 6, 200), rng.integers(1, 30, 200).astype(float)
    weights = np.where(rng.random(200) < 0.2, 0.0, rng.random(200))
    values[rng.random(200) < 0.1] = np.nan
    found = spread_by(cell, values, weights, 8)
    for k in range(8):
        mine = cell == k
        expected = (
            weighted_mean(values[mine], weights[mine]),
            weighted_quantile(values[mine], weights[mine], 0.5),
            weighted_quantile(values[mine], weights[mine], 0.95),
            weighted_quantile(values[mine], weights[mine], 1.0),
        )
        assert (found.mean[k], found.median[k], found.p95[k], found.longest[k]) == pytest.approx(expected, nan_ok=True)


def test_tables_without_rows_and_columns_without_values_are_left_out(tmp_path: Path) -> None:
    found = {sheet.key: sheet for sheet in sheets_of(make_plan(tmp_path, last=TODAY, states={"f1": 0, "f2": 0}))}
    assert all(len(sheet.frame) for sheet in found.values())
    assert "hearing" not in found
    assert {"receiver", "affected", "land", "beds", "running"}.isdisjoint(found["planned"].frame)
    assert "classes" in found["planned"].frame


def test_running_costs_more_or_less_are_in_the_list_of_facilities(tmp_path: Path) -> None:
    scenario = SCENARIO.replace("ride = true", "ride = true\nrun_yuan_per_year = 9_000\nrun_yuan_per_place = 10")
    found = planned_of(make_plan(tmp_path, scenario=scenario))
    assert [found[key]["running"] for key in ("f1", "c0", "f2")] == [0, 9_000 + 540 * 10, -9_000 - 45 * 10]


def test_a_gain_of_hardly_anybody_is_no_gain(plan: LayoutPlan) -> None:
    facts = Facts(plan, Settings())
    facts.__dict__["gained"] = np.full(facts.gained.shape, 1e-9)
    frame = projects_of(facts)
    assert (frame["gained"] == 0).all()
    assert frame["yuan_each"].isna().all()


def test_a_place_in_another_ones_rooms_does_not_open_as_new(plan: LayoutPlan) -> None:
    assert row(trigger_sheet_of(plan), id="c0")["kind"] == "新建 new"
    places = [replace(p, origin="reuse") if p.id == "c0" else p for p in plan.posed.places]
    posed = replace(plan.posed, table=replace(plan.posed.table, places=places))
    changed = replace(plan, posed=posed, after=replace(plan.after, posed=posed))
    assert row(trigger_sheet_of(changed), id="c0")["kind"] == "改建 converted"


def trigger_sheet_of(plan: LayoutPlan) -> Sheet:
    sheet = trigger_sheet(plan.after)
    assert sheet is not None
    return sheet


def test_schools_that_only_hold_others_are_not_compared(plan: LayoutPlan) -> None:
    parts = [replace(p, plan=p.plan.model_copy(update={"count_people": False})) for p in plan.posed.parts]
    hosts = replace(plan, posed=replace(plan.posed, parts=tuple(parts)))
    assert "education" not in {sheet.key for sheet in sheets_of(hosts)}
    assert record_of(hosts)["services"]["primary_school"]["years"]["2030"]["after"]["in_use"] == 2


def test_need_by_grade_adds_up_to_the_need(plan: LayoutPlan, sheets: dict[str, Sheet]) -> None:
    frame, needs = sheets["grades"].frame, plan.posed.needs.over_time
    assert frame["grade"].tolist()[::5] == ["一年级 grade 1", "六年级 grade 6"]
    assert frame["age"].tolist() == [6, 7, 8, 9, 10, 11]
    for t, year in enumerate((2025, 2030)):
        whole = needs.services["primary_school"].total[t].sum()
        assert frame[f"need_{year}"].sum() == pytest.approx(whole, abs=1e-2)


def test_years_of_most_pupils_and_seats(sheets: dict[str, Sheet]) -> None:
    frame = sheets["education"].frame
    planned = frame[frame["when"] == PLAN].iloc[0]
    assert (planned["peak"], planned["peak_need"], planned["peak_places"]) == (2030, 2025, 2030)
    assert frame[frame["when"] == NOTHING]["peak"].isna().all()  # everybody has a seat
