"""Quality-balanced compulsory education (义务教育优质均衡): seven indicators by school, and how much schools differ.

The indicators and limits are those of `data/quality_balance.toml`. Schools differ by the coefficient of variation
weighted by pupils, `CV = sqrt(sum_i p_i / P (x_i - X)^2) / X`, where school i has p_i of the P pupils and x_i of a
resource for each pupil, and X is the resource of all schools over all pupils (教督〔2017〕6号).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field

from siting.case import Case
from siting.files import resources
from siting.files.toml import Frozen, load_toml
from siting.impedance import BoolArray, FloatArray
from siting.sourced import Sourced

ROUNDING = 1e-9
School = Literal["primary_school", "junior_school"]


class Indicator(Frozen):
    """One resource for each pupil, or for each hundred."""

    resource: str = Field(description="column of school_resources.csv")
    name_zh: str
    name_en: str
    per_pupils: int = Field(gt=0, description="the figure is for so many pupils")
    least: Mapping[School, Sourced]


class QualityStandard(Frozen):
    """`data/quality_balance.toml`."""

    schema_version: Literal[1] = Field(1, alias="schema")
    least_met: Sourced
    rest_share: Sourced
    teaching_point_below: Sourced
    largest_variation: Mapping[School, Sourced]
    indicators: tuple[Indicator, ...] = Field(min_length=1)


@dataclass(frozen=True, eq=False)
class QualityBalance:
    """What the schools of a case have, and how much they differ.

    Attributes:
        standard: what they are held to.
        schools: id, name, service, zone, township, pupils, one column an indicator (named by its resource), met (how
            many indicators), counted (bool: no teaching point), passes (bool; False where not counted).
        variation: one row a service and indicator: service, resource, mean (of all pupils), least (the standard),
            below (schools under it), variation, largest, passes (bool); only of schools that count.
    """

    standard: QualityStandard
    schools: pd.DataFrame
    variation: pd.DataFrame


def standard_file() -> Path:
    """Where the indicators and limits lie."""
    return resources.data() / "quality_balance.toml"


def load_quality_standard() -> QualityStandard:
    """The indicators and limits.

    Raises:
        InputError: when the file is not valid.
    """
    return load_toml(standard_file(), QualityStandard)


def weighted_variation(per_pupil: FloatArray, pupils: FloatArray) -> float:
    """Coefficient of variation between schools, weighted by pupils.

    Args:
        per_pupil: (n,) resource for each pupil of each school.
        pupils: (n,) positive.

    Returns:
        0 where all schools have alike; NaN where there are no schools, or no resource at all.
    """
    total = pupils.sum()
    mean = (pupils * per_pupil).sum() / total if total > 0 else 0.0
    if mean <= 0:
        return float("nan")
    return float(np.sqrt((pupils / total * (per_pupil - mean) ** 2).sum()) / mean)


def at_least(figure: FloatArray, least: FloatArray) -> BoolArray:
    """(n,) whether each figure meets its standard, whatever the rounding of the division left."""
    return np.asarray(figure >= least * (1 - ROUNDING))


def quality_balance(case: Case, standard: QualityStandard) -> QualityBalance | None:
    """The indicators of every school of the case's `school_resources.csv`; None without that table."""
    if case.school_resources is None:
        return None
    ledger = case.facilities.set_index("id").loc[case.school_resources["id"]].reset_index()
    schools = ledger[["id", "name", "service", "zone", "township"]].assign(pupils=ledger["enrolment"])
    pupils = schools["pupils"].to_numpy(dtype=np.float64)
    met = np.zeros(len(schools), dtype=np.int64)
    nearly = np.ones(len(schools), dtype=bool)
    for indicator in standard.indicators:
        amount = case.school_resources[indicator.resource].to_numpy(dtype=np.float64)
        figure = amount / pupils * indicator.per_pupils
        least = _least(schools, indicator)
        schools[indicator.resource] = figure
        met += at_least(figure, least)
        nearly &= at_least(figure, standard.rest_share.value * least)
    counted = pupils >= standard.teaching_point_below.value
    passes = counted & (met >= standard.least_met.value) & nearly
    schools = schools.assign(met=met, counted=counted, passes=passes)
    return QualityBalance(standard, schools, _variation(schools[counted], standard))


def _least(schools: pd.DataFrame, indicator: Indicator) -> FloatArray:
    return np.array([indicator.least[name].value for name in schools["service"]], dtype=np.float64)


def _variation(schools: pd.DataFrame, standard: QualityStandard) -> pd.DataFrame:
    """The `variation` of `QualityBalance`."""
    rows = []
    for service, limit in standard.largest_variation.items():
        mine = schools[schools["service"] == service]
        if mine.empty:
            continue
        pupils = mine["pupils"].to_numpy(dtype=np.float64)
        for indicator in standard.indicators:
            figure = mine[indicator.resource].to_numpy(dtype=np.float64)
            found, largest = weighted_variation(figure, pupils), limit.value
            least = indicator.least[service].value
            rows.append(
                {
                    "service": service,
                    "resource": indicator.resource,
                    "mean": float((figure * pupils).sum() / pupils.sum()),
                    "least": least,
                    "below": int((~at_least(figure, np.full(len(figure), least))).sum()),
                    "variation": found,
                    "largest": largest,
                    "passes": found <= largest,
                }
            )
    columns = ["service", "resource", "mean", "least", "below", "variation", "largest", "passes"]
    return pd.DataFrame(rows, columns=columns)
