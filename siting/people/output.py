"""The files of a projection: a folder with workbook, CSV tables, page and record."""

from __future__ import annotations

from pathlib import Path

from siting.case import case_files
from siting.files.json_text import json_text
from siting.files.run_folder import writing
from siting.people import words
from siting.people.of_case import PeopleOverTime
from siting.people.over_time import DemandOverTime
from siting.people.page import write_page
from siting.people.plots import FILE as PLOTS
from siting.people.tables import sheets_of
from siting.provenance import hash_inputs, versions
from siting.render.answer_tables import write_tables

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
        write_tables(sheets, temporary, book="people.xlsx", title=words.title(people), caveat=words.caveat(people))
        write_page(people, demand, temporary / "people.html")
        record = json_text(_record(people, demand), indent=2)
        (temporary / "people.json").write_text(record + "\n", encoding="utf-8", newline="\n")
    return {name: folder / name for name in FILES}


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
