"""Tasks are handed out, followed and kept until all are answered; nothing that is finished is ever lost."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from siting.errors import Fault, SitingError
from siting.events import Event, Listener, silent
from siting.machine.interrupt import stoppable
from siting.sweep.store import Result, Store
from siting.sweep.task import Answer, Answered, Backend, Died, Failure, Job, Note, Progress

MOST_ATTEMPTS = 3
POLL_S = 0.2
STAGE = "task"


@dataclass(frozen=True)
class Done:
    """How far a sweep has come.

    Attributes:
        results: by key, of every task that has an answer or has failed.
        interrupted: whether Ctrl-C ended it.
    """

    results: dict[str, Result]
    interrupted: bool


def carry_out(
    jobs: Sequence[Job],
    begin: Callable[[int], Backend],
    store: Store,
    *,
    again: bool = False,
    listener: Listener = silent,
) -> Done:
    """Answer every task that has no result yet.

    The first Ctrl-C asks the running tasks for their best plans so far, the second gives them up.

    Args:
        begin: makes the backend for so many tasks; not called where every result is there.
        again: answer also what has a result.
        listener: hears of every task: it starts, how far it is, it is done.

    Raises:
        SitingError: no worker can be had at all.
    """
    drive = _Drive(store, listener, len(jobs), again)
    for job in jobs:
        there = None if again else store.find(job.task)
        if there is None:
            drive.waiting.append(job)
        else:
            drive.finish(there)
    if not drive.waiting:
        return Done(drive.results, interrupted=False)
    backend = begin(len(drive.waiting))
    try:
        return drive.run(backend)
    finally:
        backend.close()


class _Drive:
    def __init__(self, store: Store, listener: Listener, count: int, again: bool) -> None:
        self.store, self.listener, self.count, self.again = store, listener, count, again
        self.waiting: deque[Job] = deque()
        self.once_more: deque[Job] = deque()  # killed their worker: tried again alone, with all the memory
        self.running: dict[str, Job] = {}
        self.attempts: Counter[str] = Counter()
        self.results: dict[str, Result] = {}

    def run(self, backend: Backend) -> Done:
        stopping = False
        with stoppable() as interrupt:
            while self.waiting or self.once_more or self.running:
                if interrupt.is_set():
                    interrupt.clear()
                    if stopping or not self.running:
                        return Done(self.results, interrupted=True)
                    stopping = True
                    self.waiting.clear()
                    self.once_more.clear()
                    backend.stop()
                    self._note(
                        "正在停下，给出到目前为止最好的方案；再按一次 Ctrl-C 立即放弃",
                        "stopping with the best plans so far; Ctrl-C again gives them up",
                    )
                self._hand_out(backend)
                for told in backend.wait(POLL_S):
                    if isinstance(told, Progress):
                        self._tell(told)
                    elif isinstance(told, Answered):
                        self._answered(told.key, told.answer)
                    elif isinstance(told, Note):
                        self._note(told.zh, told.en)
                    elif told.key in self.running:
                        self._died(told)
        return Done(self.results, interrupted=stopping)

    def _hand_out(self, backend: Backend) -> None:
        while self.waiting and backend.free():
            job = self.waiting.popleft()
            there = None if self.again else self.store.find(job.task)  # another program may be at the same sweep
            if there is None:
                self._start(job, backend)
            else:
                self.finish(there)
        if self.once_more and not self.waiting and not self.running and backend.free():
            self._start(self.once_more.popleft(), backend)

    def _start(self, job: Job, backend: Backend) -> None:
        task = job.task
        try:
            backend.start(job)
        except SitingError as error:
            self.finish(Result(task, {}, failure=Failure.of(error)))
        except OSError as error:
            fault = Fault(f"无法读取输入文件（{error}）", f"an input file cannot be read ({error})")
            self.finish(Result(task, {}, failure=Failure("InputError", (fault,))))
        else:
            self.running[task.key] = job
            self.attempts[task.key] += 1
            self.listener(Event(STAGE, "start", task.name, "", data={"task": task.name, "key": task.key}))

    def _tell(self, told: Progress) -> None:
        job, event = self.running.get(told.key), told.event
        if job is None:
            return
        data = {"task": job.task.name, "key": told.key, "stage": event.stage, **event.data}
        self.listener(replace(event, stage=STAGE, kind="progress", data=data))

    def _answered(self, key: str, answer: Answer) -> None:
        job = self.running.pop(key, None)
        if job is None:
            return
        try:
            self.finish(self.store.keep(job.task, answer))
        except SitingError as error:
            self.finish(Result(job.task, {}, failure=Failure.of(error)))
        except OSError as error:
            fault = Fault(f"无法写入结果（{error}）", f"the result cannot be written ({error})")
            self.finish(Result(job.task, {}, failure=Failure("InputError", (fault,))))

    def _died(self, told: Died) -> None:
        job = self.running.pop(told.key)
        attempt = self.attempts[told.key]
        if told.again and attempt < MOST_ATTEMPTS:
            self.once_more.append(job)
            self._note(f"{job.task.name}：{told.zh}，稍后单独重试", f"{told.en}; it is tried again later, alone")
            return
        fault = Fault(
            f"{told.zh}（已试 {attempt} 次）",
            f"{told.en} (tried {attempt} times)",
            "请用 --workers 减少并行的任务数，或换一台内存更大的机器",
            "run fewer tasks side by side (--workers), or use a machine with more memory",
        )
        self.finish(Result(job.task, {}, failure=Failure("SitingError", (fault,))))

    def finish(self, result: Result) -> None:
        task = result.task
        self.results[task.key] = result
        data: dict[str, object] = {
            "task": task.name,
            "key": task.key,
            "done": len(self.results),
            "of": self.count,
            "kept": result.kept,
            "stopped": result.stopped,
            "failed": None if result.failure is None else result.failure.faults[0].en,
            "peak_mb": result.peak_mb if result.peak_mb == result.peak_mb else None,
            "labels": result.record.get("labels", []),
        }
        seconds = result.seconds if result.seconds == result.seconds else None
        self.listener(Event(STAGE, "done", task.name, "", len(self.results) / self.count, seconds, data))

    def _note(self, zh: str, en: str) -> None:
        self.listener(Event(STAGE, "warning", zh, en))
