"""Who needs which service, where and when: people over time made into demand at every point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from siting.impedance import FloatArray, IntArray
from siting.people.ages import AGES, OLDEST, ages_within
from siting.people.of_case import PeopleOverTime
from siting.standards import DemandRule, Service


@dataclass(frozen=True)
class Group:
    """People of an age group that plans speak of."""

    key: str
    zh: str
    en: str
    from_age: int
    to_age: int | None

    @property
    def ages(self) -> FloatArray:
        """(101,) 1 for these ages."""
        return ages_within(self.from_age, self.to_age)


GROUPS = (
    Group("age_0_2", "0-2 岁（托育）", "0-2, childcare", 0, 2),
    Group("age_3_5", "3-5 岁（幼儿园）", "3-5, kindergarten", 3, 5),
    Group("age_6_11", "6-11 岁（小学）", "6-11, primary", 6, 11),
    Group("age_12_14", "12-14 岁（初中）", "12-14, junior high", 12, 14),
    Group("age_15_17", "15-17 岁（高中）", "15-17, senior high", 15, 17),
    Group("age_18_59", "18-59 岁", "18-59", 18, 59),
    Group("age_60_plus", "60 岁及以上", "60 and over", 60, None),
    Group("age_80_plus", "80 岁及以上", "80 and over", 80, None),
)
PARTITION = tuple(
    group.key for group in GROUPS[:-1]
)  # these add up to everybody; the last is a part of those before it


@dataclass(frozen=True, eq=False)
class ServiceDemand:
    """Persons who need one service at each of the I demand points, then the P plots, in each of T periods.

    Attributes:
        residents: (T, I + P) residents.
        migrant_children: (T, I + P) children who come with migrants and are not among the residents.
        cross_boundary: (T, I + P) people from over the county border.
    """

    service: Service
    residents: FloatArray
    migrant_children: FloatArray
    cross_boundary: FloatArray

    @property
    def total(self) -> FloatArray:
        """(T, I + P) all who need it."""
        return self.residents + self.migrant_children + self.cross_boundary


@dataclass(frozen=True, eq=False)
class DemandOverTime:
    """Demand by period and point.

    Attributes:
        years: (T,) the periods.
        points: I + P rows: id, name, lon, lat, zone, township, is_plot; the case's demand points, then its plots.
        services: by id.
        groups: (T, I + P) residents by the keys of `GROUPS`.
        persons: (T, I + P) residents of all ages.
        births: (T, I + P) births in the year that ends with the period; NaN in the base year.
    """

    years: IntArray
    points: pd.DataFrame
    services: dict[str, ServiceDemand]
    groups: dict[str, FloatArray]
    persons: FloatArray
    births: FloatArray


def rates_by_age(rule: DemandRule) -> FloatArray:
    """(101,) share of the people of each age who need the service."""
    weight = ages_within(rule.from_age, rule.to_age) * rule.rate.value
    if not rule.by_age:
        return weight
    by_age = np.zeros(AGES)
    for span in rule.by_age:
        if span.from_age <= OLDEST:
            by_age += ages_within(span.from_age, span.to_age) * span.rate.value
    return weight * by_age


def demand_over_time(people: PeopleOverTime, services: Sequence[Service], years: Sequence[int]) -> DemandOverTime:
    """The demand of each service in each period, at the case's demand points and its plots.

    Raises:
        InputError: for a year that the projection does not reach.
    """
    steps = people.index(years)
    points = _points(people)
    return DemandOverTime(
        years=np.asarray(years, dtype=np.int64),
        points=points,
        services={service.id: _of_service(people, service, steps, points) for service in services},
        groups={group.key: people.at_points(steps, group.ages) for group in GROUPS},
        persons=people.at_points(steps, np.ones(AGES)),
        births=people.births_at_points(steps),
    )


def _points(people: PeopleOverTime) -> pd.DataFrame:
    columns = ["id", "name", "lon", "lat", "zone", "township"]
    points = pd.concat([people.case.demand[columns], people.plots[columns]], ignore_index=True)
    return points.assign(is_plot=np.arange(len(points)) >= len(people.case.demand))


def _of_service(people: PeopleOverTime, service: Service, steps: IntArray, points: pd.DataFrame) -> ServiceDemand:
    weight = rates_by_age(service.demand)
    residents = people.at_points(steps, weight)
    migrants = np.zeros_like(residents)
    rule = people.given.assumptions.migrant_children
    if rule is not None and (weight * rule.ages).any():
        rates = {kind: value.value for kind, value in rule.rate.items()}
        kinds = people.case.zones["kind"].reindex(points["zone"])
        migrants = people.at_points(steps, weight * rule.ages) * kinds.map(rates).fillna(0.0).to_numpy(dtype=np.float64)
    return ServiceDemand(service, residents, migrants, _cross_boundary(people, service, steps, residents, points))


def _cross_boundary(
    people: PeopleOverTime, service: Service, steps: IntArray, residents: FloatArray, points: pd.DataFrame
) -> FloatArray:
    """Shared over the points of the zone as its residents who need the service; where there are none, nobody comes."""
    result = np.zeros_like(residents)
    zones = points["zone"].to_numpy(dtype=object)
    for extra in people.given.assumptions.cross_boundary:
        if extra.service != service.id:
            continue
        there = residents * (zones == extra.zone)
        if extra.share is not None:
            result += there * extra.share.value
        elif extra.persons is not None:
            persons = extra.persons.at(people.years[steps])[:, None]
            whole = there.sum(axis=1, keepdims=True)
            result += np.divide(there * persons, whole, out=np.zeros_like(there), where=whole > 0)
    return result
