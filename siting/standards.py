"""Services and their planning standards: `data/standards/*.toml`, every value with its source.

A value that nobody has checked against the issuing body's own text is `verified = false`, and every output
made with it says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, model_validator

from siting.errors import fail, nearest_word
from siting.facility_standard import Boarding, Bus, Circuit, Nuisance, SizeLimits, StandardSize, Tier
from siting.files import resources
from siting.files.toml import Frozen, load_toml
from siting.sourced import Sourced

ZoneKind = Literal["urban", "town", "rural"]
ZONE_KINDS: tuple[ZoneKind, ...] = ("urban", "town", "rural")
Mode = Literal["walk", "drive"]


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


class Capacity(Frozen):
    """What a facility's capacity counts, and the usual capacity of a new one."""

    unit_zh: str
    unit_en: str
    default_persons: Sourced = Field(description="persons that one new facility serves; 0 means no limit")


class Cost(Frozen):
    """What one new facility costs."""

    open_yuan: Sourced


class OsmTags(Frozen):
    """Which OpenStreetMap objects are facilities of this service: any of these tag sets, but for some names."""

    any_of: tuple[dict[str, str], ...] = ()
    exclude_names: tuple[str, ...] = Field((), description="words in a name that show another kind or level")
    keep_names: tuple[str, ...] = Field((), description="words that overrule `exclude_names`")


class DemandKind(Frozen):
    """One kind of demand of a service whose facilities serve several, such as nursing beds of a care home."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name_zh: str
    name_en: str
    demand: DemandRule
    column: str | None = Field(
        None, pattern=r"^[a-z][a-z0-9_]*$", description="column of facilities.csv with its places; none: what is left"
    )


class Service(Frozen):
    """One kind of facility and its standard."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name_zh: str
    name_en: str
    facility_zh: str = Field(description="what one facility is called on the map")
    facility_en: str
    demand: DemandRule
    threshold: Mapping[ZoneKind, Threshold]
    capacity: Capacity
    cost: Cost
    osm: OsmTags = OsmTags()
    note: str = Field("", description="what the standard leaves open, and what stands in for it")
    tier: Tier | None = Field(None, description="for whom: the county, a town or street office, a village or quarter")
    order: int = Field(
        99,
        ge=0,
        description="lowest first where all are shown: 10 education, 30 health, 50 elderly, 70 childcare, 80 others",
    )
    kinds: tuple[DemandKind, ...] = Field((), description="demand of different kinds that one facility may serve")
    class_size: Mapping[str, Sourced] = Field({}, description="largest number of children in a class, by level")
    sizes: tuple[StandardSize, ...] = Field((), description="sizes of new and of grown facilities, smallest first")
    size_limits: SizeLimits = SizeLimits()
    land: tuple[str, ...] = Field((), description="land classes of GB 50137 that it may stand on: A33, A5, R22 ...")
    separation_m: Mapping[Nuisance, Sourced] = Field({}, description="least distance from its building, metres")
    boarding: Boarding | None = None
    bus: Bus | None = None
    circuit: Circuit | None = None
    build_years: Sourced | None = Field(None, description="years from the decision to the opening")
    parameters: Mapping[str, Sourced] = Field({}, description="further figures, by name; the unit is in the name")

    @model_validator(mode="after")
    def _in_order(self) -> Service:
        persons = [size.persons for size in self.sizes]
        if persons != sorted(set(persons)):
            raise ValueError("sizes 应由小到大 | sizes must ascend")
        if len({kind.id for kind in self.kinds}) < len(self.kinds):
            raise ValueError("kinds 的 id 重复 | an id of kinds is repeated")
        return self

    @model_validator(mode="after")
    def _all_kinds(self) -> Service:
        lacking = [kind for kind in ZONE_KINDS if kind not in self.threshold]
        if lacking:
            raise ValueError(f"threshold 缺少 {lacking} | threshold lacks {lacking}")
        return self

    def unverified(self) -> list[tuple[str, Sourced]]:
        """The unverified values with the path of each key."""
        values: list[tuple[str, Sourced]] = [("demand.rate", self.demand.rate)]
        values += _sourced_in(self.demand.by_age, "demand.by_age")
        values += [(f"threshold.{kind}.max_minutes", t.max_minutes) for kind, t in self.threshold.items()]
        values += [
            ("capacity.default_persons", self.capacity.default_persons),
            ("cost.open_yuan", self.cost.open_yuan),
        ]
        return [(key, value) for key, value in values if not value.verified]

    def sourced(self) -> list[tuple[str, Sourced]]:
        """Every sourced value with the path of its key, the optional parts included."""
        return list(_sourced_in(self, ""))


def _sourced_in(part: object, path: str) -> Iterator[tuple[str, Sourced]]:
    if isinstance(part, Sourced):
        yield path, part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from _sourced_in(getattr(part, name), f"{path}.{name}" if path else name)
    elif isinstance(part, Mapping):
        for name, inner in part.items():
            yield from _sourced_in(inner, f"{path}.{name}")
    elif isinstance(part, tuple):
        for inner in part:
            yield from _sourced_in(inner, f"{path}.{name}" if (name := _name_of(inner)) else path)


def _name_of(part: object) -> str:
    """What tells a part from the others of its list; '' where its own keys do."""
    if isinstance(part, DemandKind):
        return part.id
    if isinstance(part, AgeRate):
        return f"{part.from_age}-{'' if part.to_age is None else part.to_age}"
    return ""


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


def in_order(services: Iterable[Service]) -> list[Service]:
    """As planners ask for them, by `order`; by id where that is the same."""
    return sorted(services, key=lambda service: (service.order, service.id))


def services_on_osm() -> list[Service]:
    """The services whose facilities OpenStreetMap's tags tell."""
    return [service for service in map(load_service, list_services()) if service.osm.any_of]


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
