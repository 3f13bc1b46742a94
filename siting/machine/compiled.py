"""Loops compiled to machine code on first use, and kept on disk for the next run.

Compiled functions take arrays and numbers only. They release the interpreter's lock, so that threads run them side
by side (`siting.machine.threads`).

numba keeps what it compiled by the file of each function alone, and would go on using a loop whose callee in another
file has changed since. What is kept here therefore lies in a folder named after the text of all files with compiled
loops: a change in any of them compiles anew.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

Loop = TypeVar("Loop", bound=Callable[..., Any])
PACKAGE = Path(__file__).parents[1]
OLD_S = 30 * 86400.0


def loops_text_hash(package: Path = PACKAGE) -> str:
    """Of the files below `package` that have compiled loops, and their names."""
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        text = path.read_bytes()
        if b"@compiled" in text:
            digest.update(path.relative_to(package).as_posix().encode() + b"\0" + text + b"\0")
    return digest.hexdigest()[:16]


def kept_in(package: Path = PACKAGE) -> Path:
    """The folder of compiled loops: beside the program, or where that cannot be written among the user's caches."""
    name = f"siting-loops-{loops_text_hash(package)}"
    if own := os.environ.get("NUMBA_CACHE_DIR"):
        return Path(own) / name
    beside = package / "__pycache__"
    try:
        beside.mkdir(exist_ok=True)
        with tempfile.TemporaryFile(dir=beside):
            return beside / name
    except OSError:
        caches = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return Path(caches) / "siting" / name


def forget_old(folder: Path) -> None:
    """Remove what earlier texts of the program left beside `folder`, once it is a month old."""
    if folder.exists():
        return
    for other in folder.parent.glob("siting-loops-*"):
        if time.time() - other.stat().st_mtime > OLD_S:
            shutil.rmtree(other, ignore_errors=True)


KEPT_IN = kept_in()
forget_old(KEPT_IN)
numba.config.CACHE_DIR = str(KEPT_IN)  # type: ignore[attr-defined]


def compiled(loop: Loop) -> Loop:
    """Compile a function of arrays and numbers. Division by zero gives inf or NaN, as in numpy."""
    return cast(Loop, numba.njit(cache=True, nogil=True, error_model="numpy")(loop))
