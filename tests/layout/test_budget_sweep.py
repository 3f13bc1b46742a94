"""What other budgets bring: money for no school, for the one that must open, for two."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest

from siting.doctor import Rules
from siting.errors import Fault, InputError, SitingError
from siting.layout import budget_sweep
from siting.layout.answer import LayoutAnswer
from siting.layout.budget_report import budget_lines, budget_section
from siting.layout.budget_sweep import sweep_budgets, with_budget
from siting.layout.facts import Facts
from siting.layout.pose import Posed, pose_layout
from siting.layout.report import sections_of
from siting.layout.result import LayoutPlan
from siting.layout.run import make_plan, names_of
from siting.layout.settled import model_of
from siting.layout.tables import record_of, sheets_of
from siting.prepare import Settings
from siting.render.answer_report import write_answer_report
from siting.render.chart import Chart, drawn
from siting.search.found import Known
from siting.solution import Outcome, Solution, Status

from ..tiny_case import write_case, write_scenario
from .tiny_plan import LAYOUT, tiny_plan

FOLDER = TemporaryDirectory(prefix="budget_sweep")
SETTINGS = Settings(cache=Path(FOLDER.name) / "cache")
ONE = 7_700_000.0  # a school of the least size


@cache
def plan() -> LayoutPlan:
    """A budget of eight million yuan for one school; half of it is for none, double for two."""
    text = LAYOUT.replace("beyond_yuan = 5_000", "beyond_yuan = 400_000").replace('open = "none"', 'open = "all"')
    text = text.replace('must_close = ["f1"]\n', "")
    text = text.replace(
        "yuan = [0, 400_000_000]", "yuan = [0, 8_000_000]\nsweep = [4, 0.5, 2]\nsweep_time_limit_s = 90"
    )
    case = write_case(Path(FOLDER.name) / "case")
    return make_plan(pose_layout(write_scenario(case, text), SETTINGS), SETTINGS)


def posed_with(**budget: Any) -> Posed:
    """The same plan with other numbers of its budget, which its instance keeps."""
    posed = plan().posed
    assert posed.scenario.budget is not None
    scenario = posed.scenario.model_copy(update={"budget": posed.scenario.budget.model_copy(update=budget)})
    return replace(posed, scenario=scenario)


def solved(factor: float) -> Solution:
    """The plan that was found for a budget."""
    step = next(step for step in plan().budgets if step.factor == factor)
    assert step.course is not None
    return step.course.solution


def hurried(solution: Solution) -> Solution:
    """The same plan, of which nothing is proven."""
    outcome = Outcome(Status.TIME_LIMIT, solution.outcome.objective, 0.0, "minimize", 90.0, "search", "1", 0, 2)
    return replace(solution, outcome=outcome)


def test_each_budget_has_its_plan_and_more_money_is_never_worse() -> None:
    steps = plan().budgets
    assert [step.factor for step in steps] == [0.5, 1.0, 2.0, 4.0]
    assert [step.possible for step in steps] == [False, True, True, True]
    assert steps[0].course is None
    table = next(sheet for sheet in sheets_of(plan()) if sheet.key == "budget_sweep").frame
    whole = table[table["service"] == "全部 All"].set_index("factor")
    assert whole["budget"].tolist() == [4e6, 8e6, 16e6, 32e6]
    assert np.isnan(whole.loc[0.5, "spent"])
    assert whole.loc[[1, 2, 4], "spent"].tolist() == [ONE, 2 * ONE, 2 * ONE]
    assert whole.loc[[1, 2, 4], "projects"].tolist() == [1, 2, 2]
    within = whole.loc[[1, 2, 4], "within"].to_numpy()
    assert within[0] < within[1] == within[2]
    assert whole["label"].tolist() == ["无可行方案 no plan is possible", *(["已证明最优 proven optimal"] * 3)]
    assert whole["limit_s"].tolist() == [90, 480, 90, 90]
    people = solved(2)
    assert people.outcome.objective is not None
    assert solved(1).outcome.objective > people.outcome.objective  # type: ignore[operator]


def test_a_table_tells_from_which_budget_on_each_project_is_in() -> None:
    table = next(sheet for sheet in sheets_of(plan()) if sheet.key == "budget_projects")
    frame = table.frame
    assert frame["id"].tolist() == ["c1", "c0"]
    assert frame["from"].tolist() == [1, 2]
    assert [column.name for column in table.columns[-3:]] == ["x1", "x2", "x4"]
    assert frame["x1"].tolist()[1] == ""
    assert frame["x1"].tolist()[0].startswith("2030 新建 new")
    assert all(text.startswith("2030 新建 new") for text in (*frame["x2"], *frame["x4"]))


def test_the_services_own_budgets_are_multiplied_too_and_other_rules_are_not() -> None:
    posed = plan().posed
    instance, rules = with_budget(posed, 2.5)
    assert posed.instance.changes is not None
    assert instance.changes is not None
    for row, before, after in zip(posed.rows, posed.instance.changes.most, instance.changes.most, strict=True):
        money = row.id.startswith("budget.")
        assert after == (2.5 * before if money else before)
        if money and row.id == "budget.2030":
            assert rules[row.id].zh == "总预算（截至 2030 年）不超过 20,000,000 元"


def test_a_search_that_finds_nothing_better_in_time_leaves_the_smaller_budgets_plan(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def late(*_: Any, rules: Rules, **__: Any) -> Solution:
        if "32,000,000" in rules["budget.2030"].zh:  # the plan for one school
            return hurried(solved(1))
        if "16,000,000" in rules["budget.2030"].zh:
            return solved(2)
        raise SitingError(Fault("限时内没有找到方案", "no plan was found within the time limit"))

    monkeypatch.setattr(budget_sweep, "solve_in_order", late)
    posed = posed_with(sweep=(1.5, 2.0, 4.0))
    main, steps = sweep_budgets(posed, model_of(posed.scenario), solved(1), SETTINGS, names_of(posed))
    assert main is solved(1)
    assert [(step.factor, step.found_at) for step in steps] == [(1, 1), (1.5, 1), (2, 2), (4, 2)]
    course = steps[3].course
    assert course is not None
    assert course.solution.outcome.objective == solved(2).outcome.objective
    assert (course.solution.outcome.bound, course.solution.outcome.status) == (0.0, Status.TIME_LIMIT)
    told = replace(plan(), posed=posed, budgets=steps)
    lines = [zh for zh, _ in budget_lines(Facts(told))]
    assert re.search(r"限时求解，与最优相差不超过 [\d.]+%；沿用 1 倍预算的方案。$", lines[1])  # by the bound for double
    assert lines[3].endswith("限时求解，与最优相差不超过 100%；沿用 2 倍预算的方案。")
    table = next(sheet for sheet in sheets_of(told) if sheet.key == "budget_sweep").frame
    assert table["found"].tolist()[-1] == "沿用 2 倍预算的方案 the plan for 2 times the budget"


def test_the_plan_itself_is_the_best_that_keeps_its_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    posed = posed_with(sweep=(0.5,))
    instance, _ = with_budget(posed, 2.0)
    twice = replace(posed, instance=instance, rows=tuple(row.times(2.0) for row in posed.rows))
    monkeypatch.setattr(budget_sweep, "solve_in_order", lambda *_, **__: solved(2))
    main, steps = sweep_budgets(twice, model_of(posed.scenario), hurried(solved(1)), SETTINGS, names_of(posed))
    assert [step.found_at for step in steps] == [0.5, 0.5]
    assert main.outcome.objective == solved(2).outcome.objective
    assert main.sizes is not None
    assert (main.sizes == solved(2).sizes).all()


def test_a_bound_for_a_larger_budget_holds_for_a_smaller_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget_sweep, "solve_in_order", lambda *_, **__: solved(2))
    posed = posed_with(sweep=(2.0,))
    main, _ = sweep_budgets(posed, model_of(posed.scenario), hurried(solved(1)), SETTINGS, names_of(posed))
    assert main.outcome.objective == solved(1).outcome.objective
    assert main.outcome.bound == solved(2).outcome.bound
    assert main.outcome.status is Status.TIME_LIMIT


def test_each_search_is_told_of_the_plans_that_were_found_before(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[list[Any]] = []

    def noted(*_: Any, known: Known, **__: Any) -> Solution:
        told.append(list(known.states))
        return solved(2)

    monkeypatch.setattr(budget_sweep, "solve_in_order", noted)
    posed = posed_with(sweep=(2.0, 3.0))
    sweep_budgets(posed, model_of(posed.scenario), solved(1), SETTINGS, names_of(posed), Known())
    assert [len(states) for states in told] == [1, 2]
    assert (told[1][0] == solved(1).sizes).all()
    assert (told[1][1] == solved(2).sizes).all()


def test_objectives_in_their_order_are_compared_in_their_order(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As many have a place either way; more are within the standard with two schools, which cost more."""
    text = LAYOUT.replace("[worth]\nbeyond_yuan = 5_000\n", "").replace('open = "none"', 'open = "all"')
    text = text.replace('must_close = ["f1"]\n', "").replace("[0, 400_000_000]", "[0, 8_000_000]\nsweep = [2]")
    made = make_plan(pose_layout(write_scenario(write_case(tmp_path / "case"), text), SETTINGS), SETTINGS)
    one, two = (step.course.solution for step in made.budgets if step.course is not None)
    assert one.outcome.objective == pytest.approx(two.outcome.objective)
    assert one.outcome.then[0].objective > two.outcome.then[0].objective  # type: ignore[operator]
    assert one.outcome.then[1].objective < two.outcome.then[1].objective  # type: ignore[operator]
    posed = posed_with(sweep=(2.0, 3.0))
    posed = replace(made.posed, scenario=made.posed.scenario.model_copy(update={"budget": posed.scenario.budget}))
    monkeypatch.setattr(
        budget_sweep, "solve_in_order", lambda *_, rules, **__: one if "24,000" in rules["budget.2030"].zh else two
    )
    _, steps = sweep_budgets(posed, model_of(posed.scenario), one, SETTINGS, names_of(posed))
    assert [step.found_at for step in steps] == [1, 2, 2]
    last = steps[2].course
    assert last is not None
    assert [part.bound for part in last.solution.outcome.then] == [None] * len(two.outcome.then)
    assert "第 2 目标限时求解，差距未知" in last.solution.outcome.label_zh


