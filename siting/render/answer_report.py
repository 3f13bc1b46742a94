"""`report.html` of an answer: a document that prints, with sections of paragraphs and tables.

One file with nothing outside it and no script: the template is `maps/answer.html.j2`, its look `maps/report.css`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import siting
from siting.provenance import versions
from siting.render.cell_text import sheet_cells
from siting.render.chart import drawn
from siting.render.columns import Sheet, clean
from siting.render.page import page_environment, page_style
from siting.render.view_data import LONG
from siting.render.views import Section, Told
from siting.render.wording import Text


def write_answer_report(told: Told, path: Path) -> None:
    """Write the report; of a long table it has the first rows and says where the others are.

    Raises:
        OSError: when the file cannot be written.
        InputError: when the program's own templates are missing.
    """
    info = told.place.info
    page = page_environment().get_template("answer.html.j2").render(
        css=page_style(),
        title=_clean(told.title),
        label=_clean(told.label),
        place=(info.name_zh, info.name_en),
        data_date=info.data_date,
        program=f"siting {siting.__version__}",
        notices=[_clean(notice) for notice in told.notices],
        sections=[shown_section(section) for section in told.sections],
        sources=told.place.sources,
        guesses=info.guesses,
        versions=versions(),
    )  # fmt: skip
    path.write_text(page, encoding="utf-8", errors="replace", newline="\n")


def shown_section(section: Section) -> dict[str, Any]:
    """A section as the template reads it."""
    return {
        "zh": clean(section.zh),
        "en": clean(section.en),
        "paragraphs": [_clean(paragraph) for paragraph in section.paragraphs],
        "charts": [drawn(chart) for chart in section.charts],
        "sheets": [_sheet(sheet) for sheet in section.sheets],
    }


def _sheet(sheet: Sheet) -> dict[str, Any]:
    texts, numbers = sheet_cells(sheet, LONG)
    return {
        "zh": sheet.zh,
        "en": sheet.en,
        "columns": sheet.columns,
        "rows": [list(zip(*row, strict=True)) for row in zip(texts, numbers, strict=True)],
        "more": len(sheet.frame) - len(texts),
        "notes": sheet.notes,
    }


def _clean(text: Text) -> Text:
    return clean(text[0]), clean(text[1])
