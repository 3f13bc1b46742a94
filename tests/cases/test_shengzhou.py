"""The shipped Shengzhou case holds what its notice says, and is built the same again."""

from __future__ import annotations

import csv
import hashlib
import json
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import osmium
import pandas as pd
import pytest
import shapely
from pyproj import Transformer
from scipy.spatial import cKDTree
from shapely.geometry import shape

from siting.case import load_case
from siting.cases import shengzhou
from siting.cases.shengzhou import facts, people
from siting.standards import list_services, load_service

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
CASE = DATA / "shengzhou"
TABLES = (
    "demand.csv",
    "facilities.csv",
    "candidates.csv",
    "plots.csv",
    "school_resources.csv",
    "zones.csv",
    "zones.geojson",
    "outline.geojson",
    "case.toml",
)
DRIVE = {
    *("motorway", "motorway_link", "trunk", "primary", "secondary", "tertiary"),
    *("unclassified", "residential", "living_street"),
}
AGES = list(people.AGES)
TO_PLANE = Transformer.from_crs("EPSG:4326", "EPSG:4549", always_xy=True)


def metres(lonlat: np.ndarray) -> np.ndarray:
    return np.column_stack(TO_PLANE.transform(lonlat[:, 0], lonlat[:, 1]))


@dataclass
class Way:
    nodes: list[int]
    tags: dict[str, str]


@dataclass
class Extract:
    """The road file as read by osmium alone, in metres."""

    place: dict[int, tuple[float, float]]
    ways: list[Way]
    spots: list[dict[str, str]]
    areas: list[tuple[dict[str, str], shapely.Geometry]]

    def line(self, way: Way) -> shapely.LineString:
        return shapely.LineString([self.place[n] for n in way.nodes])

    @cached_property
    def drive(self) -> nx.DiGraph:
        graph = nx.DiGraph()
        for way in self.ways:
            if way.tags.get("highway") not in DRIVE or way.tags.get("access") == "private":
                continue
            ahead = way.tags.get("oneway") == "yes" or way.tags.get("junction") == "roundabout"
            for a, b in pairwise(way.nodes):
                length = float(np.hypot(*np.subtract(self.place[a], self.place[b])))
                if way.tags.get("oneway") != "-1":
                    graph.add_edge(a, b, length=length, highway=way.tags["highway"])
                if not ahead:
                    graph.add_edge(b, a, length=length, highway=way.tags["highway"])
        return graph

    @cached_property
    def strong(self) -> set[int]:
        return max(nx.strongly_connected_components(self.drive), key=len)


@pytest.fixture(scope="module")
def extract() -> Extract:
    nodes: dict[int, tuple[float, float]] = {}
    ways: list[Way] = []
    spots: list[dict[str, str]] = []
    areas: list[tuple[dict[str, str], shapely.Geometry]] = []
    factory = osmium.geom.WKBFactory()
    for item in osmium.FileProcessor(str(CASE / "roads.osm.pbf")).with_locations().with_areas():
        if item.is_node():
            nodes[item.id] = (item.location.lon, item.location.lat)
            if len(item.tags):
                spots.append(dict(item.tags))
        elif item.is_way():
            ways.append(Way([n.ref for n in item.nodes], dict(item.tags)))
        elif item.is_area():
            areas.append((dict(item.tags), shapely.from_wkb(bytes.fromhex(factory.create_multipolygon(item)))))
    plane = metres(np.array(list(nodes.values())))
    place = dict(zip(nodes, map(tuple, plane.tolist()), strict=True))
    areas = [(tags, shapely.transform(area, metres)) for tags, area in areas]
    return Extract(place, ways, spots, areas)


@pytest.fixture(scope="module")
def demand() -> pd.DataFrame:
    return pd.read_csv(CASE / "demand.csv", dtype={"id": str})


@pytest.fixture(scope="module")
def facilities() -> pd.DataFrame:
    return pd.read_csv(CASE / "facilities.csv", dtype={"id": str})


@pytest.fixture(scope="module")
def candidates() -> pd.DataFrame:
    return pd.read_csv(CASE / "candidates.csv", dtype={"id": str}, keep_default_na=False)


