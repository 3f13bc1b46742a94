"""The places of a service: facilities in use and plots where one may open, with the states that each may be in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from siting.case import Case
from siting.case_checks import services_in
from siting.facility_standard import StandardSize
from siting.impedance import BoolArray
from siting.layout.scenario import Chosen, LayoutScenario, Reuse, ServicePlan, Within
from siting.standards import Service

NOT_GIVEN = ("all", "none")


@dataclass(frozen=True)
class State:
    """What a place is while in use: its size.

    Attributes:
        persons: that it holds, +inf for no limit.
        by_kind: persons of each kind of demand; empty where there are no kinds.
        size: the row of the standard; None for a facility as it stands.
        most: persons that may be sent there by another rule than its size, +inf for none.
    """

    name_zh: str
    name_en: str
    persons: float
    least: float
    by_kind: tuple[float, ...] = ()
    size: StandardSize | None = None
    most: float = np.inf

    @property
    def usable(self) -> float:
        """Persons that may be sent there."""
        return min(self.persons, self.most)


@dataclass(frozen=True)
class Arc:
    """A change: from a state to another at the begin of a period; -1 is not in use.

    Attributes:
        yuan: what it costs once, out of the budgets.
        kind: what planners call it: keep, open, grow, shrink, close, absent.
        running_yuan: what running the place costs more (or less, below 0) from then to the end of the plan.
    """

    period: int
    tail: int
    head: int
    yuan: float
    kind: str
    running_yuan: float = 0.0


@dataclass(frozen=True, eq=False)
class Place:
    """A facility or a plot for one service.

    Attributes:
        origin: existing, candidate, within (inside a facility of another service), reuse (a closed facility's
            building), counts_as (a facility of a higher tier).
        row: its row of facilities or candidates.
        initial: state today, -1 for not in use.
    """

    service: str
    id: str
    origin: str
    row: pd.Series
    states: tuple[State, ...]
    initial: int
    arcs: tuple[Arc, ...]


def full_name(place: Place) -> str:
    """Name and id; the id alone where it has no name."""
    return f"{place.row['name']}（{place.id}）" if place.row["name"] else f"{place.id} "


def places_of(
    case: Case,
    scenario: LayoutScenario,
    plan: ServicePlan,
    service: Service,
    candidates: pd.DataFrame,
) -> list[Place]:
    """The facilities and plots of a service.

    Args:
        candidates: the case's candidates that the service may use.
    """
    facilities = case.facilities[case.facilities["service"] == service.id]
    sizes = [s for s in service.sizes if not plan.sizes or s.persons in plan.sizes]
    found = [_facility(scenario, plan, service, sizes, row) for _, row in facilities.iterrows()]
    may = chosen(plan.open, candidates["id"]) | candidates["id"].isin(plan.required).to_numpy()
    for _, row in candidates[may & inside(plan, candidates)].iterrows():
        place = _plot(scenario, plan, service, sizes, row)
        if place is not None:
            found.append(place)
    return found


def chosen(which: Chosen, ids: pd.Series) -> BoolArray:
    """(n,) which of the ids are meant."""
    if which == "all":
        return np.ones(len(ids), dtype=bool)
    if which == "none":
        return np.zeros(len(ids), dtype=bool)
    mask: BoolArray = ids.isin(which).to_numpy(dtype=bool)
    return mask


def inside(plan: ServicePlan, frame: pd.DataFrame) -> BoolArray:
    """(n,) rows in the zones of the plan."""
    if not plan.zones:
        return np.ones(len(frame), dtype=bool)
    mask: BoolArray = frame["zone"].isin(plan.zones).to_numpy(dtype=bool)
    return mask


def by_kind(service: Service, persons: float) -> tuple[float, ...]:
    """What a new facility of this size holds of each kind: in the proportion of the kinds' rates."""
    rates = [kind.demand.rate.value for kind in service.kinds]
    return tuple(persons * rate / sum(rates) for rate in rates) if rates else ()


def _kinds_of_facility(service: Service, row: pd.Series, persons: float) -> tuple[float, ...]:
    if not service.kinds or not np.isfinite(persons):
        return tuple(np.inf for _ in service.kinds)
    named = [0.0 if kind.column is None else float(np.nan_to_num(row[kind.column])) for kind in service.kinds]
    scale = persons / float(row["capacity"]) if row["capacity"] > 0 else 1.0
    rest = max(persons - scale * sum(named), 0.0)
    return tuple(rest if kind.column is None else scale * n for kind, n in zip(service.kinds, named, strict=True))


