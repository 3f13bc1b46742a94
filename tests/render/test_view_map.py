"""The map of an answer as text: self-contained, the same each time, what repeats written once."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from shapely import Polygon

from siting.render.view_data import points_of, view_data
from siting.render.view_map import views_html
from siting.render.views import AreaLayer, Bars, LineLayer, Moment, PointLayer, Told, place_of
from tests.render.make_result import make_result
from tests.render.sample_told import NAMES, make_told, table
from tests.render.test_map_data import decode
from tests.render.test_map_page import DATA


@pytest.fixture(scope="module")
def told() -> Told:
    return make_told()


@pytest.fixture(scope="module")
def data(told: Told) -> dict[str, Any]:
    return view_data(told)


def pooled(data: dict[str, Any], k: int) -> list[str]:
    """A column of texts out of the pool."""
    value = data["pool"][k]
    return value if isinstance(value, list) else [value["words"][n] for n in value["at"]]


def numbers(data: dict[str, Any], k: int) -> list[int]:
    """Small whole numbers out of the pool."""
    return [ord(letter) - 48 for letter in data["pool"][k]]


def test_user_text_is_in_the_data_and_nowhere_else(told: Told) -> None:
    page, other = views_html(told), views_html(make_told(20, hostile_title=False))
    assert DATA.sub("", page) == DATA.sub("", other)
    match = DATA.search(page)
    assert match is not None
    assert json.loads(match[2])["title"][0].endswith(NAMES[0])
    assert not re.search(r"""src=["']?(https?:)?//|<link""", DATA.sub("", page))


def test_equal_answers_give_equal_pages(told: Told) -> None:
    assert views_html(make_told()) == views_html(told)


def test_layers_read_back_as_they_were_given(told: Told, data: dict[str, Any]) -> None:
    for view, raw in zip(told.views, data["views"], strict=True):
        assert data["subjects"][raw["subject"]] == [view.subject, view.subject_zh, view.subject_en]
        assert data["periods"][raw["period"]] == [view.period, f"{view.period} 年", view.period]
        for layer, own in zip(view.layers, raw["layers"], strict=True):
            keys = [row[0] for row in data["pool"][own["categories"]]]
            assert [keys[k] for k in numbers(data, own["category"])] == layer.frame["category"].tolist()
            if isinstance(layer, LineLayer):
                expected = layer.frame[["to_lon", "to_lat"]].to_numpy()
                assert np.abs(decode(data["pool"][own["to"]]) - expected).max() < 5.1e-6
            elif isinstance(layer, PointLayer):
                assert pooled(data, own["id"]) == layer.frame["id"].tolist()
                expected = layer.frame[["lon", "lat"]].to_numpy()
                assert np.abs(decode(data["pool"][own["at"]]) - expected).max() < 5.1e-6
            else:
                assert [shape["r"] for shape in data["pool"][own["shapes"]]] == [[1], [2]]


def test_numbers_are_texts_of_their_kind_and_what_is_missing_a_dash(told: Told, data: dict[str, Any]) -> None:
    people = data["views"][0]["layers"][2]
    columns = {en: pooled(data, k) for _, en, k, *_ in data["pool"][people["columns"]]}
    assert columns["Need (persons)"][:2] == ["1,234", "1,244"]
    assert columns["Time (min)"][:2] == ["—", "12.3"]
    assert columns["Share"][:2] == ["25.0%", ">99.9%"]
    assert columns["Township"][-1] == "—"


def test_what_views_share_is_written_once(told: Told, data: dict[str, Any]) -> None:
    first, second = data["views"][0]["layers"][2], data["views"][1]["layers"][2]
    assert first["at"] == second["at"]
    assert first["names"] == second["names"]
    assert first["category"] != second["category"]
    once = len(json.dumps(view_data(replace(told, views=told.views[:1]))))
    assert len(json.dumps(data)) < 2.5 * once  # four views


def test_a_crowd_knows_its_room_and_a_few_do_not(told: Told) -> None:
    crowd = view_data(make_told(300))
    assert len(crowd["pool"][crowd["views"][0]["layers"][2]["room"]]) == 300
    assert crowd["views"][0]["layers"][3]["room"] is None


def test_points_without_a_place_and_empty_areas_are_left_out(told: Told) -> None:
    view = told.views[0]
    areas, lines, people = view.layers[:3]
    assert isinstance(areas, AreaLayer)
    assert isinstance(people, PointLayer)
    frame = people.frame.copy()
    frame.loc[0, "lon"] = np.nan
    shapes = areas.frame.copy()
    shapes.loc[0, "geometry"] = Polygon()
    layers = (replace(areas, frame=shapes), lines, replace(people, frame=frame))
    data = view_data(replace(told, views=(replace(view, layers=layers),)))
    area, _, points = data["views"][0]["layers"]
    assert pooled(data, area["names"]) == ["东片"]
    assert pooled(data, points["id"]) == frame["id"].tolist()[1:]


def test_a_layer_that_is_empty_is_drawn_as_nothing(told: Told) -> None:
    people = told.views[0].layers[2]
    empty = replace(people, frame=people.frame.iloc[:0])
    data = view_data(replace(told, views=(replace(told.views[0], layers=(empty,)),)))
    assert numbers(data, data["views"][0]["layers"][0]["category"]) == []


