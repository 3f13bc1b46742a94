"""Where the data of a report come from, and what was guessed where they said nothing."""

from __future__ import annotations

import pandas as pd

from siting.render.columns import Column, make_sheet
from siting.report.document import Block, Paragraph
from siting.report.teller import Teller


def sources(teller: Teller) -> list[Block]:
    """Origin and licence of every file from outside, and what was assumed in making the case."""
    case = teller.told.place
    blocks: list[Block] = []
    if case.sources:
        rows = [
            {
                "file": source.file, "title": source.title,
                "origin": f"{source.origin}（{source.retrieved}）" if source.retrieved else source.origin,
                "licence": source.licence, "attribution": source.attribution_zh or source.attribution,
            }
            for source in case.sources
        ]  # fmt: skip
        columns = (
            Column("file", "文件", "File"), Column("title", "内容", "Title"), Column("origin", "来源", "Origin"),
            Column("licence", "许可", "Licence"), Column("attribution", "署名", "Attribution"),
        )  # fmt: skip
        sheet = make_sheet("sources", ("数据来源与许可", "Sources and licences"), columns, pd.DataFrame(rows))
        blocks.append(teller.table(sheet))
    else:
        blocks += teller.paragraphs([("案例没有登记数据来源。", "The case registers no sources.")])
    if case.info.guesses:
        blocks.append(teller.heading(2, ("建立案例时的推测", "Guesses made when the case was built")))
        blocks += [Paragraph(teller.say((guess.zh, guess.en)), "bullet") for guess in case.info.guesses]
    return blocks
