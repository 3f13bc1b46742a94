"""The map of a run of one period, and of an evaluation, as its readers use it: in Chromium, with no network."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from siting.render.told_of import told_of
from siting.render.view_map import render_views
from siting.results import RunResult
from siting.standards import list_services
from tests.hostile.names import HOSTILE
from tests.render.browser import READY, canvas_sum, open_page, settle
from tests.render.make_result import NOTICE, make_result, without_demand

pytestmark = pytest.mark.browser
STATES = {"达标": "within", "未达标": "beyond", "没有着落": "without"}


def render_map(result: RunResult, path: Path) -> None:
    """The run's page."""
    render_views(told_of(result), path)


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


def centre_on(page: Any, lat: float, lon: float) -> tuple[float, float]:
    """Where a point lies on the screen once the map is centred on it."""
    spot = page.evaluate(
        """at => {
          siting.map.setView(at, 15, { animate: false });
          const p = siting.map.latLngToContainerPoint(at), box = siting.map.getContainer().getBoundingClientRect();
          return [box.left + p.x, box.top + p.y];
        }""",
        [lat, lon],
    )
    return float(spot[0]), float(spot[1])


def open_demand(page: Any, key: str, layer: str = "after") -> Any:
    page.evaluate("([layer, id]) => siting.show(siting.state.subject, layer, id)", [layer, key])
    return page.locator(".popup")


def open_site(page: Any, key: str, layer: str = "facilities") -> Any:
    return open_demand(page, key, layer)


def facts(popup: Any) -> dict[str, str]:
    """What a popup says: header and value."""
    return dict(
        popup.evaluate(
            """node => [...node.querySelectorAll('dt')]
                 .map(own => [own.textContent, own.nextElementSibling.textContent])"""
        )
    )


def moments(popup: Any, service: str) -> list[list[str]]:
    """When, where, minutes, badge: a row for each course of events, or one where they are the same."""
    rows: list[list[str]] = popup.evaluate(
        """(node, key) => [...node.querySelectorAll('.changes tbody')].filter(own => own.dataset.subject === key)
             .flatMap(own => [...own.querySelectorAll('tr:not(.subject)')])
             .map(row => [...row.children].map(cell => cell.textContent))""",
        service,
    )
    return rows


def box_of(page: Any, layer: str) -> Any:
    """The switch of a layer, of the base map's as of the answer's."""
    value = layer if layer in ("zones", "names") else f"layer:{layer}"
    return page.locator(f'#switches input[value="{value}"]')


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


def test_names_show_as_typed_and_run_nothing(page: Any, result: RunResult) -> None:
    for k, name in enumerate(HOSTILE):
        popup = open_demand(page, f"d{k:05d}")
        assert popup.locator("h3").evaluate("node => node.textContent") == name
    status = result.services[0].sites.set_index("id")["status"]
    for k, name in enumerate(HOSTILE):
        popup = open_site(page, f"s{k}", "candidates" if status[f"s{k}"] == "candidate" else "facilities")
        assert popup.locator("h3").evaluate("node => node.textContent") == name
    for layer in ("candidates", "lines", "area_after", "area_before", "catchments", "unmet"):
        page.evaluate("id => siting.setLayer('layer:' + id, true)", layer)
    page.evaluate("siting.setLanguage(1)")
    page.evaluate("siting.setSubject(1)")
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
    service = result.services[0]
    row = service.demand.iloc[lone_demand(result)]
    x, y = centre_on(page, row["lat"], row["lon"])
    settle(page)
    page.mouse.click(x, y)
    popup = page.locator(".popup")
    assert popup.get_attribute("data-id") == row["id"]
    names, told = service.sites.set_index("id")["name"], facts(popup)
    rows = moments(popup, service.service.id)
    for (_, place, minutes, badge), (site, spent) in zip(
        [rows[0], rows[-1]],
        [(row["nearest_before_id"], row["nearest_before_min"]), (row["assigned_id"], row["assigned_min"])],
        strict=True,
    ):
        assert place == (names[site] if site else "—")
        assert minutes == ("—" if math.isnan(spent) else f"{spent:.1f} 分钟")
        assert STATES[badge] == (
            "without" if math.isnan(spent) else "within" if spent <= row["standard_min"] else "beyond"
        )
    assert told["规划后最近的设施"] == names[row["nearest_after_id"]]
    assert told["到规划后最近的设施（分钟）"] == f"{row['nearest_after_min']:.1f}"
    assert told["标准（分钟）"] == f"{row['standard_min']:.1f}"
    assert told["常住人口（人）"] == f"{row['population']:,.0f}"
    assert told["需要的人"] == f"{row['demand_persons']:,.0f}"
    assert str(row["village"]) in (popup.locator(".where").first.text_content() or "")
    assert popup.locator(".changes tbody").count() > 1  # the other services too


