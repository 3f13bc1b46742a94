"""What the notice says, part by part, for its page and its document alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from siting.consultation.notice import LEAST_DAYS, Notice
from siting.opinions.asked import PAGE
from siting.opinions.form import PAPER
from siting.render.columns import clean
from siting.render.print_map.column import source_text
from siting.render.views import Told
from siting.render.wording import Text


@dataclass(frozen=True)
class Part:
    """One part of the notice.

    Attributes:
        lines: as they are; the planner wrote them.
        rows: (name, text) of a table with two columns; the planner wrote the text.
        said: (zh, en) of the program.
    """

    heading: Text
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[Text, str], ...] = ()
    said: tuple[Text, ...] = ()


def parts_of(notice: Notice, told: Told) -> tuple[Part, ...]:
    """All parts, in order.

    Args:
        notice: what the planner filled in.
        told: the public answer.
    """
    info = told.place.info
    data = (
        (f"成果状态：{told.label[0]}。", f"Result: {told.label[1]}."),
        *([(f"数据时点：{info.data_date}。", f"Data of {info.data_date}.")] if info.data_date else []),
        *told.notices,
        *((f"数据来源：{source_text(source, 'zh')}", f"Source: {source_text(source, 'en')}")
          for source in told.place.sources),
    )  # fmt: skip
    found = (
        Part(
            ("规划范围与期限", "Area and period"),
            rows=((("规划范围", "Area"), notice.scope), (("规划期限", "Period"), notice.period)),
        ),
        Part(("规划目的", "Purpose"), (notice.purpose,)),
        Part(("主要内容", "Main content"), notice.content),
        Part(("主要指标", "Indicators"), rows=tuple(((own.name, ""), own.value) for own in notice.indicators)),
        Part(("公示时间", "Open for opinions"), said=tuple(_dates(notice))),
        Part(("反馈方式", "Ways to answer"), rows=tuple(notice.feedback.ways()), said=(_form(),)),
        Part(("意见的处理", "What becomes of opinions"), (notice.handling,)),
        Part(("成果与数据说明", "About the result and its data"), said=tuple((clean(a), clean(b)) for a, b in data)),
        Part(("说明", "Note"), (notice.note,)),
    )  # fmt: skip
    return tuple(part for part in found if part.lines or part.rows or part.said)


def units_of(notice: Notice) -> Sequence[tuple[Text, str]]:
    """Who drew up and publishes it, and its version."""
    return (
        (("编制单位", "Drawn up by"), notice.drafting_unit),
        (("公示单位", "Published by"), notice.publishing_unit),
        (("版本", "Version"), notice.version),
    )


def _dates(notice: Notice) -> list[Text]:
    said: list[Text] = [
        (
            f"{_day(notice.starts)}至 {_day(notice.ends)}，共 {notice.days} 天（不计开始当日）。",
            f"From {notice.starts} to {notice.ends}: {notice.days} days, the first not counted.",
        )
    ]
    if notice.shortened:
        said.append(
            (
                f"公示期少于 {LEAST_DAYS} 天，理由：{notice.reason_shorter}",
                f"Shorter than {LEAST_DAYS} days, because: {notice.reason_shorter}",
            )
        )
    return said


def _day(day: date) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def _form() -> Text:
    return (
        f"请用随附的意见表：{PAGE}（电脑、手机上填写，不需联网）或 {PAPER}（打印填写）。",
        f"Please use the form that comes with this: {PAGE} (no network needed) or {PAPER} (on paper).",
    )
