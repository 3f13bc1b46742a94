"""A run and an evaluation are told in the words of every other answer, with the figures of the run's own tables."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from siting.files.run_folder import ANSWER_FILE
from siting.prepare import Settings
from siting.render.answer_folder import write_answer
from siting.render.layers_people import minutes_shown
from siting.render.map_style import load_style
from siting.render.sheets import all_sheets
from siting.render.told_file import read_told, write_told
from siting.render.told_of import told_of
from siting.render.views import AreaLayer, Layer, LineLayer, PointLayer, Told, View
from siting.results import RunResult
from tests.render.browser import open_browser, open_page
from tests.render.make_result import make_result

PLAN = [
    "area_before", "area_after", "catchments", "need", "time_before", "time_after", "unmet", "before", "change",
    "after", "lines", "candidates",
]  # fmt: skip


@pytest.fixture(scope="module")
def run() -> RunResult:
    return make_result(demand_points=120, sites=30)


@pytest.fixture(scope="module")
def told(run: RunResult) -> Told:
    return told_of(run)


def layer(view: View, key: str) -> Layer:
    return next(one for one in view.layers if one.key == key)


def persons(view: View, key: str) -> dict[str, float]:
    """People by category of a layer."""
    frame = layer(view, key).frame
    return frame.groupby("category")["need"].sum().to_dict()


def test_a_plan_has_a_view_for_each_service_with_every_layer(run: RunResult, told: Told) -> None:
    assert [view.subject for view in told.views] == [service.service.id for service in run.services]
    for view in told.views:
        assert [one.key for one in view.layers] == [*PLAN, "facilities"]
        assert [one.key for one in view.layers if one.shown] == ["after", "facilities"]
        for one in view.layers:
            assert set(one.frame["category"]) <= {category.key for category in one.categories}
            assert len({category.key for category in one.categories}) == len(one.categories)


def test_an_evaluation_shows_today_only() -> None:
    told = told_of(make_result(demand_points=40, sites=10, planned=False))
    for view in told.views:
        assert [one.key for one in view.layers if one.key != "candidates"] == [
            "area_before", "need", "time_before", "unmet", "before", "facilities",
        ]  # fmt: skip
        assert [one.key for one in view.layers if one.shown] == ["before", "facilities"]
        people = layer(view, "before")
        assert isinstance(people, PointLayer)
        assert not {column.name for column in people.columns} & {"to", "minutes_after", "nearest"}
        assert "→" not in "".join(text for _, _, text in view.figures)
    headings = [section.zh for section in told.sections]
    assert "结果的可靠性" not in headings
    assert not [heading for heading in headings if "依据" in heading]


def test_people_within_the_standard_are_those_of_the_summary(run: RunResult, told: Told) -> None:
    for service, view in zip(run.services, told.views, strict=True):
        for when in ("before", "after"):
            row, found = service.headline(when), persons(view, when)
            assert found["within"] == pytest.approx(row["covered_persons"])
            assert found.get("unreachable", 0) == pytest.approx(row["unreachable_persons"])
            assert sum(found.values()) == pytest.approx(row["demand_persons"])
        change = persons(view, "change")
        gain = service.headline("after")["covered_persons"] - service.headline("before")["covered_persons"]
        assert change.get("gained", 0) - change.get("lost", 0) == pytest.approx(gain)


def test_a_click_tells_how_people_fare_today_and_where_the_plan_sends_them(run: RunResult, told: Told) -> None:
    for service, view in zip(run.services, told.views, strict=True):
        one = layer(view, "after")
        assert isinstance(one, PointLayer)
        assert [moment.zh for moment in one.moments] == ["现状", "规划后"]
        assert (one.weight, one.choice) == ("need", "people")
        names = service.sites.set_index("id")["name"].to_dict()
        states = set()
        for row, fares in zip(service.demand.to_dict("records"), one.frame.to_dict("records"), strict=True):
            assert fares["minutes_after"] == pytest.approx(row["assigned_min"], abs=0.05) or not row["assigned_id"]
            assert fares["to"] == (names[row["assigned_id"]] or row["assigned_id"] if row["assigned_id"] else "")
            if not row["demand_persons"] > 0:
                expected = "nobody"
            elif not row["assigned_id"] or 2 * row["unassigned_persons"] > row["demand_persons"]:
                expected = "without"
            else:
                expected = "within" if row["assigned_min"] <= row["standard_min"] else "beyond"
            assert fares["state_after"] == expected
            states.add(expected)
        assert len(states) > 1
        people_today = one.frame.groupby("state_before")["need"].sum()
        assert people_today["within"] == pytest.approx(service.headline("before")["covered_persons"])


def test_times_fall_into_the_classes_of_the_style(told: Told) -> None:
    breaks = load_style().travel_time.breaks_min
    for view in told.views:
        for key, column in (("time_before", "minutes_before"), ("time_after", "minutes_nearest")):
            one = layer(view, key)
            assert isinstance(one, PointLayer)
            seen = 0
            for row in one.frame.to_dict("records"):
                minutes, category = row[column], row["category"]
                if not row["need"] > 0:
                    assert category == "nobody"
                elif minutes != minutes:
                    assert category == "without"
                else:
                    k = int(category.removeprefix("time_"))
                    assert (0 if k == 0 else breaks[k - 1]) < minutes or (k == 0 and minutes == 0)
                    assert k == len(breaks) or minutes <= breaks[k]
                    seen += 1
            assert seen > 10
            named = [category.zh for category in one.categories]
            assert named[:2] == ["0–5 分钟", "5–10 分钟"]
            assert named[len(breaks)] == "45 分钟以上"


def test_a_time_just_over_a_break_is_in_the_next_class(run: RunResult) -> None:
    service = run.services[0]
    edge = service.demand.iloc[:2].assign(
        nearest_before_min=[5.0, 5.04], standard_min=5.0, covered_before=[True, False], demand_persons=1.0
    )
    view = told_of(replace(run, services=(replace(service, demand=edge),))).views[0]
    frame = layer(view, "time_before").frame
    assert frame["category"].tolist() == ["time_0", "time_1"]
    assert frame["minutes_before"].tolist() == [5.0, 5.04]


def test_minutes_never_hide_on_which_side_of_the_standard_they_lie() -> None:
    shown = minutes_shown(
        np.array([9.96, 10.0, 10.04, 10.0004, np.nan, 12.34]),
        np.full(6, 10.0),
        np.array([True, True, False, False, False, False]),
    )
    assert shown.tolist()[:4] == [10, 10, 10.04, 10.0004]
    assert np.isnan(shown[4])
    assert shown[5] == 12.3


def test_people_by_need_and_those_still_beyond_the_standard(run: RunResult, told: Told) -> None:
    breaks = load_style().demand.breaks_persons
    for service, view in zip(run.services, told.views, strict=True):
        for row in layer(view, "need").frame.to_dict("records"):
            k = sum(row["need"] > end for end in breaks)
            assert row["category"] == (f"need_{k}" if row["need"] > 0 else "nobody")
        unmet = layer(view, "unmet")
        assert isinstance(unmet, PointLayer)
        assert (unmet.weight, unmet.label, unmet.choice) == ("unmet", "unmet_name", "people")
        row, beyond = service.headline("after"), unmet.frame.groupby("category")["unmet"].sum()
        assert beyond.get("beyond", 0) + beyond.get("unreachable", 0) == pytest.approx(
            row["demand_persons"] - row["covered_persons"]
        )
        assert beyond.get("unreachable", 0) == pytest.approx(row["unreachable_persons"])
        assert beyond["met"] == 0
        named = unmet.frame[unmet.frame["unmet_name"] != ""]
        others = unmet.frame.drop(named.index)["unmet"]
        assert 0 < len(named) <= 15
        assert named["unmet"].min() >= max(1, others.max() if len(named) == 15 else 1)


def test_the_panel_has_label_share_charts_groups_and_notes(run: RunResult, told: Told) -> None:
    for service, view in zip(run.services, told.views, strict=True):
        before, after = service.headline("before"), service.headline("after")
        assert view.label is not None
        assert (view.label.zh, view.label.look) == ("已证明最优", "sure")
        assert view.share is not None
        assert (view.share.before, view.share.after) == (before["covered_share"], after["covered_share"])
        assert view.share.zh in {zh for zh, _, _ in view.figures}  # for pages that draw it as the others
        township, times = view.bars
        groups = service.summary[service.summary["group_kind"] == "township"].set_index(["group", "when"])
        for zh, _, share_before, share_after in township.rows:
            assert share_before == groups.loc[(zh, "before"), "covered_share"]
            assert share_after == groups.loc[(zh, "after"), "covered_share"]
        for k in (2, 3):
            assert sum(row[k] or 0.0 for row in times.rows) == pytest.approx(1)
        tables = {sheet.key: sheet.frame for sheet in view.sheets}
        assert {"new_facilities", "by_zone", "by_township", "checks"} <= set(tables)
        assert tables["by_zone"]["persons"].sum() == pytest.approx(before["demand_persons"])
        said = " ".join(zh for zh, _ in view.notes)
        assert "p-中位" in said
        assert service.unverified[0][0] in said
    assert told.notes == run.notes


def test_lines_run_from_people_to_the_facility_that_the_plan_sends_them_to(run: RunResult, told: Told) -> None:
    for service, view in zip(run.services, told.views, strict=True):
        lines = layer(view, "lines")
        assert isinstance(lines, LineLayer)
        assert len(lines.frame) == len(service.assignments) > 0
        place = service.demand.set_index("id")
        site = service.sites.set_index("id")
        for trip, line in zip(service.assignments.itertuples(), lines.frame.itertuples(), strict=True):
            assert (line.from_lon, line.from_lat) == (place["lon"][trip.demand_id], place["lat"][trip.demand_id])
            assert (line.to_lon, line.to_lat) == (site["lon"][trip.site_id], site["lat"][trip.site_id])
            assert (line.category == "new") == (site["status"][trip.site_id] == "new")


def test_facilities_have_their_status_and_the_numbers_of_the_tables(run: RunResult, told: Told) -> None:
    opened = next(sheet.frame for sheet in told.sheets if sheet.key == "new_facilities")
    for service, view in zip(run.services, told.views, strict=True):
        shown, free = layer(view, "facilities").frame, layer(view, "candidates").frame
        status = service.sites.set_index("id")["status"]
        assert dict(zip(shown["id"], shown["category"], strict=True)) == status[status != "candidate"].to_dict()
        assert set(free["id"]) == set(status[status == "candidate"].index)
        mine = opened[opened["service"] == service.service.name_zh]
        new = shown[shown["category"] == "new"].set_index("id")
        assert new["number"].to_dict() == dict(zip(mine["id"], mine["number"], strict=True))
        assert new["gain"].round(3).to_dict() == dict(zip(mine["id"], mine["newly_covered_persons"], strict=True))
        assert shown.loc[shown["category"] == "closed", "load"].isna().all()
        assert shown.loc[shown["category"] == "new", "load_before"].isna().all()


def test_areas_are_those_of_the_run(run: RunResult, told: Told) -> None:
    for service, view in zip(run.services, told.views, strict=True):
        for key, area in (("area_before", service.service_area_before), ("area_after", service.service_area_after)):
            one = layer(view, key)
            assert isinstance(one, AreaLayer)
            assert area is not None
            assert one.frame.geometry.iloc[0].equals(area)
    bare = told_of(make_result(demand_points=20, sites=6, bare=True))
    assert "area_before" not in {one.key for one in bare.views[0].layers}


def test_the_workbook_and_what_was_asked_are_told_as_they_are(run: RunResult, told: Told) -> None:
    assert list(told.sheets) == all_sheets(run)
    assert told.notices == run.notices
    assert told.title == (run.title_zh, run.title_en)
    said = {section.zh: section for section in told.sections}
    assert any("新建 5 处" in zh for zh, _ in said["问的是什么"].paragraphs)
    assert len(said["结论"].paragraphs) == len(run.services)
    sure = [zh for zh, _ in said["结果的可靠性"].paragraphs]
    assert any("独立检验通过" in zh for zh in sure)
    assert {sheet.key for sheet in said["结果的可靠性"].sheets} == {"checks"}
    assert {sheet.key for sheet in said["假设与未核实的数值"].sheets} == {"assumptions"}
    for service in run.services:
        decisions = said[f"每处决定的依据：{service.service.name_zh}"]
        assert sum("新建" in zh and "人到设施更近" in zh for zh, _ in decisions.paragraphs) == len(service.new_sites)
        for zone, (_, minutes, source, verified) in service.thresholds.items():
            told_as = [zh for zh, _ in said["采用的标准"].paragraphs if zh.startswith(service.service.name_zh)]
            assert any(f"{minutes:g} 分钟以内（{source}）" in zh for zh in told_as), zone
            assert verified or any("未经核实" in zh for zh in told_as)


def test_a_run_comes_back_from_its_file(told: Told, tmp_path: Path) -> None:
    write_told(told, tmp_path / ANSWER_FILE)
    back = read_told(tmp_path)
    for one, other in zip(told.views, back.views, strict=True):
        for mine, theirs in zip(one.layers, other.layers, strict=True):
            pd.testing.assert_frame_equal(pd.DataFrame(mine.frame), pd.DataFrame(theirs.frame), check_exact=True)
    assert back.record == told.record


def test_nobody_and_nowhere_do_not_stop_it(run: RunResult) -> None:
    service = run.services[0]
    nobody = service.demand.assign(demand_persons=0.0, nearest_before_min=np.nan, nearest_before_id="")
    view = told_of(replace(run, services=(replace(service, demand=nobody),))).views[0]
    assert set(layer(view, "before").frame["category"]) == {"nobody"}
    assert set(layer(view, "before").frame["from"]) == {""}


@pytest.mark.browser
def test_its_map_and_report_open(told: Told, tmp_path: Path) -> None:
    files = write_answer(told, tmp_path / "run", Settings())
    with open_browser() as browser:
        with open_page(browser, files["map.html"]) as (page, seen):
            assert "规划前后变化" in page.locator("body").inner_text()  # type: ignore[attr-defined]
            seen.check()
        with open_page(browser, files["report.html"]) as (page, seen):
            assert "每处决定的依据" in page.locator("body").inner_text()  # type: ignore[attr-defined]
            seen.check()