def test_every_place_tells_the_minutes_of_the_table(page: Any, result: RunResult) -> None:
    for s, service in enumerate(result.services):
        page.evaluate("s => siting.setSubject(s)", s)
        frame = service.demand
        for index in range(25, len(frame), 41):
            row = frame.iloc[index]
            if row["demand_persons"] == 0:
                continue
            popup, minutes = open_demand(page, row["id"]), row["nearest_after_min"]
            told = "—" if math.isnan(minutes) else f"{minutes:.1f}"
            assert facts(popup)["到规划后最近的设施（分钟）"] == told
            assert moments(popup, service.service.id)[-1][2] == (told if told == "—" else f"{told} 分钟")


def test_minutes_just_over_the_standard_do_not_read_as_the_standard(browser: Any, tmp_path: Path) -> None:
    run = make_result(demand_points=40, services=("primary_school",), hostile=False)
    service = run.services[0]
    over = service.demand.assign(
        demand_persons=5.0, standard_min=10.0, nearest_before_min=10.04, covered_before=False,
        nearest_before_id="s0", nearest_after_min=9.96, covered_after=True, assigned_min=10.0004,
    )  # fmt: skip
    render_map(replace(run, services=(replace(service, demand=over),)), tmp_path / "map.html")
    with open_page(browser, tmp_path / "map.html") as (page, seen):
        page.wait_for_selector(READY)
        popup = open_demand(page, "d00003")
        assert [row[2] for row in moments(popup, "primary_school")] == ["10.04 分钟", "10.0004 分钟"]
        assert facts(popup)["到规划后最近的设施（分钟）"] == "10.0"
        seen.check()


def test_a_place_that_is_split_names_both_facilities_and_shares(page: Any, result: RunResult) -> None:
    service = result.services[0]
    split = service.assignments[service.assignments["share"] < 1].sort_values("share", ascending=False)
    names = service.sites.set_index("id")["name"]
    told = facts(open_demand(page, split["demand_id"].iloc[0]))["分别安排去"]
    assert told == "；".join(f"{names[s]} {n}" for s, n in zip(split["site_id"], ("75.0%", "25.0%"), strict=True))
    whole = service.assignments["demand_id"].iloc[5]
    assert facts(open_demand(page, whole))["分别安排去"] == "—"


def test_a_click_draws_where_people_go_and_would_go_today(page: Any, result: RunResult) -> None:
    drawn = """() => { const found = [];
        siting.map.eachLayer(own => {
          if (own.options.pane === 'picked' && own instanceof L.Polyline && !(own instanceof L.Polygon)) {
            found.push([Boolean(own.options.dashArray), ...own.getLatLngs().flatMap(at => [at.lat, at.lng])]); }
        });
        return found; }"""
    service = result.services[0]
    sites = service.sites.set_index("id")
    single = sites["name"].value_counts()
    row = next(
        row for row in service.demand.iloc[60:].to_dict("records")
        if row["demand_persons"] > 0 and row["nearest_before_id"] not in ("", row["assigned_id"])
        and single[sites["name"][row["nearest_before_id"]]] == 1
    )  # fmt: skip
    open_demand(page, row["id"])
    assert not box_of(page, "lines").is_checked()
    places = {bool(dashed): at for dashed, *at in page.evaluate(drawn)}
    for dashed, site in ((True, row["nearest_before_id"]), (False, row["assigned_id"])):
        ends = [row["lat"], row["lon"], sites["lat"][site], sites["lon"][site]]
        assert np.allclose(places[dashed], ends, atol=1e-5)
    busiest = service.assignments["site_id"].value_counts()
    open_site(page, busiest.index[0])
    assert len(page.evaluate(drawn)) == busiest.iloc[0]
    page.evaluate("() => { siting.map.closePopup(); }")
    assert page.evaluate(drawn) == []


