"""Decodes the roads of an `.osm.pbf` file into arrays: ways by their tags and node numbers, places of nodes.

The format: https://wiki.openstreetmap.org/wiki/PBF_Format. Only what published extracts hold is understood (zlib or
plain blocks, dense nodes, no history); for all else, and for damage, there is osmium.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.impedance import IntArray
from siting.machine.compiled import compiled
from siting.machine.threads import in_parts

Bytes = NDArray[np.uint8]
UNDERSTOOD = {b"OsmSchema-V0.6", b"DenseNodes"}


class NotUnderstoodError(Exception):
    """The file holds what this module does not decode, or is damaged."""


@dataclass(frozen=True, eq=False)
class TaggedWays:
    """W ways in the order of the file.

    Attributes:
        way_id: (W,).
        ref_start, refs: (W + 1,), (R,) node numbers of each way.
        value: (W, K) of each wanted key the index into `texts`, -1 without the tag.
        texts: all values.
    """

    way_id: IntArray
    ref_start: IntArray
    refs: IntArray
    value: IntArray
    texts: tuple[str, ...]


class Pbf:
    """A file, cut into its blocks.

    Raises:
        NotUnderstoodError: see above; also while decoding.
    """

    def __init__(self, content: bytes) -> None:
        self._blobs: list[tuple[int, int]] = []
        view, at = memoryview(content), 0
        while at < len(view):
            size = int.from_bytes(view[at : at + 4], "big")
            header = {field: (a, b) for field, a, b in _fields(view, at + 4, at + 4 + size)}
            if 1 not in header or 3 not in header:
                raise NotUnderstoodError("no block")
            begin, end = at + 4 + size, at + 4 + size + header[3][0]
            if end > len(view):
                raise NotUnderstoodError("truncated")
            if bytes(view[slice(*header[1])]) == b"OSMData":
                self._blobs.append((begin, end))
            else:
                _check_header(_inflated(view, begin, end))
            at = end
        self._view = view

    def ways(self, key: str, wanted: Sequence[str]) -> TaggedWays:
        """The ways that have a tag, with the values of the wanted keys."""
        parts = [way for part in in_parts(lambda a, b: self._ways(a, b, key, wanted), len(self._blobs)) for way in part]
        number: dict[str, int] = {}
        columns = []
        for _, _, _, value, texts in parts:
            place = np.array([*(number.setdefault(text, len(number)) for text in texts), -1], dtype=np.int64)
            columns.append(place[value])
        none = np.zeros(0, dtype=np.int64)
        count = np.concatenate([none, *(part[1] for part in parts)])
        return TaggedWays(
            np.concatenate([none, *(part[0] for part in parts)]),
            np.concatenate([[0], np.cumsum(count)]),
            np.concatenate([none, *(part[2] for part in parts)]),
            np.concatenate([np.zeros((0, len(wanted)), dtype=np.int64), *columns]),
            tuple(number),
        )

    def places(self, node_id: IntArray) -> tuple[IntArray, IntArray]:
        """Longitude and latitude, in degrees x 10^7, of nodes by ascending id; off the earth without any."""
        x, y = np.full(node_id.size, np.iinfo(np.int32).max, np.int64), np.zeros(node_id.size, np.int64)
        for part in in_parts(lambda a, b: self._places(a, b, node_id), len(self._blobs)):
            for place, its_x, its_y in part:
                x[place], y[place] = its_x, its_y
        return x, y

    def _groups(self, blob: int) -> Iterator[tuple[memoryview, dict[int, tuple[int, int]], int, int]]:
        data = _inflated(self._view, *self._blobs[blob])
        fields = list(_fields(data, 0, len(data)))
        single = {field: (a, b) for field, a, b in fields}
        for field, begin, end in fields:
            if field == 2:
                yield data, single, begin, end

    def _ways(
        self, first: int, last: int, key: str, wanted: Sequence[str]
    ) -> list[tuple[IntArray, IntArray, IntArray, IntArray, list[str]]]:
        found = []
        for blob in range(first, last):
            for data, block, begin, end in self._groups(blob):
                kinds = {field for field, _, _ in _fields(data, begin, end)}
                if 1 in kinds:
                    raise NotUnderstoodError("nodes that are not dense")
                if 3 not in kinds:
                    continue
                strings = [bytes(data[a:b]) for field, a, b in _fields(data, *block[1]) if field == 1]
                index = {text: k for k, text in enumerate(strings)}
                keys = np.array([index.get(name.encode(), -1) for name in wanted], dtype=np.int64)
                way_id, count, refs, value = _decode_ways(
                    np.frombuffer(data, dtype=np.uint8), begin, end, index.get(key.encode(), -1), keys
                )
                used, value = np.unique(value, return_inverse=True)
                if used.size and not -1 <= used[0] <= used[-1] < len(strings):
                    raise NotUnderstoodError("tags")
                texts = [strings[k].decode("utf-8") if k >= 0 else "" for k in used.tolist()]
                value = value.reshape(way_id.size, len(wanted))
                if used.size and used[0] == -1:
                    texts, value = texts[1:], value - 1
                found.append((way_id, count, refs, value, texts))
        return found

    def _places(self, first: int, last: int, node_id: IntArray) -> list[tuple[IntArray, IntArray, IntArray]]:
        found = []
        for blob in range(first, last):
            for data, block, begin, end in self._groups(blob):
                for field, a, b in _fields(data, begin, end):
                    if field != 2 or not node_id.size:
                        continue
                    dense = {name: (c, d) for name, c, d in _fields(data, a, b)}
                    raw = np.frombuffer(data, dtype=np.uint8)
                    ids, lat, lon = (_decode_deltas(raw, *dense[name]) for name in (1, 8, 9))
                    if not ids.size == lat.size == lon.size:
                        raise NotUnderstoodError("nodes")
                    place = np.minimum(np.searchsorted(node_id, ids), node_id.size - 1)
                    here = node_id[place] == ids
                    granularity, lat_0, lon_0 = (
                        _signed(block[name][0]) if name in block else usual
                        for name, usual in ((17, 100), (19, 0), (20, 0))
                    )
                    x, y = ((zero + granularity * nano[here]) / 100 for zero, nano in ((lon_0, lon), (lat_0, lat)))
                    found.append((place[here], np.trunc(x).astype(np.int64), np.trunc(y).astype(np.int64)))
        return found


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def _check_header(data: memoryview) -> None:
    required = {bytes(data[a:b]) for field, a, b in _fields(data, 0, len(data)) if field == 4}
    optional = {bytes(data[a:b]) for field, a, b in _fields(data, 0, len(data)) if field == 5}
    if not required <= UNDERSTOOD or b"LocationsOnWays" in optional:
        raise NotUnderstoodError(str(required | optional))


def _inflated(view: memoryview, begin: int, end: int) -> memoryview:
    fields = {field: (a, b) for field, a, b in _fields(view, begin, end)}
    if 1 in fields:
        return view[slice(*fields[1])]
    if 3 not in fields:
        raise NotUnderstoodError("compression")
    try:
        return memoryview(zlib.decompress(view[slice(*fields[3])]))
    except zlib.error as error:
        raise NotUnderstoodError(str(error)) from error


def _fields(data: memoryview, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Number, start and end of each field of a message; of an integer the value stands for the start."""
    if end > len(data):
        raise NotUnderstoodError("truncated")
    while at < end:
        key, at = _varint(data, at, end)
        if key & 7 == 0:
            value, at = _varint(data, at, end)
            yield key >> 3, value, at
        elif key & 7 == 2:
            size, at = _varint(data, at, end)
            if at + size > end:
                raise NotUnderstoodError("truncated")
            yield key >> 3, at, at + size
            at += size
        else:
            raise NotUnderstoodError("field")


