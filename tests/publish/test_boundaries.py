"""Areas of a base map that was cut at the boundary draw it: they are found and left out."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pytest
import shapely
from shapely.geometry import LineString, MultiPolygon, box

from siting.consultation.rules import Extras, load_rules
from siting.publish.boundaries import near_borders, without_followers
from siting.publish.public import public_told
from tests.publish.an_answer import OUTLINE, an_answer

CRS = "EPSG:4549"
WEST, SOUTH, EAST, NORTH = OUTLINE.bounds
INSIDE = box(120.6, 29.5, 120.62, 29.52)
LARGE = INSIDE.buffer(0.01)
AT_EDGE = box(WEST, 29.5, WEST + 0.02, 29.52)  # 2 km of it along the boundary
TOUCHING = box(WEST, 29.6, WEST + 0.01, 29.601)  # 100 m of it
ACROSS = LineString([(WEST - 0.1, 29.55), (WEST + 0.1, 29.55)])


def frame(*shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"name": "", "kind": "wood"}, geometry=list(shapes), index=range(len(shapes)), crs=4326)


@pytest.mark.parametrize(
    ("shape", "kept"),
    [
        (INSIDE, 1),
        (AT_EDGE, 0),
        (TOUCHING, 1),
        (ACROSS, 1),
        (MultiPolygon([LARGE, AT_EDGE]), 1),
        (OUTLINE, 0),
    ],
)
def test_what_follows_the_boundary_is_left_out(shape: shapely.Geometry, kept: int) -> None:
    left, count = without_followers(frame(shape), near_borders([frame(OUTLINE)], CRS), CRS)
    assert len(left) == kept
    assert count == (0 if kept and shape.geom_type != "MultiPolygon" else 1)
    assert not left.geometry.geom_equals(AT_EDGE).any()


def test_of_woods_that_are_mostly_left_out_no_remnant_stays() -> None:
    """The whole of the woods but for a part in the middle is cut at the boundary; parks are not woods."""
    green = frame(INSIDE, OUTLINE, box(120.7, 29.5, 120.72, 29.52)).assign(kind=["wood", "wood", "park"])
    left, count = without_followers(green, near_borders([frame(OUTLINE)], CRS), CRS)
    assert (left["kind"].tolist(), count) == (["park"], 2)


def test_a_public_map_has_them_only_with_a_number() -> None:
    answer = an_answer()
    green = frame(INSIDE, OUTLINE).assign(kind=["park", "wood"])
    told = replace(answer, base=replace(answer.base, green=green))
    plain, found = public_told(told, load_rules())
    (kept,) = plain.base.green.geometry
    assert kept.intersection(INSIDE).area > 0.8 * INSIDE.area
    assert kept.within(INSIDE.buffer(0.002))
    assert any("林地" in left.what[0] for left in found.left_out)
    numbered, _ = public_told(told, load_rules(), Extras("浙S(2026)12号"))
    assert len(numbered.base.green) == 2
