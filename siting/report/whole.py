"""Which tables the appendix has in full, and with which columns: those that a page holds."""

from __future__ import annotations

from siting.render.columns import Sheet

MOST_COLUMNS = 16  # that a page holds
SITE = ("classes", "beds", "site_m2", "floor_m2")
LEDGER = ("service", "name", "township", "level", "ownership", *SITE, "staff", "capacity", "load", "use")
PLANNED = (
    "service", "number", "name", "status", "size", *SITE, "zone", "township", "years", "yuan", "load",
    "receiver", "note",
)  # fmt: skip
# Of tables that are wider than a page, the columns that the appendix has.
IN_APPENDIX: dict[str, tuple[str, ...]] = {
    "ledger": LEDGER,
    "planned": PLANNED,
    "coverage": (
        "service", "group", "level", "unit", "year", "need", "share_before", "share_after", "mean_min_before",
        "mean_min_after", "p95_min_before", "p95_min_after", "longest_min_before", "longest_min_after",
    ),
    "assumptions": ("part", "item", "value", "text", "source", "verified"),
}  # fmt: skip


def in_appendix(sheet: Sheet, most_rows: int) -> bool:
    """Whether the appendix can have all rows of the sheet.

    Args:
        most_rows: the longest table that it has.
    """
    columns = IN_APPENDIX.get(sheet.key, sheet.columns)
    return 0 < len(sheet.frame) <= most_rows and len(columns) <= MOST_COLUMNS
