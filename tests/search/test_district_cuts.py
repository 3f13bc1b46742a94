"""Cuts that make a catchment hang together."""

from __future__ import annotations

import numpy as np

from siting.search.districts.cuts import separate
from tests.search.test_districts import grid

LINE = grid(1, 6)  # points 0 to 5, the site in point 0


def test_a_point_beyond_a_gap_needs_the_point_before_it() -> None:
    (cut,) = separate(LINE, np.arange(6), np.array([1.0, 1, 0, 0, 1, 1]), 7, 0)
    assert cut.site == 7
    assert cut.island.tolist() == [4, 5]
    assert cut.wall.tolist() == [3]


def test_of_the_ring_around_an_island_only_the_side_towards_the_site_counts() -> None:
    (cut,) = separate(LINE, np.arange(6), np.array([1.0, 0, 0, 1, 0, 0]), 0, 0)
    assert cut.wall.tolist() == [2]


def test_what_hangs_together_breaks_no_cut() -> None:
    assert separate(LINE, np.arange(6), np.array([1.0, 1, 1, 0, 0, 0]), 0, 0) == []


def test_shares_are_cut_too() -> None:
    cuts = separate(LINE, np.arange(6), np.array([1.0, 0.2, 0.2, 0.9, 0, 0]), 0, 0)
    assert [(cut.island.tolist(), cut.wall.tolist()) for cut in cuts] == [([3], [2])]
