"""folium compiles what it is given as a template: nothing of the user's may be among it."""

from __future__ import annotations

from typing import Any

import folium
import jinja2
import pytest
from branca.element import Element

from siting.render.told_of import told_of
from siting.render.view_map import views_html
from tests.hostile.names import HOSTILE
from tests.hostile.sample import hostile_answer
from tests.render.make_result import make_result

TELLING = [text for text in HOSTILE if len(text) > 8]


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All sources that are compiled, and all that elements of folium render."""
    seen: list[str] = []
    compile_, render = jinja2.Environment.compile, Element.render

    def compiled(self: Any, source: Any, *rest: Any, **more: Any) -> Any:
        seen.append(str(source))
        return compile_(self, source, *rest, **more)

    def rendered(self: Any, *rest: Any, **more: Any) -> Any:
        text = render(self, *rest, **more)
        seen.append(str(text))
        return text

    monkeypatch.setattr(jinja2.Environment, "compile", compiled)
    monkeypatch.setattr(Element, "render", rendered)
    return seen


def names_in(seen: list[str]) -> set[str]:
    return {text for text in TELLING if any(text in source for source in seen)}


def test_no_name_is_compiled_or_rendered_by_folium(given: list[str]) -> None:
    views_html(told_of(make_result(demand_points=60, sites=45, roads=45)))
    views_html(hostile_answer())
    assert any("folium-map" in source for source in given)
    assert names_in(given) == set()


@pytest.mark.parametrize("add", [
    lambda page, text: folium.Popup(text).add_to(folium.Marker([29.5, 120.8]).add_to(page)),
    lambda page, text: (folium.FeatureGroup(name=text).add_to(page), folium.LayerControl().add_to(page)),
    lambda page, text: page.get_root().html.add_child(folium.Element(text)),
])  # fmt: skip
def test_a_name_that_is_given_to_folium_would_be_seen(given: list[str], add: Any) -> None:
    page = folium.Map([29.5, 120.8])
    add(page, "甲乙丙丁戊己庚辛壬癸")
    page.get_root().render()
    assert any("甲乙丙丁戊己庚辛壬癸" in source or r"\u7532\u4e59" in source for source in given)
