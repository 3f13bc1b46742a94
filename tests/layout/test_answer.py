"""What a layout plan shows: its map, report, lines and folder."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from siting.errors import InputError
from siting.explain.record import find_run
from siting.layout.answer import LayoutAnswer
from siting.layout.asked import goals
from siting.layout.certainty import binding, how_sure
from siting.layout.decisions import decisions_of, decisions_sheet
from siting.layout.facts import Facts
from siting.layout.gains import township_text, villages_worse
from siting.layout.headline import ends_text, headline, hosts_text, rides_text
from siting.layout.link_words import link_text
from siting.layout.places import Arc
from siting.layout.report import sections_of
from siting.layout.result import Course, LayoutPlan
from siting.layout.scenario import CountsAs, Near, Reuse, SharePlot, Within
from siting.layout.standard_words import standard_text
from siting.layout.texts import changes_text, money_text, running_text
from siting.layout.views import first_of, tiles, views_of
from siting.prepare import Settings
from siting.render.cell_text import sheet_cells
from siting.render.told_file import read_told
from siting.render.view_map import views_html
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
    assert "一小" in later.loc["c1", "flow_zh"]  # where its people would be
    assert "地块1" in later.loc["f1", "flow_zh"]  # where its people go
    free = layer(views[0], "candidates").frame.set_index("id")
    assert dict(free["category"]) == {"c1": "later"}


def test_the_table_of_changes_tells_the_plan_in_each_language_alone(views: tuple[View, ...]) -> None:
    assert views[0].sheets == ()
    (sheet,) = views[1].sheets
    told = sheet.frame.set_index("name")
    assert told.loc["一小", "plan_zh"] == "2030 年撤并"
    assert told.loc["一小", "plan_en"] == "merged in 2030"
    assert told.loc["地块1", "plan_zh"].startswith("2030 年新建，")
    assert told.loc["地块1", "plan_en"].startswith("new in 2030, ")
    assert {column.name: column.language for column in sheet.columns if column.language} == {
        "plan_zh": "zh", "plan_en": "en",
    }  # fmt: skip


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


def test_of_many_decisions_the_report_has_those_of_most_people_and_a_table_all(facts: Facts) -> None:
    told = decisions_of(facts, 0, most=1)
    assert len(told) == 2
    sheet = decisions_sheet(facts).frame
    own = sheet[sheet["service"].str.startswith(facts.parts[0].service.name_zh)]
    assert told[0][0].startswith(own.loc[own["moved"].idxmax(), "name"])
    assert "其余 1 处见表格" in told[1][0]
    assert decisions_of(facts, 0, most=2) == decisions_of(facts, 0)
    assert sheet["zh"].tolist() == [zh for s in (0, 1) for zh, _ in decisions_of(facts, s)]
    assert {"f1", "c1"} <= set(sheet["id"])
    new = facts.moves_at(0, 1, "after", next(p for p in facts.real(0) if facts.plan.after.place(p).id == "c1"))
    assert own.set_index("id").loc["c1", "moved"] == pytest.approx(new["persons"].sum(), abs=0.01)


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
    assert any("一小（f1）须关闭" in text for text in texts)
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
    assert views_html(read_told(tmp_path / "run")) == files["map.html"].read_text(encoding="utf-8")
    record = json.loads(files["run.json"].read_text(encoding="utf-8"))
    assert record["synthetic"] is True
    assert record["label"]["zh"] == "已证明最优"
    first, second = openpyxl.load_workbook(files["tables.xlsx"]).worksheets[:2]
    assert first.title.startswith("声明")
    assert second.title.startswith("各服务各年一览")  # the answer before all else
    assert any("扩容优质学位" in str(row[0].value) for row in second.iter_rows(max_row=6))
    with pytest.raises(InputError) as error:
        find_run(str(tmp_path / "run"), tmp_path)
    assert f"{tmp_path / 'run'}/report.html 的“每处决定的依据”" in str(error.value)
    with open_browser() as browser:
        with open_page(browser, files["map.html"]) as (page, seen):
            page.get_by_text("2030 年", exact=True).first.click()  # type: ignore[attr-defined]
            assert "撤并" in page.locator("body").inner_text()  # type: ignore[attr-defined]
            seen.check()
        with open_page(browser, files["report.html"]) as (page, seen):
            assert "每处决定的依据" in page.locator("body").inner_text()  # type: ignore[attr-defined]
            seen.check()


def without_people(facts: Facts, s: int) -> Facts:
    """The same plan, in which one service's facilities only count as partners or hosts."""
    parts = list(facts.plan.posed.parts)
    parts[s] = replace(parts[s], plan=parts[s].plan.model_copy(update={"count_people": False}))
    return Facts(replace(facts.plan, posed=replace(facts.plan.posed, parts=tuple(parts))))


