"""The log for publication: what was said about which facility or village, in numbers, and what became of it and why.

Nobody's words are in it. Of each opinion only what staff summed up for publication is told, of its subject only what
the published plan itself names; ids, contacts, staff and marks are left out. What looks like a telephone or card
number or an e-mail address is masked even so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from siting.opinions.asked import Asked
from siting.opinions.log import HANDLED, Row, facility_text
from siting.opinions.log_tables import NUMBER, OPINION, count_sheet, counts, handling_of, row_frame
from siting.opinions.words import ABOUT, HANDLING, OPEN, OTHERWISE, STANCE, WAY, meant
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.page import sealed_page
from siting.render.wording import Text, both

PUBLIC = (
    NUMBER,
    *(
        replace(column, zh="意见摘要", en="Summary") if column.name == "summary" else column
        for column in OPINION
        if column.name != "content"
    ),
)
PUBLISHED = ("summary", "handling", "reason")  # of what staff wrote
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
UNLISTED: Text = ("公示名单以外", "not on the published list")
NO_WORDS: Text = (
    "不含意见人的姓名与联系方式，不含意见原文；意见摘要由工作人员撰写",
    "Without names and contacts of people and without their words; the summaries are by staff",
)
MASKED = "〔已隐去〕"
# An e-mail; seven or more digits, blanks or hyphens between them, but for dates and spans of years.
_PERSONAL = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?<![\d-])(?!(?:19|20)\d\d-(?:(?:19|20)\d\d|\d\d?-\d\d?)(?![\d-]))(?:\+?\d[ -]?){6,18}[\dXx](?!\d)"
)


def masked(text: str) -> str:
    """The text without what looks like a telephone number, a card number or an e-mail address.

    >>> masked("请打 13800138000，或 li@example.com；2030 年建 2 处")
    '请打 〔已隐去〕，或 〔已隐去〕；2030 年建 2 处'
    """
    return _PERSONAL.sub(MASKED, text)


def public_rows(rows: Sequence[Row], asked: Asked | None) -> list[Row]:
    """The rows with what may be published alone.

    Args:
        asked: what was published; None: not known, so that no subject is told.
    """
    listed = set() if asked is None else {*map(facility_text, asked.facilities)}
    listed |= set() if asked is None else {("", place.name, place.township) for place in asked.places}
    return [_public(row, (row.service, row.subject, row.township) in listed) for row in rows]


def _public(row: Row, listed: bool) -> Row:
    """By the program's own words and the published list: a log that staff changed may say anything anywhere."""
    unnamed = "" if meant(row.about, ABOUT) == "plan" else both(UNLISTED)
    return Row(
        number=row.number,
        form_id="",
        date=row.date if _DAY.fullmatch(row.date) else "",
        way=_known(row.way, WAY),
        about=_known(row.about, ABOUT),
        service=row.service if listed else "",
        subject=row.subject if listed else unnamed,
        township=row.township if listed else "",
        stance=_known(row.stance, STANCE),
        content="",
        handled=dict.fromkeys(HANDLED, "") | {name: masked(row.handled[name]) for name in PUBLISHED},
        marks=(),
    )


def _known(text: str, words: dict[str, Text]) -> str:
    return text if meant(text, words) else ""


def public_sheet(rows: Sequence[Row]) -> Sheet:
    """The table of the public rows."""
    return make_sheet("opinions", ("意见采纳情况表", "Opinions"), PUBLIC, row_frame(rows), (NO_WORDS,))


@dataclass(frozen=True)
class Shown:
    """One opinion on the page.

    Attributes:
        subject: name of the facility or village; '' of the whole plan.
        where: service and township.
    """

    number: int
    date: str
    about: Text
    subject: str
    where: str
    stance: Text
    handling: Text
    summary: str
    reason: str


def public_page(rows: Sequence[Row], title: Text, summary: Sequence[Text]) -> str:
    """The page of the public rows.

    Args:
        title: (zh, en) of the log.
        summary: (zh, en) lines.

    Raises:
        InputError: when the program's own template is missing, or was changed such that it needs a network.
    """
    return sealed_page(
        "opinions.html.j2", title=title, summary=summary, notices=(NO_WORDS,), total=len(rows),
        crossed=_crossed(rows), tables=[_Counts.of(count_sheet(rows, kind)) for kind in ("facility", "place")],
        opinions=[_shown(row) for row in rows], stances=tuple(STANCE.values()),
    )  # fmt: skip


def _crossed(rows: Sequence[Row]) -> list[tuple[Text, list[int]]]:
    """Of each handling how many opinions of each stance have it, and all."""
    found = []
    for key, words in (HANDLING | {"other": OTHERWISE, "open": OPEN}).items():
        number = counts([row for row in rows if handling_of(row) == key])
        if number["total"] or key in HANDLING:
            found.append((words, [*(number[stance] for stance in STANCE), number["total"]]))
    return found


@dataclass(frozen=True)
class _Counts:
    """A table of counts on the page."""

    name: Text
    columns: tuple[Column, ...]
    rows: list[list[str]]

    @classmethod
    def of(cls, sheet: Sheet) -> _Counts:
        """Without the columns of numbers in which nothing is counted."""
        kept = [column for column in sheet.columns if column.kind == "text" or sheet.frame[column.name].sum() > 0]
        texts = [
            [f"{value:.0f}" if column.kind == "count" else value for value in sheet.frame[column.name]]
            for column in kept
        ]
        return cls((sheet.zh, sheet.en), tuple(kept), [list(row) for row in zip(*texts, strict=True)])


def _shown(row: Row) -> Shown:
    key = handling_of(row)
    handling = HANDLING.get(key) or (OPEN if key == "open" else (row.handled["handling"], ""))
    return Shown(
        number=row.number,
        date=row.date,
        about=ABOUT.get(meant(row.about, ABOUT) or "", ("", "")),
        subject=row.subject,
        where=" · ".join(filter(None, (row.service, row.township))),
        stance=STANCE.get(meant(row.stance, STANCE) or "", ("", "")),
        handling=handling,
        summary=row.handled["summary"],
        reason=row.handled["reason"],
    )
