"""The appendix of a report: the tables that the chapters show only in part, and where each table is."""

from __future__ import annotations

import pandas as pd

from siting.render.columns import Column, make_sheet
from siting.render.wording import Text
from siting.report.document import Block
from siting.report.excerpts import Excerpt
from siting.report.teller import Teller
from siting.report.whole import IN_APPENDIX, in_appendix


def appendix(teller: Teller) -> list[Block]:
    """The complete tables, then the list of all."""
    blocks: list[Block] = []
    for sheet in teller.told.sheets:
        if sheet.key in teller.whole or not in_appendix(sheet, teller.appendix_rows):
            continue
        names = (f"{sheet.zh}（全部）", f"{sheet.en}, complete")
        made = teller.excerpt(Excerpt(sheet.key, names, IN_APPENDIX.get(sheet.key, ()), most=teller.appendix_rows))
        if made:
            blocks += made
            teller.whole.add(sheet.key)
    return [*blocks, _register(teller)] if teller.told.sheets else blocks


def _register(teller: Teller) -> Block:
    """Every table of the workbook, and where the report has it."""
    places = [_place(teller, sheet.key) for sheet in teller.told.sheets]
    frame = pd.DataFrame(
        {
            "zh": [sheet.zh for sheet in teller.told.sheets],
            "en": [sheet.en for sheet in teller.told.sheets],
            "rows": [float(len(sheet.frame)) for sheet in teller.told.sheets],
            "place": [place[1 if teller.language == "en" else 0] for place in places],
        }
    )
    columns = (
        Column("zh", "表", "Table"), Column("en", "英文", "In English"), Column("rows", "行数", "Rows", "count"),
        Column("place", "在本报告中", "In this report"),
    )  # fmt: skip
    return teller.table(make_sheet("register", ("全部表格一览", "All tables"), columns, frame))


def _place(teller: Teller, key: str) -> Text:
    numbers = teller.shown.get(key, ())
    zh, en = [f"表 {number}" for number in numbers], [f"Table {number}" for number in numbers]
    if key not in teller.whole:
        zh.append("全部见 tables.xlsx")
        en.append("all in tables.xlsx")
    elif not numbers:  # its rows are told in sentences
        zh.append("正文逐条列出")
        en.append("told in the text")
    return "、".join(zh), ", ".join(en)
