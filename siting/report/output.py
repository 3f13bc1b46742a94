"""The folder of a report: `report.docx` and its twin `report.html`; of a brief `brief.docx` and `brief.html`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from siting.events import Listener, silent, stage
from siting.files.run_folder import writing
from siting.render.views import Told
from siting.report.brief import build_brief
from siting.report.build import APPENDIX_ROWS, build
from siting.report.docx_writer import docx_bytes
from siting.report.drawing import drawing
from siting.report.html_writer import html_text
from siting.report.language import Language


@dataclass(frozen=True)
class Wanted:
    """How the report is to be.

    Attributes:
        maps: whether it has pictures, of the maps and the charts.
        appendix_rows: the longest table that the appendix has in full.
        brief: whether it is the two pages for the leadership, `brief.docx` and `brief.html`.
        font: file of the pictures' font; None: one that this computer has.
    """

    language: Language = "zh"
    maps: bool = True
    appendix_rows: int = APPENDIX_ROWS
    font: Path | None = None
    brief: bool = False


def write_report(told: Told, folder: Path, wanted: Wanted, listener: Listener = silent) -> dict[str, Path]:
    """Write the folder, which takes the place of an older one when it is whole.

    Returns:
        The path of each file by its name.

    Raises:
        InputError: when the folder cannot be written, or no font with Chinese characters is found for the maps.
    """
    with stage(listener, "report", "撰写报告", "Writing the report"):
        pictures = drawing("en" if wanted.language == "en" else "zh", wanted.font) if wanted.maps else None
        if wanted.brief:
            document = build_brief(told, pictures, language=wanted.language)
        else:
            document = build(told, pictures, language=wanted.language, appendix_rows=wanted.appendix_rows)
        with writing(folder) as temporary:
            (temporary / f"{document.form}.docx").write_bytes(docx_bytes(document))
            page = html_text(document)
            (temporary / f"{document.form}.html").write_text(page, encoding="utf-8", errors="replace", newline="\n")
    return {path.name: path for path in sorted(folder.iterdir())}
