"""The paper form `opinion_form.docx`: the fields of the page, boxes to tick, the facilities by number."""

from __future__ import annotations

from pathlib import Path

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.shared import Mm, Pt
from docx.table import Table, _Row
from docx.text.paragraph import Paragraph

from siting.consultation.docx_file import FONT, a4_document, grid_table, save_fixed, set_font
from siting.opinions.asked import Asked, Facility
from siting.opinions.words import STANCE
from siting.render.wording import UNNAMED, Text, both

BOX = "☐"
CONTENT_HEIGHT, LABEL_WIDTH, FIELD_WIDTH = Mm(78), Mm(34), Mm(146)
PURPOSE: Text = (
    "只用于就这条意见向您核实和答复，不公开，不作他用；不填也同样登记。",
    "Used only to ask you about this opinion and to answer it; not published; your opinion counts the same without.",
)
CARE = "内容可能公开，请勿写电话、证件号。 This may be published: no telephone or card numbers."
LIST = ("编号 No.", "服务 Service", "名称 Name", "乡镇（街道） Township", "规划 Plan")


def write_paper(asked: Asked, notices: list[Text], path: Path) -> None:
    """Write the paper form.

    Raises:
        OSError: when the file cannot be written.
    """
    document = _document()
    document.core_properties.title = asked.title[0]
    document.core_properties.author = asked.unit
    _text(
        document.add_paragraph(), "登记号（公示单位填） Number (for the office)：____________"
    ).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _text(document.add_paragraph(), "规划公示意见表 Opinion on a published plan", size=11, bold=True)
    _text(document.add_paragraph(), both(asked.title), size=16, bold=True)
    for line in _facts(asked):
        _text(document.add_paragraph(), line)
    for notice in notices:
        _text(document.add_paragraph(), f"※ {both(notice)}", size=9)
    _fields(document)
    _text(document.add_paragraph(), "交回方式 Send it to：", bold=True)
    for line in asked.channels:
        _text(document.add_paragraph(style="List Bullet"), line)
    heading = document.add_paragraph()
    heading.paragraph_format.page_break_before = True
    _text(heading, "附表：设施编号 List of facilities by number", size=13, bold=True)
    _facilities(document, asked)
    save_fixed(document, path)


def _document() -> Document:
    document = a4_document(Mm(15))
    set_font(document, "Normal", FONT, 10)
    document.styles["Normal"].paragraph_format.space_after = Pt(2)
    return document


def _text(paragraph: Paragraph, text: str, *, size: float | None = None, bold: bool = False) -> Paragraph:
    run = paragraph.add_run(text)
    run.bold = bold or None
    if size is not None:
        run.font.size = Pt(size)
    return paragraph


def _facts(asked: Asked) -> list[str]:
    known = (
        ("公示单位 Published by", asked.unit),
        ("公示期 Open", f"{asked.start} — {asked.end}" if asked.start and asked.end else ""),
        ("版本 Version", asked.version),
    )
    return [f"{name}：{text}" for name, text in known if text]


def _fields(document: Document) -> None:
    stances = "　　".join(f"{BOX} {both(words)}" for words in STANCE.values())
    rows = (
        ("一、针对什么\nAbout", f"{BOX} 设施 facility　编号 no. ________（见附表 see the list）\n"
         f"{BOX} 村（社区） village　______________________________\n{BOX} 整个方案 the whole plan"),
        ("二、态度\nStance", stances),
        ("三、理由与内容\nWhy, and what", CARE),
        ("四、联系方式（可不填）\nContact (may stay empty)",
         f"姓名或单位 Name ____________________\n电话 Tel. ____________________　邮箱 E-mail ____________________\n"
         f"{both(PURPOSE)}"),
        ("日期\nDate", "________ 年 ____ 月 ____ 日"),
    )  # fmt: skip
    table = grid_table(document, (LABEL_WIDTH, FIELD_WIDTH), 0)
    for name, field in rows:
        left, right = _add_row(table).cells
        _text(left.paragraphs[0], name, bold=True)
        _text(right.paragraphs[0], field)
    table.rows[2].height = CONTENT_HEIGHT


def _facilities(document: Document, asked: Asked) -> None:
    texts = [LIST, *((str(own.number), *_told(own)) for own in asked.facilities)]
    table = grid_table(document, (Mm(16), Mm(40), Mm(64), Mm(30), Mm(30)), len(texts))
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # on every page
    for column, own in zip(table.columns, zip(*texts, strict=True), strict=True):
        for k, (cell, text) in enumerate(zip(column.cells, own, strict=True)):
            _text(cell.paragraphs[0], text, size=9, bold=k == 0)


def _told(own: Facility) -> tuple[str, str, str, str]:
    service, status = both((own.service_zh, own.service_en)), both((own.status_zh, own.status_en))
    return service, own.name or both(UNNAMED), own.township, status


def _add_row(table: Table) -> _Row:
    row: _Row = table.add_row()  # type: ignore[no-untyped-call]
    return row
