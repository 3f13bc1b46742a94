"""What a report is made of: headings, paragraphs, tables, pictures and lists, with every word in its final form.

The two writers add nothing and leave nothing out, so that the docx and its HTML twin cannot differ in what they say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Words:
    """A text in the report's language, and the other language's beside it, smaller; '': none."""

    main: str
    second: str = ""


@dataclass(frozen=True)
class Heading:
    """A heading; the writers number the levels (1, 1.1, 1.1.1).

    Attributes:
        level: 1 to 3.
        new_page: whether a page begins with it.
    """

    level: Literal[1, 2, 3]
    words: Words
    new_page: bool = False


@dataclass(frozen=True)
class Paragraph:
    """A paragraph.

    Attributes:
        look: `plain`; `bullet`: an item of a list; `note`: small; `warning`: stands out; `fill`: to be completed by
            whoever edits the report.
    """

    words: Words
    look: Literal["plain", "bullet", "note", "warning", "fill"] = "plain"


@dataclass(frozen=True)
class Table:
    """A table of texts under a numbered caption.

    Attributes:
        number: of the caption, from 1 on, through the whole document.
        header: one entry a column.
        rows: the cells as they are read.
        numeric: (rows, columns) which cells are numbers, set to the right.
        notes: below the table.
    """

    number: int
    caption: Words
    header: tuple[Words, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[tuple[bool, ...], ...]
    notes: tuple[Words, ...] = ()


@dataclass(frozen=True)
class Picture:
    """A picture over a numbered caption.

    Attributes:
        number: of the caption, from 1 on, through the whole document.
        png: the file.
        alt: what it shows, for who does not see it.
        width_mm, height_mm: on the page.
    """

    number: int
    caption: Words
    png: bytes
    alt: str
    width_mm: float
    height_mm: float


Block = Heading | Paragraph | Table | Picture


@dataclass(frozen=True)
class Document:
    """A report.

    Attributes:
        form: `report`: with a title page; `brief`: all set close, on few pages.
        language: of the main text: `zh` or `en`.
        kicker: above the title, such as the place.
        title: what it is called.
        label: how sure the result is.
        facts: lines of the title page below the label.
        notices: what every output must carry.
        running: the line at the head of every page.
        contents: heading of the table of contents; None: there is none.
        table_word, picture_word: what stands before the number of a caption.
        page: words around the page's number and their count, such as 第, 页 共, 页.
    """

    form: Literal["report", "brief"]
    language: Literal["zh", "en"]
    kicker: Words
    title: Words
    label: Words
    facts: tuple[Words, ...]
    notices_title: Words
    notices: tuple[Words, ...]
    running: str
    contents: Words | None
    table_word: str
    picture_word: str
    page: tuple[str, str, str]
    blocks: tuple[Block, ...]

    @property
    def headings(self) -> tuple[Heading, ...]:
        """In order."""
        return tuple(block for block in self.blocks if isinstance(block, Heading))