def _varint(data: memoryview, at: int, end: int) -> tuple[int, int]:
    value = shift = 0
    while at < end and shift < 64:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
    raise NotUnderstoodError("number")


@compiled
def _read(raw: Bytes, at: int) -> tuple[np.int64, int]:
    value, shift = np.int64(0), np.int64(0)
    while at < raw.size:
        byte = np.int64(raw[at])
        value |= (byte & 127) << shift
        at += 1
        shift += 7
        if byte < 128:
            break
    return value, at


@compiled
def _decode_deltas(raw: Bytes, at: int, end: int) -> IntArray:
    """Signed numbers, each given by its difference to the one before."""
    out = np.empty(end - at, np.int64)
    count, last = 0, np.int64(0)
    while at < end:
        value, at = _read(raw, at)
        last += (value >> 1) ^ -(value & 1)
        out[count] = last
        count += 1
    return out[:count].copy()


@compiled
def _decode_ways(
    raw: Bytes, at: int, end: int, key: int, wanted: IntArray
) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Of the ways in a group that have the key: ids, how many nodes, nodes, (W x K) strings of their values."""
    most = (end - at) // 4 + 1  # bytes that a way has at least
    way_id, count = np.empty(most, np.int64), np.empty(most, np.int64)
    refs, value = np.empty(end - at, np.int64), np.full((most, wanted.size), -1, np.int64)
    ways, used = 0, 0
    while at < end:
        tag, at = _read(raw, at)
        size, at = _read(raw, at)
        stop = int(at + size)
        if size < 0 or stop > end:
            break  # damaged
        if tag != 26:  # field 3, a message
            at = stop
            continue
        here, keys, values, nodes, nodes_end, keys_end = np.int64(0), at, at, at, at, at
        while at < stop:
            tag, at = _read(raw, at)
            if tag & 7 == 0:
                number, at = _read(raw, at)
                if tag == 8:
                    here = number
                continue
            size, at = _read(raw, at)
            last_byte = int(at + size)
            if size < 0 or last_byte > stop:
                return way_id[:0].copy(), count[:0].copy(), refs[:0].copy(), value[:0].copy()  # damaged
            if tag == 18:
                keys, keys_end = at, last_byte
            elif tag == 26:
                values = at
            elif tag == 66:
                nodes, nodes_end = at, last_byte
            at = last_byte
        has = False
        while keys < keys_end:
            k, keys = _read(raw, keys)
            v, values = _read(raw, values)
            has = has or k == key
            for w in range(wanted.size):
                if k == wanted[w]:
                    value[ways, w] = v
        if not has:
            value[ways] = -1
            continue
        way_id[ways] = here
        first, last = used, np.int64(0)
        while nodes < nodes_end:
            number, nodes = _read(raw, nodes)
            last += (number >> 1) ^ -(number & 1)
            refs[used] = last
            used += 1
        count[ways] = used - first
        ways += 1
    return way_id[:ways].copy(), count[:ways].copy(), refs[:used].copy(), value[:ways].copy()
