"""The pairs of each demand point in ascending order of cost, cut off where no good plan goes.

Bounds and moves look only at the nearest sites of a demand point. What a list leaves out costs at least its `cap`:
multipliers kept at or below `cap` therefore give bounds that hold for the whole question.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.machine.compiled import compiled
from siting.machine.threads import in_parts

SAMPLE = 64  # pairs of a row from which the length of its list is guessed
PART = 5_000  # rows below which a thread is not worth while
Int32Array = NDArray[np.int32]


class Pairs(NamedTuple):
    """Admissible pairs as compressed rows; the cost of a pair is weight x value.

    Attributes:
        indptr: (I + 1,) row starts, int64.
        site: (nnz,) site of each pair, int32 or int64.
        value: (nnz,) float64, float32 or int32.
        weight: (I,) float64.
        outside: (I,) value of reaching no open site, float64; +inf where a demand point must reach one.
    """

    indptr: IntArray
    site: NDArray[np.signedinteger]
    value: NDArray[np.number]
    weight: FloatArray
    outside: FloatArray


class Lists(NamedTuple):
    """Sorted pairs by demand point.

    Attributes:
        indptr: (I + 1,) list starts.
        site: (nnz',) site of each pair.
        cost: (nnz',) ascending within a list.
        cap: (I,) neither a pair outside the list nor reaching no site costs less; +inf where the list holds all pairs
            and some site must be reached.
        reach: (I,) how many sites the demand point reaches, listed or not, for less than it costs to reach none.
    """

    indptr: IntArray
    site: Int32Array
    cost: FloatArray
    cap: FloatArray
    reach: IntArray


class Columns(NamedTuple):
    """The pairs of `Lists` by site.

    Attributes:
        indptr: (J + 1,) column starts.
        row: (nnz',) demand point of each pair, ascending within a column.
        cost: (nnz',).
    """

    indptr: IntArray
    row: Int32Array
    cost: FloatArray


def sorted_lists(pairs: Pairs, may: BoolArray, most: int, threads: int | None = 1) -> Lists:
    """Lists over the sites `may` (J,), of about `most` pairs at least where a row has more than twice as many."""
    n = pairs.weight.size
    limit, count, reach = np.empty(n), np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    in_parts(lambda a, b: _measure(pairs, may, most, a, b, limit, count, reach), n, least=PART, threads=threads)
    indptr = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(count, out=indptr[1:])
    lists = Lists(indptr, np.empty(indptr[-1], dtype=np.int32), np.empty(indptr[-1]), np.empty(n), reach)
    in_parts(lambda a, b: _fill(pairs, may, limit, a, b, lists), n, least=PART, threads=threads)
    return lists


def by_site(lists: Lists, site_count: int) -> Columns:
    """The same pairs by site."""
    indptr = np.zeros(site_count + 1, dtype=np.int64)
    np.cumsum(np.bincount(lists.site, minlength=site_count), out=indptr[1:])
    columns = Columns(indptr, np.empty(lists.site.size, dtype=np.int32), np.empty(lists.site.size))
    _transpose(lists, columns)
    return columns


@compiled
def _measure(
    pairs: Pairs,
    may: BoolArray,
    most: int,
    begin: int,
    end: int,
    limit: FloatArray,
    count: IntArray,
    reach: IntArray,
) -> None:
    """The value up to which each row's pairs are listed, and how many they are."""
    buffer = np.empty(may.size)
    sample = np.empty(SAMPLE)
    for i in range(begin, end):
        size = 0
        for k in range(pairs.indptr[i], pairs.indptr[i + 1]):
            if may[pairs.site[k]] and pairs.value[k] < pairs.outside[i]:
                buffer[size] = pairs.value[k]
                size += 1
        limit[i] = np.inf
        count[i] = reach[i] = size
        if size <= 2 * most:
            continue
        for s in range(SAMPLE):
            sample[s] = buffer[(s * size) // SAMPLE]
        sample.sort()
        place = (most * SAMPLE) // size + 2
        while place < SAMPLE:
            inside = 0
            for k in range(size):
                if buffer[k] <= sample[place]:
                    inside += 1
            if inside >= most:
                limit[i] = sample[place]
                count[i] = inside
                break
            place = 2 * place


@compiled
def _fill(pairs: Pairs, may: BoolArray, limit: FloatArray, begin: int, end: int, lists: Lists) -> None:
    site = np.empty(may.size, np.int32)
    value = np.empty(may.size)
    for i in range(begin, end):
        size, beyond = 0, pairs.outside[i]
        for k in range(pairs.indptr[i], pairs.indptr[i + 1]):
            j, t = pairs.site[k], pairs.value[k]
            if not may[j] or t >= pairs.outside[i]:
                continue
            if t <= limit[i]:
                site[size] = j
                value[size] = t
                size += 1
            elif t < beyond:
                beyond = t
        order = np.argsort(value[:size], kind="mergesort")
        start = lists.indptr[i]
        for k in range(size):
            lists.site[start + k] = site[order[k]]
            lists.cost[start + k] = pairs.weight[i] * value[order[k]]
        lists.cap[i] = np.inf if beyond == np.inf else pairs.weight[i] * beyond


@compiled
def _transpose(lists: Lists, columns: Columns) -> None:
    place = columns.indptr[:-1].copy()
    for i in range(lists.cap.size):
        for k in range(lists.indptr[i], lists.indptr[i + 1]):
            j = lists.site[k]
            columns.row[place[j]] = i
            columns.cost[place[j]] = lists.cost[k]
            place[j] += 1
