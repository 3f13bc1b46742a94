"""What of a sheet a chapter shows: some of its columns, the rows that meet conditions, the first so many of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from siting.render.columns import Column, Sheet
from siting.render.wording import Text

BODY_ROWS = 25


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
        weight: where there are more, those are shown in which the greatest of these columns is greatest, of every
            service alike; empty: the first.
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
    weight: tuple[str, ...] = ()
    notes: bool = True


@dataclass(frozen=True)
class Part:
    """What an excerpt shows.

    Attributes:
        sheet: the rows and columns shown.
        rows: how many rows meet the conditions.
        by: columns by which the rows shown were chosen.
    """

    sheet: Sheet
    rows: int
    by: tuple[Column, ...] = ()


def taken(sheet: Sheet, excerpt: Excerpt, subjects: Sequence[str]) -> Part | None:
    """The part of the sheet that an excerpt shows.

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
        return Part(replace(sheet, frame=frame.head(excerpt.most)), len(frame))
    rows = len(frame)
    if not excerpt.across:
        frame = weightiest(frame, excerpt.weight, excerpt.most)
    part = replace(
        sheet,
        columns=tuple(there[name] for name in names),
        frame=frame[names],
        notes=sheet.notes if excerpt.notes else (),
    )
    if excerpt.across:
        part = _across(part, frame, there[excerpt.across], there[excerpt.value])
        rows = len(part.frame)
        part = replace(part, frame=part.frame.head(excerpt.most))
    part = _with_content(narrowed(part, subjects))
    if excerpt.names:
        part = replace(part, zh=excerpt.names[0], en=excerpt.names[1])
    by = excerpt.weight or ((excerpt.order,) if excerpt.order else ())
    return Part(part, rows, tuple(there[name] for name in by if name in there))


def weightiest(frame: pd.DataFrame, weight: Sequence[str], most: int) -> pd.DataFrame:
    """At most so many rows, in their order: of every service alike those with the greatest weights.

    Args:
        weight: columns of which the greatest counts; none that the frame has: the first rows of every service.
    """
    if len(frame) <= most:
        return frame
    known = [name for name in weight if name in frame]
    if not known and weight == ():
        return frame.head(most)
    found = frame[known].max(axis=1).fillna(-np.inf) if known else pd.Series(0.0, index=frame.index)
    services = frame["service"] if "service" in frame else pd.Series("", index=frame.index)
    place = found.groupby(services.to_numpy(), sort=False).rank(method="first", ascending=False)
    order = np.lexsort((-found.to_numpy(), place.to_numpy()))
    return frame.iloc[np.sort(order[:most])]


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
    table.columns = pd.Index([*keys, *(f"{value.name}_{plain_text(year)}" for year in years)])
    more = tuple(
        replace(
            value,
            name=f"{value.name}_{plain_text(year)}",
            zh=f"{plain_text(year)} 年{value.zh}",
            en=f"{plain_text(year)}: {value.en}",
        )
        for year in years
    )
    return replace(part, columns=(*part.columns, *more), frame=table)


def plain_text(value: object) -> str:
    """A value of a cell; whole numbers without a point."""
    return f"{value:.0f}" if isinstance(value, float) else str(value)
