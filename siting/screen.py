"""The one way to a terminal: names come from anybody, and none may command it.

A terminal obeys what follows an escape character: it changes colours, hides text, sets links and window titles. Control
characters of texts are shown as signs instead (`␛`); the colours of the program are the only ones. Square brackets
are no markup, since texts are given to rich as `Text`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from siting.files.json_text import json_text

# All controls but tab and line feed: C0, delete, C1 (ISO/IEC 6429); and what UTF-8 cannot hold.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class Screen(Console):
    """A rich console on which the controls of texts are signs."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The pieces of what is printed; rich's own controls are pieces apart."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else visible(text), style, control)


def visible(text: str) -> str:
    r"""The text with signs for its controls.

    >>> visible("\x1b[31mred\x7f\n")
    '␛[31mred␡\n'
    """
    return _CONTROL.sub(_sign, text)


def say(text: str, *, error: bool = False) -> None:
    """A plain line on the standard output, or on that of errors."""
    print(visible(text), file=sys.stderr if error else sys.stdout, flush=True)


def say_json(record: Any, *, strict: bool = False) -> None:
    """A record as one line of JSON.

    Args:
        record: what is no JSON value in it is written as its text.
        strict: NaN and infinity, which JSON does not have, raise ValueError.
    """
    sys.stdout.write(json_line(record, strict=strict))
    sys.stdout.flush()


def json_line(record: Any, *, strict: bool = False) -> str:
    """The line with its end, every control escaped; as `say_json`."""
    return json_text(record, nan=not strict, default=str) + "\n"


def _sign(found: re.Match[str]) -> str:
    code = ord(found[0])
    return chr(0x2400 + code) if code < 0x20 else "\u2421" if code == 0x7F else "\ufffd"
