"""A question before it is modelled: which sites it leaves, and names to speak of its places."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from siting.impedance import BoolArray, IntArray
from siting.instance import Instance

SHOWN = 10


@dataclass(frozen=True)
class Question:
    """An instance with the constraints that hold and names to speak of its places."""

    instance: Instance
    active: tuple[str, ...]
    names: Mapping[str, str]

    def place(self, i: int) -> str:
        """Display name of a demand point."""
        key = self.instance.demand_ids[i]
        return self.names.get(key, key)

    def zone(self, k: int) -> str:
        """Display name of a zone."""
        key = self.instance.zone_ids[k]
        return self.names.get(key, key)

    def site(self, j: int) -> str:
        """Display name of a site."""
        key = self.instance.site_ids[j]
        return self.names.get(key, key)

    def places(self, index: IntArray, detail: Callable[[int], str] = lambda i: "") -> str:
        """At most ten names and how many more."""
        shown = [self.place(int(i)) + detail(int(i)) for i in index[:SHOWN]]
        more = f" ……(+{index.size - SHOWN})" if index.size > SHOWN else ""
        return ", ".join(shown) + more

    @property
    def new(self) -> BoolArray:
        """(J,) candidates that may open."""
        return self.instance.candidate

    @property
    def usable(self) -> BoolArray:
        """(J,) sites that may be open in some plan."""
        return self.instance.existing | self.instance.candidate

    @property
    def minima(self) -> IntArray:
        """(Z,) zone minima, where they hold."""
        held = "zone_minimum" in self.active
        return self.instance.zone_minimum if held else np.zeros_like(self.instance.zone_minimum)

    @property
    def must_open(self) -> BoolArray:
        """(J,) candidates that must open, where that holds."""
        held = "require_sites" in self.active
        return self.instance.required if held else np.zeros_like(self.instance.required)

    @property
    def moving(self) -> int:
        """How many facilities may move, each opening one more."""
        flags = self.instance.relocatable
        return 0 if flags is None else int(flags.sum())

    def lacking(self) -> IntArray:
        """(Z,) facilities that each zone's minimum asks for beyond the required sites in it."""
        zone = self.instance.site_zone[self.must_open]
        there = np.bincount(zone[zone >= 0], minlength=len(self.instance.zone_ids))
        missing: IntArray = np.maximum(self.minima - there, 0)
        return missing
