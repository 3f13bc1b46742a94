"""The stages in order: case, roads, travel times, plan, evaluation, outputs. Progress is told as events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

from shapely.geometry.base import BaseGeometry

from siting import provenance
from siting.assemble import Problem, pose
from siting.base_map import base_of
from siting.case import Case, load_case
from siting.demand import demand_for
from siting.errors import Fault, Faults, InputError
from siting.evaluation.areas import service_areas
from siting.evaluation.evaluate import evaluate
from siting.evaluation.quality_balance import load_quality_standard, quality_balance
from siting.files.json_text import json_text
from siting.files.run_folder import ANSWER_FILE, RECORD_FILE, check_writable, writing
from siting.formulation.blocks import REGISTER
from siting.formulation.spec import Formulation
from siting.futures.run import choose_over_futures, look_ahead
from siting.impedance import BoolArray
from siting.network import RoadGraph, write_graphml
from siting.notices import notices_of
from siting.plan import Plan, make_plan
from siting.prepare import Clock, Settings, ask_scenario, roads_of, times_of
from siting.render.csv_files import write_csv
from siting.render.geopackage import write_plan_geopackage
from siting.render.report_page import write_report
from siting.render.told_file import write_told
from siting.render.told_of import told_of
from siting.render.view_map import render_own
from siting.render.workbook import write_workbook
from siting.results import RunResult, ServiceResult
from siting.scenario import Scenario, ServiceQuestion, Travel, threshold_of
from siting.service_times import ServiceTimes
from siting.standards import Service, in_order, load_service
from siting.travel import describe_travel

DEFAULT = Settings()
EVALUATION_LIMIT_MIN = 60.0  # an evaluation looks this far, or to the longest standard; beyond it is "unreachable"


def run_scenario(path: Path, settings: Settings = DEFAULT) -> RunResult:
    """Answer a scenario file.

    Raises:
        InputError: for anything wrong with the scenario, the case or its files.
        InfeasibleError: when no plan can meet the scenario; the faults say why.
        VerificationError: when a plan fails the independent check.
    """
    asked = ask_scenario(path, settings)
    case, graph, scenario, clock = asked.case, asked.graph, asked.scenario, asked.clock
    results = []
    # Today's service areas need no plan: they are drawn while the first one is sought.
    with _Drawing(case, [part.problem for part in asked.services], graph, scenario.travel, settings) as drawing:
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
                drawing.plan(problem, plan.open_after)
                result = _result(case, problem, times, plan, model)
            if service.futures:
                with clock.time(settings.listener, "futures", f"评估未来情景：{zh}", f"Looking at the futures: {en}"):
                    bests = chosen.bests if chosen is not None else None
                    outlook = look_ahead(
                        case, service.futures, formulation, plan, asked.options, settings.listener,
                        rule=scenario.robust, bests=bests,
                    )  # fmt: skip
                result = replace(result, outlook=outlook)
            results.append(result)
        run = _finish(case, scenario, results, drawing, graph, settings, clock, asked.inputs)
    return replace(run, futures=tuple(part.of.text for part in asked.services[0].futures))


def evaluate_case(folder: Path, settings: Settings = DEFAULT, *, services: list[str] | None = None) -> RunResult:
    """Evaluate a case as it stands, with no plan: who lies beyond each threshold.

    Args:
        folder: the case.
        settings: how to run.
        services: ids; none evaluates every service that has facilities in the case and whose need the case's age
            columns tell, in the order of `standards.in_order`, and says which ones it had to leave out.

    Raises:
        InputError: for anything wrong with the case or its files, or a service asked for by name whose need the age
            columns do not tell.
    """
    clock = Clock()
    travel = Travel()
    with clock.time(settings.listener, "read", "读取案例数据", "Reading the case"):
        case = load_case(folder)
        names = services if services is not None else sorted(set(case.facilities["service"]))
        if not names:
            faults = Faults(case.folder / "facilities.csv")
            faults.add("没有任何现有设施可评估", "there is no facility to evaluate")
            faults.raise_if_any()
        chosen = [load_service(name) for name in names]
        chosen = chosen if services is not None else in_order(chosen)
        skipped: list[Fault] = []
        if services is None:
            chosen, skipped = _with_known_need(case, chosen)
        questions = [ServiceQuestion(service=s.id, formulation="none", max_travel_minutes=_reach(s)) for s in chosen]
        problems = [pose(case, s, q, with_candidates=False) for s, q in zip(chosen, questions, strict=True)]
    graph, graph_key = roads_of(case, travel, settings, clock)
    times = times_of(case, problems, graph, travel, graph_key, settings, clock)
    results = []
    inputs = {f"case/{p.name}": p for p in case.input_files}
    with _Drawing(case, problems, graph, travel, settings) as drawing:
        for problem, time_table in zip(problems, times, strict=True):
            zh, en = problem.service.name_zh, problem.service.name_en
            with clock.time(settings.listener, "evaluate", f"评估覆盖：{zh}", f"Evaluating coverage: {en}"):
                results.append(_result(case, problem, time_table, None, None))
        result = _finish(case, None, results, drawing, graph, settings, clock, inputs)
    left_out = (_not_evaluated(fault) for fault in skipped)
    balance = quality_balance(case, load_quality_standard())
    return replace(result, notices=(*result.notices, *left_out), balance=balance)


def _not_evaluated(fault: Fault) -> tuple[str, str]:
    """Why the need for a service is not known, by the column of the demand table where one is at fault."""
    column = (f"（年龄列 {fault.column}）", f" (column {fault.column})") if fault.column else ("", "")
    return f"有服务未评估：{fault.zh}{column[0]}", f"a service is not evaluated: {fault.en}{column[1]}"


def _with_known_need(case: Case, services: list[Service]) -> tuple[list[Service], list[Fault]]:
    """The services whose need the case's people tell, and why the others' is not known.

    Raises:
        InputError: with all faults, when there is none left.
    """
    known, faults = [], Faults()
    for service in services:
        try:
            demand_for(case, service)
        except InputError as error:
            faults.items.extend(error.faults)
        else:
            known.append(service)
    if not known:
        faults.raise_if_any()
    return known, faults.items


def export_roads(folder: Path, path: Path, settings: Settings = DEFAULT) -> str:
    """Write the road graph of a case as GraphML, for osmnx and networkx; returns the notice that it carries.

    Raises:
        InputError: for anything wrong with the case or its roads, or a file that cannot be written.
    """
    check_writable(path.parent)
    case = load_case(folder)
    notice = " ".join(text for text in (case.info.notice_zh, case.info.notice_en) if text)
    write_graphml(roads_of(case, Travel(), settings, Clock())[0], path, notice=notice)
    return notice


def _reach(service: Service) -> float:
    return max(EVALUATION_LIMIT_MIN, *(limit.max_minutes.value for limit in service.threshold.values()))


class _Drawing:
    """Draws service areas in the background: today's from the start, a plan's once there is one."""

    def __init__(
        self, case: Case, problems: Sequence[Problem], graph: RoadGraph, travel: Travel, settings: Settings
    ) -> None:
        self._wanted = settings.service_areas
        self._draw = partial(service_areas, case, graph=graph, travel=travel)
        self._background = ThreadPoolExecutor(1)
        self._before = {problem.service.id: self._begin(problem, existing_sites(problem)) for problem in problems}
        self._after: dict[str, Future[BaseGeometry | None] | None] = {}

    def plan(self, problem: Problem, open_after: BoolArray) -> None:
        """Begin to draw where an open facility of the plan is within reach."""
        self._after[problem.service.id] = self._begin(problem, open_after)

    def finish(self, results: Sequence[ServiceResult]) -> list[ServiceResult]:
        """The results with their areas; None where nothing is to be drawn."""
        return [
            replace(
                result,
                service_area_before=_drawn(self._before[result.service.id]),
                service_area_after=_drawn(self._after.get(result.service.id)),
            )
            for result in results
        ]

    def __enter__(self) -> _Drawing:
        return self

    def __exit__(self, *_: object) -> None:
        """Begin no further drawing: after an error nobody waits for what nobody will see."""
        self._background.shutdown(wait=False, cancel_futures=True)

    def _begin(self, problem: Problem, open_sites: BoolArray) -> Future[BaseGeometry | None] | None:
        return self._background.submit(self._draw, problem, open_sites=open_sites) if self._wanted else None


def _drawn(area: Future[BaseGeometry | None] | None) -> BaseGeometry | None:
    return area.result() if area is not None else None


def existing_sites(problem: Problem) -> BoolArray:
    """(S,) which of the problem's sites are in use today."""
    return (problem.sites["origin"] == "existing").to_numpy(dtype=bool)