def test_an_unknown_category_and_a_view_told_twice_are_refused(told: Told) -> None:
    people = told.views[0].layers[2]
    wrong = replace(people, frame=people.frame.assign(category="nobody"))
    with pytest.raises(ValueError, match=r"'people' has no category \['nobody'\]"):
        view_data(replace(told, views=(replace(told.views[0], layers=(wrong,)),)))
    with pytest.raises(ValueError, match="same subject and period"):
        view_data(replace(told, views=told.views[:1] * 2))


def test_the_points_tell_where_to_look_without_an_outline(told: Told) -> None:
    points = points_of(told.views)
    assert points.shape == (2 * (60 + 20 + 20) + 2 * (30 + 20), 2)
    bare = replace(told, place=place_of(make_result(bare=True).case))
    match = DATA.search(views_html(bare))
    assert match is not None
    expected = [*points.min(axis=0), *points.max(axis=0)]
    assert json.loads(match[2])["bounds"] == pytest.approx(expected, abs=1e-5)


def test_a_long_table_is_cut_and_says_how_long_it_is(told: Told, data: dict[str, Any]) -> None:
    sheet = data["pool"][data["views"][0]["sheets"][1]]
    assert len(sheet["cells"]) == 60
    assert sheet["rows"] == 61
    assert sheet["numbers"][0] == "011"


def test_labels_have_the_form_of_their_column() -> None:
    told = make_told()
    sites = told.views[0].layers[3]
    assert isinstance(sites, PointLayer)
    for label, expected in (("rank", ["1", "2"]), ("score", ["0.000", "0.143"]), ("year", ["", "2030"])):
        layer = replace(sites, label=label)
        data = view_data(replace(told, views=(replace(told.views[0], layers=(layer,)),)))
        told_beside = data["pool"][data["views"][0]["layers"][0]["label"]]
        texts = dict(zip(told_beside["at"], told_beside["texts"], strict=True))
        assert [texts.get(k, "") for k in (0, 1)] == expected, label


def test_rows_may_each_have_their_own_kind(told: Told) -> None:
    sheet = table()
    frame = pd.DataFrame({"name": ["a", "b"], "need": [0.5, 1234.0], "minutes": [np.nan, 2.0]})
    mixed = replace(sheet, frame=frame, row_kinds=("share", "count"))
    data = view_data(replace(told, views=(replace(told.views[0], sheets=(mixed,)),)))
    assert data["pool"][data["views"][0]["sheets"][0]]["cells"] == [["a", "50.0%", "—"], ["b", "1,234", "2"]]


def test_the_page_knows_what_it_opens_at(told: Told) -> None:
    assert view_data(told)["first"] == [0, 0]
    subject, period = told.views[-1].subject, told.views[-1].period
    data = view_data(replace(told, first=(subject, period)))
    assert [data["subjects"][data["first"][0]][0], data["periods"][data["first"][1]][0]] == [subject, period]
    with pytest.raises(ValueError, match="there is no view"):
        view_data(replace(told, first=(subject, "1900")))


def with_moments(told: Told, state: str = "without") -> Told:
    """The answer whose people of every view fare worse before than after."""
    moments = (Moment("从前", "Once", "was", "took", "fared"), Moment("今后", "Then", "place", "minutes", "fares"))
    views = []
    for view in told.views:
        layers = [
            replace(
                layer,
                frame=layer.frame.assign(was="", took=np.nan, fared=state, fares="within"),
                moments=moments,
                weight="need",
                choice="people",
            )
            if isinstance(layer, PointLayer) and layer.key == "people"
            else layer
            for layer in view.layers
        ]
        views.append(replace(view, layers=tuple(layers)))
    return replace(told, views=tuple(views))


def test_moments_are_told_apart_from_the_columns_and_their_states_by_number(told: Told) -> None:
    data = view_data(with_moments(told))
    people = data["views"][0]["layers"][2]
    once, then = data["pool"][people["moments"]]
    assert once[:2] == ["从前", "Once"]
    assert pooled(data, once[2])[:2] == pooled(data, once[3])[:2] == ["—", "—"]
    assert set(numbers(data, once[4])) == {2}
    assert pooled(data, then[3])[:2] == ["—", "12.3"]
    assert set(numbers(data, then[4])) == {0}
    assert [en for _, en, *_ in data["pool"][people["columns"]]] == ["Need (persons)", "Share"]
    with pytest.raises(ValueError, match=r"no state \['unknown'\]"):
        view_data(with_moments(told, "unknown"))


def test_symbols_grow_with_the_root_of_their_weight(told: Told) -> None:
    people = told.views[0].layers[2]
    assert isinstance(people, PointLayer)
    amounts = np.r_[np.full(58, 900.0), 100.0, 0.0]
    layer = replace(people, frame=people.frame.assign(amount=amounts), weight="amount")
    data = view_data(replace(told, views=(replace(told.views[0], layers=(layer,)),)))
    levels = numbers(data, data["views"][0]["layers"][0]["weight"])
    assert levels == [9] * 58 + [3, 0]


def test_bars_have_their_texts(told: Told) -> None:
    bars = Bars("达标", "Within", (("东", "East", 0.25, 0.99999),))
    data = view_data(replace(told, views=(replace(told.views[0], bars=(bars,)),)))
    assert data["views"][0]["bars"] == [
        {"name": ["达标", "Within"], "rows": [["东", "East", [(0.25, "25.0%"), (1.0, ">99.9%")]]], "colours": []}
    ]
