"""What a chapter is made of: sections, parts of sheets, maps, what the editor completes; the columns they show."""

from __future__ import annotations

from dataclasses import dataclass, field

from siting.layout.facts import STATUS
from siting.layout.tables.columns import COURSES
from siting.layout.tables.units import LEVELS
from siting.render.wording import Text, both
from siting.report.excerpts import Excerpt, Where

COUNTY = Where("level", "is", (both(LEVELS["county"]),))
TOWNSHIPS = Where("level", "is", (both(LEVELS["township"]),))
EVERYBODY = Where("group", "is", ("全部 All",))
FIRST, LAST = Where("year", "first"), Where("year", "last")
BEFORE, AFTER = (Where("when", "is", (both(COURSES[when]),)) for when in ("before", "after"))
UNCHANGED = tuple(both(STATUS[key]) for key in ("kept", "higher"))


@dataclass(frozen=True)
class Told:
    """A section of the run's own report, by the beginning of its Chinese title."""

    title: str
    heading: bool = True


@dataclass(frozen=True)
class Maps:
    """Maps of every subject: as things stand, in the first period, or at the end of the plan."""

    when: str


@dataclass(frozen=True)
class Special:
    """What is made by a function of `telling`: its name."""

    name: str


@dataclass(frozen=True)
class Fill:
    """What the program cannot know and the editor completes."""

    words: Text


Item = Told | Excerpt | Maps | Special | Fill


@dataclass(frozen=True)
class Part:
    """A heading of the second level with what stands below it; without names: no heading."""

    names: Text | None
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Chapter:
    """A heading of the first level.

    Attributes:
        always: whether it is there with nothing but what is to be completed.
    """

    names: Text
    parts: tuple[Part, ...] = field(default_factory=tuple)
    always: bool = False


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
