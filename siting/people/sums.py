"""Sums of arrays over groups of places."""

from __future__ import annotations

import numpy as np

from siting.impedance import FloatArray, IntArray


def sum_by(values: FloatArray, owner: IntArray, count: int) -> FloatArray:
    """(T, K, ...) values to (T, count, ...): sums over the K places of each owner; owner -1 is left out."""
    known = owner >= 0
    result = np.zeros((count, values.shape[0], *values.shape[2:]))
    np.add.at(result, owner[known], np.moveaxis(values, 1, 0)[known])
    return np.moveaxis(result, 0, 1)
