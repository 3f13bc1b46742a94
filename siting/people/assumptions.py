"""Assumptions of a projection: `people.toml`, every value with its source and whether anybody verified it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from siting.files.toml import Frozen
from siting.impedance import FloatArray, IntArray
from siting.people.ages import AGES, ages_within
from siting.sourced import Sourced
from siting.standards import ZoneKind

Variant = Literal["low", "middle", "high"]
VARIANTS: tuple[Variant, ...] = ("low", "middle", "high")
ROUNDING = 1e-6


class Share(Sourced):
    """A share between 0 and 1 with its source."""

    value: float = Field(ge=0, le=1, allow_inf_nan=False)


class Series(Frozen):
    """A number by year: straight between the years given, the same before the first and after the last."""

    values: dict[int, float] = Field(min_length=1, description="year = number")
    source: str = Field(min_length=1)
    verified: bool
    note: str = ""

    @field_validator("values")
    @classmethod
    def _finite(cls, values: dict[int, float]) -> dict[int, float]:
        if not np.isfinite(list(values.values())).all() or not all(1900 <= year <= 2200 for year in values):
            raise ValueError(
                "年份应在 1900-2200，数值应为有限数 | years must be within 1900-2200 and the numbers finite"
            )
        return values

    def at(self, years: IntArray) -> FloatArray:
        """The number in each year."""
        known = sorted(self.values)
        values: FloatArray = np.interp(years, known, [self.values[year] for year in known])
        return values


class Count(Series):
    """Persons by year, never negative."""

    @field_validator("values")
    @classmethod
    def _not_negative(cls, values: dict[int, float]) -> dict[int, float]:
        if min(values.values()) < 0:
            raise ValueError("人数不能为负 | persons cannot be negative")
        return values


class AgeSpan(Frozen):
    """Ages from `from_age` to `to_age`, both included; without `to_age` there is no upper end."""

    from_age: int = Field(ge=0, le=100)
    to_age: int | None = Field(default=None, ge=0, le=120)

    @model_validator(mode="after")
    def _ordered(self) -> AgeSpan:
        if self.to_age is not None and self.to_age < self.from_age:
            raise ValueError("to_age 小于 from_age | to_age is below from_age")
        return self

    @property
    def ages(self) -> FloatArray:
        """(101,) 1 for these ages, 0 for others."""
        return ages_within(self.from_age, self.to_age)


class AgeShare(AgeSpan):
    """A share of the people of these ages, or of all people in a profile."""

    share: float = Field(ge=0, le=1, allow_inf_nan=False)


class AgeProfile(Frozen):
    """How a group of people is made up by age; even over the years of each span."""

    ages: tuple[AgeShare, ...] = Field(min_length=1)
    source: str = Field(min_length=1)
    verified: bool
    note: str = ""

    @model_validator(mode="after")
    def _whole(self) -> AgeProfile:
        _no_overlap(self.ages)
        if abs(sum(span.share for span in self.ages) - 1) > ROUNDING:
            raise ValueError("各年龄的份额之和应为 1 | the shares must add up to 1")
        return self

    @property
    def shares(self) -> FloatArray:
        """(101,) share of each age; adds up to 1."""
        shares = np.zeros(AGES)
        for span in self.ages:
            shares += span.share * span.ages / span.ages.sum()
        whole: FloatArray = shares / shares.sum()
        return whole


class Survival(Frozen):
    """Siler's law of mortality (`siting.people.life_table`)."""

    life_expectancy: Series = Field(description="life expectancy at birth by year, both sexes")
    infant_hazard: Sourced
    infant_decline: Sourced
    background_hazard: Sourced
    senescent_growth: Sourced


class Fertility(AgeSpan):
    """Who has children: people of these ages, times the relative fertility of the kind of zone."""

    relative: Mapping[ZoneKind, Sourced] = Field(description="missing kinds count 1")


class Births(Frozen):
    """Births in the county by year and variant; a step that ends in a year has the births of that year."""

    low: Count
    middle: Count
    high: Count


class Factors(Frozen):
    """A factor by variant."""

    low: Sourced
    middle: Sourced
    high: Sourced


class Move(Frozen):
    """Yearly net moves between kinds of zone, as shares of the people of an age in the zones that are left."""

    model_config = ConfigDict(populate_by_name=True)

    from_kind: ZoneKind = Field(alias="from")
    to_kind: ZoneKind = Field(alias="to")
    ages: tuple[AgeShare, ...] = Field(min_length=1)
    source: str = Field(min_length=1)
    verified: bool
    note: str = ""

    @model_validator(mode="after")
    def _two_places(self) -> Move:
        if self.from_kind == self.to_kind:
            raise ValueError("from 与 to 应为两类分区 | from and to must be two kinds of zone")
        _no_overlap(self.ages)
        return self

    @property
    def shares(self) -> FloatArray:
        """(101,) share of each age that moves in a year."""
        shares: FloatArray = np.sum([span.share * span.ages for span in self.ages], axis=0)
        return shares


