"""Many-to-many times on New York's road graph, each program in a process of its own: seconds, ratios, peak memory.

    python benchmarks/road_graph.py

264,346 nodes and 733,846 arcs of the 9th DIMACS challenge, from an optional folder beside the checkout. Its times
are lengths in tenths of a metre, divided by 1.0, 0.8, 0.6 or 0.4 by class of road: with a unit of 3.6 ms the classes
are driven at 100, 80, 60 and 40 km/h, and 30 minutes are 500,000 units. Where a program runs some of the sources only,
its seconds are their mean times all of them, and the line says so. `pip install pyroutingkit` to have RoutingKit
compared.
"""

from __future__ import annotations

import argparse
import gzip
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from apart import apart, versions

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the place of the optional files is known to the tests

from tests.shared_data import SHARED

UNIT_MIN = 3.6e-3 / 60
ROUTINGKIT_NONE = 2**31 - 1  # where there is no way
PROGRAMS = {
    "siting": "this program",
    "siting_threads": "this program, two threads",
    "routingkit": "RoutingKit",
    "scipy": "SciPy",
    "networkx": "networkx",
}
PACKAGES = ("siting", "numpy", "scipy", "numba", "networkx", "pyroutingkit")
NEW_YORK = SHARED / "data" / "roads"


@dataclass(frozen=True)
class Question:
    """Sources and targets drawn at random; networkx and SciPy run as many sources as are named."""

    text: str
    sources: int
    targets: int
    cutoff_min: float
    some: dict[str, int]


QUESTIONS = (
    Question("2,000 x 2,000 in full", 2000, 2000, np.inf, {"scipy": 100, "networkx": 4}),
    Question("20,000 x 20,000 within 30 min", 20_000, 20_000, 30.0, {"scipy": 200, "networkx": 8}),
)


@dataclass(frozen=True, eq=False)
class Graph:
    """Arcs in DIMACS units, places in degrees."""

    tail: np.ndarray
    head: np.ndarray
    units: np.ndarray
    lon: np.ndarray
    lat: np.ndarray

    @classmethod
    def read(cls, folder: Path) -> Graph:
        def table(name: str, letter: bytes) -> np.ndarray:
            lines = gzip.decompress((folder / name).read_bytes()).split(b"\n")
            rows = b" ".join(line[2:] for line in lines if line.startswith(letter + b" "))
            return np.array(rows.split(), dtype=np.int64).reshape(-1, 3)

        arcs, places = table("new_york_time.gr.gz", b"a"), table("new_york.co.gz", b"v")
        return cls(arcs[:, 0] - 1, arcs[:, 1] - 1, arcs[:, 2], places[:, 1] / 1e6, places[:, 2] / 1e6)

    @classmethod
    def made(cls, side: int) -> Graph:
        """A grid of streets of 100 m, both ways, each arc of one of the four classes of road by chance."""
        node = np.arange(side * side).reshape(side, side)
        a = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
        b = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
        tail, head = np.concatenate([a, b]), np.concatenate([b, a])
        units = np.rint(1000 / np.random.default_rng(1).choice([1.0, 0.8, 0.6, 0.4], tail.size)).astype(np.int64)
        y, x = np.divmod(np.arange(side * side), side)
        return cls(tail, head, units, x * 1e-3, y * 1e-3)

    def middle(self, count: int) -> Graph:
        """The `count` nodes nearest the middle, with the arcs between them."""
        if count >= self.node_count:
            return self
        across = (self.lon - np.median(self.lon)) * np.cos(np.radians(np.median(self.lat)))
        kept = np.sort(np.argsort(np.hypot(across, self.lat - np.median(self.lat)), kind="stable")[:count])
        place = np.full(self.node_count, -1)
        place[kept] = np.arange(count)
        inside = (place[self.tail] >= 0) & (place[self.head] >= 0)
        return Graph(
            place[self.tail[inside]], place[self.head[inside]], self.units[inside], self.lon[kept], self.lat[kept]
        )

    @property
    def node_count(self) -> int:
        return int(self.lon.size)


Answer = tuple[float, float, np.ndarray]  # preparing s, searching s, minutes of the first rows (inf: not found)
CHECKED = 4


def by_siting(graph: Graph, question: Question, a: np.ndarray, b: np.ndarray, threads: int) -> Answer:
    from siting.network.approach import Approach
    from siting.network.search import Task, many_to_many

    def at(nodes: np.ndarray) -> Approach:
        none = np.zeros(nodes.size)
        return Approach(np.arange(nodes.size), nodes, nodes, none, none)

    empty = np.zeros(0, dtype=np.int64)

    def task(some: int) -> Task:
        arcs = graph.tail, graph.head, graph.units * UNIT_MIN
        beside = (empty, empty, np.zeros(0))
        return Task(arcs, graph.node_count, at(a[:some]), at(b[:some]), beside, question.cutoff_min)

    for few in (8, 600):
        many_to_many(task(min(few, a.size)))  # compiles both kinds of search, once and for all on this machine
    begin = time.perf_counter()
    found = many_to_many(task(a.size), threads=threads)
    seconds = time.perf_counter() - begin
    rows = np.full((CHECKED, b.size), np.inf)
    for i in range(CHECKED):
        columns, values = found.row(i)
        rows[i, columns] = values
    return 0.0, seconds, rows


