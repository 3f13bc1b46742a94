"""What the report says of private providers."""

from __future__ import annotations

from collections.abc import Sequence

from siting.layout.county_rows import by_service, sheet_of
from siting.layout.facts import Facts
from siting.render.columns import Sheet
from siting.render.views import Section
from siting.render.wording import Text, persons_text, share_text


def private_section(facts: Facts, tables: Sequence[Sheet]) -> Section | None:
    """A sentence for each service and year; None where no private facility is in use.

    Args:
        tables: of the workbook.
    """
    sheet = sheet_of(tables, "private")
    if sheet is None:
        return None
    said: list[Text] = []
    for names, mine in by_service(facts, sheet):
        for row in mine.drop_duplicates("year").to_dict("records"):  # of all groups together
            one, other = (share_text(row[f"share_{when}"]) for when in ("all", "public"))
            left, then = (persons_text(row[f"without_{when}"]) for when in ("all", "public"))
            year, number, counted = f"{row['year']:.0f}", f"{row['facilities']:.0f}", share_text(row["counted"])
            zh = f"{names[0]}，{year} 年民办 {number} 处（名额按 {counted} 计）：没有民办，标准之内 {one} → {other}，"
            en = f"{names[1]}, {year}: {number} private ({counted} of their places count); without them {one} → {other}"
            said.append(
                (f"{zh}没有着落 {left} → {then} 人。", f"{en} within the standard, {left} → {then} without a place.")
            )
    return Section("有无民办对照", "With and without private providers", (*said, sheet.notes[0]))
