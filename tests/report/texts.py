"""What a reader of each twin reads, in order: headings, paragraphs, captions, tables, pictures."""

from __future__ import annotations

from html.parser import HTMLParser
from io import BytesIO
from typing import Any

import docx
from docx.oxml.ns import qn

# Each entry: kind, and the text, or the rows of a table.
Read = tuple[str, Any]
TEXT_TAGS = {"h2": "h1", "h3": "h2", "h4": "h3", "p": "p", "figcaption": "caption"}
STYLES = {
    "Heading 1": "h1", "Heading 2": "h2", "Heading 3": "h3", "Caption": "caption", "Normal": "p", "List Bullet": "p",
    "Note": "p", "Warning": "p", "To Complete": "p",
}  # fmt: skip


def of_docx(data: bytes) -> list[Read]:
    """The body after the contents; empty paragraphs left out."""
    file = docx.Document(BytesIO(data))
    found: list[Read] = []
    for element in file.element.body:
        if element.tag == qn("w:tbl"):
            rows = [
                ["".join(text.text or "" for text in cell.iter(qn("w:t"))) for cell in row.iter(qn("w:tc"))]
                for row in element.iter(qn("w:tr"))
            ]
            found.append(("table", rows))
        elif element.tag == qn("w:p"):
            paragraph = docx.text.paragraph.Paragraph(element, file)
            name = paragraph.style.name if paragraph.style is not None else ""
            for drawn in element.iter(qn("wp:docPr")):
                found.append(("picture", drawn.get("descr")))
            if paragraph.text.strip() and name in STYLES:
                found.append((STYLES[name], spaced(paragraph.text)))
    first = next(k for k, (kind, _) in enumerate(found) if kind == "h1")
    return found[first:]


def of_html(page: str) -> list[Read]:
    """The same of the twin; a picture's caption stands below it in both."""
    parser = _Reader()
    parser.feed(page)
    found = parser.found
    first = next(k for k, (kind, _) in enumerate(found) if kind == "h1")
    return found[first:]


def spaced(text: str) -> str:
    """With single spaces, as a browser shows it."""
    return " ".join(text.split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Read] = []
        self._tag = ""
        self._text = ""
        self._rows: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in TEXT_TAGS or tag in ("td", "th"):
            self._tag, self._text = tag, ""
        elif tag == "table":
            self._rows = []
        elif tag == "tr":
            self._rows.append([])
        elif tag == "img":
            self.found.append(("picture", dict(attrs)["alt"]))

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and tag == self._tag:
            self._rows[-1].append(self._text)
        elif tag in TEXT_TAGS and tag == self._tag:
            if self._text.strip():
                self.found.append((TEXT_TAGS[tag], spaced(self._text)))
            self._tag = ""
        elif tag == "table":
            self.found.append(("table", self._rows))
