from __future__ import annotations

import pytest

from siting.errors import InputError
from siting.scenario import Travel
from siting.travel import describe_travel, speed_table


def test_the_description_holds_the_speeds_that_are_used() -> None:
    travel = Travel(walk_speed_kmh=4, speeds_kmh={"residential": 17}, tagged_speed_factor=0.65, max_snap_m=321)
    text = " ".join(zh + en for zh, en in describe_travel(travel))
    assert speed_table(travel).class_kmh["residential"] == 17
    for figure in ("4 km/h", "居住区道路 17", "residential 17", "65%", "321"):
        assert figure in text


def test_an_unknown_road_class_is_refused() -> None:
    with pytest.raises(InputError):
        speed_table(Travel(speeds_kmh={"residental": 20}))
