"""People by age, where only the total is known."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from siting.errors import Faults
from siting.impedance import FloatArray
from siting.standards import age_range

# China, census of 2020 (bulletin no. 5): 0-14 17.95 %, 15-59 63.35 %, 60+ 18.70 %, of which 65+ 13.50 %; within
# these bands evenly by year of age, but for 80+, taken as 2.54 %. Not checked against the bulletin's own page.
BANDS: Mapping[str, float] = {
    "age_0_2": 0.1795 * 3 / 15,
    "age_3_5": 0.1795 * 3 / 15,
    "age_6_11": 0.1795 * 6 / 15,
    "age_12_14": 0.1795 * 3 / 15,
    "age_15_17": 0.6335 * 3 / 45,
    "age_18_59": 0.6335 * 42 / 45,
    "age_60_64": 0.1870 - 0.1350,
    "age_65_79": 0.1350 - 0.0254,
    "age_80_plus": 0.0254,
}
DEFAULT_AGES: Mapping[str, float] = {name: share / sum(BANDS.values()) for name, share in BANDS.items()}


def check_ages(ages: Mapping[str, float]) -> dict[str, float]:
    """The shares, youngest first.

    Raises:
        InputError: when a name is no age column, a share is negative, bands overlap, or they do not add up to 1.
    """
    faults = Faults()
    for name, share in ages.items():
        if age_range(name) is None:
            faults.add("年龄列名应如 age_6_11 或 age_80_plus", "an age column is named like age_6_11", value=name)
        elif not share >= 0:
            faults.add("年龄比例不能为负", "a share of the people cannot be negative", column=name, value=share)
    faults.raise_if_any()
    ordered = sorted(ages, key=lambda name: age_range(name) or (0, 0))
    ranges = [age_range(name) or (0, 0) for name in ordered]
    for k in range(1, len(ordered)):
        if ranges[k][0] <= ranges[k - 1][1]:
            faults.add("两个年龄段重叠", "two age bands overlap", column=f"{ordered[k - 1]}, {ordered[k]}")
    total = sum(ages.values())
    if abs(total - 1.0) > 1e-6:
        faults.add(
            "各年龄段比例之和应为 1", "the shares must add up to 1", value=f"{total:.6f}",
            remedy_zh="请核对年龄结构", remedy_en="check the age structure",
        )  # fmt: skip
    faults.raise_if_any()
    return {name: float(ages[name]) for name in ordered}


def people_by_age(people: FloatArray, ages: Mapping[str, float]) -> FloatArray:
    """(d, a) persons, to four decimals."""
    return np.asarray(np.outer(people, list(ages.values()))).round(4)
