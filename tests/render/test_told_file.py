"""What is told of an answer comes back from its file whole, and nothing else does."""

from __future__ import annotations

import dataclasses
import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pandas.testing import assert_frame_equal

from siting.errors import InputError
from siting.files.run_folder import ANSWER_FILE
from siting.prepare import Settings
from siting.render.answer_folder import write_answer
from siting.render.chart import Chart
from siting.render.frame_json import frame_from, frame_values
from siting.render.told_file import read_told, write_told
from siting.render.view_data import Pool
from siting.render.views import Category, Told
from tests.render.make_result import make_result
from tests.render.sample_told import NAMES, make_told


def again(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame after a way through JSON's text."""
    pool = Pool()
    text = json.dumps([frame_values(frame, pool), pool.values], allow_nan=False)
    values, columns = json.loads(text)
    return frame_from(values, columns)


def same(one: object, other: object) -> None:
    """Two parts of an answer are equal in type and in all that they hold."""
    assert type(one) is type(other)
    if isinstance(one, pd.DataFrame):
        assert isinstance(other, pd.DataFrame)
        assert_frame_equal(one, other, check_exact=True, check_column_type=False)
        if isinstance(one, gpd.GeoDataFrame):
            assert isinstance(other, gpd.GeoDataFrame)
            assert one.crs == other.crs
            assert one.active_geometry_name == other.active_geometry_name
    elif dataclasses.is_dataclass(one):
        for field in dataclasses.fields(one):
            same(getattr(one, field.name), getattr(other, field.name))
    elif isinstance(one, tuple):
        assert isinstance(other, tuple)
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            same(a, b)
    else:
        assert one == other


@pytest.fixture(scope="module")
def told() -> Told:
    """An answer with a chart too, and a record of every kind of value."""
    chart = Chart(("高", "Height"), ("横", "Across"), ((0, 1.5, NAMES[0]), (1.25, 2, NAMES[5])))
    made = make_told(
        record={"kind": "sample", "gap": None, "share": 0.1 + 0.2, "years": [2030, 2035], "deep": {"": {}}}
    )
    first = replace(made.sections[0], charts=(chart,))
    return replace(
        made, sections=(first, *made.sections[1:]), inputs={"case/demand.csv": "ab12"}, first=("other", "2030")
    )


def written(told: Told, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    write_told(told, folder / ANSWER_FILE)
    return folder


def test_everything_comes_back(told: Told, tmp_path: Path) -> None:
    back = read_told(written(told, tmp_path))
    same(told, back)
    assert len(back.views) == 4
    assert back.views[0].layers[0].frame.geometry.iloc[1].interiors  # the hole of a district


def test_every_output_is_the_same_to_the_last_byte(told: Told, tmp_path: Path) -> None:
    write_answer(told, tmp_path / "first", Settings())
    write_answer(read_told(tmp_path / "first"), tmp_path / "second", Settings())
    files = {path.relative_to(tmp_path / "first") for path in (tmp_path / "first").rglob("*") if path.is_file()}
    assert {"map.html", "report.html", "tables.xlsx", "plan.gpkg", "run.json", ANSWER_FILE} <= {f.name for f in files}
    assert files == {p.relative_to(tmp_path / "second") for p in (tmp_path / "second").rglob("*") if p.is_file()}
    for file in files:
        assert (tmp_path / "first" / file).read_bytes() == (tmp_path / "second" / file).read_bytes(), file


def test_an_answer_of_a_bare_place_comes_back(tmp_path: Path) -> None:
    result = make_result(bare=True, roads=0)
    assert result.case.outline is None
    told = make_told(5)
    bare = replace(told, place=replace(told.place, outline=None, zone_shapes=None), views=(), sheets=(), notices=())
    same(bare, read_told(written(bare, tmp_path)))


def test_the_same_answer_makes_the_same_file(told: Told, tmp_path: Path) -> None:
    one, other = written(told, tmp_path / "one"), written(told, tmp_path / "other")
    assert (one / ANSWER_FILE).read_bytes() == (other / ANSWER_FILE).read_bytes()


def test_the_tables_of_the_case_are_not_in_the_file(tmp_path: Path) -> None:
    case = make_result(demand_points=30, sites=6).case
    told = replace(make_told(5), views=(), sheets=(), sections=())
    text = gzip.decompress((written(told, tmp_path) / ANSWER_FILE).read_bytes()).decode("utf-8")
    assert case.info.name_zh in text
    ids = {str(key) for table in (case.demand, case.facilities, case.candidates) for key in table["id"]}
    assert len(ids) >= 30
    assert not [key for key in ids if f'"{key}"' in text]
    assert "folder" not in text


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([0.1, 1 / 3, -0.0, 5e-324, 1.7976931348623157e308, np.nan, np.inf, -np.inf]),
        pd.Series([1.1, np.nan], dtype="float32"),
        pd.Series([2**62, -1, 0]),
        pd.Series([200, 3], dtype="uint8"),
        pd.Series([True, False]),
        pd.Series(["甲", "", None, "nan", "\ud800\x00"], dtype=object),
        pd.Series(["甲", "", None], dtype="str"),
        pd.Series([None, np.nan, 1, 1.0, True, "1", np.inf], dtype=object),
        pd.Series([], dtype="float64"),
        pd.Series([], dtype=object),
    ],
    ids=lambda column: f"{column.dtype}-{len(column)}",
)
def test_a_column_comes_back_as_it_was(column: pd.Series) -> None:
    back = again(pd.DataFrame({"a": column}))["a"]
    assert back.dtype == column.dtype
    for one, other in zip(column.tolist(), back.tolist(), strict=True):
        assert type(one) is type(other)
        assert repr(one) == repr(other)  # tells -0.0 from 0.0, NaN from None


