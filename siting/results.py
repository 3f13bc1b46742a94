"""What a run has found, ready for maps and tables: plain frames, no solver, no road graph.

Times are minutes. NaN is *unreachable*, a value of its own: it is never in a mean, and is counted beside it.
`covered` means that an open facility lies within the coverage standard; `assigned` means that the plan sends
the people there. The two are never blurred.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry.base import BaseGeometry

from siting.case import Case
from siting.evaluation.quality_balance import QualityBalance
from siting.scenario import Scenario, ServiceQuestion
from siting.solution import Outcome
from siting.standards import Service
from siting.verify import Check

SITE_STATUS = ("existing", "new", "closed", "moved", "candidate")  # candidate: looked at and not chosen
GONE = ("closed", "moved")  # in use before, not after


@dataclass(frozen=True)
class FutureText:
    """One possible future in words.

    Attributes:
        changes: (zh, en) of each thing that is different; none for the base.
        source: where the assumptions come from.
    """

    id: str
    name_zh: str
    name_en: str
    probability: float
    changes: tuple[tuple[str, str], ...]
    source: str = ""


@dataclass(frozen=True, eq=False)
class Outlook:
    """How one service's plan does in each possible future.

    Attributes:
        rule: how the plan was chosen: `no` for the base alone, `expected`, `regret`.
        table: one row a future, the base first: id, name_zh, name_en, probability, demand_persons, covered_persons,
            covered_share, mean_min, worst_min (to the nearest facility in use), unreachable_persons, cut_off_persons
            (who reach a facility in the base and none here), newly_uncovered_persons (within the standard in the
            base and not here), no_place_persons (all within reach is full), overfull (how many facilities),
            overfull_names, objective, best_objective (of the best plan known for this future alone), best_label_zh,
            best_label_en, regret (how much worse the objective is; NaN where one is missing), regret_share (of the
            best objective).
        places: one row a village and future in which somebody is cut off or newly uncovered: future, name_zh,
            name_en, township, village, cut_off_persons, newly_uncovered_persons.
    """

    rule: str
    table: pd.DataFrame
    places: pd.DataFrame


@dataclass(frozen=True, eq=False)
class ServiceResult:
    """One service, evaluated as it stands (`before`) and, where a plan was made, as planned (`after`).

    Attributes:
        question: None for an evaluation without a plan; the `after` columns are then equal to `before`.
        thresholds: by zone kind: (mode, minutes, source, verified).
        sites: id, name, lon, lat, zone, township, land, status (SITE_STATUS), capacity_persons (NaN: no limit or
            unknown; of a new facility whose size was chosen, that size), load_before_persons, load_after_persons,
            vehicles_before and vehicles_assumed (only where the plan places vehicles: today's, and whether the ledger
            does not tell and one was taken),
            cost_yuan (of opening a new one, of closing or leaving one that the plan closes or moves), size_class
            ('' where none was chosen), vehicles (NaN where the plan places none), competitor (bool: of others),
            off_network (bool).
        demand: id, name, lon, lat, zone, zone_kind, township, village, population, demand_persons, mode,
            standard_min, nearest_before_min, nearest_before_id, covered_before, nearest_after_min,
            nearest_after_id, covered_after, assigned_id (the site that takes most of them, '' for none),
            assigned_min (mean of those who are assigned), unassigned_persons (whom the plan sends nowhere),
            accessibility_before_per_1000, accessibility_after_per_1000 (places
            within the standard for each 1,000 who need the service, by `accessibility.two_step` over the facilities
            in use whose capacity is known; NaN where that is none), snap_distance_m, off_network (bool); only where
            the plan places vehicles also vehicles_before, vehicles_after (within the standard), expected_before,
            expected_after (chance that one of them is free).
        assignments: demand_id, site_id, share, persons, travel_time_min.
        summary: one row for each `when` (before, after) x group: when, group_kind (all, zone, township, age),
            group (id or name), demand_persons, covered_persons, covered_share, unreachable_persons,
            mean_min, median_min, p95_min, worst_tenth_min (mean of the worst-off tenth), worst_min, gini,
            accessibility_mean_per_1000, accessibility_least_per_1000, accessibility_gini.
        service_area_before, service_area_after: area within the standard of an open facility, by zone kinds'
            modes together; None where it was not asked for. WGS84.
        out_of_reach: ids of demand points that no site can serve within the longest travel time.
        unverified: texts (zh, en) of unverified standards used.
        outlook: None where the scenario has no futures.
        objective_zh, objective_en: what the plan was made for, '' for an evaluation.
    """

    service: Service
    question: ServiceQuestion | None
    thresholds: Mapping[str, tuple[str, float, str, bool]]
    sites: pd.DataFrame
    demand: pd.DataFrame
    assignments: pd.DataFrame
    summary: pd.DataFrame
    outcome: Outcome | None
    formulation_zh: str
    formulation_en: str
    checks: tuple[Check, ...]
    service_area_before: BaseGeometry | None
    service_area_after: BaseGeometry | None
    out_of_reach: tuple[str, ...]
    unverified: tuple[tuple[str, str], ...]
    outlook: Outlook | None = None
    objective_zh: str = ""
    objective_en: str = ""

    @property
    def new_sites(self) -> pd.DataFrame:
        """The facilities that the plan opens."""
        return self.sites[self.sites["status"] == "new"]

    @property
    def gone_sites(self) -> pd.DataFrame:
        """The facilities in use that the plan closes or moves."""
        return self.sites[self.sites["status"].isin(GONE)]

    @property
    def opening_yuan(self) -> float:
        """What the new facilities cost."""
        return float(self.new_sites["cost_yuan"].sum())

    @property
    def closing_yuan(self) -> float:
        """What closing and leaving facilities costs, where the plan chose to."""
        return float(self.gone_sites["cost_yuan"].sum())

    @property
    def has_vehicles(self) -> bool:
        """Whether the plan places vehicles."""
        return bool(self.sites["vehicles"].notna().any())

    @property
    def has_sizes(self) -> bool:
        """Whether the plan chooses the sizes of new facilities."""
        return bool((self.sites["size_class"] != "").any())

    @property
    def unassigned_persons(self) -> float:
        """People whom the plan sends nowhere: unreachable, or without a place."""
        return float(self.demand["unassigned_persons"].sum())

    @property
    def captured_persons(self) -> float | None:
        """People who choose one's own facilities; None where there are none of others."""
        if not self.sites["competitor"].any():
            return None
        own = set(self.sites.loc[~self.sites["competitor"], "id"])
        return float(self.assignments.loc[self.assignments["site_id"].isin(own), "persons"].sum())

    @property
    def assigned_within_persons(self) -> float:
        """People whom the plan sends within their standard: fewer than the covered ones where places are short."""
        standard = self.demand.set_index("id")["standard_min"].reindex(self.assignments["demand_id"]).to_numpy()
        within = self.assignments["travel_time_min"].to_numpy() <= standard
        return float(self.assignments["persons"].to_numpy()[within].sum())

    def in_use(self, when: str) -> pd.DataFrame:
        """The sites in use, `before` or `after`."""
        return self.sites[self.sites["status"].isin(["existing", *(GONE if when == "before" else ("new",))])]

    def without_capacity(self, when: str) -> int:
        """How many sites in use have no known, finite capacity: no accessibility counts them."""
        return int((~np.isfinite(self.in_use(when)["capacity_persons"].to_numpy(dtype=np.float64))).sum())

    @property
    def has_accessibility(self) -> bool:
        """Whether enough capacities are known to say how many places people find."""
        return bool(self.demand["accessibility_before_per_1000"].notna().any())

    def headline(self, when: str) -> pd.Series:
        """The summary row of all people, `before` or `after`."""
        rows = self.summary[(self.summary["when"] == when) & (self.summary["group_kind"] == "all")]
        return rows.iloc[0]


