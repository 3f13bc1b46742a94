"""Travel impedance between demand points and sites, kept sparse: a pair that is not stored is unreachable.

Rows are demand points, columns are sites. Unreachable is a first-class value: no big number stands for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.machine.compiled import compiled

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
BLOCK = 500_000  # rows that are worked on at a time, where all at once would take much memory


@dataclass(frozen=True, eq=False)
class ImpedanceMatrix:
    """Compressed sparse rows of impedance.

    Indices and values are of 64 bits, but for travel times as they are computed and kept on disk: those are `compact`,
    of 32, until they are `widened`.

    Attributes:
        indptr: (I + 1,) row starts.
        indices: (nnz,) column of each stored pair, ascending within a row.
        values: (nnz,) impedance of each stored pair, finite and at least 0; 0 is a real value.
        shape: (I, J).
        unit: unit of `values`, `min` for travel times.
    """

    indptr: IntArray
    indices: IntArray
    values: FloatArray
    shape: tuple[int, int]
    unit: str = "min"

    @classmethod
    def from_dense(cls, matrix: ArrayLike, unit: str = "min") -> ImpedanceMatrix:
        """From a dense (I, J) array in which NaN or +inf means unreachable.

        Raises:
            ValueError: for a negative value or an array that is not two-dimensional.
        """
        dense = np.asarray(matrix, dtype=np.float64)
        if dense.ndim != 2:
            raise ValueError(f"impedance must have two dimensions, got {dense.ndim}")
        if (dense < 0).any():
            raise ValueError("impedance must not be negative")
        there = np.isfinite(dense)  # already in the order of compressed rows: no sorting
        indptr = np.zeros(dense.shape[0] + 1, dtype=np.int64)
        np.cumsum(there.sum(axis=1), out=indptr[1:])
        n, m = dense.shape
        if there.all():  # without the row of each pair, which would take as much memory as the matrix
            return cls(indptr, np.tile(np.arange(m), n), np.array(dense).ravel(), (n, m), unit)
        return cls(indptr, np.nonzero(there)[1], dense[there], (n, m), unit)

    @classmethod
    def from_pairs(
        cls, rows: ArrayLike, columns: ArrayLike, values: ArrayLike, shape: tuple[int, int], unit: str = "min"
    ) -> ImpedanceMatrix:
        """From stored pairs in any order; of a repeated pair the smallest value counts.

        Raises:
            ValueError: for a negative or non-finite value, or an index outside `shape`.
        """
        i = np.asarray(rows, dtype=np.int64)
        j = np.asarray(columns, dtype=np.int64)
        t = np.asarray(values, dtype=np.float64)
        if t.size and (not np.isfinite(t).all() or t.min() < 0):
            raise ValueError("impedance must be finite and not negative; leave unreachable pairs out")
        if i.size and (i.min() < 0 or i.max() >= shape[0] or j.min() < 0 or j.max() >= shape[1]):
            raise ValueError(f"pair outside the shape {shape}")
        key = i * shape[1] + j
        if not (key[1:] > key[:-1]).all():  # sorting is slow, and most pairs come sorted
            order = np.argsort(key, kind="stable")
            key = key[order]
            first = np.flatnonzero(np.diff(key, prepend=-1))
            i, j, t = i[order[first]], j[order[first]], np.minimum.reduceat(t[order], first)
        indptr = np.zeros(shape[0] + 1, dtype=np.int64)
        np.cumsum(np.bincount(i, minlength=shape[0]), out=indptr[1:])
        return cls(indptr, j, t, shape, unit)

    @classmethod
    def compact(
        cls,
        indptr: IntArray,
        indices: NDArray[np.int32],
        values: NDArray[np.float32],
        shape: tuple[int, int],
        unit: str = "min",
    ) -> ImpedanceMatrix:
        """Of 32 bits, taken as they are, to be `widened` for all but storing, selecting and looking up."""
        return cls(indptr, cast(IntArray, indices), cast(FloatArray, values), shape, unit)

    @property
    def pair_count(self) -> int:
        """How many pairs are reachable."""
        return int(self.indices.size)

    @property
    def rows(self) -> IntArray:
        """(nnz,) row of each stored pair."""
        return np.repeat(np.arange(self.shape[0], dtype=np.int64), np.diff(self.indptr))

    def row(self, i: int) -> tuple[IntArray, FloatArray]:
        """Columns and values of row `i`."""
        part = slice(int(self.indptr[i]), int(self.indptr[i + 1]))
        return self.indices[part], self.values[part]

    def dense(self) -> FloatArray:
        """(I, J) with +inf where unreachable; for small matrices and tests."""
        full = np.full(self.shape, np.inf)
        full[self.rows, self.indices] = self.values
        return full

    def widened(self, decimals: int) -> ImpedanceMatrix:
        """With 64-bit indices and values, these as the decimals that 32-bit ones were made from."""
        values = np.asarray(np.round(self.values.astype(np.float64), decimals), dtype=np.float64)
        return ImpedanceMatrix(self.indptr, self.indices.astype(np.int64), values, self.shape, self.unit)

    def spread(self, rows: IntArray, row_count: int) -> ImpedanceMatrix:
        """The same rows at the places `rows` (ascending) of a matrix of `row_count` rows; the others are empty."""
        indptr = np.zeros(row_count + 1, dtype=np.int64)
        indptr[rows + 1] = np.diff(self.indptr)
        return replace(self, indptr=np.cumsum(indptr), shape=(row_count, self.shape[1]))

    def keep(self, mask: BoolArray) -> ImpedanceMatrix:
        """Only the stored pairs where `mask` (nnz,) holds."""
        kept = np.concatenate([[0], np.cumsum(mask)])
        return ImpedanceMatrix(kept[self.indptr], self.indices[mask], self.values[mask], self.shape, self.unit)

    def select(
        self, rows: IntArray | BoolArray | None = None, columns: IntArray | BoolArray | None = None
    ) -> ImpedanceMatrix:
        """The sub-matrix of the given rows and columns, in the given order; both without repeats."""
        found = self
        if rows is not None:
            wanted = np.flatnonzero(rows) if rows.dtype == bool else rows
            count = np.diff(self.indptr)[wanted]
            indptr = np.zeros(wanted.size + 1, dtype=np.int64)
            np.cumsum(count, out=indptr[1:])
            pair = np.arange(indptr[-1]) + np.repeat(self.indptr[wanted] - indptr[:-1], count)
            shape = (int(wanted.size), self.shape[1])
            found = ImpedanceMatrix(indptr, self.indices[pair], self.values[pair], shape, self.unit)
        if columns is not None:
            wanted = np.flatnonzero(columns) if columns.dtype == bool else columns
            place = np.full(self.shape[1], -1, dtype=found.indices.dtype)
            place[wanted] = np.arange(wanted.size)
            column = place[found.indices]
            found = replace(found, indices=column, shape=(found.shape[0], int(wanted.size))).keep(column >= 0)
            if not (wanted[1:] > wanted[:-1]).all():
                order = np.argsort(found.rows * wanted.size + found.indices, kind="stable")
                found = replace(found, indices=found.indices[order], values=found.values[order])
        return found

    def nearest(self, open_sites: BoolArray) -> tuple[IntArray, FloatArray]:
        """For each row the nearest open column and its impedance; -1 and +inf where none is reachable.

        Of equally near columns the lowest index counts.
        """
        return _nearest(self.indptr, self.indices, self.values, np.asarray(open_sites, dtype=np.bool_))

    def blocks(self) -> Iterator[tuple[slice, slice, IntArray]]:
        """Rows a few at a time: the rows, their stored pairs, and the row of each pair counted from the first.

        What runs over all pairs this way needs little memory beside the matrix.
        """
        for begin in range(0, self.shape[0], BLOCK):
            end = min(begin + BLOCK, self.shape[0])
            pairs = slice(int(self.indptr[begin]), int(self.indptr[end]))
            yield slice(begin, end), pairs, np.repeat(np.arange(end - begin), np.diff(self.indptr[begin : end + 1]))


@compiled
def _nearest(
    indptr: IntArray, indices: IntArray, values: FloatArray, open_sites: BoolArray
) -> tuple[IntArray, FloatArray]:
    n = indptr.size - 1
    column, least = np.full(n, -1, np.int64), np.full(n, np.inf)
    for i in range(n):
        for a in range(indptr[i], indptr[i + 1]):
            if open_sites[indices[a]] and values[a] < least[i]:
                column[i], least[i] = indices[a], values[a]
    return column, least
