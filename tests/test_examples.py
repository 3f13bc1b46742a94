"""The worked examples: right by trying every plan, and with one best plan only, so that no machine shows another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from siting.errors import InfeasibleError
from siting.examples import EXAMPLES, run, simplified
from siting.formulation.blocks import REGISTER
from siting.formulation.compose import list_formulations, load_formulation
from siting.instance import Instance
from siting.objective_words import WORDS, number, percent
from siting.solution import Solution
from siting.solving.optimise import NoPlanError, solve
from tests.formulation.every_model import optimum


def values(solution: Solution) -> list[float]:
    return [outcome.objective or 0.0 for outcome in (solution.outcome, *solution.outcome.then)]


def is_the_only_best(instance: Instance, solution: Solution, model: str) -> bool:
    """Whether every other choice of sites is worse."""
    try:
        other = solve(replace(instance, excluded=(solution.open,)), model)
    except (NoPlanError, InfeasibleError):
        return True
    mine, theirs = values(solution), values(other)
    return len(mine) != len(theirs) or not np.allclose(mine, theirs, rtol=1e-6)


def test_every_model_has_an_example_and_every_objective_its_words() -> None:
    assert set(EXAMPLES) == set(list_formulations())
    used = {name for model in list_formulations() for name in load_formulation(model).objectives}
    assert set(WORDS) == used <= {name for name, block in REGISTER.items() if block.kind == "objective"}


@pytest.mark.parametrize("model", sorted(EXAMPLES))
def test_the_answer_is_the_best_of_all_plans_and_the_only_one(model: str) -> None:
    instance, solution = run(model)
    free = np.zeros(instance.site_count)
    best = optimum(model, instance if instance.fixed_cost is not None else replace(instance, fixed_cost=free))
    assert best is not None
    assert [abs(v) for v in values(solution)[: len(best)]] == pytest.approx([abs(v) for v in best], abs=1e-6)
    assert solution.outcome.proven
    assert is_the_only_best(instance, solution, model)


@pytest.mark.parametrize("model", sorted(EXAMPLES))
def test_the_answer_does_not_hang_on_the_order_of_villages_and_sites(model: str) -> None:
    instance, solution = run(model)
    rng, same = np.random.default_rng(0), []
    for _ in range(2):
        columns = rng.permutation(instance.site_count)
        turned = instance.take_columns(columns)
        if instance.adjacency is None:
            turned = turned.take_rows(rng.permutation(instance.demand_count))
        other = solve(turned, model)
        assert (other.open == solution.open[columns]).all()
        same.append(shares(turned, other) == shares(instance, solution))
        for mine, theirs in ((solution.servers, other.servers), (solution.sizes, other.sizes)):
            assert mine is None or (theirs == mine[columns]).all()
    assert EXAMPLES[model].many != all(same)


def shares(instance: Instance, solution: Solution) -> dict[tuple[str, str], float]:
    plan = solution.assignment
    return {
        (instance.demand_ids[i], instance.site_ids[j]): round(share, 6)
        for i, j, share in zip(plan.demand_index, plan.site_index, plan.share.tolist(), strict=True)
    }


@pytest.mark.parametrize("model", sorted(model for model, example in EXAMPLES.items() if example.beside))
def test_what_stands_beside_it_has_one_best_plan_too(model: str) -> None:
    asked = simplified(run(model)[0], load_formulation(EXAMPLES[model].beside))
    assert is_the_only_best(asked, solve(asked, EXAMPLES[model].beside), EXAMPLES[model].beside)


def test_numbers_are_written_the_same_on_every_machine() -> None:
    assert number(1234.5) == "1,234.5"
    assert number(3.1250000001) == number(3.1249999999) == number(3.125)
    assert number(-1e-12) == "0"
    assert number(30.0) == "30"
    assert percent(2 / 3) == "66.7%"
