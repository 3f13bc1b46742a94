"""The standard that a plan is held against, in words: by kind of zone and, where it has its own, by group."""

from __future__ import annotations

from siting.layout.facts import Facts
from siting.render.wording import MODE, ZONE_KIND, Text
from siting.standards import Mode


def standard_text(facts: Facts, s: int) -> Text:
    """`城区步行 10 分钟以内，镇区、农村乘车 15 分钟以内`; kinds of zones with the same standard are told together."""
    problem = facts.parts[s].problem
    held = dict(zip(problem.zone_kind, zip(problem.mode, problem.standard_min.tolist(), strict=True), strict=True))
    kinds: dict[tuple[Mode, float], list[str]] = {}
    for kind in ZONE_KIND:
        if kind in held:
            kinds.setdefault(held[kind], []).append(kind)
    zh, en = [], []
    for (mode, minutes), mine in kinds.items():
        where = ("", "") if len(kinds) == 1 else ("、".join(ZONE_KIND[k][0] for k in mine), _english(mine))
        told = _within(mode, minutes)
        zh.append(f"{where[0]}{told[0]}")
        en.append(f"{where[1]}{told[1]}")
    for part in facts.plan.posed.needs.groups[s]:
        if part.group.standard_minutes is not None:
            zh.append(f"{part.group.name_zh}不超过 {part.group.standard_minutes:g} 分钟")
            en.append(f"{part.group.name_en} at most {part.group.standard_minutes:g} min")
    return "，".join(zh), ", ".join(en)


def standards_at(facts: Facts, s: int) -> tuple[list[str], list[str]]:
    """(I,) the standard at each demand point, in Chinese and in English; groups may have stricter ones."""
    problem = facts.parts[s].problem
    held = [_within(mode, minutes) for mode, minutes in zip(problem.mode, problem.standard_min.tolist(), strict=True)]
    return [zh for zh, _ in held], [en for _, en in held]


def _within(mode: Mode, minutes: float) -> Text:
    return (
        f"{MODE[mode][0]} {minutes:g} 分钟以内",
        f"within {minutes:g} min {'on foot' if mode == 'walk' else 'by vehicle'}",
    )


def _english(kinds: list[str]) -> str:
    return f"{' and '.join(ZONE_KIND[k][1] for k in kinds)} "
