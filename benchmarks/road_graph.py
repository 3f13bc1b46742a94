"""Many-to-many times on New York's road graph, each program in a process of its own: seconds, ratios, peak memory.

    python benchmarks/road_graph.py [--threads 2]

264,346 nodes and 733,846 arcs of the 9th DIMACS challenge, from an optional folder beside the checkout. Its times
are lengths in tenths of a metre, divided by 1.0, 0.8, 0.6 or 0.4 by class of road: with a unit of 3.6 ms the classes
are driven at 100, 80, 60 and 40 km/h, and 30 minutes are 500,000 units. Where a program runs some of the sources only,
its seconds are their mean times all of them, and the line says so. `pip install pyroutingkit` to have RoutingKit
compared.
"""

from __future__ import annotations

import argparse
import gzip
import json
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the place of the optional files is known to the tests

from tests.shared_data import SHARED

UNIT_MIN = 3.6e-3 / 60
PROGRAMS = {
    "siting": "this program, one thread",
    "siting_threads": "this program, {threads} threads",
    "routingkit": "RoutingKit (pyroutingkit)",
    "scipy": "SciPy, csgraph.dijkstra",
    "networkx": "networkx",
}


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
        many_to_many(task(few))  # compiles both kinds of search, once and for all on this machine
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
    return prepared - begin, time.perf_counter() - prepared, found[:CHECKED] * UNIT_MIN


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


def answer(program: str, question: Question, threads: int) -> dict[str, object]:
    """One program's answer to one question, in this process."""
    graph = Graph.read(SHARED / "data" / "roads")
    rng = np.random.default_rng(1)
    a, b = (rng.choice(graph.node_count, count, replace=False) for count in (question.sources, question.targets))
    some = question.some.get(program, a.size)
    run: dict[str, Callable[[], Answer]] = {
        "siting": lambda: by_siting(graph, question, a, b, 1),
        "siting_threads": lambda: by_siting(graph, question, a, b, threads),
        "routingkit": lambda: by_routingkit(graph, question, a, b),
        "scipy": lambda: by_scipy(graph, question, a[:some], b),
        "networkx": lambda: by_networkx(graph, question, a[:some], b),
    }
    try:
        preparing, searching, rows = run[program]()
    except ImportError as error:
        return {"missing": str(error)}
    rows = np.where(rows <= question.cutoff_min, rows, np.inf)
    there = np.isfinite(rows)
    return {
        "preparing_s": preparing,
        "searching_s": searching * a.size / some,
        "some": some,
        "pairs": int(there.sum()),
        "minutes": float(rows[there].sum()),
        "peak_mb": peak_mb(),
    }


def peak_mb() -> float:
    """Largest resident memory of this process so far; NaN where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return float("nan")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024**2 if sys.platform == "darwin" else peak / 1024


def versions() -> str:
    found = [f"Python {platform.python_version()}"]
    for name in ("siting", "numpy", "scipy", "numba", "networkx", "pyroutingkit"):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} absent")
    return ", ".join(found)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--one", nargs=2, metavar=("PROGRAM", "QUESTION"), help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.one:
        program, number = options.one
        print(json.dumps(answer(program, QUESTIONS[int(number)], options.threads)))
        return
    if not (SHARED / "data" / "roads").is_dir():
        print("the road graph of New York is not on this machine")
        return
    print(versions())
    for number, question in enumerate(QUESTIONS):
        compare(question, number, options.threads)


def compare(question: Question, number: int, threads: int) -> None:
    print(f"\n{question.text}\n{'':36}{'prepare s':>10}{'search s':>10}{'ours x':>8}{'peak MB':>9}")
    first: dict[str, float] = {}
    for program, name in PROGRAMS.items():
        if program == "routingkit" and np.isfinite(question.cutoff_min):
            continue  # knows no cut-off
        command = [sys.executable, __file__, "--threads", str(threads), "--one", program, str(number)]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
        found = json.loads(done.stdout.splitlines()[-1])
        name = name.format(threads=threads)
        if "missing" in found:
            print(f"{name:36}{found['missing']}")
            continue
        first = first or found
        whole = found["preparing_s"] + found["searching_s"]
        ratio = whole / (first["preparing_s"] + first["searching_s"])
        note = f"  (from {found['some']} sources)" if found["some"] < question.sources else ""
        print(
            f"{name:36}{found['preparing_s']:10.2f}{found['searching_s']:10.2f}{ratio:8.2f}{found['peak_mb']:9.0f}{note}"
        )
        same = found["pairs"] == first["pairs"] and abs(found["minutes"] / first["minutes"] - 1) < 1e-5
        if not same:
            print(f"    DIFFERENT: {found['pairs']} pairs, {found['minutes']} min")


if __name__ == "__main__":
    main()
