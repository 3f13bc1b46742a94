"""The record of a run in a report: what the solver has proven, the inputs, the versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from siting.provenance import versions
from siting.render.cell_text import number_text
from siting.render.columns import Column, make_sheet
from siting.render.wording import yes_no
from siting.report.document import Block
from siting.report.teller import Teller


def certificate(teller: Teller) -> list[Block]:
    """What the solver has proven, in numbers."""
    rows: list[dict[str, str]] = []
    outcome = teller.told.record.get("outcome")
    services = teller.told.record.get("services")
    if isinstance(outcome, Mapping):
        rows += _outcome_rows("", outcome)
        for k, then in enumerate(outcome.get("then") or (), 2):
            rows += _outcome_rows(f"第 {k} 目标 objective {k}", then)
    elif isinstance(services, list):
        for told in services:
            if isinstance(told, Mapping) and told.get("status"):
                rows += _outcome_rows(str(told.get("service", "")), told)
    if not rows:
        return []
    columns = (
        Column("of", "对象", "Of"), Column("label", "结论", "Label"), Column("objective", "目标值", "Objective"),
        Column("bound", "界", "Bound"), Column("gap", "差距", "Gap"), Column("sense", "方向", "Sense"),
        Column("proven", "已证明最优", "Proven"), Column("seconds", "用时（秒）", "Seconds"),
    )  # fmt: skip
    frame = pd.DataFrame(rows)
    told = tuple(column for column in columns if (frame[column.name] != "").any())
    note = (
        "界：任何方案都不会比它更好；差距：目标值与界之差占目标值的比例。",
        "Bound: no plan is better; gap: how far the objective is from it, as a share of the objective.",
    )
    sheet = make_sheet("certificate", ("证书", "Certificate"), told, frame, (note,))
    return [teller.table(sheet)]


def _outcome_rows(of: str, told: Mapping[str, Any]) -> list[dict[str, str]]:
    def number(key: str, kind: str) -> str:
        value = told.get(key)
        return "" if not isinstance(value, int | float) else number_text(float(value), kind)

    proven, zh, en = told.get("proven"), told.get("label_zh", ""), told.get("label_en", "")
    sense = {"minimize": "最小化 minimise", "maximize": "最大化 maximise"}.get(str(told.get("sense")), "")
    seconds = number("seconds", "seconds") or number("solver_seconds", "seconds")
    return [
        {
            "of": of, "label": f"{zh} {en}".strip(), "objective": number("objective", "objective"),
            "bound": number("bound", "objective"), "gap": number("gap", "gap"), "sense": sense,
            "proven": yes_no(proven) if isinstance(proven, bool) else "", "seconds": seconds,
        }
    ]  # fmt: skip


def inputs(teller: Teller) -> list[Block]:
    """The hash of every input, and the versions that the run was made with."""
    hashes, made_with = teller.told.inputs, teller.told.record.get("versions")
    if not isinstance(made_with, Mapping):
        made_with = versions()
    blocks: list[Block] = []
    if hashes:
        frame = pd.DataFrame({"file": list(hashes), "sha256": list(hashes.values())})
        columns = (Column("file", "文件", "File"), Column("sha256", "SHA-256", "SHA-256"))
        sheet = make_sheet("inputs", ("输入文件", "Input files"), columns, frame)
        blocks.append(teller.table(sheet))
    listed = "，".join(f"{name} {version}" for name, version in made_with.items())
    blocks.append(teller.note((f"程序版本：{listed}", f"Versions: {listed.replace('，', ', ')}")))
    return blocks
