"""The log in a few sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from siting.opinions.asked import Asked
from siting.opinions.collect import Collected
from siting.opinions.log import Row
from siting.opinions.log_tables import counts
from siting.opinions.words import HANDLING, OPEN, OTHERWISE, STANCE, WAY, meant
from siting.render.wording import Text


def summary_of(rows: Sequence[Row], asked: Asked | None) -> list[Text]:
    """Lines on what was asked, what came, what it says and what became of it; fit for publication."""
    lines: list[Text] = []
    if asked is not None and asked.version:
        lines.append(
            (
                f"公示版本 {asked.version}，公示期 {asked.start} 至 {asked.end}",
                f"Version {asked.version}, open from {asked.start} to {asked.end}",
            )
        )
    number = counts(rows)
    ways = Counter(WAY.get(meant(row.way, WAY) or "", WAY["other"]) for row in rows).most_common()
    told = ["".join(f"{mark}{way[k]} {n}" for way, n in ways) for k, mark in enumerate(("；", "; "))]
    lines.append((f"收到意见 {number['total']} 条{told[0]}", f"{number['total']} opinions{told[1]}"))
    lines.append(_counted(number, STANCE))
    lines.append(_counted(number, HANDLING | {"open": OPEN} | ({"other": OTHERWISE} if number["other"] else {})))
    late = sum(row.late for row in rows)
    if late:
        lines.append((f"其中 {late} 条不在公示期内", f"{late} of them outside the period"))
    return lines


def troubles_of(rows: Sequence[Row], collected: Collected) -> list[Text]:
    """Lines on what staff must look at: what was replaced, what is gone, what could not be read."""
    told = (
        (sum(not row.handled["summary"] for row in rows), "条还没有写公开用的摘要", "have no summary to publish yet"),
        (len(collected.replaced), "份为更正前或重复的，未计入", "replaced by later ones or repeated, not counted"),
        (sum(row.gone for row in rows), "条的文件已不在文件夹中，照旧保留", "whose file is gone, kept as they were"),
        (len(collected.faults), "处没有读进，见“没有读进的”", "could not be read: see the sheet 没有读进的 Not read"),
    )  # fmt: skip
    return [(f"{n} {zh}", f"{n} {en}") for n, zh, en in told if n]


def _counted(number: dict[str, int], words: dict[str, Text]) -> Text:
    return (
        "，".join(f"{zh} {number[key]}" for key, (zh, _) in words.items()),
        ", ".join(f"{en} {number[key]}" for key, (_, en) in words.items()),
    )
