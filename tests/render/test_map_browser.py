"""The map page as its readers use it: in Chromium, with no network."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from siting.render.map_page import render_map
from siting.results import RunResult
from siting.standards import list_services
from tests.hostile.names import HOSTILE
from tests.render.browser import open_browser, open_page
from tests.render.make_result import NOTICE, make_result, without_demand

pytestmark = pytest.mark.browser
READY = "html[data-ready=true]"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with open_browser() as found:
        yield found


@pytest.fixture(scope="module")
def result() -> RunResult:
    return make_result()


@pytest.fixture(scope="module")
def plan(result: RunResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("map") / "map.html"
    render_map(result, path)
    return path


@pytest.fixture
def page(browser: Any, plan: Path) -> Iterator[Any]:
    with open_page(browser, plan) as (opened, seen):
        opened.wait_for_selector(READY)
        yield opened
        assert opened.evaluate("window.hacked") is None
        seen.check()


def point_of(page: Any, kind: str, index: int) -> tuple[float, float]:
    """Where a point lies on the screen once the map is centred on it."""
    spot = page.evaluate(
        """([kind, k]) => {
          const from = kind === 'demand' ? siting.demand : siting.services[siting.state.service].sites;
          siting.map.setView([from.lat[k], from.lon[k]], 15, { animate: false });
          const p = siting.map.latLngToContainerPoint([from.lat[k], from.lon[k]]);
          const box = siting.map.getContainer().getBoundingClientRect();
          return [box.left + p.x, box.top + p.y];
        }""",
        [kind, index],
    )
    return float(spot[0]), float(spot[1])


def open_demand(page: Any, index: int) -> Any:
    page.evaluate("k => siting.show('demand', k)", index)
    return page.locator(".popup")


def lone_demand(result: RunResult) -> int:
    """A demand point with nobody else near, that reaches a facility."""
    frame = result.services[0].demand
    lon, lat = frame["lon"].to_numpy(), frame["lat"].to_numpy()
    for k in range(len(frame) - 1, 0, -1):
        apart = ((lon - lon[k]) ** 2 + (lat - lat[k]) ** 2) ** 0.5
        if (
            sorted(apart)[1] > 0.006
            and frame["demand_persons"][k] > 0
            and not math.isnan(frame["nearest_after_min"][k])
        ):
            return k
    raise AssertionError("no such point")


def canvas_sum(page: Any, pane: str) -> int:
    """Sum of all the opacity that is drawn in a pane: it changes when something is drawn or taken away."""
    return int(
        page.evaluate(
            """pane => {
              let sum = 0;
              siting.map.getPane(pane).querySelectorAll('canvas').forEach(canvas => {
                const copy = new OffscreenCanvas(canvas.width, canvas.height)
                  .getContext('2d', { willReadFrequently: true });
                copy.drawImage(canvas, 0, 0);
                const data = copy.getImageData(0, 0, canvas.width, canvas.height).data;
                for (let k = 3; k < data.length; k += 4) sum += data[k];
              });
              return sum;
            }""",
            pane,
        )
    )


def settle(page: Any) -> None:
    """Wait until the canvas has been drawn anew."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def test_names_show_as_typed_and_run_nothing(page: Any) -> None:
    for k, name in enumerate(HOSTILE):
        popup = open_demand(page, k)
        assert popup.locator("h3").evaluate("node => node.textContent") == name
    for k, name in enumerate(HOSTILE):
        page.evaluate("k => siting.show('site', k)", k)
        title = page.locator(".popup h3").evaluate("node => node.querySelector('bdi').textContent")
        assert title == name
    for layer in ("candidate", "assignment", "area_after", "area_before"):
        page.evaluate("id => siting.setLayer(id, true)", layer)
    page.evaluate("siting.setLanguage(1)")
    page.evaluate("siting.setService(1)")
    page.locator("#query").fill("window.hacked")
    assert page.locator("#found li").count() > 3
    assert (
        page.evaluate("document.querySelectorAll('#map_siting img, #panel img, #found img, #panel script').length") == 0
    )


def test_a_script_that_got_in_would_not_run(browser: Any, plan: Path, tmp_path: Path) -> None:
    spoilt = tmp_path / "spoilt.html"
    text = plan.read_text(encoding="utf-8")
    spoilt.write_text(
        text.replace(
            "<noscript>", "<script>window.hacked = 9</script><img src=x onerror='window.hacked = 9'><noscript>"
        ),
        encoding="utf-8",
    )
    with open_page(browser, spoilt) as (page, seen):
        page.wait_for_selector(READY)
        assert page.evaluate("window.hacked") is None
        assert any("Content Security Policy" in line for line in seen.console)


