"""Very many points are gathered in hexagons: nobody is lost, each is in the nearest, and the page stays small."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from siting.render.hexagons import CELLS, MOST_POINTS, gathered, hexagons
from siting.render.view_map import views_html
from siting.render.views import PointLayer, Told
from tests.render.browser import READY, open_browser, open_page, settle
from tests.render.sample_told import make_told

MANY = 60_000


def people_of(told: Told) -> PointLayer:
    found = next(layer for layer in told.views[0].layers if layer.key == "people")
    assert isinstance(found, PointLayer)
    return found


def test_every_point_lies_in_its_hexagon_which_are_regular_and_apart() -> None:
    rng = np.random.default_rng(5)
    lon, lat = rng.uniform(120.5, 121.0, 20_000), rng.uniform(29.4, 29.75, 20_000)
    cell, shapes = hexagons(lon, lat)
    assert 0.8 * CELLS < len(shapes) < 1.3 * CELLS
    assert (shapely.distance(shapes[cell], shapely.points(lon, lat)) < 1e-12).all()
    assert shapely.area(shapely.union_all(shapes)) == pytest.approx(shapely.area(shapes).sum())
    scale = np.cos(np.radians(lat.mean()))
    edges = np.diff(shapely.get_coordinates(shapes[0]) * [scale, 1.0], axis=0)
    assert np.hypot(*edges.T) == pytest.approx(np.full(6, np.hypot(*edges[0])))


def test_hexagons_have_the_sums_and_the_category_of_most() -> None:
    layer = replace(people_of(make_told(3_000)), weight="need")
    areas = gathered(layer)
    assert areas.frame["need"].sum() == pytest.approx(layer.frame["need"].sum())
    assert areas.frame["points"].sum() == 3_000
    assert [column.name for column in areas.columns] == ["points", "need"]
    for row in areas.frame.sample(40, random_state=1).itertuples():
        inside = layer.frame[
            shapely.distance(row.geometry, shapely.points(layer.frame["lon"], layer.frame["lat"])) < 1e-12
        ]
        assert row.need == pytest.approx(inside["need"].sum())
        most = inside.groupby("category")["need"].sum()
        assert most[row.category] == most.max()
        assert row.name in set(inside["name"])


def test_one_place_is_one_hexagon() -> None:
    cell, shapes = hexagons(np.full(3, 120.0), np.full(3, 29.0))
    assert (len(shapes), cell.tolist()) == (1, [0, 0, 0])


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Path]]:
    path = tmp_path_factory.mktemp("many") / "map.html"
    told = make_told(MANY)
    path.write_text(views_html(replace(told, views=told.views[:2])), encoding="utf-8")
    with open_browser() as browser, open_page(browser, path) as (opened, seen):
        opened.wait_for_selector(READY)  # type: ignore[attr-defined]
        yield opened, path
        seen.check()


@pytest.mark.browser
def test_sixty_thousand_points_are_a_small_page_that_is_usable(page: tuple[Any, Path]) -> None:
    opened, path = page
    assert MANY > MOST_POINTS
    assert path.stat().st_size < 8_000_000
    kinds = opened.evaluate("siting.layersOf(siting.view()).map(layer => [layer.key, layer.kind])")
    assert dict(kinds)["people"] == "areas"
    opened.evaluate("siting.setLayer('layer:areas', false)")
    opened.evaluate("siting.map.setView([29.6, 120.75], 13, { animate: false }), null")
    settle(opened)
    box = opened.locator("#map_siting").bounding_box()
    opened.mouse.click(box["x"] + box["width"] / 2 - 60, box["y"] + box["height"] / 2 + 40)
    settle(opened)
    told = opened.locator(".popup").text_content()
    assert "其中居民点（处）" in told
    assert "按六边形汇总" in told
    opened.evaluate("siting.setPeriod(1)")
    settle(opened)
