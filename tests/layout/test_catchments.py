"""Catchments in pieces: by hand on a chessboard, against a search point by point, and on the plan by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from siting.impedance import IntArray
from siting.layout.result import LayoutPlan
from siting.layout.tables import sheets_of
from siting.layout.tables.catchments import goers_of, pieces, pieces_of
from siting.layout.tables.facts import Facts
from siting.prepare import Settings
from siting.render.cells import touching

from .by_hand import PERSONS, SCENARIO, TODAY, make_plan


def board(rows: int, columns: int) -> IntArray:
    """Squares that touch, numbered row by row."""
    number = np.arange(rows * columns).reshape(rows, columns)
    across, down = (number[:, :-1], number[:, 1:]), (number[:-1], number[1:])
    return np.concatenate([np.column_stack([a.ravel(), b.ravel()]) for a, b in (across, down)])


def count(place: str, areas: str) -> dict[str, int]:
    """Pieces of each place on a board of three columns: '.' is land where nobody needs the service."""
    entries = [(p, k) for k, p in enumerate(areas) if p != "."]
    letters = sorted({p for p, _ in entries})
    numbers = np.array([letters.index(p) for p, _ in entries])
    of = np.array([k for _, k in entries])
    found = pieces(numbers, of, board(len(areas) // 3, 3), len(areas))
    return {letter: len(set(found[numbers == k])) for k, letter in enumerate(letters) if letter in place}


def test_squares_of_one_border_touch_and_those_of_a_corner_do_not() -> None:
    squares = np.array([shapely.box(x, y, x + 1, y + 1) for y in range(3) for x in range(3)], dtype=object)
    found = {tuple(pair) for pair in touching(squares).tolist()}
    assert found == {tuple(pair) for pair in board(3, 3).tolist()}


def test_borders_that_are_cut_at_an_outline_touch_still() -> None:
    rng = np.random.default_rng(3)
    points = shapely.MultiPoint(rng.random((40, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(points, ordered=True))
    circle = shapely.Point(0.5, 0.5).buffer(0.45)
    cut = shapely.intersection(cells, circle)
    found = {tuple(pair) for pair in touching(cut).tolist()}
    expected = {
        (a, b)
        for a in range(40)
        for b in range(a + 1, 40)
        if shapely.intersection(shapely.intersection(cells[a], cells[b]), circle).length > 1e-4
    }
    assert expected <= found
    assert len(found - expected) <= 1  # the shortest border of all may lie between the two bounds


@pytest.mark.parametrize(
    ("areas", "expected"),
    [
        ("AAABBB", {"A": 1, "B": 1}),
        ("ABABBB", {"A": 2, "B": 1}),  # the two of A are parted by B
        ("A.A...", {"A": 1}),  # land without pupils does not part them
        ("A.AB.B", {"A": 1, "B": 1}),  # nor two places at once
        ("ABABAB", {"A": 3, "B": 3}),  # a corner is no border
        ("ABBBAB", {"A": 2, "B": 2}),
        ("A.BB.A", {"A": 1, "B": 1}),
    ],
)
def test_pieces_on_a_board(areas: str, expected: dict[str, int]) -> None:
    assert count("AB", areas) == expected


def test_two_places_may_have_people_in_one_area() -> None:
    place, area = np.array([0, 1, 0, 1]), np.array([0, 0, 1, 2])
    found = pieces(place, area, np.array([[0, 1], [1, 2]]), 3)
    assert found[0] == found[2]
    assert found[1] != found[3]  # the area between is of the other place


def test_pieces_against_a_search_point_by_point() -> None:
    rng = np.random.default_rng(8)
    for _ in range(30):
        areas = "".join(rng.choice(["A", "B", "."], 18, p=[0.4, 0.4, 0.2]))
        pairs = board(6, 3).tolist()
        for letter, n in count("AB", areas).items():
            own = {k for k, p in enumerate(areas) if p == letter}
            passable = own | {k for k, p in enumerate(areas) if p == "."}
            left, expected = set(own), 0
            while left:
                expected += 1
                seen = [left.pop()]
                reached = set(seen)
                while seen:
                    here = seen.pop()
                    for a, b in pairs:
                        for one, other in ((a, b), (b, a)):
                            if one == here and other in passable and other not in reached:
                                reached.add(other)
                                seen.append(other)
                left -= reached
            assert n == expected, (areas, letter)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> LayoutPlan:
    """In 2030 the people of b, between a and c, go to the plot, those of a and c to the first school."""
    last = {(g, p): (("c0" if p == "b" else "f1", 1.0),) for g in (0, 1) for p in "abc"}
    folder = tmp_path_factory.mktemp("pieces")
    return make_plan(folder, scenario=SCENARIO, first=TODAY, last=last)


def test_most_people_of_a_point_settle_where_it_goes(plan: LayoutPlan) -> None:
    facts = Facts(plan, Settings())
    goers = goers_of(facts, plan.before)
    names = [facts.places[p].id for p in goers["place"]]
    assert names == ["f1", "f1", "f2"] * 2
    assert goers["persons"].tolist() == [sum(PERSONS[p][2 * t : 2 * t + 2]) for t in (0, 1) for p in "abc"]


def test_a_point_half_of_whose_people_have_no_place_goes_to_the_greater_part(tmp_path: Path) -> None:
    facts = Facts(make_plan(tmp_path), Settings())
    last = goers_of(facts, facts.plan.after).iloc[-1]
    assert facts.places[int(last["place"])].id == "c0"  # of c 3 go to c0, 1 + 1 to f1, 1 nowhere
    assert last["persons"] == 6


def test_the_school_in_two_pieces(plan: LayoutPlan, monkeypatch: pytest.MonkeyPatch) -> None:
    squares = np.array([shapely.box(x, 0, x + 1, 1) for x in range(3)], dtype=object)  # a, b and c in a row
    monkeypatch.setattr("siting.layout.tables.facts.cells_of", lambda _: squares)
    found = pieces_of(Facts(plan, Settings()))
    last = found[(found["when"] == "after") & (found["period"] == 1)].set_index("place")
    assert last["pieces"].tolist() == [2, 1]
    assert last["persons"].tolist() == [20 + 6, 10]
    sheets = {sheet.key: sheet for sheet in sheets_of(plan)}
    told = sheets["education"].frame.set_index(["year", "when"])
    assert told.loc[(2030, "规划 plan"), ["in_pieces", "more_pieces", "apart"]].tolist() == [1, 1, 6]
    assert told.loc[(2030, "不作改变 nothing done"), ["in_pieces", "more_pieces", "apart"]].tolist() == [0, 0, 0]
    (row,) = sheets["fragments"].frame.to_dict("records")
    assert (row["id"], row["year"], row["pieces"], row["persons"], row["apart"]) == ("f1", 2030, 2, 26, 6)
    assert row["villages"] == "丙村"


def test_villages_in_the_ledger(plan: LayoutPlan) -> None:
    ledger = next(sheet for sheet in sheets_of(plan) if sheet.key == "ledger").frame
    assert ledger.set_index("id")["villages"].to_dict() == {"f1": "甲村、乙村", "f2": "丙村"}
