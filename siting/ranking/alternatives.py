"""The sites that are compared: the candidates of a case, those that the rules exclude, the site really chosen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from siting.case import Case
from siting.case_checks import check_inside, services_in
from siting.errors import Faults, nearest_word
from siting.ranking.question import Backtest, RankingScenario

COLUMNS = ("id", "name", "lon", "lat", "zone", "township", "land", "site_m2", "available_from", "existing_building")
BACKTEST = "backtest"  # id of the site really chosen, where it is not one of the case's facilities


@dataclass(frozen=True, eq=False)
class Excluded:
    """Sites that a rule excludes.

    Attributes:
        rule: key of the scenario, such as `rules.site_m2` or `criteria.beds.at_most`.
        zh, en: what the rule asks.
        sites: which rows, with what each has: (row, zh, en).
        shortfall: by row, how far it is from the rule, in the rule's unit; NaN where that cannot be said.
    """

    rule: str
    zh: str
    en: str
    sites: tuple[tuple[int, str, str], ...]
    shortfall: tuple[float, ...]

    @property
    def rows(self) -> list[int]:
        """The rows that it excludes."""
        return [row for row, _, _ in self.sites]


def candidates_for(case: Case, scenario: RankingScenario, file: Path) -> pd.DataFrame:
    """The case's candidates that are offered for the service, or for anything; columns `COLUMNS`.

    Raises:
        InputError: when there is none.
    """
    words = case.candidates["services"].map(lambda text: services_in(str(text)))
    offered = words.map(lambda names: not names or scenario.service in names).to_numpy(dtype=bool)
    frame = case.candidates.loc[offered, list(COLUMNS)].reset_index(drop=True)
    if frame.empty:
        faults = Faults(file)
        faults.add(
            "案例里没有一块候选用地可用于这项服务",
            "no candidate of the case is offered for this service",
            remedy_zh="请在 candidates.csv 的 services 栏写上该服务，或留空",
            remedy_en="name the service in the column services of candidates.csv, or leave it empty",
            column="service",
            value=scenario.service,
        )
        faults.raise_if_any()
    return frame


def backtest_site(case: Case, backtest: Backtest, file: Path) -> pd.DataFrame:
    """The site really chosen, one row of `COLUMNS`; what is not known is NaN or ''.

    Raises:
        InputError: when the case has no such facility or zone, or the place lies outside its outline.
    """
    faults = Faults(file)
    if backtest.facility is not None:
        rows = case.facilities[case.facilities["id"] == backtest.facility]
        if rows.empty:
            close = nearest_word(backtest.facility, case.facilities["id"])
            faults.add(
                "facilities.csv 里没有这个编号",
                "facilities.csv has no such id",
                remedy_zh=f"是否想写“{close}”？" if close else "",
                remedy_en=f"did you mean {close!r}?" if close else "",
                column="backtest.facility",
                value=backtest.facility,
            )
            faults.raise_if_any()
        frame = rows.reindex(columns=list(COLUMNS)).assign(land="", existing_building="")
    else:
        if backtest.zone not in set(case.zones["id"]):
            faults.add(
                "案例没有这个分区",
                "the case has no such zone",
                remedy_zh=f"可用：{'、'.join(case.zones['id'])}",
                remedy_en=f"available: {', '.join(case.zones['id'])}",
                column="backtest.zone",
                value=backtest.zone,
            )
        place = {"id": BACKTEST, "name": backtest.name_zh, "lon": backtest.lon, "lat": backtest.lat}
        frame = pd.DataFrame([place | {"zone": backtest.zone, "township": "", "land": "", "existing_building": ""}])
        outside: list[Faults] = []
        check_inside(frame, file, case.outline, outside)
        for found in outside:
            faults.extend(found)
        faults.raise_if_any()
        frame = frame.reindex(columns=list(COLUMNS))
    if backtest.name_zh:
        frame = frame.assign(name=backtest.name_zh)
    if backtest.site_m2 is not None:
        frame = frame.assign(site_m2=backtest.site_m2)
    known = np.nan if backtest.available_from is None else float(backtest.available_from)
    return frame.assign(available_from=known).reset_index(drop=True)
