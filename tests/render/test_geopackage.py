"""The GeoPackage of an answer: its layers with their values and places, and the styles that QGIS picks up."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as Xml

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from pyproj import Transformer

from siting.render import geopackage
from siting.render.geopackage import write_geopackage, write_plan_geopackage
from siting.render.gis_layers import geographic_crs
from siting.render.map_base import DRAWN_AS
from siting.render.map_style import load_style
from siting.render.qml import MM_PER_PIXEL, rgba
from siting.render.told_layers import told_layers
from siting.render.told_of import told_of
from siting.render.views import Told, place_of
from tests.render.sample_run import HOSTILE, NOTICE, sample_case, sample_run
from tests.render.sample_told import BUILT, LABEL, NAMES, NOTICES, make_told, people

GEOMETRY = {
    "candidates": "Point", "facilities": "Point", "people": "Point", "lines": "LineString", "areas": "MultiPolygon",
    "zones": "MultiPolygon", "outline": "MultiPolygon", "roads": "LineString", "notes": None, "layer_styles": None,
}  # fmt: skip
GROUND = ("zones", "outline", "roads")


@pytest.fixture(scope="module")
def told() -> Told:
    return replace(make_told(), first=("other", "2035"))


@pytest.fixture(scope="module")
def path(told: Told, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gpkg") / "plan.gpkg"
    write_geopackage(told, path)
    return path


def styles(path: Path) -> dict[str, Xml.Element]:
    """The style of each table, by the conditions under which QGIS takes it."""
    with closing(sqlite3.connect(path)) as book:
        rows = book.execute(
            "SELECT f_table_name, styleQML FROM layer_styles WHERE f_table_catalog = '' AND f_table_schema = ''"
            " AND f_geometry_column = 'geom' AND useAsDefault"
        ).fetchall()
    return {name: Xml.fromstring(qml) for name, qml in rows}


def answer_styles(path: Path) -> dict[str, Xml.Element]:
    """Those of the answer's own layers."""
    return {name: style for name, style in styles(path).items() if name not in GROUND}


def test_layers_are_the_maps_the_uppermost_first(path: Path) -> None:
    assert dict(pyogrio.list_layers(path).tolist()) == GEOMETRY
    assert [name for name, _ in pyogrio.list_layers(path).tolist()] == list(GEOMETRY)


def test_rows_of_all_subjects_and_periods_have_the_values_of_the_answer(path: Path) -> None:
    frame = gpd.read_file(path, layer="people")
    assert frame.groupby(["subject", "period"]).size().to_dict() == {
        ("primary_school", "2030"): 60, ("primary_school", "2035"): 60, ("other", "2030"): 30, ("other", "2035"): 30,
    }  # fmt: skip
    expected = people(60, later=True)
    mine = frame[(frame["subject"] == "primary_school") & (frame["period"] == "2035")].reset_index(drop=True)
    assert mine["need"].tolist() == expected["need"].tolist()
    assert np.isnan(mine["minutes"][0])
    assert mine["category"].tolist() == expected["category"].tolist()
    assert set(mine["category_name"]) == {"达标 Within", "未达标 Beyond"}
    assert mine["name"].tolist()[:3] == list(NAMES[:3])
    assert mine["name"][5] == "名字\u202e倒"  # the control character is gone, the rest is as typed
    assert mine.geometry.x.tolist() == expected["lon"].tolist()
    assert mine.geometry.y.tolist() == expected["lat"].tolist()


def test_lines_and_areas_are_where_they_were(path: Path, told: Told) -> None:
    lines = gpd.read_file(path, layer="lines")
    drawn = told.views[0].layers[1].frame
    assert shapely.get_coordinates(lines.geometry.iloc[0]).tolist() == [
        [drawn["from_lon"].iloc[0], drawn["from_lat"].iloc[0]], [drawn["to_lon"].iloc[0], drawn["to_lat"].iloc[0]],
    ]  # fmt: skip
    areas = gpd.read_file(path, layer="areas")
    assert len(areas) == 4
    whole = told.views[0].layers[0].frame.geometry
    assert [area.area for area in areas.geometry[:2]] == pytest.approx([area.area for area in whole])


