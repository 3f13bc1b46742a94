"""What one worker does with one task, and the amounts of a scenario side by side."""

from __future__ import annotations

import pickle
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from siting.errors import InfeasibleError, InputError
from siting.events import Event
from siting.explore.of_scenario import AmountPlan
from siting.explore.sweep import steps_of
from siting.solution import Outcome, Status
from siting.sweep.inputs import read_scenario
from siting.sweep.store import Store
from siting.sweep.task import Amount, Answer, Failure, Job, make_job
from siting.sweep.work import Bench, amount_record, read_amount
from tests.sweep.counties import write_county
from tests.tiny_case import SCENARIO


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "bench", None)


def job_of(folder: Path, scenario: str = SCENARIO, amount: Amount | None = None) -> Job:
    return make_job(read_scenario(write_county(folder, "county", scenario)), amount=amount, areas=False)


def ask(bench: Bench, job: Job) -> Answer:
    return bench.carry_out(job.task, job.inputs.pack(), threading.Event())


def test_the_answer_is_the_whole_run_folder(bench: Bench, tmp_path: Path) -> None:
    job = job_of(tmp_path)
    result = Store(tmp_path / "runs", "s").keep(job.task, ask(bench, job))
    assert result.folder is not None
    assert {"map.html", "report.html", "tables.xlsx", "plan.gpkg", "run.json", "task.json"} <= {
        path.name for path in result.folder.iterdir()
    }
    assert result.record["labels"] == [["已证明最优", "proven optimal"]] * 2


def test_a_worker_keeps_no_inputs_but_the_last(bench: Bench, tmp_path: Path) -> None:
    amounts = [job_of(tmp_path / str(k), amount=Amount("primary_school", p=1)) for k in range(2)]
    other = job_of(tmp_path / "o", SCENARIO.replace("小镇方案", "另一方案"), Amount("primary_school", p=1))
    for job in (*amounts, other):
        assert ask(bench, job).failure is None
        assert len(list(bench.folder.glob("inputs-*"))) == 1
    assert bench.inputs == other.task.inputs
    again = bench.carry_out(other.task, None, threading.Event())  # the inputs are there
    assert again.record["plan"]["figures"] == ask(bench, other).record["plan"]["figures"]


def test_errors_come_back_as_they_were(bench: Bench, tmp_path: Path) -> None:
    far = SCENARIO.replace("new = 1\n\n", "new = 1\nmax_travel_minutes = 1\n\n")
    answer = pickle.loads(pickle.dumps(ask(bench, job_of(tmp_path, far))))
    assert answer.failure.kind == "InputError"
    with pytest.raises(InputError) as caught:
        raise answer.failure.error()
    assert caught.value.faults == answer.failure.faults
    assert answer.files == b""


def test_an_error_of_the_program_is_told_with_its_place(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siting.sweep.work.run_scenario", lambda *_: 1 / 0)
    failure = ask(bench, job_of(tmp_path)).failure
    assert failure is not None
    assert failure.kind == "InternalError"
    assert "ZeroDivisionError" in failure.details


def test_another_installation_is_refused(bench: Bench, tmp_path: Path) -> None:
    job = job_of(tmp_path)
    failure = ask(bench, replace(job, task=replace(job.task, installation="another"))).failure
    assert failure is not None
    assert "install the same version" in failure.faults[0].remedy_en


def test_asked_to_stop_before_a_plan_there_is_none(bench: Bench, tmp_path: Path) -> None:
    job, stop = job_of(tmp_path), threading.Event()
    stop.set()
    answer = bench.carry_out(job.task, job.inputs.pack(), stop)
    assert answer.stopped
    assert answer.failure is not None
    assert "before there was a plan" in answer.failure.faults[0].en


def test_asked_to_stop_in_mid_run_the_plan_so_far_is_given(bench: Bench, tmp_path: Path) -> None:
    job, stop = job_of(tmp_path), threading.Event()

    def press(event: Event) -> None:
        if event.stage == "solve":
            stop.set()

    answer = bench.carry_out(job.task, job.inputs.pack(), stop, press)
    assert answer.stopped
    assert answer.failure is None
    result = Store(tmp_path / "runs", "s").keep(job.task, answer)
    assert result.folder is not None
    assert Store(tmp_path / "runs", "s").find(job.task) is None  # not what was asked for: to be done again


def outcome(objective: float, bound: float, sense: str = "maximize") -> Outcome:
    status = Status.OPTIMAL if objective == bound else Status.TIME_LIMIT
    return Outcome(status, objective, bound, sense, 1.0, "s", "1", 0, 1)


def test_a_plan_of_a_smaller_budget_stands_for_a_larger_one() -> None:
    plans = [
        (1.0, AmountPlan(outcome(5, 5), {"sites": "a"})),
        (2.0, AmountPlan(outcome(4, 9), {"sites": "b"})),
        (3.0, None),
        (4.0, AmountPlan(outcome(8, 8), {"sites": "c"})),
    ]
    steps = steps_of(plans, of_money=True)
    kept = steps[1].solution
    assert kept is not None
    assert (kept.figures["sites"], kept.outcome.objective, kept.outcome.bound) == ("a", 5, 9)
    assert kept.outcome.status is Status.TIME_LIMIT
    assert [step.gain for step in steps] == [None, 0, None, 3]
    by_number = steps_of(plans, of_money=False)[1].solution  # exactly p: fewer are no plan for more
    assert by_number is not None
    assert by_number.figures["sites"] == "b"


def test_an_amount_is_written_and_read_again(bench: Bench, tmp_path: Path) -> None:
    job = job_of(tmp_path, amount=Amount("primary_school", p=2))
    store = Store(tmp_path / "runs", "s")
    store.keep(job.task, ask(bench, job))
    found = store.find(job.task)
    assert found is not None
    plan = read_amount(dict(found.record))
    assert plan is not None
    assert plan.outcome.proven
    assert plan.figures["new"] == 2
    assert read_amount(amount_record(None)) is None
    then = AmountPlan(replace(plan.outcome, then=(plan.outcome,)), {})
    again = read_amount(amount_record(then))
    assert again is not None
    assert again.outcome == then.outcome


def test_an_infeasible_amount_is_an_answer(bench: Bench, tmp_path: Path) -> None:
    full = SCENARIO.replace('"p_median"', '"capacitated_p_median"\nnew_capacity_persons = 11')
    answer = ask(bench, job_of(tmp_path, full, Amount("primary_school", p=1)))
    assert answer.failure is None
    assert answer.record["plan"] is None


def test_a_kind_of_error_that_is_no_word_of_the_program_counts_as_its_nearest() -> None:
    class SpecialError(InfeasibleError):
        pass

    assert Failure.of(SpecialError(())).kind == "InfeasibleError"
