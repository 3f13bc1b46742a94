"""With and without private providers, on the plan that can be worked out with a pencil."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from siting.layout.facts import Facts
from siting.layout.report import sections_of
from siting.layout.result import LayoutPlan
from siting.layout.tables import sheets_of
from siting.layout.tables.facts import Facts as TableFacts
from siting.layout.tables.needs import figures
from siting.layout.tables.private import private_of
from siting.prepare import Settings

from .by_hand import MINUTES, PERSONS, SCENARIO, make_plan


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> LayoutPlan:
    """The school of the town is private."""
    return make_plan(tmp_path_factory.mktemp("private"), private=["f1"])


def county(plan: LayoutPlan) -> pd.DataFrame:
    frame = next(sheet for sheet in sheets_of(plan) if sheet.key == "private").frame
    return frame[(frame["unit"] == "全部 All") & (frame["group"] == "全部 All")].set_index("year")


def test_today_the_other_school_is_too_small(plan: LayoutPlan) -> None:
    today = county(plan).loc[2025]
    need = sum(sum(n[:2]) for n in PERSONS.values())
    assert (today["need"], today["facilities"], today["counted"]) == (need, 1, 1)
    assert (today["places_all"], today["places_public"], today["held"]) == (105, 45, 60)
    assert (today["short_all"], today["short_public"]) == (need - 105, need - 45)
    assert (today["without_all"], today["without_public"]) == (0, need - 45)  # f2 takes as many as it can
    assert today["within_public"] <= 45


def test_in_the_plan_the_new_school_takes_everybody(plan: LayoutPlan) -> None:
    then = county(plan).loc[2030]
    to_plot = {name: minutes[2] for name, minutes in MINUTES.items()}
    people = {name: sum(n[2:]) for name, n in PERSONS.items()}
    need = sum(people.values())
    assert (then["places_public"], then["without_public"]) == (540, 0)
    mean = sum(people[name] * to_plot[name] for name in people) / need
    assert then["mean_min_public"] == pytest.approx(mean, abs=1e-4)
    demand = plan.posed.demand[plan.posed.demand["period"] == 1]
    minutes = np.array([to_plot[str(plan.posed.case.demand["id"].iloc[k])] for k in demand["point"]])
    within = demand["persons"].to_numpy()[minutes <= demand["standard"].to_numpy()].sum()
    assert 0 < within < need  # those of c, in the lower grades, are too far
    assert then["within_public"] == pytest.approx(within, abs=1e-3)
    assert then["difference"] == pytest.approx(100 * (then["share_public"] - then["share_all"]), abs=1e-3)


def test_with_private_is_the_plan_as_it_stands(plan: LayoutPlan) -> None:
    facts = TableFacts(plan, Settings())
    whole, frame = figures(facts), private_of(facts)
    for name in ("need", "placed", "within", "without", "places", "mean_min"):
        mine = whole[name if name == "need" else f"{name}_after"].to_numpy()
        np.testing.assert_array_equal(frame[name if name == "need" else f"{name}_all"].to_numpy(), mine)
    assert (frame["placed_public"] <= frame["placed_all"] + 1e-9)[frame["year"] == 2025].all()


def test_the_share_that_counts(tmp_path: Path) -> None:
    counted = SCENARIO.replace("ride = true", "private_share = 0.5\nride = true")
    today = county(make_plan(tmp_path, scenario=counted, private=["f2"])).loc[2025]
    assert (today["counted"], today["places_all"], today["held"]) == (0.5, 60 + 22.5, 22.5)


def test_a_private_school_that_has_closed_is_missed_by_nobody(tmp_path: Path) -> None:
    then = county(make_plan(tmp_path, private=["f2"])).loc[2030]
    assert (then["facilities"], then["held"]) == (0, 0)


def test_without_private_schools_there_is_no_table(tmp_path: Path) -> None:
    plan = make_plan(tmp_path)
    tables = sheets_of(plan)
    assert "private" not in {sheet.key for sheet in tables}
    assert not [one for one in sections_of(Facts(plan), tables) if one.zh == "有无民办对照"]


def test_report(plan: LayoutPlan) -> None:
    (section,) = [one for one in sections_of(Facts(plan), sheets_of(plan)) if one.zh == "有无民办对照"]
    (first, second, _) = section.paragraphs
    assert first[0].startswith("小学，2025 年民办 1 处（名额按 100.0% 计）：没有民办，标准之内 ")
    assert first[0].endswith("没有着落 0 → 25 人。")
    assert first[1].endswith("0 → 25 without a place.")
    assert second[0].startswith("小学，2030 年")
