"""What no row over changes can hold, told of the plan as it is: who is moved twice, how much schools differ."""

from __future__ import annotations

import pandas as pd

from siting.evaluation.quality_balance import load_quality_standard
from siting.layout.facts import Facts
from siting.layout.moved_twice import NOBODY, moved_again
from siting.layout.pose import ServicePart
from siting.render.wording import Text, persons_text


def checked(facts: Facts) -> list[Text]:
    """A sentence for each rule that is checked afterwards, kept or not."""
    said: list[Text] = []
    for s, part in enumerate(facts.parts):
        if part.plan.moved_at_most_once:
            said.append(_moved_twice(facts, s, part) or _moved_once(part))
        mine = facts.variation[facts.variation["service"] == part.service.id]
        for year in facts.years:
            told = mine[mine["year"] == year]
            if len(told[told["when"] == "after"]):
                said.append(_variation(part, year, told))
                said += _failing(part, year, told)
    return said


def faults(facts: Facts) -> list[Text]:
    """Of what the scenario demands, what the plan as it is does not keep."""
    said: list[Text] = []
    for s, part in enumerate(facts.parts):
        if part.plan.moved_at_most_once and (twice := _moved_twice(facts, s, part)):
            said.append(twice)
        if part.plan.quality_limits:
            for year in facts.years:
                told = facts.variation[
                    (facts.variation["service"] == part.service.id) & (facts.variation["year"] == year)
                ]
                said += [text for text in _failing(part, year, told) if _count(told, "after") > 0]
    return said


def _moved_once(part: ServicePart) -> Text:
    zh, en = part.service.name_zh, part.service.name_en
    return (
        f"{zh}：按方案的实际分配，没有人先后两次因撤并换地方。",
        f"{en}: where the plan really sends people, nobody is moved twice by closures.",
    )


def _moved_twice(facts: Facts, s: int, part: ServicePart) -> Text | None:
    """Who is moved twice although the scenario says that nobody is; None where nobody is."""
    moved = facts.of_tables.moved
    if moved_again(moved, s) <= NOBODY:
        return None
    twice = moved[(moved["service"] == s) & (moved["times"] > 1)]
    persons = persons_text(moved_again(moved, s))
    by_place = twice.groupby(["place", "period"], as_index=False)[["persons"]].sum()
    zh, en = [], []
    for p, t, number in zip(by_place["place"], by_place["period"], by_place["persons"], strict=True):
        name, year, count = facts.full_name(int(p)), facts.years[int(t)], persons_text(float(number))
        zh.append(f"{year} 年 {name} {count} 人")
        en.append(f"{name} in {year}: {count}")
    return (
        f"未满足：方案要求{part.service.name_zh}的人至多因撤并换一次地方，按实际分配仍有 {persons} 人换两次"
        f"（{'、'.join(zh)}）：他们没有去最近的一处。可保护其中一处（protect），或让它们在同一期撤并。",
        f"Not kept: people of {part.service.name_en} are to be moved by closures once at most, but {persons} are moved "
        f"twice ({', '.join(en)}): they are not sent to the nearest. Protect one of these, or close both in one "
        "period.",
    )


def _variation(part: ServicePart, year: int, told: pd.DataFrame) -> Text:
    """Which coefficients of variation are within their limit."""
    names = {i.resource: (i.name_zh, i.name_en) for i in load_quality_standard().indicators}
    after, before = (told[told["when"] == when] for when in ("after", "before"))
    most, passing = float(after["largest"].iloc[0]), int(after["passes"].astype(bool).sum())
    without = f"{int(before['passes'].astype(bool).sum())} → " if len(before) else ""
    over = after[~after["passes"].astype(bool)]
    figures = [(names[str(row["resource"])], f"{row['variation']:.3f}") for _, row in over.iterrows()]
    zh = f"超出的：{'、'.join(f'{name[0]} {value}' for name, value in figures)}" if figures else "全部达标"
    en = f"beyond it: {', '.join(f'{name[1]} {value}' for name, value in figures)}" if figures else "all are within it"
    worst = f"{after['variation'].max():.3f}"
    return (
        f"{part.service.name_zh} {year} 年校际差异系数：{len(after)} 项中 {without}{passing} 项不超过 {most:.2f}，"
        f"最大 {worst}；{zh}。",
        f"{part.service.name_en} {year}, coefficients of variation between schools: {without}{passing} of {len(after)} "
        f"are at most {most:.2f}, the largest is {worst}; {en}.",
    )


def _failing(part: ServicePart, year: int, told: pd.DataFrame) -> list[Text]:
    """How many schools do not pass the seven indicators together."""
    after = told[told["when"] == "after"]
    if after.empty:
        return []
    failing, schools = _count(told, "after"), int(after["schools"].iloc[0])
    without = f"{_count(told, 'before')} → " if (told["when"] == "before").any() else ""
    zh = "未满足：方案要求每校合格，" if part.plan.quality_limits and failing else ""
    en = "Not kept: every school is to pass. " if part.plan.quality_limits and failing else ""
    name = part.service.name_en
    return [
        (
            f"{zh}{part.service.name_zh} {year} 年七项指标合起来不合格的学校：{without}{failing} 所"
            f"（评价 {schools} 所）。",
            f"{en}{name} {year}, schools that fail the seven indicators: {without}{failing} of {schools}.",
        )
    ]


def _count(told: pd.DataFrame, when: str) -> int:
    part = told[told["when"] == when]
    return int(part["failing"].iloc[0]) if len(part) else 0
