"""Contracts of the input tables. Every fault of a table is gathered before anything is raised."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from siting.errors import Faults, fail, nearest_word
from siting.files.text import read_text


@dataclass(frozen=True)
class Column:
    """What one column must hold.

    Attributes:
        kind: `id` (text, unique, not empty), `text`, or `number`.
        required: whether the column must be there.
        optional_value: whether a cell may be empty (numbers become NaN).
        minimum, maximum: least and largest number allowed.
        choices: the only texts allowed.
        also: other ways to write a choice; they are read as that choice.
    """

    name: str
    kind: str = "text"
    required: bool = True
    optional_value: bool = False
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    also: Mapping[str, str] = field(default_factory=dict, hash=False)


def read_rows(path: Path) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a CSV file; every cell is normalised text (full-width digits become plain ones).

    Raises:
        InputError: for a file that is missing, not UTF-8, empty, or has a repeated column or a ragged row.
    """
    text = read_text(path)
    faults = Faults(path)
    try:
        rows = list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error as error:
        fail(f"CSV 格式有误（{error}）", f"malformed CSV ({error})", file=path)
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    if not rows:
        fail("文件是空的", "the file is empty", file=path)
    header = [unicodedata.normalize("NFKC", cell).strip() for cell in rows[0]]
    for name in {name for name in header if header.count(name) > 1}:
        faults.add("列名重复", "a column's name is repeated", row=1, column=name)
    body = []
    for k, row in enumerate(rows[1:], start=2):
        if len(row) != len(header):
            faults.add(
                f"这一行有 {len(row)} 格，表头有 {len(header)} 格",
                f"the row has {len(row)} cells where the header has {len(header)}",
                row=k,
            )
        body.append([cell.strip() for cell in row])
    faults.raise_if_any()
    return header, body


def read_table(path: Path, columns: Sequence[Column], *, extra_numbers: str | None = None) -> pd.DataFrame:
    """Read a CSV table and hold it to its contract.

    Args:
        path: the file.
        columns: the contract; other columns are kept as text.
        extra_numbers: columns with this prefix are numbers of at least 0.

    Returns:
        A frame with one row a record, texts as str (never NaN), numbers as float64.

    Raises:
        InputError: naming every fault by row, column and value.
    """
    header, body = read_rows(path)
    faults = Faults(path)
    for column in columns:
        if column.required and column.name not in header:
            close = nearest_word(column.name, [h for h in header if h not in {c.name for c in columns}])
            faults.add(
                f"缺少“{column.name}”列",
                f"the column {column.name!r} is missing",
                remedy_zh=f"是否应把“{close}”改名？" if close else "请补上这一列",
                remedy_en=f"should {close!r} be renamed?" if close else "add the column",
                column=column.name,
                value=", ".join(header),
            )
    faults.raise_if_any()
    cells = {name: [row[k] for row in body] for k, name in enumerate(header)}
    contract = {c.name: c for c in columns}
    data: dict[str, object] = {}
    for name, values in cells.items():
        rule = contract.get(name)
        if rule is None and extra_numbers is not None and name.startswith(extra_numbers):
            rule = Column(name, "number", minimum=0)
        if rule is None:
            data[name] = values
        elif rule.kind == "number":
            data[name] = _numbers(values, rule, faults)
        else:
            data[name] = _texts(values, rule, faults)
    for absent in (c for c in columns if not c.required and c.name not in data):
        data[absent.name] = np.full(len(body), np.nan) if absent.kind == "number" else [""] * len(body)
    faults.raise_if_any()
    return pd.DataFrame(data)


def _numbers(values: list[str], column: Column, faults: Faults) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    numbers = np.full(len(values), np.nan)
    for k, cell in enumerate(values):
        text = unicodedata.normalize("NFKC", cell).replace(",", "")
        if text == "":
            if not column.optional_value:
                faults.add(
                    "数值是空的",
                    "the number is missing",
                    remedy_zh="请填写；没有就填 0",
                    remedy_en="fill it in; write 0 for none",
                    row=k + 2,
                    column=column.name,
                )
            continue
        try:
            number = float(text)
        except ValueError:
            number = np.nan
        if not np.isfinite(number):
            faults.add("不是有效的数值", "not a number", row=k + 2, column=column.name, value=cell)
        elif column.minimum is not None and number < column.minimum:
            faults.add(
                f"数值不能小于 {column.minimum:g}",
                f"the number must be at least {column.minimum:g}",
                row=k + 2,
                column=column.name,
                value=cell,
            )
        elif column.maximum is not None and number > column.maximum:
            faults.add(
                f"数值不能大于 {column.maximum:g}",
                f"the number must be at most {column.maximum:g}",
                row=k + 2,
                column=column.name,
                value=cell,
            )
        else:
            numbers[k] = number
    return numbers


def _texts(values: list[str], column: Column, faults: Faults) -> list[str]:
    seen: dict[str, int] = {}
    values = [column.also.get(cell, cell) for cell in values]
    for k, cell in enumerate(values):
        if cell == "":
            if column.kind == "id" or not column.optional_value:
                faults.add("内容是空的", "the cell is empty", row=k + 2, column=column.name)
            continue
        if column.choices and cell not in column.choices:
            close = nearest_word(cell, column.choices)
            faults.add(
                f"只能是：{'、'.join(column.choices)}",
                f"must be one of {', '.join(column.choices)}",
                remedy_zh=f"是否想写“{close}”？" if close else "",
                remedy_en=f"did you mean {close!r}?" if close else "",
                row=k + 2,
                column=column.name,
                value=cell,
            )
        if column.kind == "id":
            if cell in seen:
                faults.add(
                    f"编号与第 {seen[cell]} 行重复",
                    f"the id is already used in row {seen[cell]}",
                    remedy_zh="请改成不重复的编号",
                    remedy_en="give each row its own id",
                    row=k + 2,
                    column=column.name,
                    value=cell,
                )
            seen.setdefault(cell, k + 2)
    return values