def over_capacity(load: np.ndarray, capacity: np.ndarray) -> np.ndarray:
    """Which loads exceed a known capacity, beyond rounding."""
    return np.asarray(load > capacity * (1 + 1e-6))


@dataclass(frozen=True, eq=False)
class RunResult:
    """One run of a scenario, or one evaluation of a case.

    Attributes:
        scenario: None for an evaluation without a plan (`siting gaps`).
        roads: drawn roads: name, highway, geometry. WGS84.
        water, rail, places, green, stations: the map's own base as `network.read_basemap` gives it, with kind (OSM
            word), name, name_en, geometry. WGS84. `water` holds polygons and the lines of rivers and streams.
        notices: (zh, en) texts that every output must carry: synthetic data, licences.
        travel: (zh, en) how people are taken to travel: speeds, walks to the road, what is not modelled.
        notes: (zh, en) findings of the run: islands left out, points off the network.
        provenance: content of run.json.
        futures: the possible futures that were looked at, the base first; none where the scenario has none.
        balance: what schools are equipped with; None for a plan, and where the case does not tell.
    """

    case: Case
    scenario: Scenario | None
    services: tuple[ServiceResult, ...]
    roads: gpd.GeoDataFrame
    water: gpd.GeoDataFrame
    rail: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    notices: tuple[tuple[str, str], ...]
    notes: tuple[tuple[str, str], ...]
    provenance: dict[str, object] = field(default_factory=dict)
    travel: tuple[tuple[str, str], ...] = ()
    futures: tuple[FutureText, ...] = ()
    balance: QualityBalance | None = None
    green: gpd.GeoDataFrame = field(default_factory=lambda: gpd.GeoDataFrame(geometry=[], crs="EPSG:4326"))
    stations: gpd.GeoDataFrame = field(default_factory=lambda: gpd.GeoDataFrame(geometry=[], crs="EPSG:4326"))

    @property
    def title_zh(self) -> str:
        """The run's title in Chinese."""
        return self.scenario.title_zh if self.scenario else f"{self.case.info.name_zh}现状评估"

    @property
    def title_en(self) -> str:
        """The run's title in English."""
        return self.scenario.title_en if self.scenario else f"{self.case.info.name_en}: evaluation as it stands"
