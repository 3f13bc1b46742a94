"""The explanation in the terminal: Chinese first, English second."""

from __future__ import annotations

from pathlib import Path

from rich.text import Text as Styled

from siting.explain.answers import Answer, Explanation, PlaceAnswer, PointAnswer, ServiceExplanation, Sure, Text
from siting.explain.words import (
    leg_text,
    loss_text,
    measures_text,
    no_remedy_text,
    other_text,
    people_text,
    place_text,
    point_state,
    point_text,
    remedy_text,
    replacement_text,
    rivals_title,
    signed_persons,
    site_text,
    stopped_text,
    swap_text,
)
from siting.render.wording import persons_text
from siting.screen import Screen

POINTS_SHOWN, TOWNSHIPS_SHOWN = 12, 8
STYLES = {Sure.UNDECIDED: "yellow", Sure.UNANSWERED: "yellow", Sure.BETTER: "bold red"}


def print_explanation(explanation: Explanation, outputs: dict[str, Path]) -> None:
    """All answers, and where the files lie."""
    console = Screen()
    console.print()
    asked_zh, asked_en = explanation.asked
    _pair(console, (explanation.title[0], explanation.title[1]), style="bold")
    if asked_zh:
        _pair(console, (f"问：{asked_zh}", f"asked: {asked_en}"))
    if explanation.made_now:
        _pair(console, ("这个方案还没有运行过，已先求解", "the scenario had not been run: it was, first"))
    for service in explanation.services:
        _service(console, service)
    console.print()
    stopped = stopped_text(explanation)
    for text in (*explanation.notices, *([stopped] if stopped is not None else [])):
        console.print(Styled(f"! {text[0]}", style="yellow"), soft_wrap=True)
        console.print(Styled(f"  {text[1]}", style="dim"), soft_wrap=True)
    console.print()
    for name, path in outputs.items():
        label = {"explain.html": "说明 page", "explain.csv": "表格 table"}.get(name, name)
        console.print(Styled(f"{label}  ") + Styled(str(path.resolve()), style="cyan"), soft_wrap=True)


def _service(console: Screen, service: ServiceExplanation) -> None:
    console.print()
    console.print(Styled(f"■ {service.name[0]} {service.name[1]}", style="bold"), soft_wrap=True)
    label_zh, label_en = service.label
    _pair(
        console,
        (f"方案：{label_zh}；模型：{service.formulation[0]}", f"plan: {label_en}; model: {service.formulation[1]}"),
        2,
    )
    _pair(console, measures_text(service), 2)
    for note in service.notes:
        _pair(console, note, 2)
    if service.place is not None:
        _place(console, service.place, service)
    for answer in service.sites:
        chosen = answer.alone_verdict is not None
        heading = ("没有这处新建设施", "without this chosen site") if chosen else ("若选这处", "with this site")
        _heading(console, ("若保留这处", "if it stays") if answer.stays else heading)
        _answer(console, answer, service, chosen=chosen, full=True)
    if service.other is None and not service.losses:
        return
    style = "" if service.other is None else STYLES.get(service.other.verdict.sure, "")
    other_zh, other_en = other_text(service.other, service)
    _pair(console, (f"是不是唯一的最优方案：{other_zh}", f"the only best plan? {other_en}"), 2, style=style)
    if service.losses:
        _heading(console, ("每处新建设施：没有它会怎样（重新优化）", "each chosen site: without it, re-optimised"))
        for answer in service.losses:
            _answer(console, answer, service, chosen=True)
    if service.rivals:
        _heading(console, rivals_title(service))
        for answer in service.rivals:
            _answer(console, answer, service, chosen=False)


