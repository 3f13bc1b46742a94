"""Who may use a road, and in which direction, by OSM's access rules.

The most specific tag decides: `motorcar` over `motor_vehicle` over `vehicle` over `access` for cars, `foot` over
`access` for walkers. What only holds at some hours or for some vehicles (`:conditional`, `:lanes`), and turn
restrictions, are left aside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Mode = Literal["walk", "drive"]
MODES: tuple[Mode, ...] = ("drive", "walk")

WALK_CLASSES = frozenset(
    {"footway", "path", "steps", "pedestrian", "cycleway", "bridleway", "corridor"}
)  # besides the drivable classes other than motorways
MOTORWAYS = frozenset({"motorway", "motorway_link"})

# Not open to the public, or not to ordinary cars. `destination`, `customers` and `permissive` let people in.
DENIED = frozenset(
    {"no", "private", "agricultural", "forestry", "emergency", "psv", "bus", "military", "restricted", "permit"}
    | {"delivery", "use_sidepath", "official"}
)
CAR_KEYS = ("motorcar", "motor_vehicle", "vehicle", "access")
FOOT_KEYS = ("foot", "access")
# Node barriers that stop a car unless a tag lets it through; gates and toll booths do not.
CAR_BARRIERS = frozenset(
    {"bollard", "block", "jersey_barrier", "stile", "kissing_gate", "turnstile", "full-height_turnstile"}
    | {"cycle_barrier", "motorcycle_barrier", "log", "debris", "rope", "chain", "planter", "sump_buster", "step"}
)
# The tags that `road_use` looks at.
KEYS = (
    *("highway", "area", "route", "junction", "oneway", "service", "motorroad", "bridge", "tunnel"),
    *("motorcar", "motor_vehicle", "vehicle", "foot", "access"),
)


@dataclass(frozen=True)
class RoadUse:
    """Which directions of a way a car may take, whether one may walk it, and whether a place can be reached from it.

    Attributes:
        kerbside: False on motorways, bridges and tunnels: a door never opens onto those, so no point is snapped there.
    """

    drive_forward: bool
    drive_backward: bool
    walk: bool
    kerbside: bool


def road_use(tags: Mapping[str, str], drivable: Mapping[str, float]) -> RoadUse | str:
    """The use of a way with a `highway` tag, or the reason why it is left out.

    Args:
        tags: all or the `KEYS` tags of the way.
        drivable: has the `highway` classes that cars may use.

    Returns:
        RoadUse, or one of `not_a_road` (construction, proposed, raceway ...), `area`, `ferry`, `no_access`.
    """
    highway = tags.get("highway", "")
    if highway not in drivable and highway not in WALK_CLASSES:
        return "not_a_road"
    if tags.get("area") == "yes":
        return "area"
    if tags.get("route") in ("ferry", "shuttle_train"):
        return "ferry"
    drive = highway in drivable and not denied(tags, CAR_KEYS) and tags.get("service") != "emergency_access"
    walk = not denied(tags, FOOT_KEYS)
    if (highway in MOTORWAYS or tags.get("motorroad") == "yes") and "foot" not in tags:
        walk = False
    if not drive and not walk:
        return "no_access"
    forward, backward = _directions(tags, highway) if drive else (False, False)
    return RoadUse(
        drive_forward=forward,
        drive_backward=backward,
        walk=walk,
        kerbside=highway not in MOTORWAYS
        and tags.get("motorroad") != "yes"
        and tags.get("bridge", "no") == "no"
        and tags.get("tunnel", "no") in ("no", "building_passage"),
    )


def denied(tags: Mapping[str, str], keys: tuple[str, ...]) -> bool:
    """Whether the most specific of `keys` that is tagged forbids the way."""
    for key in keys:
        if key in tags:
            return all(part.strip() in DENIED for part in tags[key].split(";"))
    return False


def _directions(tags: Mapping[str, str], highway: str) -> tuple[bool, bool]:
    """Forward, backward. Roundabouts and motorways are one-way unless tagged otherwise.

    Untagged `motorway_link` is two-way: on the trumpet junctions of Chinese expressways one untagged ramp often
    carries both directions, and OSM has no implied one-way for links.
    """
    oneway = tags.get("oneway", "")
    if oneway in ("yes", "true", "1"):
        return True, False
    if oneway in ("-1", "reverse"):
        return False, True
    implied = tags.get("junction") in ("roundabout", "circular") or highway == "motorway"
    return (True, False) if implied and oneway not in ("no", "false", "0") else (True, True)


def node_blocks(tags: Mapping[str, str]) -> tuple[bool, bool]:
    """Whether a node's barrier stops cars, and walkers."""
    barrier = tags.get("barrier", "no")
    if barrier == "no":
        return False, False
    if any(key in tags for key in CAR_KEYS):
        car = denied(tags, CAR_KEYS)
    else:
        car = barrier in CAR_BARRIERS and not (barrier == "bollard" and tags.get("bollard") == "rising")
    return car, denied(tags, FOOT_KEYS)
