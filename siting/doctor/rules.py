"""How a rule over the changes of a plan is told: in words, and what its bound counts in which unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """A row over changes in words.

    Attributes:
        id: of the row in the instance.
        zh, en: what it says, its bound included: `总预算（截至 2030 年）不超过 5,000,000 元`.
        of_zh, of_en: what the bound counts, where it can be raised or lowered: `总预算（截至 2030 年）`; empty where
            the rule holds or does not.
        unit_zh, unit_en: of the bound as it is told.
        scale: how many of that unit are 1 in the instance.
    """

    id: str
    zh: str
    en: str
    of_zh: str = ""
    of_en: str = ""
    unit_zh: str = ""
    unit_en: str = ""
    scale: float = 1.0

    def raised(self, old: float, by: float) -> tuple[str, str]:
        """Ask for an upper bound that is greater by so much than this one, in the instance's unit."""
        if not self.of_zh:
            return self._waived()
        zh, en, more = self._amounts(old, old + by, by)
        return (
            f"把{self.of_zh}的上限从 {zh[0]}提高到 {zh[1].rstrip()}（再加 {zh[2].rstrip()}）",
            f"raise the limit on {self.of_en} from {en[0]} to {en[1]} ({more} more)",
        )

    def lowered(self, old: float, by: float) -> tuple[str, str]:
        """Ask for a lower bound that is less by so much."""
        if not self.of_zh or old - by <= 0:
            return self._waived()
        zh, en, more = self._amounts(old, old - by, by)
        return (
            f"把{self.of_zh}的下限从 {zh[0]}降到 {zh[1].rstrip()}（减少 {zh[2].rstrip()}）",
            f"lower the least number of {self.of_en} from {en[0]} to {en[1]} ({more} less)",
        )

    def _waived(self) -> tuple[str, str]:
        return f"不再要求“{self.zh}”", f"no longer ask for this: {self.en}"

    def _amounts(self, *values: float) -> tuple[list[str], list[str], str]:
        """Each in Chinese with its unit, each in English, and the last one in English without it."""
        texts = [short(value * self.scale) for value in values]
        unit = f" {self.unit_en}".rstrip()
        return [f"{text} {self.unit_zh}" for text in texts], [text + unit for text in texts], texts[-1]


Rules = Mapping[str, Rule]  # by id of the row


def short(value: float) -> str:
    """A number without needless digits."""
    text = f"{value:,.3f}"
    return text.rstrip("0").rstrip(".")
