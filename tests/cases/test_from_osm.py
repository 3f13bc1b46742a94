"""A case from an OpenStreetMap file: what is found, what is guessed, what is refused."""

from __future__ import annotations

import tomllib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from siting.case import Case, load_case
from siting.cases.from_osm import make_case
from siting.cases.osm_candidates import thin
from siting.cases.summary import CaseSummary
from siting.errors import InputError
from siting.events import Event
from siting.network import read_roads
from siting.pipeline import run_scenario
from siting.prepare import Settings
from siting.scenario import load_scenario
from tests.cases.drawn_town import Drawing, draw_houses, draw_places, draw_streets, draw_town, lonlat
from tests.shared_data import shared_file


def make(drawing: Drawing, folder: Path, **words: object) -> Case:
    made = make_case(drawing.write(folder / "town.osm"), folder / "case", **words)  # type: ignore[arg-type]
    return load_case(made.folder)


def guesses(case: Case) -> str:
    return "\n".join(guess.en for guess in case.info.guesses)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return make(draw_town(), tmp_path_factory.mktemp("town"), population=5000)


def refusal(action: object) -> str:
    with pytest.raises(InputError) as caught:
        action()  # type: ignore[operator]
    return caught.value.faults[0].en


# What a case holds


def test_people_add_up_and_follow_floor_area(town: Case) -> None:
    assert town.population.sum() == pytest.approx(5000, abs=0.5)
    # 100 houses in town, 40 in the village, all alike; the hamlet without houses has its default of 80 people, scaled.
    by_village = town.demand.assign(people=town.population).groupby("village")["people"].sum()
    assert by_village["丙庄"] == pytest.approx(5000 * 80 / (5000 + 80), abs=0.1)
    assert by_village["乙村"] / by_village["甲镇"] == pytest.approx(40 / 100, rel=1e-3)


def test_every_age_has_its_share_everywhere(town: Case) -> None:
    shares = town.demand[town.age_columns].to_numpy() / town.population[:, None]
    assert shares.sum(axis=1) == pytest.approx(1)
    assert shares == pytest.approx(np.broadcast_to(shares[0], shares.shape), abs=1e-3)


def test_facilities_once_each_with_their_capacity_and_level(town: Case) -> None:
    schools = town.facilities[town.facilities["service"] == "primary_school"]
    assert list(schools["name"]) == ["甲镇小学"]  # node and building are one; the 中学 is no primary school
    assert list(schools["capacity"]) == [540]
    clinic = town.facilities[town.facilities["service"] == "health_station"]
    assert list(clinic["name"]) == ["甲镇卫生服务站"]
    assert np.isnan(clinic["capacity"]).all()
    assert "甲镇中学" in guesses(town)


def test_candidates_prefer_land_and_keep_off_water_and_each_other(town: Case) -> None:
    land = town.candidates["land"]
    assert town.candidates["name"].iloc[0] == "老厂房"
    assert land.iloc[0] == "brownfield"
    assert "grass" not in set(land)  # its middle is a pond
    assert (land == "street").sum() >= 20
    shapes = gpd.GeoSeries.from_xy(town.candidates["lon"], town.candidates["lat"], crs="EPSG:4326")
    xy = shapely.get_coordinates(shapes.to_crs(town.info.projected_crs))
    apart = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))[np.triu_indices(len(xy), 1)]
    assert apart.min() >= 59.9


def test_spacing_is_kept(tmp_path: Path) -> None:
    few = make(draw_town(), tmp_path, population=5000, spacing_m=500.0)
    assert 3 <= len(few.candidates) < 15
    assert "no two nearer than 500 m" in guesses(few)


def test_zones_and_townships_follow_places(town: Case) -> None:
    kinds = town.demand.groupby("village")["zone"].unique().map(list).to_dict()
    assert kinds == {"甲镇": ["town"], "乙村": ["rural"], "丙庄": ["rural"]}
    assert set(town.zones.index) == {"town", "rural"}
    assert town.zone_shapes is not None
    shapes = town.zone_shapes.set_index("id").geometry
    points = gpd.GeoSeries.from_xy(town.demand["lon"], town.demand["lat"])
    assert all(shapes[zone].covers(point) for zone, point in zip(town.demand["zone"], points, strict=True))


