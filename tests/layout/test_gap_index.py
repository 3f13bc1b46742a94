"""Town and country on the plan that can be worked out with a pencil: a and b lie in the city, c in the villages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from siting.layout.facts import Facts
from siting.layout.report import sections_of
from siting.layout.result import LayoutPlan
from siting.layout.tables import sheets_of

from .by_hand import make_plan


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> LayoutPlan:
    return make_plan(tmp_path_factory.mktemp("gap"))


def table(plan: LayoutPlan) -> pd.DataFrame:
    return next(sheet for sheet in sheets_of(plan) if sheet.key == "gap_index").frame.set_index("year")


def test_by_hand(plan: LayoutPlan) -> None:
    frame = table(plan)
    then = frame.loc[2030]
    assert (then["need_urban"], then["need_rural"]) == (30, 6)  # a 20 and b 10; c 6
    # nothing done: a to f1 in 5 min, b to f1 in 12; c to f2 in 6
    assert then["mean_min_urban_before"] == pytest.approx((20 * 5 + 10 * 12) / 30, abs=1e-4)
    assert then["mean_min_rural_before"] == 6
    # the plan: b to the plot in 4; of c 3 of 4 in the lower grades to the plot in 33, one to f1 in 35, and in the upper
    # grades one to f1 in 35 while the other has no place
    assert then["mean_min_urban_after"] == pytest.approx((20 * 5 + 10 * 4) / 30, abs=1e-4)
    assert then["mean_min_rural_after"] == pytest.approx((3 * 33 + 2 * 35) / 5, abs=1e-4)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("year", [2025, 2030])
def test_shares_against_plain_loops(plan: LayoutPlan, when: str, year: int) -> None:
    row, course = table(plan).loc[year], getattr(plan, when)
    within, need = {"core": 0.0, "rest": 0.0}, {"core": 0.0, "rest": 0.0}
    for r in course.people[course.people["period"] == (year == 2030)].itertuples():
        zone = plan.posed.case.demand["zone"].iloc[r.point]
        within[zone] += r.within
        need[zone] += r.persons
    share = {zone: within[zone] / need[zone] for zone in need}
    assert row[f"share_urban_{when}"] == pytest.approx(share["core"], abs=1e-6)
    assert row[f"share_rural_{when}"] == pytest.approx(share["rest"], abs=1e-6)
    assert row[f"difference_{when}"] == pytest.approx(100 * (share["core"] - share["rest"]), abs=1e-3)
    ratio = share["core"] / share["rest"] if share["rest"] else np.nan
    assert row[f"ratio_{when}"] == pytest.approx(ratio, abs=1e-5, nan_ok=True)
    # each zone is a township of its own here
    worst = min(share, key=lambda zone: share[zone])
    assert row[f"worst_{when}"] == {"core": "城关镇", "rest": "山乡"}[worst]
    assert row[f"worst_share_{when}"] == pytest.approx(share[worst], abs=1e-6)


def test_the_plan_of_the_pencil_widens_the_gap(plan: LayoutPlan) -> None:
    row = table(plan).loc[2030]
    assert row["share_rural_before"] == 1
    assert row["share_rural_after"] < row["share_urban_after"]
    assert row["difference_after"] > row["difference_before"]


def with_kind(plan: LayoutPlan, kind: str) -> LayoutPlan:
    """The plan with all zones of one kind."""
    posed = replace(plan.posed, case=replace(plan.posed.case, zones=plan.posed.case.zones.assign(kind=kind)))
    before, after = (replace(course, posed=posed) for course in (plan.before, plan.after))
    return LayoutPlan(posed, after, before, ())


def test_without_villages_or_city_there_is_no_gap(plan: LayoutPlan) -> None:
    for kind in ("urban", "rural", "town"):
        other = with_kind(plan, kind)
        tables = sheets_of(other)
        assert "gap_index" not in {sheet.key for sheet in tables}
        assert not [one for one in sections_of(Facts(other), tables) if one.en == "Town and country"]


def test_report(plan: LayoutPlan) -> None:
    (section,) = [one for one in sections_of(Facts(plan), sheets_of(plan)) if one.en == "Town and country"]
    row = table(plan).loc[2030]
    zh, en = section.paragraphs[0]
    assert zh.startswith("小学：2030 年标准之内城区 ")
    assert f"农村 100.0% → {100 * row['share_rural_after']:.1f}%" in zh
    assert f"平均单程城区 7.3 → 4.7、农村 6.0 → {169 / 5:.1f} 分钟" in zh
    assert "mean way 7.3 → 4.7 and 6.0 → 33.8 min" in en


def test_nobody_of_the_villages_within(tmp_path: Path) -> None:
    nowhere = {(g, p): ((("f1", 1.0),) if p != "c" else ()) for g in (0, 1) for p in "abc"}
    row = table(make_plan(tmp_path, last=nowhere)).loc[2030]
    assert row["share_rural_after"] == 0
    assert np.isnan(row["ratio_after"])
    assert np.isnan(row["mean_min_rural_after"])