class External(Frozen):
    """Net moves over the county's border, apart from those into new housing."""

    low: Series
    middle: Series
    high: Series
    age_profile: str
    weight: Mapping[ZoneKind, Sourced] = Field(description="relative weight of a person's kind of zone; missing: 1")


class Housing(Frozen):
    """How new housing fills, besides what `plots.csv` says of each plot."""

    occupancy: Factors = Field(description="factor on the occupancy of every plot, which is at most 1")
    taken_from: Mapping[ZoneKind, Share] = Field(min_length=1, description="kinds that people from inside leave")

    @model_validator(mode="after")
    def _whole(self) -> Housing:
        if abs(sum(share.value for share in self.taken_from.values()) - 1) > ROUNDING:
            raise ValueError("taken_from 各类份额之和应为 1 | the shares of taken_from must add up to 1")
        return self


class MigrantChildren(AgeSpan):
    """Children who come with migrants and are not among the residents, as a share of the resident children."""

    rate: Mapping[ZoneKind, Sourced]


class CrossBoundary(Frozen):
    """People from over the county border who use a service in a zone, kept apart from residents."""

    zone: str
    service: str
    persons: Count | None = Field(default=None, description="persons by year")
    share: Sourced | None = Field(default=None, description="or a share of the residents of the zone who need it")

    @model_validator(mode="after")
    def _one(self) -> CrossBoundary:
        if (self.persons is None) == (self.share is None):
            raise ValueError("persons 与 share 应写其一 | give persons or share, one of them")
        return self


class Assumptions(Frozen):
    """`people.toml`."""

    schema_version: Literal[1] = Field(1, alias="schema")
    survival: Survival
    fertility: Fertility
    births: Births | None = Field(None, description="none: as many as the youngest band has a year, a fifth up or down")
    moves: tuple[Move, ...] = ()
    moves_factor: Factors | None = Field(None, description="factor on all moves by variant")
    pull: Mapping[str, Sourced] = Field({}, description="weight of a zone as a destination; missing zones count 1")
    external: External | None = None
    housing: Housing
    age_profiles: Mapping[str, AgeProfile] = {}
    migrant_children: MigrantChildren | None = None
    cross_boundary: tuple[CrossBoundary, ...] = ()

    @model_validator(mode="after")
    def _fits(self) -> Assumptions:
        if self.external is not None and self.external.age_profile not in self.age_profiles:
            raise ValueError(
                f"external.age_profile：age_profiles 里没有 {self.external.age_profile} | "
                f"external.age_profile: age_profiles has no {self.external.age_profile}"
            )
        factors = self.moves_factor
        largest = 1.0 if factors is None else max(factors.low.value, factors.middle.value, factors.high.value)
        for kind in {move.from_kind for move in self.moves}:
            out = np.sum([move.shares for move in self.moves if move.from_kind == kind], axis=0) * largest
            if out.max() > 1:
                age = int(out.argmax())
                raise ValueError(
                    f"moves：{kind} 的 {age} 岁人口一年迁出超过全部 | "
                    f"moves: more than all aged {age} leave {kind} in a year"
                )
        return self

    def sourced(self) -> Iterator[tuple[str, BaseModel]]:
        """Every value that has a source, with the path of its key."""
        yield from _walk("", self)


def value_text(item: BaseModel) -> str:
    """The numbers of a sourced value in one line."""
    if isinstance(item, Sourced):
        return f"{item.value:g}"
    if isinstance(item, Series):
        return "; ".join(f"{year}: {value:g}" for year, value in sorted(item.values.items()))
    spans = getattr(item, "ages", ())
    moves = f"{item.from_kind} → {item.to_kind}: " if isinstance(item, Move) else ""
    return moves + "; ".join(f"{s.from_age}-{'' if s.to_age is None else s.to_age}: {s.share:g}" for s in spans)


def _walk(path: str, item: object) -> Iterator[tuple[str, BaseModel]]:
    if isinstance(item, BaseModel):
        if "source" in type(item).model_fields:
            yield path, item
            return
        parts = [(field.alias or name, getattr(item, name)) for name, field in type(item).model_fields.items()]
    elif isinstance(item, Mapping):
        parts = list(item.items())
    elif isinstance(item, tuple):
        parts = [(str(k), part) for k, part in enumerate(item, start=1)]
    else:
        return
    for name, part in parts:
        yield from _walk(f"{path}.{name}" if path else str(name), part)


def _no_overlap(spans: tuple[AgeShare, ...]) -> None:
    if np.sum([span.ages for span in spans], axis=0).max() > 1:
        raise ValueError("年龄段有重叠 | spans of ages overlap")
