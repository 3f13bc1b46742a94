"""A Chromium with no network, for tests that open a page as its readers do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

READY = "html[data-ready=true]"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-default-apps", "--disable-sync", "--no-first-run",
)  # fmt: skip


@dataclass
class Seen:
    """What went on in a page: all three should stay empty."""

    console: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def check(self) -> None:
        """Nothing failed, nothing was asked of the network."""
        assert not self.errors, self.errors
        assert not self.console, self.console
        assert not self.requests, self.requests


def find_chromium() -> str:
    """Path of a Chromium; skips the test, with the reason, where there is none."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        reason = f"no Chromium on this machine (looked for {', '.join(NAMES)})"
        if os.environ.get("SITING_REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@contextmanager
def open_browser() -> Iterator[object]:
    """A headless Chromium, through playwright."""
    path = find_chromium()
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def open_page(browser: object, path: Path, *, size: tuple[int, int] = (1440, 900)) -> Iterator[tuple[object, Seen]]:
    """The file at `path`, opened offline; yields the page and what went on in it."""
    seen = Seen()
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})  # type: ignore[attr-defined]
    context.set_offline(True)
    address = path.resolve().as_uri()

    def guard(route: object) -> None:
        url = route.request.url  # type: ignore[attr-defined]
        if url == address or url.startswith("data:"):
            route.continue_()  # type: ignore[attr-defined]
        else:
            seen.requests.append(url)
            route.abort()  # type: ignore[attr-defined]

    context.route("**/*", guard)
    page = context.new_page()
    page.on("console", lambda message: seen.console.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("dialog", lambda dialog: (seen.errors.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.goto(address)
    try:
        yield page, seen
    finally:
        context.close()


def canvas_sum(page: Any, pane: str) -> int:
    """Sum of all the opacity that is drawn in a pane: it changes when something is drawn or taken away."""
    return int(
        page.evaluate(
            """pane => {
              let sum = 0;
              siting.map.getPane(pane).querySelectorAll('canvas').forEach(canvas => {
                const copy = new OffscreenCanvas(canvas.width, canvas.height)
                  .getContext('2d', { willReadFrequently: true });
                copy.drawImage(canvas, 0, 0);
                const data = copy.getImageData(0, 0, canvas.width, canvas.height).data;
                for (let k = 3; k < data.length; k += 4) sum += data[k];
              });
              return sum;
            }""",
            pane,
        )
    )


def settle(page: Any) -> None:
    """Wait until the canvas has been drawn anew."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
