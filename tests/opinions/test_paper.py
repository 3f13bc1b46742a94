"""The paper form: its fields, boxes and list, and names as they are typed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import docx
import pytest

from siting.opinions.asked import Facility
from siting.opinions.form import write_form
from siting.opinions.paper import write_paper
from siting.render.columns import clean
from tests.consultation.a_notice import a_notice
from tests.hostile.names import HOSTILE
from tests.opinions.sample import ASKED, RULES
from tests.render.sample_told import NOTICES, make_told


@pytest.fixture
def paper(tmp_path: Path) -> docx.document.Document:
    path = tmp_path / "form.docx"
    write_paper(ASKED, list(NOTICES), path)
    return docx.Document(str(path))


def test_it_has_the_fields_of_the_page(paper: docx.document.Document) -> None:
    fields, listed = paper.tables
    assert [row.cells[0].text.split("\n")[0] for row in fields.rows] == [
        "一、针对什么", "二、态度", "三、理由与内容", "四、联系方式（可不填）", "日期",
    ]  # fmt: skip
    assert [fields.rows[k].cells[1].text.count("☐") for k in range(5)] == [3, 3, 0, 0, 0]
    assert "不公开" in fields.rows[3].cells[1].text
    assert [row.cells[0].text for row in listed.rows] == ["编号 No.", "1", "2"]
    assert listed.rows[1].cells[2].text == "甲小学"
    assert listed.rows[0]._tr.trPr.find(docx.oxml.ns.qn("w:tblHeader")) is not None


def test_it_says_what_when_and_where_to(paper: docx.document.Document) -> None:
    text = "\n".join(paragraph.text for paragraph in paper.paragraphs)
    for said in ("方案 Plan", "教育体育局", "2026-11-10 — 2026-12-20", "第一版", NOTICES[0][0], *ASKED.channels):
        assert said in text


def test_names_stand_as_they_are_typed(tmp_path: Path) -> None:
    facilities = tuple(Facility(k, "s", text, "", f"{k}", text, text, "", "") for k, text in enumerate(HOSTILE, 1))
    path = tmp_path / "form.docx"
    write_paper(replace(ASKED, facilities=facilities), [], path)
    listed = docx.Document(str(path)).tables[1]
    assert [row.cells[2].text for row in listed.rows[1:]] == [clean(text) for text in HOSTILE]


def test_equal_plans_give_equal_files(tmp_path: Path) -> None:
    made = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        made.append([path.read_bytes() for path in write_form(make_told(), a_notice(), RULES, tmp_path / name)])
    assert made[0] == made[1]
