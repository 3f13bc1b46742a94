"""Times reading, snapping and many-to-many travel times, next to networkx on the same graph in the same run.

    python benchmarks/network_times.py [FILE.osm.pbf] [--origins 3500] [--destinations 1000]

Without a file the shipped case is read. networkx runs a few single sources of the side with fewer points, by
`single_source_dijkstra_path_length` with the same cut-off and between nodes only; its total is their mean times
the number of sources. `road_graph.py`, which it ends with, compares programs on a large graph.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import networkx as nx
import numpy as np
from apart import peak_memory_mb

from siting.files import resources
from siting.network import (
    PlacedPoints,
    RoadGraph,
    read_basemap,
    read_roads,
    service_area,
    snap_points,
    to_networkx,
    travel_times,
)
from siting.network.access import Mode

RUNS: tuple[tuple[Mode, float], ...] = (
    ("walk", 15.0),
    ("walk", 60.0),
    ("drive", 15.0),
    ("drive", 30.0),
    ("drive", 60.0),
)
T = TypeVar("T")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("file", nargs="?", type=Path, help="an OpenStreetMap extract")
    arguments.add_argument("--origins", type=int, default=3500)
    arguments.add_argument("--destinations", type=int, default=1000)
    arguments.add_argument("--repeats", type=int, default=3)
    arguments.add_argument("--networkx-sources", type=int, default=10)
    options = arguments.parse_args()
    path = options.file or resources.data() / "shengzhou" / "roads.osm.pbf"

    graph = timed("read the roads", options.repeats, lambda: read_roads(path))
    print(f"    {graph.node_count} nodes, {graph.edge_count} edges, {graph.length_m.sum() / 1000:.0f} km")
    timed("read the base map", options.repeats, lambda: read_basemap(path))
    rng = np.random.default_rng(1)
    origins, goals = beside_roads(graph, options.origins, rng), beside_roads(graph, options.destinations, rng)
    timed(
        f"snap {origins.count} points",
        options.repeats,
        lambda: snap_points(graph, origins.lon, origins.lat, mode="drive"),
    )
    sites = PlacedPoints(goals.ids[:20], goals.lon[:20], goals.lat[:20])
    area = timed(
        "service area, 20 sites, 15 min drive",
        1,  # what it merges is remembered
        lambda: service_area(graph, sites, mode="drive", minutes=15),
    )
    print(f"    {len(area.wkb) / 1024:.0f} kB")
    for mode, cutoff_min in RUNS:
        many_to_many(graph, origins, goals, mode, cutoff_min, options.repeats, options.networkx_sources)
    print(f"peak memory {peak_memory_mb():.0f} MB (with networkx's own graph)")
    print("\nNew York's road graph:", flush=True)
    subprocess.run([sys.executable, str(Path(__file__).with_name("road_graph.py"))], check=True)


def many_to_many(
    graph: RoadGraph,
    origins: PlacedPoints,
    goals: PlacedPoints,
    mode: Mode,
    cutoff_min: float,
    repeats: int,
    sources: int,
) -> None:
    travel_times(graph, origins, goals, mode=mode, cutoff_min=cutoff_min)  # compiles, once and for all
    before = peak_memory_mb()
    clock = time.perf_counter()
    found = timed(
        f"{mode} {cutoff_min:.0f} min, {origins.count} x {goals.count}",
        repeats,
        lambda: travel_times(graph, origins, goals, mode=mode, cutoff_min=cutoff_min),
    )
    ours = (time.perf_counter() - clock) / repeats
    print(f"    {found.impedance.pair_count} pairs, peak memory +{peak_memory_mb() - before:.0f} MB")
    theirs = to_networkx(graph, mode=mode)
    snap = found.destinations
    nodes = graph.node_id[graph.edge_u[snap.edge[snap.ok]]]
    nodes = [node for node in nodes[:sources].tolist() if node in theirs]
    clock = time.perf_counter()
    for node in nodes:
        nx.single_source_dijkstra_path_length(theirs, node, cutoff=cutoff_min * 60, weight="travel_time")
    mean = (time.perf_counter() - clock) / len(nodes)
    total = mean * min(origins.count, goals.count)
    print(f"    networkx: {mean * 1000:.0f} ms a source, {total:.1f} s for all: {total / ours:.0f} times ours")


def timed(what: str, repeats: int, work: Callable[[], T]) -> T:
    """The result, with the least and the mean seconds printed."""
    seconds = []
    for _ in range(repeats):
        begin = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - begin)
    print(f"{what}: {min(seconds):.3f} s (mean of {repeats}: {np.mean(seconds):.3f})")
    return result


def beside_roads(graph: RoadGraph, count: int, rng: np.random.Generator) -> PlacedPoints:
    """Points some 100 m beside the roads."""
    at = rng.integers(0, graph.point_lon.size, count)
    lon = graph.point_lon[at] + rng.normal(0, 0.001, count)
    lat = graph.point_lat[at] + rng.normal(0, 0.001, count)
    return PlacedPoints.of([str(k) for k in range(count)], lon, lat)


if __name__ == "__main__":
    main()
