"""The opinion form as people use it: in Chromium with no network, by hand and by keyboard, with hostile names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from siting.opinions.asked import Facility, Place, asked_in, asked_of
from siting.opinions.collect import collect
from siting.opinions.form import form_page, write_form
from siting.render.columns import clean
from tests.consultation.a_notice import a_notice
from tests.hostile.names import HOSTILE
from tests.opinions.sample import ASKED, RULES
from tests.render.browser import open_page
from tests.render.sample_told import NOTICES, make_told

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("form") / "opinion.html"
    path.write_text(form_page(ASKED, list(NOTICES)), encoding="utf-8")
    return path


@pytest.fixture
def page(browser: Any, made: Path) -> Iterator[Any]:
    with open_page(browser, made) as (opened, seen):
        yield opened
        seen.check()


def save(page: Any, folder: Path) -> Path:
    with page.expect_download() as caught:
        page.locator("#save").click()
    assert re.fullmatch(r"意见_[A-Z0-9]{12}\.json", caught.value.suggested_filename)
    path = folder / f"{len(list(folder.iterdir()))}.json"
    caught.value.save_as(path)
    return path


def write(page: Any) -> None:
    page.locator('input[value="facility"]').check()
    page.locator("#facility").select_option("2")
    page.locator('input[value="suggest"]').check()
    page.locator("#content").fill("请建在镇上\n靠近车站")
    page.locator("#phone").fill("0575-1")


def test_a_saved_form_is_collected(page: Any, tmp_path: Path) -> None:
    write(page)
    save(page, tmp_path)
    found = collect(tmp_path, ASKED)
    assert not found.faults
    (opinion,) = found.opinions
    assert (opinion.about.id, opinion.about.name, opinion.stance) == ("s2", "乙小学", "suggest")
    assert opinion.content == "请建在镇上\n靠近车站"
    assert (opinion.plan, opinion.version) == (ASKED.plan, ASKED.version)
    assert opinion.contact.phone == "0575-1"
    assert page.locator("#saved").is_visible()
    assert page.locator("#saved .channels li").all_text_contents() == list(ASKED.channels)
    assert json.loads(page.locator("#text").input_value())["form_id"] == opinion.form_id


def test_a_saved_form_is_opened_and_corrected(page: Any, tmp_path: Path) -> None:
    write(page)
    path = save(page, tmp_path)
    page.locator("#another").click()
    assert page.locator("#content").input_value() == ""
    page.locator("#reopen").set_input_files(path)
    page.locator("#reopened").wait_for()
    assert page.locator("#facility").input_value() == "2"
    assert page.locator("#phone").input_value() == "0575-1"
    page.locator('input[value="place"]').check()
    page.locator("#township").select_option(label="西乡")
    page.locator("#village").select_option(label="水口村")
    page.locator("#content").fill("改在水口村")
    save(page, tmp_path)
    found = collect(tmp_path, ASKED)
    assert [(o.content, o.about.name) for o in found.opinions] == [("改在水口村", "水口村")]
    assert len(found.replaced) == 1
    page.locator("#another").click()
    write(page)
    save(page, tmp_path)
    assert len(collect(tmp_path, ASKED).opinions) == 2


@pytest.mark.parametrize("text", ["{", "[]", '{"format": "other"}', '{"format": "siting_opinion"}'])
def test_a_file_that_is_no_form_is_refused(text: str, page: Any, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    page.locator("#reopen").set_input_files(path)
    page.locator("#unread").wait_for()


def test_what_is_missing_is_said_and_gets_the_focus(page: Any) -> None:
    page.locator("#save").click()
    shown = [node.get_attribute("id") for node in page.locator("form .error:visible").all()]
    assert shown == ["no-kind", "no-stance", "no-content"]
    assert page.evaluate("document.activeElement.name") == "kind"
    page.locator('input[value="facility"]').check()
    page.locator('input[value="support"]').check()
    page.locator("#content").fill("好")
    page.locator("#save").click()
    assert page.evaluate("document.activeElement.id") == "facility"
    assert page.locator("#saved").is_hidden()


def test_it_is_filled_in_by_the_keyboard_alone(page: Any, tmp_path: Path) -> None:
    page.locator('input[value="facility"]').focus()
    for key in ("ArrowDown", "ArrowDown", "Tab", "ArrowDown", "ArrowDown", "Tab"):  # the whole plan; oppose
        page.keyboard.press(key)
    page.keyboard.type("reason")
    for _ in range(4):
        page.keyboard.press("Tab")
    with page.expect_download() as caught:
        page.keyboard.press("Enter")
    found = json.loads(Path(caught.value.path()).read_text("utf-8"))
    assert (found["about"]["kind"], found["content"]) == ("plan", "reason")


def test_the_language_changes_and_keeps_what_is_typed(page: Any) -> None:
    write(page)
    page.locator("#language").click()
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("main h1").text_content() == "Plan"
    assert page.locator("#facility").input_value() == "2"
    assert page.locator("#facility option").nth(2).text_content() == "2 乙小学 (西乡, new)"
    left = page.locator("main .zh:visible").count()
    assert left == 0
    assert page.locator("#content").input_value() == "请建在镇上\n靠近车站"


def test_facilities_are_found_by_a_word(page: Any) -> None:
    page.locator('input[value="facility"]').check()
    page.locator("#filter").fill("西乡")
    assert page.locator("#facility option").all_text_contents() == ["请选择", "2 乙小学（西乡，新建）"]


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_screen(width: int, browser: Any, made: Path) -> None:
    with open_page(browser, made, size=(width, 800)) as (opened, seen):
        write(opened)
        assert opened.evaluate("document.documentElement.scrollWidth") <= width
        for box in (node.bounding_box() for node in opened.locator("button:visible, select:visible").all()):
            assert box["height"] >= 44
        seen.check()


def test_paper_is_printed_in_place_of_the_page(page: Any) -> None:
    page.emulate_media(media="print")
    assert page.locator("main").is_hidden()
    assert page.locator("#paper").is_visible()
    assert page.locator("#list tbody tr").count() == len(ASKED.facilities)


def test_text_has_contrast(page: Any) -> None:
    """WCAG AA: 4.5 of every text against what lies behind it."""
    write(page)
    low = page.evaluate(
        """() => {
          const parts = text => text.match(/[\\d.]+/g).map(Number);
          const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
            .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, k) => sum + v * [0.2126, 0.7152, 0.0722][k], 0);
          const behind = node => {
            for (; node; node = node.parentElement) {
              const own = parts(getComputedStyle(node).backgroundColor);
              if (own.length < 4 || own[3] === 1) return own;
            }
            return [255, 255, 255];
          };
          return [...document.querySelectorAll('main *')].filter(node => node.offsetParent).map(node => {
            const [a, b] = [light(parts(getComputedStyle(node).color)), light(behind(node))].sort((x, y) => y - x);
            return [node.tagName, (a + 0.05) / (b + 0.05)];
          }).filter(entry => entry[1] < 4.5);
        }"""
    )
    assert low == []


def test_hostile_names_are_shown_as_typed_and_saved_as_typed(browser: Any, tmp_path: Path) -> None:
    facilities = tuple(
        Facility(k, text, text, text, f"id{k}", text, text, text, text) for k, text in enumerate(HOSTILE, 1)
    )
    asked = replace(
        ASKED, title=(HOSTILE[2], HOSTILE[3]), unit=HOSTILE[4], version=HOSTILE[5], channels=HOSTILE,
        facilities=facilities, places=tuple(Place(text, text) for text in HOSTILE),
    )  # fmt: skip
    path = tmp_path / "opinion.html"
    path.write_text(form_page(asked, [(text, text) for text in HOSTILE]), encoding="utf-8")
    assert asked_in(path) == asked
    back = tmp_path / "back"
    back.mkdir()
    with open_page(browser, path) as (page, seen):
        assert page.locator("main .notices li").all_text_contents() == list(HOSTILE)
        assert page.locator("main h1").text_content() == HOSTILE[2]
        names = page.locator("#list tbody td:nth-child(3)").all_text_contents()
        assert names == list(HOSTILE)
        page.locator('input[value="facility"]').check()
        for k, text in enumerate(HOSTILE):
            page.locator("#service").select_option(str(k))
            told = page.evaluate("document.getElementById('facility').options[1].textContent")
            assert told == f"{k + 1} {text}（{text}，{text}）"
            page.locator("#facility").select_option(str(k + 1))
            page.locator('input[value="oppose"]').check()
            page.locator("#content").fill(text)
            save(page, back)
            page.locator("#another").click()
            page.locator('input[value="facility"]').check()
        assert page.evaluate("window.hacked") is None
        assert page.locator("img, svg, main script").count() == 0
        seen.check()
    found = collect(back, asked)
    assert not found.faults
    assert {o.about.name for o in found.opinions} == {text.strip() for text in HOSTILE}


def test_the_form_of_an_answer_lists_its_facilities(browser: Any, tmp_path: Path) -> None:
    told = make_told()
    page_path, _ = write_form(told, a_notice(), RULES, tmp_path)
    asked = asked_in(page_path)
    assert asked == asked_of(told, a_notice(), RULES)
    assert len(asked.facilities) == 40  # twenty of each of two subjects, in two periods
    assert {"村59", "村30"} <= {place.name for place in asked.places}
    assert {f.name for f in asked.facilities} >= {clean(name) for name in told.views[0].layers[3].frame["name"]}
    with open_page(browser, page_path) as (page, seen):
        assert page.locator("#service option").count() == 2
        seen.check()


def test_what_there_is_none_of_cannot_be_chosen(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "opinion.html"
    path.write_text(form_page(replace(ASKED, facilities=(), places=()), []), encoding="utf-8")
    with open_page(browser, path) as (page, seen):
        assert page.locator("input[name=kind]:visible").count() == 1
        page.locator("#save").click()
        assert page.evaluate("document.activeElement.value") == "plan"
        seen.check()


def test_points_of_one_village_are_one_place() -> None:
    told = make_told(hostile_title=False)
    layer = told.views[0].layers[2]
    frame = layer.frame.head(4).assign(
        name=["甲村 1", "甲村 2", "乙村 2组", "丙 3 村"], township=["东", "东", "东", "西"]
    )
    views = (replace(told.views[0], layers=(replace(layer, frame=frame),)),)
    assert asked_of(replace(told, views=views), None, RULES).places == (
        Place("东", "乙村"),
        Place("东", "甲村"),
        Place("西", "丙 3 村"),
    )
    named = replace(layer, frame=frame.assign(village=["", "丁村", None, "丁村"]))
    places = asked_of(replace(told, views=(replace(views[0], layers=(named,)),)), None, RULES).places
    assert places == (Place("东", "丁村"), Place("东", "乙村"), Place("东", "甲村"), Place("西", "丁村"))
