"""A run explained: the plan taken from its record, the questions asked one after the other within one time limit."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

import siting
from siting.errors import Fault, InfeasibleError, InputError, fail, nearest_word
from siting.events import stage
from siting.explain.answers import Answer, Explanation, ServiceExplanation, Site, Sure, Text
from siting.explain.compare import Bench
from siting.explain.desk import UNANSWERED, Desk, rebuild, require_askable
from siting.explain.names import Place, find_place, find_site
from siting.explain.place import place_answer
from siting.explain.questions import (
    Say,
    another,
    keepings,
    loss_of,
    losses,
    replace_alone,
    rivals,
    with_site,
    without,
)
from siting.explain.record import Recorded, check_inputs, find_run, read_record
from siting.files.run_folder import RECORD_FILE, check_writable
from siting.formulation.blocks import REGISTER
from siting.machine.interrupt import asked as interrupted
from siting.machine.interrupt import stoppable
from siting.pipeline import run_scenario, write_outputs
from siting.plan import Posed, pose_instance
from siting.prepare import Asked, ServiceAsked, Settings, ask_scenario

ANOTHER_ASSIGNMENT = 0.05
LEVELS: Text = (
    "该模型逐级求解；这里只按第一级目标比较",
    "the model is solved level by level; plans are compared by the first level only here",
)
ASSIGNED_ANEW: Text = (
    "地点与运行所得相同，谁去哪里是重新求得的，目标值略有不同",
    "the sites are the run's; who goes where was solved anew, and the objective differs a little",
)
SAME_PLAN = 1e-6  # relative: an objective derived anew that differs by more is another plan's


@dataclass(frozen=True)
class Request:
    """What is to be explained.

    Attributes:
        run: a run folder, or the name or path of a scenario.
        place: a village, township or demand point, by name or id.
        site: a candidate, by name or id.
        services: ids; none explains all of the scenario's.
        time_limit_s: for all questions together; reading and travel times are not counted.
        out: where run folders lie.
        scenario: the scenario's file, where the record cannot tell.
    """

    run: str
    place: str | None = None
    site: str | None = None
    services: tuple[str, ...] = ()
    time_limit_s: float = 120.0
    out: Path = Path("runs")
    scenario: Path | None = None


def explain(
    request: Request,
    settings: Settings = Settings(),  # noqa: B008  (frozen)
) -> Explanation:
    """Explain a run; where a scenario is named that has not been run, it is run first.

    Without `place` and `site`: what is lost without each chosen site, which candidates came nearest to being chosen,
    and whether another plan is as good.

    Raises:
        InputError: there is no such run, place or site; or the inputs have changed since the run.
    """
    recorded = find_run(request.run, request.out, request.scenario)
    check_writable(recorded.folder.parent)  # before anything is computed for it
    made_now = recorded.record is None
    if made_now:
        write_outputs(run_scenario(recorded.scenario, settings), recorded.folder, settings)
        recorded = replace(recorded, record=read_record(recorded.folder))
    check_inputs(recorded)
    asked = ask_scenario(recorded.scenario, settings)
    wanted = _wanted(asked, request.services)
    place = None if request.place is None else find_place(asked.case, request.place)
    site = None if request.site is None else find_site([s.problem for s in wanted], request.site)
    with stoppable():
        desks = []
        for service in wanted:
            posed = pose_instance(asked.case, service.problem, service.formulation, service.times)
            zh, en = service.problem.service.name_zh, service.problem.service.name_en
            with stage(settings.listener, "rebuild", f"还原方案：{zh}", f"Restoring the plan: {en}"):
                desks.append((service, posed, _desk(asked, service, posed, recorded, settings)))
        begin = time.perf_counter()
        end = begin + request.time_limit_s
        found: dict[str, ServiceExplanation] = {}
        by_speed = sorted(desks, key=lambda item: item[2].plan_seconds)
        for number, (service, posed, desk) in enumerate(by_speed):
            desk.end = min(end, time.perf_counter() + max(end - time.perf_counter(), 0.0) / (len(by_speed) - number))
            found[service.problem.service.id] = _service(asked, service, posed, desk, recorded, place, site, settings)
        seconds = time.perf_counter() - begin
        stopped = interrupted()
    services = tuple(found[service.problem.service.id] for service in wanted)
    return Explanation(
        folder=recorded.folder,
        title=(asked.scenario.title_zh, asked.scenario.title_en),
        case=(asked.case.info.name_zh, asked.case.info.name_en),
        services=services,
        notices=_notices(asked),
        caveat=("含合成数据", "synthetic data") if asked.case.info.synthetic else ("", ""),
        seconds=seconds,
        time_limit_s=request.time_limit_s,
        interrupted=stopped or any(not complete(service) for service in services),
        asked=_asked(place, site),
        made_now=made_now,
        program=f"siting {siting.__version__}",
    )


def complete(service: ServiceExplanation) -> bool:
    """Whether the time was enough for every question, with everything free."""
    remedies = () if service.place is None else tuple(remedy.answer for remedy in service.place.remedies)
    answers = (*service.losses, *service.rivals, *service.sites, *remedies)
    others = [service.other.verdict] if service.other is not None else []
    done = all(answer.freely or answer.verdict.sure is Sure.IMPOSSIBLE for answer in answers)
    return done and all(verdict.sure is not Sure.UNANSWERED for verdict in others)


def _desk(asked: Asked, service: ServiceAsked, posed: Posed, recorded: Recorded, settings: Settings) -> Desk:
    """The run's plan, rebuilt from the sites that its record names and held against its objective."""
    instance, formulation = posed.instance, service.formulation
    require_askable(instance, formulation)
    record = recorded.service(service.problem.service.id)
    ids = np.array(instance.site_ids, dtype=object)
    gone = np.isin(ids, [*record.get("closed", ()), *record.get("moved", ())])
    opened = (instance.existing & ~(gone & instance.leaving)) | (np.isin(ids, record["open"]) & ~instance.existing)
    townships = asked.case.demand["township"].fillna("").to_numpy(dtype=object)[posed.rows]
    table = service.problem.sites.iloc[posed.columns]
    sites = [Site(str(r.id), str(r.name), str(r.township)) for r in table.itertuples()]
    bench = Bench(instance, formulation, list(townships), sites)
    missing = sorted(set(record["open"]) - set(ids[opened]))
    try:
        plan = bench.look(rebuild(instance, formulation, opened, asked.options))
    except InfeasibleError as error:
        raise _other_plan(recorded, service, str(error.faults[0].en)) from error
    objective, again = record["objective"], plan.measures.objectives[0]
    # Where even the assignment is a search of its own, another one may be found for the same sites.
    near = ANOTHER_ASSIGNMENT if "assign_whole" in formulation.variables else SAME_PLAN
    if missing or abs(objective - again) > near * max(1.0, abs(objective)):
        raise _other_plan(recorded, service, ", ".join(missing) or f"{objective:,.6g} ≠ {again:,.6g}")
    return Desk(
        bench,
        asked.options,
        plan,
        plan_bound=record["bound"],
        plan_seconds=float(record["solver_seconds"]),
        names=posed.names,
    )


