"""What a table says of demand points or sites, column by column in the order of the matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from siting.bare.cells import NO_VALUE, CellFaults, Kind, plain, read_number
from siting.errors import Faults
from siting.impedance import BoolArray, FloatArray, IntArray

YES = ("1", "1.0", "true", "yes", "y", "是", "√", "✓")
NO = ("", "0", "0.0", "false", "no", "n", "否")

EMPTY = Kind("数值是空的", "the number is missing", "请填写；没有就填 0", "fill it in; write 0 for none")
NOT_A_NUMBER = Kind(
    "不是数值",
    "not a number",
    "只写一个数，不带单位，小数点用“.”",
    "write one plain number, with a decimal point and no unit",
)
NO_LIMIT_WORD = Kind(
    "不能用文字表示“没有限制”",
    "a word cannot stand for 'no limit'",
    "没有限制就留空",
    "leave the cell empty for no limit",
)
BELOW_ZERO = Kind("数值不能小于零", "the number must be at least 0", "请改正", "correct it")
NOT_A_FLAG = Kind("只能写 1 或 0（是或否）", "must be 1 or 0 (yes or no)", "请改正", "correct it")


@dataclass(frozen=True, eq=False)
class Facts:
    """One table: K rows in the order of the file.

    Attributes:
        at: (K,) index of each row's id in the matrix.
        rows: K row numbers.
        cells: texts by column.
        count: how many ids the matrix has.
    """

    path: Path
    at: IntArray
    rows: Sequence[int]
    cells: Mapping[str, Sequence[str]]
    count: int

    def __contains__(self, column: str) -> bool:
        return column in self.cells

    def numbers(self, column: str, faults: Faults, *, empty: float | None = None) -> FloatArray:
        """(count,) the column's numbers in the order of the matrix.

        Args:
            empty: what an empty cell means; None: it is a fault.
        """
        values = np.full(self.count, np.nan if empty is None else empty)
        bad = CellFaults(faults)
        for k, row, cell in zip(self.at.tolist(), self.rows, self.cells[column], strict=True):
            number = read_number(cell)
            kind: Kind | None = None
            if number is None:
                kind = NO_LIMIT_WORD if empty == np.inf and cell.strip().lower() in NO_VALUE else NOT_A_NUMBER
            elif np.isnan(number):
                kind = EMPTY if empty is None else None
            elif number < 0:
                kind = BELOW_ZERO
            else:
                values[k] = number
            if kind is not None:
                bad.add(kind, row=row, column=column, value=cell)
        bad.close()
        return values

    def flags(self, column: str, faults: Faults) -> BoolArray:
        """(count,) where the column says yes; an empty cell and a missing row say no."""
        mask = np.zeros(self.count, dtype=bool)
        bad = CellFaults(faults)
        for k, row, cell in zip(self.at.tolist(), self.rows, self.cells[column], strict=True):
            word = plain(cell)
            if word in YES:
                mask[k] = True
            elif word not in NO:
                bad.add(NOT_A_FLAG, row=row, column=column, value=cell)
        bad.close()
        return mask

    def texts(self, column: str) -> list[str]:
        """`count` texts in the order of the matrix; empty where there is none."""
        words = [""] * self.count
        for k, cell in zip(self.at.tolist(), self.cells[column], strict=True):
            words[k] = cell
        return words
