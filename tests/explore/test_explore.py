"""Frontiers, next best plans and sweeps against all plans of small random questions."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from siting.errors import InfeasibleError, InputError
from siting.explore import best_plans, frontier, sweep
from siting.formulation.blocks import REGISTER
from siting.instance import Instance
from tests.formulation.every_model import choices, question, worth
from tests.formulation.small import six_points

PAIRS = [
    ("p_median", "covered_demand", "maximal_covering"),
    ("p_median", "largest_impedance", "p_center"),
    ("maximal_covering", "total_weighted_impedance", "p_median"),
    ("p_center", "total_weighted_impedance", "p_median"),
    ("fixed_charge", "covered_demand", "maximal_covering"),
    ("capacitated_p_median", "largest_impedance", None),
    ("maximal_covering", "backup_covered_demand", None),
    ("p_median", "number_of_new_facilities", None),
    ("p_center", "tail_mean_impedance", None),
    ("p_median", "mean_absolute_difference", None),
]


def asked(seed: int, model: str) -> Instance:
    capacity = np.full(6, 60.0) if model.startswith("cap") else None
    return question("p_median", seed, standard=3.0, capacity=capacity, p=None if model == "fixed_charge" else 2)


def efficient(instance: Instance, first: str, second: str) -> list[tuple[float, float]]:
    """Both values of all plans that no other beats, by trying all."""
    maximised = {"maximal_covering"}
    values = []
    for opened in choices(instance):
        one, two = worth(first, instance, opened), worth(second, instance, opened)
        if one is not None and two is not None:
            values.append((-one[0] if first in maximised else one[0], -two[0] if second in maximised else two[0]))
    kept = {v for v in values if not any(o != v and o[0] <= v[0] + 1e-9 and o[1] <= v[1] + 1e-9 for o in values)}
    return sorted((-a if first in maximised else a, -b if second in maximised else b) for a, b in kept)


@pytest.mark.parametrize(("model", "objective", "other"), [p for p in PAIRS if p[2] is not None])
@pytest.mark.parametrize("seed", range(3))
def test_every_efficient_plan_is_found(model: str, objective: str, other: str, seed: int) -> None:
    instance = asked(seed, model)
    found = frontier(instance, model, objective, points=None, step=1e-4)
    expected = efficient(instance, model, other)
    assert sorted((p.first, p.second) for p in found) == [pytest.approx(pair, abs=1e-4) for pair in expected]
    assert all(point.proven for point in found)


@pytest.mark.parametrize(("model", "objective", "other"), PAIRS)
def test_a_frontier_of_few_points_has_both_ends_and_no_beaten_plan(model: str, objective: str, other: str) -> None:
    instance = replace(asked(7, model), worst_share=0.2)
    found = frontier(instance, model, objective, points=4)
    everything = frontier(instance, model, objective, points=None, step=1e-3)
    assert 1 <= len(found) <= 4
    for end in (0, -1):
        assert found[end].first == pytest.approx(everything[end].first, rel=1e-5)
        assert found[end].second == pytest.approx(everything[end].second, rel=1e-5)
    sense = 1 if REGISTER[objective].sense == "minimize" else -1
    for one, two in pairwise(found):
        assert sense * (one.second - two.second) > 0


def test_two_objectives_must_differ() -> None:
    with pytest.raises(InputError, match="must differ"):
        frontier(six_points(p=2), "p_median", "total_weighted_impedance")
    with pytest.raises(InputError, match="did you mean 'covered_demand'"):
        frontier(six_points(p=2), "p_median", "covered_demnd")
    with pytest.raises(InputError, match="needs standard"):
        frontier(six_points(p=2), "p_median", "covered_demand")


@pytest.mark.parametrize("model", ["p_median", "p_center", "maximal_covering", "set_covering", "capacitated_p_median"])
@pytest.mark.parametrize("conditions", [False, True])
def test_next_best_plans_are_those_of_all_plans(model: str, conditions: bool) -> None:
    instance = question(model, 1, conditions=conditions, standard=5.0)
    values = [v[0] for opened in choices(instance) if (v := worth(model, instance, opened)) is not None]
    best = sorted(values, reverse=model == "maximal_covering")[:4]
    found = best_plans(instance, model, 4)
    assert [plan.outcome.objective for plan in found] == pytest.approx(best, abs=1e-6)
    assert len({plan.open.tobytes() for plan in found}) == len(found)


def test_plans_may_be_asked_to_differ_much() -> None:
    found = best_plans(six_points(p=2), "p_median", 20, least_difference=4)
    assert len(found) == 3  # of six sites two at a time no more than three plans share no site
    for k, one in enumerate(found):
        for two in found[k + 1 :]:
            assert (one.open != two.open).sum() == 4


def test_there_are_no_more_plans_than_there_are() -> None:
    assert len(best_plans(six_points(p=5), "p_median", 100)) == 6
    with pytest.raises(InfeasibleError):
        best_plans(six_points(p=7), "p_median", 2)
    with pytest.raises(InputError):
        best_plans(six_points(p=2), "p_median", 0)


def test_sweep_of_p_tells_the_gain_of_each_facility() -> None:
    steps = sweep(six_points(), "p_median", p=range(1, 7))
    assert [s.solution.outcome.objective for s in steps if s.solution] == pytest.approx([56, 8, 5, 2, 1, 0])
    assert [s.gain for s in steps] == [None, *(pytest.approx(g) for g in (48, 3, 3, 1, 1))]
    assert all(s.decided for s in steps)


def test_sweep_of_budgets_tells_the_gain_of_each_yuan() -> None:
    instance = six_points(fixed_cost=10.0, standard=1.0)
    steps = sweep(instance, "maximal_covering", budget=[5, 10, 20, 40])
    assert [s.solution.outcome.objective for s in steps if s.solution] == [0, 6, 12, 12]
    assert [s.gain_per_unit for s in steps] == [None, pytest.approx(1.2), pytest.approx(0.6), pytest.approx(0)]


def test_sweep_says_with_how_little_there_is_no_plan() -> None:
    steps = sweep(six_points(capacity=4.0), "capacitated_p_median", p=[1, 2, 3, 4])
    assert [s.solution is None for s in steps] == [True, True, False, False]
    with pytest.raises(InputError, match="one of the two"):
        sweep(replace(six_points()), "p_median")
