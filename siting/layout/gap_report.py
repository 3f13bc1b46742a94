"""What the report says of town and country."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from siting.layout.county_rows import sheet_of
from siting.layout.facts import Facts
from siting.layout.texts import change_text
from siting.render.columns import Sheet
from siting.render.views import Section
from siting.render.wording import Text, both, minutes_text, share_text


def gap_section(facts: Facts, tables: Sequence[Sheet]) -> Section | None:
    """A sentence for each service of the last year; None where the case has no city zones or no villages.

    Args:
        tables: of the workbook.
    """
    sheet = sheet_of(tables, "gap_index")
    if sheet is None:
        return None
    year, said = facts.years[-1], list[Text]()
    last = {row["service"]: row for row in sheet.frame.to_dict("records") if row["year"] == year}
    for part in facts.parts:
        names = part.service.name_zh, part.service.name_en
        if both(names) not in last:
            continue
        row = last[both(names)]
        city, village, least = (_change(row, key, share_text) for key in ("share_urban", "share_rural", "worst_share"))
        there, away = (_change(row, f"mean_min_{kind}", minutes_text) for kind in ("urban", "rural"))
        points, where = _change(row, "difference", "{:+.1f}".format), _change(row, "worst", str)
        said.append(
            (
                f"{names[0]}：{year} 年标准之内城区 {city}、农村 {village}，相差 {points} 个百分点；"
                f"平均单程城区 {there}、农村 {away} 分钟；最低的乡镇街道 {where}（{least}）。",
                f"{names[1]}: within the standard in {year} {city} in the city and {village} in the villages, {points}"
                f" points apart; mean way {there} and {away} min; the least in {where} ({least}).",
            )
        )
    return Section("城乡差距", "Town and country", (*said, sheet.notes[0])) if said else None


def _change(row: Mapping[Hashable, Any], key: str, text: Callable[[Any], str]) -> str:
    """A figure without the plan and with it."""
    return change_text(text(row[f"{key}_before"]), text(row[f"{key}_after"]))
