"""Measure a function in a process of its own: seconds and peak memory that are its own, and no state left behind.

    measured = apart("growth:solve_ours", {"kind": "p_median", "size": 500}, seconds=60)

The function returns a dict of plain numbers and texts; where it brings `seconds` itself (without imports and the making
of its instance), that counts, otherwise the whole call.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
GRACE_S = 60  # beyond the limit that the function is told, for its start and its reading


@dataclass(frozen=True)
class Measured:
    """What one call gave; `failed` is empty where all went well, `memory_mb` is the peak of its whole process."""

    seconds: float
    memory_mb: float
    result: dict[str, Any]
    failed: str = ""


def apart(function: str, words: dict[str, Any], *, seconds: float, warm: bool = False) -> Measured:
    """Call `module:function(**words)` of this folder in a new process, and stop it after `seconds` and a grace.

    Args:
        warm: call it twice and count the second, so that what is compiled on first use does not count.
    """
    command = [sys.executable, str(HERE / "apart.py"), function, json.dumps(words), "2" if warm else "1"]
    limit = seconds * (2 if warm else 1) + GRACE_S
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit, cwd=HERE.parent, check=False)
    except subprocess.TimeoutExpired:
        return Measured(limit, float("nan"), {}, f"stopped after {limit:.0f} s")
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        return Measured(float("nan"), float("nan"), {}, (done.stderr.strip().splitlines() or ["no answer"])[-1][:200])
    found = json.loads(lines[-1])
    return Measured(found["seconds"], found["memory_mb"], found["result"])


def peak_memory_mb() -> float:
    """Largest memory that this process has had."""
    if sys.platform == "win32":
        return float("nan")
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def versions(*packages: str) -> str:
    """Python, cores and the versions of packages, for the head of a table."""
    there = []
    for package in packages:
        try:
            there.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            there.append(f"{package} absent")
    return ", ".join([f"Python {platform.python_version()}", f"{os.cpu_count()} cores", *there])


def _main() -> None:
    module, name = sys.argv[1].split(":")
    words, times = json.loads(sys.argv[2]), int(sys.argv[3])
    sys.path[:0] = [str(HERE), str(HERE.parent)]
    call = getattr(importlib.import_module(module), name)
    for _ in range(times):
        begin = time.perf_counter()
        result = call(**words)
        seconds = time.perf_counter() - begin
    seconds = result.pop("seconds", seconds)
    print(json.dumps({"seconds": seconds, "memory_mb": peak_memory_mb(), "result": result}))


if __name__ == "__main__":
    _main()
