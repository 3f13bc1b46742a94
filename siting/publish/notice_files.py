"""The notice as a page (`notice.html`) and as a document that staff can edit (`notice.docx`)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt

from siting.consultation.docx_file import FONT, SERIF, a4_document, grid_table, save_fixed, set_font
from siting.consultation.notice import Notice
from siting.publish.notice_text import Part, parts_of, units_of
from siting.render.columns import clean
from siting.render.page import sealed_page
from siting.render.views import Told
from siting.render.wording import Text, both

NUMERALS = "一二三四五六七八九十"
SHORT = 8  # rows of a table that stays on one page


def notice_page(notice: Notice, told: Told) -> str:
    """The page.

    Raises:
        InputError: when the program's own template is missing, or was changed such that it needs a network.
    """
    return sealed_page("notice.html.j2", notice=notice, units=units_of(notice), parts=numbered(parts_of(notice, told)))


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
    for numeral, part in numbered(parts_of(notice, told)):
        _part(document, numeral, part)
    for paragraph in document.paragraphs[-2:]:  # the closing note: the signature does not stand on a page alone
        paragraph.paragraph_format.keep_with_next = True
    for text in (notice.publishing_unit, f"{notice.starts.year} 年 {notice.starts.month} 月 {notice.starts.day} 日"):
        document.add_paragraph(clean(text)).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    save_fixed(document, path)


def numbered(parts: Sequence[Part]) -> list[tuple[str, Part]]:
    """Each part with the numeral before its heading."""
    return [(f"{numeral}、", part) for numeral, part in zip(NUMERALS, parts, strict=False)]


def _part(document: Document, numeral: str, part: Part) -> None:
    document.add_heading(f"{numeral}{both(part.heading)}", level=1)
    for line in part.lines:
        document.add_paragraph(clean(line))
    if part.rows:
        _table(document, part.rows)
    for said in part.said:
        document.add_paragraph(clean(both(said)), style="List Bullet")


def _table(document: Document, rows: tuple[tuple[Text, str], ...]) -> None:
    widths = (Mm(55), Mm(115))
    table = grid_table(document, widths, len(rows))
    for number, (row, (name, text)) in enumerate(zip(table.rows, rows, strict=True), 1):
        for cell, own, width in zip(row.cells, (both(name), text), widths, strict=True):
            cell.text, cell.width = clean(own), width
            space = cell.paragraphs[0].paragraph_format
            space.space_before = space.space_after = Pt(3)
            space.keep_with_next = len(rows) <= SHORT and number < len(rows)


def _document() -> Document:
    document = a4_document(Mm(20))
    for name, font, points in (("Normal", FONT, 10.5), ("Heading 1", FONT, 13), ("Title", SERIF, 20)):
        set_font(document, name, font, points)
    return document
