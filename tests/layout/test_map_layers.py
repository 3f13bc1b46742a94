"""The map of a layout plan: who fares how, catchments, classes, and the charts of its panel, each checked by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from siting.layout.answer import LayoutAnswer
from siting.layout.facts import Facts
from siting.layout.views import views_of
from siting.prepare import Settings
from siting.render.cells import cells_of
from siting.render.map_style import load_style
from siting.render.people_looks import NAMED
from siting.render.view_map import views_html
from siting.render.views import AreaLayer, PointLayer, View

from ..render.browser import open_browser, open_page
from .tiny_plan import tiny_plan

READY = "html[data-ready=true]"


@pytest.fixture(scope="module")
def facts() -> Facts:
    return Facts(tiny_plan())


@pytest.fixture(scope="module")
def views(facts: Facts) -> tuple[View, ...]:
    return views_of(facts)


def points(view: View, key: str) -> PointLayer:
    found = next(layer for layer in view.layers if layer.key == key)
    assert isinstance(found, PointLayer)
    return found


def test_every_colouring_of_the_points_is_an_alternative_to_the_others(views: tuple[View, ...]) -> None:
    for view in views:
        chosen = [layer for layer in view.layers if isinstance(layer, PointLayer) and layer.choice == "people"]
        assert [layer.key for layer in chosen] == [
            "need", "time_before", "time_after", "unmet", "before", "change", "after",
        ]  # fmt: skip
        assert [layer.key for layer in chosen if layer.shown] == ["after"]
        for layer in chosen:
            known = {category.key for category in layer.categories}
            assert set(layer.frame["category"]) <= known, layer.key
            for moment in layer.moments:
                assert set(layer.frame[moment.state]) <= {"within", "beyond", "without", "nobody"}


def test_minutes_fall_into_the_class_that_the_legend_states(views: tuple[View, ...]) -> None:
    breaks = load_style().travel_time.breaks_min
    for view in views:
        layer = points(view, "time_after")
        names = {category.key: category.en for category in layer.categories}
        for minutes, need, key in layer.frame[["minutes_after", "need", "category"]].itertuples(index=False):
            if not need > 0:
                assert key == "nobody"
            elif np.isnan(minutes):
                assert key == "without"
            elif minutes > breaks[-1]:
                assert names[key] == f"over {breaks[-1]:g} min"
            else:
                low, high = (float(end) for end in names[key].removesuffix(" min").split("–"))
                assert low < minutes <= high or minutes == low == 0


def test_what_is_unmet_is_named_where_it_is_most(views: tuple[View, ...]) -> None:
    for view in views:
        frame = points(view, "unmet").frame
        unmet = (frame["need"] - frame["within_after"]).fillna(0.0).round(6)
        assert frame["unmet"].fillna(0.0).tolist() == pytest.approx(unmet.clip(lower=0.0).tolist())
        named = frame[frame["unmet_name"] != ""]
        assert len(named) == min(NAMED, int((unmet >= 1).sum()))
        if len(named):
            assert named["unmet"].min() >= frame.loc[frame["unmet_name"] == "", "unmet"].max()
            assert (named["category"] != "met").all()


def test_a_catchment_has_the_points_that_go_there_and_no_others(facts: Facts, views: tuple[View, ...]) -> None:
    demand = facts.plan.posed.case.demand
    for k, view in enumerate(views):
        layer = next(layer for layer in view.layers if layer.key == "catchments")
        assert isinstance(layer, AreaLayer)
        found = facts.points(*divmod(k, len(facts.years)))
        went = found[(found["place_after"] >= 0) & (found["need"] > 0)]
        assert layer.frame["points"].sum() == len(went)
        for row in layer.frame.itertuples():
            mine = went[[facts.name(int(p)) == row.name for p in went["place_after"]]]
            inside = shapely.contains_xy(row.geometry, demand["lon"].to_numpy(), demand["lat"].to_numpy())
            assert inside[mine.index].all()
            assert not inside[went.index.difference(mine.index)].any()
        shares = shapely.area(layer.frame.geometry.to_numpy())
        assert shapely.area(layer.frame.geometry.union_all()) == pytest.approx(shares.sum())  # none over another


def test_land_is_shared_out_by_the_nearest_point(facts: Facts) -> None:
    case = facts.plan.posed.case
    twice = replace(case, demand=pd.concat([case.demand, case.demand.iloc[:1]], ignore_index=True))
    cells = cells_of(twice)
    assert cells[-1].is_empty  # at the place of another
    lon, lat = (twice.demand[name].to_numpy() for name in ("lon", "lat"))
    scale = np.cos(np.radians(lat.mean()))
    rng = np.random.default_rng(3)
    west, south, east, north = lon.min(), lat.min(), lon.max(), lat.max()
    for x, y in zip(rng.uniform(west, east, 200), rng.uniform(south, north, 200), strict=True):
        near = int(np.argmin((lon[:-1] - x) ** 2 * scale**2 + (lat[:-1] - y) ** 2))
        holders = [k for k, cell in enumerate(cells) if shapely.intersects_xy(cell, x, y)]
        assert holders in ([near], [])  # none beyond the outline


def test_bars_are_the_shares_of_the_people(facts: Facts, views: tuple[View, ...]) -> None:
    for k, view in enumerate(views):
        figures = facts.figures(*divmod(k, len(facts.years)))
        township, minutes = view.bars
        assert sum(row[2] for row in minutes.rows) == pytest.approx(1.0)
        assert sum(row[3] for row in minutes.rows) == pytest.approx(1.0)
        nowhere = {row[1]: row[2:] for row in minutes.rows}.get("no place", (0.0, 0.0))
        assert nowhere == pytest.approx(
            (figures.without_before / figures.need, figures.without_after / figures.need), abs=1e-9
        )
        moves = facts.moves_in(*divmod(k, len(facts.years)))
        home = facts.plan.posed.case.demand["township"].to_numpy()[moves["point"]]
        for name, _, before, after in township.rows:
            mine = moves[home == name]
            total = mine["persons"].sum()
            assert before == pytest.approx((mine["persons"] * mine["within_before"]).sum() / total)
            assert after == pytest.approx((mine["persons"] * mine["within_after"]).sum() / total)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("layout_map")
    told = LayoutAnswer(tiny_plan()).told(Settings(cache=folder / "cache"))
    (folder / "map.html").write_text(views_html(told), encoding="utf-8")
    with open_browser() as browser, open_page(browser, folder / "map.html") as (opened, seen):
        opened.wait_for_selector(READY)  # type: ignore[attr-defined]
        yield opened
        seen.check()


def told_of_changes(page: Any) -> dict[str, list[list[str]]]:
    """Of each service in the open popup the rows: when, who, minutes, how."""
    found: dict[str, list[list[str]]] = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll('.changes tbody')].map(body => {
             const rows = [...body.querySelectorAll('tr:not(.subject)')];
             return [body.dataset.subject, rows.map(row => [...row.children].map(cell => cell.textContent))];
           }))"""
    )
    return found


