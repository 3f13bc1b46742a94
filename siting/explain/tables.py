"""`explain.csv`: one row an answer; and the whole explanation as plain JSON values."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from siting.explain.answers import Answer, Explanation, PointAnswer, ServiceExplanation, Text
from siting.explain.words import (
    loss_text,
    no_remedy_text,
    objective_name,
    other_text,
    point_state,
    remedy_text,
    site_text,
)
from siting.render.csv_files import inert
from siting.render.wording import both

Row = dict[str, object]
HEADERS = (
    "服务 Service",
    "问题 Question",
    "编号 Id",
    "名称 Name",
    "目标 Objective",
    "最多变差 Worse by at most",
    "至少变差（已证明） Worse by at least (proven)",
    "不再达标（人） No longer covered",
    "新达标（人） Newly covered",
    "变远（人） Farther",
    "变近（人） Nearer",
    "投资变化（元） Change of cost (yuan)",
    "让位的地点 Sites out",
    "换入的地点 Sites in",
    "其余不动的替代 Replacement with others fixed",
    "其余不动时变差 Worse by, others fixed",
    "人数 Persons",
    "达标时间（分钟） Standard (min)",
    "安排的时间（分钟） Assigned (min)",
    "最近设施（分钟） Nearest open (min)",
    "现状最近（分钟） Nearest today (min)",
    "可能的最好（分钟） Best possible (min)",
    "结论 Answer",
    "求解结论 Label",
    "数据声明 Notice",
)


def write_table(explanation: Explanation, path: Path) -> None:
    """Write the rows, UTF-8 with a byte-order mark.

    Raises:
        OSError: when the file cannot be written.
    """
    notice = inert("；".join(both(text) for text in explanation.notices))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        for service in explanation.services:
            for row in _rows(service):
                row |= {HEADERS[0]: both(service.name), HEADERS[-1]: notice}
                writer.writerow([_cell(row.get(header)) for header in HEADERS])


def plain(value: Any) -> Any:
    """Dataclasses, enumerations, paths and numbers as JSON takes them; what is no number is null."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _rows(service: ServiceExplanation) -> Iterator[Row]:
    for answer in service.losses:
        yield _answer(service, answer, ("没有它 ", "without it"))
    for answer in service.rivals:
        yield _answer(service, answer, ("选它", "with it"))
    for answer in service.sites:
        chosen = answer.alone_verdict is not None
        asked = ("没有它", "without it") if chosen else ("选它", "with it")
        yield _answer(service, answer, ("保留它", "if it stays") if answer.stays else asked)
    if service.other is not None:
        change = service.other.change
        verdict = service.other.verdict
        yield {
            HEADERS[1]: "是不是唯一的最优方案 the only best plan?",
            **_numbers(service, verdict.known, verdict.least, verdict.objective),
            HEADERS[12]: "" if change is None else " ".join(site.id for site in change.out),
            HEADERS[13]: "" if change is None else " ".join(site.id for site in change.into),
            HEADERS[22]: both(other_text(service.other, service)),
            HEADERS[23]: both(verdict.label),
        }
    if service.place is not None:
        for point in service.place.points:
            yield _point(point)
        for remedy in service.place.remedies:
            row = _answer(service, remedy.answer, ("怎样才能达标", "what would bring it within"))
            yield row | {HEADERS[16]: remedy.reached_persons, HEADERS[22]: both(remedy_text(remedy, service))}
        none = no_remedy_text(service.place)
        if none is not None:
            yield {HEADERS[1]: "怎样才能达标 what would bring it within", HEADERS[22]: both(none)}
    for note in service.notes:
        yield {HEADERS[1]: "说明 note", HEADERS[22]: both(note)}


def _numbers(service: ServiceExplanation, known: float | None, least: float | None, objective: int) -> Row:
    name = service.objectives[objective]
    return {HEADERS[4]: both(objective_name(name)), HEADERS[5]: known, HEADERS[6]: least}


def _answer(service: ServiceExplanation, answer: Answer, question: Text) -> Row:
    verdict, change = answer.verdict, answer.change
    row: Row = {
        HEADERS[1]: both((question[0].strip(), question[1])),
        HEADERS[2]: answer.site.id,
        HEADERS[3]: f"{answer.site.township} {answer.site.name}".strip(),
        **_numbers(service, verdict.known, verdict.least, verdict.objective),
        HEADERS[22]: both(loss_text(verdict, service)) + (f"；{both(answer.note)}" if answer.note[0] else ""),
        HEADERS[23]: both(verdict.label),
    }
    if change is not None:
        row |= {
            HEADERS[7]: change.lost_persons,
            HEADERS[8]: change.gained_persons,
            HEADERS[9]: change.farther_persons,
            HEADERS[10]: change.nearer_persons,
            HEADERS[11]: change.after.cost_yuan - service.plan.cost_yuan,
            HEADERS[12]: " ".join(site.id for site in change.out),
            HEADERS[13]: " ".join(site.id for site in change.into),
        }
    if answer.alone is not None and answer.alone_verdict is not None:
        row[HEADERS[14]] = " ".join(site.id for site in answer.alone.into)
        row[HEADERS[15]] = answer.alone_verdict.known
    return row


def _point(point: PointAnswer) -> Row:
    return {
        HEADERS[1]: "这个地方 this place",
        HEADERS[2]: point.id,
        HEADERS[3]: point.name,
        HEADERS[13]: " ".join(site_text(leg.site) for leg in point.assigned),
        HEADERS[16]: point.persons,
        HEADERS[17]: point.standard_min,
        HEADERS[18]: point.assigned_min,
        HEADERS[19]: None if point.nearest is None else point.nearest.minutes,
        HEADERS[20]: None if point.before is None else point.before.minutes,
        HEADERS[21]: None if point.best is None else point.best.minutes,
        HEADERS[22]: both(point_state(point)),
    }


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value + 0.0:.10g}"
    return inert(str(value))
