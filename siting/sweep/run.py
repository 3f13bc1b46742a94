"""A sweep from its beginning to its summary: of scenarios, of cases as they stand, of amounts of one scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from siting.errors import Faults, SitingError, fail
from siting.events import Event, Listener, silent
from siting.explore.of_scenario import About, AmountPlan, Comparison, choose_service, compare_amounts
from siting.formulation.compose import load_formulation
from siting.machine.threads import core_count
from siting.render.sweep_tables import write_summary
from siting.standards import load_service
from siting.sweep.cluster import Cluster
from siting.sweep.drive import STAGE, carry_out
from siting.sweep.inputs import Inputs, model_file, read_case, read_scenario
from siting.sweep.processes import Processes
from siting.sweep.store import Result, Store
from siting.sweep.summary import STATES, Entry, rows_of, state_of, told
from siting.sweep.task import Amount, Backend, Failure, Job, make_job
from siting.sweep.work import read_amount


@dataclass(frozen=True)
class How:
    """How a sweep is carried out, as against what is asked.

    Attributes:
        out: the folder of all results; the sweep's own are in a folder `name` of it.
        workers: processes on this machine; None: as many as there are cores.
        scheduler: address of a dask scheduler, whose workers are used in their place.
        again: compute everything anew, whatever results there are.
        areas: whether to draw service areas.
        listener: hears of every task (`siting.sweep.drive`).
    """

    out: Path
    name: str = "sweep"
    workers: int | None = None
    scheduler: str | None = None
    again: bool = False
    areas: bool = True
    listener: Listener = silent

    def begin(self, count: int) -> Backend:
        """Workers for so many tasks."""
        if self.scheduler is not None:
            return Cluster(self.scheduler)
        return Processes(min(self.workers or core_count(), count), None if self.again else self.out / ".cache")


@dataclass(frozen=True, eq=False)
class Sweep:
    """What a sweep has found.

    Attributes:
        entries: in the order in which they were asked for.
        rows: for the summary's table.
        paths: of the summary's files by name.
        interrupted: whether Ctrl-C ended it; the same sweep goes on from there.
    """

    entries: tuple[Entry, ...]
    rows: tuple[dict[str, object], ...]
    paths: dict[str, Path]
    interrupted: bool

    def count(self, state: str) -> int:
        """How many tasks ended so (`siting.sweep.summary.STATES`)."""
        return sum(state_of(entry) == state for entry in self.entries)


def sweep_scenarios(files: Sequence[Path], how: How) -> Sweep:
    """Answer every scenario as `siting run` does; what cannot be answered is told with its reason.

    Raises:
        InputError: two scenarios of one name would write the same folder, or a folder cannot be written.
        SitingError: no worker can be had.
    """
    return _sweep(files, read_scenario, how)


def sweep_cases(folders: Sequence[Path], how: How) -> Sweep:
    """Evaluate every case as it stands, as `siting gaps` does; errors as in `sweep_scenarios`."""
    return _sweep(folders, read_case, how)


def _sweep(files: Sequence[Path], read: Callable[[Path], Inputs], how: How) -> Sweep:
    entries: list[tuple[str, Job | None, Failure | None]] = []
    for file in files:
        try:
            job = make_job(read(file), areas=how.areas, keep_cache=not how.again)
        except SitingError as error:
            entries.append((str(file), None, Failure.of(error)))
        else:
            entries.append((job.task.name, job, None))
    jobs = [job for _, job, _ in entries if job is not None]
    _refuse_same_names(jobs)
    done = carry_out(jobs, how.begin, Store(how.out, how.name), again=how.again, listener=how.listener)
    _log_errors(done.results.values(), how)
    found = tuple(
        Entry(name, None, None, failure) if job is None else Entry(name, job.inputs, done.results.get(job.task.key))
        for name, job, failure in entries
    )
    rows = tuple(rows_of(found))
    folder = how.out / how.name
    try:
        paths = write_summary(rows, STATES, folder)
    except OSError as error:
        fail(
            f"无法写入汇总表（{error.strerror}）；各任务的结果都在",
            f"the summary cannot be written ({error.strerror}); the results of the tasks are kept",
            remedy_zh="请关闭正在打开的汇总表（如 Excel），再次运行同一命令",
            remedy_en="close the summary where it is open (in Excel, say) and run the same command again",
            file=folder,
        )
    return Sweep(found, rows, paths, done.interrupted)


def _log_errors(results: Iterable[Result], how: How) -> None:
    """What is known of errors of the program itself, for whoever can mend them."""
    texts = [f"{r.task.name}\n{r.failure.details}\n" for r in results if r.failure is not None and r.failure.details]
    if texts:
        path = how.out / f"{how.name}-error.log"
        path.write_text("\n".join(texts), encoding="utf-8")
        how.listener(
            Event(STAGE, "warning", f"程序内部错误的详情已写入 {path}", f"details of internal errors are in {path}")
        )


def _refuse_same_names(jobs: Sequence[Job]) -> None:
    """Two tasks must not write the same folder."""
    faults = Faults()
    by_name: dict[str, Job] = {}
    for job in jobs:
        first = by_name.setdefault(job.task.name.lower(), job)
        if first is not job:
            faults.add(
                f"与 {first.inputs.file} 的案例编号和方案编号都相同，结果会写进同一文件夹",
                f"has the case id and the scenario id of {first.inputs.file}: both would write the same folder",
                remedy_zh="请改其中一个编号（case.toml 或方案里的 id）",
                remedy_en="change one of the ids (id of case.toml, or of the scenario)",
                file=str(job.inputs.file),
                value=job.task.name,
            )
    faults.raise_if_any()


@dataclass(frozen=True, eq=False)
class Amounts:
    """What a sweep of amounts has found.

    Attributes:
        id: of the scenario.
        table: the amounts side by side, those without an answer with the reason.
        missing: how many have none.
    """

    id: str
    table: Comparison
    missing: int
    interrupted: bool


def sweep_amounts(
    file: Path,
    service: str | None,
    how: How,
    *,
    p: Sequence[int] | None = None,
    budget: Sequence[float] | None = None,
) -> Amounts:
    """The best plan for each number of new facilities, or each budget, of one service of a scenario.

    Raises:
        InputError: for anything wrong with the scenario, the case or its files.
        SitingError: no amount has an answer; or no worker can be had.
    """
    inputs = read_scenario(file)
    assert inputs.scenario is not None
    questions = {question.service: question for question in inputs.scenario.services}
    chosen = choose_service(list(questions), service)
    model = load_formulation(model_file(questions[chosen].formulation, file.parent)[0])
    about = About(inputs.case, load_service(chosen), model.objective)
    asked = [Amount(chosen, p=n) for n in sorted(set(p or ()))] + [
        Amount(chosen, budget=yuan) for yuan in sorted(set(budget or ()))
    ]
    jobs = [make_job(inputs, amount=amount, keep_cache=not how.again) for amount in asked]
    done = carry_out(jobs, how.begin, Store(how.out, how.name), again=how.again, listener=how.listener)
    _log_errors(done.results.values(), how)
    plans: list[tuple[float, AmountPlan | None]] = []
    without: dict[float, str] = {}
    failures = []
    for amount, job in zip(asked, jobs, strict=True):
        result = done.results.get(job.task.key)
        if result is None or (result.stopped and result.failure is not None):
            without[amount.value] = " ".join(STATES["open"])
        elif result.failure is not None:
            without[amount.value] = " ".join(told(result.failure))
            failures.append(result.failure)
        else:
            plans.append((amount.value, read_amount(dict(result.record))))
    if failures and not plans and not done.interrupted:
        raise failures[0].error()
    table = compare_amounts(about, plans, of_money=p is None, undecided=without)
    return Amounts(inputs.scenario.id, table, len(without), done.interrupted)
