"""What must hold across the location models, on random questions."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siting.errors import InfeasibleError
from siting.instance import Instance
from siting.solving.optimise import solve
from tests.formulation.every_model import MAXIMISED, NEEDS, OWN_NUMBER, question, scaled

LAW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
SEEDS = st.integers(0, 10_000)
SLOW = {"contiguous_p_median", "contiguous_fixed_charge"}
MODELS = sorted(set(NEEDS) - SLOW)


# A further facility may stand too near, draw too many to itself, or leave people or zones less equal.
NOT_BETTER_WITH_MORE = {"p_dispersion", "closest_p_median", "least_inequality", "balanced_zones", "sized_p_median"}


def optimum(instance: Instance, model: str) -> float:
    """The optimum of the first objective as something to be small; infinity where there is no plan."""
    try:
        value = solve(instance, model, diagnose=False).outcome.objective
    except InfeasibleError:
        return math.inf
    assert value is not None
    return -value if model in MAXIMISED else value


def not_worse(one: float, other: float) -> bool:
    """Whether the first optimum is at least as good as the other."""
    return one <= other + 1e-6 * max(1.0, abs(other)) or math.isinf(other)


@LAW
@given(SEEDS)
def test_a_p_center_radius_is_covered_by_as_few_sites(seed: int) -> None:
    instance = question("p_center", seed)
    radius = optimum(instance, "p_center")
    assert optimum(replace(instance, p=None, standard=np.full(instance.demand_count, radius)), "set_covering") <= 2
    closer = replace(instance, p=None, standard=np.full(instance.demand_count, radius - 1e-6))
    assert optimum(closer, "set_covering") > 2


@LAW
@given(SEEDS)
def test_single_source_is_never_better_than_split_nor_contiguous_than_free(seed: int) -> None:
    instance = question("contiguous_p_median", seed)
    free = replace(instance, adjacency=None, site_unit=None)
    split, whole = optimum(free, "capacitated_p_median"), optimum(free, "single_source_p_median")
    assert not_worse(split, whole)
    assert not_worse(whole, optimum(free, "closest_p_median"))
    assert not_worse(optimum(replace(free, capacity=None), "p_median"), split)
    if seed % 4 == 0:  # slow
        assert not_worse(whole, optimum(instance, "contiguous_p_median"))


@LAW
@given(SEEDS)
def test_tail_means_lie_between_mean_and_maximum(seed: int) -> None:
    instance = question("p_median", seed)
    people = instance.demand.sum()
    mean = optimum(instance, "p_median") / people
    tails = [optimum(replace(instance, worst_share=s), "worst_share_mean") for s in (1.0, 0.5, 0.1)]
    worst = optimum(replace(instance, demand=np.maximum(instance.demand, 1.0)), "p_center")
    assert tails[0] == pytest.approx(mean, rel=1e-6)
    assert mean - 1e-6 <= tails[1] <= tails[2] + 1e-6
    assert tails[2] <= worst + 1e-6


@LAW
@given(SEEDS)
def test_cover_in_part_lies_between_cover_at_both_standards(seed: int) -> None:
    instance = question("gradual_covering", seed)
    assert instance.outer_standard is not None
    inner = optimum(replace(instance, outer_standard=None), "maximal_covering")
    outer = optimum(replace(instance, outer_standard=None, standard=instance.outer_standard), "maximal_covering")
    gradual = optimum(instance, "gradual_covering")
    assert not_worse(outer, gradual)
    assert not_worse(gradual, inner)


@LAW
@given(SEEDS)
def test_a_share_of_all_is_set_covering_and_none_is_nothing(seed: int) -> None:
    instance = question("partial_set_covering", seed, standard=5.0)
    everyone = optimum(replace(instance, cover_share=1.0), "partial_set_covering")
    assert everyone == optimum(replace(instance, cover_share=None), "set_covering")
    assert optimum(replace(instance, cover_share=0.0), "partial_set_covering") == 0


@LAW
@given(SEEDS)
def test_servers_that_are_never_busy_cover_like_sites(seed: int) -> None:
    instance = question("maximal_expected_covering", seed)
    idle = replace(instance, busy_fraction=0.0, servers=3)
    sites = replace(instance, busy_fraction=None, servers=None, p=3)
    assert optimum(idle, "maximal_expected_covering") == pytest.approx(optimum(sites, "maximal_covering"))
    busy = replace(instance, busy_fraction=0.5)
    assert not_worse(optimum(idle, "maximal_expected_covering"), optimum(busy, "maximal_expected_covering"))


@LAW
@given(SEEDS)
def test_backup_weights_run_from_first_to_second_cover(seed: int) -> None:
    instance = question("maximal_backup_covering", seed)
    first = optimum(replace(instance, backup_weight=0.0), "maximal_backup_covering")
    assert first == pytest.approx(optimum(replace(instance, backup_weight=None), "maximal_covering"))


@LAW
@given(SEEDS, st.sampled_from(sorted(set(MODELS) - {"market_share", "target_market_share"})))  # site 0 is a rival's
def test_an_added_site_is_never_worse(seed: int, model: str) -> None:
    instance = question(model, seed)
    without = replace(instance, forbidden=np.arange(instance.site_count) == seed % instance.site_count)
    assert not_worse(optimum(instance, model), optimum(without, model))


@LAW
@given(SEEDS, st.sampled_from(sorted(m for m in MODELS if "capacity" in NEEDS[m])))
def test_a_capacity_removed_is_never_worse(seed: int, model: str) -> None:
    instance = question(model, seed)
    assert instance.capacity is not None
    loose = replace(instance, capacity=np.r_[np.inf, instance.capacity[1:]])
    assert not_worse(optimum(loose, model), optimum(instance, model))


@LAW
@given(SEEDS, st.sampled_from(sorted(m for m in MODELS if "standard" in NEEDS[m])))
def test_a_looser_standard_is_never_worse(seed: int, model: str) -> None:
    instance = question(model, seed)
    assert instance.standard is not None
    assert not_worse(optimum(replace(instance, standard=instance.standard + 2), model), optimum(instance, model))


@LAW
@given(SEEDS, st.sampled_from(sorted(set(MODELS) - OWN_NUMBER - NOT_BETTER_WITH_MORE)))
def test_one_more_facility_is_never_worse(seed: int, model: str) -> None:
    instance = question(model, seed)
    assert not_worse(optimum(replace(instance, p=3), model), optimum(instance, model))


@LAW
@given(SEEDS, st.sampled_from(MODELS))
def test_relabelling_sites_changes_nothing(seed: int, model: str) -> None:
    instance = question(model, seed, conditions=True)
    order = np.random.default_rng(seed).permutation(instance.site_count)
    assert optimum(instance.take_columns(order), model) == pytest.approx(optimum(instance, model), abs=1e-6)


@LAW
@given(SEEDS, st.sampled_from(MODELS))
def test_relabelling_demand_points_changes_nothing(seed: int, model: str) -> None:
    instance = question(model, seed)
    order = np.random.default_rng(seed).permutation(instance.demand_count)
    assert optimum(instance.take_rows(order), model) == pytest.approx(optimum(instance, model), abs=1e-6)


IN_UNITS_OF_IMPEDANCE = {
    "p_median",
    "p_center",
    "weighted_p_center",
    "capacitated_p_median",
    "single_source_p_median",
    "sized_p_median",
    "worst_share_mean",
    "ordered_median",
    "minimum_envy",
    "balanced_zones",
    "least_inequality",
    "minimax_regret",
    "lexicographic_minimax",
}


@LAW
@given(SEEDS, st.sampled_from(sorted(IN_UNITS_OF_IMPEDANCE)))
def test_another_unit_of_impedance_scales_the_optimum(seed: int, model: str) -> None:
    instance = question(model, seed)
    assert optimum(scaled(instance, 60.0), model) == pytest.approx(60 * optimum(instance, model), rel=1e-6)


@LAW
@given(SEEDS, st.sampled_from(("p_median", "maximal_covering", "worst_share_mean", "least_inequality")))
def test_people_counted_by_the_dozen_change_no_choice(seed: int, model: str) -> None:
    instance = question(model, seed)
    dozens = replace(instance, demand=instance.demand / 12)
    factor = 12 if model in ("p_median", "maximal_covering") else 1
    assert factor * optimum(dozens, model) == pytest.approx(optimum(instance, model), rel=1e-6)
