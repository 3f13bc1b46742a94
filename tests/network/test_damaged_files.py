"""Whatever is in a file, reading it ends in a graph or in a clear refusal."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import osmium
import pytest

from siting.errors import InputError
from siting.network import read_basemap, read_roads
from tests.network.drawn_map import drawn_xml

ROAD = {"highway": "residential", "name": "剡溪路", "maxspeed": "40"}
WAYS = {"ABCD": ROAD, "AEFG": {"natural": "water"}, "ABFEA": {"natural": "water"}, "BF": {"highway": "path"}}
NODES = {"B": {"barrier": "gate"}, "C": {"place": "village", "name": "华堂"}}


def plain_pbf(xml: str, path: Path) -> bytes:
    """Not compressed, so that damage gets past the check-sum of the compression."""
    with osmium.SimpleWriter(osmium.io.File(str(path), "pbf,pbf_compression=none")) as writer:
        for item in osmium.FileProcessor(osmium.io.FileBuffer(xml.encode("utf-8"), "osm")):
            writer.add(item)
    return path.read_bytes()


@pytest.mark.parametrize("kind", ["osm", "pbf"])
def test_random_damage(tmp_path: Path, kind: str) -> None:
    xml = drawn_xml("A--B--C--D\n|  |\nE--F--G", WAYS, node_tags=NODES)
    whole = xml.encode("utf-8") if kind == "osm" else plain_pbf(xml, tmp_path / "plain.osm.pbf")
    rng = np.random.default_rng(17)
    read_whole, refused = 0, 0
    path = tmp_path / "damaged.osm"
    for _ in range(200):
        content = bytearray(whole)
        for _ in range(rng.integers(1, 3)):
            at = int(rng.integers(0, len(content)))
            if rng.random() < 0.7:
                content[at] = int(rng.integers(0, 256))
            else:
                del content[at : at + int(rng.integers(1, 8))]
        path.write_bytes(bytes(content))
        for read in (read_roads, read_basemap):
            try:
                read(path)
                read_whole += 1
            except InputError:
                refused += 1
    assert min(read_whole, refused) > 10
