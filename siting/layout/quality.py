"""Pupils up to which a school passes the seven indicators of quality-balanced compulsory education."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from siting.case import Case
from siting.case_ledger import RESOURCES
from siting.evaluation.quality_balance import ROUNDING, QualityStandard, School, load_quality_standard
from siting.impedance import FloatArray
from siting.layout.places import Place


def pupils_passing(amounts: pd.Series, service: School, standard: QualityStandard) -> float:
    """The most pupils with whom a school passes, whole ones.

    With resource r_k and standard s_k for each pupil, indicator k is met while the pupils are at most c_k = r_k / s_k,
    and to the share b while they are at most c_k / b. So m of them are met and the rest to b exactly while the pupils
    are at most min(the m-th largest c_k, the least c_k / b): passing is a limit on the pupils, nothing less or more.
    Fewer than a teaching point's pupils are not judged.

    Args:
        amounts: of the school, by resource.
    """
    own = np.array(
        [
            float(amounts[indicator.resource]) * indicator.per_pupils / indicator.least[service].value
            for indicator in standard.indicators
        ]
    )
    met = min(int(standard.least_met.value), own.size)
    most = min(float(np.sort(own)[own.size - met]), float(own.min()) / standard.rest_share.value)
    return max(math.floor(most * (1 + ROUNDING)), math.ceil(standard.teaching_point_below.value) - 1)


def with_added(amounts: pd.Series, service: School, standard: QualityStandard, places: float) -> pd.Series:
    """The resources of a school with those that the standard asks for the places added to it."""
    more = {i.resource: places * i.least[service].value / i.per_pupils for i in standard.indicators}
    return pd.Series({name: float(amounts[name]) + more.get(name, 0.0) for name in RESOURCES})


def school_of(place: Place) -> School:
    """Which of the two kinds of school it is."""
    return "primary_school" if place.service == "primary_school" else "junior_school"


def added_places(place: Place) -> FloatArray:
    """(K,) places of each state beyond those of today, none where they are fewer."""
    held = np.array([state.persons for state in place.states], dtype=np.float64)
    more = held - held[place.initial] if np.isfinite(held[place.initial]) else np.zeros(held.size)
    return np.maximum(more, 0.0)


def with_quality_limits(case: Case, places: Sequence[Place]) -> list[Place]:
    """The places, their existing schools with the limit of each state: those that grow get the standard's resources.

    Schools whose resources are not known and new ones have no limit of this kind: they are to be equipped as the
    standard asks.
    """
    assert case.school_resources is not None
    known = {str(row["id"]): row for _, row in case.school_resources.iterrows()}
    standard, found = load_quality_standard(), []
    for place in places:
        if place.origin != "existing" or place.id not in known:
            found.append(place)
            continue
        service = school_of(place)
        most = [
            pupils_passing(with_added(known[place.id], service, standard, more), service, standard)
            for more in added_places(place).tolist()
        ]
        states = tuple(replace(state, most=m) for state, m in zip(place.states, most, strict=True))
        found.append(replace(place, states=states))
    return found