def test_nothing_is_known_of_a_plan_where_no_search_came_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*_: Any, **__: Any) -> Solution:
        raise SitingError(Fault("限时内没有找到方案", "no plan was found within the time limit"))

    monkeypatch.setattr(budget_sweep, "solve_in_order", late)
    posed = posed_with(sweep=(0.5, 2.0))
    _, steps = sweep_budgets(posed, model_of(posed.scenario), solved(1), SETTINGS, names_of(posed))
    lines = [zh for zh, _ in budget_lines(Facts(replace(plan(), posed=posed, budgets=steps)))]
    assert lines[0].endswith("：限时内未找到方案。")
    assert lines[2].endswith("限时求解，差距未知；沿用 1 倍预算的方案。")


def test_the_report_tells_it_with_charts_limits_and_why_there_is_no_plan(tmp_path: Path) -> None:
    answer = LayoutAnswer(plan())
    section = next(s for s in sections_of(answer.facts, ()) if s.zh == "量力而行：预算与成效")
    said = [zh for zh, _ in section.paragraphs]
    assert said[0] == "0.5 倍预算（400.0 万元）：无可行方案。"
    assert said[1].startswith("1 倍预算（800.0 万元）：用去 770.0 万元，1 个项目；2030 年标准之内 ")
    assert any("每次求解至多 90 秒（本方案为 480 秒）" in zh for zh in said)
    assert any("“地块1（c1）须新建小学”" in zh and zh.startswith("0.5 倍预算：") for zh in said)
    assert [sheet.key for sheet in section.sheets] == ["budget_sweep", "budget_projects"]
    assert [label for _, _, label in section.charts[0].points] == ["×1", "×2", "×4"]
    assert section.charts[0].points[1][0] == pytest.approx(0.16)
    told = replace(answer.told(SETTINGS), sections=(section,))
    write_answer_report(told, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 2
    assert "×4" in page
    assert any("2 倍预算（1,600.0 万元）" in text for text, _ in answer.lines())


def test_the_record_has_every_budget() -> None:
    rows = [row for row in record_of(plan())["budgets"] if row["service_id"] == "all"]
    assert [row["factor"] for row in rows] == [0.5, 1, 2, 4]
    assert rows[0]["spent"] is None
    assert (rows[2]["spent"], rows[2]["projects"], rows[2]["found_at"]) == (2 * ONE, 2, 2)


def test_without_a_sweep_nothing_is_said_of_other_budgets() -> None:
    plain = tiny_plan()
    assert plain.budgets == ()
    assert budget_section(Facts(plain)) is None
    assert budget_lines(Facts(plain)) == []
    assert record_of(plain)["budgets"] == []
    assert not {"budget_sweep", "budget_projects"} & {sheet.key for sheet in sheets_of(plain)}


@pytest.mark.parametrize(
    ("sweep", "words"), [("[0.5, 0.5]", "重复的倍数"), ("[0]", "应大于 0"), ("[1, -1]", "应大于 0")]
)
def test_factors_must_be_above_nothing_and_differ(sweep: str, words: str, tmp_path: Path) -> None:
    case = write_case(tmp_path / "case")
    path = write_scenario(case, LAYOUT.replace("[budget]", f"[budget]\nsweep = {sweep}"))
    with pytest.raises(InputError, match=words):
        pose_layout(path, SETTINGS)


def test_a_chart_puts_points_between_round_ticks() -> None:
    found = drawn(Chart(("人", "people"), ("元", "yuan"), ((1.0, 130.0, "a"), (3.0, 170.0, "b"))))
    assert [text for _, text in found["y_ticks"]] == ["130", "140", "150", "160", "170"]
    assert [text for _, text in found["x_ticks"]] == ["1", "1.5", "2", "2.5", "3"]
    assert found["points"][0][:2] == (found["left"], found["bottom"])
    assert found["points"][1][0] == found["right"]
    flat = drawn(Chart(("人", "people"), ("元", "yuan"), ((1.0, 0.0, "a"), (3.0, 0.0, "b"))))
    assert flat["points"][0][1] == flat["points"][1][1] == flat["bottom"]
