"""Snapped places: how far they move, that the true ones are gone."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Transformer
from shapely.geometry import box

from siting.publish.grid import Grid

CRS = "EPSG:4549"
THERE = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
PLACES = st.lists(
    st.tuples(st.floats(118.6, 121.4, allow_nan=False), st.floats(20.0, 45.0, allow_nan=False)), min_size=1, max_size=20
)


@given(PLACES)
def test_places_lie_on_the_grid_and_move_by_71_m_at_most(places: list[tuple[float, float]]) -> None:
    true = np.array(places)
    grid = Grid(CRS, 100)
    told = grid.snap(true)
    at = np.column_stack(THERE.transform(told[:, 0], told[:, 1]))
    assert np.abs(at - np.rint(at / 100) * 100).max() < 0.2  # six decimals of a degree
    assert grid.farthest_m <= 100 / np.sqrt(2) + 1e-6
    metres = Geod(ellps="WGS84").inv(true[:, 0], true[:, 1], told[:, 0], told[:, 1])[2]
    assert np.max(metres) <= 71


@given(PLACES)
def test_a_true_place_is_told_only_where_it_lies_on_the_grid(places: list[tuple[float, float]]) -> None:
    true = np.array(places)
    told = Grid(CRS, 100).snap(true)
    same = (np.round(true, 6) == told).all(axis=1)
    at = np.column_stack(THERE.transform(true[:, 0], true[:, 1]))
    off = np.abs(at - np.rint(at / 100) * 100).max(axis=1)
    assert (off[same] < 0.2).all()


@given(PLACES)
def test_snapping_twice_is_snapping_once(places: list[tuple[float, float]]) -> None:
    once = Grid(CRS, 100).snap(np.array(places))
    np.testing.assert_array_equal(Grid(CRS, 100).snap(once), once)


def test_a_place_that_is_not_known_stays_so() -> None:
    told = Grid(CRS, 100).snap(np.array([[np.nan, 29.5], [120.6, 29.5]]))
    assert np.isnan(told[0]).all()
    assert np.isfinite(told[1]).all()


def test_corners_of_shapes_are_snapped_and_the_shapes_stay_whole() -> None:
    frame = gpd.GeoDataFrame(pd.DataFrame({"a": [1]}), geometry=[box(120.6, 29.5, 120.61, 29.52)], crs=4326)
    told = Grid(CRS, 100).snap_shapes(frame)
    assert told.is_valid.all()
    corners = np.array(told.geometry.iloc[0].exterior.coords)
    at = np.column_stack(THERE.transform(corners[:, 0], corners[:, 1]))
    assert np.abs(at - np.rint(at / 100) * 100).max() < 0.2
