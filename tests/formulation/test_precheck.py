from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from siting.errors import InfeasibleError
from siting.instance import Instance
from siting.instance.adjacency import Adjacency
from siting.solving.optimise import solve
from tests.formulation.small import six_points

PARTS = Adjacency.from_pairs([0, 1, 3, 4], [1, 2, 4, 5], 6)
ZONES = ["core", "core", "core", "hill", "hill", "hill"]


def flags(*places: int) -> np.ndarray[Any, Any]:
    mask = np.zeros(6, bool)
    mask[list(places)] = True
    return mask


@pytest.mark.parametrize(
    ("model", "numbers", "messages"),
    [
        ("p_median", {"p": 7}, ["7 new facilities", "only 6 candidate sites"]),
        ("p_median", {"p": 5, "existing": flags(0), "forbidden": flags(1)}, ["only 4 candidate sites"]),
        ("p_median", {"p": 1, "required": flags(1, 2)}, ["2 sites are required", "ask for at least 2"]),
        (
            "maximal_covering",
            {"p": 2, "standard": 1.0, "site_zone": ZONES, "zone_minimum": {"core": 2, "hill": 1}},
            ["zone minima need 3 more", "at least 3"],
        ),
        (
            "p_center",
            {"p": 5, "site_zone": ZONES, "zone_minimum": {"core": 4}},
            ["zone 老城 needs at least 4", "only 3"],
        ),
        (
            "p_median",
            {"budget": 5.0, "fixed_cost": 2.0, "site_zone": ZONES, "zone_minimum": {"core": 2}, "required": flags(5)},
            ["budget of 5 yuan", "at least 6 yuan", "add 1 yuan"],
        ),
        (
            "capacitated_p_median",
            {"p": 2, "capacity": 3.0, "existing": flags(0)},
            ["12 people", "at most 9", "3 too few"],
        ),
        (
            "set_covering",
            {"standard": 0.5, "forbidden": flags(4)},
            ["1 demand points (2 people)", "五村 (1.0 > 0.5 min)"],
        ),
        (
            "p_median",
            {"p": 2, "site_zone": ZONES, "zone_minimum": {"core": 2}, "zone_maximum": {"core": 1}},
            ["zone 老城 gets at most 1 new facilities", "its minimum is 2"],
        ),
        (
            "p_median",
            {"p": 2, "site_zone": ZONES, "required": flags(0, 1), "zone_maximum": {"core": 1}},
            ["at most 1 new facilities", "2 of its sites are required"],
        ),
        (
            "p_median",
            {"p": 4, "site_zone": ZONES, "zone_maximum": {"core": 1, "hill": 2}},
            ["the zone maxima allow only 3", "ask for at most 3"],
        ),
        (
            "p_median",
            {"p": 1, "site_zone": ZONES, "zone_maximum": {"core": 0, "hill": 0}},
            ["the zone maxima allow only 0"],
        ),
        (
            "p_median",
            {"p": 1, "existing": flags(0, 1), "closable": flags(0), "closures": 2},
            ["2 facilities are to close, but only 1 may"],
        ),
        (
            "p_median",
            {
                "budget": 3.0,
                "fixed_cost": 2.0,
                "existing": flags(0, 1),
                "closable": flags(0, 1),
                "closures": 1,
                "closing_cost": 4.0,
            },
            ["at least 4 yuan", "add 1 yuan"],
        ),
        (
            "maximal_expected_covering",
            {"standard": 1.0, "busy_fraction": 0.3, "servers": 2, "existing": flags(0, 1), "required": flags(5)},
            ["2 servers", "2 stations stay and 1 must open", "place at least 3"],
        ),
        (
            "partial_set_covering",
            {"standard": 0.5, "cover_share": 0.9, "forbidden": flags(2, 3)},
            ["90 % of the people", "only 50.0 % are (6 of 12 people)"],
        ),
        (
            "tiered_covering",
            {"coverage_targets": ((0.5, 0.2), (1.0, 1.0)), "forbidden": flags(4, 5)},
            ["100 % of the people are to be within 1 min", "only 91.6 % are (11 of 12 people)"],
        ),
        (
            "sized_p_median",
            {"p": 2, "size_capacity": np.array([3.0, 5.0]), "size_cost": np.array([1.0, 2.0])},
            ["12 people", "at most 10", "2 too few"],
        ),
        (
            "sized_p_median",
            {
                "budget": 3.0,
                "size_capacity": np.array([8.0, 12.0]),
                "size_cost": np.array([2.0, 5.0]),
                "required": flags(0, 5),
            },
            ["at least 4 yuan", "add 1 yuan"],
        ),
        (
            "contiguous_p_median",
            {"p": 1, "capacity": 99.0, "adjacency": PARTS, "site_unit": np.arange(6), "forbidden": flags(3, 4, 5)},
            ["i4, 五村, i6 (6 people) touch no other demand points"],
        ),
        (
            "contiguous_p_median",
            {
                "p": 1,
                "capacity": 99.0,
                "adjacency": PARTS,
                "site_unit": np.array([0, 0, 2, 3, 4, 5]),
                "existing": flags(0, 1),
            },
            ["2 facilities that are open in any case lie in the demand point i1 (j1、j2)"],
        ),
        (
            "capacitated_p_median",
            {"p": 1, "capacity": 99.0, "minimum_load": 13.0, "existing": flags(0)},
            ["j1 is to be used by 13 people at least, but only 12 could come"],
        ),
        (
            "capacitated_set_covering",
            {"standard": 0.5, "capacity": 9.0, "forbidden": flags(4)},
            ["1 demand points (2 people)", "五村 (1.0 > 0.5 min)"],
        ),
    ],
)
def test_what_cannot_be_is_named(model: str, numbers: dict[str, Any], messages: list[str]) -> None:
    names = {"i5": "五村", "core": "老城"}
    with pytest.raises(InfeasibleError) as caught:
        solve(six_points(**numbers), model, names=names, diagnose=False)
    fault = caught.value.faults[0]
    text = fault.en + fault.remedy_en
    for message in messages:
        assert message in text
    assert fault.zh
    assert fault.remedy_zh


