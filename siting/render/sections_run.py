"""Sections of the report of a run: what is decided and why, who gains, how sure it is, what it rests on."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace

from siting.render.certificate import certainty, gap_text, objective_text
from siting.render.columns import Sheet, narrowed
from siting.render.report_sentences import plan_sentences, today_sentences
from siting.render.tables_record import ordered_thresholds, question_texts
from siting.render.tables_vehicles import arrival_sentences
from siting.render.views import Section
from siting.render.wording import (
    MODE,
    ZONE_KIND,
    Text,
    label_of,
    minutes_text,
    persons_text,
    planned,
    yuan_text,
    zone_names,
)
from siting.results import RunResult, ServiceResult

# Sections that are made of tables alone: those of them that the run has.
TABLES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("各地覆盖情况", "Coverage by place and age", ("coverage",)),
    ("标准之外的村（社区）", "Villages beyond the standard", ("uncovered_villages",)),
    ("设施一览", "Facilities", ("facilities",)),
    ("各地车辆到达", "Arrival of vehicles", ("vehicles", "vehicle_townships", "vehicle_villages")),
    ("方案在其他未来中如何", "The plan in other futures", ("futures", "futures_places")),
    ("分类供需", "Need and places by kind", ("places_by_kind",)),
    ("优质均衡", "Quality-balanced schools", ("school_variation", "school_balance")),
)

# Of tables that are too wide for a page the columns that the report has.
ON_PAGE: dict[str, tuple[str, ...]] = {
    "new_facilities": (
        "number", "name", "township", "size_class", "vehicles", "capacity_persons", "load_persons",
        "newly_covered_persons", "nearer_persons", "minutes_saved", "cost_yuan",
    ),
    "gone_facilities": ("name", "status", "load_before_persons", "before_min", "after_min", "unassigned_persons"),
    "coverage": (
        "service", "group_kind", "group", "demand_persons", "covered_share_before", "covered_share_after",
        "mean_min_before", "mean_min_after", "worst_min_before", "worst_min_after",
    ),
    "uncovered_villages": (
        "service", "township", "village", "uncovered_persons", "mode", "standard_min", "nearest_min", "nearest_name",
    ),
    "facilities": (
        "service", "name", "status", "township", "capacity_persons", "load_before_persons", "load_after_persons",
        "utilisation_after",
    ),
}  # fmt: skip


def run_sections(result: RunResult, sheets: Sequence[Sheet]) -> tuple[Section, ...]:
    """The sections; those about a plan only where there is one.

    Args:
        result: the run or the evaluation.
        sheets: all its tables.
    """
    by_key = {sheet.key: sheet for sheet in sheets}
    by_key |= {key: narrowed(by_key[key], ("service", *names)) for key, names in ON_PAGE.items() if key in by_key}
    plan, zones = planned(result), zone_names(result.case)
    answer = [_named(s, plan_sentences(s) if plan else today_sentences(s)) for s in result.services]
    found = [Section("结论", "Answer", tuple(answer), (by_key["overview"],))]
    if plan:
        asked = [_named(s, text) for s in result.services for text in question_texts(s, zones)]
        found.append(Section("问的是什么", "What was asked", tuple(asked)))
        found += [_decisions(s, by_key) for s in result.services]
    for zh, en, keys in TABLES:
        there = tuple(by_key[key] for key in keys if key in by_key)
        if there:
            said = [text for s in result.services if "vehicles" in keys for text in arrival_sentences(s)]
            found.append(Section(zh, en, tuple(said), there))
    if plan:
        sure = [text for s in result.services for text in _certificate(s)]
        found.append(Section("结果的可靠性", "How sure the result is", tuple(sure), (by_key["checks"],)))
    standards = [_named(s, text) for s in result.services for text in standard_texts(s)]
    found += [
        Section("采用的标准", "Standards", tuple(standards)),
        Section(
            "假设与未核实的数值", "Assumptions and what is not verified",
            tuple(text for s in result.services for text in s.unverified), (by_key["assumptions"],),
        ),
        Section("怎样计算", "How it is computed", (*_method(result), *result.travel, *result.notes)),
        Section("成果表", "Tables", (_where(sheets),)),
    ]  # fmt: skip
    return tuple(found)


def _named(service: ServiceResult, text: Text) -> Text:
    return f"{service.service.name_zh}：{text[0]}", f"{service.service.name_en}: {text[1]}"


def rows_of(service: ServiceResult, sheet: Sheet) -> Sheet:
    """The rows of a table that are about one service."""
    mine = sheet.frame[sheet.frame["service"] == service.service.name_zh].drop(columns="service")
    columns = tuple(column for column in sheet.columns if column.name != "service")
    return replace(sheet, columns=columns, frame=mine.reset_index(drop=True))


def _decisions(service: ServiceResult, sheets: dict[str, Sheet]) -> Section:
    """Each new facility with what it rests on, and those that go."""
    new = rows_of(service, sheets["new_facilities"])
    tables = [new] if len(new.frame) else []
    said = [_why(service)]
    said += [_built(row) for row in new.frame.to_dict("records")]
    if not len(new.frame):
        said.append(("没有新建设施。", "Nothing new is built."))
    if len(service.gone_sites):
        tables.append(rows_of(service, sheets["gone_facilities"]))
    zh, en = service.service.name_zh, service.service.name_en
    return Section(f"每处决定的依据：{zh}", f"What each decision rests on: {en}", tuple(said), tuple(tables))


def _why(service: ServiceResult) -> Text:
    return (
        f"各处地点由模型“{service.formulation_zh}”同时选定，目标：{service.objective_zh}。"
        "下面是每一处带来什么；换掉其中一处，其余各处的作用也会变。",
        f"The model '{service.formulation_en}' chooses all sites at once, for: {service.objective_en}. Below is what "
        "each one brings; with another in its place the others would bring something else too.",
    )


def _built(row: Mapping[Hashable, object]) -> Text:
    """What one new facility brings, from its row of the table."""
    number = {key: float(str(row[key])) for key in (
        "number", "newly_covered_persons", "nearer_persons", "minutes_saved", "load_persons", "cost_yuan",
    )}  # fmt: skip
    place = f"（{row['township']}）" if row["township"] else ""
    zh = f"{number['number']:.0f}. 新建{row['name'] or row['id']}{place}："
    en = f"{number['number']:.0f}. New: {row['name'] or row['id']}: "
    gained, nearer = persons_text(number["newly_covered_persons"]), persons_text(number["nearer_persons"])
    zh += f"{gained} 人由标准之外变为标准之内，{nearer} 人到设施更近"
    en += f"{gained} people come within the standard, for {nearer} a facility is nearer"
    if not math.isnan(number["minutes_saved"]):
        zh += f"（平均近 {minutes_text(number['minutes_saved'])} 分钟）"
        en += f" (by {minutes_text(number['minutes_saved'])} min on average)"
    zh += f"；方案安排 {persons_text(number['load_persons'])} 人到此"
    en += f"; the plan sends {persons_text(number['load_persons'])} people here"
    if number["cost_yuan"] > 0:
        zh += f"；投资 {yuan_text(number['cost_yuan'])}"
        en += f"; it costs {number['cost_yuan']:,.0f} yuan"
    return f"{zh}。", f"{en}."


def standard_texts(service: ServiceResult) -> list[Text]:
    """The coverage standards with their sources."""
    said = []
    for kind, (mode, minutes, source, verified) in ordered_thresholds(service):
        (kind_zh, kind_en), (mode_zh, mode_en) = ZONE_KIND[kind], MODE[mode]
        flag = ("", "") if verified else ("【未经核实】", " [not verified]")
        said.append(
            (
                f"{kind_zh}{mode_zh} {minutes:g} 分钟以内（{source}）{flag[0]}",
                f"{kind_en}, within {minutes:g} min ({mode_en}); {source}{flag[1]}",
            )
        )
    return said


def _certificate(service: ServiceResult) -> list[Text]:
    """How sure the plan is, and the numbers that it rests on."""
    outcome = service.outcome
    if outcome is None:
        return []
    label, (zh, en) = label_of(service), certainty(outcome)
    objective, bound, gap = objective_text(outcome.objective), objective_text(outcome.bound), gap_text(outcome)
    passed, checks = sum(check.passed for check in service.checks), len(service.checks)
    return [
        _named(service, (f"{label.zh}。{zh}", f"{label.en}. {en}")),
        (
            f"目标值 {objective}，已证明的界 {bound}，差距 {gap}；{outcome.solver} {outcome.version}，"
            f"种子 {outcome.seed}，{outcome.threads} 线程；独立检验通过 {passed}/{checks} 项。",
            f"Objective {objective}, proven bound {bound}, gap {gap}; {outcome.solver} {outcome.version}, seed "
            f"{outcome.seed}, {outcome.threads} threads; {passed} of {checks} independent checks passed.",
        ),
    ]


def _method(result: RunResult) -> list[Text]:
    said = [
        (
            "“达标”看标准时间内有没有一处在用的设施，“安排”看方案让人去哪里；两者分开计算。",
            "Covered looks at whether a facility in use lies within the standard, assigned at where the plan sends "
            "people; the two are told apart.",
        )
    ]
    if planned(result):
        return [
            *said,
            *(_named(s, (f"模型：{s.formulation_zh}", f"model: {s.formulation_en}")) for s in result.services),
        ]
    return said


def _where(sheets: Sequence[Sheet]) -> Text:
    zh, en = "、".join(sheet.zh for sheet in sheets), ", ".join(sheet.en for sheet in sheets)
    return f"tables.xlsx 与 tables/*.csv 有下列各表：{zh}。", f"tables.xlsx and tables/*.csv have: {en}."
