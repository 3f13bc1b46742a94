from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.errors import InputError
from siting.network import SpeedTable, parse_maxspeed_kmh


@pytest.mark.parametrize(
    ("text", "kmh"),
    [
        ("60", 60.0),
        ("5 mph", 8.0467),  # osmnx's own assertions: these three
        ("60|100", 80.0),
        ("FR:urban", 50.0),
        ("50;60", 55.0),
        ("50 km/h", 50.0),
        ("50kmh", 50.0),
        ("10 knots", 18.52),
        ("CN:urban", 50.0),
        ("CN:rural", 70.0),
        ("CN:motorway", 120.0),
        ("RO:rural", 90.0),
        ("RO:urban", 50.0),
        ("DE:motorway", 130.0),
        ("DE:zone30", 30.0),
        ("DE:zone:30", 30.0),
        ("FR:30", 30.0),
        ("zone:20", 20.0),
        ("walk", 7.0),
        ("XX:urban", 50.0),
        ("BE-VLG:urban", 50.0),
        ("CN:urban;30", 40.0),
        ("６０", 60.0),
        (" 40 ", 40.0),
        ("0", 0.0),
        ("none", None),
        ("signals", None),
        ("variable", None),
        ("", None),
        (";", None),
        ("fast", None),
        ("-50", None),
        ("50,5", None),
        ("50;none", None),
        ("50 furlongs", None),
        ("CN:nowhere", None),
        ("nan", None),
        ("1e3", None),
        ("inf", None),
    ],
)
def test_maxspeed(text: str, kmh: float | None) -> None:
    assert parse_maxspeed_kmh(text) == (None if kmh is None else pytest.approx(kmh, rel=1e-5))


@given(st.text(max_size=30))
def test_any_text_gives_a_number_or_none(text: str) -> None:
    value = parse_maxspeed_kmh(text)
    assert value is None or value >= 0


def test_implausible_limits() -> None:
    table = SpeedTable.default()
    assert not table.limit_is_plausible(0, "primary")
    assert not table.limit_is_plausible(131, "motorway")
    assert not table.limit_is_plausible(100, "residential")
    assert table.limit_is_plausible(100, "tertiary")
    assert table.limit_is_plausible(130, "motorway")


def test_overrides_leave_the_original_alone() -> None:
    table = SpeedTable.default()
    other = table.with_overrides({"residential": 20}, limit_factor=0.7)
    assert (other.class_kmh["residential"], other.limit_factor) == (20.0, 0.7)
    assert (table.class_kmh["residential"], table.limit_factor) == (25.0, 0.8)
    assert other.class_kmh["primary"] == table.class_kmh["primary"]
    with pytest.raises(TypeError):
        other.class_kmh["primary"] = 1.0  # type: ignore[index]


def test_all_faults_of_an_override_are_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        SpeedTable.default().with_overrides(
            {"residental": 25, "primary": 0, "trunk": float("nan"), "footway": 5}, limit_factor=1.5
        )
    values = [fault.value for fault in caught.value.faults]
    assert values == ["residental", "0", "nan", "footway", "1.5"]
    assert "residential" in caught.value.faults[0].remedy_en