def _answer(console: Screen, answer: Answer, service: ServiceExplanation, *, chosen: bool, full: bool = False) -> None:
    console.print(Styled(f"    {site_text(answer.site)}", style="bold"), soft_wrap=True)
    if answer.note[0]:
        _pair(console, answer.note, 8)
    zh, en = loss_text(answer.verdict, service)
    if answer.change is not None:
        people_zh, people_en = people_text(answer.change, service.plan.cost_yuan)
        zh, en = f"{zh}；{people_zh}", f"{en}; {people_en}"
    _pair(console, (zh, en), 8, style=STYLES.get(answer.verdict.sure, ""))
    if chosen:
        zh, en = replacement_text(answer, service)
        _pair(console, (f"替代 {zh}", f"replaced by: {en}"), 8)
    elif answer.change is not None:
        zh, en = swap_text(answer.change)
        _pair(console, (f"替换 {zh}", f"displaces: {en or zh}"), 8)
    label = answer.verdict.label
    if answer.verdict.sure not in (Sure.EXACT, Sure.IMPOSSIBLE) and label[0] and (answer.freely or not chosen):
        _pair(console, (f"重解：{label[0]}", f"re-solve: {label[1]}"), 8)
    if full and answer.change is not None:
        for row in answer.change.townships[:TOWNSHIPS_SHOWN]:
            gained, lost = persons_text(row.gained_persons), persons_text(row.lost_persons)
            nearer, farther = persons_text(row.nearer_persons), persons_text(row.farther_persons)
            zh = f"{row.township or '（未填）'}：新达标 {gained}，不再达标 {lost}，变近 {nearer}，变远 {farther} 人，"
            zh += f"合计 {signed_persons(row.person_minutes)} 人·分钟"
            en = f"newly covered {gained}, no longer {lost}, nearer {nearer}, farther {farther}; "
            en += f"{signed_persons(row.person_minutes)} person-min"
            _pair(console, (zh, en), 12)
        more = len(answer.change.townships) - TOWNSHIPS_SHOWN
        if more > 0:
            _pair(console, (f"……另有 {more} 个乡镇，见 explain.html", f"and {more} more: see explain.html"), 12)


def _place(console: Screen, place: PlaceAnswer, service: ServiceExplanation) -> None:
    _heading(console, place_text(place))
    order = sorted(place.points, key=lambda point: (point.covered, -point.persons))
    for point in order[:POINTS_SHOWN]:
        _point(console, point, brief=len(order) > 1)
    if len(order) > POINTS_SHOWN:
        more = len(order) - POINTS_SHOWN
        _pair(console, (f"……另有 {more} 个需求点，见 explain.csv", f"and {more} more points: see explain.csv"), 4)
    if any(point.persons > 0 and not point.covered for point in place.points):
        _heading(console, ("怎样才能达标", "what would bring it within the standard"))
        none = no_remedy_text(place)
        if none is not None:
            _pair(console, none, 4)
        elif len(place.remedies) < place.within_reach:
            count, shown = place.within_reach, len(place.remedies)
            _pair(
                console,
                (
                    f"有 {count} 处候选地点能做到，试了其中 {shown} 处",
                    f"{count} candidates would; {shown} of them tried",
                ),
                4,
            )
        for remedy in place.remedies:
            _pair(console, remedy_text(remedy, service), 4, style=STYLES.get(remedy.answer.verdict.sure, ""))


def _point(console: Screen, point: PointAnswer, *, brief: bool) -> None:
    console.print(Styled(f"    {point.id} {point.name}  {persons_text(point.persons)} 人 persons"), soft_wrap=True)
    text = point_text(point) if brief else point_state(point)
    _pair(console, text, 8, style="" if point.covered else "yellow")
    if point.trouble[0] or brief:
        return
    for leg in point.assigned:
        share = "" if leg.share > 1 - 1e-9 else f"{leg.share:.0%} "
        _pair(console, (f"安排去 {share}{leg_text(leg)[0]}", f"assigned {share}{leg_text(leg)[1]}"), 8)
    if not point.assigned or (point.nearest is not None and point.nearest.site.id != point.assigned[0].site.id):
        _pair(console, (f"最近的设施 {leg_text(point.nearest)[0]}", f"nearest open: {leg_text(point.nearest)[1]}"), 8)
    for place, zh, en in (
        (point.before, "现状最近的设施", "nearest today"),
        (point.candidate, "最近的未选候选地点", "nearest candidate not chosen"),
        (point.best, "可能的最好", "best possible"),
    ):
        _pair(console, (f"{zh} {leg_text(place)[0]}", f"{en}: {leg_text(place)[1]}"), 8)


def _heading(console: Screen, text: Text) -> None:
    console.print(Styled(f"  {text[0]}", style="bold cyan") + Styled(f"  {text[1]}", style="cyan"), soft_wrap=True)


def _pair(console: Screen, text: Text, indent: int = 0, *, style: str = "") -> None:
    """The Chinese on a line of its own, the English dim below."""
    zh, en = text
    console.print(Styled(" " * indent + zh, style=style), soft_wrap=True)
    if en and en != zh:
        console.print(Styled(" " * indent + en, style="dim"), soft_wrap=True)