def test_the_head_names_origin_system_and_every_guess(town: Case) -> None:
    assert town.info.projected_crs == "EPSG:4549"
    assert (town.info.name_zh, town.info.name_en) == ("甲镇", "Jia")
    assert not town.info.synthetic
    assert town.info.notice_zh
    (source,) = town.sources
    assert (source.file, source.licence) == ("roads.osm", "ODbL 1.0")
    assert "OpenStreetMap" in source.attribution
    assert "OpenStreetMap 贡献者" in source.attribution_zh
    for words in ("5,000 was stated", "140 of 140 residential buildings have no storeys tag", "丙庄", "census of 2020"):
        assert words in guesses(town)


def test_the_starter_scenario_is_valid_and_p_median_has_an_answer(town: Case) -> None:
    scenario = load_scenario(town.folder / "scenarios" / "three_services.toml")
    assert [question.service for question in scenario.services] == [
        "primary_school",
        "health_station",
        "elderly_care_station",
    ]
    assert scenario.services[0].formulation == "p_median"
    assert [question.new for question in scenario.services] == [2, 2, 2]
    assert all(question.out_of_reach == "list" for question in scenario.services)


def test_of_a_service_with_no_facility_the_scenario_opens_one_for_each_township(tmp_path: Path) -> None:
    drawing = draw_town()
    for k in range(4):
        drawing.node(200.0 * k, 1000, place="suburb", name=f"街道{k}")
    case = make(drawing, tmp_path, population=5000)
    new = {q.service: q.new for q in load_scenario(case.folder / "scenarios" / "three_services.toml").services}
    assert case.demand["township"].nunique() == 5
    assert new == {"primary_school": 2, "health_station": 2, "elderly_care_station": 5}


def test_without_schools_the_scenario_asks_for_coverage(tmp_path: Path) -> None:
    drawing = Drawing()
    draw_streets(drawing)
    draw_houses(drawing)
    case = make(drawing, tmp_path, population=1000)
    scenario = load_scenario(case.folder / "scenarios" / "three_services.toml")
    assert scenario.services[0].formulation == "maximal_covering"
    assert list(case.zones.index) == ["rural"]  # no place at all: one zone


def test_the_same_file_gives_the_same_case(town: Case, tmp_path: Path) -> None:
    again = make(draw_town(), tmp_path, population=5000)
    for path in sorted(again.folder.rglob("*")):
        if path.is_file():
            assert path.read_bytes() == (town.folder / path.relative_to(again.folder)).read_bytes(), path.name


# Where people live


def test_population_is_estimated_and_said_so(tmp_path: Path) -> None:
    case = make(draw_town(), tmp_path)
    assert case.population.sum() == pytest.approx(140 * 100 * 2 / 40 + 80, rel=0.01)
    assert "No population was stated" in guesses(case)


def test_few_buildings_fall_back_on_places_and_their_streets(tmp_path: Path) -> None:
    case = make(draw_town(houses=False), tmp_path)
    people = case.demand.assign(people=case.population).groupby("village")["people"].sum()
    assert people.to_dict() == pytest.approx({"甲镇": 6000, "乙村": 800, "丙庄": 80}, abs=0.5)
    assert (case.demand["village"] == "甲镇").sum() > 50  # spread over streets, not heaped on one point
    assert "2 without a usable population tag" in guesses(case)


def test_a_city_tagged_with_the_whole_countys_people_counts_by_type(tmp_path: Path) -> None:
    drawing = draw_town(houses=False)
    case = make(drawing, tmp_path, population=6500)  # the town's tag says 6,000 of them
    people = case.demand.assign(people=case.population).groupby("village")["people"].sum()
    assert people["乙村"] / people["甲镇"] == pytest.approx(800 / 8000, rel=1e-4)
    assert "3 without a usable population tag" in guesses(case)


def test_thinning_keeps_each_point_unless_one_kept_before_is_too_near() -> None:
    rng = np.random.default_rng(1)
    xy, spacing = rng.uniform(0, 1000, (300, 2)), rng.uniform(20, 200, 300)
    kept = thin(xy, spacing)
    for k in range(len(xy)):
        before = kept[kept < k]
        near = np.hypot(*(xy[before] - xy[k]).T).min(initial=np.inf) < spacing[k]
        assert near == (k not in kept)


def test_sites_lie_denser_where_more_people_live(tmp_path: Path) -> None:
    """Two towns of the same streets, one with a ninth of the other's houses on each street."""
    drawing = Drawing()
    for east, every in ((0.0, 20), (8000.0, 180)):
        for k in range(11):
            drawing.street(*((east + 100.0 * j, 100.0 * k) for j in range(11)))
            drawing.street(*((east + 100.0 * k, 100.0 * j) for j in range(11)))
            for x in range(10, 1000, every):
                drawing.box(east + x, 100.0 * k + 20, 8, 8, building="house")
    drawing.street((1000, 400), (8000, 400), highway="tertiary")
    case = make(drawing, tmp_path, population=70_000)
    west = case.candidates["lon"] < lonlat(4000, 0)[0]
    assert west.sum() > 1.5 * (~west).sum() > 0


