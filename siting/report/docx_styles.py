"""The named styles of the docx, so that staff change the look of a report in one place: fonts, headings, tables."""

from __future__ import annotations

from typing import Any

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt, RGBColor
from docx.styles.style import ParagraphStyle

INK, SOFT, WARN = RGBColor(0x1F, 0x3A, 0x4D), RGBColor(0x5C, 0x6B, 0x77), RGBColor(0x8A, 0x3B, 0x00)
BODY, HEAD = ("Times New Roman", "宋体"), ("Arial", "黑体")
TABLE = "SitingTable"
# Text of tables: by the size in points.
CELL = {9.0: "Table Text", 7.5: "Table Text Small", 6.5: "Table Text Smallest"}
SECOND = "Second Language"
NUMBERING = 7  # of the multi-level list of the headings


def add_styles(document: Document) -> None:
    """Set the fonts of the built-in styles and add those of tables, notes and the table of contents."""
    _defaults(document)
    normal = _style(document, "Normal", BODY, 12)
    normal.paragraph_format.line_spacing = 1.4
    normal.paragraph_format.space_after = Pt(4)
    title = _style(document, "Title", HEAD, 26, bold=True, colour=INK)
    title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.space_after = Pt(8)
    _no_border(title)
    subtitle = _style(document, "Subtitle", BODY, 13, colour=SOFT)
    subtitle.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    subtitle.font.italic = False
    for level, size in ((1, 18), (2, 14.5), (3, 12.5)):
        heading = _style(document, f"Heading {level}", HEAD, size, bold=True, colour=INK)
        heading.paragraph_format.space_before = Pt(20 if level == 1 else 12)
        heading.paragraph_format.space_after = Pt(6)
        heading.paragraph_format.keep_with_next = True
        _numbered(heading, level)
    caption = _style(document, "Caption", HEAD, 10.5, bold=False, colour=INK)
    caption.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    caption.paragraph_format.space_before = Pt(8)
    caption.paragraph_format.space_after = Pt(4)
    bullet = _style(document, "List Bullet", BODY, 12)
    bullet.paragraph_format.space_after = Pt(3)
    note = _new(document, "Note", "Normal", BODY, 9, SOFT)
    note.paragraph_format.line_spacing = 1.15
    note.paragraph_format.space_after = Pt(2)
    _new(document, "Warning", "Normal", BODY, 12, WARN)
    _new(document, "To Complete", "Normal", ("Times New Roman", "楷体"), 12, SOFT)
    label = _new(document, "Result Label", "Subtitle", HEAD, 14, WARN)
    label.font.bold = True
    facts = _new(document, "Title Fact", "Normal", BODY, 12)
    facts.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _new(document, "Contents Heading", "Normal", HEAD, 16, INK).font.bold = True
    for level in (1, 2):
        entry = _new(document, f"toc {level}", "Normal", BODY, 12 if level == 1 else 11)
        entry.paragraph_format.left_indent = Pt(0 if level == 1 else 18)
        entry.paragraph_format.space_after = Pt(1)
        entry.paragraph_format.line_spacing = 1.15
    for size, name in CELL.items():
        cell = _new(document, name, "Normal", BODY, size)
        cell.paragraph_format.line_spacing = 1.1
        cell.paragraph_format.space_after = Pt(0)
    for name in ("Header", "Footer"):
        _style(document, name, BODY, 9, colour=SOFT).paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    second: Any = document.styles.add_style(SECOND, WD_STYLE_TYPE.CHARACTER)
    second.font.size, second.font.color.rgb, second.font.bold = Pt(9), SOFT, False
    second.element.rPr.insert(0, _fonts(BODY))
    document.styles.element.append(parse_xml(_TABLE_STYLE))
    _add_numbering(document)


