"""The log of opinions: one row each, with what staff wrote into the last log beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count

from siting.opinions.asked import Asked, Facility
from siting.opinions.collect import Collected
from siting.opinions.kept import EXTRA, Kept
from siting.opinions.opinion import Contact, Opinion
from siting.opinions.words import ABOUT, STANCE, WAY
from siting.render.wording import UNNAMED, Text, both

GONE: Text = ("意见文件已不在文件夹中，照上次的表保留", "its file is no longer in the folder: kept as in the last log")
HANDLED = ("summary", "handling", "reason", "handled_by", "reply_date")  # columns that are the staff's


@dataclass(frozen=True)
class Row:
    """One row of the log; all but the number are texts as they stand in it.

    Attributes:
        number: stays the same from log to log.
        subject: the facility with its number on the form, or the village.
        handled: the texts of `HANDLED`.
        marks: what staff should know of it.
        extra: texts of columns that staff added, by header.
        late: whether it came outside the period.
        gone: whether no file of the folder holds it any more.
    """

    number: int
    form_id: str
    date: str
    way: str
    about: str
    service: str
    subject: str
    township: str
    stance: str
    content: str
    handled: Mapping[str, str]
    marks: tuple[Text, ...]
    extra: Mapping[str, str] = field(default_factory=dict)
    contact: Contact = field(default_factory=Contact)
    late: bool = False
    gone: bool = False


def make_log(collected: Collected, kept: Kept, asked: Asked | None) -> list[Row]:
    """Every opinion and every row of the last log, by number.

    A row of the last log keeps its number and what staff wrote; one whose file is no longer there stays, and is
    marked. New opinions follow by date and form id.
    """
    taken = {_whole(texts.get("number", "")) for texts in kept.rows.values()}
    fresh = count(max(taken, default=0) + 1)
    replaced = Counter(opinion.form_id for opinion in collected.replaced)
    same = Counter(opinion.content for opinion in collected.opinions)
    found = {opinion.form_id: opinion for opinion in collected.opinions}
    rows = []
    used: set[int] = set()
    for form_id in (*kept.rows, *(form_id for form_id in found if form_id not in kept.rows)):
        old = kept.rows.get(form_id)
        number = 0 if old is None else _whole(old.get("number", ""))
        if number == 0 or number in used:
            number = next(fresh)
        used.add(number)
        opinion = found.get(form_id)
        if opinion is None:
            assert old is not None
            rows.append(_gone(number, old, kept))
            continue
        marks = _marks(opinion, asked, replaced[form_id], same[opinion.content])
        rows.append(_row(number, opinion, old or {}, kept, asked, marks))
    return sorted(rows, key=lambda row: row.number)


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _row(
    number: int, opinion: Opinion, old: Mapping[str, str], kept: Kept, asked: Asked | None, marks: list[Text]
) -> Row:
    about = opinion.about
    facility = asked.facility.get((about.service, about.id)) if asked and about.kind == "facility" else None
    service, subject, township = facility_text(facility) if facility else _other_text(opinion)
    handled = {name: old.get(name, "") for name in HANDLED}
    if any(handled.values()) and old.get("content", opinion.content) != opinion.content.strip():
        marks.append(("处理后内容有更正，请复核", "corrected after it was handled: look again"))
    return Row(
        number=number,
        form_id=opinion.form_id,
        date=opinion.received.isoformat(),
        way=both(WAY[opinion.way]),
        about=both(ABOUT[about.kind]),
        service=service,
        subject=subject,
        township=township,
        stance=both(STANCE[opinion.stance]),
        content=opinion.content,
        handled=handled,
        marks=tuple(marks),
        extra={header: old.get(f"{EXTRA}{header}", "") for header in kept.extra},
        contact=opinion.contact,
        late=_outside(opinion, asked) is not None,
    )


def facility_text(facility: Facility) -> tuple[str, str, str]:
    """Service, subject and township of a facility as the log tells them."""
    service = both((facility.service_zh, facility.service_en))
    return service, f"{facility.number} {facility.name or both(UNNAMED)}", facility.township


def _other_text(opinion: Opinion) -> tuple[str, str, str]:
    """The same of a village, of the whole plan, and of a facility that is on no list."""
    about = opinion.about
    if about.kind == "plan":
        return about.service, "", about.township
    subject = " ".join(text for text in (about.name, about.id) if text) or both(UNNAMED)
    return about.service, subject, about.township


def _marks(opinion: Opinion, asked: Asked | None, replaced: int, same: int) -> list[Text]:
    marks: list[Text] = []
    if asked is not None:
        outside = _outside(opinion, asked)
        if outside is not None:
            marks.append(outside)
        if opinion.way == "form" and asked.version and opinion.version != asked.version:
            marks.append((f"针对另一版本 {opinion.version}", f"about another version: {opinion.version}"))
        about = opinion.about
        if about.kind == "facility" and (about.service, about.id) not in asked.facility:
            marks.append(("公示名单中没有这一设施", "no such facility in the published list"))
        if about.kind == "place" and f"{about.township}/{about.name}" not in asked.place:
            marks.append(("公示名单中没有这一村（社区）", "no such village in the published list"))
    if replaced:
        marks.append((f"取最后一份，另有 {replaced} 份较早的", f"the last of {replaced + 1} with this id"))
    if same > 1:
        marks.append((f"内容相同的共 {same} 份", f"{same} have the same content"))
    return marks


def _outside(opinion: Opinion, asked: Asked | None) -> Text | None:
    """That it came before or after the period."""
    if asked is not None and asked.end is not None and opinion.received > asked.end:
        return f"逾期（公示期至 {asked.end}）", f"late: the period ended on {asked.end}"
    if asked is not None and asked.start is not None and opinion.received < asked.start:
        return f"早于公示期（{asked.start} 起）", f"before the period, which began on {asked.start}"
    return None


def _gone(number: int, old: Mapping[str, str], kept: Kept) -> Row:
    """A row of the last log whose file is no longer there, as it stood."""
    form_id, contact = old["form_id"], kept.contacts.get(old["form_id"], {})
    return Row(
        number=number,
        form_id=form_id,
        date=old.get("date", ""),
        way=old.get("way", ""),
        about=old.get("about", ""),
        service=old.get("service", ""),
        subject=old.get("subject", ""),
        township=old.get("township", ""),
        stance=old.get("stance", ""),
        content=old.get("content", ""),
        handled={name: old.get(name, "") for name in HANDLED},
        marks=(GONE,),
        extra={header: old.get(f"{EXTRA}{header}", "") for header in kept.extra},
        contact=Contact(**{name: contact.get(name, "")[:600] for name in ("name", "phone", "email")}),
        gone=True,
    )
