"""Every shipped model against all plans of small random questions."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest

from siting.errors import InfeasibleError
from siting.formulation.compose import list_formulations, load_formulation
from siting.instance import Instance
from siting.solving.optimise import solve
from siting.verify import verify
from tests.formulation.every_model import MAXIMISED, NEEDS, OWN_NUMBER, POINTS, SITES, optimum, question

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


def test_limits_on_the_number_of_points() -> None:
    """Against every assignment to every two sites."""
    met = 0
    for seed in range(6):
        least, most = np.array([3.0, 2, 0, 0, 3, 1]), np.array([4.0, 3, 3, np.inf, 4, 6])
        instance = question("single_source_p_median", seed, least_points=least, most_points=most)
        assert instance.capacity is not None
        t, best = instance.impedance.dense(), np.inf
        for pair in combinations(range(SITES), 2):
            for choice in product(pair, repeat=POINTS):
                site = np.array(choice)
                count = np.bincount(site, minlength=SITES)[list(pair)]
                load = np.bincount(site, weights=instance.demand, minlength=SITES)
                within = (count >= least[list(pair)]).all() and (count <= most[list(pair)]).all()
                if within and (load <= instance.capacity).all():
                    best = min(best, float(instance.demand @ t[np.arange(POINTS), site]))
        if not np.isfinite(best):
            with pytest.raises(InfeasibleError):
                solve(instance, "single_source_p_median", diagnose=False)
            continue
        met += 1
        solution = solve(instance, "single_source_p_median")
        assert solution.outcome.objective == pytest.approx(best)
        assert verify(instance, load_formulation("single_source_p_median"), solution).ok
    assert met >= 2


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
