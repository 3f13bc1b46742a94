"""Who lies beyond the standard, by township and by village, and how far the nearest facility is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.impedance import FloatArray
from siting.layout.result import Course
from siting.layout.tables.columns import ALTERNATIVE, COURSES, SERVICE, UNIT, WHEN, YEAR, ZONE
from siting.layout.tables.facts import Facts
from siting.layout.tables.far import NEAREST_NOTE, PointCells, beyond_columns, mode_text
from siting.layout.tables.units import sums, villages_of
from siting.render.columns import Column, Sheet, make_sheet, with_values
from siting.render.wording import both

BANDS = (5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0)


def _beyond(course: Course) -> tuple[FloatArray, FloatArray]:
    """(N,) persons not within the standard of each demand row, and persons without any place."""
    people = course.people
    persons = people["persons"].to_numpy()
    return (
        np.maximum(persons - people["within"].to_numpy(), 0.0),
        np.maximum(persons - people["placed"].to_numpy(), 0.0),
    )


def _choice(facts: Facts, course: Course) -> FloatArray:
    """(N,) persons of each demand row that has two or more places in use within the standard."""
    matrix, demand = facts.plan.posed.instance.impedance, facts.plan.posed.demand
    used = facts.in_use(course).T.ravel()[matrix.indices]
    within = used & (matrix.values <= demand["standard"].to_numpy()[matrix.rows])
    places = np.bincount(matrix.rows[within], minlength=len(demand))
    return np.where(places > 1, demand["persons"].to_numpy(), 0.0)


def beyond_villages(facts: Facts) -> Sheet:
    """超出标准的村: villages with people who have no place within the standard, before or after."""
    demand, points = facts.plan.posed.demand, facts.plan.posed.case.demand
    point = demand["point"].to_numpy()
    zone, township = (points[name].fillna("").to_numpy(dtype=object)[point] for name in ("zone", "township"))
    keyed = pd.DataFrame(
        {
            "s": demand["service"].to_numpy(), "year": np.array(facts.years)[demand["period"]],
            "zone": zone, "township": township,
            "village": np.array(villages_of(points), dtype=object)[point],
            "persons": demand["persons"].to_numpy(),
        }
    )  # fmt: skip
    for when, course in facts.courses:
        beyond, without = _beyond(course)
        nearest, _ = facts.nearest(course)
        reach = np.where(np.isfinite(nearest), nearest, np.inf)
        keyed = keyed.assign(**{f"beyond_{when}": beyond, f"without_{when}": without, f"nearest_{when}": reach})
    keys = ["s", "year", "township", "village", "zone"]
    how = {name: "max" if name.startswith("nearest") else "sum" for name in keyed.columns if name not in keys}
    table = keyed.groupby(keys, sort=True).agg(how).reset_index()
    table = table[(table["beyond_before"] > 1e-6) | (table["beyond_after"] > 1e-6)]
    table = table.sort_values(["s", "year", "beyond_after", "beyond_before"], ascending=[True, True, False, False])
    table = table.assign(
        service=[facts.service_names[s] for s in table["s"]],
        zone=[facts.zone_names[str(z)] for z in table["zone"]],
        **{f"nearest_{when}": table[f"nearest_{when}"].replace(np.inf, np.nan) for when in COURSES},
    )
    columns = (
        SERVICE, YEAR, Column("township", "乡镇街道", "Township", width=14),
        Column("village", "村（社区）", "Village", width=20), ZONE,
        Column("persons", "需求（人）", "Need (persons)", "persons"),
        *(
            Column(f"{name}_{when}", f"{zh}：{COURSES[when][0]}", f"{en}: {COURSES[when][1]}", kind, 15)
            for name, zh, en, kind in (
                ("beyond", "未达标（人）", "Not within the standard", "persons"),
                ("without", "其中没有着落（人）", "Of them without a place", "persons"),
                ("nearest", "最近设施（分钟，村内最远处）", "Nearest facility (min, farthest point)", "minutes"),
            )
            for when in COURSES
        ),
    )  # fmt: skip
    notes = (
        (
            "未达标：没有着落，或所去的设施超出标准时间。时间为空：限定的最远出行时间内没有设施。没有村名的按地点名列出。",
            "Not within: no place, or one beyond the standard. Empty minutes: none within the longest travel time of"
            " the scenario. Points without a village stand by their own name.",
        ),
        ALTERNATIVE,
    )
    return make_sheet("beyond_villages", ("未达标的村", "Villages beyond the standard"), columns, table, notes)


def beyond_townships(facts: Facts) -> Sheet:
    """未达标人口: residents and elderly beyond the standard, and beyond so many minutes, of each health and care
    service, by unit."""
    cells, T, U = PointCells.of(facts), len(facts.years), facts.units.count
    units, shape = facts.units.of_points[:, cells.at], (len(facts.services) * T, U)
    values: dict[str, FloatArray] = {"need": cells.need, **cells.people}
    for when, course in facts.courses:
        beyond = _beyond(course)[0]
        values |= {f"beyond_{when}": cells.sums(beyond)}
        values |= {f"{name}_{when}": people for name, people in cells.people_of(beyond).items()}
        values[f"overlap_{when}"] = cells.people_of(_choice(facts, course))["residents"]
    values |= cells.beyond()
    found = {name: sums(cells.key, units, value, shape).ravel() for name, value in values.items()}
    modes = np.zeros(shape, dtype=np.int64)
    np.bitwise_or.at(modes, (np.broadcast_to(cells.key, units.shape), units), cells.modes)
    keys, unit = np.divmod(np.arange(shape[0] * U), U)
    names = facts.units.frame["name"].to_numpy()[unit]
    table = pd.DataFrame(
        {
            "service": [facts.service_names[k // T] for k in keys], "year": np.array(facts.years)[keys % T],
            "level": np.array(facts.units.level_names, dtype=object)[unit], "unit": names,
            "mode": [mode_text(flags) for flags in modes.ravel().tolist()], **found,
        }
    )  # fmt: skip
    columns: tuple[Column, ...] = (
        SERVICE, *UNIT, YEAR, Column("need", "服务需求（人）", "Need (persons)", "persons"),
        Column("residents", "常住人口（人）", "Residents", "persons"),
        Column("elderly", "60 岁以上（人）", "Aged 60 and over", "persons"),
        *(
            Column(f"{name}_{when}", f"{zh}：{COURSES[when][0]}", f"{en}: {COURSES[when][1]}", "persons", 15)
            for name, zh, en in (
                ("beyond", "未达标需求（人）", "Need not within the standard"),
                ("residents", "未达标常住人口（人）", "Residents not within"),
                ("elderly", "未达标 60 岁以上（人）", "Aged 60 and over not within"),
            )
            for when in COURSES
        ),
        Column("mode", "方式", "Mode", width=18), *beyond_columns(),
        *(
            Column(
                f"overlap_{when}", f"两处以上都达标的常住人口（人）：{COURSES[when][0]}",
                f"Residents within the standard of two or more: {COURSES[when][1]}", "persons", 16,
            )
            for when in COURSES
        ),
    )  # fmt: skip
    columns = with_values(columns, table, [column.name for column in beyond_columns()])
    notes = (
        (
            "未达标常住人口、老人：每个地点按该服务需求的未达标比例计。",
            "Residents and elderly not within: of each point the share of the service's need that is not within.",
        ),
        NEAREST_NOTE,
        (
            "两处以上都达标：标准时间以内有两处以上在用的设施（不论是否有空位），即重叠覆盖。",
            "Within the standard of two or more: so many facilities in use, with or without room; coverage overlaps.",
        ),
        ALTERNATIVE,
    )
    return make_sheet(
        "beyond_townships", ("未达标人口", "People beyond the standard"), columns, table[table["need"] > 0], notes
    )


def nearest(facts: Facts) -> Sheet:
    """最近设施的时间分布: people by minutes to the nearest facility in use."""
    demand, T = facts.plan.posed.demand, len(facts.years)
    rows, series = facts.spread(demand["service"].to_numpy(), demand["group"].to_numpy())
    key = series * T + demand["period"].to_numpy()[rows]
    persons = demand["persons"].to_numpy()[rows]
    cells, bands = len(facts.series) * T, len(BANDS) + 2
    parts = []
    for when, course in facts.courses:
        minutes, _ = facts.nearest(course)
        band = np.where(np.isnan(minutes), bands - 1, np.searchsorted(BANDS, np.nan_to_num(minutes), side="left"))[rows]
        held = np.bincount(key * bands + band, weights=persons, minlength=cells * bands).reshape(cells, bands)
        parts.append(
            pd.DataFrame(
                {
                    "service": [facts.service_names[facts.series[k // T].service] for k in range(cells)],
                    "group": [facts.series[k // T].name for k in range(cells)],
                    "year": np.tile(facts.years, len(facts.series)), "order": np.arange(cells),
                    "when": both(COURSES[when]), "need": held.sum(axis=1),
                    **{f"band_{k}": held[:, k] for k in range(bands)},
                }
            )
        )  # fmt: skip
    table = pd.concat(parts).sort_values("order", kind="stable")
    lower = (0.0, *BANDS)
    columns = (
        SERVICE, Column("group", "人群", "Group", width=20), YEAR, WHEN,
        Column("need", "人数（人）", "People", "persons"),
        *(
            Column(f"band_{k}", f"{lower[k]:g}-{high:g} 分钟（人）", f"{lower[k]:g}-{high:g} min", "persons", 12)
            for k, high in enumerate(BANDS)
        ),
        Column(f"band_{len(BANDS)}", f"{BANDS[-1]:g} 分钟以上（人）", f"Above {BANDS[-1]:g} min", "persons", 12),
        Column(f"band_{len(BANDS) + 1}", "最远出行时间内没有（人）", "None in reach", "persons", 14),
    )  # fmt: skip
    notes = (
        (
            "每段含上限、不含下限，首段从 0 起；不论设施是否有空位。",
            "Each band with its upper end; whether or not there is room.",
        ),
    )
    return make_sheet(
        "nearest", ("最近设施时间分布", "Minutes to the nearest"), columns, table[table["need"] > 0], notes
    )
