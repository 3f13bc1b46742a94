"""Columns whose cells are the program's own words in two languages; all others hold names and are left as typed."""

from __future__ import annotations

TWO_LANGUAGES = frozenset(
    {
        "before", "binding", "changes", "check", "content", "counted", "existing_building", "group",
        "group_kind", "inclusive", "indicator", "item", "kept", "kind", "label", "level", "measure", "mode",
        "new", "note", "of", "ownership", "paired", "part", "passes", "policy", "proven", "rule", "sense",
        "service", "size", "source", "state", "status", "tcm_clinic", "text", "unit", "verified", "what",
        "when", "whom", "zone", "zone_kind",
    }
)  # fmt: skip
