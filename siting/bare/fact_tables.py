"""Tables of what is known of demand points and sites: one row an id, in any order, matched with the matrix.

Nothing is dropped unsaid: an id that the matrix does not have, one that is missing and one that stands twice are
faults.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from siting.bare.cells import CellFaults, Kind, plain, read_number, read_rows
from siting.bare.facts import Facts
from siting.bare.matrix import NO_ID, ragged
from siting.bare.notes import Notes
from siting.errors import Faults, fail, nearest_word
from siting.impedance import IntArray

ID_NAMES = ("id", "ids", "编号", "代码", "code")
ALIASES = {
    "需求": "demand",
    "人口": "demand",
    "population": "demand",
    "persons": "demand",
    "weight": "demand",
    "负荷": "load",
    "片区": "zone",
    "容量": "capacity",
    "费用": "fixed_cost",
    "造价": "fixed_cost",
    "cost": "fixed_cost",
    "现有": "existing",
    "必选": "required",
    "禁选": "forbidden",
    "可关闭": "closable",
    "可迁移": "relocatable",
}
MANY = 5_000  # ids, among which a search for the nearest word takes too long

ID_TWICE = Kind("编号重复", "duplicate id", "每个编号只写一行", "give each id one row")


@dataclass(frozen=True)
class Contract:
    """What a table of facts may hold.

    Attributes:
        what: `demand` or `site`.
        ids: ids of the matrix.
        others: ids of the matrix's other axis, to tell a matrix that lies on its side.
        columns: the columns that are known.
        value: the column that it is all about, which may go without its name; "" where there is none.
        complete: columns for which every id must be there.
    """

    what: str
    ids: Sequence[str]
    others: Sequence[str]
    columns: tuple[str, ...]
    value: str = ""
    complete: tuple[str, ...] = ()


def read_facts(path: Path, contract: Contract, faults: Faults, notes: Notes) -> Facts | None:
    """Read a table of facts; None, with faults noted, where its columns cannot be made out.

    The header may be left out where there are two columns, and the column of ids may have any name where it is
    the first.

    Raises:
        InputError: the file cannot be read at all.
    """
    rows = read_rows(path, notes)
    local = Faults(path)
    cells = CellFaults(local)
    names = _header(rows[0], contract, local, path, notes)
    body = rows[1:] if names is not None else rows
    start = 2 if names is not None else 1
    if names is None:
        names = ["id", contract.value]
    kept, numbers = [], []
    for number, row in enumerate(body, start=start):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(names):
            cells.add(ragged(len(names)), row=number, column=None, value=len(row))
            continue
        kept.append([cell.strip() for cell in row])
        numbers.append(number)
    cells.close()
    if local:
        faults.extend(local)
        return None
    columns = {name: [row[k] for row in kept] for k, name in enumerate(names)}
    at = _match(columns["id"], numbers, columns, contract, local)
    faults.extend(local)
    good = at >= 0
    where = np.flatnonzero(good).tolist()
    return Facts(
        path,
        at[good],
        [numbers[k] for k in where],
        {name: [column[k] for k in where] for name, column in columns.items() if name != "id"},
        len(contract.ids),
    )


def _header(row: Sequence[str], contract: Contract, faults: Faults, path: Path, notes: Notes) -> list[str] | None:
    """Names of the columns in our own words; None where the first row is a record already."""
    words = [plain(cell) for cell in row]
    names = [ALIASES.get(word, word) for word in words]
    id_names = (*ID_NAMES, contract.what, f"{contract.what}_id", "需求点" if contract.what == "demand" else "地点")
    ids = [k for k, word in enumerate(words) if word in id_names and names[k] != contract.value]
    known = [k for k, name in enumerate(names) if name in contract.columns]
    if len(row) == 2 and not ids and not known and read_number(row[1]) is not None and contract.value:
        return None
    if not ids and not known and row[0].strip() in contract.ids:
        faults.add(
            "缺少表头",
            "the header is missing",
            remedy_zh=f"第一行写列名，可用：{'、'.join(contract.columns)}",
            remedy_en=f"name the columns in the first row: {', '.join(contract.columns)}",
            row=1,
            value=", ".join(row),
        )
        return None
    at = ids[0] if ids else 0
    if names[at] in contract.columns and not ids:
        faults.add(
            "缺少编号列",
            "the column of ids is missing",
            remedy_zh="请加一列 id",
            remedy_en="add a column id",
            row=1,
            column="id",
            value=", ".join(row),
        )
        return names
    names[at] = "id"
    if contract.value and contract.value not in names and len(names) == 2:
        names[1 - at] = contract.value
    _check_columns(names, row, at, contract, faults, path, notes)
    return names


def _check_columns(
    names: list[str], row: Sequence[str], at: int, contract: Contract, faults: Faults, path: Path, notes: Notes
) -> None:
    for name in sorted({name for name in names if names.count(name) > 1 and name}):
        faults.add("列名重复", "a column's name is repeated", row=1, column=name, value=", ".join(row))
    unread = [k for k, name in enumerate(names) if k != at and name not in contract.columns and name]
    if contract.value and contract.value not in names:
        close = nearest_word(contract.value, [names[k] for k in unread])
        faults.add(
            f"缺少“{contract.value}”列",
            f"the column {contract.value!r} is missing",
            remedy_zh=f"是否应把“{close}”改名？" if close else f"请把该列命名为 {contract.value}",
            remedy_en=f"should {close!r} be renamed?" if close else f"name the column {contract.value}",
            row=1,
            column=contract.value,
            value=", ".join(row),
        )
    for k in unread:
        close_names = difflib.get_close_matches(names[k], contract.columns, n=1, cutoff=0.7)
        if close_names:
            faults.add(
                "不认识的列",
                "unknown column",
                remedy_zh=f"是否想写“{close_names[0]}”？",
                remedy_en=f"did you mean {close_names[0]!r}?",
                row=1,
                column=row[k].strip(),
            )
        else:
            name = row[k].strip()
            notes.add(f"{path.name} 的“{name}”列没有用到", f"the column {name!r} of {path.name} is not used")


def _match(
    ids: Sequence[str], numbers: Sequence[int], columns: Mapping[str, object], contract: Contract, faults: Faults
) -> IntArray:
    """(K,) index of each row's id in the matrix, -1 where it has none; every misfit is noted."""
    index = {key: k for k, key in enumerate(contract.ids)}
    at = np.full(len(ids), -1, dtype=np.int64)
    cells = CellFaults(faults)
    seen = np.zeros(len(contract.ids), dtype=bool)
    unknown: list[int] = []
    for k, key in enumerate(ids):
        j = index.get(key, -1)
        if not key:
            cells.add(NO_ID, row=numbers[k], column="id", value=key)
        elif j < 0:
            unknown.append(k)
        elif seen[j]:
            cells.add(ID_TWICE, row=numbers[k], column="id", value=key)
        else:
            seen[j] = True
            at[k] = j
    if unknown:
        _note_unknown([(numbers[k], ids[k]) for k in unknown], contract, cells)
    lacking = [name for name in contract.complete if name in columns]
    if lacking and not seen.all():
        missing = [contract.ids[j] for j in np.flatnonzero(~seen).tolist()]
        kind = Kind(
            f"矩阵中的编号在表中缺少（列 {'、'.join(lacking)}）",
            f"an id of the matrix is missing in the table (column {', '.join(lacking)})",
            "每个编号都要有一行",
            "give every id its row",
        )
        cells.add_many(kind, len(missing), lambda k: (None, "id", missing[k]))
    cells.close()
    return at