def test_a_click_on_a_place_tells_the_minutes_of_the_table(page: Any, result: RunResult) -> None:
    index = lone_demand(result)
    row = result.services[0].demand.iloc[index]
    x, y = point_of(page, "demand", index)
    settle(page)
    page.mouse.click(x, y)
    popup = page.locator(".popup")
    assert popup.get_attribute("data-id") == row["id"]
    for moment in ("before", "after"):
        cells = popup.locator(f'tr[data-moment="{moment}"]')
        minutes = row[f"nearest_{moment}_min"]
        assert cells.locator(".minutes").text_content() == ("不可达" if math.isnan(minutes) else f"{minutes:.1f} 分钟")
        covered = "达标" if row[f"covered_{moment}"] else "不可达" if math.isnan(minutes) else "未达标"
        assert cells.locator(".badge").text_content() == covered
    sites = result.services[0].sites.set_index("id")
    assert sites["name"][row["nearest_after_id"]] in (popup.locator('tr[data-moment="after"] bdi').text_content() or "")
    assert f"{row['standard_min']:g} 分钟" in (popup.locator("dd").first.text_content() or "")
    assert popup.locator("table.others tr").count() >= 1


def test_every_place_tells_the_minutes_of_the_table(page: Any, result: RunResult) -> None:
    for s, service in enumerate(result.services):
        page.evaluate("s => siting.setService(s)", s)
        frame = service.demand
        for index in range(25, len(frame), 41):
            row = frame.iloc[index]
            if row["demand_persons"] == 0:
                continue
            minutes = row["nearest_after_min"]
            text = open_demand(page, index).locator('tr[data-moment="after"] .minutes').text_content()
            assert text == ("不可达" if math.isnan(minutes) else f"{minutes:.1f} 分钟")


def test_a_place_that_is_split_names_both_facilities_and_shares(page: Any, result: RunResult) -> None:
    frame = result.services[0].assignments
    split = frame[frame["share"] < 1]
    index = int(result.services[0].demand.index[result.services[0].demand["id"] == split["demand_id"].iloc[0]][0])
    texts = open_demand(page, index).locator(".assigned").all_text_contents()
    assert len(texts) == 2
    assert "75.0%" in texts[0]
    assert "25.0%" in texts[1]


def test_a_click_on_a_facility_tells_what_it_is(page: Any, result: RunResult) -> None:
    sites = result.services[0].sites
    index = int(sites.index[(sites["status"] == "new") & sites["capacity_persons"].notna()][0])
    page.evaluate("k => siting.show('site', k)", index)
    page.evaluate("() => { siting.map.closePopup(); }")
    page.locator(".leaflet-marker-icon").first.click(force=True)
    popup = page.locator(".popup")
    assert popup.get_attribute("data-kind") == "site"
    page.evaluate("k => siting.show('site', k)", index)
    text = popup.text_content() or ""
    assert "新建设施" in text
    assert "500 学位" in text
    assert "2,000 万元" in text


def test_layers_come_and_go(page: Any) -> None:
    settle(page)
    for layer, pane in (("area_after", "areas"), ("area_before", "areas"), ("assignment", "lines")):
        before = canvas_sum(page, pane)
        page.locator(f'#switches input[value="{layer}"]').check()
        settle(page)
        assert canvas_sum(page, pane) > before, layer
        page.locator(f'#switches input[value="{layer}"]').uncheck()
        settle(page)
        assert canvas_sum(page, pane) == before, layer
    for layer in ("existing", "closed", "candidate"):
        box = page.locator(f'#switches input[value="{layer}"]')
        before = canvas_sum(page, "overlayPane")
        box.set_checked(not box.is_checked())
        settle(page)
        assert canvas_sum(page, "overlayPane") != before, layer
    assert page.locator(".leaflet-marker-icon").count() == 5
    page.locator('#switches input[value="new"]').uncheck()
    assert page.locator(".leaflet-marker-icon").count() == 0
    for layer, pane in (("zones", "zones"), ("names", "names")):
        before = canvas_sum(page, pane)
        page.locator(f'#switches input[value="{layer}"]').uncheck()
        settle(page)
        assert canvas_sum(page, pane) < before, layer


def test_themes_change_the_points_and_the_legend(page: Any) -> None:
    legends, pictures = set(), set()
    for theme in ("change", "after", "before", "time_after", "time_before", "none"):
        page.locator(f'#switches input[value="{theme}"]').check()
        settle(page)
        legends.add(page.locator("#legend-body").text_content())
        pictures.add(page.evaluate("siting.map.getPane('overlayPane').querySelector('canvas').toDataURL()"))
    assert len(legends) == 6
    assert len(pictures) >= 4


