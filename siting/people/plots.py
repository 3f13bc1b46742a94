"""Housing plots: `plots.csv` of a case, and the people they bring year by year."""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, Mapping

import numpy as np
import pandas as pd

from siting.case import Case, read_points
from siting.case_checks import check_inside, check_zones
from siting.errors import Faults, nearest_word
from siting.files.tables import Column
from siting.impedance import FloatArray, IntArray
from siting.people.assumptions import ROUNDING

FILE = "plots.csv"
OCCUPANCY = re.compile(r"^occupancy_(\d+)$")
COLUMNS = (
    Column("id", "id"),
    Column("name", optional_value=True),
    Column("zone"),
    Column("township", required=False, optional_value=True),
    Column("floor_m2", "number", minimum=0),
    Column("m2_per_dwelling", "number", minimum=1),
    Column("persons_per_dwelling", "number", minimum=0),
    Column("delivery_year", "number", minimum=1900),
    Column("from_inside", "number", minimum=0),
    Column("from_outside", "number", minimum=0),
    Column("age_profile"),
)


def read_plots(case: Case, age_profiles: Collection[str]) -> pd.DataFrame:
    """The case's plots, or a frame without rows where there is no `plots.csv`.

    Columns: those of `COLUMNS`, and `occupancy_1`, `occupancy_2` ...: share of the dwellings lived in so many years
    after the year of delivery; it never falls, and stays after the last.

    Raises:
        InputError: with every fault of the table.
    """
    path = case.folder / FILE
    if not path.is_file():
        return no_plots()
    plots = read_points(path, COLUMNS, case.info.crs, extra_numbers="occupancy_")
    faults = Faults(path)
    parts: list[Faults] = []
    check_inside(plots, path, case.outline, parts)
    check_zones(plots, path, case.zones, parts)
    for part in parts:
        faults.extend(part)
    _check_occupancy(plots, faults)
    for k, row in enumerate(plots.to_dict("records")):
        _check_row(row, k + 2, age_profiles, faults)
    _check_places(plots, case, faults)
    faults.raise_if_any()
    return plots


def no_plots() -> pd.DataFrame:
    """The frame of a case without plots."""
    names = ("lon", "lat", *(column.name for column in COLUMNS), "occupancy_1")
    return pd.DataFrame({name: [] for name in names})


def dwellings(plots: pd.DataFrame) -> FloatArray:
    """(P,) dwellings of each plot."""
    return np.asarray(plots["floor_m2"] / plots["m2_per_dwelling"], dtype=np.float64)


def arrivals(plots: pd.DataFrame, years: IntArray, factor: float) -> FloatArray:
    """(T, P) persons who move into each plot in the steps that end in `years`.

    The people of a plot at the end of year y are dwellings x persons per dwelling x min(1, factor x occupancy in
    year y), were nobody born there and nobody to die; who came before the first step is in the census.
    """
    lived_in = np.minimum(1.0, factor * np.column_stack([np.zeros(len(plots)), *_occupancy(plots)]))  # (P, n + 1)
    whole = dwellings(plots) * plots["persons_per_dwelling"].to_numpy(dtype=np.float64)
    delivered = plots["delivery_year"].to_numpy(dtype=np.int64)
    after = np.clip(years[:, None] - delivered, 0, lived_in.shape[1] - 1)
    before = np.clip(years[:, None] - 1 - delivered, 0, lived_in.shape[1] - 1)
    row = np.arange(len(plots))
    return np.asarray((lived_in[row, after] - lived_in[row, before]) * whole, dtype=np.float64)


def _occupancy_columns(plots: pd.DataFrame) -> list[str]:
    return [f"occupancy_{k + 1}" for k in range(sum(OCCUPANCY.match(name) is not None for name in plots.columns))]


def _occupancy(plots: pd.DataFrame) -> list[FloatArray]:
    return [plots[name].to_numpy(dtype=np.float64) for name in _occupancy_columns(plots)]


def _check_occupancy(plots: pd.DataFrame, faults: Faults) -> None:
    wanted = _occupancy_columns(plots) or ["occupancy_1"]
    absent = [name for name in wanted if name not in plots.columns]
    odd = [n for n in plots.columns if n.startswith("occupancy_") and OCCUPANCY.match(n) is None]
    if absent or odd:
        faults.add(
            "入住率列应依次为 occupancy_1、occupancy_2……",
            "the columns of occupancy are occupancy_1, occupancy_2 and so on",
            row=1,
            column=", ".join([*absent, *odd]),
        )
        return
    before = np.zeros(len(plots))
    for name, share in zip(wanted, _occupancy(plots), strict=True):
        for k in np.flatnonzero((share > 1) | (share < before - ROUNDING)):
            faults.add(
                "入住率应在 0 至 1 之间，且逐年不降",
                "occupancy lies between 0 and 1 and never falls",
                row=int(k) + 2,
                column=name,
                value=f"{share[k]:g}",
            )
        before = share


def _check_row(row: Mapping[Hashable, object], number: int, age_profiles: Collection[str], faults: Faults) -> None:
    inside, outside, year = (float(str(row[name])) for name in ("from_inside", "from_outside", "delivery_year"))
    if abs(inside + outside - 1) > ROUNDING:
        faults.add(
            "from_inside 与 from_outside 之和应为 1",
            "from_inside and from_outside must add up to 1",
            row=number,
            column="from_inside, from_outside",
            value=f"{inside:g}, {outside:g}",
        )
    if year != round(year):
        faults.add("年份应为整数", "a year is a whole number", row=number, column="delivery_year", value=f"{year:g}")
    profile = str(row["age_profile"])
    if profile not in age_profiles:
        close = nearest_word(profile, age_profiles)
        faults.add(
            "people.toml 的 age_profiles 里没有这种年龄构成",
            "age_profiles of people.toml has no such profile",
            remedy_zh=f"是否想写“{close}”？" if close else f"可用：{'、'.join(age_profiles)}",
            remedy_en=f"did you mean {close!r}?" if close else f"available: {', '.join(age_profiles)}",
            row=number,
            column="age_profile",
            value=profile,
        )


def _check_places(plots: pd.DataFrame, case: Case, faults: Faults) -> None:
    """Plots are demand points beside those of the case, in its townships: no id may stand for two of them."""
    for k in np.flatnonzero(plots["id"].isin(case.demand["id"]).to_numpy()):
        faults.add(
            "编号与 demand.csv 的需求点相同",
            "the id is that of a demand point of demand.csv",
            remedy_zh="请改成不重复的编号",
            remedy_en="give the plot its own id",
            row=int(k) + 2,
            column="id",
            value=plots["id"].iloc[k],
        )
    known = sorted(set(case.demand["township"]))
    for k in np.flatnonzero(~plots["township"].isin(known).to_numpy()):
        close = nearest_word(plots["township"].iloc[k], known)
        faults.add(
            "demand.csv 里没有这个乡镇街道",
            "demand.csv has no such township",
            remedy_zh=f"是否想写“{close}”？" if close else "请核对名称",
            remedy_en=f"did you mean {close!r}?" if close else "check the name",
            row=int(k) + 2,
            column="township",
            value=plots["township"].iloc[k],
        )
