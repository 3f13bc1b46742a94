"""Columns whose cells are the program's own words in two languages; all others hold names and are left as typed."""

from __future__ import annotations

TWO_LANGUAGES = frozenset(
    {
        "binding", "changes", "counted", "existing_building", "group", "inclusive", "indicator", "item", "kept", "kind",
        "level", "measure", "mode", "new", "of", "ownership", "paired", "part", "passes", "policy", "rule", "service",
        "size", "state", "status", "tcm_clinic", "text", "verified", "what", "when", "whom", "zone", "source",
        "before", "unit", "label", "sense", "proven",
    }
)  # fmt: skip
