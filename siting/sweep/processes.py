"""Workers on this machine, each a process of its own: one that dies takes its own task with it and no other.

(`concurrent.futures.ProcessPoolExecutor` ends every worker when one dies, and cannot tell whose task it was.)
"""

from __future__ import annotations

import multiprocessing
import shutil
import tempfile
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path

from siting.errors import InternalError, fail
from siting.machine.threads import core_count
from siting.sweep.task import Answered, Died, Job, Progress, Told
from siting.sweep.worker import READY, STOP, serve

MOST_FALSE_STARTS = 3
END_S = 5.0  # for a worker to end by itself


@dataclass(eq=False)
class _Worker:
    process: SpawnProcess
    pipe: Connection
    ready: bool = False
    inputs: str = ""
    job: Job | None = field(default=None)


class Processes:
    """A fixed number of worker processes, started anew as they die; spawned, as on Windows, on every system.

    Args:
        count: how many.
        cache: folder for roads and travel times that all of them share.
    """

    def __init__(self, count: int, cache: Path | None = None) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="siting-sweep-"))
        self._cache, self._cores = cache, max(1, core_count() // count)
        self._false_starts = self._made = 0
        self._workers = [self._begin() for _ in range(count)]

    @property
    def process_ids(self) -> list[int]:
        """Of the workers that are busy."""
        return [worker.process.pid for worker in self._workers if worker.job is not None and worker.process.pid]

    def free(self) -> int:
        """How many workers wait for a task."""
        return sum(worker.ready and worker.job is None for worker in self._workers)

    def start(self, job: Job) -> None:
        """Hand a task to a worker that waits, to one that has its inputs if possible.

        Raises:
            InputError: the inputs cannot be read, or have changed.
        """
        waiting = [worker for worker in self._workers if worker.ready and worker.job is None]
        worker = next((w for w in waiting if w.inputs == job.task.inputs), waiting[0])
        packed = None if worker.inputs == job.task.inputs else job.inputs.pack()
        worker.inputs, worker.job = job.task.inputs, job
        try:
            worker.pipe.send((job.task, packed))
        except OSError:
            return  # it has just died; `wait` says so

    def wait(self, seconds: float) -> list[Told]:
        """What the workers tell, waiting so long at most."""
        told: list[Told] = []
        ready = wait([worker.pipe for worker in self._workers], seconds)
        for number, worker in enumerate(self._workers):
            if worker.pipe not in ready:
                continue
            try:
                while worker.pipe.poll():
                    message = worker.pipe.recv()
                    if message == READY:
                        worker.ready, self._false_starts = True, 0
                    elif isinstance(message, Answered):
                        told.append(message)
                        worker.job = None
                    elif isinstance(message, Progress):
                        told.append(message)
            except Exception:  # the pipe is closed, or broke off in the middle of a message
                told += self._bury(worker)
                self._workers[number] = self._begin()
        return told

    def stop(self) -> None:
        """Ask every worker for the best plan so far."""
        for worker in self._workers:
            try:
                worker.pipe.send(STOP)
            except OSError:
                continue

    def close(self) -> None:
        """End every worker."""
        for worker in self._workers:
            worker.pipe.close()
            if worker.job is not None:
                worker.process.kill()
        for worker in self._workers:
            worker.process.join(END_S)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _begin(self) -> _Worker:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        folder = self._folder / str(self._made)
        self._made += 1
        process = context.Process(target=serve, args=(theirs, folder, self._cache, self._cores), daemon=True)
        process.start()
        theirs.close()  # the worker holds the only other end: when it dies, the pipe ends
        return _Worker(process, ours)

    def _bury(self, worker: _Worker) -> list[Told]:
        worker.pipe.close()
        worker.process.kill()
        worker.process.join()
        code = worker.process.exitcode
        if not worker.ready:
            self._false_starts += 1
            if self._false_starts >= MOST_FALSE_STARTS:
                fail(
                    f"工作进程无法启动（退出码 {code}）",
                    f"the worker processes do not start (exit code {code})",
                    remedy_zh="请检查内存与安装",
                    remedy_en="check the memory and the installation",
                    kind=InternalError,
                )
        if worker.job is None:
            return []
        killed = code is not None and code < 0
        how = f"信号 signal {-code}" if killed and code is not None else f"退出码 exit code {code}"
        return [
            Died(
                worker.job.task.key,
                f"工作进程意外结束（{how}）；内存不足时系统会这样做",
                f"the worker process ended unexpectedly ({how}), as happens when memory runs out",
            )
        ]
