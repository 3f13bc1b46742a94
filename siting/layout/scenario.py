"""The scenario of a layout plan, as a TOML file with `kind = "layout"`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from siting.files.toml import Frozen, load_toml
from siting.layout.money import Budget, Worth
from siting.layout.tracks import Tracks
from siting.scenario import Limit, Travel
from siting.standards import ZoneKind

ObjectiveName = Literal["without_place", "beyond_standard", "worst_zone", "cost", "travel"]
OBJECTIVES: dict[str, str] = {
    "without_place": "people_without_place",
    "beyond_standard": "people_beyond_standard",
    "worst_zone": "largest_share_beyond",
    "cost": "cost_of_changes",
    "travel": "total_weighted_impedance",
}
Chosen = Literal["all", "none"] | tuple[str, ...]


class People(Frozen):
    """Which projection of the people."""

    variant: Literal["low", "middle", "high"] = Field(
        "middle", description="人口预测方案：低、中、高 low, middle or high projection"
    )
    changes: tuple[str, ...] = Field(
        (),
        description="改动人口假设的文件（相对本文件） files that change assumptions of people, relative to this file",
    )


class Search(Frozen):
    """Limits of the search, for the whole plan."""

    time_limit_s: float = Field(480, gt=0, description="求解秒数 seconds for the whole plan")
    gap: float = Field(0.01, ge=0, lt=1, description="允许停止的相对差距 relative gap at which to stop")
    threads: int = Field(2, ge=1, le=64, description="并行线程数 threads")
    seed: int = Field(0, ge=0, le=2_147_483_647, description="随机种子 seed")


class Group(Frozen):
    """Part of those who need a service, with rules of its own, such as grades 1 to 3."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="编号 id")
    name_zh: str = Field(description="中文名称 name in Chinese")
    name_en: str = Field(description="英文名称 name in English")
    from_age: int = Field(ge=0, le=120, description="起始年龄 youngest age")
    to_age: int | None = Field(None, ge=0, le=120, description="终止年龄（含），不写无上限 oldest age; none: no end")
    max_minutes: float | None = Field(
        None, gt=0, le=600, description="最长单程分钟，不写同服务 nobody is sent farther; none: as the service"
    )
    standard_minutes: float | None = Field(
        None,
        gt=0,
        le=600,
        description="这部分人的达标时间上限，如一至三年级 30 分钟 a limit on the standard of these people",
    )
    may_board: bool = Field(True, description="可以寄宿 may board")


