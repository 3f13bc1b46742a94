"""Handing out, trying again, keeping and stopping, with workers that do as they are told."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from siting.errors import Fault, InputError
from siting.sweep.drive import MOST_ATTEMPTS, carry_out
from siting.sweep.store import Store
from siting.sweep.task import Job, Note, Told
from tests.sweep.counties import Heard, Scripted, answer, folders, jobs_of


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> list[Job]:
    return jobs_of(tmp_path_factory.mktemp("counties"), 4)


def test_a_task_that_kills_its_worker_is_tried_again_alone(jobs: list[Job], tmp_path: Path) -> None:
    backend = Scripted(2, {"county0/tiny_plan": ["die", "die", "answer"]})
    done = carry_out(jobs, lambda count: backend, Store(tmp_path, "s"), listener=(heard := Heard()))
    assert len(done.results) == 4
    assert all(result.failure is None for result in done.results.values())
    assert len(heard.warnings()) == 2
    assert backend.together[-2:] == [{"county0/tiny_plan"}] * 2
    assert backend.closed


def test_a_task_that_kills_every_worker_fails_and_stops_no_other(jobs: list[Job], tmp_path: Path) -> None:
    backend = Scripted(2, {"county1/tiny_plan": ["die"]})
    done = carry_out(jobs, lambda count: backend, Store(tmp_path, "s"), listener=(heard := Heard()))
    failed = done.results.pop(jobs[1].task.key)
    assert failed.failure is not None
    assert f"tried {MOST_ATTEMPTS} times" in failed.failure.faults[0].en
    assert heard.tasks("start").count("county1/tiny_plan") == MOST_ATTEMPTS
    assert all(result.failure is None for result in done.results.values())
    assert folders(tmp_path / "s") == [f"county{k}/tiny_plan" for k in (0, 2, 3)]


def test_inputs_that_cannot_be_sent_fail_alone(jobs: list[Job], tmp_path: Path) -> None:
    backend = Scripted(2, {"county1/tiny_plan": [InputError(Fault("坏了", "it is broken"))]})
    done = carry_out(jobs, lambda count: backend, Store(tmp_path, "s"))
    assert [result.failure is None for result in (done.results[job.task.key] for job in jobs)] == [
        True,
        False,
        True,
        True,
    ]


def test_what_has_a_result_is_not_asked_again(jobs: list[Job], tmp_path: Path) -> None:
    carry_out(jobs[:2], lambda count: Scripted(2, {}), Store(tmp_path, "s"))
    backend = Scripted(2, {})
    done = carry_out(jobs, lambda count: backend, Store(tmp_path, "s"), listener=(heard := Heard()))
    assert heard.tasks("start") == ["county2/tiny_plan", "county3/tiny_plan"]
    assert [done.results[job.task.key].kept for job in jobs] == [True, True, False, False]
    again = carry_out(jobs, lambda count: pytest.fail("no worker is needed"), Store(tmp_path, "s"))
    assert all(result.kept for result in again.results.values())
    anew = carry_out(jobs, lambda count: Scripted(2, {}), Store(tmp_path, "s"), again=True)
    assert not any(result.kept for result in anew.results.values())


def test_a_failure_is_not_kept(jobs: list[Job], tmp_path: Path) -> None:
    carry_out(jobs[:1], lambda count: Scripted(1, {"county0/tiny_plan": ["die"]}), Store(tmp_path, "s"))
    done = carry_out(jobs[:1], lambda count: Scripted(1, {}), Store(tmp_path, "s"))
    assert not done.results[jobs[0].task.key].kept


def test_ctrl_c_takes_the_best_plans_so_far_and_starts_no_more(jobs: list[Job], tmp_path: Path) -> None:
    backend = Scripted(2, {}, holding=True)

    def press(event: object) -> None:
        if len(backend.at_work) == 1 and not backend.stopped:
            signal.raise_signal(signal.SIGINT)

    done = carry_out(jobs, lambda count: backend, Store(tmp_path, "s"), listener=press)
    assert done.interrupted
    assert 1 <= len(done.results) <= 2
    assert all(result.stopped for result in done.results.values())
    assert json.loads((tmp_path / "s/county0/tiny_plan/task.json").read_text("utf-8"))["stopped"]
    again = carry_out(jobs, lambda count: Scripted(2, {}), Store(tmp_path, "s"))
    assert not any(result.kept or result.stopped for result in again.results.values())
    assert len(again.results) == 4


def test_ctrl_c_twice_gives_up(jobs: list[Job], tmp_path: Path) -> None:
    backend = Scripted(2, {}, holding=True)
    presses = 0

    class Deaf(Scripted):
        def wait(self, seconds: float) -> list[Told]:
            nonlocal presses
            presses += 1
            signal.raise_signal(signal.SIGINT)
            return []

    backend = Deaf(2, {})
    done = carry_out(jobs, lambda count: backend, Store(tmp_path, "s"))
    assert done.interrupted
    assert done.results == {}
    assert presses == 2
    assert backend.closed


def test_two_programs_may_write_the_same_result(
    jobs: list[Job], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = jobs[0].task
    mine, theirs = Store(tmp_path, "s"), Store(tmp_path, "s")
    rename = Path.rename

    def slower(self: Path, target: Path) -> Path:
        if self.name.startswith(".part-") and target.name == "tiny_plan":
            monkeypatch.setattr(Path, "rename", rename)
            theirs.keep(task, answer())  # between the check and the renaming of the first
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", slower)
    assert mine.keep(task, answer()).kept
    assert folders(tmp_path / "s") == ["county0/tiny_plan"]


def test_remains_of_a_killed_program_go_once_they_are_old(jobs: list[Job], tmp_path: Path) -> None:
    old, young = tmp_path / "s/county0/.part-old", tmp_path / "s/county0/.part-young"
    for place in (old, young):
        place.mkdir(parents=True)
    os.utime(old, (0, 0))
    Store(tmp_path, "s")
    assert young.exists()
    assert not old.exists()


def test_what_another_program_has_finished_meanwhile_is_taken(jobs: list[Job], tmp_path: Path) -> None:
    other = Store(tmp_path, "s")

    class Slow(Scripted):
        def wait(self, seconds: float) -> list[Told]:
            other.keep(jobs[3].task, answer())
            return [Note("慢", "slow"), *super().wait(seconds)]

    done = carry_out(jobs, lambda count: Slow(1, {}), Store(tmp_path, "s"), listener=(heard := Heard()))
    assert [done.results[job.task.key].kept for job in jobs] == [False, False, False, True]
    assert set(heard.warnings()) == {"slow"}
