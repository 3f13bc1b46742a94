"""The units that a layout plan is told for: the county, its zones, its townships."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from siting.evaluation.metrics import ROUNDING
from siting.impedance import FloatArray, IntArray
from siting.layout.pose import Posed
from siting.render.wording import both, zone_names

LEVELS = {"county": ("全市（县）", "County"), "zone": ("分区", "Zone"), "township": ("乡镇街道", "Township")}
NOT_NAMED = "未注明 not named"


@dataclass(frozen=True, eq=False)
class Units:
    """U units of three levels.

    Attributes:
        frame: level (key of `LEVELS`), unit (id of a zone, name of a township, `all`), name (both languages).
        of_points: (3, I) unit of each demand point at each level.
        of_places: (3, P) unit of each place.
    """

    frame: pd.DataFrame
    of_points: IntArray
    of_places: IntArray

    @classmethod
    def of(cls, posed: Posed) -> Units:
        """The units of a plan's case."""
        points = posed.case.demand
        zones = list(map(str, posed.case.zones.index))
        here = [str(name or NOT_NAMED) for name in points["township"]]
        there = [str(place.row["township"] or NOT_NAMED) for place in posed.places]
        townships = sorted({*here, *there})
        names = zone_names(posed.case)
        frame = pd.DataFrame(
            {
                "level": ["county", *["zone"] * len(zones), *["township"] * len(townships)],
                "unit": ["all", *zones, *townships],
                "name": ["全部 All", *[both(names[z]) for z in zones], *townships],
            }
        )
        of_zone = {name: 1 + k for k, name in enumerate(zones)}
        of_township = {name: 1 + len(zones) + k for k, name in enumerate(townships)}

        def numbers(zone: list[str], township: list[str]) -> IntArray:
            return np.array(
                [[0] * len(zone), [of_zone[z] for z in zone], [of_township[t] for t in township]], dtype=np.int64
            )

        return cls(
            frame,
            numbers([str(z) for z in points["zone"]], here),
            numbers([str(place.row["zone"]) for place in posed.places], there),
        )

    @property
    def count(self) -> int:
        """U."""
        return len(self.frame)

    @cached_property
    def level_names(self) -> list[str]:
        """U names of the levels."""
        return [both(LEVELS[level]) for level in self.frame["level"]]


def villages_of(points: pd.DataFrame) -> list[str]:
    """The village of each point, the point's own name where none is named."""
    return [str(v or n) for v, n in zip(points["village"].fillna(""), points["name"].fillna(""), strict=True)]


def sums(key: IntArray, units: IntArray, values: FloatArray, shape: tuple[int, int]) -> FloatArray:
    """Sums by key and unit.

    Args:
        key: (N,) below shape[0].
        units: (3, N) below shape[1].
        values: (N,).
    """
    cells = (key[None] * shape[1] + units).ravel()
    found = np.bincount(cells, weights=np.tile(values, len(units)), minlength=shape[0] * shape[1])
    return np.asarray(found, dtype=np.float64).reshape(shape)


@dataclass(frozen=True, eq=False)
class Spread:
    """How values lie in each cell, weighted by people; NaN where nobody has one.

    Attributes:
        mean, median, p95, longest: (cells,).
    """

    mean: FloatArray
    median: FloatArray
    p95: FloatArray
    longest: FloatArray


def spread_by(cell: IntArray, values: FloatArray, weights: FloatArray, cells: int) -> Spread:
    """Mean, quantiles (as `evaluation.metrics.weighted_quantile`) and largest value of each cell at once."""
    used = (weights > 0) & np.isfinite(values)
    cell, values, weights = cell[used], values[used], weights[used]
    order = np.lexsort((values, cell))
    cell, values, weights = cell[order], values[order], weights[order]
    total = np.bincount(cell, weights=weights, minlength=cells)
    end = np.cumsum(np.bincount(cell, minlength=cells))
    running = np.r_[0.0, np.cumsum(weights)]
    start = np.r_[0, end[:-1]]
    known = end > start
    mean = np.full(cells, np.nan)
    work = np.bincount(cell, weights=weights * values, minlength=cells)
    mean[known] = work[known] / total[known]
    found = []
    for share in (0.5, 0.95):
        wanted = running[start[known]] + share * total[known] * (1 - ROUNDING)
        place = np.searchsorted(running[1:], wanted, side="left")
        quantile = np.full(cells, np.nan)
        quantile[known] = values[np.clip(place, start[known], end[known] - 1)]
        found.append(quantile)
    longest = np.full(cells, np.nan)
    longest[known] = values[end[known] - 1]
    return Spread(mean, found[0], found[1], longest)