def _other_plan(recorded: Recorded, service: ServiceAsked, detail: str) -> InputError:
    zh, en = service.problem.service.name_zh, service.problem.service.name_en
    return InputError(
        Fault(
            f"记录的方案与现在算出的不符（{zh}）：标准、模型文件或程序版本已改变",
            f"the recorded plan is not what the numbers now give ({en}): a standard, a model file or the program has "
            "changed",
            f"请重新运行：siting run {recorded.scenario}",
            f"run again: siting run {recorded.scenario}",
            str(recorded.folder / RECORD_FILE),
            value=detail,
        )
    )


def _service(
    asked: Asked,
    service: ServiceAsked,
    posed: Posed,
    desk: Desk,
    recorded: Recorded,
    place: Place | None,
    site: str | None,
    settings: Settings,
) -> ServiceExplanation:
    """All that was asked about one service."""
    problem, formulation = service.problem, service.formulation
    record = recorded.service(problem.service.id)
    zh, en = problem.service.name_zh, problem.service.name_en
    said = ServiceExplanation(
        id=problem.service.id,
        name=(zh, en),
        formulation=(formulation.name_zh, formulation.name_en),
        objectives=formulation.objectives,
        sense=REGISTER[formulation.objective].sense,
        label=(record["label_zh"], record["label_en"]),
        proven=bool(record["proven"]),
        gap=record["gap"],
        demand_persons=float(problem.demand_persons.sum()),
        plan=desk.plan.measures,
        candidates=int((desk.instance.candidate & ~desk.chosen).sum()),
    )
    if formulation.procedure:
        said = replace(said, notes=(LEVELS,))
    if abs(record["objective"] - desk.plan.measures.objectives[0]) > desk.tie():
        said = replace(said, notes=(*said.notes, ASSIGNED_ANEW))
    with stage(settings.listener, "explain", f"解释方案：{zh}", f"Explaining the plan: {en}") as say:
        if place is not None:
            said = replace(said, place=place_answer(asked.case, service, posed, desk, place, say))
        if site is not None:
            answers, notes = _site(desk, service, site, say)
            said = replace(said, sites=answers, notes=(*said.notes, *notes))
        if place is None and site is None:
            said = replace(said, sites=keepings(desk, say))
            without_each = losses(desk, say)
            nearest, tried = rivals(desk, say)
            other = another(desk, without_each, say)
            said = replace(said, losses=without_each, rivals=nearest, rivals_tried=tried, other=other)
    return said


