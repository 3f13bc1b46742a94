"""What a user should know that is no fault: a file read as GBK, a column that the model does not read."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Notes:
    """Gathers notes, Chinese and English."""

    items: list[tuple[str, str]] = field(default_factory=list)

    def add(self, zh: str, en: str) -> None:
        """Note one thing, once."""
        if (zh, en) not in self.items:
            self.items.append((zh, en))
