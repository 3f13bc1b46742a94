from __future__ import annotations

import pytest

from siting.network.access import RoadUse, node_blocks, road_use
from siting.network.speeds import CLASS_SPEEDS_KMH

Tags = dict[str, str]


def use(tags: Tags) -> str:
    """`f`, `b` for driving forward and backward, `w` for walking; or the reason for leaving the way out."""
    found = road_use(tags, CLASS_SPEEDS_KMH)
    if isinstance(found, str):
        return found
    return "f" * found.drive_forward + "b" * found.drive_backward + "w" * found.walk


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"highway": "residential"}, "fbw"),
        ({"highway": "residential", "oneway": "yes"}, "fw"),
        ({"highway": "residential", "oneway": "1"}, "fw"),
        ({"highway": "residential", "oneway": "true"}, "fw"),
        ({"highway": "residential", "oneway": "-1"}, "bw"),
        ({"highway": "residential", "oneway": "reverse"}, "bw"),
        ({"highway": "residential", "oneway": "no"}, "fbw"),
        ({"highway": "tertiary", "junction": "roundabout"}, "fw"),
        ({"highway": "tertiary", "junction": "circular"}, "fw"),
        ({"highway": "tertiary", "junction": "roundabout", "oneway": "no"}, "fbw"),
        ({"highway": "tertiary", "junction": "roundabout", "oneway": "-1"}, "bw"),
        ({"highway": "motorway"}, "f"),
        ({"highway": "motorway", "oneway": "no"}, "fb"),
        ({"highway": "motorway_link"}, "fb"),
        ({"highway": "motorway_link", "oneway": "yes"}, "f"),
        ({"highway": "trunk"}, "fbw"),
        ({"highway": "trunk", "foot": "no"}, "fb"),
        ({"highway": "trunk", "motorroad": "yes"}, "fb"),
        ({"highway": "residential", "access": "private"}, "no_access"),
        ({"highway": "residential", "access": "private", "foot": "yes"}, "w"),
        ({"highway": "residential", "access": "no", "motor_vehicle": "yes"}, "fb"),
        ({"highway": "residential", "vehicle": "no"}, "w"),
        ({"highway": "residential", "vehicle": "no", "motorcar": "yes"}, "fbw"),
        ({"highway": "residential", "motor_vehicle": "private"}, "w"),
        ({"highway": "residential", "access": "destination"}, "fbw"),
        ({"highway": "track", "motor_vehicle": "agricultural;forestry"}, "w"),
        ({"highway": "track", "motor_vehicle": "agricultural;destination"}, "fbw"),
        ({"highway": "track"}, "fbw"),
        ({"highway": "service", "service": "emergency_access"}, "w"),
        ({"highway": "footway"}, "w"),
        ({"highway": "steps"}, "w"),
        ({"highway": "path"}, "w"),
        ({"highway": "pedestrian"}, "w"),
        ({"highway": "cycleway"}, "w"),
        ({"highway": "cycleway", "foot": "no"}, "no_access"),
        ({"highway": "footway", "oneway": "yes"}, "w"),
        ({"highway": "construction"}, "not_a_road"),
        ({"highway": "proposed"}, "not_a_road"),
        ({"highway": "raceway"}, "not_a_road"),
        ({"highway": "bus_stop"}, "not_a_road"),
        ({"highway": "pedestrian", "area": "yes"}, "area"),
        ({"highway": "service", "route": "ferry"}, "ferry"),
    ],
)
def test_use(tags: Tags, expected: str) -> None:
    assert use(tags) == expected


@pytest.mark.parametrize(
    ("tags", "kerbside"),
    [
        ({"highway": "residential"}, True),
        ({"highway": "residential", "tunnel": "building_passage"}, True),
        ({"highway": "residential", "bridge": "no"}, True),
        ({"highway": "residential", "bridge": "viaduct"}, False),
        ({"highway": "residential", "tunnel": "yes"}, False),
        ({"highway": "motorway"}, False),
        ({"highway": "motorway_link"}, False),
        ({"highway": "trunk", "motorroad": "yes"}, False),
    ],
)
def test_no_door_opens_onto_motorways_bridges_and_tunnels(tags: Tags, kerbside: bool) -> None:
    found = road_use(tags, CLASS_SPEEDS_KMH)
    assert isinstance(found, RoadUse)
    assert found.kerbside is kerbside


@pytest.mark.parametrize(
    ("tags", "car", "foot"),
    [
        ({}, False, False),
        ({"access": "private"}, False, False),
        ({"barrier": "gate"}, False, False),
        ({"barrier": "gate", "access": "private"}, True, True),
        ({"barrier": "gate", "access": "private", "foot": "yes"}, True, False),
        ({"barrier": "bollard"}, True, False),
        ({"barrier": "bollard", "bollard": "rising"}, False, False),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, False, False),
        ({"barrier": "toll_booth"}, False, False),
        ({"barrier": "stile"}, True, False),
    ],
)
def test_barriers(tags: Tags, car: bool, foot: bool) -> None:
    assert node_blocks(tags) == (car, foot)
