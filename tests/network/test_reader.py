from __future__ import annotations

import bz2
import gzip
from pathlib import Path

import numpy as np
import pytest

from siting.errors import InputError
from siting.events import Event
from siting.network import SpeedTable, read_roads
from tests.network.drawn_map import arcs, as_pbf, drawn_graph, drawn_xml, walks

ROAD = {"highway": "residential"}
CROSS = """
    A B C
      D
      E
"""


def test_ways_are_split_where_they_meet(tmp_path: Path) -> None:
    graph = drawn_graph(tmp_path, CROSS, {"ABC": ROAD, "BDE": {"highway": "footway"}})
    assert [chr(i) for i in graph.node_id] == ["A", "B", "C", "E"]
    assert arcs(graph) == {"AB", "BA", "BC", "CB"}
    assert walks(graph) == {"AB", "BC", "BE"}
    # Columns are 100 m apart; a letter stands in every second column.
    lengths = dict(zip(graph.way_id.tolist(), graph.length_m, strict=True))
    assert lengths[1002] == pytest.approx(200, rel=1e-3)
    path = graph.lines()[int(np.flatnonzero(graph.way_id == 1002)[0])]
    assert len(path.coords) == 3
    assert path.coords[0] == (graph.node_lon[1], graph.node_lat[1])


def test_a_way_that_crosses_itself_and_a_loop(tmp_path: Path) -> None:
    graph = drawn_graph(tmp_path, "A B C\n  E D", {"ABCDEB": ROAD, "CEDC#": {"highway": "service"}})
    assert {chr(i) for i in graph.node_id} == {"A", "B", "C", "D", "E"}
    loop = drawn_graph(tmp_path, "A B C\n  E D", {"AB": ROAD, "BCDEB": ROAD})
    closed = np.flatnonzero(loop.edge_u == loop.edge_v)
    assert closed.size == 1
    assert loop.length_m[closed[0]] == pytest.approx(600, rel=1e-3)


def test_directions_reach_the_graph(tmp_path: Path) -> None:
    graph = drawn_graph(
        tmp_path,
        "A B\nD C",
        {
            "AB": ROAD | {"oneway": "-1"},
            "BC": ROAD | {"oneway": "yes"},
            "CD": {"highway": "motorway"},
            "DA": {"highway": "service", "access": "private"},
        },
    )
    assert arcs(graph) == {"BA", "BC", "CD"}
    assert walks(graph) == {"AB", "BC"}
    assert graph.report.ways_dropped == {"no_access": 1}


def test_speeds(tmp_path: Path) -> None:
    ways = {
        "AB": ROAD,
        "BC": ROAD | {"maxspeed": "60"},
        "CD": ROAD | {"maxspeed": "60", "maxspeed:backward": "40"},
        "DE": ROAD | {"maxspeed": "fast"},
        "EF": ROAD | {"maxspeed": "0"},
        "FG": ROAD | {"maxspeed": "300", "oneway": "yes"},
        "GH": {"highway": "footway", "maxspeed": "10"},
    }
    graph = drawn_graph(tmp_path, "ABCDEFGH", ways, speeds=SpeedTable.default().with_overrides({"residential": 22}))
    by_way = {
        way: (f, b)
        for way, f, b in zip(graph.way_id.tolist(), graph.speed_forward_kmh, graph.speed_backward_kmh, strict=True)
    }
    assert by_way == {
        1001: (22, 22),
        1002: (48, 48),
        1003: (48, 32),
        1004: (22, 22),
        1005: (22, 22),
        1006: (22, 0),
        1007: (0, 0),
    }
    report = graph.report
    assert (report.maxspeed_used, report.maxspeed_implausible, report.maxspeed_unparsed) == (3, 2, 1)
    assert dict(report.maxspeed_odd) == {"fast": 1, "residential 0": 1, "residential 300": 1}


def test_a_road_that_leaves_the_extract_is_cut_and_counted(tmp_path: Path) -> None:
    graph = drawn_graph(tmp_path, "ABCDE", {"ABCDE": ROAD}, left_out="C")
    assert arcs(graph) == {"AB", "BA", "DE", "ED"}
    assert (graph.report.ways_cut, graph.report.nodes_missing) == (1, 1)
    assert "1 roads lead out of the extract" in graph.report.findings()[0][1]


def test_a_way_without_nodes_is_counted(tmp_path: Path) -> None:
    graph = drawn_graph(tmp_path, "ABC", {"AB": ROAD, "C": ROAD, "XY": ROAD, "AA": ROAD})
    assert graph.edge_count == 1
    assert graph.report.ways_dropped == {"no_geometry": 3}


def test_islands_are_reported(tmp_path: Path) -> None:
    ways = {"ABC": ROAD, "BD": ROAD | {"oneway": "yes"}, "EF": ROAD}
    seen: list[Event] = []
    path = tmp_path / "islands.osm"
    path.write_text(drawn_xml("A B C\n  D\n\nE F", ways), encoding="utf-8")
    graph = read_roads(path, listener=seen.append)
    drive, walk = graph.report.components["drive"], graph.report.components["walk"]
    assert (drive.nodes, drive.edges, drive.left_nodes, drive.left_edges) == (3, 2, 3, 2)
    assert drive.km == pytest.approx(0.4, rel=1e-3)
    assert drive.left_km == pytest.approx(0.3, rel=1e-3)
    assert (drive.components, walk.components) == (3, 2)
    assert (walk.nodes, walk.left_nodes, walk.left_edges) == (4, 2, 1)
    notes = [event.en for event in seen if event.kind == "note"]
    assert len(notes) == 2
    assert "2 road sections (0.3 km) are not part of it" in notes[0]