def _site(desk: Desk, service: ServiceAsked, site: str, say: Say) -> tuple[tuple[Answer, ...], tuple[Text, ...]]:
    """What is to be said of one site: of a chosen one what is lost without it, of another one what it would cost."""
    sites = service.problem.sites
    mine = sites[sites["id"] == site]
    if mine.empty:
        return (), (("该地点不是这项服务的候选地点", "the site is no candidate for this service"),)
    if desk.bench.instance.site_ids.count(site) == 0:
        if bool(mine["closing"].iloc[0]):
            return (), (("现有设施，方案将其关闭", "a facility in use that the scenario closes"),)
        return (), (("该地点附近没有道路，不能选", "the site has no road near and cannot be chosen"),)
    j = desk.bench.instance.site_ids.index(site)
    if desk.instance.leaving[j] and desk.plan.open[j]:
        return (), (
            ("现有设施，允许关闭或迁移，方案保留", "a facility in use, free to close or move; the plan keeps it"),
        )
    if desk.instance.existing[j] and desk.plan.open[j]:
        return (), (("现有设施，在任何方案中都保留", "a facility in use, kept in every plan"),)
    say(f"重新优化：{site}", f"re-optimising: {site}")
    if not desk.chosen[j]:
        return (with_site(desk, j),), ()
    alone = replace_alone(desk, j, desk.left_s / 2)
    return (loss_of(desk, j, alone, without(desk, j) if desk.affordable else UNANSWERED),), ()


def _wanted(asked: Asked, names: Iterable[str]) -> list[ServiceAsked]:
    by_id = {service.problem.service.id: service for service in asked.services}
    names = list(names)
    for name in names:
        if name not in by_id:
            close = nearest_word(name, by_id)
            fail(
                "这次运行没有这项服务",
                "the run has no such service",
                remedy_zh=f"是否想写“{close}”？" if close else f"可用：{'、'.join(by_id)}",
                remedy_en=f"did you mean {close!r}?" if close else f"there are: {', '.join(by_id)}",
                column="--service",
                value=name,
            )
    return [by_id[name] for name in dict.fromkeys(names)] or list(asked.services)


def _asked(place: Place | None, site: str | None) -> Text:
    parts = [(f"地点“{place.name}”", f"the place {place.name}")] if place is not None else []
    parts += [(f"地点 {site}", f"the site {site}")] if site is not None else []
    return "；".join(zh for zh, _ in parts), "; ".join(en for _, en in parts)


def _notices(asked: Asked) -> tuple[Text, ...]:
    info = asked.case.info
    notices: list[Text] = [(info.notice_zh, info.notice_en)] if info.notice_zh or info.notice_en else []
    unverified = sum(len(service.problem.service.unverified()) for service in asked.services)
    if unverified:
        notices.append(
            (
                f"有 {unverified} 项标准数值未经核实，详见运行报告",
                f"{unverified} values of the standards are not verified; see the run's report",
            )
        )
    return tuple(notices)
