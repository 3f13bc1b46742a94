"""Times on random networks against networkx, with every point put into the graph as a node of its own."""

from __future__ import annotations

import itertools
from pathlib import Path

import networkx as nx
import numpy as np
import pyproj
import pytest

from siting.network import PlacedPoints, RoadGraph, Snap, SpeedTable, read_roads, travel_times
from siting.network.access import Mode

SPEEDS = SpeedTable.default()
WALK_M_PER_MIN = 80.0
GEOD = pyproj.Geod(ellps="WGS84")


def random_osm(rng: np.random.Generator, path: Path) -> None:
    """Some 40 nodes, a few at one place, and 30 ways: one-way, reversed, looped, parallel, with barriers."""
    n = 40
    lon, lat = 120.8 + rng.uniform(0, 0.03, n), 29.6 + rng.uniform(0, 0.03, n)
    lon[5], lat[5] = lon[6], lat[6]
    lines = ['<osm version="0.6">']
    for k in range(n):
        barrier = '<tag k="barrier" v="bollard"/>' if rng.random() < 0.08 else ""
        lines.append(f'<node id="{k + 1}" version="1" lon="{lon[k]:.7f}" lat="{lat[k]:.7f}">{barrier}</node>')
    for k in range(30):
        nodes = rng.integers(1, n + 1, rng.integers(2, 7)).tolist()
        if rng.random() < 0.1:
            nodes.append(nodes[0])
        tags = {
            "highway": str(rng.choice(["primary", "residential", "footway", "motorway", "service"])),
            "oneway": str(rng.choice(["yes", "-1", "no"])),
        }
        if rng.random() < 0.3:
            tags["maxspeed:forward"] = str(rng.integers(20, 70))
        refs = "".join(f'<nd ref="{node}"/>' for node in nodes)
        lines.append(
            f'<way id="{k + 1}" version="1">{refs}'
            + "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
            + "</way>"
        )
    twins = '<way id="99" version="1"><nd ref="6"/><nd ref="7"/><tag k="highway" v="residential"/></way>'
    lines.append(twins)
    path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")


def with_points(graph: RoadGraph, mode: Mode, snaps: dict[str, Snap]) -> nx.DiGraph:
    """Each edge cut at its points, in order; points hang on by their walk."""
    result: nx.DiGraph = nx.DiGraph()

    def join(a: object, b: object, minutes: float) -> None:
        if not result.has_edge(a, b) or result[a][b]["minutes"] > minutes:
            result.add_edge(a, b, minutes=minutes)

    on_edge: dict[int, list[tuple[float, tuple[str, int]]]] = {}
    for side, snap in snaps.items():
        for k in np.flatnonzero(snap.ok).tolist():
            on_edge.setdefault(int(snap.edge[k]), []).append((float(snap.fraction[k]), (side, k)))
            walk = float(snap.distance_m[k]) / WALK_M_PER_MIN
            road, door = ("road", side, k), ("door", side, k)
            if side == "from":
                join(door, road, walk)
            else:
                join(road, door, walk)
    blocked = graph.node_blocks(mode)
    for e in np.flatnonzero(graph.usable(mode)).tolist():
        ends = []
        for which, node in (("u", int(graph.edge_u[e])), ("v", int(graph.edge_v[e]))):
            ends.append(("end", e, which) if blocked[node] else ("node", node))
        stops: list[tuple[float, object]] = [(0.0, ends[0]), (1.0, ends[1])]
        for fraction, (side, k) in on_edge.get(e, []):
            stops.append((fraction, ("road", side, k)))
        stops.sort(key=lambda stop: stop[0])
        length = float(graph.length_m[e])
        if mode == "walk":
            ways = [(True, length / WALK_M_PER_MIN), (False, length / WALK_M_PER_MIN)]
        else:
            ways = []
            if graph.drive_forward[e]:
                ways.append((True, length / (float(graph.speed_forward_kmh[e]) / 0.06)))
            if graph.drive_backward[e]:
                ways.append((False, length / (float(graph.speed_backward_kmh[e]) / 0.06)))
        for ahead, minutes in ways:
            for (f, a), (g, b) in itertools.pairwise(stops):
                join(*((a, b) if ahead else (b, a)), (g - f) * minutes)
        for (f, a), (g, b) in itertools.pairwise(stops):  # at one place is at one place
            if g - f <= 1e-9:
                join(a, b, 0.0)
                join(b, a, 0.0)
    return result


def straight_m(a: PlacedPoints, b: PlacedPoints, i: int, j: int) -> float:
    return float(GEOD.inv(a.lon[i], a.lat[i], b.lon[j], b.lat[j])[2])


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("mode", ["drive", "walk"])
def test_against_networkx(tmp_path: Path, seed: int, mode: Mode) -> None:
    rng = np.random.default_rng(seed)
    random_osm(rng, tmp_path / "random.osm")
    graph = read_roads(tmp_path / "random.osm", speeds=SPEEDS)

    def draw(n: int) -> PlacedPoints:
        """Some at nodes, some on edges, some anywhere, some twice."""
        at = rng.integers(0, graph.point_lon.size, n)
        spread = rng.choice([0.0, 0.002], n)
        lon = graph.point_lon[at] + spread * rng.normal(size=n)
        lat = graph.point_lat[at] + spread * rng.normal(size=n)
        lon[-1], lat[-1] = lon[0], lat[0]
        return PlacedPoints.of([str(k) for k in range(n)], lon, lat)

    sizes = (6, 15) if seed % 2 else (15, 6)
    origins, goals = draw(sizes[0]), draw(sizes[1])
    cutoff = float(rng.choice([5.0, 20.0, np.inf]))
    component = "any" if seed % 3 else "largest"
    found = travel_times(graph, origins, goals, mode=mode, cutoff_min=cutoff, max_snap_m=300, component=component)
    whole = with_points(graph, mode, {"from": found.origins, "to": found.destinations})
    expected = np.full((origins.count, goals.count), np.inf)
    for i in np.flatnonzero(found.origins.ok).tolist():
        reach = nx.single_source_dijkstra_path_length(whole, ("door", "from", i), weight="minutes")
        for j in np.flatnonzero(found.destinations.ok).tolist():
            expected[i, j] = reach.get(("door", "to", j), np.inf)
            across = straight_m(origins, goals, i, j)
            walked = found.origins.distance_m[i] + found.destinations.distance_m[j]
            if found.origins.edge[i] == found.destinations.edge[j] and across <= walked:
                expected[i, j] = min(expected[i, j], across / WALK_M_PER_MIN)
    expected[~(expected <= cutoff)] = np.inf
    got = found.impedance.dense()
    assert np.isfinite(expected).any()
    assert (np.isfinite(got) == np.isfinite(expected)).all()
    assert got[np.isfinite(got)] == pytest.approx(expected[np.isfinite(expected)], abs=2e-4)
