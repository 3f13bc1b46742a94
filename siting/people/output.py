"""The files of a projection: a folder with workbook, CSV tables, page and record."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

from siting.case import case_files
from siting.files.run_folder import writing
from siting.people import words
from siting.people.of_case import PeopleOverTime
from siting.people.over_time import DemandOverTime
from siting.people.page import write_page
from siting.people.plots import FILE as PLOTS
from siting.people.tables import sheets_of
from siting.provenance import hash_inputs, versions
from siting.render.columns import Sheet
from siting.render.csv_files import inert, sheet_texts
from siting.render.wording import both
from siting.render.workbook import write_sheets

FILES = ("people.html", "people.xlsx", "tables", "people.json")


def write_people(people: PeopleOverTime, demand: DemandOverTime, folder: Path) -> dict[str, Path]:
    """Write everything to `folder`, which takes the place of an older one when it is whole.

    Returns:
        The path of each file by its name.

    Raises:
        InputError: when the folder cannot be written, or an older file is held open by another program.
    """
    sheets = sheets_of(people, demand)
    with writing(folder) as temporary:
        _write_book(people, sheets, temporary / "people.xlsx")
        _write_csv(people, sheets, temporary / "tables")
        write_page(people, demand, temporary / "people.html")
        record = json.dumps(_record(people, demand), ensure_ascii=False, indent=2)
        (temporary / "people.json").write_text(record + "\n", encoding="utf-8", newline="\n")
    return {name: folder / name for name in FILES}


def _write_book(people: PeopleOverTime, sheets: Sequence[Sheet], path: Path) -> None:
    title, label = words.title(people), both(words.caveat(people))
    top = [(sheet, [f"{sheet.zh} {sheet.en} · {both(title)}", label, *map(both, sheet.notes)]) for sheet in sheets]
    write_sheets(path, title, top)


def _write_csv(people: PeopleOverTime, sheets: Sequence[Sheet], folder: Path) -> None:
    """UTF-8 with a byte-order mark; the last column has the notices, for which a CSV file has no other place."""
    folder.mkdir()
    notice = inert(both(words.caveat(people)))
    for sheet in sheets:
        columns = [*sheet_texts(sheet), [notice] * len(sheet.frame)]
        headers = [*(column.header for column in sheet.columns), "数据声明 Notice"]
        with (folder / f"{sheet.key}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([inert(header) for header in headers])
            writer.writerows(zip(*columns, strict=True))


def _record(people: PeopleOverTime, demand: DemandOverTime) -> dict[str, object]:
    """What the projection was made from and with."""
    case = people.case
    files = {path.name: path for path in case_files(case.folder, case.info) if path.name != case.info.roads}
    if (case.folder / PLOTS).is_file():
        files[PLOTS] = case.folder / PLOTS
    layers = {layer.name: layer.path for layer in people.given.layers if layer.path is not None}
    return {
        "case": case.info.id,
        "variant": people.variant,
        "base_year": people.base_year,
        "years": demand.years.tolist(),
        "label_zh": words.LABEL[0],
        "label_en": words.LABEL[1],
        "synthetic": case.info.synthetic,
        "notes": [{"zh": zh, "en": en} for zh, en in people.notes],
        "changes": [dict(layer.table) for layer in people.given.layers if layer.path is None],
        "inputs": hash_inputs(files | layers),
        "versions": versions(),
    }
