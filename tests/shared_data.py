"""Finds optional test files that are not part of the project; tests that need them skip where they are absent."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


def shared_file(*parts: str) -> Path:
    """The file at `parts` below the optional folder beside the checkout; skips the test when it is absent.

    >>> shared_file("data", "osm", "monaco.osm.pbf").suffix  # doctest: +SKIP
    '.pbf'
    """
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"optional test file {'/'.join(parts)} is not on this machine")
    return path
