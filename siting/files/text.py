"""Text files as planners hand them in: UTF-8, or a clear word about what they are instead."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from siting.errors import fail


def refuse_missing(path: Path) -> NoReturn:
    """Say that a file is not there.

    Raises:
        InputError: always.
    """
    fail(
        "找不到文件",
        "the file is not there",
        remedy_zh="请检查路径与文件名",
        remedy_en="check the path and the file's name",
        file=path,
    )


def read_text(path: Path) -> str:
    """The file's text as UTF-8, with or without a byte-order mark.

    Raises:
        InputError: when the file is not there, is not UTF-8 or cannot be read.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        refuse_missing(path)
    except OSError as error:
        fail(f"无法读取文件（{error}）", f"the file cannot be read ({error})", file=path)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        try:
            raw.decode("gb18030")
            guess_zh, guess_en = "，看来是 GBK/GB18030", "; it looks like GBK/GB18030"
        except UnicodeDecodeError:
            guess_zh = guess_en = ""
        table = path.suffix.lower() == ".csv"
        fail(
            f"文件不是 UTF-8 编码{guess_zh}",
            f"the file is not in UTF-8{guess_en}",
            remedy_zh="请在 Excel 中另存为“CSV UTF-8（逗号分隔）”" if table else "请在记事本中另存为，编码选 UTF-8",
            remedy_en="save it in Excel as 'CSV UTF-8 (comma delimited)'"
            if table
            else "save it in Notepad with the encoding UTF-8",
            file=path,
            row=row,
        )
