"""Counts of people: by hand, and the laws that nobody can be told from them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.consultation.rules import load_rules
from siting.publish.people import people_column, people_text, rounded, share_text, step_of
from siting.render.columns import Column

RULES = load_rules()
COLUMN = Column("need", "需要的人", "People", "persons")
PERSONS = st.floats(0, 1e5, allow_nan=False)


def test_by_hand() -> None:
    values = pd.Series([0.0, 0.4, 9.99, 10.0, 14.9, 15.0, 1234.0, np.nan])
    column, told, hidden = people_column(COLUMN, values, RULES)
    assert told.tolist() == ["0", "<10", "<10", "10", "10", "20", "1,230", "—"]
    assert column.kind == "text"
    assert hidden == 2


def test_a_column_without_few_people_stays_numbers() -> None:
    column, told, hidden = people_column(COLUMN, pd.Series([0.0, 104.0, np.nan]), RULES)
    assert column is COLUMN
    assert told.tolist()[:2] == [0.0, 100.0]
    assert hidden == 0


@given(st.lists(PERSONS, min_size=1, max_size=8))
def test_no_count_from_one_to_nine_is_told_and_none_is_far_off(persons: list[float]) -> None:
    told = rounded(np.array(persons), RULES)
    known = ~np.isnan(told)
    assert ((told[known] == 0) | (told[known] >= 10)).all()
    assert (np.abs(told - np.array(persons))[known] <= 5).all()
    assert all(0 < p < 10 for p in np.array(persons)[~known])


@given(st.lists(st.integers(10, 500), min_size=1, max_size=4), st.integers(1, 9))
def test_a_total_less_its_parts_does_not_give_a_hidden_count_away(parts: list[int], hidden: int) -> None:
    """Another hidden count, in a table with the same published numbers, is always possible."""
    told = rounded(np.array([*parts, sum(parts) + hidden], dtype=float), RULES)

    def possible(count: int) -> bool:
        low = sum(max(part - 5, 10) for part in told[:-1].tolist()) + count
        high = sum(part + 4 for part in told[:-1].tolist()) + count
        return bool(low <= told[-1] + 4 and high >= told[-1] - 5)

    assert possible(hidden)
    assert sum(possible(count) for count in range(1, 10)) >= 2


@pytest.mark.parametrize(
    ("text", "told"),
    [("1,234", "1,230"), ("7", "<10"), ("<1", "<10"), ("0", "0"), ("12,345 → 9", "12,350 → <10"), ("—", "—")],
)
def test_texts_of_figures(text: str, told: str) -> None:
    assert people_text(text, RULES) == told


@pytest.mark.parametrize(
    ("text", "whole", "told"),
    [
        ("98.44%", 20_000, "98.4%"), ("98.4%", 1_000, "98%"), ("98.4%", 200, ">95%"), ("1.2%", 200, "<5%"),
        (">99.9%", 20_000, ">99.9%"), ("100.0%", 1_000, "100%"), ("0.0%", 1_000, "0%"), ("<0.1%", 1_000, "<1%"),
        ("47.3% → 52.1%", 100, "50% → 50%"), ("47.3%", 99, None),
    ],
)  # fmt: skip
def test_shares_by_their_whole(text: str, whole: float, told: str | None) -> None:
    assert share_text(text, whole, RULES) == told


@given(st.floats(0, 1e6))
def test_a_step_of_a_share_is_ten_people_at_least(whole: float) -> None:
    step = step_of(whole, RULES)
    assert (step is None) == (whole < 100)
    assert step is None or step / 100 * whole >= 10
