"""Other weights: intervals, random weights, linear programmes and dominance against brute force."""

from __future__ import annotations

import numpy as np
import pytest

from siting.ranking.score import score
from siting.ranking.sensitivity import (
    acceptability,
    dominators,
    largest_lead,
    lead_of,
    moved,
    nearest_weights,
    weights_with,
)

SEEDS = range(12)


def random_values(seed: int, sites: int = 6, criteria: int = 4) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 5, (sites, criteria)) / 4, rng.dirichlet(np.ones(criteria))


def grid(criteria: int, steps: int) -> np.ndarray:
    """All weights in steps of 1 / steps."""
    rows = [[k] for k in range(steps + 1)]
    for _ in range(criteria - 2):
        rows = [[*row, k] for row in rows for k in range(steps + 1 - sum(row))]
    return np.array([[*row, steps - sum(row)] for row in rows]) / steps


def test_one_weight_is_changed_and_the_rest_keep_their_proportions() -> None:
    assert weights_with(np.array([0.5, 0.3, 0.2]), 0, 0.75).tolist() == pytest.approx([0.75, 0.15, 0.1])
    assert weights_with(np.array([1.0, 0, 0]), 0, 0.5).tolist() == pytest.approx([0.5, 0.25, 0.25])


@pytest.mark.parametrize("seed", SEEDS)
def test_within_the_interval_the_leader_leads_and_beyond_it_does_not(seed: int) -> None:
    values, weights = random_values(seed)
    leader = score(values, weights).leader
    for k in range(weights.size):
        found = lead_of(values, weights, k, leader)
        assert found.low - 1e-9 <= weights[k] <= found.high + 1e-9
        for t in np.linspace(0, 1, 401):
            scores = values @ weights_with(weights, k, t)
            leads = scores[leader] >= scores.max() - 1e-9
            if found.low + 1e-6 < t < found.high - 1e-6:
                assert leads, (k, t)
            if t < found.low - 1e-6 or t > found.high + 1e-6:
                assert not leads, (k, t)
        for end, other, beyond in ((found.low, found.below, -1e-6), (found.high, found.above, 1e-6)):
            assert (other is None) == (end in (0.0, 1.0))
            if other is not None:
                after = values @ weights_with(weights, k, end + beyond)
                assert after[other] > after[leader]


def test_the_interval_of_two_sites_by_hand() -> None:
    # First: 0.6 of a and nothing of b; second: all of b. They are level where 0.6 t = 1 - t.
    found = lead_of(np.array([[0.6, 0.0], [0.0, 1.0]]), np.array([0.8, 0.2]), 0, 0)
    assert found.low == pytest.approx(1 / 1.6)
    assert (found.high, found.below, found.above) == (1.0, 1, None)


def test_random_weights_of_two_criteria_fall_where_geometry_says() -> None:
    # The first leads where its weight is above 1 / 1.6 of the whole: 0.375 of all weights.
    found = acceptability(np.array([[0.6, 0.0], [0.0, 1.0]]), draws=40_000, seed=3)
    assert found.first[0] == pytest.approx(0.375, abs=0.01)
    assert found.first.sum() == pytest.approx(1)
    assert found.top.tolist() == [1, 1]


def test_random_weights_are_the_same_with_the_same_seed_and_share_a_tie() -> None:
    values = np.array([[0.5, 0.5], [0.5, 0.5], [0.1, 0.1], [0.0, 0.0], [0.0, 0.2]])
    one, two = (acceptability(values, draws=1000, seed=1) for _ in range(2))
    assert one.first.tolist() == two.first.tolist() == [0.5, 0.5, 0, 0, 0]
    assert one.top[:2].tolist() == [1, 1]
    assert one.top[3] == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_acceptability_counts_each_draw_once(seed: int) -> None:
    values, _ = random_values(seed)
    weights = np.random.default_rng(5).dirichlet(np.ones(4), size=500)
    found = acceptability(values, draws=500, seed=5)
    first, top = np.zeros(6), np.zeros(6)
    for w in weights:
        made = score(values, w)
        leaders = np.flatnonzero(made.rank == 1)
        first[leaders] += 1 / leaders.size
        top[made.rank <= 3] += 1
    assert found.first == pytest.approx(first / 500)
    assert found.top == pytest.approx(top / 500)


@pytest.mark.parametrize("seed", SEEDS)
def test_who_can_be_first_and_with_how_little_change_agrees_with_trying_all_weights(seed: int) -> None:
    values, weights = random_values(seed)
    tried = grid(4, 20)
    scores = tried @ values.T
    for site in range(len(values)):
        twins = (np.abs(values - values[site]) < 1e-12).all(axis=1)
        best_of_others = scores[:, ~twins].max(axis=1)
        lead = scores[:, site] - best_of_others
        found = largest_lead(values, site)
        assert found >= lead.max() - 1e-7
        assert found <= lead.max() + 0.15  # the grid is coarse
        nearest = nearest_weights(values, weights, site, 0.001)
        if nearest is None:
            assert lead.max() < 0.001 + 1e-7
            continue
        assert nearest.sum() == pytest.approx(1)
        assert (values[site] - values[~twins]) @ nearest == pytest.approx(
            np.maximum((values[site] - values[~twins]) @ nearest, 0.001), abs=1e-6
        )
        firsts = tried[lead >= 0.001]
        if len(firsts):
            assert moved(weights, nearest) <= min(moved(weights, w) for w in firsts) + 1e-7


def test_a_leader_needs_no_change() -> None:
    values, weights = np.array([[1.0, 0.5], [0.2, 0.9]]), np.array([0.7, 0.3])
    nearest = nearest_weights(values, weights, 0)
    assert nearest is not None
    assert moved(weights, nearest) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_dominated_sites_are_never_better_and_cannot_be_first_alone(seed: int) -> None:
    values, _ = random_values(seed, sites=8, criteria=3)
    found = dominators(values)
    for i in range(8):
        expected = [j for j in range(8) if (values[j] >= values[i]).all() and (values[j] > values[i]).any()]
        assert found[i] == expected
        if expected:
            assert largest_lead(values, i) <= 1e-7


def test_twins_do_not_stand_in_each_others_way() -> None:
    values = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    assert dominators(values) == [[], [], []]
    assert largest_lead(values, 0) == pytest.approx(1)
    assert largest_lead(values[:1], 0) == 1
