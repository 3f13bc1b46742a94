"""The stages in order: case, roads, travel times, plan, evaluation, outputs. Progress is told as events."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from siting import provenance
from siting.areas import service_areas
from siting.assemble import Problem, pose
from siting.between_times import add_times_between
from siting.cache import Cache, hash_file, hash_values
from siting.case import Case, find_case, load_case
from siting.errors import Faults
from siting.evaluate import evaluate
from siting.events import Listener, silent, stage
from siting.extent import check_extent
from siting.formulation.blocks import REGISTER
from siting.formulation.compose import load_formulation
from siting.formulation.spec import Formulation
from siting.futures.of_case import futures_of
from siting.futures.robust import check_rule
from siting.futures.run import ServiceFuture, choose_over_futures, in_each_future, look_ahead
from siting.network import (
    RoadGraph,
    load_graph,
    read_basemap,
    read_roads,
    roads_frame,
    save_graph,
    write_graphml,
)
from siting.plan import Plan, make_plan
from siting.question_checks import check_question
from siting.render.csv_files import write_csv
from siting.render.geopackage import write_geopackage
from siting.render.map_page import render_map
from siting.render.report_page import write_report
from siting.render.workbook import write_workbook
from siting.results import RunResult, ServiceResult
from siting.run_folder import check_writable, writing
from siting.scenario import Scenario, ServiceQuestion, Travel, load_scenario, threshold_of
from siting.service_times import ServiceTimes, compute_service_times
from siting.solution import Status
from siting.solver import SolverOptions
from siting.standards import Service, load_service
from siting.travel import describe_travel, speed_table

EVALUATION_LIMIT_MIN = 60.0  # an evaluation looks this far, or to the longest standard; beyond it is "unreachable"


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
class _Clock:
    """Seconds by stage, in the order of the run."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def time(self, listener: Listener, name: str, zh: str, en: str) -> Iterator[Callable[..., None]]:
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
    clock: _Clock

    @property
    def inputs(self) -> dict[str, Path]:
        """Every file that the answer depends on, by its name in the record."""
        return {f"case/{p.name}": p for p in self.case.input_files} | {"scenario": self.path}


def ask_scenario(path: Path, settings: Settings = Settings()) -> Asked:
    """Read a scenario and compute what solving it needs.

    Raises:
        InputError: for anything wrong with the scenario, the case or its files.
    """
    clock = _Clock()
    with clock.time(settings.listener, "read", "读取方案与案例数据", "Reading the scenario and the case"):
        scenario = load_scenario(path)
        case = load_case(find_case(scenario.case, path.parent))
        services = [load_service(question.service) for question in scenario.services]
        formulations = [_formulation(question, path.parent) for question in scenario.services]
        problems = [pose(case, s, q) for s, q in zip(services, scenario.services, strict=True)]
        for problem, formulation in zip(problems, formulations, strict=True):
            check_question(problem, formulation, path)
    graph, graph_key = _roads(case, scenario.travel, settings, clock)
    times = _times(case, problems, graph, scenario.travel, graph_key, settings, clock, formulations)
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
        lambda future, then: _times(
            future.case, then, future.graph, scenario.travel, future.graph_key, settings, clock
        ),
    )
    asked = tuple(ServiceAsked(*parts) for parts in zip(problems, formulations, times, there, strict=True))
    return Asked(path, scenario, case, graph, asked, options, clock)


def run_scenario(path: Path, settings: Settings = Settings()) -> RunResult:
    """Answer a scenario file.

    Raises:
        InputError: for anything wrong with the scenario, the case or its files.
        InfeasibleError: when no plan can meet the scenario; the faults say why.
        VerificationError: when a plan fails the independent check.
    """
    asked = ask_scenario(path, settings)
    case, graph, scenario, clock = asked.case, asked.graph, asked.scenario, asked.clock
    results = []
    for service in asked.services:
        problem, formulation, times = service.problem, service.formulation, service.times
        zh, en = problem.service.name_zh, problem.service.name_en
        chosen = None
        with clock.time(settings.listener, "solve", f"求解布局：{zh}", f"Choosing sites: {en}"):
            if scenario.robust == "no":
                plan = make_plan(case, problem, formulation, times, asked.options, settings.listener)
            else:
                chosen = choose_over_futures(
                    case, service.futures, formulation, scenario.robust, asked.options, settings.listener
                )
                plan = chosen.plan
        with clock.time(settings.listener, "evaluate", f"评估覆盖：{zh}", f"Evaluating coverage: {en}"):
            model = chosen.formulation if chosen is not None else formulation
            result = _result(case, problem, times, graph, scenario.travel, settings, plan, model)
        if service.futures:
            with clock.time(settings.listener, "futures", f"评估未来情景：{zh}", f"Looking at the futures: {en}"):
                bests = chosen.bests if chosen is not None else None
                outlook = look_ahead(
                    case, service.futures, formulation, plan, asked.options, settings.listener,
                    rule=scenario.robust, bests=bests,
                )  # fmt: skip
            result = replace(result, outlook=outlook)
        results.append(result)
    return replace(
        _finish(case, scenario, results, graph, settings, clock, asked.inputs),
        futures=tuple(part.of.text for part in asked.services[0].futures),
    )


