"""What the plan rests on: rates, money, people, standards, and which of it nobody has verified."""

from __future__ import annotations

import pandas as pd

from siting.evaluation.quality_balance import load_quality_standard
from siting.layout.link_words import link_text
from siting.layout.objective_names import OBJECTIVE_NAMES
from siting.layout.pose import DRIVE_FOR_WALK
from siting.layout.scenario import CountsAs, LayoutScenario, Near, Reuse, SharePlot, Within
from siting.layout.tables.facts import Facts
from siting.layout.tables.item_words import item_words
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.wording import Text, both, yes_no
from siting.standards import Service

SCENARIO = "方案文件 scenario file"
ASSUMED = "方案给定，未注明依据 given by the scenario, without a source"
VARIANTS = {"low": "低 low", "middle": "中 middle", "high": "高 high"}


def assumptions(facts: Facts) -> Sheet:
    """依据与假设."""
    posed = facts.plan.posed
    rows: list[dict[str, object]] = []
    info = posed.case.info
    rows.append(
        _text("案例 case", "synthetic", yes_no(info.synthetic), f"{info.notice_zh} {info.notice_en}".strip(), "")
    )
    rows += [_text("案例 case", "guess", "", f"{guess.zh} {guess.en}", "") for guess in info.guesses]
    rows.append(_text("人口 people", "people.variant", VARIANTS[posed.scenario.people.variant], SCENARIO, ""))
    rows += [_text("人口 people", "people.changes", name, SCENARIO, "") for name in posed.scenario.people.changes]
    rows += [_text("人口 people", "note", "", f"{zh} {en}", "") for zh, en in posed.needs.people.notes]
    rows += _of_scenario(posed.scenario, facts)
    for service, name in zip(facts.services, facts.service_names, strict=True):
        rows += _of_service(service, name)
    columns = (
        Column("part", "部分", "Part", width=26), Column("item", "项目", "Item", width=44),
        Column("value", "数值", "Value", "value", 14), Column("text", "内容", "Text", width=24),
        Column("source", "依据", "Source", width=80), Column("verified", "已核实", "Verified", width=10),
        Column("key", "文件中的键", "Key in the files", width=36),
    )  # fmt: skip
    called = _called(facts)
    for row in rows:
        row["item"] = both(item_words(str(row["key"]), called))
    frame = pd.DataFrame(rows, columns=[column.name for column in columns])
    unverified = int((frame["verified"] == yes_no(False)).sum())
    notes = (
        (
            f"有 {unverified} 项未在发布机关原文中核实。单位见项目，比例以 1 为全部。键是方案或标准文件中的写法。",
            f"{unverified} values were not read in the issuing body's own text. Units are with the items; a share of 1"
            " is all. The key is how the file of the scenario or the standard calls it.",
        ),
    )
    return make_sheet("assumptions", ("依据与假设", "Sources and assumptions"), columns, frame, notes)


def _called(facts: Facts) -> dict[str, Text]:
    """What stands in keys for a service, group, kind, size or indicator, in words."""
    called: dict[str, Text] = {}
    for part in facts.plan.posed.parts:
        service = part.service
        called[service.id] = (service.name_zh, service.name_en)
        called |= {group.id: (group.name_zh, group.name_en) for group in part.plan.groups}
        called |= {kind.id: (kind.name_zh, kind.name_en) for kind in service.kinds}
        called |= {size.name_zh: (size.name_zh, size.name_en) for size in service.sizes}
    for indicator in load_quality_standard().indicators:
        key = f"{indicator.resource}.per_{indicator.per_pupils}"
        called[key] = (indicator.name_zh, indicator.name_en)
    return called


def _text(part: str, key: str, text: str, source: str, verified: str) -> dict[str, object]:
    return {"part": part, "key": key, "value": float("nan"), "text": text, "source": source, "verified": verified}


def _value(part: str, key: str, value: float, source: str, verified: bool) -> dict[str, object]:
    return {"part": part, "key": key, "value": value, "text": "", "source": source, "verified": yes_no(verified)}


