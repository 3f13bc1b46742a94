"""Relaxations: exact, rough, and stopped."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from scipy.sparse import csr_array

from siting.formulation.program import Program
from siting.solving import linear


def _cover(rng: np.random.Generator, rows: int, columns: int) -> Program:
    """Least cost at which random columns in [0, 1] cover every row once."""
    dense = (rng.random((rows, columns)) < 8 / columns).astype(float)
    dense[np.arange(rows), np.arange(rows) % columns] = 1.0
    return Program(
        cost=rng.integers(1, 50, columns).astype(float), offset=0.0, maximise=False, lower=np.zeros(columns),
        upper=np.ones(columns), whole=np.ones(columns, dtype=bool), matrix=csr_array(dense), row_lower=np.ones(rows),
        row_upper=np.full(rows, np.inf),
    )  # fmt: skip


def _bound(program: Program, prices: np.ndarray) -> float:
    """What prices of the rows prove: the Lagrangian, whatever the prices."""
    prices = np.maximum(prices, 0.0)
    reduced = program.cost - program.matrix.T @ prices
    return float(prices @ program.row_lower + np.minimum(reduced, 0.0) @ program.upper)


@pytest.mark.parametrize("seed", range(4))
def test_rough_prices_bound_nearly_as_well_as_exact_ones(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    program = _cover(np.random.default_rng(seed), 300, 200)
    exact = linear.relax(program)
    assert exact is not None
    monkeypatch.setattr(linear, "LARGE", 0)
    rough = linear.relax(program, roughly=True)
    assert rough is not None
    assert _bound(program, exact.prices) == pytest.approx(exact.objective, rel=1e-7)
    told = _bound(program, rough.prices)
    assert told <= exact.objective * (1 + 1e-9)
    assert told >= exact.objective * (1 - 20 * linear.ROUGH)


def test_a_small_programme_is_solved_exactly_even_where_rough_would_do() -> None:
    program = _cover(np.random.default_rng(7), 100, 80)
    exact, rough = linear.relax(program), linear.relax(program, roughly=True)
    assert exact is not None
    assert rough is not None
    assert rough.objective == exact.objective


class Deaf:
    """A solver that runs until it is let go, whoever asks it to stop."""

    def __init__(self) -> None:
        self.go = threading.Event()

    def run(self) -> None:
        self.go.wait(300.0)


def test_ctrl_c_does_not_wait_for_a_solver_that_asks_nobody() -> None:
    deaf, asked = Deaf(), threading.Event()
    threading.Timer(0.2, asked.set).start()
    assert not linear._run_aside(deaf, asked)
    assert not deaf.go.is_set()  # it is still running
    deaf.go.set()


def test_a_solver_that_comes_to_its_end_is_waited_for() -> None:
    deaf, asked = Deaf(), threading.Event()
    threading.Timer(0.2, deaf.go.set).start()
    assert linear._run_aside(deaf, asked)


def test_no_prices_where_time_does_not_suffice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear, "LARGE", 0)
    monkeypatch.setattr(linear, "ROUGH", 1e-10)
    program = _cover(np.random.default_rng(3), 2000, 1600)
    assert linear.relax(program, time_limit_s=0.01, roughly=True) is None


def test_nothing_is_printed(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(linear, "LARGE", 0)
    assert linear.relax(_cover(np.random.default_rng(1), 300, 200), roughly=True) is not None
    assert capfd.readouterr() == ("", "")
