"""Survival by age from a law of mortality: Siler's hazard, its level fitted to a life expectancy.

    h(x) = a1 exp(-b1 x) + a2 + a3 exp(b3 x)        (W. Siler 1979, Ecology 60: 750-757)

Infants, a background of all ages, and the old (Gompertz); a3 is found from the life expectancy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.polynomial.legendre import leggauss
from scipy.optimize import brentq

from siting.errors import fail
from siting.impedance import FloatArray
from siting.people.ages import OLDEST

LAST_AGE = 130  # nobody is counted beyond
NODES = 8  # points of integration in each year of age


@dataclass(frozen=True, eq=False)
class LifeTable:
    """Survival in one year.

    Attributes:
        newborn: share of those born in the year who live at its end (births even over the year).
        survival: (101,) share of those of completed age a who live a year later; the last is of all aged 100 and over.
        stationary: (101,) persons by completed age for one birth a year, the last 100 and over; adds up to the life
            expectancy at birth.
    """

    newborn: float
    survival: FloatArray
    stationary: FloatArray


@dataclass(frozen=True)
class SilerLaw:
    """The shape of mortality by age: rates a year.

    Attributes:
        infant_hazard: a1.
        infant_decline: b1.
        background_hazard: a2.
        senescent_growth: b3.
    """

    infant_hazard: float
    infant_decline: float
    background_hazard: float
    senescent_growth: float


def life_table(law: SilerLaw, life_expectancy: float) -> LifeTable:
    """The table of the law with that life expectancy at birth, in years.

    Raises:
        InputError: when no level of old-age mortality gives it.
    """
    points, weights = leggauss(NODES)
    ages = np.arange(LAST_AGE)[:, None] + (points + 1) / 2  # (130, 8)
    early = np.exp(-law.infant_hazard * _ratio(-law.infant_decline, ages) - law.background_hazard * ages)
    late = _ratio(law.senescent_growth, ages)

    def years_lived(log_level: float) -> FloatArray:
        return np.asarray((early * np.exp(-np.exp(log_level) * late)) @ weights / 2, dtype=np.float64)

    low, high = -30.0, 0.0
    if not years_lived(high).sum() < life_expectancy < years_lived(low).sum():
        fail(
            "按给定的死亡率参数得不到这个预期寿命",
            "the parameters of mortality cannot give this life expectancy",
            remedy_zh="请核对 [survival] 各参数",
            remedy_en="check the parameters of [survival]",
            column="survival.life_expectancy",
            value=f"{life_expectancy:g}",
        )
    lived = years_lived(brentq(lambda level: years_lived(level).sum() - life_expectancy, low, high, xtol=1e-13))
    stationary = np.append(lived[:OLDEST], lived[OLDEST:].sum())
    survival = lived[1 : OLDEST + 1] / lived[:OLDEST]
    return LifeTable(float(lived[0]), np.append(survival, lived[OLDEST + 1 :].sum() / stationary[-1]), stationary)


def _ratio(rate: float, ages: FloatArray) -> FloatArray:
    """The integral of exp(rate x) from 0 to each age."""
    return ages if rate == 0 else np.expm1(rate * ages) / rate
