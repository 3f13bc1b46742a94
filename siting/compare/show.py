"""What the command line tells of a comparison."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from siting.compare.run import Run
from siting.compare.tables import LEAST_PERSONS, differences
from siting.layout.texts import money_text
from siting.render.wording import Text, both, minutes_text, persons_text, share_text

NAMED = 5  # townships and services that gain or lose most


def lines_of(runs: Sequence[Run]) -> list[tuple[str, str]]:
    """The plans with what each of the services they share comes to in the last common year; who gains and loses."""
    lines: list[tuple[str, str]] = []
    table = differences(runs)
    last = int(table["year"].max())
    shared = list(dict.fromkeys(table.loc[table["year"] == last, "service"]))
    for k, run in enumerate(runs):
        lines.append((f"{k + 1}. {run.title[0]}", "bold"))
        lines.append((f"   {run.title[1]}", "dim"))
        lines += _said(run.label)
        if run.yearly:
            money = money_text(sum(part["yuan"] for part in run.record["money"]))
            lines += _said((f"全部服务投资 {money[0]}", f"all services: {money[1]}"))
        for service in shared:
            lines += _said(_service(run, service, last))
    part = table[(table["level"] == "township") & (table["group"] == "all") & (table["year"] == last)]
    for k in range(1, len(runs)):
        lines += _against(runs, part, k, last)
    return lines + _unmapped(runs)


def _unmapped(runs: Sequence[Run]) -> list[tuple[str, str]]:
    """Which runs' folders were made by an older version, so that there are no pages with maps."""
    older = ", ".join(run.id for run in runs if run.told is None)
    if not older:
        return []
    return [
        (f"没有并排的地图：{older} 是旧版程序的成果，重新运行后再比较即有", "yellow"),
        (f"no maps side by side: {older} was made by an older version; run it again and compare anew", "dim"),
    ]


def _said(text: Text) -> list[tuple[str, str]]:
    return [(f"   {text[0]}", ""), (f"   {text[1]}", "dim")]


def _name(run: Run, service: str) -> Text:
    told = run.record["services"][service]
    return str(told["name_zh"]), str(told["name_en"])


def _service(run: Run, service: str, year: int) -> Text:
    """One service of a plan in one year."""
    rows = run.coverage
    here = rows[(rows["service"] == service) & (rows["year"] == year) & (rows["level"] == "county")]
    row = here[here["group"] == "all"].iloc[0]
    zh, en = _name(run, service)
    share, without = share_text(float(row["share_after"])), persons_text(float(row["without_after"]))
    mean = minutes_text(float("nan") if row["mean_min_after"] is None else float(row["mean_min_after"]))
    if not run.yearly:
        return (
            f"{zh}：标准之内 {share}，到最近设施平均 {mean} 分钟",
            f"{en}: within the standard {share}, mean time to the nearest {mean} min",
        )
    money = money_text(float(run.record["services"][service]["yuan"]))
    return (
        f"{zh}：投资 {money[0]}；{year} 年标准之内 {share}，没有着落 {without} 人，平均单程 {mean} 分钟",
        f"{en}: {money[1]}; in {year} within the standard {share}, without a place {without}, mean way {mean} min",
    )


def _against(runs: Sequence[Run], part: pd.DataFrame, k: int, year: int) -> list[tuple[str, str]]:
    """How many more and fewer are within the standard than by the first plan, and where most."""
    change = part[f"change{k}"]
    gained, lost = persons_text(float(change[change > 0].sum())), persons_text(abs(float(change[change < 0].sum())))
    when = (f"{year} 年", f"{year}, ") if runs[k].yearly else ("", "")
    lines = [
        (
            f"第 {k + 1} 方案比第 1 方案（{when[0]}共有的服务，按乡镇净计）："
            f"达标增加 {gained} 人次，减少 {lost} 人次",
            "bold",
        ),
        (
            f"plan {k + 1} against plan 1 ({when[1]}services of both, net by township): "
            f"within the standard {gained} more, {lost} fewer",
            "dim",
        ),
    ]  # fmt: skip
    for sign, zh, en in ((1, "增加最多", "most more in"), (-1, "减少最多", "most fewer in")):
        own = part.assign(size=sign * change).nlargest(NAMED, "size")
        own = own[own["size"] >= LEAST_PERSONS]
        mark = "+" if sign > 0 else "-"
        told = [
            f"{row['name']} {both(_name(runs[0], row['service']))} {mark}{persons_text(row['size'])}"
            for row in own.to_dict("records")
        ]
        if told:
            lines.append((f"   {zh} {en}：{'；'.join(told)}", ""))
    return lines