def test_unevenly_mapped_buildings_leave_localities_their_streets_share(tmp_path: Path) -> None:
    """A second town like the first, of which only one street's houses are mapped."""
    drawing = draw_town()
    for k in range(6):
        drawing.street(*((8000 + 200.0 * j, 200.0 * k) for j in range(6)))
        drawing.street(*((8000 + 200.0 * k, 200.0 * j) for j in range(6)))
    drawing.street((3500, 400), (8000, 400), highway="tertiary")
    drawing.node(8500, 500, place="town", name="丁镇")
    for k in range(4):
        drawing.box(8030 + k * 95, 30, 10, 10, building="house")
    case = make(drawing, tmp_path, population=10_000)
    people = case.demand.assign(people=case.population).groupby("village")["people"].sum()
    assert people["丁镇"] == pytest.approx(people["甲镇"], rel=0.1)
    assert "mapped very unevenly" in guesses(case)
    assert "丁镇" in guesses(case)


def test_storeys_count_and_unknown_buildings_must_look_like_homes(tmp_path: Path) -> None:
    drawing = Drawing()
    draw_streets(drawing)
    draw_places(drawing)
    for k in range(50):
        drawing.box(30 + (k % 5) * 30, 30 + (k // 5) * 12, 10, 10, building="house")
    drawing.box(630, 630, 10, 10, building="apartments", building__levels="10")
    drawing.box(650, 630, 10, 10, building="yes")
    drawing.box(670, 630, 4, 4, building="yes")  # a shed
    drawing.box(690, 630, 10, 10, building="yes", shop="supermarket")
    drawing.box(830, 830, 100, 100, landuse="industrial")
    drawing.box(850, 850, 20, 20, building="yes")
    drawing.box(430, 830, 20, 20, building="industrial")
    case = make(drawing, tmp_path, population=None)
    floor = 50 * 200 + 1000 + 200
    assert case.population.sum() == pytest.approx(floor / 40 + 800 + 80, rel=0.01)  # and the two bare places
    for words in ("52 of 56 buildings count", "51 by their type and 1 of unknown", "1 with another use", "1 on non-"):
        assert words in guesses(case)


def test_stated_ages_are_used_and_checked(tmp_path: Path) -> None:
    case = make(draw_town(), tmp_path, population=1000, ages={"age_0_5": 0.1, "age_6_11": 0.2, "age_12_plus": 0.7})
    assert case.age_columns == ["age_0_5", "age_6_11", "age_12_plus"]
    assert case.demand["age_6_11"].sum() == pytest.approx(200, abs=0.1)
    pbf = tmp_path / "town.osm"
    for ages, words in (
        ({"age_0_5": 0.5}, "add up to 1"),
        ({"age_0_9": 0.5, "age_5_plus": 0.5}, "overlap"),
        ({"old": 1.0}, "named like"),
        ({"age_0_plus": -1.0, "age_": 2.0}, "negative"),
    ):
        with pytest.raises(InputError, match=words):
            make_case(pbf, tmp_path / "other", ages=ages)


# Facilities


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("城东小学", True),
        ("实验中学附属小学", True),
        ("九年一贯制学校", True),
        ("第一中心小学", True),
        ("嵊州中学", False),
        ("技工学校", False),
        ("Lycée Albert", False),
        ("Primarschule Triesen", True),
        ("", True),
    ],
)
def test_school_levels_are_told_by_name(tmp_path: Path, name: str, counts: bool) -> None:
    drawing = draw_town()
    drawing.node(1000, 1000, amenity="school", **({"name": name} if name else {}))
    case = make(drawing, tmp_path, population=1000)
    assert len(case.facilities[case.facilities["service"] == "primary_school"]) == 1 + counts


def test_a_nameless_object_never_joins_two_schools(tmp_path: Path) -> None:
    drawing = draw_town()
    drawing.box(900, 900, 20, 20, amenity="school", name="东校小学")
    drawing.box(940, 900, 10, 20, amenity="school")
    drawing.box(970, 900, 20, 20, amenity="school", name="西校小学")
    case = make(drawing, tmp_path, population=1000)
    schools = case.facilities[case.facilities["service"] == "primary_school"]
    assert set(schools["name"]) == {"甲镇小学", "东校小学", "西校小学"}