@pytest.fixture(scope="module")
def plots() -> pd.DataFrame:
    return pd.read_csv(CASE / "plots.csv", dtype={"id": str})


@pytest.fixture(scope="module")
def zones() -> dict[str, shapely.Geometry]:
    features = json.loads((CASE / "zones.geojson").read_text(encoding="utf-8"))["features"]
    return {f["properties"]["id"]: shape(f["geometry"]) for f in features}


@pytest.fixture(scope="module")
def known() -> facts.Facts:
    return facts.read()


def test_the_program_reads_the_case() -> None:
    case = load_case(CASE)
    assert case.population.sum() == facts.POPULATION


# --- people -----------------------------------------------------------------------------------------------------


def test_census_totals_hold_exactly(demand: pd.DataFrame) -> None:
    total = demand[AGES].sum()
    assert total.sum() == 675_226
    assert total[["age_0_2", "age_3_5", "age_6_11", "age_12_14"]].sum() == 75_795
    assert total["age_15_59"] == 404_151
    assert total[["age_60_64", "age_65_79", "age_80_plus"]].sum() == 195_280
    assert total[["age_65_79", "age_80_plus"]].sum() == 139_584


def test_township_totals_are_the_prior(demand: pd.DataFrame, known: facts.Facts) -> None:
    have = demand.groupby("township")[AGES].sum().sum(axis=1).to_dict()
    assert have == {t.name: t.persons for t in known.townships}


def test_people_are_whole_and_every_point_has_some(demand: pd.DataFrame) -> None:
    assert all(pd.api.types.is_integer_dtype(demand[c]) for c in AGES)
    assert demand[AGES].min().min() >= 0
    assert demand[AGES].sum(axis=1).min() > 0


def test_mountain_villages_are_old_and_the_core_is_young(demand: pd.DataFrame) -> None:
    old = demand[["age_60_64", "age_65_79", "age_80_plus"]].sum(axis=1)
    share = old.groupby(demand["zone"]).sum() / demand[AGES].sum(axis=1).groupby(demand["zone"]).sum()
    assert share["hsr_new_town"] < share["urban_core"] < share["towns"] < share["villages"]
    mountain = demand[(demand["zone"] == "villages") & demand["township"].isin(["贵门乡", "下王镇", "谷来镇"])]
    persons = mountain[AGES].to_numpy().sum(axis=1)
    oldest = mountain[["age_60_64", "age_65_79", "age_80_plus"]].to_numpy().sum() / persons.sum()
    assert 0.45 <= oldest <= 0.55
    assert 0.17 < share["urban_core"] < 0.25


def test_demand_points_are_many_and_fine(demand: pd.DataFrame) -> None:
    assert 3_300 <= len(demand) <= 3_800
    count = demand.groupby("zone").size()
    assert count["urban_core"] > 900
    assert count[["development_zone", "hsr_new_town"]].min() > 250
    core = demand[demand["zone"] == "urban_core"]
    plane = metres(core[["lon", "lat"]].to_numpy())
    nearest = cKDTree(plane).query(plane, k=2)[0][:, 1]
    assert 90 < np.median(nearest) < 200


def test_all_villages_and_communities_are_there(demand: pd.DataFrame, known: facts.Facts) -> None:
    names = {t.code: t.name for t in known.townships}
    wanted = {(names[v.township], v.name) for v in known.villages}
    assert len(known.villages) == len(wanted) == 304
    assert set(zip(demand["township"], demand["village"], strict=True)) == wanted


# --- places -----------------------------------------------------------------------------------------------------


def test_ids_are_unique(
    demand: pd.DataFrame, facilities: pd.DataFrame, candidates: pd.DataFrame, plots: pd.DataFrame
) -> None:
    ids = pd.concat([demand["id"], facilities["id"], candidates["id"], plots["id"]])
    assert plots["name"].is_unique
    assert ids.is_unique
    assert demand["name"].is_unique or demand.duplicated(["township", "name"]).sum() == 0
    assert facilities["name"].is_unique
    assert candidates["name"].is_unique


