"""`tables.xlsx`: every table as a sheet, made to be read, filtered and printed.

Text is never a formula: each text is written as a string whatever it begins with, and one that could be taken for a
formula has Excel's quote prefix too, so that it stays text when somebody edits the cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from siting.render.columns import KINDS, Column, Sheet, clean
from siting.render.sheets import all_sheets
from siting.render.wording import both, caveat, labels_text
from siting.results import RunResult

FONT = {"font_name": "Microsoft YaHei", "font_size": 10}
INK = "#1F3A4D"
FORMULA_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # the last four are full-width
WIDE = 60  # columns from this width on wrap their text
NAMING = ("item", "name", "demand_name", "group", "village", "check")  # the column that stays when scrolling right
A3 = 8


def write_workbook(result: RunResult, path: Path) -> None:
    """Write all tables to one workbook.

    Each sheet has its title, the result's label and the notices above a frozen header row; the first sheet
    spells the notices out.

    Raises:
        OSError: when the file cannot be written.
    """
    label, words = both(labels_text(result)), both(caveat(result))
    sheets = []
    for sheet in all_sheets(result):
        top = [f"{sheet.zh} {sheet.en} · {both((result.title_zh, result.title_en))}", label]
        if sheet.key == "overview":
            top += [text for notice in result.notices for text in notice if text]
        elif words:
            top[1] = f"{label} · {words}"
        sheets.append((sheet, top))
    write_sheets(path, (result.title_zh, result.title_en), sheets)


def write_sheets(path: Path, title: tuple[str, str], sheets: Sequence[tuple[Sheet, Sequence[str]]]) -> None:
    """Write sheets to one workbook, each with lines of text above its frozen header row.

    Raises:
        OSError: when the file cannot be written.
    """
    # Rows go to the disk as they are written: little memory, and the fastest way.
    book = xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    # A fixed date: the same run gives the same file.
    book.set_properties({"title": clean(both(title)), "author": "siting", "created": datetime(2000, 1, 1)})
    styles = _Styles(book)
    for sheet, top in sheets:
        _write_sheet(book.add_worksheet(f"{sheet.zh} {sheet.en}"), sheet, [clean(line) for line in top], styles)
    try:
        book.close()
    except xlsxwriter.exceptions.FileCreateError as error:
        raise OSError(str(error)) from error


class _Styles:
    """The formats of one workbook, each made once."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._body: dict[tuple[str, bool, bool], Format] = {}
        self.title = book.add_format({**FONT, "font_size": 14, "bold": True, "font_color": INK})
        self.label = book.add_format({**FONT, "bold": True, "font_color": "#8A3B00"})
        self.header = book.add_format(
            {
                **FONT, "bold": True, "font_color": "#FFFFFF", "bg_color": INK, "text_wrap": True,
                "align": "center", "valign": "vcenter", "border": 1, "border_color": "#FFFFFF",
            }
        )  # fmt: skip

    def body(self, kind: str, *, wrap: bool = False, quoted: bool = False) -> Format:
        key = (kind, wrap, quoted)
        if key not in self._body:
            look = {**FONT, "valign": "top", "bottom": 4, "bottom_color": "#B8C4CC", "text_wrap": wrap}
            form = KINDS[kind]
            if form is not None:
                look["num_format"] = form[0]
            if quoted:
                look["quote_prefix"] = True
            self._body[key] = self._book.add_format(look)
        return self._body[key]


def _write_sheet(page: Worksheet, sheet: Sheet, top: list[str], styles: _Styles) -> None:
    header_row = len(top)  # counted from 0, as xlsxwriter does
    last_row, last_column = header_row + max(len(sheet.frame), 1), len(sheet.columns) - 1
    for k, column in enumerate(sheet.columns):
        page.set_column(k, k, column.width)
    naming = [k for k, column in enumerate(sheet.columns[:4]) if column.name in NAMING]
    page.freeze_panes(header_row + 1, naming[0] + 1 if naming else 0)
    page.autofilter(header_row, 0, last_row, last_column)
    page.set_landscape()
    page.set_paper(A3)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0, header_row)  # every printed page carries the label and the notices
    page.set_footer("&R&P / &N")
    for k, line in enumerate(top):
        page.set_row(k, 24 if k == 0 else 17)
        page.write_string(k, 0, line, styles.title if k == 0 else styles.label)
    page.set_row(header_row, 58)  # two lines in each language
    for k, column in enumerate(sheet.columns):
        page.write_string(header_row, k, _header(column), styles.header)
    _write_rows(page, sheet, header_row + 1, styles)


def _write_rows(page: Worksheet, sheet: Sheet, first: int, styles: _Styles) -> None:
    values = [sheet.frame[column.name].tolist() for column in sheet.columns]
    wraps = [column.width >= WIDE for column in sheet.columns]
    by_column = [styles.body(column.kind, wrap=wrap) for column, wrap in zip(sheet.columns, wraps, strict=True)]
    inert = [styles.body("text", wrap=wrap, quoted=True) for wrap in wraps]
    for r in range(len(sheet.frame)):
        looks = by_column
        if sheet.row_kinds is not None:
            looks = [by_column[0]] + [styles.body(sheet.row_kinds[r])] * (len(by_column) - 1)
        for k, column in enumerate(values):
            value = column[r]
            if isinstance(value, str):
                if value:
                    look = inert[k] if value.startswith(FORMULA_STARTS) else looks[k]
                    page.write_string(first + r, k, value, look)
            elif value == value:  # a missing number, NaN, stays an empty cell
                page.write_number(first + r, k, value, looks[k])


def _header(column: Column) -> str:
    return "\n".join(part for part in (column.zh, column.en) if part)
