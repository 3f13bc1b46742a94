"""The scenario: the question that is asked of a case, as a TOML file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from siting.errors import fail, nearest_word
from siting.files import resources
from siting.files.toml import Frozen, read_toml, validate
from siting.question.keys import ModelNumbers
from siting.standards import Mode, Service, ZoneKind


class Travel(Frozen):
    """How people travel."""

    walk_speed_kmh: float = Field(
        4.8, gt=0, le=10, description="步行速度，也用于从居民点走到路边 walking speed, also from a point to the road"
    )
    max_snap_m: float = Field(
        1000,
        gt=0,
        le=10_000,
        description="离道路更远的点列为“路网之外” points farther from a road are listed as off the network",
    )
    speeds_kmh: Mapping[str, float] = Field(
        {},
        description="按 OSM 道路等级设定车速，替代内置值 driving speed by OSM highway class, over the built-in table",
    )
    tagged_speed_factor: float | None = Field(
        None,
        gt=0,
        le=1.5,
        description="实际车速占限速的比例，不写用内置值 "
        "share of a tagged speed limit that is really driven; none: built-in",
    )


class Solver(Frozen):
    """Limits of the solver, for each service."""

    time_limit_s: float = Field(
        60,
        gt=0,
        description="每项服务的求解秒数，到时给出的方案标为“限时求解” "
        "seconds; a plan found by then is labelled time-limited",
    )
    gap: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="允许停止的相对差距，0 表示求证最优 relative gap at which the solver may stop; 0 asks for proof",
    )
    threads: int = Field(1, ge=1, le=64, description="求解线程数 solver threads")
    node_limit: int | None = Field(
        None,
        ge=1,
        description="搜索的节点数，到数即停；与按时间停止不同，每次结果相同 "
        "nodes of the search, after which it stops; unlike with the clock, every run gives the same plan",
    )
    seed: int = Field(
        0,
        ge=0,
        le=2_147_483_647,
        description="随机种子，相同则结果相同（“限时求解”的除外） same seed, same plan, unless it is time-limited",
    )


class Limit(Frozen):
    """Override of a standard for one kind of zone."""

    mode: Mode | None = Field(None, description="walk 步行或 drive 驾车 walk or drive")
    max_minutes: float | None = Field(None, gt=0, le=600, description="达标时间（分钟） minutes of the standard")
    source: str = Field("", description="改动的依据，会写入成果 where the other value comes from; shown in the outputs")


class ServiceQuestion(ModelNumbers):
    """What is asked for one service."""

    service: str = Field(description="服务：data/standards/ 里的文件名 id of data/standards/")
    formulation: str = Field(
        description="模型：models/ 里的文件名，或模型文件路径 id of models/, or path of a model file"
    )
    new: int | None = Field(
        None, ge=0, description="新建数量，与 budget_yuan 二选一 number of new facilities; instead of budget_yuan"
    )
    budget_yuan: float | None = Field(
        None, ge=0, description="新建预算（元），与 new 二选一 money for new facilities in yuan; instead of new"
    )
    zone_minimum: Mapping[str, int] = Field(
        {}, description="各分区最少新建数 least number of new facilities by zone id"
    )
    keep: Literal["all"] | tuple[str, ...] = Field(
        "all",
        description="保留的现有设施：all，或编号列表（其余关闭） "
        "existing facilities that stay: all, or ids (the others close)",
    )
    close: tuple[str, ...] = Field((), description="关闭的现有设施编号 ids of existing facilities that close")
    required: tuple[str, ...] = Field((), description="必选的候选地点编号 ids of candidates that must open")
    forbidden: tuple[str, ...] = Field((), description="禁选的候选地点编号 ids of candidates that must not open")
    land: tuple[str, ...] = Field(
        (),
        description="只在这些用地上新建（candidates.csv 的 land），不写不限 "
        "land-use words of candidates.csv on which new facilities may stand; none: all",
    )
    hosts: tuple[str, ...] = Field(
        (),
        description="新设施附设在哪些服务的现有设施里，如 AED 设在学校：写了就只在那里设，另写 land 的也用那些用地 "
        "services whose existing facilities may hold the new ones, such as AEDs in schools; then only those are "
        "candidates, and plots of `land` where that is given",
    )
    threshold: Mapping[ZoneKind, Limit] = Field(
        {}, description="替代服务自身标准的达标时间 coverage standards other than the service's own"
    )
    max_travel_minutes: float = Field(
        60,
        gt=0,
        le=600,
        description="分配的最长时间，也是出行时间的计算上限，不得短于达标时间 "
        "nobody is assigned farther; also the cut-off of the travel times, not below any standard",
    )
    new_capacity_persons: float | None = Field(
        None, gt=0, description="新设施规模（人），不写用标准值 size of a new facility in persons; none: the standard's"
    )
    open_yuan: float | None = Field(
        None, ge=0, description="新设施造价（元），不写用标准值 cost of a new facility in yuan; none: the standard's"
    )
    out_of_reach: Literal["refuse", "list"] = Field(
        "refuse",
        description="哪里都到不了的居民点：refuse 拒绝方案，list 列出后继续 "
        "places that no site can serve: refuse, or list and go on",
    )

    @model_validator(mode="after")
    def _one_resource(self) -> ServiceQuestion:
        if self.new is not None and self.budget_yuan is not None:
            raise ValueError("new 与 budget_yuan 只能给一个 | give new or budget_yuan, not both")
        if any(n < 0 for n in self.zone_minimum.values()):
            raise ValueError("zone_minimum 不能为负 | zone_minimum must not be negative")
        if self.township_minimum and (self.zone_minimum or self.zone_maximum):
            raise ValueError(
                "township_minimum 不能与 zone_minimum、zone_maximum 同用 | "
                "township_minimum cannot be used with zone_minimum or zone_maximum"
            )
        return self


class FutureChange(Frozen):
    """What is different in one possible future."""

    id: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$",
        description="编号；base 指不作任何改动的基准情景，不能使用 `base` is the case as it is and cannot be used",
    )
    name_zh: str = Field(description="中文名称 Chinese name")
    name_en: str = Field(description="英文名称 English name")
    probability: float | None = Field(
        None,
        ge=0,
        le=1,
        description="概率：要么各情景都写，余下的归基准情景；要么都不写，视为相等 "
        "probability: give it for all, and the base has the rest; or for none, and all are equal",
    )
    demand_factor: float | Mapping[str, float] = Field(
        1.0,
        description="人口倍数：一个数，或按年龄列，如 { age_6_11 = 1.2 } "
        "people times this: one number, or by age column",
    )
    demand_factor_by_zone: Mapping[str, float] = Field(
        {}, description="各分区的人口倍数，与上一项相乘 people times this by zone id, besides the above"
    )
    speed_factor: float | Mapping[str, float] = Field(
        1.0,
        description="车速倍数：一个数，或按 OSM 道路等级；步行不变 "
        "driving speeds times this: one number, or by OSM highway class; walking stays",
    )
    closed_roads: tuple[str | int | tuple[float, float], ...] = Field(
        (),
        description="中断的道路或桥梁，车与人都不能通行：道路名称（该名称的全部路段）、OSM 道路编号，"
        "或 [经度, 纬度]（100 米内最近的一段） "
        "roads or bridges closed to cars and to people on foot: a name (all its sections), the number of an OSM way, "
        "or [longitude, latitude] (the nearest section within 100 m)",
    )
    source: str = Field("", description="依据，会写入成果 where it comes from; shown in the outputs")

    @field_validator("demand_factor", "speed_factor", mode="before")
    @classmethod
    def _a_number_or_a_table(cls, value: Any) -> Any:
        entries = value.values() if isinstance(value, Mapping) else [value]
        if not all(_is_number(entry) for entry in entries):
            raise ValueError(
                "应为一个数，或一组数，如 1.2 或 { age_6_11 = 1.2 } | must be a number, or a table of numbers"
            )
        return value

    @field_validator("closed_roads", mode="before")
    @classmethod
    def _roads(cls, value: Any) -> Any:
        def is_road(road: Any) -> bool:
            if isinstance(road, list | tuple):
                return len(road) == 2 and all(_is_number(part) for part in road)
            return isinstance(road, str | int) and not isinstance(road, bool)

        if not isinstance(value, list | tuple) or not all(is_road(road) for road in value):
            raise ValueError(
                '应为列表，每项是道路名称、OSM 道路编号或 [经度, 纬度]，如 ["环城路", 500414, [120.56, 29.51]] | '
                "must be a list of road names, numbers of OSM ways, or [longitude, latitude]"
            )
        return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


class Scenario(Frozen):
    """One question about one case."""

    schema_version: Literal[1] = Field(1, alias="schema", description="文件格式版本 version of the format")
    id: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$",
        description="方案编号，也是成果文件夹名 also the name of the run folder",
    )
    title_zh: str = Field(description="中文标题 Chinese title")
    title_en: str = Field(description="英文标题 English title")
    case: str = Field(
        description="自带案例名，或案例文件夹路径（相对本文件） "
        "name of a shipped case, or path of a case folder (relative to this file)"
    )
    travel: Travel = Field(Travel(), description="出行 how people travel")
    solver: Solver = Field(Solver(), description="求解限制 limits of the solver")
    services: tuple[ServiceQuestion, ...] = Field(
        min_length=1, description="各项服务的问题 one question for each service"
    )
    robust: Literal["no", "expected", "regret"] = Field(
        "no",
        description="怎样考虑未来情景：no 按基准情景选址，只报告在其他情景下如何；expected 各情景的期望值最优；"
        "regret 最大遗憾值最小 "
        "what the futures are for: no: plan for the base and report how it does in the others; expected: the best "
        "expected value over all; regret: the least largest regret",
    )
    futures: tuple[FutureChange, ...] = Field(
        (), description="其他可能的未来；基准情景总在其中 other possible futures; the base is always among them"
    )

    @model_validator(mode="after")
    def _each_service_once(self) -> Scenario:
        names = [q.service for q in self.services]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"服务 {name} 出现多次 | the service {name} appears more than once")
        return self


def load_scenario(path: Path) -> Scenario:
    """Read a scenario file that asks where facilities go.

    Raises:
        InputError: naming every key that is unknown, missing or wrong; or the file is of another kind.
    """
    raw = read_toml(path)
    if "kind" in raw:
        fail(
            "这里需要选址方案；这个文件是另一种方案",
            "a scenario of siting is needed here; this file is of another kind",
            remedy_zh="用 siting run 运行它",
            remedy_en="run it with siting run",
            file=path,
            column="kind",
            value=raw["kind"],
        )
    return validate(raw, Scenario, path)


def list_scenarios(*, every_kind: bool = True) -> dict[str, Path]:
    """The shipped scenarios: `case/name` to file; those of siting only, or those of every kind."""
    found = {
        f"{path.parent.parent.name}/{path.stem}": path for path in sorted(resources.data().glob("*/scenarios/*.toml"))
    }
    return found if every_kind else {name: path for name, path in found.items() if "kind" not in read_toml(path)}


def find_scenario(name: str) -> Path:
    """A scenario by path, by `case/name`, or by name alone where that is clear.

    Raises:
        InputError: when there is no such scenario; lists those that there are.
    """
    path = Path(name)
    if path.suffix == ".toml" or path.is_file():
        return path
    known = list_scenarios()
    if name in known:
        return known[name]
    ends = [key for key in known if key.split("/")[1] == name]
    if len(ends) == 1:
        return known[ends[0]]
    if ends:
        fail(
            "不止一个案例有这个方案",
            "more than one case has a scenario of this name",
            remedy_zh=f"请写全：{'、'.join(ends)}",
            remedy_en=f"write the case too: {', '.join(ends)}",
            value=name,
        )
    close = nearest_word(name, known)
    fail(
        "找不到方案",
        "there is no such scenario",
        remedy_zh=(f"是否想写“{close}”？" if close else "") + f"自带方案：{'、'.join(known)}；也可给出 .toml 文件路径",
        remedy_en=(f"did you mean {close!r}? " if close else "")
        + f"shipped: {', '.join(known)}; or give a .toml file's path",
        value=name,
    )


def threshold_of(question: ServiceQuestion, service: Service, kind: ZoneKind) -> tuple[Mode, float]:
    """Mode and minutes of the coverage standard that holds in zones of `kind`."""
    base = service.threshold[kind]
    own = question.threshold.get(kind)
    mode = own.mode if own is not None and own.mode is not None else base.mode
    minutes = own.max_minutes if own is not None and own.max_minutes is not None else base.max_minutes.value
    return mode, minutes
