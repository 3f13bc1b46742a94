from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from siting.errors import InputError
from siting.formulation.compose import (
    active_constraints,
    build_model,
    check_fit,
    list_formulations,
    list_plan_models,
    load_formulation,
    with_objective,
)
from siting.formulation.spec import Formulation
from tests.formulation.small import MODELS, six_points
from tests.layout.small import random_plan

GOOD: dict[str, Any] = {
    "id": "own",
    "name_zh": "自定",
    "name_en": "own",
    "question_zh": "?",
    "question_en": "?",
    "source": "none",
    "variables": ["open_site", "covered"],
    "objective": "covered_demand",
    "constraints": ["cover_only_if_open", "open_exactly_p"],
}


def fit(**changes: Any) -> None:
    check_fit(Formulation.model_validate(GOOD | changes))


def test_the_five_models_are_there_and_fit() -> None:
    assert set(MODELS) <= set(list_formulations())
    for name in list_formulations():
        formulation = load_formulation(name)
        assert formulation.id == name
        assert formulation.question_zh
        assert formulation.source


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"constraints": ["cover_only_if_opened"]}, "did you mean 'cover_only_if_open'"),
        ({"constraints": ["nonsense_block_xyz"]}, "there is no such block"),
        ({"objective": "cover_only_if_open"}, "does not belong in objective"),
        ({"variables": ["open_site"]}, "add covered to variables"),
        ({"variables": ["open_site", "covered", "assign_share"]}, "no block uses assign_share"),
        (
            {
                "variables": ["open_site", "assign_share", "assign_whole"],
                "objective": "total_weighted_impedance",
                "constraints": ["assign_every_demand_point", "assign_only_to_open"],
            },
            "made more than once: assign_share, assign_whole",
        ),
        ({"constraints": ["open_exactly_p"]}, "covered means nothing without cover_only_if_open"),
        (
            {
                "variables": ["open_site", "assign_share"],
                "objective": "total_weighted_impedance",
                "constraints": ["assign_only_to_open"],
            },
            r"means nothing without people_without_place or assign_every_demand_point → add one of these: "
            r"then: people_without_place; constraints: assign_every_demand_point",
        ),
        ({"constraints": ["cover_only_if_open", "cover_only_if_open"]}, "listed twice"),
    ],
)
def test_blocks_that_do_not_fit_are_refused_with_the_reason(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        fit(**changes)


def test_blocks_that_fit_are_not_refused() -> None:
    fit()


def test_an_unknown_model_or_key_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean 'p_median'"):
        load_formulation("p_medain")
    with pytest.raises(InputError, match="available: backup_covering"):
        load_formulation("xyz")
    path = tmp_path / "own.toml"
    text = list_formulations()["p_median"].read_text("utf-8")
    path.write_text(text.replace("objective =", "objectiv ="), "utf-8")
    with pytest.raises(InputError, match="did you mean 'objective'"):
        load_formulation(path)
    with pytest.raises(InputError, match="not there"):
        load_formulation(tmp_path / "absent.toml")


def test_only_the_resource_that_is_given_is_built() -> None:
    by_number = build_model(load_formulation("p_median"), six_points(p=2))
    by_budget = build_model(load_formulation("p_median"), six_points(budget=5.0, fixed_cost=2.0))
    assert hasattr(by_number, "open_exactly_p")
    assert not hasattr(by_number, "stay_within_budget")
    assert hasattr(by_budget, "stay_within_budget")
    assert not hasattr(by_budget, "open_exactly_p")


def test_a_budget_without_costs_is_refused() -> None:
    with pytest.raises(InputError, match="fixed_cost"):
        build_model(load_formulation("p_median"), six_points(budget=5.0))


def test_conditions_on_sites_that_a_model_would_ignore_are_refused() -> None:
    formulation = Formulation.model_validate(GOOD)
    existing = [True, False, False, False, False, False]
    with pytest.raises(InputError, match="existing is given"):
        build_model(formulation, six_points(p=1, standard=1.0, existing=existing))


def test_links_of_sites_that_are_open_anyway_are_left_out() -> None:
    existing = [True, False, False, False, False, False]
    model = build_model(load_formulation("p_median"), six_points(p=1, existing=existing))
    assert len(model.assign_only_to_open) == 30
    assert len(model.x) == 36


@pytest.mark.parametrize("model", ["worst_share_mean", "ordered_median"])
def test_a_tail_needs_its_share_or_its_weights(model: str) -> None:
    both = {"worst_share": 0.2, "ordered_weights": ((1.0, 1.0),)}
    for numbers in ({}, both):
        with pytest.raises(InputError, match="give exactly one of these: worst_share, ordered_weights"):
            active_constraints(load_formulation(model), six_points(p=2, **numbers))


def test_plan_models_fit_and_are_none_that_bare_numbers_ask() -> None:
    assert not set(list_plan_models()) & set(list_formulations())
    for name, path in list_plan_models().items():
        assert load_formulation(path).id == name


def test_another_objective_brings_everybody_in_only_where_nothing_else_counts_who_is_left_out() -> None:
    plan = load_formulation(list_plan_models()["layout_plan"])
    fewer = plan.model_copy(update={"then": ()})
    assert "assign_every_demand_point" not in with_objective(fewer, "total_weighted_impedance").constraints
    elsewhere = with_objective(load_formulation("capacitated_maximal_covering"), "total_weighted_impedance")
    assert "assign_every_demand_point" in elsewhere.constraints


def test_changes_over_periods_that_a_model_would_ignore_are_refused() -> None:
    with pytest.raises(InputError, match="changes is given"):
        active_constraints(load_formulation("p_median"), replace(random_plan(0), p=2))
