"""What running the facilities costs a year, in the plan and today."""

from __future__ import annotations

import pytest

from siting.layout.facts import Facts
from siting.layout.report import sections_of
from siting.layout.result import LayoutPlan
from siting.layout.tables import sheets_of
from siting.render.views import Section
from tests.layout.by_hand import SCENARIO, make_plan

RATES = 'close = "all"\nrun_yuan_per_year = 100_000\nrun_yuan_per_place = 1_000'


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> LayoutPlan:
    return make_plan(tmp_path_factory.mktemp("case"), scenario=SCENARIO.replace('close = "all"', RATES))


def section(plan: LayoutPlan) -> Section:
    return next(s for s in sections_of(Facts(plan), ()) if s.zh == "运行经费")


def test_a_school_that_closes_saves_its_money_and_a_new_one_costs_its_own(plan: LayoutPlan) -> None:
    today = [place.states[place.initial].persons for place in plan.posed.places if place.initial >= 0]
    f1 = next(place for place in plan.posed.places if place.id == "f1").states[0].persons
    table = next(sheet for sheet in sheets_of(plan) if sheet.key == "running").frame.set_index("year")
    now = 2 * 100_000 + 1_000 * sum(today)
    then = 2 * 100_000 + 1_000 * (f1 + 540)  # f1 and the new one of 540 places; f2 is closed
    assert (table.loc[2025, "today"], table.loc[2025, "plan"], table.loc[2025, "more"]) == (now, now, 0)
    assert (table.loc[2030, "today"], table.loc[2030, "plan"]) == (now, then)
    assert table.loc[2030, "more"] == then - now
    assert table.loc[2030, "share"] == pytest.approx((then - now) / now)
    assert (table.loc[2030, "in_use_today"], table.loc[2030, "in_use"]) == (2, 2)


def test_the_report_has_a_section_of_it(plan: LayoutPlan) -> None:
    found = section(plan)
    zh, en = found.paragraphs[0]
    assert zh.startswith("小学：每年运行费现状 ")
    assert "2030 年规划 " in zh
    assert "增加" in zh
    assert "Primary school: running costs" in en
    assert found.sheets[0].key == "running"


def test_services_without_rates_are_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    plain = make_plan(tmp_path_factory.mktemp("plain"))
    assert "running" not in {sheet.key for sheet in sheets_of(plain)}
    found = section(plain)
    assert found.sheets == ()
    assert found.paragraphs == (
        ("没有给出运行费单价、因而没有计算的服务：小学。",
         "No rates are given for these services, and nothing is computed: Primary school."),
    )  # fmt: skip
