"""Shipped layout scenarios with what tests change, posed once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import pandas as pd

from siting.layout.assign import as_it_stands
from siting.layout.pose import Posed, pose_layout
from siting.layout.result import Course
from siting.prepare import Settings
from siting.scenario import find_scenario
from siting.solution import Assignment, Outcome, Solution, Status

SETTINGS = Settings(cache=Path(mkdtemp()))


@cache
def posed(name: str) -> Posed:
    """A shipped scenario as it is."""
    return pose_layout(find_scenario(f"shengzhou/{name}"), SETTINGS)


def changed(name: str, *swaps: tuple[str, str], more: str = "") -> Path:
    """A copy of a shipped scenario with some of its text replaced and some added at its end.

    Raises:
        ValueError: where the text to be replaced is not there.
    """
    text = find_scenario(f"shengzhou/{name}").read_text(encoding="utf-8")
    for old, new in swaps:
        if old not in text:
            raise ValueError(old)
        text = text.replace(old, new, 1)
    path = Path(mkdtemp()) / f"{name}.toml"
    path.write_text(text + more, encoding="utf-8")
    return path


def course_of(plan: Posed, wanted: dict[tuple[int, int], int]) -> Course:
    """Every place as it stands, but some in another of their own states from a period on; nobody is sent anywhere.

    Args:
        wanted: (place, period) to state, -1 for not in use.
    """
    changes = plan.instance.changes
    assert changes is not None
    sizes = as_it_stands(changes).copy()
    for (p, first), state in wanted.items():
        later = np.arange(first, len(plan.scenario.years)) * len(plan.places) + p
        sizes[later] = -1 if state < 0 else plan.first_state[p] + state
    outcome = Outcome(Status.OPTIMAL, None, None, "minimize", 0.0, "", "", 0, 1)
    nobody = Assignment(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))
    return Course(plan, Solution("by_hand", sizes >= 0, nobody, outcome, sizes=sizes))


def by_zone(course: Course) -> pd.DataFrame:
    """Persons, placed and within by service, period and zone, from who goes where."""
    plan = course.posed
    people = course.people
    keys: dict[str, Any] = {
        "service": [plan.parts[s].service.id for s in people["service"]],
        "year": np.array(course.years)[people["period"]],
        "zone": plan.case.demand["zone"].to_numpy()[people["point"]],
    }
    return people.assign(**keys).groupby(["service", "year", "zone"])[["persons", "placed", "within"]].sum()