def test_the_table_of_new_facilities_leads_to_what_each_is(page: Any, result: RunResult) -> None:
    service = result.services[0]
    sites = service.sites
    site = sites[(sites["status"] == "new") & sites["capacity_persons"].notna()].iloc[-1]
    page.locator("#sheets .link", has_text=re.compile(f"^{re.escape(site['name'])}$")).first.click()
    popup = page.locator(".popup")
    assert (popup.get_attribute("data-layer"), popup.get_attribute("data-id")) == ("facilities", site["id"])
    told = facts(popup)
    assert told["状态"] == "新建 new"
    assert (told["规模（人）"], told["规模单位"]) == ("500", "学位 seats")
    assert told["费用（元）"] == "20,000,000"
    assert told["规划后人数"] == f"{site['load_after_persons']:,.0f}"
    assert told["服务的居民点（处）"] == str((service.assignments["site_id"] == site["id"]).sum())
    assert site["township"] in (popup.locator(".where").first.text_content() or "")
    free = sites[sites["status"] == "candidate"].iloc[-1]
    told = facts(open_site(page, free["id"], "candidates"))
    assert told["若新建，费用（元）"] == "20,000,000"


def test_what_is_off_the_network_says_so(browser: Any, tmp_path: Path) -> None:
    run = make_result(demand_points=40, services=("primary_school",))
    service = run.services[0]
    off = replace(service, demand=service.demand.assign(off_network=True), sites=service.sites.assign(off_network=True))
    render_map(replace(run, services=(off,)), tmp_path / "map.html")
    with open_page(browser, tmp_path / "map.html") as (page, seen):
        page.wait_for_selector(READY)
        for popup in (open_demand(page, "d00030"), open_site(page, "s0")):
            assert "未接入路网" in facts(popup)["注意"]
        seen.check()


def test_layers_come_and_go(page: Any) -> None:
    settle(page)
    for layer, pane in (("area_after", "areas"), ("area_before", "areas"), ("catchments", "areas"), ("lines", "lines")):
        before = canvas_sum(page, pane)
        box_of(page, layer).check()
        settle(page)
        assert canvas_sum(page, pane) > before, layer
        box_of(page, layer).uncheck()
        settle(page)
        assert canvas_sum(page, pane) == before, layer
    for layer in ("facilities", "candidates"):
        box = box_of(page, layer)
        before = canvas_sum(page, "overlayPane")
        box.set_checked(not box.is_checked())
        settle(page)
        assert canvas_sum(page, "overlayPane") != before, layer
    for layer, pane in (("zones", "zones"), ("names", "names")):
        before = canvas_sum(page, pane)
        box_of(page, layer).uncheck()
        settle(page)
        assert canvas_sum(page, pane) < before, layer


def test_each_kind_of_facility_can_be_taken_away_by_itself(page: Any, result: RunResult) -> None:
    drawn = """() => { const found = {};
        siting.map.eachLayer(own => { const { layer, i } = own.options;
          if (layer && layer.key === 'facilities') {
            const { key } = layer.categories[layer.category[i]]; found[key] = (found[key] || 0) + 1; } });
        return found; }"""
    status = result.services[0].sites["status"].value_counts().to_dict()
    status.pop("candidate")
    assert page.evaluate(drawn) == status
    for key in ("existing", "new", "closed"):
        entry = page.locator(f'#legend button[data-key="layer:facilities {key}"]')
        entry.focus()
        page.keyboard.press("Enter")
        assert entry.get_attribute("aria-pressed") == "false"
        assert page.evaluate(drawn) == {kind: n for kind, n in status.items() if kind != key}
        page.keyboard.press("Enter")  # the entry keeps the focus
        assert page.evaluate(drawn) == status
    page.locator('#legend button[data-key="layer:facilities new"]').click()
    page.locator("#sheets .link").first.click()  # what is sought is shown
    assert page.evaluate(drawn) == status


def test_the_new_have_their_numbers_beside_them(page: Any, result: RunResult) -> None:
    labels = page.evaluate(
        """() => { const layer = siting.layersOf(siting.view()).find(own => own.key === 'facilities');
             return Object.fromEntries(layer.ids.map((id, i) => [id, layer.labels[i]]).filter(([, text]) => text)); }"""
    )
    opened = next(sheet for sheet in told_of(result).sheets if sheet.key == "new_facilities").frame
    mine = opened[opened["service"] == result.services[0].service.name_zh]
    assert labels == {key: f"{n:.0f}" for key, n in zip(mine["id"], mine["number"], strict=True)}


def test_layers_of_people_change_the_points_and_the_legend(page: Any) -> None:
    legends, pictures = set(), set()
    for key in ("change", "after", "before", "time_after", "time_before", "need", "unmet"):
        box_of(page, key).check()
        settle(page)
        legends.add(page.locator("#legend-body").text_content())
        pictures.add(page.evaluate("siting.map.getPane('overlayPane').querySelector('canvas').toDataURL()"))
    page.locator('#switches input[value="none:people"]').check()
    legends.add(page.locator("#legend-body").text_content())
    assert len(legends) == 8
    assert len(pictures) >= 6


