"""The parts of the search of stations and vehicles: values, moves, bounds, what they settle, and the programme."""

from __future__ import annotations

import numpy as np
import pytest

from siting.search.expected import ExpectedProblem, improve, lagrangian_bound, place, restrict
from siting.search.expected.bound import project
from siting.search.expected.program import as_program
from siting.solution import Status
from siting.solving.solver import solve_program
from tests.search.expected.small import bare, expected_people, most_expected, random_question, vehicle_plans

SEEDS = range(300, 340)


def problems() -> list[tuple[int, ExpectedProblem]]:
    found = [(seed, bare(random_question(seed))) for seed in SEEDS]
    return [(seed, problem) for seed, problem in found if problem is not None]


def test_the_value_is_that_of_the_people_and_the_rules_are_the_plans() -> None:
    checked = 0
    for seed, problem in problems():
        instance = random_question(seed)
        for vehicles in vehicle_plans(instance):
            assert problem.allows(vehicles)
            assert -problem.value(vehicles) == pytest.approx(expected_people(instance, vehicles), abs=1e-9)
            checked += 1
    assert checked > 1000


def test_too_few_vehicles_for_the_stations_is_no_problem_at_all() -> None:
    refused = [seed for seed in SEEDS if bare(random_question(seed)) is None]
    assert refused
    assert all(most_expected(random_question(seed)) is None for seed in refused)


def test_moves_keep_the_rules_and_end_where_no_move_is_better() -> None:
    improved = 0
    for _, problem in problems():
        first = problem.rules.best(np.zeros(problem.room.size))
        if first is None:
            continue
        vehicles = place(problem, first)
        assert vehicles is not None
        assert problem.allows(vehicles)
        better, value = improve(problem, vehicles)
        assert problem.allows(better)
        assert value == pytest.approx(problem.value(better))
        assert value <= problem.value(vehicles) + 1e-9
        improved += value < problem.value(vehicles) - 1e-9
        held = np.flatnonzero(better > np.maximum(problem.base, 1))
        for a in held:
            for b in np.flatnonzero(problem.rules.may):
                other = better.copy()
                other[a] -= 1
                other[b] += 1
                assert not problem.allows(other) or problem.value(other) >= value - 1e-6
    assert improved >= 5


@pytest.mark.parametrize("steps", [20, 300])
def test_bounds_are_bounds_and_what_they_settle_holds_of_every_better_plan(steps: int) -> None:
    settled = 0
    for seed, problem in problems():
        instance = random_question(seed)
        best = most_expected(instance)
        found = lagrangian_bound(problem, upper=np.inf if best is None else -best, steps=steps)
        if best is None:
            continue
        assert found.bound <= -best + 1e-6
        limit = -best + 0.05 * best
        must, may, least, most = found.settle(problem, limit)
        settled += int((~may & problem.rules.may).sum() + (most < problem.base + problem.room)[may].sum())
        for vehicles in vehicle_plans(instance):
            if problem.value(vehicles) < limit - 1e-9:
                opened = vehicles > 0
                assert not (must & ~opened).any()
                assert not (opened & ~may).any()
                assert (vehicles[opened] >= least[opened])[must[opened]].all()
                assert (vehicles[opened] <= most[opened]).all()
    assert settled > 20


def test_the_programme_has_the_best_plan_and_no_better_one() -> None:
    for seed, problem in problems():
        if not problem.room.any():  # nothing is left to decide
            continue
        best = most_expected(random_question(seed))
        rest = as_program(problem)
        answer = solve_program(rest.program)
        if best is None:
            assert answer.outcome.status is Status.INFEASIBLE
            continue
        assert answer.values is not None
        plan = rest.read(problem, answer.values)
        assert problem.allows(plan)
        assert answer.outcome.objective == pytest.approx(-best, abs=1e-6)
        start = rest.write(problem, plan)
        assert not rest.program.broken(start).any()
        assert rest.program.value(start) == pytest.approx(problem.value(plan), abs=1e-6)


def test_a_restricted_problem_keeps_the_value_of_its_plans() -> None:
    checked = 0
    for seed, problem in problems():
        plans = list(vehicle_plans(random_question(seed)))
        if not plans:
            continue
        chosen = plans[len(plans) // 2]
        must, may = (
            problem.rules.must | (chosen > 1),
            problem.rules.may & ((chosen > 0) | (np.arange(chosen.size) % 2 > 0)),
        )
        part = restrict(problem, must, may, np.minimum(chosen, 2), np.maximum(chosen, 3))
        assert part is not None
        for vehicles in plans:
            if part.allows(vehicles):
                assert part.value(vehicles) == pytest.approx(problem.value(vehicles), abs=1e-9)
                checked += 1
        assert part.allows(chosen)
    assert checked > 30


def test_the_projection_is_the_nearest_point() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        z, rate = rng.normal(0.3, 1.0, (1, 4)), rng.uniform(0.5, 2.0, (1, 4))
        size = np.array([[1.0, 1.0, float(rng.integers(0, 2)), float(rng.integers(0, 4))]])
        x = project(z, rate, size, np.array([False]))
        assert (x >= 0).all()
        assert (x <= size * x[:, :1] + 1e-12).all()
        distance = float((((x - z) ** 2) / rate).sum())
        share = rng.random(2000)
        other = share[:, None] * size[0] * np.column_stack([np.ones(2000), rng.random((2000, 3))])
        assert (((other - z) ** 2 / rate).sum(axis=1) >= distance - 1e-9).all()
