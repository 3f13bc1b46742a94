"""Geometry and numbers, written small for the map page; `maps/script/decode.js` reads them back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

SCALE = 100_000  # coordinates in 1e-5 degrees: about a metre
Encoded = dict[str, Any]


def encode_points(lon: ArrayLike, lat: ArrayLike) -> str:
    """(n,) positions in degrees as one string: the differences of successive points, 5 bits a letter.

    It is the "encoded polyline algorithm format" of Google's maps, with longitude before latitude. Places in
    a row lie near each other, so that most take 4-6 letters instead of 20.
    """
    points = np.column_stack([np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)])
    return _encode(np.rint(points * SCALE).astype(np.int64))


def encode_lines(shapes: Sequence[BaseGeometry] | NDArray[np.object_], *, tolerance: float = 0.0) -> Encoded:
    """Lines (parts of multi-lines counted singly) as `n`, the points of each, and `c`, all their points.

    Args:
        shapes: lines and multi-lines; anything else is left out.
        tolerance: of simplification, in degrees.
    """
    parts = shapely.get_parts(shapely.get_parts(np.asarray(shapes, dtype=object)))
    lines = parts[np.isin(shapely.get_type_id(parts), (1, 2))]
    if tolerance > 0:
        lines = shapely.simplify(lines, tolerance)
    return _encode_rings(lines[~shapely.is_empty(lines)])


def encode_polygons(shapes: Iterable[BaseGeometry], *, tolerance: float = 0.0, least_area: float = 0.0) -> Encoded:
    """Polygons as `r`, the rings of each, `n`, the points of each ring, and `c`, all the points.

    Args:
        shapes: polygons, multi-polygons and collections; what is no area is left out.
        tolerance: of simplification, in degrees.
        least_area: smaller polygons and holes are left out; square degrees.
    """
    parts = shapely.get_parts(shapely.get_parts(np.array(list(shapes), dtype=object)))
    if tolerance > 0:
        parts = shapely.get_parts(shapely.simplify(parts, tolerance))
    parts = parts[(shapely.get_type_id(parts) == 3) & (shapely.area(parts) > least_area)]
    rings, owner = shapely.get_rings(parts, return_index=True)
    large = shapely.area(shapely.polygons(rings)) > least_area if len(rings) else np.zeros(0, dtype=bool)
    rings, owner = rings[large], owner[large]
    return {"r": np.bincount(owner, minlength=len(parts)).tolist(), **_encode_rings(rings)}


def _encode_rings(lines: NDArray[np.object_]) -> Encoded:
    points = shapely.get_coordinates(lines)
    return {
        "n": shapely.get_num_coordinates(lines).tolist() if len(lines) else [],
        "c": _encode(np.rint(points * SCALE).astype(np.int64)),
    }


def _encode(points: NDArray[np.int64]) -> str:
    """(n, 2) whole numbers as text."""
    steps = np.diff(points, axis=0, prepend=np.zeros((1, 2), dtype=np.int64)).ravel()
    zigzag = (steps << 1) ^ (steps >> 63)
    chunks = zigzag[:, None] >> np.arange(0, 40, 5)
    used = (chunks > 0) | (np.arange(8) == 0)
    more = np.pad(used[:, 1:], ((0, 0), (0, 1)))
    letters = (chunks & 31) + np.where(more, 32, 0) + 63
    return str(letters[used].astype(np.uint8).tobytes(), "ascii")


def coded(texts: Iterable[object]) -> dict[str, list[Any]]:
    """Texts that repeat, as `words` and the number of each in `at`."""
    words: dict[str, int] = {}
    at = [words.setdefault("" if text is None or text != text else str(text), len(words)) for text in texts]
    return {"words": list(words), "at": at}
