"""What a standard says of the facilities themselves: sizes, land, distances to keep, boarding, buses, building time.

All of it is optional: a service needs none of it to be evaluated or sited. A plan over several years reads it.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from siting.files.toml import Frozen
from siting.sourced import Sourced

Tier = Literal["county", "town", "village"]
Nuisance = Literal["railway", "trunk_road"]


class StandardSize(Frozen):
    """A size that a facility may have, new or after it has grown: one row of the standard's list."""

    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    persons: float = Field(gt=0, allow_inf_nan=False, description="what it serves, in the unit of `capacity`")
    classes: int | None = Field(None, gt=0)
    beds: float | None = Field(None, ge=0, description="where they are not what `capacity` counts")
    site_m2: float | None = Field(None, gt=0, description="land")
    floor_m2: float | None = Field(None, gt=0, description="floor area")
    yuan: float | None = Field(None, ge=0, description="what building it costs, land not counted")
    staff: float | None = Field(None, ge=0)
    source: str = Field(min_length=1, description="document, or how it was assumed, of the whole row")
    verified: bool = Field(description="every figure of the row was read on the issuing body's own page")


class SizeLimits(Frozen):
    """Least and largest size that one facility may have, in the unit of `capacity`."""

    least: Sourced | None = None
    largest: Sourced | None = None

    @model_validator(mode="after")
    def _ordered(self) -> SizeLimits:
        if self.least is not None and self.largest is not None and self.largest.value < self.least.value:
            raise ValueError("largest 小于 least | largest is below least")
        return self


class Boarding(Frozen):
    """Pupils who live at the school."""

    from_age: Sourced = Field(description="youngest age that may board, years")
    share: Sourced | None = Field(None, description="share of the pupils who board where the school has dormitories")
    floor_m2_per_bed: Sourced | None = Field(None, description="floor area of dormitories and canteen, m2 a bed")
    yuan_per_bed: Sourced | None = Field(None, description="what building a bed costs")


class Bus(Frozen):
    """Pupils who are brought by bus."""

    beyond_min: Sourced = Field(description="minutes on foot beyond which a pupil is brought by bus")
    longest_min: Sourced | None = Field(None, description="longest ride, minutes one way")
    yuan_per_pupil_year: Sourced | None = Field(None, description="running cost")


class Circuit(Frozen):
    """Visits to the villages that have no facility within the standard (circuit visits)."""

    by: str = Field(
        description="id of the service whose facilities send them; where none is planned, the service's own"
    )
    visits_per_month: Sourced = Field(description="visits to each village a month")
    stay_min: Sourced = Field(description="minutes in a village at each visit")
    drive_min: Sourced = Field(description="longest driving of one round, minutes")
    day_min: Sourced = Field(description="minutes of a working day: driving and staying of one round")

    @model_validator(mode="after")
    def _makes_sense(self) -> Circuit:
        for key in ("visits_per_month", "drive_min", "day_min"):
            if not getattr(self, key).value > 0:
                raise ValueError(f"circuit.{key} 应大于 0 | circuit.{key} must be above 0")
        if self.stay_min.value >= self.day_min.value:
            raise ValueError("circuit.stay_min 应小于 circuit.day_min | circuit.stay_min must be below circuit.day_min")
        return self
