"""The last sheets of a workbook: where the data come from, and what each table means."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from siting.case import Source
from siting.render.columns import Column, Sheet, make_sheet


def sources(registered: Sequence[Source]) -> Sheet:
    """来源: every outside file with its licence."""
    columns = (
        Column("file", "文件", "File", width=34),
        Column("title", "内容", "Title", width=40),
        Column("origin", "来源", "Origin", width=40),
        Column("licence", "许可", "Licence", width=24),
        Column("attribution_zh", "署名", "Attribution in Chinese", width=36),
        Column("attribution", "英文署名", "Attribution", width=36),
        Column("retrieved", "取得日期", "Retrieved", width=13),
        Column("sha256", "SHA-256 校验", "SHA-256", width=30),
        Column("note", "备注", "Note", width=40),
    )
    rows = [source.model_dump() for source in registered]
    frame = pd.DataFrame(rows, columns=[c.name for c in columns])
    return make_sheet("sources", ("数据来源", "Sources"), columns, frame)


def notes(sheets: Sequence[Sheet]) -> Sheet:
    """说明: what each table means."""
    columns = (
        Column("table", "表", "Table", width=26),
        Column("zh", "说明", "", width=80),
        Column("en", "Notes", "", width=90),
    )
    rows = [(f"{sheet.zh} {sheet.en}", zh, en) for sheet in sheets for zh, en in sheet.notes]
    return make_sheet("notes", ("说明", "Notes"), columns, pd.DataFrame(rows, columns=[c.name for c in columns]))
