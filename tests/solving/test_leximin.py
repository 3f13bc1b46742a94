from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from siting.errors import Fault, InfeasibleError, SitingError
from siting.events import silent
from siting.formulation.compose import load_formulation
from siting.instance import Instance
from siting.solution import Solution
from siting.solving.leximin import lexicographic_minimax
from siting.solving.optimise import solve
from siting.solving.solver import SolverOptions
from siting.verify import verify
from tests.formulation.every_model import choices, question, sorted_burden
from tests.formulation.small import six_points


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("conditions", [False, True])
def test_no_plan_has_a_lighter_burden_from_the_farthest_on(seed: int, conditions: bool) -> None:
    instance = question("lexicographic_minimax", seed, conditions=conditions)
    burdens = [b for opened in choices(instance) if (b := sorted_burden(instance, opened)) is not None]
    if not burdens:
        with pytest.raises(InfeasibleError):
            solve(instance, "lexicographic_minimax", diagnose=False)
        return
    solution = solve(instance, "lexicographic_minimax")
    assert sorted_burden(instance, solution.open) == min(burdens)
    assert solution.outcome.proven
    assert verify(instance, load_formulation("lexicographic_minimax"), solution).ok


def test_it_is_a_p_center_that_goes_on() -> None:
    instance = question("lexicographic_minimax", 3)
    center = solve(instance, "p_center").outcome.objective
    assert solve(instance, "lexicographic_minimax").outcome.objective == center


def test_places_without_people_do_not_count() -> None:
    solution = solve(replace(six_points(p=1), demand=np.array([0.0, 0, 0, 3, 2, 1])), "lexicographic_minimax")
    assert solution.outcome.objective == 1.0
    assert np.flatnonzero(solution.open).tolist() == [4]
    assert solution.levels == ((1.0, 4.0),)


def test_a_wrong_level_is_caught() -> None:
    instance = six_points(p=2)
    solution = solve(instance, "lexicographic_minimax")
    formulation = load_formulation("lexicographic_minimax")
    wrong = replace(solution, levels=tuple((d, n + 1) for d, n in solution.levels))
    assert not verify(instance, formulation, wrong).ok


def test_the_clock_leaves_a_plan_with_its_label() -> None:
    rng = np.random.default_rng(1)
    instance = Instance.from_arrays(rng.random((60, 40)), rng.integers(1, 9, 60), p=5)
    solution = solve(instance, "lexicographic_minimax", SolverOptions(time_limit_s=1.0))
    assert not solution.outcome.proven
    assert "time-limited" in solution.outcome.label_en


def test_a_level_without_a_plan_in_time_leaves_the_one_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0

    def out_of_time(*args: Any, **rest: Any) -> Solution:
        nonlocal calls
        calls += 1
        if calls > 2:
            raise SitingError(Fault("没有时间", "no time"))
        return solve(*args, **rest)

    instance = question("lexicographic_minimax", 2)
    formulation = load_formulation("lexicographic_minimax")
    solution = lexicographic_minimax(
        instance, formulation, SolverOptions(), solve=out_of_time, listener=silent, names=None, diagnose=False
    )
    assert calls == 3
    assert not solution.outcome.proven
    assert verify(instance, formulation, solution).ok


def test_levels_beyond_the_last_are_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("siting.solving.leximin.MOST_LEVELS", 1)
    instance = question("lexicographic_minimax", 2)
    solution = solve(instance, "lexicographic_minimax")
    assert len(solution.levels) == 2
    assert not solution.outcome.proven
    assert solution.outcome.label_en.startswith("proven optimal; objective 3: time-limited")
