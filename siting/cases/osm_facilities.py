"""Facilities in use, from OpenStreetMap tags as the services' standards name them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely.geometry.base import BaseGeometry

from siting.cases.osm_objects import OsmObjects
from siting.cases.osm_places import parse_count
from siting.impedance import BoolArray, FloatArray
from siting.standards import OsmTags, Service

SAME_NAME_M = 300.0  # two objects of one service with one name are one facility within this distance
UNNAMED_M = 50.0  # an object without a name belongs to a facility of its service this near


@dataclass(frozen=True, eq=False)
class Facilities:
    """Facilities of all services.

    Attributes:
        table: id, name, service, capacity (NaN: not tagged); one row a facility.
        xy: (f, 2) metres.
        merged: OSM objects that were part of another one (a node in its building ...).
        excluded: objects whose names say that they are of another level (`[osm] exclude_names`), with the service.
        unnamed: facilities without a name of their own.
    """

    table: pd.DataFrame
    xy: FloatArray
    merged: int
    excluded: tuple[tuple[str, str], ...]
    unnamed: int

    def within(self, outline: BaseGeometry | None) -> tuple[Facilities, int]:
        """The facilities inside the outline (metres; None: all), and how many are not."""
        if outline is None or not len(self.table):
            return self, 0
        inside = np.asarray(shapely.contains_xy(outline, self.xy[:, 0], self.xy[:, 1]), dtype=bool)
        kept = Facilities(self.table[inside], self.xy[inside], self.merged, self.excluded, self.unnamed)
        return kept, int((~inside).sum())


def find_facilities(objects: OsmObjects, services: Sequence[Service]) -> Facilities:
    """Every object that has one of a service's tag sets, each facility once."""
    rows: list[dict[str, object]] = []
    places: list[FloatArray] = []
    excluded: list[tuple[str, str]] = []
    merged = unnamed = 0
    for service in services:
        matching = objects.where(_matches(objects, service.osm.any_of))
        other = np.array([_is_other(tags.get("name", ""), service.osm) for tags in matching.tags], dtype=bool)
        excluded += [(matching.tags[k].get("name", ""), service.id) for k in np.flatnonzero(other)]
        found = matching.where(~other.reshape(-1))
        group = _same_facility(found)
        merged += len(found) - len(set(group.tolist()))
        points = shapely.get_coordinates(shapely.point_on_surface(found.shape)).reshape(-1, 2)
        for number in sorted(set(group.tolist())):
            members = np.flatnonzero(group == number)
            best = _largest(found, members)
            named = [found.tags[k]["name"] for k in (best, *members) if found.tags[k].get("name")]
            sizes = [parse_count(found.tags[k].get("capacity", "")) for k in (best, *members)]
            known = [size for size in sizes if not np.isnan(size)]
            unnamed += not named
            rows.append(
                {
                    "id": found.osm_id[best],
                    "name": named[0] if named else "",
                    "service": service.id,
                    "capacity": known[0] if known else np.nan,
                }
            )
            places.append(points[best])
    table = pd.DataFrame(rows, columns=["id", "name", "service", "capacity"])
    repeated = table["id"].duplicated(keep=False)
    table.loc[repeated, "id"] = table.loc[repeated, "id"] + "-" + table.loc[repeated, "service"]
    return Facilities(table, np.array(places, dtype=np.float64).reshape(-1, 2), merged, tuple(excluded), unnamed)


def facility_keys(services: Sequence[Service]) -> set[str]:
    """Keys that the services' tag sets look at."""
    return {key for service in services for tags in service.osm.any_of for key in tags}


def _matches(objects: OsmObjects, any_of: Sequence[Mapping[str, str]]) -> BoolArray:
    mask = np.zeros(len(objects), dtype=bool)
    for tags in any_of:
        every = np.ones(len(objects), dtype=bool)
        for key, value in tags.items():
            every &= objects.tag(key) == value
        mask |= every
    return mask


def _is_other(name: str, rule: OsmTags) -> bool:
    folded = name.casefold()
    if any(word.casefold() in folded for word in rule.keep_names):
        return False
    return any(word.casefold() in folded for word in rule.exclude_names)


def _same_facility(found: OsmObjects) -> NDArray[np.int64]:
    """(n,) group number: objects of one name nearby or within one another, and nameless ones beside another.

    A nameless object joins only the nearest one, so that it never makes one facility of two.
    """
    n = len(found)
    if n == 0:
        return np.zeros(0, dtype=np.int64)
    left, right = shapely.STRtree(found.shape).query(found.shape, predicate="dwithin", distance=SAME_NAME_M)
    left, right = left[left != right], right[left != right]
    distance = shapely.distance(found.shape[left], found.shape[right])
    name = np.char.lower(found.tag("name"))
    pairs = zip(name[left].tolist(), name[right].tolist(), strict=True)
    alike = np.array([bool(a and b) and (a == b or (a in b or b in a)) for a, b in pairs], dtype=bool)
    equal = name[left] == name[right]
    same = alike & (equal | (distance == 0))
    order = np.lexsort((right, name[right] == "", distance, left))
    order = order[(name[left[order]] == "") & (distance[order] <= UNNAMED_M)]
    nearest = order[np.unique(left[order], return_index=True)[1]]
    same[nearest] = True
    graph = coo_array((np.ones(int(same.sum())), (left[same], right[same])), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _largest(found: OsmObjects, members: NDArray[np.int64]) -> int:
    """The largest area, else the object with a name; the first of equals."""
    size = shapely.area(found.shape[members])
    named = np.array([bool(found.tags[k].get("name")) for k in members])
    return int(members[np.lexsort((np.arange(members.size), ~named, -size))[0]])
