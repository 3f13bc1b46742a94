"""Settings and fixtures of all tests."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

from tests.render.browser import open_browser

# Loops that are compiled on first use take their time once; nothing in the tests depends on time.
settings.register_profile("siting", deadline=None)
settings.load_profile("siting")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A Chromium with no network, one for the tests of a file."""
    with open_browser() as found:
        yield found
