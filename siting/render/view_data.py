"""The layers, figures and tables of each view as the page's script reads them.

Views of many years repeat much of each other: names, places, columns that do not change. Each is written once, in a
pool, and referred to by its number there. Numbers are texts in the form in which they are read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from siting.render.cell_text import cell_texts, number_text, sheet_cells
from siting.render.columns import Column, Sheet, clean_column
from siting.render.encode import coded, encode_points, encode_polygons
from siting.render.hexagons import MOST_POINTS, gathered
from siting.render.map_base import FINE
from siting.render.room import room_m
from siting.render.views import (
    AreaLayer,
    Bars,
    Category,
    Layer,
    LineLayer,
    Moment,
    PointLayer,
    Share,
    Told,
    View,
)
from siting.render.wording import share_text

FEW = 200  # points that are drawn in their full size however near each other
LONG = 60  # rows of a table on a page; the workbook has them all
# Columns that say where something is, by which it is found too.
WHERE = ("zone", "zone_zh", "zone_en", "township", "village")
STATES = ("within", "beyond", "without", "nobody")  # of a `Moment`, by their numbers on the page
LEVELS = 9  # sizes of the symbols of a layer with weights, 0 the smallest


class Pool:
    """Values that are written once."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._at: dict[str, int] = {}
        self._columns: dict[tuple[str, str], tuple[pd.Series, int]] = {}

    def add(self, value: Any) -> int:
        """The number of the value, new or not."""
        key = json.dumps(value, ensure_ascii=False)
        if key not in self._at:
            self._at[key] = len(self.values)
            self.values.append(value)
        return self._at[key]

    def texts(self, texts: Sequence[str]) -> int:
        """The number of a column of texts, written by its words where they repeat."""
        return self.add(coded(texts) if 2 * len(set(texts)) < len(texts) else list(texts))

    def column(self, values: pd.Series, kind: str) -> int:
        """The number of the texts of a column; those of the layer before are known, as most layers have the same."""
        key = (str(values.name), kind)
        known = self._columns.get(key)
        if known is None or not known[0].equals(values):
            self._columns[key] = known = (values, self.texts(cell_texts(values, kind)))
        return known[1]


def view_data(told: Told) -> dict[str, Any]:
    """Subjects, periods and views, and the pool that they refer to.

    Raises:
        ValueError: when a layer has a category that it does not name or a moment a state that there is not, two views
            are of one subject and period, or there is no view of those that the map is to open at.
    """
    pool = Pool()
    subjects = {view.subject: [view.subject, view.subject_zh, view.subject_en] for view in reversed(told.views)}
    keys = list(dict.fromkeys(view.subject for view in told.views))
    named = {view.period: [view.period_zh or view.period, view.period_en or view.period] for view in told.views}
    periods = list(named)
    if len({(view.subject, view.period) for view in told.views}) < len(told.views):
        raise ValueError("two views are of the same subject and period")
    return {
        "label": list(told.label),
        "subjects": [subjects[key] for key in keys],
        "periods": [[period, *named[period]] for period in periods],
        "first": _first(told, keys, periods),
        "views": [
            {"subject": keys.index(view.subject), "period": periods.index(view.period), **_view(view, pool)}
            for view in told.views
        ],
        "pool": pool.values,
    }


def _first(told: Told, subjects: list[str], periods: list[str]) -> list[int]:
    """Numbers of the subject and the period of the view that is seen first."""
    if told.first == ("", ""):
        return [0, 0]
    if told.first not in {(view.subject, view.period) for view in told.views}:
        raise ValueError(f"there is no view {told.first}")
    return [subjects.index(told.first[0]), periods.index(told.first[1])]


def points_of(views: Iterable[View]) -> NDArray[np.float64]:
    """(n, 2) longitude and latitude of all points."""
    frames = [layer.frame for view in views for layer in view.layers if isinstance(layer, PointLayer)]
    return np.concatenate([np.zeros((0, 2)), *(frame[["lon", "lat"]].to_numpy(np.float64) for frame in frames)])


