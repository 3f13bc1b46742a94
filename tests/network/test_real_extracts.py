"""Two real OpenStreetMap extracts, where they are at hand."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from siting.network import (
    PlacedPoints,
    RoadGraph,
    read_basemap,
    read_roads,
    service_area,
    to_networkx,
    travel_times,
)
from tests.shared_data import shared_file


@pytest.fixture(scope="module", params=["monaco", "liechtenstein"])
def graph(request: pytest.FixtureRequest) -> RoadGraph:
    return read_roads(shared_file("data", "osm", f"{request.param}.osm.pbf"))


def test_the_graph_is_whole(graph: RoadGraph) -> None:
    report = graph.report
    assert report.ways_read in (2852, 2753)
    assert report.maxspeed_used > 100
    assert (graph.length_m >= 0).all()
    drive = graph.usable("drive")
    speed = np.maximum(graph.speed_forward_kmh, graph.speed_backward_kmh)
    assert ((speed[drive] >= 5) & (speed[drive] <= 104)).all()
    for mode in ("drive", "walk"):
        part = report.components[mode]
        assert part.km > 5 * part.left_km
    ends = np.column_stack([graph.point_lon[graph.point_offset[:-1]], graph.point_lat[graph.point_offset[:-1]]])
    assert np.array_equal(ends, np.column_stack([graph.node_lon, graph.node_lat])[graph.edge_u])


@pytest.mark.parametrize("mode", ["drive", "walk"])
def test_times_agree_with_networkx(graph: RoadGraph, mode: str) -> None:
    """Between points that lie at nodes."""
    rng = np.random.default_rng(11)
    edges = np.flatnonzero(graph.main(mode) & graph.kerbside)  # type: ignore[arg-type]
    nodes = np.unique(graph.edge_u[edges])
    nodes = nodes[~graph.node_blocks(mode)[nodes]]  # type: ignore[arg-type]
    some = rng.choice(nodes, 40, replace=False)

    def points(which: np.ndarray) -> PlacedPoints:
        return PlacedPoints.of([str(k) for k in which], graph.node_lon[which], graph.node_lat[which])

    found = travel_times(graph, points(some[:5]), points(some[5:]), mode=mode, cutoff_min=45)  # type: ignore[arg-type]
    assert found.origins.ok.all()
    exported = to_networkx(graph, mode=mode)  # type: ignore[arg-type]
    expected = np.full((5, 35), np.inf)
    for i, origin in enumerate(graph.node_id[some[:5]].tolist()):
        seconds = nx.single_source_dijkstra_path_length(exported, origin, weight="travel_time")
        for j, goal in enumerate(graph.node_id[some[5:]].tolist()):
            expected[i, j] = seconds.get(goal, np.inf) / 60
    expected[expected > 45] = np.inf
    assert found.impedance.pair_count > 20
    assert found.impedance.dense() == pytest.approx(expected, abs=1e-4)


def test_service_area_is_small_enough_for_a_page(graph: RoadGraph) -> None:
    centre = PlacedPoints.of(["centre"], [np.median(graph.node_lon)], [np.median(graph.node_lat)])
    area = service_area(graph, centre, mode="drive", minutes=15, max_snap_m=5000)
    assert area.is_valid
    assert not area.is_empty
    assert len(area.wkb) < 200_000


def test_basemap() -> None:
    base = read_basemap(shared_file("data", "osm", "liechtenstein.osm.pbf"))
    assert {"town", "village"} <= set(base.places["kind"])
    assert "Vaduz" in set(base.places["name"])
    assert "river" in set(base.waterways["kind"])
    assert len(base.stations) == 4
    assert base.water.geometry.is_valid.all()