class ServicePlan(Frozen):
    """What may be decided for one service."""

    service: str = Field(description="服务：data/standards/ 里的文件名 id of data/standards/")
    zones: tuple[str, ...] = Field(
        (),
        description="只在这些分区作决定，其他分区的设施维持现状、居民照常计算，不写为全部 "
        "decisions only in these zones: elsewhere facilities stay as they are, and people count everywhere; none: all",
    )
    open: Chosen = Field("all", description="可新建的候选地点：all、none 或编号列表 candidates that may open")
    grow: Chosen = Field("none", description="可扩建的现有设施 facilities that may grow")
    grow_land_share: float = Field(
        1.0,
        gt=0,
        le=1,
        description="扩建时用地达到标准的这个比例即可：老校区用地普遍偏紧，须另行论证 "
        "share of the standard's land that is enough where a facility grows, old sites being small",
    )
    grow_cost_share: float = Field(
        1.0,
        gt=0,
        le=2,
        description="扩建每个名额的造价占新建的比例：已有用地与配套 cost of a place added by growing against a new one",
    )
    shrink: Chosen = Field("none", description="可缩减的现有设施 facilities that may shrink")
    close: Chosen = Field("none", description="可关闭（并入他处）的现有设施 facilities that may close or merge")
    move: Chosen = Field(
        "none",
        description="可迁建的现有设施：关闭的同期须在同一乡镇（街道）新建一处 "
        "facilities that may move: when one leaves, one opens in its township in the same period",
    )
    must_close: tuple[str, ...] = Field((), description="规划期内必须关闭的设施 facilities that must close by the end")
    protect: tuple[str, ...] = Field(
        (), description="受保护、不得关闭或缩减的设施（如教学点） facilities that must stay as they are at least"
    )
    required: tuple[str, ...] = Field((), description="规划期内必须新建的候选地点 candidates that must open by the end")
    count_people: bool = Field(
        True,
        description="false 时不安排这项服务的居民，只用其设施作配套或附设 "
        "false: nobody is sent there, its facilities only stand near or hold those of other services",
    )
    sizes: tuple[float, ...] = Field(
        (), description="只用标准中的这些规模（人），不写为全部 only these sizes of the standard, persons; none: all"
    )
    worth: Worth | None = Field(
        None, description="该服务自己的折合单价，替代总的 worth the service's own rates in place of the plan's"
    )
    least_persons: float | None = Field(
        None, ge=0, description="最小规模（人），不写不限 least use of a facility in use, persons; none: no limit"
    )
    most_openings: tuple[int, ...] | None = Field(
        None, description="各期最多新建几处 largest number of openings, one number a period"
    )
    most_closings: tuple[int, ...] | None = Field(
        None, description="各期最多关闭几处 largest number of closings, one number a period"
    )
    moved_at_most_once: bool = Field(
        False,
        description="最近的一处撤并、迁走后，届时离得最近的在用设施以后各期不再撤并、迁走：去最近一处的人至多因撤并换一次；"
        "实际去处另行核对 "
        "where the nearest place closes or moves, the nearest then in use closes or moves in no later period: whoever "
        "goes to the nearest is moved by a closure once at most; where people are really sent is checked afterwards",
    )
    quality_limits: bool = Field(
        False,
        description="每所学校的学生不超过其资源能使优质均衡七项指标合格的人数（需 school_resources.csv）；"
        "差异系数不在此列，只核对 "
        "no school takes more pupils than its resources let it pass the seven indicators of quality balance with "
        "(school_resources.csv is needed); coefficients of variation are only checked",
    )
    zone_minimum: Mapping[str, int] = Field(
        {}, description="规划期末各分区至少新建几处 least number of new facilities by zone at the end"
    )
    township_minimum: int | None = Field(
        None,
        ge=0,
        description="规划期末每个乡镇（街道）至少有几处在用 "
        "least number of facilities in use in each township at the end",
    )
    max_travel_minutes: float = Field(
        60, gt=0, le=600, description="最远送到多少分钟之外 nobody is sent farther, minutes"
    )
    threshold: Mapping[ZoneKind, Limit] = Field(
        {}, description="替代服务自身标准的达标时间 coverage standards other than the service's own"
    )
    groups: tuple[Group, ...] = Field(
        (), description="分组的需求，如低、高年级；不写为一组 parts of the demand, such as grades; none: one"
    )
    private_share: float = Field(
        1.0, ge=0, le=1, description="民办设施的容量按此比例计入 share of private capacity that counts"
    )
    ride: bool = Field(False, description="校车费用计入（按标准的 bus） count school buses, by the standard's `bus`")
    board: bool = Field(
        False, description="寄宿费用计入（按标准的 boarding） count boarding, by the standard's `boarding`"
    )
    board_yuan_per_year: float = Field(
        6000, ge=0, description="每名寄宿生每年补助（元，假设） yuan a boarder and year, an assumption"
    )
    close_yuan: float = Field(0, ge=0, description="关闭一处的费用（元） yuan for closing one")
    run_yuan_per_year: float = Field(
        0,
        ge=0,
        description="每处每年的固定运行费（元）：新建即增加，关闭即省下；不占建设预算 "
        "yuan a year for running one, whatever its size: saved by closing, added by opening; no part of the budgets",
    )
    run_yuan_per_place: float = Field(
        0,
        ge=0,
        description="每个名额每年的运行费（元），随规模增减；不占建设预算 "
        "yuan a year for running each place; no part of the budgets",
    )
    budget_yuan: tuple[float, ...] | None = Field(
        None, description="该服务自己的各期预算（元） the service's own budget, one number a period"
    )
    build_years: int | None = Field(
        None,
        ge=0,
        le=20,
        description="从决定到启用几年，不写用标准值 years from decision to opening; none: the standard's",
    )
    separation: bool = Field(
        True,
        description="候选地点须满足标准中与铁路、主干道的距离 "
        "keep the standard's distances from railways and trunk roads",
    )

    @model_validator(mode="after")
    def _no_double_words(self) -> ServicePlan:
        for one, other in (("close", "protect"), ("move", "protect"), ("must_close", "protect")):
            first, second = getattr(self, one), getattr(self, other)
            shared = set(first) & set(second) if not isinstance(first, str) else set()
            if shared:
                raise ValueError(
                    f"{'、'.join(sorted(shared))} 同时出现在 {one} 与 {other} | "
                    f"{', '.join(sorted(shared))} stands in {one} and in {other}"
                )
        return self


