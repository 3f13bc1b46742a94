"""The folder of an answer: map, report, tables, GeoPackage, record and data, made from what is `Told` of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pandas as pd

from siting.events import Listener, stage
from siting.files.json_text import json_text
from siting.files.run_folder import ANSWER_FILE, RECORD_FILE, writing
from siting.provenance import versions
from siting.render.answer_report import write_answer_report
from siting.render.answer_tables import write_tables
from siting.render.columns import Column, Sheet, clean, make_sheet
from siting.render.geopackage import write_plan_geopackage
from siting.render.tables_notes import notes, sources
from siting.render.told_file import write_told
from siting.render.view_map import render_own
from siting.render.views import Told
from siting.render.wording import Text

NOTICES = (Column("zh", "声明", "Notice in Chinese", width=60), Column("en", "英文", "Notice in English", width=60))


class Listening(Protocol):
    """What is used of `siting.prepare.Settings`."""

    @property
    def listener(self) -> Listener:
        """Hears the progress."""


def write_answer(told: Told, folder: Path, settings: Listening) -> dict[str, Path]:
    """Write the folder, which takes the place of an older one when it is whole.

    The workbook and the CSV tables begin with the notices and end with sources and notes; `run.json` has
    `told.record` beside the title, the label, the notices, the hashes of the case's files and the versions;
    `answer.json.gz` has all that is told.

    Returns:
        The path of each output by its name.

    Raises:
        InputError: when the folder cannot be written, or an older file is held open by another program.
        ValueError: when the record holds what JSON does not, NaN among it, or a layer a category that it does not
            name, or when two views are of one subject and period, or two sheets of one key.
    """
    writers: list[tuple[str, str, str, Callable[[Told, Path], None]]] = [
        ("map.html", "绘制地图", "Drawing the map", render_own),
        ("report.html", "撰写报告", "Writing the report", write_answer_report),
        ("tables.xlsx", "写入表格", "Writing the tables", _write_tables),
        ("plan.gpkg", "写入 GeoPackage", "Writing the GeoPackage", write_plan_geopackage),
        (RECORD_FILE, "写入记录", "Writing the record", _write_record),
        (ANSWER_FILE, "写入成果数据", "Writing the result's data", write_told),
    ]
    with writing(folder) as temporary:
        for name, zh, en, write in writers:
            with stage(settings.listener, f"write {name}", zh, en):
                write(told, temporary / name)
    return {path.name: path for path in sorted(folder.iterdir())}


def _write_tables(told: Told, path: Path) -> None:
    write_answer_tables(told, path.parent)


def write_answer_tables(told: Told, folder: Path, *, book: str | None = "tables.xlsx", csv: bool = True) -> None:
    """Write the answer's tables to `folder`, as a workbook and as CSV files; the notices come first.

    Raises:
        OSError: when a file cannot be written.
        ValueError: when two sheets have one key, and so one CSV file.
    """
    zh, en = [told.label[0]], [told.label[1]]
    sheets = with_notes(told)
    if told.notices:
        zh.append("声明见“声明”表")
        en.append("see the notices")
    if told.place.info.synthetic:
        zh.append("含合成数据")
        en.append("synthetic data")
    words = ("；".join(zh), "; ".join(en))
    write_tables(sheets, folder, book=book, csv=csv, title=told.title, caveat=words)


def with_notes(told: Told) -> tuple[Sheet, ...]:
    """The sheets of the workbook: the notices, the tables, where the data come from, what each table means."""
    keys = {sheet.key for sheet in told.sheets}
    last = (sources(told.place.sources), notes(told.sheets))
    return (
        *([_notices(told)] if told.notices else []), *told.sheets,
        *(sheet for sheet in last if len(sheet.frame) and sheet.key not in keys),
    )  # fmt: skip


def _notices(told: Told) -> Sheet:
    frame = pd.DataFrame([(clean(zh), clean(en)) for zh, en in told.notices], columns=["zh", "en"])
    return make_sheet("notices", ("声明", "Notices"), NOTICES, frame)


def _write_record(told: Told, path: Path) -> None:
    info = told.place.info
    record: dict[str, object] = {
        "case": info.id,
        "title": _of(told.title),
        "label": _of(told.label),
        "notices": [_of(notice) for notice in told.notices],
        "synthetic": info.synthetic,
        "inputs_sha256": told.inputs,
        "versions": versions(),
        **told.record,
    }
    text = json_text(record, indent=2, nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def _of(text: Text) -> dict[str, str]:
    return {"zh": text[0], "en": text[1]}
