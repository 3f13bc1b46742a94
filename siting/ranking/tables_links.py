"""How long it takes from each facility to the sites at the head of the ranking, and to the site really chosen."""

from __future__ import annotations

import pandas as pd

from siting.ranking.rank import Ranking
from siting.ranking.sensitivity import TOP
from siting.ranking.sentences import chosen_name
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.wording import MODE, both
from siting.standards import load_service


def link_times(ranking: Ranking) -> Sheet:
    """Minutes from every facility or place that a criterion of travel reads."""
    first = ranking.scores.order[:TOP].tolist()
    ids = [str(ranking.sites["id"].iloc[row]) for row in first]
    parts = []
    for link in ranking.measured.links:
        names = link.origins["service"].map(_kind_of)
        frame = link.origins[["name"]].assign(
            kind=names, mode=both(MODE[link.mode]), criteria="、".join(zh for zh, _ in link.criteria)
        )
        for site in ids:
            frame[f"to_{site}"] = link.minutes[:, link.sites.index(site)]
        if ranking.chosen is not None:
            frame["to_chosen"] = link.minutes[:, -1]
        parts.append(frame)
    columns = [
        Column("name", "从", "From", width=30),
        Column("kind", "类别", "Kind", width=24),
        Column("mode", "方式", "By"),
        Column("criteria", "用于指标", "Read by", width=36),
        *(
            Column(
                f"to_{site}",
                f"到第 {ranking.scores.rank[row]} 名 {site}（分钟）",
                f"to no. {ranking.scores.rank[row]}, min",
                "minutes",
                18,
            )
            for row, site in zip(first, ids, strict=True)
        ),
    ]
    if ranking.chosen is not None:
        zh, en = chosen_name(ranking)
        columns.append(Column("to_chosen", f"到实际选址{zh}（分钟）", f"to {en}, min", "minutes", 18))
    note = ("空白：到不了。", "Empty: out of reach.")
    return make_sheet("link_times", ("联系时间", "Link times"), columns, pd.concat(parts, ignore_index=True), [note])


def _kind_of(service: str) -> str:
    if not service:
        return "方案写明的地点 place of the scenario"
    found = load_service(service)
    return both((found.facility_zh, found.facility_en))