def test_a_multipolygon_school_and_one_object_of_two_services(tmp_path: Path) -> None:
    drawing = draw_town()
    ring = drawing.box(1030, 1030, 60, 60)
    hole = drawing.box(1050, 1050, 10, 10)
    drawing.relation({ring: "outer", hole: "inner"}, type="multipolygon", amenity="school", name="环形小学")
    drawing.node(650, 250, amenity="clinic", healthcare="clinic", name="综合中心")
    drawing.node(700, 250, amenity="social_facility", healthcare="centre", social_facility="day_care", name="医养中心")
    case = make(drawing, tmp_path, population=1000)
    assert "环形小学" in set(case.facilities["name"])
    both = case.facilities[case.facilities["name"] == "医养中心"]
    assert set(both["service"]) == {"health_station", "elderly_care_station"}
    assert both["id"].is_unique


# Outline


def write_outline(folder: Path, west: float, south: float, east: float, north: float, **words: str) -> Path:
    corners = [lonlat(*point) for point in ((west, south), (east, south), (east, north), (west, north))]
    frame = gpd.GeoDataFrame(geometry=[shapely.Polygon(corners)], crs=words.get("crs", "EPSG:4326"))
    path = folder / "outline.gpkg"
    frame.to_crs(words.get("to", "EPSG:4326")).to_file(path)
    return path


def test_an_outline_cuts_roads_with_a_margin_and_everything_else_sharply(tmp_path: Path) -> None:
    drawing = draw_town()
    drawing.street((3500, 1200), (3500, 20_000), (3600, 20_000), highway="tertiary")
    drawing.street((20_000, 20_000), (20_200, 20_000))
    drawing.box(20_050, 20_000, 10, 10, building="house")
    path = write_outline(tmp_path, -100, -100, 1100, 1100, to="EPSG:4549")  # any system will do
    case = make(drawing, tmp_path, population=5000, outline=path)
    assert case.info.roads == "roads.osm.pbf"
    assert set(case.demand["village"]) == {"甲镇"}
    assert case.outline is not None
    assert "Roads are kept to 5 km" in guesses(case)
    graph = read_roads(case.roads)
    names = {graph.names[code] for code in graph.name_code if code >= 0}
    assert "村道" in names  # leads outside, within the margin
    assert graph.node_lon.max() < lonlat(19_000, 0)[0]
    assert graph.report.ways_cut == 0  # ways are kept whole


def test_an_outline_around_everything_leaves_the_file_as_it_is(tmp_path: Path) -> None:
    path = write_outline(tmp_path, -100, -100, 4000, 5000)
    case = make(draw_town(), tmp_path, population=5000, outline=path)
    assert case.roads.read_bytes() == (tmp_path / "town.osm").read_bytes()
    assert set(case.demand["village"]) == {"甲镇", "乙村", "丙庄"}


@pytest.mark.filterwarnings("ignore:.crs. was not provided")
def test_unusable_outlines_are_refused(tmp_path: Path) -> None:
    osm = draw_town().write(tmp_path / "town.osm")

    def with_outline(path: Path) -> str:
        return refusal(lambda: make_case(osm, tmp_path / "case", outline=path))

    assert "missing" in with_outline(tmp_path / "none.geojson")
    far = write_outline(tmp_path, 90_000, 0, 91_000, 1000)
    assert "does not overlap" in with_outline(far)
    line = tmp_path / "line.gpkg"
    gpd.GeoDataFrame(geometry=[shapely.LineString([(120.8, 29.6), (120.9, 29.7)])], crs="EPSG:4326").to_file(line)
    assert "made of polygons" in with_outline(line)
    bare = tmp_path / "bare.shp"
    gpd.GeoDataFrame(geometry=[shapely.box(120.8, 29.6, 120.9, 29.7)]).to_file(bare)
    assert "no coordinate reference system" in with_outline(bare)
    words = tmp_path / "words.geojson"
    words.write_text("not a map", encoding="utf-8")
    assert "cannot be read" in with_outline(words)
    assert not (tmp_path / "case").exists()


def test_a_chinese_folder_works_throughout(tmp_path: Path) -> None:
    folder = tmp_path / "规划 资料"
    folder.mkdir()
    path = write_outline(folder, -100, -100, 1100, 1100)
    drawing = draw_town()
    drawing.street((3500, 1200), (3500, 20_000), highway="tertiary")
    case = make(drawing, folder, population=5000, outline=path)
    assert case.info.id == "case"
    assert len(case.demand) > 50


