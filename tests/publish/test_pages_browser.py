"""The published pages as their readers open them: offline, with nothing asked of the network and no error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from siting.consultation.rules import Extras, load_rules
from siting.opinions.form import write_form
from siting.publish.notice_files import notice_page
from siting.publish.public import public_told
from siting.publish.review import review_page
from siting.render.view_map import render_views
from tests.consultation.a_notice import a_notice
from tests.publish.an_answer import an_answer
from tests.render.browser import open_page

pytestmark = pytest.mark.browser
BAD = "<img src=x onerror=window.hacked=1>{{ 7*7 }}`${1}`\u202e"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All pages, with hostile words in the notice."""
    folder = tmp_path_factory.mktemp("pages")
    rules, notice = load_rules(), a_notice(title_zh=BAD, scope=BAD, content=[BAD], handling=BAD)
    told, found = public_told(an_answer(), rules)
    render_views(told, folder / "map.html")
    (folder / "notice.html").write_text(notice_page(notice, told), encoding="utf-8")
    page = review_page(
        told, found, notice, rules, Extras(), code="1234-5678-9abc-def0", command="siting publish sample"
    )
    (folder / "review.html").write_text(page, encoding="utf-8")
    write_form(told, notice, rules, folder)
    return folder


@pytest.mark.parametrize("name", ["map.html", "notice.html", "review.html", "opinion.html"])
@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_pages_open_offline_without_an_error(browser: Any, pages: Path, name: str, size: tuple[int, int]) -> None:
    with open_page(browser, pages / name, size=size) as (page, seen):
        page.wait_for_timeout(300)
        assert page.evaluate("window.hacked") is None
        if name == "notice.html":
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
            assert BAD[:20] in page.inner_text("h1")
        seen.check()


def test_the_key_of_a_map_service_is_in_no_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITING_TILES", "https://t0.example.org/{z}/{x}/{y}?tk=SECRETKEY")
    told, _ = public_told(an_answer(), load_rules())
    render_views(told, tmp_path / "map.html")
    assert "SECRETKEY" not in (tmp_path / "map.html").read_text(encoding="utf-8")


def test_the_map_tells_what_is_public(browser: Any, pages: Path) -> None:
    with open_page(browser, pages / "map.html") as (page, seen):
        page.wait_for_timeout(300)
        text = page.inner_text("body")
        assert "1,230" in text
        assert "不表示行政区域界线" in text
        for secret in ("4,321", "张三丰", "候选地点", "服务片区"):
            assert secret not in text
        page.fill("#query", "村3")
        page.wait_for_timeout(300)
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_timeout(500)
        assert "<10" in page.inner_text("body")
        seen.check()
