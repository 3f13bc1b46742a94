"""What making a case gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class CaseSummary:
    """One case that was made.

    Attributes:
        folder: where it lies.
        scenario: a first scenario, ready to run.
        counts: numbers of things by a bilingual name, such as `需求点 demand points`.
        guesses: (zh, en) of everything that was assumed.
    """

    folder: Path
    scenario: Path
    counts: Mapping[str, float]
    guesses: tuple[tuple[str, str], ...]
