"""Schools that take no more pupils than they pass the seven indicators with: the limit, and a small plan with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from siting.case import Case
from siting.case_ledger import RESOURCES
from siting.errors import InputError
from siting.evaluation.quality_balance import School, load_quality_standard, quality_balance
from siting.layout.answer import LayoutAnswer
from siting.layout.checked import checked
from siting.layout.facts import Facts
from siting.layout.pose import pose_layout
from siting.layout.quality import pupils_passing, with_added
from siting.layout.result import LayoutPlan
from siting.layout.run import answer
from siting.layout.tables import sheets_of
from siting.prepare import Settings
from tests import tiny_case

STANDARD = load_quality_standard()


def judged(case: Case, amounts: pd.Series, service: School, pupils: float) -> bool:
    """Whether a school of so many pupils fails, by the evaluation that knows nothing of limits."""
    facilities = pd.DataFrame(
        [{"id": "f1", "name": "一小", "service": service, "zone": "core", "township": "镇", "enrolment": pupils}]
    )
    resources = pd.DataFrame([{"id": "f1", **amounts.to_dict()}])
    found = quality_balance(replace(case, facilities=facilities, school_resources=resources), STANDARD)
    assert found is not None
    school = found.schools.iloc[0]
    return bool(school["counted"] and not school["passes"])


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> LayoutPlan:
    return planned(tmp_path_factory.mktemp("off"), "")


@pytest.mark.parametrize("service", ["primary_school", "junior_school"])
def test_just_the_pupils_up_to_the_limit_pass(small: LayoutPlan, service: School) -> None:
    rng, case = np.random.default_rng(7), small.posed.case
    least = {i.resource: i.least[service].value / i.per_pupils for i in STANDARD.indicators}
    for _ in range(12):
        pupils = rng.integers(30, 160)
        amounts = pd.Series({key: round(least[key] * pupils * rng.uniform(0.8, 1.3), 2) for key in RESOURCES})
        most = pupils_passing(amounts, service, STANDARD)
        for number in {1, 48, 49, 50, 51, 90, 130, 170, 259, most - 1, most, most + 1} - {0}:
            assert judged(case, amounts, service, number) == (number > most)


def test_places_added_with_what_the_standard_asks_raise_the_limit_by_as_many(small: LayoutPlan) -> None:
    least = {i.resource: i.least["primary_school"].value / i.per_pupils for i in STANDARD.indicators}
    amounts = pd.Series({key: least[key] * 200 for key in RESOURCES})
    more = with_added(amounts, "primary_school", STANDARD, 90)
    assert pupils_passing(amounts, "primary_school", STANDARD) == 200
    assert pupils_passing(more, "primary_school", STANDARD) == 290


SCENARIO = """\
schema = 1
kind = "layout"
id = "quality"
title_zh = "均衡"
title_en = "Balance"
case = ".."
years = [2025, 2030]
[solver]
gap = 0
[budget]
yuan = [0, 150_000_000]
[worth]
left_out_yuan = 1_000
beyond_yuan = 0
minute_yuan = 10
[[services]]
service = "primary_school"
sizes = [540]
open = "none"
GROW
build_years = 2
separation = false
RULE
"""
# f1 passes with 70 pupils (sports area, equipment to 85 %), f2 with any number
RICH = "f2,60,20,20,6000,9000,3000000,40\n"
TABLE = f"id,{','.join(RESOURCES)}\nf1,6,3,2,400,600,120000,3\n{RICH}"


def write(
    folder: Path, rule: str, *, service: str = "primary_school", grow: str = "", table: str | None = TABLE
) -> Path:
    demand = ["id,name,lon,lat,zone,township,village,age_0_5,age_6_11,age_12_64,age_65_plus"]
    for k, column in enumerate((0, 0, 4)):
        lon, lat = tiny_case.place(column, k)
        demand.append(f"d{k},村{k},{lon},{lat},core,城关镇,村{k},80,80,100,30")
    header = "id,name,service,lon,lat,zone,township,capacity,site_m2,enrolment"
    spots = [tiny_case.place(0, 1), tiny_case.place(4, 1)]
    facilities = [header] + [
        f"f{k},{k}小,{service},{lon},{lat},core,城关镇,300,30000,100" for k, (lon, lat) in enumerate(spots, start=1)
    ]
    case = tiny_case.write_case(folder, demand="\n".join(demand) + "\n", facilities="\n".join(facilities) + "\n")
    if table is not None:
        (case / "school_resources.csv").write_text(table, encoding="utf-8")
    text = SCENARIO.replace("primary_school", service).replace("RULE", rule).replace("GROW", grow)
    return tiny_case.write_scenario(case, text if service == "primary_school" else text.replace("sizes = [540]\n", ""))


def planned(folder: Path, rule: str, grow: str = "", table: str = TABLE) -> LayoutPlan:
    return answer(write(folder / "case", rule, grow=grow, table=table), Settings(cache=folder / "cache")).plan


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> LayoutPlan:
    return planned(tmp_path_factory.mktemp("on"), "quality_limits = true")


def test_with_the_rule_a_poor_school_takes_fewer_pupils(small: LayoutPlan, limited: LayoutPlan) -> None:
    assert (small.after.load[0] > 70).all()
    assert small.after.load[0].max() > 100
    assert limited.after.load[0].tolist() == pytest.approx([70, 70])
    assert limited.after.load[1].min() > small.after.load[1].min()
    assert limited.after.load.sum() == pytest.approx(small.after.load.sum())  # the others go to f2


def test_what_each_plan_comes_to_is_in_tables_and_report(small: LayoutPlan, limited: LayoutPlan) -> None:
    for plan, failing in ((small, 1), (limited, 0)):
        sheets = {sheet.key: sheet for sheet in sheets_of(plan)}
        variation = sheets["school_variation"].frame
        after = variation[variation["when"] == "规划 plan"]
        assert after["failing"].unique().tolist() == [failing]
        told = sheets["education"].frame
        assert told.loc[told["when"] == "规划 plan", "schools_failing"].tolist() == [failing, failing]
        gaps = sheets["gaps"].frame
        assert gaps.loc[gaps["unit"] == "全部 All", "places_after"].unique().tolist() == [600 if failing else 370]
        notes = sheets["planned"].frame["note"].tolist()
        assert notes == ["", ""] if failing else ["按七项指标至多 70 人 at most 70 pupils by the seven indicators", ""]
        rules = sheets["rules"].frame
        last = rules[rules["rule"].str.contains("2030 年七项指标中最大的差异系数")].iloc[0]
        assert last["most"] == 0.5
        assert last["value"] == pytest.approx(after.loc[after["year"] == 2030, "variation"].max(), abs=1e-6)
        assert last["kept"] == ("是 yes" if last["value"] <= 0.5 else "否 no")
        held = rules[rules["rule"].str.contains("合起来不合格")]
        assert held["kept"].tolist() == ([] if failing else ["是 yes", "是 yes"])
        said = " ".join(zh for zh, _ in checked(Facts(plan)))
        assert "差异系数：7 项中" in said
        assert f"{failing} 所（评价 2 所）" in said
        assert "未满足" not in " ".join(zh for zh, _ in LayoutAnswer(plan).notices())


def test_a_plan_that_does_not_keep_it_is_told(small: LayoutPlan) -> None:
    part = small.posed.parts[0]
    demanded = replace(part, plan=part.plan.model_copy(update={"quality_limits": True}))
    posed = replace(small.posed, parts=(demanded,))
    plan = replace(
        small, posed=posed, after=replace(small.after, posed=posed), before=replace(small.before, posed=posed)
    )
    rules = {sheet.key: sheet for sheet in sheets_of(plan)}["rules"].frame
    assert rules.loc[rules["rule"].str.contains("合起来不合格"), "kept"].tolist() == ["否 no", "否 no"]
    assert sum("未满足" in zh and "Not kept" in en for zh, en in LayoutAnswer(plan).notices()) == 2


def test_a_school_that_grows_may_take_as_many_more_as_are_added(tmp_path: Path) -> None:
    poor = TABLE.replace(RICH, TABLE.split("\n")[1].replace("f1", "f2") + "\n")
    rule = "quality_limits = true\nworth = { left_out_yuan = 400_000, beyond_yuan = 0, minute_yuan = 10 }"
    plan = planned(tmp_path, rule, grow='grow = "all"', table=poor)
    place = plan.posed.places[0]
    assert [state.persons for state in place.states] == [300, 540]
    assert [state.most for state in place.states] == [70, 320]  # 240 more: sports area for 320, equipment for 300
    changes = plan.posed.instance.changes
    assert changes is not None
    assert changes.capacity[:4].tolist() == [70, 320, 70, 320]
    assert plan.after.state[:, 1].max() == 1  # one of them grows
    assert plan.after.load[:, 1].max() > 70
    variation = {sheet.key: sheet for sheet in sheets_of(plan)}["school_variation"].frame
    assert variation.loc[variation["when"] == "规划 plan", "failing"].tolist() == [0] * 14


def test_the_rule_needs_schools_and_what_they_have(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        pose_layout(write(tmp_path / "a", "quality_limits = true", table=None), Settings(cache=tmp_path))
    assert "[services.primary_school.quality_limits]" in str(error.value)
    assert "school_resources.csv" in str(error.value)
    with pytest.raises(InputError) as error:
        pose_layout(write(tmp_path / "b", "quality_limits = true", service="kindergarten", table=None), Settings())
    assert "只用于小学、初中" in str(error.value)
