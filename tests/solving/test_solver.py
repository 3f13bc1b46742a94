from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import highspy
import numpy as np
import pyomo.environ as pyo
import pytest
from scipy.sparse import csc_array, csr_array

from siting.errors import InputError
from siting.events import Event
from siting.formulation.arrays import build_program
from siting.formulation.compose import build_model, load_formulation
from siting.instance import Instance
from siting.solution import Status
from siting.solving.solver import QuietHighs, SolverOptions, hand_over, solve_model, solver_version
from tests.formulation.small import random_instance


def knapsack(*, maximise: bool = True, constant: float = 0.0) -> pyo.ConcreteModel:
    model = pyo.ConcreteModel()
    model.x = pyo.Var(range(3), domain=pyo.Binary)
    model.room = pyo.Constraint(expr=3 * model.x[0] + 4 * model.x[1] + 5 * model.x[2] <= 7)
    value = 4 * model.x[0] + 5 * model.x[1] + 6 * model.x[2] + constant
    model.objective = pyo.Objective(
        expr=value if maximise else -value, sense=pyo.maximize if maximise else pyo.minimize
    )
    return model


def hard_instance() -> Instance:
    rng = np.random.default_rng(7)
    return Instance.from_arrays(rng.random((150, 60)) * 10, rng.integers(1, 9, 150), p=8)


def hard_model() -> pyo.ConcreteModel:
    return build_model(load_formulation("p_median"), hard_instance())


@pytest.mark.parametrize("maximise", [True, False])
def test_sense_and_constant(maximise: bool) -> None:
    model = knapsack(maximise=maximise, constant=100.0)
    outcome = solve_model(model)
    sign = 1 if maximise else -1
    assert outcome.status is Status.OPTIMAL
    assert outcome.objective == pytest.approx(sign * 109)
    assert outcome.bound == pytest.approx(sign * 109)
    assert outcome.sense == ("maximize" if maximise else "minimize")
    assert [model.x[k].value for k in range(3)] == [1, 1, 0]
    assert outcome.gap == 0
    assert outcome.proven
    assert outcome.solver == "HiGHS"
    assert outcome.version == solver_version()
    assert outcome.version.count(".") == 2


def test_a_linear_programme() -> None:
    model = pyo.ConcreteModel()
    model.x = pyo.Var(bounds=(0, None))
    model.low = pyo.Constraint(expr=2 * model.x >= 3)
    model.objective = pyo.Objective(expr=model.x + 1)
    outcome = solve_model(model)
    assert outcome.objective == pytest.approx(2.5)
    assert outcome.bound == pytest.approx(2.5)
    assert outcome.proven


def test_equality_and_range() -> None:
    model = pyo.ConcreteModel()
    model.x = pyo.Var(range(2), bounds=(0, 10))
    model.sum = pyo.Constraint(expr=model.x[0] + model.x[1] == 7)
    model.range = pyo.Constraint(expr=(2, model.x[0], 3))
    model.objective = pyo.Objective(expr=model.x[0], sense=pyo.maximize)
    assert solve_model(model).objective == pytest.approx(3)


def test_infeasible() -> None:
    model = knapsack()
    model.much = pyo.Constraint(expr=sum(model.x[k] for k in range(3)) >= 3)
    outcome = solve_model(model)
    assert outcome.status is Status.INFEASIBLE
    assert outcome.objective is None
    assert outcome.label_en == "infeasible"


def test_infeasible_before_the_solver_sees_it() -> None:
    model = knapsack()
    model.y = pyo.Var(bounds=(0, 1))
    model.y.fix(0)
    model.never = pyo.Constraint(expr=model.y >= 1)
    assert solve_model(model).status is Status.INFEASIBLE


