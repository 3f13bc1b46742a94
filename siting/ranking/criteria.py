"""The criteria by which a site is judged: a small closed set, told apart by `measure`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from siting.files.toml import Frozen
from siting.standards import Mode

Prefer = Literal["low", "high"]
Network = Literal["motorway", "trunk_road", "primary_road", "secondary_road", "railway", "station"]


class Place(Frozen):
    """A place that the case's tables do not have, such as the gate of a works or a market."""

    name_zh: str = Field(description="中文名称 Chinese name")
    name_en: str = Field(description="英文名称 English name")
    lon: float = Field(ge=-180, le=180, description="经度（WGS84） longitude, WGS84")
    lat: float = Field(ge=-90, le=90, description="纬度（WGS84） latitude, WGS84")
    weight: float = Field(
        1.0, gt=0, allow_inf_nan=False, description="权重，如职工数 weight, such as people who work there"
    )


class CriterionBase(Frozen):
    """What every criterion has."""

    kind: ClassVar[str]
    usual: ClassVar[Prefer | None]

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,31}$", description="编号 id")
    name_zh: str = Field(min_length=1, description="中文名称 Chinese name")
    name_en: str = Field(min_length=1, description="英文名称 English name")
    weight: float = Field(
        ge=0,
        allow_inf_nan=False,
        description="权重，任意单位；计算时各项除以总和 in any unit; each is divided by the sum",
    )
    prefer: Prefer | None = Field(
        None, description="low 越小越好，high 越大越好；distance_to 必填，其余各有惯例 less or more is better"
    )
    best: float | None = Field(
        None,
        allow_inf_nan=False,
        description="得 100 分的数值，不写取备选地块中最好的 value that scores 100; none: the best site's",
    )
    worst: float | None = Field(
        None,
        allow_inf_nan=False,
        description="得 0 分的数值，不写取备选地块中最差的 value that scores 0; none: the worst site's",
    )
    at_most: float | None = Field(
        None, allow_inf_nan=False, description="硬性上限，超过即排除 hard limit: a site above it is excluded"
    )
    at_least: float | None = Field(
        None, allow_inf_nan=False, description="硬性下限，不足即排除 hard limit: a site below it is excluded"
    )
    source: str = Field(
        min_length=1, description="权重、分值和限值的依据，会写入成果 where weight, scale and limits come from"
    )
    verified: bool = Field(False, description="依据是否经过核实 whether anybody checked the source")

    @property
    def number_kind(self) -> str:
        """Kind of its numbers, of `siting.render.columns.KINDS`."""
        return self.kind

    @property
    def low_is_better(self) -> bool:
        """Whether less is better."""
        return (self.prefer or self.usual) == "low"

    @model_validator(mode="after")
    def _consistent(self) -> CriterionBase:
        if self.prefer is None and self.usual is None:
            raise ValueError("请写 prefer：要近写 low，要远写 high | say prefer: low for near, high for far")
        if self.best is not None and self.worst is not None:
            if self.best == self.worst:
                raise ValueError("best 与 worst 不能相同 | best and worst must differ")
            if (self.best < self.worst) != self.low_is_better:
                raise ValueError("best 与 worst 的方向同 prefer 相反 | best and worst run against what is preferred")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError("at_least 大于 at_most | at_least is above at_most")
        return self


class _OfPeople(CriterionBase):
    from_age: int = Field(0, ge=0, le=120, description="最小年龄 first age")
    to_age: int | None = Field(
        None, ge=0, le=120, description="最大年龄（含），不写无上限 last age; none: no upper end"
    )
    zones: tuple[str, ...] = Field((), description="只算这些分区的人，不写算全部 only people of these zones; none: all")

    @model_validator(mode="after")
    def _ages_ordered(self) -> _OfPeople:
        if self.to_age is not None and self.to_age < self.from_age:
            raise ValueError("to_age 小于 from_age | to_age is below from_age")
        return self


class TravelFromPeople(_OfPeople):
    """How long people of given ages travel to the site, each person counted once."""

    kind: ClassVar[str] = "minutes"
    usual: ClassVar[Prefer | None] = "low"

    measure: Literal["travel_from_people"] = Field(description="居民到地块的出行时间 travel from people to the site")
    mode: Mode = Field("drive", description="walk 步行或 drive 乘车 walk or drive")
    statistic: Literal["mean", "percentile", "share_within"] = Field(
        "mean",
        description="mean 平均分钟；percentile 有 percent% 的人在此时间内；share_within 在 minutes 内的人口份额 "
        "mean minutes; minutes within which percent % of the people are; share of people within minutes",
    )
    percent: float = Field(90, gt=0, le=100, description="percentile 的百分数 of percentile")
    minutes: float | None = Field(None, gt=0, le=600, description="share_within 的分钟数 of share_within")

    @property
    def number_kind(self) -> str:
        """`share` or `minutes`."""
        return "share" if self.statistic == "share_within" else "minutes"

    @property
    def low_is_better(self) -> bool:
        """Whether less is better."""
        return (self.prefer or ("high" if self.statistic == "share_within" else "low")) == "low"

    @model_validator(mode="after")
    def _minutes_for_share(self) -> TravelFromPeople:
        if (self.minutes is not None) != (self.statistic == "share_within"):
            raise ValueError("minutes 与 share_within 须一起使用 | minutes and share_within go together")
        return self


