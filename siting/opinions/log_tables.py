"""The tables of the log 意见采纳情况表: the opinions, counts by facility and by village, and what is for staff only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from siting.errors import Fault
from siting.opinions.log import HANDLED, Row
from siting.opinions.opinion import Opinion
from siting.opinions.words import ABOUT, HANDLING, OPEN, OTHERWISE, STANCE, meant
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.wording import both

NUMBER = Column("number", "序号", "No.", "count", 7)
FORM_ID = Column("form_id", "意见编号", "Form id", width=16)
SUBJECT = Column("subject", "设施或村（社区）", "Facility or village", width=26)
SERVICE = Column("service", "服务", "Service", width=20)
TOWNSHIP = Column("township", "乡镇（街道）", "Township", width=14)
OPINION = (
    Column("date", "收到日期", "Date received", width=13),
    Column("way", "收到方式", "Way received", width=16),
    Column("about", "对象类型", "About", width=14),
    SERVICE,
    SUBJECT,
    TOWNSHIP,
    Column("stance", "态度", "Stance", width=13),
    Column("content", "意见内容", "Content", width=60),
    Column("summary", "意见摘要（公开用）", "Summary, to publish", width=60),
    Column("handling", "采纳情况", "Handling", width=22, choices=tuple(map(both, HANDLING.values()))),
    Column("reason", "理由或修改情况", "Reason, or what was changed", width=60),
)
LOG = (
    NUMBER,
    FORM_ID,
    *OPINION,
    Column("handled_by", "处理人", "Handled by", width=12),
    Column("reply_date", "答复日期", "Reply date", width=13),
    Column("marks", "备注", "Marks", width=60),
)
CONTACTS = (
    NUMBER,
    FORM_ID,
    Column("name", "姓名（单位）", "Name", width=18),
    Column("phone", "电话", "Phone", width=18),
    Column("email", "电子邮箱", "E-mail", width=26),
)
REPLACED = (
    FORM_ID,
    Column("date", "收到日期", "Date received", width=13),
    Column("stance", "态度", "Stance", width=13),
    Column("content", "更正前的内容", "Content before", width=60),
    Column("file", "文件", "File", width=40),
)
FAULTS = (
    Column("file", "文件", "File", width=40),
    Column("place", "位置", "Where", width=30),
    Column("why", "原因", "Why", width=60),
    Column("remedy", "怎么办", "What to do", width=60),
)
COUNTED = (
    *(Column(key, zh, en, "count", 10) for key, (zh, en) in (STANCE | HANDLING).items()),
    Column("other", *OTHERWISE, "count", 10),
    Column("open", *OPEN, "count", 10),
    Column("total", "合计", "Total", "count", 10),
)
HOW_TO = (
    f"采纳情况填“{'”“'.join(zh for zh, _ in HANDLING.values())}”；意见摘要、采纳情况、理由、处理人、答复日期和自加的列"
    "再次汇总时保留。对外只公开意见摘要，不公开意见原文，摘要里不要写人名、住址",
    f"Handling is one of {', '.join(en for _, en in HANDLING.values())}; summary, handling, reason, handled by, reply "
    "date and columns of your own are kept when opinions are collected again. Only the summary is published, never the "
    "content: no names or addresses in it",
)


def log_sheet(rows: Sequence[Row], extra: Sequence[str]) -> Sheet:
    """The log itself, for staff."""
    columns = [*LOG, *(Column(f"extra_{k}", header, "", width=20) for k, header in enumerate(extra))]
    own = {f"extra_{k}": [row.extra[header] for row in rows] for k, header in enumerate(extra)}
    return make_sheet("opinions", ("意见采纳情况表", "Opinions"), columns, row_frame(rows).assign(**own), (HOW_TO,))


def row_frame(rows: Sequence[Row]) -> pd.DataFrame:
    """The texts of the rows, by the names of the columns of `LOG`."""
    names = ("form_id", "date", "way", "about", "service", "subject", "township", "stance", "content")
    data: dict[str, list[object]] = {"number": [float(row.number) for row in rows]}
    data |= {name: [getattr(row, name) for row in rows] for name in names}
    data |= {name: [row.handled[name] for row in rows] for name in HANDLED}
    data["marks"] = ["；".join(both(mark) for mark in row.marks) for row in rows]
    return pd.DataFrame(data)


def handling_of(row: Row) -> str:
    """Key of `HANDLING`, `open` or `other`."""
    text = row.handled["handling"]
    return (meant(text, HANDLING) or "other") if text else "open"


def counts(rows: Iterable[Row]) -> dict[str, int]:
    """How many are of each stance and each handling, and in all."""
    found = dict.fromkeys((column.name for column in COUNTED), 0)
    for row in rows:
        stance = meant(row.stance, STANCE)
        for key in (stance, handling_of(row), "total"):
            if key is not None:
                found[key] += 1
    return found


def count_sheet(rows: Sequence[Row], kind: str) -> Sheet:
    """Counts by facility or by village, the most opinions first."""
    names = [SUBJECT, TOWNSHIP] if kind == "place" else [SERVICE, SUBJECT, TOWNSHIP]
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        if meant(row.about, ABOUT) == kind:
            groups.setdefault(tuple(getattr(row, column.name) for column in names), []).append(row)
    order = sorted(groups, key=lambda key: (-len(groups[key]), key))
    data: dict[str, list[object]] = {column.name: [key[k] for key in order] for k, column in enumerate(names)}
    numbers = [counts(groups[key]) for key in order]
    data |= {column.name: [float(own[column.name]) for own in numbers] for column in COUNTED}
    words = ("分设施统计", "By facility") if kind == "facility" else ("分村统计", "By village")
    return make_sheet(f"by_{kind}", words, [*names, *COUNTED], pd.DataFrame(data), ())


def contact_sheet(rows: Sequence[Row]) -> Sheet:
    """Whom to ask again; only of those who said."""
    said = [row for row in rows if row.contact]
    data: dict[str, list[object]] = {
        "number": [float(row.number) for row in said],
        "form_id": [row.form_id for row in said],
    }
    data |= {name: [getattr(row.contact, name) for row in said] for name in ("name", "phone", "email")}
    note = ("内部使用，不得公开", "Internal: not to be published")
    return make_sheet("contacts", ("联系方式（内部）", "Contacts (internal)"), CONTACTS, pd.DataFrame(data), (note,))


def replaced_sheet(opinions: Sequence[Opinion]) -> Sheet:
    """What was said before it was corrected, and what came twice."""
    data = {
        "form_id": [opinion.form_id for opinion in opinions],
        "date": [opinion.received.isoformat() for opinion in opinions],
        "stance": [both(STANCE[opinion.stance]) for opinion in opinions],
        "content": [opinion.content for opinion in opinions],
        "file": [opinion.file for opinion in opinions],
    }
    words = ("更正与重复（内部）", "Replaced (internal)")
    return make_sheet("replaced", words, REPLACED, pd.DataFrame(data), ())


def fault_sheet(faults: Sequence[Fault]) -> Sheet:
    """What could not be read, and what to do about it."""
    data = {
        "file": [fault.file or "" for fault in faults],
        "place": [Fault("", "", row=fault.row, column=fault.column, value=fault.value).place for fault in faults],
        "why": [both((fault.zh, fault.en)) for fault in faults],
        "remedy": [both((fault.remedy_zh, fault.remedy_en)) for fault in faults],
    }
    return make_sheet("faults", ("没有读进的", "Not read"), FAULTS, pd.DataFrame(data), ())
