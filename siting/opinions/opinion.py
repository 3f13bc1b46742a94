"""One opinion, and the file that the form saves it in: read with distrust, since anybody can send one."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from siting.errors import fail
from siting.files.text import read_text
from siting.files.toml import Frozen, validate
from siting.opinions.words import FORMAT, FORMAT_VERSION
from siting.render.columns import clean

LARGEST_FILE = 64 * 1024  # bytes; the form's own limits give less than 20,000
LONGEST_CONTENT = 4000  # characters; `opinion.html` lets type 2000
FORM_ID = re.compile(r"[A-Z0-9]{12}")

Short = Annotated[str, StringConstraints(max_length=600)]


class About(Frozen):
    """What an opinion is about; of a facility service and id, of a village township and name."""

    kind: Literal["facility", "place", "plan"]
    service: Short = ""
    id: Short = ""
    name: Short = ""
    township: Short = ""


class Contact(Frozen):
    """Who can be asked again: never published."""

    name: Short = ""
    phone: Short = ""
    email: Short = ""

    def __bool__(self) -> bool:
        return bool(self.name or self.phone or self.email)


class Form(Frozen):
    """The file that the form saves."""

    format: Literal["siting_opinion"]
    format_version: Literal[1]
    form_id: Annotated[str, StringConstraints(pattern=rf"^{FORM_ID.pattern}$")]
    revision: int = Field(ge=1, le=9999)
    saved: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]
    date: date
    plan: Short
    title: tuple[Short, Short]
    notice_version: Short
    about: About
    stance: Literal["support", "oppose", "suggest"]
    content: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_CONTENT)]
    contact: Contact = Contact()


@dataclass(frozen=True)
class Opinion:
    """One opinion, however it came.

    Attributes:
        form_id: the electronic form's own, or the number that staff gave a paper.
        order: of several with one id the greatest counts.
        way: key of `words.WAY`.
        plan, version: what the form says it is about; '' on paper, which does not say.
        file: where it was read, for people.
    """

    form_id: str
    order: tuple[int, str, str]
    received: date
    way: str
    plan: str
    version: str
    about: About
    stance: str
    content: str
    contact: Contact
    file: str


def read_form(path: Path, name: str) -> Opinion:
    """Read one returned file.

    Args:
        path: of the file.
        name: by which it is told of.

    Raises:
        InputError: when it is too large, damaged, no such form, or holds what a form cannot.
    """
    if path.stat().st_size > LARGEST_FILE:
        fail(
            f"文件太大（{path.stat().st_size:,} 字节），不会是意见表",
            f"the file is too large ({path.stat().st_size:,} bytes) to be an opinion form",
            remedy_zh="请移出此文件夹；意见写在附件里的，请登记到纸质意见的表中",
            remedy_en="move it out of this folder; enter what it says into the table of paper forms",
            file=name,
        )
    raw = _parsed(read_text(path), name)
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        fail(
            "不是意见表保存的文件",
            "not a file that an opinion form saved",
            remedy_zh="请移出此文件夹",
            remedy_en="move it out of this folder",
            file=name,
        )
    if raw.get("format_version") != FORMAT_VERSION:
        fail(
            "意见表由另一版本的程序写出",
            "the form was written by another version of this program",
            remedy_zh="请升级程序后再汇总",
            remedy_en="upgrade the program and collect again",
            file=name,
            value=raw.get("format_version"),
        )
    form = validate(raw, Form, name)
    about = About(**{key: clean(value) for key, value in form.about.model_dump().items()})
    contact = Contact(**{key: clean(value) for key, value in form.contact.model_dump().items()})
    content = clean(form.content).replace("\r\n", "\n").replace("\r", "\n").strip()
    if not content:
        fail(
            "没有意见内容",
            "it says nothing",
            remedy_zh="请移出此文件夹",
            remedy_en="move it out of this folder",
            file=name,
        )
    return Opinion(
        form_id=form.form_id, order=(form.revision, form.saved, content), received=form.date, way="form",
        plan=clean(form.plan), version=clean(form.notice_version), about=about, stance=form.stance, content=content,
        contact=contact, file=name,
    )  # fmt: skip


def _parsed(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        said = "嵌套太深 nested too deeply" if isinstance(error, RecursionError) else clean(error)
        fail(
            f"文件已损坏（{said}）",
            f"the file is damaged ({said})",
            remedy_zh="请对方重新发来；或照内容登记到纸质意见的表中",
            remedy_en="ask for it again, or enter what it says into the table of paper forms",
            file=name,
        )