def test_the_legend_follows_what_is_on(page: Any) -> None:
    legend = page.locator("#legend-body")
    assert "候选" not in (legend.text_content() or "")
    box_of(page, "candidates").check()
    assert "候选" in (legend.text_content() or "")
    box_of(page, "candidates").uncheck()
    assert "候选" not in (legend.text_content() or "")


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
    assert {"layer:candidates", "layer:lines", "layer:area_after", "zones"} <= reached
    box = box_of(page, "candidates")
    box.focus()
    page.keyboard.press("Space")
    assert page.evaluate("siting.state.on.has('layer:candidates')")


def test_the_service_switch_changes_everything(page: Any, result: RunResult) -> None:
    texts = set()
    for k, service in enumerate(result.services):
        page.locator("#services button").nth(k).click()
        share = service.headline("after")["covered_share"]
        assert page.locator("#headline .big strong").text_content() == f"{share * 100:.1f}%"
        gain = 100 * (share - service.headline("before")["covered_share"])
        points = f"{gain:+.1f}" if abs(gain) >= 0.05 else "0.0"
        assert page.locator("#headline .gain").text_content() == f"{points} 个百分点"
        texts.add(page.locator("#panel-body").text_content())
    assert len(texts) == 3
    page.locator("#services button").nth(0).focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#services button").nth(0).get_attribute("aria-checked") in ("true", "false")


def test_many_services_are_listed_small_and_fit(browser: Any, tmp_path: Path) -> None:
    many = make_result(services=tuple(name for name in list_services() if name != "technician_college"))
    render_map(many, tmp_path / "map.html")
    with open_page(browser, tmp_path / "map.html") as (page, seen):
        page.wait_for_selector(READY)
        page.locator("#language").click()
        buttons = page.locator("#services button")
        assert [text.strip() for text in buttons.locator(":scope > span:not(.glyph)").all_text_contents()] == [
            service.service.name_en for service in many.services
        ]
        glyphs = buttons.locator(".glyph").all_text_contents()
        assert len(set(glyphs)) == len(many.services) == 20
        assert all(glyphs)
        assert page.evaluate(
            "[...document.querySelectorAll('#services button')].every(b => b.scrollWidth <= b.clientWidth)"
        )
        assert page.locator("#services").bounding_box()["height"] < 330
        seen.check()


