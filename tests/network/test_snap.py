from __future__ import annotations

from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely

from siting.network import Snap, read_roads, snap_points
from siting.network.access import Mode
from tests.network.drawn_map import drawn_graph, drawn_xml, place, points

ROAD = {"highway": "residential"}
GEOD = pyproj.Geod(ellps="WGS84")


def snap(graph: object, *metres: tuple[float, float], mode: Mode = "drive", **options: object) -> Snap:
    where = points(*metres)
    return snap_points(graph, where.lon, where.lat, mode=mode, **options)  # type: ignore[arg-type]


def test_the_nearest_place_on_an_edge_not_the_nearest_node(tmp_path: Path) -> None:
    graph = drawn_graph(tmp_path, "A---------B", {"AB": ROAD})
    found = snap(graph, (250, 40), (-30, 40), (1000, -25))
    assert found.edge.tolist() == [0, 0, 0]
    assert found.fraction == pytest.approx([0.25, 0.0, 1.0], abs=1e-4)
    assert found.distance_m == pytest.approx([40, 50, 25], abs=0.05)
    assert (found.lon[0], found.lat[0]) == pytest.approx(place(250, 0), abs=1e-7)


def test_beyond_the_maximum_the_distance_is_told_but_there_is_no_edge(tmp_path: Path) -> None:
    graph = drawn_graph(tmp_path, "A---------B", {"AB": ROAD})
    found = snap(graph, (500, 99), (500, 101), max_snap_m=100)
    assert found.ok.tolist() == [True, False]
    assert found.edge.tolist() == [0, -1]
    assert np.isnan(found.fraction[1])
    assert found.distance_m[1] == pytest.approx(101, abs=0.05)
    assert (found.lon[1], found.lat[1]) == pytest.approx(place(500, 0), abs=1e-7)


def test_only_edges_of_the_mode_and_with_doors(tmp_path: Path) -> None:
    drawing = """
        A----B
        C----D
        E----F
        G----H
    """
    ways = {
        "AB": {"highway": "motorway", "oneway": "no"},
        "CD": {"highway": "footway"},
        "EF": ROAD | {"bridge": "yes"},
        "GH": ROAD,
        "AC": ROAD,
        "CE": ROAD,
        "EG": ROAD,
    }
    graph = drawn_graph(tmp_path, drawing, ways)
    way = {mode: snap(graph, (250, 0), (250, -200), mode=mode) for mode in ("drive", "walk")}  # type: ignore[arg-type]
    assert graph.way_id[way["walk"].edge].tolist() == [1002, 1002]
    assert graph.way_id[way["drive"].edge].tolist() == [1005, 1004]


def test_islands_only_on_request(tmp_path: Path) -> None:
    graph = drawn_graph(tmp_path, "A--B--C\n\nD--E", {"ABC": ROAD, "BC#": ROAD, "DE": ROAD})
    largest, any_ = (snap(graph, (150, -190), component=part) for part in ("largest", "any"))
    assert graph.way_id[largest.edge[0]] == 1001
    assert largest.distance_m[0] == pytest.approx(190, abs=0.05)
    assert graph.way_id[any_.edge[0]] == 1003


def test_of_equally_near_edges_the_first_counts(tmp_path: Path) -> None:
    graph = drawn_graph(tmp_path, "   B\n\nA     C", {"CB": ROAD, "AB": ROAD})
    found = snap(graph, (300, 50))
    assert found.edge[0] == 0
    assert found.fraction[0] == 1.0


def test_no_road_for_the_mode(tmp_path: Path) -> None:
    graph = drawn_graph(tmp_path, "A--B", {"AB": {"highway": "footway"}})
    found = snap(graph, (0, 0))
    assert not found.ok.any()
    assert np.isinf(found.distance_m[0])
    assert snap(graph).edge.size == 0


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_coordinates_must_be_numbers(tmp_path: Path, bad: float) -> None:
    graph = drawn_graph(tmp_path, "A--B", {"AB": ROAD})
    with pytest.raises(ValueError, match="finite"):
        snap_points(graph, [120.8], [bad], mode="drive")


def test_distances_across_a_county_are_right(tmp_path: Path) -> None:
    """Against the ellipsoid, 60 km from the centre of the projection."""
    graph = drawn_graph(tmp_path, "A-----B\n\n\n\n\nC", {"AB": ROAD, "AC": ROAD}, cell_m=20_000)
    where = points((119_000, 800), (119_000, -700), (-600, -99_000))
    found = snap_points(graph, where.lon, where.lat, mode="drive")
    true_m = GEOD.inv(where.lon, where.lat, found.lon, found.lat)[2]
    assert found.distance_m == pytest.approx(true_m, rel=1e-3)
    assert found.ok.all()


def test_against_every_edge_by_hand(tmp_path: Path) -> None:
    """The index finds what comparing all edges finds."""
    rng = np.random.default_rng(7)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWX"
    rows = [letters[k : k + 6] for k in range(0, 24, 6)]
    ways = {"".join(rng.choice(list(letters), 3, replace=False)): ROAD for _ in range(25)}
    graph = drawn_graph(tmp_path, "\n".join(rows), ways)
    xy = rng.uniform((-100, -400), (600, 100), (200, 2))
    found = snap(graph, *map(tuple, xy), component="any", max_snap_m=1e9)
    metric = pyproj.Transformer.from_crs(
        "EPSG:4326", pyproj.CRS.from_proj4("+proj=aeqd +lat_0=29.6 +lon_0=120.8 +ellps=WGS84"), always_xy=True
    )
    lines = shapely.transform(graph.lines(), lambda p: np.column_stack(metric.transform(p[:, 0], p[:, 1])))
    where = points(*map(tuple, xy))
    dots = shapely.points(np.column_stack(metric.transform(where.lon, where.lat)))
    nearest = shapely.distance(dots[:, None], lines[None, :]).min(axis=1)
    assert found.distance_m == pytest.approx(nearest, abs=0.02)
    own = shapely.distance(dots, lines[found.edge])
    assert own == pytest.approx(nearest, abs=0.02)


def test_a_node_astray_does_not_spoil_the_others(tmp_path: Path) -> None:
    """A slip of the editor: one road's end lies at 0 east, 0 north."""
    path = tmp_path / "astray.osm"
    xml = drawn_xml("A---------B\n|\nC---------D", {"AB": ROAD, "AC": ROAD, "CD": ROAD, "DE": ROAD})
    path.write_text(xml.replace("<way", '<node id="69" version="1" lon="0" lat="0"/><way', 1), encoding="utf-8")
    found = snap(read_roads(path), (250, 40))
    assert found.fraction == pytest.approx([0.25], abs=1e-4)
    assert found.distance_m == pytest.approx([40], abs=0.05)


def test_a_point_on_the_other_side_of_the_world_is_far_away(tmp_path: Path) -> None:
    graph = drawn_graph(tmp_path, "A---------B", {"AB": ROAD})
    found = snap_points(graph, [-59.2, 29.6, 120.8], [-29.6, 120.8, 29.6], mode="drive")
    assert found.ok.tolist() == [False, False, True]
    assert (found.distance_m[:2] > 1e6).all()
