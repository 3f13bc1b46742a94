"""What a layout plan tells: lines of the command line, the record, the files of its folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siting.layout.result import LayoutPlan
from siting.prepare import Settings


@dataclass(frozen=True, eq=False)
class LayoutAnswer:
    """The answer to the scenario of a layout plan."""

    plan: LayoutPlan

    @property
    def id(self) -> str:
        """Name of the run folder."""
        return self.plan.posed.scenario.id

    def lines(self) -> list[tuple[str, str]]:
        """What the command line tells."""
        return []

    def record(self) -> dict[str, Any]:
        """What `--json` tells."""
        return {}

    def write(self, folder: Path, settings: Settings) -> dict[str, Path]:
        """Write the run folder."""
        return {}
