"""Small counties for sweeps, and a backend that does as it is told."""

from __future__ import annotations

import re
import threading
from collections import deque
from pathlib import Path

from siting.errors import SitingError
from siting.events import Event
from siting.sweep.inputs import read_scenario
from siting.sweep.task import Answer, Answered, Died, Job, Progress, Told, make_job
from siting.sweep.work import Bench
from tests.tiny_case import CASE, SCENARIO, write_case, write_scenario


def write_county(folder: Path, name: str, scenario: str = SCENARIO) -> Path:
    """A county of that id in `folder/name`; its scenario's file."""
    case = write_case(folder / name, case=CASE.replace('"tiny"', f'"{name}"'))
    return write_scenario(case, scenario)


def one_service(scenario: str = SCENARIO) -> str:
    """The scenario with its first service alone."""
    return "[[services]]".join(scenario.split("[[services]]")[:2])


def jobs_of(folder: Path, count: int) -> list[Job]:
    return [
        make_job(read_scenario(write_county(folder, f"county{k}", one_service())), areas=False) for k in range(count)
    ]


class Heard:
    """A listener that keeps what it hears."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def __call__(self, event: Event) -> None:
        self.events.append(event)

    def tasks(self, kind: str) -> list[str]:
        return [str(event.data["task"]) for event in self.events if event.kind == kind]

    def warnings(self) -> list[str]:
        return [event.en for event in self.events if event.kind == "warning"]


class Scripted:
    """A backend of `slots` workers whose answers are written down: by task a list of `answer`, `die` or an error."""

    def __init__(self, slots: int, script: dict[str, list[str | SitingError]], *, holding: bool = False) -> None:
        self.slots, self.script, self.holding = slots, script, holding
        self.at_work: dict[str, Job] = {}
        self.together: list[set[str]] = []
        self.stopped = self.closed = False
        self._told: deque[Told] = deque()

    def free(self) -> int:
        return self.slots - len(self.at_work)

    def start(self, job: Job) -> None:
        step = self.script.get(job.task.name, ["answer"])
        if isinstance(step[0], SitingError):
            raise step.pop(0)
        self.at_work[job.task.key] = job
        self.together.append({other.task.name for other in self.at_work.values()})

    def wait(self, seconds: float) -> list[Told]:
        if self.holding and not self.stopped:
            return []
        told: list[Told] = []
        for key, job in self.at_work.items():
            steps = self.script.get(job.task.name, ["answer"])
            step = steps.pop(0) if len(steps) > 1 else steps[0]
            told.append(Died(key, "死了", "it died") if step == "die" else Answered(key, answer(stopped=self.stopped)))
        self.at_work.clear()
        return told

    def stop(self) -> None:
        self.stopped = True

    def close(self) -> None:
        self.closed = True


EMPTY_ARCHIVE = b"PK\x05\x06" + bytes(18)


def answer(*, stopped: bool = False) -> Answer:
    return Answer({"services": []}, EMPTY_ARCHIVE, 1.0, 100.0, "here:1", stopped=stopped)


def folders(place: Path) -> list[str]:
    """Folders of results that are whole, and anything that is not."""
    return sorted(str(path.parent.relative_to(place)) for path in place.rglob("task.json")) + sorted(
        path.name for path in place.rglob("*") if re.match(r"\.(part|old)-", path.name)
    )


class InProcess:
    """A backend of one worker in this very process: quick to begin, for all that is not about workers."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.stopping = bench, threading.Event()
        self.job: Job | None = None

    def free(self) -> int:
        return int(self.job is None)

    def start(self, job: Job) -> None:
        self.packed, self.job = job.inputs.pack(), job

    def wait(self, seconds: float) -> list[Told]:
        if self.job is None:
            return []
        task, self.job = self.job.task, None
        told: list[Told] = []
        answer = self.bench.carry_out(
            task, self.packed, self.stopping, lambda event: told.append(Progress(task.key, event))
        )
        return [*told, Answered(task.key, answer)]

    def stop(self) -> None:
        self.stopping.set()

    def close(self) -> None:
        pass
