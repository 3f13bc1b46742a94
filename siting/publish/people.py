"""Counts of people that nobody can be told from: few are suppressed, the others rounded.

Each count is rounded by itself to a multiple of b, halves up; above 0 and below m it reads `<m`. Totals are rounded
alike and are not made to agree with their parts. Secondary suppression is not needed then: with b >= m, a suppressed
count x and parts c_1 ... c_k of a published total T leave of T - sum(c_i) only an interval of b * (k + 1) around the
published difference, never x (Hundepool et al., Statistical Disclosure Control, 2012, section 5.4: rounding). Shares
are rounded to a step that is at least m people of their whole, or left out.
"""

from __future__ import annotations

import math
import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.consultation.rules import Rules
from siting.render.cell_text import NONE
from siting.render.columns import Column

NOBODY = 1e-9
STEPS = (0.1, 0.5, 1.0, 5.0, 10.0)  # per cent, to which shares are rounded
_NUMBER = re.compile(r"(?P<sign>[<>]?)(?P<number>\d[\d,]*(?:\.\d+)?)(?P<percent>%?)")


def few(persons: NDArray[np.float64], rules: Rules) -> NDArray[np.bool_]:
    """(n,) which counts are suppressed."""
    return np.asarray((persons > NOBODY) & (persons < rules.least_persons))


def rounded(persons: NDArray[np.float64], rules: Rules) -> NDArray[np.float64]:
    """(n,) the published counts; NaN where they are suppressed or there is none."""
    step = rules.round_persons_to
    whole = np.floor(np.maximum(persons, 0.0) / step + 0.5) * step
    whole = np.maximum(whole, np.where(persons > NOBODY, step, 0.0))
    found: NDArray[np.float64] = np.where(few(persons, rules) | np.isnan(persons), np.nan, whole)
    return found


def people_column(column: Column, values: pd.Series, rules: Rules) -> tuple[Column, pd.Series, int]:
    """The column as it is published, and how many of its counts were suppressed.

    It stays a column of numbers where none is suppressed, and becomes one of texts where some are.
    """
    persons = values.to_numpy(dtype=np.float64)
    hidden, told = few(persons, rules), rounded(persons, rules)
    if not hidden.any():
        return column, pd.Series(told, index=values.index), 0
    counts, of = np.unique(told, return_inverse=True)  # a county has few different ones, many thousand times
    texts = np.array([NONE if math.isnan(count) else f"{count:,.0f}" for count in counts], dtype=object)[of]
    texts[hidden] = rules.suppressed
    public = Column(column.name, column.zh, column.en, "text", column.width, column.language)
    return public, pd.Series(texts, index=values.index, dtype=object), int(hidden.sum())


def sizes(values: pd.Series, rules: Rules) -> NDArray[np.float64]:
    """(n,) counts for the sizes of symbols: as they are published, all of few people alike."""
    persons = values.to_numpy(dtype=np.float64)
    return np.where(few(persons, rules), rules.least_persons / 2, rounded(persons, rules))


def people_text(text: str, rules: Rules) -> str:
    """Every count of people in the text of a figure as it is published."""

    def publish(found: re.Match[str]) -> str:
        persons = float(found["number"].replace(",", ""))
        if persons <= NOBODY:
            return found[0]
        if persons < rules.least_persons:
            return rules.suppressed
        return f"{rounded(np.array([persons]), rules)[0]:,.0f}"

    return _NUMBER.sub(publish, text)


def share_text(text: str, whole: float, rules: Rules) -> str | None:
    """Every per cent in the text rounded so that a step is `least_persons` of the whole at least; None: too few people.

    Args:
        text: such as `98.7% → >99.9%`.
        whole: of how many people it is a share.
    """
    step = step_of(whole, rules)
    if step is None:
        return None
    decimals = 0 if step >= 1 else 1

    def publish(found: re.Match[str]) -> str:
        exact = not found["sign"]
        beside = {"": 0.0, "<": -0.06, ">": 0.06}[found["sign"]]  # `>99.9%` is not quite all
        percent = float(found["number"].replace(",", "")) + beside
        near = math.floor(percent / step + 0.5) * step
        if near <= 0 and not (exact and percent == 0):
            return f"<{step:.{decimals}f}%"
        if near >= 100 and not (exact and percent == 100):
            return f">{100 - step:.{decimals}f}%"
        return f"{near:.{decimals}f}%"

    return _NUMBER.sub(publish, text)


def step_of(whole: float, rules: Rules) -> float | None:
    """The finest step, per cent, that is `least_persons` of the whole at least; None where there is none."""
    return next((step for step in STEPS if step / 100 * whole >= rules.least_persons), None)


def rounded_share(share: float, whole: float, rules: Rules) -> float | None:
    """A share, 0 to 1, rounded as in `share_text`; what is not all or nothing does not become so."""
    step = step_of(whole, rules)
    if step is None:
        return None
    if share <= NOBODY or share >= 1 - NOBODY:
        return min(max(share, 0.0), 1.0)
    near = math.floor(100 * share / step + 0.5) * step
    return min(max(near, step), 100 - step) / 100


def has_share(text: str) -> bool:
    """Whether the text has a per cent."""
    return any(found["percent"] for found in _NUMBER.finditer(text))


def first_number(text: str) -> float:
    """The first count in the text of a figure; 0 where there is none."""
    found = _NUMBER.search(text)
    return float(found["number"].replace(",", "")) if found else 0.0
