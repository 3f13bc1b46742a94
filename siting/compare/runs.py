"""The runs of a comparison, from the records and the data in their folders."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from siting.compare.one_period import one_period_run
from siting.compare.run import Run
from siting.errors import Faults, InputError
from siting.files.run_folder import ANSWER_FILE, RECORD_FILE, find_run
from siting.files.text import read_text
from siting.render.told_file import read_told

FORMAT, VERSION = "layout_plan", 1


def read_runs(words: list[str], out: Path) -> list[Run]:
    """The runs of these folders, or names of folders in `out`.

    Raises:
        InputError: with every folder that has no record of a layout plan, runs of different cases, fewer than two,
            or a folder whose data are damaged.
    """
    faults = Faults()
    runs: list[Run] = []
    for word in words:
        try:
            run = _read(find_run(word, out), faults)
        except InputError as error:
            faults.items.extend(error.faults)
            continue
        if run is not None:
            runs.append(run)
    if not faults:
        _check_together(runs, faults)
    faults.raise_if_any()
    return runs


def _read(folder: Path, faults: Faults) -> Run | None:
    path = folder / RECORD_FILE
    try:
        record = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        faults.add(f"记录已损坏（{error}）", f"the record is damaged ({error})", value=str(path))
        return None
    told = read_told(folder) if (folder / ANSWER_FILE).is_file() else None
    if (record.get("format"), record.get("version")) == (FORMAT, VERSION):
        return Run(folder, record, pd.DataFrame(record["coverage"]), told)
    run = None if told is None else one_period_run(folder, told)
    if run is None:
        faults.add(
            '不是布局规划（kind = "layout"）或单期方案、现状评估的成果，或是旧版程序的成果，不能这样比较',
            'neither the result of a layout plan (kind = "layout") nor of one period, or made by an older version: it '
            "cannot be compared in this way",
            remedy_zh="如是旧版成果，请重新运行该方案",
            remedy_en="if it was made by an older version, run it again",
            value=str(folder),
        )
    return run


def _check_together(runs: list[Run], faults: Faults) -> None:
    if len(runs) < 2:
        faults.add("至少给出两次运行", "name two runs at least", value=", ".join(run.id for run in runs))
    cases = sorted({str(run.record["scenario"]["case"]) for run in runs})
    if len(cases) > 1:
        faults.add("这些运行不是同一个案例", "the runs are of different cases", value=", ".join(cases))
    shared = set.intersection(*(set(zip(run.coverage["service"], run.coverage["year"], strict=True)) for run in runs))
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
    when = (f"{'、'.join(map(str, years))} 年", ", ".join(map(str, years))) if years else ("单期", "one period")
    return f"{run.id} 有 {zh}（{when[0]}）", f"{run.id} has {en} ({when[1]})"
