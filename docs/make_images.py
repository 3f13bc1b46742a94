"""Takes the pictures of the README from a run: `python docs/make_images.py runs/three_services`.

Needs the development tools and a Chromium.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).parent / "images"
CORE = "window.siting.map.setView([29.583, 120.838], 12.5, {animate: false})"
SHOTS = {
    "map.jpg": [],
    "map_core.jpg": ["window.siting.setService(1)", "window.siting.setLayer('area_after', true)", CORE],
}


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "runs/three_services").resolve()
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1360, "height": 850})
        for name, steps in SHOTS.items():
            page.goto((folder / "map.html").as_uri())
            page.wait_for_timeout(2000)
            for step in steps:
                page.evaluate(f"() => {{ {step}; }}")
            page.wait_for_timeout(1500)
            page.screenshot(path=IMAGES / name, type="jpeg", quality=85)
        browser.close()


if __name__ == "__main__":
    main()
