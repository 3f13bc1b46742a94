"""Small groupings, and every one of them tried by definitions of its own."""

from __future__ import annotations

from itertools import product
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from siting.grouping.problem import Problem
from siting.grouping.scenario import Rules
from siting.impedance import IntArray
from siting.instance.adjacency import Adjacency

PLAIN: dict[str, Any] = {"load": "enrolment", "balance": 0.3, "max_minutes": 60}


def rules(**changes: Any) -> Rules:
    return Rules(**(PLAIN | changes))


def problem(seed: int, *, members: int = 7, leads: int = 2, linked: bool = False) -> Problem:
    """Members in a square; neighbours in a ring with a few chords, where they are asked for."""
    rng = np.random.default_rng(seed)
    here, there = rng.random((members, 2)) * 50, rng.random((leads, 2)) * 50
    minutes = np.round(np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1)), 1)
    minutes[rng.random(minutes.shape) < 0.05] = np.inf
    load = rng.integers(50, 400, members).astype(float)
    own = rng.integers(0, 100, leads).astype(float) if seed % 2 else np.zeros(leads)
    share = rng.uniform(0.8, 1.2, leads)
    settled = np.full(members, -1, dtype=np.int64)
    if seed % 3 == 0:
        settled[rng.integers(members)] = rng.integers(leads)
    ring = [(i, (i + 1) % members) for i in range(members)] + [(0, members // 2)]
    home = rng.integers(0, members, leads) if seed % 4 else np.zeros(leads, dtype=np.int64)
    return Problem(
        leads=pd.DataFrame({"id": [f"L{j}" for j in range(leads)], "name": [f"牵头{j}" for j in range(leads)]}),
        members=pd.DataFrame({"id": [f"m{i}" for i in range(members)], "name": [f"成员{i}" for i in range(members)]}),
        load=load,
        own=own,
        target=share / share.sum() * (load.sum() + own.sum()),
        minutes=minutes,
        settled=settled,
        touching=Adjacency.from_pairs([a for a, _ in ring], [b for _, b in ring], members) if linked else None,
        home=home if linked else None,
    )


def keeps(p: Problem, r: Rules, group: IntArray) -> bool:
    """Whether a grouping keeps the rules, from their words."""
    for i, j in enumerate(group):
        if p.minutes[i, j] > r.max_minutes or (p.settled[i] >= 0 and p.settled[i] != j):
            return False
    for j in range(len(p.leads)):
        mine = [i for i in range(len(group)) if group[i] == j]
        total = p.own[j] + sum(p.load[i] for i in mine)
        if abs(total - p.target[j]) > r.balance * p.target[j] + 1e-9:
            return False
        if len(mine) < r.least_members or (r.most_members is not None and len(mine) > r.most_members):
            return False
        if r.contiguous and not hangs_together(p, j, mine):
            return False
    return True


def hangs_together(p: Problem, j: int, mine: list[int]) -> bool:
    """The members, the lead among them, as a graph: the lead touches its home, and around a home that leads share."""
    assert p.touching is not None
    assert p.home is not None
    graph = nx.Graph()
    graph.add_nodes_from(["lead", *mine])
    graph.add_edges_from((a, int(b)) for a in mine for b in p.touching.neighbours(a) if int(b) in mine)
    home = int(p.home[j])
    near = {home}
    if list(p.home).count(home) > 1:
        near |= {int(b) for b in p.touching.neighbours(home)}
    graph.add_edges_from(("lead", i) for i in near & set(mine))
    return nx.is_connected(graph)


def every_grouping(p: Problem) -> list[IntArray]:
    return [np.array(g) for g in product(range(len(p.leads)), repeat=len(p.members))]


def cost(p: Problem, r: Rules, group: IntArray) -> float:
    weight = p.load if r.objective == "load_minutes" else np.ones(len(group))
    return float(sum(weight[i] * p.minutes[i, j] for i, j in enumerate(group)))
