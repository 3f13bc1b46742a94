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


def exchange_costs(
    instance: Instance, opened: BoolArray, *, coverage: bool, leaving: IntArray | None = None
) -> FloatArray:
    """(J,) least cost of the plan with one of its new sites exchanged for site j; +inf for sites that cannot open.

    Args:
        opened: (J,) open sites of the plan.
        coverage: count people beyond the standard; else person-minutes, unreachable people at twice the longest time.
        leaving: sites of the plan that may go; none: all new ones.
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
    best = np.full(instance.site_count, np.inf)
    for r in np.flatnonzero(opened & ~instance.existing) if leaving is None else leaving:
        left = np.where(near == r, second, first)
        saved = people[rows] * np.maximum(left[rows] - values, 0.0)
        best = np.minimum(best, people @ left - np.bincount(columns, weights=saved, minlength=best.size))
    best[opened | instance.existing | instance.forbidden] = np.inf
    return best


def _second(matrix: ImpedanceMatrix, opened: BoolArray, near: IntArray) -> FloatArray:
    """(I,) impedance of the second nearest open site, +inf without one."""
    others = matrix.keep(matrix.indices != near[matrix.rows])
    return others.nearest(opened)[1]
