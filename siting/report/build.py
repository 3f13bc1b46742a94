"""The document of a run."""

from __future__ import annotations

from siting.render.views import Told
from siting.report.appendix import appendix
from siting.report.chapters import APPENDIX, CHAPTERS, DROPPED, OTHERS
from siting.report.document import Block, Document, Paragraph
from siting.report.drawing import Drawing
from siting.report.excerpts import Excerpt
from siting.report.front import report_of
from siting.report.language import Language
from siting.report.outline import Chapter, Fill, Item, Maps, Own, Part, Special
from siting.report.pictures import maps
from siting.report.teller import Teller

APPENDIX_ROWS = 100
RESULTS_AFTER = 2  # chapters that come before the sections that no chapter names


def build(
    told: Told, drawing: Drawing | None, *, language: Language = "zh", appendix_rows: int = APPENDIX_ROWS
) -> Document:
    """The report of a run.

    Args:
        drawing: draws maps and charts; None: the report has none.
        language: `zh`: Chinese with English titles; `en`; `both`: every sentence in both.
        appendix_rows: the longest table that the appendix has in full; longer ones are in tables.xlsx.
    """
    teller = Teller(told, language, appendix_rows, drawing)
    named = _named(told)
    blocks: list[Block] = []
    for number, chapter in enumerate(CHAPTERS):
        if number == RESULTS_AFTER:
            blocks += _others(teller, named)
        blocks += _chapter(teller, chapter, drawing)
    rest = appendix(teller)
    if rest:
        blocks += [teller.heading(1, APPENDIX.names), *rest]
    return report_of(teller, blocks)


def _named(told: Told) -> set[int]:
    """The sections that a chapter names, or that are not in the report."""
    titles = [
        item.title for chapter in CHAPTERS for part in chapter.parts for item in part.items if isinstance(item, Own)
    ]
    return {k for k, section in enumerate(told.sections) if section.zh.startswith((*titles, *DROPPED))}


def _others(teller: Teller, named: set[int]) -> list[Block]:
    blocks: list[Block] = []
    for k in range(len(teller.told.sections)):
        if k not in named and k not in teller.told_sections:
            blocks += teller.numbered_section(k, level=2)
    return [teller.heading(1, OTHERS.names), *blocks] if blocks else []


def _chapter(teller: Teller, chapter: Chapter, drawing: Drawing | None) -> list[Block]:
    blocks: list[Block] = []
    real = chapter.always
    for part in chapter.parts:
        made = _part(teller, part, drawing)
        real = real or any(not isinstance(block, Paragraph) or block.look != "fill" for block in made)
        if made:
            blocks += ([teller.heading(2, part.names)] if part.names else []) + made
    return [teller.heading(1, chapter.names), *blocks] if blocks and real else []


def _part(teller: Teller, part: Part, drawing: Drawing | None) -> list[Block]:
    return [block for item in part.items for block in _item(teller, item, drawing)]


def _item(teller: Teller, item: Item, drawing: Drawing | None) -> list[Block]:
    if isinstance(item, Own):
        return teller.section(item.title, heading=item.heading)
    if isinstance(item, Excerpt):
        return teller.excerpt(item)
    if isinstance(item, Maps):
        return [] if drawing is None else list(maps(teller, drawing, item.when))
    if isinstance(item, Special):
        return list(item.make(teller))
    assert isinstance(item, Fill)
    return [Paragraph(teller.say(item.words), "fill")]
