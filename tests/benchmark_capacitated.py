"""Readers of published instances with capacities in which every demand point is served whole by one site."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from siting.instance import Instance


def read_pmedcap(path: Path) -> tuple[Instance, int]:
    """A capacitated p-median instance of the OR-Library, and the best value known.

    Its objective counts distances, cut to whole numbers, not people: demand is 1 and the published demand the load.
    """
    numbers = path.read_text().split()
    best, n, p, capacity = (int(word) for word in numbers[1:5])
    table = np.array(numbers[5 : 5 + 4 * n], dtype=float).reshape(n, 4)
    x, y, load = table[:, 1], table[:, 2], table[:, 3]
    distance = np.floor(np.hypot(x[:, None] - x[None], y[:, None] - y[None]))
    return Instance.from_arrays(distance, load=load, capacity=float(capacity), p=p), best


def read_holmberg(path: Path) -> Instance:
    """A single-source instance of Holmberg and others (1999): the costs are those of whole demand points."""
    numbers = np.array(path.read_text().split(), dtype=float)
    m, n = int(numbers[0]), int(numbers[1])
    capacity, fixed, load, cost = np.split(numbers[2:], np.cumsum([m, m, n]))
    return Instance.from_arrays(cost.reshape(n, m), load=load, capacity=capacity, fixed_cost=fixed)


def published(path: Path) -> dict[str, int]:
    """Values by instance, from a table whose second column holds them."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row[0]: int(row[1]) for row in list(csv.reader(file))[1:]}