def test_the_legend_follows_what_is_on(page: Any) -> None:
    legend = page.locator("#legend-body")
    assert "备选" not in (legend.text_content() or "")
    page.locator('#switches input[value="candidate"]').check()
    assert "备选" in (legend.text_content() or "")
    page.locator('#switches input[value="candidate"]').uncheck()
    assert "备选" not in (legend.text_content() or "")


def test_layers_can_be_reached_by_keyboard(page: Any) -> None:
    reached = set()
    page.locator("#query").focus()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "document.activeElement.value || document.activeElement.id || document.activeElement.className"
            )
        )
    assert {"candidate", "assignment", "area_after", "zones"} <= reached
    box = page.locator('#switches input[value="candidate"]')
    box.focus()
    page.keyboard.press("Space")
    assert page.evaluate("siting.state.on.has('candidate')")


def test_the_service_switch_changes_everything(page: Any, result: RunResult) -> None:
    texts = set()
    for k, service in enumerate(result.services):
        page.locator("#services button").nth(k).click()
        share = service.headline("after")["covered_share"]
        assert page.locator("#headline .big strong").text_content() == f"{share * 100:.1f}%"
        texts.add(page.locator("#panel-body").text_content())
    assert len(texts) == 3
    page.locator("#services button").nth(0).focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#services button").nth(0).get_attribute("aria-checked") in ("true", "false")


def test_many_services_are_listed_by_short_names_and_fit(browser: Any, tmp_path: Path) -> None:
    many = make_result(services=tuple(name for name in list_services() if name != "technician_college"))
    render_map(many, tmp_path / "map.html")
    with open_page(browser, tmp_path / "map.html") as (page, seen):
        page.wait_for_selector(READY)
        page.locator("#language").click()
        buttons = page.locator("#services button")
        assert [text.strip() for text in buttons.locator("span:not(.glyph)").all_text_contents()] == [
            service.service.facility_en for service in many.services
        ]
        glyphs = buttons.locator(".glyph").all_text_contents()
        assert len(set(glyphs)) == len(many.services) == 20
        assert all(glyphs)
        assert page.evaluate(
            "[...document.querySelectorAll('#services button')].every(b => b.scrollWidth <= b.clientWidth)"
        )
        assert page.locator("#services").bounding_box()["height"] < 260
        seen.check()


def test_both_languages_leave_nothing_unsaid(page: Any) -> None:
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert "已证明最优" in (page.locator("#result").text_content() or "")
    page.locator("#language").click()
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.title().startswith("Three services in a sample county")
    assert "proven optimal" in (page.locator("#result").text_content() or "")
    chrome = page.evaluate(
        """() => ['#switches', '#legend', '#result', '#headline', '#groups thead', '#distribution', '#furniture']
             .map(id => document.querySelector(id).innerText).join(' ')"""
    )
    assert not re.search(r"[\u4e00-\u9fff]", chrome.replace("文", ""))
    page.locator("#language").click()
    assert page.evaluate("document.documentElement.lang") == "zh-CN"


def test_the_notice_of_synthetic_data_is_in_both_languages(page: Any) -> None:
    banner = page.locator("#banner").text_content() or ""
    assert "示例数据" in banner
    assert "Synthetic data" in banner
    notices = page.locator("#notices").text_content() or ""
    assert NOTICE[0] in notices
    assert NOTICE[1] in notices


def test_the_credits_are_in_the_language_that_is_on(page: Any) -> None:
    for words in ("© OpenStreetMap 贡献者", "© OpenStreetMap contributors"):
        assert words in (page.locator("#sources").text_content() or "")
        assert words in (page.locator("#credit").text_content() or "")
        assert words in (page.locator("#print-notes").text_content() or "")
        assert page.locator("#credit").is_visible()
        page.locator("#language").click()


def test_search_finds_a_place_and_goes_there(page: Any) -> None:
    page.locator("#query").fill("村137")
    assert page.locator("#found li").first.locator("bdi").first.text_content() == "村137"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator(".popup").get_attribute("data-id") == "d00137"
    centre = page.evaluate("[siting.map.getCenter().lat, siting.demand.lat[137]]")
    assert abs(centre[0] - centre[1]) < 0.02
    page.locator("#query").fill("没有这个地方")
    assert page.locator("#found li").text_content() == "没有找到"