def _result(
    case: Case,
    problem: Problem,
    times: ServiceTimes,
    plan: Plan | None,
    formulation: Formulation | None,
) -> ServiceResult:
    open_after = plan.open_after if plan is not None else existing_sites(problem)
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
        service_area_before=None,  # drawn meanwhile
        service_area_after=None,
        out_of_reach=plan.out_of_reach if plan is not None else (),
        unverified=unverified,
        objective_zh=goal[0],
        objective_en=goal[1],
    )


def _finish(
    case: Case,
    scenario: Scenario | None,
    results: list[ServiceResult],
    drawing: _Drawing,
    graph: RoadGraph,
    settings: Settings,
    clock: Clock,
    inputs: dict[str, Path],
) -> RunResult:
    with clock.time(settings.listener, "basemap", "读取底图", "Reading the base map"):
        base = base_of(case, graph)
    with clock.time(settings.listener, "areas", "绘制服务范围", "Drawing the service areas"):
        results = drawing.finish(results)
    return RunResult(
        case=case,
        scenario=scenario,
        services=tuple(results),
        roads=base.roads,
        water=base.water,
        rail=base.rail,
        stations=base.stations,
        places=base.places,
        green=base.green,
        notices=notices_of(case, results),
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


def write_outputs(result: RunResult, folder: Path, settings: Settings = DEFAULT) -> dict[str, Path]:
    """Write the run folder, whole or not at all.

    Returns:
        The path of each output by name: map, report, workbook, geopackage, tables, data, record.

    Raises:
        InputError: when the folder cannot be written; an older result stays as it was.
    """
    clock, told = Clock(), cache(lambda: told_of(result))
    writers: list[tuple[str, str, str, Callable[[RunResult, Path], None]]] = [
        ("map.html", "绘制地图", "Drawing the map", lambda _, path: render_own(told(), path)),
        ("report.html", "撰写报告", "Writing the report", write_report),
        ("tables.xlsx", "写入表格", "Writing the workbook", write_workbook),
        ("plan.gpkg", "写入 GeoPackage", "Writing the GeoPackage", lambda _, path: write_plan_geopackage(told(), path)),
        ("tables", "写入 CSV", "Writing the CSV files", write_csv),
        (ANSWER_FILE, "写入成果数据", "Writing the result's data", lambda _, path: write_told(told(), path)),
    ]
    with writing(folder) as temporary:
        for name, zh, en, write in writers:
            with clock.time(settings.listener, f"write {name}", zh, en):
                write(result, temporary / name)
        seconds = {**dict(result.provenance.get("seconds", {})), **clock.seconds}  # type: ignore[call-overload]
        record = {**result.provenance, "seconds": seconds}
        text = json_text(record, indent=2)
        (temporary / RECORD_FILE).write_text(text + "\n", encoding="utf-8")
    return {path.name: path for path in sorted(folder.iterdir())}
