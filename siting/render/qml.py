"""How QGIS draws a layer: the map's colours and symbols as a style of QGIS (QML), one rule for each category.

Rules are QGIS's rule-based renderer (`QgsRuleBasedRenderer`). Where a layer holds several subjects or periods, each
is a group of rules that can be ticked; only the one that the map opens at is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from xml.etree import ElementTree as Xml

from siting.render.columns import Column, clean
from siting.render.views import Category
from siting.render.wording import both

Shape = Literal["marker", "line", "fill"]
Look = tuple[str, dict[str, str]]  # a class of QGIS and its options

MARKERS = {
    "circle": "circle", "square": "square", "triangle": "triangle", "diamond": "diamond", "star": "star",
    "cross": "cross2",
}  # fmt: skip
MM_PER_PIXEL = 25.4 / 96  # as CSS takes a pixel
STROKE_MM, CROSS_MM, LINE_MM = 0.2, 0.5, 0.3
FILL_ALPHA = 90  # of 255
EDGE = "255,255,255,255"
VERSION = "3.22.0"  # in which the styles were opened


@dataclass(frozen=True)
class Group:
    """The rules of one subject in one period.

    Attributes:
        name: (zh, en); where: field and value that its features have; ticked: whether it is drawn at first.
    """

    name: tuple[str, str]
    where: tuple[tuple[str, str], ...]
    categories: tuple[Category, ...]
    ticked: bool = True


def style_of(shape: Shape, groups: Sequence[Group], columns: Sequence[Column]) -> str:
    """The style; a single group's rules stand alone.

    Args:
        shape: of the features.
        groups: none with the features of another.
        columns: whose headers QGIS shows in place of the fields' names.
    """
    root, rules, symbols = document()
    known: dict[tuple[object, ...], str] = {}
    for g, group in enumerate(groups):
        parent = rules
        if len(groups) > 1:
            parent = Xml.SubElement(
                rules, "rule", key=f"group_{g}", label=clean(both(group.name)), filter=_all(group.where)
            )
            if not group.ticked:
                parent.set("checkstate", "0")
        for k, category in enumerate(group.categories):
            level = len(group.categories) - 1 - k
            look = (category.colour, category.symbol, category.size_px, level)
            name = known.setdefault(look, str(len(known)))
            Xml.SubElement(
                parent, "rule", key=f"rule_{g}_{k}", symbol=name, label=clean(both((category.zh, category.en))),
                filter=_all((("category", category.key),)),
            )  # fmt: skip
            if len(symbols) < len(known):
                _symbol(symbols, shape, name, category, level=level)
    aliases = Xml.SubElement(root, "aliases")
    for k, column in enumerate(columns):
        Xml.SubElement(aliases, "alias", index=str(k), field=column.name, name=clean(column.header))
    return Xml.tostring(root, encoding="unicode")


def document() -> tuple[Xml.Element, Xml.Element, Xml.Element]:
    """A style without rules: its root, its rules and its symbols."""
    root = Xml.Element("qgis", version=VERSION, styleCategories="Symbology|Fields")
    # Symbol levels: where features lie over each other, the first category is drawn last.
    renderer = Xml.SubElement(root, "renderer-v2", type="RuleRenderer", symbollevels="1", forceraster="0")
    return root, Xml.SubElement(renderer, "rules", key="rules"), Xml.SubElement(renderer, "symbols")


def _all(where: Sequence[tuple[str, str]]) -> str:
    """An expression of QGIS."""
    return " AND ".join("\"{}\" = '{}'".format(field, clean(value).replace("'", "''")) for field, value in where)


def _symbol(symbols: Xml.Element, shape: Shape, name: str, category: Category, *, level: int) -> None:
    colour = rgba(category.colour)
    values: dict[str, str]
    if shape == "marker":
        cross = category.symbol == "cross"
        kind, values = "SimpleMarker", {
            "name": MARKERS[category.symbol], "color": colour, "outline_color": colour if cross else EDGE,
            "outline_style": "solid", "outline_width": f"{CROSS_MM if cross else STROKE_MM:g}",
            "outline_width_unit": "MM", "size": f"{category.size_px * MM_PER_PIXEL:.2f}", "size_unit": "MM",
        }  # fmt: skip
    elif shape == "line":
        kind, values = line_look(category.colour, LINE_MM)
    else:
        kind, values = fill_look(category.colour, FILL_ALPHA, LINE_MM)
    add_symbol(symbols, shape, name, [(kind, values)], levels=[level])


def add_symbol(
    symbols: Xml.Element,
    shape: Shape,
    name: str,
    layers: Sequence[Look],
    *,
    levels: Sequence[int],
) -> None:
    """Describe a symbol: its layers, the lowest first, each a class of QGIS and its options.

    Args:
        levels: of each layer; those of all symbols are drawn in this order.
    """
    symbol = Xml.SubElement(symbols, "symbol", type=shape, name=name, alpha="1", clip_to_extent="1", force_rhr="0")
    for (kind, values), level in zip(layers, levels, strict=True):
        layer = Xml.SubElement(symbol, "layer", {"class": kind, "enabled": "1", "locked": "0", "pass": str(level)})
        options = Xml.SubElement(layer, "Option", type="Map")
        for key, value in values.items():
            Xml.SubElement(options, "Option", type="QString", name=key, value=value)


def line_look(colour: str, width_mm: float) -> Look:
    """A line."""
    return "SimpleLine", {"line_color": rgba(colour), "line_width": f"{round(width_mm, 2):g}", "line_width_unit": "MM"}


def fill_look(colour: str, alpha: int, edge_mm: float, edge: str = "solid") -> Look:
    """A fill with an edge of its colour.

    Args:
        alpha: of the fill, of 255; 0: the edge alone.
        edge: `solid` or `dash`.
    """
    return "SimpleFill", {
        "color": rgba(colour, alpha), "style": "solid" if alpha else "no", "outline_color": rgba(colour),
        "outline_style": edge, "outline_width": f"{round(edge_mm, 2):g}", "outline_width_unit": "MM",
    }  # fmt: skip


def rgba(colour: str, alpha: int = 255) -> str:
    """A colour written #RRGGBB as QGIS takes it."""
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"{red},{green},{blue},{alpha}"
