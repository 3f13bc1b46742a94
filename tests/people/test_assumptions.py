"""Assumptions: layers, sources, faults; and the faults of plots."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from siting.case import find_case
from siting.errors import InputError
from siting.people import people_over_time
from siting.people.assumption_files import read_assumptions
from siting.people.assumptions import AgeProfile, Series, value_text
from siting.people.plots import arrivals, read_plots
from tests.people.small import PEOPLE, PLOTS, make_case

SOURCE = {"source": "测试 test", "verified": True}


def faults(error: InputError) -> set[tuple[int | None, str | None]]:
    return {(fault.row, fault.column) for fault in error.faults}


def test_every_shipped_assumption_has_a_source_in_both_languages_and_none_is_said_to_be_verified() -> None:
    given = read_assumptions(find_case("shengzhou"))
    items = list(given.assumptions.sourced())
    assert len(items) > 30
    for key, item in items:
        source = item.source  # type: ignore[attr-defined]
        assert any("一" <= letter <= "鿿" for letter in source), key
        assert any(letter.isascii() and letter.isalpha() for letter in source), key
        assert not item.verified, key  # type: ignore[attr-defined]


def test_births_lie_within_the_working_range() -> None:
    births = read_assumptions(find_case("shengzhou")).assumptions.births
    assert births is not None
    for variant in (births.low, births.middle, births.high):
        assert all(2400 <= value <= 4200 for value in variant.values.values())


def test_a_later_layer_replaces_what_it_names_and_brings_its_own_source(tmp_path: Path) -> None:
    make_case(tmp_path)
    change = tmp_path / "change.toml"
    change.write_text(
        '[births.middle]\nvalues = { 2021 = 5 }\nsource = "登记 registered"\nverified = true\n', encoding="utf-8"
    )
    given = read_assumptions(tmp_path, [change, {"fertility": {"relative": {"rural": {"value": 2.0, **SOURCE}}}}])
    births = given.assumptions.births
    assert births is not None
    assert births.middle.values == {2021: 5}
    assert births.high.values == {2021: 12}
    assert given.assumptions.fertility.relative["rural"].value == 2
    assert given.assumptions.fertility.relative["urban"].value == 1
    assert given.origin("births.middle") == "change.toml"
    assert given.origin("births.high") == "people.toml"
    assert given.origin("fertility.relative.rural") == "改动 change 2"
    assert given.origin("fertility.relative.urban") == "data/people.toml"
    assert given.origin("moves.1") == "people.toml"


def test_a_changed_number_never_keeps_the_source_of_another(tmp_path: Path) -> None:
    make_case(tmp_path)
    with pytest.raises(InputError) as caught:
        read_assumptions(tmp_path, [{"births": {"low": {"values": {2021: 3}}}}])
    assert {fault.column for fault in caught.value.faults} == {"births.low.source", "births.low.verified"}


def test_changes_are_used(tmp_path: Path) -> None:
    case = make_case(tmp_path)
    births = {"births": {"middle": {"values": {2021: 20}, **SOURCE}}}
    assert people_over_time(case, changes=[births]).course.births.sum(axis=1) == pytest.approx(20)


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    make_case(tmp_path)
    text = PEOPLE.replace("share = 0.1", "share = 1.1").replace("values = { 2021 = 6 }", "values = { 2021 = -6 }")
    text = text.replace("rate.urban", "rates.urban").replace("to_age = 11", "to_age = 3")
    (tmp_path / "people.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_assumptions(tmp_path)
    columns = {fault.column for fault in caught.value.faults}
    assert {
        "births.low.values",
        "moves[1].ages[1].share",
        "migrant_children.rates",
        "migrant_children.rate",
    } <= columns


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"age_profiles": {"odd": {"ages": [{"from_age": 0, "share": 0.9}], **SOURCE}}}, "之和应为 1"),
        (
            {
                "age_profiles": {
                    "odd": {
                        "ages": [{"from_age": 0, "to_age": 9, "share": 0.5}, {"from_age": 9, "share": 0.5}],
                        **SOURCE,
                    }
                }
            },
            "重叠",
        ),
        ({"housing": {"taken_from": {"urban": {"value": 0.7, **SOURCE}}}}, "taken_from"),
        ({"moves": [{"from": "town", "to": "town", "ages": [{"from_age": 0, "share": 0.1}], **SOURCE}]}, "两类分区"),
        (
            {
                "moves": [
                    {"from": "town", "to": to, "ages": [{"from_age": 7, "share": 0.6}], **SOURCE}
                    for to in ("urban", "rural")
                ]
            },
            "town 的 7 岁人口一年迁出超过全部",
        ),
        ({"cross_boundary": [{"zone": "core", "service": "primary_school"}]}, "应写其一"),
        ({"births": {"low": {"values": {20210: 3}, **SOURCE}}}, "1900-2200"),
        (
            {
                "external": {
                    "low": {"values": {2021: 0}, **SOURCE},
                    "middle": {"values": {2021: 0}, **SOURCE},
                    "high": {"values": {2021: 0}, **SOURCE},
                    "age_profile": "nobody",
                    "weight": {},
                }
            },
            "没有 nobody",
        ),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, change: dict[str, object], words: str) -> None:
    make_case(tmp_path)
    with pytest.raises(InputError, match=words):
        read_assumptions(tmp_path, [change])


def test_zones_and_services_that_are_not_there_are_refused(tmp_path: Path) -> None:
    share = {"value": 0.1, **SOURCE}
    change = {
        "pull": {"nowhere": share},
        "cross_boundary": [{"zone": "there", "service": "cinema", "share": share}],
    }
    with pytest.raises(InputError) as caught:
        people_over_time(make_case(tmp_path), changes=[change])
    assert [fault.value for fault in caught.value.faults] == ["nowhere", "there", "cinema"]


def test_a_series_is_straight_between_its_years_and_level_beyond() -> None:
    series = Series(values={2020: 10, 2030: 20}, source="x", verified=False)
    assert series.at(np.array([2015, 2020, 2025, 2030, 2040])).tolist() == [10, 10, 15, 20, 20]
    assert value_text(series) == "2020: 10; 2030: 20"


def test_a_profile_is_even_over_the_years_of_a_span() -> None:
    spans = [{"from_age": 0, "to_age": 3, "share": 0.4}, {"from_age": 98, "share": 0.6}]
    profile = AgeProfile.model_validate({"ages": spans, **SOURCE})
    assert profile.shares[[0, 3, 4, 98, 100]] == pytest.approx([0.1, 0.1, 0, 0.2, 0.2])
    assert profile.shares.sum() == pytest.approx(1)


def test_who_came_before_the_first_step_is_in_the_census(tmp_path: Path) -> None:
    plots = PLOTS.replace("2021,0.4,0.8", "2018,0.4,0.8").replace("2023,0.5,1", "2019,0.5,1")
    case = make_case(tmp_path, plots=plots)
    frame = read_plots(case, ["young_families"])
    assert arrivals(frame, np.array([2021, 2022]), 1.0).tolist() == [[0, 5], [0, 0]]
    # A factor fills sooner, but never beyond what there is.
    assert arrivals(frame, np.array([2021]), 1.5) == pytest.approx(np.array([[0, 10 * (1 - 0.75)]]))


def test_every_fault_of_plots_is_told_by_its_row(tmp_path: Path) -> None:
    rows = PLOTS.splitlines()
    bad = [
        rows[0],
        "d0,甲,120.803,29.583,core,城关镇,1000,100,2.5,2021,0.4,0.8,0.6,0.4,young_families",
        "h2,乙,120.803,29.583,kernel,城关镇,1000,100,2.5,2021,0.9,0.8,0.6,0.4,young_families",
        "h3,丙,120.803,29.583,core,城镇,1000,100,2.5,2021.5,0.4,1.8,0.6,0.5,young_family",
    ]
    case = make_case(tmp_path, plots="\n".join(bad) + "\n")
    with pytest.raises(InputError) as caught:
        people_over_time(case)
    assert faults(caught.value) == {
        (2, "id"),
        (3, "zone"),
        (3, "occupancy_2"),
        (4, "township"),
        (4, "delivery_year"),
        (4, "occupancy_2"),
        (4, "from_inside, from_outside"),
        (4, "age_profile"),
    }
    profile = next(fault for fault in caught.value.faults if fault.column == "age_profile")
    assert "young_families" in profile.remedy_zh


def test_columns_of_occupancy_follow_one_another(tmp_path: Path) -> None:
    case = make_case(tmp_path / "a", plots=PLOTS.replace("occupancy_2", "occupancy_3"))
    with pytest.raises(InputError, match="依次为 occupancy_1"):
        people_over_time(case)
    case = make_case(tmp_path / "b", plots=PLOTS.replace("occupancy_2", "occupancy_later"))
    with pytest.raises(InputError, match="依次为 occupancy_1"):
        people_over_time(case)


def test_a_plot_beyond_the_map_or_with_a_missing_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="写反了"):
        people_over_time(make_case(tmp_path / "a", plots=PLOTS.replace("120.803,29.583", "29.583,120.803")))
    with pytest.raises(InputError, match="数值是空的"):
        people_over_time(make_case(tmp_path / "b", plots=PLOTS.replace("1000,100", ",100")))
