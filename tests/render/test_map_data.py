"""The map page's data: encoded small, read back right, inert in a page."""

from __future__ import annotations

import json

import numpy as np
import pytest
from shapely import LineString, MultiLineString, Point, Polygon, box

from siting.render.encode import coded, encode_lines, encode_points, encode_polygons
from siting.render.escape import json_for_script
from siting.render.map_base import base_layers, bounds
from siting.render.map_style import load_style
from siting.render.told_of import base_of
from siting.render.views import place_of
from tests.hostile.names import HOSTILE
from tests.render.make_result import make_result


def decode(text: str) -> np.ndarray:
    """The page's own decoder (maps/script/decode.js), in Python."""
    numbers, at = [], 0
    while at < len(text):
        value = shift = 0
        while True:
            letter = ord(text[at]) - 63
            at += 1
            value |= (letter & 31) << shift
            shift += 5
            if not letter & 32:
                break
        numbers.append(-((value + 1) >> 1) if value & 1 else value >> 1)
    return np.array(numbers).reshape(-1, 2).cumsum(axis=0) / 1e5


@pytest.mark.parametrize("text", HOSTILE)
def test_json_in_a_script_is_inert_and_reads_back(text: str) -> None:
    written = json_for_script({text: [text]})
    assert not set(written) & set("<>&\u2028\u2029")
    assert json.loads(written) == {text: [text]}


def test_json_writes_what_utf8_cannot_hold() -> None:
    written = json_for_script("\ud83d")
    assert written.encode("utf-8")
    assert json.loads(written) == "\ud83d"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_json_refuses_what_json_does_not_have(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        json_for_script(value)


def test_points_read_back_within_half_a_metre() -> None:
    rng = np.random.default_rng(0)
    lon, lat = rng.uniform(-180, 180, 500), rng.uniform(-89, 89, 500)
    assert np.abs(decode(encode_points(lon, lat)) - np.column_stack([lon, lat])).max() <= 5.0001e-6


def test_points_known_text() -> None:
    # The example of the format's own description; it has latitude first.
    assert encode_points([38.5, 40.7, 43.252], [-120.2, -120.95, -126.453]) == "_p~iF~ps|U_ulLnnqC_mqNvxq`@"


def test_lines_keep_their_parts_and_ends() -> None:
    encoded = encode_lines(
        [LineString([(1, 2), (3, 4)]), MultiLineString([[(0, 0), (1, 1)], [(5, 5), (6, 7), (8, 8)]])]
    )
    assert encoded["n"] == [2, 2, 3]
    assert decode(encoded["c"]).tolist() == [[1, 2], [3, 4], [0, 0], [1, 1], [5, 5], [6, 7], [8, 8]]


def test_nothing_is_encoded_as_nothing() -> None:
    assert encode_lines([]) == {"n": [], "c": ""}
    assert encode_polygons([]) == {"r": [], "n": [], "c": ""}
    assert encode_points([], []) == ""


def test_polygons_keep_holes_and_lose_specks() -> None:
    ring = Polygon(box(0, 0, 10, 10).exterior, [box(2, 2, 4, 4).exterior, box(8, 8, 8.01, 8.01).exterior])
    encoded = encode_polygons([ring, box(20, 20, 20.01, 20.01), Point(1, 1)], least_area=0.1)
    assert encoded["r"] == [2]
    assert encoded["n"] == [5, 5]


def test_texts_that_repeat_are_written_once() -> None:
    assert coded(["a", None, "a", float("nan")]) == {"words": ["a", ""], "at": [0, 1, 0, 1]}


def test_base_of_a_bare_place() -> None:
    result = make_result(bare=True, roads=0)
    base, notes = base_layers(place_of(result.case), base_of(result), load_style())
    assert base["roads"] == []
    assert base["rivers"] == {}
    assert base["outline"]["r"] == []
    assert not notes
    west, south, east, north = bounds(place_of(result.case), np.array([[120.0, 29.0], [121.0, 30.0]]))
    assert [west, south, east, north] == [120, 29, 121, 30]
    assert bounds(place_of(result.case), np.zeros((0, 2))) == (73, 18, 135, 54)


def test_roads_of_one_name_are_joined_and_ranked() -> None:
    result = make_result(roads=400)
    base, _ = base_layers(place_of(result.case), base_of(result), load_style())
    ranks = list(load_style().roads)
    drawn = [layer["class"] for layer in base["roads"]]
    assert drawn == sorted(drawn, key=ranks.index)
    assert len(drawn) > 4
    assert all(len(layer["n"]) == len(layer["names"]["at"]) for layer in base["roads"])


def test_too_many_roads_leave_the_lowest_out_and_say_so() -> None:
    style = load_style()
    few = style.model_copy(update={"limits": style.limits.model_copy(update={"road_points": 100})})
    result = make_result(roads=400)
    base, notes = base_layers(place_of(result.case), base_of(result), few)
    assert base["roads"][0]["class"] == "motorway"
    assert len(base["roads"]) < len(base_layers(place_of(result.case), base_of(result), style)[0]["roads"])
    assert len(notes) == 1
    assert all(notes[0])