def evaluate_case(folder: Path, settings: Settings = Settings(), *, services: list[str] | None = None) -> RunResult:
    """Evaluate a case as it stands, with no plan: who lies beyond each threshold.

    Args:
        folder: the case.
        settings: how to run.
        services: ids; none evaluates every service that has facilities in the case.

    Raises:
        InputError: for anything wrong with the case or its files.
    """
    clock = _Clock()
    travel = Travel()
    with clock.time(settings.listener, "read", "读取案例数据", "Reading the case"):
        case = load_case(folder)
        names = services if services is not None else sorted(set(case.facilities["service"]))
        if not names:
            faults = Faults(case.folder / "facilities.csv")
            faults.add("没有任何现有设施可评估", "there is no facility to evaluate")
            faults.raise_if_any()
        chosen = [load_service(name) for name in names]
        questions = [ServiceQuestion(service=s.id, formulation="none", max_travel_minutes=_reach(s)) for s in chosen]
        problems = [pose(case, s, q, with_candidates=False) for s, q in zip(chosen, questions, strict=True)]
    graph, graph_key = _roads(case, travel, settings, clock)
    times = _times(case, problems, graph, travel, graph_key, settings, clock)
    results = []
    for problem, time_table in zip(problems, times, strict=True):
        zh, en = problem.service.name_zh, problem.service.name_en
        with clock.time(settings.listener, "evaluate", f"评估覆盖：{zh}", f"Evaluating coverage: {en}"):
            results.append(_result(case, problem, time_table, graph, travel, settings, None, None))
    inputs = {f"case/{p.name}": p for p in case.input_files}
    return _finish(case, None, results, graph, settings, clock, inputs)


def export_roads(folder: Path, path: Path, settings: Settings = Settings()) -> str:
    """Write the road graph of a case as GraphML, for osmnx and networkx; returns the notice that it carries.

    Raises:
        InputError: for anything wrong with the case or its roads, or a file that cannot be written.
    """
    check_writable(path.parent)
    case = load_case(folder)
    notice = " ".join(text for text in (case.info.notice_zh, case.info.notice_en) if text)
    write_graphml(_roads(case, Travel(), settings, _Clock())[0], path, notice=notice)
    return notice


def _reach(service: Service) -> float:
    return max(EVALUATION_LIMIT_MIN, *(limit.max_minutes.value for limit in service.threshold.values()))


def _formulation(question: ServiceQuestion, base: Path) -> Formulation:
    own = base / question.formulation
    return load_formulation(own if own.suffix == ".toml" and own.is_file() else question.formulation)


def _roads(case: Case, travel: Travel, settings: Settings, clock: _Clock) -> tuple[RoadGraph, str]:
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


def _times(
    case: Case,
    problems: list[Problem],
    graph: RoadGraph,
    travel: Travel,
    graph_key: str,
    settings: Settings,
    clock: _Clock,
    formulations: list[Formulation] | None = None,
) -> list[ServiceTimes]:
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


def _result(
    case: Case,
    problem: Problem,
    times: ServiceTimes,
    graph: RoadGraph,
    travel: Travel,
    settings: Settings,
    plan: Plan | None,
    formulation: Formulation | None,
) -> ServiceResult:
    existing = (problem.sites["origin"] == "existing").to_numpy(dtype=bool)
    open_after = plan.open_after if plan is not None else existing
    found = evaluate(
        case,
        problem,
        times.impedance,
        open_after=open_after,
        assignment=plan.assignment if plan is not None else None,
        snap_distance_m=times.snap_distance_m,
        off_network=times.off_network,
        site_off_network=times.site_off_network,
        servers=plan.servers if plan is not None else None,
        sizes=plan.sizes if plan is not None else None,
    )
    area_before = area_after = None
    if settings.service_areas:
        area_before = service_areas(case, problem, graph, travel=travel, open_sites=existing)
        if plan is not None:
            area_after = service_areas(case, problem, graph, travel=travel, open_sites=open_after)
    thresholds: dict[str, tuple[str, float, str, bool]] = {}
    for kind in sorted(set(problem.zone_kind)):
        mode, minutes = threshold_of(problem.question, problem.service, kind)
        base = problem.service.threshold[kind].max_minutes
        own = problem.question.threshold.get(kind)
        changed = own is not None and (own.max_minutes is not None or own.mode is not None)
        source = (own.source or "方案自定 set by the scenario") if own is not None and changed else base.source
        thresholds[kind] = (mode, minutes, source, base.verified and not changed)
    unverified = tuple(
        (
            f"{problem.service.name_zh} {key} = {value.value:,g}：{value.source}",
            f"{problem.service.id}.{key} = {value.value:,g}",
        )
        for key, value in problem.service.unverified()
        if plan is not None or not key.startswith(("capacity.", "cost."))  # of new facilities only
    )
    goal = ("", "")
    if plan is not None and formulation is not None:
        block = REGISTER[formulation.objective]
        goal = plan.meaning if plan.meaning[0] else (block.zh, block.en.rstrip("."))
    return ServiceResult(
        service=problem.service,
        question=problem.question if plan is not None else None,
        thresholds=thresholds,
        sites=found.sites,
        demand=found.demand,
        assignments=found.assignments,
        summary=found.summary,
        outcome=plan.solution.outcome if plan is not None else None,
        formulation_zh=formulation.name_zh if formulation is not None else "",
        formulation_en=formulation.name_en if formulation is not None else "",
        checks=plan.checks if plan is not None else (),
        service_area_before=area_before,
        service_area_after=area_after,
        out_of_reach=plan.out_of_reach if plan is not None else (),
        unverified=unverified,
        objective_zh=goal[0],
        objective_en=goal[1],
    )


