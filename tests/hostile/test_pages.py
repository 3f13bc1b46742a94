"""Every page of texts that mean harm, in a browser with no network: nothing runs, all is as typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from siting.files import resources
from siting.render.inline import seal
from siting.report.language import line
from tests.hostile.names import HOSTILE
from tests.hostile.pages import write_pages
from tests.render.browser import open_page

PRINTED = (
    "answer_report.html", "run_report.html", "planning_report.html", "notice.html", "review.html", "explain.html",
    "opinions.html",
    "sweep/index.html", "compare/comparison.html", "people/people.html", "compare/multiples.html",
)  # fmt: skip
MAPS = ("plan.html", "views.html", "compare/compare.html")
TEMPLATES = {
    "answer.html.j2": ("answer_report.html", "compare/comparison.html"), "report.html.j2": ("run_report.html",),
    "planning_report.html.j2": ("planning_report.html",), "notice.html.j2": ("notice.html",),
    "review.html.j2": ("review.html",), "explain.html.j2": ("explain.html",), "sweep.html.j2": ("sweep/index.html",),
    "opinions.html.j2": ("opinions.html",),
    "people.html.j2": ("people/people.html",), "multiples.html.j2": ("compare/multiples.html",),
    "compare.html": ("compare/compare.html",), "page.html": ("plan.html", "views.html"),
    "opinion.html": ("opinion.html",),
}  # fmt: skip
FEW = {
    "run_report.html": HOSTILE[:1],
    "compare/multiples.html": HOSTILE[:4],
    "compare/comparison.html": HOSTILE[2:4],
    "people/people.html": HOSTILE[:4],
}
FOREIGN = """() => [...document.querySelectorAll('*')].filter(node =>
  ['IFRAME', 'OBJECT', 'EMBED', 'BASE', 'LINK'].includes(node.tagName)
  && !(node.tagName === 'IFRAME' && /^map-\\d$/.test(node.id))
  || node.tagName === 'FORM' && node.hasAttribute('action')
  || node.tagName === 'META' && /refresh/i.test(node.httpEquiv)
  || node.tagName === 'A' && !/^(#|file:|$)/.test(node.protocol || '#')
  || node.tagName === 'IMG' && !node.src.startsWith('data:')
  || [...node.attributes].some(own => /^on/i.test(own.name) || /^\\s*javascript:/i.test(own.value)))
  .map(node => node.outerHTML.slice(0, 200))"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_pages(tmp_path_factory.mktemp("pages"))


@pytest.fixture
def opened(request: pytest.FixtureRequest, browser: Any, pages: dict[str, Path]) -> Iterator[Any]:
    with open_page(browser, pages[request.param]) as (page, seen):
        if request.param in MAPS:
            page.wait_for_selector("html[data-ready=true]")
        yield page
        for frame in page.frames:
            assert frame.evaluate("window.hacked") is None
            assert frame.evaluate(FOREIGN) == []
        assert page.url == pages[request.param].resolve().as_uri()
        seen.check()


def test_every_template_and_every_page_is_looked_at_here(pages: dict[str, Path]) -> None:
    assert set(TEMPLATES) == {path.name for path in resources.maps().iterdir() if ".html" in path.name}
    assert {name for names in TEMPLATES.values() for name in names} == set(pages)
    assert set(pages) == {*PRINTED, *MAPS, "opinion.html"}


def test_every_page_forbids_what_it_does_not_need_and_refers_to_nothing(pages: dict[str, Path]) -> None:
    for name, path in pages.items():
        text = path.read_text(encoding="utf-8")
        policy = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)"', text)
        assert policy is not None, name
        rules = dict(rule.strip().split(" ", 1) for rule in policy[1].split(";"))
        assert rules["default-src"] == "'none'", name
        assert rules["base-uri"] == rules["form-action"] == "'none'", name
        assert not re.search("https?:|unsafe-eval|[*]", policy[1]), name
        assert "unsafe-inline" not in rules.get("script-src", ""), name
        assert policy.start() < min(text.find(f"<{tag}") % len(text) for tag in ("script", "style", "link")), name
        seal(text)  # raises where the page refers to anything outside itself


