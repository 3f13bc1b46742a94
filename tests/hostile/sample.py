"""An answer whose every text means harm, for the tests of what is made of an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from itertools import cycle
from typing import Any

import pandas as pd
from pydantic import BaseModel

from siting.render.chart import Chart
from siting.render.views import AreaLayer, Layer, Section, Told
from tests.hostile.names import HOSTILE
from tests.publish.an_answer import an_answer, facility_frame

# What the program itself gives: keys, names of columns, looks.
KEYS = {
    "key", "name", "kind", "colour", "colours", "symbol", "subject", "period", "label", "weight", "choice", "place",
    "minutes", "state", "id", "crs", "projected_crs", "roads", "file", "language", "row_kinds", "sha256", "status",
}  # fmt: skip
SURROGATE = re.compile("[\ud800-\udfff]")
KEY_COLUMNS = {"id", "category", "kind", "zone", "highway", "geometry"}


def hostile_answer(texts: Sequence[str] = HOSTILE) -> Told:
    """The answer: place and facility k have the k-th name; all else has them in turn."""
    told = an_answer()
    sites = facility_frame(len(texts))
    views = tuple(replace(view, layers=tuple(_ready(layer, sites) for layer in view.layers)) for view in told.views)
    chart = Chart(("高", "Height"), ("横", "Across"), ((0, 1.5, "甲"), (1.25, 2, "乙")))
    sections = (*told.sections, Section("各地", "Places", tuple((text, text) for text in texts), charts=(chart,)))
    ready = replace(told, views=views, sections=sections, record={}, inputs={})
    made: Told = tainted(ready, cycle(texts), texts)
    return replace(
        made,
        title=(texts[0], texts[1]), label=(texts[2], texts[3]), notices=tuple((text, text) for text in texts),
        record={"kind": texts[0], "texts": list(texts)}, inputs={texts[1]: texts[2]},
    )  # fmt: skip


def _ready(layer: Layer, sites: pd.DataFrame) -> Layer:
    """As many facilities as names; no columns of areas, whose table lacks them."""
    if isinstance(layer, AreaLayer):
        return replace(layer, columns=())
    return replace(layer, frame=sites) if layer.key == "facilities" else layer


def tainted(value: Any, turn: Iterator[str], texts: Sequence[str], field: str = "") -> Any:
    """The value with other texts: those of `turn` one after the other, in each column of a table `texts` from above."""
    if isinstance(value, str):
        return value if field in KEYS or not value else next(turn)
    if isinstance(value, tuple):
        return tuple(tainted(own, turn, texts, field) for own in value)
    if isinstance(value, pd.DataFrame):
        return _frame(value, texts)
    if isinstance(value, BaseModel):
        names = type(value).model_fields
        return value.model_copy(update={name: tainted(getattr(value, name), turn, texts, name) for name in names})
    if is_dataclass(value) and not isinstance(value, type):
        given = {own.name: tainted(getattr(value, own.name), turn, texts, own.name) for own in fields(value)}
        return replace(value, **given)
    assert not isinstance(value, (list, Mapping)) or not value, f"{field}: what has no texts of others so far"
    return value


def _frame(frame: pd.DataFrame, texts: Sequence[str]) -> pd.DataFrame:
    names = [
        name for name in frame.columns
        if name not in KEY_COLUMNS and (frame[name].dtype == object or pd.api.types.is_string_dtype(frame[name]))
    ]  # fmt: skip
    held = [text for text in texts if not SURROGATE.search(text)]  # pandas holds no others
    own = [held[k % len(held)] for k in range(len(frame))]
    return frame.assign(**{name: pd.Series(own, index=frame.index, dtype=object) for name in names})
