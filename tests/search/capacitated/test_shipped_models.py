"""The shipped models with capacities through `solve`: the search answers, and its labels say what is proven."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from siting.errors import SitingError
from siting.instance import Instance
from siting.search.capacitated.adapter import ENGINE
from siting.solution import Solution, Status
from siting.solving.optimise import solve
from siting.solving.solver import SolverOptions
from tests.formulation.every_model import optimum, question
from tests.search.capacitated.test_search import drawn, searched

MODELS = [
    "capacitated_p_median",
    "capacitated_fixed_charge",
    "capacitated_maximal_covering",
    "capacitated_set_covering",
    "sized_p_median",
]


def solved(model: str, instance: Instance, **limits: Any) -> Solution | None:
    try:
        return solve(instance, model, SolverOptions(**limits), diagnose=False)
    except SitingError:
        return None


@pytest.mark.parametrize("conditions", [False, True])
@pytest.mark.parametrize("model", MODELS)
def test_every_shipped_model_is_solved_by_the_search(model: str, conditions: bool) -> None:
    plans = 0
    for seed in range(5):
        instance = question(model, seed, conditions=conditions)
        best, solution = optimum(model, instance), solved(model, instance)
        assert (best is None) == (solution is None)
        if best is None or solution is None:
            continue
        plans += 1
        outcomes = (solution.outcome, *solution.outcome.then)
        assert all(outcome.solver == ENGINE and outcome.proven for outcome in outcomes)
        assert [outcome.objective for outcome in outcomes] == pytest.approx(list(best), rel=1e-6, abs=1e-6)
    assert plans or conditions


def test_p_sites_open_even_where_fewer_would_do() -> None:
    instance = Instance.from_arrays(
        [[0.0, 5.0, 6.0, 7.0]], [3.0], capacity=10.0, existing=[True, False, False, False], p=2
    )
    found = searched("capacitated_p_median", instance)
    assert found.open is not None
    assert found.open.sum() == 3
    assert found.bound == found.objective == 0.0


def test_a_budget_below_the_cost_of_one_site_opens_none() -> None:
    instance = Instance.from_arrays(
        [[4.0, 1.0]], [3.0], capacity=10.0, fixed_cost=[0.0, 5.0], existing=[True, False], budget=4.0
    )
    found = searched("capacitated_p_median", instance)
    assert found.open is not None
    assert found.open.tolist() == [True, False]
    assert found.bound == pytest.approx(12.0)


def test_a_demand_point_out_of_reach_leaves_no_plan() -> None:
    instance = Instance.from_arrays([[np.inf, 1.0], [2.0, np.inf]], [1.0, 0.0], capacity=5.0, p=1)
    found = searched("capacitated_p_median", instance)
    assert found.open is None
    assert found.bound == math.inf


def test_a_plan_that_misses_a_zone_minimum_is_no_plan() -> None:
    instance = Instance.from_arrays(
        [[1.0, 2.0]], [10.0], capacity=[5.0, 20.0], site_zone=["a", "b"], zone_minimum={"a": 1}, p=1
    )
    found = searched("capacitated_p_median", instance)  # only b holds everybody, and one must open in a
    assert found.open is None
    assert found.bound == math.inf


def test_a_limit_of_nodes_is_not_called_a_limit_of_time() -> None:
    stopped = solve(drawn(1), "capacitated_p_median", SolverOptions(node_limit=2)).outcome
    assert stopped.nodes == 2
    assert stopped.status is Status.NODE_LIMIT
    assert stopped.label_en.startswith("within ")
    out_of_time = searched("capacitated_p_median", drawn(1), time_limit_s=0.0)
    assert out_of_time.by_clock


def test_people_left_out_of_a_full_site_are_not_counted() -> None:
    instance = Instance.from_arrays([[1.0], [2.0]], [30.0, 30.0], capacity=40.0, standard=5.0, p=1)
    solution = solve(instance, "capacitated_maximal_covering")
    assert solution.outcome.objective == pytest.approx(40.0)
    assert solution.outcome.sense == "maximize"
    assert solution.outcome.proven


def test_a_second_objective_keeps_the_number_of_sites() -> None:
    instance = question("capacitated_set_covering", 3)
    solution = solve(instance, "capacitated_set_covering")
    assert solution.open.sum() == solution.outcome.objective
    assert [outcome.solver for outcome in (solution.outcome, *solution.outcome.then)] == [ENGINE, ENGINE]