def test_barriers_cut_the_drive_but_not_the_walk(tmp_path: Path) -> None:
    graph = drawn_graph(tmp_path, "ABCDE", {"ABCDE": ROAD}, node_tags={"B": {"barrier": "bollard"}})
    assert [chr(i) for i in graph.node_id] == ["A", "B", "E"]
    assert graph.report.components["drive"].left_edges == 1
    assert graph.report.components["walk"].left_edges == 0


@pytest.mark.parametrize("kind", ["osm", "osm.gz", "osm.bz2", "osm.pbf"])
def test_every_kind_of_file_gives_the_same_graph(tmp_path: Path, kind: str) -> None:
    xml = drawn_xml(CROSS, {"ABC": ROAD | {"name": "嵊州大道"}, "BDE": {"highway": "path"}})
    path = tmp_path / f"中文 文件夹.{kind}"
    if kind == "osm.pbf":
        as_pbf(xml, path)
    else:
        pack = {"osm": bytes, "osm.gz": gzip.compress, "osm.bz2": bz2.compress}[kind]
        path.write_bytes(pack(xml.encode("utf-8")))
    graph = read_roads(path)
    assert arcs(graph) == {"AB", "BA", "BC", "CB"}
    assert walks(graph) == {"AB", "BC", "BE"}
    assert [graph.names[k] for k in graph.name_code if k >= 0] == ["嵊州大道", "嵊州大道"]
    assert graph.report.file == path.name


def test_order_of_objects_and_negative_ids_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "editor.osm"
    path.write_text(
        '<osm version="0.6"><way id="-9" version="1"><nd ref="-1"/><nd ref="-2"/>'
        '<tag k="highway" v="road"/></way>'
        '<node id="-1" lon="120.8" lat="29.6"/><node id="-2" lon="120.8" lat="29.61"/></osm>',
        encoding="utf-8",
    )
    graph = read_roads(path)
    assert graph.node_id.tolist() == [-2, -1]
    assert graph.length_m[0] == pytest.approx(1108.5, rel=1e-3)  # 0.01 degrees on the meridian at 29.6 north


def test_the_same_way_twice_counts_once(tmp_path: Path) -> None:
    path = tmp_path / "twice.osm"
    xml = drawn_xml("ABC", {"ABC": ROAD})
    way = xml[xml.index("<way") : xml.index("</osm>")]
    path.write_text(xml.replace("</osm>", way + "</osm>"), encoding="utf-8")
    assert read_roads(path).edge_count == 1


def broken(tmp_path: Path, name: str, content: bytes) -> InputError:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_roads(path)
    assert caught.value.faults[0].file == name
    assert caught.value.faults[0].remedy_zh
    assert caught.value.faults[0].remedy_en
    return caught.value


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    xml = drawn_xml(CROSS, {"ABC": ROAD}).encode("utf-8")
    pbf = as_pbf(xml.decode("utf-8"), tmp_path / "whole.osm.pbf").read_bytes()
    for k, content in enumerate(
        [
            pbf[: len(pbf) - 10],
            pbf[:60],
            xml[:-20],
            gzip.compress(xml)[:-20],
            bz2.compress(xml)[:-20],
            b"",
            b"PK\x03\x04 a zip file",
            b"<?xml version='1.0'?><html/>",
            "地名,经度".encode("gb18030"),
        ]
    ):
        error = broken(tmp_path, f"damaged{k}.osm.pbf", content)
        assert "damaged, truncated or no OpenStreetMap file" in str(error)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="missing"):
        read_roads(tmp_path / "nowhere.osm.pbf")


def test_no_roads_is_refused(tmp_path: Path) -> None:
    assert "empty road graph" in str(broken(tmp_path, "none.osm", drawn_xml("AB", {}).encode()))
    private = {"AB": ROAD | {"access": "private"}}
    assert "empty road graph" in str(broken(tmp_path, "private.osm", drawn_xml("AB", private).encode()))
    unplaced = drawn_xml("AB", {"AB": ROAD}, left_out="AB").encode()
    assert "empty road graph" in str(broken(tmp_path, "unplaced.osm", unplaced))


def test_xml_entities_are_not_expanded(tmp_path: Path) -> None:
    xml = drawn_xml("AB", {"AB": {"highway": "residential", "name": "BOMB"}})
    layers = "".join(f'<!ENTITY l{k + 1} "{f"&l{k};" * 10}">' for k in range(9))
    bomb = xml.replace("BOMB", "&l9;").replace("<osm ", f'<!DOCTYPE osm [<!ENTITY l0 "aaaaaaaaaa">{layers}]>\n<osm ', 1)
    assert "entities" in str(broken(tmp_path, "bomb.osm", bomb.encode()))
