"""Real workers: processes that are killed in mid-run, a whole program that is killed, a cluster that loses a worker."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from siting.errors import InputError, NetworkError
from siting.events import Event
from siting.files import program
from siting.sweep.cluster import Cluster
from siting.sweep.drive import carry_out
from siting.sweep.processes import Processes
from siting.sweep.store import Store
from siting.sweep.task import Backend, Job
from siting.sweep.work import Bench
from tests.cli.test_main import Capture, call
from tests.sweep.counties import Heard, InProcess, folders, jobs_of, write_county

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
ROOT = Path(__file__).parents[2]


def plans(place: Path) -> dict[str, Any]:
    """What each result says that does not depend on the worker or the clock."""
    found = {}
    for path in sorted(place.rglob("run.json")):
        services = json.loads(path.read_text("utf-8"))["services"]
        found[str(path.parent.relative_to(place))] = [{**s, "solver_seconds": 0} for s in services]
    return found


def undisturbed(jobs: list[Job], folder: Path) -> dict[str, Any]:
    """The same of tasks that are carried out one after another in this process."""
    bench, store = Bench(folder / "bench", None), Store(folder, "alone")
    for job in jobs:
        store.keep(job.task, bench.carry_out(job.task, job.inputs.pack(), threading.Event()))
    found = plans(folder / "alone")
    assert len(found) == len(jobs)
    return found


class KillsOnce(Heard):
    """Kills a process when it first hears of a task at work."""

    def __init__(self, stage: str, victims: Callable[[], list[int]]) -> None:
        super().__init__()
        self.stage, self.victims, self.killed = stage, victims, 0

    def __call__(self, event: Event) -> None:
        super().__call__(event)
        if not self.killed and event.kind == "progress" and event.data["stage"] == self.stage:
            self.killed = self.victims()[0]
            os.kill(self.killed, KILL)


def test_a_worker_killed_in_mid_run_loses_nothing(tmp_path: Path) -> None:
    jobs = jobs_of(tmp_path / "counties", 3)
    backends: list[Processes] = []

    def begin(count: int) -> Backend:
        backends.append(Processes(2))
        return backends[0]

    heard = KillsOnce("read", lambda: backends[0].process_ids)
    done = carry_out(jobs, begin, Store(tmp_path, "s"), listener=heard)
    assert heard.killed
    assert ["ended unexpectedly" in words for words in heard.warnings()] == [True]
    assert len(heard.tasks("start")) == 4  # three, and one of them twice
    assert all(r.failure is None and r.folder is not None and r.peak_mb > 0 for r in done.results.values())
    assert str(heard.killed) not in {r.where.split(":")[1] for r in done.results.values()}
    assert plans(tmp_path / "s") == undisturbed(jobs, tmp_path)


def test_a_killed_program_goes_on_where_it_was(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for k in range(3):
        write_county(tmp_path / "province", f"county{k}")
    out = tmp_path / "runs"
    words = ["sweep", str(tmp_path / "province"), "--out", str(out), "--workers", "1", "--no-areas", "--json"]
    running = subprocess.Popen(
        [sys.executable, "-m", "siting", *words], stdout=subprocess.PIPE, cwd=ROOT, text=True, encoding="utf-8"
    )
    assert running.stdout is not None
    for line in running.stdout:
        if json.loads(line)["event"] == "done":
            break
    running.kill()
    running.wait()
    running.stdout.close()
    monkeypatch.setattr("siting.sweep.run.How.begin", lambda *_: InProcess(Bench(tmp_path / "bench", None)))
    finished = folders(out / "sweep")
    assert 1 <= len(finished) < 3  # each of them whole, and nothing else
    code, printed, _ = call(capsys, *words)
    assert code == 0
    events = [json.loads(line) for line in printed.splitlines()]
    started = [event["data"]["task"] for event in events if event["event"] == "start"]
    kept = [event["data"]["task"] for event in events if event["event"] == "done" and event["data"]["kept"]]
    assert sorted(kept) == [name for name in finished if not name.startswith(".")]
    assert sorted(kept + started) == [f"county{k}/tiny_plan" for k in range(3)]
    assert events[-1]["done"] == 3
    assert len(plans(out / "sweep")) == 3


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as there:
        yield there


def test_a_cluster_that_loses_a_worker_loses_nothing(tmp_path: Path, cluster: Any) -> None:
    jobs = jobs_of(tmp_path / "counties", 4)
    with cluster.get_client() as client:
        workers = list(client.run(os.getpid).values())
        heard = KillsOnce("read", lambda: workers)
        done = carry_out(jobs, lambda count: Cluster(cluster.scheduler_address), Store(tmp_path, "s"), listener=heard)
        assert heard.killed
        assert heard.killed not in client.run(os.getpid).values()
    assert [result.failure for result in done.results.values() if result.failure is not None] == []
    assert folders(tmp_path / "s") == [f"county{k}/tiny_plan" for k in range(4)]
    assert plans(tmp_path / "s") == undisturbed(jobs, tmp_path)
    record = json.loads((tmp_path / "s/county0/tiny_plan/run.json").read_text("utf-8"))
    assert record["scenario_file"] == str(jobs[0].inputs.file.resolve())


class OtherProgram:
    """Another hash here than on the workers."""

    def __call__(self) -> str:
        return "another"

    def __reduce__(self) -> tuple[Any, ...]:
        return getattr, (program, "installation_hash")


def test_a_cluster_with_another_program_is_refused(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("siting.sweep.cluster.installation_hash", OtherProgram())
    with pytest.raises(NetworkError) as caught:
        Cluster(cluster.scheduler_address)
    assert len(caught.value.faults) >= 2  # the scheduler and whatever workers there are
    assert all("not the same" in fault.en for fault in caught.value.faults)


def test_no_scheduler_and_no_dask_are_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("siting.sweep.cluster.CONNECT_S", 0.2)
    with pytest.raises(NetworkError, match="no dask scheduler answers"):
        Cluster("tcp://127.0.0.1:9")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match="not installed") as caught:
        Cluster("tcp://127.0.0.1:9")
    assert "siting[cluster]" in caught.value.faults[0].remedy_en
