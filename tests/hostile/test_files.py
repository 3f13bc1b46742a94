"""Tables, layers, documents and records of texts that mean harm: written, as typed, never a formula."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import geopandas as gpd
import openpyxl
import pytest
from lxml import etree
from matplotlib.text import Text
from openpyxl.utils.escape import unescape
from pydantic import ValidationError

from siting.case import CaseFile, load_case
from siting.consultation.rules import load_rules
from siting.export.geojson import write_geojson
from siting.opinions.form import write_form
from siting.prepare import Settings
from siting.publish.notice_files import write_notice_docx
from siting.render.answer_folder import write_answer
from siting.render.columns import clean
from siting.render.csv_files import inert
from siting.render.print_map.picture import picture_png
from siting.render.print_map.sheet import draw_sheet
from siting.render.print_map.write import sheet_names
from siting.render.told_file import read_told
from siting.render.views import Told
from siting.report.build import build
from siting.report.docx_writer import docx_bytes
from siting.report.language import line
from siting.scenario import Scenario
from tests.hostile.names import FORMULAS, HOSTILE, UNWRITABLE
from tests.hostile.pages import demand_table, hostile_notice
from tests.hostile.sample import SURROGATE, hostile_answer
from tests.tiny_case import write_case

ALL = (*HOSTILE, *UNWRITABLE)
SHOWN = {clean(text) for text in ALL}
NAMES = {clean(text) for text in ALL if not SURROGATE.search(text)}


@pytest.fixture(scope="module")
def told() -> Told:
    return hostile_answer(ALL)


@pytest.fixture(scope="module")
def folder(told: Told, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("answer") / "run"
    write_answer(told, out, Settings())
    return out


def cells(path: Path) -> Iterator[Any]:
    for page in openpyxl.load_workbook(path).worksheets:
        for row in page.iter_rows():
            yield from (cell for cell in row if cell.value is not None)


def test_no_cell_of_a_workbook_is_a_formula_or_a_link(folder: Path) -> None:
    found = list(cells(folder / "tables.xlsx"))
    assert {cell.data_type for cell in found} <= {"s", "n", "inlineStr"}
    assert not any(cell.hyperlink for cell in found)
    assert {unescape(str(cell.value)) for cell in found} >= SHOWN
    starts = tuple("=+-@＝＋－＠")
    assert all(cell.quotePrefix for cell in found if cell.data_type != "n" and str(cell.value).startswith(starts))


def test_no_cell_of_a_csv_file_is_a_formula(folder: Path) -> None:
    found = set()
    for path in sorted((folder / "tables").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            found |= {cell for row in csv.reader(file) for cell in row}
    assert {inert(text) for text in SHOWN} <= found
    assert {f"'{text}" for text in FORMULAS} <= found
    assert not found & set(FORMULAS)


def test_layers_hold_names_as_typed(told: Told, folder: Path, tmp_path: Path) -> None:
    names = set(gpd.list_layers(folder / "plan.gpkg")["name"])
    own = [
        set(frame["name"]) for layer in names if "name" in (frame := gpd.read_file(folder / "plan.gpkg", layer=layer))
    ]
    assert any(found >= NAMES for found in own)
    with closing(sqlite3.connect(folder / "plan.gpkg")) as base:
        styles = [row[0] for row in base.execute("SELECT styleQML FROM layer_styles")]
    assert styles
    rules = [own for style in styles for own in etree.fromstring(style.encode()).iter("rule")]
    assert any("<img src=x" in own.get("label", "") for own in rules)
    write_geojson(told, tmp_path)
    found = set()
    for path in tmp_path.glob("*.geojson"):
        for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
            found.add(feature["properties"].get("name"))
    assert found >= NAMES


def test_the_record_and_the_data_give_back_what_they_were_given(told: Told, folder: Path) -> None:
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert [notice["zh"] for notice in record["notices"]] == list(ALL)
    assert record["texts"] == list(ALL)
    back = read_told(folder)
    assert (back.title, back.label, back.notices) == (told.title, told.label, told.notices)
    for own, read in zip(told.views, back.views, strict=True):
        for mine, other in zip(own.layers, read.layers, strict=True):
            if "name" in mine.frame:
                assert other.frame["name"].tolist() == mine.frame["name"].tolist()


def test_documents_hold_texts_as_typed(told: Told, tmp_path: Path) -> None:
    write_form(told, hostile_notice(), load_rules(), tmp_path)
    write_notice_docx(hostile_notice(), told, tmp_path / "notice.docx")
    (tmp_path / "report.docx").write_bytes(docx_bytes(build(told, None, language="both")))
    assert len(sorted(tmp_path.glob("*.docx"))) == 3
    for path in tmp_path.glob("*.docx"):
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                if name.endswith((".xml", ".rels")):
                    etree.fromstring(packed.read(name))
                assert b'TargetMode="External"' not in packed.read(name), (path.name, name)
            tree = etree.fromstring(packed.read("word/document.xml"))
        instructions = tree.xpath("//*[local-name()='instrText']/text()")
        assert not any("example" in text or "cmd" in text for text in instructions)
        document = docx.Document(io.BytesIO(path.read_bytes()))
        lines = [paragraph.text for paragraph in document.paragraphs]
        lines += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        text = "\n".join(lines)
        assert [own for own in HOSTILE if (line(own) if path.name == "report.docx" else own) not in text] == [], (
            path.name
        )


def test_printed_maps_are_drawn_with_texts_as_typed(told: Told) -> None:
    view = told.views[0]
    figure = draw_sheet(told, view, "zh", unit=HOSTILE[36])
    drawn = [artist for artist in figure.findobj(Text) if artist.get_text()]
    assert any(HOSTILE[0] in artist.get_text() for artist in drawn)
    assert any(HOSTILE[36] in artist.get_text() for artist in drawn)
    assert not any(artist.get_parse_math() for artist in drawn)
    assert picture_png(told, view, width_mm=120, height_mm=90, dpi=40)


def test_a_case_is_read_with_its_names_as_typed(tmp_path: Path) -> None:
    case = load_case(write_case(tmp_path / "case", demand=demand_table()))
    assert case.demand["name"].tolist() == [text.strip() for text in HOSTILE]
    assert case.demand["township"].tolist() == [text.strip() for text in HOSTILE]


@pytest.mark.parametrize("text", [*ALL, "a/b", ".."])
def test_ids_which_name_folders_are_letters_digits_and_dashes(text: str) -> None:
    case = {"schema": 1, "name_zh": "县", "name_en": "County", "projected_crs": "EPSG:4549"}
    CaseFile.model_validate({**case, "id": "plan-1"})
    with pytest.raises(ValidationError):
        CaseFile.model_validate({**case, "id": text})
    services = [{"service": "primary_school", "formulation": "p_median", "new": 1}]
    scenario = {"schema": 1, "title_zh": "甲", "title_en": "A", "case": "..", "services": services}
    Scenario.model_validate({**scenario, "id": "plan-1"})
    with pytest.raises(ValidationError):
        Scenario.model_validate({**scenario, "id": text})


def test_names_of_printed_sheets_are_ascii() -> None:
    views = [replace(view, subject=text, period=text) for view in hostile_answer().views[:1] for text in ALL]
    assert all(re.fullmatch(r"sheet_\d+[A-Za-z0-9_-]*\.png", name) for name in sheet_names(views))
