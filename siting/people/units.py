"""Units of a projection: the people of a township in one zone. Points have shares of their unit's people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from siting.case import Case
from siting.errors import Faults
from siting.impedance import FloatArray, IntArray
from siting.people.ages import OLDEST, Band, band_of_age
from siting.standards import age_range


@dataclass(frozen=True, eq=False)
class Units:
    """U units, first those with people in the demand table, in the order of their first point.

    Attributes:
        township, zone, kind: (U,) of each unit.
        of_point: (I,) unit of each demand point; -1: of nobody.
        of_plot: (P,) unit of each plot.
        bands: the age bands of the demand table.
        counts: (U, B) persons by band in the base year; zero where only plots are.
        share: (I, B) each point's share of its unit's people in each band; adds up to 1 over the unit's points.
    """

    township: tuple[str, ...]
    zone: tuple[str, ...]
    kind: tuple[str, ...]
    of_point: IntArray
    of_plot: IntArray
    bands: tuple[Band, ...]
    counts: FloatArray
    share: FloatArray

    def at_points(self, people: FloatArray, weight: FloatArray) -> FloatArray:
        """Persons at each point.

        Args:
            people: (T, U, A) persons of the units' older housing.
            weight: (A,) share of each age that counts.

        Returns:
            (T, I) weighted persons; over a unit's points they add up to those of the unit.
        """
        owner = band_of_age(self.bands)
        in_band = (owner[:, None] == np.arange(len(self.bands))) * weight[:, None]  # (A, B)
        by_band = people @ in_band
        result = np.einsum("tib,ib->ti", by_band[:, self.of_point], self.share)
        return np.asarray(np.where(self.of_point >= 0, result, 0.0), dtype=np.float64)


def make_units(case: Case, plots: pd.DataFrame) -> Units:
    """The units of a case and of its plots.

    Raises:
        InputError: when the age columns leave ages out, or have no open end.
    """
    bands = age_bands(case)
    counts = case.demand[case.age_columns].to_numpy(dtype=np.float64)
    peopled = counts.sum(axis=1) > 0
    keys = list(zip(case.demand["township"], case.demand["zone"], strict=True))
    plot_keys = list(zip(plots["township"], plots["zone"], strict=True))
    names = list(dict.fromkeys([key for key, some in zip(keys, peopled, strict=True) if some] + plot_keys))
    index = {key: u for u, key in enumerate(names)}
    found = np.array([index.get(key, -1) for key in keys], dtype=np.int64)
    of_point = np.where(peopled, found, -1)
    by_unit = np.zeros((len(names), len(bands)))
    np.add.at(by_unit, of_point[peopled], counts[peopled])
    return Units(
        township=tuple(str(township) for township, _ in names),
        zone=tuple(str(zone) for _, zone in names),
        kind=tuple(str(case.zones["kind"][zone]) for _, zone in names),
        of_point=of_point,
        of_plot=np.array([index[key] for key in plot_keys], dtype=np.int64),
        bands=tuple(bands),
        counts=by_unit,
        share=_shares(counts, of_point, by_unit),
    )


def age_bands(case: Case) -> Sequence[Band]:
    """The age bands of the demand table: from 0 on without a gap, the last one open.

    Raises:
        InputError: naming the ages that are missing.
    """
    bands = [age_range(name) or (0, 0) for name in case.age_columns]
    faults = Faults(case.folder / "demand.csv")
    following = 0
    for first, last in bands:
        if first > following:
            faults.add(
                f"缺少 {following}-{first - 1} 岁的年龄列，无法推算人口",
                f"there is no column for ages {following}-{first - 1}: people cannot be projected",
                row=1,
                column=f"age_{following}_{first - 1}",
            )
        following = last + 1
    if following <= OLDEST:
        faults.add(
            f"缺少 {following} 岁及以上的年龄列（age_{following}_plus），无法推算人口",
            f"there is no column age_{following}_plus: people cannot be projected",
            row=1,
            column=f"age_{following}_plus",
        )
    if bands and bands[-1][0] > OLDEST:
        faults.add(
            f"最高年龄段应从 {OLDEST} 岁或更早开始",
            f"the open age band must begin at {OLDEST} or before",
            row=1,
            column=f"age_{bands[-1][0]}_plus",
        )
    faults.raise_if_any()
    return bands


def _shares(counts: FloatArray, of_point: IntArray, by_unit: FloatArray) -> FloatArray:
    """(I, B) shares by band; in a band where a unit has nobody, those of all its people."""
    whole = by_unit[of_point]
    all_ages = counts.sum(axis=1, keepdims=True) / np.maximum(whole.sum(axis=1, keepdims=True), 1e-300)
    shares = np.where(whole > 0, counts / np.where(whole > 0, whole, 1.0), all_ages)
    return np.asarray(np.where(of_point[:, None] >= 0, shares, 0.0), dtype=np.float64)
