"""A table of the docx: how wide its columns are, which way its page lies, and its XML (WordprocessingML).

The XML is written as text: python-docx takes a millisecond for each cell, and a report has tens of thousands.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

from docx.oxml.ns import nsdecls

from siting.report.document import Table, Words
from siting.report.docx_styles import CELL, SECOND, TABLE

TWIPS = 1440 / 25.4  # in a millimetre
PORTRAIT_MM, LANDSCAPE_MM = 160.0, 249.0  # between the margins of A4
PADDING = 130  # twips: left and right of a cell
LONGEST_WORD = 18  # letters
BOLD = 1.2  # how much wider than half an em the letters of a header may be
WITH_NOTES = 3  # rows, so that no page has nothing but the notes of a table
USUAL = 0.9  # of a column's cells get a line of their own where there is room
SHORTEST = 8  # halves of an em that a column of text has at least
MOST_UPRIGHT = 10  # columns on an upright page
# How a table may stand, the best first: whether across the page, size of the letters, lines of a row on average.
WAYS = ((False, 9.0, 2.5), (True, 9.0, 2.0), (True, 7.5, 4.0), (True, 6.5, math.inf))
_LATIN = re.compile(r"[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef、。]+")


@dataclass(frozen=True)
class Fit:
    """How a table stands on its page.

    Attributes:
        widths: of the columns, in twips.
        points: size of the letters.
    """

    landscape: bool
    points: float
    widths: tuple[int, ...]


def fitted(table: Table) -> Fit:
    """Upright where the rows stay low, else across, with letters as large as fit."""
    needs = _needs(table)
    for landscape, points, tallest in WAYS:
        room = (LANDSCAPE_MM if landscape else PORTRAIT_MM) * TWIPS
        found = _widths(needs, points, room)
        if found is not None and (landscape or len(needs) <= MOST_UPRIGHT):
            lines = row_lines(table.rows, found, points)
            if sum(lines) <= tallest * len(lines):
                return Fit(landscape, points, found)
    return Fit(True, 6.5, _shared(needs, LANDSCAPE_MM * TWIPS))


def upright(table: Table, points: float, room_mm: float) -> Fit:
    """On an upright page with letters of one size, however high the rows become.

    Args:
        points: size of the letters; the style is that of the largest.
        room_mm: between the margins.
    """
    needs, room = _needs(table), room_mm * TWIPS
    return Fit(False, max(CELL), _widths(needs, points, room) or _shared(needs, room))


def _shared(needs: list[_Need], room: float) -> tuple[int, ...]:
    """Widths of a table that is too wide: in the proportion of what its columns need at least."""
    least = sum(need.least for need in needs)
    return tuple(int(room * need.least / least) for need in needs)


@dataclass(frozen=True)
class _Need:
    """What a column asks for, in halves of an em: its longest word, all but its few longest cells."""

    least: float
    most: float


def _needs(table: Table) -> list[_Need]:
    found = []
    for k, header in enumerate(table.header):
        cells = [row[k] for row in table.rows]
        sizes = [half_ems(text) for text in cells] or [0]
        numeric = bool(table.rows) and all(row[k] for row in table.numeric)
        head = f"{header.main} {header.second}"
        words = max((half_ems(word) for text in cells for word in _words(text)), default=1)
        words = max([words, *(math.ceil(BOLD * half_ems(word)) for word in _words(head))])
        least = max(max(sizes), min(half_ems(head), SHORTEST)) if numeric else max(min(max(sizes), SHORTEST), words)
        least = max(least, min(words, 16), 4)
        usual = sorted(sizes)[int(USUAL * (len(sizes) - 1))]
        most = least if numeric else max(usual, min(half_ems(head), 10), least)
        found.append(_Need(least, most))
    return found


def _words(text: str) -> Iterable[str]:
    """What a line does not break in: Latin words; Chinese breaks anywhere. Of a very long word the beginning."""
    return (word[:LONGEST_WORD] for word in _LATIN.findall(text))


def _widths(needs: list[_Need], points: float, room: float) -> tuple[int, ...] | None:
    """Widths that fill the room, short texts getting their line first; None: it is too little."""
    em = points * 10  # half an em in twips
    least = [need.least * em + PADDING for need in needs]
    left = room - sum(least)
    if left < 0:
        return None
    wanted = [min(need.most, 60) * em + PADDING - low for need, low in zip(needs, least, strict=True)]
    level = _level(wanted, left)
    widths = [low + min(more, level) for low, more in zip(least, wanted, strict=True)]
    rest = room - sum(widths)
    return tuple(int(width + rest * width / sum(widths)) for width in widths)


def _level(wanted: list[float], left: float) -> float:
    """The most that a column gets, so that those that want little get all of it and together they take what is left."""
    level = 0.0
    for count, want in zip(range(len(wanted), 0, -1), sorted(wanted), strict=True):
        step = min(want - level, left / count)
        level += step
        left -= step * count
    return level


def row_lines(rows: Iterable[Sequence[str]], widths: Sequence[int], points: float) -> list[int]:
    """Lines of each row: those of its tallest cell."""
    rooms = [max(width - PADDING + 1, points * 20) / 20 for width in widths]
    return [max(lines_of(text, points, room) for text, room in zip(row, rooms, strict=True)) for row in rows]


def lines_of(text: str, points: float, room_pt: float) -> int:
    """Lines that a text takes, of letters of a size, where each has so many points of room."""
    return max(1, math.ceil(half_ems(text) * points / 2 / room_pt))


@lru_cache(maxsize=20_000)
def half_ems(text: str) -> int:
    """Width of a text in halves of an em: a Chinese letter has two, as have signs like the arrow in a Chinese font; a
    Latin letter has about one."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text)


def table_xml(table: Table, fit: Fit) -> str:
    """The table's element, with a header row that every page repeats."""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in fit.widths)
    style = CELL[fit.points]
    head = "".join(
        _cell(_run(words.main) + _second(words), width, style, "center")
        for words, width in zip(table.header, fit.widths, strict=True)
    )
    last = len(table.rows) - WITH_NOTES  # the rows from here on stay with the notes
    rows = "".join(
        "<w:tr><w:trPr><w:cantSplit/></w:trPr>"
        + "".join(
            _cell(_run(text), width, style, "right" if number else "", stays=bool(table.notes) and k >= last)
            for text, number, width in zip(row, numbers, fit.widths, strict=True)
        )
        + "</w:tr>"
        for k, (row, numbers) in enumerate(zip(table.rows, table.numeric, strict=True))
    )
    caption = quoteattr(table.caption.main)
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblStyle w:val="{TABLE}"/><w:tblW w:w="{sum(fit.widths)}" w:type="dxa"/>'
        '<w:jc w:val="center"/><w:tblLayout w:type="fixed"/>'
        '<w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1"'
        ' w:noVBand="1"/>'
        f"<w:tblCaption w:val={caption}/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>"
        f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>{rows}</w:tbl>"
    )


def _cell(runs: str, width: int, style: str, align: str, *, stays: bool = False) -> str:
    keep = "<w:keepNext/>" if stays else ""
    side = f'<w:jc w:val="{align}"/>' if align else ""
    name = style.replace(" ", "")
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="{name}"/>{keep}{side}</w:pPr>{runs}</w:p></w:tc>'
    )


def _run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>' if text else ""


def _second(words: Words) -> str:
    if not words.second:
        return ""
    style = SECOND.replace(" ", "")
    return (
        f'<w:r><w:rPr><w:rStyle w:val="{style}"/></w:rPr><w:t xml:space="preserve"> {escape(words.second)}</w:t></w:r>'
    )
