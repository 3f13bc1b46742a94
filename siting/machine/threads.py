"""Work on parts of an array side by side: for compiled functions, which release the interpreter's lock."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Part = TypeVar("Part")
_share: int | None = None


def use_at_most(cores: int) -> None:
    """Keep this process to so many cores, as one of several that share the machine."""
    global _share
    _share = max(1, cores)


def core_count() -> int:
    """How many cores this process may use."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return there if _share is None else min(there, _share)


def in_parts(work: Callable[[int, int], Part], size: int, *, least: int = 1, threads: int | None = None) -> list[Part]:
    """`work(begin, end)` of consecutive parts of 0..size, in their order; at most one part a core.

    Args:
        least: size below which a part is not worth a thread.
        threads: at most so many; None: the cores.
    """
    most = core_count() if threads is None else threads
    count = max(1, min(most, size // max(least, 1)))
    edges = [size * k // count for k in range(count + 1)]
    if count == 1:
        return [work(0, size)]
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(work, edges[:-1], edges[1:]))