@pytest.mark.parametrize("table", ["demand", "facilities", "candidates", "plots"])
def test_places_lie_in_the_county_and_in_their_zone(
    table: str, zones: dict[str, shapely.Geometry], known: facts.Facts, request: pytest.FixtureRequest
) -> None:
    frame = request.getfixturevalue(table)
    point = shapely.points(frame["lon"], frame["lat"])
    assert shapely.contains(known.outline_degrees, point).all()
    for zone, area in zones.items():
        inside = shapely.contains(area, point)
        assert (inside == (frame["zone"] == zone).to_numpy()).all(), zone


def test_zones_are_disjoint_and_as_large_as_meant(zones: dict[str, shapely.Geometry]) -> None:
    plane = {zone: shapely.transform(area, metres) for zone, area in zones.items()}
    size = {zone: area.area / 1e6 for zone, area in plane.items()}
    assert 17 < size["urban_core"] < 25
    assert 12 < size["development_zone"] < 22
    assert 8 < size["hsr_new_town"] < 15
    assert 1_780 < sum(size.values()) < 1_790
    names = list(plane)
    for k, one in enumerate(names):
        for two in names[k + 1 :]:
            assert plane[one].intersection(plane[two]).area < 500, (one, two)
    kinds = {row["id"]: row["kind"] for row in csv.DictReader((CASE / "zones.csv").open(encoding="utf-8-sig"))}
    assert Counter(kinds.values()) == {"urban": 3, "town": 1, "rural": 1}


def test_nothing_stands_in_water(
    extract: Extract,
    demand: pd.DataFrame,
    facilities: pd.DataFrame,
    candidates: pd.DataFrame,
    plots: pd.DataFrame,
) -> None:
    water = shapely.union_all([area for tags, area in extract.areas if tags.get("natural") == "water"])
    for frame in (demand, facilities, candidates, plots):
        plane = metres(frame[["lon", "lat"]].to_numpy())
        assert not shapely.intersects_xy(water, plane[:, 0], plane[:, 1]).any()


# --- facilities and candidates ----------------------------------------------------------------------------------


def test_facilities_are_plausible(facilities: pd.DataFrame, demand: pd.DataFrame) -> None:
    count = facilities.groupby("service").size()
    assert 45 <= count["primary_school"] <= 60
    assert 180 <= count["health_station"] <= 220
    assert 110 <= count["elderly_care_station"] <= 150
    school = facilities[facilities["service"] == "primary_school"]
    pupils = demand["age_6_11"].sum()
    assert 1.0 <= school["capacity"].sum() / pupils <= 1.15
    seats = school.groupby("zone")["capacity"].sum()
    need = demand.groupby("zone")["age_6_11"].sum()
    for zone in ("urban_core", "development_zone", "hsr_new_town"):
        assert seats[zone] < need[zone], zone
    assert seats["villages"] > 1.1 * need["villages"]
    assert facilities[facilities["service"] == "primary_school"]["capacity"].gt(0).all()


SHARED_SERVICES = {"aed_point", "disability_care", "shared_sports", "elderly_school"}
OLD_SERVICES = ("primary_school", "health_station", "elderly_care_station")


def test_candidates_are_many_and_some_are_restricted(candidates: pd.DataFrame) -> None:
    assert 430 <= len(candidates) <= 480
    named = {s for text in candidates["services"] for s in text.split(";") if s}
    beyond = {"vocational_school", "technician_college", "surge_ward"}  # of any public land, or within a hospital
    beyond |= SHARED_SERVICES  # within facilities of other services
    assert named == set(list_services()) - beyond
    for service in OLD_SERVICES:
        allowed = candidates["services"].map(lambda text, s=service: not text or s in text.split(";"))
        assert allowed.groupby(candidates["zone"]).sum().min() >= 10, service
    assert candidates["land"].str.len().min() > 0


