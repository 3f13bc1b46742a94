"""Layers of people for a run: today, in the plan and what changes, times to the nearest facility, who goes where."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from siting.impedance import FloatArray
from siting.render.columns import Column, with_values
from siting.render.map_style import Style
from siting.render.people_looks import CHOICE, MINUTES, PEOPLE, class_of, classes, names_of_most
from siting.render.views import Category, LineLayer, Moment, PointLayer
from siting.render.wording import MODE, Text, both, share_text
from siting.results import ServiceResult

ZONE = (Column("zone_zh", "分区", "Zone", language="zh"), Column("zone_en", "分区", "Zone", language="en"))
TODAY = (
    *ZONE,
    Column("township", "乡镇（街道）", "Township"),
    Column("village", "村（社区）", "Village"),
    Column("population", "常住人口（人）", "Residents", "persons"),
    Column("need", "需要的人", "People who need it", "persons"),
    Column("standard", "标准（分钟）", "Standard, minutes", "minutes"),
    Column("mode", "出行方式", "Mode"),
    Column("from", "现状最近的设施", "Nearest facility today"),
    Column("minutes_before", "现状单程（分钟）", "Minutes today", "fine_minutes"),
    Column("expected_before", "现状按时等到空闲车辆的概率", "Chance of a free vehicle in time, today", "share"),
)
PLANNED = (
    Column("nearest", "规划后最近的设施", "Nearest facility in the plan"),
    Column("minutes_nearest", "到规划后最近的设施（分钟）", "Minutes to the nearest in the plan", "fine_minutes"),
    Column("to", "方案安排去", "The plan sends them to"),
    Column("minutes_after", "规划后单程（分钟）", "Minutes in the plan", "fine_minutes"),
    Column("split", "分别安排去", "The plan sends shares of them to"),
    Column("without_after", "规划后无着落（人）", "Without a place in the plan", "persons"),
    Column("expected_after", "规划后按时等到空闲车辆的概率", "Chance of a free vehicle in time, planned", "share"),
)
OFF = Column("off", "注意", "Note")
NOT_ALWAYS = {"zone_zh", "zone_en", "expected_before", "expected_after", "split", "off"}
OFF_NETWORK: Text = ("离道路太远，未接入路网", "too far from any road; off the network")

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
NAMES: dict[str, Text] = {
    "need": ("需要的人数", "People who need it"),
    "time_before": ("现状到最近设施的时间", "Travel time today"),
    "time_after": ("规划后到最近设施的时间", "Travel time, planned"),
    "before": ("现状是否达标", "Coverage today"),
    "change": ("规划前后变化", "Change by the plan"),
    "after": ("规划后是否达标", "Coverage, planned"),
}
UNMET: dict[str, Text] = {
    "before": ("现状未达标（标出地名）", "Beyond the standard today, with names"),
    "after": ("规划后仍未达标（标出地名）", "Beyond the standard in the plan, with names"),
}


def people_layers(service: ServiceResult, zones: Mapping[str, Text], style: Style) -> tuple[PointLayer, ...]:
    """Demand points by need, times and whether the nearest facility in use lies within the standard, the lowest first.

    The layers of the plan, and of what it changes, only where there is one. All have the same frame but for its
    category.

    Args:
        service: one of the run.
        zones: names by id.
        style: colours and classes.
    """
    frame, plan = point_frame(service, zones), service.question is not None
    columns = with_values((*TODAY, *(PLANNED if plan else ()), OFF), frame, NOT_ALWAYS)
    last = "after" if plan else "before"

    def layer(
        key: str, name: Text, category: NDArray[np.str_], looks: tuple[Category, ...], *, weight: str = "need",
        label: str | None = None,
    ) -> PointLayer:  # fmt: skip
        return PointLayer(
            key, *name, frame.assign(category=category), looks, columns, label, key == last, weight, CHOICE,
            MOMENTS if plan else MOMENTS[:1],
        )  # fmt: skip

    look, need = style.coverage, frame["need"].to_numpy() > 0
    breaks, amounts = style.travel_time.breaks_min, style.demand.breaks_persons
    nobody = Category("nobody", "无此项需求", "Nobody needs it here", look.no_demand, size_px=3)
    unreachable = Category("unreachable", "不可达", "Unreachable", look.unreachable, size_px=5)
    beyond = Category("beyond", "超出标准时间", "Beyond the standard", look.uncovered, size_px=5)
    fares = (
        Category("within", "标准时间内", "Within the standard", look.covered, size_px=5),
        beyond,
        unreachable,
        nobody,
    )
    change = (
        Category("gained", "新达标", "Newly covered", look.newly_covered, size_px=6),
        Category("lost", "规划后不再达标", "No longer covered", look.lost, "diamond", 6),
        Category("same", "原已达标", "Covered before and after", look.still_covered, size_px=4),
        Category("still", "仍未达标", "Still beyond the standard", look.uncovered, size_px=4),
        nobody,
    )
    times = (
        *classes("time", breaks, style.travel_time.colours, MINUTES),
        Category("without", "不可达", "Unreachable", look.unreachable, size_px=5),
        nobody,
    )
    within = {when: service.demand[f"covered_{when}"].to_numpy(dtype=bool) for when in ("before", "after")}
    minutes = {"before": frame["minutes_before"].to_numpy(), "after": frame["minutes_nearest"].to_numpy()}
    fare = {
        when: np.select([~need, within[when], ~np.isnan(minutes[when])], ["nobody", "within", "beyond"], "unreachable")
        for when in within
    }
    lacks = (beyond, unreachable, Category("met", "已达标", "Within the standard", look.no_demand, size_px=3))
    moments = ("before", "after") if plan else ("before",)
    found = [
        layer("need", NAMES["need"], class_of("need", frame["need"], amounts, frame["need"]),
              (*classes("need", amounts, style.demand.colours, PEOPLE), nobody)),
        *(layer(f"time_{when}", NAMES[f"time_{when}"], class_of("time", minutes[when], breaks, need), times)
          for when in moments),
        layer("unmet", UNMET[last], np.where(frame["unmet"] > 0, fare[last], "met"), lacks, weight="unmet",
              label="unmet_name"),
        layer("before", NAMES["before"], fare["before"], fares),
    ]  # fmt: skip
    if plan:
        b, a = within["before"], within["after"]
        kinds = [~need, a & ~b, b & ~a, a]
        found += [
            layer("change", NAMES["change"], np.select(kinds, ["nobody", "gained", "lost", "same"], "still"), change),
            layer("after", NAMES["after"], fare["after"], fares),
        ]
    return tuple(found)


def point_frame(service: ServiceResult, zones: Mapping[str, Text]) -> pd.DataFrame:
    """All demand points: where they are, who needs the service, the nearest facility before and after, where they go.

    Minutes are NaN and facilities '' where none is reached. How people fare (`views.State`): today by the nearest
    facility in use, in the plan by where most of them are sent. `unmet` are the people of points beyond the standard,
    in the plan or, without one, today; `unmet_name` the names of those of most.
    """
    demand = service.demand.reset_index(drop=True)
    names, plan = site_names(service), service.question is not None
    split = _split(service, names)

    def named(column: str) -> list[str]:
        return ["" if key != key or key is None else names.get(str(key), "") for key in demand[column]]

    def shown(when: str) -> FloatArray:
        return minutes_shown(demand[f"nearest_{when}_min"], standard, demand[f"covered_{when}"])

    standard = demand["standard_min"].to_numpy(np.float64)
    need, left = demand["demand_persons"].to_numpy(np.float64), demand["unassigned_persons"].to_numpy(np.float64)
    sent = demand["assigned_min"].to_numpy(np.float64)
    reached = ~np.isnan(demand["nearest_before_min"].to_numpy(np.float64))
    today = [~(need > 0), demand["covered_before"].to_numpy(bool), reached]
    planned = [~(need > 0), np.isnan(sent) | (left > need / 2), sent <= standard]
    unmet = np.where(demand["covered_after" if plan else "covered_before"], 0.0, np.nan_to_num(need))
    frame = demand[["id", "name", "lon", "lat", "township", "village", "population"]].assign(
        **zone_columns(demand["zone"], zones),
        need=need,
        standard=standard,
        mode=[both(MODE[mode]) for mode in demand["mode"]],
        **{"from": named("nearest_before_id")},
        minutes_before=shown("before"),
        nearest=named("nearest_after_id"),
        minutes_nearest=shown("after"),
        to=named("assigned_id"),
        minutes_after=minutes_shown(sent, standard, sent <= standard),
        split=[split.get(key, "") for key in demand["id"]],
        without_after=left,
        off=np.where(demand["off_network"], both(OFF_NETWORK), ""),
        state_before=np.select(today, ["nobody", "within", "beyond"], "without"),
        state_after=np.select(planned, ["nobody", "without", "within"], "beyond"),
        unmet=unmet,
        unmet_name=names_of_most(demand["name"], unmet),
    )
    chances = {key: demand.get(key, np.nan) for key in ("expected_before", "expected_after")}
    return frame.assign(**chances)


def minutes_shown(minutes: ArrayLike, standard: ArrayLike, covered: ArrayLike) -> FloatArray:
    """Minutes to one decimal, and finer where rounding would hide on which side of the standard they lie.

    Without it 10.04 minutes would read "10.0 minutes, standard 10, not covered".

    Args:
        minutes: (n,) NaN is unreachable.
        standard: (n,) minutes.
        covered: (n,) whether the minutes lie within the standard.
    """
    exact, limit = np.asarray(minutes, dtype=np.float64), np.asarray(standard, dtype=np.float64)
    beyond = ~np.asarray(covered, dtype=bool)
    shown: FloatArray = np.round(exact, 1)
    for digits in (2, 3, 4, 6):
        hidden = beyond & (shown <= limit) & (exact > limit)
        if not hidden.any():
            break
        shown = np.where(hidden, np.round(exact, digits), shown)
    return shown


def _split(service: ServiceResult, names: Mapping[str, str]) -> dict[str, str]:
    """Of the points whose people the plan sends to several facilities, each with its share, the largest first."""
    trips = service.assignments
    trips = trips[trips["share"] < 1 - 1e-9].sort_values("share", ascending=False, kind="stable")
    told: dict[str, list[str]] = {}
    for point, site, share in trips[["demand_id", "site_id", "share"]].itertuples(index=False):
        told.setdefault(point, []).append(f"{names[str(site)]} {share_text(share)}")
    return {point: "；".join(texts) for point, texts in told.items()}


def zone_columns(zone: pd.Series, zones: Mapping[str, Text]) -> dict[str, list[str]]:
    """The values of `ZONE`: the names of zones, their ids where they have none."""
    texts = [zones.get(str(key), (str(key), str(key))) for key in zone]
    return {"zone_zh": [zh for zh, _ in texts], "zone_en": [en for _, en in texts]}


def site_names(service: ServiceResult) -> dict[str, str]:
    """What each site is called, by id; its id where it has no name."""
    sites = service.sites
    return {str(key): str(name) if name else str(key) for key, name in zip(sites["id"], sites["name"], strict=True)}


def line_layer(service: ServiceResult, style: Style) -> LineLayer:
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
        Category("new", "去往新建设施", "To a new facility", style.facility.new),
        Category("existing", "去往现有设施", "To an existing facility", style.facility.assignment),
    )
    return LineLayer("lines", "方案去向线", "Who goes where", frame, categories, shown=False, columns=TRIP)
