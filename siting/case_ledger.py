"""Optional columns of a case's tables: what a ledger of facilities, a list of plots and school resources tell."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from siting.errors import Faults
from siting.files.tables import Column

YES_NO = {"是": "yes", "否": "no"}
FIRST_YEAR, LAST_YEAR = 1900, 2200


def _number(name: str) -> Column:
    return Column(name, "number", required=False, optional_value=True, minimum=0)


def _choice(name: str, choices: tuple[str, ...], also: dict[str, str]) -> Column:
    return Column(name, required=False, optional_value=True, choices=choices, also=also)


def _year(name: str) -> Column:
    return Column(name, "number", required=False, optional_value=True, minimum=FIRST_YEAR, maximum=LAST_YEAR)


# What the ledger of facilities may tell beside the columns that every case has; empty is not known.
FACILITY_LEDGER = (
    Column("level", required=False, optional_value=True),
    _choice("ownership", ("public", "private"), {"公办": "public", "民办": "private"}),
    _choice("inclusive", ("yes", "no"), YES_NO),
    *(_number(name) for name in ("classes", "beds", "nursing_beds", "dementia_beds", "site_m2", "floor_m2")),
    *(_number(name) for name in ("staff", "doctors", "enrolment", "boarders")),
    _year("built_year"),
    _choice("tcm_clinic", ("yes", "no"), YES_NO),
    _number("vehicles"),
)
# What the list of candidate sites may tell of a plot.
PLOT_LEDGER = (_number("site_m2"), _year("available_from"), _choice("existing_building", ("yes", "no"), YES_NO))
RESOURCES = (
    "teachers_above_degree",
    "backbone_teachers",
    "arts_sports_teachers",
    "teaching_rooms_m2",
    "sports_area_m2",
    "equipment_yuan",
    "multimedia_rooms",
)
SCHOOL_RESOURCES = (Column("id", "id"), *(Column(name, "number", minimum=0) for name in RESOURCES))
SCHOOLS = ("primary_school", "junior_school")
# (columns whose sum, column that it must not exceed, why)
WITHIN = (
    (("boarders",), "enrolment", "寄宿生多于在校生", "more boarders than pupils"),
    (
        ("nursing_beds", "dementia_beds"),
        "beds",
        "护理型与认知障碍床位之和多于床位总数",
        "nursing and dementia beds together are more than all beds",
    ),
    (("doctors",), "staff", "医生多于职工总数", "more doctors than staff"),
)


def check_ledger(frame: pd.DataFrame, path: Path, faults: list[Faults]) -> None:
    """Note rows of the facilities whose figures contradict one another."""
    found = Faults(path)
    for parts, whole, zh, en in WITHIN:
        total = frame[list(parts)].fillna(0.0).sum(axis=1).to_numpy(dtype=np.float64)
        most = frame[whole].to_numpy(dtype=np.float64)
        for k in np.flatnonzero(total > most):  # false where `most` is not known
            found.add(zh, en, row=int(k) + 2, column=", ".join((*parts, whole)), value=f"{total[k]:g} > {most[k]:g}")
    faults.append(found)


def check_resources(resources: pd.DataFrame, path: Path, facilities: pd.DataFrame, faults: list[Faults]) -> None:
    """Note resources of what is no school of `facilities`, and schools whose number of pupils is not known."""
    found = Faults(path)
    rows = facilities[["id", "service", "enrolment"]].itertuples(index=False, name=None)
    ledger = {name: (service, pupils) for name, service, pupils in rows}
    for k, name in enumerate(resources["id"]):
        if name not in ledger:
            found.add(
                "facilities.csv 里没有这个编号", "facilities.csv has no such id", row=k + 2, column="id", value=name
            )
            continue
        service, pupils = ledger[name]
        if service not in SCHOOLS:
            found.add(
                "只有小学和初中评价优质均衡",
                "only primary and junior schools are judged by their resources",
                row=k + 2,
                column="id",
                value=f"{name} ({service})",
            )
        elif not pupils > 0:
            found.add(
                "这所学校的在校生数（facilities.csv 的 enrolment）是空的或为 0",
                "the school's number of pupils (enrolment in facilities.csv) is empty or 0",
                remedy_zh="请在 facilities.csv 填写 enrolment",
                remedy_en="fill in enrolment in facilities.csv",
                row=k + 2,
                column="id",
                value=name,
            )
    faults.append(found)
