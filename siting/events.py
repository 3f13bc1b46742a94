"""Progress as events, which the command line and other front ends each draw in their own way."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Event:
    """One step of a stage. `fraction` is in 0..1 where it is known."""

    stage: str
    kind: Literal["start", "progress", "note", "warning", "done"]
    zh: str
    en: str
    fraction: float | None = None
    seconds: float | None = None
    data: Mapping[str, object] = field(default_factory=dict)


Listener = Callable[[Event], None]


def silent(event: Event) -> None:
    """The listener that draws nothing."""


@contextmanager
def stage(listener: Listener, name: str, zh: str, en: str) -> Iterator[Callable[..., None]]:
    """Announce a stage's start and end; yields `say(zh, en, fraction=None, kind="progress", **data)`."""
    begin = time.perf_counter()
    listener(Event(name, "start", zh, en))

    def say(
        zh: str,
        en: str,
        fraction: float | None = None,
        kind: Literal["progress", "note", "warning"] = "progress",
        **data: object,
    ) -> None:
        listener(Event(name, kind, zh, en, fraction, time.perf_counter() - begin, data))

    yield say
    listener(Event(name, "done", zh, en, 1.0, time.perf_counter() - begin))
