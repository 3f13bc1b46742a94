"""What a chapter is made of: sections, parts of sheets, maps, what the editor completes; the columns they show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from siting.layout.facts import STATUS
from siting.layout.tables.columns import COURSES
from siting.layout.tables.units import LEVELS
from siting.render.wording import Text, both
from siting.report.document import Block
from siting.report.excerpts import Excerpt, Where
from siting.report.pictures import When
from siting.report.teller import Teller

COUNTY = Where("level", "is", (both(LEVELS["county"]),))
TOWNSHIPS = Where("level", "is", (both(LEVELS["township"]),))
EVERYBODY = Where("group", "is", ("全部 All",))
FIRST, LAST = Where("year", "first"), Where("year", "last")
BEFORE, AFTER = (Where("when", "is", (both(COURSES[when]),)) for when in ("before", "after"))
UNCHANGED = tuple(both(STATUS[key]) for key in ("kept", "higher"))


@dataclass(frozen=True)
class Own:
    """A section of the run's own report, by the beginning of its Chinese title."""

    title: str
    heading: bool = True


@dataclass(frozen=True)
class Maps:
    """Maps of every subject, as `pictures.maps` tells them."""

    when: When


@dataclass(frozen=True)
class Special:
    """What the report tells in a form of its own: the function that makes it."""

    make: Callable[[Teller], Sequence[Block]]


@dataclass(frozen=True)
class Fill:
    """What the program cannot know and the editor completes."""

    words: Text


Item = Own | Excerpt | Maps | Special | Fill


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
