"""The runs of a comparison, from the records in their folders."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from siting.errors import Faults
from siting.files.text import read_text
from siting.render.told_file import ANSWER_FILE, read_told
from siting.render.views import Told

FORMAT, VERSION = "layout_plan", 1
RECORD = "run.json"


@dataclass(frozen=True, eq=False)
class Run:
    """One run of a layout plan.

    Attributes:
        record: content of `run.json`.
        coverage: its rows by service, group, year, level and unit.
        told: all that is told of it; None where an older version of the program made the folder.
    """

    folder: Path
    record: dict[str, Any]
    coverage: pd.DataFrame
    told: Told | None = None

    @property
    def id(self) -> str:
        """The scenario's id."""
        return str(self.record["scenario"]["id"])

    @property
    def title(self) -> tuple[str, str]:
        """(zh, en)."""
        scenario = self.record["scenario"]
        return str(scenario["title_zh"]), str(scenario["title_en"])

    @property
    def label(self) -> tuple[str, str]:
        """How sure it is."""
        return str(self.record["outcome"]["label_zh"]), str(self.record["outcome"]["label_en"])


def read_runs(words: list[str], out: Path) -> list[Run]:
    """The runs of these folders, or names of folders in `out`.

    Raises:
        InputError: with every folder that has no record of a layout plan, runs of different cases, fewer than two,
            or a folder whose data are damaged.
    """
    faults = Faults()
    runs = []
    for word in words:
        folder = next((f for f in (Path(word), out / word) if (f / RECORD).is_file()), None)
        if folder is None:
            faults.add(
                "这里没有运行结果（run.json）",
                "there is no result of a run here (run.json)",
                remedy_zh="先用 siting run 运行方案，再给出成果文件夹",
                remedy_en="run the scenario with siting run first, then name its folder",
                value=word,
            )
            continue
        record = _read(folder / RECORD, faults)
        if record is not None:
            told = read_told(folder) if (folder / ANSWER_FILE).is_file() else None
            runs.append(Run(folder, record, pd.DataFrame(record["coverage"]), told))
    if not faults:
        _check_together(runs, faults)
    faults.raise_if_any()
    return runs


def _read(path: Path, faults: Faults) -> dict[str, Any] | None:
    try:
        record = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        faults.add(f"记录已损坏（{error}）", f"the record is damaged ({error})", value=str(path))
        return None
    found = record.get("format"), record.get("version")
    if found != (FORMAT, VERSION):
        faults.add(
            '不是布局规划（kind = "layout"）的成果，不能这样比较',
            'not the result of a layout plan (kind = "layout"), so it cannot be compared in this way',
            value=str(path.parent),
        )
        return None
    return dict(record)


def _check_together(runs: list[Run], faults: Faults) -> None:
    if len(runs) < 2:
        faults.add("至少给出两次运行", "name two runs at least", value=", ".join(run.id for run in runs))
    cases = sorted({str(run.record["scenario"]["case"]) for run in runs})
    if len(cases) > 1:
        faults.add("这些运行不是同一个案例", "the runs are of different cases", value=", ".join(cases))
    shared = set.intersection(*({(str(row["service"]), row["year"]) for row in run.record["coverage"]} for run in runs))
    if not shared:
        faults.add(
            "这些运行没有共同的服务和年份",
            "the runs have no service and year in common",
            remedy_zh="；".join(_has(run)[0] for run in runs),
            remedy_en="; ".join(_has(run)[1] for run in runs),
            value=", ".join(run.id for run in runs),
        )


def _has(run: Run) -> tuple[str, str]:
    """The services and years of a run."""
    services, years = run.record["services"].values(), run.record["scenario"]["years"]
    zh, en = "、".join(told["name_zh"] for told in services), ", ".join(told["name_en"] for told in services)
    return (
        f"{run.id} 有 {zh}（{'、'.join(map(str, years))} 年）",
        f"{run.id} has {en} ({', '.join(map(str, years))})",
    )