def test_degrees_are_cgcs2000_and_metres_those_of_the_zone(path: Path, told: Told, tmp_path: Path) -> None:
    write_geopackage(told, tmp_path / "metres.gpkg", crs="EPSG:4549")
    write_geopackage(told, tmp_path / "wgs84.gpkg", crs="EPSG:4326")
    for name, geometry in GEOMETRY.items():
        for file, crs in ((path, "EPSG:4490"), (tmp_path / "metres.gpkg", "EPSG:4549")):
            assert (pyogrio.read_info(file, layer=name)["crs"] == crs) == (geometry is not None)
    assert pyogrio.read_info(tmp_path / "wgs84.gpkg", layer="facilities")["crs"] == "EPSG:4326"
    degrees, metres = (
        gpd.read_file(path, layer="facilities"),
        gpd.read_file(tmp_path / "metres.gpkg", layer="facilities"),
    )
    east, north = Transformer.from_crs("EPSG:4490", "EPSG:4549", always_xy=True).transform(120.6, 29.45)
    assert (degrees.geometry.x[0], degrees.geometry.y[0]) == (120.6, 29.45)
    assert (metres.geometry.x[0], metres.geometry.y[0]) == pytest.approx((east, north), abs=1e-6)
    assert 500_000 < east < 600_000  # east of the central meridian of 120 degrees, false easting of 500 km


def test_columns_are_ascii_and_qgis_shows_both_languages(path: Path) -> None:
    for name, style in answer_styles(path).items():
        fields = pyogrio.read_info(path, layer=name)["fields"].tolist()
        assert all(field.isascii() for field in fields)
        aliases = {alias.get("field"): alias.get("name") for alias in style.iter("alias")}
        assert list(aliases) == fields
    assert {alias.get("name") for alias in styles(path)["people"].iter("alias")} >= {"需求（人） Need (persons)"}


def test_each_category_is_one_rule_with_the_maps_colour_and_symbol(path: Path) -> None:
    found = answer_styles(path)
    assert set(found) == {"candidates", "facilities", "people", "lines", "areas"}
    style = found["facilities"]
    symbols = {symbol.get("name"): symbol for symbol in style.iter("symbol")}
    groups = style.findall("renderer-v2/rules/rule")
    assert [group.get("checkstate") for group in groups] == ["0", "0", "0", None]  # the last is the map's first
    assert groups[3].get("filter") == "\"subject\" = 'other' AND \"period\" = '2035'"
    for group in groups:
        assert [rule.get("filter") for rule in group] == [f"\"category\" = '{one.key}'" for one in BUILT]
        assert [rule.get("label") for rule in group] == [f"{one.zh} {one.en}" for one in BUILT]
        for rule, one in zip(group, BUILT, strict=True):
            symbol = symbols[rule.get("symbol")]
            options = {option.get("name"): option.get("value") for option in symbol.iter("Option")}
            colour = [int(part) for part in str(options["color"]).split(",")]
            assert "#{:02x}{:02x}{:02x}".format(*colour[:3]) == one.colour
            assert options["name"] == one.symbol
            assert float(str(options["size"])) == pytest.approx(one.size_px * MM_PER_PIXEL, abs=0.005)
        levels = [int(str(symbols[rule.get("symbol")].find("layer").get("pass"))) for rule in group]  # type: ignore[union-attr]
        assert levels == [2, 1, 0]  # the first category is drawn over the others
    kinds = {name: {symbol.get("type") for symbol in one.iter("symbol")} for name, one in found.items()}
    assert kinds == {
        "candidates": {"marker"},
        "facilities": {"marker"},
        "people": {"marker"},
        "lines": {"line"},
        "areas": {"fill"},
    }
    assert len(symbols) == len(BUILT)  # what looks the same is described once


def test_every_row_is_drawn_by_exactly_one_rule(path: Path) -> None:
    for name, style in answer_styles(path).items():
        frame = gpd.read_file(path, layer=name)
        drawn = np.zeros(len(frame), dtype=int)
        for group in style.findall("renderer-v2/rules/rule"):
            for rule in group:
                hit = np.ones(len(frame), dtype=bool)
                for part in f"{group.get('filter')} AND {rule.get('filter')}".split(" AND "):
                    field, value = part.split(" = ")
                    hit &= (frame[field.strip('"')] == value.strip("'")).to_numpy()
                drawn += hit
        assert (drawn == 1).all(), name


