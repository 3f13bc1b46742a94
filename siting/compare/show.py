"""What the command line tells of a comparison."""

from __future__ import annotations

from collections.abc import Sequence

from siting.compare.runs import Run
from siting.compare.tables import differences


def lines_of(runs: Sequence[Run]) -> list[tuple[str, str]]:
    """The plans with money and people within the standard in the last common year; who gains and loses."""
    lines = []
    table = differences(runs)
    last = int(table["year"].max())
    for k, run in enumerate(runs):
        county = table[(table["level"] == "county") & (table["group"] == "all") & (table["year"] == last)]
        money = sum(part["yuan"] for part in run.record["money"])
        within = county[f"run{k}"].sum()
        lines += [
            (f"{k + 1}. {run.title[0]} {run.title[1]}", "bold"),
            (f"   {run.label[0]} {run.label[1]}", ""),
            (
                f"   投资 money {money:,.0f} 元 yuan；{last} 年达标人次 within {within:,.0f}",
                "",
            ),
        ]
    part = table[(table["level"] == "township") & (table["group"] == "all") & (table["year"] == last)]
    for k in range(1, len(runs)):
        change = part[f"change{k}"]
        gained, lost = change[change > 0].sum(), -change[change < 0].sum()
        lines.append(
            (f"第 {k + 1} 方案比第 1 方案（{last} 年）：受益 {gained:,.0f} 人次，受损 {lost:,.0f} 人次 "
             f"plan {k + 1} against plan 1: {gained:,.0f} gain, {lost:,.0f} lose", "bold")
        )  # fmt: skip
        worst = part.nsmallest(5, f"change{k}")
        for row in worst[worst[f"change{k}"] <= -0.5].to_dict("records"):
            lines.append((f"   {row['name']} {row['service']} {row[f'change{k}']:,.0f}", ""))
    return lines
