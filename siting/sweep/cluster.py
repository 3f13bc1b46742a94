"""Workers on many machines, by dask.distributed: inputs and results travel as content, no folder is shared.

Dask hands the tasks of a worker that dies to another, `distributed.scheduler.allowed-failures` times (by default 3).
"""

from __future__ import annotations

import json
import queue
import threading
import uuid
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from siting.errors import Fault, Faults, NetworkError, fail
from siting.events import Event
from siting.files.program import installation_hash
from siting.machine.threads import use_at_most
from siting.sweep.task import Answer, Answered, Died, Failure, Job, Note, Progress, Task, Told
from siting.sweep.work import Bench

AHEAD = 2  # tasks a worker: one at work, one that waits there with its inputs
CONNECT_S = 15
EXTRA = "siting[cluster]"

_one_at_a_time = threading.Lock()
_stops: dict[str, threading.Event] = {}
_benches: dict[str, Bench] = {}


class Cluster:
    """The workers of a dask scheduler.

    Args:
        address: of the scheduler, such as tcp://10.0.0.1:8786.

    Raises:
        InputError: dask.distributed is not installed.
        NetworkError: no scheduler answers there.
    """

    def __init__(self, address: str) -> None:
        client_of = _distributed().Client
        self._sweep = f"siting-{uuid.uuid4().hex}"
        self._told: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._futures: dict[str, Any] = {}
        self._inputs: dict[str, Any] = {}
        self._using: dict[str, str] = {}
        self._waits = False  # for there to be any worker
        try:
            self._client = client_of(address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            fail(
                f"连接不上 dask 调度器（{error}）",
                f"no dask scheduler answers ({error})",
                remedy_zh="请先在那台机器上运行 dask scheduler，并检查地址与防火墙",
                remedy_en="start `dask scheduler` there first, and check the address and the firewall",
                column="--scheduler",
                value=address,
                kind=NetworkError,
            )
        try:
            self._refuse_other_programs()
        except BaseException:
            self._client.close()
            raise
        self._client.subscribe_topic(self._sweep, self._hear)

    def _refuse_other_programs(self) -> None:
        """The scheduler and every worker must have this very program, or the answers would be another's."""
        faults = Faults()
        for who, ask in (("scheduler", self._client.run_on_scheduler), ("workers", self._client.run)):
            try:
                found = ask(installation_hash)
            except Exception as error:
                found = {who: type(error).__name__}
            for place, known in (found if isinstance(found, dict) else {who: found}).items():
                if known != installation_hash():
                    faults.add(
                        "这里没有安装本程序，或者不是同一版本（包括标准与模型）",
                        "this program is not installed there, or not the same (with its standards and models)",
                        remedy_zh=f'请在调度器与每个计算节点上安装同一版本："{EXTRA}"',
                        remedy_en=f'install the same version on the scheduler and every worker: "{EXTRA}"',
                        column="--scheduler",
                        value=place,
                    )
        faults.raise_if_any(NetworkError)

    def free(self) -> int:
        """How many more tasks the workers take: enough to have no worker wait.

        Raises:
            NetworkError: the scheduler is gone.
        """
        try:
            workers = len(self._client.nthreads())
        except Exception as error:
            _lost(error)
        if workers == 0 and not self._waits:
            self._told.put(("", None))
        self._waits = workers == 0
        return max(AHEAD * workers - len(self._futures), 0)

    def start(self, job: Job) -> None:
        """Send a task, and its inputs unless they are there.

        Raises:
            InputError: the inputs cannot be read, or have changed.
        """
        task = job.task
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Sending large graph")
            if task.inputs not in self._inputs:
                used = set(self._using.values())
                self._inputs = {key: held for key, held in self._inputs.items() if key in used}
                # A task of its own, which the scheduler can repeat: data that are scattered die with their worker.
                self._inputs[task.inputs] = self._client.submit(
                    _hold, job.inputs.pack(), key=f"{self._sweep}-inputs-{task.inputs}", pure=False
                )
            future = self._client.submit(
                carry_out_there,
                task,
                self._inputs[task.inputs],
                self._sweep,
                key=f"{self._sweep}-task-{task.key}",
                pure=False,
            )
        self._futures[task.key], self._using[task.key] = future, task.inputs
        self._call_when_done(task.key, future)

    def _call_when_done(self, key: str, future: Any) -> None:
        future.add_done_callback(lambda _: self._told.put((key, None)))

    def wait(self, seconds: float) -> list[Told]:
        """What the workers tell, waiting so long at most."""
        told: list[Told] = []
        try:
            first = self._told.get(timeout=seconds)
        except queue.Empty:
            return told
        waiting = [first]
        while not self._told.empty():
            waiting.append(self._told.get())
        for key, event in waiting:
            if event is not None:
                told.append(Progress(key, event))
            elif not key:
                told.append(Note("调度器上没有计算节点，等待中", "the scheduler has no workers: waiting for some"))
            elif key in self._futures:
                answer = self._answer(key, self._futures[key])
                if answer is not None:
                    told.append(answer)
                    del self._futures[key], self._using[key]
        return told

    def stop(self) -> None:
        """Ask every running task for the best plan so far."""
        with suppress(Exception):  # a worker, or all of them, may be gone
            self._client.run(stop_there, self._sweep, on_error="ignore")

    def close(self) -> None:
        """Take back what is not done, and leave the cluster as it was."""
        with suppress(Exception):  # likewise
            self._client.run(forget_there, self._sweep, on_error="ignore")
            self._client.cancel(list(self._futures.values()), force=True)
        self._client.close(timeout=CONNECT_S)

    def _hear(self, message: tuple[float, Any]) -> None:
        _, text = message
        said = json.loads(text)
        self._told.put((said["key"], Event(**said["event"])))

    def _answer(self, key: str, future: Any) -> Told | None:
        """What a task that is done gives; None where its worker died with the answer and another does it again."""
        try:
            answer: Answer = future.result(timeout=CONNECT_S)
        except TimeoutError:
            self._call_when_done(key, future)
            return None
        except Exception as error:
            kind = type(error).__name__
            if kind == "KilledWorker":
                return Died(
                    key,
                    "计算节点在这项任务上一再死去；内存不足时会这样",
                    "its worker died again and again, as happens when memory runs out",
                    again=False,
                )
            if future.status == "error":
                said = next(iter(str(error).splitlines()), "")
                return Answered(key, _failed(f"计算节点出错（{kind}）：{said}", f"the worker failed: {kind}: {said}"))
            _lost(error)
        return Answered(key, answer)


def carry_out_there(task: Task, packed: bytes, sweep: str) -> Answer:
    """On a worker: one task at a time, whatever its number of threads."""
    worker = _distributed().get_worker()

    def tell(event: Event) -> None:
        said = {
            "stage": event.stage,
            "kind": event.kind,
            "zh": event.zh,
            "en": event.en,
            "fraction": event.fraction,
            "seconds": event.seconds,
            "data": dict(event.data),
        }
        worker.log_event(sweep, json.dumps({"key": task.key, "event": said}, default=float))

    with _one_at_a_time:
        use_at_most(worker.state.nthreads)
        bench = _benches.setdefault(worker.id, Bench(Path(worker.local_directory) / "siting", None))
        return bench.carry_out(task, packed, _stop_of(sweep), tell)


def stop_there(sweep: str) -> None:
    """On a worker: the running task of this sweep gives its best plan so far, those that wait give none."""
    _stop_of(sweep).set()


def forget_there(sweep: str) -> None:
    """On a worker: the sweep is over; what still runs of it, given up, need not go on."""
    _stops.pop(sweep, threading.Event()).set()


def _stop_of(sweep: str) -> threading.Event:
    return _stops.setdefault(sweep, threading.Event())


def _hold(packed: bytes) -> bytes:
    return packed


def _failed(zh: str, en: str) -> Answer:
    return Answer({}, b"", float("nan"), float("nan"), "", failure=Failure("SitingError", (Fault(zh, en),)))


def _lost(error: Exception) -> NoReturn:
    """Say that the scheduler is gone."""
    kind = type(error).__name__
    fail(
        f"与 dask 调度器的连接中断（{kind}）；已完成的结果都在",
        f"the connection to the dask scheduler is lost ({kind}); finished results are kept",
        remedy_zh="请在调度器恢复后再次运行同一命令",
        remedy_en="run the same command again when the scheduler is back",
        column="--scheduler",
        kind=NetworkError,
    )


def _distributed() -> Any:
    try:
        import distributed
    except ImportError:
        fail(
            "--scheduler 需要 dask.distributed，尚未安装",
            "--scheduler needs dask.distributed, which is not installed",
            remedy_zh=f'请运行 python -m pip install "{EXTRA}"（每台机器都要装）',
            remedy_en=f'run python -m pip install "{EXTRA}", on every machine',
            column="--scheduler",
        )
    return distributed
