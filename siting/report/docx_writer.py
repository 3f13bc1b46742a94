"""`report.docx`: the document as Word, WPS and LibreOffice open and edit it.

Headings are numbered by Word, captions and pages are fields, and a table that is too wide for an upright page lies
across one. The same document always gives the same bytes.
"""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from itertools import pairwise
from typing import Any

import docx
from docx.document import Document as Docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm

from siting.files.zipped import write_fixed
from siting.report import compact
from siting.report.document import Block, Document, Heading, Paragraph, Picture, Table, Words
from siting.report.docx_styles import SECOND, add_styles
from siting.report.docx_table import Fit, fitted, table_xml, upright

LOOKS = {"plain": "Normal", "bullet": "List Bullet", "note": "Note", "warning": "Warning", "fill": "To Complete"}
A4 = (Mm(210), Mm(297))
MADE = datetime(2000, 1, 1)
# Parts of the file that python-docx begins with and that say nothing of the report: a picture of an empty page, what
# program and template made it, an empty bibliography, the styles once more for Word 2010.
NEEDLESS = ("/metadata/thumbnail", "/extended-properties", "/customXml", "/stylesWithEffects")
# What stands after `updateFields` in the settings that python-docx begins with (ECMA-376 part 1, section 17.15.1.78).
AFTER_UPDATE = tuple(qn(f"w:{name}") for name in ("hdrShapeDefaults", "footnotePr", "endnotePr", "compat", "rsids"))
SHORT = 1500  # letters
LEAD_IN = 6  # blocks between a heading and a table that go with the table to its page


def docx_bytes(document: Document) -> bytes:
    """The file."""
    file = docx.Document()
    for paragraph in list(file.element.body.iterchildren(qn("w:p"))):
        file.element.body.remove(paragraph)
    _drop_needless(file)
    add_styles(file)
    _properties(file, document)
    _head_and_foot(file, document)
    if document.form == "brief":
        compact.set_close(file)
        _brief_page(file.sections[0])
        _title(file, document)
    else:
        _page(file.sections[0], landscape=False)
        _title_page(file, document)
    fits = {id(block): _fit(document, block) for block in document.blocks if isinstance(block, Table)}
    across = _orientations(document.blocks, fits)
    landscape = False
    for block, lies in zip(document.blocks, across, strict=True):
        if lies != landscape:
            landscape = lies
            _page(file.add_section(WD_SECTION.NEW_PAGE), landscape=landscape)
        _block(file, document, block, fits)
    made = BytesIO()
    file.save(made)
    fixed = BytesIO()
    write_fixed(made, fixed)
    return fixed.getvalue()


def _fit(document: Document, table: Table) -> Fit:
    if document.form == "brief":
        return upright(table, compact.STYLES["Table Text"].size, compact.WIDTH_MM)
    return fitted(table)


def _drop_needless(file: Docx) -> None:
    """Without the relationships to the needless parts, which are then not written."""
    for relationships in (file.part.package.rels, file.part.rels):
        for key in [key for key, to in relationships.items() if to.reltype.endswith(NEEDLESS)]:
            relationships.pop(key)


def _orientations(blocks: tuple[Block, ...], fits: dict[int, Fit]) -> list[bool]:
    """Which blocks lie on pages across: wide tables with what leads to them, and what is short between two of them."""
    across = [isinstance(block, Table) and fits[id(block)].landscape for block in blocks]
    wide = [k for k, lies in enumerate(across) if lies]
    for k in wide:
        first = k
        while first > 0 and k - first < LEAD_IN and isinstance(blocks[first - 1], Heading):
            first -= 1
        for j in range(first, k):
            across[j] = True
    wide = [k for k, lies in enumerate(across) if lies]
    for earlier, later in pairwise(wide):
        between = blocks[earlier + 1 : later]
        short = len(between) <= LEAD_IN and sum(_length(block) for block in between) < SHORT
        if short and not any(isinstance(block, Picture) for block in between):
            across[earlier + 1 : later] = [True] * len(between)
    return across


def _length(block: Block) -> int:
    if isinstance(block, Table):
        return 60 * len(block.rows)
    return 0 if isinstance(block, Picture) else len(block.words.main) + len(block.words.second)


def _page(section: Any, *, landscape: bool) -> None:
    short, long = A4
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (long, short) if landscape else (short, long)
    section.left_margin = section.right_margin = Mm(24 if landscape else 25)
    section.top_margin, section.bottom_margin = (Mm(18), Mm(15)) if landscape else (Mm(24), Mm(20))
    section.header_distance, section.footer_distance = Mm(9), Mm(8)


def _brief_page(section: Any) -> None:
    side, top, bottom = compact.MARGIN_MM
    section.page_width, section.page_height = A4
    section.left_margin = section.right_margin = Mm(side)
    section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
    section.header_distance, section.footer_distance = Mm(9), Mm(7)


def _properties(file: Docx, document: Document) -> None:
    """Title and language, and nothing of the machine that made it."""
    core = file.core_properties
    core.title, core.subject = document.title.main, document.label.main
    core.author = core.last_modified_by = "siting"
    core.comments = core.keywords = core.category = ""
    core.language = "zh-CN" if document.language == "zh" else "en"
    core.created = core.modified = MADE
    core.revision = 1
    settings = file.settings.element
    update = OxmlElement("w:updateFields")
    update.set(qn("w:val"), "true")
    after = [element for element in settings if element.tag in AFTER_UPDATE]
    after[0].addprevious(update) if after else settings.append(update)


