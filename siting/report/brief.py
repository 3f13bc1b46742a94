"""Two pages for the leadership: what is decided, a map; then why, at what cost, what is left, how sure it is.

The height of every block is known (`siting.report.compact`): the map takes what is left of the first page, and as many
of the weightiest decisions are told as the second page holds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain, zip_longest

from siting.render.views import Section, Told
from siting.render.wording import Text
from siting.report.brief_figures import costs, figures, unmet, unverified
from siting.report.compact import HEIGHT_MM, WIDTH_MM, height_mm, text_mm
from siting.report.decisions import SECTIONS, service_names, told_of
from siting.report.document import Block, Document, Heading, Paragraph, Words
from siting.report.drawing import Drawing
from siting.report.front import DRAFT, data_date, framed
from siting.report.language import Language
from siting.report.pictures import map_picture
from siting.report.teller import Teller

MOST_DECISIONS = 12
ROOM_MM = 0.98 * HEIGHT_MM  # of a page: programs break lines a little differently
LOWEST_MAP_MM, HIGHEST_MAP_MM = 75.0, 160.0
CAPTION_MM = 9.0  # with what is above and below it
SURE = ("有多可靠", "结果的可靠性")  # sections
MOST_SURE = 3  # paragraphs
NUMBERED = re.compile(r"\d+\. ")


def build_brief(told: Told, drawing: Drawing | None, *, language: Language = "zh") -> Document:
    """The brief of a run.

    Args:
        drawing: draws the map; None: there is none.
        language: as of a report; in `both` fewer decisions have room.
    """
    teller = Teller(told, language, 0, drawing)
    head = framed(teller, "brief", [], [*data_date(teller), DRAFT])
    first = _first_page(teller, drawing, head_mm(head))
    return framed(teller, "brief", [*first, *_second_page(teller)], [*data_date(teller), DRAFT])


def head_mm(document: Document) -> float:
    """The height of what stands above the first heading."""
    named = [("Title Fact", document.kicker), ("Title", document.title), ("Result Label", document.label)]
    lines = [(style, Words(words.main)) for style, words in named]
    lines += [("Subtitle", Words(words.second)) for _, words in named if words.second]
    if document.notices:
        lines += [("Warning", words) for words in (document.notices_title, *document.notices)]
    lines += [("Title Fact", fact) for fact in document.facts]
    return sum(text_mm(words, style) for style, words in lines)


def _first_page(teller: Teller, drawing: Drawing | None, above_mm: float) -> list[Block]:
    blocks: list[Block] = [teller.heading(1, ("决定什么，成效如何", "What is decided, and what it brings"))]
    said = list(teller.paragraphs(_decided(teller)))
    table = figures(teller)
    below: list[Block] = [] if table is None else [table]
    left = ROOM_MM - above_mm - sum(map(height_mm, [*blocks, *below]))
    lowest = LOWEST_MAP_MM if drawing is not None and teller.told.views else 0.0
    while len(said) > 1 and sum(map(height_mm, said)) > left - lowest:
        said.pop()
    left -= sum(map(height_mm, said))
    blocks += [*said, *below]
    if drawing is not None and teller.told.views and left > LOWEST_MAP_MM / 2:
        blocks.append(_map(teller, drawing, left))
    return blocks


def _map(teller: Teller, drawing: Drawing, left_mm: float) -> Block:
    """The view that the map opens at, as it is in the last period."""
    views = teller.told.views
    subject = teller.told.first[0] or views[0].subject
    view = [view for view in views if view.subject == subject][-1]
    size = WIDTH_MM, min(HIGHEST_MAP_MM, max(left_mm - CAPTION_MM, LOWEST_MAP_MM / 2))
    return map_picture(teller, drawing, view, ("布局图", "the plan"), size)


def _decided(teller: Teller) -> Sequence[Text]:
    """The answer's sentences, but for those of single services where the table has these."""
    if not teller.told.sections:
        return []
    said = teller.told.sections[0].paragraphs
    if "outcome" not in teller.sheets:
        return said
    services = tuple(f"{view.subject_zh}：" for view in teller.told.views)
    return [text for text in said if not text[0].startswith(services)]


def _second_page(teller: Teller) -> list[Block]:
    decided = _decisions(teller, MOST_DECISIONS)
    after: list[Block] = []
    for names, blocks in (
        (("费用", "Costs"), teller.paragraphs(costs(teller))),
        (("还没有满足的，在哪里", "What stays unmet, and where"), unmet(teller)),
        (("有多可靠", "How sure it is"), teller.paragraphs(_sure(teller))),
        (("未核实的与数据来源", "What is not verified; sources"), unverified(teller)),
    ):
        if blocks:
            after += [teller.heading(1, names), *blocks]
    title = teller.heading(1, ("最要紧的决定", "The decisions that matter most"))
    count = len(decided)
    while count > 1 and sum(map(height_mm, [title, *decided[:count], *after])) > ROOM_MM:
        count -= 1
        decided = _decisions(teller, count)
    page: list[Block] = [title, *decided, *after] if decided else after
    first = page[0]
    return [Heading(first.level, first.words, new_page=True), *page[1:]] if isinstance(first, Heading) else page


def _decisions(teller: Teller, most: int) -> list[Paragraph]:
    """The weightiest decisions, of every service alike."""
    return [Paragraph(teller.say(text), "bullet") for text in _decision_texts(teller, most)]


def _decision_texts(teller: Teller, most: int) -> list[Text]:
    sheet = teller.sheets.get("decisions")
    if sheet is not None:
        frame = told_of(sheet.frame, most)
        if frame["service"].nunique() < 2:
            return list(zip(frame["zh"], frame["en"], strict=True))
        names = [service_names(teller, str(service)) for service in frame["service"]]
        return [
            (f"【{name[0]}】{zh}", f"{name[1] or name[0]}: {en}")
            for name, zh, en in zip(names, frame["zh"], frame["en"], strict=True)
        ]
    sections = [_numbered(section) for section in teller.told.sections if section.zh.startswith(SECTIONS)]
    turns = chain.from_iterable(zip_longest(*sections))
    return [text for text in turns if text is not None][:most]


def _numbered(section: Section) -> list[Text]:
    """The numbered sentences of a section, without their numbers."""
    return [
        (NUMBERED.sub("", zh, count=1), NUMBERED.sub("", en, count=1))
        for zh, en in section.paragraphs
        if NUMBERED.match(zh)
    ]


def _sure(teller: Teller) -> Sequence[Text]:
    said = [text for section in teller.told.sections if section.zh.startswith(SURE) for text in section.paragraphs]
    return said[:MOST_SURE] or [(f"结果：{teller.told.label[0]}。", f"Result: {teller.told.label[1]}.")]
