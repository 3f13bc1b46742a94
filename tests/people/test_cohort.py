"""The cohort-component steps against sums done by hand, and laws that hold for any numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.errors import InputError
from siting.people.cohort import Course, Steps, project

RURAL, URBAN, PLOT = 0, 1, 2


def by_hand() -> tuple[np.ndarray, Steps]:
    """A village unit, an urban unit and a plot in the urban unit; ages 0, 1, and 2 and over; one step."""
    start = np.array([[100.0, 200.0, 300.0], [50.0, 100.0, 150.0], [0.0, 0.0, 0.0]])
    steps = Steps(
        years=np.array([2021]),
        newborn=np.array([0.9]),
        survival=np.array([[0.8, 0.5, 0.2]]),
        births=np.array([100.0]),
        birth_weight=np.array([[0.0, 1.0, 0.0], [0.0, 2.0, 0.0], [0.0, 2.0, 0.0]]),
        move_share=np.array([[0.0, 0.25, 0.1]]),
        move_from=np.array([[True, False, False]]),
        move_to=np.array([[0.0, 1.0, 0.0]]),
        external=np.array([[0.0, -12.0, 45.0]]),
        external_weight=np.array([1.0, 1.0, 0.0]),
        plot_place=np.array([PLOT]),
        plot_unit=np.array([URBAN]),
        inside=np.array([[[0.0, 9.0, 0.0]]]),
        outside=np.array([[[1.0, 2.0, 3.0]]]),
        taken_from=np.array([[True, False, False], [False, True, False]]),
        taken_share=np.array([0.4, 0.6]),
    )
    return start, steps


def test_one_step_is_what_was_computed_by_hand() -> None:
    course = project(*by_hand())
    # Weights 200 x 1 and 100 x 2: half of 100 births each.
    assert course.births[0] == pytest.approx([50, 50, 0])
    # 10 % of 50 newborn die; 20 % of the aged 0, half of the aged 1, 80 % of the aged 2 and over.
    assert course.deaths[0] == pytest.approx(np.array([[5, 20, 100 + 240], [5, 10, 50 + 120], [0, 0, 0]]))
    # Alive: village 45, 80, 100 + 60; urban 45, 40, 50 + 30. A quarter of 80 and a tenth of 160 move.
    assert course.moves[0] == pytest.approx(np.array([[0, -20, -16], [0, 20, 16], [0, 0, 0]]))
    # 12 aged 1 leave 60 and 60 people of that age; 45 aged 2 come to 249 and 201 people.
    assert course.external[0] == pytest.approx(np.array([[0, -6, 24.9], [0, -6, 20.1], [0, 0, 0]]))
    # The urban unit is the plot's own, so that all 9 come from the village.
    assert course.from_inside[0] == pytest.approx(np.array([[0, -9, 0], [0, 0, 0], [0, 9, 0]]))
    assert course.from_outside[0] == pytest.approx(np.array([[0, 0, 0], [0, 0, 0], [1, 2, 3]]))
    assert course.people[1] == pytest.approx(np.array([[45, 45, 168.9], [45, 54, 116.1], [1, 11, 3]]))


def test_people_from_inside_come_by_share_of_kind_and_within_a_kind_by_people() -> None:
    start, steps = by_hand()
    # A second village with three times the people of the first, and a plot whose own unit is the first village.
    start = np.vstack([start[:2], 3 * start[:1], np.zeros((1, 3))])
    still = steps.newborn * 0 + 1
    steps = replace(
        steps,
        newborn=still,
        survival=np.ones((1, 3)),
        births=np.zeros(1),
        birth_weight=np.zeros((4, 3)),
        move_share=np.zeros((0, 3)),
        move_from=np.zeros((0, 4), dtype=bool),
        move_to=np.zeros((0, 4)),
        external=np.zeros((1, 3)),
        external_weight=np.ones(4),
        plot_place=np.array([3]),
        plot_unit=np.array([URBAN]),
        inside=np.array([[[0.0, 0.0, 80.0]]]),
        outside=np.zeros((1, 1, 3)),
        taken_from=np.array([[True, False, True, False], [False, True, False, False]]),
    )
    urban_plot = project(start, steps).from_inside[0]
    assert urban_plot[:, 2] == pytest.approx([-20, 0, -60, 80])  # villages 1 : 3
    village_plot = project(start, replace(steps, plot_unit=np.array([0]))).from_inside[0]
    assert village_plot[:, 2] == pytest.approx([0, -48, -32, 80])  # 0.6 from the city, 0.4 from the other village


def test_more_people_cannot_leave_than_there_are() -> None:
    start, steps = by_hand()
    with pytest.raises(InputError, match="2021 年要迁出的人多于当地有的人"):
        project(start, replace(steps, inside=np.array([[[0.0, 55.0, 0.0]]])))
    with pytest.raises(InputError, match="external"):
        project(start, replace(steps, external=np.array([[0.0, -121.0, 0.0]])))
    with pytest.raises(InputError, match="出生数无处分配"):
        project(start, replace(steps, birth_weight=np.zeros((3, 3))))


def test_nobody_moves_where_there_is_nowhere_to_go() -> None:
    start, steps = by_hand()
    assert not project(start, replace(steps, move_to=np.zeros((1, 3)))).moves.any()


@st.composite
def courses(draw: st.DrawFn, **changes: Any) -> tuple[np.ndarray, Steps]:
    """Any start and steps of 2 to 4 units, 0 to 2 plots and 4 ages, whose moves never exceed the people."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    T, U, P, A = draw(st.integers(1, 4)), draw(st.integers(2, 4)), draw(st.integers(0, 2)), 4
    G = U + P
    start = np.vstack([rng.uniform(50, 500, (U, A)), np.zeros((P, A))])
    kind = np.append(np.arange(U) % 2, rng.integers(0, 2, P))
    settled = np.arange(G) < U
    plan: dict[str, Any] = {
        "years": np.arange(2021, 2021 + T),
        "newborn": rng.uniform(0.9, 1, T),
        "survival": rng.uniform(0.6, 1, (T, A)),
        "births": rng.uniform(30, 90, T),
        "birth_weight": rng.uniform(0.5, 1.5, (G, 1)) * np.array([0, 1, 1, 0]),
        "move_share": rng.uniform(0, 0.2, (1, A)),
        "move_from": (kind == 0)[None],
        "move_to": (settled & (kind == 1))[None] * rng.uniform(0.5, 2, (1, G)),
        "external": rng.uniform(-1, 1, (T, A)),
        "external_weight": rng.uniform(0.5, 2, G) * settled,
        "plot_place": np.arange(U, G),
        "plot_unit": rng.integers(0, U, P),
        "inside": rng.uniform(0, 0.5, (T, P, A)),
        "outside": rng.uniform(0, 9, (T, P, A)),
        "taken_from": np.array([settled & (kind == k) for k in (0, 1)]),
        "taken_share": np.array([0.3, 0.7]),
    }
    return start, Steps(**(plan | changes))


