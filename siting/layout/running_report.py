"""What the report says of the running money."""

from __future__ import annotations

from collections.abc import Sequence

from siting.layout.facts import Facts
from siting.layout.tables.facts import Facts as TableFacts
from siting.layout.tables.running import ALL, running, running_of
from siting.layout.texts import money_text
from siting.prepare import Settings
from siting.render.views import Section
from siting.render.wording import Text
from siting.standards import Service


def running_section(facts: Facts) -> Section:
    """The last year's running money of each service against today's, and the table."""
    table_facts = TableFacts(facts.plan, Settings())
    frame = running_of(table_facts)
    year, said = facts.years[-1], list[Text]()
    names = {"all": ALL} | {part.service.id: (part.service.name_zh, part.service.name_en) for part in facts.parts}
    last = frame[frame["year"] == year]
    for key, *values in zip(last["service_id"], last["today"], last["plan"], last["more"], strict=True):
        difference = float(values[2])
        today, then, more = (money_text(float(value)) for value in (values[0], values[1], abs(difference)))
        zh, en = names[key]
        if difference == 0:
            change = ("不变", "no change")
        else:
            change = (
                (f"增加 {more[0]}", f"{more[1]} more") if difference > 0 else (f"减少 {more[0]}", f"{more[1]} less")
            )
        said.append(
            (
                f"{zh}：每年运行费现状 {today[0]}，{year} 年规划 {then[0]}（{change[0]}）。",
                f"{en}: running costs {today[1]} a year today, {then[1]} in {year} by the plan ({change[1]}).",
            )
        )
    without = _names([part.service for part in facts.parts if part.service.id not in set(frame["service_id"])])
    if without[0]:
        said.append(
            (
                f"没有给出运行费单价、因而没有计算的服务：{without[0]}。",
                f"No rates are given for these services, and nothing is computed: {without[1]}.",
            )
        )
    sheets = () if frame.empty else (running(table_facts, frame),)
    return Section("运行经费", "Running money", tuple(said), sheets)


def _names(services: Sequence[Service]) -> Text:
    return "、".join(s.name_zh for s in services), ", ".join(s.name_en for s in services)
