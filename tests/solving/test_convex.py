from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from siting.formulation.program import Program
from siting.impedance import FloatArray
from siting.solving.convex import solve_convex
from siting.solving.solver import SolverOptions

OPTIONS = SolverOptions()


def program(cost: list[float], row: list[float], right: float, *, upper: float = np.inf) -> Program:
    """One row, row x >= right, and 0 <= x <= upper."""
    n = len(cost)
    return Program(
        cost=np.array(cost), offset=0.0, maximise=False, lower=np.zeros(n), upper=np.full(n, upper),
        whole=np.zeros(n, dtype=bool), matrix=csr_array(np.array([row])), row_lower=np.array([right]),
        row_upper=np.array([np.inf]),
    )  # fmt: skip


def test_a_quadratic_programme_by_hand() -> None:
    """Min x^2 + 2 y^2 with x + y >= 3: x = 2, y = 1, and one more on the right costs 4."""
    found = solve_convex(program([0.0, 0.0], [1.0, 1.0], 3.0), np.diag([2.0, 4.0]), OPTIONS)
    assert found is not None
    assert found.optimal
    assert found.values == pytest.approx([2.0, 1.0])
    assert found.row_dual == pytest.approx([4.0])


def test_terms_of_two_columns_count_from_both_sides() -> None:
    """Min (x - y)^2 + x with x + y >= 2 and y <= 1: x = y = 1."""
    hessian: FloatArray = np.array([[2.0, -2.0], [-2.0, 2.0]])
    found = solve_convex(program([1.0, 0.0], [1.0, 1.0], 2.0, upper=1.0), hessian, OPTIONS)
    assert found is not None
    assert found.values == pytest.approx([1.0, 1.0], abs=1e-6)


def test_without_a_hessian_it_is_linear_and_the_duals_price_the_row() -> None:
    found = solve_convex(program([2.0, 3.0], [1.0, 2.0], 4.0), None, OPTIONS)
    assert found is not None
    assert found.values == pytest.approx([0.0, 2.0])
    assert found.row_dual == pytest.approx([1.5])


def test_what_cannot_be_is_not_called_optimal() -> None:
    found = solve_convex(program([1.0, 1.0], [1.0, 1.0], 4.0, upper=1.0), None, OPTIONS)
    assert found is None or not found.optimal