class CountsAs(Frozen):
    """Facilities of a higher tier that serve a lower one too (successively inclusive)."""

    kind: Literal["counts_as"]
    service: str = Field(description="高层级的服务 the higher service")
    of: str = Field(description="它同时提供的低层级服务 the lower one that it provides too")


class Near(Frozen):
    """Facilities that need one of another service close by (care home with clinic)."""

    kind: Literal["near"]
    service: str = Field(description="需要配套的服务 the service that needs the other")
    of: tuple[str, ...] = Field(min_length=1, description="配套的服务，任一即可 any of these")
    minutes: float = Field(gt=0, le=120, description="乘车分钟以内 within so many minutes by vehicle")
    required: bool = Field(
        True, description="新建的必须满足；false 只在成果中列出 new ones must; false: only listed in the outputs"
    )


class Within(Frozen):
    """A service given inside facilities of another where there is room (nursery places in kindergartens)."""

    kind: Literal["within"]
    service: str = Field(description="设在其中的服务 the service that is given inside")
    of: str = Field(description="所在设施的服务 the service of the facilities")
    room_share: float = Field(
        1.0,
        gt=0,
        le=1,
        description="空余容量中可用的比例；空余 = 容量 − 在读人数，人数随本区需求增减 "
        "share of the free capacity that may be used: capacity less enrolment, which follows the demand of the zone",
    )
    yuan_per_person: float = Field(
        15000, ge=0, description="每个名额的改造费用（元，假设） yuan a place for conversion, an assumption"
    )


class Reuse(Frozen):
    """Closed facilities that become another service's (a closed school, a day-care station)."""

    kind: Literal["reuse"]
    service: str = Field(description="利用原址的服务 the service that moves in")
    of: str = Field(description="腾出原址的服务 the service that leaves")
    cost_share: float = Field(
        0.4, ge=0, le=1, description="造价占新建的比例（假设） share of the cost of a new one, an assumption"
    )


class SharePlot(Frozen):
    """Services that may stand on the same plot; otherwise a plot holds one."""

    kind: Literal["share_plot"]
    services: tuple[str, ...] = Field(min_length=2, description="可同址的服务 services that may share a plot")


Link = CountsAs | Near | Within | Reuse | SharePlot


