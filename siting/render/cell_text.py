"""Numbers as people read them on pages, by the kinds of `columns.KINDS`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from siting.render.columns import Sheet, clean_column
from siting.render.wording import minutes_text, persons_text, places_text, share_text

NONE = "—"

_FORMS: Mapping[str, Callable[[float], str]] = {
    "count": "{:,.0f}".format,
    "year": "{:.0f}".format,
    "persons": persons_text,
    "minutes": minutes_text,
    "fine_minutes": lambda value: (
        minutes_text(value) if abs(round(value, 1) - value) < 1e-9 else f"{value:.6f}".rstrip("0")
    ),
    "share": share_text,
    "points": lambda value: "0.0" if abs(value) < 0.05 else f"{value:+.1f}",
    "yuan": "{:,.0f}".format,
    "metres": "{:,.0f}".format,
    "degrees": "{:.6f}".format,
    "per_1000": places_text,
    "number": "{:.3f}".format,
    "value": lambda value: f"{value:,.6f}".rstrip("0").rstrip("."),
    "score": "{:.1f}".format,
    "objective": "{:,.2f}".format,
    "gap": lambda value: f"{100 * value:.4f}%",
    "seconds": "{:.1f}".format,
}


def cell_texts(values: pd.Series, kind: str) -> list[str]:
    """(n,) the text of each value; a dash for what is missing or empty."""
    if kind == "text":
        return [text or NONE for text in clean_column(values)]
    return [number_text(value, kind) for value in values.astype(float).tolist()]


def number_text(value: float, kind: str) -> str:
    """One number; a dash for NaN."""
    return NONE if math.isnan(value) else _FORMS[kind](value)


def sheet_cells(sheet: Sheet, rows: int) -> tuple[list[list[str]], list[list[bool]]]:
    """The first rows of a sheet as texts, and which of the cells are numbers."""
    frame = sheet.frame.head(rows)
    if sheet.row_kinds is None:
        kinds: Sequence[Sequence[str]] = [[column.kind for column in sheet.columns]] * len(frame)
        columns = [cell_texts(frame[column.name], column.kind) for column in sheet.columns]
        texts = [list(row) for row in zip(*columns, strict=True)]
    else:
        kinds = [["text", *[kind] * (len(sheet.columns) - 1)] for kind in sheet.row_kinds[: len(frame)]]
        texts = [
            [_one(value, kind) for value, kind in zip(row, own, strict=True)]
            for row, own in zip(frame.itertuples(index=False), kinds, strict=True)
        ]
    return texts, [[kind != "text" for kind in own] for own in kinds]


def _one(value: object, kind: str) -> str:
    if isinstance(value, str) or kind == "text":
        return str(value) or NONE
    return number_text(float(value), kind) if isinstance(value, (int, float)) else NONE
