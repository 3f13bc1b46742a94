"""Single years of age, and census bands made into them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.interpolate import PchipInterpolator

from siting.impedance import FloatArray, IntArray

OLDEST = 100  # stands for 100 and over
AGES = OLDEST + 1
Band = tuple[int, int]  # first and last age, both included; OLDEST or more as last: no upper end
METHOD = (
    "各年龄段按单岁拆分：对累计人数作保单调三次插值（PCHIP），各段合计不变、不出现负数；最高一段按生命表的静止人口拆分。"
    "方法见 Fritsch 与 Carlson（1980），SIAM J. Numer. Anal. 17: 238-246；DemoTools 的 graduate_mono 用同类方法。",
    "Bands are split into single years by monotone cubic interpolation (PCHIP) of the cumulative count, which keeps "
    "every band's total and gives no negative number; the open band by the stationary population of the life table. "
    "Method: Fritsch and Carlson (1980), SIAM J. Numer. Anal. 17: 238-246; graduate_mono of DemoTools is alike.",
)


def ages_within(first: int, last: int | None) -> FloatArray:
    """(101,) 1 for the ages `first` to `last` (none: no upper end), 0 for others."""
    ages = np.arange(AGES)
    end = OLDEST if last is None else min(last, OLDEST)
    return ((ages >= min(first, OLDEST)) & (ages <= end)).astype(np.float64)


def band_of_age(bands: Sequence[Band]) -> IntArray:
    """(101,) the index of each single age's band; the bands follow one another from 0 without a gap, the last open."""
    firsts = np.array([first for first, _ in bands])
    return np.searchsorted(firsts, np.arange(AGES), side="right") - 1


def single_years(counts: FloatArray, bands: Sequence[Band], stationary: FloatArray) -> FloatArray:
    """Split counts by band into single years of age, keeping each band's total.

    Args:
        counts: (n, B) persons of n groups by band.
        bands: B bands that follow one another from age 0 without a gap; the last is open and begins at 100 or before.
        stationary: (101,) persons by age of a stationary population, which split the open band.

    Returns:
        (n, 101) persons by single year, never negative.
    """
    start = bands[-1][0]
    tail = stationary[start:] / stationary[start:].sum()
    result = np.zeros((len(counts), AGES))
    result[:, start:] = counts[:, -1:] * tail
    if start == 0:
        return result
    edges = np.array([first for first, _ in bands])
    cumulative = np.concatenate([np.zeros((len(counts), 1)), np.cumsum(counts[:, :-1], axis=1)], axis=1)
    # One more point, the first year of the open band, so that the ages before it lead into it.
    edges = np.append(edges, start + 1)
    cumulative = np.concatenate([cumulative, cumulative[:, -1:] + result[:, start : start + 1]], axis=1)
    smooth = PchipInterpolator(edges, cumulative, axis=1)(np.arange(start + 1))
    years = np.maximum(np.diff(smooth, axis=1), 0.0)
    # Rounding apart, the totals hold already: the curve goes through every edge.
    owner = band_of_age(bands)[:start]
    sums = np.stack([years[:, owner == b].sum(axis=1) for b in range(len(bands) - 1)], axis=1)
    scale = np.divide(counts[:, :-1], sums, out=np.zeros_like(sums), where=sums > 0)
    result[:, :start] = years * scale[:, owner]
    return result
