"""Runs to be compared: the tiny plan's record, changed by township, and a made-up map with names that mean harm."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from siting.compare.run import Run
from siting.layout.answer import LayoutAnswer
from siting.render.views import Told
from tests.hostile.names import HOSTILE
from tests.layout.tiny_plan import tiny_plan
from tests.render.sample_told import make_told

TITLES = (
    (f"甲方案 {HOSTILE[2]}", f"Plan A {HOSTILE[0]}"),
    (f"乙方案 {HOSTILE[3]}", f"Plan B {HOSTILE[11]}"),
    ("丙方案", "Plan C"),
)
LABELS = (
    ("已证明最优", "proven optimal"),
    ("与最优相差不超过 0.50%", "within 0.50% of optimal"),
    ("到时限", "time limit"),
)
TOWNS = (HOSTILE[4], HOSTILE[15], "丙乡")  # of the first, the second and the third township
WITHIN = ((0.0, 0.0, 0.0), (7.0, -3.0, 0.0), (-2.0, 5.0, 1.0))  # more people within, by run and township
MINUTES = ((10.0, 8.0, 9.5), (11.0, 8.0, 7.0), (10.0, 8.0, 9.5))  # mean minutes, by run and township


def record(title: str, **changes: float) -> dict[str, Any]:
    """The record of the tiny plan, with people within the standard changed by township: name to difference."""
    made: dict[str, Any] = json.loads(json.dumps(LayoutAnswer(tiny_plan()).record()))
    made["scenario"] |= {"id": title, "title_zh": title, "title_en": title}
    for row in made["coverage"]:
        row["within_after"] += changes.get(row["name"], 0.0)
    return made


def make_run(k: int, told: Told) -> Run:
    """The k-th run: three townships that differ from those of the first as `WITHIN` and `MINUTES` say."""
    made = record(TITLES[k][0])
    one = [row for row in made["coverage"] if row["level"] == "township"]
    others = [row for row in made["coverage"] if row["level"] != "township"]
    units = sorted({row["unit"] for row in one})
    towns = [
        {**row, "unit": f"t{n}", "name": TOWNS[n], "within_after": 10.0 + WITHIN[k][n], "need": 20.0,
         "mean_min_after": MINUTES[k][n]}
        for row in one
        if row["unit"] == units[0]
        for n in range(len(TOWNS))
    ]  # fmt: skip
    for row in others:
        row["within_after"] += sum(WITHIN[k])
    made["coverage"] = [*others, *towns]
    made["scenario"] |= {"title_zh": TITLES[k][0], "title_en": TITLES[k][1]}
    made["outcome"] |= {"label_zh": LABELS[k][0], "label_en": LABELS[k][1]}
    return Run(Path(f"run{k}"), made, pd.DataFrame(made["coverage"]), told)


def make_runs(count: int = 2) -> list[Run]:
    """So many runs, all with maps."""
    told = make_told()
    return [make_run(k, replace(told, title=TITLES[k], label=LABELS[k])) for k in range(count)]
