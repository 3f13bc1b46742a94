"""What the report says of births that are fewer or more than projected."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from siting.layout.county_rows import by_service, sheet_of
from siting.layout.facts import Facts
from siting.layout.tables.needs import year_of_gap
from siting.render.columns import Sheet
from siting.render.views import Section
from siting.render.wording import Text, persons_text, share_text


def births_section(facts: Facts, tables: Sequence[Sheet]) -> Section | None:
    """A sentence for each service; None where no service depends on births.

    Args:
        tables: of the workbook.
    """
    sheet = sheet_of(tables, "births")
    if sheet is None:
        return None
    said: list[Text] = []
    for (zh, en), mine in by_service(facts, sheet):
        few, plan, many = (_gap(mine.set_index("year"), ending) for ending in ("_low", "", "_high"))
        said.append(
            (
                f"{zh}：按规划{plan[0]}；出生少 20%，{few[0]}；出生多 20%，{many[0]}。",
                f"{en}: as planned {plan[1]}; with 20 % fewer births {few[1]}; with 20 % more {many[1]}.",
            )
        )
    return Section("出生数上下浮动 20%", "Births 20 % up or down", (*said, *sheet.notes))


def _gap(mine: pd.DataFrame, ending: str) -> Text:
    """Who is without a place in the year of most, and the share within the standard in the last year."""
    without, share = mine[f"without{ending}"], mine[f"share{ending}"]
    if without.isna().any():
        return "不详", "it is not known"
    last, peak = mine.index[-1], year_of_gap(without)
    within = share_text(share.iloc[-1])
    zh, en = f"{last:.0f} 年标准之内 {within}", f"{within} within the standard in {last:.0f}"
    if np.isnan(peak):
        return f"各年都有着落，{zh}", f"everybody has a place, {en}"
    persons = persons_text(without[peak])
    return (
        f"没有着落最多时 {persons} 人（{peak:.0f} 年），{zh}",
        f"at most {persons} without a place ({peak:.0f}), {en}",
    )
