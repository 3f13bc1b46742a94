"""How much memory is left, so that what would not fit is refused before it is begun."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path


def available_bytes() -> int | None:
    """Memory that this process may still take without swapping; None where the system does not tell.

    On Linux the lesser of the machine's and the container's; on macOS half of all there is.
    """
    if sys.platform == "win32":
        return _windows()
    if sys.platform == "darwin":
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    known = [size for size in (_linux(), _container()) if size is not None]
    return min(known, default=None)


def size_text(size: float) -> str:
    """Bytes in the unit that reads best.

    >>> size_text(1_530_000), size_text(2.4e10)
    ('1.5 MB', '24.0 GB')
    """
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"


def _linux(meminfo: Path = Path("/proc/meminfo")) -> int | None:
    try:
        lines = meminfo.read_text(encoding="ascii", errors="replace").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError, IndexError):
        return None


def _container(folder: Path = Path("/sys/fs/cgroup")) -> int | None:
    """What the control group (version 2) that is seen as the root still allows."""
    try:
        most = (folder / "memory.max").read_text(encoding="ascii").strip()
        used = (folder / "memory.current").read_text(encoding="ascii").strip()
        return None if most == "max" else max(0, int(most) - int(used))
    except (OSError, ValueError):
        return None


def _windows() -> int | None:
    class MemoryStatus(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *((name, ctypes.c_ulonglong) for name in ("total", "available", "total_page", "available_page")),
            *((name, ctypes.c_ulonglong) for name in ("total_virtual", "available_virtual", "extended")),
        )

    status = MemoryStatus(length=ctypes.sizeof(MemoryStatus))
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - absent elsewhere
    return int(status.available) if kernel.GlobalMemoryStatusEx(ctypes.byref(status)) else None
