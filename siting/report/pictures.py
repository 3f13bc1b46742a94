"""The maps of a report: every subject as it stands, in the first period of the plan and at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from siting.render.views import Layer, LineLayer, PointLayer, View
from siting.render.wording import Text
from siting.report.document import Picture
from siting.report.drawing import MAP_MM, Drawing
from siting.report.teller import Teller

MOST = 12  # subjects
NEW = ("new", "inside", "reuse")  # what is not there as things stand
KEPT = ("kept", "existing")


def maps(teller: Teller, drawing: Drawing, when: Literal["today", "plan"]) -> list[Picture]:
    """The pictures.

    Args:
        when: `today`: the first period with the facilities as they stand; `plan`: the first and the last period, where
            something has changed by then.
    """
    views = teller.told.views
    found = []
    for subject in list(dict.fromkeys(view.subject for view in views))[:MOST]:
        mine = [view for view in views if view.subject == subject]
        if when == "today":
            shown = as_it_stands(mine[0])
            if shown is not None:
                found.append(map_picture(teller, drawing, shown, ("现状分布图", "as it stands")))
        else:
            first = [mine[0]] if len(mine) > 1 and _changes(mine[0]) else []
            last = [mine[-1]] if len(mine) == 1 or _changes(mine[-1]) else []
            found += [map_picture(teller, drawing, view, ("布局图", "the plan")) for view in (*first, *last)]
    return found


def _changes(view: View) -> bool:
    """Whether a facility of the view is not as it stands."""
    shown = [layer for layer in view.layers if layer.key == "facilities"]
    return not shown or any(not set(layer.frame["category"]) <= set(KEPT) for layer in shown)


def map_picture(
    teller: Teller, drawing: Drawing, view: View, what: Text, size_mm: tuple[float, float] = MAP_MM
) -> Picture:
    """The picture of a view.

    Args:
        what: it shows of the view's subject.
        size_mm: across and high.
    """
    period = (view.period_zh or view.period, view.period_en or view.period)
    names = (
        f"{view.subject_zh}{what[0]}" + (f"（{period[0]}）" if period[0] else ""),
        f"{view.subject_en}, {what[1]}" + (f" ({period[1]})" if period[1] else ""),
    )
    layers = [layer for layer in view.layers if layer.shown]
    alt = (
        f"地图：{names[0]}。图层：{'、'.join(_legend(layers, 0))}。",
        f"Map: {names[1]}. Layers: {', '.join(_legend(layers, 1))}.",
    )
    return teller.picture(names, drawing.view(teller.told, view, size_mm), alt, *size_mm)


def _legend(layers: Sequence[Layer], language: int) -> list[str]:
    """Each layer with the number of what it shows."""
    return [f"{(layer.zh, layer.en)[language]} {len(layer.frame)}" for layer in layers]


def as_it_stands(view: View) -> View | None:
    """The view of a plan's first period with its facilities before anything is done.

    Returns:
        None where the view does not tell what was before.
    """
    keys = [layer.key for layer in view.layers]
    if "before" not in keys or "facilities" not in keys:
        return None
    layers = [_before(layer) for layer in view.layers]
    return replace(view, layers=tuple(layers))


def _before(layer: Layer) -> Layer:
    if isinstance(layer, LineLayer) or not isinstance(layer, PointLayer):
        return layer
    if layer.key != "facilities":
        return replace(layer, shown=layer.key == "before")
    kept = [category for category in layer.categories if category.key in KEPT]
    standing = layer.categories[-1] if not kept else kept[0]
    look = replace(standing, key="kept", zh="现有", en="existing", symbol="square", size_px=7.0)
    frame = layer.frame[~layer.frame["category"].isin(NEW)].assign(category="kept")
    return replace(layer, frame=frame, categories=(look,), label=None)
