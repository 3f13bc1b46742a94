"""Pupils of one age shared out among tracks, on the tiny case."""

from __future__ import annotations

from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pandas as pd
import pytest

from siting.errors import InputError
from siting.layout.facts import Facts
from siting.layout.pose import pose_layout
from siting.layout.report import sections_of
from siting.layout.result import Course, LayoutPlan
from siting.layout.settled import baseline, model_of
from siting.layout.tables import sheets_of
from siting.people.ages import ages_within
from siting.prepare import Settings
from tests import tiny_case
from tests.people.small import PEOPLE
from tests.tiny_case import place

SPLIT = """\
[tracks]
shares = { senior_high = 0.6, vocational_school = 0.3, technician_college = 0.05 }
source = "测试 test"
"""
SCENARIO = """\
schema = 1
kind = "layout"
id = "tracks"
title_zh = "分流"
title_en = "Tracks"
case = ".."
years = [2025, 2030]
{tracks}
[[services]]
service = "senior_high"
open = "none"
[[services]]
service = "vocational_school"
open = "none"
"""
VOCATIONAL = '[[services]]\nservice = "vocational_school"\nopen = "none"\n'


def plan_of(tracks: str, *, without: str = "", vocational: str = "8") -> LayoutPlan:
    """The plan in which nothing changes.

    Args:
        without: part of the scenario that is left out.
        vocational: seats of the vocational school.
    """
    lon, lat = place(1, 1)
    facilities = (
        "id,name,service,lon,lat,zone,township,capacity\n"
        f"s1,高中,senior_high,{lon},{lat},core,城关镇,20\n"
        f"v1,中职,vocational_school,{lon},{lat},core,城关镇,{vocational}\n"
        f"t1,技校,technician_college,{lon},{lat},core,城关镇,3\n"
    )
    folder = Path(mkdtemp())
    case = tiny_case.write_case(folder, facilities=facilities)
    (case / "people.toml").write_text(PEOPLE, encoding="utf-8")
    text = SCENARIO.replace("{tracks}", tracks).replace(without, "")
    posed = pose_layout(tiny_case.write_scenario(folder, text), Settings())
    course = Course(posed, baseline(posed, model_of(posed.scenario)))
    return LayoutPlan(posed, course, course, ())


def needs(plan: LayoutPlan) -> pd.Series:
    """Persons by service and period."""
    return plan.posed.demand.groupby(["service", "period"])["persons"].sum()


def table(plan: LayoutPlan) -> pd.DataFrame:
    frame = next(sheet for sheet in sheets_of(plan) if sheet.key == "tracks").frame
    return frame.assign(track=frame["track"].str.split(" ").str[-1]).set_index(["track", "year"])


@pytest.fixture(scope="module")
def plan() -> LayoutPlan:
    return plan_of(SPLIT)


def aged(plan: LayoutPlan, from_age: int, to_age: int) -> list[float]:
    people = plan.posed.needs.people
    return [float(n) for n in people.at_points(people.index((2025, 2030)), ages_within(from_age, to_age)).sum(axis=1)]


def test_each_track_has_its_share_of_the_age(plan: LayoutPlan) -> None:
    frame, pupils = table(plan), aged(plan, 15, 17)
    assert pupils[0] > 20
    for track, share in (("school", 0.6), ("college", 0.05)):
        rows = frame[frame["share"] == share]
        assert set(rows.index.get_level_values("track")) == {track}
        assert rows["need"].tolist() == pytest.approx([share * n for n in pupils], abs=2e-3)
    assert needs(plan)[0].tolist() == pytest.approx([0.6 * n for n in pupils])  # what is planned for is the same
    assert needs(plan)[1].tolist() == pytest.approx([0.3 * n for n in pupils])


