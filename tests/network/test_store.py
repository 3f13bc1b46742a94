from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from siting.errors import InputError
from siting.network import RoadGraph, load_graph, save_graph
from siting.network import store as store_module
from tests.network.drawn_map import drawn_graph

ROAD = {"highway": "residential"}


@pytest.fixture
def graph(tmp_path: Path) -> RoadGraph:
    ways = {"ABC": ROAD | {"name": "剡溪路", "maxspeed": "fast"}, "CD": ROAD, "EF": {"highway": "path"}}
    return drawn_graph(tmp_path, "ABCD\nE--F", ways)


def test_what_is_read_is_what_was_kept(graph: RoadGraph, tmp_path: Path) -> None:
    path = tmp_path / "缓存.npz"
    save_graph(graph, path)
    again = load_graph(path)
    for column in dataclasses.fields(graph):
        mine, kept = getattr(graph, column.name), getattr(again, column.name)
        if isinstance(mine, np.ndarray):
            assert mine.dtype == kept.dtype
            assert np.array_equal(mine, kept)
        else:
            assert mine == kept
    assert again.report.maxspeed_odd == (("fast", 1),)
    assert [entry.name for entry in tmp_path.glob("*.part")] == []


def test_damaged_or_foreign_files_are_refused(
    graph: RoadGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "graph.npz"
    save_graph(graph, path)
    whole = path.read_bytes()
    for content in (whole[:-40], whole[:200], b"", b"nonsense"):
        path.write_bytes(content)
        with pytest.raises(InputError, match="cannot be read"):
            load_graph(path)
    with pytest.raises(InputError, match="cannot be read"):
        load_graph(tmp_path / "none.npz")
    path.write_bytes(whole)
    monkeypatch.setattr(store_module, "FORMAT", 99)
    with pytest.raises(InputError, match="format 1, not 99"):
        load_graph(path)


def test_nothing_in_the_file_is_run(tmp_path: Path) -> None:
    """An array of objects is a pickle, and a pickle can run anything."""
    path = tmp_path / "evil.npz"
    with path.open("wb") as file:
        np.savez(file, format=np.int64(store_module.FORMAT), text=np.array([print], dtype=object))
    with pytest.raises(InputError, match="cannot be read"):
        load_graph(path)
