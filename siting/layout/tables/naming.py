"""Numbers of places, periods and courses as tables name them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.layout.tables.columns import COURSES
from siting.layout.tables.facts import Facts
from siting.render.wording import both


def with_places(facts: Facts, frame: pd.DataFrame, place: str = "place") -> pd.DataFrame:
    """The frame with the service, id, name and township of each row's place.

    Args:
        place: column of the places' numbers.
    """
    numbers = frame[place].tolist()
    rows = [facts.places[p].row for p in numbers]
    return frame.assign(
        service=[facts.service_names[facts.service_of_place[p]] for p in numbers],
        **{name: [row[name] for row in rows] for name in ("id", "name", "township")},
    )


def with_courses(facts: Facts, frame: pd.DataFrame, period: str = "period") -> pd.DataFrame:
    """The frame with the year of each row's period, and `when` in words.

    Args:
        period: column of the periods' numbers.
    """
    return frame.assign(
        year=np.array(facts.years)[frame[period].to_numpy(dtype=np.int64)],
        when=[both(COURSES[key]) for key in frame["when"]],
    )
