"""A report says the same as docx and as HTML, what it says is what the run tells, and names do no harm in it."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import docx
import numpy as np
import pandas as pd
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from lxml import etree

from siting.cli.main import main
from siting.files.zipped import FIXED
from siting.layout.answer import LayoutAnswer
from siting.prepare import Settings
from siting.render.answer_folder import write_answer
from siting.render.cell_text import sheet_cells
from siting.render.chart import Chart
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.told_of import told_of
from siting.render.views import Section, Told, View
from siting.report.build import build
from siting.report.chapters import CHAPTERS
from siting.report.document import Document, Heading, Paragraph, Picture, Table
from siting.report.docx_writer import docx_bytes
from siting.report.drawing import Drawing, chart_png
from siting.report.html_writer import html_text
from siting.report.language import Language, cell, words
from tests.layout.tiny_plan import tiny_plan
from tests.render.make_result import make_result
from tests.render.sample_told import NAMES, make_told
from tests.render.sample_told import table as sample_table
from tests.report.texts import of_docx, of_html

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8ffff3f0005fe02fe"
    "a73581840000000049454e44ae426082"
)
PICTURES = Drawing(lambda told, view, size_mm: PNG, lambda chart: PNG)


@pytest.fixture(scope="module")
def plan() -> Told:
    return LayoutAnswer(tiny_plan()).told(Settings())


@pytest.fixture(scope="module")
def document(plan: Told) -> Document:
    return build(plan, PICTURES)


def tables(document: Document) -> list[Table]:
    return [block for block in document.blocks if isinstance(block, Table)]


def headings(document: Document, level: int) -> list[str]:
    return [heading.words.main for heading in document.headings if heading.level == level]


@pytest.mark.parametrize("language", ["zh", "en", "both"])
def test_twins_say_the_same(plan: Told, language: Language) -> None:
    made = build(plan, PICTURES, language=language)
    of_word, of_page = of_docx(docx_bytes(made)), of_html(html_text(made))
    assert of_word == of_page
    assert {kind for kind, _ in of_word} == {"h1", "h2", "h3", "p", "caption", "table", "picture"}
    assert sum(kind == "table" for kind, _ in of_word) == len(tables(made)) > 10


def test_chapters_come_in_the_order_of_a_plan(document: Document) -> None:
    asked = [chapter.names[0] for chapter in CHAPTERS] + ["附录：完整表格"]
    found = headings(document, 1)
    assert found == [name for name in asked if name in found]
    assert {"要点", "现状与评估", "需求预测", "设置标准", "布局方案", "分期实施与近期建设", "缺口与成效"} <= set(found)


def test_no_heading_stands_over_nothing(document: Document) -> None:
    levels = [block.level if isinstance(block, Heading) else 9 for block in document.blocks] + [1]
    for level, following in pairwise(levels):
        assert level == 9 or following > level


def test_every_section_and_decision_of_the_run_is_told(plan: Told, document: Document) -> None:
    said = {block.words.main for block in document.blocks if isinstance(block, Paragraph)}
    for section in plan.sections:
        if section.zh != "成果表":
            assert {zh for zh, _ in section.paragraphs} <= said, section.zh
    decisions = next(sheet for sheet in plan.sheets if sheet.key == "decisions")
    assert len(decisions.frame) > 0
    assert set(decisions.frame["zh"]) <= said


def test_cells_are_those_of_the_sheets(plan: Told, document: Document) -> None:
    """The planned facilities: every row of the sheet, with its numbers and names."""
    sheet = next(sheet for sheet in plan.sheets if sheet.key == "planned")
    shown = next(table for table in tables(document) if table.caption.main.startswith("规划一览表"))
    texts, _ = sheet_cells(sheet, len(sheet.frame))
    headers = [column.zh for column in sheet.columns]
    for k, words_ in enumerate(shown.header):
        column = headers.index(words_.main)
        for row, of_sheet in zip(shown.rows, texts, strict=True):
            assert row[k] in (of_sheet[column], cell(of_sheet[column], "zh"))
    assert "名称" in [words_.main for words_ in shown.header]


def test_first_sheet_equals_in_word(plan: Told, document: Document) -> None:
    summary = plan.sections[0].sheets[0]
    texts, _ = sheet_cells(summary, 99)
    file = docx.Document(BytesIO(docx_bytes(document)))
    rows = [[of.text for of in row.cells] for row in file.tables[0].rows][1:]
    assert [[cell(text, "zh") for text in row] for row in texts] == rows


def test_years_and_courses_stand_side_by_side(plan: Told, document: Document) -> None:
    """The education bureau's figures, one row each: the numbers of the sheet, turned over."""
    sheet = next(sheet for sheet in plan.sheets if sheet.key == "education")
    shown = next(table for table in tables(document) if table.caption.main.startswith("教育方案比较"))
    assert [words_.main for words_ in shown.header[1:]] == ["2025 不作改变", "2025 规划", "2030 不作改变", "2030 规划"]
    texts, _ = sheet_cells(sheet, 99)
    by_item = {row[0]: row[1:] for row in shown.rows}
    for k, column in enumerate(sheet.columns):
        if column.zh in by_item:
            assert list(by_item[column.zh]) == [row[k] for row in texts[:4]], column.zh
    assert {"本期新增学位（个）", "须听证（所）", "95% 不超过（分钟）"} <= set(by_item)


