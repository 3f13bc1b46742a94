"""Who needs each service in each period, at the case's demand points and its housing plots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from siting.case import Case
from siting.impedance import FloatArray
from siting.layout.scenario import Group, LayoutScenario, ServicePlan
from siting.layout.tracks import not_planned
from siting.people import DemandOverTime, PeopleOverTime, demand_over_time, people_over_time
from siting.people.ages import ages_within
from siting.people.over_time import rates_by_age
from siting.standards import Service


@dataclass(frozen=True, eq=False)
class GroupDemand:
    """One group of those who need a service: (T, I) persons at each point.

    Attributes:
        kind: number of the kind of demand where facilities hold so many of each, else -1.
    """

    group: Group
    kind: int
    persons: FloatArray


@dataclass(frozen=True, eq=False)
class Needs:
    """The people of a plan.

    Attributes:
        case: the case with its housing plots as demand points after its own.
        over_time: demand by service (those of tracks that are not planned too), people by age.
        groups: of each service its groups, in the order of the scenario's services.
    """

    case: Case
    people: PeopleOverTime
    over_time: DemandOverTime
    groups: tuple[tuple[GroupDemand, ...], ...]


def needs_of(
    case: Case, scenario: LayoutScenario, services: Sequence[Service], base: Path, *, births: float = 1.0
) -> Needs:
    """Project the people and split them by service, group, period and point.

    Args:
        base: folder that the scenario's paths are relative to.
        births: factor on the births of every year after the case's data.

    Raises:
        InputError: when the case cannot be projected, or a year lies outside the projection.
    """
    people = people_over_time(
        case,
        variant=scenario.people.variant,
        last_year=scenario.years[-1],
        changes=[base / name for name in scenario.people.changes],
        births=births,
    )
    others = not_planned(scenario.tracks, [service.id for service in services])
    over_time = demand_over_time(people, [*services, *others], scenario.years)
    steps = people.index(scenario.years)
    groups = []
    for service, plan in zip(services, scenario.services, strict=True):
        total, weight = over_time.services[service.id].total * plan.count_people, rates_by_age(service.demand)
        whole = people.at_points(steps, weight)
        found = []
        for kind, (group, part) in enumerate(_parts(service, plan, weight)):
            share = np.divide(people.at_points(steps, part), whole, out=np.zeros_like(whole), where=whole > 0)
            found.append(GroupDemand(group, kind if service.kinds and not plan.groups else -1, total * share))
        groups.append(tuple(found))
    return Needs(with_plots(case, people), people, over_time, tuple(groups))


def _parts(service: Service, plan: ServicePlan, weight: FloatArray) -> list[tuple[Group, FloatArray]]:
    """The groups of a service and the share of each age that belongs to them."""
    if plan.groups:
        return [(group, weight * ages_within(group.from_age, group.to_age)) for group in plan.groups]
    if service.kinds:
        return [
            (
                Group(
                    id=kind.id, name_zh=kind.name_zh, name_en=kind.name_en, from_age=kind.demand.from_age,
                    to_age=kind.demand.to_age,
                ),
                rates_by_age(kind.demand),
            )
            for kind in service.kinds
        ]  # fmt: skip
    rule = service.demand
    everybody = Group(
        id="all", name_zh=service.name_zh, name_en=service.name_en, from_age=rule.from_age, to_age=rule.to_age
    )
    return [(everybody, weight)]


def later_demand(needs: Needs, service: str) -> pd.Series:
    """By zone: the largest demand for the service in a period after the first, as a share of that in the first."""
    over_time = needs.over_time
    total = pd.DataFrame(over_time.services[service].total.T).groupby(over_time.points["zone"].to_numpy()).sum()
    later = total.iloc[:, 1:].max(axis=1) if total.shape[1] > 1 else total[0]
    return (later / total[0]).where(total[0] > 0, 1.0)


def with_plots(case: Case, people: PeopleOverTime) -> Case:
    """The case with its plots as demand points after its own, where today nobody lives."""
    plots = people.plots[["id", "name", "lon", "lat", "zone", "township"]]
    if plots.empty:
        return case
    more = plots.assign(village="", **dict.fromkeys(case.age_columns, 0.0))
    return replace(case, demand=pd.concat([case.demand, more], ignore_index=True))


def farthest_minutes(plan: ServicePlan, group: GroupDemand) -> float:
    """Minutes to which the people of a group are sent."""
    return min(plan.max_travel_minutes, group.group.max_minutes or np.inf)


def farthest_of(plan: ServicePlan, groups: Sequence[GroupDemand]) -> FloatArray:
    """(I,) the largest of `farthest_minutes` of the groups who live at each point; -1 where nobody ever does."""
    far = [np.where((group.persons > 0).any(axis=0), farthest_minutes(plan, group), -1.0) for group in groups]
    most: FloatArray = np.max(far, axis=0)
    return most
