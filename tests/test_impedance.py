from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from siting.impedance import ImpedanceMatrix

dense_matrices = arrays(
    np.float64,
    st.tuples(st.integers(1, 6), st.integers(1, 6)),
    elements=st.one_of(st.just(np.inf), st.integers(0, 9).map(float)),
)


@given(dense_matrices)
def test_dense_and_back(dense: np.ndarray) -> None:
    matrix = ImpedanceMatrix.from_dense(dense)
    np.testing.assert_array_equal(matrix.dense(), dense)
    assert matrix.pair_count == np.isfinite(dense).sum()


@settings(deadline=None)  # compiled on first use
@given(dense_matrices, st.data())
def test_nearest_is_the_row_minimum_over_open_sites(dense: np.ndarray, data: st.DataObject) -> None:
    is_open = np.array(data.draw(st.lists(st.booleans(), min_size=dense.shape[1], max_size=dense.shape[1])))
    column, value = ImpedanceMatrix.from_dense(dense).nearest(is_open)
    for i in range(dense.shape[0]):
        best = min((dense[i, j], j) for j in range(dense.shape[1]) if is_open[j]) if is_open.any() else (np.inf, -1)
        assert value[i] == best[0]
        assert column[i] == (best[1] if np.isfinite(best[0]) else -1)


@given(dense_matrices, st.data())
def test_select_equals_fancy_indexing(dense: np.ndarray, data: st.DataObject) -> None:
    rows = np.array(data.draw(st.permutations(range(dense.shape[0]))), dtype=np.int64)[:3]
    columns = np.array(data.draw(st.permutations(range(dense.shape[1]))), dtype=np.int64)[:4]
    part = ImpedanceMatrix.from_dense(dense).select(rows, columns)
    np.testing.assert_array_equal(part.dense(), dense[np.ix_(rows, columns)])


def test_zero_is_a_value_and_not_unreachable() -> None:
    matrix = ImpedanceMatrix.from_dense([[0.0, np.nan]])
    assert matrix.pair_count == 1
    assert matrix.nearest(np.array([True, True]))[1][0] == 0.0


def test_a_repeated_pair_keeps_its_smallest_value() -> None:
    matrix = ImpedanceMatrix.from_pairs([0, 0], [1, 1], [5.0, 3.0], (1, 2))
    assert matrix.dense()[0, 1] == 3.0
    assert matrix.pair_count == 1


@pytest.mark.parametrize("values", [[-1.0], [np.nan], [np.inf]])
def test_values_that_are_no_impedance_are_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="finite and not negative"):
        ImpedanceMatrix.from_pairs([0], [0], values, (1, 1))


def test_a_pair_outside_the_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        ImpedanceMatrix.from_pairs([0], [2], [1.0], (1, 2))


def test_keep_drops_pairs_and_no_rows() -> None:
    matrix = ImpedanceMatrix.from_dense([[1.0, 2.0], [3.0, 4.0]])
    part = matrix.keep(matrix.values > 2)
    assert part.shape == (2, 2)
    assert part.row(0)[0].size == 0
    assert list(part.row(1)[1]) == [3.0, 4.0]
