"""The figures of a brief: what each service comes to, what it costs, who is left, what is not verified."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from siting.layout.texts import money_text
from siting.render.columns import Column, make_sheet, narrowed
from siting.render.views import View
from siting.render.wording import GROUP_KIND, Text, both, persons_text, yes_no
from siting.report.decisions import service_names
from siting.report.document import Block, Table
from siting.report.language import cell
from siting.report.outline import EVERYBODY, LAST, TOWNSHIPS
from siting.report.teller import Teller

MOST_SUBJECTS = 4  # side by side
NAMED = 3  # townships


def figures(teller: Teller) -> Table | None:
    """What each service comes to: the run's own table, or the figures of its map in the last period."""
    sheet = teller.sheets.get("outcome")
    if sheet is not None:
        kept = {column.name for column in sheet.columns if teller.language != "both" or column.language != "en"}
        return teller.table(narrowed(sheet, kept))
    last = list({view.subject: view for view in teller.told.views}.values())
    if not any(view.figures for view in last):
        return None
    names = {zh: en for view in last for zh, en, _ in view.figures}
    side = len(last) <= MOST_SUBJECTS
    across = [(view.subject_zh, view.subject_en) for view in last] if side else list(names.items())
    down = list(names.items()) if side else [(view.subject_zh, view.subject_en) for view in last]
    cells = [[_figure(teller, view, zh) for view in last] for zh in names]
    if not side:
        cells = [list(row) for row in zip(*cells, strict=True)]
    columns = (Column("what", "指标" if side else "服务", "Figure" if side else "Service"),
               *(Column(f"v{k}", *name) for k, name in enumerate(across)))  # fmt: skip
    frame = pd.DataFrame(
        [[both(name), *row] for name, row in zip(down, cells, strict=True)], columns=[c.name for c in columns]
    )
    return teller.table(make_sheet("figures", ("主要指标", "Figures"), columns, frame))


def _figure(teller: Teller, view: View, name: str) -> str:
    return next((cell(text, teller.language) for zh, _, text in view.figures if zh == name), "")


def costs(teller: Teller) -> Sequence[Text]:
    """Money to build by year, money to run, and how much of the budget is used."""
    sheets, said = teller.sheets, list[Text]()
    if "investment" in sheets:
        frame = sheets["investment"].frame
        years = frame.groupby("year")["yuan"].sum()
        years = years[years > 0]
        said.append(_by_year(float(years.sum()), {f"{year:.0f}": float(yuan) for year, yuan in years.items()}))
    if "running" in sheets and len(sheets["running"].frame):
        row = sheets["running"].frame.iloc[-1]
        then, change = money_text(float(row["plan"])), money_text(abs(float(row["more"])))
        way = ("多", "more") if row["more"] >= 0 else ("省", "less")
        said.append(
            (
                f"列有单价的服务，运行费规划期末每年 {then[0]}，比现状{way[0]} {change[0]}。",
                f"To run, at the end, where rates are given: {then[1]} a year, {change[1]} {way[1]} than today.",
            )
        )
    for key, zh, en in (
        ("new_facilities", "新建投资共", "New facilities cost"),
        ("gone_facilities", "关闭与迁出费用共", "Closing and moving cost"),
    ):
        yuan = float(sheets[key].frame["cost_yuan"].sum()) if key in sheets else 0.0
        if yuan > 0:
            money = money_text(yuan)
            said.append((f"{zh} {money[0]}。", f"{en} {money[1]} in all."))
    rules = [section for section in teller.told.sections if section.zh == "起作用的规则"]
    return [*said, *(text for section in rules for text in section.paragraphs if text[0].startswith("总预算"))]


def _by_year(total: float, years: Mapping[str, float]) -> Text:
    """The money to build, and in which years."""
    zh, en = money_text(total)
    if len(years) < 2:
        when = "".join(years)
        return f"建设投资共 {zh}" + (f"，都在 {when} 年。" if when else "。"), f"To build: {en}" + (
            f", in {when}." if when else "."
        )
    each = [(year, money_text(yuan)) for year, yuan in years.items()]
    return (
        f"建设投资共 {zh}：{'，'.join(f'{year} 年 {text[0]}' for year, text in each)}。",
        f"To build: {en} in all: {', '.join(f'{text[1]} in {year}' for year, text in each)}.",
    )


