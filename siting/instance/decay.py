"""How the share of people who come to a facility falls with the impedance: four usual forms.

Source: Fotheringham and O'Kelly (1989), Spatial Interaction Models; Kwan (1998), Geographical Analysis 30(3);
gaussian: Dai (2010), Health & Place 16(5):1038; Tao, Cheng & Liu (2020), Int. J. for Equity in Health 19:164, eq. 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from siting.errors import fail
from siting.impedance import FloatArray

Form = Literal["linear", "power", "exponential", "gaussian"]
FORMS: tuple[Form, ...] = ("linear", "power", "exponential", "gaussian")
_EDGE = float(np.exp(-0.5))  # height of the bell at the parameter, where gaussian decay ends


@dataclass(frozen=True)
class Decay:
    """Share of the people who come, in 0..1, never rising with the impedance.

    With t in the unit of the impedance and b the `parameter`:
    linear max(0, 1 - t / b), power max(1, t)^-b, exponential exp(-b t),
    gaussian max(0, (exp(-(t / b)^2 / 2) - exp(-1/2)) / (1 - exp(-1/2))): 0 from t = b on.
    """

    form: Form
    parameter: float

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            fail(
                "不认识的衰减形式",
                "unknown form of decay",
                remedy_zh=f"可用：{'、'.join(FORMS)}",
                remedy_en=f"use one of {', '.join(FORMS)}",
                column="decay",
                value=self.form,
            )
        if not (np.isfinite(self.parameter) and self.parameter > 0):
            fail("衰减参数应大于零", "the decay parameter must be above 0", column="decay", value=self.parameter)

    def share(self, impedance: ArrayLike) -> FloatArray:
        """Share of the people who come from so far; 0 where the impedance is infinite."""
        t = np.asarray(impedance, dtype=np.float64)
        if self.form == "linear":
            return np.maximum(0.0, 1.0 - t / self.parameter)
        if self.form == "power":
            return np.maximum(1.0, t) ** -self.parameter
        if self.form == "gaussian":
            bell = np.exp(-0.5 * np.square(t / self.parameter))
            return np.maximum(0.0, (bell - _EDGE) / (1.0 - _EDGE))
        return np.exp(-self.parameter * t)
