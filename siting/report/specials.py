"""What a report says beside the run's own sections and sheets: decisions, certificate, inputs, sources, appendix."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from siting.provenance import versions
from siting.render.cell_text import number_text
from siting.render.columns import Column, make_sheet
from siting.render.wording import Text, yes_no
from siting.report.document import Block, Paragraph
from siting.report.excerpts import Excerpt, indicators
from siting.report.outline import IN_APPENDIX
from siting.report.teller import Teller

MOST_COLUMNS = 16  # that a page holds
MOST_DECISIONS = 400
DECISIONS = "每处决定的依据"  # sections that tell some of them


def first_section(teller: Teller) -> list[Block]:
    """The first section of a run that has none called the answer."""
    return [] if 0 in teller.told_sections or not teller.told.sections else teller.numbered_section(0, level=0)


def decisions(teller: Teller) -> list[Block]:
    """A sentence for every decision, under the name of its service."""
    sheet = teller.sheets.get("decisions")
    if sheet is None or not {"service", "zh", "en"} <= set(sheet.frame.columns):
        return []
    sections = enumerate(teller.told.sections)
    teller.told_sections.update(k for k, section in sections if section.zh.startswith(DECISIONS))
    blocks: list[Block] = []
    for service, rows in sheet.frame.head(MOST_DECISIONS).groupby("service", sort=False):
        blocks.append(teller.heading(3, _names(teller, str(service))))
        for zh, en in zip(rows["zh"], rows["en"], strict=True):
            blocks.append(Paragraph(teller.say((zh, en)), "bullet"))
    if len(sheet.frame) <= MOST_DECISIONS:
        teller.whole.add("decisions")
    else:
        left = len(sheet.frame) - MOST_DECISIONS
        blocks.append(teller.note((f"另有 {left} 处见 tables.xlsx。", f"{left} more are in tables.xlsx.")))
    return blocks


def _names(teller: Teller, service: str) -> Text:
    for view in teller.told.views:
        if service in (f"{view.subject_zh} {view.subject_en}", view.subject_zh):
            return view.subject_zh, view.subject_en
    return service, ""


def education(teller: Teller) -> list[Block]:
    """The education bureau's figures, one row each, years and courses side by side."""
    sheet = teller.sheets.get("education")
    if sheet is None:
        return []
    blocks: list[Block] = []
    parts = indicators(sheet, by="service", across=("year", "when"))
    for k, (service, part) in enumerate(parts):
        zh, en = _names(teller, service)
        named = part.__class__(
            part.key, f"{part.zh}：{zh}", f"{part.en}: {en}" if en else part.en, part.columns, part.frame,
            part.notes if k == len(parts) - 1 else (), part.row_kinds,
        )  # fmt: skip
        blocks.append(teller.table(named, most=len(part.frame), source="education"))
    teller.whole.add("education")
    return blocks


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
    return [teller.table(sheet, most=len(frame))]


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
        blocks.append(teller.table(sheet, most=len(frame)))
    listed = "，".join(f"{name} {version}" for name, version in made_with.items())
    blocks.append(teller.note((f"程序版本：{listed}", f"Versions: {listed.replace('，', ', ')}")))
    return blocks


def sources(teller: Teller) -> list[Block]:
    """Origin and licence of every file from outside, and what was assumed in making the case."""
    case = teller.told.place
    blocks: list[Block] = []
    if case.sources:
        rows = [
            {
                "file": source.file, "title": source.title,
                "origin": f"{source.origin}（{source.retrieved}）" if source.retrieved else source.origin,
                "licence": source.licence, "attribution": source.attribution_zh or source.attribution,
            }
            for source in case.sources
        ]  # fmt: skip
        columns = (
            Column("file", "文件", "File"), Column("title", "内容", "Title"), Column("origin", "来源", "Origin"),
            Column("licence", "许可", "Licence"), Column("attribution", "署名", "Attribution"),
        )  # fmt: skip
        sheet = make_sheet("sources", ("数据来源与许可", "Sources and licences"), columns, pd.DataFrame(rows))
        blocks.append(teller.table(sheet, most=len(rows)))
    else:
        blocks += teller.paragraphs([("案例没有登记数据来源。", "The case registers no sources.")])
    if case.info.guesses:
        blocks.append(teller.heading(2, ("建立案例时的推测", "Guesses made when the case was built")))
        blocks += [Paragraph(teller.say((guess.zh, guess.en)), "bullet") for guess in case.info.guesses]
    return blocks


def appendix(teller: Teller) -> list[Block]:
    """The tables that the chapters show only in part, and a list of all tables with the place of each."""
    blocks: list[Block] = []
    full: dict[str, int] = {}
    for sheet in teller.told.sheets:
        chosen = IN_APPENDIX.get(sheet.key, ())
        wide = len(chosen or sheet.columns) > MOST_COLUMNS
        if sheet.key in teller.whole or wide or not 0 < len(sheet.frame) <= teller.appendix_rows:
            continue
        names = (f"{sheet.zh}（全部）", f"{sheet.en}, complete")
        made = teller.excerpt(Excerpt(sheet.key, names, chosen, most=teller.appendix_rows))
        if made:
            blocks += made
            full[sheet.key] = teller.shown[sheet.key][-1]
    rows = []
    for sheet in teller.told.sheets:
        here = [f"表 {number}" for number in teller.shown.get(sheet.key, ())]
        complete = sheet.key in teller.whole or sheet.key in full
        place = "、".join(here) if complete else "、".join([*here, "全部见 tables.xlsx"])
        place_en = (
            place.replace("表 ", "Table ").replace("、", ", ").replace("全部见 tables.xlsx", "all in tables.xlsx")
        )
        rows.append(
            {"zh": sheet.zh, "en": sheet.en, "rows": float(len(sheet.frame)), "place": place, "there": place_en}
        )
    if rows:
        columns = (
            Column("zh", "表", "Table"), Column("en", "英文", "In English"), Column("rows", "行数", "Rows", "count"),
            Column("there" if teller.language == "en" else "place", "在本报告中", "In this report"),
        )  # fmt: skip
        sheet = make_sheet("register", ("全部表格一览", "All tables"), columns, pd.DataFrame(rows))
        blocks.append(teller.table(sheet, most=len(rows)))
    return blocks


SPECIALS: Mapping[str, Callable[[Teller], list[Block]]] = {
    "first_section": first_section,
    "decisions": decisions,
    "education": education,
    "certificate": certificate,
    "inputs": inputs,
    "sources": sources,
}
