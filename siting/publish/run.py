"""`siting publish`: from a run folder to the template of the notice, the review, the pack, one step at a time."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from siting.consultation.notice import Notice, read_notice
from siting.consultation.rules import Extras, load_rules
from siting.errors import fail
from siting.events import Listener
from siting.files.run_folder import adding, find_run
from siting.publish.pack import DPI, write_pack
from siting.publish.public import public_told
from siting.publish.release import check_release, release_code
from siting.publish.review import review_page
from siting.publish.template import template_text
from siting.render.told_file import read_told
from siting.render.wording import Text


@dataclass(frozen=True)
class Request:
    """What is asked.

    Attributes:
        run: folder of a run, or its name in `out`.
        notice: the file that the planner filled in; None: the one beside the run folder.
        release: the code of the review; '': only review.
        costs, candidates: as of `rules.Extras`.
        dpi: of the printed sheets.
        font: file of their font; None: one that this computer has.
    """

    run: str
    out: Path
    notice: Path | None = None
    release: str = ""
    costs: bool = False
    candidates: bool = False
    dpi: int = DPI
    font: Path | None = None


@dataclass(frozen=True)
class Done:
    """How far it went: a template to fill in, a review to look at, or the pack.

    Attributes:
        code: that releases what was reviewed; '' for a template.
        outputs: path of each file by its name.
        said: (zh, en) what to do next.
    """

    step: Literal["template", "review", "pack"]
    outputs: dict[str, Path]
    said: tuple[Text, ...]
    code: str = ""


def publish(request: Request, listener: Listener) -> Done:
    """Go one step: without a notice its template, with one the review, with the review's code the pack.

    Raises:
        InputError: for a folder with no answer, a notice with anything missing, a code that does not fit, or a place
            that cannot be written.
    """
    folder = find_run(request.run, request.out)
    told, rules = read_told(folder), load_rules()
    beside = _beside(folder)
    path = request.notice or beside["notice"]
    if request.notice is None and not path.is_file():
        public, _ = public_told(told, rules, Extras(costs=request.costs, candidates=request.candidates))
        _write(path, template_text(public, rules))
        return Done("template", {path.name: path}, (_fill_in(path, request),))
    notice = read_notice(path)
    extras = Extras(notice.map_review_number, request.costs, request.candidates)
    public, found = public_told(told, rules, extras)
    code = release_code(public, notice, rules)
    if not request.release:
        page = review_page(public, found, notice, rules, extras, code=code, command=_command(request, path, code))
        _write(beside["review"], page)
        return Done("review", {"review.html": beside["review"]}, (_look(request, path, beside["review"], code),), code)
    check_release(request.release, code)
    outputs = write_pack(public, notice, rules, beside["pack"], listener, dpi=request.dpi, font=request.font)
    return Done("pack", outputs, _handed_out(notice), code)


def _write(path: Path, text: str) -> None:
    """Write one file, whole or not at all."""
    if path.is_dir():
        fail(
            "要写的文件名已是一个文件夹",
            "a folder has the name of the file to be written",
            remedy_zh="请移走或改名",
            remedy_en="move or rename it",
            file=path,
        )
    with adding(path.parent) as temporary:
        (temporary / path.name).write_text(text, encoding="utf-8", newline="\n")


def _beside(folder: Path) -> dict[str, Path]:
    """Where things go: beside the run folder, which the next run replaces."""
    names = {"notice": "_notice.toml", "review": "_review.html", "pack": "_public"}
    folder = folder.resolve()
    return {key: folder.with_name(f"{folder.name}{end}") for key, end in names.items()}


def _command(request: Request, notice: Path, code: str = "") -> str:
    words = ["siting", "publish", request.run]
    words += [] if str(request.out) == "runs" else ["--out", str(request.out)]
    words += ["--notice", str(notice)]
    words += ["--with-costs"] if request.costs else []
    words += ["--with-candidates"] if request.candidates else []
    words += [] if request.font is None else ["--font", str(request.font)]
    words += ["--release", code] if code else []
    return shlex.join(words)


def _fill_in(path: Path, request: Request) -> Text:
    command = _command(request, path)
    return (
        f"请填写公示说明 {path}，再运行：{command}",
        f"Fill in the notice, then run: {command}",
    )


def _look(request: Request, notice: Path, review: Path, code: str) -> Text:
    command = _command(request, notice, code)
    return (
        f"还没有写出公示材料。请打开 {review.name} 核对将要公开的内容，无误后运行：{command}",
        f"Nothing is published yet. Look at what would be disclosed in {review.name}; if it is right, run: {command}",
    )


def _handed_out(notice: Notice) -> tuple[Text, ...]:
    return (
        (
            f"公示材料已写出。公示期 {notice.starts} 至 {notice.ends}；收到的意见用 siting opinions 汇总。",
            f"The pack is written. It is open from {notice.starts} to {notice.ends}; collect what comes back with"
            " siting opinions.",
        ),
    )