def _head_and_foot(file: Docx, document: Document) -> None:
    section = file.sections[0]
    section.header.paragraphs[0].add_run(document.running)
    foot = section.footer.paragraphs[0]
    before, between, after = document.page
    foot.add_run(before)
    _field(foot, "PAGE", "1")
    foot.add_run(between)
    _field(foot, "NUMPAGES", "1")
    foot.add_run(after)


def _title_page(file: Docx, document: Document) -> None:
    for _ in range(4):
        file.add_paragraph(style="Title Fact")
    _title(file, document)
    file.add_paragraph(style="Title Fact").add_run().add_break(WD_BREAK.PAGE)
    if document.contents is not None:
        _contents(file, document, document.contents)


def _title(file: Docx, document: Document) -> None:
    """Place, title, label, notices and facts."""
    _two_lines(file, document.kicker, "Title Fact")
    _two_lines(file, document.title, "Title")
    _two_lines(file, document.label, "Result Label")
    if document.notices:
        _say(file.add_paragraph(style="Warning"), document.notices_title)
        for notice in document.notices:
            _say(file.add_paragraph(style="Warning"), notice)
    for fact in document.facts:
        _say(file.add_paragraph(style="Title Fact"), fact)


def _two_lines(file: Docx, words: Words, style: str) -> None:
    file.add_paragraph(words.main, style=style)
    if words.second:
        file.add_paragraph(words.second, style="Subtitle")


def _contents(file: Docx, document: Document, title: Words) -> None:
    """The field of the table of contents, with the headings as they are until Word counts the pages."""
    _say(file.add_paragraph(style="Contents Heading"), title)
    entries = [heading for heading in document.headings if heading.level < 3]
    paragraphs = [file.add_paragraph(style=f"toc {entry.level}") for entry in entries] or [file.add_paragraph()]
    _mark(paragraphs[0], "begin")
    _instruction(paragraphs[0], r'TOC \o "1-2" \h \z \u')
    _mark(paragraphs[0], "separate")
    numbers = [0, 0]
    for entry, paragraph in zip(entries, paragraphs, strict=False):
        numbers = [numbers[0] + 1, 0] if entry.level == 1 else [numbers[0], numbers[1] + 1]
        number = str(numbers[0]) if entry.level == 1 else f"{numbers[0]}.{numbers[1]}"
        paragraph.add_run(f"{number} {entry.words.main}")
        if entry.words.second:
            paragraph.add_run(f" {entry.words.second}", style=SECOND)
    _mark(paragraphs[-1], "end")
    file.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def _block(file: Docx, document: Document, block: Block, fits: dict[int, Fit]) -> None:
    if isinstance(block, Heading):
        heading = file.add_paragraph(style=f"Heading {block.level}")
        heading.paragraph_format.page_break_before = True if block.new_page else None
        _say(heading, block.words)
    elif isinstance(block, Paragraph):
        _say(file.add_paragraph(style=LOOKS[block.look]), block.words)
    elif isinstance(block, Table):
        caption = _caption(file, document.table_word, block.number, block.caption)
        caption.paragraph_format.keep_with_next = True
        _append(file, parse_xml(table_xml(block, fits[id(block)])))
        for note in block.notes:
            _say(file.add_paragraph(style="Note"), note)
        if not block.notes:
            file.add_paragraph(style="Note")  # tables that touch become one
    else:
        _picture(file, document, block)


def _append(file: Docx, element: Any) -> None:
    """After the last paragraph; the body's own section properties stay at its end."""
    body: Any = file.element.body
    body.insert_element_before(element, "w:sectPr")


def _picture(file: Docx, document: Document, picture: Picture) -> None:
    holder = file.add_paragraph(style="Caption")
    holder.paragraph_format.keep_with_next = True
    holder.paragraph_format.line_spacing = 1.0  # a fixed distance of lines would cut it, a greater one raise it
    shape = holder.add_run().add_picture(BytesIO(picture.png), Mm(picture.width_mm), Mm(picture.height_mm))
    described: Any = shape._inline.docPr  # python-docx has no other door to the alt text
    described.set("descr", picture.alt)
    described.set("title", picture.caption.main)
    described.set("name", f"{document.picture_word} {picture.number}")
    _caption(file, document.picture_word, picture.number, picture.caption)


def _caption(file: Docx, word: str, number: int, words: Words) -> Any:
    paragraph = file.add_paragraph(style="Caption")
    paragraph.add_run(f"{word} ")
    _field(paragraph, rf"SEQ {word} \* ARABIC", str(number))
    paragraph.add_run("  ")
    _say(paragraph, words)
    return paragraph


def _say(paragraph: Any, words: Words) -> None:
    paragraph.add_run(words.main)
    if words.second:
        paragraph.add_run(f" {words.second}", style=SECOND)


def _field(paragraph: Any, instruction: str, shown: str) -> None:
    _mark(paragraph, "begin")
    _instruction(paragraph, instruction)
    _mark(paragraph, "separate")
    paragraph.add_run(shown)
    _mark(paragraph, "end")


def _mark(paragraph: Any, kind: str) -> None:
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    paragraph.add_run()._r.append(mark)  # python-docx has no fields


def _instruction(paragraph: Any, text: str) -> None:
    element = OxmlElement("w:instrText")
    element.set(qn("xml:space"), "preserve")
    element.text = f" {text} "
    paragraph.add_run()._r.append(element)  # python-docx has no fields
