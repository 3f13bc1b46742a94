"""The map of an answer as its readers use it: in Chromium, with no network."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from siting.files import resources
from siting.layout.views import CHANGES
from siting.render.columns import make_sheet
from siting.render.view_map import render_views
from siting.render.views import Told
from tests.render.browser import READY, canvas_sum, open_page, settle
from tests.render.sample_told import LABEL, NAMES, NOTICES, make_told

pytestmark = pytest.mark.browser
WRITTEN = """() => { const seen = [], own = CanvasRenderingContext2D.prototype.fillText;
             CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
               seen.push(text); return own.call(this, text, x, y); };
             siting.setLayer('names', false);
             CanvasRenderingContext2D.prototype.fillText = own;
             return seen; }"""  # what is written on the map, of names none


@pytest.fixture(scope="module")
def told() -> Told:
    return make_told()


@pytest.fixture(scope="module")
def made(told: Told, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("views") / "map.html"
    render_views(told, path)
    return path


@pytest.fixture
def page(browser: Any, made: Path) -> Iterator[Any]:
    with open_page(browser, made) as (opened, seen):
        opened.wait_for_selector(READY)
        yield opened
        assert opened.evaluate("window.hacked") is None
        assert opened.evaluate("document.querySelectorAll('#map_siting img, #panel img, #panel script').length") == 0
        seen.check()


def point(page: Any, lat: float, lon: float) -> tuple[float, float]:
    """Where a place lies on the screen once the map is centred on it."""
    spot = page.evaluate(
        """at => {
          siting.map.setView(at, 16, { animate: false });
          const p = siting.map.latLngToContainerPoint(at), box = siting.map.getContainer().getBoundingClientRect();
          return [box.left + p.x, box.top + p.y];
        }""",
        [lat, lon],
    )
    settle(page)
    return float(spot[0]), float(spot[1])


def facts(page: Any) -> dict[str, str]:
    """What the open popup says: header and value."""
    return dict(
        page.evaluate(
            """() => [...document.querySelectorAll('.popup dt')]
                 .map(node => [node.textContent, node.nextElementSibling.textContent])"""
        )
    )


def test_the_period_switch_changes_points_figures_and_the_open_popup(page: Any, told: Told) -> None:
    page.evaluate("siting.show(0, 'people', 'd00006')")
    before, seen = facts(page), canvas_sum(page, "overlayPane")
    assert before["时间（分钟）"] == "—"
    assert before["需求（人）"] == "1,294"
    page.locator("#periods button").nth(1).click()
    settle(page)
    after = facts(page)
    assert page.locator(".popup").get_attribute("data-id") == "d00006"
    assert after["时间（分钟）"] == "12.3"
    assert after["需求（人）"] == "1,295"
    assert canvas_sum(page, "overlayPane") != seen
    assert page.locator("#headline strong").first.text_content() == "2035 / 60"
    assert page.locator("#periods button").nth(1).get_attribute("aria-checked") == "true"


def test_periods_and_subjects_are_switched_by_the_keyboard(page: Any) -> None:
    page.locator("#periods button").first.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("[siting.state.period, document.activeElement.textContent]") == [1, "2035 年"]
    page.keyboard.press("ArrowRight")
    assert page.evaluate("siting.state.period") == 0
    page.locator('#services button[aria-checked="true"]').focus()
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("siting.state.subject") == 1
    assert page.locator("#switches input").count() == 4  # two layers of the second subject, zones, names


def test_a_click_on_a_point_shows_its_columns(page: Any, told: Told) -> None:
    layer = told.views[0].layers[3]
    row = layer.frame.iloc[13]
    page.mouse.click(*point(page, row["lat"], row["lon"]))
    assert page.locator(".popup h3").text_content() == "学校13"
    assert facts(page) == {"年份": "2030", "得分": "1.857"}
    assert page.locator(".popup .category").text_content() == "建成 · 学校"


def test_numbers_have_the_form_of_their_kind(page: Any) -> None:
    page.evaluate("siting.show(0, 'people', 'd00001')")
    assert facts(page)["占比"] == ">99.9%"
    page.evaluate("siting.show(0, 'facilities', 's0')")
    assert facts(page)["年份"] == "—"


def test_a_click_on_an_area_shows_its_columns_and_a_hole_is_not_in_it(page: Any) -> None:
    for layer in ("people", "facilities", "lines"):
        page.evaluate("id => siting.setLayer('layer:' + id, false)", layer)
    page.mouse.click(*point(page, 29.61, 120.81))
    assert page.locator(".popup h3").text_content() == "东片"
    assert facts(page) == {"需求（人）": "—"}
    page.locator(".leaflet-popup-close-button").click()
    page.mouse.click(*point(page, 29.645, 120.88))
    settle(page)
    assert page.locator(".popup").count() == 0


def test_layers_come_and_go(page: Any) -> None:
    settle(page)
    for layer, pane in (
        ("areas", "areas"),
        ("lines", "lines"),
        ("people", "overlayPane"),
        ("candidates", "overlayPane"),
    ):
        box = page.locator(f'#switches input[value="layer:{layer}"]')
        before, on = canvas_sum(page, pane), box.is_checked()
        assert on == (layer != "candidates")
        box.set_checked(not on)
        settle(page)
        assert canvas_sum(page, pane) != before, layer
        box.set_checked(on)
        settle(page)
        assert canvas_sum(page, pane) == before, layer


def test_the_legend_has_what_is_drawn_and_nothing_else(page: Any) -> None:
    def legend() -> list[str]:
        texts: list[str] = page.evaluate(
            """() => [...document.querySelectorAll('#legend li:not(.head)')]
                 .map(node => (node.querySelector('canvas') ? '+' : '-') + node.textContent)"""
        )
        return texts

    assert {"+建成", "+现有", "+远期", "+达标", "+未达标"} <= set(legend())
    assert "从不出现" not in " ".join(legend())
    page.evaluate("siting.setPeriod(1)")
    assert "+远期" not in legend()
    page.evaluate("siting.setLayer('layer:facilities', false)")
    assert "+建成" not in legend()
    pictures = page.evaluate("[...document.querySelectorAll('#legend canvas')].map(node => node.toDataURL())")
    assert len(pictures) > 4
    assert all(len(picture) > 300 for picture in pictures)


def test_lines_have_the_colours_of_their_categories(page: Any) -> None:
    colours = page.evaluate(
        """() => { const found = new Set();
             siting.map.eachLayer(layer => {
               if (layer instanceof L.Polyline && !(layer instanceof L.Polygon)) found.add(layer.options.color);
             });
             return [...found].sort(); }"""
    )
    assert colours == ["#4a86c5", "#e8743b"]


def test_ranks_stand_beside_their_points(page: Any) -> None:
    written = page.evaluate(WRITTEN)
    assert set(written) >= {str(k) for k in range(1, 21)}


def test_in_a_crowd_the_uppermost_ten_are_labelled_over_symbols(browser: Any, told: Told, tmp_path: Path) -> None:
    sites = told.views[0].layers[3]
    near = sites.frame.assign(lon=120.7 + 0.0008 * sites.frame.index, lat=29.5, category="built")
    crowd = replace(told, views=(replace(told.views[0], layers=(replace(sites, frame=near),)),))
    render_views(crowd, tmp_path / "map.html")
    with open_page(browser, tmp_path / "map.html") as (page, seen):
        page.wait_for_selector(READY)
        page.evaluate("() => { siting.map.setView([29.5, 120.708], 14, { animate: false }); }")
        written = page.evaluate(WRITTEN)
        assert {str(k) for k in range(1, 11)} <= set(written)
        assert not {str(k) for k in range(11, 20)} <= set(written)
        seen.check()


def test_search_finds_any_point_of_any_subject_and_opens_it(page: Any) -> None:
    page.locator("#query").fill("村17")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator(".popup").get_attribute("data-id") == "d00017"
    page.evaluate("siting.setSubject(1)")
    page.locator("#query").fill("村49")  # the second subject does not have it
    assert "小学" in (page.locator("#found li small").first.text_content() or "")
    page.keyboard.press("Enter")
    assert page.evaluate("siting.state.subject") == 0
    assert page.locator(".popup").get_attribute("data-id") == "d00049"
    page.locator("#query").fill("c" + "s19")  # of a layer that is off
    page.keyboard.press("Enter")
    assert page.locator('#switches input[value="layer:candidates"]').is_checked()
    page.locator("#query").fill("没有这个地方")
    assert page.locator("#found li").text_content() == "没有找到"


def test_names_show_as_typed_and_run_nothing(page: Any) -> None:
    for k, name in enumerate(NAMES):
        page.evaluate("id => siting.show(0, 'people', id)", f"d{k:05d}")
        assert page.locator(".popup h3").evaluate("node => node.textContent") == (
            name.replace("\x0b", "") or f"d{k:05d}"
        )
    page.locator("#query").fill("onerror")
    assert page.locator("#found li").count() >= 2
    assert NAMES[0] in (page.locator("#title").text_content() or "")
    assert page.locator("#sheets tbody th").first.text_content() == NAMES[0]


def test_tables_of_the_view_are_in_the_panel(page: Any) -> None:
    rows = page.locator("#sheets details").first.locator("tbody tr")
    assert rows.first.locator("td").all_text_contents() == ["12,345", "—"]
    long = page.locator("#sheets details").nth(1)
    long.locator("summary").click()
    assert long.locator("tbody tr").count() == 60
    assert "另有 1 行" in (long.text_content() or "")


@pytest.mark.parametrize("size", [(1400, 900), (390, 844)])
def test_a_plan_s_table_of_changes_fits_in_the_panel(
    browser: Any, told: Told, tmp_path: Path, size: tuple[int, int]
) -> None:
    rows = [
        ("甘霖镇中心小学", "2027 年缩减，2035 年撤并", "reduced in 2027, merged in 2035", 0.0, 1234.0, 200.0),
        ("高铁新城新建小学用地 12", "2030 年新建，36 班", "new in 2030, 36 classes", 12345.0, 12345.0, 30000.0),
    ]
    frame = pd.DataFrame(rows, columns=[column.name for column in CHANGES])
    sheet = make_sheet("changes", ("新建与变动的设施", "New and changed facilities"), CHANGES, frame)
    render_views(replace(told, views=(replace(told.views[0], sheets=(sheet,)),)), tmp_path / "map.html")
    with open_page(browser, tmp_path / "map.html", size=size) as (page, seen):
        page.wait_for_selector(READY)
        if size[0] < 760:
            page.locator("#handle").click()
        for plan, other in (("2030 年新建，36 班", "new in"), ("new in 2030, 36 classes", "新建，36")):
            cells = page.locator("#sheets tbody tr").nth(1).locator("td").all_text_contents()
            assert cells == [plan, "12,345", "12,345", "30,000"]
            assert other not in (page.locator("#sheets").text_content() or "")
            assert page.locator("#sheets thead th").count() == 5
            room = "document.querySelector('#sheets .scroll')"
            assert page.evaluate(f"{room}.scrollWidth <= {room}.clientWidth")
            assert all(
                page.evaluate(
                    "[...document.querySelectorAll('#sheets .unit')].map(n => n.getClientRects().length === 1)"
                )
            )
            page.locator("#language").click()
        seen.check()


def test_label_notices_and_sources_are_told(page: Any) -> None:
    assert page.locator("#result").text_content() == LABEL[0]
    for zh, en in NOTICES:
        assert zh in (page.locator("#notices").text_content() or "")
        assert en in (page.locator("#notices").text_content() or "")
        assert zh in (page.locator("#banner").text_content() or "")
    assert "示例数据" in (page.locator("#banner").text_content() or "")
    assert "© OpenStreetMap 贡献者" in (page.locator("#sources").text_content() or "")


def test_both_languages_leave_nothing_unsaid(page: Any) -> None:
    page.evaluate("siting.show(0, 'facilities', 's4')")
    page.locator("#language").click()
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.locator("#result").text_content() == LABEL[1]
    assert facts(page) == {"Year": "2030", "Score": "0.571"}
    text = page.evaluate(
        """() => ['#services', '#switches', '#legend', '#result', '#headline', '#sheets thead', '.category', '#scale']
             .map(id => document.querySelector(id).innerText).join(' ')"""
    )
    assert not re.search(r"[\u4e00-\u9fff]", text.replace("文", ""))
    page.locator("#language").click()
    assert page.locator("#result").text_content() == LABEL[0]


def test_everything_is_reached_by_the_keyboard(page: Any) -> None:
    reached = set()
    page.evaluate("document.activeElement.blur()")
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                """() => { const node = document.activeElement;
                     return node.value || node.id || node.dataset.key || node.className || node.tagName; }"""
            )
        )
    assert {
        "print",
        "language",
        "primary_school",
        "2030",
        "SUMMARY",
        "query",
        "layer:people",
        "layer:candidates",
    } <= reached
    assert {"zones", "zoom-in", "map_siting", "scroll"} <= {word for text in reached for word in text.split()}


def test_print_has_its_furniture_on_one_sheet(page: Any) -> None:
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    for part in ("#paper", "#legend-body", "#scale", "#north", "#banner", "#title", "#result", "#headline", "#sheets"):
        assert page.locator(part).is_visible(), part
    for part in ("#switches", "#finder", "#zoom", '#periods button[aria-checked="false"]'):
        assert not page.locator(part).first.is_visible(), part
    for language in (1, 0):
        page.evaluate("k => siting.setLanguage(k)", language)
        assert not page.evaluate(
            """() => [...document.querySelectorAll('#panel-body, #masthead, #side, #print-notes')]
                 .filter(node => node.scrollWidth > node.clientWidth + 1).map(node => node.id)"""
        )
    assert LABEL[0] in (page.locator("#print-notes").text_content() or "")
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("#switches").is_visible()
    assert page.evaluate("document.querySelector('#sheets').parentNode.id") == "panel-body"
    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1


def test_a_phone_has_the_map_and_a_sheet(browser: Any, made: Path) -> None:
    with open_page(browser, made, size=(390, 844)) as (page, seen):
        page.wait_for_selector(READY)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        box = page.locator(".folium-map").bounding_box()
        assert box is not None
        assert box["height"] > 380
        assert page.locator("#periods").is_visible()
        assert not page.locator("#notices").is_visible()
        page.locator("#handle").click()
        assert page.locator("#notices").is_visible()
        seen.check()


def test_data_and_scripts_of_different_versions_say_so(
    browser: Any, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgraded = tmp_path / "maps"  # after the program was loaded
    shutil.copytree(resources.maps(), upgraded)
    panel = upgraded / "script" / "panel.js"
    panel.write_text(panel.read_text(encoding="utf-8").replace("DATA.place", "DATA.where"), encoding="utf-8")
    monkeypatch.setattr(resources, "maps", lambda: upgraded)
    render_views(told, tmp_path / "map.html")
    with open_page(browser, tmp_path / "map.html") as (page, seen):
        message = page.locator("#mismatch")
        assert message.is_visible()
        for words in ("请重新运行", "Please run again"):
            assert words in (message.text_content() or "")
        assert page.locator(READY).count() == 0
        assert seen.errors == ["The data of this page were made for another version of its script."]


def test_data_and_scripts_of_one_version_say_nothing(page: Any) -> None:
    assert not page.locator("#mismatch").is_visible()


def test_one_view_has_no_switches_of_subject_and_period(browser: Any, told: Told, tmp_path: Path) -> None:
    only = replace(told, views=(replace(told.views[0], period="", sheets=(), figures=()),), notices=())
    render_views(only, tmp_path / "map.html")
    with open_page(browser, tmp_path / "map.html") as (page, seen):
        page.wait_for_selector(READY)
        assert not page.locator("#services").is_visible()
        assert not page.locator("#periods").is_visible()
        assert page.locator("#sheets").text_content() == ""
        seen.check()


def test_the_map_of_a_whole_county_is_usable(browser: Any, tmp_path: Path) -> None:
    render_views(make_told(3800), tmp_path / "map.html")
    with open_page(browser, tmp_path / "map.html") as (page, seen):
        page.wait_for_selector(READY)
        settle(page)
        for period in (1, 0, 1):
            page.evaluate("k => siting.setPeriod(k)", period)
            settle(page)
        assert page.evaluate("siting.layersOf(siting.view())[2].at.length") == 3800
        seen.check()


def test_the_map_opens_at_the_view_that_the_answer_names(browser: Any, told: Told, tmp_path: Path) -> None:
    last = told.views[-1]
    render_views(replace(told, first=(last.subject, last.period)), tmp_path / "last.html")
    with open_page(browser, tmp_path / "last.html") as (opened, seen):
        opened.wait_for_selector(READY)
        assert opened.evaluate("siting.data.subjects[siting.state.subject][0]") == last.subject
        assert opened.evaluate("siting.data.periods[siting.state.period][0]") == last.period
        seen.check()
