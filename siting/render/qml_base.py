"""How QGIS draws the ground of a place: roads by class, the outline, the zones, in the colours of the map."""

from __future__ import annotations

from xml.etree import ElementTree as Xml

from siting.render.map_base import DRAWN_AS
from siting.render.map_style import Style
from siting.render.qml import MM_PER_PIXEL, Look, add_symbol, document, fill_look, line_look
from siting.render.views import Place
from siting.render.wording import both

CLASSES = {
    "motorway": ("高速公路", "Motorway"),
    "trunk": ("快速路、国道", "Trunk road"),
    "primary": ("主干路", "Primary road"),
    "secondary": ("次干路", "Secondary road"),
    "tertiary": ("支路、乡道", "Tertiary road"),
    "minor": ("街道、村道", "Minor road"),
    "lane": ("通道、机耕路", "Lane"),
    "path": ("步行道", "Path"),
}
SHOWN_AT = 12  # the zoom of the map whose widths of roads are taken
CASING_PX = 0.8
OUTLINE_PX, ZONE_PX = 1.6, 1.8
RURAL = "rural"  # the kind of a zone that the map does not outline


def base_styles(place: Place, style: Style) -> dict[str, str]:
    """The style (QML) of each layer of the ground: `zones`, `outline`, `roads`."""
    return {"zones": _zones(place, style), "outline": _outline(style), "roads": _roads(style)}


def _roads(style: Style) -> str:
    """A rule for each class of road, the highest drawn last; casings lie below all fills."""
    root, rules, symbols = document()
    for k, (drawn, tags) in enumerate(DRAWN_AS.items()):
        road = style.roads[drawn]
        width = min(road.width.items(), key=lambda item: abs(int(item[0]) - SHOWN_AT))[1]
        lines = [_line(road.casing, width + CASING_PX)] if road.casing else []
        lines.append(_line(road.fill, width))
        level = len(DRAWN_AS) - 1 - k
        add_symbol(symbols, "line", f"{k}", lines, levels=[0, level + 1][-len(lines) :])
        listed = ", ".join(f"'{tag}'" for tag in tags)
        _rule(rules, k, both(CLASSES[drawn]), f'"highway" IN ({listed})')
    return Xml.tostring(root, encoding="unicode")


def _outline(style: Style) -> str:
    root, rules, symbols = document()
    add_symbol(symbols, "fill", "0", [fill_look(style.base.outline, 0, OUTLINE_PX * MM_PER_PIXEL)], levels=[0])
    _rule(rules, 0, both(("界线", "Outline")), None)
    return Xml.tostring(root, encoding="unicode")


def _zones(place: Place, style: Style) -> str:
    """A rule for each zone that the map outlines, with its name."""
    root, rules, symbols = document()
    shaped = set() if place.zone_shapes is None else set(place.zone_shapes["id"])
    drawn = [row for row in place.zones.itertuples() if str(row.id) in shaped and row.kind != RURAL]
    for k, row in enumerate(drawn):
        colour = style.zone.colours[k % len(style.zone.colours)]
        fill = fill_look(colour, round(255 * style.zone.tint), ZONE_PX * MM_PER_PIXEL, "dash")
        add_symbol(symbols, "fill", f"{k}", [fill], levels=[0])
        _rule(
            rules, k, both((str(row.name_zh), str(row.name_en))), "\"id\" = '{}'".format(str(row.id).replace("'", "''"))
        )
    return Xml.tostring(root, encoding="unicode")


def _rule(rules: Xml.Element, k: int, label: str, where: str | None) -> None:
    rule = Xml.SubElement(rules, "rule", key=f"rule_{k}", symbol=f"{k}", label=label)
    if where is not None:
        rule.set("filter", where)


def _line(colour: str, width_px: float) -> Look:
    """A road, whose parts join without gaps."""
    kind, values = line_look(colour, width_px * MM_PER_PIXEL)
    return kind, {**values, "capstyle": "round", "joinstyle": "round"}
