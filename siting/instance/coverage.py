"""Sets of sites that cover the same, more or less: rows of compressed sparse rows that are equal, that contain another
row, that lie within another.

For reductions of coverage models: demand points with the same set of sites within the standard are one, a site whose
points another site covers too is not needed.

Source: Toregas and ReVelle (1972), Papers of the Regional Science Association 28, reduction rules of set covering.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.machine.compiled import compiled
from siting.machine.threads import in_parts

PART = 100_000  # rows below which a thread is not worth its start
Columns = NDArray[np.signedinteger[Any]]  # 32 bits in `Sets`, either width in a matrix
Values = NDArray[np.floating[Any]]
Keys = NDArray[np.uint64]


@dataclass(frozen=True, eq=False)
class Sets:
    """K sets of the numbers 0..count-1, each ascending.

    Attributes:
        indptr: (K + 1,) where each set starts.
        indices: (nnz,) its members.
    """

    indptr: IntArray
    indices: Columns
    count: int

    @property
    def size(self) -> int:
        """K."""
        return int(self.indptr.size - 1)

    @property
    def lengths(self) -> IntArray:
        """(K,) members of each set."""
        return np.diff(self.indptr)

    def transposed(self) -> Sets:
        """For each number the sets that it is a member of."""
        return Sets(*_transpose(self.indptr, self.indices, self.count), self.size)

    def take(self, rows: IntArray) -> Sets:
        """Only these sets, in this order."""
        return Sets(*_take(self.indptr, self.indices, rows), self.count)

    def keep(self, columns: BoolArray) -> Sets:
        """The sets with only these members, which keep their numbers."""
        return Sets(*_keep(self.indptr, self.indices, columns), self.count)


def sets_within(
    indptr: IntArray, indices: Columns, values: Values, limit: FloatArray, rows: IntArray,
    count: int,
) -> Sets:  # fmt: skip
    """Of the given rows of a matrix the columns whose value is at most the row's limit (I,)."""
    return Sets(*_within(indptr, indices, values, limit, rows), count)


def first_same_within(
    indptr: IntArray,
    indices: Columns,
    values: Values,
    limit: FloatArray,
    count: int,
    apart: IntArray | None = None,
) -> IntArray:
    """(I,) the first row with the same set of columns whose value is at most the row's limit (I,).

    Args:
        count: of columns.
        apart: (I,) rows that differ in it are never the same.
    """
    n = indptr.size - 1
    apart = np.zeros(n, dtype=np.int64) if apart is None else apart
    keys = np.random.default_rng(0).integers(0, 2**64, size=(count + 1, 2), dtype=np.uint64)
    mark = np.empty((n, 2), dtype=np.uint64)
    in_parts(lambda a, b: _hash(indptr, indices, values, limit, apart, keys, mark, a, b), n, least=PART)
    first = first_of_equal(mark)
    same = np.empty(n, dtype=np.bool_)
    in_parts(lambda a, b: _compare(indptr, indices, values, limit, apart, first, same, a, b), n, least=PART)
    unlike = np.flatnonzero(~same)  # different sets with the same 128 bits: not seen yet
    first[unlike] = unlike
    return first


def reaches_any(indptr: IntArray, indices: Columns, values: Values, limit: FloatArray, columns: BoolArray) -> BoolArray:
    """(I,) whether some of these columns has a value within the row's limit (I,)."""
    found = np.zeros(indptr.size - 1, dtype=np.bool_)
    in_parts(lambda a, b: _reach(indptr, indices, values, limit, columns, found, a, b), found.size, least=PART)
    return found


def first_same(sets: Sets, apart: IntArray | None = None) -> IntArray:
    """(K,) the first equal set; sets that differ in `apart` (K,) are never equal."""
    none, limit = np.zeros(sets.indices.size, dtype=np.float32), np.zeros(sets.size)
    return first_same_within(sets.indptr, sets.indices, none, limit, sets.count, apart)


def containing_another(sets: Sets, target: IntArray, hard: BoolArray) -> BoolArray:
    """(K,) sets that are not needed: a hard one that asks for as much lies within. Of equal ones the first stays.

    Args:
        target: (K,) how many members each set asks for.
        hard: (K,) sets that must have as many as they ask for.
    """
    frequency = np.bincount(sets.indices, minlength=sets.count)
    order = np.lexsort((np.arange(sets.size), ~hard, -target, sets.lengths))
    return _containing(sets.indptr, sets.indices, target, hard, order, frequency)


