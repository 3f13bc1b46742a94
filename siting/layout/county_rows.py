"""What sections of the report read of the workbook's tables: one of them by its key, its rows of the whole county."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from siting.layout.facts import Facts
from siting.layout.tables.units import LEVELS
from siting.render.columns import Sheet
from siting.render.wording import Text, both


def sheet_of(tables: Sequence[Sheet], key: str) -> Sheet | None:
    """The table with this key."""
    return next((table for table in tables if table.key == key), None)


def by_service(facts: Facts, sheet: Sheet) -> Iterator[tuple[Text, pd.DataFrame]]:
    """Of each service that the table has, its names and its rows of the whole county, all groups first."""
    county = sheet.frame[sheet.frame["level"] == both(LEVELS["county"])]
    for part in facts.parts:
        names = part.service.name_zh, part.service.name_en
        mine = county[county["service"] == both(names)]
        if len(mine):
            yield names, mine
