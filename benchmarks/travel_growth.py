"""How seconds and memory of travel times grow with the nodes of the graph, and with sources and targets.

    python benchmarks/travel_growth.py

On the road graph of `road_graph.py`, or without that optional file on a made grid of 512 x 512 streets; the pictures
say which. *Nodes*: 1,000 sources to 1,000 targets in full, on the nodes nearest the middle. *Sources*: as many targets
as sources, within 30 minutes, on the whole graph. SciPy and networkx run some of the sources where all would take long,
and their seconds are extrapolated.
"""

from __future__ import annotations

import dataclasses
import math
from importlib.util import find_spec
from typing import Any

from apart import apart, versions
from curves import Mark, Picture, record
from road_graph import NEW_YORK, PACKAGES, PROGRAMS, same

NODES = (2_000, 10_000, 50_000, 260_000)
SOURCES = (200, 1_000, 5_000, 20_000)
PAIRS = 1_000  # of sources, and of targets, where the nodes grow
NEEDS = {"routingkit": "pyroutingkit", "networkx": "networkx"}
WHERE = "the road graph of New York" if NEW_YORK.is_dir() else "a made grid of streets"
BY_NODES = Picture(
    name="travel_times_nodes",
    title="Travel times, 1,000 x 1,000 in full",
    axis="nodes of the graph",
    size="nodes",
    command="python benchmarks/travel_growth.py",
    filled="all sources run",
    hollow="extrapolated from some of the sources",
    note=f"The nodes nearest the middle of {WHERE}, with all preparation; two threads on two cores. Memory counts what "
    "reading the whole graph's text takes (244 MB).",
)
BY_SOURCES = dataclasses.replace(
    BY_NODES,
    name="travel_times_sources",
    title="Travel times within 30 minutes",
    axis="sources (as many targets)",
    size="sources x targets",
    note=f"The whole of {WHERE}. This program keeps its result, a sparse matrix; of SciPy and networkx only some rows "
    "are kept at a time. RoutingKit knows no cut-off and is left out.",
)


def _some(program: str, work: float) -> int | None:
    """How many sources a slow program runs, where a source settles about `work` nodes."""
    if program == "networkx":
        return max(4, int(2e6 / work))
    return max(100, int(5e7 / work)) if program == "scipy" else None


def _ask(program: str, first: dict[str, Any], at: int, size: str, asked: dict[str, Any], work: float) -> Mark:
    some = _some(program, work)
    measured = apart("road_graph:run", {"program": program, "some": some, **asked}, seconds=300)
    name = PROGRAMS[program]
    if measured.failed:
        print(f"{size:24}{name:28}{measured.failed}", flush=True)
        return Mark(name, at, size, None, None, filled=False, failed=measured.failed)
    whole = some is None or some >= asked["sources"]
    first.update(measured.result if not first else {})
    note = "" if same(first, measured.result) else "  DIFFERENT"
    note += "" if whole else f"  (from {some} sources)"
    print(f"{size:24}{name:28}{measured.seconds:10.2f} s{measured.memory_mb:9,.0f} MB{note}", flush=True)
    return Mark(name, at, size, measured.seconds, measured.memory_mb, filled=whole)


def measure() -> None:
    """Print every run, and draw both pictures."""
    packages = versions(*PACKAGES)
    print(packages)
    programs = [program for program in PROGRAMS if program not in NEEDS or find_spec(NEEDS[program])]
    marks = []
    for nodes in NODES:
        first: dict[str, Any] = {}
        asked = {"sources": PAIRS, "targets": PAIRS, "cutoff_min": math.inf, "nodes": nodes}
        marks += [_ask(program, first, nodes, f"{nodes:,}", asked, nodes) for program in programs]
    record(BY_NODES, marks, packages)
    marks = []
    for count in SOURCES:
        first = {}
        asked = {"sources": count, "targets": count, "cutoff_min": 30.0}
        for program in (program for program in programs if program != "routingkit"):
            marks.append(_ask(program, first, count, f"{count:,} x {count:,}", asked, 130_000))
    record(BY_SOURCES, marks, packages)


if __name__ == "__main__":
    measure()
