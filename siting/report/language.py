"""The languages of a report: Chinese with English titles, English, or both throughout."""

from __future__ import annotations

import re
from typing import Literal

from siting.render.columns import clean
from siting.render.wording import Text
from siting.report.document import Words

Language = Literal["zh", "en", "both"]

# `wording.both` writes 中文 English, lists of it 中文；English. Only where no Chinese follows is it taken apart; a
# percentage as the Chinese writes it, without a space, goes with the Chinese before it.
_CHINESE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_TWO = re.compile(rf"(?s)(.*[{_CHINESE}”’](?: [\d.,]+%)?)(?: |；)([A-Za-z0-9(][^{_CHINESE}]*)")
_BREAKS = re.compile(r"[\t\r\n\u2028\u2029\x85]+")


def line(text: str) -> str:
    """A text as it stands in a paragraph: without what XML cannot hold, and in one line."""
    return _BREAKS.sub(" ", clean(text))


def words(text: Text, language: Language, *, title: bool = False) -> Words:
    """A text of the report.

    Args:
        text: (zh, en); where one is empty the other stands for it.
        title: whether the Chinese report has the English beside it.
    """
    zh, en = line(text[0]), line(text[1])
    first, other = (en or zh, "") if language == "en" else (zh or en, en)
    return Words(first, other if other != first and (title or language == "both") else "")


def cell(text: str, language: Language) -> str:
    """A cell that says the same in both languages, one after the other, in the report's language.

    Only for columns with the program's own words: a name stays as it is typed.
    """
    if language == "both":
        return line(text)
    found = _TWO.fullmatch(text)
    if found is None or not re.search(f"[{_CHINESE}]", found[1]):
        return line(text)
    return line(found[2 if language == "en" else 1])
