from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from siting.network import SpeedTable, service_area
from tests.network.drawn_map import drawn_graph, place, points

ROAD = {"highway": "unclassified"}
SPEEDS = SpeedTable.default().with_overrides({"unclassified": 30})
LONG = "A" + "-" * 39 + "B"  # 4 km


def inside(area: shapely.Geometry, *metres: tuple[float, float]) -> list[bool]:
    return [bool(shapely.contains_xy(area, *place(*xy))) for xy in metres]


def test_the_road_is_cut_where_the_minutes_run_out(tmp_path: Path) -> None:
    graph = drawn_graph(tmp_path, LONG, {"AB": ROAD}, speeds=SPEEDS)
    # 80 m of walk leave 2 of 3 minutes: 1 km of road to either side, 80 m wide on each.
    area = service_area(graph, points((2000, 80)), mode="drive", minutes=3)
    assert area.is_valid
    assert inside(area, (1050, 0), (2950, 0), (2000, 70), (2000, -70)) == [True] * 4
    assert inside(area, (890, 0), (3110, 0), (2000, 95), (2000, -95)) == [False] * 4


def test_it_is_the_area_from_which_the_site_is_reached(tmp_path: Path) -> None:
    graph = drawn_graph(
        tmp_path,
        "A---------B---------C---------D\n" + "\n" * 19 + "E-----------------------------F",
        {"ABCD": ROAD | {"oneway": "yes"}, "DF": ROAD, "FE": ROAD, "EA": ROAD},
        speeds=SPEEDS,
    )
    area = service_area(graph, points((1500, 0)), mode="drive", minutes=2)
    # One-way eastwards: people west of the site reach it in time, people east of it do not.
    assert inside(area, (600, 0), (1400, 0)) == [True, True]
    assert inside(area, (400, 0), (1650, 0), (2400, 0)) == [False] * 3
    walked = service_area(graph, points((1500, 0)), mode="walk", minutes=2)
    assert inside(walked, (1400, 0), (1600, 0)) == [True, True]


def test_several_sites_are_one_area_and_parts_may_be_apart(tmp_path: Path) -> None:
    graph = drawn_graph(tmp_path, LONG, {"AB": ROAD}, speeds=SPEEDS)
    apart = service_area(graph, points((500, 0), (3500, 0)), mode="walk", minutes=5)
    assert len(shapely.get_parts(apart)) == 2
    joined = service_area(graph, points((1800, 0), (2200, 0)), mode="walk", minutes=5)
    assert len(shapely.get_parts(joined)) == 1


def test_bends_are_followed_and_both_ends_join(tmp_path: Path) -> None:
    """A loop of 4 km with a bend: reached from both ends, the far middle is not."""
    graph = drawn_graph(tmp_path, "A---------B\n" + "\n" * 9 + "D---------C", {"ABCDA": ROAD}, speeds=SPEEDS)
    area = service_area(graph, points((0, 0)), mode="drive", minutes=3)
    assert inside(area, (500, 0), (1000, -450), (0, -900), (450, -1000)) == [True] * 4
    assert inside(area, (1000, -650), (1000, -1000), (650, -1000), (500, -500)) == [False] * 4


def test_bridges_carry_the_way_but_are_not_drawn(tmp_path: Path) -> None:
    graph = drawn_graph(
        tmp_path, "A----B---------C----D", {"AB": ROAD, "BC": ROAD | {"bridge": "yes"}, "CD": ROAD}, speeds=SPEEDS
    )
    area = service_area(graph, points((0, 0)), mode="drive", minutes=3.6)
    assert inside(area, (250, 0), (1000, 0), (1700, 0), (1950, 0)) == [True, False, True, False]


def test_nothing_in_reach_is_an_empty_area(tmp_path: Path) -> None:
    graph = drawn_graph(tmp_path, LONG, {"AB": ROAD}, speeds=SPEEDS)
    assert service_area(graph, points((2000, 5000)), mode="drive", minutes=10).is_empty
    assert service_area(graph, points((2000, 800)), mode="drive", minutes=5).is_empty
    assert service_area(graph, points(), mode="walk", minutes=5).is_empty


@pytest.mark.parametrize("minutes", [1, 2, 4, 8])
def test_more_minutes_never_reach_less(tmp_path: Path, minutes: float) -> None:
    rng = np.random.default_rng(5)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXY"
    rows = "\n\n\n".join("  ".join(letters[k : k + 5]) for k in range(0, 25, 5))
    pairs = rng.choice(list(letters), (40, 2))
    ways = {"".join(pair): ROAD | {"oneway": str(rng.choice(["yes", "no"]))} for pair in pairs}
    graph = drawn_graph(tmp_path, rows, ways, speeds=SPEEDS)
    site = points((600, -600))
    small = service_area(graph, site, mode="drive", minutes=minutes, component="any")
    large = service_area(graph, site, mode="drive", minutes=minutes * 1.5, component="any")
    assert not small.is_empty
    # Outlines are simplified by up to 20 m, twice.
    assert small.difference(large.buffer(45 / 95_000)).is_empty


def test_within_gives_the_part_of_the_whole_area_that_lies_there(tmp_path: Path) -> None:
    graph = drawn_graph(tmp_path, LONG, {"AB": ROAD}, speeds=SPEEDS)
    (west, south), (east, north) = place(1500, -200), place(2500, 200)
    zone = shapely.box(west, min(south, north), east, max(south, north))
    whole = service_area(graph, points((2000, 80)), mode="drive", minutes=3)
    part = service_area(graph, points((2000, 80)), mode="drive", minutes=3, within=zone)
    expected = shapely.intersection(whole, zone)
    assert shapely.area(shapely.symmetric_difference(part, expected)) < 0.01 * shapely.area(expected)
    assert inside(part, (1550, 0), (2450, 0)) == [True, True]
    assert inside(part, (1450, 0), (2550, 0)) == [False, False]
    assert service_area(graph, points((2000, 80)), mode="drive", minutes=3, within=shapely.box(0, 0, 1, 1)).is_empty