def test_the_scale_is_true(page: Any) -> None:
    page.evaluate("() => { siting.map.setView([29.58, 120.8], 13, { animate: false }); }")
    width = page.evaluate("document.querySelector('#scale .steps').getBoundingClientRect().width")
    ends = page.locator("#scale .ends span").nth(1).text_content() or ""
    metres = float(ends.split()[0]) * (1000 if "公里" in ends else 1)
    true = page.evaluate(
        """w => {
          const map = siting.map, at = x => map.containerPointToLatLng([x, map.getSize().y / 2]);
          return map.distance(at(300), at(300 + w));
        }""",
        width,
    )
    assert abs(true / metres - 1) < 0.01
    assert "1:" in (page.locator("#scale .ratio").text_content() or "")


def test_print_has_its_furniture(page: Any) -> None:
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    for part in (
        "#paper",
        "#legend-body",
        "#scale",
        "#north",
        "#banner",
        "#print-notes",
        "#title",
        "#result",
        "#new-sites",
    ):
        assert page.locator(part).is_visible(), part
    for part in ("#switches", "#finder", "#zoom"):
        assert not page.locator(part).is_visible(), part
    inside = page.evaluate(
        """() => {
          const size = siting.map.getSize(), node = siting.map.getContainer();
          return [size.x - node.clientWidth, size.y - node.clientHeight];
        }"""
    )
    assert inside == [0, 0]
    for language in (1, 0):  # nothing wider than the paper, which would shrink the sheet and belie the scale
        page.evaluate("k => siting.setLanguage(k)", language)
        wide = page.evaluate(
            """() => [...document.querySelectorAll('#panel-body, #masthead, #side, #print-notes')]
                 .filter(node => node.scrollWidth > node.clientWidth + 1).map(node => node.id)"""
        )
        assert wide == []
    assert "openstreetmap.org/copyright" in (page.locator("#print-notes").text_content() or "")
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("#switches").is_visible()
    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1


def test_an_evaluation_has_nothing_of_a_plan(browser: Any, tmp_path: Path) -> None:
    result = make_result(planned=False)
    render_map(result, tmp_path / "map.html")
    with open_page(browser, tmp_path / "map.html") as (page, seen):
        page.wait_for_selector(READY)
        assert page.locator("#title").text_content() == "样例县现状评估"
        values = page.evaluate("[...document.querySelectorAll('#switches input')].map(node => node.value)")
        assert set(values) == {"before", "time_before", "none", "existing", "area_before", "zones", "names"}
        assert page.locator("#new-sites").text_content() == ""
        popup = open_demand(page, 30)
        assert popup.locator('tr[data-moment="after"]').count() == 0
        assert popup.locator('tr[data-moment="before"]').count() == 1
        seen.check()


@pytest.mark.parametrize("case", ["bare plan", "bare evaluation", "one place", "nobody", "no hostile"])
def test_small_and_empty_places_open(case: str, browser: Any, tmp_path: Path) -> None:
    made = {
        "bare plan": lambda: make_result(bare=True, roads=0),
        "bare evaluation": lambda: make_result(bare=True, planned=False),
        "one place": lambda: make_result(
            demand_points=1, sites=3, roads=1, services=("health_station",), hostile=False
        ),
        "nobody": lambda: without_demand(make_result()),
        "no hostile": lambda: make_result(hostile=False),
    }[case]()
    render_map(made, tmp_path / "map.html")
    with open_page(browser, tmp_path / "map.html") as (page, seen):
        page.wait_for_selector(READY)
        for theme in page.evaluate("[...document.querySelectorAll('#themes input')].map(node => node.value)"):
            page.locator(f'#themes input[value="{theme}"]').check()
        open_demand(page, 0)
        seen.check()


def test_a_phone_has_the_map_and_a_sheet(browser: Any, plan: Path) -> None:
    with open_page(browser, plan, size=(390, 844)) as (page, seen):
        page.wait_for_selector(READY)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        area = page.locator(".folium-map").bounding_box()
        assert area is not None
        assert area["height"] > 400
        assert not page.locator("#checks").is_visible()
        page.locator("#handle").click()
        assert page.locator("#checks").is_visible()
        page.locator("#handle").click()
        page.locator("#switches .fold").click()
        page.locator('#switches input[value="candidate"]').check()
        seen.check()


def test_the_map_of_a_whole_county_is_usable(browser: Any, tmp_path: Path) -> None:
    render_map(make_result(demand_points=3500, sites=500, roads=15_000), tmp_path / "map.html")
    with open_page(browser, tmp_path / "map.html") as (page, seen):
        page.wait_for_selector(READY)
        settle(page)
        page.evaluate("siting.setService(1)")
        settle(page)
        seen.check()
