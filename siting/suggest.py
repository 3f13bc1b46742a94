"""The nearest valid word, for messages about a mistyped key."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest_word(word: str, valid: Iterable[str]) -> str | None:
    """The valid word closest to `word`, or None when none is close."""
    found = difflib.get_close_matches(word, list(valid), n=1, cutoff=0.5)
    return found[0] if found else None