def by_routingkit(graph: Graph, question: Question, a: np.ndarray, b: np.ndarray) -> Answer:
    import pyroutingkit

    begin = time.perf_counter()
    topology = pyroutingkit.CCHTopology()
    topology.build(
        graph.tail.astype(np.uint32), graph.head.astype(np.uint32),
        graph.lat.astype(np.float32), graph.lon.astype(np.float32), graph.node_count,
    )  # fmt: skip
    metric = pyroutingkit.CCHMetric(topology)
    metric.customize(graph.units.astype(np.uint32))
    prepared = time.perf_counter()
    found = metric.distances_many_to_many(a.astype(np.uint32), b.astype(np.uint32))
    seconds, some = time.perf_counter() - prepared, found[:CHECKED]
    return prepared - begin, seconds, np.where(some < ROUTINGKIT_NONE, some * UNIT_MIN, np.inf)


def by_scipy(graph: Graph, question: Question, a: np.ndarray, b: np.ndarray) -> Answer:
    from scipy.sparse.csgraph import dijkstra

    from siting.network.modes import sparse_minutes

    begin = time.perf_counter()
    matrix = sparse_minutes(graph.tail, graph.head, graph.units * UNIT_MIN, graph.node_count)
    prepared = time.perf_counter()
    rows = []
    for at in range(0, a.size, 20):
        reached = dijkstra(matrix, indices=a[at : at + 20], limit=question.cutoff_min)
        rows.append(reached[:, b].astype(np.float32))
    return prepared - begin, time.perf_counter() - prepared, np.concatenate(rows)[:CHECKED]


def by_networkx(graph: Graph, question: Question, a: np.ndarray, b: np.ndarray) -> Answer:
    import networkx as nx

    begin = time.perf_counter()
    network: nx.DiGraph[int] = nx.DiGraph()
    network.add_nodes_from(range(graph.node_count))
    for tail, head, units in zip(graph.tail.tolist(), graph.head.tolist(), graph.units.tolist(), strict=True):
        minutes = units * UNIT_MIN
        if not network.has_edge(tail, head) or network[tail][head]["minutes"] > minutes:
            network.add_edge(tail, head, minutes=minutes)
    prepared = time.perf_counter()
    cutoff = question.cutoff_min if np.isfinite(question.cutoff_min) else None
    rows = []
    for source in a.tolist():
        reached = nx.single_source_dijkstra_path_length(network, source, cutoff=cutoff, weight="minutes")
        rows.append(np.array([reached.get(node, np.inf) for node in b.tolist()]))
    return prepared - begin, time.perf_counter() - prepared, np.array(rows)[:CHECKED]


def run(
    program: str, sources: int, targets: int, cutoff_min: float, some: int | None = None, nodes: int | None = None
) -> dict[str, Any]:
    """One program's answer to one question, in this process.

    Args:
        some: how many of the sources are run; the seconds are their mean times all.
        nodes: so many around the middle of the graph; all when left out.
    """
    graph = Graph.read(NEW_YORK) if NEW_YORK.is_dir() else Graph.made(512)
    graph = graph if nodes is None else graph.middle(nodes)
    question = Question("", sources, targets, cutoff_min, {})
    rng = np.random.default_rng(1)
    a, b = (rng.choice(graph.node_count, count, replace=False) for count in (sources, targets))
    some = sources if some is None else min(some, sources)
    ways: dict[str, Callable[[], Answer]] = {
        "siting": lambda: by_siting(graph, question, a, b, 1),
        "siting_threads": lambda: by_siting(graph, question, a, b, 2),
        "routingkit": lambda: by_routingkit(graph, question, a, b),
        "scipy": lambda: by_scipy(graph, question, a[:some], b),
        "networkx": lambda: by_networkx(graph, question, a[:some], b),
    }
    preparing, searching, rows = ways[program]()
    rows = np.where(rows <= cutoff_min, rows, np.inf)
    there = np.isfinite(rows)
    searching *= sources / some
    return {
        "seconds": preparing + searching,
        "preparing_s": preparing,
        "searching_s": searching,
        "pairs": int(there.sum()),
        "minutes": float(rows[there].sum()),
    }


def same(first: dict[str, Any], found: dict[str, Any]) -> bool:
    """Whether two programs found the same times in the rows that are compared."""
    return first["pairs"] == found["pairs"] and abs(found["minutes"] - first["minutes"]) <= 1e-5 * first["minutes"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    if not NEW_YORK.is_dir():
        print("the road graph of New York is not on this machine")
        return
    print(versions(*PACKAGES))
    for question in QUESTIONS:
        compare(question)


def compare(question: Question) -> None:
    print(f"\n{question.text}\n{'':36}{'prepare s':>10}{'search s':>10}{'ours x':>8}{'peak MB':>9}")
    first: dict[str, Any] = {}
    for program, name in PROGRAMS.items():
        if program == "routingkit" and np.isfinite(question.cutoff_min):
            continue  # knows no cut-off
        some = question.some.get(program)
        asked = {"sources": question.sources, "targets": question.targets, "cutoff_min": question.cutoff_min}
        measured = apart("road_graph:run", {"program": program, "some": some, **asked}, seconds=600)
        if measured.failed:
            print(f"{name:36}{measured.failed}")
            continue
        found = measured.result
        first = first or found
        whole = found["preparing_s"] + found["searching_s"]
        ratio = whole / (first["preparing_s"] + first["searching_s"])
        note = "" if some is None else f"  (from {some} sources)"
        seconds = f"{found['preparing_s']:10.2f}{found['searching_s']:10.2f}"
        print(f"{name:36}{seconds}{ratio:8.2f}{measured.memory_mb:9.0f}{note}")
        if not same(first, found):
            print(f"    DIFFERENT: {found['pairs']} pairs, {found['minutes']} min")


if __name__ == "__main__":
    main()
