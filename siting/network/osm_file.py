"""An OpenStreetMap file of any of the usual kinds, and clear words when it is none."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn, cast

import numpy as np
import osmium

from siting.errors import fail
from siting.impedance import BoolArray, IntArray
from siting.network.pbf import NotUnderstoodError, Pbf, TaggedWays

Shape = osmium.osm.Node | osmium.osm.Way | osmium.osm.Area


@dataclass(frozen=True)
class OsmFile:
    """A file held in memory: osmium then never sees a path, which fails on Windows for Chinese folder names.

    Attributes:
        name: for messages.
        content: the bytes.
        kind: `pbf`, `osm`, `osm.gz` or `osm.bz2`, told by the content, not by the file's ending.
    """

    name: str
    content: bytes = field(repr=False)
    kind: str

    @classmethod
    def open(cls, path: str | Path) -> OsmFile:
        """Read the file.

        Raises:
            InputError: when it is missing, cannot be read, or is no OSM file.
        """
        path = Path(path)
        if not path.is_file():
            fail(
                "找不到路网文件",
                "the OpenStreetMap file is missing",
                remedy_zh="请检查文件名和文件夹",
                remedy_en="check the file's name and folder",
                file=str(path),
            )
        try:
            content = path.read_bytes()
        except OSError as error:
            fail(
                f"无法读取路网文件：{error.strerror}",
                f"the OpenStreetMap file cannot be read: {error.strerror}",
                remedy_zh="请确认文件没有被占用、且有读取权限",
                remedy_en="check that no other program holds it and that you may read it",
                file=path.name,
            )
        kind = _kind(content[:1024])
        if kind is None:
            _refuse(
                path.name, "文件为空" if not content else "内容不是 OSM 格式", "empty" if not content else "no OSM data"
            )
        return cls(path.name, content, kind)

    def ways(self, key: str, wanted: Sequence[str]) -> tuple[TaggedWays, IntArray, IntArray, IntArray]:
        """The ways that have the tag; and of their nodes the ascending ids, longitudes and latitudes.

        These are in degrees x 10^7, and off the earth for nodes that the file does not hold.
        """
        if self.kind == "pbf":
            try:
                file = Pbf(self.content)
                ways = file.ways(key, wanted)
                node_id = np.unique(ways.refs)
                return ways, node_id, *file.places(node_id)
            except (NotUnderstoodError, KeyError, ValueError):
                pass  # osmium reads it, or says what is wrong with it
        return self._ways_by_osmium(key, wanted)

    def _ways_by_osmium(self, key: str, wanted: Sequence[str]) -> tuple[TaggedWays, IntArray, IntArray, IntArray]:
        """Way by way. Osmium finds the nodes with positive ids that stand before the ways, the rest is looked up."""
        located = self._pass(osmium.osm.NODE | osmium.osm.WAY).with_locations("flex_mem")
        only_ways = located.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
        way_id, count, refs, places = array("q"), array("q"), array("q"), array("q")
        value: list[list[int]] = []
        number: dict[str, int] = {}
        for way in only_ways.with_filter(osmium.filter.KeyFilter(key)):
            if not isinstance(way, osmium.osm.Way) or way.deleted:
                continue
            tags = {tag.k: tag.v for tag in way.tags}
            value.append([number.setdefault(tags[k], len(number)) if k in tags else -1 for k in wanted])
            way_id.append(way.id)
            count.append(len(way.nodes))
            for node in way.nodes:
                refs.append(node.ref)
                places.extend((node.x, node.y))
        ways = TaggedWays(
            np.array(way_id, dtype=np.int64),
            np.concatenate([[0], np.cumsum(np.array(count, dtype=np.int64))]),
            np.array(refs, dtype=np.int64),
            np.array(value, dtype=np.int64).reshape(-1, len(wanted)),
            tuple(number),
        )
        node_id, first = np.unique(ways.refs, return_index=True)
        x, y = np.array(places, dtype=np.int64).reshape(-1, 2)[first].T.copy()
        absent = ~on_earth(x, y)
        if absent.any() and not self.is_sorted:  # an editor's file: new nodes, nodes behind ways
            sought = {int(i): k for i, k in zip(node_id[absent], np.flatnonzero(absent), strict=True)}
            for item in self.nodes():
                if (place := sought.get(item.id)) is not None:
                    x[place], y[place] = item.location.x, item.location.y
        return ways, node_id, x, y

    def nodes(self, key: str | None = None) -> Iterator[osmium.osm.Node]:
        """All nodes, one by one in Python, or quickly those that have the tag."""
        nodes = self._pass(osmium.osm.NODE)
        for node in nodes if key is None else nodes.with_filter(osmium.filter.KeyFilter(key)):
            yield cast(osmium.osm.Node, node)

    @property
    def is_sorted(self) -> bool:
        """Whether the file says that its nodes stand before its ways, in the order of their ids."""
        return self._pass(osmium.osm.NOTHING).header.get("sorting", "") == "Type_then_ID"

    def shapes(self, *tags: tuple[str, str]) -> Iterator[Shape]:
        """The nodes, ways and areas (closed ways and multipolygons) that have one of the tags, with locations."""
        wanted = osmium.filter.TagFilter(*tags)
        for item in self._pass(osmium.osm.ALL).with_areas(wanted).with_filter(wanted):
            if isinstance(item, Shape):
                yield item

    def _pass(self, entities: osmium.osm.osm_entity_bits) -> osmium.FileProcessor:
        return osmium.FileProcessor(osmium.io.FileBuffer(self.content, self.kind), entities)

    @contextmanager
    def faults(self) -> Iterator[None]:
        """Turns what damaged content sets off, while it is read, into an InputError."""
        try:
            yield
        except (RuntimeError, ValueError, osmium.InvalidLocationError) as error:  # all that osmium raises
            _refuse(self.name, str(error), str(error))


def on_earth(x: IntArray, y: IntArray) -> BoolArray:
    """Which places, in degrees x 10^7, are any."""
    return (np.abs(x) <= 1_800_000_000) & (np.abs(y) <= 900_000_000)


def _kind(head: bytes) -> str | None:
    if head.startswith(b"\x1f\x8b"):
        return "osm.gz"
    if head.startswith(b"BZh"):
        return "osm.bz2"
    if head[4:15] == b"\x0a\x09OSMHeader":
        return "pbf"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return "osm" if text.startswith((b"<?xml", b"<osm")) else None


def _refuse(name: str, zh: str, en: str) -> NoReturn:
    fail(
        f"路网文件损坏或不是 OpenStreetMap 文件（{zh}）",
        f"the file is damaged, truncated or no OpenStreetMap file ({en})",
        remedy_zh="请重新下载；可用 .osm.pbf、.osm、.osm.gz、.osm.bz2",
        remedy_en="download it again; .osm.pbf, .osm, .osm.gz and .osm.bz2 can be read",
        file=name,
    )
