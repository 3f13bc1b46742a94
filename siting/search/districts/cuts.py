"""What holds a catchment together in a programme: cuts x_ij <= sum of x_kj over a separator, found where broken.

Source: Carvajal, Constantino, Goycoolea, Vielma and Weintraub (2013), Operations Research 61(4).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from siting.formulation.program import Program
from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance.adjacency import Adjacency

INSIDE = (
    0.999,
    0.5,
    0.01,
)  # a point belongs to a catchment by more than this share of the root's, when cuts are sought
BROKEN = 0.01  # a cut is added when it is broken by more


@dataclass(frozen=True, eq=False)
class Cut:
    """Nobody on the island goes to the site unless somebody on the wall does.

    Attributes:
        site: its number.
        island: points that were cut off.
        wall: points that separate them from the site's own.
    """

    site: int
    island: IntArray
    wall: IntArray


def separate(adjacency: Adjacency, column: IntArray, values: FloatArray, site: int, root: int) -> list[Cut]:
    """The cuts of one catchment that the values break.

    Args:
        column: (I,) column of each point's assignment to the site, -1 where it cannot go there.
        values: of the columns.
        site: its number.
        root: the point in which the site lies.
    """
    inside = np.flatnonzero(column >= 0)
    near = _graph(adjacency)[inside][:, inside]
    share = values[column[inside]]
    centre = int(np.searchsorted(inside, root))
    found: list[Cut] = []
    seen: set[bytes] = set()
    for level in INSIDE:
        members = np.flatnonzero(share > level * share[centre])
        part = _parts(near, members)
        home = part[np.searchsorted(members, centre)]
        for other in range(int(part.max(initial=-1)) + 1):
            island = members[part == other]
            if other == home or island.tobytes() in seen:
                continue
            seen.add(island.tobytes())
            wall = _wall(near, island, centre)
            broken = island[share[island] > share[wall].sum() + BROKEN]
            if broken.size:
                found.append(Cut(site, inside[broken], inside[wall]))
    return found


def _graph(adjacency: Adjacency) -> Any:
    ones = np.ones(adjacency.indices.size)
    return sp.csr_array((ones, adjacency.indices, adjacency.indptr), shape=(adjacency.count, adjacency.count))


def _parts(graph: Any, members: IntArray) -> IntArray:
    part: IntArray = connected_components(graph[members][:, members], directed=False)[1].astype(np.int64)
    return part


def _wall(graph: Any, island: IntArray, root: int) -> IntArray:
    """Neighbours of the island that are reached from the root without passing through another neighbour."""
    mask = np.zeros(graph.shape[0])
    mask[island] = 1.0
    ring = (graph @ mask > 0) & (mask == 0)
    if ring[root]:
        return np.array([root])
    outside = np.flatnonzero(~ring & (mask == 0))
    part = _parts(graph, outside)
    reached = np.zeros(graph.shape[0])
    reached[outside[part == part[np.searchsorted(outside, root)]]] = 1.0
    return np.flatnonzero(ring & (graph @ reached > 0))


class Rows:
    """Gathers blocks of rows."""

    def __init__(self, columns: int) -> None:
        self.columns, self.count = columns, 0
        self._triples: list[tuple[IntArray, IntArray, FloatArray]] = []
        self._lower: list[FloatArray] = []
        self._upper: list[FloatArray] = []

    def add(self, triples: list[tuple[IntArray, IntArray, FloatArray]], count: int, lower: float, upper: float) -> None:
        """`count` rows from (row within the block, column, coefficient)."""
        self._triples += [(row + self.count, column, value) for row, column, value in triples]
        self._lower.append(np.full(count, lower, dtype=np.float64))
        self._upper.append(np.full(count, upper, dtype=np.float64))
        self.count += count

    def matrix(self) -> sp.csr_array:
        """(rows, columns)."""
        row, column, value = (np.concatenate(part) for part in zip(*self._triples, strict=True))
        return sp.csr_array((value, (row, column)), shape=(self.count, self.columns))

    def lower(self) -> FloatArray:
        """Left-hand sides."""
        return np.concatenate(self._lower)

    def upper(self) -> FloatArray:
        """Right-hand sides."""
        return np.concatenate(self._upper)

    def program(self, *, cost: FloatArray, lower: FloatArray, upper: FloatArray, whole: BoolArray) -> Program:
        """Minimise `cost` over these rows."""
        return Program(cost, 0.0, False, lower, upper, whole, self.matrix(), self.lower(), self.upper())

    def add_cuts(self, cuts: list[Cut], column: IntArray) -> None:
        """One row for each point of each island; `column` (I, J) of each pair, -1 where there is none."""
        triples, count = [], 0
        for cut in cuts:
            island, wall = column[cut.island, cut.site], column[cut.wall, cut.site]
            island, wall = island[island >= 0], wall[wall >= 0]
            at = count + np.arange(island.size)
            triples.append((at, island, np.ones(at.size)))
            triples.append((np.repeat(at, wall.size), np.tile(wall, at.size), -np.ones(at.size * wall.size)))
            count += at.size
        self.add(triples, count, -math.inf, 0.0)
