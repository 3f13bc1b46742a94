"""远近: people beyond 15, 20 and 30 minutes of the nearest facility in use, by unit and by village."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from siting.impedance import FloatArray, IntArray
from siting.layout.demand import farthest_minutes
from siting.layout.result import Course
from siting.layout.tables.columns import ALTERNATIVE, COURSES, SERVICE, YEAR, ZONE
from siting.layout.tables.facts import HEALTH, Facts
from siting.layout.tables.units import villages_of
from siting.render.columns import Column, Sheet, make_sheet, with_values
from siting.render.wording import Text

OVER = (15, 20, 30)  # minutes
MODES: dict[str, Text] = {"walk": ("步行", "on foot"), "drive": ("乘车", "by vehicle")}
PEOPLE: dict[str, Text] = {"residents": ("常住人口", "residents"), "elderly": ("60 岁以上", "aged 60 and over")}
NEAREST_NOTE: Text = (
    "最近设施：不论是否有空位，按各分区标准的方式（步行或乘车）单程计；15、20、30 分钟以外的常住人口、老人，"
    "每个地点按该服务需求的相应比例计。限定的最远出行时间以内没有设施的计入；限定的时间比它短的为空，不详。",
    "Nearest facility: whether or not there is room, one way by the mode of the zone's standard (on foot or by"
    " vehicle); of each point the share of the service's need that is beyond. Those with none within the scenario's"
    " longest travel time count; where that time is shorter it is empty, not known.",
)


@dataclass(frozen=True, eq=False)
class PointCells:
    """K cells of a health or care service, a period and a point where somebody needs it.

    Attributes:
        cell: (N,) number of service, period and point of each demand row.
        known: (K,) the cells.
        need: (K,) persons who need the service.
    """

    facts: Facts
    cell: IntArray
    known: IntArray
    need: FloatArray

    @classmethod
    def of(cls, facts: Facts) -> PointCells:
        """Those of a plan."""
        demand = facts.plan.posed.demand
        s, t, point = (demand[name].to_numpy() for name in ("service", "period", "point"))
        T, points = len(facts.years), len(facts.plan.posed.case.demand)
        cell = (s * T + t) * points + point
        cells = len(facts.services) * T * points
        mine = np.array([service.id in HEALTH for service in facts.services])[s]
        known = np.flatnonzero(np.bincount(cell[mine], minlength=cells) > 0)
        need = np.bincount(cell, weights=demand["persons"], minlength=cells).astype(np.float64)[known]
        return cls(facts, cell, known, need)

    @property
    def at(self) -> IntArray:
        """(K,) the point."""
        return self.known % len(self.facts.plan.posed.case.demand)

    @property
    def key(self) -> IntArray:
        """(K,) service times periods, and the period."""
        return self.known // len(self.facts.plan.posed.case.demand)

    @cached_property
    def people(self) -> dict[str, FloatArray]:
        """(K,) residents and elderly of the point in the period."""
        over_time, t = self.facts.plan.posed.needs.over_time, self.key % len(self.facts.years)
        return {
            "residents": over_time.persons[t, self.at], "elderly": over_time.groups["age_60_plus"][t, self.at],
        }  # fmt: skip

    def sums(self, persons: FloatArray) -> FloatArray:
        """(K,) sums of (N,) persons of the demand rows."""
        whole = np.bincount(self.cell, weights=persons, minlength=int(self.known.max(initial=-1)) + 1)
        return np.asarray(whole[self.known], dtype=np.float64)

    def people_of(self, persons: FloatArray) -> dict[str, FloatArray]:
        """(K,) residents and elderly who stand for (N,) persons of the demand rows: the same share of them."""
        share = self.sums(persons) / np.where(self.need > 0, self.need, 1.0)
        return {name: whole * share for name, whole in self.people.items()}

    @cached_property
    def modes(self) -> IntArray:
        """(K,) 1 on foot, 2 by vehicle: how the minutes are travelled."""
        parts = [[1 if mode == "walk" else 2 for mode in part.problem.mode] for part in self.facts.plan.posed.parts]
        found: IntArray = np.array(parts, dtype=np.int64)[self.key // len(self.facts.years), self.at]
        return found

    def beyond(self) -> dict[str, FloatArray]:
        """`{residents, elderly}_{15, 20, 30}_{before, after}`: (K,) people whose nearest facility is farther.

        NaN for services whose people are not followed that far.
        """
        posed, found = self.facts.plan.posed, dict[str, FloatArray]()
        reach = np.array(
            [
                min(farthest_minutes(part.plan, group) for group in groups)
                for part, groups in zip(posed.parts, posed.needs.groups, strict=True)
            ]
        )[self.key // len(self.facts.years)]
        persons = posed.demand["persons"].to_numpy()
        for when, course in self.facts.courses:
            nearest = _nearest(self.facts, course)
            for minutes in OVER:
                people = self.people_of(np.where(nearest > minutes, persons, 0.0))
                found |= {f"{n}_{minutes}_{when}": np.where(reach >= minutes, v, np.nan) for n, v in people.items()}
        return found


def _nearest(facts: Facts, course: Course) -> FloatArray:
    """(N,) minutes to the nearest place in use, infinite where there is none."""
    nearest, _ = facts.nearest(course)
    return np.where(np.isfinite(nearest), nearest, np.inf)


def mode_text(flags: int) -> str:
    """What the flags of `PointCells.modes` of some cells, put together, say."""
    modes = [text for flag, text in ((1, MODES["walk"]), (2, MODES["drive"])) if flags & flag]
    return " ".join(("、".join(zh for zh, _ in modes), ", ".join(en for _, en in modes)))


def beyond_columns() -> tuple[Column, ...]:
    """Columns of `PointCells.beyond`."""
    return tuple(
        Column(
            f"{name}_{minutes}_{when}",
            f"{zh}，最近设施 {minutes} 分钟以外（人）：{COURSES[when][0]}",
            f"{en[0].upper()}{en[1:]} beyond {minutes} min of the nearest: {COURSES[when][1]}",
            "persons",
            16,
        )
        for minutes in OVER
        for name, (zh, en) in PEOPLE.items()
        for when in COURSES
    )


def far_villages(facts: Facts) -> Sheet:
    """较远的村: villages with people beyond 15 minutes of the nearest facility of a health or care service."""
    cells, points = PointCells.of(facts), facts.plan.posed.case.demand
    T, names = len(facts.years), [column.name for column in beyond_columns()]
    table = pd.DataFrame(
        {
            "s": cells.key // T, "year": np.array(facts.years, dtype=np.int64)[cells.key % T],
            "township": points["township"].fillna("").to_numpy(dtype=object)[cells.at],
            "village": np.array(villages_of(points), dtype=object)[cells.at],
            "zone": points["zone"].to_numpy(dtype=object)[cells.at], "mode": cells.modes,
            **cells.people, **cells.beyond(),
        }
    )  # fmt: skip
    keys = ["s", "year", "township", "village", "zone", "mode"]
    table = table.groupby(keys, sort=True).sum(min_count=1).reset_index()
    first = [f"residents_{OVER[0]}_{when}" for when in COURSES]
    table = table[(table[first] > 1e-6).any(axis=1)]
    table = table.sort_values(["s", "year", first[1], first[0]], ascending=[True, True, False, False], kind="stable")
    table = table.assign(
        service=[facts.service_names[s] for s in table["s"]],
        zone=[facts.zone_names[str(z)] for z in table["zone"]],
        mode=[mode_text(int(flags)) for flags in table["mode"]],
    )
    columns = (
        SERVICE, YEAR, Column("township", "乡镇街道", "Township", width=14),
        Column("village", "村（社区）", "Village", width=20), ZONE, Column("mode", "方式", "Mode", width=16),
        Column("residents", "常住人口（人）", "Residents", "persons"),
        Column("elderly", "60 岁以上（人）", "Aged 60 and over", "persons"),
        *beyond_columns(),
    )  # fmt: skip
    columns = with_values(columns, table, names)
    return make_sheet(
        "far_villages", ("最近设施 15 分钟以外的村", "Villages beyond 15 minutes"), columns, table,
        (NEAREST_NOTE, ALTERNATIVE),
    )  # fmt: skip
