"""The program's own decoding of `.osm.pbf` files against osmium's."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import osmium
import pytest

from siting.files import resources
from siting.network import RoadGraph, read_roads
from siting.network.osm_file import OsmFile
from siting.network.pbf import NotUnderstoodError, Pbf
from tests.network.test_times_random import random_osm
from tests.shared_data import shared_file

WANTED = ("highway", "name", "oneway")


def assert_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> RoadGraph:
    Pbf(path.read_bytes()).ways("highway", WANTED)  # is understood
    own = read_roads(path)
    monkeypatch.setattr("siting.network.osm_file.Pbf", _refuse)
    other = read_roads(path)
    for column in dataclasses.fields(own):
        a, b = getattr(own, column.name), getattr(other, column.name)
        if isinstance(a, np.ndarray):
            np.testing.assert_array_equal(a, b, err_msg=column.name)
            assert a.dtype == b.dtype
        else:
            assert a == b, column.name
    return own


def _refuse(content: bytes) -> Pbf:
    raise NotUnderstoodError("not asked")


def test_the_shipped_roads_are_read_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    assert assert_same(resources.data() / "shengzhou" / "roads.osm.pbf", monkeypatch).edge_count > 10_000


@pytest.mark.parametrize("name", ["liechtenstein", "monaco"])
def test_real_extracts_are_read_alike(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_same(shared_file("data", "osm", f"{name}.osm.pbf"), monkeypatch)


def as_pbf(source: Path, target: Path, kind: str = "pbf") -> Path:
    with osmium.SimpleWriter(osmium.io.File(str(target), kind)) as writer:
        for item in osmium.FileProcessor(str(source)):
            writer.add(item)
    return target


@pytest.mark.parametrize("seed", range(6))
def test_random_maps_are_read_alike(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    random_osm(np.random.default_rng(seed), tmp_path / "random.osm")
    path = as_pbf(tmp_path / "random.osm", tmp_path / "random.osm.pbf")
    assert_same(path, monkeypatch)
    xml = read_roads(tmp_path / "random.osm")
    np.testing.assert_array_equal(read_roads(path).length_m, xml.length_m)


@pytest.mark.parametrize(
    "kind", ["pbf,pbf_compression=none", "pbf,pbf_dense_nodes=false", "pbf,locations_on_ways=true"]
)
def test_other_kinds_of_pbf_are_read_one_way_or_the_other(kind: str, tmp_path: Path) -> None:
    random_osm(np.random.default_rng(1), tmp_path / "random.osm")
    path = as_pbf(tmp_path / "random.osm", tmp_path / "other.osm.pbf", kind)
    assert read_roads(path).edge_count == read_roads(tmp_path / "random.osm").edge_count


@pytest.mark.parametrize("share", [0.3, 0.9, 0.999])
def test_a_truncated_file_is_not_understood(share: float) -> None:
    content = (resources.data() / "shengzhou" / "roads.osm.pbf").read_bytes()
    with pytest.raises(NotUnderstoodError):
        Pbf(content[: int(share * len(content))])


def test_a_damaged_block_is_not_understood() -> None:
    content = bytearray((resources.data() / "shengzhou" / "roads.osm.pbf").read_bytes())
    middle = len(content) // 2
    content[middle : middle + 50] = bytes(50)
    with pytest.raises(NotUnderstoodError):
        Pbf(bytes(content)).ways("highway", WANTED)


def test_no_nodes_and_no_ways(tmp_path: Path) -> None:
    (tmp_path / "none.osm").write_text('<osm version="0.6"/>', encoding="utf-8")
    path = as_pbf(tmp_path / "none.osm", tmp_path / "none.osm.pbf")
    ways, node_id, x, _ = OsmFile.open(path).ways("highway", WANTED)
    assert (ways.way_id.size, ways.refs.size, ways.value.shape, node_id.size, x.size) == (0, 0, (0, 3), 0, 0)