def test_numbers_of_captions_run_through(document: Document) -> None:
    assert [table.number for table in tables(document)] == list(range(1, len(tables(document)) + 1))
    pictures = [block for block in document.blocks if isinstance(block, Picture)]
    assert [picture.number for picture in pictures] == list(range(1, len(pictures) + 1))
    # Both services as they stand, their service areas, minutes, people, catchments; the plan of the one that changes.
    assert len(pictures) == 11
    assert all(picture.alt for picture in pictures)


def test_title_page_carries_label_and_notices(plan: Told, document: Document) -> None:
    file = docx.Document(BytesIO(docx_bytes(document)))
    front = [paragraph.text for paragraph in file.paragraphs[:25]]
    assert plan.label[0] in front
    assert all(zh in front for zh, _ in plan.notices)
    for section in file.sections:
        assert plan.label[0] in section.header.paragraphs[0].text
    page = html_text(document)
    assert plan.label[0] in page


def test_the_same_run_gives_the_same_bytes(plan: Told) -> None:
    first, second = (docx_bytes(build(plan, PICTURES)) for _ in range(2))
    assert first == second
    with zipfile.ZipFile(BytesIO(first)) as parts:
        assert {info.date_time for info in parts.infolist()} == {FIXED}
        core = parts.read("docProps/core.xml").decode()
        names = parts.namelist()
    assert "python-docx" not in core
    assert core.count("2000-01-01T00:00:00Z") == 2  # made and changed
    assert not [name for name in names if "thumbnail" in name or "app.xml" in name or name.startswith("customXml")]


def test_word_styles_fields_and_fonts(document: Document) -> None:
    file = docx.Document(BytesIO(docx_bytes(document)))
    fonts = file.styles["Heading 1"].element.rPr.find(qn("w:rFonts"))
    assert fonts.get(qn("w:eastAsia")) == "黑体"
    assert file.styles["Normal"].element.rPr.find(qn("w:rFonts")).get(qn("w:eastAsia")) == "宋体"
    body = etree.tostring(file.element.body, encoding="unicode")
    assert 'TOC \\o "1-2"' in body
    assert "SEQ 表" in body
    assert "SEQ 图" in body
    assert file.settings.element.find(qn("w:updateFields")) is not None
    footer = etree.tostring(file.sections[0].footer._element, encoding="unicode")
    assert " PAGE " in footer
    assert " NUMPAGES " in footer
    for table in file.tables:
        assert table.style is not None
        assert table.style.name == "Siting Table"
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_document_is_in_one_language_where_asked(plan: Told) -> None:
    made = build(plan, None, language="en")
    assert "Summary" in headings(made, 1)
    assert made.title.second == ""
    both = build(plan, None, language="both")
    told = [block for block in both.blocks if isinstance(block, Paragraph) and block.words.second]
    assert len(told) > 20


