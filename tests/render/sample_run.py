"""A small run with hand values, a partial assignment, an unreachable place and names that mean harm."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import LineString, Point, box

from siting.case import Case, CaseFile, Guess, Source
from siting.evaluation.metrics import loads, summarise
from siting.results import Check, RunResult, ServiceResult
from siting.scenario import Scenario
from siting.solution import Outcome, Status
from siting.standards import load_service
from tests.hostile import names

HOSTILE = (*names.FORMULAS[1:5], names.HOSTILE[2], names.HOSTILE[1], names.HOSTILE[3], names.UNWRITABLE[0])
VILLAGES = ("甘霖村", *HOSTILE[:3], "山头村", "孤岛村")
NOTICE = ("道路与人口分布为合成数据，仅供演示", "Roads and the distribution of people are synthetic, for show only")


def sample_case() -> Case:
    """Six places in two zones: 100 children each but the last, which has 10."""
    info = CaseFile.model_validate(
        {
            "schema": 1, "id": "sample", "name_zh": "样例市", "name_en": "Sample", "projected_crs": "EPSG:4549",
            "synthetic": True, "notice_zh": NOTICE[0], "notice_en": NOTICE[1], "data_date": "2020-11-01",
            "guesses": [Guess(zh="楼层未标注者按三层计", en="three storeys where none is tagged")],
        }
    )  # fmt: skip
    demand = pd.DataFrame(
        {
            "id": [f"d{k}" for k in range(6)],
            "name": [*HOSTILE[3:6], "", "山头", "孤岛"],
            "lon": 120.70 + 0.02 * np.arange(6),
            "lat": 29.58 + 0.01 * np.arange(6),
            "zone": ["core", "core", "core", "hills", "hills", "hills"],
            "township": ["鹿山街道", "鹿山街道", HOSTILE[4], "长乐镇", "长乐镇", ""],
            "village": list(VILLAGES),
            "age_6_11": [100.0, 100.0, 100.0, 100.0, 100.0, 10.0],
            "age_60_plus": [50.0] * 6,
        }
    )
    facilities = pd.DataFrame(
        {
            "id": ["f1", "f2"], "name": ["第一小学", HOSTILE[6]], "service": ["primary_school"] * 2,
            "lon": [120.70, 120.78], "lat": [29.58, 29.61], "zone": ["core", "hills"],
            "township": ["鹿山街道", "长乐镇"], "capacity": [150.0, np.nan],
        }
    )  # fmt: skip
    candidates = pd.DataFrame(
        {
            "id": ["c1", "c2"], "name": [HOSTILE[0], HOSTILE[7]], "lon": [120.74, 120.79], "lat": [29.60, 29.62],
            "zone": ["core", "hills"], "township": ["鹿山街道", ""], "land": [HOSTILE[5], "=1+1"], "services": ["", ""],
        }
    )  # fmt: skip
    zones = pd.DataFrame(
        {
            "id": ["core", "hills"],
            "name_zh": ["主城区", "山区"],
            "name_en": ["Core", "Hills"],
            "kind": ["urban", "rural"],
        }
    ).set_index("id", drop=False)
    shapes = gpd.GeoDataFrame(
        {"id": ["core", "hills"]},
        geometry=[box(120.69, 29.57, 120.75, 29.61), box(120.75, 29.60, 120.81, 29.64)],
        crs=4326,
    )
    outline = gpd.GeoDataFrame(geometry=[box(120.6, 29.5, 120.9, 29.7)], crs=4326)
    source = Source(
        file="sample/roads.osm.pbf", title="道路 roads", origin="made for the tests", licence="ODbL 1.0",
        attribution="© OpenStreetMap contributors",
    )  # fmt: skip
    return Case(Path("sample"), info, demand, facilities, candidates, zones, shapes, outline, (source,))


def sample_scenario() -> Scenario:
    """One new school."""
    return Scenario.model_validate(
        {
            "schema": 1, "id": "sample", "title_zh": "样例布局", "title_en": "Sample plan", "case": "sample",
            "services": [
                {"service": "primary_school", "formulation": "p_median", "new": 1, "zone_minimum": {"core": 1}},
                {"service": "elderly_care_station", "formulation": "maximal_covering", "budget_yuan": 4_000_000},
            ],
        }
    )  # fmt: skip


def sample_run(*, plan: bool = True) -> RunResult:
    """A plan for two services, or the evaluation of the same case.

    By the hand values of `school`, 100 of 510 children are covered before and 300 after.
    """
    case = sample_case()
    scenario = sample_scenario() if plan else None
    roads = gpd.GeoDataFrame(
        {"name": ["嵊州大道", HOSTILE[4]], "highway": ["primary", "residential"]},
        geometry=[LineString([(120.7, 29.58), (120.8, 29.63)]), LineString([(120.72, 29.58), (120.73, 29.6)])],
        crs=4326,
    )
    empty = gpd.GeoDataFrame({"name": []}, geometry=[], crs=4326)
    places = gpd.GeoDataFrame({"name": ["长乐镇"], "place": ["town"]}, geometry=[Point(120.77, 29.61)], crs=4326)
    return RunResult(
        case=case,
        scenario=scenario,
        services=(school(case, scenario), elders(case, scenario)),
        roads=roads,
        water=empty,
        rail=empty,
        places=places,
        notices=(NOTICE,),
        travel=(("步行 4.8 公里/小时", "walking 4.8 km/h"),),
        notes=(("1 处道路孤岛未计入", "1 island of roads left out"),),
        provenance={"versions": {"siting": "0.1.0"}, "seconds": {"solve": 0.5}},
    )


def school(case: Case, scenario: Scenario | None) -> ServiceResult:
    """Primary school: f1 holds 150, c1 is new; d2 is split between c1 and f2; d5 reaches nothing."""
    outcome = Outcome(Status.OPTIMAL, 3250.0, 3250.0, "minimize", 0.5, "HiGHS", "1.16.0", 7, 1)
    pairs = [("d0", "f1", 1.0, 5.0), ("d1", "c1", 1.0, 8.0), ("d2", "c1", 0.75, 0.0), ("d2", "f2", 0.25, 12.0),
             ("d3", "f2", 1.0, 31.0), ("d4", "f2", 1.0, 45.0)]  # fmt: skip
    return _service(
        case, scenario, "primary_school", "age_6_11",
        before=[5.0, 25.0, 40.0, 31.0, 45.0, np.nan], before_id=["f1", "f1", "f2", "f2", "f2", ""],
        after=[5.0, 8.0, 0.0, 31.0, 45.0, np.nan], after_id=["f1", "c1", "c1", "f2", "f2", ""],
        places=([1500.0, 0, 0, 0, 0, 0], [1500.0, 2500, 2500, 0, 0, 0]),
        pairs=pairs, outcome=outcome,
        names=("p-中位", "p-median"),
    )  # fmt: skip


def elders(case: Case, scenario: Scenario | None) -> ServiceResult:
    """Elderly care: no facility before, c2 new and not proven optimal."""
    outcome = Outcome(Status.TIME_LIMIT, 9.0, 9.3, "maximize", 60.0, "HiGHS", "1.16.0", 7, 1)
    return _service(
        case, scenario, "elderly_care_station", "age_60_plus",
        before=[np.nan] * 6, before_id=[""] * 6,
        after=[np.nan, np.nan, 50.0, 3.0, 2.0, 2.04], after_id=["", "", "c2", "c2", "c2", "c2"],
        places=([0.0] * 6, [0.0, 0, 0, 10_000 / 3, 10_000 / 3, 10_000 / 3]),
        pairs=[("d3", "c2", 1.0, 3.0), ("d4", "c2", 1.0, 2.0), ("d5", "c2", 1.0, 2.04)], outcome=outcome,
        names=("最大覆盖", "maximal covering"),
    )  # fmt: skip


def _service(
    case: Case,
    scenario: Scenario | None,
    name: str,
    ages: str,
    *,
    before: list[float],
    before_id: list[str],
    after: list[float],
    after_id: list[str],
    places: tuple[list[float], list[float]],
    pairs: list[tuple[str, str, float, float]],
    outcome: Outcome,
    names: tuple[str, str],
) -> ServiceResult:
    service = load_service(name)
    if scenario is None:
        after, after_id, places = before, before_id, (places[0], places[0])
        pairs = [(f"d{k}", s, 1.0, t) for k, (s, t) in enumerate(zip(before_id, before, strict=True)) if s]
    persons = case.demand[ages].to_numpy(dtype=np.float64) * service.demand.rate.value
    kinds = list(case.zones["kind"].reindex(case.demand["zone"]))
    standard = np.array([service.threshold[kind].max_minutes.value for kind in kinds])
    trips = pd.DataFrame(pairs, columns=["demand_id", "site_id", "share", "travel_time_min"])
    trips["persons"] = (
        trips["share"] * pd.Series(persons, index=case.demand["id"]).reindex(trips["demand_id"]).to_numpy()
    )
    main = trips.sort_values("share", ascending=False).groupby("demand_id")["site_id"].first()
    mean = (trips["share"] * trips["travel_time_min"]).groupby(trips["demand_id"]).sum()
    demand = case.demand.drop(columns=["age_6_11", "age_60_plus"]).assign(
        zone_kind=kinds,
        population=case.population,
        demand_persons=persons,
        mode=[service.threshold[kind].mode for kind in kinds],
        standard_min=standard,
        nearest_before_min=before,
        nearest_before_id=before_id,
        covered_before=np.array(before) <= standard,
        nearest_after_min=after,
        nearest_after_id=after_id,
        covered_after=np.array(after) <= standard,
        assigned_id=main.reindex(case.demand["id"]).fillna("").to_numpy(),
        assigned_min=mean.reindex(case.demand["id"]).to_numpy(),
        unassigned_persons=persons
        * (1 - trips.groupby("demand_id")["share"].sum().reindex(case.demand["id"], fill_value=0.0).to_numpy()),
        accessibility_before_per_1000=places[0],
        accessibility_after_per_1000=places[1],
        snap_distance_m=[10.0, 20.0, 30.0, 40.0, 50.0, 2500.0],
        off_network=[False] * 5 + [True],
    )
    facilities = case.facilities[case.facilities["service"] == name]
    old = facilities.assign(land="", status="existing", capacity_persons=facilities["capacity"], cost_yuan=0.0)
    opened = set(after_id) - set(facilities["id"]) - {""}
    new = case.candidates.assign(
        status=["new" if key in opened else "candidate" for key in case.candidates["id"]],
        capacity_persons=500.0,
        cost_yuan=2_000_000.0,
    )
    sites = pd.concat([old, new] if scenario is not None else [old], ignore_index=True)
    nearest = pd.DataFrame({"site_id": before_id, "persons": persons})
    sites = sites.assign(
        load_before_persons=loads(list(sites["id"]), nearest[nearest["site_id"] != ""]),
        load_after_persons=loads(list(sites["id"]), trips),
        off_network=False,
        size_class="",
        vehicles=np.nan,
        competitor=False,
    ).drop(columns=["service", "capacity", "services"], errors="ignore")
    question = None
    if scenario is not None:
        question = next(q for q in scenario.services if q.service == name)
    thresholds = {}
    for kind in ("urban", "rural"):
        rule = service.threshold[kind]
        thresholds[kind] = (rule.mode, rule.max_minutes.value, rule.max_minutes.source, rule.max_minutes.verified)
    return ServiceResult(
        service=service,
        question=question,
        thresholds=thresholds,
        sites=sites,
        demand=demand,
        assignments=trips,
        summary=summarise(pd.concat([demand, case.demand[[ages]]], axis=1), [ages]),
        outcome=outcome if scenario is not None else None,
        formulation_zh=names[0] if scenario is not None else "",
        formulation_en=names[1] if scenario is not None else "",
        checks=(Check("目标值相符", "objective agrees", True, "3250 = 3250"),) if scenario is not None else (),
        service_area_before=box(120.69, 29.57, 120.72, 29.6),
        service_area_after=box(120.69, 29.57, 120.75, 29.6) if scenario is not None else None,
        out_of_reach=("d5",) if scenario is not None else (),
        unverified=(("小学 rate = 1：来源", f"{name}.demand.rate = 1"),),
    )
