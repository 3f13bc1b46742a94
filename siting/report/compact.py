"""The close setting of a brief: sizes and fixed distances of lines, from which the height of every block is known."""

from __future__ import annotations

from dataclasses import dataclass

from docx.document import Document as Docx
from docx.enum.text import WD_LINE_SPACING
from docx.shared import Pt

from siting.report.document import Block, Heading, Paragraph, Picture, Table, Words
from siting.report.docx_table import lines_of, row_lines, upright

PAGE_MM, MARGIN_MM = (210.0, 297.0), (18.0, 17.0, 14.0)  # A4; left and right, top, bottom
WIDTH_MM = PAGE_MM[0] - 2 * MARGIN_MM[0]
HEIGHT_MM = PAGE_MM[1] - MARGIN_MM[1] - MARGIN_MM[2]
MM_PER_PT = 25.4 / 72
FULL = 0.97  # of a line that letters fill before it breaks
ROW_PT = 2.2  # above and below the text of a table's row, and its line


@dataclass(frozen=True)
class Setting:
    """Of a style, in points: size of the letters, distance of the lines, room above and below, of an item's text to
    the left."""

    size: float
    line: float
    above: float = 0.0
    below: float = 0.0
    indent: float = 0.0


STYLES: dict[str, Setting] = {
    "Normal": Setting(9.5, 13.5, below=2),
    "Title": Setting(16, 22, below=1),
    "Subtitle": Setting(9, 12, below=2),
    "Result Label": Setting(11, 15, below=2),
    "Title Fact": Setting(9, 12),
    "Warning": Setting(8.5, 11.5, below=1),
    "Heading 1": Setting(12, 16, above=5, below=2),
    "Heading 2": Setting(10.5, 14, above=3, below=1),
    "Heading 3": Setting(10, 13, above=2, below=1),
    "List Bullet": Setting(9.5, 13, below=1.5, indent=18),
    "Note": Setting(8, 10.5, below=1),
    "Caption": Setting(9, 12, above=2, below=2),
    "Table Text": Setting(8.5, 11),
}
LOOKS = {"plain": "Normal", "bullet": "List Bullet", "note": "Note", "warning": "Warning", "fill": "Normal"}


def set_close(file: Docx) -> None:
    """Give the styles of the file the sizes and distances of a brief."""
    for name, setting in STYLES.items():
        style = file.styles[name]
        style.font.size = Pt(setting.size)
        form = style.paragraph_format
        form.line_spacing_rule = WD_LINE_SPACING.EXACTLY
        form.line_spacing, form.space_before = Pt(setting.line), Pt(setting.above)
        form.space_after = Pt(setting.below)


def height_mm(block: Block) -> float:
    """How high a block stands."""
    if isinstance(block, Heading):
        return text_mm(block.words, f"Heading {block.level}")
    if isinstance(block, Paragraph):
        return text_mm(block.words, LOOKS[block.look])
    if isinstance(block, Picture):
        caption = STYLES["Caption"]
        return block.height_mm + text_mm(block.caption, "Caption") + (caption.above + caption.below + 4) * MM_PER_PT
    notes = [text_mm(note, "Note") for note in block.notes] or [text_mm(Words(" "), "Note")]
    return text_mm(block.caption, "Caption") + _table_mm(block) + sum(notes)


def text_mm(words: Words, style: str) -> float:
    """The height of a paragraph."""
    setting = STYLES[style]
    room = (WIDTH_MM / MM_PER_PT - setting.indent) * FULL
    lines = lines_of(f"{words.main} {words.second}" if words.second else words.main, setting.size, room)
    return (lines * setting.line + setting.above + setting.below) * MM_PER_PT


def _table_mm(table: Table) -> float:
    setting = STYLES["Table Text"]
    head = [f"{words.main} {words.second}" if words.second else words.main for words in table.header]
    lines = row_lines([head, *table.rows], upright(table, setting.size, WIDTH_MM).widths, setting.size)
    return sum(count * setting.line + ROW_PT for count in lines) * MM_PER_PT