def test_both_languages_leave_nothing_unsaid(page: Any) -> None:
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert "已证明最优" in (page.locator("#result").text_content() or "")
    page.locator("#language").click()
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.title().startswith("Three services in a sample county")
    assert "proven optimal" in (page.locator("#result").text_content() or "")
    chrome = page.evaluate(
        """() => ['#switches', '#legend', '#result', '#headline h2', '#headline h3', '#sheets thead',
              '#bars h2', '#furniture']
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


def test_search_finds_a_place_and_goes_there(page: Any, result: RunResult) -> None:
    page.locator("#query").fill("村137")
    assert page.locator("#found li").first.locator("bdi").first.text_content() == "村137"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator(".popup").get_attribute("data-id") == "d00137"
    lat = page.evaluate("siting.map.getCenter().lat")
    assert abs(lat - result.services[0].demand["lat"][137]) < 0.02
    page.locator("#query").fill("村委会41")  # by the village that it belongs to
    assert {"村123", "村124", "村125"} <= set(page.locator("#found li > bdi").all_text_contents())
    assert "村委会41" in (page.locator("#found li small").first.text_content() or "")
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
        "#sheets",
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
        assert "现状评估" in (page.locator("#result").text_content() or "")
        values = page.evaluate("[...document.querySelectorAll('#switches input')].map(node => node.value)")
        layers = ("before", "time_before", "need", "unmet", "facilities", "candidates", "area_before")
        assert set(values) == {*(f"layer:{key}" for key in layers), "none:people", "zones", "names"}
        assert "新建设施" not in (page.locator("#sheets").text_content() or "")
        assert page.locator("#headline .gain").count() == 0
        assert "→" not in (page.locator("#headline").text_content() or "")
        assert page.locator("#bars td > div").count() == page.locator("#bars td").count() > 3
        assert page.locator("#bars .key").count() == 0
        rows = moments(open_demand(page, "d00030", "before"), result.services[0].service.id)
        assert len(rows) == 1
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
        for k in range(page.locator("#switches input[type=radio]").count()):
            page.locator("#switches input[type=radio]").nth(k).check()
        open_demand(page, "d00000", "before")
        seen.check()


def test_a_phone_has_the_map_and_a_sheet(browser: Any, plan: Path) -> None:
    with open_page(browser, plan, size=(390, 844)) as (page, seen):
        page.wait_for_selector(READY)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        area = page.locator(".folium-map").bounding_box()
        assert area is not None
        assert area["height"] > 400
        assert page.locator("#headline .big").is_visible()
        assert not page.locator("#about").is_visible()
        page.locator("#handle").click()
        assert page.locator("#about").is_visible()
        page.locator("#handle").click()
        page.locator("#switches .fold").click()
        box_of(page, "candidates").check()
        seen.check()


def test_the_map_of_a_whole_county_is_usable(browser: Any, tmp_path: Path) -> None:
    render_map(make_result(demand_points=3500, sites=500, roads=15_000), tmp_path / "map.html")
    with open_page(browser, tmp_path / "map.html") as (page, seen):
        page.wait_for_selector(READY)
        settle(page)
        page.evaluate("siting.setSubject(1)")
        settle(page)
        seen.check()


def test_figures_by_group_are_those_of_the_run(page: Any, result: RunResult) -> None:
    service = result.services[0]
    fold = page.locator("#sheets details", has_text="按分区")
    fold.locator("summary").click()
    rows = fold.locator("tbody tr")
    groups = service.summary[service.summary["group_kind"] == "zone"].set_index(["group", "when"])
    assert rows.count() == groups.index.get_level_values("group").nunique() == 2
    before, after = (groups.loc[("core", when)] for when in ("before", "after"))
    assert rows.first.locator("th").text_content() == "主城区"
    assert rows.first.locator("td").all_text_contents() == [
        f"{before['demand_persons']:,.0f}", f"{100 * before['covered_share']:.1f}%",
        f"{100 * after['covered_share']:.1f}%", f"{before['mean_min']:.1f}", f"{after['mean_min']:.1f}",
    ]  # fmt: skip


def test_times_are_shared_out_by_class(page: Any, result: RunResult) -> None:
    demand = result.services[0].demand
    total = demand["demand_persons"].sum()
    chart = page.locator("#bars table").last
    told = chart.evaluate(
        """node => Object.fromEntries([...node.querySelectorAll('tr')].map(row => [row.firstChild.textContent,
             [...row.querySelectorAll('span')].map(own => own.textContent)]))"""
    )
    for k, when in enumerate(("before", "after")):
        minutes = demand[f"nearest_{when}_min"]
        near = demand["demand_persons"][(minutes > 5) & (minutes <= 10)].sum() / total
        assert told["5–10 分钟"][k] == f"{100 * near:.1f}%"
        none = demand["demand_persons"][minutes.isna()].sum() / total
        assert told["不可达"][k] == f"{100 * none:.1f}%"
    assert (page.locator("#bars .key").last.text_content() or "").split() == ["现状规划后"]


def test_checks_standards_and_notes_are_in_folds(page: Any, result: RunResult) -> None:
    service = result.services[0]
    assert "容量 capacity" in (page.locator("#sheets details", has_text="检验").text_content() or "")
    about = page.locator("#about").text_content() or ""
    for words in ("GB 50180-2018", "未经核实", service.unverified[0][0], "p-中位", result.notes[0][0], "两回事"):
        assert words in about
    assert f"{len(service.out_of_reach)} 处地点" in about


def test_more_than_fifty_thousand_places_are_gathered_in_hexagons(browser: Any, tmp_path: Path) -> None:
    run = make_result(demand_points=50_500, sites=12, services=("primary_school",), hostile=False)
    render_map(run, tmp_path / "map.html")
    assert (tmp_path / "map.html").stat().st_size < 8_000_000
    with open_page(browser, tmp_path / "map.html") as (page, seen):
        page.wait_for_selector(READY)
        found = page.evaluate(
            """() => siting.layersOf(siting.view()).filter(own => siting.state.on.has(own.id))
                 .map(own => [own.key, own.kind, own.category.length])"""
        )
        kinds = {key: (kind, count) for key, kind, count in found}
        assert kinds["facilities"][0] == "points"
        assert kinds["after"][0] == "areas"
        assert 500 < kinds["after"][1] < 10_000
        page.mouse.click(*centre_on(page, 29.57, 120.78))
        assert "其中居民点（处）" in facts(page.locator(".popup"))
        seen.check()
