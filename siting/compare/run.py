"""One run of a comparison."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from siting.render.views import Told

NO_YEAR = 0  # of what has one period only


@dataclass(frozen=True, eq=False)
class Run:
    """One run of a layout plan, or one of a single period (`siting.compare.one_period`).

    Attributes:
        record: content of `run.json`; of a single period, what is used of it.
        coverage: rows by service, group, year (`NO_YEAR`: a single period), level and unit.
        told: all that is told of it; None where an older version of the program made the folder.
    """

    folder: Path
    record: dict[str, Any]
    coverage: pd.DataFrame
    told: Told | None = None

    @property
    def id(self) -> str:
        """The scenario's id."""
        return str(self.record["scenario"]["id"])

    @property
    def title(self) -> tuple[str, str]:
        """(zh, en)."""
        scenario = self.record["scenario"]
        return str(scenario["title_zh"]), str(scenario["title_en"])

    @property
    def label(self) -> tuple[str, str]:
        """How sure it is."""
        return str(self.record["outcome"]["label_zh"]), str(self.record["outcome"]["label_en"])

    @property
    def yearly(self) -> bool:
        """Whether it is a layout plan, with years and money."""
        return bool(self.record["scenario"]["years"])