def _state(service: Service, size: StandardSize, least: float) -> State:
    return State(
        size.name_zh, size.name_en, size.persons, min(least, size.persons), by_kind(service, size.persons), size
    )


def size_cost(service: Service, size: StandardSize | None) -> float:
    """Yuan for building a new facility of this size."""
    return service.cost.open_yuan.value if size is None or size.yuan is None else size.yuan


def _only_state(service: Service, least: float) -> State:
    """The state of services whose standard has no sizes."""
    persons = service.capacity.default_persons.value or np.inf
    return State(service.facility_zh, service.facility_en, persons, min(least, persons), by_kind(service, persons))


def _facility(
    scenario: LayoutScenario, plan: ServicePlan, service: Service, sizes: Sequence[StandardSize], row: pd.Series
) -> Place:
    """A facility in use: as it stands, and the sizes that it may grow or shrink to."""
    known = row["capacity"] > 0
    counted = plan.private_share if row["ownership"] == "private" else 1.0
    persons = counted * float(row["capacity"]) if known else np.inf
    least = plan.least_persons or 0.0
    ids, name = pd.Series([row["id"]]), str(row["id"])
    free = name not in plan.protect and (not plan.zones or row["zone"] in plan.zones)
    may = {key: free and bool(chosen(getattr(plan, key), ids)[0]) for key in ("shrink", "close", "move")}
    may["grow"] = bool(chosen(plan.grow, ids)[0]) and (not plan.zones or row["zone"] in plan.zones)
    may["close"] |= may["move"] or name in plan.must_close
    own = 0.0 if name in plan.protect else min(least, persons)
    states = [State("现状", "as it stands", persons, own, _kinds_of_facility(service, row, persons))]
    if known:
        larger = [s for s in sizes if s.persons > persons and may["grow"] and fits(s, row, plan.grow_land_share)]
        smaller = [s for s in sizes if s.persons < persons and may["shrink"]]
        states += [_state(service, s, own) for s in (*smaller, *larger)]
    arcs = []
    ready = scenario.begin + _build_years(plan, service)
    for t, year in enumerate(scenario.years):
        arcs += [Arc(t, k, k, 0.0, "keep") for k in range(len(states)) if t > 0 or k == 0]
        arcs.append(Arc(t, -1, -1, 0.0, "absent")) if t > 0 and may["close"] else None
        for a, before in enumerate(states):
            if t == 0 and a > 0:
                continue
            if may["close"]:
                arcs.append(Arc(t, a, -1, plan.close_yuan, "close"))
            for b, after in enumerate(states):
                if b > 0 and after.persons > before.persons and year >= ready:
                    assert after.size is not None
                    each = plan.grow_cost_share * size_cost(service, after.size) / after.persons
                    arcs.append(Arc(t, a, b, each * (after.persons - before.persons), "grow"))
                elif b > 0 and after.persons < before.persons and a == 0:
                    arcs.append(Arc(t, a, b, 0.0, "shrink"))
    return Place(service.id, name, "existing", row, tuple(states), 0, tuple(arcs))


def fits(size: StandardSize, row: pd.Series, share: float = 1.0) -> bool:
    """Whether the land of a facility or plot is enough for a size, or for this share of what the standard asks."""
    return size.site_m2 is None or not row["site_m2"] > 0 or share * size.site_m2 <= row["site_m2"] * 1.001


def _build_years(plan: ServicePlan, service: Service) -> float:
    if plan.build_years is not None:
        return plan.build_years
    return 0.0 if service.build_years is None else service.build_years.value


def _plot(
    scenario: LayoutScenario, plan: ServicePlan, service: Service, sizes: Sequence[StandardSize], row: pd.Series
) -> Place | None:
    """A plot: the sizes that its land holds, opened once it is free and built, never closed again."""
    least = plan.least_persons or 0.0
    states = [_state(service, s, least) for s in sizes if fits(s, row)]
    if not service.sizes:
        states = [_only_state(service, least)]
    share = scenario.existing_building_share if row["existing_building"] == "yes" else 1.0
    yuan = [share * size_cost(service, s.size) for s in states]
    return new_place(scenario, service, "candidate", row, states, yuan, ready_year(scenario, plan, service, row))


