"""Housing plots that bring people over the years: synthetic, in the core, the development zone and the new town."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from shapely.geometry.base import BaseGeometry

from siting.cases.shengzhou.facilities import Places
from siting.cases.shengzhou.people import DemandPoint
from siting.cases.shengzhou.roads import Road
from siting.impedance import FloatArray, IntArray

# zone: name, plots, thousand m2 of floor from and to, years of delivery from and to, share from inside the county,
# age profile of `people.toml`. The new town is built fastest and draws most from outside.
ZONES = (
    ("urban_core", "主城区", 7, (30, 80), (2021, 2031), (0.75, 0.90), "families"),
    ("development_zone", "开发区", 9, (40, 110), (2021, 2033), (0.55, 0.75), "workers"),
    ("hsr_new_town", "高铁新城", 10, (60, 140), (2022, 2033), (0.60, 0.75), "young_families"),
)
OCCUPANCY_YEARS = 5
APART_M = 260.0


@dataclass(frozen=True)
class Plot:
    """Housing land with what will be built on it."""

    name: str
    xy: tuple[float, float]
    zone: str
    township: str
    floor_m2: int
    m2_per_dwelling: int
    persons_per_dwelling: float
    delivery_year: int
    occupancy: tuple[float, ...]
    from_inside: float
    age_profile: str


def plots(
    demand: list[DemandPoint],
    ages: IntArray,
    roads: list[Road],
    zones: dict[str, BaseGeometry],
    water: BaseGeometry,
    taken: list[FloatArray],
    rng: np.random.Generator,
) -> list[Plot]:
    """All plots, clear of `taken` spots; every draw is from `rng`."""
    places = Places(demand, ages, roads, zones, water, rng)
    places.taken = list(taken)
    persons = ages.sum(axis=1)
    result: list[Plot] = []
    for zone, name, count, floor, years, inside, profile in ZONES:
        rows = places.rows(zone)
        empty = 1.0 / (10.0 + persons[rows])  # new housing is built where few people live yet
        chosen: list[FloatArray] = []
        for year in np.sort(rng.integers(years[0], years[1] + 1, count)):
            row = places.pick(rows, empty, apart_m=APART_M, among=chosen)
            if row is None:
                break
            chosen.append(places.xy[row])
            result.append(
                Plot(
                    name=f"{name} 住宅地块 {len(chosen)}号",
                    xy=places.beside(row, spread_m=60),
                    zone=zone,
                    township=demand[row].township.name,
                    floor_m2=int(rng.integers(floor[0], floor[1] + 1)) * 1000,
                    m2_per_dwelling=int(rng.choice([100, 110, 115, 120, 130])),
                    persons_per_dwelling=round(float(rng.uniform(2.3, 2.9)), 2),
                    delivery_year=int(year),
                    occupancy=_occupancy(rng),
                    from_inside=round(float(rng.uniform(*inside)), 2),
                    age_profile=_profile(zone, profile, rng),
                )
            )
    if (found := Counter(plot.zone for plot in result)) != {zone: count for zone, _, count, *_ in ZONES}:
        raise ValueError(f"only {found} plots fit: choose another seed")
    return result


def _occupancy(rng: np.random.Generator) -> tuple[float, ...]:
    """Shares of the dwellings lived in one to five years after delivery, rising to the last."""
    last = rng.uniform(0.72, 0.92)
    steps = np.cumsum(np.array([0.34, 0.26, 0.18, 0.13, 0.09]) * np.exp(rng.normal(0, 0.12, OCCUPANCY_YEARS)))
    return tuple(round(float(share), 2) for share in steps / steps[-1] * last)


def _profile(zone: str, usual: str, rng: np.random.Generator) -> str:
    """A third of the plots of the development zone are for families rather than workers."""
    return "young_families" if rng.random() < 0.33 and zone == "development_zone" else usual