@pytest.mark.browser
@pytest.mark.parametrize("opened", PRINTED, indirect=True)
def test_printed_pages_show_texts_as_typed(opened: Any, request: pytest.FixtureRequest) -> None:
    name = request.node.callspec.params["opened"]
    text = opened.evaluate("document.body.textContent")
    wanted = FEW.get(name, HOSTILE)
    if name == "planning_report.html":  # as its Word twin, every text in one line
        wanted = tuple(line(own) for own in wanted)
    assert [own for own in wanted if own not in text] == []
    assert opened.evaluate("document.scripts.length") == 0


@pytest.mark.browser
@pytest.mark.parametrize("opened", ["plan.html"], indirect=True)
def test_the_map_of_a_run_shows_texts_as_typed(opened: Any) -> None:
    for language in (0, 1):
        opened.evaluate("k => siting.setLanguage(k)", language)
        for service, letter in ((0, "d"), (1, "s")):
            shown = opened.evaluate(
                """([service, ids]) => ids.map(id => {
                     const layers = siting.layersOf(siting.data.views[service]);
                     siting.show(service, layers.find(own => own.ids && own.ids.includes(id)).key, id);
                     return document.querySelector('.popup h3').textContent; })""",
                [service, [f"{letter}{k:05d}" if letter == "d" else f"{letter}{k}" for k in range(len(HOSTILE))]],
            )
            assert shown == list(HOSTILE)
        searched(opened)
    assert all(text in opened.evaluate("document.body.textContent") for text in HOSTILE[:4])


@pytest.mark.browser
@pytest.mark.parametrize("opened", ["views.html"], indirect=True)
def test_the_map_of_an_answer_shows_texts_as_typed(opened: Any) -> None:
    for language in (0, 1):
        opened.evaluate("k => siting.setLanguage(k)", language)
        for layer, letter in (("after", "d"), ("facilities", "f")):
            shown = opened.evaluate(
                """([layer, ids]) => ids.map(id => { siting.show(0, layer, id);
                     return document.querySelector('.popup h3').textContent; })""",
                [layer, [f"{letter}{k}" for k in range(len(HOSTILE))]],
            )
            assert shown == list(HOSTILE)
            assert opened.locator(".popup dd").count() > 0
        for period in (1, 0):
            opened.evaluate("k => siting.setPeriod(k)", period)
        searched(opened)
    text = opened.evaluate("document.body.textContent")
    assert [own for own in HOSTILE if own not in text] == []  # notices
    assert opened.locator("#sheets tbody tr").count() > 0


def searched(page: Any) -> None:
    """What is typed into the search is text, and so is what it finds."""
    for text in HOSTILE[::4]:
        page.evaluate(
            """text => { const query = document.getElementById('query'); query.value = text;
                 query.dispatchEvent(new Event('input', { bubbles: true })); }""",
            text,
        )
    page.locator("#query").fill("script")
    assert HOSTILE[2] in page.evaluate("document.getElementById('found').textContent")


@pytest.mark.browser
@pytest.mark.parametrize("opened", ["compare/compare.html"], indirect=True)
def test_compared_maps_show_titles_as_typed(opened: Any) -> None:
    text = opened.evaluate("document.body.textContent")
    assert all(own in text for own in (HOSTILE[0], HOSTILE[1]))
    opened.locator("#language").click()
    text = opened.evaluate("document.body.textContent")
    assert all(own in text for own in (HOSTILE[2], HOSTILE[3]))


@pytest.mark.browser
@pytest.mark.parametrize("opened", ["opinion.html"], indirect=True)
def test_the_opinion_form_shows_facilities_and_places_as_typed(opened: Any) -> None:
    names = opened.locator("#list tbody td:nth-child(3)").all_text_contents()
    assert set(names) >= set(HOSTILE)
    text = opened.evaluate("document.body.textContent")
    assert [own for own in HOSTILE if own not in text] == []