def test_an_index_comes_back() -> None:
    frame = pd.DataFrame({"a": [1, 2, 3]}, index=pd.Index(["x", "y", "z"], name="id"))
    assert_frame_equal(frame, again(frame))
    assert_frame_equal(frame.reset_index().iloc[1:], again(frame.reset_index().iloc[1:]))


def test_shapes_come_back_exactly() -> None:
    rng = np.random.default_rng(5)
    shapes = [
        shapely.LineString(rng.uniform(-180, 180, (40, 2))),
        shapely.box(0.1, 0.2, 1 / 3, 0.7).difference(shapely.box(0.15, 0.25, 0.2, 0.3)),
        shapely.MultiPolygon([shapely.box(0, 0, 1e-7, 1e-9)]),
        shapely.Point(1e-15, 123456789.123456789),
        shapely.Polygon(),
        None,
    ]
    frame = gpd.GeoDataFrame({"name": list("abcdef")}, geometry=shapes, crs="EPSG:4490").rename_geometry("shape")
    back = again(frame)
    assert isinstance(back, gpd.GeoDataFrame)
    assert back.crs == frame.crs
    assert back.active_geometry_name == "shape"
    ours, theirs = frame["shape"].to_numpy(), back["shape"].to_numpy()
    assert shapely.equals_identical(ours[:5], theirs[:5]).all()
    assert theirs[5] is None
    empty = again(frame.iloc[:0])
    assert isinstance(empty, gpd.GeoDataFrame)
    assert len(empty) == 0


def test_columns_that_repeat_are_written_once() -> None:
    pool = Pool()
    frame = pd.DataFrame({"a": [1.5, 2.5], "b": [1.5, 2.5]})
    assert frame_values(frame, pool)["columns"] == [["a", 0], ["b", 0]]
    assert frame_values(frame.assign(b=[1.5, 3.0]), pool)["columns"] == [["a", 0], ["b", 1]]


@pytest.mark.parametrize(
    "column",
    [
        pd.to_datetime(pd.Series(["2025-01-01"])),
        pd.Series(["a"], dtype="category"),
        pd.Series([1], dtype="Int64"),
        pd.Series([{1, 2}]),
    ],
)
def test_what_cannot_be_kept_is_refused_by_name(column: pd.Series) -> None:
    with pytest.raises(ValueError, match="column 'when'"):
        frame_values(pd.DataFrame({"when": column}), Pool())


def test_a_record_that_json_cannot_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        write_told(make_told(5, record={"gap": float("nan")}), tmp_path / ANSWER_FILE)


def change(edit: Callable[[dict[str, Any]], None]) -> Callable[[bytes], bytes]:
    def changed(data: bytes) -> bytes:
        content = json.loads(gzip.decompress(data))
        edit(content)
        return gzip.compress(json.dumps(content).encode())

    return changed


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda data: data[: len(data) // 2], "已损坏"),
        (lambda data: b"", "已损坏"),
        (lambda data: b"PK\x03\x04 not this", "已损坏"),
        (lambda data: gzip.compress(b"[]"), "已损坏"),
        (change(lambda content: content["columns"].clear()), "已损坏"),
        (change(lambda content: content["told"].pop("label")), "已损坏"),
        (change(lambda content: content["told"].update(more=1)), "已损坏"),
        (change(lambda content: content["told"]["views"][0]["layers"][0].update(layer="Rocket")), "已损坏"),
        (change(lambda content: content["told"]["place"]["info"].update(name_zh=5)), "已损坏"),
        (change(lambda content: content.update(version=2)), "另一版本"),
        (change(lambda content: content.update(format="other")), "另一版本"),
    ],
)
def test_a_bad_file_is_one_clear_error(damage: Callable[[bytes], bytes], said: str, tmp_path: Path) -> None:
    file = written(make_told(5), tmp_path) / ANSWER_FILE
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(InputError) as caught:
        read_told(tmp_path)
    assert len(caught.value.faults) == 1
    fault = caught.value.faults[0]
    assert said in fault.zh
    assert fault.file == str(file)
    assert "重新运行" in fault.remedy_zh
    assert "run the scenario again" in fault.remedy_en


def test_a_folder_of_an_older_version_is_told_to_run_again(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="run the scenario again") as caught:
        read_told(tmp_path)
    assert caught.value.faults[0].file == str(tmp_path)


def test_a_whole_size_is_drawn_as_a_whole_number(tmp_path: Path) -> None:
    told = make_told(5)
    layer = told.views[0].layers[2]
    whole = replace(layer, categories=(Category("a", "甲", "A", "#000000", size_px=7),))
    view = replace(told.views[0], layers=(whole,))
    back = read_told(written(replace(told, views=(view,)), tmp_path))
    assert repr(back.views[0].layers[0].categories[0].size_px) == "7"
