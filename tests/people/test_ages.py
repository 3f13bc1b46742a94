"""Single years from bands, and the life table that splits the open one."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.errors import InputError
from siting.people.ages import AGES, OLDEST, ages_within, band_of_age, single_years
from siting.people.cohort import Steps, project
from siting.people.life_table import LifeTable, SilerLaw, life_table

LAW = SilerLaw(infant_hazard=0.0085, infant_decline=2.0, background_hazard=0.0002, senescent_growth=0.1)
TABLE = life_table(LAW, 80.0)


@st.composite
def bands(draw: st.DrawFn) -> list[tuple[int, int]]:
    edges = sorted(draw(st.sets(st.integers(1, OLDEST), max_size=12)))
    firsts = [0, *edges]
    return [(a, b - 1) for a, b in itertools.pairwise(firsts)] + [(firsts[-1], 200)]


@given(st.data())
def test_every_bands_total_is_kept_and_nobody_is_negative(data: st.DataObject) -> None:
    of = data.draw(bands())
    persons = st.lists(st.floats(0, 1e6).map(lambda value: round(value, 3)), min_size=len(of), max_size=len(of))
    counts = np.array(data.draw(st.lists(persons, min_size=1, max_size=3)))
    single = single_years(counts, of, TABLE.stationary)
    assert single.shape == (len(counts), AGES)
    assert (single >= 0).all()
    for b, (first, last) in enumerate(of):
        total = single @ ages_within(first, last)
        assert total == pytest.approx(counts[:, b], rel=1e-9, abs=1e-6)


def test_an_even_population_stays_even() -> None:
    of = [(0, 4), (5, 14), (15, 59), (60, 79), (80, 200)]
    single = single_years(np.array([[50.0, 100.0, 450.0, 200.0, 0.0]]), of, TABLE.stationary)[0]
    assert single[:60] == pytest.approx(10)  # beyond, nobody is 80 and the curve leads there


def test_the_open_band_falls_as_the_life_table_does() -> None:
    single = single_years(np.array([[100.0, 60.0]]), [(0, 79), (80, 200)], TABLE.stationary)[0]
    assert single[80:] / single[80] == pytest.approx(TABLE.stationary[80:] / TABLE.stationary[80])


def test_bands_know_their_ages() -> None:
    assert band_of_age([(0, 2), (3, 5), (6, 200)])[[0, 2, 3, 5, 6, 100]].tolist() == [0, 0, 1, 1, 2, 2]
    assert ages_within(105, None).nonzero()[0].tolist() == [100]


@pytest.mark.parametrize("expectancy", [55.0, 70.0, 80.0, 86.0])
def test_the_table_has_the_life_expectancy_that_was_asked_for(expectancy: float) -> None:
    table = life_table(LAW, expectancy)
    assert table.stationary.sum() == pytest.approx(expectancy)
    assert ((table.survival > 0) & (table.survival < 1)).all()
    assert table.newborn == pytest.approx(table.stationary[0])
    assert (np.diff(table.survival[10:]) < 0).all()  # from childhood on the risk only grows


def test_survival_is_that_of_the_law_at_young_ages() -> None:
    """Without infants' and background risks the law is Gompertz's: the share who reach x is known in closed form."""
    law = SilerLaw(0.0, 1.0, 0.0, 0.1)
    table = life_table(law, 75.0)

    def alive(x: np.ndarray, level: float) -> np.ndarray:
        return np.exp(-level / 0.1 * np.expm1(0.1 * x))

    ages = np.linspace(0, 130, 130_001)
    levels = np.exp(np.linspace(-14, -6, 4001))
    level = levels[np.argmin([abs(np.trapezoid(alive(ages[::100], v), ages[::100]) - 75) for v in levels])]
    assert table.stationary[60] == pytest.approx(
        np.trapezoid(alive(ages[60_000:61_001], level), ages[60_000:61_001]), rel=2e-3
    )


def test_a_life_expectancy_out_of_reach_is_refused() -> None:
    with pytest.raises(InputError, match="预期寿命"):
        life_table(SilerLaw(0.5, 0.1, 0.05, 0.1), 80.0)


def test_a_stationary_population_stays_as_it_is() -> None:
    """With as many births a year as the table's persons stand for, nothing changes at any age in either unit."""
    births = 900.0
    start = np.outer([0.25, 0.75], births * TABLE.stationary)
    course = project(start, _no_moves(TABLE, births, years=30))
    assert course.people[-1] == pytest.approx(start, rel=1e-10)
    assert course.deaths.sum(axis=(1, 2)) == pytest.approx(births)


def _no_moves(table: LifeTable, births: float, *, years: int) -> Steps:
    return Steps(
        years=np.arange(2021, 2021 + years),
        newborn=np.full(years, table.newborn),
        survival=np.tile(table.survival, (years, 1)),
        births=np.full(years, births),
        birth_weight=np.tile(ages_within(20, 39), (2, 1)),
        move_share=np.zeros((0, AGES)),
        move_from=np.zeros((0, 2), dtype=bool),
        move_to=np.zeros((0, 2)),
        external=np.zeros((years, AGES)),
        external_weight=np.ones(2),
        plot_place=np.zeros(0, dtype=np.int64),
        plot_unit=np.zeros(0, dtype=np.int64),
        inside=np.zeros((years, 0, AGES)),
        outside=np.zeros((years, 0, AGES)),
        taken_from=np.zeros((1, 2), dtype=bool),
        taken_share=np.ones(1),
    )
