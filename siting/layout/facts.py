"""What is told of a plan, computed once: what becomes of each place, the money, the people before and after."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.impedance import FloatArray
from siting.layout.moves import WHEN, When, moves_of, points_of
from siting.layout.pose import ServicePart
from siting.layout.result import UNCHANGED, LayoutPlan
from siting.layout.running import yearly_yuan
from siting.layout.scenario import LayoutScenario
from siting.layout.tables.balance import variation_of
from siting.layout.tables.budgets import budgets_of
from siting.layout.tables.facts import Facts as TableFacts
from siting.layout.tables.fates import LEAVING, fates_of
from siting.layout.tables.schools import rides_of
from siting.layout.tables.visits import Visits, visits_of
from siting.prepare import Settings
from siting.render.wording import Text

NOBODY = np.zeros(0, dtype=np.intp)
STATUS: dict[str, Text] = {
    "new": ("新建", "new"),
    "inside": ("附设", "inside another facility"),
    "reuse": ("改建（利用腾出的设施）", "converted from a closed facility"),
    "expanded": ("扩建", "expanded"),
    "reduced": ("缩减", "reduced"),
    "moved": ("迁建（原址腾出）", "moved away"),
    "merged": ("撤并", "merged"),
    "closed": ("关闭", "closed"),
    "kept": ("保留", "kept"),
    "higher": ("上级设施兼设", "provided by a higher facility"),
    "later": ("以后各期启用", "opens in a later period"),
    "candidate": ("候选（未选）", "candidate, not chosen"),
}
CHANGED = ("new", "inside", "reuse", "expanded", "reduced", *LEAVING)
STEP: dict[str, Text] = {
    "open": ("启用", "opened"), "grow": ("扩建", "expanded"), "shrink": ("缩减", "reduced"),
    "close": ("关闭", "closed"),
}  # fmt: skip
NOT_IN_USE = (*LEAVING, "later", "candidate")


@dataclass(frozen=True)
class Figures:
    """One service in one period: persons, mean minutes of those with a place, changes of the period, its money.

    `opened` counts what is new on a plot; `inside` what opens inside another facility, `converted` in an emptied one;
    `running_yuan` is what all facilities cost a year more than as they stand today, below 0 less.
    """

    need: float
    within_before: float
    within_after: float
    without_before: float
    without_after: float
    minutes_before: float
    minutes_after: float
    opened: int
    inside: int
    converted: int
    expanded: int
    reduced: int
    closed: int
    yuan: float
    running_yuan: float


@dataclass(frozen=True, eq=False)
class Facts:
    """All that map, report and command line say of a plan."""

    plan: LayoutPlan

    @property
    def scenario(self) -> LayoutScenario:
        """What was asked."""
        return self.plan.posed.scenario

    @property
    def years(self) -> tuple[int, ...]:
        """The T planning years."""
        return self.plan.after.years

    @property
    def parts(self) -> tuple[ServicePart, ...]:
        """The services."""
        return self.plan.posed.parts

    @cached_property
    def moves(self) -> pd.DataFrame:
        """As `moves_of`, and `gain`: persons within the standard with the plan only, less than 0 without it only."""
        moves = moves_of(self.plan)
        gain = moves["within_after"].astype(float) - moves["within_before"].astype(float)
        return moves.assign(gain=gain * moves["persons"])

    def moves_in(self, s: int, t: int) -> pd.DataFrame:
        """The moves of one service and period."""
        return self._by_view.get((s, t), self.moves.iloc[:0])

    @cached_property
    def _by_view(self) -> dict[tuple[int, int], pd.DataFrame]:
        view = self.moves["service"] * len(self.years) + self.moves["period"]
        parts = {int(str(key)): part for key, part in self.moves.groupby(view)}
        return {divmod(key, len(self.years)): part for key, part in parts.items()}

    def moves_at(self, s: int, t: int, when: When, p: int) -> pd.DataFrame:
        """The moves of one service and period in which people are at one place if nothing changed, or in the plan."""
        return self.moves_in(s, t).iloc[self._rows_at.get((s, t, when), {}).get(p, NOBODY)]

    @cached_property
    def _rows_at(self) -> dict[tuple[int, int, When], dict[int, NDArray[np.intp]]]:
        """Numbers of the rows of `moves_in`, by place."""
        return {
            (s, t, when): {int(str(place)): np.asarray(rows) for place, rows in moves.groupby(when).indices.items()}
            for (s, t), moves in self._by_view.items()
            for when in WHEN
        }

    @cached_property
    def yuan(self) -> FloatArray:
        """(P, T) what the change of each place costs in each period."""
        arcs = self.plan.posed.table.arcs
        cost = np.array([arc.yuan for arc in arcs])
        money: FloatArray = cost[self.plan.after.change]
        return money

    def status(self, p: int, t: int) -> str:
        """What has become of a place by period t: a key of `STATUS`."""
        place, state = self.plan.after.place(p), int(self.plan.after.state[p, t])
        if place.origin == "counts_as":
            return "higher" if state >= 0 else "candidate"
        if place.origin != "existing":
            if state >= 0:
                return {"candidate": "new", "within": "inside", "reuse": "reuse"}[place.origin]
            return "later" if (self.plan.after.state[p, t:] >= 0).any() else "candidate"
        if state < 0:
            return self._leaving[p]
        persons, today = place.states[state].persons, place.states[place.initial].persons
        return "expanded" if persons > today else "reduced" if persons < today else "kept"

    @cached_property
    def of_tables(self) -> TableFacts:
        """What the tables are computed from."""
        return TableFacts(self.plan, Settings())

    @cached_property
    def variation(self) -> pd.DataFrame:
        """As `variation_of`: how schools differ."""
        return variation_of(self.of_tables)

    @cached_property
    def _leaving(self) -> dict[int, str]:
        """How the places that close leave: moved, merged or closed."""
        return {fate.place: fate.status for fate in fates_of(self.of_tables) if fate.status in LEAVING}

    @cached_property
    def rides(self) -> pd.DataFrame:
        """As `rides_of`: pupils by bus and boarding, by place, period and course."""
        return rides_of(self.of_tables)

    @cached_property
    def visits(self) -> Visits:
        """As `visits_of`: who visits the villages without a clinic, and in which rounds."""
        return visits_of(self.of_tables)

    @cached_property
    def changes_nothing(self) -> bool:
        """Whether every facility stays as it is in all periods."""
        return not any(self.changes_at(p) for s in range(len(self.parts)) for p in self.real(s))

    def changes_at(self, p: int) -> list[int]:
        """The periods in which a place is changed."""
        return [t for t in range(len(self.years)) if self.plan.after.arc(p, t).kind not in UNCHANGED]

    def change_years(self, p: int, until: int) -> str:
        """The years until period `until` in which a place is changed."""
        return "、".join(str(self.years[t]) for t in self.changes_at(p) if t <= until)

    def steps(self, p: int, until: int) -> Text:
        """What is done with a place, year by year, until period `until`; empty where nothing is."""
        done = [t for t in self.changes_at(p) if t <= until]
        zh, en = [], []
        for t in done:
            kind, status = self.plan.after.arc(p, t).kind, self.status(p, t)
            said = STATUS[status] if kind in ("open", "close") and status in CHANGED else STEP[kind]
            zh.append(f"{self.years[t]} 年{said[0]}")
            en.append(f"{said[1]} in {self.years[t]}")
        return "，".join(zh), ", ".join(en)

    def real(self, s: int) -> list[int]:
        """The places of a service but those that only follow a facility of a higher one."""
        return [int(p) for p in self.parts[s].places if self.plan.after.place(int(p)).origin != "counts_as"]

    def decided_zones(self, s: int) -> tuple[str, ...]:
        """The zones in which decisions are made for a service; empty where that is everywhere."""
        zones = self.parts[s].plan.zones
        return () if set(zones) >= set(map(str, self.plan.posed.case.zones.index)) else tuple(zones)

    def figures(self, s: int, t: int, zones: tuple[str, ...] = ()) -> Figures:
        """One service in one period.

        Args:
            zones: count the people who live in these only; none: everywhere.
        """
        before, after = (self._people(course, s, t, zones) for course in ("before", "after"))
        places = self.real(s)
        kinds = [self.plan.after.arc(p, t).kind for p in places]
        opening = [self.plan.after.place(p).origin for p, kind in zip(places, kinds, strict=True) if kind == "open"]
        inside, converted = opening.count("within"), opening.count("reuse")
        return Figures(
            need=before[0],
            within_before=before[1],
            within_after=after[1],
            without_before=before[2],
            without_after=after[2],
            minutes_before=before[3],
            minutes_after=after[3],
            opened=len(opening) - inside - converted,
            inside=inside,
            converted=converted,
            expanded=kinds.count("grow"),
            reduced=kinds.count("shrink"),
            closed=kinds.count("close"),
            yuan=float(self.yuan[places, t].sum()) if places else 0.0,
            running_yuan=sum(self.running_yuan(s, p, t) for p in places),
        )

    def running_yuan(self, s: int, p: int, t: int) -> float:
        """What a place of service s costs a year more than as it stands today, below 0 less."""
        place, plan = self.plan.after.place(p), self.parts[s].plan
        return yearly_yuan(place, plan, int(self.plan.after.state[p, t])) - yearly_yuan(place, plan, place.initial)

    def _people(self, course: str, s: int, t: int, zones: tuple[str, ...]) -> tuple[float, float, float, float]:
        """Persons who need the service, those within the standard, those without a place, mean minutes."""
        people = (self.plan.before if course == "before" else self.plan.after).people
        own = people[(people["service"] == s) & (people["period"] == t)]
        if zones:
            own = own[self.plan.posed.case.demand["zone"].isin(zones).to_numpy()[own["point"]]]
        placed = float(own["placed"].sum())
        minutes = float((own["minutes"].fillna(0.0) * own["placed"]).sum())
        need = float(own["persons"].sum())
        return need, float(own["within"].sum()), max(need - placed, 0.0), minutes / placed if placed > 0 else np.nan

    def points(self, s: int, t: int) -> pd.DataFrame:
        """The demand points where somebody needs a service in a period, as `points_of` tells."""
        return self._points[s, t]

    @cached_property
    def _points(self) -> dict[tuple[int, int], pd.DataFrame]:
        return {(s, t): points_of(self.moves_in(s, t)) for s in range(len(self.parts)) for t in range(len(self.years))}

    @cached_property
    def budgets(self) -> pd.DataFrame:
        """What other budgets bring, as `siting.layout.tables.budgets.budgets_of` tells; empty without a sweep."""
        return budgets_of(self.of_tables)

    @cached_property
    def cells(self) -> NDArray[np.object_]:
        """As `cells_of`: the land of each demand point."""
        return self.of_tables.cells

    def name(self, p: int) -> str:
        """Name of a place; its id where it has none."""
        place = self.plan.after.place(p)
        return str(place.row["name"]) or place.id

    def full_name(self, p: int) -> str:
        """Name and id of a place."""
        place = self.plan.after.place(p)
        return f"{place.row['name']}（{place.id}）" if place.row["name"] else place.id


def by_place(moves: pd.DataFrame, column: str) -> pd.Series:
    """persons by place of `column`, the most persons first."""
    places, at = np.unique(moves[column].to_numpy(dtype=np.int64), return_inverse=True)
    persons = np.bincount(at, weights=moves["persons"].to_numpy(dtype=np.float64), minlength=len(places))
    order = np.argsort(-persons, kind="stable")
    return pd.Series(persons[order], index=places[order])