def test_pictures_are_left_out_where_there_is_nothing_to_draw_with(plan: Told) -> None:
    made = build(plan, None)
    assert not [block for block in made.blocks if isinstance(block, Picture)]
    assert "规划布局图" not in headings(made, 2)
    assert of_docx(docx_bytes(made)) == of_html(html_text(made))


def test_map_as_it_stands_has_no_new_facilities(plan: Told) -> None:
    from siting.report.pictures import as_it_stands

    view = next(view for view in plan.views if view.subject == "primary_school")
    shown = as_it_stands(view)
    assert shown is not None
    layers = {layer.key: layer for layer in shown.layers}
    assert set(layers["facilities"].frame["category"]) == {"kept"}
    assert layers["before"].shown
    assert not layers["after"].shown


@pytest.mark.parametrize("language", ["zh", "en", "both"])
def test_hostile_names_are_read_as_typed(language: Language) -> None:
    told = replace(make_told(), sheets=(sample_table(len(NAMES)),))
    made = build(told, PICTURES, language=language)
    data, page = docx_bytes(made), html_text(made)
    assert of_docx(data) == of_html(page)
    assert "<script" not in page
    assert "<img src=x" not in page
    assert "49" not in made.title.main  # {{ 7*7 }}
    title = docx.Document(BytesIO(data)).core_properties.title
    assert title == (told.title[1] if language == "en" else told.title[0])
    shown = {text for table in tables(made) for row in table.rows for text in row}
    assert set(NAMES[:5]) <= shown
    assert "名字\u202e倒" in shown  # without the character that XML cannot hold


def test_any_kind_of_answer_has_a_report() -> None:
    """A run whose sections no chapter names: they are told in their order, and its tables in the appendix."""
    told = make_told(hostile_title=False)
    made = build(told, None)
    assert headings(made, 1) == [
        "要点",
        "结果与说明",
        "结果的可靠性",
        "数据来源与许可",
        "公示、听证与审批",
        "附录：完整表格",
    ]
    assert "明细" in headings(made, 2)


def test_long_tables_are_cut_and_say_where_the_rest_is(plan: Told) -> None:
    frame = pd.DataFrame({"name": [f"村{k}" for k in range(500)], "need": np.arange(500.0)})
    columns = (Column("name", "名称", "Name"), Column("need", "人数（人）", "People", "persons"))
    long = make_sheet("long", ("长表", "Long table"), columns, frame)
    short = replace(long, key="short", zh="短表", frame=frame.head(60))
    made = build(replace(plan, sheets=(*plan.sheets, long, short)), None)
    captions = [table.caption.main for table in tables(made)]
    assert "短表（全部）" in captions
    assert not [caption for caption in captions if caption.startswith("长表")]
    register = tables(made)[-1]
    place = {row[0]: row[-1] for row in register.rows}
    assert place["长表"] == "全部见 tables.xlsx"
    assert place["短表"] == f"表 {captions.index('短表（全部）') + 1}"
    assert len(register.rows) == len(plan.sheets) + 2


def wide(count: int) -> Sheet:
    columns = tuple(Column(f"c{k}", f"第{k}列的标题", f"Header of column {k}", "persons") for k in range(count))
    frame = pd.DataFrame({column.name: [1234567.0, 7.0] for column in columns})
    return make_sheet("wide", ("宽表", "Wide table"), columns, frame)


def test_wide_tables_lie_across_the_page(plan: Told) -> None:
    made = build(replace(plan, sheets=(*plan.sheets, wide(14))), None)
    file = docx.Document(BytesIO(docx_bytes(made)))
    ways = [section.orientation for section in file.sections]
    assert ways[0] == WD_ORIENT.PORTRAIT
    assert WD_ORIENT.LANDSCAPE in ways
    for section in file.sections:
        assert (section.page_width > section.page_height) == (section.orientation == WD_ORIENT.LANDSCAPE)
    for element in file.element.body.iter(qn("w:tbl")):
        total = sum(int(column.get(qn("w:w"))) for column in element.iter(qn("w:gridCol")))
        assert total <= 249 * 1440 / 25.4 + 20


