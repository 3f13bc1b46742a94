"""Rounds of visits against every way of sharing the stops out, and the limits that they keep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, permutations

import numpy as np
import pytest

from siting.impedance import FloatArray
from siting.layout.rounds import EXACT, Limits, Rounds, rounds_of

LIMITS = Limits(stay_min=30.0, drive_min=60.0, day_min=150.0)


def random_minutes(seed: int, stops: int, *, one_way: bool = False) -> FloatArray:
    """Of a base and stops in a square half an hour wide; with `one_way` not the same both ways."""
    rng = np.random.default_rng(seed)
    at = rng.random((stops + 1, 2)) * 20
    minutes: FloatArray = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    return minutes * rng.uniform(0.8, 1.3, minutes.shape) if one_way else minutes


def driving(minutes: FloatArray, order: Sequence[int]) -> float:
    way = [0, *order, 0]
    return float(sum(minutes[a, b] for a, b in pairwise(way)))


def partitions(stops: list[int]) -> Iterator[list[list[int]]]:
    if not stops:
        yield []
        return
    for rest in partitions(stops[1:]):
        yield [[stops[0]], *rest]
        for k in range(len(rest)):
            yield [*rest[:k], [stops[0], *rest[k]], *rest[k + 1 :]]


def least_driving(minutes: FloatArray, limits: Limits) -> float:
    """By trying every partition and every order."""
    best = {}

    def of(part: list[int]) -> float:
        key = tuple(sorted(part))
        if key not in best:
            drive = min(driving(minutes, order) for order in permutations(key))
            best[key] = drive if limits.keeps(drive, len(key)) else np.inf
        return best[key]

    return min(sum(of(part) for part in parts) for parts in partitions(list(range(1, len(minutes)))))


def check(found: Rounds, minutes: FloatArray, limits: Limits) -> float:
    """Every stop once, every figure right; the driving of all rounds."""
    stops = [stop for one in found.rounds for stop in one.stops]
    assert sorted([*stops, *found.unreached]) == list(range(1, len(minutes)))
    for one in found.rounds:
        assert one.drive_min == pytest.approx(driving(minutes, one.stops))
        assert one.keeps == limits.keeps(one.drive_min, len(one.stops))
        assert one.keeps or len(one.stops) == 1
    return sum(one.drive_min for one in found.rounds)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("one_way", [False, True])
def test_few_stops_have_the_least_driving(seed: int, one_way: bool) -> None:
    minutes = random_minutes(seed, 2 + seed % 5, one_way=one_way)
    found = rounds_of(minutes, LIMITS)
    assert found.exact
    assert check(found, minutes, LIMITS) == pytest.approx(least_driving(minutes, LIMITS))


@pytest.mark.parametrize("seed", range(6))
def test_joined_rounds_keep_the_limits_and_are_near_the_least(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    minutes = random_minutes(seed, 7, one_way=seed % 2 == 1)
    least = check(rounds_of(minutes, LIMITS), minutes, LIMITS)
    monkeypatch.setattr("siting.layout.rounds.EXACT", 4)
    joined = rounds_of(minutes, LIMITS)
    assert not joined.exact
    drive = check(joined, minutes, LIMITS)
    alone = sum(driving(minutes, (i,)) for i in range(1, len(minutes)))
    assert least - 1e-9 <= drive <= 1.3 * least
    assert drive < alone


def test_many_stops() -> None:
    minutes = random_minutes(1, 40)
    found = rounds_of(minutes, LIMITS)
    assert not found.exact
    assert check(found, minutes, LIMITS) < sum(driving(minutes, (i,)) for i in range(1, 41))
    assert max(len(one.stops) for one in found.rounds) == 4  # five would stay the whole day


def test_by_hand() -> None:
    # base, two villages to the east five minutes apart, one to the west: with two stops a day the two go together
    x = np.array([0.0, 20.0, 25.0, -10.0])
    found = rounds_of(np.abs(x[:, None] - x[None]), Limits(stay_min=60.0, drive_min=100.0, day_min=180.0))
    assert {frozenset(one.stops): one.drive_min for one in found.rounds} == {frozenset({1, 2}): 50, frozenset({3}): 20}
    # all in one where the day is long enough: 25 out, 35 back past the base, 10 home
    found = rounds_of(np.abs(x[:, None] - x[None]), Limits(stay_min=60.0, drive_min=100.0, day_min=250.0))
    assert [one.drive_min for one in found.rounds] == [70]


def test_of_equal_driving_the_fewest_rounds() -> None:
    x = np.array([0.0, 10.0, -10.0])  # on either side of the base: together or apart is the same driving
    (one,) = rounds_of(np.abs(x[:, None] - x[None]), Limits(stay_min=10.0, drive_min=100.0, day_min=200.0)).rounds
    assert (sorted(one.stops), one.drive_min) == ([1, 2], 40)


def test_too_far_and_cut_off() -> None:
    minutes = np.array(
        [
            [0, 40, 10, np.inf, 5],
            [40, 0, 30, np.inf, 35],
            [10, 30, 0, np.inf, 9],
            [5, 5, 5, 0, 5],
            [np.inf, 1, 1, 1, 0],
        ],
        dtype=float,
    )
    found = rounds_of(minutes, LIMITS)
    assert check(found, minutes, LIMITS) == 100
    assert found.unreached == (3, 4)  # no way there; no way back
    assert {one.stops: one.keeps for one in found.rounds} == {(2,): True, (1,): False}
    assert rounds_of(np.zeros((1, 1)), LIMITS) == Rounds((), True, ())


def test_exact_up_to() -> None:
    assert rounds_of(random_minutes(3, EXACT), LIMITS).exact
    assert not rounds_of(random_minutes(3, EXACT + 1), LIMITS).exact
