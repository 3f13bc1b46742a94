from __future__ import annotations

import dataclasses

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from siting.render.geopackage import write_geopackage
from siting.render.gis_layers import geographic_crs
from tests.render.sample_run import HOSTILE, NOTICE, sample_case, sample_run

GEOMETRY = {
    "facilities": "Point", "candidates": "Point", "demand": "Point", "assignments": "LineString",
    "catchments": "Polygon", "service_areas": "MultiPolygon", "zones": "MultiPolygon", "outline": "MultiPolygon",
    "roads": "LineString", "notes": None,
}  # fmt: skip


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("gpkg") / "plan.gpkg"
    write_geopackage(sample_run(), path)
    return path


def test_layers_and_their_geometry(path):
    assert dict(pyogrio.list_layers(path).tolist()) == GEOMETRY


def test_columns_are_ascii_snake_case_and_coordinates_cgcs2000(path):
    for name, geometry in GEOMETRY.items():
        info = pyogrio.read_info(path, layer=name)
        assert all(field.isascii() and field == field.lower() and " " not in field for field in info["fields"])
        assert (info["crs"] == "EPSG:4490") == (geometry is not None)


def test_facilities_and_demand_as_in_the_run(path):
    sites = gpd.read_file(path, layer="facilities").set_index("id")
    assert set(sites["status"]) == {"existing", "new"}
    assert sites.loc["c1", "newly_covered_persons"] == 200
    assert np.isnan(sites.loc["f1", "newly_covered_persons"])
    assert sites.loc["c1", "name"] == HOSTILE[0]
    assert sites.loc["f1"].geometry.equals(shapely.Point(120.70, 29.58))
    assert set(gpd.read_file(path, layer="candidates")["status"]) == {"candidate"}
    demand = gpd.read_file(path, layer="demand")
    assert len(demand) == 12
    last = demand[(demand["id"] == "d5") & (demand["service"] == "primary_school")].iloc[0]
    assert np.isnan(last["nearest_after_min"])  # unreachable, no number
    assert bool(last["off_network"])
    assert (last["accessibility_before_per_1000"], last["accessibility_after_per_1000"]) == (0, 0)


def test_assignments_join_people_and_facilities(path):
    lines = gpd.read_file(path, layer="assignments")
    assert len(lines) == 9
    split = lines[(lines["demand_id"] == "d2") & (lines["site_id"] == "f2")].iloc[0]
    assert split["persons"] == 25
    assert shapely.get_coordinates(split.geometry).ravel() == pytest.approx([120.74, 29.60, 120.78, 29.61])


def test_catchments_hold_their_demand_points(path):
    areas = gpd.read_file(path, layer="catchments").set_index("site_id")
    demand = gpd.read_file(path, layer="demand").drop_duplicates("id").set_index("id")
    lines = gpd.read_file(path, layer="assignments")
    assert set(areas.index) == {"f1", "c1", "f2", "c2"}
    for _, line in lines.iterrows():
        assert areas.loc[line["site_id"]].geometry.contains(demand.loc[line["demand_id"]].geometry)
    assert areas.loc["c1", "persons"] == 175
    assert areas.loc["c1", "mean_min"] == pytest.approx(100 * 8 / 175)
    assert areas["note"].str.contains("非边界").all()


def test_notes_carry_label_and_notices(path):
    notes = pyogrio.read_dataframe(path, layer="notes")
    found = notes.groupby("kind")["text_zh"].apply(list)
    assert found["result"][0] == "已证明最优"
    assert NOTICE[0] in found["notice"]
    assert "合成数据" in found["caveat"][0]
    assert any("OpenStreetMap" in text for text in found["source"])


def test_an_evaluation_has_no_after(tmp_path):
    write_geopackage(sample_run(plan=False), tmp_path / "gaps.gpkg")
    fields = pyogrio.read_info(tmp_path / "gaps.gpkg", layer="demand")["fields"]
    assert "nearest_before_min" in fields
    assert "nearest_after_min" not in fields
    assert "accessibility_before_per_1000" in fields
    assert "accessibility_after_per_1000" not in fields
    assert set(gpd.read_file(tmp_path / "gaps.gpkg", layer="service_areas")["plan_state"]) == {"before"}


def test_empty_layers_are_there_all_the_same(tmp_path):
    run = sample_run()
    case = dataclasses.replace(run.case, zone_shapes=None, outline=None)
    bare = tuple(
        dataclasses.replace(
            s,
            assignments=s.assignments.iloc[:0],
            sites=s.sites.iloc[:0],
            service_area_before=None,
            service_area_after=shapely.Polygon(),
        )
        for s in run.services
    )
    result = dataclasses.replace(run, case=case, services=bare, roads=run.roads.iloc[:0])
    write_geopackage(result, tmp_path / "bare.gpkg")
    assert dict(pyogrio.list_layers(tmp_path / "bare.gpkg").tolist()) == GEOMETRY
    for name in ("facilities", "assignments", "catchments", "service_areas", "zones", "outline", "roads"):
        layer = gpd.read_file(tmp_path / "bare.gpkg", layer=name)
        assert layer.empty
        assert len(layer.columns) > 1


def test_an_older_file_is_replaced(path, tmp_path):
    target = tmp_path / "plan.gpkg"
    target.write_bytes(path.read_bytes())
    write_geopackage(sample_run(plan=False), target)
    assert len(gpd.read_file(target, layer="facilities")) == 2


def test_other_countries_are_in_wgs84():
    case = sample_case()
    assert geographic_crs(case) == "EPSG:4490"
    other = dataclasses.replace(case, info=case.info.model_copy(update={"projected_crs": "EPSG:32632"}))
    assert geographic_crs(other) == "EPSG:4326"
