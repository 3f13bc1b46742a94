"""Every shipped model against all plans of small random questions."""

from __future__ import annotations

import numpy as np
import pytest

from siting.errors import InfeasibleError
from siting.formulation.compose import list_formulations, load_formulation
from siting.instance import Instance
from siting.solving.optimise import solve
from siting.verify import verify
from tests.formulation.every_model import MAXIMISED, NEEDS, OWN_NUMBER, optimum, question

SLOW = ("contiguous_p_median", "contiguous_fixed_charge")


def compare(model: str, instance: Instance) -> bool:
    """Whether there was a plan to compare; its objectives are then those of the best of all plans."""
    best = optimum(model, instance)
    if best is None:
        with pytest.raises(InfeasibleError):
            solve(instance, model, diagnose=False)
        return False
    formulation = load_formulation(model)
    solution = solve(instance, formulation)
    outcomes = (solution.outcome, *solution.outcome.then)
    if formulation.procedure:
        outcomes = outcomes[:1]  # tests/solving/test_leximin.py compares the others
    values = [outcome.objective for outcome in outcomes]
    signs = [-1.0 if o.sense == "maximize" and model not in MAXIMISED else 1.0 for o in outcomes]
    assert [s * v for s, v in zip(signs, values, strict=True) if v is not None] == pytest.approx(best, abs=1e-5)
    assert solution.outcome.proven
    assert solution.outcome.label_en == "proven optimal"
    assert verify(instance, formulation, solution).ok
    return True


def test_every_shipped_model_is_tested() -> None:
    assert set(NEEDS) == set(list_formulations())


@pytest.mark.parametrize("model", sorted(NEEDS))
def test_equals_the_best_of_all_plans(model: str) -> None:
    seeds = range(2 if model in SLOW else 5)
    found = [compare(model, question(model, seed)) for seed in seeds]
    assert any(found)


@pytest.mark.parametrize("model", sorted(set(NEEDS) - set(SLOW)))
def test_with_closings_moves_minima_and_maxima(model: str) -> None:
    for seed in range(4):
        compare(model, question(model, seed, conditions=True))


@pytest.mark.parametrize("model", sorted(set(NEEDS) - OWN_NUMBER - set(SLOW) - {"sized_p_median"}))
def test_within_a_budget_that_pays_for_closings(model: str) -> None:
    for seed in range(3):
        compare(model, question(model, seed, conditions=True, p=None, budget=40.0))


@pytest.mark.parametrize("model", ["capacitated_p_median", "single_source_p_median", "capacitated_maximal_covering"])
def test_minimum_use(model: str) -> None:
    for seed in range(4):
        instance = question(model, seed, minimum_load=25.0, p=3)
        try:
            solution = solve(instance, model)
        except InfeasibleError:
            continue
        used = np.bincount(
            solution.assignment.site_index,
            weights=instance.demand[solution.assignment.demand_index] * solution.assignment.share,
            minlength=instance.site_count,
        )
        assert (used[solution.open] >= 25 - 1e-6).all()