def test_plots_stand_apart_in_the_three_urban_zones_and_fill_over_the_years(
    plots: pd.DataFrame, facilities: pd.DataFrame, candidates: pd.DataFrame
) -> None:
    assert plots.groupby("zone").size().to_dict() == {"urban_core": 7, "development_zone": 9, "hsr_new_town": 10}
    plane = metres(plots[["lon", "lat"]].to_numpy())
    assert cKDTree(plane).query(plane, k=2)[0][:, 1].min() > 100
    others = metres(pd.concat([facilities, candidates])[["lon", "lat"]].to_numpy())
    assert cKDTree(others).query(plane)[0].min() > 24
    lived_in = plots[[f"occupancy_{k}" for k in range(1, 6)]].to_numpy()
    assert (np.diff(lived_in, axis=1) > 0).all()
    assert lived_in.min() > 0.15
    assert lived_in.max() < 0.95
    assert plots["delivery_year"].between(2021, 2033).all()
    persons = plots["floor_m2"] / plots["m2_per_dwelling"] * plots["persons_per_dwelling"]
    assert 30_000 < persons.sum() < 60_000
    assert np.allclose(plots["from_inside"] + plots["from_outside"], 1)


def test_plots_allow_what_the_standards_allow_there(candidates: pd.DataFrame) -> None:
    for land, services in candidates[["land", "services"]].drop_duplicates().itertuples(index=False):
        code = land.split(" ")[0]
        for service in services.split(";") if code.isascii() else []:
            assert not service or code in load_service(service).land, (land, service)


def test_some_plot_takes_each_service(candidates: pd.DataFrame) -> None:
    area = pd.to_numeric(candidates["site_m2"])
    for name in list_services():
        sites = [size.site_m2 for size in load_service(name).sizes if size.site_m2 is not None]
        allowed = candidates["services"].map(lambda text, s=name: not text or s in text.split(";"))
        assert area[allowed].max() >= min(sites, default=0.0), name
    assert (area > 0).all()
    assert set(candidates["existing_building"]) == {"yes", "no"}
    later = pd.to_numeric(candidates["available_from"])
    assert later.notna().sum() > 30
    assert later.min() >= 2026


# --- the other services of a county plan ------------------------------------------------------------------------


def test_the_other_services_come_after_the_first_three(facilities: pd.DataFrame) -> None:
    first = facilities["service"].isin(OLD_SERVICES)
    assert first.sum() == 387
    assert first[:387].all()
    assert facilities["id"].tolist() == [f"f{k:03d}" for k in range(1, len(facilities) + 1)]


def test_the_ledger_covers_a_county(facilities: pd.DataFrame, demand: pd.DataFrame) -> None:
    count = facilities.groupby("service").size()
    expected = {
        **{"kindergarten": 61, "nursery": 15, "junior_school": 26, "senior_high": 7, "vocational_school": 1},
        **{"township_health_centre": 15, "county_hospital": 2, "maternity_hospital": 1, "disease_control_centre": 1},
        **{"ambulance_station": 11, "care_home": 25, "meal_point": 152, "surge_ward": 18},
        **{"aed_point": 21, "disability_care": 7, "shared_sports": 17, "elderly_school": 5},
    }
    assert {name: count[name] for name in expected} == expected
    centres = facilities[facilities["service"] == "township_health_centre"]
    assert set(centres["township"]) == set(demand["township"])
    beds = facilities.loc[facilities["service"] == "care_home", "beds"].sum()
    assert 1.3 < 100 * beds / demand[["age_60_64", "age_65_79", "age_80_plus"]].to_numpy().sum() < 1.8


def test_what_shares_a_place_stands_at_a_facility_of_another_service(facilities: pd.DataFrame) -> None:
    shared = facilities["service"].isin(SHARED_SERVICES)
    assert shared.to_numpy()[-shared.sum() :].all()  # after all others
    places = set(zip(facilities.loc[~shared, "lon"], facilities.loc[~shared, "lat"], strict=True))
    own = facilities[shared]
    hosted = own[[pair in places for pair in zip(own["lon"], own["lat"], strict=True)]]
    count = hosted.groupby("service").size().to_dict()
    assert count == {"aed_point": 21, "disability_care": 7, "shared_sports": 4, "elderly_school": 4}
    for service in SHARED_SERVICES:
        assert not own[own["service"] == service].duplicated(["lon", "lat"]).any(), service


def test_the_maternity_hospital_and_the_disease_control_centre_share_a_place(facilities: pd.DataFrame) -> None:
    pair = facilities[facilities["service"].isin(["maternity_hospital", "disease_control_centre"])]
    assert set(pair["zone"]) == {"development_zone"}
    (one, two) = metres(pair[["lon", "lat"]].to_numpy())
    assert np.hypot(*(one - two)) < 400


