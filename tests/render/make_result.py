"""A run of a made-up county for the tests of maps: as many people, roads and facilities as asked for.

Everything follows from `seed`. Names that mean harm stand among the others: in demand points, facilities, zones,
roads, places, sources and notices.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import LineString, Point, Polygon, box

from siting.case import Case, CaseFile, Source
from siting.evaluation.metrics import loads, summarise
from siting.results import Check, RunResult, ServiceResult
from siting.scenario import Scenario
from siting.solution import Outcome, Status
from siting.standards import Service, load_service
from tests.hostile.names import HOSTILE

WEST, SOUTH, EAST, NORTH = 120.60, 29.40, 121.00, 29.75
CORE = (120.78, 29.57)
NOTICE = ("示例数据：道路与人口分布为合成", "Synthetic data: roads and the distribution of people are invented")


def make_result(
    *,
    demand_points: int = 200,
    sites: int = 40,
    services: tuple[str, ...] = ("primary_school", "health_station", "elderly_care_station"),
    roads: int = 300,
    planned: bool = True,
    bare: bool = False,
    hostile: bool = True,
    seed: int = 1,
) -> RunResult:
    """A whole run.

    Args:
        demand_points: how many places.
        sites: facilities and candidates of each service.
        services: ids of data/standards/.
        roads: how many lines of road.
        planned: False makes an evaluation as it stands.
        bare: no outline, zone shapes, water, railways, places and facilities.
        hostile: put `HOSTILE` among the names.
        seed: of the random numbers.
    """
    rng = np.random.default_rng(seed)
    words = HOSTILE if hostile else ()
    demand = _demand(rng, demand_points, words)
    case = _case(demand, words, bare=bare)
    results = tuple(
        _service(rng, case, load_service(name), sites, words, planned=planned, empty=bare) for name in services
    )
    scenario = _scenario(services) if planned else None
    return RunResult(
        case=case,
        scenario=scenario,
        services=results,
        roads=_roads(rng, roads, words),
        water=_frame([] if bare else _water(words)),
        rail=_frame([] if bare else [("rail", "铁路", LineString([(WEST, 29.6), (120.8, 29.5), (EAST, 29.52)]))]),
        places=_frame([] if bare else _places(words)),
        green=_frame([] if bare else [("forest", "", box(120.62, 29.65, 120.7, 29.73))]),
        stations=_frame([] if bare else [("station", words[0] if words else "嵊州站", Point(120.8, 29.5))]),
        notices=(NOTICE, *((word, word) for word in words[:4])),
        notes=(("有 3 个点离路网较远", "three points are far from the roads"),),
    )


def _demand(rng: np.random.Generator, count: int, words: tuple[str, ...]) -> pd.DataFrame:
    in_core = np.arange(count) < count // 2
    lon = np.where(in_core, rng.normal(CORE[0], 0.015, count), rng.uniform(WEST + 0.02, EAST - 0.02, count))
    lat = np.where(in_core, rng.normal(CORE[1], 0.012, count), rng.uniform(SOUTH + 0.02, NORTH - 0.02, count))
    names = [f"村{k}" for k in range(count)]
    for k, word in enumerate(words[:count]):
        names[k] = word
    return pd.DataFrame(
        {
            "id": [f"d{k:05d}" for k in range(count)],
            "name": names,
            "lon": lon,
            "lat": lat,
            "zone": np.where(in_core, "core", "rest"),
            "township": np.where(in_core, "城关镇", words[2] if words else "山里乡"),
            "village": [f"村委会{k // 3}" for k in range(count)],
            "age_6_11": np.round(rng.gamma(1.5, 8, count)),
            "age_60_plus": np.round(rng.gamma(1.5, 30, count)),
        }
    )


def _case(demand: pd.DataFrame, words: tuple[str, ...], *, bare: bool) -> Case:
    info = CaseFile.model_validate(
        {
            "schema": 1, "id": "made-up", "name_zh": "样例县", "name_en": "Sample county",
            "projected_crs": "EPSG:4549", "synthetic": True, "notice_zh": NOTICE[0], "notice_en": NOTICE[1],
            "data_date": "2020-11-01",
        }
    )  # fmt: skip
    zones = pd.DataFrame(
        [
            {"id": "core", "name_zh": "主城区", "name_en": "Core", "kind": "urban"},
            {"id": "rest", "name_zh": words[3] if words else "乡村", "name_en": "Villages", "kind": "rural"},
        ]
    ).set_index("id", drop=False)
    core = Point(CORE).buffer(0.04)
    shapes = gpd.GeoDataFrame({"id": ["core"]}, geometry=[core], crs="EPSG:4326")
    corners = [(WEST, SOUTH), (120.8, SOUTH - 0.03), (EAST, SOUTH), (EAST + 0.03, 29.6), (EAST, NORTH), (WEST, NORTH)]
    outline = gpd.GeoDataFrame(geometry=[Polygon(corners)], crs="EPSG:4326")
    source = Source(
        file="roads.osm.pbf", title="道路", origin="made up", licence=words[2] if words else "ODbL",
        attribution_zh="© OpenStreetMap 贡献者，openstreetmap.org/copyright",
        attribution="© OpenStreetMap contributors, openstreetmap.org/copyright",
    )  # fmt: skip
    empty = pd.DataFrame(columns=["id", "name", "lon", "lat", "zone", "township"])
    return Case(
        folder=Path("made-up"),
        info=info,
        demand=demand,
        facilities=empty,
        candidates=empty,
        zones=zones,
        zone_shapes=None if bare else shapes,
        outline=None if bare else outline,
        sources=(source,),
    )


def _service(
    rng: np.random.Generator,
    case: Case,
    service: Service,
    count: int,
    words: tuple[str, ...],
    *,
    planned: bool,
    empty: bool,
) -> ServiceResult:
    """Nearest facilities as the crow flies at 30 km/h; the plan opens every fifth candidate."""
    demand = case.demand
    sites = _sites(rng, demand, 0 if empty else count, words)
    existing = (sites["status"] == "existing").to_numpy(dtype=bool)
    chosen = (np.arange(len(sites)) % 5 == 0) & ~existing
    open_after = existing | chosen if planned else existing
    ages = ["age_60_plus"] if service.demand.from_age >= 60 else ["age_6_11"]
    persons = demand[ages].sum(axis=1).to_numpy(dtype=np.float64, copy=True)
    persons[: len(persons) // 20] = 0
    kind = np.where(demand["zone"] == "core", "urban", "rural")
    standard = np.where(kind == "urban", 10.0, 30.0)
    minutes = _minutes(demand, sites)
    site_before, before = _nearest(minutes, existing)
    site_after, after = _nearest(minutes, open_after)
    ids = np.append(sites["id"].to_numpy(dtype=object), "")
    frame = pd.DataFrame(
        {
            **{name: demand[name] for name in ("id", "name", "lon", "lat", "zone")},
            "zone_kind": kind,
            "township": demand["township"],
            "village": demand["village"],
            "population": demand[["age_6_11", "age_60_plus"]].sum(axis=1),
            "demand_persons": persons,
            "mode": np.where(kind == "urban", "walk", "drive"),
            "standard_min": standard,
            "nearest_before_min": before,
            "nearest_before_id": ids[site_before],
            "covered_before": before <= standard,
            "nearest_after_min": after,
            "nearest_after_id": ids[site_after],
            "covered_after": after <= standard,
            "assigned_id": ids[site_after],
            "assigned_min": after,
            "unassigned_persons": np.where(np.isnan(after), persons, 0.0),
            "accessibility_before_per_1000": 100.0 * (before <= standard),
            "accessibility_after_per_1000": 150.0 * (after <= standard),
            "snap_distance_m": 20.0,
            "off_network": False,
        }
    )
    assigned = _assignments(frame, sites, minutes)
    status = np.where(existing, "existing", np.where(open_after, "new", "candidate"))
    if planned and len(status) > 2:
        status[np.flatnonzero(existing)[-1:]] = "closed"
    found = sites.assign(
        status=status,
        load_before_persons=loads(list(sites["id"]), assigned),
        load_after_persons=loads(list(sites["id"]), assigned),
    )
    outcome = Outcome(Status.OPTIMAL, 10.0, 10.0, "minimize", 1.0, "HiGHS", "1.16", 0, 1) if planned else None
    area = Point(CORE).buffer(0.03) if not empty else None
    return ServiceResult(
        service=service,
        question=_scenario((service.id,)).services[0] if planned else None,
        thresholds={
            "urban": ("walk", 10.0, "GB 50180-2018", False),
            "rural": ("drive", 30.0, words[2] if words else "-", True),
        },
        sites=found,
        demand=frame,
        assignments=assigned,
        summary=summarise(pd.concat([frame, demand[ages]], axis=1), ages),
        outcome=outcome,
        formulation_zh="p-中位" if planned else "",
        formulation_en="p-median" if planned else "",
        checks=(Check("容量", "capacity", True, words[2] if words else ""),) if planned else (),
        service_area_before=area,
        service_area_after=area.buffer(0.01) if planned and area is not None else None,
        out_of_reach=tuple(frame["id"][np.isnan(after)]) if planned else (),
        unverified=(("小学 threshold.urban = 10", "primary_school.threshold.urban = 10"),),
    )


def _sites(rng: np.random.Generator, demand: pd.DataFrame, count: int, words: tuple[str, ...]) -> pd.DataFrame:
    places = rng.choice(len(demand), size=count)
    names = [f"设施{k}" for k in range(count)]
    for k, word in enumerate(words[:count]):
        names[k] = word
    return pd.DataFrame(
        {
            "id": [f"s{k}" for k in range(count)],
            "name": names,
            "lon": demand["lon"].to_numpy()[places] + 0.002,
            "lat": demand["lat"].to_numpy()[places] + 0.001,
            "zone": demand["zone"].to_numpy()[places],
            "township": demand["township"].to_numpy()[places],
            "land": words[5] if words else "R2",
            "status": np.where(np.arange(count) < count // 3, "existing", "candidate"),
            "capacity_persons": np.where(np.arange(count) % 4 == 0, np.nan, 500.0),
            "cost_yuan": np.where(np.arange(count) < count // 3, 0.0, 2e7),
            "off_network": False,
            "size_class": "",
            "vehicles": np.nan,
            "competitor": False,
        }
    )


def _minutes(demand: pd.DataFrame, sites: pd.DataFrame) -> np.ndarray:
    """(I, S) minutes; NaN beyond an hour."""
    dx = (demand["lon"].to_numpy()[:, None] - sites["lon"].to_numpy()) * 96.5
    dy = (demand["lat"].to_numpy()[:, None] - sites["lat"].to_numpy()) * 110.9
    minutes = np.hypot(dx, dy) * 2
    return np.where(minutes <= 20, minutes, np.nan)


def _nearest(minutes: np.ndarray, usable: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if not usable.any():
        return np.full(len(minutes), -1), np.full(len(minutes), np.nan)
    times = np.where(usable & ~np.isnan(minutes), minutes, np.inf)
    best = times.min(axis=1)
    return np.where(np.isfinite(best), times.argmin(axis=1), -1), np.where(np.isfinite(best), best, np.nan)


def _assignments(frame: pd.DataFrame, sites: pd.DataFrame, minutes: np.ndarray) -> pd.DataFrame:
    """Everybody to the nearest, but one place is split over two."""
    rows = frame[(frame["assigned_id"] != "") & (frame["demand_persons"] > 0)]
    table = pd.DataFrame(
        {
            "demand_id": rows["id"], "site_id": rows["assigned_id"], "share": 1.0,
            "persons": rows["demand_persons"], "travel_time_min": rows["assigned_min"],
        }
    ).reset_index(drop=True)  # fmt: skip
    if len(table) and len(sites) > 1:
        first = table.iloc[0]
        index = int(frame.index[frame["id"] == first["demand_id"]][0])
        other = int(np.nanargmax(np.where(sites["id"] == first["site_id"], np.nan, minutes[index])))
        table.loc[0, ["share", "persons"]] = [0.75, first["persons"] * 0.75]
        table.loc[len(table)] = [
            first["demand_id"],
            sites["id"][other],
            0.25,
            first["persons"] * 0.25,
            minutes[index, other],
        ]
    return table


def _scenario(services: tuple[str, ...]) -> Scenario:
    return Scenario.model_validate(
        {
            "schema": 1, "id": "sample", "title_zh": "样例县三项服务布局",
            "title_en": "Three services in a sample county",
            "case": "made-up", "services": [{"service": s, "formulation": "p_median", "new": 5} for s in services],
        }
    )  # fmt: skip


def _frame(rows: list[tuple[str, str, object]]) -> gpd.GeoDataFrame:
    columns = {name: [row[k] for row in rows] for k, name in enumerate(("kind", "name"))}
    english = ["" for _ in rows]
    return gpd.GeoDataFrame({**columns, "name_en": english}, geometry=[row[2] for row in rows], crs="EPSG:4326")


def _water(words: tuple[str, ...]) -> list[tuple[str, str, object]]:
    river = LineString([(120.7, SOUTH), (120.79, 29.55), (120.82, 29.6), (120.84, NORTH)])
    return [
        ("river", words[1] if words else "剡溪", river),
        ("stream", "", LineString([(120.65, 29.6), (120.75, 29.56)])),
        ("reservoir", "水库", Point(120.68, 29.48).buffer(0.008)),
    ]


def _places(words: tuple[str, ...]) -> list[tuple[str, str, object]]:
    rows = [
        ("city", "样例县", Point(CORE)),
        ("town", "山里乡", Point(120.68, 29.68)),
        ("village", "西村", Point(120.64, 29.5)),
    ]
    return rows + [("village", word, Point(120.9, 29.42 + 0.015 * k)) for k, word in enumerate(words)]


def _roads(rng: np.random.Generator, count: int, words: tuple[str, ...]) -> gpd.GeoDataFrame:
    kinds = ("motorway", "trunk", "primary", "secondary", "tertiary", "residential", "service", "footway")
    start = np.column_stack([rng.uniform(WEST, EAST, count), rng.uniform(SOUTH, NORTH, count)])
    steps = rng.normal(0, 0.004, (count, 6, 2)).cumsum(axis=1)
    lines = [LineString(start[k] + steps[k]) for k in range(count)]
    names = [f"路{k % 40}" if k % 3 else "" for k in range(count)]
    for k, word in enumerate(words[:count]):
        names[k] = word
    highway = [kinds[min(7, int(k**0.5) % 8)] for k in range(count)]
    return gpd.GeoDataFrame({"name": names, "highway": highway}, geometry=lines, crs="EPSG:4326")


def without_demand(result: RunResult) -> RunResult:
    """The same run of a place where nobody needs anything."""
    services = tuple(
        replace(service, demand=service.demand.assign(demand_persons=0.0), assignments=service.assignments.iloc[:0])
        for service in result.services
    )
    return replace(result, services=services)
