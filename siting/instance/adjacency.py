"""Which demand points touch each other, and whether a set of them hangs together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from siting.impedance import BoolArray, IntArray


@dataclass(frozen=True, eq=False)
class Adjacency:
    """An undirected graph on demand points as compressed rows, each edge held both ways.

    Attributes:
        indptr: (I + 1,) row starts.
        indices: (2 E,) neighbours, ascending within a row; no point is its own neighbour.
    """

    indptr: IntArray
    indices: IntArray

    @classmethod
    def from_pairs(cls, first: ArrayLike, second: ArrayLike, count: int) -> Adjacency:
        """From pairs of touching points, in any order and direction, repeated or not.

        Raises:
            ValueError: for an index outside 0..count-1.
        """
        a, b = np.asarray(first, dtype=np.int64), np.asarray(second, dtype=np.int64)
        if a.size and (min(a.min(), b.min()) < 0 or max(a.max(), b.max()) >= count):
            raise ValueError(f"a pair lies outside 0..{count - 1}")
        a, b = a[a != b], b[a != b]
        keys = np.unique(np.r_[a * count + b, b * count + a])
        rows, columns = keys // max(count, 1), keys % max(count, 1)
        indptr = np.zeros(count + 1, dtype=np.int64)
        np.cumsum(np.bincount(rows, minlength=count), out=indptr[1:])
        return cls(indptr, columns)

    @property
    def count(self) -> int:
        """I."""
        return int(self.indptr.size - 1)

    def neighbours(self, i: int) -> IntArray:
        """The points that touch point `i`."""
        return self.indices[self.indptr[i] : self.indptr[i + 1]]

    def arcs(self) -> tuple[IntArray, IntArray]:
        """(2 E,) both directions of every edge: from, to."""
        return np.repeat(np.arange(self.count, dtype=np.int64), np.diff(self.indptr)), self.indices

    def parts(self, members: BoolArray) -> IntArray:
        """(I,) number of the connected part that each member belongs to; -1 for the others."""
        inside = np.flatnonzero(members)
        part = np.full(self.count, -1, dtype=np.int64)
        if inside.size:
            graph: Any = csr_array(
                (np.ones(self.indices.size), self.indices, self.indptr), shape=(self.count, self.count)
            )
            part[inside] = connected_components(graph[inside][:, inside], directed=False)[1]
        return part

    def connected(self, members: BoolArray) -> bool:
        """Whether the members hang together; an empty set does."""
        return bool(self.parts(members).max(initial=-1) <= 0)
