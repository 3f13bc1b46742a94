"""Closed and slower roads, against times worked out by hand on drawn maps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from siting.errors import Faults, InputError
from siting.network import RoadGraph, close_roads, find_roads, scale_speeds, travel_times
from siting.network.changes import RoadName
from tests.network.drawn_map import drawn_graph, place, points

RING = """
A--B--C
|     |
D--E--F
"""
ROAD = {"highway": "residential"}


@pytest.fixture
def ring(tmp_path: Path) -> RoadGraph:
    """A ring of 1600 m with a bridge of 300 m from B to C."""
    ways = {"AB": ROAD, "BC": ROAD | {"name": "老桥", "bridge": "yes"}, "ADEFC": ROAD | {"name": "环路"}}
    return drawn_graph(tmp_path, RING, ways)


def edges(graph: RoadGraph, *roads: RoadName) -> list[int]:
    faults = Faults()
    found = find_roads(graph, roads, faults)
    faults.raise_if_any()
    return [int(e) for e in found]


def minutes(graph: RoadGraph, start: tuple[float, float], goal: tuple[float, float], mode: str = "walk") -> float:
    found = travel_times(graph, points(start), points(goal), mode=mode, cutoff_min=60)  # type: ignore[arg-type]
    return float(found.impedance.dense()[0, 0])


def test_a_closed_bridge_sends_people_round(ring: RoadGraph) -> None:
    west, east = (200, 0), (600, -100)  # between A and B; on the way from F to C
    assert minutes(ring, west, east) == pytest.approx(500 / 80, rel=1e-3)
    closed = close_roads(ring, np.array(edges(ring, "老桥")))
    assert minutes(closed, west, east) == pytest.approx((200 + 200 + 600 + 100) / 80, rel=1e-3)
    assert minutes(ring, west, east) == pytest.approx(500 / 80, rel=1e-3)  # the graph itself is as it was


def test_by_name_by_number_and_by_point_it_is_the_same_bridge(ring: RoadGraph) -> None:
    assert edges(ring, "老桥") == edges(ring, 1002) == edges(ring, place(450, 20))
    assert edges(ring, "老桥", 1002) == edges(ring, "老桥")


def test_whoever_is_cut_off_is_out_of_reach_and_stays_on_his_bank(tmp_path: Path) -> None:
    """Two banks 100 m apart, one bridge: nobody is carried across to the larger part of the network."""
    drawing = """
A---B---C
    |
D---E---F
"""
    graph = drawn_graph(tmp_path, drawing, {"ABC": ROAD, "BE": ROAD | {"name": "桥"}, "DE": ROAD, "EF": ROAD})
    south, north = (300, -200), (300, 0)
    assert np.isfinite(minutes(graph, south, north))
    closed = close_roads(graph, np.array(edges(graph, "桥")))
    found = travel_times(closed, points(south), points(north), mode="walk", cutoff_min=60)
    assert np.isinf(found.impedance.dense()[0, 0])
    assert found.origins.ok.all()
    assert found.origins.distance_m[0] < 1
    assert np.isfinite(minutes(closed, (100, -200), south))


def test_slower_roads_take_longer_by_car_and_not_on_foot(ring: RoadGraph) -> None:
    west, east = (0, 0), (600, 0)
    slow = scale_speeds(ring, 0.8)
    assert minutes(slow, west, east, "drive") == pytest.approx(minutes(ring, west, east, "drive") / 0.8, rel=1e-4)
    assert minutes(slow, west, east) == minutes(ring, west, east)
    assert minutes(scale_speeds(ring, {"residential": 0.5}), west, east, "drive") == pytest.approx(
        2 * minutes(ring, west, east, "drive"), rel=1e-4
    )


def test_what_cannot_be_found_is_said_all_at_once_with_the_nearest_name(ring: RoadGraph) -> None:
    with pytest.raises(InputError) as caught:
        edges(ring, "老 桥", 77, place(300, 300), (200.0, 29.0))
    first, second, third, fourth = caught.value.faults
    assert first.remedy_en == "did you mean '老桥'?"
    assert second.value == "77"
    assert "(the nearest is 300 m away)" in third.en
    assert "degrees" in fourth.en