def _view(view: View, pool: Pool) -> dict[str, Any]:
    return {
        "label": None if view.label is None else [view.label.zh, view.label.en, view.label.look],
        "share": None if view.share is None else _share(view.share),
        "figures": [list(figure) for figure in view.figures],
        "bars": [_bars(bars) for bars in view.bars],
        "sheets": [pool.add(_sheet(sheet)) for sheet in view.sheets],
        "notes": pool.add([list(note) for note in view.notes]),
        "layers": [_layer(_drawn(layer), pool) for layer in view.layers],
    }


def _share(share: Share) -> list[Any]:
    """Names, shares and texts of both, and by how many percentage points the plan changes it."""
    name, before, after = [share.zh, share.en], share.before, share.after
    if after is None:
        return [*name, round(before, 4), None, share_text(before), None, None]
    points = number_text(100 * (after - before), "points")
    return [*name, round(before, 4), round(after, 4), share_text(before), share_text(after), points]


def _bars(bars: Bars) -> dict[str, Any]:
    """Lengths of the bars and the texts beside them."""
    return {
        "name": [bars.zh, bars.en],
        "rows": [
            [zh, en, [(round(share, 4), share_text(share)) for share in shares if share is not None]]
            for zh, en, *shares in bars.rows
        ],
        "colours": list(bars.colours),
    }


def _sheet(sheet: Sheet) -> dict[str, Any]:
    cells, numbers = sheet_cells(sheet, LONG)
    return {
        "name": [sheet.zh, sheet.en],
        "columns": [
            [column.zh, column.en, column.kind != "text", column.width, column.language] for column in sheet.columns
        ],
        "cells": cells,
        "numbers": ["".join("01"[flag] for flag in row) for row in numbers],
        "rows": len(sheet.frame),
        "notes": [list(note) for note in sheet.notes],
    }


def _drawn(layer: Layer) -> Layer:
    """The layer as the page has it: points that are too many as hexagons."""
    if isinstance(layer, PointLayer) and len(layer.frame) > MOST_POINTS:
        return gathered(layer)
    return layer


def _layer(layer: Layer, pool: Pool) -> dict[str, Any]:
    frame = _placed(layer)
    common = {
        "key": layer.key,
        "name": [layer.zh, layer.en],
        "shown": layer.shown,
        "categories": pool.add([_category(category) for category in layer.categories]),
        "category": pool.add(digits(_numbers(layer, frame["category"]))),
    }
    if isinstance(layer, LineLayer):
        ends = {end: encode_points(frame[f"{end}_lon"], frame[f"{end}_lat"]) for end in ("from", "to")}
        return {"kind": "lines", **common, **{end: pool.add(text) for end, text in ends.items()}}
    named = {"names": pool.texts([str(text) for text in clean_column(frame["name"])])}
    moments = layer.moments if isinstance(layer, PointLayer) else ()
    told = {name for moment in moments for name in (moment.place, moment.minutes)}
    named["columns"] = pool.add(
        [
            [
                column.zh, column.en, pool.column(frame[column.name], column.kind), column.language,
                column.name in WHERE,
            ]
            for column in layer.columns
            if column.name not in told
        ]
    )  # fmt: skip
    if isinstance(layer, AreaLayer):
        shapes = np.asarray(frame["geometry"].to_numpy(), dtype=object)
        inside = shapely.point_on_surface(shapes)
        return {
            "kind": "areas", **common, **named,
            "shapes": pool.add([encode_polygons([shape], tolerance=FINE) for shape in shapes]),
            "at": pool.add(encode_points(shapely.get_x(inside), shapely.get_y(inside))),
            "choice": layer.choice, "named": layer.named,
        }  # fmt: skip
    return {
        "kind": "points", **common, **named,
        "id": pool.texts(frame["id"].astype(str).tolist()),
        "at": pool.add(encode_points(frame["lon"], frame["lat"])),
        "room": pool.add(room_m(frame)) if len(frame) > FEW else None,
        "label": None if layer.label is None else pool.add(_sparse(labels_beside(frame[layer.label], layer.columns))),
        "weight": None if layer.weight is None else pool.add(digits(_levels(frame[layer.weight]))),
        "choice": layer.choice,
        "moments": pool.add([_moment(moment, layer, frame, pool) for moment in moments]) if moments else None,
    }  # fmt: skip


