"""What the report says of the tracks of schooling."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from math import isnan
from typing import Any

from siting.layout.county_rows import sheet_of
from siting.layout.facts import Facts
from siting.layout.texts import change_text
from siting.layout.tracks import Tracks
from siting.render.columns import Sheet
from siting.render.views import Section
from siting.render.wording import Text, persons_text, share_text
from siting.standards import load_service


def tracks_text(tracks: Tracks) -> Text:
    """The shares in a sentence."""
    services = [(load_service(name), share_text(share)) for name, share in tracks.shares.items()]
    zh = "、".join(f"{service.name_zh} {share}" for service, share in services)
    en = ", ".join(f"{service.name_en} {share}" for service, share in services)
    ages = f"{tracks.from_age}-{tracks.to_age}"
    source = f"依据：{tracks.source}。" if tracks.source else "比例由方案给出，未经核实。"
    return (
        f"普职分流：{ages} 岁的学生，{zh}，替代各标准的需求比例。{source}",
        f"Tracks: of those aged {ages} {en}, in place of the standards' own rates.",
    )


def tracks_section(facts: Facts, tables: Sequence[Sheet]) -> Section | None:
    """A sentence for each year, and the table; None where the scenario has no tracks.

    Args:
        tables: of the workbook.
    """
    sheet = sheet_of(tables, "tracks")
    tracks = facts.scenario.tracks
    if sheet is None or tracks is None:
        return None
    services = [load_service(name) for name in tracks.shares]
    said = []
    for year in facts.years:
        rows = sheet.frame[sheet.frame["year"] == year].head(len(services)).to_dict("records")  # the total stands last
        told = [(persons_text(row["need"]), _seats(row)) for row in rows]
        zh = "；".join(f"{s.name_zh}需要 {need}、有 {seats}" for s, (need, seats) in zip(services, told, strict=True))
        en = "; ".join(
            f"{s.name_en}: {need} needed, {seats} held" for s, (need, seats) in zip(services, told, strict=True)
        )
        said.append((f"{year} 年学位：{zh}。", f"Seats in {year}. {en}."))
    return Section("普职分流学位", "Seats by track", tuple(said), (sheet,))


def _seats(row: Mapping[Hashable, Any]) -> str:
    before, after = (row[f"seats_{when}"] for when in ("before", "after"))
    return change_text(*("—" if isnan(value) else persons_text(value) for value in (before, after)))