def test_places_out_of_everybodys_reach_are_named_ten_at_most() -> None:
    t = np.full((15, 2), np.inf)
    t[:2] = 1.0
    with pytest.raises(InfeasibleError) as caught:
        solve(Instance.from_arrays(t, p=1), "p_median", names={"i3": "金庭镇"})
    text = caught.value.faults[0].en
    assert "13 demand points (13 people)" in text
    assert "金庭镇, i4" in text
    assert "i12" in text
    assert "i13" not in text
    assert "(+3)" in text


def test_a_standard_nobody_can_meet_names_the_worst_first() -> None:
    t = np.array([[1.0, 9.0], [5.0, 7.0], [np.inf, np.inf]])
    with pytest.raises(InfeasibleError) as caught:
        solve(Instance.from_arrays(t, standard=2.0), "set_covering")
    assert "i3 (∞ > 2 min), i2 (5.0 > 2 min)" in caught.value.faults[0].en


def test_all_reasons_are_given_at_once() -> None:
    instance = six_points(p=9, site_zone=ZONES, zone_minimum={"core": 4})
    with pytest.raises(InfeasibleError) as caught:
        solve(instance, "p_median", diagnose=False)
    assert len(caught.value.faults) == 2


def test_what_is_just_enough_passes() -> None:
    instance = six_points(budget=6.0, fixed_cost=2.0, site_zone=ZONES, zone_minimum={"core": 2}, required=flags(5))
    assert solve(instance, "p_median").open.sum() == 3
    assert solve(six_points(p=6), "p_median").open.all()
    exact = replace(instance, budget=None, p=3)
    assert solve(exact, "p_median").open.sum() == 3


def test_a_capacity_need_not_hold_those_who_may_be_left_out() -> None:
    instance = six_points(p=2, capacity=3.0, standard=2.0)
    assert solve(instance, "capacitated_maximal_covering").outcome.objective == pytest.approx(6.0)


def test_a_facility_that_moves_makes_room_for_one_more() -> None:
    numbers = {"p": 1, "capacity": 6.0, "existing": flags(0), "relocatable": flags(0)}
    solution = solve(six_points(**numbers), "capacitated_p_median")
    assert solution.outcome.objective == pytest.approx(8.0)
    small = six_points(**(numbers | {"capacity": np.array([1.0, 6, 6, 6, 6, 6])}))
    assert solve(small, "capacitated_p_median").outcome.objective == pytest.approx(8.0)
    required = six_points(**(numbers | {"required": flags(1, 4)}))
    assert np.flatnonzero(solve(required, "p_median").open).tolist() == [1, 4]


def test_loads_count_against_capacities() -> None:
    halves = six_points(p=2, capacity=3.0, load=np.array([0.5, 1, 1.5, 1.5, 1, 0.5]))
    assert solve(halves, "capacitated_p_median").outcome.objective == pytest.approx(8.0)
    with pytest.raises(InfeasibleError):
        solve(six_points(p=2, capacity=6.0, load=np.array([2.0, 4, 6, 6, 4, 2])), "capacitated_p_median")
