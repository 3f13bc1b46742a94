"""What the pack's documents for Word share: an A4 page, fonts for Chinese, tables of fixed widths, equal bytes."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import docx
from docx.document import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt
from docx.table import Table

from siting.files.zipped import write_fixed

FONT, SERIF = "Microsoft YaHei", "SimSun"


def a4_document(margin: Length) -> Document:
    """An empty upright A4 document with this margin on every side."""
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = margin
    return document


def set_font(document: Document, style: str, font: str, points: float) -> None:
    """Give a style its font, for Latin and Chinese alike, and its size."""
    found = document.styles[style]
    found.font.name, found.font.size = font, Pt(points)
    fonts = found.element.get_or_add_rPr().get_or_add_rFonts()
    for key in [key for key in fonts.attrib if "heme" in key]:  # the theme's font would come first
        del fonts.attrib[key]
    for key in ("w:ascii", "w:hAnsi", "w:eastAsia"):
        fonts.set(qn(key), font)


def grid_table(document: Document, widths: Sequence[Length], rows: int) -> Table:
    """An empty table with lines, in the middle of the page, whose columns keep their widths."""
    table: Table = document.add_table(rows, len(widths), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    return table


def save_fixed(document: Document, path: Path) -> None:
    """Save it so that equal documents are equal bytes.

    Raises:
        OSError: when it cannot be written.
    """
    made = BytesIO()
    document.save(made)
    write_fixed(made, path)
