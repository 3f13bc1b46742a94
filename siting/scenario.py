"""The scenario: the question that is asked of a case, as a TOML file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from siting import resources
from siting.errors import fail
from siting.standards import Mode, Service, ZoneKind
from siting.suggest import nearest_word
from siting.toml_files import Frozen, load_toml


class Travel(Frozen):
    """How people travel."""

    walk_speed_kmh: float = Field(4.8, gt=0, le=10, description="walking speed, also from a point to the road")
    max_snap_m: float = Field(
        1000, gt=0, le=10_000, description="points farther from a road are listed as off the network"
    )
    speeds_kmh: Mapping[str, float] = Field(
        {}, description="driving speed by OSM highway class, over the built-in table"
    )
    tagged_speed_factor: float | None = Field(
        None,
        gt=0,
        le=1.5,
        description="share of a tagged speed limit that traffic really drives; none: built-in",
    )


class Solver(Frozen):
    """Limits of the solver, for each service."""

    time_limit_s: float = Field(60, gt=0, description="seconds; a plan found by then is labelled time-limited")
    gap: float = Field(0.0, ge=0, lt=1, description="relative gap at which the solver may stop; 0 asks for proof")
    threads: int = Field(1, ge=1, le=64)
    seed: int = Field(0, ge=0, le=2_147_483_647)


class Limit(Frozen):
    """Override of a standard for one kind of zone."""

    mode: Mode | None = None
    max_minutes: float | None = Field(None, gt=0, le=600)
    source: str = Field("", description="where the other value comes from; shown in the outputs")


class ServiceQuestion(Frozen):
    """What is asked for one service."""

    service: str = Field(description="id of data/standards/")
    formulation: str = Field(description="id of models/, or path of a model file")
    new: int | None = Field(None, ge=0, description="number of new facilities; instead of budget_yuan")
    budget_yuan: float | None = Field(None, ge=0, description="money for new facilities; instead of new")
    zone_minimum: Mapping[str, int] = Field({}, description="least number of new facilities by zone id")
    keep: Literal["all"] | tuple[str, ...] = Field(
        "all", description="existing facilities that stay open: all, or a list of ids (the others close)"
    )
    close: tuple[str, ...] = Field((), description="ids of existing facilities that close")
    required: tuple[str, ...] = Field((), description="ids of candidates that must open")
    forbidden: tuple[str, ...] = Field((), description="ids of candidates that must not open")
    threshold: Mapping[ZoneKind, Limit] = Field({}, description="coverage standards other than the service's own")
    max_travel_minutes: float = Field(
        60,
        gt=0,
        le=600,
        description="nobody is assigned farther than this; also the cut-off of the travel times",
    )
    new_capacity_persons: float | None = Field(None, gt=0, description="size of a new facility; none: the standard's")
    open_yuan: float | None = Field(None, ge=0, description="cost of a new facility; none: the standard's")
    out_of_reach: Literal["refuse", "list"] = Field(
        "refuse",
        description="places that no site can serve: refuse the scenario, or list them and go on without them",
    )

    @model_validator(mode="after")
    def _one_resource(self) -> ServiceQuestion:
        if self.new is not None and self.budget_yuan is not None:
            raise ValueError("new 与 budget_yuan 只能给一个 | give new or budget_yuan, not both")
        if any(n < 0 for n in self.zone_minimum.values()):
            raise ValueError("zone_minimum 不能为负 | zone_minimum must not be negative")
        return self


class Scenario(Frozen):
    """One question about one case."""

    schema_version: Literal[1] = Field(1, alias="schema")
    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", description="also the name of the run folder")
    title_zh: str
    title_en: str
    case: str = Field(description="name of a shipped case, or path of a case folder (relative to this file)")
    travel: Travel = Travel()
    solver: Solver = Solver()
    services: tuple[ServiceQuestion, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_service_once(self) -> Scenario:
        names = [q.service for q in self.services]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"服务 {name} 出现多次 | the service {name} appears more than once")
        return self


def load_scenario(path: Path) -> Scenario:
    """Read a scenario file.

    Raises:
        InputError: naming every key that is unknown, missing or wrong.
    """
    return load_toml(path, Scenario)


def list_scenarios() -> dict[str, Path]:
    """The shipped scenarios: `case/name` to file."""
    return {
        f"{path.parent.parent.name}/{path.stem}": path for path in sorted(resources.data().glob("*/scenarios/*.toml"))
    }


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
