"""The files of the log: workbook and CSV for staff; the same and a page for publication where they are asked for."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from siting.errors import fail
from siting.files.run_folder import adding
from siting.opinions import log_tables as tables
from siting.opinions.asked import Asked
from siting.opinions.collect import LOG, Collected, collect
from siting.opinions.kept import read_kept
from siting.opinions.log import Row, make_log
from siting.opinions.public_log import public_page, public_rows, public_sheet
from siting.opinions.summary import summary_of, troubles_of
from siting.render.columns import Sheet
from siting.render.csv_files import write_sheet_csv
from siting.render.wording import Text, both
from siting.render.workbook import write_sheets

PUBLIC, BEFORE = "_公开", "_上次"
KINDS = ("facility", "place")  # of subjects by which opinions are counted
TITLE = ("意见采纳情况表", "Opinions and what became of them")


@dataclass(frozen=True)
class Logged:
    """A log that was written.

    Attributes:
        summary: (zh, en) lines.
        outputs: the path of each file by name.
    """

    rows: tuple[Row, ...]
    collected: Collected
    summary: tuple[Text, ...]
    outputs: dict[str, Path]


def write_log(folder: Path, asked: Asked | None, *, out: Path | None = None, public: bool = False) -> Logged:
    """Collect the opinions in `folder` and write the log, keeping what staff wrote into the last one.

    A last log that differs is kept beside it as `..._上次.xlsx`.

    Args:
        folder: with the returned files.
        asked: what was published; None: not known, so that versions, dates and lists are not checked.
        out: the workbook; None: `意见采纳情况表.xlsx` in `folder`.
        public: write `..._公开.xlsx`, `.csv` and `.html` too.

    Raises:
        InputError: when the folder or the last log cannot be read, or a file cannot be written.
    """
    place = out or folder / f"{LOG}.xlsx"
    if place.suffix.lower() != ".xlsx" or not place.parent.is_dir():
        fail(
            "请给出一个 .xlsx 文件名，放在已有的文件夹里", "name an .xlsx file in a folder that exists",
            column="--out", value=place,
        )  # fmt: skip
    collected = collect(folder, asked, skip=frozenset(_files(place)))
    kept = read_kept(place, tables.LOG, tables.CONTACTS)
    rows = make_log(collected, kept, asked)
    title = TITLE if asked is None else (f"{TITLE[0]}：{asked.title[0]}", f"{TITLE[1]}: {asked.title[1]}")
    summary = summary_of(rows, asked)
    troubles = troubles_of(rows, collected)
    log = tables.log_sheet(rows, kept.extra)
    by = [tables.count_sheet(rows, kind) for kind in KINDS]
    replaced, faults = tables.replaced_sheet(collected.replaced), tables.fault_sheet(collected.faults)
    inside = [tables.contact_sheet(rows), replaced, faults]
    with adding(place.parent) as temporary:
        new = temporary / place.name
        _write(new, title, [log, *by, *inside], [*summary, *troubles])
        if place.is_file() and place.read_bytes() != new.read_bytes():
            shutil.copyfile(place, temporary / f"{place.stem}{BEFORE}.xlsx")
        if public:
            _write_public(temporary / f"{place.stem}{PUBLIC}.xlsx", title, public_rows(rows, asked), summary)
        written = sorted(path.name for path in temporary.iterdir())
    return Logged(tuple(rows), collected, (*summary, *troubles), {name: place.parent / name for name in written})


def _write_public(path: Path, title: Text, rows: Sequence[Row], summary: Sequence[Text]) -> None:
    """The workbook, CSV and page of the public rows."""
    _write(path, title, [public_sheet(rows), *(tables.count_sheet(rows, kind) for kind in KINDS)], summary)
    path.with_suffix(".html").write_text(public_page(rows, title, summary), encoding="utf-8", newline="\n")


def _files(place: Path) -> list[Path]:
    """All that is written to."""
    names = [f"{place.stem}{end}{kind}" for end in ("", PUBLIC, BEFORE) for kind in (".xlsx", ".csv")]
    return [(place.parent / name).resolve() for name in names]


def _write(path: Path, title: Text, sheets: Sequence[Sheet], summary: Sequence[Text]) -> None:
    """The workbook, whose first sheet has the summary above it, and that sheet as CSV."""
    lines = []
    for sheet in sheets:
        more = (*(summary if sheet is sheets[0] else ()), *sheet.notes)
        lines.append((sheet, [f"{sheet.zh} {sheet.en} · {both(title)}", *map(both, more)]))
    write_sheets(path, title, lines)
    write_sheet_csv(sheets[0], path.with_suffix(".csv"))
