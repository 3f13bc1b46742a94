"""Services and their planning standards: `data/standards/*.toml`, every value with its source.

A value that nobody has checked against the issuing body's own text is `verified = false`, and every output
made with it says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from siting.errors import fail, nearest_word
from siting.files import resources
from siting.files.toml import Frozen, load_toml

ZoneKind = Literal["urban", "town", "rural"]
ZONE_KINDS: tuple[ZoneKind, ...] = ("urban", "town", "rural")
Mode = Literal["walk", "drive"]


class Sourced(Frozen):
    """A number with where it comes from."""

    value: float = Field(ge=0, allow_inf_nan=False, description="the number, in the unit that its key names")
    source: str = Field(min_length=1, description="document and clause, or how it was assumed")
    verified: bool = Field(description="read on the issuing body's own page")
    note: str = ""


class Threshold(Frozen):
    """Coverage standard of one kind of zone: people are covered within `max_minutes` by `mode`."""

    mode: Mode
    max_minutes: Sourced

    @model_validator(mode="after")
    def _within_reach(self) -> Threshold:
        if not 0 < self.max_minutes.value <= 600:
            raise ValueError("max_minutes 应大于 0、不超过 600 分钟 | max_minutes must be above 0 and at most 600")
        return self


class AgeRate(Frozen):
    """The rate of the ages `from_age` to `to_age`, such as the prevalence of a disability."""

    from_age: int = Field(ge=0, le=120)
    to_age: int | None = Field(default=None, ge=0, le=120, description="included; none means no upper end")
    rate: Sourced

    @model_validator(mode="after")
    def _is_share(self) -> AgeRate:
        if self.rate.value > 1:
            raise ValueError("by_age 的 rate 是份额，不超过 1 | a rate of by_age is a share, at most 1")
        return self


class DemandRule(Frozen):
    """Who needs the service: people of the ages `from_age` to `to_age`, times `rate`, times the rate of their age."""

    from_age: int = Field(ge=0, le=120)
    to_age: int | None = Field(default=None, ge=0, le=120, description="included; none means no upper end")
    rate: Sourced = Field(description="share of those ages who use the service")
    by_age: tuple[AgeRate, ...] = Field((), description="rates by age, all the ages one after another; none: 1 at each")

    @model_validator(mode="after")
    def _ordered(self) -> DemandRule:
        if self.to_age is not None and self.to_age < self.from_age:
            raise ValueError("to_age 小于 from_age | to_age is below from_age")
        following: int | None = self.from_age
        for span in self.by_age:
            if span.from_age != following or (span.to_age is not None and span.to_age < span.from_age):
                raise ValueError(
                    "by_age 应从 from_age 起逐段相接，不重不漏 | "
                    "by_age must begin at from_age, without gaps or overlaps"
                )
            following = None if span.to_age is None else span.to_age + 1
        if self.by_age and self.by_age[-1].to_age != self.to_age:
            raise ValueError("by_age 应止于 to_age | by_age must end at to_age")
        return self


class Sizes(Frozen):
    """Sizes that a new facility may have."""

    unit_zh: str
    unit_en: str
    default_persons: Sourced = Field(description="persons that one new facility serves; 0 means no limit")
    sizes_persons: tuple[float, ...] = ()


class Cost(Frozen):
    """What one new facility costs."""

    open_yuan: Sourced


class OsmTags(Frozen):
    """Which OpenStreetMap objects are facilities of this service: any of these tag sets, but for some names."""

    any_of: tuple[dict[str, str], ...] = ()
    exclude_names: tuple[str, ...] = Field((), description="words in a name that show another kind or level")
    keep_names: tuple[str, ...] = Field((), description="words that overrule `exclude_names`")


class Service(Frozen):
    """One kind of facility and its standard."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name_zh: str
    name_en: str
    facility_zh: str = Field(description="what one facility is called on the map")
    facility_en: str
    demand: DemandRule
    threshold: Mapping[ZoneKind, Threshold]
    capacity: Sizes
    cost: Cost
    osm: OsmTags = OsmTags()

    @model_validator(mode="after")
    def _all_kinds(self) -> Service:
        lacking = [kind for kind in ZONE_KINDS if kind not in self.threshold]
        if lacking:
            raise ValueError(f"threshold 缺少 {lacking} | threshold lacks {lacking}")
        return self

    def unverified(self) -> list[tuple[str, Sourced]]:
        """The unverified values with the path of each key."""
        values: list[tuple[str, Sourced]] = [("demand.rate", self.demand.rate)]
        values += [(f"demand.by_age.{k}.rate", span.rate) for k, span in enumerate(self.demand.by_age, start=1)]
        values += [(f"threshold.{kind}.max_minutes", t.max_minutes) for kind, t in self.threshold.items()]
        values += [
            ("capacity.default_persons", self.capacity.default_persons),
            ("cost.open_yuan", self.cost.open_yuan),
        ]
        return [(key, value) for key, value in values if not value.verified]


AGE_COLUMN = re.compile(r"^age_(\d+)_(\d+|plus)$")


def age_range(column: str) -> tuple[int, int] | None:
    """First and last age of a column such as `age_6_11` or `age_80_plus` (200); None for other names."""
    match = AGE_COLUMN.match(column)
    if match is None:
        return None
    return int(match[1]), 200 if match[2] == "plus" else int(match[2])


def service_folder() -> Path:
    """Where the standards lie."""
    return resources.data() / "standards"


def list_services() -> list[str]:
    """Ids of all services."""
    return sorted(path.stem for path in service_folder().glob("*.toml"))


def load_service(name: str) -> Service:
    """The service of that id.

    Raises:
        InputError: when there is none, or its file is not valid.
    """
    path = service_folder() / f"{name}.toml"
    if name not in list_services():
        close = nearest_word(name, list_services())
        fail(
            "没有这种服务",
            "there is no such service",
            remedy_zh=f"是否想写“{close}”？" if close else f"可用：{'、'.join(list_services())}",
            remedy_en=f"did you mean {close!r}?" if close else f"available: {', '.join(list_services())}",
            value=name,
        )
    service = load_toml(path, Service)
    if service.id != name:
        fail("id 与文件名不同", "the id differs from the file's name", file=path, column="id", value=service.id)
    return service
