"""What of a sheet a chapter shows: some of its columns, the rows that meet conditions, the first so many of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from siting.render.columns import Column, Sheet
from siting.render.wording import Text
from siting.report.language import cell

BODY_ROWS = 40


@dataclass(frozen=True)
class Where:
    """A condition on a column.

    Attributes:
        test: `is`, `not`: among `values`, or not; `first`, `last`: the least or greatest value of the sheet;
            `subject`, `not subject`: a subject of the map, or not.
    """

    column: str
    test: Literal["is", "not", "first", "last", "subject", "not subject"]
    values: tuple[str, ...] = ()

    def of(self, frame: pd.DataFrame, subjects: Sequence[str]) -> pd.Series:
        """(rows,) which meet it."""
        values = frame[self.column]
        if self.test in ("first", "last"):
            return values.eq(values.min() if self.test == "first" else values.max())
        among = values.isin(list(subjects) if self.test.endswith("subject") else list(self.values))
        return ~among if self.test.startswith("not") else among


@dataclass(frozen=True)
class Excerpt:
    """Part of a sheet.

    Attributes:
        sheet: its key.
        names: of the part; None: the sheet's.
        columns: in the order shown, those that the sheet has; empty: all of the sheet.
        where: all of them are met.
        order: column by which the greatest come first; '': as they stand.
        across: column whose values become columns, each with `value`; '': none.
        most: rows shown.
        notes: whether the sheet's notes stand below.
    """

    sheet: str
    names: Text | None = None
    columns: tuple[str, ...] = ()
    where: tuple[Where, ...] = ()
    order: str = ""
    across: str = ""
    value: str = ""
    most: int = BODY_ROWS
    notes: bool = True


def taken(sheet: Sheet, excerpt: Excerpt, subjects: Sequence[str]) -> Sheet | None:
    """The part of the sheet, with all rows that meet the conditions.

    Returns:
        None where the sheet lacks a column of the conditions, all but one of the columns, or every row.
    """
    there = {column.name: column for column in sheet.columns}
    asked = {condition.column for condition in excerpt.where} | {excerpt.order, excerpt.across, excerpt.value} - {""}
    if not asked - {""} <= set(there):
        return None
    frame = sheet.frame
    for condition in excerpt.where:
        frame = frame[condition.of(frame, subjects).to_numpy(dtype=bool)]
    if excerpt.order:
        frame = frame.sort_values(excerpt.order, ascending=False, kind="stable", na_position="last")
    names = [name for name in excerpt.columns or there if name in there]
    if frame.empty or len(names) < min(2, len(there)):
        return None
    if sheet.row_kinds is not None:
        return sheet
    part = replace(
        sheet,
        columns=tuple(there[name] for name in names),
        frame=frame[names],
        notes=sheet.notes if excerpt.notes else (),
    )
    if excerpt.across:
        part = _across(part, frame, there[excerpt.across], there[excerpt.value])
    part = _with_content(narrowed(part, subjects))
    return replace(part, zh=excerpt.names[0], en=excerpt.names[1]) if excerpt.names else part


def narrowed(sheet: Sheet, subjects: Sequence[str]) -> Sheet:
    """Without the column of the services where there is only one service."""
    if (
        len(subjects) != 1
        or sheet.columns[0].name != "service"
        or len(sheet.columns) < 3
        or sheet.row_kinds is not None
    ):
        return sheet
    return replace(sheet, columns=sheet.columns[1:], frame=sheet.frame.drop(columns="service"))


def _with_content(sheet: Sheet) -> Sheet:
    """Without columns in which no row has anything."""
    frame = sheet.frame
    kept = tuple(column for column in sheet.columns if (frame[column.name].notna() & (frame[column.name] != "")).any())
    return replace(sheet, columns=kept, frame=frame[[column.name for column in kept]])


def _across(part: Sheet, frame: pd.DataFrame, across: Column, value: Column) -> Sheet:
    """The rows that agree in the sheet's columns as one, with a column of `value` for each value of `across`."""
    keys = [column.name for column in part.columns]
    years = sorted(frame[across.name].unique().tolist())
    wide = frame.pivot_table(
        index=keys, columns=across.name, values=value.name, sort=False, aggfunc="first", observed=True
    )
    table = wide.reindex(columns=years).reset_index()
    table.columns = pd.Index([*keys, *(f"{value.name}_{_text(year)}" for year in years)])
    more = tuple(
        replace(
            value, name=f"{value.name}_{_text(year)}", zh=f"{_text(year)} 年{value.zh}", en=f"{_text(year)}: {value.en}"
        )
        for year in years
    )
    return replace(part, columns=(*part.columns, *more), frame=table)


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
    return " ".join(cell(_text(value), "en" if language else "zh") for value in head)


def _text(value: object) -> str:
    return f"{value:.0f}" if isinstance(value, float) else str(value)
