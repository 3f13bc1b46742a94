"""Pictures of every kind of page: `python docs/gallery/make_gallery.py RUNS` makes those that are shown here anew.

RUNS is the folder of results (default `runs`). A page that is not there is named with the command that makes it, and
its pictures stay as they are. `--all FOLDER` takes every page in both languages, on a desk and on a phone, into a
folder of its own: look at all of them after a change to `maps/` or to what is told.

Needs the development tools and a Chromium. No network.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
SIZES = {"desk": (1400, 900), "phone": (390, 844)}  # CSS pixels
LANGUAGES = ("zh", "en")
QUALITY = 80  # of JPEG
SHEET_PX = 1400  # width that a printed sheet is reduced to

# A page has a button for the other language, or a box that hides the English beside the Chinese.
SPEAK = """english => {
    const button = document.getElementById('language'), box = document.getElementById('english');
    if (button && (document.documentElement.lang === 'en') !== english) button.click();
    if (box) box.checked = english;
}"""

CORE = "siting.map.setView([29.583, 120.838], 12.5, {animate: false})"
# The point of most people whom the plan sends elsewhere, of the layers that tell "what changes for me".
CHANGED = """(() => {
    const layers = siting.layersOf(siting.view()).filter(({ id, moments }) => (
        siting.state.on.has(id) && moments && moments.length));
    const differs = (layer, i) => ['place', 'state'].every(key => (
        layer.moments[0][key][i] !== layer.moments.at(-1)[key][i]));
    for (const layer of layers) {
        const found = layer.order.find(i => differs(layer, i));
        if (found !== undefined) return siting.show(siting.state.subject, layer.key, layer.ids[found]);
    }
})()"""
TIME_TODAY = "siting.setLayer('layer:time_before', true)"
FORM = "document.querySelector('fieldset').scrollIntoView()"
# The point that is farthest from a facility today.
FARTHEST = """(() => {
    const layer = siting.layersOf(siting.view()).find(({ id, moments }) => (
        siting.state.on.has(id) && moments && moments.length));
    const known = layer.moments[0].minutes.map(text => Number.parseFloat(text) || 0);
    siting.show(siting.state.subject, layer.key, layer.ids[known.indexOf(Math.max(...known))]);
})()"""


@dataclass(frozen=True)
class Page:
    """One page to take pictures of.

    Attributes:
        name: of its pictures.
        path: below the folder of results; a pattern, of which the first file is taken.
        made_by: the command that makes it.
        steps: of JavaScript, after it has opened.
        shown: which of its pictures are kept here, as language and size.
    """

    name: str
    path: str
    made_by: str
    steps: tuple[str, ...] = ()
    shown: tuple[tuple[str, str], ...] = ()


RUN = "siting run shengzhou/three_services"
LAYOUT = "siting run core_schools"
PUBLISH = "siting publish childcare (docs/publish.md)"
OSM = "siting run monaco/three_services"
COMPARE = "siting compare core_schools new_areas_schools"
DESK, PHONE = ("zh", "desk"), ("zh", "phone")
PAGES = (
    Page("map", "three_services/map.html", RUN, (), (DESK, ("en", "desk"))),
    Page("map_core", "three_services/map.html", RUN,
         ("siting.setSubject(1)", "siting.setLayer('layer:area_after', true)", CORE)),
    Page("map_popup", "three_services/map.html", RUN, (FARTHEST,), (PHONE,)),
    Page("report", "three_services/report.html", RUN, (), (DESK,)),
    Page("layout", "core_schools/map.html", LAYOUT, (CHANGED,), (DESK, ("en", "phone"))),
    Page("layout_report", "core_schools/report.html", LAYOUT),
    Page("mountain", "mountain_schools/map.html", "siting run mountain_schools"),
    Page("gaps", "shengzhou_gaps/map.html", "siting gaps shengzhou", (TIME_TODAY,), (DESK,)),
    Page("gaps_report", "shengzhou_gaps/report.html", "siting gaps shengzhou"),
    Page("ranking", "technician_college/map.html", "siting run technician_college", (), (DESK,)),
    Page("grouping", "medical_alliances/map.html", "siting run medical_alliances", (), (DESK,)),
    Page("people", "shengzhou_people_*/people.html", "siting people shengzhou"),
    Page("osm", "monaco_three_services/map.html", OSM, (), (("en", "desk"),)),
    Page("osm_report", "monaco_three_services/report.html", OSM),
    Page("compare", "comparison/compare.html", COMPARE, (), (DESK,)),
    Page("multiples", "comparison/multiples.html", COMPARE),
    Page("document", "core_schools_report/report.html", "siting report core_schools"),
    Page("brief", "core_schools_brief/brief.html", "siting report core_schools --brief", (), (DESK,)),
    Page("public_map", "childcare_public/map.html", PUBLISH),
    Page("notice", "childcare_public/notice.html", PUBLISH, (), (DESK,)),
    Page("opinion", "childcare_public/opinion.html", PUBLISH, (FORM,), (PHONE,)),
    Page("review", "childcare_review.html", PUBLISH),
    Page("log", "opinions/意见采纳情况表_公开.html", "siting opinions FOLDER --run childcare_public --public"),
    Page("sheet", "childcare_public/sheets/*_2035.png", PUBLISH, (), (DESK,)),
)  # fmt: skip


def main() -> None:
    """Take the pictures, and say what could not be taken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=Path, nargs="?", default=Path("runs"))
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="every page, language and size, into this folder")
    parser.add_argument("--only", metavar="NAME", nargs="+", help="pages of these names")
    asked = parser.parse_args()
    folder: Path = asked.all or HERE
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=next(filter(None, map(shutil.which, NAMES)), None), args=["--no-sandbox", "--disable-gpu"]
        )
        for page in PAGES:
            if asked.only and page.name not in asked.only:
                continue
            wanted = [(own, size) for own in LANGUAGES for size in SIZES] if asked.all else page.shown
            found = next(iter(sorted(asked.runs.glob(page.path))), None)
            if found is None:
                sys.stderr.write(f"{page.name}: no {page.path} in {asked.runs}; make it by: {page.made_by}\n")
            elif found.suffix == ".png":
                reduce_sheet(found, folder / picture(page, *DESK))
            else:
                for language, size in wanted:
                    take(browser, page, found, folder / picture(page, language, size), language=language, size=size)
        browser.close()


