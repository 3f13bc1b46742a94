"""The plan that can be worked out with a pencil if more or fewer children are born."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from siting.layout.births_report import births_section
from siting.layout.facts import Facts as ReportFacts
from siting.layout.result import Course, LayoutPlan
from siting.layout.settled import sent_anew
from siting.layout.tables import record_of, sheets_of
from siting.layout.tables.births import births_of, depending, with_births
from siting.layout.tables.facts import Facts
from siting.layout.tables.needs import year_of_gap
from siting.people import people_over_time
from siting.people.ages import AGES
from siting.prepare import Settings
from siting.render.columns import Sheet

from .by_hand import PERSONS, make_plan


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> LayoutPlan:
    return make_plan(tmp_path_factory.mktemp("births"))


@pytest.fixture(scope="module")
def sheets(plan: LayoutPlan) -> dict[str, Sheet]:
    return {sheet.key: sheet for sheet in sheets_of(plan)}


def county(sheets: dict[str, Sheet]) -> pd.DataFrame:
    frame = sheets["births"].frame
    return frame[frame["unit"] == "全部 All"].set_index("year")


def test_only_those_born_after_the_data_are_more_or_fewer(plan: LayoutPlan) -> None:
    case = plan.posed.needs.people.case
    base, high = (people_over_time(case, last_year=2030, births=factor) for factor in (1.0, 1.2))
    np.testing.assert_allclose(high.course.births, 1.2 * base.course.births)
    whole = [found.course.people[-1].sum(axis=0) for found in (base, high)]
    born_after = np.arange(AGES) < 10  # of 2020's children the youngest are ten in 2030
    np.testing.assert_allclose(whole[1][~born_after], whole[0][~born_after])
    assert (whole[1][born_after] > whole[0][born_after]).all()


def test_pupils_of_2025_are_born_and_those_of_2030_are_not(plan: LayoutPlan, sheets: dict[str, Sheet]) -> None:
    found = county(sheets)
    need = [sum(sum(n[2 * t : 2 * t + 2]) for n in PERSONS.values()) for t in (0, 1)]
    assert found["need"].tolist() == need
    # ages 6 to 11: in 2025 all are born before the data of 2020
    assert found.loc[2025, ["need_low", "need_high"]].tolist() == pytest.approx([need[0]] * 2)
    assert found.loc[2030, "need_low"] < need[1] < found.loc[2030, "need_high"]
    # each row grows as its group at its point does, so that no row can grow by more than the births
    assert found.loc[2030, "need_low"] >= 0.8 * need[1]
    assert found.loc[2030, "need_high"] <= 1.2 * need[1]


def test_lower_grades_grow_as_the_births_do(plan: LayoutPlan) -> None:
    facts = Facts(plan, Settings())
    course = with_births(facts, depending(facts), 1.2)
    assert course is not None
    now, then = plan.posed.demand, course.posed.demand
    lower = ((now["group"] == 0) & (now["period"] == 1)).to_numpy()  # 6 to 8 in 2030: all born after 2020
    points = plan.posed.case.demand["id"].to_numpy()[now["point"]]
    older = lower & (points == "c")  # no migrants' children and nobody from over the border there
    np.testing.assert_allclose(then["persons"][older] / now["persons"][older], 1.2, rtol=1e-6)
    first = (now["period"] == 0).to_numpy()
    np.testing.assert_allclose(then["persons"][first], now["persons"][first])
    assert course.solution.sizes is plan.after.solution.sizes  # the schools are those of the plan


def test_whoever_has_no_place_is_counted_against_the_schools_of_the_plan(plan: LayoutPlan) -> None:
    """Two thirds of the seats taken away: those who are left out are those above the seats that remain."""
    changes = plan.posed.instance.changes
    assert changes is not None
    few = replace(changes, capacity=np.where(changes.capacity > 100, 10.0, 20.0))
    posed = replace(plan.posed, instance=replace(plan.posed.instance, changes=few))
    courses = [Course(posed, course.solution) for course in (plan.after, plan.before)]
    tight = LayoutPlan(posed, courses[0], courses[1], ())
    found = births_of(Facts(tight, Settings()))
    last = found[(found["level_id"] == "county") & (found["year"] == 2030)].iloc[0]
    assert last["without_high"] == pytest.approx(last["need_high"] - 30, abs=1e-6)  # f1 holds 20, c0 10
    assert last["without_low"] == pytest.approx(max(last["need_low"] - 30, 0), abs=1e-6)
    townships = found[(found["level_id"] == "township") & (found["year"] == 2030)]
    assert townships["without_high"].sum() == pytest.approx(last["without_high"])


def test_the_same_births_are_the_plan_sent_anew(plan: LayoutPlan) -> None:
    facts = Facts(plan, Settings())
    same = with_births(facts, depending(facts), 1.0)
    sizes = plan.after.solution.sizes
    assert same is not None
    assert sizes is not None
    anew = sent_anew(plan.after, plan.posed, depending(facts), sizes)
    np.testing.assert_allclose(same.load, anew.load)


def test_columns_of_the_education_bureau_and_of_the_record(plan: LayoutPlan, sheets: dict[str, Sheet]) -> None:
    frame, found = sheets["education"].frame, county(sheets)
    planned = frame[frame["when"] == "规划 plan"].set_index("year")
    nothing = frame[frame["when"] == "不作改变 nothing done"]
    for year in (2025, 2030):
        for name in ("need_low", "need_high", "without_high", "share_low"):
            assert planned.loc[year, name] == pytest.approx(found.loc[year, name])
    assert nothing["need_high"].isna().all()
    told = record_of(plan)["services"]["primary_school"]["years"]["2030"]
    assert told["after"]["need_high"] == pytest.approx(found.loc[2030, "need_high"], abs=1e-3)
    assert told["before"]["need_high"] is None


def test_services_whose_people_are_born_are_left_out(plan: LayoutPlan) -> None:
    (part,) = plan.posed.parts
    for from_age, to_age, counted in ((10, 12, 0), (9, 11, 1), (9, None, 0)):
        rule = part.service.demand.model_copy(update={"from_age": from_age, "to_age": to_age})
        service = part.service.model_copy(update={"demand": rule})
        posed = replace(plan.posed, parts=(replace(part, service=service),))
        facts = Facts(LayoutPlan(posed, plan.after, plan.before, ()), Settings())
        assert len(depending(facts)) == counted


def test_year_of_the_largest_gap() -> None:
    assert year_of_gap(pd.Series([3.0, 7.0, 7.0], index=[2025, 2030, 2035])) == 2030
    assert np.isnan(year_of_gap(pd.Series([0.0, 0.2], index=[2025, 2030])))
    assert np.isnan(year_of_gap(pd.Series([np.nan, np.nan], index=[2025, 2030])))


def test_births_that_cannot_be_projected_are_not_known(tmp_path: Path) -> None:
    plan = make_plan(tmp_path)
    people = tmp_path / "people.toml"
    text = people.read_text(encoding="utf-8")
    profile = (
        "\n[age_profiles.babies]\nages = [{ from_age = 0, to_age = 0, share = 1.0 }]\n"
        'source = "测试 test"\nverified = false\n'
    )
    leaving = "".join(
        f'\n[external.{variant}]\nvalues = {{ 2021 = -7.5 }}\nsource = "测试 test"\nverified = false\n'
        for variant in ("low", "middle", "high")
    )
    people.write_text(
        f'{text}{profile}\n[external]\nage_profile = "babies"\n[external.weight]\n{leaving}', encoding="utf-8"
    )
    sheets = sheets_of(plan)
    frame = next(sheet for sheet in sheets if sheet.key == "births")
    assert frame.frame["need_low"].isna().all()  # 6.4 are born in 2021, 7.5 would leave
    assert frame.frame["need_high"].notna().all()
    assert frame.notes[-1][1].startswith("Empty: with so few births")
    section = births_section(ReportFacts(plan), sheets)
    assert section is not None
    assert "出生少 20%，不详" in section.paragraphs[0][0]


def test_report(plan: LayoutPlan, sheets: dict[str, Sheet]) -> None:
    section = births_section(ReportFacts(plan), list(sheets.values()))
    assert section is not None
    zh, en = section.paragraphs[0]
    assert zh.startswith("小学：按规划没有着落最多时 1 人（2030 年），2030 年标准之内 83.3%；")
    assert "with 20 % fewer births everybody has a place" in en
    assert births_section(ReportFacts(plan), ()) is None
