"""The education bureau's figures: a wide table turned over, one row a figure, years and courses side by side."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from siting.render.columns import Column, Sheet
from siting.report.decisions import service_names
from siting.report.document import Block
from siting.report.excerpts import plain_text
from siting.report.language import cell
from siting.report.teller import Teller


def education(teller: Teller) -> list[Block]:
    """A table for each service."""
    sheet = teller.sheets.get("education")
    if sheet is None:
        return []
    blocks: list[Block] = []
    parts = indicators(sheet, by="service", across=("year", "when"))
    for k, (service, part) in enumerate(parts):
        zh, en = service_names(teller, service)
        named = replace(
            part, zh=f"{part.zh}：{zh}", en=f"{part.en}: {en}" if en else part.en,
            notes=part.notes if k == len(parts) - 1 else (),
        )  # fmt: skip
        blocks.append(teller.table(named, source="education"))
    teller.whole.add("education")
    return blocks


def indicators(sheet: Sheet, *, by: str, across: tuple[str, str]) -> list[tuple[str, Sheet]]:
    """A wide sheet turned over, for each value of `by`: one row a column, one column a pair of values of `across`.

    Returns:
        (value of `by`, sheet of texts' names and numbers); rows in which nothing stands are left out.
    """
    there = {column.name: column for column in sheet.columns}
    if not {by, *across} <= set(there):
        return []
    rows = [column for column in sheet.columns if column.name not in (by, *across) and column.kind != "text"]
    found = []
    for key, part in sheet.frame.groupby(by, sort=False):
        heads = [tuple(part[name].tolist()[k] for name in across) for k in range(len(part))]
        told = [column for column in rows if part[column.name].notna().any()]
        names = [f"v{k}" for k in range(len(heads))]
        frame = pd.DataFrame(
            [[column.zh, column.en, *part[column.name].tolist()] for column in told], columns=["zh", "en", *names]
        )
        columns = (
            Column("item", "指标", "Figure", width=30),
            *(Column(name, _head(head, 0), _head(head, 1), "number") for name, head in zip(names, heads, strict=True)),
        )
        frame["item"] = [f"{zh} {en}" if en else zh for zh, en in zip(frame["zh"], frame["en"], strict=True)]
        kinds = tuple(column.kind for column in told)
        frame = frame[["item", *names]].astype(dict.fromkeys(names, np.float64))
        found.append((str(key), Sheet(sheet.key, sheet.zh, sheet.en, columns, frame, sheet.notes, kinds)))
    return found


def _head(head: tuple[object, ...], language: int) -> str:
    """The values over a column in one language: `2030 规划`."""
    return " ".join(cell(plain_text(value), "en" if language else "zh") for value in head)