def test_the_answer_begins_with_the_sentence_of_the_plan_and_what_is_done(facts: Facts) -> None:
    told = headline(facts)
    assert "扩容优质学位" in told[0][0]
    assert told[1][0].startswith("小学：新建 1 处、撤并 1 处，各期共 ")
    assert "2030 年标准之内（城区步行 10 分钟以内，" in told[1][0]
    assert "1 new, 1 merged" in told[1][1]
    lines = [text for text, _ in LayoutAnswer(facts.plan).lines()]
    assert lines[2] == "“扩容优质学位”"


def test_a_facility_that_changes_twice_counts_once_in_the_answer(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ends_text(facts, 0) == ("新建 1 处、撤并 1 处", "1 new, 1 merged")
    status = dict.fromkeys(facts.real(0), "reduced")
    monkeypatch.setattr(Facts, "status", lambda self, p, t: status[p])
    assert ends_text(facts, 0)[0] == f"缩减 {len(status)} 处"
    monkeypatch.setattr(Facts, "status", lambda self, p, t: "kept")
    assert ends_text(facts, 0) == ("没有变动", "no change")


def test_the_standard_is_told_by_kind_of_zone_and_by_group(facts: Facts) -> None:
    problem = facts.parts[0].problem
    minutes = problem.standard_min[problem.zone_kind.index("urban")]
    zh, en = standard_text(facts, 0)
    assert f"城区步行 {minutes:g} 分钟以内" in zh or zh == f"步行 {minutes:g} 分钟以内"
    assert f"within {minutes:g} min on foot" in en
    modes = ["walk" if kind == "urban" else "drive" for kind in problem.zone_kind]
    two = replace(problem, mode=modes, standard_min=np.where(np.array(modes) == "walk", 10.0, 20.0))
    parts = (replace(facts.parts[0], problem=two), *facts.parts[1:])
    groups = facts.plan.posed.needs.groups
    first = replace(groups[0][0], group=groups[0][0].group.model_copy(update={"standard_minutes": 7.0}))
    needs = replace(facts.plan.posed.needs, groups=((first,), *groups[1:]))
    told = standard_text(Facts(replace(facts.plan, posed=replace(facts.plan.posed, parts=parts, needs=needs))), 0)
    assert told[0].startswith("城区步行 10 分钟以内，")
    assert "乘车 20 分钟以内" in told[0]
    assert told[0].endswith("不超过 7 分钟")


def test_a_service_of_which_only_the_facilities_count_is_told_in_one_sentence(facts: Facts) -> None:
    hosts = without_people(facts, 1)
    assert hosts_text(facts) == []
    assert "社区卫生服务站" in hosts_text(hosts)[0][0]
    texts = [zh for zh, _ in headline(hosts)]
    assert not any(zh.startswith("社区卫生服务站") for zh in texts)
    told = views_of(hosts)
    assert [zh for zh, _, _ in told[2].figures] == ["只作配套或附设"]
    summary = sections_of(hosts, ())[0].sheets[0].frame
    assert len(summary) == 2
    assert not any("—" in text for text, _ in LayoutAnswer(hosts.plan).lines() if "社区卫生服务站" in text)


def test_what_opens_inside_or_in_an_emptied_building_is_not_called_new(facts: Facts) -> None:
    figures = facts.figures(0, 1)
    assert (figures.opened, figures.inside, figures.converted) == (1, 0, 0)
    places = [replace(p, origin="reuse") if p.id == "c1" else p for p in facts.plan.posed.places]
    posed = replace(facts.plan.posed, table=replace(facts.plan.posed.table, places=places))
    other = Facts(replace(facts.plan, posed=posed, after=replace(facts.plan.after, posed=posed)))
    assert (other.figures(0, 1).opened, other.figures(0, 1).converted) == (0, 1)
    assert changes_text([other.figures(0, 1)]) == ("改建 1 处、撤并迁出 1 处", "1 converted, 1 closed or moved")


def test_running_costs_are_told_for_the_year(facts: Facts) -> None:
    assert running_text(0.0) == ("", "")
    assert running_text(-1_200_000) == (
        "运行费比现状每年省 120.0 万元", "running costs 1.2 million yuan a year less than today",
    )  # fmt: skip
    parts = list(facts.plan.posed.parts)
    parts[0] = replace(parts[0], plan=parts[0].plan.model_copy(update={"run_yuan_per_year": 50_000.0}))
    costly = Facts(replace(facts.plan, posed=replace(facts.plan.posed, parts=tuple(parts))))
    gone = next(p for p, place in enumerate(facts.plan.posed.places) if place.id == "f1")
    new = next(p for p, place in enumerate(facts.plan.posed.places) if place.id == "c1" and place.service[0] == "p")
    assert (costly.running_yuan(0, gone, 1), costly.running_yuan(0, new, 1)) == (-50_000, 50_000)
    assert "运行费比现状每年省 5.0 万元" in next(zh for zh, _ in decisions_of(costly, 0) if "f1" in zh)
    assert facts.running_yuan(0, gone, 1) == 0


def test_where_decisions_are_made_in_some_zones_their_people_are_told_apart(facts: Facts) -> None:
    assert facts.decided_zones(0) == ()
    parts = list(facts.plan.posed.parts)
    parts[0] = replace(parts[0], plan=parts[0].plan.model_copy(update={"zones": ("core",)}))
    some = Facts(replace(facts.plan, posed=replace(facts.plan.posed, parts=tuple(parts))))
    people = some.plan.after.people
    core = (some.plan.posed.case.demand["zone"] == "core").to_numpy()[people["point"]]
    mine = people[core & (people["service"] == 0) & (people["period"] == 1)]
    figures = some.figures(0, 1, ("core",))
    assert 0 < figures.need < some.figures(0, 1).need
    assert figures.need == pytest.approx(mine["persons"].sum())
    assert figures.within_after == pytest.approx(mine["within"].sum())
    assert "其中作决定的" in headline(some)[1][0]
    assert "其中作决定的" not in headline(facts)[1][0]


def test_buses_and_boarding_are_told_where_they_count(facts: Facts) -> None:
    assert rides_text(facts, 0, 1) == ("", "")
    parts = list(facts.plan.posed.parts)
    parts[0] = replace(parts[0], plan=parts[0].plan.model_copy(update={"ride": True}))
    rode = Facts(replace(facts.plan, posed=replace(facts.plan.posed, parts=tuple(parts))))
    assert rides_text(rode, 0, 1) == ("，乘校车 0 人", ", by bus 0")


def test_a_school_that_shrinks_and_then_closes_has_both_years(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = next(p for p, place in enumerate(facts.plan.posed.places) if place.id == "f1")
    kinds = {0: "shrink", 1: "close"}
    real = Course.arc

    def arc(self: Course, p: int, t: int) -> Arc:
        return replace(real(self, p, t), kind=kinds[t]) if p == gone else real(self, p, t)

    monkeypatch.setattr(Course, "arc", arc)
    zh, en = next(text for text in decisions_of(Facts(facts.plan), 0) if "f1" in text[0])
    assert "2025 年缩减，2030 年撤并" in zh
    assert "reduced in 2025, merged in 2030" in en


def test_the_map_opens_at_the_last_year_of_a_service_that_changes(facts: Facts) -> None:
    assert first_of(facts) == ("primary_school", "2030")
    shown = [zh for zh, _, _ in tiles([facts.figures(0, t) for t in (0, 1)], served=True)]
    assert shown[4:] == ["累计新建（其中本期）", "累计撤并迁出（其中本期）", "累计万元（其中本期）"]
    assert len(tiles([facts.figures(0, 0)], served=True)) == 4  # nothing is done yet


def test_a_search_that_found_nothing_better_is_no_advice_to_do_nothing(
    facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    word = "这不等于不需要建设"
    cut_short = LayoutAnswer(unproven(facts.plan))
    assert not any(word in zh for zh, _ in cut_short.notices())
    monkeypatch.setattr(Facts, "changes_nothing", True)
    assert any(word in zh for zh, _ in LayoutAnswer(unproven(facts.plan)).notices())
    assert not any(word in zh for zh, _ in LayoutAnswer(facts.plan).notices())  # proven: it is best


def test_links_are_told_by_the_names_of_services() -> None:
    called = {"a": ("甲", "A"), "b": ("乙", "B"), "c": ("丙", "C")}
    told = [
        link_text(link, called)
        for link in (
            CountsAs(kind="counts_as", service="a", of="b"), Near(kind="near", service="a", of=("b", "c"), minutes=10),
            Within(kind="within", service="a", of="b"), Reuse(kind="reuse", service="a", of="b"),
            SharePlot(kind="share_plot", services=("a", "b")),
        )
    ]  # fmt: skip
    assert [zh for zh, _ in told] == [
        "甲同时承担乙的服务", "新的甲乘车 10 分钟内须有乙、丙之一", "甲可设在乙的空余用房内", "乙关闭后的原址可改作甲",
        "甲、乙可同址",
    ]  # fmt: skip
    assert all("A" in en and "B" in en for _, en in told)


def test_to_explain_a_layout_plan_says_where_its_reasons_stand(facts: Facts, tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        find_run(str(facts.plan.posed.path), tmp_path)
    text = str(error.value)
    assert "先用 siting run 运行；依据见 report.html 的“每处决定的依据”" in text
    assert "run it with siting run; they stand in report.html" in text
    headings = {section.zh.split("：")[0] for section in sections_of(facts, ())}
    assert {"每处决定的依据", "谁受益，谁变差", "起作用的规则"} <= headings
