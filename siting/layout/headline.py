"""The answer in a few sentences: the sentence of the plan, then for each service what is done and what it comes to."""

from __future__ import annotations

from collections import Counter

from siting.layout.facts import CHANGED, Facts
from siting.layout.standard_words import standard_text
from siting.layout.texts import (
    mean_text,
    money_text,
    persons_change,
    running_text,
    within_text,
    without_text,
)
from siting.render.wording import Text, zone_names

ENDS: dict[str, Text] = {  # by what has become of a facility at the end, each once whatever the steps on the way
    "new": ("新建", "new"), "inside": ("附设", "inside others"), "reuse": ("改建", "converted"),
    "expanded": ("扩建", "expanded"), "reduced": ("缩减", "reduced"), "moved": ("迁出", "moved away"),
    "merged": ("撤并", "merged"), "closed": ("关闭", "closed"), "kept": ("保留", "kept"),
}  # fmt: skip


def headline(facts: Facts) -> list[Text]:
    """What was asked for in a word, a sentence for each service, and those that serve as partners or hosts only."""
    said: list[Text] = []
    if facts.scenario.sentence:
        said.append(
            (
                f"规划提出“{facts.scenario.sentence}”。按下述目标与假设，各项服务的安排和成效是：",
                f"The five-year plan asks for: {facts.scenario.sentence}. By the objectives and assumptions below, "
                "this is what is done and what it comes to:",
            )
        )
    said += [_service(facts, s) for s in served(facts)]
    return [*said, *hosts_text(facts)]


def served(facts: Facts) -> list[int]:
    """The services whose people are sent somewhere."""
    return [s for s, part in enumerate(facts.parts) if part.plan.count_people]


def hosts_text(facts: Facts) -> list[Text]:
    """The services of which only the facilities count, in one sentence."""
    hosts = [facts.parts[s] for s in range(len(facts.parts)) if s not in served(facts)]
    if not hosts:
        return []
    zh = "、".join(part.service.name_zh for part in hosts)
    en = ", ".join(part.service.name_en for part in hosts)
    return [
        (
            f"只用其设施作配套或附设，不安排居民：{zh}。",
            f"Only the facilities count, as partners or hosts; nobody is sent there: {en}.",
        )
    ]


def _service(facts: Facts, s: int) -> Text:
    """Of one service all that is done, then the last year, without the plan and with it."""
    years, service = len(facts.years), facts.parts[s].service
    each = [facts.figures(s, t) for t in range(years)]
    f, year = each[-1], facts.years[-1]
    done, money, running = ends_text(facts, s), money_text(sum(one.yuan for one in each)), running_text(f.running_yuan)
    away, zones = rides_text(facts, s, years - 1), zones_text(facts, s, years - 1)
    standard = standard_text(facts, s)
    zh = [done[0], f"各期共 {money[0]}", *filter(None, [running[0]])]
    en = [done[1], f"{money[1]} in all", *filter(None, [running[1]])]
    return (
        f"{service.name_zh}：{'，'.join(zh)}。{year} 年标准之内（{standard[0]}）"
        f"{within_text(f)}，没有着落 {without_text(f)} 人，平均单程 {mean_text(f)} 分钟{away[0]}{zones[0]}。",
        f"{service.name_en}: {', '.join(en)}. In {year} within the standard ({standard[1]}) "
        f"{within_text(f)}, without a place {without_text(f)}, mean way {mean_text(f)} min{away[1]}{zones[1]}.",
    )


def ends_text(facts: Facts, s: int) -> Text:
    """How many facilities of a service are new at the end of the plan, have changed, have left and stay."""
    last = len(facts.years) - 1
    found = Counter(facts.status(p, last) for p in facts.real(s))
    told = [(found[key], *names) for key, names in ENDS.items() if found[key]]
    if not any(found[key] for key in CHANGED):
        return "没有变动", "no change"
    return "、".join(f"{zh} {n} 处" for n, zh, _ in told), ", ".join(f"{n} {en}" for n, _, en in told)


def zones_text(facts: Facts, s: int, t: int) -> Text:
    """The people of the zones in which decisions are made, where that is not everywhere; else empty."""
    zones = facts.decided_zones(s)
    if not zones:
        return "", ""
    names, f = zone_names(facts.plan.posed.case), facts.figures(s, t, zones)
    zh, en = "、".join(names[zone][0] for zone in zones), ", ".join(names[zone][1] for zone in zones)
    return (
        f"；其中作决定的{zh}：标准之内 {within_text(f)}，没有着落 {without_text(f)} 人",
        f"; of them where decisions are made ({en}): within {within_text(f)}, without a place {without_text(f)}",
    )


def rides_text(facts: Facts, s: int, t: int) -> Text:
    """How many go by bus and board, without the plan and with it, where the scenario counts them; else empty."""
    plan, rides = facts.parts[s].plan, facts.rides
    own = rides[(rides["service"] == s) & (rides["period"] == t)]
    zh, en = "", ""
    for counts, key, name in ((plan.ride, "bus", ("乘校车", "by bus")), (plan.board, "board", ("寄宿", "boarding"))):
        if counts:
            before, after = (float(own.loc[own["when"] == when, key].sum()) for when in ("before", "after"))
            text = persons_change(before, after)
            zh, en = f"{zh}，{name[0]} {text} 人", f"{en}, {name[1]} {text}"
    return zh, en
