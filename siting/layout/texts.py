"""Words and number forms of a plan's outputs."""

from __future__ import annotations

from collections.abc import Sequence

from siting.layout.facts import Figures
from siting.render.wording import Text, minutes_text, persons_text, share_text

NO_PLACE: Text = ("没有着落", "no place")
MILLION, HUNDRED_MILLION, TEN_THOUSAND = 1e6, 1e8, 1e4


def money_text(yuan: float) -> Text:
    """Yuan in 万元 or 亿元, and in thousands or millions of yuan."""
    if yuan == 0:
        return "0 元", "0 yuan"
    zh = f"{yuan / HUNDRED_MILLION:,.2f} 亿元" if abs(yuan) >= HUNDRED_MILLION else f"{yuan / TEN_THOUSAND:,.1f} 万元"
    en = f"{yuan / MILLION:,.1f} million yuan" if abs(yuan) >= MILLION else f"{yuan:,.0f} yuan"
    return zh, en


def persons_phrase(value: float) -> Text:
    """`12 人`, `12 people`."""
    text = persons_text(value)
    return f"{text} 人", f"{text} {'person' if text == '1' else 'people'}"


def within_text(figures: Figures) -> str:
    """Share within the standard, without the plan and with it."""
    return _both_times(figures.within_before, figures.within_after, figures.need)


def _both_times(before: float, after: float, need: float) -> str:
    if need <= 0:
        return "—"
    return change_text(share_text(before / need), share_text(after / need))


def change_text(before: str, after: str) -> str:
    """A figure without the plan and with it, once where both read the same."""
    return before if before == after else f"{before} → {after}"


def without_text(figures: Figures) -> str:
    """Persons without a place, without the plan and with it."""
    return persons_change(figures.without_before, figures.without_after)


def persons_change(before: float, after: float) -> str:
    """Persons without the plan and with it, once where both are the same."""
    return change_text(persons_text(before), persons_text(after))


def mean_text(figures: Figures) -> str:
    """Mean minutes of those who have a place, without the plan and with it."""
    return change_text(minutes_text(figures.minutes_before), minutes_text(figures.minutes_after))


def running_text(yuan: float) -> Text:
    """What running the facilities costs more or less a year than today; empty where it is the same."""
    if abs(yuan) < 1:
        return "", ""
    zh, en = money_text(abs(yuan))
    if yuan < 0:
        return f"运行费比现状每年省 {zh}", f"running costs {en} a year less than today"
    return f"运行费比现状每年多 {zh}", f"running costs {en} a year more than today"


def counts_text(figures: Figures) -> Text:
    """What is opened, expanded, reduced and closed in the period."""
    return changes_text([figures])


def changes_text(figures: Sequence[Figures]) -> Text:
    """What is opened, expanded, reduced and closed in some periods together."""
    names = (
        ("opened", "新建", "new"), ("inside", "附设", "inside others"), ("converted", "改建", "converted"),
        ("expanded", "扩建", "expanded"), ("reduced", "缩减", "reduced"), ("closed", "撤并迁出", "closed or moved"),
    )  # fmt: skip
    counts = [(sum(getattr(one, key) for one in figures), zh, en) for key, zh, en in names]
    told = [part for part in counts if part[0]]
    if not told:
        return "没有变动", "no change"
    return "、".join(f"{zh} {n} 处" for n, zh, _ in told), ", ".join(f"{n} {en}" for n, _, en in told)
