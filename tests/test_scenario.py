from __future__ import annotations

from pathlib import Path

import pytest

from siting.errors import InputError
from siting.scenario import find_scenario, list_scenarios, load_scenario, threshold_of
from siting.sourced import Sourced
from siting.standards import Service, Threshold, age_range, list_services, load_service
from tests.tiny_case import SCENARIO, write_scenario


def faults_of(folder: Path, text: str) -> list[tuple[str | None, str, str]]:
    path = write_scenario(folder, text)
    with pytest.raises(InputError) as caught:
        load_scenario(path)
    return [(fault.column, fault.en, fault.remedy_en) for fault in caught.value.faults]


def test_a_good_scenario(tmp_path: Path) -> None:
    scenario = load_scenario(write_scenario(tmp_path))
    assert [q.service for q in scenario.services] == ["primary_school", "health_station"]
    assert scenario.services[1].zone_minimum == {"core": 1}


def test_unknown_keys_name_the_nearest_valid_one_at_every_depth(tmp_path: Path) -> None:
    text = SCENARIO.replace("title_en", "titel_en").replace('formulation = "p_median"', 'formulaton = "p_median"')
    text += "\n[travel]\nwalk_sped_kmh = 5\n"
    found = faults_of(tmp_path, text)
    remedies = {column: remedy for column, _, remedy in found}
    assert "'title_en'" in remedies["titel_en"]
    assert "'formulation'" in remedies["services[1].formulaton"]
    assert "'walk_speed_kmh'" in remedies["travel.walk_sped_kmh"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("new = 1\n\n", "new = 1\nbudget_yuan = 5\n\n", "give new or budget_yuan, not both"),
        ("new = 1\n\n", "new = -1\n\n", "must be at least 0"),
        ('"health_station"', '"primary_school"', "appears more than once"),
        ("core = 1", "core = -1", "must not be negative"),
        ('id = "tiny_plan"', 'id = "../evil"', "match pattern"),
    ],
)
def test_bad_values(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert any(message in en for _, en, _ in faults_of(tmp_path, SCENARIO.replace(old, new)))


def test_a_threshold_can_be_overridden(tmp_path: Path) -> None:
    text = SCENARIO + '\n[services.threshold.urban]\nmax_minutes = 7\nsource = "test"\n'
    question = load_scenario(write_scenario(tmp_path, text)).services[1]
    service = load_service("health_station")
    assert threshold_of(question, service, "urban") == ("walk", 7)
    assert threshold_of(question, service, "rural") == ("walk", service.threshold["rural"].max_minutes.value)


@pytest.mark.parametrize("name", list(list_scenarios(every_kind=False)))
def test_every_shipped_scenario_is_valid(name: str) -> None:
    scenario = load_scenario(find_scenario(name))
    for question in scenario.services:
        load_service(question.service)


def test_an_unknown_scenario_lists_the_shipped_ones() -> None:
    with pytest.raises(InputError) as caught:
        find_scenario("three_servces")
    assert "shengzhou/three_services" in caught.value.faults[0].remedy_en


@pytest.mark.parametrize("name", list_services())
def test_every_standard_states_a_source_for_every_value(name: str) -> None:
    service = load_service(name)
    assert isinstance(service, Service)
    for _, value in service.unverified():
        assert len(value.source) > 5


def test_an_unknown_service_names_the_nearest() -> None:
    with pytest.raises(InputError) as caught:
        load_service("primary_scool")
    assert "'primary_school'" in caught.value.faults[0].remedy_en


def test_age_columns() -> None:
    assert age_range("age_6_11") == (6, 11)
    assert age_range("age_80_plus") == (80, 200)
    assert age_range("age_six") is None


def test_wrong_values_are_told_in_chinese_and_once(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(SCENARIO.replace("new = 1\n\n", 'budget_yuan = "9亿"\n\n', 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_scenario(path)
    assert [(fault.zh, fault.value) for fault in caught.value.faults] == [("应为数值，如 3 或 2.5", "9亿")]


@pytest.mark.parametrize("minutes", [0.0, 601.0, float("inf"), float("nan")])
def test_a_standard_is_a_time_that_can_be_computed(minutes: float) -> None:
    with pytest.raises(ValueError, match=r"max_minutes|finite"):
        Threshold(mode="walk", max_minutes=Sourced(value=minutes, source="x", verified=False))


def test_a_name_that_several_cases_have_is_answered_with_all_of_them() -> None:
    with pytest.raises(InputError, match="monaco/three_services, shengzhou/three_services"):
        find_scenario("three_services")
