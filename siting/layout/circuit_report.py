"""What the report says of the villages that are visited."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from siting.render.columns import Sheet
from siting.render.views import Section
from siting.render.wording import Text, persons_text


def circuit_section(tables: Sequence[Sheet]) -> Section | None:
    """A sentence for each year and the work of each facility; None where no village is visited.

    Args:
        tables: of the workbook.
    """
    found = {sheet.key: sheet for sheet in tables}
    if "circuit" not in found:
        return None
    villages = found["circuit"].frame
    centres = found.get("circuit_centres")
    said = [
        _year(
            year, villages[villages["year"] == year],
            None if centres is None else centres.frame[centres.frame["year"] == year],
        )
        for year in sorted(map(int, villages["year"].unique()))
    ]  # fmt: skip
    notes = found["circuit"].notes
    return Section("巡诊", "Circuit visits", (*said, *notes), () if centres is None else (centres,))


def _year(year: int, villages: pd.DataFrame, centres: pd.DataFrame | None) -> Text:
    persons, elderly = persons_text(villages["persons"].sum()), persons_text(villages["elderly"].sum())
    zh = f"{year} 年 {len(villages)} 个村共 {persons} 人（其中 60 岁以上 {elderly} 人）没有标准时间内的诊所"
    en = f"{year}: {len(villages)} villages with {persons} people ({elderly} of them 60 and over) have no clinic within"
    en += " the standard"
    if centres is not None and len(centres):
        rounds, times = f"{centres['round'].sum():,.0f}", f"{centres['days'].sum():,.0f}"
        hours = f"{centres['drive_hours'].sum():,.0f}"
        zh += f"，由 {len(centres)} 处机构以 {rounds} 条路线巡诊，每月出车 {times} 趟次，行车 {hours} 小时"
        en += f"; {len(centres)} facilities visit them in {rounds} rounds, {times} times a month in all"
        en += f" ({hours} hours of driving)"
    alone = int((villages["keeps"] == "否 no").sum())
    nobody = int((villages["id"] == "").sum())
    if alone:
        zh += f"；{alone} 个村太远，单独一趟也超出时限"
        en += f"; {alone} villages are too far for the limits of a round"
    if nobody:
        zh += f"；{nobody} 个村行车时限之内没有机构"
        en += f"; {nobody} villages have no facility within the limit of driving"
    return f"{zh}。", f"{en}."