# What is refused


def test_broken_files_are_refused_and_nothing_is_left_behind(tmp_path: Path) -> None:
    out = tmp_path / "case"
    whole = draw_town().write(tmp_path / "town.osm").read_bytes()
    cases = {
        "none.osm.pbf": (None, "missing"),
        "half.osm": (whole[: len(whole) // 2], "damaged"),
        "empty.osm.pbf": (b"", "damaged"),
        "text.osm.pbf": (b"hello", "damaged"),
    }
    for name, (content, words) in cases.items():
        if content is not None:
            (tmp_path / name).write_bytes(content)
        assert words in refusal(lambda name=name: make_case(tmp_path / name, out))
    drawing = Drawing()
    draw_houses(drawing)
    draw_places(drawing)
    assert "empty road graph" in refusal(lambda: make_case(drawing.write(tmp_path / "roadless.osm"), out))
    streets = Drawing()
    draw_streets(streets)
    assert "neither enough residential buildings" in refusal(
        lambda: make_case(streets.write(tmp_path / "bare.osm"), out)
    )
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_dir()) == []


@pytest.mark.parametrize("population", [-1.0, 0.0, float("nan"), float("inf")])
def test_a_population_must_be_positive(tmp_path: Path, population: float) -> None:
    osm = draw_town().write(tmp_path / "town.osm")
    assert "above 0" in refusal(lambda: make_case(osm, tmp_path / "case", population=population))
    assert "above 0" in refusal(lambda: make_case(osm, tmp_path / "case", spacing_m=population))


def test_an_old_case_is_replaced_only_by_force_and_keeps_its_scenarios(tmp_path: Path) -> None:
    first = make(draw_town(), tmp_path, population=5000)
    mine = first.folder / "scenarios" / "mine.toml"
    mine.write_text("# mine", encoding="utf-8")
    osm = tmp_path / "town.osm"
    assert "there already" in refusal(lambda: make_case(osm, first.folder))
    make_case(osm, first.folder, population=7000, force=True)
    assert mine.read_text(encoding="utf-8") == "# mine"
    assert load_case(first.folder).population.sum() == pytest.approx(7000, abs=0.5)
    other = tmp_path / "photos"
    other.mkdir()
    (other / "holiday.jpg").write_bytes(b"x")
    assert "never replaced" in refusal(lambda: make_case(osm, other, force=True))
    assert (other / "holiday.jpg").exists()


def test_names_with_quotes_and_controls_survive(tmp_path: Path) -> None:
    case = make(draw_town(), tmp_path, population=10, name_zh='甲"镇\\', name_en="<b>Jia</b>\x7f")
    raw = tomllib.loads((case.folder / "case.toml").read_text(encoding="utf-8"))
    assert raw["name_zh"] == '甲"镇\\'


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[Event] = []
    make_case(draw_town().write(tmp_path / "town.osm"), tmp_path / "case", population=10, listener=told.append)
    assert [e.stage for e in told if e.kind == "start"] == [
        "extract",
        "roads",
        "objects",
        "demand",
        "candidates",
        "case",
    ]


# A real country


def test_liechtenstein_from_extract_to_plan(tmp_path: Path) -> None:
    pbf = shared_file("data", "osm", "liechtenstein.osm.pbf")
    made: CaseSummary = make_case(pbf, tmp_path / "li", population=36_800)
    case = load_case(made.folder)
    assert case.info.projected_crs == "EPSG:32632"
    assert case.info.data_date == "2013-08-03"
    assert 1000 < len(case.demand) < 4000
    assert 10 <= len(case.facilities) <= 16
    assert 150 <= len(case.candidates) <= 250
    people = case.demand.assign(people=case.population).groupby("township")["people"].sum()
    assert len(people) == 11  # the communes, by their boundaries
    # Balzers has a third of all mapped buildings and an eighth of the people (4,571 of 36,800 at the time).
    assert people["Balzers"] == pytest.approx(4571, rel=0.15)
    assert people["Vaduz"] == pytest.approx(5372, rel=0.25)
    # The main job answers at once.
    result = run_scenario(made.scenario, Settings(cache=None, service_areas=False))
    for service in result.services:
        assert service.outcome is not None
        assert service.outcome.proven
        assert all(check.passed for check in service.checks)
        assert service.headline("after")["covered_share"] > max(0.8, service.headline("before")["covered_share"])
