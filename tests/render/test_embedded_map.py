"""Maps that another page holds side by side: each tells what is seen and does what it is told."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from siting.render.view_map import views_html
from siting.render.views import Told
from tests.render.browser import READY, open_page, settle
from tests.render.sample_told import make_told

pytestmark = pytest.mark.browser
# Two maps; what one tells is handed on to the other. `told` has every message, with the number of the map.
HOLDER = """<!doctype html><meta charset="utf-8"><iframe></iframe><iframe></iframe><script>
const told = [], pages = %s, maps = [...document.querySelectorAll('iframe')];
window.addEventListener('message', event => {
  const k = maps.findIndex(map => map.contentWindow === event.source);
  told.push([k, event.data.siting, event.data.view]);
  if (event.data.siting === 'view') maps[1 - k].contentWindow.postMessage(event.data, '*');
});
maps.forEach((map, k) => { map.style = 'width: 700px; height: 600px'; map.srcdoc = new TextDecoder().decode(
  Uint8Array.from(atob(pages[k]), letter => letter.charCodeAt(0))); });
</script>"""


@pytest.fixture(scope="module")
def told() -> Told:
    return make_told()


@pytest.fixture
def held(browser: Any, told: Told, tmp_path: Path) -> Iterator[tuple[Any, Any, Any]]:
    """The page that holds two maps, and both maps."""
    page = base64.b64encode(views_html(told, embedded=True).encode()).decode()
    (tmp_path / "holder.html").write_text(HOLDER % [page, page], encoding="utf-8")
    with open_page(browser, tmp_path / "holder.html") as (holder, seen):
        first, second = (holder.frames[k] for k in (1, 2))
        for frame in (first, second):
            frame.wait_for_selector(READY)
        yield holder, first, second
        seen.check()


def seen_in(frame: Any) -> list[float]:
    """What the map shows: centre and zoom."""
    return list(frame.evaluate("[siting.map.getCenter().lat, siting.map.getCenter().lng, siting.map.getZoom()]"))


def test_two_maps_move_as_one_and_tell_each_move_once(held: tuple[Any, Any, Any]) -> None:
    holder, first, second = held
    first.evaluate("siting.map.setView([29.61, 120.83], 12.4, { animate: false })")
    settle(holder)
    assert seen_in(second) == pytest.approx([29.61, 120.83, 12.4], abs=1e-4)
    second.evaluate("siting.map.setView([29.5, 120.7], 11, { animate: false })")
    settle(holder)
    assert seen_in(first) == pytest.approx([29.5, 120.7, 11], abs=1e-4)
    kinds = holder.evaluate("told.map(([k, kind]) => kind + k)")
    assert sorted(kinds[:2]) == ["ready0", "ready1"]
    assert kinds[2:].count("view0") == kinds[2:].count("view1") == 1


def test_subject_period_layers_and_language_go_along(held: tuple[Any, Any, Any]) -> None:
    holder, first, second = held
    first.evaluate("siting.setPeriod(1)")
    first.evaluate("siting.setLayer('layer:candidates', true)")
    first.evaluate("siting.setLayer('zones', false)")
    first.evaluate("siting.setLanguage(1)")
    settle(holder)
    state = second.evaluate("['layer:candidates', 'zones'].map(id => siting.state.on.has(id))")
    assert state == [True, False]
    assert second.evaluate("siting.state.period") == 1
    assert second.evaluate("document.documentElement.lang") == "en"
    second.evaluate("siting.setSubject(1)")
    settle(holder)
    assert first.evaluate("siting.state.subject") == 1
    view = holder.evaluate("told[told.length - 1][2]")
    assert (view["subject"], view["period"], view["language"]) == ("other", "2035", "en")
    assert view["layers"] == {"layer:people": True, "layer:facilities": True, "zones": False, "names": True}


def test_what_a_map_does_not_have_it_leaves_alone_and_a_question_is_answered(held: tuple[Any, Any, Any]) -> None:
    holder, first, _ = held
    before = seen_in(first)
    for view in (
        {"subject": "nothing", "period": "1900", "language": "fr", "layers": {"layer:none": True}},
        {"centre": [None, 1], "zoom": 3},
        {},
    ):
        holder.evaluate("view => maps[0].contentWindow.postMessage({ siting: 'view', view }, '*')", view)
    holder.evaluate("maps[0].contentWindow.postMessage({ siting: 'ask' }, '*')")
    settle(holder)
    assert seen_in(first) == before
    number, kind, view = holder.evaluate("told[told.length - 1]")
    assert (number, kind, view["subject"], view["period"]) == (0, "view", "primary_school", "2030")
    assert view["zoom"] == before[2]


def test_the_holder_has_the_panel_and_an_ordinary_page_listens_to_nobody(
    held: tuple[Any, Any, Any], browser: Any, told: Told, tmp_path: Path
) -> None:
    _, first, _ = held
    for part, shown in (("#panel", False), ("#finder", False), ("#legend", True), ("#scale", True), ("#north", True)):
        assert first.locator(part).is_visible() is shown, part
    (tmp_path / "map.html").write_text(views_html(told), encoding="utf-8")
    with open_page(browser, tmp_path / "map.html") as (page, seen):
        page.wait_for_selector(READY)
        assert page.locator("#panel").is_visible()
        page.evaluate("window.postMessage({ siting: 'view', view: { period: '2035' } }, '*')")
        settle(page)
        assert page.evaluate("siting.state.period") == 0
        seen.check()
