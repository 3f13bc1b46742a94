"""A task is carried out: inputs unpacked, question answered, results packed. It touches nothing but its own folder."""

from __future__ import annotations

import io
import os
import platform
import shutil
import tempfile
import threading
import time
import traceback
import zipfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from siting.errors import Fault, SitingError
from siting.events import Event, Listener, silent
from siting.explore.of_scenario import AmountPlan, plan_for_amount
from siting.files.program import installation_hash
from siting.machine.interrupt import heeding
from siting.pipeline import evaluate_case, run_scenario, write_outputs
from siting.prepare import Asked, Settings, ask_scenario
from siting.results import RunResult
from siting.solution import Outcome, Status
from siting.sweep.inputs import unpack
from siting.sweep.peak import forget_peak, peak_mb
from siting.sweep.task import Answer, Failure, Task

BEFORE_A_PLAN = ("read", "roads", "times")  # stages that have nothing to give yet
TOLD_EVERY_S = 0.5


class _StoppedError(Exception):
    """Asked to stop before there was any plan."""


class Bench:
    """A worker's place of work: the inputs unpacked last, and what was computed from them, for the tasks that follow.

    Args:
        folder: for temporary files; the worker's own.
        cache: roads and travel times of earlier runs; None: kept within `folder`.
    """

    def __init__(self, folder: Path, cache: Path | None) -> None:
        self.folder, self.cache = folder, folder / "cache" if cache is None else cache
        self.inputs = ""
        self.file = folder
        self.asked: Asked | None = None

    def _lay(self, key: str, packed: bytes | None) -> None:
        """Have these inputs at hand, in place of those before."""
        if key == self.inputs:
            return
        assert packed is not None
        self.folder.mkdir(parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(dir=self.folder, prefix="inputs-"))
        before = self.file.parents[1] if self.inputs and self.file.is_file() else self.file.parent
        file = unpack(packed, place)
        if self.inputs:
            shutil.rmtree(before, ignore_errors=True)
        self.inputs, self.file, self.asked = key, file, None

    def carry_out(self, task: Task, packed: bytes | None, stop: threading.Event, listener: Listener = silent) -> Answer:
        """Answer a task; every failure becomes part of the answer.

        Args:
            packed: its inputs; None where they are those of the task before.
        """
        begin = time.perf_counter()
        forget_peak()
        record: dict[str, Any] = {}
        files, failure = b"", None
        try:
            _check_installation(task)
            self._lay(task.inputs, packed)
            with heeding(stop):
                heard = _heard(listener, stop)
                record, files = self._run(task, heard) if task.amount is None else self._amount(task, heard)
        except (SitingError, _StoppedError) as error:
            none_yet = Failure("SitingError", (Fault("已中断，尚无方案", "interrupted before there was a plan"),))
            failure = none_yet if isinstance(error, _StoppedError) or stop.is_set() else Failure.of(error)
        except MemoryError as error:
            fault = Fault(
                f"内存不足（{error}）".replace("（）", ""),
                "out of memory",
                "请用 --workers 减少并行的任务数",
                "run fewer tasks side by side: --workers",
            )
            failure = Failure("SitingError", (fault,))
        except Exception as error:
            fault = Fault(f"程序内部错误：{error}", f"internal error: {type(error).__name__}: {error}")
            failure = Failure("InternalError", (fault,), traceback.format_exc())
        return Answer(
            record=record,
            files=files,
            seconds=round(time.perf_counter() - begin, 3),
            peak_mb=round(peak_mb(), 1),
            where=f"{platform.node()}:{os.getpid()}",
            stopped=stop.is_set(),
            failure=failure,
        )

    def _run(self, task: Task, listener: Listener) -> tuple[dict[str, Any], bytes]:
        """The whole of `siting run`, or of `siting gaps`."""
        settings = Settings(self._cache(task), listener, service_areas=task.areas)
        if self.file.is_dir():
            result = evaluate_case(self.file, settings)
        else:
            result = _as_asked(run_scenario(self.file, settings), task)
        with tempfile.TemporaryDirectory(dir=self.folder) as place:
            folder = Path(place) / "run"
            write_outputs(result, folder, settings)
            files = pack_folder(folder)
        said: Any = result.provenance["services"]
        record = {
            "labels": [[one["label_zh"], one["label_en"]] for one in said if "label_zh" in one],
            "title_zh": result.title_zh,
            "title_en": result.title_en,
            "services": said,
            "notices": [list(notice) for notice in result.notices],
        }
        return record, files

    def _amount(self, task: Task, listener: Listener) -> tuple[dict[str, Any], bytes]:
        """One amount of a scenario's service; what comes before the model is shared by all of them."""
        assert task.amount is not None
        if self.asked is None:
            self.asked = ask_scenario(self.file, Settings(self._cache(task), listener))
        amount = task.amount
        plan = plan_for_amount(
            self.asked, amount.service, amount.value, of_money=amount.budget is not None, listener=listener
        )
        return amount_record(plan), b""

    def _cache(self, task: Task) -> Path | None:
        return self.cache if task.keep_cache else None


def amount_record(plan: AmountPlan | None) -> dict[str, Any]:
    """A plan for an amount as JSON values."""
    if plan is None:
        return {"labels": [["无可行方案", "infeasible"]], "plan": None}
    outcome = plan.outcome
    return {
        "labels": [[outcome.label_zh, outcome.label_en]],
        "plan": {"outcome": asdict(outcome), "figures": dict(plan.figures)},
    }


def read_amount(record: dict[str, Any]) -> AmountPlan | None:
    """The plan of `amount_record`."""
    plan = record["plan"]
    return None if plan is None else AmountPlan(_outcome(plan["outcome"]), plan["figures"])


def _outcome(values: dict[str, Any]) -> Outcome:
    then = tuple(_outcome(further) for further in values["then"])
    return Outcome(**{**values, "status": Status(values["status"]), "then": then})


def _check_installation(task: Task) -> None:
    if task.installation == installation_hash():
        return
    fault = Fault(
        "这台机器上安装的程序（或其标准、模型）与发出任务的机器不同",
        "the program on this machine (or its standards and models) is not that of the machine which asks",
        "请在每台机器上安装同一版本",
        "install the same version on every machine",
        value=platform.node(),
    )
    raise SitingError(fault)


def _as_asked(result: RunResult, task: Task) -> RunResult:
    """The record names the scenario's file where it lies with whoever asked, not where it was unpacked."""
    record = dict(result.provenance)
    assert isinstance(record["inputs_sha256"], dict)
    record["inputs_sha256"] = record["inputs_sha256"] | {"scenario": task.file_sha256}
    record["scenario_file"] = task.file
    return replace(result, provenance=record)


def pack_folder(folder: Path) -> bytes:
    """A folder with all that is in it as one archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder).as_posix())
    return stream.getvalue()


def _heard(listener: Listener, stop: threading.Event) -> Listener:
    """Passes on stages as they begin, and what they say at most twice a second; leaves off where asked to stop."""
    last = 0.0

    def hear(event: Event) -> None:
        nonlocal last
        if event.kind == "start" and event.stage in BEFORE_A_PLAN and stop.is_set():
            raise _StoppedError
        now = time.perf_counter()
        certain = event.kind == "start" and event.stage != "optimise"
        if certain or (event.kind == "progress" and now - last >= TOLD_EVERY_S):
            last = now
            listener(event)

    return hear
