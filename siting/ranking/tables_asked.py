"""The tables of what a ranking asks: weights, scales, rules, their sources, and the sites that the rules exclude."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from siting.ranking.frames import REASONS, SITE, excluded_frame
from siting.ranking.rank import Ranking
from siting.ranking.rules import separations
from siting.ranking.words import cell_value
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.wording import both, yes_no
from siting.sourced import Sourced


def sources_of(ranking: Ranking) -> dict[str, Sourced]:
    """The numbers of the rules with their sources, by key."""
    found = {
        f"rules.separation_m.{key}": value for key, value in separations(ranking.scenario, ranking.service).items()
    }
    if ranking.scenario.rules.site_m2 is not None:
        found["rules.site_m2"] = ranking.scenario.rules.site_m2
    return found


def weights(ranking: Ranking) -> Sheet:
    """The criteria with their weights, scales, limits and sources."""
    rows = []
    for criterion, scale, weight in zip(ranking.scenario.criteria, ranking.scales, ranking.scores.weights, strict=True):
        kind = criterion.number_kind
        limits = [
            f"{words} {cell_value(limit, kind)}"
            for words, limit in (("不小于 at least", criterion.at_least), ("不大于 at most", criterion.at_most))
            if limit is not None
        ]
        rows.append(
            {
                "criterion": both((criterion.name_zh, criterion.name_en)),
                "weight": weight,
                "prefer": "越小越好 less is better" if scale.low_is_better else "越大越好 more is better",
                "best": _end(scale.best, scale.best_given, kind),
                "worst": _end(scale.worst, scale.worst_given, kind),
                "source": criterion.source,
                "verified": yes_no(criterion.verified),
                "limits": "；".join(limits),
                "id": criterion.id,
                "measure": criterion.measure,
                "written": criterion.weight,
            }
        )
    note = (
        "“取自备选地”的尺度随备选地变化：增减一块地可能改变其余地块的次序；要避免，请写明 best 与 worst。",
        "A scale taken from the sites changes with them: adding or removing one may change the order of the others; to "
        "avoid that, give best and worst.",
    )
    columns = (*SHORT, *LONG)
    return make_sheet("weights", ("权重与依据", "Weights and sources"), columns, pd.DataFrame(rows), [note])


SHORT = (
    Column("criterion", "指标", "Criterion", width=36),
    Column("weight", "权重（合计 100%）", "Weight, of 100 %", "share"),
    Column("prefer", "方向", "Direction", width=20),
    Column("best", "得 100 分的数值", "Value for 100", width=26),
    Column("worst", "得 0 分的数值", "Value for 0", width=26),
    Column("source", "依据", "Source", width=60),
    Column("verified", "已核实", "Verified"),
)
LONG = (
    Column("limits", "硬性限值", "Hard limits", width=20),
    Column("id", "编号", "Id", width=18),
    Column("measure", "量度", "Measure", width=24),
    Column("written", "写明的权重", "Weight as written", "number"),
)


def short_weights(ranking: Ranking) -> Sheet:
    """The same without what the report has no room for."""
    sheet = weights(ranking)
    return replace(sheet, columns=SHORT, frame=sheet.frame[[column.name for column in SHORT]])


def _end(value: float, given: bool, kind: str) -> str:
    return f"{cell_value(value, kind)}（{'方案写明 given' if given else '取自备选地 from the sites'}）"


def rules(ranking: Ranking) -> Sheet:
    """The rules and hard limits with how many sites each excludes."""
    times = pd.Series([row for rule in ranking.excluded for row in rule.rows], dtype=np.int64).value_counts()
    sources = sources_of(ranking)
    data = pd.DataFrame(
        [
            {
                "rule": rule.rule,
                "text": both((rule.zh, rule.en)),
                "excluded": len(rule.sites),
                "alone": sum(times[row] == 1 for row in rule.rows),
                "source": sources[rule.rule].source if rule.rule in sources else "",
                "verified": yes_no(sources[rule.rule].verified) if rule.rule in sources else "",
            }
            for rule in ranking.excluded
        ],
        columns=["rule", "text", "excluded", "alone", "source", "verified"],
    )
    columns = [
        Column("rule", "设置项", "Key", width=28),
        Column("text", "条件", "Rule", width=50),
        Column("excluded", "排除几块", "Excludes", "count"),
        Column("alone", "其中只因这一条", "By it alone", "count"),
        Column("source", "依据", "Source", width=60),
        Column("verified", "已核实", "Verified"),
    ]
    note = (
        "距离按地块的点位到道路、铁路的直线计；标准量到建筑外墙，大地块内可以退让。",
        "Distances are straight lines from the plot's point; the standards measure from the building's wall, "
        "which may stand back on a large plot.",
    )
    return make_sheet("rules", ("条件", "Rules"), columns, data, [note])


def excluded(ranking: Ranking) -> Sheet:
    """The sites that are excluded, with the reasons."""
    frame = excluded_frame(ranking)
    columns = [*SITE[1:-1], REASONS]
    return make_sheet("excluded", ("排除的地块", "Excluded sites"), columns, frame)
