"""A run of one period, or an evaluation, as the run of a comparison: its figures from the workbook's coverage table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from siting.compare.run import NO_YEAR, Run
from siting.render.columns import Sheet
from siting.render.views import Told, View
from siting.render.wording import GROUP_KIND, both

SHEET = "coverage"  # of siting.render.tables_people
LEVELS = {both(GROUP_KIND["all"]): "county", both(GROUP_KIND["zone"]): "zone", both(GROUP_KIND["township"]): "township"}
TAKEN = {  # figure of a comparison: column of the table, without `_before` or `_after`
    "within_after": "covered_persons",
    "share_after": "covered_share",
    "mean_min_after": "mean_min",
    "p95_min_after": "p95_min",
    "longest_min_after": "worst_min",
}
LACKING = ("without_after", "places_after")  # what a run of one period does not tell in these words


def one_period_run(folder: Path, told: Told) -> Run | None:
    """The run; None when it is neither a run of one period nor an evaluation."""
    sheet = next((sheet for sheet in told.sheets if sheet.key == SHEET), None)
    services = {view.subject_zh: view.subject for view in told.views}
    if sheet is None or not set(sheet.frame["service"]) <= set(services):
        return None
    info = told.place.info
    record: dict[str, Any] = {
        "scenario": {
            "id": folder.resolve().name, "title_zh": told.title[0], "title_en": told.title[1], "case": info.id,
            "synthetic": info.synthetic, "years": [],
        },
        "outcome": {"label_zh": told.label[0], "label_en": told.label[1]},
        "services": {
            view.subject: {
                "name_zh": view.subject_zh, "name_en": view.subject_en, "years": [NO_YEAR], "groups": [],
                "figures": [*_sure(view), *(list(figure) for figure in view.figures)],
            }
            for view in told.views
        },
    }  # fmt: skip
    return Run(folder, record, _coverage(sheet, services), told)


def _sure(view: View) -> list[list[str]]:
    """How sure the result of the service is, as a figure."""
    return [] if view.label is None else [["结果", "Result", both((view.label.zh, view.label.en))]]


def _coverage(sheet: Sheet, services: dict[str, str]) -> pd.DataFrame:
    """The table's rows in the form of a layout plan's coverage."""
    rows = sheet.frame[sheet.frame["group_kind"].isin(LEVELS)]
    when = "after" if f"{TAKEN['within_after']}_after" in rows else "before"
    columns: dict[str, Any] = {
        "service": rows["service"].map(services),
        "group": "all",
        "year": NO_YEAR,
        "level": rows["group_kind"].map(LEVELS),
        "unit": rows["group"],
        "name": rows["group"],
        "need": rows["demand_persons"],
    }
    columns |= {figure: rows[f"{column}_{when}"] for figure, column in TAKEN.items()}
    columns |= dict.fromkeys(LACKING, np.nan)
    return pd.DataFrame(columns).reset_index(drop=True)
