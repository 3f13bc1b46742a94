"""What layers of demand points have in common: classes of amounts, and the names of the places that lack most."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from siting.impedance import FloatArray
from siting.render.views import Category
from siting.render.wording import Text

MINUTES: Text = ("分钟", "min")
PEOPLE: Text = ("人", "people")
CHOICE = "people"  # the layers of demand points, of which one is drawn
NAMED = 15  # places of most people beyond the standard or without a place, whose names are written
ONE = 1.0  # persons: a place that lacks less is not named


def class_names(breaks: Sequence[float], unit: Text) -> list[Text]:
    """The name of each class of amounts: its ends, the upper one included, and `unit`; the last class has no end."""
    spans = [f"{low:g}–{high:g}" for low, high in zip((0.0, *breaks), breaks, strict=False)]
    last = f"{breaks[-1]:g}"
    return [
        *((f"{span} {unit[0]}", f"{span} {unit[1]}") for span in spans),
        (f"{last} {unit[0]}以上", f"over {last} {unit[1]}"),
    ]


def classes(
    key: str, breaks: Sequence[float], colours: Sequence[str], unit: Text, size_px: float = 5
) -> tuple[Category, ...]:
    """A category for each class, `KEY_0` the lowest."""
    named = zip(class_names(breaks, unit), colours, strict=True)
    return tuple(Category(f"{key}_{k}", *name, colour, "circle", size_px) for k, (name, colour) in enumerate(named))


def class_of(key: str, values: ArrayLike, breaks: Sequence[float], need: ArrayLike) -> NDArray[np.str_]:
    """(n,) the class of each value; `nobody` where nobody needs the service, `without` where the value is NaN."""
    known = np.asarray(values, dtype=np.float64)
    names = np.array([f"{key}_{k}" for k in range(len(breaks) + 1)])
    found = names[np.searchsorted(np.asarray(breaks), np.nan_to_num(known), side="left")]
    return np.select([~(np.asarray(need) > 0), np.isnan(known)], ["nobody", "without"], found)


def names_of_most(names: pd.Series, persons: FloatArray) -> pd.Series:
    """The names of the `NAMED` places of most persons; '' for the others."""
    amount = pd.Series(persons, index=names.index)
    return names.where(names.index.isin(amount[amount >= ONE].nlargest(NAMED).index), "")