class LayoutScenario(Frozen):
    """A layout plan of one case."""

    schema_version: Literal[1] = Field(1, alias="schema", description="文件格式版本 version of the format")
    kind: Literal["layout"] = Field("layout", description="方案类型：布局规划 kind of scenario: a layout plan")
    id: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$",
        description="方案编号，也是成果文件夹名 also the name of the run folder",
    )
    title_zh: str = Field(description="中文标题 Chinese title")
    title_en: str = Field(description="英文标题 English title")
    sentence: str = Field("", description="所回应的规划原文 the sentence of the plan that it answers")
    case: str = Field(description="自带案例名或案例文件夹路径 name of a shipped case, or path of a case folder")
    years: tuple[int, ...] = Field(
        (2025, 2030, 2035), min_length=1, description="规划年份；第一年之前为现状 planning years, ascending"
    )
    start_year: int | None = Field(
        None,
        description="决定的年份，建设从这年开始算；不写为第一个规划年份 "
        "year from which building counts; none: the first planning year",
    )
    worth: Worth | None = Field(
        None,
        description="各项折合的单价；写了就按总代价最少求解，不写就按 objectives 的先后次序 "
        "rates: with them the plan of least generalised cost is sought, without them the objectives count in order",
    )
    objectives: tuple[ObjectiveName, ...] = Field(
        ("without_place", "beyond_standard", "cost", "travel"),
        min_length=1,
        description="不写 worth 时目标的先后次序：without_place 没有着落的人，beyond_standard 标准之外的人，"
        "worst_zone 未达标比例最高的片区，"
        "cost 费用，travel 出行时间 "
        "objectives in their order of priority: people without a place, people beyond the standard, the zone with the "
        "largest share beyond it, cost, travel time",
    )
    people: People = Field(People(), description="人口预测 projection of the people")
    travel: Travel = Field(Travel(), description="出行 how people travel")
    solver: Search = Field(Search(), description="求解限制 limits of the search")
    budget: Budget | None = Field(None, description="全部服务共用的预算 one budget over all services")
    tracks: Tracks | None = Field(
        None,
        description="普职分流：同一年龄的学生按比例分到几类学校 "
        "tracks: pupils of one age shared out among several kinds of schools",
    )
    existing_building_share: float = Field(
        0.5,
        ge=0,
        le=1,
        description="利用既有建筑（candidates.csv 的 existing_building）时造价占新建的比例（假设） "
        "cost of a site with a building against a new one, an assumption",
    )
    services: tuple[ServicePlan, ...] = Field(min_length=1, description="各项服务 the services")
    links: tuple[Link, ...] = Field((), description="服务之间的联系 links between the services")

    @model_validator(mode="after")
    def _consistent(self) -> LayoutScenario:
        if list(self.years) != sorted(set(self.years)):
            raise ValueError("years 应由早到晚、不重复 | years must ascend")
        if self.worth is None and any(plan.worth is not None for plan in self.services):
            raise ValueError(
                "个别服务写了 worth，总的 worth 也须写 | a service has rates of its own: give those of the plan too"
            )
        if len(set(self.objectives)) < len(self.objectives):
            raise ValueError("objectives 有重复 | an objective is listed twice")
        if "without_place" in self.objectives and self.objectives[0] != "without_place":
            raise ValueError("without_place 只能放在第一位 | without_place can only come first")
        if self.objectives[0] in ("cost", "travel", "worst_zone"):
            raise ValueError(
                "第一目标应为 without_place 或 beyond_standard，否则什么都不建、谁都不管最省 | "
                "the first objective must be without_place or beyond_standard: leaving everybody out would be cheapest"
            )
        names = [plan.service for plan in self.services]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"服务 {name} 出现多次 | the service {name} appears more than once")
        self._check_lengths()
        return self

    def _check_lengths(self) -> None:
        count = len(self.years)
        lists = [] if self.budget is None else [("budget.yuan", self.budget.yuan)]
        for plan in self.services:
            for key in ("most_openings", "most_closings", "budget_yuan"):
                value = getattr(plan, key)
                if value is not None:
                    lists.append((f"{plan.service}.{key}", value))
        for key, value in lists:
            if len(value) != count:
                raise ValueError(f"{key} 应有 {count} 个数，每期一个 | {key} needs {count} numbers, one a period")
            if min(value) < 0:
                raise ValueError(f"{key} 不能为负 | {key} must not be negative")

    @property
    def begin(self) -> int:
        """The year from which building counts."""
        return self.years[0] if self.start_year is None else self.start_year


def load_layout(path: Path) -> LayoutScenario:
    """Read the scenario of a layout plan.

    Raises:
        InputError: naming every key that is unknown, missing or wrong.
    """
    return load_toml(path, LayoutScenario)