def test_ledgers_agree_with_capacity(facilities: pd.DataFrame, demand: pd.DataFrame) -> None:
    for service, ages, size in (("kindergarten", "age_3_5", 30), ("primary_school", "age_6_11", 45),
                                ("junior_school", "age_12_14", 50), ("senior_high", None, 50)):  # fmt: skip
        school = facilities[facilities["service"] == service]
        assert (school["classes"] * size == school["capacity"]).all(), service
        assert (school["enrolment"] <= 1.11 * school["capacity"]).all(), service
        if ages is not None:
            assert 0.8 < school["enrolment"].sum() / demand[ages].sum() < 1.1, service
    home = facilities[facilities["service"] == "care_home"]
    assert (home["beds"] == home["capacity"]).all()
    assert (home["nursing_beds"] + home["dementia_beds"] <= home["beds"]).all()


def test_every_compulsory_school_states_its_resources(facilities: pd.DataFrame) -> None:
    resources = pd.read_csv(CASE / "school_resources.csv")
    schools = facilities[facilities["service"].isin(["primary_school", "junior_school"])]
    assert resources["id"].tolist() == schools["id"].tolist()


# --- roads ------------------------------------------------------------------------------------------------------


def test_the_extract_has_the_size_of_a_county(extract: Extract) -> None:
    assert (CASE / "roads.osm.pbf").stat().st_size < 2_000_000
    assert 25_000 <= len(extract.place) <= 60_000
    assert min(extract.place) > 0
    kinds = Counter(way.tags.get("highway") for way in extract.ways)
    assert DRIVE | {"service", "track", "path", "footway", "steps", "pedestrian"} <= set(kinds)
    assert any(way.tags.get("junction") == "roundabout" for way in extract.ways)
    assert {"yes", "-1"} <= {way.tags.get("oneway") for way in extract.ways}
    assert {"CN:urban", "40;50"} <= {way.tags.get("maxspeed") for way in extract.ways}
    assert any(way.tags.get("access") == "private" for way in extract.ways)
    assert sum("name:en" in way.tags for way in extract.ways if "highway" in way.tags) > 300


def test_ways_are_whole(extract: Extract) -> None:
    for way in extract.ways:
        assert len(way.nodes) >= 2
        assert all(a != b for a, b in pairwise(way.nodes))
        assert all(n in extract.place for n in way.nodes)


def test_no_road_crosses_water_but_on_a_bridge(extract: Extract) -> None:
    water = [extract.line(way) for way in extract.ways if "waterway" in way.tags]
    water += [area for tags, area in extract.areas if tags.get("natural") == "water"]
    tree = shapely.STRtree(water)
    roads = [way for way in extract.ways if "highway" in way.tags and way.tags.get("bridge") != "yes"]
    hit = tree.query([extract.line(way) for way in roads], predicate="intersects")[0]
    assert [roads[k].tags for k in np.unique(hit)[:5]] == []


def test_bridges_over_the_rivers_have_names(extract: Extract) -> None:
    rivers = shapely.STRtree([extract.line(way) for way in extract.ways if way.tags.get("waterway") == "river"])
    bridges = [way for way in extract.ways if way.tags.get("bridge") == "yes" and "highway" in way.tags]
    over = np.unique(rivers.query([extract.line(way) for way in bridges], predicate="intersects")[0])
    nameless = [bridges[k].tags for k in over if "motorway" not in bridges[k].tags["highway"]]
    assert all("bridge:name" in tags for tags in nameless)
    assert max(extract.line(bridges[k]).length for k in over if "motorway" not in bridges[k].tags["highway"]) < 420


def test_the_core_has_about_six_road_bridges(extract: Extract, zones: dict[str, shapely.Geometry]) -> None:
    core = shapely.transform(zones["urban_core"], metres).buffer(400)
    names = {
        way.tags["bridge:name"]
        for way in extract.ways
        if way.tags.get("highway") in DRIVE and "bridge:name" in way.tags and core.intersects(extract.line(way))
    }
    assert 6 <= len(names) <= 11, names


