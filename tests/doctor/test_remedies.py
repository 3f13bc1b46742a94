"""The doctor against every plan of small random questions: it finds each single remedy, and asks for no more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from siting.doctor import Diagnosis, diagnose
from siting.errors import InputError
from siting.formulation.compose import active_constraints, load_formulation
from siting.formulation.precheck import precheck
from siting.instance import Instance
from siting.solving.optimise import solve
from tests.doctor import by_hand
from tests.formulation.every_model import NEEDS, optimum

SAME = {  # as p_median, set_covering or capacitated_p_median to whoever asks only whether there is a plan
    "weighted_p_center", "ordered_median", "worst_share_mean", "minimum_envy", "least_inequality", "minimax_regret",
    "gradual_covering", "maximal_backup_covering", "maximum_attendance", "market_share", "p_dispersion",
    "fixed_charge", "backup_set_covering", "capacitated_fixed_charge", "single_source_fixed_charge",
    "contiguous_p_median", "contiguous_fixed_charge",  # every plan of these takes too long
}  # fmt: skip


def asked_for(model: str, instance: Instance, active: tuple[str, ...]) -> Iterator[tuple[str, str, float | None]]:
    """Of each condition that could give its key, its zone and the least that it must give by hand."""
    of_sites = dict(by_hand.SINGLE)
    served = by_hand.choices_that_serve(model, instance)
    if "forbid_sites" not in active:
        del of_sites["unforbid"]
    for key, single in of_sites.items():
        yield key, "", by_hand.least(model, single(instance), served)
    for key, zones in by_hand.BY_ZONE.items():
        for zone, single_zone in zones(instance):
            yield key, zone, by_hand.least(model, single_zone, served)
    tries = {}
    if "respect_size_capacity" in active:
        tries["size_seats"] = by_hand.size_seats
    if "bound_zone_spread" in active:
        tries["spread"] = by_hand.spread
    if "place_all_servers" in active:
        tries["more_servers"] = by_hand.servers
    if instance.cover_share is not None:
        tries["share"] = by_hand.share
    everybody = "assign_every_demand_point" in active
    if {"cover_every_demand_point", "cover_share_of_people"} & set(active) or (
        everybody and "assign_within_standard" in active
    ):
        tries["standard"] = by_hand.standard
    split = not model.startswith("single") and {"respect_capacity", "respect_size_capacity"} & set(active)
    if "cover_every_demand_point" in active or (
        everybody and not split and "bound_zone_spread" not in active and instance.future is None
    ):
        tries["set_aside"] = by_hand.set_aside
    for key, single in tries.items():
        yield key, "", by_hand.least(model, single(instance))


def found(diagnosis: Diagnosis, key: str, zone: str) -> float | None:
    amounts = [r.amount for r in diagnosis.remedies if r.kind == key and (not zone or r.ids == (zone,))]
    assert len(amounts) <= 1
    return amounts[0] if amounts else None


def infeasible(model: str, seeds: range) -> Iterator[tuple[Instance, tuple[str, ...]]]:
    for seed in seeds:
        try:
            instance = by_hand.harder(model, seed)
            active = active_constraints(load_formulation(model), instance)
        except InputError:
            continue
        if optimum(model, instance) is None:
            yield instance, active
        else:
            precheck(instance, active)  # refuses nothing that can be


@pytest.mark.parametrize("model", sorted(set(NEEDS) - SAME))
def test_single_remedies_are_those_of_all_plans_and_the_least(model: str) -> None:
    for instance, active in list(infeasible(model, range(8)))[:1]:
        diagnosis = diagnose(instance, load_formulation(model))
        assert all(remedy.verified and remedy.least for remedy in diagnosis.remedies)
        for key, zone, amount in asked_for(model, instance, active):
            assert found(diagnosis, key, zone) == amount, (key, zone)


@pytest.mark.parametrize("model", ["capacitated_p_median", "single_source_p_median"])
def test_the_fewest_places_that_are_missing(model: str) -> None:
    some = 0
    for instance, _ in infeasible(model, range(8)):
        amount = by_hand.short_of_seats(instance, whole=model.startswith("single"))
        assert found(diagnose(instance, load_formulation(model)), "seats", "") == amount
        some += amount is not None
    assert some


def test_a_remedy_is_always_found_for_what_has_no_single_one() -> None:
    together = 0
    for instance, _ in infeasible("p_median", range(20)):
        diagnosis = diagnose(instance, load_formulation("p_median"))
        assert diagnosis.remedies
        if diagnosis.remedies[0].kind == "together":
            together += 1
            assert diagnosis.remedies[0].verified
            assert len(diagnosis.remedies[0].parts) > 1
    assert together


def test_the_same_question_gets_the_same_answer() -> None:
    instance, _ = next(infeasible("capacitated_p_median", range(8)))
    first, second = (diagnose(instance, load_formulation("capacitated_p_median")) for _ in range(2))
    assert first == second


def test_without_time_nothing_is_claimed() -> None:
    instance, _ = next(infeasible("p_median", range(8)))
    diagnosis = diagnose(instance, load_formulation("p_median"), time_limit_s=0.0)
    assert not any(remedy.verified for remedy in diagnosis.remedies)
    assert "the time limit left some conditions unexamined" in diagnosis.faults[0].remedy_en


def test_it_can_be_left_out() -> None:
    instance, _ = next(infeasible("p_median", range(8)))
    with pytest.raises(Exception) as caught:  # noqa: PT011
        solve(instance, "p_median", diagnose=False)
    assert getattr(caught.value, "diagnosis", None) is None
