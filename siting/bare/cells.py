"""Rows of a CSV file and numbers of its cells, fast where all is well and exact about the place where it is not."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from siting.bare.notes import Notes
from siting.errors import Faults, fail
from siting.files.text import read_text
from siting.impedance import FloatArray

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
# Words by which people and programs say that there is no value.
NO_VALUE = frozenset(
    (
        *("inf", "+inf", "infinity", "+infinity", "∞", "nan", "n/a", "na", "#n/a", "null", "none", "nil"),
        *("-", "--", "/", ".", "x", "无", "空", "不可达", "不通", "到不了", "unreachable"),
    )
)


def read_rows(path: Path, notes: Notes) -> list[list[str]]:
    """Rows of a CSV file as they stand, without empty rows at its end; errors as of its two steps."""
    return split_rows(path, *read_delimited(path, notes))


def read_delimited(path: Path, notes: Notes) -> tuple[str, str]:
    """Text and delimiter of a CSV file.

    UTF-8 with or without a byte-order mark; GBK/GB18030, as Excel saves it in Chinese, is read too and noted. The
    delimiter is the comma; where the first row has none, a tab or a semicolon.

    Raises:
        InputError: for a file that is missing, empty or in another encoding.
    """
    text = _decode(path, notes)
    if not text.strip():
        fail("文件是空的", "the file is empty", file=path)
    first = text.split("\n", 1)[0]
    return text, next((mark for mark in ",\t;" if mark in first), ",")


def split_rows(path: Path, text: str, delimiter: str) -> list[list[str]]:
    """Rows of a CSV text, without empty rows at its end.

    Raises:
        InputError: where quotes do not match.
    """
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter))
    except csv.Error as error:
        fail(f"CSV 格式有误（{error}）", f"malformed CSV ({error})", file=path)
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    return rows


def _decode(path: Path, notes: Notes) -> str:
    try:
        raw = path.read_bytes()
        raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = raw.decode("gb18030")
        except UnicodeDecodeError:
            return read_text(path)  # says what is wrong
        notes.add(f"{path.name} 不是 UTF-8，按 GBK 读取", f"{path.name} is not in UTF-8 and was read as GBK")
        return text
    except OSError:
        return read_text(path)
    return raw.decode("utf-8-sig")


def plain(name: str) -> str:
    """A column's name without full-width letters, capitals and spaces around it."""
    return unicodedata.normalize("NFKC", name).strip().lower()


def read_number(cell: str) -> float | None:
    """The number of a cell: NaN where it is empty, None where it holds none.

    Full-width digits and thousands separators (`1,234`) are understood; `inf` and `nan` are no numbers.
    """
    text = unicodedata.normalize("NFKC", cell).strip()
    if not text:
        return np.nan
    if THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    number = float(text) if NUMBER.fullmatch(text) else np.inf
    return number if np.isfinite(number) else None


def fast_numbers(cells: Sequence[str]) -> FloatArray | None:
    """All cells as numbers, NaN where empty; None where some need a closer look."""
    try:
        values = np.fromiter(map(float, [cell or "nan" for cell in cells]), np.float64, len(cells))
    except ValueError:
        return None
    plain = np.isnan(values).sum() == cells.count("") and not np.isinf(values).any() and "_" not in "".join(cells)
    return values if plain else None


@dataclass(frozen=True)
class Kind:
    """A kind of fault, and what to do about it."""

    zh: str
    en: str
    remedy_zh: str
    remedy_en: str


class CellFaults:
    """Faults of single cells of a large table: the first of each kind with their place, the others counted."""

    SHOWN = 10

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.count: dict[tuple[str, str], int] = {}

    def add(self, kind: Kind, *, row: int | None, column: str | None, value: object) -> None:
        """Note one bad cell."""
        self.add_many(kind, 1, lambda k: (row, column, value))

    def add_many(self, kind: Kind, count: int, place: Callable[[int], tuple[int | None, str | None, object]]) -> None:
        """Note `count` bad cells; `place` gives row, column and value of the k-th and is asked for the first alone."""
        key = (kind.zh, kind.en)  # remedies may differ
        shown = max(0, self.SHOWN - self.count.get(key, 0))
        self.count[key] = self.count.get(key, 0) + count
        for k in range(min(shown, count)):
            row, column, value = place(k)
            self.faults.add(
                kind.zh,
                kind.en,
                remedy_zh=kind.remedy_zh,
                remedy_en=kind.remedy_en,
                row=row,
                column=column,
                value=value,
            )

    def close(self) -> None:
        """Say how many more there are of each kind."""
        for (zh, en), n in self.count.items():
            if n > self.SHOWN:
                more = n - self.SHOWN
                self.faults.add(f"……另有 {more:,} 处同样的问题：{zh}", f"... and {more:,} more: {en}")
