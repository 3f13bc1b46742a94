"""The tables of an answer: one workbook and one CSV file each, every sheet and row with the result's label."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from siting.render.columns import Sheet
from siting.render.csv_files import write_sheet_csv
from siting.render.wording import Text, both
from siting.render.workbook import write_sheets


def write_tables(
    sheets: Sequence[Sheet], folder: Path, *, book: str | None, csv: bool = True, title: Text, caveat: Text
) -> None:
    """Write the workbook `book` and the CSV files `tables/*.csv` to `folder`.

    Above each sheet's header row stand its title, the caveat and its notes; in a CSV file, which has no other place
    for it, the caveat is the last column.

    Args:
        sheets: in the order of the workbook.
        folder: exists.
        book: the workbook's file name; None: no workbook.
        csv: whether to write CSV files too.
        title: what the answer is called.
        caveat: how sure it is, and the notices in a few words.

    Raises:
        OSError: when a file cannot be written.
        ValueError: when two sheets have one key, and so one CSV file.
    """
    keys = [sheet.key for sheet in sheets]
    if len(set(keys)) < len(keys):
        raise ValueError(f"two sheets have one key: {sorted(keys)}")
    words = both(caveat)
    top = [(sheet, [f"{sheet.zh} {sheet.en} · {both(title)}", words, *map(both, sheet.notes)]) for sheet in sheets]
    if book is not None:
        write_sheets(folder / book, title, top)
    if not csv:
        return
    tables = folder / "tables"
    tables.mkdir()
    for sheet in sheets:
        write_sheet_csv(sheet, tables / f"{sheet.key}.csv", (("数据声明 Notice", [words] * len(sheet.frame)),))