def still(start: np.ndarray, steps: Steps) -> Steps:
    """The same without any move."""
    return replace(
        steps,
        move_share=np.zeros_like(steps.move_share),
        external=np.zeros_like(steps.external),
        inside=np.zeros_like(steps.inside),
        outside=np.zeros_like(steps.outside),
    )


def explained(course: Course, start: np.ndarray) -> np.ndarray:
    """(T, G, A) people that the components give, every cohort followed by itself."""
    before = course.people[:-1]
    grown = np.concatenate([course.births[:, :, None], before[:, :, :-1]], axis=2)
    grown[:, :, -1] += before[:, :, -1]
    return grown - course.deaths + course.moves + course.external + course.from_inside + course.from_outside


@given(courses())
def test_births_deaths_and_moves_explain_every_change(case: tuple[np.ndarray, Steps]) -> None:
    start, steps = case
    course = project(start, steps)
    assert (course.people >= 0).all()
    assert course.people[1:] == pytest.approx(explained(course, start))
    assert course.births.sum(axis=1) == pytest.approx(steps.births)
    assert (course.deaths >= -1e-9).all()


@given(courses())
def test_moves_inside_add_up_to_zero_at_every_age_and_those_from_outside_to_what_was_stated(
    case: tuple[np.ndarray, Steps],
) -> None:
    start, steps = case
    course = project(start, steps)
    assert course.moves.sum(axis=1) == pytest.approx(0, abs=1e-9)
    assert course.from_inside.sum(axis=1) == pytest.approx(0, abs=1e-9)
    assert course.external.sum(axis=1) == pytest.approx(steps.external)
    assert course.from_outside.sum(axis=1) == pytest.approx(steps.outside.sum(axis=1))
    arrived = (course.from_inside + course.from_outside)[:, steps.plot_place]
    assert arrived == pytest.approx(steps.inside + steps.outside)  # those of a plot are counted once


@given(courses(), st.floats(1, 50))
def test_more_births_are_never_fewer_people_of_any_age(case: tuple[np.ndarray, Steps], more: float) -> None:
    start, steps = case
    fewer = project(start, steps).people.sum(axis=1)
    assert (project(start, replace(steps, births=steps.births + more)).people.sum(axis=1) >= fewer - 1e-6).all()


@given(courses())
def test_without_moves_places_change_only_by_their_own_births_and_deaths(case: tuple[np.ndarray, Steps]) -> None:
    start, steps = case
    course = project(start, still(start, steps))
    change = np.diff(course.people.sum(axis=2), axis=0)
    assert change == pytest.approx(course.births - course.deaths.sum(axis=2))
    alone = project(start[:1], _only_first(still(start, steps), course.births[:, 0]))
    assert alone.people[:, 0] == pytest.approx(course.people[:, 0])


@given(courses(), st.floats(0.5, 3))
def test_twice_the_people_births_and_moves_are_twice_everything(case: tuple[np.ndarray, Steps], factor: float) -> None:
    start, steps = case
    larger = replace(
        steps,
        births=factor * steps.births,
        external=factor * steps.external,
        inside=factor * steps.inside,
        outside=factor * steps.outside,
    )
    assert project(factor * start, larger).people == pytest.approx(factor * project(start, steps).people, rel=1e-6)


def _only_first(steps: Steps, births: np.ndarray) -> Steps:
    """The steps of the first place alone, which has no plots."""
    A = steps.survival.shape[1]
    return replace(
        steps,
        births=births,
        birth_weight=steps.birth_weight[:1],
        move_from=steps.move_from[:, :1],
        move_to=steps.move_to[:, :1],
        external_weight=steps.external_weight[:1],
        plot_place=np.zeros(0, dtype=np.int64),
        plot_unit=np.zeros(0, dtype=np.int64),
        inside=np.zeros((len(steps.years), 0, A)),
        outside=np.zeros((len(steps.years), 0, A)),
        taken_from=steps.taken_from[:, :1],
    )
