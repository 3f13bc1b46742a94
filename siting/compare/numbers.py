"""The numbers of a run that the page of comparison sets against another's, from its record."""

from __future__ import annotations

from typing import Any

import pandas as pd

from siting.compare.run import NO_YEAR, Run
from siting.compare.tables import FIGURES

# What is better: 1 more, -1 less, 0 neither.
MORE = {"within_after": 1, "share_after": 1, "without_after": -1, "mean_min_after": -1, "p95_min_after": -1,
        "longest_min_after": -1}  # fmt: skip
TOWNSHIP = ["unit", "name", "within_after", "need", "mean_min_after"]
PAGE_FIGURES = tuple((key, zh, en, kind, MORE.get(key, 0)) for key, zh, en, kind in FIGURES)


def numbers_of(run: Run) -> dict[str, dict[str, dict[str, Any]]]:
    """By service and year ('': a single period): `county`, the values of `PAGE_FIGURES` (None: none), and `townships`.

    A township is a list of unit, name, people within the standard, people who need the service and the mean minutes of
    those people (None: nobody can get there).
    """
    found: dict[str, dict[str, dict[str, Any]]] = {}
    whole = run.coverage[run.coverage["group"] == "all"]
    for (service, year), own in whole.groupby(["service", "year"], sort=False):
        county, townships = own[own["level"] == "county"], own[own["level"] == "township"]
        if county.empty:
            continue
        row = county.iloc[0]
        found.setdefault(str(service), {})["" if year == NO_YEAR else str(year)] = {
            "county": [_number(row[key]) for key, *_ in PAGE_FIGURES],
            "townships": [
                [str(unit), str(name), _number(within), _number(need), _number(mean)]
                for unit, name, within, need, mean in townships[TOWNSHIP].itertuples(index=False)
            ],
        }
    return found


def yuan_of(run: Run) -> dict[str, float]:
    """Yuan that each service of a layout plan costs over all periods."""
    return {str(service): float(told["yuan"]) for service, told in run.record["services"].items() if "yuan" in told}


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else round(float(value), 6)
