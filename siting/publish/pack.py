"""The pack: a folder and a zip beside it, of the public answer and the notice alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from siting.consultation.facilities import last_views
from siting.consultation.notice import Notice
from siting.consultation.rules import Rules
from siting.errors import fail
from siting.events import Listener, stage
from siting.files.run_folder import writing
from siting.files.zipped import zip_folder
from siting.opinions.form import write_form
from siting.publish.facility_list import facility_list
from siting.publish.notice_files import notice_page, write_notice_docx
from siting.publish.readme import readme_text
from siting.render.csv_files import write_sheet_csv
from siting.render.print_map import write_sheets
from siting.render.print_map.typeface import find_typeface
from siting.render.view_map import render_views
from siting.render.views import Told
from siting.render.wording import Text, both
from siting.render.workbook import write_sheets as write_book

DPI = 300
SNAPPED: Text = ("位置已归格", "places are snapped to a grid")
SYNTHETIC: Text = ("含合成数据", "synthetic data")
MOST_SHEETS = 12  # where there are more views, only the last of each subject is printed


def write_pack(
    told: Told,
    notice: Notice,
    rules: Rules,
    folder: Path,
    listener: Listener,
    *,
    dpi: int = DPI,
    font: Path | None = None,
) -> dict[str, Path]:
    """Write the folder and the zip, both or neither; the path of each output by its name.

    A pack that is there already may have been published, and edited by staff since: it is never overwritten.

    Args:
        told: the public answer.
        notice: filled in.
        rules: which layers are of facilities.
        folder: of the pack; the zip has its name.
        listener: hears the progress.
        dpi: of the printed sheets.
        font: file of their font; None: one that this computer has.

    Raises:
        InputError: when a pack is there already or cannot be written, there is no font with Chinese characters, or a
            file of `maps/` was changed such that a page would need a network.
    """

    steps: tuple[tuple[str, str, str, Callable[[Path], object]], ...] = (
        ("map.html", "绘制公示地图", "Drawing the public map", lambda place: render_views(told, place / "map.html")),
        ("notice", "写出公示说明", "Writing the notice", lambda place: _notice(told, notice, place)),
        ("facilities", "写出设施一览表", "Writing the list of facilities", lambda place: _lists(told, rules, place)),
        ("opinion", "写出意见表", "Writing the opinion form", lambda place: write_form(told, notice, rules, place)),
        ("sheets", "绘制 A3 图纸", "Drawing the A3 sheets", lambda place: _sheets(told, notice, place, dpi, font)),
        ("README.txt", "写出目录", "Writing what is in it", lambda place: _readme(told, notice, place)),
    )
    archive = folder.with_name(f"{folder.name}.zip")
    _refuse_to_overwrite(folder, archive)
    find_typeface(font)  # before the minutes that all else takes
    try:
        with writing(folder) as temporary:
            for name, zh, en, write in steps:
                with stage(listener, f"publish {name}", zh, en):
                    write(temporary)
            part = temporary.with_name(f"{temporary.name}.zip")
            try:
                zip_folder(temporary, part, inside=folder.name)
                part.rename(archive)
            finally:
                part.unlink(missing_ok=True)
    except BaseException:
        if not folder.exists():
            archive.unlink(missing_ok=True)
        raise
    found = {path.name: path for path in sorted(folder.iterdir())}
    return {**found, archive.name: archive}


def _refuse_to_overwrite(folder: Path, archive: Path) -> None:
    there = next((path for path in (folder, archive) if path.exists()), None)
    if there is not None:
        fail(
            "已有公示材料，不覆盖：可能已经公布，工作人员也可能改过",
            "there is a pack already, which is not overwritten: it may have been published, or edited since",
            remedy_zh=f"请把 {folder.name} 和 {archive.name} 移走留存或改名，再运行",
            remedy_en=f"move {folder.name} and {archive.name} to where they are kept, or rename them, and run again",
            file=there,
        )


def _notice(told: Told, notice: Notice, place: Path) -> None:
    (place / "notice.html").write_text(notice_page(notice, told), encoding="utf-8", newline="\n")
    write_notice_docx(notice, told, place / "notice.docx")


def _readme(told: Told, notice: Notice, place: Path) -> None:
    """With a byte-order mark: old editors would show the Chinese garbled without it."""
    (place / "README.txt").write_text(readme_text(told, notice), encoding="utf-8-sig", newline="\r\n")


def _lists(told: Told, rules: Rules, place: Path) -> None:
    """The list of facilities as a workbook with the public tables of the answer, and as CSV."""
    sheet = facility_list(told, rules)
    top = [both(told.label), *(both(notice) for notice in told.notices)]
    books = [
        (own, [f"{own.zh} {own.en} · {both(told.title)}", *top, *(both(note) for note in own.notes)])
        for own in (sheet, *told.sheets)
    ]
    write_book(place / "facilities.xlsx", told.title, books)
    words = [told.label, SNAPPED, *([SYNTHETIC] if told.place.info.synthetic else [])]
    said = both(("；".join(zh for zh, _ in words), "; ".join(en for _, en in words)))
    write_sheet_csv(sheet, place / "facilities.csv", (("声明 Notice", [said] * len(sheet.frame)),))


def _sheets(told: Told, notice: Notice, place: Path, dpi: int, font: Path | None) -> None:
    views = told.views if len(told.views) <= MOST_SHEETS else last_views(told)
    standing = f"{notice.note} · {notice.version} · 公示期 {notice.starts} 至 {notice.ends}"
    write_sheets(
        told, place / "sheets", views=views, dpi=dpi, unit=notice.drafting_unit, footer=standing,
        map_number=notice.map_review_number, font=font,
    )  # fmt: skip
