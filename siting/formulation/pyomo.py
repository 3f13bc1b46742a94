"""Pyomo, loaded when it is first used: half of the start of a program that seldom asks it."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class _Late:
    def __getattr__(self, name: str) -> Any:
        value = getattr(import_module("pyomo.environ"), name)
        setattr(self, name, value)  # found without this detour from now on
        return value


pyo: Any = _Late()
