"""Readers of published instances."""

from __future__ import annotations

import csv

import numpy as np

from siting.adjacency import Adjacency
from siting.instance import Instance
from tests.shared_data import shared_file


def read_gongyi(name: str) -> Instance:
    """A county of 1,276 settlements and 22 candidates (Y. Kong, repository yfkong/Unified); impedance in km.

    Every flagged settlement is a candidate with a fixed cost and a capacity; the catchment of an opened one is to hang
    together.
    """
    table = np.genfromtxt(shared_file("data", "benchmarks", "gongyi", f"{name}.txt"), skip_header=1)
    touching = shared_file("data", "benchmarks", "gongyi", "connectivity.txt")
    pairs = np.genfromtxt(touching, skip_header=1, delimiter=",", usecols=(1, 2)).astype(np.int64)
    unit = np.flatnonzero(table[:, 4] > 0)
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
