"""The generalised base map: on the grid, near where it was, without stairs, its crossings still joined."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Point, Polygon

from siting.consultation.rules import load_rules
from siting.publish.grid import Grid
from siting.publish.ground import LEAST_AREA, generalised
from siting.publish.public import public_told
from tests.publish.an_answer import an_answer

CRS = "EPSG:4549"
EAST, NORTH = 579_000.0, 3_268_000.0


def frame(*shapes: shapely.Geometry, names: tuple[str, ...] = ()) -> gpd.GeoDataFrame:
    """Shapes in metres from a node of the grid, in degrees."""
    moved = [shapely.transform(shape, lambda at: at + np.array([EAST, NORTH])) for shape in shapes]
    names = names or tuple(f"路{k}" for k in range(len(shapes)))
    return gpd.GeoDataFrame({"name": names, "highway": "primary"}, geometry=moved, crs=CRS).to_crs(4326)


def made(*shapes: shapely.Geometry, names: tuple[str, ...] = ()) -> dict[str, shapely.Geometry]:
    """By name, in metres from the same node."""
    found = generalised(frame(*shapes, names=names), Grid(CRS, 100)).to_crs(CRS)
    metres = [shapely.transform(shape, lambda at: np.round(at - (EAST, NORTH), 1) + 0.0) for shape in found.geometry]
    return dict(zip(found["name"], metres, strict=True))


def winding(seed: int, count: int = 200) -> LineString:
    """A road that wanders."""
    turns = np.cumsum(np.random.default_rng(seed).normal(0, 0.25, count))
    return LineString(np.cumsum(40 * np.column_stack([np.cos(turns), np.sin(turns)]), axis=0))


@pytest.mark.parametrize("seed", range(5))
def test_a_winding_road_lies_on_the_grid_and_near_where_it_was(seed: int) -> None:
    true = winding(seed)
    (told,) = made(true).values()
    corners = shapely.get_coordinates(told)
    assert np.abs(corners - np.rint(corners / 100) * 100).max() < 0.2
    assert len(corners) < len(true.coords) / 2
    farthest = shapely.hausdorff_distance(true, told, densify=0.05)
    assert farthest <= (0.3 + np.sqrt(0.5) + 0.6) * 100 + 1  # what is taken out, the snap, the steps
    assert farthest > 20  # it is no longer where it was


@pytest.mark.parametrize("degrees", [3, 10, 27, 45, 61, 80])
def test_a_straight_road_has_no_stairs(degrees: int) -> None:
    """Surveyed every 25 m; on the grid it stays one straight line."""
    along = np.arange(0, 5000, 25)[:, None] * [np.cos(np.radians(degrees)), np.sin(np.radians(degrees))]
    (told,) = made(LineString(along + np.array([13, 27]))).values()
    assert len(told.coords) == 2


def test_pieces_of_one_road_are_one_line_and_other_names_are_not() -> None:
    pieces = [LineString([(k * 120, 5), (k * 120 + 120, 5)]) for k in range(6)]
    found = made(*pieces, names=("甲", "甲", "甲", "乙", "乙", "乙"))
    assert {name: list(line.coords) for name, line in found.items()} == {
        "甲": [(0, 0), (400, 0)],
        "乙": [(400, 0), (700, 0)],
    }


def test_a_side_road_meets_the_main_road_again() -> None:
    """It begins at a bend of the main road that the generalised one no longer has."""
    main = LineString([(0, 0), (500, 49), (1000, 0)])
    side = LineString([(500, 49), (520, 800)])
    found = made(main, side)
    assert list(found["路0"].coords) == [(0, 0), (1000, 0)]
    start = Point(found["路1"].coords[0])
    assert start.distance(found["路0"]) < 0.5
    assert not start.equals(Point(500, 49))


def test_a_road_that_only_comes_near_is_not_joined() -> None:
    found = made(LineString([(0, 0), (1000, 0)]), LineString([(500, 120), (520, 800)]))
    assert found["路1"].distance(found["路0"]) == pytest.approx(100)


def test_what_is_smaller_than_the_grid_is_gone() -> None:
    lake = Polygon([(0, 0), (900, 30), (940, 700), (20, 660)])
    pond = Polygon([(10, 10), (40, 10), (40, 40)])
    found = made(lake, pond, LineString([(10, 10), (30, 30)]))
    assert set(found) == {"路0"}
    assert found["路0"].is_valid
    assert found["路0"].area >= LEAST_AREA * 100**2
    corners = shapely.get_coordinates(found["路0"])
    assert np.abs(corners - np.rint(corners / 100) * 100).max() < 0.2


def test_nothing_stays_nothing() -> None:
    empty = frame().astype({"name": str})
    assert len(generalised(empty, Grid(CRS, 100))) == 0


def corners_of(told: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """(n, 2) degrees, to a metre."""
    return np.round(shapely.get_coordinates(np.asarray(told.geometry.to_numpy(), dtype=object)), 5)


def test_no_true_corner_of_the_base_map_is_published() -> None:
    answer = an_answer()
    public, _ = public_told(answer, load_rules())
    for name in ("roads", "water", "rail", "green"):
        true, told = (corners_of(getattr(one.base, name)) for one in (answer, public))
        if len(true) and len(told):
            assert not {*map(tuple, true.tolist())} & {*map(tuple, told.tolist())}, name