def lying_within_another(sets: Sets, points: Sets, kind: IntArray, price: FloatArray) -> IntArray:
    """(J,) a site that covers all that a site covers, is of its kind and costs no more; -1 for none.

    Of sites that cover the same at the same price the first has none. Following the sites given leads to one that
    has none.

    Args:
        sets: (K,) the sites of each point.
        points: (J,) the points of each site: `sets` transposed.
        kind: (J,) sites of one kind may stand for each other; -1: stands for none and none for it.
        price: (J,) what a site costs.
    """
    return _lying_within(sets.indptr, sets.indices, points.indptr, points.indices, kind, price)


def not_needed(sets: Sets, points: Sets, kind: IntArray, price: FloatArray, least: IntArray) -> BoolArray:
    """(J,) sites that can be left out, since another of their kind covers as much and costs no more.

    Args:
        sets, points, kind, price: as `lying_within_another`.
        least: of each kind how many must stay: those that a plan may have to open beside the ones that cover.
    """
    out = lying_within_another(sets, points, kind, price) >= 0
    for k in np.flatnonzero(np.bincount(kind[out], minlength=least.size)):
        mine = kind == k
        lacking = min(int(least[k]), int(mine.sum())) - int((mine & ~out).sum())
        out[np.flatnonzero(mine & out)[: max(lacking, 0)]] = False
    return out


def first_of_equal(mark: Keys) -> IntArray:
    """(n,) the first row of `mark` (n, 2) with the same two numbers."""
    order = np.argsort(mark[:, 0], kind="stable")
    return _lead(mark, order)


@compiled
def _lead(mark: Keys, order: IntArray) -> IntArray:
    n = order.size
    first = np.empty(n, dtype=np.int64)
    begin = 0
    while begin < n:
        end = begin + 1
        while end < n and mark[order[end], 0] == mark[order[begin], 0]:
            end += 1
        for a in range(begin, end):
            i = order[a]
            first[i] = i
            for b in range(begin, a):
                if mark[order[b], 1] == mark[i, 1]:
                    first[i] = order[b]
                    break
        begin = end
    return first


@compiled
def _hash(
    indptr: IntArray, indices: Columns, values: Values, limit: FloatArray, apart: IntArray, keys: Keys, mark: Keys,
    begin: int, end: int,
) -> None:  # fmt: skip
    last = keys.shape[0] - 1
    for i in range(begin, end):
        one, two = np.uint64(apart[i]) * keys[last, 0], np.uint64(apart[i]) * keys[last, 1]
        for e in range(indptr[i], indptr[i + 1]):
            if values[e] <= limit[i]:
                one += keys[indices[e], 0]
                two += keys[indices[e], 1]
        mark[i, 0], mark[i, 1] = one, two


@compiled
def _compare(
    indptr: IntArray, indices: Columns, values: Values, limit: FloatArray, apart: IntArray, first: IntArray,
    same: BoolArray, begin: int, end: int,
) -> None:  # fmt: skip
    for i in range(begin, end):
        k = first[i]
        e, f = indptr[i], indptr[k]
        stop, last = indptr[i + 1], indptr[k + 1]
        equal = apart[i] == apart[k]
        while equal:
            while e < stop and values[e] > limit[i]:
                e += 1
            while f < last and values[f] > limit[k]:
                f += 1
            if e == stop or f == last:
                equal = e == stop and f == last
                break
            equal = indices[e] == indices[f]
            e += 1
            f += 1
        same[i] = equal


@compiled
def _reach(
    indptr: IntArray, indices: Columns, values: Values, limit: FloatArray, columns: BoolArray, found: BoolArray,
    begin: int, end: int,
) -> None:  # fmt: skip
    for i in range(begin, end):
        for e in range(indptr[i], indptr[i + 1]):
            if columns[indices[e]] and values[e] <= limit[i]:
                found[i] = True
                break


@compiled
def _containing(
    indptr: IntArray, indices: Columns, target: IntArray, hard: BoolArray, order: IntArray, frequency: IntArray
) -> BoolArray:
    """Each set against the needed hard ones that are no longer, each of which is filed under its rarest member."""
    count, size = frequency.size, order.size
    head, following = np.full(count, -1, dtype=np.int64), np.full(size, -1, dtype=np.int64)
    stamp = np.full(count, -1, dtype=np.int64)
    spare = np.zeros(size, dtype=np.bool_)
    for k in order:
        for e in range(indptr[k], indptr[k + 1]):
            stamp[indices[e]] = k
        for e in range(indptr[k], indptr[k + 1]):
            other = head[indices[e]]
            while other >= 0 and not spare[k]:
                if target[other] >= target[k]:
                    inside = True
                    for f in range(indptr[other], indptr[other + 1]):
                        if stamp[indices[f]] != k:
                            inside = False
                            break
                    spare[k] = inside
                other = following[other]
            if spare[k]:
                break
        if hard[k] and not spare[k] and indptr[k + 1] > indptr[k]:
            rarest = indices[indptr[k]]
            for e in range(indptr[k], indptr[k + 1]):
                if frequency[indices[e]] < frequency[rarest]:
                    rarest = indices[e]
            following[k] = head[rarest]
            head[rarest] = k
    return spare


