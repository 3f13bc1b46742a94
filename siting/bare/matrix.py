"""The cost matrix that a user brings, and the kinds of fault that one can have.

Rows are demand points, columns are sites; a pair without a value is unreachable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from siting.bare.cells import CellFaults, Kind, plain
from siting.errors import Faults
from siting.impedance import FloatArray, ImpedanceMatrix, IntArray

# Names of the columns of a table of pairs.
DEMAND_NAMES = ("demand", "demand_id", "origin", "origin_id", "from", "from_id", "需求点", "起点")
SITE_NAMES = ("site", "site_id", "destination", "destination_id", "to", "to_id", "地点", "候选地点", "终点")
VALUE_NAMES = (  # or what begins so: travel_time_min, distance_m
    *("impedance", "cost", "time", "travel_time", "minutes", "distance", "metres"),
    *("阻抗", "时间", "距离", "分钟", "费用"),
)
FAR = 10  # a round number this many times beyond all others stands for "unreachable"

LEAVE_EMPTY = ("到不了就把该格留空", "leave the cell empty where there is no way")
WORD = Kind("不能用文字表示“不可达”", "a word cannot stand for 'unreachable'", *LEAVE_EMPTY)
BIG = Kind("看来是用大数表示“不可达”", "a big number seems to stand for 'unreachable'", *LEAVE_EMPTY)
NEGATIVE = Kind(
    "阻抗不能为负数",
    "an impedance cannot be negative",
    f"请改正；{LEAVE_EMPTY[0]}",
    f"correct it; {LEAVE_EMPTY[1]}",
)
TEXT = Kind(
    "不是数值",
    "not a number",
    "每格只写一个数，不带单位，小数点用“.”；一行一对的表请用表头 demand,site,impedance",
    "write one plain number a cell, with a decimal point and no unit; "
    "a table of one pair a row has the header demand,site,impedance",
)
NO_IDS = Kind(
    "第一行全是数值，看来没有编号",
    "the first row holds numbers alone: there seem to be no ids",
    "请把地点编号写在第一行、需求点编号写在第一列；编号本是数值时，把左上角留空",
    "write site ids in the first row and demand ids in the first column; where ids are numbers, leave the corner empty",
)
TWICE = Kind("同一配对写了两次", "the pair is listed twice", "每对只写一次", "list each pair once")
NO_ID = Kind("编号是空的", "the id is empty", "请填写编号", "write an id")


def ragged(wanted: int) -> Kind:
    """A row that has not `wanted` cells, as the header has."""
    return Kind(
        f"这一行的格数与表头不同（表头 {wanted} 格）",
        f"the row has not as many cells as the header, which has {wanted}",
        "请补齐或删去多余的格；编号中若有逗号，请加引号",
        "fill it up or cut it; an id with a comma needs quotes",
    )


@dataclass(frozen=True, eq=False)
class Matrix:
    """A matrix with its ids, and the arrays that lay in the same file by their field of `Instance`."""

    demand_ids: tuple[str, ...]
    site_ids: tuple[str, ...]
    impedance: ImpedanceMatrix
    arrays: Mapping[str, NDArray[np.generic]] = field(default_factory=dict)


def long_form(header: Sequence[str]) -> tuple[int, int, int] | None:
    """The places of demand id, site id and impedance in the header of a table of pairs; None for a wide matrix."""
    names = [plain(name) for name in header]
    found = [[k for k, name in enumerate(names) if name in words] for words in (DEMAND_NAMES, SITE_NAMES)]
    found.append([k for k, name in enumerate(names) if name.startswith(VALUE_NAMES)])
    if any(len(places) != 1 for places in found):
        return None
    return found[0][0], found[1][0], found[2][0]


def index_ids(ids: Sequence[str]) -> tuple[tuple[str, ...], IntArray]:
    """The different ids in order of appearance, and for each entry its index among them."""
    order = {key: k for k, key in enumerate(dict.fromkeys(ids))}
    return tuple(order), np.fromiter(map(order.__getitem__, ids), np.int64, len(ids))


def check_ids(ids: Sequence[str], faults: Faults, *, rows: Sequence[int] | None, what: str) -> None:
    """Refuse empty and repeated ids.

    Args:
        rows: row of each id; None where they stand side by side in the header.
        what: `demand` or `site`.
    """
    seen: dict[str, int] = {}
    cells = CellFaults(faults)
    for k, key in enumerate(ids):
        row, column = (1, f"第 {k + 2} 列 column {k + 2}") if rows is None else (rows[k], what)
        if not key:
            cells.add(NO_ID, row=row, column=column, value=key)
        elif key in seen:
            first = f"{seen[key] + 2}" if rows is None else f"{rows[seen[key]]}"
            zh, en = ("列", "column") if rows is None else ("行", "row")
            faults.add(
                f"编号与第 {first} {zh}重复",
                f"the id is already used in {en} {first}",
                remedy_zh="请改成不重复的编号",
                remedy_en="give each its own id",
                row=row,
                column=column,
                value=key,
            )
        else:
            seen[key] = k
    cells.close()


def check_values(values: FloatArray, cells: CellFaults, place: Callable[[int], tuple[int | None, str]]) -> None:
    """Refuse negative values and numbers that stand for 'unreachable'; `place` gives row and column of an entry."""
    flat = values.ravel()
    for kind, bad in ((NEGATIVE, flat < 0), (BIG, flat == sentinel(flat))):
        _note(kind, np.flatnonzero(bad), flat, cells, place)


def _note(
    kind: Kind,
    index: IntArray,
    values: FloatArray,
    cells: CellFaults,
    place: Callable[[int], tuple[int | None, str]],
) -> None:
    cells.add_many(kind, index.size, lambda k: (*place(int(index[k])), f"{values[index[k]]:.15g}"))


def sentinel(values: FloatArray) -> float:
    """The number (9999, 1e9 ...) that seems to stand for 'unreachable': by far the largest, and too round.

    NaN where there is none.
    """
    finite = values[np.isfinite(values)]
    largest = float(finite.max(initial=0.0))
    others = float(finite[finite < largest].max(initial=0.0))
    if others == 0 or largest <= FAR * others:
        return np.nan
    nines = largest >= 999 and largest == int(largest) and set(str(int(largest))) == {"9"}
    power = largest >= 1e6 and bool(np.isclose(np.log10(largest) % 1, 0, atol=1e-12))
    return largest if nines or power else np.nan


def repeated(i: IntArray, j: IntArray) -> IntArray:
    """The entries whose pair (i, j) an earlier entry has already."""
    key = i * (int(j.max(initial=0)) + 1) + j
    if (key[1:] > key[:-1]).all():
        return np.zeros(0, dtype=np.int64)
    order = np.argsort(key, kind="stable")  # of equal pairs the earlier comes first
    return np.sort(order[1:][np.diff(key[order]) == 0])
