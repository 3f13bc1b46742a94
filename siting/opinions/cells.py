"""Cells of a table that staff filled in, from Excel or CSV, as texts."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import NoReturn
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.escape import unescape
from openpyxl.utils.exceptions import InvalidFileException

from siting.errors import fail
from siting.files.tables import read_rows

LARGEST_FILE = 20 * 1024**2  # bytes
LARGEST_INSIDE = 200 * 1024**2  # bytes, unpacked
MOST_COLUMNS = 60

Rows = list[list[str]]


def read_sheets(path: Path, name: str) -> list[tuple[str, Rows]]:
    """Each sheet's name and its rows; a CSV file is one sheet. Row k of the file is item k - 1.

    Dates become `YYYY-MM-DD`; of formulas the values last computed are read, never the formulas.

    Raises:
        InputError: when the file cannot be read or is too large.
    """
    if path.stat().st_size > LARGEST_FILE:
        _refuse(name, "文件太大", "the file is too large")
    if path.suffix.lower() == ".csv":
        header, body = read_rows(path)
        return [("", [header, *[[_plain(cell) for cell in row] for row in body]])]
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(part.file_size for part in packed.infolist()) > LARGEST_INSIDE:
                _refuse(name, "文件太大", "the file is too large")
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            for page in book.worksheets:
                page.reset_dimensions()  # some programs write wrong ones, by which cells would be left out
            return [(page.title, _rows(page.iter_rows(values_only=True))) for page in book.worksheets]
        finally:
            book.close()
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, EOFError, zipfile.BadZipFile,
            ParseError, InvalidFileException, NotImplementedError) as error:  # fmt: skip
        _refuse(name, f"无法读取 Excel 文件（{error}）", f"the Excel file cannot be read ({error})")


def _refuse(name: str, zh: str, en: str) -> NoReturn:
    fail(
        zh,
        en,
        remedy_zh="请用 Excel 打开，另存为 .xlsx，再试",
        remedy_en="open it in Excel, save it as .xlsx and try again",
        file=name,
    )


def _rows(rows: Iterable[tuple[object, ...]]) -> Rows:
    texts = [[_text(value) for value in row[:MOST_COLUMNS]] for row in rows]
    while texts and not any(texts[-1]):
        texts.pop()
    return texts


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return unescape(str(value)).strip()


def _plain(cell: str) -> str:
    """A cell of a CSV file without the apostrophe that keeps it from being a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:].lstrip()[:1] in tuple("=+-@＝＋－＠") else cell