def test_tables_wider_than_a_page_are_in_the_workbook_only(plan: Told) -> None:
    made = build(replace(plan, sheets=(*plan.sheets, wide(30))), None)
    assert not [table for table in tables(made) if table.caption.main.startswith("宽表")]
    assert {row[0]: row[-1] for row in tables(made)[-1].rows}["宽表"] == "全部见 tables.xlsx"


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("小学 Primary school", "小学", "Primary school"),
        ("24 班 24 classes", "24 班", "24 classes"),
        ("缩减 13 处；13 reduced", "缩减 13 处", "13 reduced"),
        ("与最优相差不超过 1.73% within 1.73 % of optimal", "与最优相差不超过 1.73%", "within 1.73 % of optimal"),
        ("95% 不超过（分钟） 95 % within (min)", "95% 不超过（分钟）", "95 % within (min)"),
        ("第一小学", "第一小学", "第一小学"),
        ("Clinic A", "Clinic A", "Clinic A"),
        ("江田小学 江田 primary", "江田小学 江田", "primary"),
    ],
)
def test_cells_in_two_languages_are_taken_apart(text: str, zh: str, en: str) -> None:
    assert cell(text, "zh") == zh
    assert cell(text, "en") == en
    assert cell(text, "both") == text


def test_a_text_without_translation_stands_once() -> None:
    assert words(("", "only"), "zh", title=True).main == "only"
    assert words(("只有", ""), "both").second == ""
    assert words(("同", "同"), "both").second == ""


def test_page_asks_for_nothing(document: Document, tmp_path: Path) -> None:
    page = html_text(document)
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "default-src 'none'" in page


def test_command_writes_both_twins_beside_the_run(
    plan: Told, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_answer(plan, tmp_path / "tiny", Settings())
    with pytest.raises(SystemExit) as ended:
        main(["report", "tiny", "--out", str(tmp_path), "--no-maps", "--json"])
    assert not ended.value.code
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    folder = tmp_path / "tiny_report"
    assert {name: Path(path) for name, path in result["outputs"].items()} == {
        "report.docx": folder / "report.docx", "report.html": folder / "report.html"
    }  # fmt: skip
    made_from_memory = build(plan, None)
    assert of_docx((folder / "report.docx").read_bytes()) == of_docx(docx_bytes(made_from_memory))


def test_command_refuses_what_is_no_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["report", "nothing", "--out", str(tmp_path)])
    assert ended.value.code
    assert "没有运行结果" in capsys.readouterr().err


