"""The notice of a public consultation (公示): what a planner fills in as `notice.toml`.

What a notice says, and for how long, goes by the habit of 规划公示 (domain: title, scope, period, purpose, contents and
indicators, dates, ways to answer, what becomes of the answers); the least duration of 30 days is that of 城乡规划法
art. 26, and is counted without the first day (民法典 art. 201).
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from siting.files.toml import Frozen, load_toml
from siting.render.wording import Text

LEAST_DAYS = 30
FINAL = "以最终批复为准"
UNFILLED = "【"  # how the template marks what is to be filled in


def _filled(text: str) -> str:
    if not text or text.startswith(UNFILLED):
        raise ValueError("还没有填写 | is not filled in yet")
    return text


def _open(text: str) -> str:
    """What may be left out counts as left out while the template's hint stands there."""
    return "" if text.startswith(UNFILLED) else text


def _date(value: Any) -> Any:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ValueError("请写日期，如 2027-03-01，不加引号 | write a date such as 2027-03-01, no quotes") from None


Filled = Annotated[str, AfterValidator(_filled)]
Open = Annotated[str, AfterValidator(_open)]
Day = Annotated[date, BeforeValidator(_date)]


class Indicator(Frozen):
    """One figure of the plan."""

    name: Filled = Field(description="指标名称，含单位 what is counted, with its unit")
    value: Filled = Field(description="数值，按原样印出 the figure as it is printed")


class Feedback(Frozen):
    """Where opinions go: at least one way."""

    address: Open = Field("", description="通信地址、邮编 postal address")
    phone: Open = Field("", description="电话 telephone")
    email: Open = Field("", description="电子邮箱 e-mail")
    web: Open = Field("", description="网页 web page, as text")
    contact: Open = Field("", description="联系人 contact person")

    def ways(self) -> list[tuple[Text, str]]:
        """(zh, en) name and text of those that are given."""
        known = (
            (("通信地址", "Address"), self.address), (("电话", "Telephone"), self.phone),
            (("电子邮箱", "E-mail"), self.email), (("网页", "Web"), self.web),
            (("联系人", "Contact"), self.contact),
        )  # fmt: skip
        return [(name, text) for name, text in known if text]

    @model_validator(mode="after")
    def _some_way(self) -> Feedback:
        if not (self.address or self.phone or self.email or self.web):
            raise ValueError(
                "至少写一种反馈方式：address、phone、email 或 web"
                " | give at least one way to answer: address, phone, email or web"
            )
        return self


class Notice(Frozen):
    """`notice.toml`."""

    schema_version: Literal[1] = Field(1, alias="schema")
    title_zh: Filled = Field(description="标题 title in Chinese")
    title_en: Open = Field("", description="英文标题，可不写 title in English")
    version: Filled = Field(description="版本，如“征求意见稿（第一版）” version of the draft")
    drafting_unit: Filled = Field(description="编制单位 who drew the plan up")
    publishing_unit: Filled = Field(description="公示单位 who publishes it")
    scope: Filled = Field(description="规划范围 planning area")
    period: Filled = Field(description="规划期限 planning period")
    purpose: Filled = Field(description="规划目的 purpose")
    content: tuple[Filled, ...] = Field(description="主要内容，每条一段 main content, a paragraph each")
    indicators: tuple[Indicator, ...] = Field((), description="主要指标 main indicators")
    starts: Day = Field(description="公示开始日期 first day")
    reason_shorter: Open = Field("", description="不足 30 天的理由 why it is shorter than 30 days")
    ends: Day = Field(description="公示结束日期 last day")
    feedback: Feedback = Field(description="反馈方式 ways to answer")
    handling: Filled = Field(description="意见怎样处理 how opinions are handled")
    map_review_number: Open = Field("", description="审图号；不写则不画行政区域界线 number of the map's approval")
    note: Filled = Field(FINAL, description="说明 closing note")

    @field_validator("content")
    @classmethod
    def _says_something(cls, content: tuple[str, ...]) -> tuple[str, ...]:
        if not content:
            raise ValueError("至少写一条主要内容 | give one paragraph of content at least")
        return content

    @field_validator("ends")
    @classmethod
    def _long_enough(cls, ends: date, info: ValidationInfo) -> date:
        starts = info.data.get("starts")
        if starts is None:  # a fault of its own
            return ends
        if ends < starts:
            raise ValueError("结束日期早于开始日期 | the last day is before the first")
        days = (ends - starts).days
        if days < LEAST_DAYS and not info.data.get("reason_shorter"):
            least = starts + timedelta(days=LEAST_DAYS)
            raise ValueError(
                f"公示期只有 {days} 天（不计开始当日），不得少于 {LEAST_DAYS} 天：结束日期请写 {least} 或更晚；"
                "确需缩短的，在 reason_shorter 写明理由"
                f" | only {days} days (the first day not counted), {LEAST_DAYS} are the least: end on {least} or"
                " later, or state the reason in reason_shorter"
            )
        return ends

    @field_validator("map_review_number")
    @classmethod
    def _is_number(cls, number: str) -> str:
        if number and not (number.endswith("号") and any(letter.isdigit() for letter in number)):
            raise ValueError(
                "审图号形如“浙S(2026)12号”，没有就留空 | an approval number reads like 浙S(2026)12号; empty for none"
            )
        return number

    @property
    def days(self) -> int:
        """How long it lies open, the first day not counted."""
        return (self.ends - self.starts).days

    @property
    def shortened(self) -> bool:
        """Whether it is open for less than the rule, for the stated reason."""
        return self.days < LEAST_DAYS


def read_notice(path: Path) -> Notice:
    """The notice that a planner filled in.

    Raises:
        InputError: with everything that is missing or wrong.
    """
    return load_toml(path, Notice)
