"""The gallery: its page shows the pictures that its script keeps, and they stay small."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

GALLERY = Path(__file__).parents[1] / "docs" / "gallery"
MOST_BYTES = 3_000_000  # of all pictures together, which every clone carries


@pytest.fixture(scope="module")
def script() -> ModuleType:
    pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    spec = importlib.util.spec_from_file_location("make_gallery", GALLERY / "make_gallery.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_the_pictures_are_those_that_the_script_keeps(script: ModuleType) -> None:
    assert sorted(script.pictures()) == sorted(path.name for path in GALLERY.glob("*.jpg"))


def test_the_page_shows_each_picture_once() -> None:
    shown = re.findall(r"(?:\]\(|src=\")([^()\"]+\.jpg)", (GALLERY / "README.md").read_text(encoding="utf-8"))
    assert sorted(shown) == sorted(path.name for path in GALLERY.glob("*.jpg"))


def test_the_pictures_are_small() -> None:
    assert sum(path.stat().st_size for path in GALLERY.glob("*.jpg")) < MOST_BYTES


def test_names_of_pages_are_their_own(script: ModuleType) -> None:
    """Two pages of one name would write over each other."""
    names = [page.name for page in script.PAGES]
    assert len(names) == len(set(names))
