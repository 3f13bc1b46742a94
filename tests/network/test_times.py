"""Times on drawn networks, worked out by hand. 4.8 km/h is 80 m a minute; 30 km/h is 500 m a minute."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from siting.events import Event
from siting.network import PlacedPoints, RoadGraph, SpeedTable, nearest_times, read_roads, travel_times
from siting.network import search as search_module
from siting.network.hung import DECIMALS_MIN
from tests.network.drawn_map import drawn_graph, drawn_xml, points

ROAD = {"highway": "unclassified"}
SPEEDS = SpeedTable.default().with_overrides({"unclassified": 30})
ONEWAY = ROAD | {"oneway": "yes"}
# A ring of one-way streets, 1 km a side: A -> B -> C -> D -> A, and a two-way street A - D besides.
RING = "A---------B\n" + "\n" * 9 + "D---------C"


def minutes(
    graph: RoadGraph, origin: tuple[float, float], goal: tuple[float, float], mode: str = "drive", **more: object
) -> float:
    found = travel_times(graph, points(origin), points(goal), mode=mode, cutoff_min=60, **more)  # type: ignore[arg-type]
    return float(found.impedance.dense()[0, 0])


def test_walk_to_the_road_drive_and_walk_again(tmp_path: Path) -> None:
    graph = drawn_graph(tmp_path, "A---------B", {"AB": ROAD}, speeds=SPEEDS)
    # 80 m to the road, 500 m by car, 40 m from the road.
    assert minutes(graph, (250, 80), (750, -40)) == pytest.approx(1.0 + 1.0 + 0.5, rel=2e-3)
    assert minutes(graph, (250, 80), (750, -40), "walk") == pytest.approx(1.0 + 6.25 + 0.5, rel=2e-3)
    assert minutes(graph, (250, 80), (750, -40), "walk", walk_speed_kmh=2.4) == pytest.approx(15.5, rel=2e-3)


def test_one_way_ring(tmp_path: Path) -> None:
    graph = drawn_graph(tmp_path, RING, {"AB": ONEWAY, "BC": ONEWAY, "CD": ONEWAY, "DA": ROAD}, speeds=SPEEDS)
    north, further, east = (400, 0), (600, 0), (1000, -500)
    assert minutes(graph, north, further) == pytest.approx(0.4, rel=2e-3)
    # Back by 200 m is nearly the whole ring: 400 to B, 3 sides, 400.
    assert minutes(graph, further, north) == pytest.approx((400 + 3000 + 400) / 500, rel=2e-3)
    assert minutes(graph, further, north, "walk") == pytest.approx(200 / 80, rel=2e-3)
    assert minutes(graph, north, east) == pytest.approx(1100 / 500, rel=2e-3)
    assert minutes(graph, east, north) == pytest.approx(2900 / 500, rel=2e-3)
    # The two-way side is driven in both directions: 500 m and 1 km.
    assert minutes(graph, (0, -500), (0, 0)) == pytest.approx(1.0, rel=2e-3)
    assert minutes(graph, (0, 0), (0, -1000)) == pytest.approx(2.0, rel=2e-3)


def test_a_point_at_the_end_of_a_one_way_street_is_at_its_junction(tmp_path: Path) -> None:
    graph = drawn_graph(tmp_path, RING, {"AB": ONEWAY, "BC": ROAD, "CD": ROAD, "DA": ROAD}, speeds=SPEEDS)
    # The point snaps to B, the end of A -> B; from C one reaches B by B - C, not around by A.
    assert minutes(graph, (1000, -1000), (1000, 30)) == pytest.approx(2.0 + 30 / 80, rel=2e-3)


def test_times_are_from_origin_to_destination_whichever_side_is_smaller(tmp_path: Path) -> None:
    graph = drawn_graph(tmp_path, RING, {"AB": ONEWAY, "BC": ONEWAY, "CD": ONEWAY, "DA": ONEWAY}, speeds=SPEEDS)
    few, many = points((400, 0)), points((1000, -500), (500, -1000), (0, -500))
    ahead = travel_times(graph, few, many, mode="drive", cutoff_min=60).impedance
    back = travel_times(graph, many, few, mode="drive", cutoff_min=60).impedance
    assert (ahead.shape, back.shape) == ((1, 3), (3, 1))
    assert ahead.dense()[0] == pytest.approx(np.array([1100, 2100, 3100]) / 500, rel=2e-3)
    assert back.dense()[:, 0] == pytest.approx(np.array([2900, 1900, 900]) / 500, rel=2e-3)


def test_the_quickest_of_parallel_roads_counts_and_they_are_not_added_up(tmp_path: Path) -> None:
    ways = {"ABC": ROAD, "AC": {"highway": "primary", "maxspeed": "75"}, "AC#": ROAD}
    graph = drawn_graph(tmp_path, "A----B----C", ways, speeds=SPEEDS)
    assert minutes(graph, (0, 0), (1000, 0)) == pytest.approx(1.0, rel=2e-3)  # 75 x 0.8 = 60 km/h


def test_edges_of_no_length_are_passed(tmp_path: Path) -> None:
    """Two nodes at one place, joined by a way: b is a copy of B."""
    xml = drawn_xml("A----B----C", {"AB": ROAD, "Bb": ROAD, "bC": ROAD})
    twin = next(line for line in xml.split("\n") if line.startswith(f'<node id="{ord("B")}"'))
    path = tmp_path / "twins.osm"
    path.write_text(xml.replace(twin, twin + twin.replace(f'id="{ord("B")}"', f'id="{ord("b")}"')), encoding="utf-8")
    graph = read_roads(path, speeds=SPEEDS)
    assert 0.0 in graph.length_m
    assert minutes(graph, (0, 0), (1000, 0)) == pytest.approx(2.0, rel=2e-3)
    assert minutes(graph, (0, 0), (1000, 0), "walk") == pytest.approx(12.5, rel=2e-3)


def test_a_barrier_stops_the_car_on_both_sides(tmp_path: Path) -> None:
    graph = drawn_graph(
        tmp_path,
        "A----B----C\n\n\n\n\nD----E----F",
        {"ABC": ROAD, "AD": ROAD, "CF": ROAD, "DEF": ROAD},
        node_tags={"B": {"barrier": "bollard"}},
        speeds=SPEEDS,
    )
    assert minutes(graph, (400, 0), (600, 0)) == pytest.approx((400 + 500 + 1000 + 500 + 400) / 500, rel=2e-3)
    assert minutes(graph, (400, 0), (600, 0), "walk") == pytest.approx(200 / 80, rel=2e-3)


def test_unreachable_pairs_are_absent(tmp_path: Path) -> None:
    graph = drawn_graph(tmp_path, "A--B\n\n\n\n\n\n\n\n\n\n\nC--D", {"AB": ROAD, "CD": ROAD}, speeds=SPEEDS)
    here, there, nowhere = (100, 0), (100, -1100), (100, 900)
    everywhere = points(here, there, nowhere)
    found = travel_times(graph, everywhere, everywhere, mode="drive", cutoff_min=600, max_snap_m=500, component="any")
    assert np.isfinite(found.impedance.dense()).tolist() == [
        [True, False, False],
        [False, True, False],
        [False, False, False],
    ]
    assert found.origins.ok.tolist() == [True, True, False]
    assert found.origins.distance_m[2] == pytest.approx(900, abs=0.1)


def test_a_place_is_at_no_distance_from_itself(tmp_path: Path) -> None:
    graph = drawn_graph(tmp_path, "A---------B", {"AB": ONEWAY, "BA": ONEWAY}, speeds=SPEEDS)
    field = (500, 240)
    assert minutes(graph, field, field) == 0.0
    # A neighbour 40 m away in the same field is 0.5 min off, not two walks to the road.
    assert minutes(graph, field, (540, 240)) == pytest.approx(0.5, rel=2e-3)
    # Across the field and the road, the straight line is all there is to walk.
    assert minutes(graph, field, (500, -240), "walk") == pytest.approx(6.0, rel=2e-3)


def test_points_on_both_banks_are_not_joined_across_the_river(tmp_path: Path) -> None:
    graph = drawn_graph(tmp_path, "A---------B\nC---------D", {"AB": ROAD, "CD": ROAD, "BD": ROAD}, speeds=SPEEDS)
    # 40 m apart on the map, each nearer to its own bank's road.
    walked = minutes(graph, (0, -30), (0, -70), "walk")
    assert walked == pytest.approx((30 + 1000 + 100 + 1000 + 30) / 80, rel=2e-3)


def test_the_cutoff_keeps_what_is_exactly_at_it(tmp_path: Path) -> None:
    graph = drawn_graph(tmp_path, "A---------B", {"AB": ROAD}, speeds=SPEEDS)
    origin, goals = points((0, 0)), points((300, 0), (700, 0), (1000, 0))
    full = travel_times(graph, origin, goals, mode="walk", cutoff_min=60).impedance
    assert full.pair_count == 3
    assert (full.values.dtype, full.indices.dtype) == (np.float32, np.int32)
    for k, value in enumerate(full.widened(DECIMALS_MIN).values.tolist()):
        assert value == round(value, DECIMALS_MIN)
        at = travel_times(graph, origin, goals, mode="walk", cutoff_min=value).impedance
        below = travel_times(graph, origin, goals, mode="walk", cutoff_min=value - 1e-6).impedance
        assert (at.pair_count, below.pair_count) == (k + 1, k)


def test_blocks_do_not_change_the_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = drawn_graph(tmp_path, RING, {"AB": ONEWAY, "BC": ONEWAY, "CD": ONEWAY, "DA": ROAD}, speeds=SPEEDS)
    rng = np.random.default_rng(3)
    a, b = (points(*map(tuple, rng.uniform((0, -1000), (1000, 0), (n, 2)))) for n in (19, 17))
    whole = travel_times(graph, a, b, mode="drive", cutoff_min=30)
    seen: list[Event] = []
    monkeypatch.setattr(search_module, "BLOCK_PAIRS", 100)
    parts = travel_times(graph, a, b, mode="drive", cutoff_min=30, listener=seen.append)
    assert np.array_equal(whole.impedance.dense(), parts.impedance.dense())
    fractions = [event.fraction for event in seen if event.kind == "progress" and event.fraction is not None]
    assert len(fractions) > 2
    assert fractions == sorted(fractions)  # type: ignore[type-var]
    assert fractions[-1] == 1.0


def test_no_points_no_pairs(tmp_path: Path) -> None:
    graph = drawn_graph(tmp_path, "A---------B", {"AB": ROAD}, speeds=SPEEDS)
    found = travel_times(graph, points(), points((0, 0)), mode="drive", cutoff_min=10)
    assert (found.impedance.shape, found.impedance.pair_count) == ((0, 1), 0)


@pytest.mark.parametrize("bad", [{"cutoff_min": 0}, {"cutoff_min": float("nan")}, {"walk_speed_kmh": 0}])
def test_senseless_limits_are_refused(tmp_path: Path, bad: dict[str, float]) -> None:
    graph = drawn_graph(tmp_path, "A---------B", {"AB": ROAD}, speeds=SPEEDS)
    with pytest.raises(ValueError, match="above 0"):
        travel_times(graph, points((0, 0)), points((0, 0)), **({"mode": "drive", "cutoff_min": 10} | bad))  # type: ignore[arg-type]


def test_points_must_be_whole() -> None:
    with pytest.raises(ValueError, match="one length"):
        PlacedPoints.of(["a"], [1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match="finite"):
        PlacedPoints.of(["a"], [np.nan], [1.0])


def test_minutes_to_the_nearest_site(tmp_path: Path) -> None:
    graph = drawn_graph(tmp_path, RING, {"AB": ONEWAY, "BC": ONEWAY, "CD": ONEWAY, "DA": ROAD}, speeds=SPEEDS)
    sites = points((500, 80), (0, -750))
    found = nearest_times(graph, sites, mode="drive")
    by_letter = {chr(i): t for i, t in zip(graph.node_id.tolist(), found.tolist(), strict=True)}
    assert by_letter == pytest.approx({"A": 1.5, "B": 4.5, "C": 2.5, "D": 0.5}, rel=2e-3)
    near = nearest_times(graph, sites, mode="drive", cutoff_min=2)
    assert np.isfinite(near).sum() == 2
