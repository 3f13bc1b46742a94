"""The run that is to be explained: its folder, its record, and whether its inputs are still the same."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from siting.case import find_case, load_case
from siting.errors import Faults, InputError, fail, nearest_word
from siting.files.cache import hash_file
from siting.files.run_folder import RECORD_FILE
from siting.files.toml import read_toml
from siting.provenance import hash_inputs
from siting.scenario import find_scenario, list_scenarios, load_scenario


@dataclass(frozen=True, eq=False)
class Recorded:
    """A run folder, its record and its scenario file; `record` is None where the run has still to be made."""

    folder: Path
    record: dict[str, Any] | None
    scenario: Path

    def service(self, name: str) -> dict[str, Any]:
        """What the record says of one service."""
        assert self.record is not None
        found: dict[str, Any] = next(s for s in self.record["services"] if s["service"] == name)
        return found


def find_run(word: str, out: Path, scenario: Path | None = None) -> Recorded:
    """A run by its folder, or by the name or path of its scenario.

    Args:
        word: what the user wrote.
        out: where run folders lie.
        scenario: the scenario's file, where it is not where the record says.

    Raises:
        InputError: there is no such run or scenario, or the folder's record is missing or damaged.
    """
    path = Path(word)
    if path.name == RECORD_FILE and path.is_file():
        return _from_folder(path.parent, scenario)
    if path.is_dir():
        return _from_folder(path, scenario)
    if path.suffix != ".toml" and (out / word / RECORD_FILE).is_file():
        return _from_folder(out / word, scenario)
    try:
        file = find_scenario(word)
    except InputError as error:
        runs = [p.parent.name for p in sorted(out.glob(f"*/{RECORD_FILE}"))] if out.is_dir() else []
        known = [*runs, *list_scenarios(every_kind=False)]
        close = nearest_word(path.name, known) or nearest_word(word, known)
        there_zh, there_en = "、".join(known), ", ".join(known)
        raise _fault(
            "找不到这次运行或方案",
            "there is no such run or scenario",
            (f"是否想写“{close}”？" if close else "") + f"已有：{there_zh}；也可给出运行文件夹或 .toml 文件路径",
            (f"did you mean {close!r}? " if close else "") + f"there are: {there_en}; or give a folder or a .toml file",
            word,
        ) from error
    document = read_toml(file)
    if "kind" in document:
        folder = out / str(document.get("id"))
        _refuse_kind(folder if (folder / RECORD_FILE).is_file() else None, file, layout=document["kind"] == "layout")
    folder = out / load_scenario(file).id
    if (folder / RECORD_FILE).is_file():
        return Recorded(folder, read_record(folder), file)
    return Recorded(folder, None, file)


def read_record(folder: Path) -> dict[str, Any]:
    """The record of a run folder.

    Raises:
        InputError: when it is missing, damaged, or of an evaluation that made no plan.
    """
    path = folder / RECORD_FILE
    again_zh, again_en = "请重新运行该方案（siting run）", "run the scenario again (siting run)"
    if not path.is_file():
        fail(
            f"这个文件夹里没有 {RECORD_FILE}，不是完整的运行结果",
            f"the folder has no {RECORD_FILE}: it is not a whole run",
            remedy_zh=f"请给出 runs/ 下的运行文件夹，或{again_zh.removeprefix('请')}",
            remedy_en=f"give a run folder under runs/, or {again_en}",
            file=folder,
        )
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        if "label" in record and "title" in record:  # of a scenario with a kind: `siting.render.answer_folder`
            _refuse_kind(folder, path, layout=record.get("format") == "layout_plan")
        planned = record["scenario"] is not None
        complete = {"inputs_sha256", "services"} <= set(record)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _fault(
            f"运行记录已损坏（{error}）", f"the record is damaged ({error})", again_zh, again_en, file=path
        ) from error
    if not planned or not complete or not all("open" in service for service in record["services"]):
        fail(
            "这次运行没有规划方案（只评估现状），没有可解释的选址",
            "this run made no plan (an evaluation as it stands): there is nothing to explain",
            remedy_zh="请给出 siting run 的结果文件夹",
            remedy_en="give the folder of a siting run",
            file=path,
        )
    result: dict[str, Any] = record
    return result


def check_inputs(recorded: Recorded) -> None:
    """Refuse a run whose inputs have changed since: its plan would not belong to these data.

    Raises:
        InputError: naming every file that was changed, added or removed.
    """
    record, path = recorded.record, recorded.scenario
    assert record is not None
    then: dict[str, str] = record["inputs_sha256"]
    faults = Faults()
    if hash_file(path) != then.get("scenario"):
        _changed(faults, path, path, "已被改动", "was changed")
        faults.raise_if_any()  # another scenario may speak of another case
    case = load_case(find_case(load_scenario(path).case, path.parent))
    files = {f"case/{p.name}": p for p in case.input_files}
    now = hash_inputs(files)
    for name in sorted(set(now) | (set(then) - {"scenario"})):
        file = files.get(name, case.folder / name.removeprefix("case/"))
        if name not in then:
            _changed(faults, file, path, "是新增的", "was added")
        elif name not in now:
            _changed(faults, file, path, "已不在", "is gone")
        elif now[name] != then[name]:
            _changed(faults, file, path, "已被改动", "was changed")
    faults.raise_if_any()


def _changed(faults: Faults, file: Path, scenario: Path, zh: str, en: str) -> None:
    faults.add(
        f"该文件在这次运行之后{zh}，运行所得的方案不再属于这些数据",
        f"this file {en} after the run: the plan does not belong to these data",
        remedy_zh=f"请重新运行：siting run {scenario}，再解释",
        remedy_en=f"run again: siting run {scenario}, then explain",
        file=str(file),
    )


def _from_folder(folder: Path, scenario: Path | None) -> Recorded:
    record = read_record(folder)
    return Recorded(folder, record, scenario or _scenario_file(folder, record))


def _scenario_file(folder: Path, record: dict[str, Any]) -> Path:
    """The scenario's file: where the record says, or a shipped one with the same content."""
    said = record.get("scenario_file")
    wanted = record["inputs_sha256"].get("scenario")
    if said is not None and Path(said).is_file():
        return Path(said)
    for path in list_scenarios(every_kind=False).values():
        if hash_file(path) == wanted:
            return path
    fail(
        "找不到这次运行所用的方案文件",
        "the scenario's file of this run is not where it was",
        remedy_zh="请用 --scenario 给出方案文件的路径",
        remedy_en="name its path with --scenario",
        file=folder / RECORD_FILE,
        value=said or record["scenario"]["id"],
    )