@pytest.mark.browser
def test_a_click_tells_what_changes_in_every_service(page: Any, facts: Facts) -> None:
    demand = facts.plan.posed.case.demand
    for period, row in ((1, 0), (1, len(demand) // 2), (0, 0)):
        page.evaluate(
            "([p, id]) => { siting.setPeriod(p); siting.show(0, 'after', id); }", [period, demand["id"].iloc[row]]
        )
        told, wanted = told_of_changes(page), {}
        for s, part in enumerate(facts.parts):
            found = facts.points(s, period)
            if row not in found.index or not found.loc[row, "need"] > 0:
                continue
            one, rows = found.loc[row], []
            for when, name in (("before", "不作改变时"), ("after", "规划后")):
                lost = one["need"] - one[f"within_{when}"] - one[f"without_{when}"]
                most = max((one[f"within_{when}"], "达标"), (one[f"without_{when}"], "没有着落"), (lost, "未达标"))[1]
                place, minutes = int(one[f"place_{when}"]), one[f"minutes_{when}"]
                rows.append(
                    [
                        name,
                        "—" if place < 0 else facts.name(place),
                        "—" if np.isnan(minutes) else f"{minutes:.1f} 分钟",
                        most,
                    ]
                )
            if rows[0][1:] == rows[1][1:]:
                rows = [["不变", *rows[0][1:]]]
            wanted[part.service.id] = rows
        assert wanted
        assert told == wanted


@pytest.mark.browser
def test_one_colouring_of_the_points_is_on_at_a_time(page: Any) -> None:
    page.evaluate("siting.map.closePopup(), siting.setPeriod(1)")
    on = "[...document.querySelectorAll('#switches input[type=radio]')].filter(i => i.checked).map(i => i.value)"
    assert page.evaluate(on) == ["layer:after"]
    page.locator('#switches input[value="layer:time_after"]').check()
    assert page.evaluate(on) == ["layer:time_after"]
    assert not page.evaluate("siting.state.on.has('layer:after')")
    assert "分钟" in (page.locator("#legend").text_content() or "")
    page.locator('#switches input[value="none:people"]').check()
    assert page.evaluate(on) == ["none:people"]
    page.evaluate("siting.setLayer('layer:after', true)")
    assert page.evaluate(on) == ["layer:after"]


@pytest.mark.browser
def test_the_panel_has_both_charts_in_both_languages(page: Any, views: tuple[View, ...]) -> None:
    page.evaluate("siting.setPeriod(1)")
    for language in (1, 0):
        page.evaluate("k => siting.setLanguage(k)", language)
        told = page.locator("#bars h2").all_text_contents()
        assert told == [(bars.zh, bars.en)[language] for bars in views[1].bars]
        assert page.locator("#bars tr").count() == sum(len(bars.rows) for bars in views[1].bars)
        widths = page.evaluate(
            "[...document.querySelectorAll('#bars .after i')].map(i => i.getBoundingClientRect().width)"
        )
        assert max(widths) > 20


@pytest.mark.browser
def test_a_facility_is_told_in_one_language(page: Any) -> None:
    page.evaluate("siting.setPeriod(1), siting.show(0, 'facilities', 'c1')")
    zh = page.locator(".popup dl").text_content() or ""
    page.evaluate("siting.setLanguage(1)")
    en = page.locator(".popup dl").text_content() or ""
    page.evaluate("siting.setLanguage(0)")
    assert zh.count("规模") == en.count("Size") == 1
    assert "规模" not in en
    assert "Size" not in zh
