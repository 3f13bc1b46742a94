"""Tables about the result itself: overview with the certificate, checks, assumptions, sources, notes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from siting.render.columns import Column, Sheet, make_sheet
from siting.render.model_texts import model_texts
from siting.render.tables_people import PLACES, uncovered_by_village
from siting.render.tables_sites import SERVICE
from siting.render.wording import (
    MODE,
    ZONE_KIND,
    Text,
    both,
    joined,
    label_of,
    planned,
    yes_no,
    zone_names,
)
from siting.results import RunResult, ServiceResult, over_capacity
from siting.sourced import Sourced
from siting.standards import ZONE_KINDS, load_service

NOTICE_KIND, QUESTION_KIND = "声明 Notice", "问题 Question"  # kinds of assumptions
Cell = float | str
Row = tuple[str, str, Callable[[ServiceResult], Cell]]  # header, kind, value


def overview(result: RunResult) -> Sheet:
    """概况: one row an item, one column a service."""
    plan = planned(result)
    rows = [*_result_rows(result, plan), *_people_rows(plan)]
    if plan:
        rows += _certificate_rows()
    rows.append(("未经核实的标准（项） Unverified standards", "count", lambda s: float(len(s.unverified))))
    data: dict[str, list[Cell]] = {"item": [header for header, _, _ in rows]}
    columns = [Column("item", "项目", "Item", width=46)]
    for service in result.services:
        name = service.service.id
        data[name] = [value(service) for _, _, value in rows]
        columns.append(Column(name, service.service.name_zh, service.service.name_en, width=30))
    frame = pd.DataFrame(data, dtype=object)
    kinds = tuple(kind for _, kind, _ in rows)
    return Sheet("overview", "概况", "Overview", tuple(columns), frame, (), kinds)


def _result_rows(result: RunResult, plan: bool) -> list[Row]:
    def label(service: ServiceResult) -> str:
        found = label_of(service)
        return both((found.zh, found.en))

    def count(status: str) -> Callable[[ServiceResult], Cell]:
        return lambda s: float((s.sites["status"] == status).sum())

    def captured(service: ServiceResult) -> float:
        persons = service.captured_persons
        return np.nan if persons is None else persons

    rows: list[Row] = [("结果状态 Result", "text", label)]
    if plan:
        rows += [
            ("选址模型 Location model", "text", lambda s: both((s.formulation_zh, s.formulation_en))),
            ("新建设施（处） New facilities", "count", lambda s: float(len(s.new_sites))),
            ("新建投资（元） Cost of new facilities (yuan)", "yuan", lambda s: s.opening_yuan),
            ("关闭设施（处） Closed facilities", "count", count("closed")),
        ]
        special: list[tuple[bool, Row]] = [
            (any((s.sites["status"] == "moved").any() for s in result.services),
             ("迁出设施（处） Facilities moved away", "count", count("moved"))),
            (any(s.closing_yuan > 0 for s in result.services),
             ("关闭与迁移费用（元） Cost of closing and moving (yuan)", "yuan", lambda s: s.closing_yuan)),
            (any(s.has_vehicles for s in result.services),
             ("车辆（辆） Vehicles", "count",
              lambda s: float(s.sites["vehicles"].sum()) if s.has_vehicles else np.nan)),
            (any(s.captured_persons is not None for s in result.services),
             ("选择自有设施的人（人） People who choose one's own facilities (persons)", "persons", captured)),
        ]  # fmt: skip
        rows += [row for shown, row in special if shown]
    rows.append(("现有设施（处） Existing facilities", "count", lambda s: float(len(s.in_use("before")))))
    return rows


def _people_rows(plan: bool) -> list[Row]:
    def head(name: str, when: str) -> Callable[[ServiceResult], Cell]:
        return lambda s: float(s.headline(when)[name])

    def change(service: ServiceResult) -> float:
        return 100 * float(service.headline("after")["covered_share"] - service.headline("before")["covered_share"])

    def villages(when: str) -> Callable[[ServiceResult], Cell]:
        def count(service: ServiceResult) -> float:
            found = uncovered_by_village(service, when)
            return float(len(found[["township", "village"]].drop_duplicates()))

        return count

    def overloaded(when: str) -> Callable[[ServiceResult], Cell]:
        def count(service: ServiceResult) -> float:
            load = service.sites[f"load_{when}_persons"].to_numpy(dtype=np.float64)
            return float(over_capacity(load, service.sites["capacity_persons"].to_numpy(dtype=np.float64)).sum())

        return count

    def unknown(when: str) -> Callable[[ServiceResult], Cell]:
        return lambda s: float(s.without_capacity(when))

    zh_unit, en_unit = PLACES
    items: list[tuple[str, str, str, Callable[[str], Callable[[ServiceResult], Cell]]]] = [
        ("达标人数（人）", "People covered (persons)", "persons", lambda when: head("covered_persons", when)),
        ("达标率", "Covered share", "share", lambda when: head("covered_share", when)),
        ("平均时间（分钟）", "Mean time (min)", "minutes", lambda when: head("mean_min", when)),
        ("中位时间（分钟）", "Median time (min)", "minutes", lambda when: head("median_min", when)),
        ("95% 的人不超过（分钟）", "95th percentile (min)", "minutes", lambda when: head("p95_min", when)),
        ("最不便一成人的平均（分钟）", "Mean of the worst-off tenth (min)", "minutes",
         lambda when: head("worst_tenth_min", when)),
        ("最长时间（分钟）", "Longest time (min)", "minutes", lambda when: head("worst_min", when)),
        ("不可达人数（人）", "Unreachable (persons)", "persons", lambda when: head("unreachable_persons", when)),
        ("时间基尼系数", "Gini of time", "number", lambda when: head("gini", when)),
        (f"平均可达性（{zh_unit}）", f"Accessibility, mean ({en_unit})", "per_1000",
         lambda when: head("accessibility_mean_per_1000", when)),
        (f"最低可达性（{zh_unit}）", f"Accessibility, least ({en_unit})", "per_1000",
         lambda when: head("accessibility_least_per_1000", when)),
        ("可达性基尼系数", "Gini of accessibility", "number", lambda when: head("accessibility_gini", when)),
        ("规模未知、可达性未计入的设施（处）", "Facilities of unknown capacity, not in the accessibility", "count",
         unknown),
        ("有未达标人口的村（个）", "Villages with uncovered people", "count", villages),
        ("超出规模的设施（处）", "Facilities over capacity", "count", overloaded),
    ]  # fmt: skip
    rows: list[Row] = [("需要服务的人（人） People who need it (persons)", "persons", head("demand_persons", "before"))]
    for zh, en, kind, value in items:
        rows.append((f"{zh}，现状 {en}, before" if plan else f"{zh} {en}", kind, value("before")))
        if plan:
            rows.append((f"{zh}，规划后 {en}, after", kind, value("after")))
            if en == "Covered share":
                rows.append(("达标率变化（百分点） Change (percentage points)", "points", change))
                rows.append(
                    (
                        "按方案分配在标准时间内的人（人） People assigned within the standard (persons)",
                        "persons",
                        lambda service: service.assigned_within_persons,
                    )
                )
                rows.append(
                    (
                        "方案未安排去处的人（人） People whom the plan sends nowhere (persons)",
                        "persons",
                        lambda service: service.unassigned_persons,
                    )
                )
    return rows


def _certificate_rows() -> list[Row]:
    def outcome(name: str) -> Callable[[ServiceResult], Cell]:
        def value(service: ServiceResult) -> Cell:
            found = getattr(service.outcome, name) if service.outcome is not None else None
            return np.nan if found is None else found if isinstance(found, str) else float(found)

        return value

    def solver(service: ServiceResult) -> str:
        return f"{service.outcome.solver} {service.outcome.version}" if service.outcome is not None else ""

    def status(service: ServiceResult) -> str:
        return service.outcome.status.value if service.outcome is not None else ""

    def passed(service: ServiceResult) -> str:
        good = sum(check.passed for check in service.checks)
        return f"{good} / {len(service.checks)} 项通过 passed"

    return [
        ("独立检验 Independent checks", "text", passed),
        ("求解器 Solver", "text", solver),
        ("求解状态 Solver's status", "text", status),
        ("目标 Sense", "text", outcome("sense")),
        ("目标含义 What it stands for", "text", lambda s: both((s.objective_zh, s.objective_en))),
        ("目标值 Objective", "objective", outcome("objective")),
        ("已证明的界 Proven bound", "objective", outcome("bound")),
        ("与界的差距 Gap", "gap", outcome("gap")),
        ("随机种子 Seed", "count", outcome("seed")),
        ("线程 Threads", "count", outcome("threads")),
        ("求解时间（秒） Solver time (s)", "seconds", outcome("seconds")),
    ]


def checks(result: RunResult) -> Sheet:
    """检验: what was re-derived from the inputs without the solver."""
    rows = [
        {
            "service": service.service.name_zh,
            "check": both((check.name_zh, check.name_en)),
            "passed": yes_no(check.passed),
            "detail": check.detail,
        }
        for service in result.services
        for check in service.checks
    ]
    columns = (
        SERVICE,
        Column("check", "检验", "Check", width=50),
        Column("passed", "通过", "Passed", width=10),
        Column("detail", "说明", "Detail", width=70),
    )
    notes = (
        (
            "检验不用求解器和模型，只从输入数据重新推算方案是否可行、目标值是否相符。",
            "The checks use neither the solver nor its model: from the inputs alone they derive again whether the plan"
            " is feasible and its objective right.",
        ),
    )
    frame = pd.DataFrame(rows, columns=[c.name for c in columns])
    return make_sheet("checks", ("检验", "Checks"), columns, frame, notes)


def assumptions(result: RunResult) -> Sheet:
    """假设: notices, standards with their sources, settings, guesses, findings of the run."""
    rows: list[tuple[str, str, str, str, str]] = []
    for zh, en in result.notices:
        rows.append((NOTICE_KIND, "", both((zh, en)), "", ""))
    zones = zone_names(result.case)
    for service in result.services:
        rows += _standards(service)
        rows += _question(service, zones)
    for zh, en in result.travel:
        rows.append(("出行 Travel", "", both((zh, en)), "", "否 no"))
    for future in result.futures[1:]:
        content = f"{both((future.name_zh, future.name_en))}：{both(joined(future))}"
        rows.append(("未来情景 Future", "", content, future.source or "方案 scenario", "否 no"))
    for guess in result.case.info.guesses:
        rows.append(("数据假设 Guess in the data", "", both((guess.zh, guess.en)), "", "否 no"))
    for zh, en in result.notes:
        rows.append(("路网与数据说明 Finding", "", both((zh, en)), "", ""))
    columns = (
        Column("kind", "类别", "Kind", width=24),
        Column("service", "服务", "Service", width=22),
        Column("content", "内容", "Content", width=70),
        Column("source", "来源", "Source", width=60),
        Column("verified", "已核实", "Verified", width=10),
    )
    frame = pd.DataFrame(rows, columns=[c.name for c in columns])
    notes = (
        (
            "“已核实”指有人在发布机构的原文中读到该数值。未核实的数值在引用前请先核对。",
            "Verified means that somebody has read the value in the issuing body's own text. Check the others before"
            " quoting them.",
        ),
    )
    return make_sheet("assumptions", ("假设与来源", "Assumptions"), columns, frame, notes)


def ordered_thresholds(service: ServiceResult) -> list[tuple[str, tuple[str, float, str, bool]]]:
    """The coverage standards, urban first."""
    return [(kind, service.thresholds[kind]) for kind in ZONE_KINDS if kind in service.thresholds]


def _standards(service: ServiceResult) -> list[tuple[str, str, str, str, str]]:
    name, rules = service.service.name_zh, service.service
    rows = [
        (
            "达标标准 Standard",
            name,
            f"{both(ZONE_KIND[kind])}：{both(MODE[mode])} ≤ {minutes:g} 分钟 min",
            source,
            yes_no(verified),
        )
        for kind, (mode, minutes, source, verified) in ordered_thresholds(service)
    ]
    ages = f"{rules.demand.from_age}-{rules.demand.to_age}" if rules.demand.to_age is not None else (
        f"{rules.demand.from_age}+"
    )  # fmt: skip

    def sourced(kind: str, text: str, value: Sourced) -> tuple[str, str, str, str, str]:
        source = f"{value.source}（{value.note}）" if value.note else value.source
        return kind, name, text, source, yes_no(value.verified)

    rate, size, cost = rules.demand.rate, rules.capacity.default_persons, rules.cost.open_yuan
    unit = f"{rules.capacity.unit_zh} {rules.capacity.unit_en}"
    rows.append(sourced("需求 Demand", f"{ages} 岁 aged {ages} × {rate.value:g}", rate))
    for span in rules.demand.by_age:
        some = f"{span.from_age}-{'' if span.to_age is None else span.to_age}"
        rows.append(sourced("需求 Demand", f"{some} 岁 aged {some} × {span.rate.value:g}", span.rate))
    rows.append(sourced("规模 Size", f"每处新建 each new facility: {size.value:,.0f} {unit}", size))
    rows.append(sourced("投资 Cost", f"每处新建 each new facility: {cost.value:,.0f} 元 yuan", cost))
    return rows


def _question(service: ServiceResult, zones: dict[str, Text]) -> list[tuple[str, str, str, str, str]]:
    return [
        (QUESTION_KIND, service.service.name_zh, both(text), "方案 scenario", "")
        for text in question_texts(service, zones)
    ]


def question_texts(service: ServiceResult, zones: dict[str, Text]) -> list[tuple[str, str]]:
    """What the scenario asked for a service, line by line (zh, en); nothing for an evaluation."""
    asked = service.question
    if asked is None:
        return []
    names = service.sites.set_index("id")["name"].to_dict()

    def listed(ids: Sequence[str]) -> str:
        return "、".join(str(names.get(key) or key) for key in ids)

    texts = [(f"模型：{service.formulation_zh}", f"model: {service.formulation_en}")]
    if asked.new is not None:
        texts.append((f"新建 {asked.new} 处", f"new facilities: {asked.new}"))
    if asked.budget_yuan is not None:
        texts.append((f"预算 {asked.budget_yuan:,.0f} 元", f"budget of {asked.budget_yuan:,.0f} yuan"))
    for zone, count in asked.zone_minimum.items():
        zh, en = zones.get(zone, (zone, zone))
        texts.append((f"{zh}至少新建 {count} 处", f"at least {count} in {en}"))
    if asked.hosts:
        hosts = [load_service(name) for name in asked.hosts]
        zh, en = "、".join(host.name_zh for host in hosts), ", ".join(host.name_en for host in hosts)
        texts.append((f"附设在现有设施里：{zh}", f"within existing facilities: {en}"))
    if asked.close:
        texts.append((f"关闭：{listed(asked.close)}", "these close"))
    if asked.keep != "all":
        texts.append((f"只保留：{listed(asked.keep)}", "only these existing ones stay"))
    if asked.required:
        texts.append((f"必须新建：{listed(asked.required)}", "these must open"))
    if asked.forbidden:
        texts.append((f"不得新建：{listed(asked.forbidden)}", "these must not open"))
    if asked.land:
        texts.append((f"只在这些用地上新建：{'、'.join(asked.land)}", "new facilities on these land uses only"))
    texts += model_texts(asked, service.service, zones, listed)
    texts.append(
        (f"最远 {asked.max_travel_minutes:g} 分钟", f"nobody is assigned beyond {asked.max_travel_minutes:g} min")
    )
    if asked.new_capacity_persons is not None:
        size = f"{asked.new_capacity_persons:,.0f}"
        texts.append((f"新建规模 {size} 人", f"a new facility serves {size} persons"))
    if asked.open_yuan is not None:
        texts.append((f"每处投资 {asked.open_yuan:,.0f} 元", f"a new facility costs {asked.open_yuan:,.0f} yuan"))
    if service.out_of_reach:
        count = len(service.out_of_reach)
        texts.append(
            (
                f"{count} 个需求点任何地点都到不了，单独列出",
                f"demand points that no site can serve, listed apart: {count}",
            )
        )
    return texts