def unmet(teller: Teller) -> list[Block]:
    """Of each service how many people are left, and the townships of most of them."""
    rows = [
        {
            "service": teller.say(service_names(teller, service)).main, "beyond": beyond, "without": without,
            "where": _where(teller, left),
        }
        for service, beyond, without, left in (*_left_of_plan(teller), *_left_of_run(teller))
    ]  # fmt: skip
    if not rows:
        return []
    columns = (
        Column("service", "服务", "Service"),
        Column("beyond", "在标准之外（人）", "Beyond the standard, people", "persons"),
        Column("without", "没有着落（人）", "Without a place, people", "persons"),
        Column("where", "人数最多的乡镇街道（人）", "Townships of most (people)"),
    )  # fmt: skip
    frame = pd.DataFrame(rows)
    shown = [column for column in columns if frame[column.name].notna().any()]
    return [teller.table(make_sheet("unmet", ("规划后仍未满足的人", "People left by the plan"), shown, frame))]


Left = tuple[str, float, float, "pd.Series[float]"]


def _left_of_plan(teller: Teller) -> Iterator[Left]:
    """Service, beyond the standard, without a place, both by township: in the last year of a layout plan."""
    sheet = teller.sheets.get("gaps")
    if sheet is None:
        return
    frame = sheet.frame
    for condition in (TOWNSHIPS, EVERYBODY, LAST):
        frame = frame[condition.of(frame, ()).to_numpy(dtype=bool)]
    for service, rows in frame.groupby("service", sort=False):
        left = rows.set_index("unit")[["beyond_after", "without_after"]].fillna(0.0)
        yield str(service), left["beyond_after"].sum(), left["without_after"].sum(), left.sum(axis=1)


def _left_of_run(teller: Teller) -> Iterator[Left]:
    """The same of a run of one period, which tells only who is within the standard of a facility."""
    sheet = teller.sheets.get("coverage")
    if sheet is None or "group_kind" not in sheet.frame:
        return
    frame = sheet.frame[sheet.frame["group_kind"] == both(GROUP_KIND["township"])]
    covered = next((n for n in ("covered_persons_after", "covered_persons_before") if n in frame), None)
    if covered is None:
        return
    for service, rows in frame.groupby("service", sort=False):
        left = (rows["demand_persons"] - rows[covered]).clip(lower=0.0)
        left.index = pd.Index(rows["group"])
        yield str(service), float(left.sum()), float("nan"), left


def _where(teller: Teller, left: pd.Series[float]) -> str:
    most = left[left >= 0.5].sort_values(ascending=False, kind="stable").head(NAMED)
    told = [f"{name} {persons_text(persons)}" for name, persons in most.items()]
    return (", " if teller.language == "en" else "、").join(told)


def unverified(teller: Teller) -> list[Block]:
    """How many of the assumptions are not verified, and where the data come from."""
    blocks: list[Block] = []
    sheet = teller.sheets.get("assumptions")
    if sheet is not None and "verified" in sheet.frame:
        count = int((sheet.frame["verified"] == yes_no(False)).sum())
        blocks += teller.paragraphs(
            [
                (
                    f"依据与假设共 {len(sheet.frame)} 项，其中 {count} 项未核实，逐项见 tables.xlsx 的“{sheet.zh}”表。",
                    f"{count} of {len(sheet.frame)} assumptions are not verified; tables.xlsx lists them in the sheet "
                    f"“{sheet.en}”.",
                )
            ]
        )
    sources = teller.told.place.sources
    if sources:
        zh = "；".join(cell(s.attribution_zh or s.attribution or f"{s.title}（{s.licence}）", "zh") for s in sources)
        en = "; ".join(cell(s.attribution or f"{s.title} ({s.licence})", "en") for s in sources)
        blocks.append(teller.note((f"数据来源：{zh}。", f"Sources: {en}.")))
    return blocks
