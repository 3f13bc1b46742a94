"""The decisions of a plan, a sentence each: the weightiest of every service first."""

from __future__ import annotations

import pandas as pd

from siting.render.wording import Text
from siting.report.document import Block, Paragraph
from siting.report.excerpts import weightiest
from siting.report.teller import Teller

MOST = 40  # told in the chapters
WEIGHT = ("moved",)  # column of the persons who go elsewhere by a decision
SECTIONS = "每处决定的依据"  # sections that tell some of them


def decisions(teller: Teller) -> list[Block]:
    """The sentences under the name of each service, and where the others are."""
    sheet = teller.sheets.get("decisions")
    if sheet is None or not {"service", "zh", "en"} <= set(sheet.frame.columns):
        return []
    sections = enumerate(teller.told.sections)
    teller.told_sections.update(k for k, section in sections if section.zh.startswith(SECTIONS))
    shown = told_of(sheet.frame, MOST)
    blocks: list[Block] = []
    for service, rows in shown.groupby("service", sort=False):
        blocks.append(teller.heading(3, service_names(teller, str(service))))
        blocks += [Paragraph(teller.say(text), "bullet") for text in zip(rows["zh"], rows["en"], strict=True)]
        left = int((sheet.frame["service"] == service).sum()) - len(rows)
        if left > 0:
            zh, en = teller.where(sheet)
            blocks.append(
                teller.note(
                    (
                        f"以上 {len(rows)} 处使去处改变的人最多；另有 {left} 处，见{zh}。",
                        f"These {len(rows)} change where most people go; {left} more are in {en}.",
                    )
                )
            )
    if len(shown) == len(sheet.frame):
        teller.whole.add("decisions")
    return blocks


def told_of(frame: pd.DataFrame, most: int) -> pd.DataFrame:
    """At most so many decisions, by service, those that most people go elsewhere by first."""
    shown = weightiest(frame, WEIGHT, most)
    if not set(WEIGHT) <= set(frame.columns):
        return shown
    parts = [rows.sort_values(list(WEIGHT), ascending=False, kind="stable")
             for _, rows in shown.groupby("service", sort=False)]  # fmt: skip
    return pd.concat(parts) if parts else shown


def service_names(teller: Teller, service: str) -> Text:
    """A service's names, from the cell that has both."""
    for view in teller.told.views:
        if service in (f"{view.subject_zh} {view.subject_en}", view.subject_zh):
            return view.subject_zh, view.subject_en
    return service, ""
