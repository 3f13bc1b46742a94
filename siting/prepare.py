"""A scenario, or a case, read and computed as far as the travel times: all that solving and evaluating need."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from siting.assemble import Problem, pose
from siting.case import Case, find_case, load_case
from siting.errors import Faults
from siting.events import Listener, silent, stage
from siting.extent import check_extent
from siting.files.cache import Cache, hash_file, hash_values
from siting.formulation.compose import load_formulation
from siting.formulation.spec import Formulation
from siting.futures.of_case import futures_of
from siting.futures.robust import check_rule
from siting.futures.run import ServiceFuture, in_each_future
from siting.network import RoadGraph, load_graph, read_roads, save_graph
from siting.question.between_times import add_times_between
from siting.question.checks import check_question
from siting.scenario import Scenario, ServiceQuestion, Travel, load_scenario
from siting.service_times import ServiceTimes, compute_service_times
from siting.solving.solver import SolverOptions
from siting.standards import load_service
from siting.travel import speed_table


@dataclass(frozen=True)
class Settings:
    """How to run, as against what to ask.

    Attributes:
        cache: folder for roads and travel times that were computed before; None computes everything anew.
        listener: hears the progress.
        service_areas: whether to draw service areas (the slowest part of the map).
    """

    cache: Path | None = None
    listener: Listener = silent
    service_areas: bool = True


@dataclass
class Clock:
    """Seconds by stage, in the order of the run."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def time(self, listener: Listener, name: str, zh: str, en: str) -> Iterator[Callable[..., None]]:
        """Announce a stage and add its seconds to those that it has had."""
        begin = time.perf_counter()
        with stage(listener, name, zh, en) as say:
            yield say
        self.seconds[name] = round(self.seconds.get(name, 0.0) + time.perf_counter() - begin, 3)


@dataclass(frozen=True, eq=False)
class ServiceAsked:
    """One service's question, ready to be solved; the same in each future, the base first, where there are any."""

    problem: Problem
    formulation: Formulation
    times: ServiceTimes
    futures: tuple[ServiceFuture, ...] = ()


@dataclass(frozen=True, eq=False)
class Asked:
    """A scenario, read and computed as far as the travel times: all that solving it needs."""

    path: Path
    scenario: Scenario
    case: Case
    graph: RoadGraph
    services: tuple[ServiceAsked, ...]
    options: SolverOptions
    clock: Clock

    @property
    def inputs(self) -> dict[str, Path]:
        """Every file that the answer depends on, by its name in the record."""
        return {f"case/{p.name}": p for p in self.case.input_files} | {"scenario": self.path}


def ask_scenario(path: Path, settings: Settings = Settings()) -> Asked:
    """Read a scenario and compute what solving it needs.

    Raises:
        InputError: for anything wrong with the scenario, the case or its files.
    """
    clock = Clock()
    with clock.time(settings.listener, "read", "读取方案与案例数据", "Reading the scenario and the case"):
        scenario = load_scenario(path)
        case = load_case(find_case(scenario.case, path.parent))
        services = [load_service(question.service) for question in scenario.services]
        formulations = [_formulation(question, path.parent) for question in scenario.services]
        problems = [pose(case, s, q) for s, q in zip(services, scenario.services, strict=True)]
        for problem, formulation in zip(problems, formulations, strict=True):
            check_question(problem, formulation, path)
    graph, graph_key = roads_of(case, scenario.travel, settings, clock)
    times = times_of(case, problems, graph, scenario.travel, graph_key, settings, clock, formulations)
    options = SolverOptions(
        time_limit_s=scenario.solver.time_limit_s,
        gap=scenario.solver.gap,
        threads=scenario.solver.threads,
        seed=scenario.solver.seed,
        node_limit=scenario.solver.node_limit,
    )
    futures = futures_of(case, scenario, graph, graph_key, file=path)
    if scenario.robust != "no":
        for formulation in formulations:
            check_rule(formulation, scenario.robust)
    there = in_each_future(
        futures,
        problems,
        times,
        lambda future, then: times_of(
            future.case, then, future.graph, scenario.travel, future.graph_key, settings, clock
        ),
    )
    asked = tuple(ServiceAsked(*parts) for parts in zip(problems, formulations, times, there, strict=True))
    return Asked(path, scenario, case, graph, asked, options, clock)


def _formulation(question: ServiceQuestion, base: Path) -> Formulation:
    own = base / question.formulation
    return load_formulation(own if own.suffix == ".toml" and own.is_file() else question.formulation)


def roads_of(case: Case, travel: Travel, settings: Settings, clock: Clock) -> tuple[RoadGraph, str]:
    """The case's road graph and its key in the cache.

    Raises:
        InputError: the road file is not there or cannot be read, or the case lies elsewhere.
    """
    speeds = speed_table(travel)
    with clock.time(settings.listener, "roads", "读取路网", "Reading the roads") as say:
        if not case.roads.is_file():
            faults = Faults(case.folder / "case.toml")
            faults.add(
                "找不到路网文件",
                "the road file is not there",
                column="roads",
                value=case.info.roads,
                remedy_zh="请把 OSM 路网（.osm.pbf）放进案例文件夹",
                remedy_en="put the OSM extract (.osm.pbf) into the case's folder",
            )
            faults.raise_if_any()
        key = hash_values("roads", hash_file(case.roads), speeds.as_dict())
        graph, cached = Cache(settings.cache).get(
            key,
            make=lambda: read_roads(case.roads, speeds=speeds, listener=settings.listener),
            load=load_graph,
            save=save_graph,
        )
        if cached:
            say("使用缓存的路网", "roads taken from the cache", kind="note")
        check_extent(case, graph)
    return graph, key


def times_of(
    case: Case,
    problems: list[Problem],
    graph: RoadGraph,
    travel: Travel,
    graph_key: str,
    settings: Settings,
    clock: Clock,
    formulations: list[Formulation] | None = None,
) -> list[ServiceTimes]:
    """Travel times of each problem; with `formulations` also those between sites, where the model reads them."""
    how: dict[str, Any] = {
        "travel": travel,
        "cache": Cache(settings.cache),
        "graph_key": graph_key,
        "listener": settings.listener,
    }
    with clock.time(settings.listener, "times", "计算出行时间", "Computing travel times"):
        times = compute_service_times(case, problems, graph, **how)
        if formulations is None:
            return times
        return add_times_between(case, problems, formulations, times, graph, **how)