def _refuse_kind(folder: Path | None, file: Path, *, layout: bool) -> NoReturn:
    """Say where the reasons of a plan stand that was made from a scenario with a kind.

    Args:
        folder: of its run; None: it has still to be made.
    """
    report = f"{'' if folder is None else f'{folder}/'}report.html"
    zh, en = f"{report} 中", f"in {report}"
    if layout:
        zh = f"{report} 的“每处决定的依据”“谁受益，谁变差”“起作用的规则”各节和 tables.xlsx 的“项目排序”等表"
        en = (
            f'in {report} under "What each decision rests on", "Who gains and who loses" and "Rules that bind", and in '
            "tables.xlsx"
        )
    fail(
        "siting explain 只解释选址方案；这是布局规划，它的依据另有说明"
        if layout
        else "siting explain 只解释选址方案；这是另一种方案",
        "siting explain is for plans of siting; the reasons of a layout plan are told elsewhere"
        if layout
        else "siting explain is for plans of siting; this is of another kind",
        remedy_zh=("" if folder else "先用 siting run 运行；") + f"依据见 {zh}",
        remedy_en=("" if folder else "run it with siting run; ") + f"they stand {en}",
        file=file,
    )


def _fault(
    zh: str, en: str, remedy_zh: str, remedy_en: str, value: object = None, file: Path | None = None
) -> InputError:
    try:
        fail(zh, en, remedy_zh=remedy_zh, remedy_en=remedy_en, value=value, file=file)
    except InputError as error:
        return error
