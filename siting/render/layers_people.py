"""Layers of people for a run: today, in the plan and what changes, times to the nearest facility, who goes where."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.render.columns import Column
from siting.render.encode import minutes_shown
from siting.render.map_style import Style
from siting.render.views import Category, LineLayer, Moment, PointLayer
from siting.render.wording import MODE, Text, both
from siting.results import ServiceResult

Labels = Mapping[str, Text]

TODAY = (
    Column("township", "乡镇（街道）", "Township"),
    Column("village", "村（社区）", "Village"),
    Column("need", "需要的人", "People who need it", "persons"),
    Column("standard", "标准（分钟）", "Standard, minutes", "minutes"),
    Column("mode", "出行方式", "Mode"),
    Column("from", "现状最近的设施", "Nearest facility today"),
    Column("minutes_before", "现状单程（分钟）", "Minutes today", "minutes"),
)
PLANNED = (
    Column("nearest", "规划后最近的设施", "Nearest facility in the plan"),
    Column("minutes_nearest", "到规划后最近的设施（分钟）", "Minutes to the nearest in the plan", "minutes"),
    Column("to", "方案安排去", "The plan sends them to"),
    Column("minutes_after", "规划后单程（分钟）", "Minutes in the plan", "minutes"),
    Column("without_after", "规划后无着落（人）", "Without a place in the plan", "persons"),
)

TRIP = (
    Column("demand_id", "居民点编号", "Demand point"),
    Column("site_id", "设施编号", "Facility"),
    Column("share", "所占比例", "Share of the point's people", "share"),
    Column("persons", "人数", "Persons", "persons"),
    Column("minutes", "单程（分钟）", "Minutes one way", "minutes"),
)

MOMENTS = (
    Moment("现状", "Today", "from", "minutes_before", "state_before"),
    Moment("规划后", "In the plan", "to", "minutes_after", "state_after"),
)


def people_layers(service: ServiceResult, style: Style, labels: Labels) -> tuple[PointLayer, ...]:
    """Demand points by times and by whether the nearest facility in use lies within the standard, the lowest first.

    The layers of the plan, and of what it changes, only where there is one. All have the same frame but for its
    category.
    """
    frame, plan = point_frame(service), service.question is not None
    columns = (*TODAY, *(PLANNED if plan else ()))

    def layer(key: str, category: NDArray[np.str_], categories: tuple[Category, ...]) -> PointLayer:
        told, shown = frame.assign(category=category), key == ("after" if plan else "before")
        moments = MOMENTS if plan else MOMENTS[:1]
        return PointLayer(
            key, *_name(key, labels), told, categories, columns, shown=shown, weight="need", choice="people",
            moments=moments,
        )  # fmt: skip

    look, need = style.coverage, frame["need"].to_numpy() > 0
    nobody = Category("nobody", *labels["legend.no_demand"], look.no_demand, size_px=3)
    unreachable = Category("unreachable", *labels["legend.unreachable"], look.unreachable, size_px=4)
    parts = (
        Category("within", *labels["legend.covered"], look.covered, size_px=4),
        Category("beyond", *labels["legend.uncovered"], look.uncovered, size_px=4),
        unreachable,
        nobody,
    )
    change = (
        Category("gained", *labels["legend.newly_covered"], look.newly_covered, size_px=5),
        Category("lost", *labels["legend.lost"], look.lost, size_px=5),
        Category("same", *labels["legend.still_covered"], look.still_covered, size_px=3),
        Category("still", *labels["legend.still_uncovered"], look.uncovered, size_px=3),
        nobody,
    )
    classes = (*_time_categories(style, labels), unreachable, nobody)
    within = {when: service.demand[f"covered_{when}"].to_numpy(dtype=bool) for when in ("before", "after")}
    times = {"before": frame["minutes_before"].to_numpy(), "after": frame["minutes_nearest"].to_numpy()}
    breaks = style.travel_time.breaks_min
    found = []
    for when in ("before", "after") if plan else ("before",):
        reached = ~np.isnan(times[when])
        found.append(layer(f"time_{when}", _time_class(times[when], need, breaks), classes))
        kinds = [~need, within[when], reached]
        found.append(layer(when, np.select(kinds, ["nobody", "within", "beyond"], "unreachable"), parts))
    if plan:
        b, a = within["before"], within["after"]
        kinds = [~need, a & ~b, b & ~a, a]
        found.append(layer("change", np.select(kinds, ["nobody", "gained", "lost", "same"], "still"), change))
    order = ("time_before", "time_after", "before", "change", "after")
    return tuple(sorted(found, key=lambda one: order.index(one.key)))


def _name(key: str, labels: Labels) -> Text:
    (zh, en), (theme_zh, theme_en) = labels["legend.now"], labels[f"layers.{key}"]
    return zh.format(theme=theme_zh), en.format(theme=theme_en)


def point_frame(service: ServiceResult) -> pd.DataFrame:
    """All demand points: where they are, who needs the service, the nearest facility before and after, where they go.

    Minutes are NaN and facilities '' where none is reached. How people fare (`views.State`): today by the nearest
    facility in use, in the plan by where most of them are sent.
    """
    demand = service.demand.reset_index(drop=True)
    names = site_names(service)

    def named(column: str) -> list[str]:
        return ["" if key != key or key is None else names.get(str(key), "") for key in demand[column]]

    def shown(when: str) -> NDArray[np.float64]:
        columns = (demand[f"nearest_{when}_min"], demand["standard_min"], demand[f"covered_{when}"])
        return np.array(minutes_shown(*columns), dtype=np.float64)

    need, left = demand["demand_persons"].to_numpy(np.float64), demand["unassigned_persons"].to_numpy(np.float64)
    sent = demand["assigned_min"].to_numpy(np.float64)
    reached = ~np.isnan(demand["nearest_before_min"].to_numpy(np.float64))
    today = [~(need > 0), demand["covered_before"].to_numpy(bool), reached]
    planned = [~(need > 0), np.isnan(sent) | (left > need / 2), sent <= demand["standard_min"].to_numpy(np.float64)]
    return demand[["id", "name", "lon", "lat", "township", "village"]].assign(
        need=need,
        standard=demand["standard_min"].to_numpy(dtype=np.float64),
        mode=[both(MODE[mode]) for mode in demand["mode"]],
        **{"from": named("nearest_before_id")},
        minutes_before=shown("before"),
        nearest=named("nearest_after_id"),
        minutes_nearest=shown("after"),
        to=named("assigned_id"),
        minutes_after=sent,
        without_after=left,
        state_before=np.select(today, ["nobody", "within", "beyond"], "without"),
        state_after=np.select(planned, ["nobody", "without", "within"], "beyond"),
    )


def site_names(service: ServiceResult) -> dict[str, str]:
    """What each site is called, by id; its id where it has no name."""
    sites = service.sites
    return {str(key): str(name) if name else str(key) for key, name in zip(sites["id"], sites["name"], strict=True)}


def _time_categories(style: Style, labels: Labels) -> list[Category]:
    """One for each class of travel time, the shortest first."""
    breaks = style.travel_time.breaks_min
    (up_zh, up_en), (over_zh, over_en) = labels["legend.up_to"], labels["legend.over"]
    ends = [{"a": f"{low:g}", "b": f"{high:g}"} for low, high in zip((0.0, *breaks), breaks, strict=False)]
    texts = [(up_zh.format(**end), up_en.format(**end)) for end in ends]
    texts.append((over_zh.format(a=f"{breaks[-1]:g}"), over_en.format(a=f"{breaks[-1]:g}")))
    return [
        Category(f"class_{k}", *text, colour, size_px=4)
        for k, (text, colour) in enumerate(zip(texts, style.travel_time.colours, strict=True))
    ]


def _time_class(minutes: NDArray[np.float64], need: NDArray[np.bool_], breaks: tuple[float, ...]) -> NDArray[np.str_]:
    """(n,) class of each point; each class has its upper end."""
    classes = np.char.add("class_", np.searchsorted(breaks, minutes, side="left").astype(str))
    return np.where(~need, "nobody", np.where(np.isnan(minutes), "unreachable", classes))


def line_layer(service: ServiceResult, style: Style, labels: Labels) -> LineLayer:
    """From each demand point to each facility where the plan sends people of it."""
    trips = service.assignments.reset_index(drop=True)
    start = service.demand.set_index("id")[["lon", "lat"]].reindex(trips["demand_id"]).to_numpy(dtype=np.float64)
    sites = service.sites.set_index("id")
    end = sites[["lon", "lat"]].reindex(trips["site_id"]).to_numpy(dtype=np.float64)
    new = (sites["status"].reindex(trips["site_id"]) == "new").to_numpy(dtype=bool)
    frame = pd.DataFrame(
        {
            "from_lon": start[:, 0], "from_lat": start[:, 1], "to_lon": end[:, 0], "to_lat": end[:, 1],
            "category": np.where(new, "new", "existing"),
            "demand_id": trips["demand_id"].astype(str), "site_id": trips["site_id"].astype(str),
            "share": trips["share"], "persons": trips["persons"], "minutes": trips["travel_time_min"],
        }
    )  # fmt: skip
    categories = (
        Category("new", *labels["legend.assignment_new"], style.facility.new),
        Category("existing", *labels["legend.assignment_old"], style.facility.assignment),
    )
    return LineLayer("lines", *labels["layers.assignment"], frame, categories, shown=False, columns=TRIP)
