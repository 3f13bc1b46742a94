"""The value of each criterion at each site: travel times, distances, what the list of plots tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from siting.case import Case
from siting.evaluation.metrics import weighted_mean, weighted_quantile
from siting.impedance import FloatArray
from siting.network import DECIMALS_MIN, PlacedPoints
from siting.ranking.criteria import (
    AvailableFrom,
    Criterion,
    DistanceTo,
    ExistingBuilding,
    InZone,
    LandArea,
    PeopleNear,
    TravelFromFacilities,
    TravelFromPeople,
)
from siting.ranking.distances import between_m, distance_m, network_of, points_of
from siting.ranking.question import RankingScenario
from siting.ranking.reads import origins_of, people_of
from siting.render.views import Base
from siting.service_times import ModeTimes, placed
from siting.standards import Mode

Minutes = Callable[[PlacedPoints, PlacedPoints, Mode], ModeTimes]


@dataclass(frozen=True, eq=False)
class Links:
    """Times from facilities or places to the sites.

    Attributes:
        criteria: (zh, en) names of the criteria that read them.
        mode: walk or drive.
        origins: id, name, service of the n origins.
        sites: ids of the S sites, that of the site really chosen last where there is one.
        minutes: (n, S); NaN where out of reach.
    """

    criteria: tuple[tuple[str, str], ...]
    mode: Mode
    origins: pd.DataFrame
    sites: tuple[str, ...]
    minutes: FloatArray


@dataclass(frozen=True, eq=False)
class Measured:
    """What the criteria say of the sites.

    Attributes:
        raw: (S, K) values in the criterion's own unit; NaN where there is none: out of reach, not known.
        notes: (zh, en) of what was left out, in the order of the criteria.
        read: facilities and places that criteria read: id, name, lon, lat, service ('' for places), criteria (names).
        links: times from facilities and places, once for the same origins and mode.
    """

    raw: FloatArray
    notes: tuple[tuple[str, str], ...]
    read: pd.DataFrame
    links: tuple[Links, ...]


@dataclass(eq=False)
class _Reader:
    """Values of one scenario's criteria; what they leave out and what they read is noted on the way."""

    case: Case
    scenario: RankingScenario
    sites: pd.DataFrame
    base: Base
    minutes: Minutes
    notes: list[tuple[str, str]] = field(default_factory=list)
    read: list[pd.DataFrame] = field(default_factory=list)
    links: dict[tuple[Mode, tuple[str, ...]], Links] = field(default_factory=dict)

    def value(self, criterion: Criterion) -> FloatArray:
        """(S,) the criterion's values."""
        match criterion:
            case TravelFromPeople():
                return self._from_people(criterion)
            case TravelFromFacilities():
                return self._from_facilities(criterion)
            case DistanceTo():
                return self._distance(criterion)
            case LandArea():
                return np.asarray(self.sites["site_m2"], dtype=np.float64)
            case AvailableFrom():
                year = self.sites["available_from"].fillna(criterion.from_year)
                return np.maximum(np.asarray(year, dtype=np.float64), criterion.from_year)
            case ExistingBuilding():
                return np.asarray(self.sites["existing_building"] == "yes", dtype=np.float64)
            case InZone():
                values = self.sites["zone"].map(dict(criterion.preference)).fillna(0.0)
                return np.asarray(values, dtype=np.float64)
            case PeopleNear():
                near = between_m(self.case, self.sites, self.case.demand) <= criterion.metres
                return np.asarray(near @ people_of(self.case, criterion), dtype=np.float64)

    def _from_people(self, criterion: TravelFromPeople) -> FloatArray:
        people = people_of(self.case, criterion)
        rows = np.flatnonzero(people > 0)
        times = self._times(placed(self.case.demand.iloc[rows]), criterion.mode)
        return self._over(times, people[rows], criterion, self.case.demand["village"].iloc[rows])

    def _over(
        self, times: FloatArray, people: FloatArray, criterion: TravelFromPeople, villages: pd.Series
    ) -> FloatArray:
        """The statistic over people; whom no site reaches counts at none, whom one does not reach makes it NaN."""
        reached = np.isfinite(times)
        nobody = ~reached.any(axis=1)
        if nobody.any():
            count = float(people[nobody].sum())
            names = "、".join(sorted(set(villages.to_numpy(dtype=str)[np.flatnonzero(nobody)]) - {""})[:5])
            self.notes.append(
                (
                    f"{criterion.name_zh}：{count:,.0f} 人从哪块地都到不了（{names}等），未计入",
                    f"{criterion.name_en}: {count:,.0f} people reach no site ({names} ...) and are not counted",
                )
            )
        times, people, reached = times[~nobody], people[~nobody], reached[~nobody]
        if criterion.minutes is not None:
            return np.asarray(people @ (times <= criterion.minutes) / people.sum(), dtype=np.float64)
        whole = reached.all(axis=0)
        values = np.full(times.shape[1], np.nan)
        for s in np.flatnonzero(whole):
            if criterion.statistic == "mean":
                values[s] = weighted_mean(times[:, s], people)
            else:
                values[s] = weighted_quantile(times[:, s], people, criterion.percent / 100)
        return values

    def _from_facilities(self, criterion: TravelFromFacilities) -> FloatArray:
        origins = self._origins(criterion)
        times = self._times(placed(origins), criterion.mode)
        times[~np.isfinite(times)] = np.nan
        self._note_links(criterion, origins, times)
        known = ~np.isnan(times)
        if criterion.statistic == "nearest":
            nearest = np.where(known, times, np.inf).min(axis=0)
            return np.where(np.isfinite(nearest), nearest, np.nan)
        if criterion.statistic == "farthest":
            return np.where(known.all(axis=0), times.max(axis=0), np.nan)
        weight = origins["weight"].to_numpy(dtype=np.float64)
        return np.asarray(weight @ times / weight.sum(), dtype=np.float64)  # NaN where one is out of reach

    def _note_links(self, criterion: TravelFromFacilities, origins: pd.DataFrame, minutes: FloatArray) -> None:
        key = criterion.mode, tuple(origins["id"])
        others = self.links[key].criteria if key in self.links else ()
        names = *others, (criterion.name_zh, criterion.name_en)
        self.links[key] = Links(names, criterion.mode, origins, tuple(self.sites["id"]), minutes)

    def _distance(self, criterion: DistanceTo) -> FloatArray:
        if criterion.network is not None:
            return distance_m(self.case, self.sites, network_of(self.base, criterion.network))
        return distance_m(self.case, self.sites, points_of(self._origins(criterion)))

    def _origins(self, criterion: TravelFromFacilities | DistanceTo) -> pd.DataFrame:
        frame = origins_of(self.case, self.scenario, criterion)
        self.read.append(frame[["id", "name", "lon", "lat", "service"]].assign(criterion=criterion.name_zh))
        return frame

    def _times(self, origins: PlacedPoints, mode: Mode) -> FloatArray:
        """(n, S) minutes; +inf where out of reach."""
        return self.minutes(origins, placed(self.sites), mode).impedance.widened(DECIMALS_MIN).dense()


def measure(case: Case, scenario: RankingScenario, sites: pd.DataFrame, base: Base, minutes: Minutes) -> Measured:
    """The value of every criterion at every site.

    Args:
        case: whose people, facilities and roads are read.
        scenario: with the K criteria, already checked by `reads.check_reads`.
        sites: S rows of `alternatives.COLUMNS`.
        base: roads, railways and stations.
        minutes: travel times from origins to destinations by a mode.
    """
    reader = _Reader(case, scenario, sites, base, minutes)
    raw = np.stack([reader.value(criterion) for criterion in scenario.criteria], axis=1)
    none = pd.DataFrame(columns=["id", "name", "lon", "lat", "service", "criterion"])
    read = pd.concat(reader.read, ignore_index=True) if reader.read else none
    joined = read.groupby(["id", "name", "lon", "lat", "service"], sort=False)["criterion"].agg("、".join)
    table = joined.reset_index().rename(columns={"criterion": "criteria"})
    return Measured(raw, tuple(dict.fromkeys(reader.notes)), table, tuple(reader.links.values()))
