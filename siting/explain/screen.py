"""A quick look at single exchanges: which are worth a search of their own, and which of equally good ones is nearest.

For each site r of the plan that could go and each candidate k, the cost if everybody goes to the nearest of the open
sites without r and with k; capacities and money are not looked at. It orders the questions, and proposes exchanges
that are verified before they count; the answers come from solving again.

Source: the interchange of Teitz and Bart (1968), Operations Research 16(5).
"""

from __future__ import annotations

import numpy as np

from siting.impedance import BoolArray, FloatArray, ImpedanceMatrix, IntArray
from siting.instance import Instance


def exchange_costs(instance: Instance, opened: BoolArray, *, coverage: bool) -> FloatArray:
    """(R, J) cost of the plan with its r-th new site exchanged for site j; +inf for sites that cannot open.

    Args:
        opened: (J,) open sites of the plan, R of them new.
        coverage: count people beyond the standard; else person-minutes, unreachable people at twice the longest time.
    """
    matrix = instance.impedance
    if coverage and instance.standard is not None:
        matrix = matrix.keep(matrix.values <= instance.standard[matrix.rows])
        values, far = np.zeros(matrix.pair_count), 1.0
    else:
        values, far = matrix.values, 2.0 * float(matrix.values.max(initial=1.0))
    matrix = ImpedanceMatrix(matrix.indptr, matrix.indices, values, matrix.shape, matrix.unit)
    near, first = matrix.nearest(opened)
    second = np.minimum(_second(matrix, opened, near), far)
    first = np.minimum(first, far)
    rows, columns, people = matrix.rows, matrix.indices, instance.demand
    leaving = np.flatnonzero(opened & ~instance.existing)
    costs = np.full((leaving.size, instance.site_count), np.inf)
    for number, r in enumerate(leaving):
        left = np.where(near == r, second, first)
        saved = people[rows] * np.maximum(left[rows] - values, 0.0)
        costs[number] = people @ left - np.bincount(columns, weights=saved, minlength=costs.shape[1])
    costs[:, opened | instance.existing | instance.forbidden] = np.inf
    return costs


def _second(matrix: ImpedanceMatrix, opened: BoolArray, near: IntArray) -> FloatArray:
    """(I,) impedance of the second nearest open site, +inf without one."""
    others = matrix.keep(matrix.indices != near[matrix.rows])
    return others.nearest(opened)[1]
