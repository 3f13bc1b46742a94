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

When = Literal["today", "reach", "minutes", "plan", "need", "catchments"]
MOST = 12  # subjects
FEW = 4  # subjects of which what is in `OF_FEW` has maps of its own
NEW = ("new", "inside", "reuse")  # what is not there as things stand
KEPT = ("kept", "existing")
TITLES: dict[When, Text] = {
    "today": ("现状分布图", "as it stands"),
    "reach": ("现状服务范围图", "service areas as it stands"),
    "minutes": ("现状可达性图", "minutes to the nearest as it stands"),
    "plan": ("布局图", "the plan"),
    "need": ("需求分布图", "people who need it"),
    "catchments": ("服务片区图", "catchments"),
}
OF_FEW: dict[When, tuple[str, ...]] = {  # the layer that is shown, and what is shown with it
    "reach": ("area_before", "facilities"), "minutes": ("time_before", "facilities"), "need": ("need",),
    "catchments": ("catchments", "facilities"),
}  # fmt: skip


def maps(teller: Teller, drawing: Drawing, when: When) -> list[Picture]:
    """The pictures of every subject.

    Args:
        when: `today`: the first period with the facilities as they stand; `plan`: the end of the plan, and before it
            the first period in which something has changed, where more has by the end. Where there are few
            subjects: `reach`, `minutes`: service areas and travel time as it stands; `need`, `catchments`: that layer
            at the end of the plan.
    """
    by_subject: dict[str, list[View]] = {}
    for view in teller.told.views:
        by_subject.setdefault(view.subject, []).append(view)
    if when in OF_FEW and len(by_subject) > FEW:
        return []
    shown = [view for views in list(by_subject.values())[:MOST] for view in _views(views, when)]
    return [map_picture(teller, drawing, view, TITLES[when]) for view in shown]


def _views(views: Sequence[View], when: When) -> list[View]:
    """What is shown of one subject."""
    if when == "today":
        found = as_it_stands(views[0])
        return [] if found is None else [found]
    if when in ("reach", "minutes"):
        standing = [found for view in views if (found := as_it_stands(view)) is not None]
        drawn = [found for view in standing for found in _with(view, OF_FEW[when])][:1]
        at = views[0]  # whichever period the layer was kept with, it is of today
        return [replace(v, period=at.period, period_zh=at.period_zh, period_en=at.period_en) for v in drawn]
    if when in OF_FEW:
        return _with(views[-1], OF_FEW[when])
    if len(views) == 1:
        return list(views)
    changed = [view for view in views if _changes(view)]
    if not changed:
        return []
    first = [changed[0]] if _changes(changed[0]) < _changes(views[-1]) else []
    return [*first, views[-1]]


def _changes(view: View) -> int:
    """How many facilities of the view are not as they stand."""
    shown = [layer for layer in view.layers if layer.key == "facilities"]
    return sum(int((~layer.frame["category"].isin(KEPT)).sum()) for layer in shown)


def _with(view: View, keys: Sequence[str]) -> list[View]:
    """The view with these layers shown and no others; none where it lacks the first."""
    if keys[0] not in {layer.key for layer in view.layers}:
        return []
    return [replace(view, layers=tuple(replace(layer, shown=layer.key in keys) for layer in view.layers))]


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
