"""What staff wrote into the log: read from the workbook before it is written anew, so that nothing of it is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from siting.errors import Faults, fail
from siting.opinions.cells import Rows, read_sheets
from siting.render.columns import Column

EXTRA = "extra: "  # before the header of a column that staff added, as the key of its texts


@dataclass(frozen=True)
class Kept:
    """The rows of an existing log.

    Attributes:
        rows: by form id, the text of each of its columns by ASCII name; in the order of the log.
        extra: headers of columns that staff added; their texts are in the rows under `EXTRA` and the header.
        contacts: by form id, the texts of the sheet of contacts.
    """

    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    extra: tuple[str, ...] = ()
    contacts: dict[str, dict[str, str]] = field(default_factory=dict)


def read_kept(path: Path, columns: Sequence[Column], contacts: Sequence[Column]) -> Kept:
    """The existing log at `path`; nothing when there is none.

    Args:
        columns: of the log's own sheet, `form_id` and `content` among them.
        contacts: of the sheet of contacts, `form_id` among them.

    Raises:
        InputError: when it cannot be read, when its sheet or a form id is missing or repeated: what staff wrote could
            then not be matched with the opinions, and the log is left as it is.
    """
    if not path.is_file():
        return Kept()
    sheets = read_sheets(path, str(path))
    log = _sheet(sheets, columns, ("form_id", "content"))
    if log is None:
        fail(
            "已有的意见采纳情况表里找不到“意见编号”或“意见内容”列，无法对应，未改动",
            "the existing log has no column 意见编号 Form id or 意见内容 Content: it is left unchanged",
            remedy_zh="请恢复这些列的表头，或把此文件改名后重做",
            remedy_en="put the columns' headers back, or rename the file and run again",
            file=path,
        )
    header, body, first = log
    own = {name: header.index(text) for name, text in _headers(columns).items() if text in header}
    extra = _named([(text, k) for k, text in enumerate(header) if text and k not in own.values()])
    faults = Faults(path)
    rows: dict[str, dict[str, str]] = {}
    for row, cells in enumerate(body, first):
        if not any(cells):
            continue
        texts = {name: _at(cells, k) for name, k in own.items()} | {
            f"{EXTRA}{text}": _at(cells, k) for text, k in extra
        }
        form_id = texts["form_id"]
        if not form_id or form_id in rows:
            faults.add(
                "意见编号是空的" if not form_id else "意见编号重复",
                "the form id is empty" if not form_id else "the form id is repeated",
                remedy_zh="请照上次的表补上编号，或删去这一行；表未改动",
                remedy_en="fill it in as it was or delete the row; the log is unchanged",
                row=row,
                column="意见编号",
                value=form_id or None,
            )
        rows[form_id] = texts
    faults.raise_if_any()
    return Kept(rows, tuple(text for text, _ in extra), _contacts(sheets, contacts))


def _named(columns: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Each column under a name of its own: a repeated one is numbered."""
    found: dict[str, int] = {}
    for text, k in columns:
        name, number = text, 2
        while name in found:
            name, number = f"{text} {number}", number + 1
        found[name] = k
    return list(found.items())


def _headers(columns: Sequence[Column]) -> dict[str, str]:
    return {column.name: column.header for column in columns}


def _at(cells: Sequence[str], k: int) -> str:
    return cells[k] if k < len(cells) else ""


def _sheet(
    sheets: Sequence[tuple[str, Rows]], columns: Sequence[Column], needed: Sequence[str]
) -> tuple[list[str], Rows, int] | None:
    """Header, rows and the file's row number of the first row, of the first sheet with the needed columns."""
    headers = _headers(columns)
    for _, rows in sheets:
        for k, row in enumerate(rows):
            texts = [" ".join(cell.split()) for cell in row]
            if all(headers[name] in texts for name in needed):
                return texts, rows[k + 1 :], k + 2
    return None


def _contacts(sheets: Sequence[tuple[str, Rows]], columns: Sequence[Column]) -> dict[str, dict[str, str]]:
    found = _sheet(sheets, columns, [column.name for column in columns])
    if found is None:
        return {}
    header, body, _ = found
    at = {name: header.index(text) for name, text in _headers(columns).items()}
    return {_at(cells, at["form_id"]): {name: _at(cells, k) for name, k in at.items()} for cells in body if any(cells)}
