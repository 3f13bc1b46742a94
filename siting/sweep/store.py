"""Finished results on disk, each whole or not there at all, found again by the key of its inputs.

A run's folder is named as people call it and holds the key in `task.json`; an amount is one small file named by its
key. Several programs may work on the same folder: the first whole result of a key stands.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
import time
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siting.errors import InputError
from siting.files.run_folder import remove_remains, writing
from siting.sweep.task import Answer, Failure, Task

RECORD = "task.json"
AMOUNTS = Path(".cache") / "sweep"
REMAINS_AFTER_S = 3600.0  # writing takes seconds: what is older was left by a program that was killed


@dataclass(frozen=True)
class Result:
    """What is known of a task in the end.

    Attributes:
        record: as in `Answer`; empty where there is a failure.
        folder: of a run's outputs; None without.
        kept: whether it was taken from an earlier sweep.
        stopped: the best plan so far, of a task that was asked to stop.
    """

    task: Task
    record: Mapping[str, Any]
    seconds: float = float("nan")
    peak_mb: float = float("nan")
    where: str = ""
    folder: Path | None = None
    kept: bool = False
    stopped: bool = False
    failure: Failure | None = None


class Store:
    """The folder of a sweep."""

    def __init__(self, out: Path, name: str) -> None:
        self.folder, self._amounts = out / name, out / AMOUNTS
        for place in (self._amounts, self.folder, *(p for p in self.folder.glob("*") if p.is_dir())):
            remove_remains(place, older_than=time.time() - REMAINS_AFTER_S)

    def find(self, task: Task) -> Result | None:
        """The finished result of a task, if there is one."""
        folder = None if task.amount is not None else self.folder / task.name
        path = self._amounts / f"{task.key}.json" if folder is None else folder / RECORD
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            if said["key"] != task.key or said["stopped"]:
                return None
            return Result(
                task, said["record"], said["seconds"], said["peak_mb"], said["where"], folder=folder, kept=True
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, task: Task, answer: Answer) -> Result:
        """Write an answer, whole or not at all.

        Raises:
            InputError: it cannot be written.
        """
        if answer.failure is not None:
            return _result(task, answer, None)
        said = {
            "key": task.key,
            "name": task.name,
            "stopped": answer.stopped,
            "seconds": answer.seconds,
            "peak_mb": answer.peak_mb if answer.peak_mb == answer.peak_mb else None,
            "where": answer.where,
            "record": answer.record,
        }
        text = json.dumps(said, ensure_ascii=False, indent=1) + "\n"
        if task.amount is not None:
            if not answer.stopped:
                _write(self._amounts / f"{task.key}.json", text)
            return _result(task, answer, None)
        folder = self.folder / task.name
        try:
            with writing(folder) as place:
                with zipfile.ZipFile(io.BytesIO(answer.files)) as archive:
                    archive.extractall(place)
                (place / RECORD).write_text(text, encoding="utf-8")
        except InputError:
            there = self.find(task)
            if there is None:  # else another program was first with the same result
                raise
            return there
        return _result(task, answer, folder)


def _result(task: Task, answer: Answer, folder: Path | None) -> Result:
    return Result(
        task,
        answer.record,
        answer.seconds,
        answer.peak_mb,
        answer.where,
        folder=folder,
        stopped=answer.stopped,
        failure=answer.failure,
    )


def _write(path: Path, text: str) -> None:
    """Write a small file at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    finally:
        with suppress(OSError):
            Path(name).unlink(missing_ok=True)
