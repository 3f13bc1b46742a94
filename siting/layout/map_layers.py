"""The layers of a plan's map: facilities by what becomes of them, and who goes where."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.layout.facts import CHANGED, NOT_IN_USE, STATUS, Facts, by_place
from siting.layout.moves import NOWHERE
from siting.layout.tables.fates import LEAVING
from siting.layout.texts import NO_PLACE, TEN_THOUSAND
from siting.render.columns import Column
from siting.render.map_style import Style
from siting.render.views import Category, LineLayer, PointLayer, Symbol
from siting.render.wording import Text, persons_text

SHOWN = 3  # facilities named in a text of where people come from

FACILITY = (
    Column("size_zh", "规模", "Size", language="zh"),
    Column("size_en", "规模", "Size", language="en"),
    Column("persons", "可容纳（人）", "Places", "persons"),
    Column("load", "规划后服务（人）", "Served in the plan", "persons"),
    Column("use", "使用率", "Use", "share"),
    Column("load_before", "不作改变时服务（人）", "Served if nothing changes", "persons"),
    Column("year", "变动年份", "Year of change"),
    Column("cost", "费用（万元）", "Cost, 10,000 yuan", "count"),
    Column("flow_zh", "人从哪来、到哪去", "Where people come from or go", language="zh"),
    Column("flow_en", "人从哪来、到哪去", "Where people come from or go", language="en"),
    Column("township", "乡镇（街道）", "Township"),
    Column("id", "编号", "Id"),
)


def facilities(facts: Facts, s: int, t: int, style: Style) -> tuple[PointLayer, PointLayer]:
    """Candidates that are not chosen, and the facilities of a service in a period."""
    places = [int(p) for p in facts.parts[s].places]
    status = {p: facts.status(p, t) for p in places}
    hidden = ("later", "candidate")
    real = {p for p in places if facts.plan.after.place(p).origin == "candidate"}
    free = [p for p in places if status[p] in hidden and p in real]
    used = [p for p in places if status[p] not in hidden]
    look, dark = style.facility, style.coverage.unreachable
    categories = (
        _category("new", look.new, "star", 13),
        _category("inside", style.zone.colours[0], "circle", 10),
        _category("reuse", style.zone.colours[0], "diamond", 10),
        _category("expanded", style.coverage.newly_covered, "triangle", 12),
        _category("reduced", style.zone.colours[2], "triangle", 11),
        _category("moved", dark, "cross", 10),
        _category("merged", dark, "cross", 10),
        _category("closed", dark, "cross", 10),
        _category("higher", look.existing, "diamond", 7),
        _category("kept", look.existing, "square", 7),
    )
    flows = _flows(facts, s, t)
    names = (facts.parts[s].service.facility_zh, facts.parts[s].service.facility_en)
    present = {status[p] for p in used}
    return (
        PointLayer(
            "candidates", "未选的候选地点", "Candidates not chosen", _facility_frame(facts, free, t, status, flows),
            (_category("later", look.new, "circle", 5), _category("candidate", look.candidate, "cross", 5)),
            FACILITY, shown=False,
        ),
        PointLayer(
            "facilities", *names, _facility_frame(facts, used, t, status, flows),
            tuple(category for category in categories if category.key in present), FACILITY,
        ),
    )  # fmt: skip


def _category(status: str, colour: str, symbol: Symbol, size: float) -> Category:
    return Category(status, *STATUS[status], colour, symbol, size)


def _facility_frame(
    facts: Facts, places: list[int], t: int, status: dict[int, str], flows: dict[int, Text]
) -> pd.DataFrame:
    rows = [_facility_row(facts, p, t, status[p], flows.get(p, ("", ""))) for p in places]
    columns = ["name", "lon", "lat", "category", *(column.name for column in FACILITY)]
    return pd.DataFrame(rows, columns=columns)


def _facility_row(facts: Facts, p: int, t: int, status: str, flow: Text) -> dict[str, object]:
    after = facts.plan.after
    place, state = after.place(p), after.state_of(p, t)
    load = float(after.load[p, t])
    persons = np.nan if state is None or not np.isfinite(state.persons) else state.persons
    return {
        "id": place.id,
        "name": facts.name(p),
        "lon": place.row["lon"],
        "lat": place.row["lat"],
        "category": status,
        "size_zh": "" if state is None else state.name_zh,
        "size_en": "" if state is None else state.name_en or state.name_zh,
        "persons": persons,
        "load": load if status not in NOT_IN_USE else np.nan,
        "use": load / persons if persons > 0 else np.nan,
        "load_before": float(facts.plan.before.load[p, t]) if place.initial >= 0 else np.nan,
        "year": facts.change_years(p, len(facts.years) - 1 if status == "later" else t),
        "cost": float(facts.yuan[p, : t + 1].sum()) / TEN_THOUSAND if status in CHANGED else np.nan,
        "flow_zh": flow[0],
        "flow_en": flow[1],
        "township": str(place.row["township"]),
    }


def _flows(facts: Facts, s: int, t: int) -> dict[int, Text]:
    """Of each changed facility where its people would be without the plan, or where they go."""
    found = {}
    for p in facts.real(s):
        status = facts.status(p, t)
        if status in CHANGED:
            leaves = status in (*LEAVING, "reduced")
            moves = facts.moves_at(s, t, "before" if leaves else "after", p)
            found[p] = flow_text(facts, moves[moves["before"] != moves["after"]], "after" if leaves else "before")
    return found


def flow_text(facts: Facts, moves: pd.DataFrame, column: str) -> Text:
    """The first few places of `column` with the persons of each."""
    total = by_place(moves, column)
    told = [
        (NO_PLACE if p == NOWHERE else (facts.name(p), facts.name(p)), persons_text(persons))
        for p, persons in zip(total.index[:SHOWN].tolist(), total.head(SHOWN), strict=True)
    ]
    rest = float(total.iloc[SHOWN:].sum())
    told += [(("其他", "others"), persons_text(rest))] if rest > 0 else []
    return "；".join(f"{name[0]} {n}" for name, n in told), "; ".join(f"{name[1]} {n}" for name, n in told)


def lines(facts: Facts, s: int, t: int, style: Style) -> LineLayer:
    """From each demand point to the facility where most of its people go in the plan."""
    found = facts.points(s, t)
    found = found[found["place_after"] != NOWHERE]
    start = facts.plan.posed.case.demand.iloc[found.index]
    ends = [facts.plan.after.place(int(p)).row for p in found["place_after"]]
    frame = pd.DataFrame(
        {
            "from_lon": start["lon"].to_numpy(),
            "from_lat": start["lat"].to_numpy(),
            "to_lon": [float(row["lon"]) for row in ends],
            "to_lat": [float(row["lat"]) for row in ends],
            "category": np.where(found["place_after"] == found["place_before"], "stays", "moves"),
        }
    )
    categories = (
        Category("moves", "去处有变", "Goes elsewhere than if nothing changed", style.facility.new),
        Category("stays", "去处不变", "Goes to the same", style.facility.assignment),
    )
    return LineLayer("lines", "多数人去哪里", "Where most people go", frame, categories, shown=False)
