"""The page of comparison as its readers use it: in Chromium, with no network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from siting.compare import page as compare_page
from siting.compare.page import comparison_html
from siting.compare.run import Run
from siting.compare.tables import sheets_of
from siting.render import inline
from siting.render.map_style import load_labels
from tests.compare.samples import LABELS, TITLES, TOWNS, make_runs
from tests.render.browser import READY, open_page, settle

DESK, PHONE = (1400, 900), (390, 800)


def html_of(runs: list[Run]) -> str:
    return comparison_html(runs, [run.told for run in runs if run.told is not None])


@pytest.fixture(scope="module")
def runs() -> list[Run]:
    return make_runs()


@pytest.fixture(scope="module")
def path(runs: list[Run], tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("compare") / "compare.html"
    file.write_text(html_of(runs), encoding="utf-8", newline="\n")
    return file


@pytest.fixture
def page(browser: Any, path: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    with open_page(browser, path, size=getattr(request, "param", DESK)) as (opened, seen):
        opened.wait_for_selector(READY)
        settle(opened)
        yield opened
        assert all(frame.evaluate("window.hacked") is None for frame in opened.frames)
        seen.check()


def maps(page: Any) -> tuple[Any, Any]:
    """The frames of both maps, the left one first."""
    first, second = (page.query_selector(f"#map-{k}").content_frame() for k in (0, 1))
    return first, second


def seen_in(frame: Any) -> list[float]:
    return list(frame.evaluate("[siting.map.getCenter().lat, siting.map.getCenter().lng, siting.map.getZoom()]"))


def box(page: Any, selector: str) -> dict[str, float]:
    found: dict[str, float] = page.locator(selector).bounding_box()
    return found


def drag(page: Any, begin: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*begin)
    page.mouse.down()
    page.mouse.move((begin[0] + end[0]) / 2, (begin[1] + end[1]) / 2, steps=4)
    page.mouse.move(*end, steps=4)
    page.wait_for_timeout(100)  # without speed, so that the map does not glide on
    page.mouse.up()
    settle(page)


@pytest.mark.browser
def test_both_maps_draw_the_same_ground_each_with_its_plan_as_typed(page: Any) -> None:
    left, right = maps(page)
    assert seen_in(left) == pytest.approx(seen_in(right), abs=1e-3)
    for k, frame in enumerate((left, right)):
        assert frame.evaluate("siting.data.title") == list(TITLES[k])
        colours = frame.evaluate(
            """() => new Set([...document.querySelectorAll('canvas')].flatMap(canvas => [...new Uint32Array(
              canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer)])).size"""
        )
        assert colours > 20
        assert page.locator(f"#head-{k} .title").text_content() == TITLES[k][0]
        assert page.locator(f"#head-{k} .verdict").text_content() == LABELS[k][0]
        assert not frame.locator("#banner").is_visible()
    assert "示例数据" in page.locator("#banner").text_content()
    assert box(page, "#map-0")["width"] == pytest.approx(box(page, "#map-1")["width"], abs=2)


@pytest.mark.browser
def test_a_pan_of_one_moves_the_other(page: Any) -> None:
    left, right = maps(page)
    before, area = seen_in(left), box(page, "#map-1")
    middle = area["x"] + area["width"] / 2, area["y"] + area["height"] / 2
    drag(page, middle, (middle[0] - 120, middle[1] - 60))
    assert seen_in(right)[0] < before[0]
    assert seen_in(right)[1] > before[1]
    assert seen_in(left) == pytest.approx(seen_in(right), abs=1e-3)


@pytest.mark.browser
def test_subject_period_layers_and_language_change_both(page: Any) -> None:
    left, right = maps(page)
    page.locator("#periods button").nth(0).click()
    page.locator("#services button").nth(1).click()
    settle(page)
    for frame in (left, right):
        assert frame.evaluate("[siting.view().subject, siting.view().period].map(String)") == ["1", "0"]
    left.evaluate("siting.setLayer('layer:facilities', false)")
    page.locator("#language").click()
    settle(page)
    for frame in (left, right):
        assert frame.evaluate("siting.state.on.has('layer:facilities')") is False
        assert frame.evaluate("document.documentElement.lang") == "en"
    assert page.locator("h1").text_content() == "Comparison of plans"
    assert page.locator("#head-1 .title").text_content() == TITLES[1][1]
    assert page.evaluate("document.documentElement.lang") == "en"


@pytest.mark.browser
def test_the_divider_goes_by_mouse_and_by_keys_and_parts_the_maps(page: Any) -> None:
    left, right = maps(page)
    before = seen_in(left)
    assert not page.locator("#divider").is_visible()
    page.locator("#modes button").nth(1).click()
    page.wait_for_timeout(300)
    assert seen_in(left) == pytest.approx(before, abs=2e-3)  # the middle stays
    assert seen_in(right) == pytest.approx(seen_in(left), abs=1e-3)
    area, knob = box(page, "#map-0"), box(page, "#divider span")
    assert area == box(page, "#map-1")
    y = knob["y"] + knob["height"] / 2
    drag(page, (knob["x"] + 20, y), (area["x"] + area["width"] * 0.3, y))
    assert page.locator("#divider").get_attribute("aria-valuenow") == "30"
    parts = "([x, y]) => document.elementFromPoint(x, y).id"
    over = area["y"] + area["height"] * 0.8
    assert page.evaluate(parts, [area["x"] + area["width"] * 0.25, over]) == "map-0"
    assert page.evaluate(parts, [area["x"] + area["width"] * 0.35, over]) == "map-1"
    page.locator("#divider").focus()
    for key, expected in (("ArrowRight", "32"), ("ArrowLeft", "30"), ("PageUp", "40"), ("End", "100"), ("Home", "0")):
        page.keyboard.press(key)
        assert page.locator("#divider").get_attribute("aria-valuenow") == expected
    assert page.evaluate(parts, [area["x"] + area["width"] * 0.3, over]) == "map-1"
    assert page.locator("#divider").get_attribute("role") == "slider"


@pytest.mark.browser
def test_a_finger_drags_the_divider(page: Any) -> None:
    page.locator("#modes button").nth(1).click()
    settle(page)
    area, knob = box(page, "#map-0"), box(page, "#divider span")
    x, y = knob["x"] + 20, knob["y"] + 20
    session = page.context.new_cdp_session(page)
    for kind, at in (("touchStart", x), ("touchMove", x + 100), ("touchMove", area["x"] + area["width"] * 0.8)):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": at, "y": y}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    settle(page)
    assert float(page.locator("#divider").get_attribute("aria-valuenow")) == pytest.approx(80, abs=1)


@pytest.mark.browser
def test_figures_and_gains_are_those_of_the_tables(page: Any, runs: list[Run]) -> None:
    page.evaluate("comparison.setPeriod('2030')")
    sheets = {sheet.key: sheet.frame for sheet in sheets_of(runs)}
    years = sheets["years"]
    own = years[years["service"].str.startswith("小学") & (years["year"] == 2030)]
    share = own[own["figure"].str.startswith("达标率")].iloc[0]
    within = own[own["figure"].str.startswith("达标的人")].iloc[0]
    rows = {row[0]: row[1:] for row in page.evaluate(
        "[...document.querySelectorAll('#figures tbody tr')].map(row => [...row.cells].map(cell => cell.textContent))"
    )}  # fmt: skip
    assert rows["达标率"] == [f"{share['run0']:.1f}%", f"{share['run1']:.1f}%", "0"]
    assert rows["达标的人"] == [f"{within['run0']:.0f}", f"{within['run1']:.0f}", "+4"]
    moved = sheets["winners_losers"]
    moved = moved[moved["service"].str.startswith("小学") & (moved["year"] == 2030)]
    shown = page.evaluate(
        "[...document.querySelectorAll('#gains tr')].map(row => [row.cells[0].textContent, row.cells[2].textContent])"
    )
    assert shown == [[TOWNS[0], "+7"], [TOWNS[1], "−3"], [TOWNS[2], "−2.5"], [TOWNS[0], "+1.0"]]
    beams = page.locator("#gains .beam i").evaluate_all("beams => beams.map(beam => beam.className)")
    assert beams == ["more", "less", "more", "less"]  # nearer is better
    assert set(moved["change1"]) == {-3, 7}
    page.evaluate("comparison.setPeriod('2035')")  # of which the records have nothing: what the maps tell
    assert "2035 / 60" in page.locator("#figures").text_content()
    assert page.locator("#gains").text_content() == ""


@pytest.mark.browser
def test_every_class_that_the_page_gives_has_a_look(page: Any) -> None:
    """What is drawn by a class that no style sheet knows looks broken, however right it is."""
    unknown = page.evaluate(
        """() => {
            const rules = of => [...of.cssRules].flatMap(
                rule => rule.cssRules?.length ? rules(rule) : [rule.selectorText ?? '']);
            const known = new Set([...document.styleSheets].flatMap(rules).join(' ').match(/\\.[A-Za-z][\\w-]*/g));
            const given = new Set([...document.querySelectorAll('body *')].flatMap(node => [...node.classList]));
            return [...given].filter(name => !known.has('.' + name));
        }"""
    )
    assert unknown == []


@pytest.mark.browser
@pytest.mark.parametrize("page", [PHONE], indirect=True)
def test_on_a_phone_the_maps_lie_one_below_the_other(page: Any) -> None:
    first, second = box(page, "#map-0"), box(page, "#map-1")
    assert second["y"] >= first["y"] + first["height"]
    assert min(first["height"], second["height"]) > 250
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert page.evaluate("document.documentElement.scrollHeight") > PHONE[1]
    page.locator("#modes button").nth(1).click()
    settle(page)
    assert box(page, "#map-0") == box(page, "#map-1")


@pytest.mark.browser
def test_of_three_plans_any_two_are_chosen_and_the_new_one_shows_what_is_on(browser: Any, tmp_path: Path) -> None:
    file = tmp_path / "three.html"
    file.write_text(html_of(make_runs(3)), encoding="utf-8", newline="\n")
    with open_page(browser, file) as (page, seen):
        page.wait_for_selector(READY)
        page.evaluate("comparison.setPeriod('2030')")
        maps(page)[0].evaluate("siting.map.setView([29.6, 120.8], 13, { animate: false })")
        settle(page)
        page.locator("#head-1 select").select_option(label=TITLES[2][0])
        page.wait_for_selector(READY)
        settle(page)
        right = maps(page)[1]
        assert right.evaluate("siting.data.title") == list(TITLES[2])
        assert seen_in(right) == pytest.approx([29.6, 120.8, 13], abs=1e-3)
        assert right.evaluate("siting.state.period") == 0
        assert page.locator("#head-1 .verdict").text_content() == LABELS[2][0]
        seen.check()


@pytest.mark.browser
def test_plans_without_a_view_in_common_say_so(browser: Any, runs: list[Run], tmp_path: Path) -> None:
    told = [run.told for run in runs if run.told is not None]
    apart = replace(told[1], views=tuple(replace(view, period=f"1{view.period}") for view in told[1].views))
    file = tmp_path / "apart.html"
    file.write_text(comparison_html(runs, [told[0], apart]), encoding="utf-8", newline="\n")
    with open_page(browser, file) as (page, seen):
        page.wait_for_selector(READY)
        assert page.locator("#nothing").is_visible()
        seen.check()


def test_what_both_maps_share_is_in_the_page_once(runs: list[Run]) -> None:
    page = html_of(runs)
    assert page.count("BSD 2-Clause License") == 1
    assert page.count('"roads":[') == 1
    assert page.count('id="run-') == 2
    assert "sha256-" in page[: page.index("</head>")]
    assert not re.search(r"script-src[^;]*unsafe", page)


def test_more_plans_than_two_are_in_the_page_while_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = make_runs(3)
    assert html_of(runs).count('id="run-') == 3
    monkeypatch.setattr(compare_page, "LARGEST", 1000)
    page = html_of(runs)
    assert page.count('id="run-') == 2
    assert '"left_out":1' in page


def test_every_label_of_the_page_is_used_and_every_used_label_exists() -> None:
    text = "\n".join(inline.read_asset(f"script/{name}") for name in inline.SCRIPTS["compare"])
    said = set(re.findall(r"""['"](\w+\.\w*[a-z0-9])['"]""", text))
    said |= set(re.findall(r'data-t[\w-]*="([^"]+)"', inline.read_asset("compare.html")))
    labels = {key for key in load_labels() if key.startswith("compare.")}
    assert labels == {key for key in said if key.startswith("compare.")}
