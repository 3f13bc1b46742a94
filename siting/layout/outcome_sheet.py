"""安排与成效: one row a service, what is done until the end of the plan and what it comes to in the last year."""

from __future__ import annotations

import pandas as pd

from siting.layout.facts import Facts
from siting.layout.headline import ends_text, served
from siting.layout.report import ARROW
from siting.layout.tables.columns import SERVICE
from siting.layout.texts import TEN_THOUSAND, mean_text, within_text, without_text
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.wording import both


def outcome_sheet(facts: Facts) -> Sheet:
    """Every service whose people are sent somewhere."""
    last, year, rows = len(facts.years) - 1, facts.years[-1], []
    for s in served(facts):
        service, f = facts.parts[s].service, facts.figures(s, last)
        done = ends_text(facts, s)
        rows.append(
            {
                "service": both((service.name_zh, service.name_en)), "done_zh": done[0], "done_en": done[1],
                "cost": sum(facts.figures(s, t).yuan for t in range(last + 1)) / TEN_THOUSAND,
                "within": within_text(f), "without": without_text(f), "minutes": mean_text(f),
            }
        )  # fmt: skip
    columns = (
        SERVICE,
        Column("done_zh", "安排", "What is done, in Chinese", width=36, language="zh"),
        Column("done_en", "安排（英文）", "What is done", width=36, language="en"),
        Column("cost", "投资（万元）", "Money, 10,000 yuan", "count"),
        Column("within", f"{year} 年标准之内", f"Within the standard in {year}", width=18),
        Column("without", "没有着落（人）", "Without a place", width=18),
        Column("minutes", "平均单程（分钟）", "Mean minutes", width=16),
    )
    frame = pd.DataFrame(rows, columns=[column.name for column in columns])
    return make_sheet("outcome", ("安排与成效", "What is done and what it brings"), columns, frame, (ARROW,))
