"""One independent piece of work: what is asked, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from siting import errors
from siting.errors import Fault, SitingError
from siting.events import Event
from siting.files.cache import hash_values
from siting.files.program import installation_hash
from siting.sweep.inputs import Inputs


@dataclass(frozen=True)
class Amount:
    """One number of new facilities, or one budget in yuan, in place of what the scenario says for the service."""

    service: str
    p: int | None = None
    budget: float | None = None

    @property
    def value(self) -> float:
        """p, or yuan."""
        return float(self.p if self.p is not None else self.budget or 0.0)

    @property
    def name(self) -> str:
        """`p=3`, `10,000,000 yuan`."""
        return f"p={self.p}" if self.p is not None else f"{self.budget:,.0f} yuan"


@dataclass(frozen=True)
class Task:
    """What a worker is asked to do; plain values, so that it can be sent.

    Attributes:
        key: hash of everything that the answer depends on.
        name: what people call it; of a run also the path of its folder.
        inputs: key of the inputs, which are sent once for all tasks that share them.
        file, file_sha256: the scenario's own file, for the record.
        amount: None for a whole run with its outputs.
        areas: whether to draw service areas.
        installation: the worker's program must be this one.
    """

    key: str
    name: str
    inputs: str
    file: str
    file_sha256: str
    amount: Amount | None
    areas: bool
    installation: str
    keep_cache: bool


@dataclass(frozen=True, eq=False)
class Job:
    """A task with its inputs, which are read only when a worker is free for it."""

    task: Task
    inputs: Inputs


def make_job(inputs: Inputs, *, amount: Amount | None = None, areas: bool = True, keep_cache: bool = True) -> Job:
    """The task of a scenario or evaluation, or of one amount of a scenario."""
    asked = None if amount is None else [amount.service, amount.p, amount.budget]
    task = Task(
        key=hash_values(inputs.key, asked, areas if amount is None else None),
        name=inputs.name if amount is None else amount.name,
        inputs=inputs.key,
        file=str(inputs.file.resolve()),
        file_sha256=inputs.file_sha256,
        amount=amount,
        areas=areas,
        installation=installation_hash(),
        keep_cache=keep_cache,
    )
    return Job(task, inputs)


@dataclass(frozen=True)
class Failure:
    """Why a task has no answer, so that it can be sent and raised elsewhere.

    Attributes:
        kind: name of the error's class in `siting.errors`.
        details: the traceback of an error of the program itself.
    """

    kind: str
    faults: tuple[Fault, ...]
    details: str = ""

    @classmethod
    def of(cls, error: SitingError, details: str = "") -> Failure:
        """Of an error of the program's own kinds; what is no such class of `siting.errors` counts as its nearest."""
        kind = next(c.__name__ for c in type(error).__mro__ if getattr(errors, c.__name__, None) is c)
        return cls(kind, error.faults, details)

    def error(self) -> SitingError:
        """The error again."""
        found: SitingError = getattr(errors, self.kind)(self.faults)
        return found


@dataclass(frozen=True, eq=False)
class Answer:
    """What a worker gives back; it shares no folder with whoever asked, so that results travel as content.

    Attributes:
        record: what the summary needs, as plain JSON values; empty where there is a failure.
        files: the whole run folder as an archive; empty for an amount.
        seconds: of the task on its worker.
        peak_mb: most resident memory of the worker during the task (`siting.sweep.peak`).
        where: the worker: host and process.
        stopped: whether it was asked to stop before it was done: its plan is the best so far.
    """

    record: Mapping[str, Any]
    files: bytes = field(repr=False)
    seconds: float
    peak_mb: float
    where: str
    stopped: bool = False
    failure: Failure | None = None


@dataclass(frozen=True)
class Progress:
    """A task tells how far it is."""

    key: str
    event: Event


@dataclass(frozen=True)
class Answered:
    """A task is done."""

    key: str
    answer: Answer


@dataclass(frozen=True)
class Died:
    """The worker of a task is gone; the task may be tried again, `again` permitting."""

    key: str
    zh: str
    en: str
    again: bool = True


@dataclass(frozen=True)
class Note:
    """Something about the workers that people should know."""

    zh: str
    en: str


Told = Progress | Answered | Died | Note


class Backend(Protocol):
    """Where tasks are carried out."""

    def free(self) -> int:
        """How many more tasks it takes now."""

    def start(self, job: Job) -> None:
        """Take a task. Raises InputError where its inputs cannot be read."""

    def wait(self, seconds: float) -> list[Told]:
        """What has happened, waiting so long at most for something to happen."""

    def stop(self) -> None:
        """Ask every running task for the best plan so far."""

    def close(self) -> None:
        """Let go of every worker, also of those that still work."""
