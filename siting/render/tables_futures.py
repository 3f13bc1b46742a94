"""Tables about possible futures: how the plan does in each, and the villages that lose by one."""

from __future__ import annotations

import pandas as pd

from siting.render.columns import Column, Sheet, make_sheet
from siting.render.tables_sites import SERVICE
from siting.render.wording import both, joined
from siting.results import RunResult

RULE = {
    "no": ("按基准情景选址，再看其他情景", "planned for the base, then looked at in the others"),
    "expected": ("按各情景的期望值选址", "chosen by the expected value over the futures"),
    "regret": ("按最大遗憾值最小选址", "chosen by the least largest regret over the futures"),
}
NOTES = (
    (
        "每个情景单独计算需求与出行时间，设施位置不变。达标与时间按到最近一处开放设施计；“被阻断”指基准情景中能到、"
        "该情景中到不了任何设施的人；“不再达标”指基准情景中达标、该情景中不达标的人（含被阻断的）；“无处可去”指能到的"
        "设施都已满的人。",
        "Demand and travel times are each future's own; the facilities stay. Covered and minutes are to the nearest"
        " open facility. Cut off: who reach a facility in the base and none there. No longer covered: within the"
        " standard in the base and not there (the cut off among them). Without a place: all that they reach is full.",
    ),
    (
        "遗憾值：若事先知道该情景会发生、专为它选址，目标值能好多少，单位与目标值相同（p-中位为人·分钟，最大覆盖为人）。"
        "“该情景最优的可靠性”写明比较对象是否已证明最优；未证明时，遗憾值只对已知的最好方案而言，可能略小于 0。"
        "空格：方案在该情景中不能满足模型的全部条件（如有人到不了任何设施），或该情景自身没有可行方案。",
        "Regret: by how much the objective could be better had one known that this future would come; in the"
        " objective's unit (person-minutes for a p-median, persons for covering). How sure the future's own best is"
        " stands beside it: where that is not proven, regret is against the best plan known and may lie a little below"
        " 0. Empty: the plan cannot meet all of the model's conditions there (as when somebody reaches no facility),"
        " or the future has no plan of its own.",
    ),
)


def has_futures(result: RunResult) -> bool:
    """Whether the run looked at other futures."""
    return any(service.outlook is not None for service in result.services)


def futures(result: RunResult) -> Sheet:
    """未来情景: one row a service and future."""
    texts = {future.id: future for future in result.futures}
    parts = []
    for service in result.services:
        if service.outlook is not None:
            table = service.outlook.table
            parts.append(
                table.assign(
                    service=service.service.name_zh,
                    future=[both(pair) for pair in zip(table["name_zh"], table["name_en"], strict=True)],
                    changes=[both(joined(texts[key])) for key in table["id"]],
                    best_label=[
                        both(pair) for pair in zip(table["best_label_zh"], table["best_label_en"], strict=True)
                    ],
                    rule=both(RULE[service.outlook.rule]),
                )
            )
    columns = (
        SERVICE,
        Column("future", "未来情景", "Future", width=30),
        Column("changes", "与基准不同之处", "What is different", width=46),
        Column("probability", "概率", "Probability", "share", 11),
        Column("demand_persons", "需要服务的人（人）", "People who need it (persons)", "persons", 16),
        Column("covered_persons", "达标人数（人）", "Covered (persons)", "persons", 14),
        Column("covered_share", "达标率", "Covered share", "share", 11),
        Column("mean_min", "平均时间（分钟）", "Mean (min)", "minutes", 12),
        Column("worst_min", "最长时间（分钟）", "Longest (min)", "minutes", 12),
        Column("unreachable_persons", "不可达人数（人）", "Unreachable (persons)", "persons", 14),
        Column("cut_off_persons", "被阻断（人）", "Cut off (persons)", "persons", 13),
        Column("newly_uncovered_persons", "不再达标（人）", "No longer covered (persons)", "persons", 14),
        Column("no_place_persons", "无处可去（人）", "Without a place (persons)", "persons", 14),
        Column("overfull", "超出规模的设施（处）", "Facilities over capacity", "count", 14),
        Column("overfull_names", "超出规模的设施", "Which", width=40),
        Column("objective", "目标值", "Objective", "objective", 16),
        Column("best_objective", "该情景自身最优的目标值", "Best for this future alone", "objective", 18),
        Column("best_label", "该情景最优的可靠性", "How sure that best is", width=34),
        Column("regret", "遗憾值", "Regret", "objective", 14),
        Column("regret_share", "遗憾值占最优的比例", "Regret, share of that best", "share", 14),
        Column("rule", "选址规则", "How the plan was chosen", width=40),
    )
    frame = pd.concat(parts, ignore_index=True)
    return make_sheet("futures", ("未来情景", "Futures"), columns, frame, NOTES)


def futures_places(result: RunResult) -> Sheet:
    """未来受影响的村: who is cut off or no longer covered, by village."""
    parts = []
    for service in result.services:
        if service.outlook is not None:
            places = service.outlook.places
            named = [both(pair) for pair in zip(places["name_zh"], places["name_en"], strict=True)]
            parts.append(places.assign(service=service.service.name_zh, future=named))
    columns = (
        SERVICE,
        Column("future", "未来情景", "Future", width=30),
        Column("township", "乡镇街道", "Township", width=14),
        Column("village", "村/社区", "Village", width=22),
        Column("cut_off_persons", "被阻断（人）", "Cut off (persons)", "persons", 14),
        Column("newly_uncovered_persons", "不再达标（人）", "No longer covered (persons)", "persons", 14),
    )
    frame = pd.concat(parts, ignore_index=True)
    return make_sheet("futures_places", ("受影响的村", "Futures, villages"), columns, frame)
