"""A linear programme that stays open."""

import math

import numpy as np
import pytest
from scipy.sparse import csr_array

from siting.formulation.program import Program
from siting.solving.open_program import OpenProgram


def _program() -> Program:
    """Minimise 2 x + 3 y with x + y >= 4, 0 <= x <= 3, 0 <= y <= 5."""
    return Program(
        cost=np.array([2.0, 3.0]),
        offset=1.0,
        maximise=False,
        lower=np.zeros(2),
        upper=np.array([3.0, 5.0]),
        whole=np.ones(2, dtype=bool),
        matrix=csr_array(np.ones((1, 2))),
        row_lower=np.array([4.0]),
        row_upper=np.array([math.inf]),
    )


def test_optimum_with_its_prices() -> None:
    solved = OpenProgram(_program()).solve()
    assert solved.state == "optimal"
    assert solved.objective == pytest.approx(10)
    assert solved.values == pytest.approx([3, 1])
    assert solved.row_duals == pytest.approx([3])
    assert solved.reduced_costs == pytest.approx([-1, 0])


def test_rows_come_and_go() -> None:
    program = OpenProgram(_program())
    program.solve()
    program.add_rows(csr_array([[1.0, 0.0]]), np.array([-math.inf]), np.array([2.0]))
    assert program.row_count == 2
    assert program.solve().objective == pytest.approx(11)
    program.delete_rows(np.array([1]))
    assert program.solve().objective == pytest.approx(10)


def test_columns_are_fixed_and_priced() -> None:
    program = OpenProgram(_program())
    program.bound_columns(np.array([0]), np.array([0.0]), np.array([0.0]))
    assert program.solve().objective == pytest.approx(13)
    program.price_columns(np.array([1]), np.array([1.0]))
    assert program.solve().objective == pytest.approx(5)
    program.bound_columns(np.array([1]), np.array([0.0]), np.array([1.0]))
    assert program.solve().state == "infeasible"


def test_beyond_a_limit_is_enough() -> None:
    program = OpenProgram(_program())
    assert program.solve(limit=20).objective == pytest.approx(10)
    program.bound_columns(np.array([0]), np.array([0.0]), np.array([0.0]))
    assert program.solve(limit=12).state in ("above_limit", "optimal")
    assert program.solve(limit=20).objective == pytest.approx(13)
