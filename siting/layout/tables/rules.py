"""What the changes of the plan together had to keep, and how close it came."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.layout.moved_twice import NOBODY, moved_again
from siting.layout.rows import MONEY
from siting.layout.tables.facts import Facts
from siting.render.columns import Column, Sheet, make_sheet, with_values
from siting.render.wording import Text, both, yes_no

STRUCTURE = {
    "counts_as": ("上级设施同时提供下级服务", "higher facilities provide the lower service too"),
    "within": ("附设于在用的设施", "inside a facility that is in use"),
    "reuse": ("原址腾出后才能利用", "a building is used once it is empty"),
    "plot": ("一块用地一项服务", "a plot holds one service"),
    "near": ("配套设施就近", "the partner is near"),
    "land": ("共用地块的用地面积", "land of shared plots"),
    "moved_at_most_once": (
        "最近的一处撤并后，接着最近的不在以后各期撤并",
        "where the nearest closes, the next nearest closes in no later period",
    ),
}
EQUAL = 1e-6
NUMBERS = (
    ("value", "实际", "Value"), ("least", "不少于", "At least"), ("most", "不超过", "At most"),
    ("slack", "余量", "Slack"),
)  # fmt: skip


def rules(facts: Facts, variation: pd.DataFrame) -> Sheet:
    """规则: every rule over the changes; those that only tie places to one another are counted together.

    After them what is checked on the plan itself, whether or not it was demanded.

    Args:
        variation: as `balance.variation_of`.
    """
    posed = facts.plan.posed
    changes = posed.instance.changes
    assert changes is not None
    taken = np.zeros(changes.count)
    taken[facts.plan.after.change.ravel()] = 1.0
    value = np.asarray(changes.rows @ taken, dtype=np.float64)
    money = np.array(["budget" in row.id.split(".")[0] or ".budget_yuan" in row.id for row in posed.rows], dtype=bool)
    unit = np.where(money, MONEY, 1.0)
    least, most = changes.least, changes.most
    slack = np.minimum(most - value, value - least)
    kept = (slack >= -EQUAL).astype(bool)
    first = np.array([row.id.split(".")[0] for row in posed.rows], dtype=object)
    rows: list[dict[str, object]] = []
    for r in np.flatnonzero(~np.isin(first, list(STRUCTURE))):
        rows.append(
            {
                "rule": both((posed.rows[r].zh, posed.rows[r].en)), "value": value[r] * unit[r],
                "least": _finite(least[r] * unit[r]), "most": _finite(most[r] * unit[r]),
                "slack": _finite(slack[r] * unit[r]), "binding": yes_no(bool(slack[r] <= EQUAL)),
                "kept": yes_no(bool(kept[r])), "count": 1,
            }
        )  # fmt: skip
    for key, words in STRUCTURE.items():
        mine = np.flatnonzero(first == key)
        if mine.size:
            rows.append(
                {
                    "rule": both(words), "value": np.nan, "least": np.nan, "most": np.nan, "slack": np.nan,
                    "binding": "", "kept": yes_no(bool(kept[mine].all())), "count": mine.size,
                }
            )  # fmt: skip
    rows += _checked(facts, variation)
    columns = (
        Column("rule", "规则", "Rule", width=60), Column("count", "条数", "Rules", "count", 8),
        *(Column(name, zh, en, "objective", 18) for name, zh, en in NUMBERS),
        Column("binding", "已用足", "Binding", width=10), Column("kept", "满足", "Kept", width=10),
    )  # fmt: skip
    notes = (
        (
            "实际值的单位见规则的文字：元、处、人，差异系数无单位。已用足：放宽它，方案可能更好。设施间的联系规则只列条数。",
            "Values in yuan, facilities or persons as the rule says; coefficients of variation have no unit. Binding:"
            " with more room the plan might be better. Rules that only tie places to one another are counted.",
        ),
        (
            "“核对”各行按方案的实际分配算出；求解时不以差异系数为约束。",
            "Rows that begin with “checked” are computed from where the plan really sends people; no plan is held to"
            " coefficients of variation.",
        ),
    )
    frame = pd.DataFrame(rows, columns=[column.name for column in columns])
    columns = with_values(columns, frame, [name for name, *_ in NUMBERS])
    return make_sheet("rules", ("规则", "Rules"), columns, frame, notes)


def _checked(facts: Facts, variation: pd.DataFrame) -> list[dict[str, object]]:
    """What the rows over changes cannot hold, on the plan as it is."""
    rows = []
    for s, part in enumerate(facts.plan.posed.parts):
        name = (part.service.name_zh, part.service.name_en)
        if part.plan.moved_at_most_once:
            words = (
                f"核对：{name[0]}的人先后两次因撤并换地方（人）",
                f"checked: {name[1]}, people moved twice by closures",
            )
            rows.append(_limit(words, moved_again(facts.moved, s), 0.0, NOBODY))
        mine = variation[(variation["service"] == part.service.id) & (variation["when"] == "after")]
        for year, told in mine.groupby("year"):
            if part.plan.quality_limits:
                words = (
                    f"核对：{name[0]} {year} 年七项指标合起来不合格的学校（所）",
                    f"checked: {name[1]} {year}, schools that fail the seven indicators",
                )
                rows.append(_limit(words, float(told["failing"].iloc[0]), 0.0))
            words = (
                f"核对：{name[0]} {year} 年七项指标中最大的差异系数",
                f"checked: {name[1]} {year}, the largest coefficient of variation of the seven indicators",
            )
            rows.append(_limit(words, float(told["variation"].max()), float(told["largest"].iloc[0])))
    return rows


def _limit(words: Text, value: float, most: float, tolerance: float = 0.0) -> dict[str, object]:
    return {
        "rule": both(words), "value": value, "least": np.nan, "most": most, "slack": most - value, "binding": "",
        "kept": yes_no(value <= most + tolerance), "count": 1,
    }  # fmt: skip


def _finite(value: float) -> float:
    return float(value) if np.isfinite(value) else float("nan")
