"""The parts of a standard that tell of the facilities themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from siting.errors import InputError
from siting.files.toml import load_toml
from siting.standards import Service, in_order, list_services, load_service, service_folder, services_on_osm

COUNTY_SERVICES = {
    *("kindergarten", "nursery", "primary_school", "junior_school", "senior_high", "vocational_school"),
    *("technician_college", "health_station", "township_health_centre", "county_hospital", "maternity_hospital"),
    *("disease_control_centre", "ambulance_station", "surge_ward", "meal_point", "elderly_care_station", "care_home"),
    *("aed_point", "disability_care", "shared_sports", "elderly_school"),
}


def test_every_service_of_a_county_plan_has_its_standard() -> None:
    assert set(list_services()) == COUNTY_SERVICES


def test_services_stand_in_the_order_in_which_planners_ask_for_them() -> None:
    found = [service.id for service in in_order(map(load_service, list_services()))]
    asked = ["primary_school", "senior_high", "health_station", "elderly_care_station", "nursery", "shared_sports"]
    assert found[0] == asked[0]
    assert [name for name in found if name in asked] == asked
    own = load_service("aed_point").model_copy(update={"id": "own", "order": Service.model_fields["order"].default})
    assert in_order([own, load_service("shared_sports")])[-1] is own


@pytest.mark.parametrize("name", list_services())
def test_a_standard_is_whole(name: str) -> None:
    service = load_service(name)
    assert service.tier is not None
    assert service.order < Service.model_fields["order"].default
    assert service.land
    assert service.build_years is not None
    assert all(len(value.source) > 5 for _, value in service.sourced())
    assert {key for key, _ in service.unverified()} <= {key for key, _ in service.sourced()}
    for size in service.sizes:
        if size.classes is not None and service.class_size:
            assert size.persons <= size.classes * max(value.value for value in service.class_size.values())
        if service.size_limits.largest is not None:
            assert size.persons <= service.size_limits.largest.value


def test_a_value_is_verified_only_where_the_issuing_body_was_read() -> None:
    verified = {
        f"{name}.{key}": value.source
        for name in list_services()
        for key, value in load_service(name).sourced()
        if value.verified
    }
    assert set(verified) == {
        "kindergarten.demand.rate",
        "maternity_hospital.cost.open_yuan",
        "township_health_centre.parameters.family_doctor_key_groups_least",
        "township_health_centre.parameters.family_doctor_share_least",
    }
    assert all(".gov.cn" in source for source in verified.values())


def test_general_and_vocational_schooling_share_out_one_age_group() -> None:
    general, vocational = load_service("senior_high"), load_service("vocational_school")
    share = general.parameters["vocational_share"].value
    assert vocational.demand.rate.value == share
    assert general.demand.rate.value == pytest.approx(1 - share)


def test_the_kinds_of_beds_add_up_to_all_beds() -> None:
    home = load_service("care_home")
    assert sum(kind.demand.rate.value for kind in home.kinds) == pytest.approx(home.demand.rate.value)
    assert [kind.column for kind in home.kinds] == [None, "nursing_beds", "dementia_beds"]


def test_openstreetmap_is_asked_only_for_services_with_tags() -> None:
    assert [service.id for service in services_on_osm()] == ["elderly_care_station", "health_station", "primary_school"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("persons = 270\n", "persons = 400\n", "sizes must ascend"),
        ("largest = { value = 360,", "largest = { value = -1,", "must be at least 0"),
        ('tier = "village"', 'tier = "province"', "must be 'county', 'town' or 'village'"),
        ("[build_years]\nvalue = 2", "[build_years]\nvalue = 2\nyears = 3", "there is no such key"),
        ("[size_limits]", "[size_limits]\nleast = { value = 400, source = 'x', verified = false }", "below least"),
    ],
)
def test_wrong_parts_are_told(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = (service_folder() / "kindergarten.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "kindergarten.toml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_toml(tmp_path / "kindergarten.toml", Service)
    assert any(message in fault.en for fault in caught.value.faults), caught.value.faults
