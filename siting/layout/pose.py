"""From a scenario and a case to the numbers of a layout plan, with tables that say what each number belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from siting.assemble import Problem
from siting.case import Case, find_case, load_case
from siting.files.cache import Cache
from siting.impedance import FloatArray, ImpedanceMatrix, IntArray
from siting.instance import Instance
from siting.instance.changes import Changes
from siting.instance.ids import NumberedIds
from siting.layout.checks import check_links, check_plans, check_services, check_standards
from siting.layout.demand import Needs, farthest_minutes, farthest_of, later_demand, needs_of
from siting.layout.moved_once import once_rows
from siting.layout.places import (
    Place,
    candidates_of,
    places_counted,
    places_of,
    places_reused,
    places_within,
)
from siting.layout.quality import with_quality_limits
from siting.layout.rows import MONEY, ArcTable, Row, Rows, add_budget, link_rows, service_rows
from siting.layout.running import with_running_costs
from siting.layout.scenario import CountsAs, LayoutScenario, Near, Reuse, ServicePlan, Within, load_layout
from siting.layout.separation import apart_enough
from siting.layout.tracks import check_tracks, tracked
from siting.network import RoadGraph
from siting.prepare import Clock, Settings, roads_of, times_of
from siting.scenario import ServiceQuestion, threshold_of
from siting.service_times import ServiceTimes, mode_times, placed
from siting.standards import Service, load_service

MONEY_FIELDS = (
    "ride_beyond", "ride_cost", "stay_beyond", "stay_cost", "trip_cost", "beyond_cost", "left_out_cost",
)  # fmt: skip
DRIVE_FOR_WALK = 0.12  # minutes by vehicle that stand for one on foot: 4.8 km/h against 40 km/h, an assumption


@dataclass(frozen=True, eq=False)
class ServicePart:
    """One service of the plan.

    Attributes:
        problem: demand points, their modes and standards, and the sites of the times: one a place.
        times: of every demand point to every place.
        places: numbers of its places.
    """

    service: Service
    plan: ServicePlan
    problem: Problem
    times: ServiceTimes
    places: IntArray


@dataclass(frozen=True, eq=False)
class Posed:
    """The numbers of a layout plan and what they belong to.

    Attributes:
        case: with the housing plots as demand points after its own.
        parts: the services in the scenario's order.
        table: places and changes.
        rows: what each row over the changes says.
        demand: one row a demand row of the instance: service, group, period, point (numbers).
        instance: sites are places by period, site = period P + place; states are numbered place by place.
        first_state: (P + 1,) states of each place.
    """

    scenario: LayoutScenario
    case: Case
    needs: Needs
    graph: RoadGraph
    graph_key: str
    parts: tuple[ServicePart, ...]
    table: ArcTable
    rows: tuple[Row, ...]
    demand: pd.DataFrame
    instance: Instance
    first_state: IntArray
    clock: Clock
    path: Path

    @property
    def places(self) -> Sequence[Place]:
        """All places of all services."""
        return self.table.places


def pose_layout(path: Path, settings: Settings) -> Posed:
    """Read a scenario and compute all that solving it needs.

    Raises:
        InputError: for anything wrong with the scenario, the case or its files.
    """
    clock = Clock()
    with clock.time(settings.listener, "read", "读取方案与案例数据", "Reading the scenario and the case"):
        scenario = load_layout(path)
        check_services(scenario, path)
        check_tracks(scenario.tracks, [plan.service for plan in scenario.services], path)
        services = [tracked(load_service(plan.service), scenario.tracks) for plan in scenario.services]
        check_links(scenario, path)
        case = load_case(find_case(scenario.case, path.parent))
    with clock.time(settings.listener, "people", "推算人口与需求", "Projecting the people"):
        needs = needs_of(case, scenario, services, path.parent)
    case = needs.case
    graph, graph_key = roads_of(case, scenario.travel, settings, clock)
    with clock.time(settings.listener, "places", "整理设施与地块", "Gathering facilities and plots"):
        places = _places(case, scenario, services, graph, needs, path)
    numbers = [np.flatnonzero([p.service == service.id for p in places]) for service in services]
    problems = [
        _problem(case, service, plan, [places[p] for p in mine])
        for service, plan, mine in zip(services, scenario.services, numbers, strict=True)
    ]
    times = times_of(case, problems, graph, scenario.travel, graph_key, settings, clock)
    parts = tuple(ServicePart(*p) for p in zip(services, scenario.services, problems, times, numbers, strict=True))
    for part in parts:
        check_standards(path, part.plan, part.times.impedance, part.problem.standard_min, part.problem.zone_kind)
    with clock.time(settings.listener, "pose", "建立规划模型", "Posing the plan"):
        table = ArcTable.of(places)
        near = _near_links(scenario, table, graph, graph_key, settings)
        rows = _rows(scenario, parts, needs, table, near)
        demand, instance, first_state = _instance(scenario, needs, parts, table, rows)
    return Posed(
        scenario, case, needs, graph, graph_key, parts, table, tuple(rows.texts), demand, instance, first_state, clock,
        path,
    )  # fmt: skip


def _places(
    case: Case, scenario: LayoutScenario, services: Sequence[Service], graph: RoadGraph, needs: Needs, path: Path
) -> list[Place]:
    by_service = {service.id: service for service in services}
    plans = {plan.service: plan for plan in scenario.services}
    candidates = {service.id: candidates_of(case, service) for service in services}
    for service in services:
        if plans[service.id].separation and service.separation_m:
            apart = apart_enough(case, candidates[service.id], service, graph)
            candidates[service.id] = candidates[service.id][apart].reset_index(drop=True)
    check_plans(case, scenario, services, candidates, path)
    found = {s.id: places_of(case, scenario, plans[s.id], s, candidates[s.id]) for s in services}
    for link in scenario.links:
        if isinstance(link, Within | Reuse):
            service, plan = by_service[link.service], plans[link.service]
            hosts = case.facilities[case.facilities["service"] == link.of]
            if isinstance(link, Within):
                found[service.id] += places_within(scenario, link, service, hosts, later_demand(needs, link.of))
            else:
                leaving = {p.id for p in found[link.of] if any(a.kind == "close" for a in p.arcs)}
                found[service.id] += places_reused(scenario, link, plan, service, hosts[hosts["id"].isin(leaving)])
    for link in scenario.links:
        if isinstance(link, CountsAs):
            real = [p for p in found[link.service] if p.origin in ("existing", "candidate")]
            found[link.of] += places_counted(scenario, by_service[link.of], real)
    for plan in scenario.services:
        if plan.quality_limits:
            found[plan.service] = with_quality_limits(case, found[plan.service])
    years = years_of_periods(scenario)
    return [with_running_costs(place, plans[name], years) for name in _hosts_first(scenario) for place in found[name]]


def _hosts_first(scenario: LayoutScenario) -> list[str]:
    """The services, each after those on whose facilities a link makes it depend: the search settles them in turn."""
    needs: dict[str, set[str]] = {plan.service: set() for plan in scenario.services}
    for link in scenario.links:
        if isinstance(link, CountsAs):
            needs[link.of].add(link.service)
        elif isinstance(link, Near):
            needs[link.service] |= set(link.of)
        elif isinstance(link, Within | Reuse):
            needs[link.service].add(link.of)
    order: list[str] = []
    while len(order) < len(needs):
        ready = [name for name in needs if name not in order and needs[name] - {name} <= set(order)]
        order.append(ready[0] if ready else next(name for name in needs if name not in order))
    return order


def _problem(case: Case, service: Service, plan: ServicePlan, places: Sequence[Place]) -> Problem:
    """What travel times and evaluation read of one service."""
    kinds = list(case.zones["kind"].reindex(case.demand["zone"]))
    question = ServiceQuestion(
        service=service.id, formulation="none", threshold=plan.threshold, max_travel_minutes=plan.max_travel_minutes
    )
    by_kind = {kind: threshold_of(question, service, kind) for kind in set(kinds)}
    rows = [place.row for place in places]
    sites = pd.DataFrame(
        {
            **{name: [row[name] for row in rows] for name in ("id", "name", "lon", "lat", "zone", "township")},
            "origin": [place.origin for place in places],
        }
    )
    return Problem(
        service=service,
        question=question,
        sites=sites,
        demand_persons=np.zeros(len(case.demand)),
        mode=[by_kind[kind][0] for kind in kinds],
        standard_min=np.array([by_kind[kind][1] for kind in kinds], dtype=np.float64),
        zone_kind=kinds,
    )


def _near_links(
    scenario: LayoutScenario, table: ArcTable, graph: RoadGraph, graph_key: str, settings: Settings
) -> dict[int, tuple[IntArray, list[int]]]:
    """Of each link `near`, for each place that needs one the places within its minutes by vehicle."""
    found = {}
    for number, link in enumerate(scenario.links):
        if not isinstance(link, Near):
            continue
        mine = table.of_service(link.service, "candidate", "within", "reuse")
        others = [p for name in link.of for p in table.of_service(name) if table.places[p].origin != "counts_as"]
        matrix = minutes_between(table, mine, others, link.minutes, scenario, graph, graph_key, settings)
        found[number] = (matrix.indptr, [others[k] for k in matrix.indices.tolist()])
    return found


def minutes_between(
    table: ArcTable,
    origins: Sequence[int],
    destinations: Sequence[int],
    minutes: float,
    scenario: LayoutScenario,
    graph: RoadGraph,
    graph_key: str,
    settings: Settings,
) -> ImpedanceMatrix:
    """Minutes by vehicle from some places to others, as far as `minutes`."""
    frames = [
        pd.DataFrame({key: [table.places[p].row[key] for p in part] for key in ("id", "lon", "lat")})
        for part in (origins, destinations)
    ]
    return vehicle_minutes(frames[0], frames[1], minutes, scenario, graph, graph_key, settings)


def vehicle_minutes(
    origins: pd.DataFrame,
    destinations: pd.DataFrame,
    minutes: float,
    scenario: LayoutScenario,
    graph: RoadGraph,
    graph_key: str,
    settings: Settings,
) -> ImpedanceMatrix:
    """Minutes by vehicle from row to row of two tables (id, lon, lat), as far as `minutes`."""
    times = mode_times(
        placed(origins), placed(destinations), graph, "drive", minutes,
        travel=scenario.travel, cache=Cache(settings.cache), graph_key=graph_key, listener=settings.listener,
    )  # fmt: skip
    return times.impedance


def _rows(
    scenario: LayoutScenario,
    parts: Sequence[ServicePart],
    needs: Needs,
    table: ArcTable,
    near: dict[int, tuple[IntArray, list[int]]],
) -> Rows:
    rows, case = Rows(), needs.case
    townships = sorted({str(name) for name in case.demand["township"] if name})
    zones = {str(z.id): (str(z.name_zh), str(z.name_en)) for z in case.zones.itertuples()}
    for part, groups in zip(parts, needs.groups, strict=True):
        names = (part.service.name_zh, part.service.name_en)
        service_rows(rows, table, scenario, part.plan, names, townships, zones)
        if part.plan.moved_at_most_once:
            far, points = farthest_of(part.plan, groups), [str(name) for name in case.demand["name"]]
            once_rows(rows, table, part.places, part.times.impedance, far, names=points, years=scenario.years)
    if scenario.budget is not None:
        everything = range(len(table.places))
        add_budget(
            rows, table, everything, scenario.budget.yuan, scenario.years, "budget", ("总预算", "the budget"),
            carry=scenario.budget.carry_over,
        )  # fmt: skip
    link_rows(rows, table, scenario, near)
    return rows


def _instance(
    scenario: LayoutScenario, needs: Needs, parts: Sequence[ServicePart], table: ArcTable, rows: Rows
) -> tuple[pd.DataFrame, Instance, IntArray]:
    T, P = len(scenario.years), len(table.places)
    first_state = np.r_[0, np.cumsum([len(place.states) for place in table.places])]
    usable = np.zeros(T * P, dtype=bool)
    heads = np.array([arc.head for arc in table.arcs])
    usable[(table.period * P + table.place)[heads >= 0]] = True
    blocks: list[dict[str, FloatArray | IntArray]] = []
    pairs: list[tuple[IntArray, IntArray, FloatArray]] = []
    count = 0
    for s, part in enumerate(parts):
        matrix = part.times.impedance
        for g, group in enumerate(needs.groups[s]):
            farthest = farthest_minutes(part.plan, group)
            kept = matrix.keep(matrix.values <= farthest)
            standard = np.minimum(part.problem.standard_min, group.group.standard_minutes or np.inf)
            rides = _rides(scenario, part, group.group.may_board) | _worth(scenario, part)
            for t in range(T):
                points = np.flatnonzero(group.persons[t] > 0)
                mine = kept.select(points)
                mine = mine.keep(usable[part.places[mine.indices] + t * P])
                pairs.append((mine.rows + count, part.places[mine.indices] + t * P, mine.values))
                size = points.size
                blocks.append(
                    {
                        "service": np.full(size, s), "group": np.full(size, g), "period": np.full(size, t),
                        "point": points, "persons": group.persons[t][points], "standard": standard[points],
                        "kind": np.full(size, group.kind), **{key: value[t][points] for key, value in rides.items()},
                    }
                )  # fmt: skip
                count += size
    demand = pd.DataFrame({key: np.concatenate([block[key] for block in blocks]) for key in blocks[0]})
    row, column, value = (np.concatenate([pair[k] for pair in pairs]) for k in range(3))
    impedance = _matrix(row, column, value, (count, T * P))
    zones = {zone: k for k, zone in enumerate(needs.case.zones.index)}
    zone = np.array([zones[z] for z in needs.case.demand["zone"]])[demand["point"]]
    demand_zone = (demand["service"].to_numpy() * T + demand["period"].to_numpy()) * len(zones) + zone
    money: dict[str, Any] = {key: demand[key].to_numpy() for key in MONEY_FIELDS if key in demand}
    instance = Instance.from_arrays(
        impedance,
        demand["persons"].to_numpy(),
        demand_ids=NumberedIds("i", range(1, count + 1)),
        site_ids=[f"{p.service}/{p.origin}/{p.id}@{year}" for year in scenario.years for p in table.places],
        standard=demand["standard"].to_numpy(),
        changes=_changes(scenario, table, rows, first_state, any(g.kind >= 0 for gs in needs.groups for g in gs)),
        demand_kind=demand["kind"].to_numpy() if (demand["kind"] >= 0).any() else None,
        demand_zone=demand_zone if "worst_zone" in scenario.objectives else None,
        **money,
    )
    return demand, instance, first_state


def _worth(scenario: LayoutScenario, part: ServicePart) -> dict[str, FloatArray]:
    """(T, I) rates over the years of each period; none where the objectives count in their order."""
    worth = part.plan.worth or scenario.worth
    if worth is None:
        return {}
    count = len(part.problem.mode)
    years = np.tile(years_of_periods(scenario)[:, None] / MONEY, (1, count))
    rates = {"trip_cost": worth.minute_yuan, "beyond_cost": worth.beyond_yuan, "left_out_cost": worth.left_out_yuan}
    return {key: rate * years for key, rate in rates.items()}


def _rides(scenario: LayoutScenario, part: ServicePart, may_board: bool) -> dict[str, FloatArray]:
    """(T, I) minutes beyond which a ride or a stay is paid for, and what it costs over the years of each period."""
    T, count = len(scenario.years), len(part.problem.mode)
    bus, boarding = part.service.bus, part.service.boarding
    never, free = np.full((T, count), np.inf), np.zeros((T, count))
    found = {"ride_beyond": never, "ride_cost": free, "stay_beyond": never, "stay_cost": free}
    years = years_of_periods(scenario)[:, None] / MONEY
    walking = np.array([mode == "walk" for mode in part.problem.mode])
    if part.plan.ride and bus is not None:
        minutes = np.where(walking, bus.beyond_min.value, bus.beyond_min.value * DRIVE_FOR_WALK)
        each = 0.0 if bus.yuan_per_pupil_year is None else bus.yuan_per_pupil_year.value
        found |= {"ride_beyond": np.tile(minutes, (T, 1)), "ride_cost": np.tile(years * each, (1, count))}
    if part.plan.board and boarding is not None and bus is not None and bus.longest_min is not None and may_board:
        minutes = np.where(walking, bus.longest_min.value / DRIVE_FOR_WALK, bus.longest_min.value)
        each = part.plan.board_yuan_per_year
        found |= {"stay_beyond": np.tile(minutes, (T, 1)), "stay_cost": np.tile(years * each, (1, count))}
    return found


def years_of_periods(scenario: LayoutScenario) -> FloatArray:
    """(T,) years that each period stands for: until the next; the last as long as the one before it, five if alone."""
    gaps = np.diff(scenario.years).astype(np.float64)
    last = gaps[-1] if gaps.size else 5.0
    years: FloatArray = np.append(gaps, last)
    return years


def _changes(scenario: LayoutScenario, table: ArcTable, rows: Rows, first_state: IntArray, kinds: bool) -> Changes:
    T, P = len(scenario.years), len(table.places)
    states = [state for place in table.places for state in place.states]
    tail = np.array([arc.tail for arc in table.arcs], dtype=np.int64)
    head = np.array([arc.head for arc in table.arcs], dtype=np.int64)
    shift = first_state[table.place]
    initial = np.array([place.initial for place in table.places], dtype=np.int64)
    least, most = rows.bounds
    most_kinds = max((len(state.by_kind) for state in states), default=0)
    by_kind = np.array([[*s.by_kind, *[np.inf] * (most_kinds - len(s.by_kind))] for s in states]) if kinds else None
    return Changes(
        site_place=np.tile(np.arange(P), T),
        site_period=np.repeat(np.arange(T), P),
        state_place=np.repeat(np.arange(P), np.diff(first_state)),
        capacity=np.array([state.usable for state in states]),
        minimum=np.array([min(state.least, state.most) for state in states]),
        initial=np.where(initial >= 0, initial + first_state[:-1], -1),
        place=table.place,
        period=table.period,
        tail=np.where(tail >= 0, tail + shift, -1),
        head=np.where(head >= 0, head + shift, -1),
        cost=np.array([(arc.yuan + arc.running_yuan) / MONEY for arc in table.arcs]),
        rows=rows.matrix(len(table.arcs)),
        least=least,
        most=most,
        row_ids=tuple(text.id for text in rows.texts),
        kind_capacity=by_kind,
    )


def _matrix(row: IntArray, column: IntArray, value: FloatArray, shape: tuple[int, int]) -> ImpedanceMatrix:
    order = np.lexsort((column, row))
    indptr = np.r_[0, np.cumsum(np.bincount(row, minlength=shape[0]))]
    return ImpedanceMatrix(indptr.astype(np.int64), column[order], value[order], shape)
