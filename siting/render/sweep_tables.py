"""The summary of a sweep as CSV, workbook and page: one row for each task and service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from siting.render.columns import Column, Sheet, make_sheet
from siting.render.csv_files import write_sheet_csv
from siting.render.page import page_environment, page_style
from siting.render.wording import both
from siting.render.workbook import write_sheets

Row = Mapping[str, object]
States = Mapping[str, tuple[str, str]]
NAMES = ("各任务汇总", "Summary of the sweep")
COLUMNS = (
    Column("place", "地方", "Place", width=20),
    Column("title", "方案", "Scenario", width=28),
    Column("service", "服务", "Service", width=18),
    Column("state", "状态", "State", width=14),
    Column("label", "结论", "Result", width=40),
    Column("new", "新建处数", "New facilities", "count"),
    Column("cost_yuan", "费用（元）", "Cost (yuan)", "yuan", 14),
    Column("persons", "需求人数", "People who need it", "count"),
    Column("covered_before", "现状达标率", "Within standard before", "share"),
    Column("covered_after", "规划后达标率", "Within standard after", "share"),
    Column("mean_before", "现状平均分钟", "Mean minutes before", "minutes"),
    Column("mean_after", "规划后平均分钟", "Mean minutes after", "minutes"),
    Column("worst_before", "现状最远分钟", "Worst minutes before", "minutes"),
    Column("worst_after", "规划后最远分钟", "Worst minutes after", "minutes"),
    Column("unreachable_before", "现状不可达人数", "Out of reach before", "count"),
    Column("unreachable_after", "规划后不可达人数", "Out of reach after", "count"),
    Column("objective", "目标值", "Objective", "objective", 16),
    Column("bound", "界", "Bound", "objective", 16),
    Column("gap", "差距", "Gap", "gap"),
    Column("seconds", "秒", "Seconds", "seconds"),
    Column("peak_mb", "内存峰值（MB）", "Peak memory (MB)", "count"),
    Column("folder", "结果文件夹", "Folder", width=28),
    Column("sites", "新建地点", "New sites", width=40),
    Column("where", "计算节点", "Worker", width=18),
    Column("key", "输入的哈希", "Hash of the inputs", width=18),
    Column("notice", "数据声明", "Notice", width=60),
)
TOTALS = (
    Column("service", "服务", "Service", width=24),
    Column("places", "方案数", "Scenarios", "count"),
    Column("persons", "需求人数", "People who need it", "count", 14),
    Column("covered_before", "现状达标率", "Within standard before", "share"),
    Column("covered_after", "规划后达标率", "Within standard after", "share"),
    Column("unreachable_before", "现状不可达人数", "Out of reach before", "count"),
    Column("unreachable_after", "规划后不可达人数", "Out of reach after", "count"),
    Column("new", "新建处数", "New facilities", "count"),
    Column("cost_yuan", "费用（元）", "Cost (yuan)", "yuan", 16),
)
TEXTS = ("place", "title", "service", "label", "notice")  # in both languages


def write_summary(rows: Sequence[Row], states: States, folder: Path) -> dict[str, Path]:
    """Write `sweep.csv`, `sweep.xlsx` and `index.html`, which links to every task's map and report.

    Args:
        rows: as `siting.sweep.summary.rows_of` gives them.
        states: words for the values of `state`.

    Raises:
        OSError: a file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sheet = _sheet(rows, states)
    paths = {name: folder / name for name in ("index.html", "sweep.xlsx", "sweep.csv")}
    parts = {name: folder / f".part-{name}" for name in paths}
    _write_page(sheet, rows, states, parts["index.html"])
    _write_book(sheet, rows, parts["sweep.xlsx"])
    write_sheet_csv(sheet, parts["sweep.csv"])
    for name, part in parts.items():
        part.replace(paths[name])
    return paths


def _sheet(rows: Sequence[Row], states: States) -> Sheet:
    lines = []
    for row in rows:
        line = {column.name: row.get(column.name) for column in COLUMNS}
        line |= {name: both((str(row.get(f"{name}_zh") or ""), str(row.get(f"{name}_en") or ""))) for name in TEXTS}
        line["place"] = line["place"] or row["task"]
        line["state"] = both(states[str(row["state"])])
        lines.append(line)
    frame = pd.DataFrame(lines, columns=[column.name for column in COLUMNS])
    return make_sheet("sweep", NAMES, COLUMNS, frame)


def _totals(sheet: Sheet) -> Sheet:
    """All places together, by service: the sums, and the shares of all people."""
    frame = sheet.frame[sheet.frame["service"] != ""]
    people = frame.assign(
        places=1.0,
        covered_before=frame["covered_before"] * frame["persons"],
        covered_after=frame["covered_after"] * frame["persons"],
    )
    names = [column.name for column in TOTALS[1:]]
    sums = people.groupby("service", sort=False)[names].sum(min_count=1).reset_index()
    for name in ("covered_before", "covered_after"):
        sums[name] = sums[name] / sums["persons"]
    return make_sheet("totals", ("各地合计", "All places together"), TOTALS, sums)


def _write_book(sheet: Sheet, rows: Sequence[Row], path: Path) -> None:
    totals = _totals(sheet)
    top = [both((totals.zh, totals.en)), *_notices(rows)]
    write_sheets(path, NAMES, [(sheet, [both(NAMES), *_notices(rows)]), (totals, top)])


def _write_page(sheet: Sheet, rows: Sequence[Row], states: States, path: Path) -> None:
    texts = [f"{name}_{language}" for name in TEXTS for language in ("zh", "en")]
    text = page_environment(figure=_figure).get_template("sweep.html.j2").render(
        css=page_style(),
        title=NAMES,
        rows=[
            (dict.fromkeys([*texts, "folder"], "") | dict(row), figures)
            for row, figures in zip(rows, sheet.frame.to_dict("records"), strict=True)
        ],
        states=states,
        totals=_totals(sheet).frame.to_dict("records"),
        notices=_notices(rows),
    )  # fmt: skip
    path.write_text(text, encoding="utf-8", newline="\n")


def _figure(value: float, form: str) -> str:
    """A number in `form`; nothing where there is none."""
    return "" if value != value else format(value, form)


def _notices(rows: Sequence[Row]) -> list[str]:
    """Each notice once, with the places to which it belongs."""
    places: dict[str, dict[str, None]] = {}
    for row in rows:
        notice = both((str(row.get("notice_zh") or ""), str(row.get("notice_en") or "")))
        if notice:
            places.setdefault(notice, {})[str(row.get("place_zh"))] = None
    return [f"{'、'.join(names)}：{notice}" for notice, names in places.items()]
