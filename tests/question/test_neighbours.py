"""Which demand points touch: the rule on made-up places, and the case's own file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from siting.case import load_case
from siting.errors import InputError
from siting.impedance import FloatArray, ImpedanceMatrix
from siting.instance.adjacency import Adjacency
from siting.question.neighbours import FILE, demand_adjacency, joined, near_enough, touching
from tests.tiny_case import write_case


def on_foot(place: FloatArray) -> ImpedanceMatrix:
    """Straight walks at 4.8 km/h."""
    return ImpedanceMatrix.from_dense(np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1)) / 80)


def neighbours(place: FloatArray, walk: ImpedanceMatrix | None = None) -> Adjacency:
    first, second = touching(place)
    kept = near_enough(place, first, second, on_foot(place) if walk is None else walk)
    return joined(place, first[kept], second[kept], first, second)


def grid(width: int, height: int) -> FloatArray:
    """A hundred metres apart, and a little off the grid so that Delaunay's choice is one."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    place = np.column_stack([x.ravel(), y.ravel()]) * 100.0
    return place + np.random.default_rng(1).normal(0, 2, place.shape)


def test_next_on_a_grid_touch() -> None:
    place = grid(5, 4)
    found = neighbours(place)
    start, end = found.arcs()
    assert np.hypot(*(place[start] - place[end]).T).max() < 4 * 110
    assert {1, 5, 11, 7} <= set(found.neighbours(6).tolist())


def test_a_group_far_away_hangs_on_by_one_edge() -> None:
    place = np.vstack([grid(4, 4), grid(4, 4) + np.array([5000, 0])])
    found = neighbours(place)
    start, end = found.arcs()
    across = (start < 16) & (end >= 16)
    assert across.sum() == 1
    nearest = np.hypot(*(place[:16, None] - place[None, 16:]).transpose(2, 0, 1)).min()
    assert np.hypot(*(place[start[across][0]] - place[end[across][0]])) == pytest.approx(nearest)
    assert found.connected(np.ones(32, dtype=bool))


def test_a_river_without_a_bridge_parts_the_two_banks() -> None:
    """The walk across takes an hour: between columns 2 and 3 only the edge that holds all together is left."""
    place = grid(6, 4)
    bank = np.arange(24) % 6 >= 3
    minutes = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1)) / 80
    walk = ImpedanceMatrix.from_dense(np.where(bank[:, None] == bank[None], minutes, minutes + 60))
    start, end = neighbours(place, walk).arcs()
    assert (bank[start] & ~bank[end]).sum() == 1
    start, end = neighbours(place).arcs()
    assert (bank[start] & ~bank[end]).sum() >= 4


@pytest.mark.parametrize("count", [0, 1, 2, 3, 6])
def test_points_in_a_line_touch_the_next(count: int) -> None:
    order = np.random.default_rng(count).permutation(count)
    place = np.column_stack([order * 100.0, order * 50.0]).astype(np.float64)
    found = neighbours(place)
    start, end = found.arcs()
    assert (np.abs(order[start] - order[end]) == 1).all()
    assert start.size == 2 * max(count - 1, 0)


def test_points_in_one_place_touch() -> None:
    place = np.vstack([grid(3, 3), grid(3, 3)[4]])
    assert 4 in neighbours(place).neighbours(9)


def rows_and_walk(count: int = 7) -> tuple[np.ndarray, ImpedanceMatrix]:
    return np.ones(count, dtype=bool), ImpedanceMatrix.from_dense(np.ones((count, count)))


def test_the_case_s_own_file_is_used_and_held_together(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "tiny")
    (folder / FILE).write_text("from_id,to_id\nd0,d6\nd6,d1\nd2,d4\n", encoding="utf-8")
    case = load_case(folder)
    assert folder.resolve() / FILE in case.input_files
    found = demand_adjacency(case, *rows_and_walk())
    assert set(found.neighbours(6).tolist()) >= {0, 1}
    assert found.connected(np.ones(7, dtype=bool))
    rows = np.arange(7) != 6
    walk = ImpedanceMatrix.from_dense(np.ones((6, 6)))
    assert demand_adjacency(case, rows, walk).connected(np.ones(6, dtype=bool))


def test_all_faults_of_the_file_are_told(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "tiny")
    (folder / FILE).write_text("from_id,to_id\nd0,d9\nd1,d1\nx,d2\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        demand_adjacency(load_case(folder), *rows_and_walk())
    assert sorted((fault.row, fault.column, fault.value) for fault in caught.value.faults) == [
        (2, "to_id", "d9"),
        (3, "to_id", "d1"),
        (4, "from_id", "x"),
    ]