def test_all_streets_can_be_reached_and_left(extract: Extract) -> None:
    assert nx.number_weakly_connected_components(extract.drive) == 1
    left = {h for a, b, h in extract.drive.edges(data="highway") if a not in extract.strong or b not in extract.strong}
    assert left <= {"motorway", "motorway_link"}  # beyond the last junctions, cut at the border as in any extract
    assert len(extract.strong) > 0.94 * extract.drive.number_of_nodes()


def test_motorways_are_joined_only_by_their_ramps(extract: Extract) -> None:
    on: dict[str, set[int]] = {"motorway": set(), "other": set()}
    for way in extract.ways:
        kind = way.tags.get("highway")
        if kind == "motorway":
            on["motorway"].update(way.nodes)
        elif kind and kind != "motorway_link":
            on["other"].update(way.nodes)
    assert not on["motorway"] & on["other"]
    joined = {n for way in extract.ways if way.tags.get("highway") == "motorway_link" for n in way.nodes}
    assert len(joined & on["motorway"]) >= 4 * 6
    assert len(joined & on["other"]) == 6  # toll gates


def test_no_demand_point_is_far_from_a_road(extract: Extract, demand: pd.DataFrame) -> None:
    streets = [
        extract.line(way)
        for way in extract.ways
        if way.tags.get("highway") in DRIVE - {"motorway", "motorway_link"} and way.nodes[0] in extract.strong
    ]
    plane = shapely.points(metres(demand[["lon", "lat"]].to_numpy()))
    distance = shapely.STRtree(streets).query_nearest(plane, return_distance=True, all_matches=False)[1]
    assert distance.max() < 170


def test_facilities_and_candidates_lie_by_a_street(
    extract: Extract, facilities: pd.DataFrame, candidates: pd.DataFrame
) -> None:
    streets = shapely.STRtree([extract.line(w) for w in extract.ways if w.tags.get("highway") in DRIVE])
    for frame in (facilities, candidates):
        plane = shapely.points(metres(frame[["lon", "lat"]].to_numpy()))
        assert streets.query_nearest(plane, return_distance=True, all_matches=False)[1].max() < 120


@pytest.mark.parametrize(
    ("goal", "km"), [("甘霖镇", 12.0), ("崇仁镇", 11.0), ("仙岩镇", 10.0), ("三界镇", 19.0), ("station", 5.0)]
)
def test_road_distances_from_the_core(extract: Extract, known: facts.Facts, goal: str, km: float) -> None:
    strong = sorted(extract.strong)
    tree = cKDTree([extract.place[n] for n in strong])
    seats = {t.name: t.xy for t in known.townships} | {"station": tuple(facts.plane(facts.STATION)[0])}
    start = strong[tree.query(facts.plane(facts.CENTRE)[0])[1]]
    off_road, stop = tree.query(seats[goal])
    metres_by_road = nx.dijkstra_path_length(extract.drive, start, strong[stop], weight="length")
    assert off_road < 500
    assert metres_by_road / 1000 == pytest.approx(km, rel=0.2)


def test_many_roads_end_at_the_last_village(extract: Extract, demand: pd.DataFrame) -> None:
    villages = metres(demand[demand["zone"] == "villages"][["lon", "lat"]].to_numpy())
    graph = extract.drive.to_undirected(as_view=True)
    ends = [n for n in graph if graph.degree(n) == 1]
    near = cKDTree(villages).query([extract.place[n] for n in ends])[0] < 400
    assert near.sum() > 200
    # Far ends: without one stretch of road, a whole village is cut off.
    bridges = nx.Graph(nx.bridges(nx.Graph(graph)))
    tree = cKDTree([extract.place[n] for n in bridges])
    seats = metres(
        demand[(demand["zone"] == "villages") & ~demand["name"].str.contains("组")][["lon", "lat"]].to_numpy()
    )
    assert (tree.query(seats)[0] < 300).sum() > 60


def test_roundabouts_run_anticlockwise(extract: Extract) -> None:
    rings = [extract.line(w) for w in extract.ways if w.tags.get("junction") == "roundabout"]
    whole = [r for r in rings if r.is_closed]
    for ring in whole:
        assert shapely.is_ccw(ring)
    assert len(rings) >= 4


