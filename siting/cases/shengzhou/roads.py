"""The road as the builder passes it on: a line, its tags, and whether it meets the roads it crosses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shapely.geometry import LineString

CLASSES = (
    "steps",
    "path",
    "footway",
    "pedestrian",
    "track",
    "service",
    "living_street",
    "residential",
    "unclassified",
    "tertiary",
    "secondary",
    "primary",
    "trunk",
    "motorway_link",
    "motorway",
)
RANK = {name: rank for rank, name in enumerate(CLASSES)}
WALK_ONLY = frozenset({"steps", "path", "footway", "pedestrian"})


@dataclass(frozen=True)
class Road:
    """One road. `grade`: `ground` meets whatever it crosses, `bridge` and `free` only what shares their ends."""

    line: LineString
    tags: dict[str, str]
    grade: Literal["ground", "bridge", "free"] = "ground"

    @property
    def rank(self) -> int:
        """Place of its class in `CLASSES`."""
        return RANK[self.tags["highway"]]
