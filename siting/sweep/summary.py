"""The results of a sweep as rows: one for each task and service, with the label and the headline figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from siting.errors import Fault
from siting.standards import list_services, load_service
from siting.sweep.inputs import Inputs
from siting.sweep.store import Result
from siting.sweep.task import Failure


@dataclass(frozen=True, eq=False)
class Entry:
    """One of the things asked for, in the order in which they were named.

    Attributes:
        name: `case/scenario`, or the file's name where it cannot be read.
        inputs: None where they cannot be read.
        result: None where there is none yet.
        unreadable: why there are no inputs.
    """

    name: str
    inputs: Inputs | None
    result: Result | None
    unreadable: Failure | None = None

    @property
    def failure(self) -> Failure | None:
        """Why there is no answer."""
        return self.result.failure if self.result is not None else self.unreadable


State = str  # done, stopped, failed, open
STATES: Mapping[State, tuple[str, str]] = {
    "done": ("完成", "done"),
    "stopped": ("中断时的最好方案", "interrupted, best plan so far"),
    "failed": ("失败", "failed"),
    "open": ("未完成", "not done"),
}


def state_of(entry: Entry) -> State:
    """How a task ended."""
    result = entry.result
    if entry.unreadable is not None:
        return "failed"
    if result is None or (result.stopped and result.failure is not None):
        return "open"
    if result.failure is not None:
        return "failed"
    return "stopped" if result.stopped else "done"


def rows_of(entries: Sequence[Entry]) -> list[dict[str, object]]:
    """A row for each task and service; a task without an answer has one row, which says why."""
    rows: list[dict[str, object]] = []
    for entry in entries:
        common = _common(entry)
        services = [] if entry.result is None else entry.result.record.get("services", [])
        rows += [common | _of_service(said) for said in services] or [common]
    return rows


def _common(entry: Entry) -> dict[str, object]:
    state = state_of(entry)
    row: dict[str, object] = {"task": entry.name, "state": state}
    if entry.inputs is not None:
        case, scenario = entry.inputs.case, entry.inputs.scenario
        row |= {"place_zh": case.name_zh, "place_en": case.name_en}
        row |= {"title_zh": "现状评估" if scenario is None else scenario.title_zh}
        row |= {"title_en": "as it stands" if scenario is None else scenario.title_en}
        row |= {"notice_zh": case.notice_zh, "notice_en": case.notice_en}
    if entry.failure is not None and state == "failed":
        row |= dict(zip(("label_zh", "label_en"), told(entry.failure), strict=True))
    result = entry.result
    if result is None:
        return row
    row |= {"seconds": result.seconds, "peak_mb": result.peak_mb, "where": result.where, "key": result.task.key}
    row["folder"] = "" if result.folder is None else result.task.name
    return row


def told(failure: Failure) -> tuple[str, str]:
    """A failure in one line of each language: its first fault, and how many more there are."""
    first: Fault = failure.faults[0]
    place = f"{first.place}: " if first.place else ""
    more = len(failure.faults) - 1
    kind = ("无可行方案：", "infeasible: ") if failure.kind == "InfeasibleError" else ("", "")
    zh = f"{kind[0]}{place}{first.zh}" + (f"（另有 {more} 处）" if more else "")
    en = f"{kind[1]}{place}{first.en}" + (f" (and {more} more)" if more else "")
    return zh, en


def _of_service(said: Mapping[str, Any]) -> dict[str, object]:
    known = said["service"] in list_services()
    service = load_service(said["service"]) if known else None
    before, after = said["before"], said.get("after")
    row: dict[str, object] = {
        "service_zh": said["service"] if service is None else service.name_zh,
        "service_en": said["service"] if service is None else service.name_en,
        "label_zh": said.get("label_zh", "现状评估，没有规划方案"),
        "label_en": said.get("label_en", "evaluation as it stands, no plan"),
        "persons": before["demand_persons"],
        "covered_before": before["covered_share"],
        "mean_before": before["mean_min"],
        "worst_before": before["worst_min"],
        "unreachable_before": before["unreachable_persons"],
    }
    if after is None:
        return row
    return row | {
        "formulation": said["formulation"],
        "proven": said["proven"],
        "objective": said["objective"],
        "bound": said["bound"],
        "gap": said["gap"],
        "new": len(said["open"]),
        "cost_yuan": said["opening_yuan"] + said["closing_yuan"],
        "covered_after": after["covered_share"],
        "mean_after": after["mean_min"],
        "worst_after": after["worst_min"],
        "unreachable_after": after["unreachable_persons"],
        "sites": " ".join(said["open"]),
    }