def _of_scenario(scenario: LayoutScenario, facts: Facts) -> list[dict[str, object]]:
    """Rates, budgets and costs that the scenario gives; none of them is a standard."""
    rows: list[dict[str, object]] = []
    plan = "方案 scenario"
    by_plan = [(plan, "worth", scenario.worth)]
    by_plan += [
        (name, "worth", part.plan.worth) for name, part in zip(facts.service_names, facts.plan.posed.parts, strict=True)
    ]
    for part, key, worth in by_plan:
        if worth is not None:
            for field in ("left_out_yuan", "beyond_yuan", "minute_yuan"):
                rows.append(_value(part, f"{key}.{field}", getattr(worth, field), worth.source or ASSUMED, False))
    if scenario.worth is None:
        rows.append(_text(plan, "objectives", both(_in_order(scenario)), SCENARIO, ""))
    if scenario.budget is not None:
        for year, yuan in zip(scenario.years, scenario.budget.yuan, strict=True):
            rows.append(_value(plan, f"budget.yuan.{year}", yuan, scenario.budget.source or ASSUMED, False))
    rows.append(_value(plan, "existing_building_share", scenario.existing_building_share, "假设 assumption", False))
    rows.append(
        _value(
            plan, "drive_for_walk", DRIVE_FOR_WALK,
            "假设：乘车 40 km/h 对步行 4.8 km/h，用于换算校车与寄宿的时间 "
            "assumption: 40 km/h by vehicle for 4.8 on foot",
            False,
        )
    )  # fmt: skip
    for name, of_service in zip(facts.service_names, facts.plan.posed.parts, strict=True):
        own = of_service.plan
        rows.append(_value(name, "max_travel_minutes", own.max_travel_minutes, SCENARIO, False))
        if own.private_share != 1:
            rows.append(_value(name, "private_share", own.private_share, ASSUMED, False))
        if own.close_yuan:
            rows.append(_value(name, "close_yuan", own.close_yuan, ASSUMED, False))
        if own.board:
            rows.append(_value(name, "board_yuan_per_year", own.board_yuan_per_year, "假设 assumption", False))
        if own.quality_limits:
            rows += _quality(name, of_service.service.id)
        if own.least_persons is not None:
            rows.append(_value(name, "least_persons", own.least_persons, SCENARIO, False))
        for kind, limit in own.threshold.items():
            if limit.max_minutes is not None:
                key = f"threshold.{kind}.max_minutes"
                rows.append(_value(name, key, limit.max_minutes, limit.source or ASSUMED, False))
        for group in own.groups:
            if group.standard_minutes is not None:
                rows.append(
                    _value(name, f"groups.{group.id}.standard_minutes", group.standard_minutes, SCENARIO, False)
                )
            if group.max_minutes is not None:
                rows.append(_value(name, f"groups.{group.id}.max_minutes", group.max_minutes, SCENARIO, False))
    called = {service.id: (service.name_zh, service.name_en) for service in facts.services}
    for link in scenario.links:
        rows += _of_link(link, called)
    return rows


def _in_order(scenario: LayoutScenario) -> Text:
    names = [OBJECTIVE_NAMES[name] for name in scenario.objectives]
    return " > ".join(zh for zh, _ in names), " > ".join(en for _, en in names)


def _quality(name: str, service: str) -> list[dict[str, object]]:
    """The indicators that `quality_limits` holds schools to."""
    standard = load_quality_standard()
    rows = [
        _text(
            name, "quality_limits", yes_no(True),
            "假设：扩建的每个学位按标准配足七项资源，新建学校按标准配备 "
            "assumption: places added and new schools get the resources that the standard asks for",
            yes_no(False),
        )
    ]  # fmt: skip
    for indicator in standard.indicators:
        for school, least in indicator.least.items():
            if school == service:
                key = f"quality.{indicator.resource}.per_{indicator.per_pupils}"
                rows.append(_value(name, key, least.value, least.source, least.verified))
    for key, value in (("least_met", standard.least_met), ("rest_share", standard.rest_share)):
        rows.append(_value(name, f"quality.{key}", value.value, value.source, value.verified))
    return rows


def _of_link(link: CountsAs | Near | Within | Reuse | SharePlot, called: dict[str, Text]) -> list[dict[str, object]]:
    part, name = "联系 links", link.kind
    rows = [_text(part, name, both(link_text(link, called)), SCENARIO, "")]
    if isinstance(link, Near):
        rows.append(_value(part, f"{name}.{link.service}.minutes", link.minutes, SCENARIO, False))
    elif isinstance(link, Within):
        rows.append(
            _value(part, f"{name}.{link.service}.yuan_per_person", link.yuan_per_person, "假设 assumption", False)
        )
        rows.append(_value(part, f"{name}.{link.service}.room_share", link.room_share, SCENARIO, False))
    elif isinstance(link, Reuse):
        rows.append(_value(part, f"{name}.{link.service}.cost_share", link.cost_share, "假设 assumption", False))
    return rows


def _of_service(service: Service, name: str) -> list[dict[str, object]]:
    rows = []
    for key, value in service.sourced():
        source = f"{value.source}；{value.note}" if value.note else value.source
        rows.append(_value(name, key, value.value, source, value.verified))
    for size in service.sizes:
        rows.append(_value(name, f"sizes.{size.name_zh}.persons", size.persons, size.source, size.verified))
        if size.yuan is not None:
            rows.append(_value(name, f"sizes.{size.name_zh}.yuan", size.yuan, size.source, size.verified))
    if service.note:
        rows.append(_text(name, "note", "", service.note, ""))
    return rows