def test_names_on_the_map(extract: Extract, known: facts.Facts) -> None:
    names = {(tags.get("place") or tags.get("railway"), tags.get("name")) for tags in extract.spots}
    assert {("station", "嵊州北站"), ("station", "嵊州新昌站"), ("city", "嵊州市")} <= names
    assert {t.name for t in known.townships} <= {name for kind, name in names if kind in {"town", "suburb"}}
    assert {v.name for v in known.villages} <= {name for _, name in names}
    waters = {w.tags.get("name") for w in extract.ways if w.tags.get("waterway") == "river"}
    assert {"长乐江", "澄潭江", "新昌江", "黄泽江", "剡溪", "曹娥江"} <= waters
    assert {"G15W", "G1512", "G104", "G527"} <= {w.tags.get("ref") for w in extract.ways}


# --- honesty and reproducibility --------------------------------------------------------------------------------


def test_the_case_says_that_it_is_synthetic() -> None:
    text = tomllib.loads((CASE / "case.toml").read_text(encoding="utf-8"))
    assert text["synthetic"] is True
    assert "合成" in text["notice_zh"]
    assert "ynthetic" in text["notice_en"]
    assert any("GCJ-02" in guess["zh"] for guess in text["guesses"])
    assert text["population_total"] == facts.POPULATION


def test_every_outside_byte_is_registered() -> None:
    with (DATA / "sources.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [
        "file",
        "title",
        "origin",
        "licence",
        "attribution_zh",
        "attribution",
        "retrieved",
        "sha256",
        "note",
    ]
    mine = {row["file"]: row for row in rows if row["file"].startswith("shengzhou/")}
    assert set(mine) == {f"shengzhou/facts/{path.name}" for path in (CASE / "facts").iterdir()}
    for name, row in mine.items():
        assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == row["sha256"], name
        assert row["licence"]
        assert row["origin"]
        assert bool(row["attribution_zh"]) == bool(row["attribution"]), name


def content(path: Path) -> list[tuple[object, ...]]:
    result: list[tuple[object, ...]] = []
    for item in osmium.FileProcessor(str(path)):
        tags = tuple(sorted((tag.k, tag.v) for tag in item.tags))
        if item.is_node():
            result.append(("n", item.id, item.location.x, item.location.y, tags))
        elif item.is_way():
            result.append(("w", item.id, tuple(n.ref for n in item.nodes), tags))
        else:
            result.append(("r", item.id, tuple((m.type, m.ref, m.role) for m in item.members), tags))
    return result


@pytest.mark.slow
def test_the_builder_makes_the_committed_case_again(tmp_path: Path) -> None:
    shengzhou.build(tmp_path / "again")
    for name in TABLES:
        assert (tmp_path / "again" / name).read_bytes() == (CASE / name).read_bytes(), name
    assert content(tmp_path / "again" / "roads.osm.pbf") == content(CASE / "roads.osm.pbf")


# --- the arithmetic below it ------------------------------------------------------------------------------------


def test_controlled_rounding_keeps_both_totals() -> None:
    rng = np.random.default_rng(3)
    table = rng.uniform(0, 9, (6, 4))
    table[:, -1] += np.ceil(table.sum(axis=1)) - table.sum(axis=1)
    table[-1] += np.ceil(table.sum(axis=0)) - table.sum(axis=0)
    table[-1, -1] += np.ceil(table[-1].sum()) - table[-1].sum()
    rows, columns = np.round(table.sum(axis=1)).astype(np.int64), np.round(table.sum(axis=0)).astype(np.int64)
    if rows.sum() != columns.sum() or abs(table.sum(axis=0) - columns).max() > 1e-9:
        pytest.fail("the example's own totals must be whole")
    whole = people.controlled_rounding(table, rows, columns)
    assert (whole.sum(axis=1) == rows).all()
    assert (whole.sum(axis=0) == columns).all()
    assert np.abs(whole - table).max() < 1


def test_largest_remainder() -> None:
    assert people.largest_remainder(np.array([1.5, 1.2, 0.3]), 3).tolist() == [2, 1, 0]
    assert people.largest_remainder(np.array([1.0, 1.0, 1.0]), 7).sum() == 7
