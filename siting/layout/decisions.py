"""What each decision of a plan rests on: one sentence for every facility that is new, changed or closed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.layout.facts import CHANGED, Facts, by_place
from siting.layout.moves import NOWHERE
from siting.layout.tables.fates import LEAVING
from siting.layout.texts import NO_PLACE, money_text, persons_phrase, running_text
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.wording import Text, both, minutes_text, persons_text

NAMED = 3
SOMEBODY = 0.5  # persons: fewer are not told of


def decisions_of(facts: Facts, s: int, most: int | None = None) -> list[Text]:
    """The sentences of a service, by the year of the last change.

    Args:
        most: of more than so many, only so many are told: those that change where most people go; none: all.
    """
    changed = _changed(facts, s)
    if most is None or len(changed) <= most:
        return [decision(facts, s, p) for p in changed]
    weighty = set(sorted(changed, key=lambda p: -_moved(facts, s, p))[:most])
    rest = len(changed) - most
    more = (
        f"以上是使去处改变的人最多的 {most} 处；其余 {rest} 处见表格“每处决定的依据”。",
        f"These {most} change where most people go; the other {rest} are in the table of decisions.",
    )
    return [*(decision(facts, s, p) for p in changed if p in weighty), more]


def decisions_sheet(facts: Facts) -> Sheet:
    """决定的依据: the sentence of every facility that changes."""
    rows = []
    for s, part in enumerate(facts.parts):
        for p in _changed(facts, s):
            zh, en = decision(facts, s, p)
            name = both((part.service.name_zh, part.service.name_en))
            place = facts.plan.after.place(p)
            rows.append(
                {
                    "service": name, "id": place.id, "name": place.row["name"], "moved": _moved(facts, s, p),
                    "zh": zh, "en": en,
                }
            )  # fmt: skip
    columns = (
        Column("service", "服务", "Service", width=24), Column("id", "编号", "Id"),
        Column("name", "名称", "Name", width=28), Column("moved", "去处改变的人（人）", "Go elsewhere", "persons", 12),
        Column("zh", "依据（中文）", "What it rests on, in Chinese", width=80, language="zh"),
        Column("en", "依据（英文）", "What it rests on, in English", width=80, language="en"),
    )  # fmt: skip
    frame = pd.DataFrame(rows, columns=[column.name for column in columns])
    notes = (
        (
            "去处改变的人：在最后一次变动的年份，与不作改变相比改来这里的人和离开这里的人。",
            "Go elsewhere: in the year of the last change, those who come and those who leave, against nothing done.",
        ),
    )
    return make_sheet("decisions", ("每处决定的依据", "What each decision rests on"), columns, frame, notes)


def _changed(facts: Facts, s: int) -> list[int]:
    """The places of a service that end otherwise than they began, by the year of the last change."""
    last = len(facts.years) - 1
    changed = [p for p in facts.real(s) if facts.status(p, last) in CHANGED]
    return sorted(changed, key=lambda p: (facts.changes_at(p)[-1], CHANGED.index(facts.status(p, last))))


def _moved(facts: Facts, s: int, p: int) -> float:
    """How many go elsewhere in the year of a place's last change: those who come to it, and those who leave it."""
    t = facts.changes_at(p)[-1]
    come, leave = facts.moves_at(s, t, "after", p), facts.moves_at(s, t, "before", p)
    return float(come.loc[come["before"] != p, "persons"].sum() + leave.loc[leave["after"] != p, "persons"].sum())


def decision(facts: Facts, s: int, p: int) -> Text:
    """Whom a change serves or moves, held against what would be in the same year if nothing were done."""
    last = len(facts.years) - 1
    t, status = facts.changes_at(p)[-1], facts.status(p, last)
    told = _leaves(facts, s, p, t) if status in LEAVING else _serves(facts, s, p, t)
    state = facts.plan.after.state_of(p, last)
    facts_zh, facts_en = [], []
    if state is not None and state.size is not None:
        facts_zh.append(state.name_zh)
        facts_en.append(state.name_en)
    money = float(facts.yuan[p].sum())
    if money > 0:
        zh, en = money_text(money)
        facts_zh.append(zh)
        facts_en.append(en)
    running = running_text(facts.running_yuan(s, p, last))
    if running[0]:
        facts_zh.append(running[0])
        facts_en.append(running[1])
    name, when = facts.full_name(p), facts.steps(p, last)
    zh = f"{name}：{when[0]}{_brackets('（{}）', '，'.join(facts_zh))}。{told[0]}{_why(facts, s, p, t)[0]}"
    en = f"{name}: {when[1]}{_brackets(' ({})', ', '.join(facts_en))}. {told[1]}{_why(facts, s, p, t)[1]}"
    return zh, en


