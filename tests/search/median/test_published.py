"""Published optima, the same answer every time, and what is left when the search is stopped."""

from __future__ import annotations

import os
import signal
import threading

import numpy as np
import pytest

from siting.impedance import ImpedanceMatrix
from siting.instance import Instance
from siting.machine.interrupt import stoppable
from siting.search.median import MedianProblem, median_problem, solve
from siting.solving.optimise import solve as solve_all
from siting.solving.solver import SolverOptions
from tests.benchmark_files import read_orlib


@pytest.mark.parametrize("number", [1, 9, 17, 25, 35, 39])
def test_a_graph_of_the_or_library_is_proven(number: int) -> None:
    instance, optima = read_orlib(number)
    outcome = solve_all(instance, "p_median", SolverOptions(time_limit_s=60)).outcome
    assert outcome.proven
    assert outcome.objective == optima["p_median"]


def _hard(points: int, sites: int, p: int) -> MedianProblem:
    rng = np.random.default_rng(2)
    instance = Instance.from_arrays(rng.random((points, sites)), p=p)
    return median_problem(instance, ("open_exactly_p",), "total_weighted_impedance")[0]


def test_the_same_answer_every_time() -> None:
    one, two = (solve(_hard(120, 50, 6), SolverOptions(node_limit=40)) for _ in range(2))
    assert one.open is not None
    assert two.open is not None
    assert np.array_equal(one.open, two.open)
    assert (one.bound, one.nodes) == (two.bound, two.nodes)


def test_ctrl_c_leaves_a_plan_and_a_bound() -> None:
    problem = _hard(600, 300, 8)
    told: list[tuple[float, float]] = []
    with stoppable():
        threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        answer = solve(problem, SolverOptions(time_limit_s=300), report=lambda *pair: told.append(pair))
    assert answer.by_clock
    assert answer.open is not None
    assert 0 < answer.bound < answer.objective
    assert answer.objective == pytest.approx(problem.objective(answer.open))


def test_numbers_of_32_bits_are_taken_as_they_are() -> None:
    rng = np.random.default_rng(6)
    t = rng.integers(1, 60, (40, 12))
    wide = Instance.from_arrays(t, p=3)
    narrow = ImpedanceMatrix(
        np.arange(41) * 12,
        np.tile(np.arange(12, dtype=np.int32), 40),  # type: ignore[arg-type]
        t.ravel().astype(np.float32),  # type: ignore[arg-type]
        (40, 12),
    )
    one = solve_all(wide, "p_median").outcome
    two = solve_all(Instance.from_arrays(narrow, p=3), "p_median").outcome
    assert one.proven
    assert two.proven
    assert one.objective == two.objective


def test_a_start_and_a_gap_are_kept() -> None:
    problem = _hard(120, 50, 6)
    start = np.arange(50) < 6
    answer = solve(problem, SolverOptions(gap=0.2), start=start)
    assert answer.objective <= problem.objective(start)
    assert answer.objective - answer.bound <= 0.2 * answer.objective
