from __future__ import annotations

import dataclasses
import re

import pandas as pd
import pytest
from markupsafe import escape

from siting.evaluation.metrics import summarise
from siting.render.report_page import VILLAGES_SHOWN, write_report
from siting.render.sketch import dense_extent, make_base, make_dots, whole_extent
from tests.render.browser import open_browser, open_page
from tests.render.sample_run import HOSTILE, NOTICE, sample_run


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(sample_run(), path)
    return path


@pytest.fixture(scope="module")
def text(page):
    return page.read_text(encoding="utf-8")


def test_it_carries_labels_notices_and_headline(text):
    for words in (
        *NOTICE, "样例布局", "Sample plan", "已证明最优", "time-limited, within 3.34 % of optimal",
        "由 100 人（19.6%）增至 300 人（58.8%）", "3 个村（社区）的 210 人在标准之外",
        "其中 10 人在计算的最长时间内到不了任何设施",
        "有 2 项标准数值未经核实", "OpenStreetMap contributors", "ODbL", "三层", "objective agrees",
    ):  # fmt: skip
        assert words in text


def test_it_says_how_many_places_people_find(text):
    for words in (
        "平均能用到的位数由 294.1 变为 1,274.5", "go from 294.1 to 1,274.5", "基尼系数由 0.804 变为",
        "未计入的设施：现状 2 处中的 1 处，规划后 3 处中的 1 处",
        "1 of the 2 facilities before, 1 of the 3 facilities after", "两步移动搜索法（2SFCA）", "最低（位/千人）",
        "Some places walk and some ride",
    ):  # fmt: skip
        assert words in text


def test_where_all_walk_there_is_no_warning_about_modes(tmp_path):
    run = sample_run()
    walking = tuple(dataclasses.replace(s, demand=s.demand.assign(mode="walk")) for s in run.services)
    write_report(dataclasses.replace(run, services=walking), tmp_path / "walk.html")
    assert "Some places walk and some ride" not in (tmp_path / "walk.html").read_text(encoding="utf-8")


def test_without_a_known_capacity_it_says_that_places_are_not_counted(tmp_path):
    run = sample_run()
    school = run.services[0]
    unknown = dataclasses.replace(
        school,
        sites=school.sites.assign(capacity_persons=float("nan")),
        demand=school.demand.assign(accessibility_before_per_1000=float("nan")),
    )
    write_report(dataclasses.replace(run, services=(unknown,)), tmp_path / "unknown.html")
    text = (tmp_path / "unknown.html").read_text(encoding="utf-8")
    assert "现有设施没有一处规模已知，不计算可达性。规模未知或不设上限、未计入的设施：现状 2 处中的 2 处" in text
    assert "最低（位/千人）" not in text


def test_hostile_names_are_escaped(text):
    assert str(escape(HOSTILE[4])) in text
    assert HOSTILE[5] in text
    assert "<script" not in text
    assert "<img" not in text
    assert "49{%" not in text


def test_nothing_comes_from_outside(text):
    assert "default-src 'none'" in text
    assert not re.search(r"""(?:src|href|url)\s*[=(]\s*["']?(?:https?:)?//""", text)
    assert "<link" not in text
    assert "@import" not in text


def test_an_evaluation_says_so_and_shows_no_plan(tmp_path):
    write_report(sample_run(plan=False), tmp_path / "gaps.html")
    text = (tmp_path / "gaps.html").read_text(encoding="utf-8")
    assert text.count("现状评估，没有规划方案") == 1  # of all services alike
    assert "100 人（19.6%）能在标准时间内到达一处设施" in text
    assert "标准时间内平均能用到 294.1 位，基尼系数 0.804。规模未知或不设上限、未计入的设施：现状 2 处中的 1 处" in text
    for words in ("规划后", "新建设施", "求解器", "最优", " after"):
        assert words not in text


