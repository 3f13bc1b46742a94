"""JSON that every reader takes and no terminal obeys."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

# What JSON lets stand in a text: delete and the C1 controls (ISO/IEC 6429), and what UTF-8 cannot hold.
_LEFT = re.compile("[\x7f-\x9f\ud800-\udfff]")


def json_text(
    value: object, *, indent: int | None = None, nan: bool = True, default: Callable[[object], object] | None = None
) -> str:
    r"""The value as JSON, Chinese as it is, every control and lone surrogate escaped.

    >>> json_text("村\x7f\x1b")
    '"村\\u007f\\u001b"'

    Args:
        value: what is to be written.
        indent: spaces of each level; None: all in one line.
        nan: whether NaN and infinity, which JSON does not have, may be written.
        default: what stands for a value that JSON does not have.

    Raises:
        ValueError: for NaN and infinity where they may not be written.
        TypeError: for a value that JSON does not have.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=nan, indent=indent, default=default)
    return _LEFT.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