def ready_year(scenario: LayoutScenario, plan: ServicePlan, service: Service, row: pd.Series) -> float:
    """The first year in which a new facility on a plot may be in use."""
    free = float(row["available_from"]) if row["available_from"] > 0 else scenario.begin
    return max(scenario.begin, free) + _build_years(plan, service)


def new_place(
    scenario: LayoutScenario,
    service: Service,
    origin: str,
    row: pd.Series,
    states: Sequence[State],
    yuan: Sequence[float],
    ready: float,
) -> Place | None:
    """A place that may open from the year `ready` on and then stays as it is; None where it never can."""
    if not states or ready > scenario.years[-1]:
        return None
    arcs = []
    for t, year in enumerate(scenario.years):
        arcs.append(Arc(t, -1, -1, 0.0, "absent"))
        if year >= ready:
            arcs += [Arc(t, -1, k, money, "open") for k, money in enumerate(yuan)]
        if t > 0:
            arcs += [Arc(t, k, k, 0.0, "keep") for k in range(len(states)) if scenario.years[t - 1] >= ready]
    return Place(service.id, str(row["id"]), origin, row, tuple(states), -1, tuple(arcs))


def places_within(
    scenario: LayoutScenario,
    link: Within,
    service: Service,
    hosts: pd.DataFrame,
    later: pd.Series,
) -> list[Place]:
    """Places inside facilities of another service that have room: as many as the room and the largest size allow.

    Args:
        later: by zone, the largest demand to come for the hosts' own service as a share of today's.
    """
    found = []
    used = hosts["enrolment"] * hosts["zone"].map(later).fillna(1.0)
    room = link.room_share * (hosts["capacity"] - used).to_numpy(dtype=np.float64)
    for (_, row), free in zip(hosts.iterrows(), room, strict=True):
        states = [_state(service, s, 0.0) for s in service.sizes if s.persons <= free]
        yuan = [link.yuan_per_person * s.persons for s in states]
        place = new_place(scenario, service, "within", row, states, yuan, scenario.begin + 1)
        if place is not None:
            found.append(place)
    return found


def places_reused(
    scenario: LayoutScenario, link: Reuse, plan: ServicePlan, service: Service, leaving: pd.DataFrame
) -> list[Place]:
    """Places in the buildings of facilities that may close."""
    found = []
    sizes = [s for s in service.sizes if not plan.sizes or s.persons in plan.sizes]
    for _, row in leaving.iterrows():
        states = [_state(service, s, 0.0) for s in sizes if fits(s, row)]
        if not service.sizes:
            states = [_only_state(service, 0.0)]
        yuan = [link.cost_share * size_cost(service, s.size) for s in states]
        place = new_place(scenario, service, "reuse", row, states, yuan, scenario.begin + 1)
        if place is not None:
            found.append(place)
    return found


def places_counted(scenario: LayoutScenario, service: Service, higher: Sequence[Place]) -> list[Place]:
    """The places of a higher tier as places of this one: in use where those are."""
    state = State("同时提供", "provided too", np.inf, 0.0, tuple(np.inf for _ in service.kinds))
    found = []
    for place in higher:
        in_use = place.initial >= 0
        periods = range(len(scenario.years))
        arcs = [Arc(t, 0, 0, 0.0, "keep") for t in periods if in_use or t > 0]
        arcs += [Arc(t, -1, -1, 0.0, "absent") for t in periods if not in_use or t > 0]
        if any(arc.kind == "close" for arc in place.arcs):
            arcs += [Arc(t, 0, -1, 0.0, "close") for t in periods]
        if not in_use:
            arcs += [Arc(t, -1, 0, 0.0, "open") for t in periods]
        found.append(Place(service.id, place.id, "counts_as", place.row, (state,), 0 if in_use else -1, tuple(arcs)))
    return found


def candidates_of(case: Case, service: Service) -> pd.DataFrame:
    """The case's candidates that may be used for the service: named for it, on land of the right class."""
    frame = case.candidates
    words = frame["services"].map(lambda text: services_in(str(text)))
    allowed = words.map(lambda found: not found or service.id in found).to_numpy(dtype=bool)
    if service.land:
        land = frame["land"].fillna("").astype(str)
        classed = land.str.match(r"^[A-Z]\d*")
        right = land.map(lambda text: any(text.split(" ")[0].startswith(name) for name in service.land))
        allowed = allowed & (right | ~classed).to_numpy(dtype=bool)
    return frame[allowed].reset_index(drop=True)
