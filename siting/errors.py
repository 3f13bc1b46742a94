"""One error root. Faults are gathered, then raised once, each with its place, its value and its remedy.

Every text is bilingual: Chinese first, English second.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with the input, where it is, and what to do about it."""

    zh: str
    en: str
    remedy_zh: str = ""
    remedy_en: str = ""
    file: str | None = None
    row: int | None = None  # as a spreadsheet counts: the header is row 1
    column: str | None = None
    value: str | None = None

    @property
    def place(self) -> str:
        """`demand.csv 第 7 行 row 7 [age_6_11] = 'abc'`, as much of it as is known."""
        parts = []
        if self.file:
            parts.append(self.file)
        if self.row is not None:
            parts.append(f"第 {self.row} 行 row {self.row}")
        if self.column:
            parts.append(f"[{self.column}]")
        if self.value is not None:
            parts.append(f"= {self.value!r}" if parts else repr(self.value))
        return " ".join(parts)

    def __str__(self) -> str:
        place = f"{self.place}: " if self.place else ""
        zh = self.zh + (f" → {self.remedy_zh}" if self.remedy_zh else "")
        en = self.en + (f" → {self.remedy_en}" if self.remedy_en else "")
        return f"{place}{zh}\n    {en}"


class SitingError(Exception):
    """Root of all errors that a user can do something about."""

    exit_code = 2

    def __init__(self, faults: Fault | Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("\n".join(str(f) for f in self.faults))


class InputError(SitingError):
    """Something that was handed in cannot be used as it is."""


class InfeasibleError(SitingError):
    """The question has no answer; the faults say what stands in the way."""


class NetworkError(SitingError):
    """Something had to be downloaded and could not be."""


class VerificationError(SitingError):
    """The solver's answer failed the independent check: never a plan."""

    exit_code = 3


class InternalError(SitingError):
    """A failure of this program, which the user can only report."""

    exit_code = 1


class Faults:
    """Gathers faults so that one run shows them all.

    >>> faults = Faults("demand.csv")
    >>> faults.add("重复编号", "duplicate id", row=3, value="v1")
    >>> faults.raise_if_any()
    Traceback (most recent call last):
    ...
    siting.errors.InputError: demand.csv 第 3 行 row 3 = 'v1': 重复编号
        duplicate id
    """

    SHOWN_PER_KIND = 10

    def __init__(self, file: str | Path | None = None) -> None:
        self.file = Path(file).name if file is not None else None
        self.items: list[Fault] = []

    def add(
        self,
        zh: str,
        en: str,
        *,
        remedy_zh: str = "",
        remedy_en: str = "",
        row: int | None = None,
        column: str | None = None,
        value: object = None,
        file: str | None = None,
    ) -> None:
        """Note one fault."""
        text = None if value is None else str(value)[:80]
        self.items.append(Fault(zh, en, remedy_zh, remedy_en, file or self.file, row, column, text))

    def extend(self, other: Faults) -> None:
        """Take over the faults of another collection."""
        self.items.extend(other.items)

    def __bool__(self) -> bool:
        return bool(self.items)

    def raise_if_any(self, kind: type[SitingError] = InputError) -> None:
        """Raise all that was gathered, long runs of the same fault shortened with their count."""
        if self.items:
            raise kind(self.shortened())

    def shortened(self) -> list[Fault]:
        """The faults, long runs of the same one cut and counted."""
        shown: list[Fault] = []
        count: dict[tuple[str | None, str | None, str], int] = {}
        for fault in self.items:
            key = (fault.file, fault.column, fault.en)
            count[key] = count.get(key, 0) + 1
            if count[key] <= self.SHOWN_PER_KIND:
                shown.append(fault)
        for (file, column, en), n in count.items():
            if n > self.SHOWN_PER_KIND:
                more = n - self.SHOWN_PER_KIND
                shown.append(
                    Fault(f"……另有 {more} 处同样的问题", f"... and {more} more: {en}", file=file, column=column)
                )
        return shown


def fail(
    zh: str,
    en: str,
    *,
    remedy_zh: str = "",
    remedy_en: str = "",
    file: str | Path | None = None,
    row: int | None = None,
    column: str | None = None,
    value: object = None,
    kind: type[SitingError] = InputError,
) -> NoReturn:
    """Raise a single fault."""
    text = None if value is None else str(value)[:80]
    name = str(file) if file is not None else None
    raise kind(Fault(zh, en, remedy_zh, remedy_en, name, row, column, text))


def nearest_word(word: str, valid: Iterable[str]) -> str | None:
    """The valid word closest to `word`, or None when none is close."""
    found = difflib.get_close_matches(word, list(valid), n=1, cutoff=0.5)
    return found[0] if found else None
