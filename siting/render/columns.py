"""What a table is: columns with bilingual headers, units and number forms.

A sheet has a frame whose columns are named in ASCII; what people read are the bilingual headers, with units.
An empty number means that there is none: unreachable, no limit, unknown. The sheet's notes say which.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

# kind -> (Excel number format, decimals kept); None: text.
KINDS: dict[str, tuple[str, int] | None] = {
    "text": None,
    "count": ("#,##0", 0),
    "year": ("0", 0),
    "persons": ("#,##0", 3),
    "minutes": ("0.0", 4),
    "fine_minutes": ("0.0###", 6),  # with more decimals where one would hide on which side of a standard they lie
    "share": ("0.0%", 6),
    "points": ("+0.0;-0.0;0.0", 4),
    "yuan": ("#,##0", 2),
    "metres": ("#,##0", 1),
    "degrees": ("0.000000", 6),
    "per_1000": ("#,##0.0", 4),
    "number": ("0.000", 6),
    "value": ("General", 6),  # of any unit: a parameter, a limit
    "score": ("0.0", 4),
    "objective": ("#,##0.00", 6),
    "gap": ("0.0000%", 10),
    "seconds": ("0.0", 3),
}

# What neither XML (and so Excel) nor UTF-8 can hold.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
LONGEST_TEXT = 32_000  # Excel holds 32,767 characters in a cell


@dataclass(frozen=True)
class Column:
    """One column: its ASCII name, its header in both languages with the unit, its kind (of `KINDS`).

    Attributes:
        language: `zh` or `en`: on a map, which is in one language at a time, only shown in this one; '': in both.
        choices: texts without commas that a workbook offers for its cells, where others may be typed all the same.
    """

    name: str
    zh: str
    en: str
    kind: str = "text"
    width: int = 12
    language: Literal["", "zh", "en"] = ""
    choices: tuple[str, ...] = ()

    @property
    def header(self) -> str:
        """`中文 English`."""
        return f"{self.zh} {self.en}" if self.en else self.zh


@dataclass(frozen=True, eq=False)
class Sheet:
    """One table.

    Attributes:
        key: ASCII snake_case; also the CSV file's name.
        zh, en: names.
        columns: in the order of the frame's columns.
        frame: one column a `Column`; texts are str, numbers rounded to their kind.
        notes: (zh, en) what the table means.
        row_kinds: for a table whose rows, not columns, each have one kind of value; the first column is text.
    """

    key: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    frame: pd.DataFrame
    notes: tuple[tuple[str, str], ...] = ()
    row_kinds: tuple[str, ...] | None = None


def clean(text: object) -> str:
    """The text without characters that a workbook cannot hold."""
    return _UNWRITABLE.sub("", str(text))[:LONGEST_TEXT]


def clean_column(values: pd.Series) -> NDArray[np.object_]:
    """Each value as a text, cleaned; a missing one is empty."""
    texts = [str(text) for text in values.fillna("").to_numpy(dtype=object)]
    if _UNWRITABLE.search("".join(texts)) or max(map(len, texts), default=0) > LONGEST_TEXT:
        texts = [clean(text) for text in texts]
    return np.array(texts, dtype=object)


def with_values(columns: Sequence[Column], frame: pd.DataFrame, names: Collection[str]) -> tuple[Column, ...]:
    """The columns but for those of `names` in which no row has anything."""
    empty = {name for name in names if not (frame[name].notna() & (frame[name] != "")).any()}
    return tuple(column for column in columns if column.name not in empty)


def narrowed(sheet: Sheet, names: Collection[str]) -> Sheet:
    """The table with those of its columns that `names` has, for where it would be too wide."""
    columns = tuple(column for column in sheet.columns if column.name in names)
    return replace(sheet, columns=columns, frame=sheet.frame[[column.name for column in columns]])


def make_sheet(
    key: str,
    names: tuple[str, str],
    columns: Sequence[Column],
    frame: pd.DataFrame,
    notes: Sequence[tuple[str, str]] = (),
) -> Sheet:
    """Put a frame into the order and the rounding of its columns.

    Raises:
        KeyError: when the frame lacks a column.
    """
    data: dict[str, object] = {}
    for column in columns:
        values = frame[column.name]
        kind = KINDS[column.kind]
        if kind is None:
            data[column.name] = clean_column(values)
        else:
            data[column.name] = np.round(values.to_numpy(dtype=np.float64), kind[1]) + 0.0  # no negative zeros
    return Sheet(key, *names, tuple(columns), pd.DataFrame(data), tuple(notes))
