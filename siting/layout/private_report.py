"""What the report says of private providers."""

from __future__ import annotations

from collections.abc import Sequence

from siting.layout.facts import Facts
from siting.layout.tables.units import LEVELS
from siting.render.columns import Sheet
from siting.render.views import Section
from siting.render.wording import Text, both, persons_text, share_text


def private_section(facts: Facts, tables: Sequence[Sheet]) -> Section | None:
    """A sentence for each service and year; None where no private facility is in use.

    Args:
        tables: of the workbook.
    """
    sheet = next((table for table in tables if table.key == "private"), None)
    if sheet is None:
        return None
    county = sheet.frame[sheet.frame["level"] == both(LEVELS["county"])]
    said: list[Text] = []
    for part in facts.parts:
        names = part.service.name_zh, part.service.name_en
        of_all = county[county["service"] == both(names)].drop_duplicates("year")  # all groups stand first
        for row in of_all.to_dict("records"):
            one, other = (share_text(row[f"share_{when}"]) for when in ("all", "public"))
            left, then = (persons_text(row[f"without_{when}"]) for when in ("all", "public"))
            year, number, counted = f"{row['year']:.0f}", f"{row['facilities']:.0f}", share_text(row["counted"])
            zh = f"{names[0]}，{year} 年民办 {number} 处（名额按 {counted} 计）：没有民办，标准之内 {one} → {other}，"
            en = f"{names[1]}, {year}: {number} private ({counted} of their places count); without them {one} → {other}"
            said.append(
                (f"{zh}没有着落 {left} → {then} 人。", f"{en} within the standard, {left} → {then} without a place.")
            )
    return Section("有无民办对照", "With and without private providers", (*said, sheet.notes[0]))
