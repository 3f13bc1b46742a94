"""Kinds of scenario files: a file that says `kind = "..."` is read and answered by a package of its own.

A file without a kind asks where facilities of each service go (`siting.scenario`).
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from siting.errors import fail, nearest_word
from siting.files.toml import read_toml
from siting.prepare import Settings

# kind -> module with `answer(path, settings)`
KINDS: dict[str, str] = {
    "grouping": "siting.grouping.run",
    "layout": "siting.layout.run",
    "ranking": "siting.ranking.run",
    "rebalance": "siting.rebalance.run",
}


class Answer(Protocol):
    """What a kind's `answer` gives."""

    @property
    def id(self) -> str:
        """Name of the run folder."""

    def lines(self) -> list[tuple[str, str]]:
        """What the command line tells: text and its style (of rich), a line each, Chinese before English."""

    def record(self) -> dict[str, Any]:
        """What `--json` tells: values that JSON holds."""

    def write(self, folder: Path, settings: Settings) -> dict[str, Path]:
        """Write the run folder, whole or not at all; the path of each output by name, `map.html` among them.

        Raises:
            InputError: when the folder cannot be written.
        """


def kind_of(path: Path) -> str | None:
    """The kind that a scenario file names; None for a question of siting.

    Raises:
        InputError: when the file cannot be read, or names a kind that there is not.
    """
    kind = read_toml(path).get("kind")
    if kind is None:
        return None
    if kind not in KINDS:
        close = nearest_word(str(kind), KINDS)
        fail(
            "没有这种方案",
            "there is no such kind of scenario",
            remedy_zh=f"是否想写“{close}”？" if close else f"可用：{'、'.join(KINDS)}；选址方案不写 kind",
            remedy_en=f"did you mean {close!r}?" if close else f"available: {', '.join(KINDS)}; none for siting",
            file=path,
            column="kind",
            value=kind,
        )
    return str(kind)


def answer_of(kind: str) -> Callable[[Path, Settings], Answer]:
    """What answers a scenario file of this kind.

    It raises InputError for anything wrong with the file or its case, InfeasibleError where no answer can be,
    VerificationError where the answer fails the independent check.
    """
    answer: Callable[[Path, Settings], Answer] = import_module(KINDS[kind]).answer
    return answer
