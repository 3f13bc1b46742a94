"""Ctrl-C asks what is running to stop at its next check, with the best that it has, in place of being torn down."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_current: threading.Event | None = None


@contextmanager
def stoppable() -> Iterator[threading.Event]:
    """Within it Ctrl-C sets the event that is given; inner uses share the outermost one's event."""
    global _current
    if _current is not None:
        yield _current
        return
    event = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield event
        return
    before = signal.signal(signal.SIGINT, lambda number, frame: event.set())
    _current = event
    try:
        yield event
    finally:
        _current = None
        signal.signal(signal.SIGINT, before)


@contextmanager
def heeding(event: threading.Event) -> Iterator[None]:
    """Within it `event` asks to stop in the place of Ctrl-C, whoever sets it and whichever thread this is."""
    global _current
    before, _current = _current, event
    try:
        yield
    finally:
        _current = before


def asked() -> bool:
    """Whether Ctrl-C was pressed within `stoppable`, or the event of `heeding` is set."""
    return _current is not None and _current.is_set()


def out_of_time(end: float) -> bool:
    """Whether the clock (`time.perf_counter`) has passed `end`, or Ctrl-C was pressed."""
    return asked() or time.perf_counter() > end
