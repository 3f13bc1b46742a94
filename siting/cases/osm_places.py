"""Zones, townships and localities from place nodes and township boundaries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from siting.cases.osm_objects import TOWNSHIP_LEVELS, OsmObjects, Shapes
from siting.impedance import FloatArray, IntArray
from siting.standards import ZoneKind

# Zone kind by the nearest settlement; parts of a settlement (suburb ...) take the kind of theirs.
SETTLEMENT_KIND: Mapping[str, ZoneKind] = {
    "city": "urban",
    "town": "town",
    "village": "rural",
    "hamlet": "rural",
    "isolated_dwelling": "rural",
}
PARTS = ("suburb", "borough", "quarter", "neighbourhood")
LOCALITIES = ("city", "town", "village", "hamlet", *PARTS)
TOWNSHIPS = ("town", "suburb", "borough")  # what a township may be called after
LEAST_TOWNSHIPS = 3
ZONE_NAMES: Mapping[ZoneKind, tuple[str, str]] = {
    "urban": ("城区", "Urban area"),
    "town": ("镇区", "Towns"),
    "rural": ("乡村", "Villages and countryside"),
}


@dataclass(frozen=True, eq=False)
class Places:
    """Place nodes, and the townships' polygons where the file has them whole.

    Attributes:
        name, name_zh, name_en: (p,) the latter two fall back to the first.
        kind, population: (p,) `place` value, and the tagged population (NaN without).
        xy: (p, 2) metres.
        township_name, township_shape: (t,) polygons; may be none.
        township_level: their `admin_level`, empty when there are none.
    """

    name: tuple[str, ...]
    name_zh: tuple[str, ...]
    name_en: tuple[str, ...]
    kind: tuple[str, ...]
    population: FloatArray
    xy: FloatArray
    township_name: tuple[str, ...]
    township_shape: Shapes
    township_level: str

    def of_kinds(self, kinds: tuple[str, ...] | Mapping[str, object]) -> IntArray:
        """Indices of the places of these kinds."""
        return np.flatnonzero(np.array([kind in kinds for kind in self.kind], dtype=bool))

    def greatest(self) -> int | None:
        """Index of the city (else town ...) with the largest population tag; None without places."""
        rank = [list(SETTLEMENT_KIND).index(kind) if kind in SETTLEMENT_KIND else 9 for kind in self.kind]
        order = np.lexsort((-np.nan_to_num(self.population), np.array(rank, dtype=np.int64)))
        return int(order[0]) if order.size else None

    def nearest(self, xy: FloatArray, kinds: tuple[str, ...] | Mapping[str, object]) -> IntArray:
        """(n,) index of the nearest place of these kinds; -1 when there is none at all."""
        index = self.of_kinds(kinds)
        if index.size == 0 or len(xy) == 0:
            return np.full(len(xy), -1, dtype=np.int64)
        return np.asarray(index[cKDTree(self.xy[index]).query(xy)[1]], dtype=np.int64)

    def zone_kinds(self, xy: FloatArray) -> list[ZoneKind]:
        """(n,) kind of the nearest settlement; without settlements `urban` beside suburbs, else `rural`."""
        near = self.nearest(xy, SETTLEMENT_KIND)
        alone: ZoneKind = "urban" if self.of_kinds(PARTS).size else "rural"
        return [SETTLEMENT_KIND[self.kind[k]] if k >= 0 else alone for k in near]

    def townships(self, xy: FloatArray) -> list[str]:
        """(n,) name of the township that holds the point, else of the nearest place that names townships."""
        near = self.nearest(xy, self.township_kinds)
        names = [self.name[k] if k >= 0 else "" for k in near]
        if self.township_name and len(xy):
            tree = shapely.STRtree(self.township_shape)
            points, areas = tree.query(shapely.points(xy), predicate="intersects")
            for point, area in zip(points[::-1], areas[::-1], strict=True):
                names[point] = self.township_name[area]
        return names

    @property
    def township_kinds(self) -> tuple[str, ...]:
        """Kinds of places that townships are called after: towns and suburbs where there are enough of them."""
        enough = self.of_kinds(TOWNSHIPS).size >= LEAST_TOWNSHIPS
        return TOWNSHIPS if enough else ("city", "village", *TOWNSHIPS)

    def localities(self, xy: FloatArray) -> list[str]:
        """(n,) name of the nearest place."""
        return [self.name[k] if k >= 0 else "" for k in self.nearest(xy, LOCALITIES)]

    def zone_shapes(self, within: BaseGeometry) -> dict[ZoneKind, BaseGeometry]:
        """The area of each kind of zone inside `within`: exactly where `zone_kinds` says so."""
        index = self.of_kinds(SETTLEMENT_KIND)
        kinds = self.zone_kinds(self.xy[index]) if index.size else self.zone_kinds(np.zeros((1, 2)))
        if index.size < 2 or len(set(kinds)) == 1:
            return {kinds[0]: within}
        cells = shapely.voronoi_polygons(
            shapely.multipoints(self.xy[index]), extend_to=shapely.envelope(within).buffer(1000.0)
        )
        parts = np.asarray(shapely.get_parts(cells), dtype=object)
        owner = self.zone_kinds(shapely.get_coordinates(shapely.point_on_surface(parts)))
        shapes: dict[ZoneKind, BaseGeometry] = {}
        for kind in ZONE_NAMES:
            mine = parts[[o == kind for o in owner]]
            area = shapely.intersection(shapely.union_all(mine), within) if len(mine) else shapely.Polygon()
            if not area.is_empty:
                shapes[kind] = area
        return shapes


def find_places(objects: OsmObjects) -> Places:
    """Places and townships of a file. Places without a name are left out."""
    kind = objects.tag("place")
    nodes = objects.where(~objects.is_area & np.isin(kind, [*SETTLEMENT_KIND, *PARTS]))
    named = nodes.where(np.array([_name(tags) != "" for tags in nodes.tags], dtype=bool))
    level, townships = _townships(objects)
    return Places(
        name=tuple(_name(tags) for tags in named.tags),
        name_zh=tuple(tags.get("name:zh") or _name(tags) for tags in named.tags),
        name_en=tuple(tags.get("name:en") or _name(tags) for tags in named.tags),
        kind=tuple(named.tag("place").tolist()),
        population=np.array([parse_count(tags.get("population", "")) for tags in named.tags], dtype=np.float64),
        xy=shapely.get_coordinates(named.shape).reshape(-1, 2),
        township_name=tuple(_name(tags) for tags in townships.tags),
        township_shape=townships.shape,
        township_level=level,
    )


def parse_count(text: str) -> float:
    """A positive count such as `1,234`; NaN for anything else."""
    digits = text.strip().replace(",", "").replace(" ", "").replace("'", "")
    return float(digits) if digits.isdecimal() and digits.isascii() and int(digits) > 0 else np.nan


def _name(tags: Mapping[str, str]) -> str:
    return tags.get("name") or tags.get("name:zh") or tags.get("name:en") or ""


def _townships(objects: OsmObjects) -> tuple[str, OsmObjects]:
    level = objects.tag("admin_level")
    named: NDArray[np.bool_] = objects.tag("name") != ""
    mask = objects.is_area & named & (objects.tag("boundary") == "administrative")
    for wanted in TOWNSHIP_LEVELS:
        found = objects.where(mask & (level == wanted))
        if len(found) >= 2:
            return wanted, found
    return "", objects.where(np.zeros(len(objects), dtype=bool))