def _serves(facts: Facts, s: int, p: int, t: int) -> Text:
    """Of a facility in use: whom it serves, and who of them would be elsewhere or nowhere."""
    here = facts.moves_at(s, t, "after", p)
    come = here[here["before"] != p]
    served = persons_phrase(float(here["persons"].sum()))
    if come["persons"].sum() < SOMEBODY:
        return (
            f"服务 {served[0]}，都是不作改变时也来这里的人。",
            f"It serves {served[1]}, all of whom would come here anyway.",
        )
    new, origin = persons_phrase(float(come["persons"].sum())), _named(facts, come, "before")
    gain, way = _gain(come), _minutes(come)
    if facts.plan.after.place(p).initial < 0:
        return (
            f"服务 {served[0]}，不作改变时他们在：{origin[0]}；{gain[0]}{way[0]}。",
            f"It serves {served[1]}, who would be at: {origin[1]}; {gain[1]}{way[1]}.",
        )
    return (
        f"服务 {served[0]}，其中 {new[0]}不作改变时不在这里（{origin[0]}）；{gain[0]}{way[0]}。",
        f"It serves {served[1]}; {new[1]} of them would not be here if nothing changed ({origin[1]}); "
        f"{gain[1]}{way[1]}.",
    )


def _leaves(facts: Facts, s: int, p: int, t: int) -> Text:
    """Of a facility that closes: where those go who would be there."""
    there = facts.moves_at(s, t, "before", p)
    away = there[there["after"] != p]
    persons = float(away["persons"].sum())
    if persons < SOMEBODY:
        return "不作改变时也没有人来这里。", "Nobody would come here if nothing changed."
    count, to = persons_phrase(persons), _named(facts, away, "after")
    gain, way = _gain(away), _minutes(away)
    return (
        f"不作改变时来这里的 {count[0]}改去：{to[0]}；{gain[0]}{way[0]}。",
        f"The {count[1]} who would come here if nothing changed go to: {to[1]}; {gain[1]}{way[1]}.",
    )


def _why(facts: Facts, s: int, p: int, t: int) -> Text:
    """Which rule asks for the change, where one does."""
    plan, place = facts.parts[s].plan, facts.plan.after.place(p)
    if place.id in plan.must_close:
        return "方案规定它须关闭。", " The scenario says that it must close."
    if place.id in plan.required and place.origin == "candidate":
        return "方案规定此处须新建。", " The scenario says that it must open."
    load = float(facts.plan.before.load[p, t])
    if place.initial >= 0 and plan.least_persons and load < plan.least_persons - SOMEBODY:
        least, now = f"{plan.least_persons:g}", persons_text(load)
        return (
            f"不作改变时只有 {now} 人，低于最小规模 {least} 人。",
            f" If nothing changed it would have {now}, less than the least size of {least}.",
        )
    return "", ""


def _gain(moves: pd.DataFrame) -> Text:
    """How many come within the standard, fall out of it, get a place or lose it."""
    gain, persons = moves["gain"], moves["persons"]
    placed = persons[(moves["before"] == NOWHERE) & (moves["after"] != NOWHERE)].sum()
    dropped = persons[(moves["before"] != NOWHERE) & (moves["after"] == NOWHERE)].sum()
    parts = [
        (gain[gain > 0].sum(), "由未达标变为达标", "come within the standard"),
        (-gain[gain < 0].sum(), "不再达标", "are no longer within it"),
        (placed, "由没有着落变为有着落", "get a place who had none"),
        (dropped, "不再有着落", "lose their place"),
    ]
    told = [(persons_text(float(n)), zh, en) for n, zh, en in parts if n >= SOMEBODY]
    if not told:
        return "达标与否都不变", "nobody's standard changes"
    return "，".join(f"{n} 人{zh}" for n, zh, _ in told), ", ".join(f"{n} {en}" for n, _, en in told)


def _minutes(moves: pd.DataFrame) -> Text:
    """The mean way of those who have a place both times."""
    both = moves[(moves["before"] != NOWHERE) & (moves["after"] != NOWHERE)]
    if both["persons"].sum() < SOMEBODY:
        return "", ""
    before, after = (
        minutes_text(float(np.average(both[f"minutes_{when}"], weights=both["persons"])))
        for when in ("before", "after")
    )
    return f"；平均单程 {before} → {after} 分钟", f"; mean way {before} → {after} min"


def _named(facts: Facts, moves: pd.DataFrame, column: str) -> Text:
    """The first places of `column` with the persons of each."""
    total = by_place(moves, column)
    total = total[total >= SOMEBODY]
    zh, en = [], []
    for p, persons in zip(total.index.tolist()[:NAMED], total.tolist(), strict=False):
        name = NO_PLACE if p == NOWHERE else (facts.name(p), facts.name(p))
        zh.append(f"{name[0]} {persons_text(persons)} 人")
        en.append(f"{name[1]} {persons_text(persons)}")
    rest = float(total.iloc[NAMED:].sum())
    if rest >= SOMEBODY:
        others = len(total) - NAMED
        zh.append(f"其他 {others} 处 {persons_text(rest)} 人")
        en.append(f"{others} {'other' if others == 1 else 'others'} {persons_text(rest)}")
    return "、".join(zh), ", ".join(en)


def _brackets(form: str, text: str) -> str:
    return form.format(text) if text else ""