@pytest.mark.parametrize("whole", [True, False])
def test_unbounded_is_an_error_not_a_plan(whole: bool) -> None:
    model = pyo.ConcreteModel()
    model.x = pyo.Var(domain=pyo.NonNegativeIntegers if whole else pyo.NonNegativeReals)
    model.row = pyo.Constraint(expr=model.x >= 1)
    model.objective = pyo.Objective(expr=model.x, sense=pyo.maximize)
    outcome = solve_model(model)
    assert outcome.status is Status.ERROR
    assert outcome.objective is None


def test_an_empty_model_is_worth_its_constant() -> None:
    model = pyo.ConcreteModel()
    model.objective = pyo.Objective(expr=42.0)
    outcome = solve_model(model)
    assert outcome.status is Status.OPTIMAL
    assert outcome.objective == 42
    assert outcome.proven


def test_variables_without_rows() -> None:
    model = pyo.ConcreteModel()
    model.x = pyo.Var(range(3), domain=pyo.Binary)
    model.objective = pyo.Objective(expr=model.x[0] - model.x[1] + 5)
    assert solve_model(model).objective == 4


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
@pytest.mark.parametrize("place", ["objective", "constraint", "right"])
def test_a_coefficient_that_is_no_number_is_refused(place: str, bad: float) -> None:
    model = pyo.ConcreteModel()
    model.x = pyo.Var(range(2), domain=pyo.Binary)
    model.row = pyo.Constraint(
        expr=(bad if place == "constraint" else 1.0) * model.x[0] + model.x[1] >= (bad if place == "right" else 1.0)
    )
    model.objective = pyo.Objective(expr=(bad if place == "objective" else 1.0) * model.x[0] + model.x[1])
    with pytest.raises((InputError, ValueError, ArithmeticError)):
        solve_model(model)


def test_the_time_limit_is_kept_and_the_bound_travels_along() -> None:
    begin = time.perf_counter()
    outcome = solve_model(hard_model(), SolverOptions(time_limit_s=1.0))
    assert time.perf_counter() - begin < 4
    assert outcome.status is Status.TIME_LIMIT
    assert outcome.objective is not None
    assert outcome.bound is not None
    assert outcome.bound < outcome.objective
    assert outcome.gap is not None
    assert outcome.gap > 0
    assert not outcome.proven


def test_the_limit_of_nodes_stops_the_search_with_its_own_word() -> None:
    one, two = (solve_model(hard_model(), SolverOptions(time_limit_s=60, node_limit=1)) for _ in range(2))
    assert one.status is Status.NODE_LIMIT
    assert one.bound is not None
    assert one.objective is not None
    assert one.bound < one.objective
    assert (one.objective, one.bound) == (two.objective, two.bound)
    assert one.label_en.startswith("within ")


def test_no_time_no_solution() -> None:
    outcome = solve_model(hard_model(), SolverOptions(time_limit_s=1e-9))
    assert outcome.status is Status.NO_SOLUTION
    assert outcome.objective is None
    assert outcome.gap is None


def test_a_start_is_used() -> None:
    model = hard_model()
    for j in model.J:
        model.y[j].set_value(1 if j < 8 else 0)
    nearest, _ = hard_instance().impedance.nearest(np.arange(60) < 8)
    for i, j in model.A:
        model.x[i, j].set_value(1.0 if nearest[i] == j else 0.0)
    worth = pyo.value(model.objective)
    outcome = solve_model(model, SolverOptions(time_limit_s=0.02), use_start=True)
    assert outcome.objective is not None
    assert outcome.objective <= worth + 1e-6


def test_more_threads_after_fewer() -> None:
    assert solve_model(knapsack(), SolverOptions(threads=1)).status is Status.OPTIMAL
    assert solve_model(knapsack(), SolverOptions(threads=2)).status is Status.OPTIMAL
    assert solve_model(knapsack(), SolverOptions(threads=1)).status is Status.OPTIMAL


def test_it_runs_outside_the_main_thread() -> None:
    found = []
    thread = threading.Thread(target=lambda: found.append(solve_model(knapsack())))
    thread.start()
    thread.join()
    assert found[0].objective == pytest.approx(9)