def test_a_font_that_cannot_be_read_is_told(plan: Told, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_answer(plan, tmp_path / "tiny", Settings())
    with pytest.raises(SystemExit) as ended:
        main(["report", "tiny", "--out", str(tmp_path), "--font", str(tmp_path / "none.ttf")])
    assert ended.value.code == 2
    assert "none.ttf" in capsys.readouterr().err.replace("\n", "")
    assert not (tmp_path / "tiny_report").exists()


def test_charts_are_pictures(plan: Told) -> None:
    chart = Chart(("费用（元）", "Cost"), ("年份", "Year"), ((2025.0, 1.0, "$a$"), (2030.0, 5.0, "b")))
    section = Section("量力而行：预算", "Budgets", (("说明", "Words"),), (), (chart,))
    made = build(replace(plan, sections=(*plan.sections, section)), PICTURES)
    drawn = next(block for block in made.blocks if isinstance(block, Picture) and block.caption.main == "费用（元）")
    assert "2,030: 5" in drawn.alt
    assert chart_png(chart, "zh") == chart_png(chart, "zh")


def test_parameters_are_read_without_needless_zeros() -> None:
    frame = pd.DataFrame({"value": [45.0, 0.6, 120000000.0]})
    sheet = make_sheet("v", ("值", "Values"), (Column("value", "数值", "Value", "value"),), frame)
    assert sheet_cells(sheet, 9)[0] == [["45"], ["0.6"], ["120,000,000"]]


def test_a_run_of_one_period_has_a_report_with_all_that_it_tells() -> None:
    told = told_of(make_result(demand_points=30, sites=6))
    made = build(told, PICTURES)
    assert of_docx(docx_bytes(made)) == of_html(html_text(made))
    said = {block.words.main for block in made.blocks if isinstance(block, Paragraph)}
    for section in told.sections:
        if not section.zh.startswith(("成果表", "数据来源")):
            assert {words((zh, en), "zh").main for zh, en in section.paragraphs if zh or en} <= said, section.zh
    assert {"要点", "设置标准", "布局方案", "结果的可靠性"} <= set(headings(made, 1))


def test_what_the_ledger_does_not_tell_is_said(plan: Told) -> None:
    """A number that some facilities of a service lack; a column that none of them has is not of the service."""
    ledger = next(sheet for sheet in plan.sheets if sheet.key == "ledger")
    frame = pd.concat([ledger.frame, ledger.frame], ignore_index=True)
    first = frame["service"] == frame["service"].iloc[0]
    count = int(first.sum())
    assert count > 1
    frame.loc[first, "capacity"] = [np.nan, *np.arange(count - 1, dtype=np.float64)]
    frame.loc[first, "load"] = np.nan
    lacking = replace(plan, sheets=tuple(replace(s, frame=frame) if s is ledger else s for s in plan.sheets))
    said = [block.words.main for block in build(lacking, None).blocks if isinstance(block, Paragraph)]
    told = next(text for text in said if "没有填报" in text)
    name = {column.name: column.zh for column in ledger.columns}
    assert f"{name['capacity']} 1 处" in told
    assert name["load"] not in told


def test_few_subjects_have_maps_of_people_and_catchments(plan: Told) -> None:
    from siting.report.pictures import FEW, maps
    from siting.report.teller import Teller

    teller = Teller(plan, "zh", 100, PICTURES)
    keys = {view.subject for view in plan.views}
    assert len(keys) <= FEW
    for when in ("need", "catchments"):
        drawn: list[View] = []
        drawing = Drawing(lambda told, view, size_mm, drawn=drawn: drawn.append(view) or PNG, lambda chart: PNG)  # type: ignore[misc]
        having = {view.subject for view in plan.views if when in {layer.key for layer in view.layers}}
        assert having
        assert {view.subject for view in drawn} == set()
        assert len(maps(teller, drawing, when)) == len(having)  # type: ignore[arg-type]
        assert {view.subject for view in drawn} == having
        for view in drawn:
            assert when in {layer.key for layer in view.layers if layer.shown}
            assert "after" not in {layer.key for layer in view.layers if layer.shown}
    for when, key in (("reach", "area_before"), ("minutes", "time_before")):
        drawn.clear()
        having = {view.subject for view in plan.views if key in {layer.key for layer in view.layers}}
        assert len(maps(teller, drawing, when)) == len(having)  # type: ignore[arg-type]
        for view in drawn:
            shown = {layer.key: layer for layer in view.layers if layer.shown}
            assert set(shown) <= {key, "facilities"}
            assert set(shown["facilities"].frame["category"]) <= {"kept"}  # nothing of the plan
            assert view.period == plan.views[0].period
    many = replace(plan, views=tuple(replace(plan.views[0], subject=f"s{k}") for k in range(FEW + 1)))
    assert maps(Teller(many, "zh", 100, PICTURES), PICTURES, "need") == []


def test_no_page_has_only_the_notes_of_a_table(document: Document) -> None:
    file = docx.Document(BytesIO(docx_bytes(document)))
    for made, told in zip(file.tables, tables(document), strict=True):
        last = made.rows[-1]._tr
        assert (last.find(f".//{qn('w:keepNext')}") is not None) == bool(told.notes)