@compiled
def _lying_within(
    row_start: IntArray, row_sites: Columns, start: IntArray, points: Columns, kind: IntArray, price: FloatArray
) -> IntArray:
    count, size = start.size - 1, row_start.size - 1
    above = np.full(count, -1, dtype=np.int64)
    stamp = np.full(count, -1, dtype=np.int64)
    left = np.empty(count, dtype=np.int64)
    for j in range(count):
        if kind[j] < 0:
            continue
        known = 0
        if start[j] == start[j + 1]:  # covers nothing: any site will do
            for k in range(count):
                left[known] = k
                known += 1
        else:
            rarest = points[start[j]]
            for e in range(start[j], start[j + 1]):
                k = points[e]
                if row_start[k + 1] - row_start[k] < row_start[rarest + 1] - row_start[rarest]:
                    rarest = k
            for e in range(row_start[rarest], row_start[rarest + 1]):
                left[known] = row_sites[e]
                known += 1
        mine = start[j + 1] - start[j]
        fit = 0
        for a in range(known):
            k = left[a]
            theirs = start[k + 1] - start[k]
            better = price[k] < price[j] or theirs > mine or k < j
            if k != j and kind[k] == kind[j] and price[k] <= price[j] and theirs >= mine and better:
                left[fit] = k
                fit += 1
        known = fit
        for e in range(start[j], start[j + 1]):
            if known == 0:
                break
            row = points[e]
            for f in range(row_start[row], row_start[row + 1]):
                stamp[row_sites[f]] = j * size + row
            fit = 0
            for a in range(known):
                if stamp[left[a]] == j * size + row:
                    left[fit] = left[a]
                    fit += 1
            known = fit
        if known:
            above[j] = left[0]
    return above


@compiled
def _within(
    indptr: IntArray, indices: Columns, values: Values, limit: FloatArray, rows: IntArray
) -> tuple[IntArray, Columns]:
    start = np.zeros(rows.size + 1, dtype=np.int64)
    for r in range(rows.size):
        i = rows[r]
        count = 0
        for e in range(indptr[i], indptr[i + 1]):
            count += values[e] <= limit[i]
        start[r + 1] = start[r] + count
    columns = np.empty(start[-1], dtype=np.int32)
    place = 0
    for r in range(rows.size):
        i = rows[r]
        for e in range(indptr[i], indptr[i + 1]):
            if values[e] <= limit[i]:
                columns[place] = indices[e]
                place += 1
    return start, columns


@compiled
def _transpose(indptr: IntArray, indices: Columns, count: int) -> tuple[IntArray, Columns]:
    start = np.zeros(count + 1, dtype=np.int64)
    for j in indices:
        start[j + 1] += 1
    for j in range(count):
        start[j + 1] += start[j]
    place = start[:-1].copy()
    rows = np.empty(indices.size, dtype=np.int32)
    for k in range(indptr.size - 1):
        for e in range(indptr[k], indptr[k + 1]):
            j = indices[e]
            rows[place[j]] = k
            place[j] += 1
    return start, rows


@compiled
def _take(indptr: IntArray, indices: Columns, rows: IntArray) -> tuple[IntArray, Columns]:
    start = np.zeros(rows.size + 1, dtype=np.int64)
    for r in range(rows.size):
        start[r + 1] = start[r] + indptr[rows[r] + 1] - indptr[rows[r]]
    columns = np.empty(start[-1], dtype=np.int32)
    for r in range(rows.size):
        columns[start[r] : start[r + 1]] = indices[indptr[rows[r]] : indptr[rows[r] + 1]]
    return start, columns


@compiled
def _keep(indptr: IntArray, indices: Columns, columns: BoolArray) -> tuple[IntArray, Columns]:
    start = np.zeros(indptr.size, dtype=np.int64)
    kept = np.empty(indices.size, dtype=np.int32)
    place = 0
    for k in range(indptr.size - 1):
        for e in range(indptr[k], indptr[k + 1]):
            if columns[indices[e]]:
                kept[place] = indices[e]
                place += 1
        start[k + 1] = place
    return start, kept[:place].copy()
