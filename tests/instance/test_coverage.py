"""Rows that are equal, that contain others, that lie within others: against comparing each with each."""

from __future__ import annotations

import numpy as np
import pytest

from siting.impedance import ImpedanceMatrix
from siting.instance.coverage import (
    Sets,
    containing_another,
    first_same,
    first_same_within,
    lying_within_another,
    not_needed,
    reaches_any,
    sets_within,
)


def sets_of(flags: np.ndarray) -> Sets:
    indptr = np.concatenate([[0], np.cumsum(flags.sum(axis=1))]).astype(np.int64)
    return Sets(indptr, np.nonzero(flags)[1].astype(np.int32), flags.shape[1])


def random_flags(seed: int, rows: int = 30, columns: int = 7) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.random((rows, columns)) < rng.uniform(0.1, 0.6)


@pytest.mark.parametrize("seed", range(15))
def test_the_first_equal_row(seed: int) -> None:
    flags, apart = random_flags(seed), np.random.default_rng(seed).integers(0, 2, 30)
    seen: dict[tuple[bytes, int], int] = {}
    expected = [seen.setdefault((flags[i].tobytes(), int(apart[i])), i) for i in range(30)]
    assert first_same(sets_of(flags), apart).tolist() == expected
    alone = [next(k for k in range(30) if np.array_equal(flags[k], flags[i])) for i in range(30)]
    assert first_same(sets_of(flags)).tolist() == alone


@pytest.mark.parametrize("dtypes", [(np.int64, np.float64), (np.int32, np.float32)])
def test_within_a_limit(dtypes: tuple[type, type]) -> None:
    for seed in range(10):
        rng = np.random.default_rng(seed)
        dense = np.where(rng.random((40, 6)) < 0.7, rng.integers(0, 9, (40, 6)), np.inf)
        limit, wanted = rng.integers(0, 9, 40).astype(float), rng.random(6) < 0.4
        matrix = ImpedanceMatrix.from_dense(dense)
        arrays = matrix.indptr, matrix.indices.astype(dtypes[0]), matrix.values.astype(dtypes[1]), limit
        near = dense <= limit[:, None]
        rows = rng.permutation(40)[:12]
        found = sets_within(*arrays, rows, 6)
        assert [found.indices[a:b].tolist() for a, b in zip(found.indptr[:-1], found.indptr[1:], strict=True)] == [
            np.flatnonzero(near[i]).tolist() for i in rows
        ]
        assert np.array_equal(first_same_within(*arrays, 6), first_same(sets_of(near)))
        assert np.array_equal(reaches_any(*arrays, wanted), (near & wanted).any(axis=1))


def test_rows_by_the_hundred_thousand_are_shared_out() -> None:
    rng = np.random.default_rng(0)
    code = rng.integers(0, 500, 250_000)
    flags = (code[:, None] >> np.arange(9)) & 1 == 1
    first = first_same(sets_of(flags))
    assert np.array_equal(code[first], code)
    assert np.unique(first).size == np.unique(code).size


def test_sets_cut_turned_and_taken() -> None:
    flags = random_flags(3)
    sets, columns = sets_of(flags), np.arange(7) % 2 == 0
    assert np.array_equal(sets.transposed().indices, np.nonzero(flags.T)[1])
    assert sets.keep(columns).lengths.tolist() == (flags & columns).sum(axis=1).tolist()
    assert sets.take(np.array([4, 2])).lengths.tolist() == [flags[4].sum(), flags[2].sum()]


@pytest.mark.parametrize("seed", range(30))
def test_rows_that_another_implies(seed: int) -> None:
    rng = np.random.default_rng(seed)
    flags = random_flags(seed)
    target, hard = rng.integers(1, 3, 30), rng.random(30) < 0.6
    spare = containing_another(sets_of(flags), target, hard)
    kept = np.flatnonzero(~spare & hard)
    for k in range(30):
        others = [m for m in kept if m != k and not (flags[m] & ~flags[k]).any() and target[m] >= target[k]]
        filled = [m for m in others if flags[m].any()]
        assert spare[k] == bool(filled)


@pytest.mark.parametrize("seed", range(30))
def test_sites_that_another_outdoes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    flags = random_flags(seed, rows=8, columns=20)
    sets = sets_of(flags)
    kind, price = rng.integers(-1, 2, 20), rng.integers(0, 3, 20).astype(float)
    above = lying_within_another(sets, sets.transposed(), kind, price)
    for j in range(20):
        fit = [
            k
            for k in range(20)
            if k != j
            and kind[k] == kind[j] >= 0
            and price[k] <= price[j]
            and not (flags[:, j] & ~flags[:, k]).any()
            and (price[k] < price[j] or (flags[:, j] != flags[:, k]).any() or k < j)
        ]
        assert (above[j] >= 0) == bool(fit)
        assert above[j] < 0 or above[j] in fit
    least = np.array([3, 0])
    out = not_needed(sets, sets.transposed(), kind, price, least)
    assert not (out & (above < 0)).any()
    for k in (0, 1):
        mine = kind == k
        assert (mine & ~out).sum() >= min(least[k], mine.sum())
        if not least[k]:
            assert np.array_equal(out[mine], above[mine] >= 0)