def _defaults(document: Document) -> None:
    """The document's language and fonts where a style says nothing."""
    run = document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    for name in ("w:rFonts", "w:lang"):
        for old in run.findall(qn(name)):
            run.remove(old)
    run.insert(0, _fonts(BODY))
    run.append(parse_xml(f'<w:lang {nsdecls("w")} w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/>'))


def _fonts(names: tuple[str, str]) -> Any:
    latin, chinese = names
    return parse_xml(
        f'<w:rFonts {nsdecls("w")} w:ascii="{latin}" w:hAnsi="{latin}" w:eastAsia="{chinese}" w:cs="{latin}"/>'
    )


def _style(
    document: Document, name: str, fonts: tuple[str, str], size: float, *, bold: bool | None = None,
    colour: RGBColor | None = None,
) -> ParagraphStyle:  # fmt: skip
    style: Any = document.styles[name]
    run = style.element.get_or_add_rPr()
    for old in run.findall(qn("w:rFonts")):
        run.remove(old)
    run.insert(0, _fonts(fonts))
    style.font.size = Pt(size)
    if bold is not None:
        style.font.bold = bold
    if colour is not None:
        style.font.color.rgb = colour
    found: ParagraphStyle = style
    return found


def _new(
    document: Document, name: str, base: str, fonts: tuple[str, str], size: float, colour: RGBColor | None = None
) -> ParagraphStyle:
    style: Any = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles[base]
    style.quick_style = True
    return _style(document, name, fonts, size, colour=colour)


def _no_border(style: Any) -> None:
    properties = style.element.get_or_add_pPr()
    for old in properties.findall(qn("w:pBdr")):
        properties.remove(old)


def _numbered(style: Any, level: int) -> None:
    """Tie a heading to its level of the list, so that Word numbers it."""
    number = style.element.get_or_add_pPr().get_or_add_numPr()
    number.get_or_add_ilvl().val = level - 1
    number.get_or_add_numId().val = NUMBERING


def _add_numbering(document: Document) -> None:
    levels = "".join(
        f'<w:lvl w:ilvl="{k}"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:pStyle w:val="Heading{k + 1}"/>'
        f'<w:suff w:val="space"/><w:lvlText w:val="{".".join(f"%{n}" for n in range(1, k + 2))}"/>'
        '<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="0" w:firstLine="0"/></w:pPr></w:lvl>'
        for k in range(3)
    )
    part: Any = document.part.numbering_part.element
    abstract = parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77"><w:multiLevelType w:val="multilevel"/>{levels}'
        "</w:abstractNum>"
    )
    first = part.find(qn("w:num"))
    first.addprevious(abstract)
    for old in [num for num in part.findall(qn("w:num")) if num.get(qn("w:numId")) == str(NUMBERING)]:
        part.remove(old)
    part.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="{NUMBERING}"><w:abstractNumId w:val="77"/></w:num>'))


_LINE = '<w:{side} w:val="single" w:sz="4" w:space="0" w:color="B8C4CC"/>'
_SIDES = "".join(_LINE.format(side=side) for side in ("top", "bottom", "insideH"))
_TABLE_STYLE = (
    f'<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="{TABLE}"><w:name w:val="Siting Table"/>'
    f'<w:basedOn w:val="TableNormal"/><w:qFormat/><w:tblPr><w:tblBorders>{_SIDES}</w:tblBorders>'
    '<w:tblCellMar><w:top w:w="20" w:type="dxa"/><w:left w:w="60" w:type="dxa"/><w:bottom w:w="20" w:type="dxa"/>'
    '<w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr>'
    '<w:tblStylePr w:type="firstRow"><w:rPr><w:b/><w:color w:val="1F3A4D"/></w:rPr><w:tcPr>'
    '<w:tcBorders><w:bottom w:val="single" w:sz="8" w:space="0" w:color="1F3A4D"/></w:tcBorders>'
    '<w:shd w:val="clear" w:color="auto" w:fill="E8EEF2"/></w:tcPr></w:tblStylePr></w:style>'
)
