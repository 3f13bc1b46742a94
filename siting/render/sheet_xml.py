"""The rows of a sheet as a workbook's file holds them (SpreadsheetML, ECMA-376 part 1, section 18.3.1).

xlsxwriter makes all of a workbook but the rows of its tables: it takes several calls for each cell, and a run has half
a million. The sheets that it leaves have sample rows, of one empty cell for each look; the rows here take their place.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from xlsxwriter.utility import xl_col_to_name

AT_ONCE = 4000  # rows that are held as text
MOST_KNOWN = 200_000  # different texts that are remembered; then all are forgotten
LARGE = 10_000_000  # cells; so many may take more than the 2 GB that the plain form of a ZIP file can hold
LONGEST_UTF16 = 32_767  # units that Excel holds in a cell
FORMULA_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # the last four are full-width

_STYLE = re.compile(r' s="(\d+)"')
_DIMENSION = re.compile('<dimension ref="[^"]*"/>')
_LOOKS_ESCAPED = re.compile("(_x[0-9a-fA-F]{4}_)")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Looks:
    """Which of the sheet's sample rows, counted from 0, shows how cells look: plain ones, and texts that begin as a
    formula does."""

    plain: int
    quoted: int


@dataclass(frozen=True, eq=False)
class Table:
    """The rows of one sheet.

    Attributes:
        first: the row where they begin, counted from 1; the sample rows begin there too.
        columns: values of each; an empty text and a number that is not finite are empty cells.
        looks: of each column.
        row_looks: sample rows by row, where rows and not columns have a look each; the first column keeps its own.
    """

    first: int
    columns: Sequence[Sequence[str | float]]
    looks: Sequence[Looks]
    row_looks: Sequence[int] | None = None


def insert_rows(made: IO[bytes], tables: Mapping[str, Table], path: Path) -> None:
    """Write the workbook `made` to `path` with the rows of `tables`, by the name of the sheet's part.

    Raises:
        OSError: when the file cannot be written.
    """
    texts = _Texts()
    with zipfile.ZipFile(made) as blank, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for old in blank.infolist():
            part = zipfile.ZipInfo(old.filename, old.date_time)
            part.compress_type = zipfile.ZIP_DEFLATED
            table = tables.get(old.filename)
            if table is None:
                book.writestr(part, blank.read(old))
                continue
            large = len(table.columns) * len(table.columns[0]) > LARGE
            with book.open(part, "w", force_zip64=large) as page:
                for text in _page(blank.read(old).decode("utf-8"), table, texts):
                    page.write(text.encode("utf-8"))


def _page(sheet: str, table: Table, texts: _Texts) -> Iterator[str]:
    """The sheet's XML piece by piece, its sample rows replaced."""
    begin = sheet.index(f'<row r="{table.first}"')
    end = sheet.index("</sheetData>")
    styles = _STYLE.findall(sheet[begin:end])
    last = table.first + len(table.columns[0]) - 1
    extent = f'<dimension ref="A1:{xl_col_to_name(len(table.columns) - 1)}{last}"/>'
    yield _DIMENSION.sub(extent, sheet[:begin], count=1)
    yield from _rows(table, styles, texts)
    yield sheet[end:]


def _rows(table: Table, styles: Sequence[str], texts: _Texts) -> Iterator[str]:
    count = len(table.columns[0])
    letters = [xl_col_to_name(k) for k in range(len(table.columns))]
    for start in range(0, count, AT_ONCE):
        stop = min(start + AT_ONCE, count)
        columns = []
        for k, values in enumerate(table.columns):
            look = table.looks[k]
            plain: Iterable[str] = [styles[look.plain]] * (stop - start)
            if table.row_looks is not None and k > 0:
                plain = [styles[row] for row in table.row_looks[start:stop]]
            first = table.first + start
            columns.append(_cells(letters[k], first, values[start:stop], plain, styles[look.quoted], texts))
        rows = range(table.first + start, table.first + stop)
        yield "".join(
            [
                f'<row r="{row}">{"".join(cells)}</row>'
                for row, cells in zip(rows, zip(*columns, strict=True), strict=True)
            ]
        )


def _cells(
    letter: str, first: int, values: Sequence[str | float], plain: Iterable[str], quoted: str, texts: _Texts
) -> list[str]:
    cells = []
    for row, (value, style) in enumerate(zip(values, plain, strict=True), first):
        if isinstance(value, str):
            formula, text = texts[value]
            cells.append(f'<c r="{letter}{row}" s="{quoted if formula else style}"{text}' if value else "")
        else:
            finite = value - value == 0
            cells.append(f'<c r="{letter}{row}" s="{style}"><v>{value:.16G}</v></c>' if finite else "")
    return cells


class _Texts(dict[str, tuple[bool, str]]):
    """Of each text whether it begins as a formula does, and the end of a cell that holds it."""

    def __missing__(self, text: str) -> tuple[bool, str]:
        space = ' xml:space="preserve"' if text != text.strip() else ""
        found = text.startswith(FORMULA_STARTS), f' t="inlineStr"><is><t{space}>{_escaped(text)}</t></is></c>'
        if len(self) >= MOST_KNOWN:
            self.clear()
        self[text] = found
        return found


def _escaped(text: str) -> str:
    """As SpreadsheetML holds a text (22.9.2.19, ST_Xstring): what XML cannot hold is `_xHHHH_`."""
    if len(text) > LONGEST_UTF16 // 2:
        text = text.encode("utf-16-le")[: 2 * LONGEST_UTF16].decode("utf-16-le", "ignore")
    text = _LOOKS_ESCAPED.sub(r"_x005F\1", text)
    text = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
