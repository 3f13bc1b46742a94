"""`tables.xlsx`: every table as a sheet, made to be read, filtered and printed.

Text is never a formula: each text cell is typed as text, whatever it begins with, and is marked so that it stays
text when somebody edits it in Excel (the quote prefix).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from siting.render.columns import KINDS, Column, Sheet, clean
from siting.render.sheets import all_sheets
from siting.render.wording import both, caveat, labels_text
from siting.results import RunResult

INK = "1F3A4D"
TITLE = Font(name="Microsoft YaHei", size=14, bold=True, color=INK)
LABEL = Font(name="Microsoft YaHei", size=10, bold=True, color="8A3B00")
HEADER = Font(name="Microsoft YaHei", size=10, bold=True, color="FFFFFF")
BODY = Font(name="Microsoft YaHei", size=10)
HEADER_FILL = PatternFill("solid", fgColor=INK)
LINE = Border(bottom=Side(style="hair", color="B8C4CC"))
FORMULA_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # the last four are full-width


def write_workbook(result: RunResult, path: Path) -> None:
    """Write all tables to one workbook.

    Each sheet has its title, the result's label and the notices above a frozen header row; the first sheet
    spells the notices out.

    Raises:
        OSError: when the file cannot be written.
    """
    book = Workbook(write_only=True)
    book.properties.title = clean(both((result.title_zh, result.title_en)))
    book.properties.creator = "siting"
    label = both(labels_text(result))
    words = both(caveat(result))
    for sheet in all_sheets(result):
        top = [f"{sheet.zh} {sheet.en} · {both((result.title_zh, result.title_en))}", label]
        if sheet.key == "overview":
            top += [text for notice in result.notices for text in notice if text]
        elif words:
            top[1] = f"{label} · {words}"
        # A write-only page is laid out like any other; its stub leaves that out.
        page = cast(Worksheet, book.create_sheet(f"{sheet.zh} {sheet.en}"))
        _write_sheet(page, sheet, [clean(line) for line in top])
    book.save(path)


def _write_sheet(page: Worksheet, sheet: Sheet, top: list[str]) -> None:
    header_row = len(top) + 1
    # A write-only sheet takes its layout before its first row.
    name_columns = [
        k for k, column in enumerate(sheet.columns[:4]) if column.name in ("item", "name", "group", "village")
    ]
    beside = get_column_letter(name_columns[0] + 2 if name_columns else 1)
    page.freeze_panes = f"{beside}{header_row + 1}"
    for k, column in enumerate(sheet.columns, start=1):
        page.column_dimensions[get_column_letter(k)].width = column.width
    for k in range(1, header_row):
        page.row_dimensions[k].height = 24 if k == 1 else 17
    page.row_dimensions[header_row].height = 44
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = 8  # A3
    page.page_setup.fitToWidth = 1
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
    page.print_title_rows = f"1:{header_row}"  # every printed page carries the label and the notices
    page.oddFooter.right.text = "&P / &N"  # type: ignore[union-attr]  # made by the page itself
    last = get_column_letter(len(sheet.columns))
    page.auto_filter.ref = f"A{header_row}:{last}{header_row + max(len(sheet.frame), 1)}"

    for k, line in enumerate(top):
        page.append([_text(page, line, TITLE if k == 0 else LABEL)])
    page.append([_header(page, column) for column in sheet.columns])
    for row in _rows(page, sheet):
        page.append(row)


def _rows(page: Worksheet, sheet: Sheet) -> Iterator[list[Cell | None]]:
    """The body. A row is written as soon as it is given, so that one styled cell a column does for all rows."""
    lists = [sheet.frame[column.name].tolist() for column in sheet.columns]
    by_column = [_cell(page, column.kind, wide=column.width >= 60) for column in sheet.columns]
    inert = [_cell(page, column.kind, quoted=True) for column in sheet.columns]
    by_kind = {kind: [_cell(page, kind) for _ in sheet.columns] for kind in set(sheet.row_kinds or ())}
    for r in range(len(sheet.frame)):
        cells = by_column
        if sheet.row_kinds is not None:
            cells = [by_column[0], *by_kind[sheet.row_kinds[r]][1:]]
        row: list[Cell | None] = []
        for k, values in enumerate(lists):
            value = values[r]
            if value is None or value == "" or value != value:
                row.append(None)
                continue
            cell = cells[k]
            if isinstance(value, str) and value.startswith(FORMULA_STARTS):
                cell = inert[k]
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
            row.append(cell)
        yield row


def _cell(page: Worksheet, kind: str, *, wide: bool = False, quoted: bool = False) -> Cell:
    cell = WriteOnlyCell(page)
    cell.font = BODY
    cell.border = LINE
    form = KINDS[kind]
    if form is not None:
        cell.number_format = form[0]
    cell.alignment = Alignment(vertical="top", wrap_text=wide)
    cell.quotePrefix = quoted
    return cell


def _header(page: Worksheet, column: Column) -> Cell:
    cell = _text(page, "\n".join(part for part in (column.zh, column.en) if part), HEADER)
    cell.fill = HEADER_FILL
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    return cell


def _text(page: Worksheet, text: str, font: Font) -> Cell:
    cell = WriteOnlyCell(page, value=text)
    cell.data_type = "s"
    cell.font = font
    return cell
