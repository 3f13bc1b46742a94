"""Which scenarios, or cases, a sweep is of: names, files, folders, patterns and lists become files, in their order."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

from siting.case import find_case, list_cases
from siting.errors import Faults, fail
from siting.files.tables import Column, read_table
from siting.files.text import read_text
from siting.scenario import find_scenario, load_scenario
from siting.sweep.inputs import to_toml

HIDDEN = "."


def find_scenarios(words: Sequence[str]) -> list[Path]:
    """The scenarios that `words` stand for.

    A word is a name of a shipped scenario or case, a .toml file, a folder (every scenario below it), a pattern such as
    `province/*/scenarios/schools.toml`, or a .csv list with a column `scenario`.

    Raises:
        InputError: a word stands for nothing.
    """
    return _gathered(words, "scenario", _scenarios_of)


def find_cases(words: Sequence[str]) -> list[Path]:
    """The folders of the cases that `words` stand for.

    A word is a shipped case's name, a case's folder, a folder of such folders, a pattern, or a .csv list with a
    column `case`.

    Raises:
        InputError: a word stands for nothing.
    """
    return _gathered(words, "case", _cases_of)


def ask_of_cases(scenario: Path, cases: Sequence[Path], folder: Path) -> list[Path]:
    """Ask one scenario of several cases: a scenario's file for each, in `folder`, which can be run and explained alone.

    Raises:
        InputError: the scenario cannot be read, two cases' folders have the same name, or a file cannot be written.
    """
    load_scenario(scenario)
    raw = tomllib.loads(read_text(scenario))
    for question in raw["services"]:
        own = scenario.parent / question["formulation"]
        if own.suffix == ".toml" and own.is_file():
            question["formulation"] = own.resolve().as_posix()
    names = [case.resolve().name for case in cases]
    faults = Faults()
    for name in sorted({name for name in names if names.count(name) > 1}):
        faults.add(
            "两个案例的文件夹同名",
            "two cases' folders have the same name",
            remedy_zh="请改名，或分两次运行",
            remedy_en="rename one, or sweep them apart",
            column="--cases",
            value=name,
        )
    faults.raise_if_any()
    written = []
    for name, case in zip(names, cases, strict=True):
        path = folder / f"{name}.toml"
        text = f"# {scenario.name}\n" + to_toml({**raw, "case": case.resolve().as_posix()})
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                path.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            fail(f"无法写入（{error.strerror}）", f"cannot be written ({error.strerror})", file=path)
        written.append(path)
    return written


def _gathered(words: Sequence[str], column: str, find: Callable[[str], list[Path]]) -> list[Path]:
    found: dict[Path, None] = {}  # each once, in order
    for word in words:
        path = Path(word)
        if path.suffix.lower() == ".csv":
            table = read_table(path, (Column(column),))
            for cell in table[column]:
                there = path.parent / cell
                found |= dict.fromkeys(find(str(there) if there.exists() else cell))
        else:
            found |= dict.fromkeys(find(word))
    return list(found)


def _scenarios_of(word: str) -> list[Path]:
    path = Path(word)
    if not path.exists() and word in list_cases():
        path = list_cases()[word]
    if path.is_dir():
        return _some([p for p in _below(path, "*.toml") if _is_scenario(p)], word, "方案", "scenario")
    if _is_pattern(word):
        matches = _matching(word)
        below = [p for folder in matches if folder.is_dir() for p in _below(folder, "*.toml") if _is_scenario(p)]
        return _some([p for p in matches if p.suffix == ".toml" and _is_scenario(p)] + below, word, "方案", "scenario")
    return [find_scenario(word)]


def _cases_of(word: str) -> list[Path]:
    path = Path(word)
    if path.is_dir() and not (path / "case.toml").is_file():
        return _some([p.parent for p in _below(path, "case.toml")], word, "案例", "case")
    if _is_pattern(word):
        return _some([p for p in _matching(word) if (p / "case.toml").is_file()], word, "案例", "case")
    return [find_case(word)]


def _is_pattern(word: str) -> bool:
    return any(mark in word for mark in "*?[") and not Path(word).exists()


def _matching(pattern: str) -> list[Path]:
    path = Path(pattern)
    root = Path(path.anchor) if path.anchor else Path()
    return sorted(root.glob(str(path.relative_to(path.anchor) if path.anchor else path)))


def _below(folder: Path, pattern: str) -> list[Path]:
    """Files below a folder, without those in hidden folders such as a cache."""
    return sorted(
        path
        for path in folder.rglob(pattern)
        if not any(part.startswith(HIDDEN) for part in path.relative_to(folder).parts)
    )


def _is_scenario(path: Path) -> bool:
    """Whether a TOML file is meant as a scenario, though perhaps a wrong one."""
    if path.parent.name == "scenarios":
        return True
    try:
        return {"services", "case"} <= set(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (OSError, ValueError):
        return False


def _some(found: list[Path], word: str, zh: str, en: str) -> list[Path]:
    if not found:
        fail(f"这里没有任何{zh}", f"there is no {en} here", value=word)
    return found