def picture(page: Page, language: str, size: str) -> str:
    """The name of a picture."""
    return f"{page.name}_{language}_{size}.jpg"


def pictures() -> Iterator[str]:
    """Names of those that are kept here."""
    return (picture(page, *shown) for page in PAGES for shown in page.shown)


def take(browser: Any, page: Page, path: Path, to: Path, *, language: str, size: str) -> None:
    """The page as a reader sees it who has just opened it, in a language, on a screen of a size.

    Raises:
        RuntimeError: when a script of the page fails.
    """
    width, height = SIZES[size]
    seen = browser.new_page(
        viewport={"width": width, "height": height}, device_scale_factor=2 if size == "phone" else 1
    )
    errors: list[str] = []
    seen.on("pageerror", lambda error: errors.append(str(error)))
    seen.goto(path.resolve().as_uri())
    seen.wait_for_timeout(600)
    seen.evaluate(SPEAK, language == "en")
    for step in page.steps:
        seen.evaluate(f"() => {{ {step}; }}")
        seen.wait_for_timeout(200)
    seen.wait_for_timeout(800)
    seen.screenshot(path=to, type="jpeg", quality=QUALITY)
    seen.close()
    if errors:
        raise RuntimeError(f"{path}: {errors}")


def reduce_sheet(path: Path, to: Path) -> None:
    """A printed sheet, as wide as a screen."""
    Image.MAX_IMAGE_PIXELS = None  # A3 at 300 dpi is larger than Pillow trusts of strangers
    with Image.open(path) as sheet:
        small = sheet.convert("RGB").resize(
            (SHEET_PX, round(sheet.height * SHEET_PX / sheet.width)), Image.Resampling.LANCZOS
        )
    small.save(to, quality=QUALITY)


if __name__ == "__main__":
    main()
