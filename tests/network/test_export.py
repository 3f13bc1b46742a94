from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import osmnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.network import (
    RoadGraph,
    SpeedTable,
    nearest_times,
    read_roads,
    roads_frame,
    to_networkx,
    travel_times,
    write_graphml,
)
from siting.network.access import Mode
from siting.network.times import PlacedPoints
from tests.network.drawn_map import drawn_graph
from tests.network.test_times_random import random_osm

ROAD = {"highway": "unclassified", "name": "剡溪路"}
SPEEDS = SpeedTable.default().with_overrides({"unclassified": 30})


@pytest.fixture
def ring(tmp_path: Path) -> RoadGraph:
    return drawn_graph(
        tmp_path,
        "A---------B\n" + "\n" * 9 + "D---------C",
        {"AB": ROAD | {"oneway": "yes"}, "BC": ROAD, "CD": {"highway": "footway"}, "DA": ROAD},
        speeds=SPEEDS,
    )


def test_nodes_and_edges(ring: RoadGraph) -> None:
    graph = to_networkx(ring)
    assert graph.graph["crs"] == "EPSG:4326"
    a, b, c, d = map(ord, "ABCD")
    assert set(graph.edges()) == {(a, b), (b, c), (c, b), (d, a), (a, d)}
    edge = graph.edges[b, c, 0]
    assert edge["length"] == pytest.approx(1000, rel=1e-3)
    assert edge["travel_time"] == pytest.approx(120, rel=1e-3)
    assert (edge["speed_kph"], edge["highway"], edge["name"]) == (30, "unclassified", "剡溪路")
    assert (edge["oneway"], edge["reversed"], edge["osmid"]) == (False, False, 1002)
    back = graph.edges[c, b, 0]
    assert back["reversed"] is True
    assert list(back["geometry"].coords) == list(edge["geometry"].coords)[::-1]
    assert graph.edges[a, b, 0]["oneway"] is True
    assert set(to_networkx(ring, mode="walk").edges()) == {
        pair for u, v in ((a, b), (b, c), (c, d), (d, a)) for pair in ((u, v), (v, u))
    }


def test_osmnx_loads_it_back_and_finds_our_times(ring: RoadGraph, tmp_path: Path) -> None:
    path = tmp_path / "roads.graphml"
    write_graphml(ring, path)
    graph = osmnx.load_graphml(path)
    route = osmnx.routing.shortest_path(graph, ord("D"), ord("C"), weight="travel_time")
    assert [chr(node) for node in route] == list("DABC")
    seconds = osmnx.routing.route_to_gdf(graph, route, weight="travel_time")["travel_time"].sum()
    points = PlacedPoints.of([str(i) for i in ring.node_id], ring.node_lon, ring.node_lat)
    found = travel_times(ring, points, points, mode="drive", cutoff_min=60, component="any")
    ours = found.impedance.dense()
    d, c = (int(np.flatnonzero(ring.node_id == ord(letter))[0]) for letter in "DC")
    assert seconds == pytest.approx(ours[d, c] * 60, abs=0.004)  # kept to 0.0001 min
    nearest = osmnx.distance.nearest_nodes(osmnx.project_graph(graph), *_utm(graph, ord("B")))
    assert nearest == ord("B")


def _utm(graph: nx.MultiDiGraph, node: int) -> tuple[float, float]:
    data = osmnx.project_graph(graph).nodes[node]
    return data["x"], data["y"]


@settings(max_examples=15, deadline=None)
@given(st.integers(100, 10_000), st.sampled_from(["drive", "walk"]))
def test_shortest_paths_agree_with_ours(tmp_path_factory: pytest.TempPathFactory, seed: int, mode: Mode) -> None:
    path = tmp_path_factory.mktemp("random") / "random.osm"
    random_osm(np.random.default_rng(seed), path)
    graph = read_roads(path)
    free = ~graph.node_blocks(mode)
    exported = to_networkx(graph, mode=mode)
    edges = np.flatnonzero(graph.usable(mode) & graph.main(mode) & graph.kerbside)
    goals = [node for node in np.unique(graph.edge_u[edges]).tolist() if free[node]]
    if not goals:
        return
    goal = goals[0]
    here = PlacedPoints.of(["goal"], graph.node_lon[[goal]], graph.node_lat[[goal]])
    ours = nearest_times(graph, here, mode=mode)
    seconds = nx.single_source_dijkstra_path_length(exported.reverse(), int(graph.node_id[goal]), weight="travel_time")
    theirs = np.array([seconds.get(int(i), np.inf) for i in graph.node_id]) / 60
    assert ours[free] == pytest.approx(theirs[free], abs=1e-5)


def test_a_barrier_becomes_two_road_ends(tmp_path: Path) -> None:
    graph = drawn_graph(tmp_path, "A-B-C", {"ABC": ROAD}, node_tags={"B": {"barrier": "bollard"}})
    drive = to_networkx(graph)
    assert sorted(drive) == [-2, -1, ord("A"), ord("C")]
    assert not nx.has_path(drive, ord("A"), ord("C"))
    assert nx.has_path(to_networkx(graph, mode="walk"), ord("A"), ord("C"))


def test_the_table_of_roads(ring: RoadGraph) -> None:
    frame = roads_frame(ring).set_index("osm_way").sort_index()
    assert frame.crs == "EPSG:4326"
    assert frame["highway"].tolist() == ["unclassified", "unclassified", "footway", "unclassified"]
    assert frame["name"].tolist() == ["剡溪路", "剡溪路", "", "剡溪路"]
    assert frame["oneway"].tolist() == [True, False, False, False]
    assert frame["speed_kmh"].tolist()[:2] == [30, 30]
    assert np.isnan(frame["speed_kmh"].tolist()[2])
    assert frame["drive"].tolist() == [True, True, False, True]
