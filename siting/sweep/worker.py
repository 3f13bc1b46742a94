"""The process of one worker on this machine: tasks come in through a pipe, events and answers go out through it."""

from __future__ import annotations

import os
import queue
import shutil
import signal
import threading
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from siting.events import Event
from siting.machine.threads import use_at_most
from siting.sweep.task import Answered, Progress, Task
from siting.sweep.work import Bench

READY = "ready"
STOP = "stop"
Message = tuple[Task, bytes | None]  # without inputs where the worker has them already


def serve(pipe: Connection, folder: Path, cache: Path | None, cores: int) -> None:
    """Carry out tasks until the pipe is closed at its other end, also where that end has died."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of a terminal: the parent decides
    use_at_most(cores)
    bench = Bench(folder, cache)
    stop = threading.Event()
    tasks: queue.SimpleQueue[Message] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(pipe, tasks, stop, folder), daemon=True).start()
    lock = threading.Lock()  # the solver may tell of its progress on a thread of its own

    def send(message: object) -> None:
        with lock:
            pipe.send(message)

    send(READY)
    while True:
        task, packed = tasks.get()

        def tell(event: Event, key: str = task.key) -> None:
            send(Progress(key, event))

        send(Answered(task.key, bench.carry_out(task, packed, stop, tell)))


def _listen(pipe: Connection, tasks: queue.SimpleQueue[Message], stop: threading.Event, folder: Path) -> None:
    while True:
        try:
            message = pipe.recv()
        except (EOFError, OSError):  # nobody is left to work for, or to clear up
            shutil.rmtree(folder, ignore_errors=True)
            with suppress(OSError):
                folder.parent.rmdir()  # the last of the workers
            os._exit(1)
        if message == STOP:
            stop.set()
        else:
            tasks.put(message)
