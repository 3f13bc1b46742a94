"""Quality-balanced compulsory education, against numbers worked out by hand."""

from __future__ import annotations

from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.case import load_case
from siting.case_ledger import RESOURCES
from siting.evaluation.quality_balance import QualityBalance, load_quality_standard, quality_balance, weighted_variation
from siting.pipeline import evaluate_case
from siting.prepare import Settings
from siting.render.sheets import all_sheets
from tests.tiny_case import place, write_case

STANDARD = load_quality_standard()
LEAST = {i.resource: i.least["primary_school"].value for i in STANDARD.indicators}
HEADER = "id,name,service,lon,lat,zone,township,capacity,enrolment"


def balance_case(folder: Path, schools: dict[str, tuple[str, int, dict[str, float]]]) -> Path:
    """A tiny case whose schools have the standard of primary schools for each pupil, but for what is given."""
    rows, table = [HEADER], ["id," + ",".join(RESOURCES)]
    per = {i.resource: i.per_pupils for i in STANDARD.indicators}
    for k, (name, (service, pupils, other)) in enumerate(schools.items()):
        lon, lat = place(0.3 * k, 1)
        rows.append(f"{name},{name}校,{service},{lon},{lat},core,城关镇,500,{pupils}")
        figures = LEAST | other
        table.append(",".join([name, *(repr(figures[r] * pupils / per[r]) for r in RESOURCES)]))
    write_case(folder, facilities="\n".join(rows) + "\n")
    (folder / "school_resources.csv").write_text("\n".join(table) + "\n", encoding="utf-8")
    return folder


def judged(folder: Path, schools: dict[str, tuple[str, int, dict[str, float]]]) -> QualityBalance:
    found = quality_balance(load_case(balance_case(folder, schools)), STANDARD)
    assert found is not None
    return found


def test_the_standard_is_that_of_the_seven_indicators() -> None:
    assert [indicator.resource for indicator in STANDARD.indicators] == list(RESOURCES)
    junior = {i.resource: i.least["junior_school"].value for i in STANDARD.indicators}
    assert list(LEAST.values()) == [4.2, 1, 0.9, 4.5, 7.5, 2000, 2.3]
    assert list(junior.values()) == [5.3, 1, 0.9, 5.8, 10.2, 2500, 2.4]
    assert {name: limit.value for name, limit in STANDARD.largest_variation.items()} == {
        "primary_school": 0.50,
        "junior_school": 0.45,
    }


def test_the_weighted_coefficient_of_variation_by_hand() -> None:
    # 300 pupils with 4 m2 each and 100 with 8: mean (1200 + 800) / 400 = 5; 3/4 * 1 + 1/4 * 9 = 3
    assert weighted_variation(np.array([4.0, 8.0]), np.array([300.0, 100.0])) == pytest.approx(sqrt(3) / 5)


def test_alike_schools_do_not_vary_and_nothing_has_no_variation() -> None:
    assert weighted_variation(np.array([5.0, 5.0]), np.array([10.0, 70.0])) == 0
    assert np.isnan(weighted_variation(np.array([0.0, 0.0]), np.array([10.0, 70.0])))
    assert np.isnan(weighted_variation(np.array([]), np.array([])))


@given(st.lists(st.tuples(st.floats(0.1, 50), st.integers(1, 2000)), min_size=1, max_size=8), st.floats(0.1, 100))
def test_variation_has_no_unit_and_a_school_may_be_split(schools: list[tuple[float, int]], unit: float) -> None:
    x, p = (np.array(values, dtype=np.float64) for values in zip(*schools, strict=True))
    found = weighted_variation(x, p)
    assert weighted_variation(unit * x, p) == pytest.approx(found, abs=1e-9)
    halves = weighted_variation(np.append(x, x[0]), np.append(np.append(p[0] / 2, p[1:]), p[0] / 2))
    assert halves == pytest.approx(found, abs=1e-9)


def test_one_indicator_may_fall_short_by_fifteen_per_cent_and_no_more(tmp_path: Path) -> None:
    found = judged(
        tmp_path / "tiny",
        {
            "a": ("primary_school", 200, {}),
            "b": ("primary_school", 200, {"sports_area_m2": 0.86 * 7.5}),
            "c": ("primary_school", 200, {"sports_area_m2": 0.84 * 7.5}),
            "d": ("primary_school", 200, {"sports_area_m2": 0.9 * 7.5, "equipment_yuan": 1900}),
            "e": ("primary_school", 40, {}),
            "f": ("junior_school", 200, {}),
        },
    ).schools.set_index("id")
    assert found["met"].to_dict() == {"a": 7, "b": 6, "c": 6, "d": 5, "e": 7, "f": 2}
    assert found["passes"].to_dict() == {"a": True, "b": True, "c": False, "d": False, "e": False, "f": False}
    assert found.index[~found["counted"]].tolist() == ["e"]  # a teaching point


def test_variation_by_level_leaves_teaching_points_out(tmp_path: Path) -> None:
    found = judged(
        tmp_path / "tiny",
        {
            "a": ("primary_school", 300, {"teaching_rooms_m2": 4.0}),
            "b": ("primary_school", 100, {"teaching_rooms_m2": 8.0}),
            "c": ("primary_school", 30, {"teaching_rooms_m2": 90.0}),
            "d": ("junior_school", 100, {"sports_area_m2": 2.0}),
            "e": ("junior_school", 100, {"sports_area_m2": 6.0}),
        },
    ).variation.set_index(["service", "resource"])
    rooms = found.loc[("primary_school", "teaching_rooms_m2")]
    assert rooms["variation"] == pytest.approx(sqrt(3) / 5)
    assert (rooms["mean"], rooms["below"], rooms["largest"]) == (5.0, 1, 0.50)
    assert rooms["passes"]
    sports = found.loc[("junior_school", "sports_area_m2")]
    assert sports["variation"] == pytest.approx(0.5)  # within 0.50, but junior schools are held to 0.45
    assert not sports["passes"]
    assert len(found) == 14


def test_an_evaluation_shows_it_and_a_case_without_resources_does_not(tmp_path: Path) -> None:
    schools = {
        "a": ("primary_school", 200, {}),
        "b": ("primary_school", 200, {"sports_area_m2": 6.0, "equipment_yuan": 500.0}),
    }
    settings = Settings(service_areas=False)
    sheets = {
        sheet.key: sheet for sheet in all_sheets(evaluate_case(balance_case(tmp_path / "tiny", schools), settings))
    }
    table = sheets["school_balance"].frame
    assert table["id"].tolist() == ["b", "a"]  # those that fail first
    assert table["below"].iloc[0] == (
        "生均体育运动场馆面积（平方米） 6.00 < 7.5；生均教学仪器设备值（元） 500.00 < 2000"
    )
    variation = sheets["school_variation"].frame
    assert len(variation) == 7
    equipment = variation[variation["indicator"].str.startswith("生均教学仪器")].iloc[0]
    assert equipment["variation"] == pytest.approx(750 / 1250, abs=1e-6)
    assert equipment["passes"] == "否 no"
    plain = all_sheets(evaluate_case(write_case(tmp_path / "plain"), settings))
    assert not {"school_balance", "school_variation"} & {sheet.key for sheet in plain}