def _finish(
    case: Case,
    scenario: Scenario | None,
    results: list[ServiceResult],
    graph: RoadGraph,
    settings: Settings,
    clock: _Clock,
    inputs: dict[str, Path],
) -> RunResult:
    with clock.time(settings.listener, "basemap", "读取底图", "Reading the base map"):
        base = read_basemap(case.roads)
        roads = roads_frame(graph)
    notices = []
    if case.info.notice_zh or case.info.notice_en:
        notices.append((case.info.notice_zh, case.info.notice_en))
    by_clock = [r.service for r in results if r.outcome is not None and r.outcome.status is Status.TIME_LIMIT]
    if by_clock:
        zh, en = "、".join(s.name_zh for s in by_clock), ", ".join(s.name_en for s in by_clock)
        notices.append(
            (
                f"{zh}：求解因到时而停止，再次运行或换一台电脑，方案可能不同；与最优的差距仍然有效",
                f"{en}: the search was stopped by the clock; another run or computer may give another plan, "
                "the proven gap holds all the same",
            )
        )
    unverified = sum(len(result.unverified) for result in results)
    if unverified:
        notices.append(
            (
                f"有 {unverified} 项标准数值未经核实，详见所附的标准与假设",
                f"{unverified} values of the standards are not verified; see the standards and assumptions",
            )
        )
    return RunResult(
        case=case,
        scenario=scenario,
        services=tuple(results),
        roads=roads,
        water=pd.concat([base.water, base.waterways], ignore_index=True),
        rail=base.railways,
        stations=base.stations,
        places=base.places,
        green=base.green,
        notices=tuple(notices),
        notes=tuple(graph.report.findings()),
        travel=describe_travel(scenario.travel if scenario is not None else Travel()),
        provenance={
            "scenario": scenario.model_dump(mode="json", by_alias=True) if scenario is not None else None,
            "case": case.info.model_dump(mode="json", by_alias=True),
            **({"scenario_file": str(inputs["scenario"].resolve())} if "scenario" in inputs else {}),
            "inputs_sha256": provenance.hash_inputs(inputs),
            "versions": provenance.versions(),
            "services": [provenance.certificate(result) for result in results],
            "seconds": clock.seconds,
        },
    )


def write_outputs(result: RunResult, folder: Path, settings: Settings = Settings()) -> dict[str, Path]:
    """Write the run folder, whole or not at all.

    Returns:
        The path of each output by name: map, report, workbook, geopackage, tables, record.

    Raises:
        InputError: when the folder cannot be written; an older result stays as it was.
    """
    clock = _Clock()
    writers: list[tuple[str, str, str, Callable[[RunResult, Path], None]]] = [
        ("map.html", "绘制地图", "Drawing the map", render_map),
        ("report.html", "撰写报告", "Writing the report", write_report),
        ("tables.xlsx", "写入表格", "Writing the workbook", write_workbook),
        ("plan.gpkg", "写入 GeoPackage", "Writing the GeoPackage", write_geopackage),
        ("tables", "写入 CSV", "Writing the CSV files", write_csv),
    ]
    with writing(folder) as temporary:
        for name, zh, en, write in writers:
            with clock.time(settings.listener, f"write {name}", zh, en):
                write(result, temporary / name)
        seconds = {**dict(result.provenance.get("seconds", {})), **clock.seconds}  # type: ignore[call-overload]
        record = {**result.provenance, "seconds": seconds}
        text = json.dumps(record, ensure_ascii=False, indent=2)
        (temporary / "run.json").write_text(text + "\n", encoding="utf-8")
    return {path.name: path for path in sorted(folder.iterdir())}
