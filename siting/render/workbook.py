"""`tables.xlsx`: every table as a sheet, made to be read, filtered and printed.

Text is never a formula: each text is written as a string whatever it begins with, and one that could be taken for a
formula has Excel's quote prefix too, so that it stays text when somebody edits the cell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from siting.render.columns import KINDS, Column, Sheet, clean
from siting.render.sheet_xml import Looks, Table, insert_rows
from siting.render.sheets import all_sheets
from siting.render.wording import both, caveat, labels_text
from siting.results import RunResult

FONT = {"font_name": "Microsoft YaHei", "font_size": 10}
INK = "#1F3A4D"
WIDE = 60  # columns from this width on wrap their text
NAMING = ("item", "name", "demand_name", "group", "village", "check")  # the column that stays when scrolling right
A3 = 8
MOST_ROWS = 1_048_576  # that Excel holds in a sheet
LONGEST_TAB = 31
_NOT_IN_TAB = re.compile(r"[\[\]:*?/\\]")


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

    A table that has more rows than Excel holds in a sheet is cut there, and a line above it says so.

    Raises:
        OSError: when the file cannot be written.
    """
    made = BytesIO()
    # With constant memory texts stand in their cells, as the rows here have them.
    book = xlsxwriter.Workbook(made, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    # A fixed date: the same run gives the same file.
    book.set_properties({"title": clean(both(title)), "author": "siting", "created": datetime(2000, 1, 1)})
    styles = _Styles(book)
    tables = {}
    names: set[str] = set()
    for number, (sheet, top) in enumerate(sheets, 1):
        page = book.add_worksheet(_tab(sheet, names))
        tables[f"xl/worksheets/sheet{number}.xml"] = _write_sheet(page, sheet, [clean(line) for line in top], styles)
    book.close()
    insert_rows(made, tables, path)


def _tab(sheet: Sheet, taken: set[str]) -> str:
    """A name for the sheet's tab that Excel takes and that is not in `taken`, to which it is added."""
    wanted = _NOT_IN_TAB.sub(" ", clean(f"{sheet.zh} {sheet.en}")).strip("' ")
    if len(wanted) > LONGEST_TAB:
        wanted = _NOT_IN_TAB.sub(" ", clean(sheet.zh)).strip("' ")[:LONGEST_TAB]
    name, number = wanted, 2
    while name.lower() in taken:
        end = f" {number}"
        name, number = wanted[: LONGEST_TAB - len(end)] + end, number + 1
    taken.add(name.lower())
    return name


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


def _write_sheet(page: Worksheet, sheet: Sheet, top: list[str], styles: _Styles) -> Table:
    """Write all but the table's rows, of which there is only a sample of each look."""
    most = MOST_ROWS - len(top) - 1
    if len(sheet.frame) > most:
        most -= 1
        top = [*top, _cut(sheet, most)]
    rows = min(len(sheet.frame), most)
    header_row = len(top)  # counted from 0, as xlsxwriter does
    last_row, last_column = header_row + max(rows, 1), len(sheet.columns) - 1
    for k, column in enumerate(sheet.columns):
        page.set_column(k, k, column.width)
        if column.choices:
            offer = {"validate": "list", "source": list(column.choices), "error_type": "information"}
            page.data_validation(header_row + 1, k, last_row, k, offer)
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
        page.write_string(header_row, k, clean(_header(column)), styles.header)
    sample = _Sample(page, header_row + 1)
    looks = []
    for column in sheet.columns:
        wrap = column.width >= WIDE
        plain = sample.of(styles.body(column.kind, wrap=wrap))
        looks.append(Looks(plain, sample.of(styles.body("text", wrap=wrap, quoted=True))))
    row_looks = None
    if sheet.row_kinds is not None:
        row_looks = [sample.of(styles.body(kind)) for kind in sheet.row_kinds]
    columns = [sheet.frame[column.name].tolist()[:rows] for column in sheet.columns]
    return Table(header_row + 2, columns, looks, row_looks)


class _Sample:
    """The sample rows of a sheet: an empty cell of each look, one below the other."""

    def __init__(self, page: Worksheet, first: int) -> None:
        self._page = page
        self._first = first
        self._row: dict[Format, int] = {}

    def of(self, look: Format) -> int:
        """Number of the sample row with this look, which is written where there is none yet."""
        if look not in self._row:
            self._row[look] = len(self._row)
            self._page.write_blank(self._first + self._row[look], 0, None, look)
        return self._row[look]


def _cut(sheet: Sheet, rows: int) -> str:
    return (
        f"本表共 {len(sheet.frame):,} 行，超出 Excel 一张工作表的容量：这里只有前 {rows:,} 行，全部见 {sheet.key}.csv "
        f"This table has {len(sheet.frame):,} rows, more than an Excel sheet holds: here are the first {rows:,}, "
        f"and all of them in {sheet.key}.csv"
    )


def _header(column: Column) -> str:
    return "\n".join(part for part in (column.zh, column.en) if part)
