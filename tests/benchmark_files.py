"""Readers of published instances."""

from __future__ import annotations

import csv

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path

from siting.instance import Instance
from siting.instance.adjacency import Adjacency
from tests.shared_data import shared_file


def read_gongyi(name: str) -> Instance:
    """A county of 1,276 settlements and 33 candidates (Y. Kong, repository yfkong/Unified); impedance in km.

    Every settlement with a fixed cost is a candidate with a capacity; the catchment of an opened one is to hang
    together.
    """
    table = np.genfromtxt(shared_file("data", "benchmarks", "gongyi", f"{name}.txt"), skip_header=1)
    touching = shared_file("data", "benchmarks", "gongyi", "connectivity.txt")
    pairs = np.genfromtxt(touching, skip_header=1, delimiter=",", usecols=(1, 2)).astype(np.int64)
    unit = np.flatnonzero(table[:, 5] > 0)
    x, y = table[:, 2], table[:, 3]
    return Instance.from_arrays(
        np.hypot(x[:, None] - x[unit], y[:, None] - y[unit]) / 1000,
        table[:, 1],
        unit="km",
        fixed_cost=table[unit, 5],
        capacity=table[unit, 6],
        site_unit=unit,
        adjacency=Adjacency.from_pairs(pairs[:, 0], pairs[:, 1], len(table)),
    )


def best_known_gongyi() -> dict[str, float]:
    """The objectives published for these instances."""
    with shared_file("data", "benchmarks", "gongyi", "best_known.csv").open(encoding="utf-8") as file:
        return {row["instance"]: float(row["best_known_contiguous_objective"]) for row in csv.DictReader(file)}


def read_orlib(number: int) -> tuple[Instance, dict[str, float]]:
    """A graph of the OR-Library with its p, and the optima of p-median and p-center."""
    path = shared_file("data", "benchmarks", "orlib_pmed", f"pmed{number}.txt")
    table = pd.read_csv(shared_file("data", "benchmarks", "orlib_pmed", "optima.csv"))
    row = table[table.iloc[:, 0].astype(str).str.extract(r"(\d+)", expand=False).astype(int) == number].iloc[0]
    words = path.read_text(encoding="utf-8").split()
    n, _, p = (int(w) for w in words[:3])
    edges = np.array(words[3:], dtype=float).reshape(-1, 3)
    length = np.full((n, n), np.inf)
    for u, v, d in edges:  # a later duplicate replaces an earlier one
        length[int(u) - 1, int(v) - 1] = length[int(v) - 1, int(u) - 1] = d
    graph = csr_array(np.where(np.isfinite(length), length, 0))
    instance = Instance.from_arrays(shortest_path(graph, directed=False), p=p, unit="km")
    return instance, {"p_median": float(row.iloc[-2]), "p_center": float(row.iloc[-1])}
