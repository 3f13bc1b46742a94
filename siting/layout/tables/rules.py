"""What the changes of the plan together had to keep, and how close it came."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.layout.rows import MONEY
from siting.layout.tables.facts import Facts
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.wording import both, yes_no

STRUCTURE = {
    "counts_as": ("上级设施同时提供下级服务", "higher facilities provide the lower service too"),
    "within": ("附设于在用的设施", "inside a facility that is in use"),
    "reuse": ("原址腾出后才能利用", "a building is used once it is empty"),
    "plot": ("一块用地一项服务", "a plot holds one service"),
    "near": ("配套设施就近", "the partner is near"),
    "land": ("共用地块的用地面积", "land of shared plots"),
}
EQUAL = 1e-6


def rules(facts: Facts) -> Sheet:
    """规则: every rule over the changes; those that only tie places to one another are counted together."""
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
    columns = (
        Column("rule", "规则", "Rule", width=60), Column("count", "条数", "Rules", "count", 8),
        Column("value", "实际", "Value", "yuan", 15), Column("least", "不少于", "At least", "yuan", 15),
        Column("most", "不超过", "At most", "yuan", 15), Column("slack", "余量", "Slack", "yuan", 15),
        Column("binding", "已用足", "Binding", width=10), Column("kept", "满足", "Kept", width=10),
    )  # fmt: skip
    notes = ((
        "实际值以元或处计，见规则的文字。已用足：放宽它，方案可能更好。设施间的联系规则只列条数。",
        "Values in yuan or facilities, as the rule says. Binding: with more room the plan might be better. Rules that"
        " only tie places to one another are counted.",
    ),)  # fmt: skip
    frame = pd.DataFrame(rows, columns=[column.name for column in columns])
    return make_sheet("rules", ("规则", "Rules"), columns, frame, notes)


def _finite(value: float) -> float:
    return float(value) if np.isfinite(value) else float("nan")
