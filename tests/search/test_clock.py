"""The clock runs out at any moment: what is told then is less, never wrong."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from siting.doctor import NoPlanError
from siting.errors import SitingError
from siting.examples import EXAMPLES, run
from siting.formulation.compose import load_formulation
from siting.solving.optimise import solve
from siting.solving.solver import SolverOptions

LOOKS = (0, 1, 2, 3, 4, 6, 8, 12, 20, 40, 100)  # at the clock, before it jumps past every limit


@contextmanager
def clock_that_jumps(patch: pytest.MonkeyPatch, looks: int) -> Iterator[None]:
    """After so many looks at the clock a day has passed."""
    real, seen = time.perf_counter, 0

    def now() -> float:
        nonlocal seen
        seen += 1
        return real() + (86400.0 if seen > looks else 0.0)

    with patch.context() as inner:
        inner.setattr(time, "perf_counter", now)
        yield


@pytest.mark.parametrize("model", sorted(EXAMPLES))
def test_no_moment_of_stopping_makes_a_possible_question_impossible(
    model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance, solution = run(model)
    best, formulation = solution.outcome, load_formulation(model)
    assert best.proven
    assert best.objective is not None
    slack = 1e-6 * max(abs(best.objective), 1.0)
    answers = 0
    for looks in LOOKS:
        with clock_that_jumps(monkeypatch, looks):
            try:
                outcome = solve(instance, formulation, SolverOptions(time_limit_s=20.0)).outcome
            except NoPlanError as error:
                pytest.fail(f"after {looks} looks: {error}")
            except SitingError:
                continue  # no plan in time
        answers += 1
        assert outcome.objective is not None
        sign = 1.0 if outcome.sense == "minimize" else -1.0
        assert sign * outcome.objective >= sign * best.objective - slack
        if outcome.bound is not None and math.isfinite(outcome.bound):
            assert sign * outcome.bound <= sign * best.objective + slack, looks
    assert answers
