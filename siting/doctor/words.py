"""What remedies are told with: names, units and counts of one question, Chinese and English."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from siting.doctor.question import Amounts, Asked
from siting.doctor.rules import Rules

SHOWN = 6
PLURAL = {"facility": "facilities", "person": "people"}
UNITS_ZH = {"min": "分钟", "m": "米", "km": "公里"}


def some(number: float, word: str) -> str:
    """`1 site`, `2,000 sites`, `3 new facilities`."""
    last = word.split()[-1]
    if number == 1:
        return f"1 {word}"
    return f"{number:,.0f} {word.removesuffix(last)}{PLURAL.get(last, last + 's')}"


@dataclass(frozen=True)
class Said:
    """The condition, the change, how much of what it is, and where."""

    condition_zh: str
    condition_en: str
    change_zh: str
    change_en: str
    amount: float
    unit: str
    ids: tuple[str, ...] = ()
    amounts: tuple[float, ...] = ()


@dataclass(frozen=True, eq=False)
class Speaker:
    """Puts the numbers of one question in words.

    Attributes:
        names: display names by id.
        rules: what rows over changes say, by their ids; of others the id is told.
    """

    asked: Asked
    names: Mapping[str, str]
    rules: Rules = field(default_factory=dict)

    def name(self, key: str) -> str:
        """Display name of a demand point, zone or site."""
        return self.names.get(key, key)

    def listed(self, ids: Sequence[str], details: Sequence[str] | None = None) -> tuple[str, str]:
        """The first few names, each with its detail, and how many more there are; Chinese and English."""
        details = details or [""] * len(ids)
        shown = [self.name(key) + detail for key, detail in zip(ids[:SHOWN], details, strict=False)]
        more = len(ids) - SHOWN
        zh = "、".join(shown) + (f"……另有 {more:,} 处" if more > 0 else "")
        return zh, ", ".join(shown) + (f" ... and {more:,} more" if more > 0 else "")

    def points(self, amounts: Amounts) -> list[int]:
        """Demand points, those with most people first."""
        demand = self.asked.instance.demand
        return sorted(amounts, key=lambda i: (-demand[i], i))

    def people(self, points: Sequence[int]) -> float:
        """People of these demand points."""
        return float(self.asked.instance.demand[list(points)].sum())

    def counted(self, points: Sequence[int]) -> str:
        """How many demand points and people, in English."""
        return f"{some(len(points), 'demand point')} ({some(self.people(points), 'person')})"

    @property
    def unit_zh(self) -> str:
        """Unit of travel in Chinese, after a space; empty where there is none."""
        unit = self.asked.instance.impedance.unit
        return f" {UNITS_ZH.get(unit, unit)}".rstrip()

    @property
    def unit_en(self) -> str:
        """Unit of travel in English, after a space; empty where there is none."""
        return f" {self.asked.instance.impedance.unit}".rstrip()


def number_said(
    field: str, sign: int, zh: str, en: str, change_zh: str, change_en: str, word: str
) -> Callable[[Speaker, Amounts], Said]:
    """A number of the question that grows or shrinks; {old}, {new} and {by} stand for its values, {olds} and {news}
    for the same with the English word.
    """

    def say(speaker: Speaker, amounts: Amounts) -> Said:
        old, by = float(getattr(speaker.asked.instance, field) or 0), float(amounts[0])
        new = old + sign * by
        numbers = {"old": old, "new": new, "by": by, "olds": some(old, word), "news": some(new, word)}
        texts = [text.format(**numbers) for text in (zh, en, change_zh, change_en)]
        return Said(texts[0], texts[1], texts[2], texts[3], by, word.split()[-1])

    return say


def sites_said(zh: str, en: str, change_zh: str, change_en: str) -> Callable[[Speaker, Amounts], Said]:
    """Sites that lose a condition; {n} of them, {names}."""

    def say(speaker: Speaker, amounts: Amounts) -> Said:
        ids = tuple(speaker.asked.instance.site_ids[j] for j in sorted(amounts))
        names_zh, names_en = speaker.listed(ids)
        return Said(
            zh,
            en,
            change_zh.format(n=len(ids), names=names_zh),
            change_en.format(n=len(ids), names=names_en),
            len(ids),
            "sites",
            ids,
        )

    return say


def places_said(zh: str, en: str, change_zh: str, change_en: str) -> Callable[[Speaker, Amounts], Said]:
    """Demand points that are freed of a condition; {n} of them with {people}, {places}, {names}."""

    def say(speaker: Speaker, amounts: Amounts) -> Said:
        points = speaker.points(amounts)
        ids = tuple(speaker.asked.instance.demand_ids[i] for i in points)
        names_zh, names_en = speaker.listed(ids)
        numbers = {"n": len(ids), "people": speaker.people(points), "places": speaker.counted(points)}
        return Said(
            zh,
            en,
            change_zh.format(names=names_zh, **numbers),
            change_en.format(names=names_en, **numbers),
            len(ids),
            "demand points",
            ids,
        )

    return say
