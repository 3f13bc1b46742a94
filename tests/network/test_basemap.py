from __future__ import annotations

from pathlib import Path

import pytest
import shapely

from siting.errors import InputError
from siting.network import read_basemap
from tests.network.drawn_map import drawn_xml, place

DRAWING = """
    A---B     E---F
    |   |     |   |
    D---C     H---G
     p  q  s
    i---------j
"""
WAYS = {
    "ABCDA": {"natural": "water", "name": "南山湖"},
    "EFGHE": {"landuse": "forest"},
    "ij": {"waterway": "river", "name": "剡溪", "name:en": "Shan Brook"},
    "ji": {"railway": "rail"},
    "ih": {"waterway": "stream"},
    "ie": {"highway": "primary"},
    "AB": {"railway": "rail", "service": "yard"},
}
NODES = {
    "p": {"place": "village", "name": "华堂村", "name:zh": "华堂", "name:en": "Huatang"},
    "q": {"place": "sea"},
    "s": {"railway": "station", "name": "嵊州新昌站"},
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "base.osm"
    file.write_text(drawn_xml(DRAWING, WAYS, node_tags=NODES), encoding="utf-8")
    return file


def test_layers(path: Path) -> None:
    base = read_basemap(path)
    assert base.water[["kind", "name"]].values.tolist() == [["water", "南山湖"]]
    assert base.waterways[["kind", "name", "name_en"]].values.tolist() == [["river", "剡溪", "Shan Brook"]]
    assert base.green["kind"].tolist() == ["forest"]
    assert base.railways["kind"].tolist() == ["rail"]
    assert base.stations["name"].tolist() == ["嵊州新昌站"]
    row = base.places.iloc[0]
    assert (len(base.places), row["kind"], row["name"], row["name_zh"], row["name_en"]) == (
        1,
        "village",
        "华堂村",
        "华堂",
        "Huatang",
    )
    assert (row.geometry.x, row.geometry.y) == pytest.approx(place(100, -300), abs=1e-6)
    assert base.water.crs == "EPSG:4326"
    assert base.water.geometry.iloc[0].covers(shapely.Point(*place(200, -100)))


def test_lakes_with_islands_are_put_together_from_their_rings(tmp_path: Path) -> None:
    drawing = "A---------B\n\n  E---F\n  |   |\n  H---G\n\nD---------C"
    xml = drawn_xml(drawing, {"ABC": {}, "CDA": {}, "EFGHE": {}})
    relation = (
        '<relation id="7" version="1"><member type="way" ref="1001" role="outer"/>'
        '<member type="way" ref="1002" role="outer"/><member type="way" ref="1003" role="inner"/>'
        '<tag k="type" v="multipolygon"/><tag k="natural" v="water"/><tag k="water" v="river"/></relation>'
    )
    path = tmp_path / "lake.osm"
    path.write_text(xml.replace("</osm>", relation + "</osm>"), encoding="utf-8")
    lake = read_basemap(path).water
    assert lake["kind"].tolist() == ["river"]
    assert not lake.geometry.iloc[0].covers(shapely.Point(*place(400, -300)))
    assert lake.geometry.iloc[0].covers(shapely.Point(*place(50, -50)))


def test_clipped_to_a_box(path: Path) -> None:
    west, south = place(-50, -450)
    east, north = place(250, -50)
    base = read_basemap(path, bbox=(west, south, east, north))
    assert len(base.green) == 0
    assert len(base.stations) == 0
    assert base.waterways.total_bounds[2] == pytest.approx(east)
    assert len(base.places) == 1


def test_nothing_there_is_empty_frames(tmp_path: Path) -> None:
    path = tmp_path / "bare.osm"
    path.write_text(drawn_xml("AB", {"AB": {"highway": "road"}}), encoding="utf-8")
    base = read_basemap(path, bbox=(120, 29, 121, 30))
    for name in ("water", "waterways", "railways", "stations", "places", "green"):
        frame = getattr(base, name)
        assert len(frame) == 0
        assert list(frame.columns) == ["kind", "name", "name_zh", "name_en", "geometry"]
        assert frame.crs == "EPSG:4326"


def test_a_damaged_file_is_refused(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(InputError, match="damaged"):
        read_basemap(path)