class TravelFromFacilities(CriterionBase):
    """How long it takes from existing facilities, or from places of one's own, to the site."""

    kind: ClassVar[str] = "minutes"
    usual: ClassVar[Prefer | None] = "low"

    measure: Literal["travel_from_facilities"] = Field(
        description="现有设施（或自定地点）到地块的时间 travel from facilities or places to the site"
    )
    services: tuple[str, ...] = Field((), description="哪些服务的设施，与 places 二选一 facilities of these services")
    places: tuple[Place, ...] = Field((), description="自定地点 places of one's own, instead of services")
    mode: Mode = Field("drive", description="walk 步行或 drive 乘车 walk or drive")
    statistic: Literal["nearest", "mean", "farthest"] = Field(
        "nearest", description="最近的、平均、最远的 the nearest, the mean, the farthest"
    )
    weight_by: Literal["capacity", "beds"] | None = Field(
        None,
        description="mean 按什么加权，不写则各设施相等 what weights the mean; none: all alike (places: their weight)",
    )

    @model_validator(mode="after")
    def _one_origin(self) -> TravelFromFacilities:
        if bool(self.services) == bool(self.places):
            raise ValueError("services 与 places 须给且只给一个 | give services or places, one of them")
        if self.weight_by is not None and (self.places or self.statistic != "mean"):
            raise ValueError(
                "weight_by 只用于 services 的 mean | weight_by is for the mean over facilities of services only"
            )
        return self


class DistanceTo(CriterionBase):
    """Straight-line metres from the site to the nearest road of a class, railway, station, facility or place."""

    kind: ClassVar[str] = "metres"
    usual: ClassVar[Prefer | None] = None

    measure: Literal["distance_to"] = Field(
        description="到最近的道路、铁路、车站、设施或地点的直线距离 straight-line metres"
    )
    network: Network | None = Field(
        None,
        description="道路等级、铁路或车站，取自案例路网文件 class of road, railway or station of the case's OSM file",
    )
    services: tuple[str, ...] = Field((), description="哪些服务的设施 facilities of these services")
    places: tuple[Place, ...] = Field(
        (), description="自定地点，如市场、垃圾转运站 places of one's own, such as nuisances"
    )

    @model_validator(mode="after")
    def _one_target(self) -> DistanceTo:
        if sum(map(bool, (self.network, self.services, self.places))) != 1:
            raise ValueError("network、services、places 须给且只给一个 | give one of network, services and places")
        return self


class LandArea(CriterionBase):
    """Square metres of the plot; `best` is what is needed."""

    kind: ClassVar[str] = "count"
    usual: ClassVar[Prefer | None] = "high"

    measure: Literal["land_area"] = Field(description="地块面积 site_m2（平方米） area of the plot, m2")


class AvailableFrom(CriterionBase):
    """The first year in which the plot can be used; an empty cell of candidates.csv means at once."""

    kind: ClassVar[str] = "year"
    usual: ClassVar[Prefer | None] = "low"

    measure: Literal["available_from"] = Field(description="哪一年起可用 first year in which it can be used")
    from_year: int = Field(
        ge=1900, le=2200, description="开工年份，更早可用不加分 year of the start; earlier is no better"
    )


class ExistingBuilding(CriterionBase):
    """1 where the plot has a building that can be used, 0 where it has none or nothing is known of one."""

    kind: ClassVar[str] = "count"
    usual: ClassVar[Prefer | None] = "high"

    measure: Literal["existing_building"] = Field(
        description="有无可用房屋：有 1，没有或不详 0 a building stands: 1, else 0"
    )


class InZone(CriterionBase):
    """How much the site's zone is preferred, 0 to 1; 0 for zones that are not named."""

    kind: ClassVar[str] = "number"
    usual: ClassVar[Prefer | None] = "high"

    measure: Literal["in_zone"] = Field(description="所在分区的偏好 preference for zones")
    preference: Mapping[str, float] = Field(
        min_length=1, description="分区编号 = 0 至 1 的偏好，未列的为 0 zone id = preference from 0 to 1; others 0"
    )

    @model_validator(mode="after")
    def _within_unit(self) -> InZone:
        if not all(0 <= value <= 1 for value in self.preference.values()):
            raise ValueError("preference 的数值应在 0 至 1 之间 | preferences lie between 0 and 1")
        return self


class PeopleNear(_OfPeople):
    """People of given ages within a straight-line distance."""

    kind: ClassVar[str] = "persons"
    usual: ClassVar[Prefer | None] = "high"

    measure: Literal["people_near"] = Field(description="直线距离内的人数 people within a straight-line distance")
    metres: float = Field(gt=0, le=100_000, description="直线距离（米） straight-line metres")


Criterion = Annotated[
    TravelFromPeople
    | TravelFromFacilities
    | DistanceTo
    | LandArea
    | AvailableFrom
    | ExistingBuilding
    | InZone
    | PeopleNear,
    Field(discriminator="measure"),
]
CRITERIA: tuple[type[CriterionBase], ...] = (
    TravelFromPeople,
    TravelFromFacilities,
    DistanceTo,
    LandArea,
    AvailableFrom,
    ExistingBuilding,
    InZone,
    PeopleNear,
)
