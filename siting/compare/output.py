"""The files of a comparison: maps side by side, small maps of all, a page that prints, a workbook, CSV tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import siting
from siting.compare.multiples import multiples_html
from siting.compare.page import comparison_html
from siting.compare.run import Run
from siting.compare.tables import sheets_of
from siting.files.json_text import json_text
from siting.files.run_folder import writing
from siting.provenance import versions
from siting.render.answer_report import shown_section
from siting.render.answer_tables import write_tables
from siting.render.columns import clean
from siting.render.page import page_environment, page_style
from siting.render.views import Section

TITLE = ("方案比较", "Comparison of plans")


def write_comparison(runs: Sequence[Run], folder: Path, font: Path | None = None) -> dict[str, Path]:
    """Write everything to `folder`, which takes the place of an older one when it is whole; the pages with maps only
    where every run's folder has the data of its map.

    Args:
        font: file of a font with Chinese characters for the small maps; None: one of the machine's.

    Raises:
        InputError: when the folder cannot be written, or an older file is held open by another program.
    """
    sheets = sheets_of(runs)
    synthetic = any(run.record["scenario"]["synthetic"] for run in runs)
    notices = [(f"{run.title[0]}：{run.label[0]}", f"{run.title[1]}: {run.label[1]}") for run in runs] + (
        [("含合成数据，仅供演示", "Synthetic data, for demonstration only")] if synthetic else []
    )
    caveat = ("；".join(zh for zh, _ in notices), "; ".join(en for _, en in notices))
    plans, years, changes, totals = sheets
    sections = (
        Section(
            "方案",
            "Plans",
            (("第一个方案是比较的基准。", "The first plan is what the others are held against."),),
            (plans,),
        ),
        Section(years.zh, years.en, (), (years,)),
        Section("谁受益、谁受损", "Who gains and who loses", (), (totals, changes)),
    )
    with writing(folder) as temporary:
        page = page_environment().get_template("answer.html.j2").render(
            css=page_style(),
            title=TITLE,
            label=(clean("、".join(run.title[0] for run in runs)), clean(", ".join(run.title[1] for run in runs))),
            place=("", ""),
            data_date="",
            program=f"siting {siting.__version__}",
            notices=[(clean(zh), clean(en)) for zh, en in notices],
            sections=[shown_section(section) for section in sections],
            sources=(),
            guesses=(),
            versions=versions(),
        )  # fmt: skip
        _write(temporary / "comparison.html", page)
        told = [run.told for run in runs if run.told is not None]
        if len(told) == len(runs):
            _write(temporary / "compare.html", comparison_html(runs, told))
            _write(temporary / "multiples.html", multiples_html(told, font))
        write_tables(sheets, temporary, book="comparison.xlsx", title=TITLE, caveat=caveat)
        record = {"runs": [str(run.folder.resolve()) for run in runs], "ids": [run.id for run in runs]}
        text = json_text(record, indent=2)
        _write(temporary / "comparison.json", text + "\n")
    return {path.name: path for path in sorted(folder.iterdir())}


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", errors="replace", newline="\n")
