"""Tiles of a map service: fetched from their host alone, for own use only, the key in the page and nowhere else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from siting.errors import InputError
from siting.render.answer_folder import write_answer
from siting.render.tiles import NOTICE, VARIABLE, tiles_asked, tiles_from
from siting.render.told_of import told_of
from siting.render.view_map import render_own, render_views, views_html
from tests.render.browser import READY, open_page, settle
from tests.render.make_result import make_result
from tests.render.sample_told import make_told

KEY = "s3cr3tk3y"
TIANDITU = f"https://t{{s}}.tianditu.gov.cn/DataServer?T=vec_w&x={{x}}&y={{y}}&l={{z}}&tk={KEY}"
INTRANET = f"http://10.0.0.8:8080/tiles/{{z}}/{{x}}/{{y}}.png?tk={KEY}"


@pytest.mark.parametrize(
    ("template", "source"),
    [(TIANDITU, "https://*.tianditu.gov.cn"), (INTRANET, "http://10.0.0.8:8080")],
)
def test_only_the_host_of_the_tiles_is_let_in(template: str, source: str) -> None:
    assert tiles_from(template).source == source
    page = views_html(make_told(20), tiles=tiles_from(template))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert f"img-src data: {source};" in policy[1]
    assert policy[1].count("http") == 1
    assert "connect-src 'none'" in policy[1]


@pytest.mark.parametrize(
    "wrong",
    [
        f"file:///{{z}}/{{x}}/{{y}}?{KEY}", f"https://host/{{z}}/{{x}}?{KEY}", f"https://host/{{z}}/{{x}}/{{y}}/{{q}}?{KEY}",
        f"https://a b;script-src *{KEY}/{{z}}/{{x}}/{{y}}", f"https://user:{KEY}@host/{{z}}/{{x}}/{{y}}", KEY,
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_without_telling_the_key(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, wrong)
    with pytest.raises(InputError) as caught:
        tiles_asked()
    assert VARIABLE in str(caught.value)
    assert KEY not in str(caught.value)


def test_a_run_has_the_key_in_its_map_alone_and_what_is_published_not_at_all(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(VARIABLE, TIANDITU)
    told = make_told(20)
    events: list[object] = []
    write_answer(told, tmp_path / "run", SimpleNamespace(listener=events.append))  # type: ignore[arg-type]
    holding = {
        path.name for path in (tmp_path / "run").rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()
    }
    assert holding == {"map.html"}
    assert NOTICE[0] in (tmp_path / "run" / "map.html").read_text(encoding="utf-8")
    assert KEY not in repr(events)
    render_views(told, tmp_path / "public.html")
    assert KEY not in (tmp_path / "public.html").read_text(encoding="utf-8")
    assert KEY not in views_html(told_of(make_result()))


def test_without_the_setting_the_pages_are_the_same_as_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    render_own(make_told(20), tmp_path / "map.html")
    page = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert page == views_html(make_told(20))
    assert "tiles" not in json.loads(re.search(r'id="data">(.*?)</script>', page, re.S)[1])  # type: ignore[index]


@pytest.mark.browser
def test_the_page_asks_the_tiles_host_and_nobody_else(
    browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, INTRANET)
    render_own(make_told(20), tmp_path / "map.html")
    with open_page(browser, tmp_path / "map.html") as (page, seen):
        page.wait_for_selector(READY)  # type: ignore[attr-defined]
        settle(page)
        assert seen.requests
        assert {url.split("/tiles/")[0] for url in seen.requests} == {"http://10.0.0.8:8080"}
        assert not seen.errors
        switch = page.locator('#switches input[value="tiles"]')  # type: ignore[attr-defined]
        assert switch.is_checked()
        switch.uncheck()
        assert page.locator(".leaflet-tile-pane img").count() == 0  # type: ignore[attr-defined]
