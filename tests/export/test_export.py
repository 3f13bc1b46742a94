"""`siting export`: layers and tables of a run in the formats and coordinates that are asked for."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import geopandas as gpd
import openpyxl
import pyogrio
import pytest
import shapely

from siting.cli.main import main
from siting.errors import InputError
from siting.export.run import Wanted, export
from siting.files.run_folder import ANSWER_FILE
from siting.render.told_file import write_told
from tests.render.sample_told import LABEL, NAMES, NOTICES, make_told, people


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place of runs with one run, which has nothing but its data."""
    out = tmp_path_factory.mktemp("runs")
    (out / "sample").mkdir()
    write_told(make_told(), out / "sample" / ANSWER_FILE)
    return out


@pytest.fixture(scope="module")
def folder(out: Path) -> Path:
    written = export(Wanted("sample", out))
    folder = out / "sample_export"
    assert written == {name: folder / name for name in ("geojson", "plan.gpkg", "tables", "tables.xlsx")}
    return folder


def test_geojson_is_wgs84_with_anticlockwise_rings_and_says_how_sure_it_is(folder: Path) -> None:
    names = {path.stem for path in (folder / "geojson").iterdir()}
    assert names == {"people", "facilities", "candidates", "lines", "areas", "zones", "outline"}
    for name in names:
        content = json.loads((folder / "geojson" / f"{name}.geojson").read_text(encoding="utf-8"))
        assert content["type"] == "FeatureCollection"
        assert "crs" not in content  # RFC 7946, section 4
        assert LABEL[0] in content["description"]
        assert NOTICES[0][1] in content["description"]
    points = json.loads((folder / "geojson" / "people.geojson").read_text(encoding="utf-8"))["features"]
    expected = people(60, later=False).iloc[0]
    assert points[0]["geometry"]["coordinates"] == pytest.approx([expected["lon"], expected["lat"]], abs=5e-8)
    assert points[0]["properties"]["name"] == NAMES[0]
    assert points[0]["properties"]["minutes"] is None  # unreachable
    assert points[1]["properties"]["minutes"] == 12.34
    areas = json.loads((folder / "geojson" / "areas.geojson").read_text(encoding="utf-8"))["features"]
    for feature in areas:
        for polygon in feature["geometry"]["coordinates"]:
            rings = [shapely.LinearRing(ring).is_ccw for ring in polygon]
            assert rings == [True] + [False] * (len(rings) - 1)  # section 3.1.6
    assert max(len(polygon) for feature in areas for polygon in feature["geometry"]["coordinates"]) == 2


def test_tables_are_for_excel(folder: Path) -> None:
    path = folder / "tables" / "sample.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0][0] == "名称 Name"
    assert rows[3][0] == "'" + NAMES[2]
    assert openpyxl.load_workbook(folder / "tables.xlsx").sheetnames[0].startswith("声明")


def test_only_what_is_asked_for_in_the_system_asked_for(out: Path, tmp_path: Path) -> None:
    to = tmp_path / "given"
    assert set(export(Wanted(str(out / "sample"), tmp_path, to, "EPSG:4549", ("gpkg",)))) == {"plan.gpkg"}
    assert pyogrio.read_info(to / "plan.gpkg", layer="facilities")["crs"] == "EPSG:4549"
    assert gpd.read_file(to / "plan.gpkg", layer="facilities").geometry.x[0] > 500_000
    assert set(export(Wanted("sample", out, to, None, ("csv", "csv")))) == {"tables"}  # in place of the older export
    assert set(export(Wanted("sample", out, to, None, ("xlsx",)))) == {"tables.xlsx"}


def test_faults_are_told_together(out: Path) -> None:
    with pytest.raises(InputError) as caught:
        export(Wanted("sample", out, out / "sample", "EPSG:3857", ("gpgk", "geojson")))
    faults = caught.value.faults
    assert [(fault.column, fault.value) for fault in faults[:2]] == [("--format", "gpgk"), ("--crs", "EPSG:3857")]
    assert "gpkg" in faults[0].remedy_zh
    assert "EPSG:4549" in faults[1].remedy_zh
    assert faults[2].file == str(out / "sample")  # a run's own folder is never replaced
    assert (out / "sample" / ANSWER_FILE).is_file()
    with pytest.raises(InputError, match="no format"):
        export(Wanted("sample", out, None, None, ()))
    with pytest.raises(InputError, match="there is no result of a run here"):
        export(Wanted("nowhere", out))


def test_the_command(out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["export", "sample", "--out", out, "--to", tmp_path / "here", "--crs", "4549", "--format", "gpkg, CSV"]
    with pytest.raises(SystemExit) as caught:
        main([str(word) for word in [*words, "--json"]])
    assert not caught.value.code
    record = json.loads(capsys.readouterr().out)
    assert record["outputs"] == {name: str(tmp_path / "here" / name) for name in ("plan.gpkg", "tables")}
    with pytest.raises(SystemExit):
        main([str(word) for word in words])
    assert str(tmp_path / "here" / "plan.gpkg") in capsys.readouterr().out
    with pytest.raises(SystemExit) as caught:
        main(["export", "nowhere", "--out", str(out)])
    assert caught.value.code == 2
