"""The lines that tell of a long job's stages."""

from __future__ import annotations

import io

from rich.console import Console

from siting.cli.terminal import Progress
from siting.events import Event


def lines(*events: tuple[str, str, float | None]) -> list[str]:
    """What is printed of (kind, name, seconds)."""
    out = io.StringIO()
    progress = Progress(Console(file=out, width=200))
    for kind, name, seconds in events:
        progress(Event(name, kind, name, name, seconds=seconds))  # type: ignore[arg-type]
    return out.getvalue().splitlines()


def test_a_stage_around_another_of_the_same_time_is_told_once() -> None:
    told = lines(("start", "outer", None), ("start", "inner", None), ("done", "inner", 25.0), ("done", "outer", 25.6))
    assert told == ["✓ inner inner  25.0 s"]


def test_a_stage_with_time_of_its_own_has_its_line() -> None:
    told = lines(
        ("start", "outer", None), ("start", "one", None), ("done", "one", 5.0), ("start", "two", None),
        ("done", "two", 0.2), ("done", "outer", 7.0), ("start", "next", None), ("done", "next", 2.0),
    )  # fmt: skip
    assert told == ["✓ one one  5.0 s", "✓ outer outer  7.0 s", "✓ next next  2.0 s"]


def test_short_stages_have_no_lines() -> None:
    assert lines(("start", "one", None), ("done", "one", 0.3)) == []