def test_the_ground_is_drawn_in_the_maps_colours(run_path: Path) -> None:
    found, style = styles(run_path), load_style()
    roads = gpd.read_file(run_path, layer="roads")
    filters = {rule.get("symbol"): str(rule.get("filter")) for rule in found["roads"].iter("rule")}
    assert len(filters) == len(DRAWN_AS)
    for (drawn, tags), symbol in zip(DRAWN_AS.items(), filters, strict=True):
        assert re.findall(r"'(.*?)'", filters[symbol]) == list(tags)
        layers = found["roads"].findall(f"renderer-v2/symbols/symbol[@name='{symbol}']/layer")
        colours = [layer.find("Option/Option[@name='line_color']").get("value") for layer in layers]  # type: ignore[union-attr]
        road = style.roads[drawn]
        assert colours == [rgba(colour) for colour in (road.casing, road.fill) if colour]
    assert set(roads["highway"]) <= {tag for tags in DRAWN_AS.values() for tag in tags}
    named = {str(rule.get("filter")): rule.get("label") for rule in found["zones"].iter("rule")}
    zones = gpd.read_file(run_path, layer="zones")
    outlined = zones[zones["kind"] != "rural"]
    assert named == {
        f"\"id\" = '{row.id}'": f"{row.name_zh} {row.name_en}" for row in outlined.itertuples()
    }  # fmt: skip
    assert len(found["outline"].findall("renderer-v2/rules/rule")) == 1


def test_a_single_view_has_plain_rules_and_a_quote_does_no_harm(told: Told) -> None:
    view = told.views[0]
    layer = view.layers[2]
    odd = replace(layer.categories[0], key="o'brien", zh="<甲>&", en="\x0b")
    frame = layer.frame.assign(category="o'brien")
    one = replace(
        told, first=("", ""), views=(replace(view, layers=(replace(layer, frame=frame, categories=(odd,)),)),)
    )
    (table,) = told_layers(one)
    rules = Xml.fromstring(table.qml).findall("renderer-v2/rules/rule")
    assert [rule.get("filter") for rule in rules] == ["\"category\" = 'o''brien'"]
    assert rules[0].get("label") == "<甲>& "


def test_notes_carry_label_notices_and_sources(path: Path) -> None:
    notes = pyogrio.read_dataframe(path, layer="notes")
    found = notes.groupby("kind")["text_zh"].apply(list)
    assert found["result"] == [LABEL[0]]
    assert found["notice"] == [zh for zh, _ in NOTICES]
    assert found["data_date"] == ["2020-11-01"]
    assert len(found["source"]) > 0


def test_the_same_answer_makes_the_same_file(path: Path, told: Told, tmp_path: Path) -> None:
    again = tmp_path / "again.gpkg"
    again.write_bytes(b"an older file")
    write_geopackage(told, again)
    assert again.read_bytes() == path.read_bytes()


def test_places_without_coordinates_and_layers_without_rows(told: Told, tmp_path: Path) -> None:
    view = told.views[0]
    layer = view.layers[2]
    nowhere = layer.frame.assign(lon=np.where(layer.frame["id"] == "d00003", np.nan, layer.frame["lon"]))
    layers = (replace(layer, frame=nowhere), replace(view.layers[1], frame=view.layers[1].frame.iloc[:0]))
    bare = replace(told, first=("", ""), views=(replace(view, layers=layers),))
    write_geopackage(bare, tmp_path / "bare.gpkg")
    assert "d00003" not in set(gpd.read_file(tmp_path / "bare.gpkg", layer="people")["id"])
    assert len(gpd.read_file(tmp_path / "bare.gpkg", layer="people")) == 59
    assert len(gpd.read_file(tmp_path / "bare.gpkg", layer="lines")) == 0


