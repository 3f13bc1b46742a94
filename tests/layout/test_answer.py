"""What a layout plan shows: its map, report, lines and folder."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from siting.layout.answer import LayoutAnswer
from siting.layout.asked import goals
from siting.layout.certainty import binding, how_sure
from siting.layout.decisions import decisions_of
from siting.layout.facts import Facts
from siting.layout.gains import township_text, villages_worse
from siting.layout.report import sections_of
from siting.layout.result import Course, LayoutPlan
from siting.layout.texts import money_text
from siting.layout.views import views_of
from siting.prepare import Settings
from siting.render.cell_text import sheet_cells
from siting.render.views import PointLayer, View
from siting.render.wording import persons_text
from siting.solution import Outcome, Status

from ..render.browser import open_browser, open_page
from .tiny_plan import tiny_plan


@pytest.fixture(scope="module")
def facts() -> Facts:
    return Facts(tiny_plan())


@pytest.fixture(scope="module")
def views(facts: Facts) -> tuple[View, ...]:
    return views_of(facts)


def layer(view: View, key: str) -> PointLayer:
    found = next(layer for layer in view.layers if layer.key == key)
    assert isinstance(found, PointLayer)
    return found


def unproven(plan: LayoutPlan) -> LayoutPlan:
    """The same plan with a bound 120,000 yuan below it."""
    known = plan.outcome.objective
    assert known is not None
    outcome = Outcome(Status.TIME_LIMIT, known, known - 12.0, "minimize", 60.0, "search", "1", 0, 2)
    return replace(plan, after=Course(plan.posed, replace(plan.after.solution, outcome=outcome)))


def test_a_view_for_each_service_and_year(views: tuple[View, ...]) -> None:
    assert [(view.subject, view.period) for view in views] == [
        ("primary_school", "2025"), ("primary_school", "2030"), ("health_station", "2025"), ("health_station", "2030"),
    ]  # fmt: skip
    assert [key.key for key in views[0].layers if key.shown] == ["after", "facilities"]
    assert [view.period_zh for view in views[:2]] == ["2025 年", "2030 年"]


def test_facilities_are_drawn_by_what_becomes_of_them(views: tuple[View, ...]) -> None:
    now, later = (layer(view, "facilities").frame.set_index("id") for view in views[:2])
    assert dict(now["category"]) == {"f1": "kept"}
    assert dict(later["category"]) == {"f1": "merged", "c1": "new"}
    assert later.loc["c1", "year"] == "2030"
    assert later.loc["c1", "use"] == pytest.approx(later.loc["c1", "load"] / later.loc["c1", "persons"])
    assert "一小" in later.loc["c1", "flow"]  # where its people would be
    assert "地块1" in later.loc["f1", "flow"]  # where its people go
    free = layer(views[0], "candidates").frame.set_index("id")
    assert dict(free["category"]) == {"c1": "later"}


def test_points_are_the_same_in_all_views(views: tuple[View, ...]) -> None:
    first = layer(views[0], "after").frame
    for view in views:
        for key in ("before", "change", "after"):
            assert layer(view, key).frame["id"].tolist() == first["id"].tolist()


def test_points_are_drawn_by_what_most_of_their_people_have(facts: Facts, views: tuple[View, ...]) -> None:
    frame = layer(views[1], "change").frame
    gain = frame["within_after"] - frame["within_before"]
    assert (frame["category"] == "lost").sum() == (gain <= -0.05 * frame["need"]).sum() > 0
    assert (frame["category"] == "gained").sum() == (gain >= 0.05 * frame["need"]).sum() > 0
    after = layer(views[1], "after").frame
    assert (after.loc[after["category"] == "within", "within_after"] > 0).all()


def test_every_change_is_explained_with_its_numbers(facts: Facts) -> None:
    told = decisions_of(facts, 0)
    assert len(told) == 2
    new = next(p for p, place in enumerate(facts.plan.posed.places) if place.id == "c1")
    served = persons_text(float(facts.plan.after.load[new, 1]))
    zh, en = next(text for text in told if "c1" in text[0])
    assert f"服务 {served} 人" in zh
    assert f"serves {served} people" in en
    assert "方案规定此处须新建" in zh
    gone, gone_en = next(text for text in told if "f1" in text[0])
    assert "2030 年撤并" in gone
    assert "方案规定它须关闭" in gone
    assert "must close" in gone_en


def test_who_loses_is_named(facts: Facts) -> None:
    worse = villages_worse(facts).frame
    moves = facts.moves[(facts.moves["period"] == 1) & (facts.moves["gain"] < 0)]
    villages = set(facts.plan.posed.case.demand["village"].iloc[moves["point"]])
    assert set(worse["village"]) == villages
    assert worse["lost"].sum() == pytest.approx(-moves["gain"].sum(), abs=0.01)
    assert persons_text(-moves["gain"].sum()) in township_text(facts)[0][0]


def test_the_gap_is_told_in_yuan_and_persons(facts: Facts) -> None:
    assert "已证明最优" in how_sure(facts)[0][0]
    texts = how_sure(Facts(unproven(facts.plan)))
    assert "相差 12.0 万元" in texts[1][0]
    assert "24 人" in texts[2][0]  # 120,000 yuan at 5,000 a person and year
    assert "24 people" in texts[2][1]


def test_objectives_in_an_order_are_told_with_the_gap_in_people(facts: Facts) -> None:
    plan = unproven(facts.plan)
    scenario = plan.posed.scenario.model_copy(update={"worth": None})
    ordered = Facts(replace(plan, posed=replace(plan.posed, scenario=scenario)))
    zh, en = goals(ordered)[0]
    assert "1. 没有着落的人最少；2. 标准之外的人最少；3. 费用最少" in zh
    assert "1. fewest people without a place; 2. fewest people beyond the standard" in en
    assert "至多再少 12 人" in how_sure(ordered)[1][0]


def test_each_objective_of_an_order_has_its_own_label(facts: Facts) -> None:
    plan = unproven(facts.plan)
    outcome = plan.outcome
    scenario = plan.posed.scenario.model_copy(update={"worth": None, "objectives": ("without_place", "cost")})
    proven = replace(outcome, bound=outcome.objective, then=(replace(outcome, bound=None),))
    after = replace(plan.after, solution=replace(plan.after.solution, outcome=proven))
    texts = how_sure(Facts(replace(plan, posed=replace(plan.posed, scenario=scenario), after=after)))
    assert any("没有着落的人最少，已证明最优；费用最少，限时求解，差距未知" in zh for zh, _ in texts)
    assert not any("至多再少" in zh for zh, _ in texts)  # the first is proven: nothing is said of a gap in people


def test_rules_that_bind_are_named(facts: Facts) -> None:
    texts = [zh for zh, _ in binding(facts)]
    assert any("f1 须关闭" in text for text in texts)
    spent = float(facts.yuan.sum())
    assert spent > 0
    assert any(f"用 {money_text(spent)[0]}，可用 4.00 亿元（{spent / 4e8:.1%}）" in text for text in texts)


def test_every_sentence_has_both_languages(facts: Facts) -> None:
    sections = sections_of(facts, ())
    assert [section.zh for section in sections][:3] == ["结论", "问的是什么", "有多可靠"]
    for section in sections:
        for zh, en in section.paragraphs:
            assert zh, section.zh
            assert en, zh
            assert "nan" not in zh + en
    summary = sheet_cells(sections[0].sheets[0], 10)[0]
    assert len(summary) == 4


def test_the_command_line_says_what_is_not_sure(facts: Facts) -> None:
    lines = [text for text, _ in LayoutAnswer(unproven(facts.plan)).lines()]
    assert lines[0] == "小镇布局"
    assert any(text.startswith("  2030 年：标准之内") for text in lines)
    assert any("没有证明最优" in text for text in lines)
    assert any("示例数据" in text for text in lines)
    assert any("项标准数值未经核实" in text for text in lines)
    assert not any("没有证明最优" in text for text, _ in LayoutAnswer(facts.plan).lines())


def test_the_folder_opens_in_a_browser(facts: Facts, tmp_path: Path) -> None:
    files = LayoutAnswer(facts.plan).write(tmp_path / "run", Settings(cache=tmp_path / "cache"))
    assert {"map.html", "report.html", "tables.xlsx", "run.json"} <= set(files)
    record = json.loads(files["run.json"].read_text(encoding="utf-8"))
    assert record["synthetic"] is True
    assert record["label"]["zh"] == "已证明最优"
    with open_browser() as browser:
        with open_page(browser, files["map.html"]) as (page, seen):
            page.get_by_text("2030 年", exact=True).first.click()  # type: ignore[attr-defined]
            assert "撤并" in page.locator("body").inner_text()  # type: ignore[attr-defined]
            seen.check()
        with open_page(browser, files["report.html"]) as (page, seen):
            assert "每处决定的依据" in page.locator("body").inner_text()  # type: ignore[attr-defined]
            seen.check()