def test_seats_and_what_is_short(plan: LayoutPlan) -> None:
    frame, pupils = table(plan), aged(plan, 15, 17)
    year = frame.xs(2025, level="year").reset_index().set_index("share")
    assert year["seats_after"].to_dict() == {0.6: 20, 0.3: 8, 0.05: 3, 0.95: 31}
    assert year["held_after"].to_dict() == pytest.approx({0.6: 20 / 31, 0.3: 8 / 31, 0.05: 3 / 31, 0.95: 1}, abs=1e-6)
    assert year.loc[0.3, "short_after"] == pytest.approx(0.3 * pupils[0] - 8, abs=2e-3)
    assert year.loc[0.3, "without_after"] == pytest.approx(max(0.3 * pupils[0] - 8, 0), abs=2e-3)
    assert year.loc[0.95, "need"] == pytest.approx(0.95 * pupils[0], abs=2e-3)
    assert year.loc[0.05, "planned"] == "否 no"
    assert np.isnan(year.loc[0.05, "without_after"])
    assert year["of_age"].tolist() == pytest.approx([pupils[0]] * 4, abs=1e-3)


def test_the_standards_own_shares_change_nothing() -> None:
    same = plan_of("[tracks]\nshares = { senior_high = 0.65, vocational_school = 0.35 }\n")
    pd.testing.assert_series_equal(needs(same), needs(plan_of("")))


def test_other_ages() -> None:
    split = plan_of(SPLIT + "from_age = 16\nto_age = 16\n")
    assert needs(split)[0].tolist() == pytest.approx([0.6 * n for n in aged(split, 16, 16)])


def test_a_school_of_unknown_size_leaves_its_seats_empty() -> None:
    year = table(plan_of(SPLIT, without=VOCATIONAL, vocational="")).xs(2025, level="year").reset_index()
    year = year.set_index("share")
    assert np.isnan(year.loc[0.3, "seats_after"])
    assert np.isnan(year.loc[0.95, "seats_after"])
    assert year.loc[0.6, "seats_after"] == 20


def test_without_tracks_there_is_no_table() -> None:
    other = plan_of("")
    tables = sheets_of(other)
    assert "tracks" not in {sheet.key for sheet in tables}
    assert not [one for one in sections_of(Facts(other), tables) if one.en == "Seats by track"]


def test_report_and_assumptions(plan: LayoutPlan) -> None:
    tables = sheets_of(plan)
    sections = {one.en: one for one in sections_of(Facts(plan), tables)}
    need = 0.6 * aged(plan, 15, 17)[0]
    zh, en = sections["Seats by track"].paragraphs[0]
    assert zh.startswith(f"2025 年学位：普通高中需要 {need:.0f}、有 20；中等职业学校需要 ")
    assert en.startswith(f"Seats in 2025. Senior high school: {need:.0f} needed, 20 held; ")
    asked = [zh for zh, _ in sections["What was asked"].paragraphs]
    (split,) = [zh for zh in asked if zh.startswith("普职分流：15-17 岁的学生，")]
    assert split.endswith("普通高中 60.0%、中等职业学校 30.0%、技师学院 5.0%，替代各标准的需求比例。依据：测试 test。")
    frame = next(sheet for sheet in tables if sheet.key == "assumptions").frame
    rates = frame[frame["key"] == "demand.rate"]
    assert rates["value"].tolist() == [0.6, 0.3]
    assert set(rates["source"]) == {"测试 test"}
    assert set(rates["verified"]) == {"否 no"}


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ("{ senior_high = 0.7, vocational_school = 0.4 }", "the shares come to 1.1, above 1"),
        ("{ senior_high = 0.7, vocational_school = 0 }", "vocational_school must be above 0, at most 1"),
        ("{ senior_high = 0.7 }", "tracks.shares"),
        ("{ senior_high = 0.7, vocational_scool = 0.3 }", "did you mean 'vocational_school'"),
        ("{ senior_high = 0.7, care_home = 0.3 }", "the demand of this service is of several kinds"),
        ("{ junior_school = 0.7, technician_college = 0.3 }", "none of the tracks is planned"),
        ("{ senior_high = 0.7, vocational_school = 0.2 }\nto_age = 14", "to_age is below from_age"),
    ],
)
def test_what_is_no_split(shares: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        plan_of(f"[tracks]\nshares = {shares}\n")