def test_a_run_folder_has_the_maps_first_period_where_all_are_many_rows(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_plan_geopackage(told, tmp_path / "all.gpkg")
    assert set(gpd.read_file(tmp_path / "all.gpkg", layer="people")["period"]) == {"2030", "2035"}
    monkeypatch.setattr(geopackage, "MOST_ROWS", 100)
    write_plan_geopackage(told, tmp_path / "one.gpkg")
    people_of = gpd.read_file(tmp_path / "one.gpkg", layer="people")
    assert set(people_of["period"]) == {"2035"}
    assert set(people_of["subject"]) == {"primary_school", "other"}
    notes = pyogrio.read_dataframe(tmp_path / "one.gpkg", layer="notes")
    assert any("siting export" in text for text in notes["text_zh"])
    whole = pyogrio.read_dataframe(tmp_path / "all.gpkg", layer="notes")
    assert not any("siting export" in text for text in whole["text_zh"])


def test_a_file_that_is_still_large_has_no_lines(told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geopackage, "MOST_ROWS", 50)
    write_plan_geopackage(told, tmp_path / "few.gpkg")
    names = {name for name, _ in pyogrio.list_layers(tmp_path / "few.gpkg").tolist()}
    assert "lines" not in names
    assert {"people", "facilities", "areas"} <= names
    notes = pyogrio.read_dataframe(tmp_path / "few.gpkg", layer="notes")["text_zh"]
    assert sum("siting export" in text for text in notes) == 2


@pytest.fixture(scope="module")
def run_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("run") / "plan.gpkg"
    write_plan_geopackage(told_of(sample_run()), path)
    return path


def test_a_run_of_one_period_has_all_its_layers(run_path: Path) -> None:
    names = [name for name, _ in pyogrio.list_layers(run_path).tolist()]
    assert names[:3] == ["facilities", "candidates", "lines"]
    assert {"before", "after", "change", "time_before", "time_after", "catchments"} <= set(names)
    assert set(styles(run_path)) == set(names) - {"notes", "layer_styles"}
    notes = pyogrio.read_dataframe(run_path, layer="notes").groupby("kind")["text_zh"].apply(list)
    assert NOTICE[0] in notes["notice"]


def test_facilities_people_and_trips_as_in_the_run(run_path: Path) -> None:
    sites = gpd.read_file(run_path, layer="facilities").set_index("id")
    assert set(sites["category"]) == {"existing", "new"}
    assert sites.loc["c1", "gain"] == 200
    assert sites.loc["c1", "name"] == HOSTILE[0]
    assert sites.loc["f1"].geometry.equals(shapely.Point(120.70, 29.58))
    assert set(gpd.read_file(run_path, layer="candidates")["category"]) == {"candidate"}
    after = gpd.read_file(run_path, layer="after")
    assert len(after) == 12
    last = after[(after["id"] == "d5") & (after["subject"] == "primary_school")].iloc[0]
    assert np.isnan(last["minutes_nearest"])  # unreachable, no number
    lines = gpd.read_file(run_path, layer="lines")
    assert len(lines) == 9
    split = lines[(lines["demand_id"] == "d2") & (lines["site_id"] == "f2")].iloc[0]
    assert split["persons"] == 25
    assert shapely.get_coordinates(split.geometry).ravel() == pytest.approx([120.74, 29.60, 120.78, 29.61])


def test_catchments_are_the_land_of_those_who_mostly_go_to_one_facility(run_path: Path) -> None:
    areas = gpd.read_file(run_path, layer="catchments").set_index("name")
    people_of = gpd.read_file(run_path, layer="after")
    trips = gpd.read_file(run_path, layer="lines")
    for subject, own in trips.groupby("subject"):
        most = own.sort_values("persons", ascending=False, kind="stable").drop_duplicates("demand_id")
        places = people_of[people_of["subject"] == subject].set_index("id")
        sites = gpd.read_file(run_path, layer="facilities")
        names = sites[sites["subject"] == subject].set_index("id")["name"]
        mine = areas[areas["subject"] == subject]
        assert set(mine.index) == {names[key] for key in most["site_id"]}
        for key, served in most.groupby("site_id"):
            area = mine.loc[names[key]]
            assert area["points"] == len(served)
            assert all(area.geometry.buffer(1e-9).contains(places.loc[served["demand_id"]].geometry))
            assert area["persons"] == pytest.approx(own.loc[own["site_id"] == key, "persons"].sum())
        assert shapely.area(mine.geometry).sum() == pytest.approx(shapely.area(mine.union_all()))  # none over another
    assert areas.loc[HOSTILE[0], "persons"] == 175
    assert areas.loc[HOSTILE[0], "minutes"] == pytest.approx(100 * 8 / 175)


def test_layers_of_the_same_points_are_views_of_one_table(run_path: Path) -> None:
    with closing(sqlite3.connect(run_path)) as book:
        kinds = dict(book.execute("SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view')").fetchall())
    views = {name for name, kind in kinds.items() if kind == "view"}
    assert views == {"need", "unmet", "before", "after", "change", "time_before", "time_after"}
    with closing(sqlite3.connect(run_path)) as book:
        rows = pd.read_sql_query("SELECT * FROM after_rows ORDER BY fid", book)
        assert not book.execute("SELECT * FROM gpkg_contents WHERE table_name = 'after_rows'").fetchall()
    assert "after_rows" not in {name for name, _ in pyogrio.list_layers(run_path)}  # their views alone are offered
    places, told = gpd.read_file(run_path, layer="after").geometry, told_of(sample_run())
    for key in views:
        layers = [layer for view in told.views for layer in view.layers if layer.key == key]
        categories = [category for layer in layers for category in layer.frame["category"]]
        assert rows[f"category_{key}"].tolist() == categories
        frame = gpd.read_file(run_path, layer=key)
        assert frame["category"].tolist() == categories
        assert frame["need"].tolist() == rows["need"].tolist()
        assert frame.geometry.geom_equals(places).all()
        looks = {(one.key, f"{one.zh} {one.en}") for layer in layers for one in layer.categories}
        assert set(zip(frame["category"], frame["category_name"], strict=True)) <= looks
        info = pyogrio.read_info(run_path, layer=key)
        assert (info["fid_column"], info["geometry_type"], info["crs"]) == ("OGC_FID", "Point", "EPSG:4490")


def test_layers_whose_rows_differ_are_tables_of_their_own(told: Told, tmp_path: Path) -> None:
    view = told.views[0]
    layer = view.layers[2]
    same = replace(layer, key="same", frame=layer.frame.assign(category=layer.frame["category"].to_numpy()[::-1]))
    other = replace(layer, key="other", frame=layer.frame.assign(need=layer.frame["need"] + 1))
    one = replace(told, first=("", ""), views=(replace(view, layers=(layer, same, other)),))
    write_geopackage(one, tmp_path / "own.gpkg")
    names = [name for name, _ in pyogrio.list_layers(tmp_path / "own.gpkg").tolist()]
    assert names[:3] == ["other", "same", "people"]
    need = [gpd.read_file(tmp_path / "own.gpkg", layer=name)["need"] for name in ("other", "same", "people")]
    assert (need[0] == need[1] + 1).all()
    assert need[1].equals(need[2])
    found = [gpd.read_file(tmp_path / "own.gpkg", layer=name)["category"].tolist() for name in ("same", "people")]
    assert found[0] == found[1][::-1]


def test_an_evaluation_has_no_plan(tmp_path: Path) -> None:
    write_plan_geopackage(told_of(sample_run(plan=False)), tmp_path / "gaps.gpkg")
    names = {name for name, _ in pyogrio.list_layers(tmp_path / "gaps.gpkg").tolist()}
    assert not names & {"after", "change", "lines", "catchments", "area_after"}
    fields = pyogrio.read_info(tmp_path / "gaps.gpkg", layer="before")["fields"]
    assert "minutes_before" in fields
    assert "minutes_after" not in fields


def test_other_countries_are_in_wgs84() -> None:
    place = place_of(sample_case())
    assert geographic_crs(place) == "EPSG:4490"
    other = replace(place, info=place.info.model_copy(update={"projected_crs": "EPSG:32632"}))
    assert geographic_crs(other) == "EPSG:4326"
