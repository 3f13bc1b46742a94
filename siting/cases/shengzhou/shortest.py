"""Least-cost ways on a sparse, undirected graph: scipy's Dijkstra behind three plain functions."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from siting.impedance import FloatArray, IntArray


def from_one(graph: sparse.csr_matrix, source: int, *, limit: float = np.inf) -> tuple[FloatArray, IntArray]:
    """Cost of every cell from a source (+inf beyond `limit`) and the cell before it (negative: none)."""
    index = np.array([source])
    cost, before = dijkstra(graph, directed=False, indices=index, return_predecessors=True, limit=limit)
    return np.asarray(cost[0], dtype=np.float64), np.asarray(before[0], dtype=np.int64)


def from_nearest(graph: sparse.csr_matrix, sources: IntArray) -> tuple[FloatArray, IntArray]:
    """Cost of every cell from the nearest of the sources and the cell before it (negative: none)."""
    cost, before, _ = dijkstra(graph, directed=False, indices=sources, return_predecessors=True, min_only=True)
    return np.asarray(cost, dtype=np.float64), np.asarray(before, dtype=np.int64)


def from_each(graph: sparse.csr_matrix, sources: IntArray, *, limit: float = np.inf) -> FloatArray:
    """(sources, cells) costs, +inf beyond `limit`."""
    return np.asarray(dijkstra(graph, directed=False, indices=sources, limit=limit), dtype=np.float64)


def walk_back(before: IntArray, cell: int) -> list[int]:
    """The cells from `cell` back to the source."""
    path = [cell]
    while before[path[-1]] >= 0:
        path.append(int(before[path[-1]]))
    return path
