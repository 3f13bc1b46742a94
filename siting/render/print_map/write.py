"""The files of the sheets: one PDF of all, a PNG of each."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from pathlib import Path

import matplotlib as mpl
from matplotlib.backends.backend_pdf import PdfPages

import siting
from siting.errors import fail
from siting.render.print_map.look import Language, of
from siting.render.print_map.paper import one_line
from siting.render.print_map.picture import png_bytes
from siting.render.print_map.sheet import HEIGHT_MM, WIDTH_MM, draw_sheet
from siting.render.views import Told, View

PDF_NAME = "sheets.pdf"
# Glyphs as drawings (Type 3): small, fast, searchable, and right for every kind of font. As TrueType (42) matplotlib
# embeds fonts with PostScript outlines, as Noto Sans CJK has, in a form that not every reader shows.
FONT_TYPE = 3


def write_sheets(
    told: Told,
    folder: Path,
    *,
    views: Iterable[View] | None = None,
    dpi: int = 300,
    language: Language = "zh",
    unit: str = "",
    footer: str | None = None,
    map_number: str = "",
    font: Path | None = None,
) -> list[Path]:
    """Write `sheets.pdf`, a page a view, and a PNG of each sheet; equal answers give equal files.

    Args:
        told: the answer.
        folder: where the files go; made when it is not there.
        views: which; None: all of `told.views`.
        dpi: dots to the inch of the PNG: at 300 a sheet has 4961 x 3508.
        language, unit, footer, map_number, font: as of `draw_sheet`.

    Returns:
        The PDF, then the pictures in the order of the views.

    Raises:
        InputError: when there is no font with Chinese characters, or a file cannot be written.
        ValueError: when there is no view, or a layer has a category that it does not name.
    """
    chosen = tuple(told.views if views is None else views)
    if not chosen:
        raise ValueError("there is no view to draw")
    paths = [folder / PDF_NAME, *(folder / name for name in sheet_names(chosen))]
    metadata = {
        "Title": one_line(of(told.title, language)), "Creator": f"siting {siting.__version__}",
        "Producer": "matplotlib", "CreationDate": None, "ModDate": None,
    }  # fmt: skip
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with warnings.catch_warnings(), mpl.rc_context({"pdf.fonttype": FONT_TYPE, "pdf.use14corefonts": False}):
            warnings.filterwarnings("ignore", message="Glyph .* missing from")
            with PdfPages(paths[0], metadata=metadata) as pdf:
                for view, path in zip(chosen, paths[1:], strict=True):
                    figure = draw_sheet(
                        told, view, language, unit=unit, footer=footer, map_number=map_number, font=font
                    )
                    pdf.savefig(figure, dpi=dpi)
                    path.write_bytes(png_bytes(figure, dpi, width_mm=WIDTH_MM, height_mm=HEIGHT_MM))
    except OSError as error:
        fail(
            f"无法写入图纸（{error.strerror}）", f"the sheets cannot be written ({error.strerror})",
            remedy_zh="请关闭正打开这些文件的程序，或换一个文件夹",
            remedy_en="close what holds them open, or name another folder",
            file=folder,
        )  # fmt: skip
    return paths


def sheet_names(views: Iterable[View]) -> list[str]:
    """A file's name for each view: its number, subject and period, in ASCII."""
    names = []
    for k, view in enumerate(views, start=1):
        words = [re.sub(r"[^A-Za-z0-9_-]+", "", word) for word in (view.subject, view.period)]
        names.append("_".join([f"sheet_{k:02d}", *filter(None, words)])[:80] + ".png")
    return names
