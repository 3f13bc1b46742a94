"""Keys of a service's question that only some of the location models read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, model_validator

from siting.files.toml import Frozen
from siting.standards import ZoneKind


class CoverageTarget(Frozen):
    """A share of the people within a travel time."""

    minutes: float = Field(
        gt=0, le=600, description="出行时间（分钟），不分地区类别 travel time, whatever the kind of zone"
    )
    share: float = Field(gt=0, le=1, description="在此时间之内的人口份额 share of the people within it")


class DecayCurve(Frozen):
    """How the share of people who come falls with the travel time t, with b the parameter."""

    form: Literal["linear", "power", "exponential", "gaussian"] = Field(
        description="linear 1 - t / b，power max(1, t)^-b，exponential exp(-b t)，gaussian 到 t = b 为 0 的钟形 "
        "a bell that ends at t = b"
    )
    parameter: float = Field(
        gt=0,
        allow_inf_nan=False,
        description="b：linear、gaussian 为分钟，exponential 为每分钟，power 无单位 "
        "minutes for linear and gaussian, per minute for exponential, a plain number for power",
    )


class TailWeight(Frozen):
    """The weight of the mean travel time of the worst-off share of the people."""

    share: float = Field(
        gt=0, le=1, description="最不便人群的份额，1 为全体 worst-off share of the people; 1: everybody"
    )
    weight: float = Field(gt=0, allow_inf_nan=False, description="其平均时间的权重 weight of their mean time")


class SizeClass(Frozen):
    """A size that a new facility may have."""

    name: str = Field("", description="名称，如 24 班 what it is called")
    persons: float = Field(gt=0, allow_inf_nan=False, description="容纳人数 persons that it holds")
    yuan: float | None = Field(
        None,
        ge=0,
        allow_inf_nan=False,
        description="造价（元），不写则按 open_yuan 或标准的单位造价折算 cost; none: in proportion to the standard's",
    )


class ModelNumbers(Frozen):
    """What single models read beyond the number or budget of new facilities."""

    may_close: Literal["all"] | tuple[str, ...] = Field(
        (),
        description="允许关闭的现有设施：all，或编号列表；关几处由模型决定，或写 close_count "
        "existing facilities that may close: all, or ids; the model decides how many, unless close_count does",
    )
    may_move: Literal["all"] | tuple[str, ...] = Field(
        (),
        description="允许迁移的现有设施：all，或编号列表；每迁一处另建一处，不计入 new "
        "existing facilities that may move: each that goes opens one more beside `new`",
    )
    close_count: int | None = Field(
        None, ge=0, description="在 may_close 中恰好关闭几处 how many of may_close close, exactly"
    )
    closing_yuan: float | None = Field(
        None,
        ge=0,
        allow_inf_nan=False,
        description="关闭或迁出一处的费用（元），计入预算 cost of closing or leaving one, within the budget",
    )
    zone_maximum: Mapping[str, int] = Field(
        {}, description="各分区最多新建数 largest number of new facilities by zone id"
    )
    township_minimum: int | None = Field(
        None,
        ge=0,
        description="每个乡镇（街道）至少有几处在用，现有并保留的计入 "
        "least number of facilities in use in each township; existing ones that are sure to stay count",
    )
    cover_share: float | None = Field(
        None,
        gt=0,
        le=1,
        description="必须达标（市场份额模型中为必须吸引到）的人口份额 share of the people to be covered "
        "(of the market models: to be drawn)",
    )
    coverage_targets: tuple[CoverageTarget, ...] = Field(
        (), description="各档出行时间应达到的人口份额 shares of the people to be reached within several travel times"
    )
    backup_weight: float | None = Field(
        None, ge=0, le=1, description="第二处覆盖的权重，第一处为 1 减去它 weight of the second cover against the first"
    )
    outer_minutes: Mapping[ZoneKind, float] = Field(
        {},
        description="渐变覆盖降到零的时间（分钟），按地区类别，不短于达标时间 "
        "gradual cover: minutes at which it has fallen to nothing, by kind of zone, not below the standard",
    )
    vehicles: int | None = Field(
        None, ge=1, le=10_000, description="要布置的车辆（服务单元）总数 vehicles (servers) to place, all together"
    )
    busy_fraction: float | None = Field(
        None, ge=0, lt=1, description="每辆车忙碌的时间占比 share of the time that a vehicle is busy"
    )
    decay: DecayCurve | None = Field(
        None, description="到访份额随出行时间的衰减 how the share of people who come falls with the travel time"
    )
    worst_share: float | None = Field(
        None, gt=0, le=1, description="最不便人群的份额，如 0.1 the worst-off share of the people, such as 0.1"
    )
    ordered_weights: tuple[TailWeight, ...] = Field(
        (), description="各份额最不便人群平均时间的权重 weights of the mean times of several worst-off shares"
    )
    envy_weight: float | None = Field(
        None,
        ge=0,
        allow_inf_nan=False,
        description="超出标准的每分钟另加的权重，不写为 1 extra weight of each minute beyond the standard; none: 1",
    )
    zone_spread_minutes: float | None = Field(
        None,
        ge=0,
        le=600,
        description="各分区居民平均时间最多相差的分钟数 how far the zones' mean times may differ, in minutes",
    )
    minimum_persons: float | None = Field(
        None, gt=0, allow_inf_nan=False, description="开放的设施最少使用人数 least use of an open facility in persons"
    )
    minimum_applies_to: Literal["new", "new_and_leaving", "all"] = Field(
        "new",
        description="minimum_persons 用于：new 新建的，new_and_leaving 另加 may_close、may_move 中留下的，all 全部设施 "
        "whom minimum_persons holds for: new facilities, also those of may_close and may_move that stay, or all",
    )
    sizes: tuple[SizeClass, ...] = Field(
        (), description="新设施可选的规模，不写用标准所列 sizes that a new facility may have; none: the standard's"
    )
    travel_yuan_per_person_minute: float | None = Field(
        None,
        ge=0,
        allow_inf_nan=False,
        description="每人单程一分钟在整个规划期内折合的费用（元），与造价相加 "
        "yuan that a minute of one person's way counts for over the whole planning period, beside the cost of building",
    )
    competitors: tuple[str, ...] = Field(
        (),
        description="其他机构的现有设施编号，居民也会选择它们 "
        "ids of existing facilities of others, which people choose too",
    )
    attraction: Literal["equal", "capacity", "column"] | None = Field(
        None,
        description="设施的吸引力：equal 相同，capacity 按规模，column 取两张设施表的 attraction 列 "
        "how attractive a facility is: all alike, by its capacity, or the column attraction of the two tables of sites",
    )

    @model_validator(mode="after")
    def _agree(self) -> ModelNumbers:
        if self.worst_share is not None and self.ordered_weights:
            raise ValueError(
                "worst_share 与 ordered_weights 只能给一个 | give worst_share or ordered_weights, not both"
            )
        if any(n < 0 for n in self.zone_maximum.values()):
            raise ValueError("zone_maximum 不能为负 | zone_maximum must not be negative")
        if self.close_count is not None and not self.may_close:
            raise ValueError("close_count 须与 may_close 同用 | close_count means nothing without may_close")
        if self.closing_yuan is not None and not (self.may_close or self.may_move):
            raise ValueError("closing_yuan 须与 may_close 或 may_move 同用 | closing_yuan needs may_close or may_move")
        if self.minimum_applies_to != "new" and self.minimum_persons is None:
            raise ValueError("minimum_applies_to 须与 minimum_persons 同用 | minimum_applies_to needs minimum_persons")
        if len({size.persons for size in self.sizes}) < len(self.sizes):
            raise ValueError("sizes 中有两个规模相同 | two of the sizes hold equally many persons")
        return self