def test_progress_has_incumbent_bound_and_gap() -> None:
    heard: list[Event] = []
    solve_model(hard_model(), SolverOptions(time_limit_s=2), listener=heard.append)
    assert heard
    last = heard[-1].data
    assert set(last) == {"incumbent", "bound", "gap", "nodes"}
    assert isinstance(last["incumbent"], float)


def test_nothing_reaches_the_console() -> None:
    code = (
        "from tests.solving.test_solver import knapsack\n"
        "from siting.solving.solver import solve_model\n"
        "solve_model(knapsack(), listener=lambda e: None)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    assert done.stderr == ""


@pytest.mark.skipif(os.name == "nt", reason="a signal cannot be sent to oneself in this way on Windows")
def test_ctrl_c_gives_the_best_so_far() -> None:
    before = signal.getsignal(signal.SIGINT)
    heard: list[Event] = []

    def press(event: Event) -> None:
        if not heard:  # it is being solved: before that Ctrl-C ends the program
            os.kill(os.getpid(), signal.SIGINT)
        heard.append(event)

    outcome = solve_model(hard_model(), SolverOptions(time_limit_s=600), listener=press)
    assert heard
    assert outcome.status is Status.TIME_LIMIT
    assert outcome.objective is not None
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("seed", range(10))
def test_rows_held_back_change_nothing(seed: int) -> None:
    """Also where no other row implies them, as without capacities."""
    for name in ("p_median", "capacitated_p_median"):
        formulation = load_formulation(name)
        instance = random_instance(seed, points=15, sites=8, capacity=True, plain=True)
        whole = solve_model(build_model(formulation, instance))
        model = build_model(formulation, instance)
        outcome = solve_model(model, hold_back=("assign_only_to_open",))
        assert outcome.status is whole.status
        if whole.objective is not None:
            assert outcome.objective == pytest.approx(whole.objective, abs=1e-6)
            assert all(model.x[i, j].value <= model.y[j].value + 1e-5 for i, j in model.A)


def test_a_solution_that_breaks_held_back_rows_is_no_plan() -> None:
    outcome = solve_model(hard_model(), SolverOptions(time_limit_s=0.05), hold_back=("assign_only_to_open",))
    assert outcome.status is Status.NO_SOLUTION
    assert outcome.objective is None


@pytest.mark.parametrize("relaxed", [False, True])
def test_the_solver_holds_exactly_the_programme(relaxed: bool) -> None:
    program = build_program(load_formulation("fixed_charge"), random_instance(3, p=None), constant=5.0).program
    rows = np.arange(program.row_lower.size) % 3 > 0
    for chosen, part in ((None, slice(None)), (rows, rows)):
        highs = QuietHighs()
        hand_over(highs, program, chosen, relaxed=relaxed)
        held = highs.getLp()
        arrays = (held.a_matrix_.value_, held.a_matrix_.index_, held.a_matrix_.start_)
        shape = (program.row_lower[part].size, program.cost.size)
        by_columns = held.a_matrix_.format_ == highspy.MatrixFormat.kColwise
        matrix = csr_array((csc_array if by_columns else csr_array)(arrays, shape=shape))
        assert (matrix != program.matrix[part]).nnz == 0
        for mine, theirs in (
            (program.cost, held.col_cost_),
            (program.lower, held.col_lower_),
            (program.upper, held.col_upper_),
            (program.row_lower[part], held.row_lower_),
            (program.row_upper[part], held.row_upper_),
        ):
            assert np.array_equal(mine, theirs)
        whole = [kind == highspy.HighsVarType.kInteger for kind in held.integrality_]
        assert whole == (program.whole & (not relaxed)).tolist()
        assert (held.offset_, held.sense_) == (program.offset, highspy.ObjSense.kMinimize)
