"""The map page as text: self-contained, the same each time, user text only in its data."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest

from siting.errors import InputError
from siting.files import resources
from siting.files.toml import load_toml
from siting.render import inline
from siting.render.map_frame import page_labels
from siting.render.map_style import Style, load_labels, load_style
from siting.render.told_of import told_of
from siting.render.view_map import render_views, views_html
from siting.results import RunResult
from tests.hostile.names import HOSTILE
from tests.render.make_result import make_result

DATA = re.compile(r'(<script type="application/json" id="data">)(.*?)(</script>)', re.DOTALL)
ALL_SCRIPTS = {name for names in inline.SCRIPTS.values() for name in names}


def map_html(result: RunResult) -> str:
    return views_html(told_of(result))


@pytest.fixture(scope="module")
def page() -> str:
    return map_html(make_result())


def test_user_text_is_in_the_data_and_nowhere_else(page: str) -> None:
    others = map_html(make_result(hostile=False, demand_points=30, seed=5, bare=True))
    assert DATA.sub("", page) == DATA.sub("", others)
    match = DATA.search(page)
    assert match is not None
    data = json.loads(match[2])
    people = next(layer for layer in data["views"][0]["layers"] if layer["key"] == "after")
    assert data["pool"][people["names"]][: len(HOSTILE)] == list(HOSTILE)


def test_equal_results_give_equal_pages(page: str) -> None:
    assert map_html(make_result()) == page


def test_nothing_of_folium_that_would_be_fetched_is_left(page: str) -> None:
    shell = DATA.sub("", page)
    assert not re.search(r"""src=["']?(https?:)?//|<link""", shell)
    for word in ("jquery", "bootstrap", "awesome", "cdn.", "unpkg"):
        assert word not in shell.lower()


def test_policy_allows_the_pages_own_scripts_by_their_hash(page: str) -> None:
    match = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert match is not None
    policy = match[1]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert policy.count("'sha256-") == 2  # Leaflet, and the page's own
    assert "connect-src 'none'" in policy
    assert "img-src data:" in policy
    assert page.index("Content-Security-Policy") < page.index("<script")


def test_leaflets_licence_is_beside_it_and_said() -> None:
    folder = resources.maps() / inline.LEAFLET
    assert "BSD 2-Clause" in (folder / "LICENSE").read_text(encoding="utf-8")
    assert "Leaflet 1.9.4" in load_labels()["panel.made_with"][1]


def test_every_script_of_the_folder_is_in_the_page() -> None:
    folder = resources.maps() / "script"
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*.js")} == ALL_SCRIPTS


def test_scripts_never_write_markup() -> None:
    banned = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser")
    for name in ALL_SCRIPTS:
        assert not banned.search(inline.read_asset(f"script/{name}")), name


@pytest.mark.parametrize(
    "markup",
    [
        '<script src="https://cdn.example/x.js"></script>',
        '<script src="x.js"></script>',
        '<link rel="stylesheet" href="//cdn.example/x.css">',
        '<img src="http://example/x.png">',
        '<img srcset="http://example/x.png 2x">',
        '<iframe src="https://example"></iframe>',
        '<style>a { background: url("https://example/x.png") }</style>',
        "<style>@import 'x.css';</style>",
        '<p style="background: url(x.png)"></p>',
        '<form action="https://example"></form>',
    ],
)
def test_gate_refuses_what_would_be_fetched(markup: str) -> None:
    with pytest.raises(InputError, match="without a network"):
        inline.seal(f"<html><head></head><body>{markup}</body></html>")


def test_gate_lets_links_and_inlined_pictures_pass() -> None:
    page = (
        '<a href="https://openstreetmap.org/copyright">©</a><img src="data:image/png;base64,AA">'
        "<style>a { background: url(data:image/png;base64,AA); behavior: url(#default#VML) }</style>"
        '<script type="application/json">"https://example"</script>'
    )
    assert inline.seal(page) == page


