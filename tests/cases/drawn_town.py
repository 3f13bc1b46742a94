"""A drawn town as OpenStreetMap elements, for tests of everything that makes a case of them.

Metres east and north of a corner in Shengzhou's belt: a town of 6 by 6 streets 200 m apart with houses, a village
2.5 km east with houses on one street, and one hamlet whose houses nobody has mapped.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

WEST, SOUTH = 120.8, 29.6
M_PER_DEGREE = 111_320.0
Tags = dict[str, str]


def lonlat(x: float, y: float) -> tuple[float, float]:
    return round(WEST + x / (M_PER_DEGREE * math.cos(math.radians(SOUTH))), 7), round(SOUTH + y / M_PER_DEGREE, 7)


@dataclass
class Drawing:
    """Elements as Overpass gives them."""

    elements: list[dict[str, Any]] = field(default_factory=list)
    corners: dict[tuple[float, float], int] = field(default_factory=dict)

    def node(self, x: float, y: float, **tags: str) -> int:
        lon, lat = lonlat(x, y)
        number = len(self.elements) + 1
        self.elements.append(
            {"type": "node", "id": number, "lon": lon, "lat": lat} | ({"tags": _keys(tags)} if tags else {})
        )
        return number

    def corner(self, x: float, y: float) -> int:
        if (x, y) not in self.corners:
            self.corners[x, y] = self.node(x, y)
        return self.corners[x, y]

    def way(self, refs: list[int], **tags: str) -> int:
        number = len(self.elements) + 1
        self.elements.append({"type": "way", "id": number, "nodes": refs, "tags": _keys(tags)})
        return number

    def street(self, *points: tuple[float, float], **tags: str) -> int:
        return self.way([self.corner(x, y) for x, y in points], **({"highway": "residential"} | tags))

    def box(self, x: float, y: float, width: float, height: float, **tags: str) -> int:
        """A closed way whose south-west corner is x, y."""
        refs = [self.node(a, b) for a, b in ((x, y), (x + width, y), (x + width, y + height), (x, y + height))]
        return self.way([*refs, refs[0]], **tags)

    def relation(self, ways: dict[int, str], **tags: str) -> int:
        number = len(self.elements) + 1
        members = [{"type": "way", "ref": way, "role": role} for way, role in ways.items()]
        self.elements.append({"type": "relation", "id": number, "members": members, "tags": _keys(tags)})
        return number

    def xml(self, *, stamp: str = "2024-05-06T07:08:09Z") -> str:
        lines = []
        for kind in ("node", "way", "relation"):
            for item in (e for e in self.elements if e["type"] == kind):
                place = f' lon="{item["lon"]}" lat="{item["lat"]}"' if kind == "node" else ""
                inner = "".join(f'<nd ref="{ref}"/>' for ref in item.get("nodes", ()))
                inner += "".join(
                    f'<member type="{m["type"]}" ref="{m["ref"]}" role="{m["role"]}"/>' for m in item.get("members", ())
                )
                inner += "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in item.get("tags", {}).items())
                lines.append(f'<{kind} id="{item["id"]}" version="1" timestamp="{stamp}"{place}>{inner}</{kind}>')
        return f'<?xml version="1.0" encoding="UTF-8"?><osm version="0.6" generator="drawn">{"".join(lines)}</osm>'

    def write(self, path: Path) -> Path:
        path.write_text(self.xml(), encoding="utf-8")
        return path

    def answer(self) -> dict[str, Any]:
        """As Overpass answers."""
        return {"version": 0.6, "osm3s": {"timestamp_osm_base": "2024-05-06T07:08:09Z"}, "elements": self.elements}


def _keys(tags: Tags) -> Tags:
    return {key.replace("__", ":"): value for key, value in tags.items()}


def draw_streets(drawing: Drawing) -> None:
    steps = [k * 200.0 for k in range(6)]
    for k, step in enumerate(steps):
        drawing.street(*((x, step) for x in steps), name=f"东西街{k}")
        drawing.street(*((step, y) for y in steps), name=f"南北街{k}")
    drawing.street((1000, 400), (3500, 400), highway="tertiary", name="村道")
    drawing.street((3500, 400), (3500, 800), (3500, 1200))
    drawing.street((0, 1000), (0, 4000), highway="unclassified")


def draw_places(drawing: Drawing) -> None:
    drawing.node(500, 500, place="town", name="甲镇", name__en="Jia", population="6,000")
    drawing.node(3500, 800, place="village", name="乙村")
    drawing.node(0, 3900, place="hamlet", name="丙庄")


def draw_houses(drawing: Drawing) -> None:
    """100 houses of 10 m by 10 m in the town, 40 in the village."""
    for row in range(10):
        for column in range(10):
            drawing.box(30 + column * 95, 30 + row * 95, 10, 10, building="house")
    for k in range(40):
        drawing.box(3510 + 14 * (k % 2), 410 + k * 19, 10, 10, building="house")


def draw_town(*, houses: bool = True) -> Drawing:
    drawing = Drawing()
    draw_streets(drawing)
    draw_places(drawing)
    if houses:
        draw_houses(drawing)
    drawing.box(210, 210, 60, 60, amenity="school", name="甲镇小学", capacity="540")
    drawing.node(240, 240, amenity="school", name="甲镇小学")
    drawing.box(610, 610, 80, 80, amenity="school", name="甲镇中学")
    drawing.node(420, 230, amenity="clinic", name="甲镇卫生服务站")
    drawing.box(810, 210, 50, 50, landuse="brownfield", name="老厂房")
    drawing.box(810, 810, 50, 50, landuse="grass")
    drawing.box(825, 825, 20, 20, natural="water")
    return drawing