def test_only_the_first_villages_are_listed_with_the_count_of_the_rest(tmp_path):
    run = sample_run()
    school = run.services[0]
    demand = pd.concat([school.demand.iloc[[4]]] * 60, ignore_index=True)
    demand = demand.assign(id=[f"v{k}" for k in range(60)], village=[f"村{k:02d}号" for k in range(60)])
    summary = summarise(demand.assign(age_6_11=demand["demand_persons"]), ["age_6_11"])
    many = dataclasses.replace(school, demand=demand, summary=summary, assignments=school.assignments.iloc[:0])
    write_report(dataclasses.replace(run, services=(many,)), tmp_path / "many.html")
    text = (tmp_path / "many.html").read_text(encoding="utf-8")
    assert len(re.findall(r"村\d\d号", text)) == VILLAGES_SHOWN
    assert "另有 10 行" in text
    assert "60 个村（社区）" in text


def test_sketches_hold_every_point_and_site():
    run = sample_run()
    base = make_base(run, whole_extent(run))
    dots = make_dots(run.services[0], base, {"c1": 1})
    assert dots.covered.count("M") == 1
    assert dots.gained.count("M") == 2
    assert dots.uncovered.count("M") == 3
    assert len(dots.existing) == 2
    assert [mark.text for mark in dots.new] == ["1"]
    xy = [
        (float(x), float(y)) for x, y in re.findall(r"M([\d.]+) ([\d.]+)", dots.covered + dots.gained + dots.uncovered)
    ]
    assert all(0 <= x <= base.width and 0 <= y <= base.height for x, y in xy)
    assert base.land
    assert base.zones
    assert base.roads
    assert base.bar_km * 1000 / (base.bar_units or 1) > 0


def test_a_scale_bar_is_true_to_the_drawing():
    run = sample_run()
    base = make_base(run, whole_extent(run))
    south, north = whole_extent(run)[1], whole_extent(run)[3]
    km = (north - south) * 111.2
    assert base.bar_units / base.bar_km == pytest.approx((base.height - 24) / km, rel=0.01)


def test_the_towns_are_drawn_larger_only_where_they_hold_several_new_facilities():
    run = sample_run()
    assert dense_extent(run) is None  # one new school there
    school = run.services[0]
    sites = school.sites.assign(status="new", lon=120.72, lat=29.59)
    crowded = dataclasses.replace(run, services=(dataclasses.replace(school, sites=sites),))
    west, south, east, north = dense_extent(crowded)
    assert west < 120.70
    assert 120.74 < east < 120.75
    assert south < 29.58 < 29.60 < north


def test_the_report_says_what_closes_and_who_gets_no_place(tmp_path):
    run = sample_run()
    school = run.services[0]
    sites = school.sites.assign(status=["moved", *school.sites["status"][1:]], cost_yuan=[50_000.0, 0.0, 0.0, 0.0])
    demand = school.demand.assign(unassigned_persons=[40.0, 0, 0, 0, 0, 10.0])
    moved = dataclasses.replace(school, sites=sites, demand=demand, objective_zh="总出行阻抗最小", objective_en="Total")
    write_report(dataclasses.replace(run, services=(moved,)), tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "关闭与迁出的设施" in text
    assert "5 万元" in text
    assert "迁移 1 处" in text
    assert "另有 40 人虽有设施可达" in text
    assert "总出行阻抗最小" in text
    write_report(run, tmp_path / "report.html")
    assert "关闭与迁出的设施" not in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.browser
def test_in_a_browser_nothing_runs_and_names_read_as_typed(page):
    with open_browser() as browser, open_page(browser, page) as (tab, seen):
        body = tab.inner_text("body")
        for name in (*HOSTILE[:2], *HOSTILE[4:7]):
            assert name in body
        assert tab.evaluate("document.querySelectorAll('script, img, iframe, object').length") == 0
        assert "proven optimal" in body
        tab.uncheck("#english")
        assert "proven optimal" not in tab.inner_text("main")
        assert "已证明最优" in tab.inner_text("main")
        seen.check()


@pytest.mark.browser
def test_on_a_telephone_the_page_is_no_wider_than_the_screen(page):
    with open_browser() as browser, open_page(browser, page, size=(390, 800)) as (tab, seen):
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390
        seen.check()
