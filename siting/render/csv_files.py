"""One CSV file a table: UTF-8 with a byte-order mark, so that Excel opens it in Chinese.

A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@` (or their full-width forms, a tab or a carriage
return) for a formula. Text cells that do so, whatever blanks come first, get a leading apostrophe `'`
(OWASP, "CSV Injection"); a reader that wants the text as typed takes one apostrophe off. Numbers are never
changed: a negative number stays one.

The last two columns of every row hold the result's label and the notices in a few words, since a CSV file has no
other place for them; `overview.csv` and `assumptions.csv` have them in full.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Sequence
from pathlib import Path

from siting.render.columns import Sheet, clean
from siting.render.sheets import all_sheets
from siting.render.wording import both, caveat, label_of, labels_text
from siting.results import RunResult

FORMULA = re.compile("^(?:[\t\r\n]|\\s*[-=+@\uff0d\uff1d\uff0b\uff20])")  # the last four are full-width


def write_csv(result: RunResult, folder: Path) -> None:
    """Write every table to `folder`, which is made if need be; each file is named by its table's ASCII key.

    Raises:
        OSError: when a file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    words = both(caveat(result))
    whole = both(labels_text(result))
    single = {}
    for service in result.services:
        label = label_of(service)
        single[service.service.name_zh] = both((label.zh, label.en))
    for sheet in all_sheets(result):
        services = sheet.frame["service"] if "service" in sheet.frame.columns else [""] * len(sheet.frame)
        labels = [single.get(name, whole) for name in services]
        notices = [words] * len(sheet.frame)
        write_sheet_csv(sheet, folder / f"{sheet.key}.csv", (("结果状态 Result", labels), ("数据声明 Notice", notices)))


def write_sheet_csv(sheet: Sheet, path: Path, last: Sequence[tuple[str, Sequence[str]]] = ()) -> None:
    """Write one table.

    Args:
        sheet: the table.
        path: of the file.
        last: header and text in each row of the columns that come after the sheet's own.

    Raises:
        OSError: when the file cannot be written.
    """
    known = _Inert()
    columns = [*_sheet_texts(sheet), *([known[clean(text)] for text in texts] for _, texts in last)]
    headers = [*(column.header for column in sheet.columns), *(header for header, _ in last)]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([inert(clean(header)) for header in headers])
        writer.writerows(zip(*columns, strict=True))


def inert(text: str) -> str:
    """The text in a form that no spreadsheet takes for a formula.

    >>> inert("=1+1"), inert("甲村"), inert(" @SUM(A1)")
    ("'=1+1", '甲村', "' @SUM(A1)")
    """
    return f"'{text}" if FORMULA.match(text) else text


def _sheet_texts(sheet: Sheet) -> list[list[str]]:
    """The cells of each column as a CSV file holds them."""
    known = _Inert()
    return [
        [known[value] if isinstance(value, str) else _number(value) for value in sheet.frame[name].tolist()]
        for name in sheet.frame.columns
    ]


class _Inert(dict[str, str]):
    """Texts made inert; most of a table's come again and again."""

    def __missing__(self, text: str) -> str:
        self[text] = inert(text)
        return self[text]


def _number(value: object) -> str:
    number = float(value) if isinstance(value, (int, float)) else math.nan
    return "" if math.isnan(number) else f"{number:.12g}"