def test_gate_stops_a_changed_style_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = inline.read_css
    monkeypatch.setattr(
        "siting.render.map_frame.read_css", lambda name: original(name) + "\nbody { background: url(https://x/y.png) }"
    )
    with pytest.raises(InputError, match=r"https://x/y\.png"):
        render_views(told_of(make_result()), tmp_path / "map.html")
    assert not (tmp_path / "map.html").exists()


def test_filling_is_done_once() -> None:
    assert inline.fill("@@A@@ @@B@@ @@C@@", {"A": "@@B@@", "B": "x"}) == "@@B@@ x @@C@@"


def test_county_size_is_small_and_quick(tmp_path: Path) -> None:
    result = make_result(demand_points=3500, sites=500, roads=15_000)
    told = told_of(result)
    begin = time.perf_counter()
    render_views(told, tmp_path / "map.html")
    assert time.perf_counter() - begin < 10
    assert (tmp_path / "map.html").stat().st_size < 4_000_000


def test_labels_agree_in_both_languages() -> None:
    for key, texts in load_labels().items():
        zh, en = (set(re.findall(r"\{\w+\}", text)) for text in texts)
        assert zh == en, key


def test_every_label_is_used_and_every_used_label_exists() -> None:
    scripts = "\n".join(inline.read_asset(f"script/{name}") for name in ALL_SCRIPTS)
    markup = inline.read_asset("page.html")
    labels = page_labels()
    said = set(re.findall(r"""['"](\w+\.\w*[a-z0-9])['"]""", scripts)) | set(
        re.findall(r'data-t[\w-]*="([^"]+)"', markup)
    )
    sections = {key.split(".")[0] for key in labels}
    assert {key for key in said if key.split(".")[0] in sections} <= set(labels)
    words = set(re.findall(r"\w+", scripts))
    unused = [key for key in labels if key not in said and not (key.startswith("layers.") and key[7:] in words)]
    assert not unused


def test_style_refuses_what_it_does_not_know(tmp_path: Path) -> None:
    text = (resources.maps() / "style.toml").read_text(encoding="utf-8")
    path = tmp_path / "style.toml"
    path.write_text(text.replace('water = "#', 'watter = "#', 1), encoding="utf-8")
    with pytest.raises(InputError, match="did you mean 'water'"):
        load_toml(path, Style)
    path.write_text(text.replace("breaks_min = [5, 10,", "breaks_min = [10, 5,"), encoding="utf-8")
    with pytest.raises(InputError, match="must ascend"):
        load_toml(path, Style)


def luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_text_on_the_map_has_contrast_aa() -> None:
    style = load_style()
    for text in (style.base.place, style.base.minor_place, style.base.water_name, *style.zone.colours):
        assert contrast(text, style.base.land) >= 4.5, text
    for fill in (style.facility.existing, style.facility.new):
        assert contrast("#ffffff", fill) >= 4.5, fill


def test_text_of_the_panel_has_contrast_aa() -> None:
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", inline.read_asset("page.css")))
    for text, ground in (
        ("ink", "paper"), ("soft", "paper"), ("soft", "tint"), ("accent", "paper"), ("accent", "accent-soft"),
        ("good", "good-soft"), ("good", "paper"), ("warn", "warn-soft"), ("bad", "bad-soft"),
    ):  # fmt: skip
        assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)


def test_coverage_classes_differ_in_lightness_and_not_in_hue_alone() -> None:
    coverage = load_style().coverage
    for one, other in (
        (coverage.newly_covered, coverage.still_covered),
        (coverage.newly_covered, coverage.uncovered),
        (coverage.unreachable, coverage.uncovered),
    ):
        assert contrast(one, other) > 2.5, (one, other)
    for classes in (load_style().travel_time.colours, load_style().demand.colours):
        shades = [luminance(colour) for colour in classes]
        assert shades == sorted(shades, reverse=True)
