"""The notice as a page (`notice.html`) and as a document that staff can edit (`notice.docx`)."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from siting.consultation.notice import Notice
from siting.files.zipped import write_fixed
from siting.publish.notice_text import Part, parts_of, units_of
from siting.render.columns import clean
from siting.render.inline import seal
from siting.render.page import page_environment, page_style
from siting.render.views import Told
from siting.render.wording import Text, both

NUMERALS = "一二三四五六七八九十"
FONT, SERIF = "Microsoft YaHei", "SimSun"


def notice_page(notice: Notice, told: Told) -> str:
    """The page.

    Raises:
        InputError: when the program's own template is missing, or was changed such that it needs a network.
    """
    template = page_environment().get_template("notice.html.j2")
    page = template.render(css=page_style(), notice=notice, units=units_of(notice), parts=parts_of(notice, told))
    return seal(clean_page(page))


def clean_page(page: str) -> str:
    """Without what UTF-8 cannot hold."""
    return page.encode("utf-8", "replace").decode("utf-8")


def write_notice_docx(notice: Notice, told: Told, path: Path) -> None:
    """Write the document.

    Raises:
        OSError: when it cannot be written.
    """
    document = _document()
    document.core_properties.title = clean(notice.title_zh)
    document.core_properties.author = clean(notice.publishing_unit)
    title = document.add_paragraph(style="Title")
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.add_run(clean(notice.title_zh))
    if notice.title_en:
        line = document.add_paragraph(clean(notice.title_en))
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _table(document, tuple(units_of(notice)))
    for number, part in enumerate(parts_of(notice, told), 1):
        _part(document, number, part)
    for text in (notice.publishing_unit, f"{notice.starts.year} 年 {notice.starts.month} 月 {notice.starts.day} 日"):
        document.add_paragraph(clean(text)).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    made = BytesIO()
    document.save(made)
    write_fixed(made, path)


def _part(document: Document, number: int, part: Part) -> None:
    document.add_heading(f"{NUMERALS[number - 1]}、{both(part.heading)}", level=1)
    for line in part.lines:
        document.add_paragraph(clean(line))
    if part.rows:
        _table(document, part.rows)
    for said in part.said:
        document.add_paragraph(clean(both(said)), style="List Bullet")


def _table(document: Document, rows: tuple[tuple[Text, str], ...]) -> None:
    table = document.add_table(0, 2, style="Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, (Mm(55), Mm(115)), strict=True):
        column.width = width
    for name, text in rows:
        cells = table.add_row().cells
        for cell, own, width in zip(cells, (both(name), text), (Mm(55), Mm(115)), strict=True):
            cell.text, cell.width = clean(own), width
            space = cell.paragraphs[0].paragraph_format
            space.space_before = space.space_after = Pt(3)


def _document() -> Document:
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    for name, font, size in (("Normal", FONT, 10.5), ("Heading 1", FONT, 13), ("Title", SERIF, 20)):
        style = document.styles[name]
        style.font.name, style.font.size = font, Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for key in [key for key in fonts.attrib if "heme" in key]:  # the theme's font would come first
            del fonts.attrib[key]
        for key in ("w:ascii", "w:hAnsi", "w:eastAsia"):
            fonts.set(qn(key), font)
    return document
