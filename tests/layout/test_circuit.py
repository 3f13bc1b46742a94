"""Circuit visits on a tiny case with two townships that have a health centre and one that has none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pytest

from siting.errors import InputError
from siting.files.toml import validate
from siting.layout.answer import LayoutAnswer
from siting.layout.circuit_layer import circuit_layer
from siting.layout.facts import Facts
from siting.layout.pose import pose_layout
from siting.layout.report import sections_of
from siting.layout.result import Course, LayoutPlan
from siting.layout.settled import baseline, model_of
from siting.layout.tables import sheets_of
from siting.prepare import Settings
from siting.render.columns import Sheet
from siting.render.map_style import load_style
from siting.sourced import Sourced
from siting.standards import Service, load_service
from tests import tiny_case
from tests.people.small import PEOPLE
from tests.tiny_case import place

SCENARIO = """\
schema = 1
kind = "layout"
id = "circuit"
title_zh = "巡诊"
title_en = "Circuit visits"
case = ".."
years = [2025]
[[services]]
service = "health_station"
open = "none"
threshold = { rural = { max_minutes = 5 } }
[[services]]
service = "township_health_centre"
open = "none"
"""
POINTS = (  # id, zone, township, village, column, row, people of each age column
    ("a", "rest", "甲乡", "一村", 0, 0, (2, 4, 60, 20)),
    ("a2", "rest", "甲乡", "一村", 0, 1, (1, 1, 10, 8)),  # 333 m from the clinic: within five minutes
    ("b", "rest", "甲乡", "二村", 4, 4, (2, 2, 30, 10)),
    ("b2", "rest", "甲乡", "二村", 3, 4, (5, 5, 50, 20)),
    ("c", "rest", "乙乡", "三村", 4, 3, (1, 2, 20, 5)),
    ("d", "core", "甲乡", "四村", 4, 0, (9, 9, 90, 9)),  # in the city, beyond its fifteen minutes
    ("d2", "core", "甲乡", "四村", 0, 3, (1, 1, 10, 1)),
)


def make_plan(scenario: str) -> LayoutPlan:
    centres = {"h1": ("甲乡", 2, 0), "h2": ("丙乡", 4, 2)}
    facilities = "id,name,service,lon,lat,zone,township,capacity\n"
    for key, (township, x, y) in centres.items():
        facilities += (
            f"{key},{township}卫生院,township_health_centre,{place(x, y)[0]},{place(x, y)[1]},core,{township},\n"
        )
    facilities += f"k1,一村卫生室,health_station,{place(0, 2)[0]},{place(0, 2)[1]},rest,甲乡,\n"
    demand = ["id,name,lon,lat,zone,township,village,age_0_5,age_6_11,age_12_64,age_65_plus"]
    for key, zone, township, village, x, y, ages in POINTS:
        lon, lat = place(x, y)
        demand.append(f"{key},{key},{lon},{lat},{zone},{township},{village},{','.join(map(str, ages))}")
    folder = Path(mkdtemp())
    case = tiny_case.write_case(folder, demand="\n".join(demand) + "\n", facilities=facilities)
    (case / "people.toml").write_text(PEOPLE, encoding="utf-8")
    posed = pose_layout(tiny_case.write_scenario(folder, scenario), Settings())
    course = Course(posed, baseline(posed, model_of(posed.scenario)))
    return LayoutPlan(posed, course, course, ())


@pytest.fixture(scope="module")
def plan() -> LayoutPlan:
    return make_plan(SCENARIO)


def with_circuit(plan: LayoutPlan, **values: float) -> LayoutPlan:
    """The plan with other figures of the standard."""
    part = plan.posed.parts[0]
    assert part.service.circuit is not None
    update = {key: Sourced(value=value, source="test", verified=False) for key, value in values.items()}
    service = part.service.model_copy(update={"circuit": part.service.circuit.model_copy(update=update)})
    posed = replace(plan.posed, parts=(replace(part, service=service), *plan.posed.parts[1:]))
    course = replace(plan.after, posed=posed)
    return LayoutPlan(posed, course, course, ())


def sheets(plan: LayoutPlan) -> dict[str, Sheet]:
    return {sheet.key: sheet for sheet in sheets_of(plan)}


def test_villages_without_a_clinic_and_who_visits_them(plan: LayoutPlan) -> None:
    frame = sheets(plan)["circuit"].frame.set_index("village")
    assert sorted(frame.index) == ["一村", "三村", "二村"]  # nobody of the city
    assert frame["id"].to_dict() == {"一村": "h1", "二村": "h1", "三村": "h2"}  # own township first, then the nearest
    needs = plan.posed.needs.over_time
    one = frame.loc["一村"]
    assert one["persons"] == pytest.approx(needs.persons[0, 0], abs=2e-3)  # of a only
    assert one["elderly"] == pytest.approx(needs.groups["age_60_plus"][0, 0], abs=2e-3)
    assert one["whole"] == pytest.approx(needs.persons[0, :2].sum(), abs=2e-3)
    assert one["clinic_min"] == pytest.approx(2 * 333 / 80, abs=0.1)  # 4.8 km/h
    assert frame.loc["二村", "persons"] == pytest.approx(needs.persons[0, 2:4].sum(), abs=2e-3)
    assert frame["visits"].tolist() == [4, 4, 4]
    assert set(frame["keeps"]) == {"是 yes"}


def test_minutes_and_rounds(plan: LayoutPlan) -> None:
    found = sheets(plan)
    frame = found["circuit"].frame.set_index("village")
    metre = frame.loc["一村", "minutes"] / 580  # h1 to a: two blocks of 290 m
    # 二村 is visited at b2, where most of its people live: one block east, four north
    assert frame.loc["二村", "minutes"] == pytest.approx(metre * (290 + 4 * 333), rel=0.01)
    rounds = found["circuit_rounds"].frame.set_index("id")
    # out to a, across to b2 (three blocks east, four north) and back
    assert rounds.loc["h1", "drive_min"] == pytest.approx(metre * (580 + 3 * 290 + 4 * 333 + 290 + 4 * 333), rel=0.01)
    assert rounds.loc["h1", "total_min"] == pytest.approx(rounds.loc["h1", "drive_min"] + 120, abs=1e-3)
    assert rounds.loc["h1", "drive_hours"] == pytest.approx(4 * rounds.loc["h1", "drive_min"] / 60, abs=1e-4)
    assert rounds.loc["h1", "villages"] in ("一村 → 二村", "二村 → 一村")
    assert rounds.loc["h2", ["stops", "round"]].tolist() == [1, 1]
    centres = found["circuit_centres"].frame.set_index("id")
    assert centres.loc["h1", ["stops", "round", "days"]].tolist() == [2, 1, 4]
    assert centres.loc["h1", "persons"] == pytest.approx(frame.loc[["一村", "二村"], "persons"].sum(), abs=2e-3)
    assert centres.loc["h1", "hours"] == pytest.approx(4 * rounds.loc["h1", "total_min"] / 60, abs=1e-4)
    assert set(centres["proven"]) == {"已证明最少 proven least"}


def test_a_short_day_makes_two_rounds(plan: LayoutPlan) -> None:
    short = with_circuit(plan, day_min=110, visits_per_month=2)
    centres = sheets(short)["circuit_centres"].frame.set_index("id")
    assert centres.loc["h1", ["stops", "round", "days"]].tolist() == [2, 2, 4]


def test_villages_too_far_for_anybody(plan: LayoutPlan) -> None:
    here = sheets(plan)["circuit"].frame.set_index("village")["minutes"]
    limit = (here["三村"] + here["一村"]) / 2
    far = with_circuit(plan, drive_min=float(limit))
    found = sheets(far)
    frame = found["circuit"].frame.set_index("village")
    assert frame.loc["三村", ["id", "keeps"]].tolist() == ["h2", "是 yes" if 2 * here["三村"] <= limit else "否 no"]
    assert frame.loc["一村", ["id", "name", "keeps"]].tolist() == [
        "",
        "行车时限之内没有机构 no facility within the limit of driving",
        "",
    ]
    assert np.isnan(frame.loc["一村", ["minutes", "visits", "round"]].astype(float)).all()
    sections = {one.en: one for one in sections_of(Facts(far), tuple(found.values()))}
    zh, en = sections["Circuit visits"].paragraphs[0]
    assert "2 个村行车时限之内没有机构" in zh
    assert "2 villages have no facility within the limit of driving" in en


def test_clinics_themselves_where_no_health_centre_is_planned() -> None:
    alone = make_plan(SCENARIO[: SCENARIO.index('[[services]]\nservice = "township')])
    assert set(sheets(alone)["circuit"].frame["id"]) == {"k1"}


def test_nobody_is_visited_where_all_are_within(plan: LayoutPlan) -> None:
    near = make_plan(SCENARIO.replace("max_minutes = 5", "max_minutes = 60"))
    assert not {"circuit", "circuit_rounds", "circuit_centres"} & set(sheets(near))
    assert "Circuit visits" not in {one.en for one in sections_of(Facts(near), ())}


def test_report_and_map(plan: LayoutPlan) -> None:
    told = LayoutAnswer(plan).told(Settings())
    (section,) = [one for one in told.sections if one.en == "Circuit visits"]
    zh, en = section.paragraphs[0]
    assert zh.startswith("2025 年 3 个村共 ")
    assert "由 2 处机构以 2 条路线巡诊，每月出车 8 趟次" in zh
    assert "2 facilities visit them in 2 rounds, 8 times a month in all" in en
    layer = circuit_layer(Facts(plan), 0, 0, load_style())
    assert layer is not None
    lines = layer.frame
    assert len(lines) == 3 + 2  # base, two villages and back; base, one village and back
    ends = lines[["to_lon", "to_lat"]].iloc[:-1].to_numpy()
    assert (ends[[0, 1, 3]] == lines[["from_lon", "from_lat"]].to_numpy()[[1, 2, 4]]).all()  # one after the other
    assert circuit_layer(Facts(plan), 1, 0, load_style()) is None
    (view, _) = told.views
    assert "circuit" in {one.key for one in view.layers}


def test_the_shipped_figures_are_told_as_assumptions(plan: LayoutPlan) -> None:
    frame = sheets(plan)["assumptions"].frame
    told = frame[frame["key"].str.startswith("circuit.")]
    assert set(told["key"]) == {f"circuit.{key}" for key in ("visits_per_month", "stay_min", "drive_min", "day_min")}
    assert set(told["verified"]) == {"否 no"}


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [("day_min", 0, "circuit.day_min must be above 0"), ("stay_min", 500, "stay_min must be below circuit.day_min")],
)
def test_figures_that_make_no_sense(key: str, value: float, message: str) -> None:
    raw = load_service("health_station").model_dump()
    raw["circuit"][key]["value"] = value
    with pytest.raises(InputError, match=message):
        validate(raw, Service, "health_station.toml")
