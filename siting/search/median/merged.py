"""Demand points with the same pairs are one: several at one node of the roads, or in one cell of a grid."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance.coverage import first_of_equal
from siting.machine.compiled import compiled
from siting.machine.threads import in_parts
from siting.search.median.lists import PART, Pairs

PAYS = 0.9  # share of the rows that must be left at most for the others to be copied
GLANCE = 8  # pairs of a row by which it is seen that most rows differ
Bits = NDArray[np.unsignedinteger]
Keys = NDArray[np.uint64]


def merged(pairs: Pairs, threads: int = 1) -> Pairs:
    """Equal rows as one, with their weights added: the same problem; the rows as they are where few are equal."""
    n = pairs.weight.size
    bits: Bits = pairs.value.view(np.uint32 if pairs.value.itemsize == 4 else np.uint64)
    for most in (GLANCE, max(bits.size, 1)):
        first = _first_alike(pairs, bits, most, threads)
        if np.count_nonzero(first == np.arange(n)) > PAYS * n:
            return pairs
    same = np.empty(n, dtype=np.bool_)
    in_parts(lambda a, b: _compare(pairs, first, same, a, b), n, least=PART, threads=threads)
    unlike = np.flatnonzero(~same)  # different rows with the same 128 bits: not seen yet
    first[unlike] = unlike
    rows = np.flatnonzero(first == np.arange(n))
    weight = np.bincount(first, weights=pairs.weight, minlength=n)[rows].astype(np.float64)
    return _taken(pairs, rows, weight)


def _first_alike(pairs: Pairs, bits: Bits, most: int, threads: int) -> IntArray:
    mark = np.empty((pairs.weight.size, 2), dtype=np.uint64)
    in_parts(lambda a, b: _mark(pairs, bits, most, mark, a, b), mark.shape[0], least=PART, threads=threads)
    return first_of_equal(mark)


def _taken(pairs: Pairs, rows: IntArray, weight: FloatArray) -> Pairs:
    indptr = np.zeros(rows.size + 1, dtype=np.int64)
    np.cumsum(np.diff(pairs.indptr)[rows], out=indptr[1:])
    site, value = np.empty(indptr[-1], dtype=pairs.site.dtype), np.empty(indptr[-1], dtype=pairs.value.dtype)
    _copy(pairs, rows, indptr, site, value)
    return Pairs(indptr, site, value, weight, pairs.outside[rows])


@compiled
def _mark(pairs: Pairs, bits: Bits, most: int, mark: Keys, begin: int, end: int) -> None:
    """Two numbers of each row, from about `most` of its pairs at most: equal ones where the rows are equal."""
    for i in range(begin, end):
        size = pairs.indptr[i + 1] - pairs.indptr[i]
        one = two = np.uint64(hash(pairs.outside[i])) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(size)
        for k in range(pairs.indptr[i], pairs.indptr[i + 1], max(size // most, 1)):
            x = np.uint64(bits[k]) + np.uint64(pairs.site[k]) * np.uint64(0xD6E8FEB86659FD93)
            x = (x ^ (x >> np.uint64(32))) * np.uint64(0xBF58476D1CE4E5B9)
            x = (x ^ (x >> np.uint64(29))) * np.uint64(0x94D049BB133111EB)
            one += x ^ (x >> np.uint64(31))
            two += x * (x | np.uint64(1))
        mark[i, 0], mark[i, 1] = one, two


@compiled
def _compare(pairs: Pairs, first: IntArray, same: BoolArray, begin: int, end: int) -> None:
    for i in range(begin, end):
        a, b = pairs.indptr[i], pairs.indptr[first[i]]
        size = pairs.indptr[i + 1] - a
        equal = size == pairs.indptr[first[i] + 1] - b and pairs.outside[i] == pairs.outside[first[i]]
        for k in range(size):
            if not equal:
                break
            equal = pairs.site[a + k] == pairs.site[b + k] and pairs.value[a + k] == pairs.value[b + k]
        same[i] = equal


@compiled
def _copy(
    pairs: Pairs, rows: IntArray, indptr: IntArray, site: NDArray[np.signedinteger], value: NDArray[np.number]
) -> None:
    for r in range(rows.size):
        begin = pairs.indptr[rows[r]]
        for k in range(indptr[r + 1] - indptr[r]):
            site[indptr[r] + k] = pairs.site[begin + k]
            value[indptr[r] + k] = pairs.value[begin + k]
