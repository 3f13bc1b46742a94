"""Opinions that did not come as files of the form: rows of a table that staff type, `opinions.xlsx` or `.csv`."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from siting.errors import Fault, Faults, fail, nearest_word
from siting.files.run_folder import check_writable
from siting.opinions.asked import Asked
from siting.opinions.cells import Rows, read_sheets
from siting.opinions.opinion import FORM_ID, LONGEST_CONTENT, About, Contact, Opinion
from siting.opinions.words import ABOUT, STANCE, WAY, meant
from siting.render.columns import Column, clean, make_sheet
from siting.render.csv_files import write_sheet_csv
from siting.render.wording import both
from siting.render.workbook import write_sheets

TEMPLATE = "opinions"
READY = 200  # numbered rows of the template
NUMBER = re.compile(r"[A-Z0-9][A-Z0-9-]{3,31}")  # but for what an electronic form's id looks like
COLUMNS = (
    Column("form_id", "登记号", "Number", width=12),
    Column("date", "收到日期", "Date received", width=14),
    Column("way", "收到方式", "Way received", width=16, choices=tuple(map(both, WAY.values()))),
    Column("about", "对象类型", "About", width=14, choices=tuple(map(both, ABOUT.values()))),
    Column("subject", "设施编号或村名", "Facility no. or village", width=26),
    Column("stance", "态度", "Stance", width=12, choices=tuple(map(both, STANCE.values()))),
    Column("content", "意见内容", "Content", width=60),
    Column("name", "姓名（单位）", "Name", width=16),
    Column("phone", "电话", "Phone", width=16),
    Column("email", "电子邮箱", "E-mail", width=22),
)
TITLE = ("意见登记表", "Register of opinions")


def new_template(folder: Path) -> list[Path]:
    """Write `opinions.xlsx` and `opinions.csv` with numbered empty rows to `folder`; their paths.

    Raises:
        InputError: when one is there, which may be filled in, or the folder cannot be written.
    """
    paths = [folder / f"{TEMPLATE}{kind}" for kind in (".xlsx", ".csv")]
    there = next((path for path in paths if path.exists()), None)
    if there is not None:
        fail(
            "已有意见登记表，不覆盖", "there is a register already, which is not overwritten",
            remedy_zh="请移走或改名后再写", remedy_en="move or rename it first", file=there,
        )  # fmt: skip
    check_writable(folder)
    words = [" / ".join(f"{zh} {en}" for zh, en in known.values()) for known in (WAY, ABOUT, STANCE)]
    notes = (
        ("每条意见一行；登记号不重复，写在纸质意见表右上角。日期写作 2026-05-08。",
         "One row an opinion; its number goes on the paper. Dates as 2026-05-08."),
        (f"收到方式 Way: {words[0]}", ""), (f"对象类型 About: {words[1]}", ""), (f"态度 Stance: {words[2]}", ""),
        ("设施写意见表上的编号；村（社区）写名称，重名的写“乡镇/村名”；整个方案留空。",
         "Of a facility its number on the form; of a village its name, 'township/village' where two share it."),
    )  # fmt: skip
    frame = pd.DataFrame("", index=np.arange(READY), columns=[column.name for column in COLUMNS])
    frame["form_id"] = [f"P-{k:04d}" for k in range(1, READY + 1)]
    sheet = make_sheet(TEMPLATE, TITLE, COLUMNS, frame, notes)
    write_sheets(paths[0], TITLE, [(sheet, [" ".join(TITLE), *[f"{zh} {en}".strip() for zh, en in notes]])])
    write_sheet_csv(sheet, paths[1])
    return paths


def read_paper(path: Path, name: str, asked: Asked | None) -> tuple[list[Opinion], list[Fault]]:
    """The opinions of a table, and what is wrong with its other rows; a row with a number alone is empty.

    Raises:
        InputError: when the file cannot be read or no sheet of it has the columns.
    """
    opinions: list[Opinion] = []
    faults = Faults(name)
    found = False
    for _, rows in read_sheets(path, name):
        start = next((k for k, row in enumerate(rows) if _places(row).keys() >= {"form_id", "content"}), None)
        if start is not None:
            found = True
            _read(rows, start, asked, name, opinions, faults)
    if not found:
        faults.add(
            "不是意见登记表：没有“登记号”和“意见内容”列",
            "not a register of opinions: the columns 登记号 Number and 意见内容 Content are missing",
            remedy_zh="模板由 siting opinions --template 写出；别的文件请移出此文件夹",
            remedy_en="`siting opinions --template` writes one; move other files out of this folder",
        )
        faults.raise_if_any()
    return opinions, faults.items


def _places(header: list[str]) -> dict[str, int]:
    """Where each column stands: the header may be the Chinese, the English, both or the ASCII name."""
    texts = [" ".join(cell.split()).casefold() for cell in header]
    ways = {column.name: (column.name, column.zh, column.en.casefold(), column.header.casefold()) for column in COLUMNS}
    return {name: k for k, text in enumerate(texts) for name, known in ways.items() if text in known}


def _read(rows: Rows, start: int, asked: Asked | None, name: str, opinions: list[Opinion], faults: Faults) -> None:
    at = _places(rows[start])
    for row, cells in enumerate(rows[start + 1 :], start + 2):
        cell = {key: clean(cells[k]) if k < len(cells) else "" for key, k in at.items()}
        if any(text for key, text in cell.items() if key != "form_id"):
            opinion = _opinion(cell, row, asked, name, faults)
            if opinion is not None:
                opinions.append(opinion)


def _opinion(cell: dict[str, str], row: int, asked: Asked | None, name: str, faults: Faults) -> Opinion | None:
    before = len(faults.items)
    form_id = cell.get("form_id", "").upper()
    if not NUMBER.fullmatch(form_id) or FORM_ID.fullmatch(form_id):
        faults.add(
            "登记号应为 4 至 32 个字母、数字或连字符，且不同于电子意见表的编号",
            "a number has 4 to 32 letters, digits or hyphens and is not the id of an electronic form",
            remedy_zh="例如 P-0001", remedy_en="such as P-0001", row=row, column="登记号", value=form_id,
        )  # fmt: skip
    received = _date(cell.get("date", ""), row, faults)
    way = _word(cell.get("way") or "paper", WAY, "收到方式", row, faults)
    stance = _word(cell.get("stance", ""), STANCE, "态度", row, faults)
    content = cell.get("content", "")
    if not 1 <= len(content) <= LONGEST_CONTENT:
        faults.add(
            f"意见内容应有 1 至 {LONGEST_CONTENT} 字", f"the content has 1 to {LONGEST_CONTENT} characters",
            remedy_zh="太长的请摘要，原件另存", remedy_en="sum up a longer one and keep the original",
            row=row, column="意见内容", value=content,
        )  # fmt: skip
    about = _about(cell, row, asked, faults)
    if len(faults.items) > before or received is None or about is None:
        return None
    contact = Contact(name=cell.get("name", ""), phone=cell.get("phone", ""), email=cell.get("email", ""))
    order = (0, received.isoformat(), content)
    return Opinion(
        form_id, order, received, way or "paper", "", "", about, stance or "", content, contact,
        f"{name} 第 {row} 行 row {row}",
    )  # fmt: skip


def _date(text: str, row: int, faults: Faults) -> date | None:
    try:
        return date(*map(int, text.replace("/", "-").replace(".", "-").split("-")))
    except (ValueError, TypeError, OverflowError):
        faults.add(
            "不是日期", "not a date", remedy_zh="例如 2026-05-08", remedy_en="such as 2026-05-08",
            row=row, column="收到日期", value=text,
        )  # fmt: skip
        return None


def _word(text: str, words: dict[str, tuple[str, str]], column: str, row: int, faults: Faults) -> str | None:
    found = meant(text, words)
    if found is None:
        names = [zh for zh, _ in words.values()]
        close = nearest_word(text, names)
        faults.add(
            f"只能是：{'、'.join(names)}", f"must be one of {', '.join(en for _, en in words.values())}",
            remedy_zh=f"是否想写“{close}”？" if close else "", remedy_en=f"did you mean {close!r}?" if close else "",
            row=row, column=column, value=text,
        )  # fmt: skip
    return found


def _about(cell: dict[str, str], row: int, asked: Asked | None, faults: Faults) -> About | None:
    subject = cell.get("subject", "")
    kind = _word(cell.get("about") or ("place" if subject else "plan"), ABOUT, "对象类型", row, faults)
    if kind == "plan":
        return About(kind="plan")
    if kind is not None and not subject:
        faults.add("没有写是哪一处", "it does not say which one", row=row, column="设施编号或村名")
        return None
    if kind == "facility":
        known = asked.numbered.get(subject) if asked else None
        if known is None:
            return About(kind="facility", name=subject[:600])
        return About(kind="facility", service=known.service, id=known.id, name=known.name, township=known.township)
    if kind == "place":
        return _village(subject, asked)
    return None


def _village(subject: str, asked: Asked | None) -> About:
    township, _, name = subject.rpartition("/")
    found = [place for place in (asked.places if asked else ()) if place.name == name]
    if township:
        found = [place for place in found if place.township == township]
    if len(found) == 1:
        return About(kind="place", name=name, township=found[0].township)
    return About(kind="place", name=name[:600], township=township[:600])