def _note_unknown(unknown: list[tuple[int, str]], contract: Contract, cells: CellFaults) -> None:
    others = set(contract.others)
    if all(key in others for _, key in unknown):
        axis = ("行", "列", "rows", "columns") if contract.what == "demand" else ("列", "行", "columns", "rows")
        kind = Kind(
            f"编号在矩阵的{axis[1]}上，而不在{axis[0]}上",
            f"the id stands on the {axis[3]} of the matrix, not on the {axis[2]}",
            "矩阵的行须为需求点、列须为地点：请转置矩阵，或核对文件",
            "rows of the matrix are demand points, columns are sites: transpose it, or check the file",
        )
        cells.add_many(kind, len(unknown), lambda k: (unknown[k][0], "id", unknown[k][1]))
        return
    for n, (number, key) in enumerate(unknown):
        kind = unknown_id(key, contract.ids if n < CellFaults.SHOWN else ())
        cells.add(kind, row=number, column="id", value=key)


def unknown_id(key: str, ids: Sequence[str]) -> Kind:
    """An id that is not among `ids`, with the nearest one that is."""
    close = nearest_word(key, ids) if len(ids) <= MANY else None
    zh, en = "请核对编号，或删去这一行", "check the id, or remove the row"
    if close:
        zh, en = f"是否想写“{close}”？", f"did you mean {close!r}?"
        number, other = read_number(key), read_number(close)
        if number is not None and number == other:
            zh += "编号看来被当成数值改写（去掉了前导零或小数），请把编号列存为文本"
            en += " The ids seem to have been rewritten as numbers (leading zeros or decimals lost): keep them as text"
    return Kind("矩阵中没有这个编号", "the matrix does not have this id", zh, en)


def read_pairs(path: Path, ids: Sequence[str], faults: Faults, notes: Notes) -> tuple[IntArray, IntArray]:
    """Index pairs of a table of two columns of demand ids; a first row of other words is its header."""
    rows = read_rows(path, notes)
    local = Faults(path)
    cells = CellFaults(local)
    index = {key: k for k, key in enumerate(ids)}
    start = 0 if any(cell.strip() in index for cell in rows[0]) else 1
    pairs: list[tuple[int, int]] = []
    for number, row in enumerate(rows[start:], start=start + 1):
        keys = [cell.strip() for cell in row]
        if not any(keys):
            continue
        if len(keys) != 2:
            fail(
                f"邻接表应有两列，实有 {len(keys)} 列",
                f"the table of neighbours must have two columns, not {len(keys)}",
                remedy_zh="每行写两个相邻需求点的编号",
                remedy_en="write the ids of two touching demand points in each row",
                file=path,
                row=number,
            )
        for key in [key for key in keys if key not in index]:
            cells.add(unknown_id(key, ids), row=number, column="id", value=key)
        if all(key in index for key in keys):
            pairs.append((index[keys[0]], index[keys[1]]))
    cells.close()
    faults.extend(local)
    both = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]
