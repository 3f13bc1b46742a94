"""Driving speeds from OSM tags, and by road class where the tags say nothing usable.

Two kinds of speed are kept apart. A `maxspeed` tag is a **legal limit**; what a car achieves between two
junctions is less, so a tagged limit counts with `SpeedTable.limit_factor` (0.8 unless changed). The values by
class are **achieved** speeds already and count as they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from siting.errors import Faults, nearest_word

KMH_PER_MPH = 1.609344
KMH_PER_KNOT = 1.852

# Achieved speeds in km/h. A judgement, set at or below the design speeds of JTG B01-2014 (expressway 80-120,
# class I 60-100, II 60-80, III 30-40, IV 20-30) and CJJ 37-2012 (urban arterial 40-60, sub-arterial 30-50,
# branch 20-40), for ordinary daytime traffic with its junctions; not measured in any one county.
CLASS_SPEEDS_KMH: Mapping[str, float] = MappingProxyType(
    {
        "motorway": 95.0,
        "motorway_link": 45.0,
        "trunk": 60.0,
        "trunk_link": 40.0,
        "primary": 50.0,
        "primary_link": 35.0,
        "secondary": 40.0,
        "secondary_link": 30.0,
        "tertiary": 35.0,
        "tertiary_link": 25.0,
        "unclassified": 30.0,
        "residential": 25.0,
        "road": 25.0,
        "living_street": 15.0,
        "service": 15.0,
        "track": 15.0,
    }
)

# The share of a tagged limit that is achieved on average, junctions included. A judgement; a parameter.
LIMIT_FACTOR = 0.8

PLAUSIBLE_LIMIT_KMH = (5.0, 130.0)
# On these classes a limit above 80 km/h is a slip of the keyboard or a tag of another road.
MINOR_CLASSES = frozenset({"residential", "living_street", "service", "track", "road"})
PLAUSIBLE_MINOR_LIMIT_KMH = 80.0

# Legal limits by zone where the tag names a zone. China: Road Traffic Safety Law regulations, art. 45 (one lane
# each way: 50 urban, 70 outside) and art. 78 (120 on expressways). Elsewhere the usual value of the OSM wiki's
# "Default speed limits", with the countries that differ.
_ZONE_KMH: Mapping[str, float] = MappingProxyType(
    {
        "urban": 50.0,
        "rural": 80.0,
        "trunk": 100.0,
        "motorway": 120.0,
        "expressway": 120.0,
        "living_street": 20.0,
        "pedestrian_zone": 10.0,
        "bicycle_road": 30.0,
        "cyclestreet": 30.0,
        "school": 30.0,
        "walk": 7.0,
        "CN:rural": 70.0,
        "CN:trunk": 80.0,
        "DE:rural": 100.0,
        "DE:motorway": 130.0,
        "DE:living_street": 7.0,
        "AT:rural": 100.0,
        "AT:motorway": 130.0,
        "FR:motorway": 130.0,
        "FR:trunk": 110.0,
        "IT:rural": 90.0,
        "IT:motorway": 130.0,
        "RO:rural": 90.0,
        "RO:motorway": 130.0,
        "RU:urban": 60.0,
        "RU:rural": 90.0,
        "RU:motorway": 110.0,
        "BY:urban": 60.0,
        "BY:rural": 90.0,
    }
)
_NUMBER = re.compile(r"(\d+(?:\.\d+)?) ?(km/h|kmh|kph|mph|knots?)?", re.IGNORECASE)
_ZONE = re.compile(r"(?:([A-Z]{2})(?:-[A-Z]+)?:)?([a-z_]+)")
_ZONE_NUMBER = re.compile(r"(?:[A-Z]{2}(?:-[A-Z]+)?:)?(?:zone:?)(\d+)|[A-Z]{2}:(\d+)")


def parse_maxspeed_kmh(text: str) -> float | None:
    """The legal limit of a `maxspeed` value in km/h; None where it holds no number that can be used.

    Understands units (`5 mph`, `10 knots`, `50 km/h`), lists by lane or value (`60|100`, `50;60`: their mean),
    zones (`CN:urban`, `RO:rural`, `DE:zone30`, `walk`) and full-width digits. `none`, `signals` and `variable`
    hold no number. Nothing is said here about whether a value is plausible: see `SpeedTable.limit_is_plausible`.

    >>> parse_maxspeed_kmh("60|100"), parse_maxspeed_kmh("FR:urban"), parse_maxspeed_kmh("fast")
    (80.0, 50.0, None)
    """
    parts = [part.strip() for part in re.split(r"[;|]", unicodedata.normalize("NFKC", text))]
    values = [_parse_one(part) for part in parts if part]
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return None
    return sum(known) / len(known)


def _parse_one(text: str) -> float | None:
    if match := _NUMBER.fullmatch(text):
        unit = (match[2] or "").lower()
        factor = KMH_PER_MPH if unit == "mph" else KMH_PER_KNOT if unit.startswith("knot") else 1.0
        return float(match[1]) * factor
    if match := _ZONE_NUMBER.fullmatch(text):
        return float(match[1] or match[2])
    if match := _ZONE.fullmatch(text):
        return _ZONE_KMH.get(f"{match[1]}:{match[2]}", _ZONE_KMH.get(match[2]))
    return None


@dataclass(frozen=True)
class SpeedTable:
    """Driving speeds: by class, and how much of a tagged limit is achieved.

    Attributes:
        class_kmh: achieved speed of each drivable `highway` class, km/h.
        limit_factor: achieved share of a tagged `maxspeed`, above 0 and at most 1.
    """

    class_kmh: Mapping[str, float] = field(default_factory=lambda: CLASS_SPEEDS_KMH)
    limit_factor: float = LIMIT_FACTOR

    @classmethod
    def default(cls) -> SpeedTable:
        """The table for Chinese counties (see `CLASS_SPEEDS_KMH`)."""
        return cls()

    def with_overrides(
        self, class_kmh: Mapping[str, float] | None = None, *, limit_factor: float | None = None
    ) -> SpeedTable:
        """A copy with other speeds for some classes. A tagged `maxspeed` still comes first where there is one.

        Raises:
            InputError: for every unknown class, speed outside 1-130 km/h, and a factor outside (0, 1].
        """
        faults = Faults("speeds")
        for name, speed in (class_kmh or {}).items():
            if name not in self.class_kmh:
                close = nearest_word(name, self.class_kmh)
                faults.add(
                    "没有这种可行车的道路等级",
                    "no such class of drivable road",
                    remedy_zh=f"是否指 {close}？" if close else f"可用：{'、'.join(self.class_kmh)}",
                    remedy_en=f"did you mean {close}?" if close else f"known: {', '.join(self.class_kmh)}",
                    column="speeds",
                    value=name,
                )
            elif not 1.0 <= speed <= 130.0:
                faults.add(
                    f"{name} 的车速应在 1 至 130 公里/小时之间",
                    f"the speed of {name} must be 1 to 130 km/h",
                    column=f"speeds.{name}",
                    value=speed,
                )
        if limit_factor is not None and not 0.0 < limit_factor <= 1.0:
            faults.add(
                "限速折减系数应大于 0、不超过 1",
                "the share of the limit that is achieved must be above 0 and at most 1",
                column="limit_factor",
                value=limit_factor,
            )
        faults.raise_if_any()
        merged = {**self.class_kmh, **{name: float(speed) for name, speed in (class_kmh or {}).items()}}
        return replace(
            self,
            class_kmh=MappingProxyType(merged),
            limit_factor=self.limit_factor if limit_factor is None else float(limit_factor),
        )

    def limit_is_plausible(self, limit_kmh: float, highway: str) -> bool:
        """Whether a tagged limit can be meant: 5 to 130 km/h, and at most 80 on minor roads."""
        low, high = PLAUSIBLE_LIMIT_KMH
        return low <= limit_kmh <= (PLAUSIBLE_MINOR_LIMIT_KMH if highway in MINOR_CLASSES else high)

    def as_dict(self) -> dict[str, object]:
        """Plain values, for a record of the run or the key of a cache."""
        return {"class_kmh": dict(sorted(self.class_kmh.items())), "limit_factor": self.limit_factor}