def _moment(moment: Moment, layer: PointLayer, frame: pd.DataFrame, pool: Pool) -> list[Any]:
    kind = next((column.kind for column in layer.columns if column.name == moment.minutes), "minutes")
    states = pd.Index(STATES).get_indexer(pd.Index(frame[moment.state]))
    if (states < 0).any():
        raise ValueError(f"no state {sorted(set(frame[moment.state][states < 0].astype(str)))}")
    texts = (pool.column(frame[name], kind) for name, kind in ((moment.place, "text"), (moment.minutes, kind)))
    return [moment.zh, moment.en, *texts, pool.add(digits(states.tolist()))]


def digits(numbers: Iterable[int]) -> str:
    """Small whole numbers as one letter each, 0 as `0`; the page's script has them back."""
    return "".join(map(chr, (48 + number for number in numbers)))


def _levels(amounts: pd.Series) -> list[int]:
    """(n,) sizes from 0 to `LEVELS`: the side grows with the root of the amount, the largest are those above 97 %."""
    known = np.nan_to_num(amounts.to_numpy(dtype=np.float64), nan=0.0).clip(min=0.0)
    some = known[known > 0]
    large = float(np.quantile(some, 0.97)) if len(some) else 1.0
    levels: list[int] = np.rint(LEVELS * np.sqrt(known / large).clip(max=1.0)).astype(int).tolist()
    return levels


def _sparse(texts: Sequence[str]) -> dict[str, list[Any]]:
    """The texts that are not empty, and the numbers of their rows."""
    at = [k for k, text in enumerate(texts) if text]
    return {"at": at, "texts": [texts[k] for k in at]}


def _category(category: Category) -> list[Any]:
    return [category.key, category.zh, category.en, category.colour, category.symbol, category.size_px]


def _placed(layer: Layer) -> pd.DataFrame:
    """The rows that have a place."""
    if isinstance(layer, AreaLayer):
        shapes = np.asarray(layer.frame.geometry.to_numpy(), dtype=object)
        placed = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    else:
        ends = ("from_", "to_") if isinstance(layer, LineLayer) else ("",)
        places = layer.frame[[f"{end}{name}" for end in ends for name in ("lon", "lat")]].to_numpy(np.float64)
        placed = np.isfinite(places).all(axis=1)
    return pd.DataFrame(layer.frame[placed])


def _numbers(layer: Layer, category: pd.Series) -> list[int]:
    """(n,) number of each row's category."""
    found = pd.Index([known.key for known in layer.categories]).get_indexer(pd.Index(category))
    if (found < 0).any():
        raise ValueError(f"layer {layer.key!r} has no category {sorted(set(category[found < 0].astype(str)))}")
    numbers: list[int] = found.tolist()
    return numbers


def labels_beside(values: pd.Series, columns: Sequence[Column]) -> list[str]:
    """Texts beside the points: in the form of the column that a click shows, whole numbers plain; '' for none."""
    kind = next((column.kind for column in columns if column.name == values.name), None)
    if kind is not None and kind != "text":
        return ["" if value != value else text for value, text in zip(values, cell_texts(values, kind), strict=True)]
    return [
        f"{value:g}" if isinstance(value, (int, float)) and value == value else str(text)
        for value, text in zip(values.tolist(), clean_column(values), strict=True)
    ]
