"""What an answer about groups shows: map, report, tables, record."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.case import Case
from siting.grouping.scenario import Grouping
from siting.grouping.solve import Groups
from siting.grouping.tables import LOAD, group_frame, member_frame, member_minutes, panel_sheet, sheets_of
from siting.grouping.teachers import teachers_to_share
from siting.provenance import hash_case
from siting.render.columns import Column
from siting.render.views import Base, Category, LineLayer, PointLayer, Section, Told, View, place_of
from siting.render.wording import Text
from siting.travel import describe_travel

# Told apart by people who do not see all colours: Okabe and Ito's eight, then darker ones.
COLOURS = (
    *("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#6d5a00", "#35164a"),
    *("#7f3b08", "#4d4d4d", "#1b7837", "#762a83"),
)


def tell(case: Case, scenario: Grouping, groups: Groups, base: Base) -> Told:
    """The whole answer in the words of `siting.render.views`."""
    teachers = teachers_to_share(case, groups)
    sheets = tuple(sheets_of(case, scenario, groups, teachers))
    outcome = groups.outcome
    view = View(
        subject=scenario.id,
        subject_zh=scenario.words.group_zh,
        subject_en=scenario.words.group_en.capitalize(),
        layers=_layers(case, scenario, groups),
        figures=tuple((zh, en, text) for (zh, en), text in figures(scenario, groups)),
        sheets=(panel_sheet(scenario, groups),),
    )
    sections = (
        Section("结果", "Result", tuple(findings(scenario, groups, teachers)), sheets),
        Section("规则与方法", "Rules and method", (*_method(scenario), *describe_travel(scenario.travel))),
    )
    return Told(
        place=place_of(case),
        title=(scenario.title_zh, scenario.title_en),
        label=(outcome.label_zh, outcome.label_en),
        notices=tuple(notices(case, teachers)),
        views=(view,),
        sections=sections,
        sheets=sheets,
        base=base,
        inputs=hash_case(case),
        record=record(scenario, groups, teachers),
    )


def notices(case: Case, teachers: pd.DataFrame | None) -> list[Text]:
    """What every output must say."""
    found: list[Text] = [(case.info.notice_zh, case.info.notice_en)] if case.info.notice_zh else []
    if teachers is not None:
        found.append(
            (
                "教师标准取自二手文本（data/quality_balance.toml），未经核实。",
                "The standards for teachers are read in secondary texts (data/quality_balance.toml), not verified.",
            )
        )
    return found


def figures(scenario: Grouping, groups: Groups) -> list[tuple[Text, str]]:
    """The headline figures: name and text of the value."""
    minutes, problem = member_minutes(groups), groups.problem
    count = np.bincount(groups.group, minlength=len(problem.leads))
    zh, en, _ = LOAD[scenario.rules.load]
    return [
        ((scenario.words.group_zh, f"number of {scenario.words.group_en} groups"), f"{len(problem.leads)}"),
        ((scenario.words.member_zh, f"{scenario.words.member_en}s"), f"{len(minutes)}（{count.min()}–{count.max()}）"),
        ((f"{zh}与应有份额最多相差", f"largest difference of {en.lower()}"), f"{problem.imbalance(groups.group):.1%}"),
        (("成员平均分钟", "mean minutes of members"), f"{minutes.mean():.1f}"),
        (("最远分钟", "worst minutes"), f"{minutes.max():.1f}"),
    ]


def findings(scenario: Grouping, groups: Groups, teachers: pd.DataFrame | None) -> list[Text]:
    """What the grouping gives, in sentences."""
    problem, minutes, words = groups.problem, member_minutes(groups), scenario.words
    zh, en, _ = LOAD[scenario.rules.load]
    found: list[Text] = []
    for row in group_frame(groups).to_dict("records"):
        if not row["members"]:
            found.append((f"{row['name']}：没有{words.member_zh}。", f"{row['name']}: no members."))
            continue
        found.append(
            (
                f"{row['name']}：{row['members']} 个{words.member_zh}（{row['names']}），{zh} {row['load']:,.0f}"
                f"（应有 {row['target']:,.0f}，相差 {row['difference']:+.1%}），"
                f"平均 {row['mean_min']:.1f} 分钟，最远 {row['worst_min']:.1f} 分钟。",
                f"{row['name']}: {row['members']} members, {en.lower()} {row['load']:,.0f} "
                f"({row['target']:,.0f} as it should be, {row['difference']:+.1%}), mean {row['mean_min']:.1f} min, "
                f"worst {row['worst_min']:.1f}.",
            )
        )
    nearest = problem.minutes.argmin(axis=1)
    alone = problem.minutes.min(axis=1)
    found.append(
        (
            f"若各成员都去最近的{words.lead_zh}：平均 {alone.mean():.1f} 分钟（本方案 {minutes.mean():.1f}），"
            f"但{zh}最多相差 {problem.imbalance(nearest):.1%}（本方案 {problem.imbalance(groups.group):.1%}）。",
            f"If each member went to its nearest {words.lead_en}: mean {alone.mean():.1f} minutes (here "
            f"{minutes.mean():.1f}), but a difference of up to {problem.imbalance(nearest):.1%} (here "
            f"{problem.imbalance(groups.group):.1%}).",
        )
    )
    if teachers is not None:
        for kind, rows in teachers.groupby("resource", sort=False):
            first = rows.iloc[0]
            found.append(
                (
                    f"{first['name_zh']}：成员校共缺 {rows['short'].sum()} 人，组内可共享 {rows['shared'].sum()} 人，"
                    f"仍缺 {rows['left'].sum()} 人。",
                    f"{first['name_en']} ({kind}): members lack {rows['short'].sum()}, {rows['shared'].sum()} can be "
                    f"shared inside the groups, {rows['left'].sum()} are still lacking.",
                )
            )
    return found


def _method(scenario: Grouping) -> list[Text]:
    rules, words = scenario.rules, scenario.words
    zh, en, _ = LOAD[rules.load]
    most_zh = "不限" if rules.most_members is None else f"至多 {rules.most_members}"
    most_en = "any number" if rules.most_members is None else f"at most {rules.most_members}"
    goal = (
        ("人数×分钟", "load times minutes") if rules.objective == "load_minutes" else ("成员分钟", "members' minutes")
    )
    return [
        (
            f"每个{words.member_zh}归一个{words.lead_zh}；各组{zh}与应有份额相差不超过 {rules.balance:.0%}；"
            f"每组成员至少 {rules.least_members}、{most_zh}；最长 {rules.max_minutes:g} 分钟"
            + ("；每组服务区连成一片" if rules.contiguous else "")
            + f"。在此之下求{goal[0]}之和最小。",
            f"Each member belongs to one lead; {en.lower()} of each group within {rules.balance:.0%} of its share; at "
            f"least {rules.least_members} members and {most_en}; at most {rules.max_minutes:g} minutes"
            + ("; the catchments of a group hang together" if rules.contiguous else "")
            + f". Under these rules the sum of {goal[1]} is least.",
        ),
        (
            "模型：单源 p-中位，牵头单位全部保留，容量与最低使用人数为均衡的上下限（Hess 等 1965；Mehrotra 等 1998）。"
            "结果由独立程序按原始数据重新核对。",
            "Model: single-source p-median with all leads kept, capacity and least use as the limits of balance (Hess "
            "et al. 1965; Mehrotra et al. 1998). The result is checked anew from the tables.",
        ),
    ]


def _layers(case: Case, scenario: Grouping, groups: Groups) -> tuple[PointLayer | LineLayer, ...]:
    problem, words = groups.problem, scenario.words
    members, leads = member_frame(groups), problem.leads
    zh, en, kind = LOAD[scenario.rules.load]

    def categories(symbol: str, size: float) -> tuple[Category, ...]:
        return tuple(
            Category(str(lead), str(name), str(name), COLOURS[k % len(COLOURS)], symbol, size)  # type: ignore[arg-type]
            for k, (lead, name) in enumerate(zip(leads["id"], leads["name"], strict=True))
        )

    where = dict(zip(leads["id"], zip(leads["lon"], leads["lat"], strict=True), strict=True))
    lines = pd.DataFrame(
        {
            "from_lon": members["lon"],
            "from_lat": members["lat"],
            "to_lon": [where[key][0] for key in members["lead"]],
            "to_lat": [where[key][1] for key in members["lead"]],
            "category": members["lead"],
        }
    )
    heads = group_frame(groups).assign(
        id=leads["id"], lon=leads["lon"], lat=leads["lat"], category=leads["id"].astype(str)
    )
    found: list[PointLayer | LineLayer] = []
    if problem.catchment is not None:
        ids = leads["id"].to_numpy(dtype=object)[groups.group][problem.catchment]
        people = case.demand[["id", "name", "lon", "lat", "township"]].assign(persons=case.population, category=ids)
        columns = (Column("township", "乡镇街道", "Township"), Column("persons", "人口", "People", "persons"))
        found.append(
            PointLayer("people", "居民点（按所属）", "Places, by group", people, categories("circle", 2.5), columns)
        )
    found.append(LineLayer("lines", "归属", "Who belongs where", lines, categories("circle", 2.0)))
    found.append(
        PointLayer(
            "members", words.member_zh, words.member_en.capitalize(),
            members.assign(category=members["lead"]), categories("circle", 7.0),
            (
                Column("lead_name", words.lead_zh, words.lead_en.capitalize()),
                Column("load", zh, en, kind), Column("minutes", "分钟", "Minutes", "minutes"),
            ),
        )
    )  # fmt: skip
    found.append(
        PointLayer(
            "leads", words.lead_zh, words.lead_en.capitalize(), heads, categories("star", 12.0),
            (
                Column("members", "成员数", "Members", "count"), Column("load", zh, en, kind),
                Column("difference", "相差", "Difference", "share"),
                Column("worst_min", "最远分钟", "Worst minutes", "minutes"),
            ),
            label="name",
        )
    )  # fmt: skip
    return tuple(found)


def record(scenario: Grouping, groups: Groups, teachers: pd.DataFrame | None) -> dict[str, object]:
    """What `run.json` and `--json` tell."""
    outcome, members = groups.outcome, member_frame(groups)
    return {
        "kind": "grouping",
        "scenario": scenario.model_dump(mode="json", by_alias=True),
        "outcome": {
            "status": outcome.status.value, "proven": outcome.proven, "objective": outcome.objective,
            "bound": outcome.bound, "gap": outcome.gap, "solver": outcome.solver, "solver_version": outcome.version,
            "solver_seconds": round(outcome.seconds, 3),
        },
        "verified": all(check.passed for check in groups.checks),
        "largest_difference": groups.problem.imbalance(groups.group),
        "groups": [
            {
                key: (None if value != value else value)
                for key, value in row.items()
            }
            for row in group_frame(groups).drop(columns=["names"]).to_dict("records")
        ],
        "members": dict(zip(members["id"], members["lead"], strict=True)),
        "teachers": [] if teachers is None else teachers.drop(columns=["name_zh", "name_en"]).to_dict("records"),
    }  # fmt: skip
