"""How much memory this process has taken at most."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def forget_peak() -> None:
    """Begin to measure anew, where the system can (Linux); elsewhere the peak is that of the process's whole life."""
    try:
        _CLEAR.write_text("5", encoding="ascii")
    except OSError:
        return


def peak_mb() -> float:
    """Most resident memory in MB (2^20 bytes) since `forget_peak` or the process's begin; NaN where none can tell."""
    try:
        for line in _STATUS.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return _of_windows() if sys.platform == "win32" else _of_usage()


def _of_usage() -> float:
    """Of systems with `getrusage`: kilobytes, but on macOS bytes."""
    try:
        import resource
    except ImportError:
        return float("nan")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024**2 if sys.platform == "darwin" else peak / 1024


def _of_windows() -> float:
    """`PeakWorkingSetSize` of `GetProcessMemoryInfo`."""

    class Counters(ctypes.Structure):
        _fields_ = [
            ("size", ctypes.c_ulong),
            ("faults", ctypes.c_ulong),
            *((name, ctypes.c_size_t) for name in ("peak", "now", "a", "b", "c", "d", "pages", "peak_pages")),
        ]

    counters = Counters()
    counters.size = ctypes.sizeof(Counters)
    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    tell = kernel.K32GetProcessMemoryInfo
    tell.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ulong]
    done = tell(kernel.GetCurrentProcess(), ctypes.byref(counters), counters.size)
    return counters.peak / 1024**2 if done else float("nan")
