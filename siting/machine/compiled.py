"""Loops compiled to machine code on first use, and kept on disk for the next run.

Compiled functions take arrays and numbers only. They release the interpreter's lock, so that threads run them side
by side (`siting.machine.threads`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Loop = TypeVar("Loop", bound=Callable[..., Any])


def compiled(loop: Loop) -> Loop:
    """Compile a function of arrays and numbers. Division by zero gives inf or NaN, as in numpy."""
    return cast(Loop, numba.njit(cache=True, nogil=True, error_model="numpy")(loop))
