"""One choice of sites for several futures, as rows."""

from __future__ import annotations

import numpy as np

from siting.formulation.arrays.numbers import Numbers
from siting.formulation.arrays.parts import At, Rows, array_form, rows


@array_form
def bound_regret(data: Numbers, at: At) -> Rows:
    """w, less the sum of a_i t_ij x_ij over I_k, >= -zeta_k."""
    assert data.instance.future_best is not None
    future = np.arange(data.future_count)
    spent = (data.future_of[data.i], at["x"], -data.a[data.i] * data.t)
    return rows((future, at["w"], 1), spent, count=future.size, lower=-data.instance.future_best, index=(future,))


@array_form
def bound_coverage_regret(data: Numbers, at: At) -> Rows:
    """W plus the sum of a_i z_i over I_k >= zeta_k."""
    assert data.instance.future_best is not None
    future = np.arange(data.future_count)
    covered = (data.future_of, at["z"], data.a)
    return rows((future, at["wc"], 1), covered, count=future.size, lower=data.instance.future_best, index=(future,))
