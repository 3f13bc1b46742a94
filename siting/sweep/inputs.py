"""Everything that an answer depends on, as content: hashed, packed, sent to where the work is done, unpacked there."""

from __future__ import annotations

import csv
import io
import json
import tomllib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from siting.case import CaseFile, Source, case_files, find_case, load_sources
from siting.errors import fail
from siting.evaluation.quality_balance import standard_file
from siting.files.cache import hash_file, hash_values
from siting.files.program import file_hash, program_hash
from siting.files.text import read_text
from siting.files.toml import load_toml
from siting.formulation.compose import list_formulations, load_formulation
from siting.scenario import Scenario, load_scenario
from siting.standards import load_service, service_folder

SCENARIO, CASE, MODELS = "scenario", "case", "models"  # folders of the pack


@dataclass(frozen=True, eq=False)
class Inputs:
    """The inputs of one scenario, or of the evaluation of one case.

    Attributes:
        key: hash of all of them: the content of the scenario, of the case's files, of the standards and models that
            are used, and of the program; where the files lie and what the folders are called does not count.
        file: the scenario's file; the case's folder for an evaluation.
        scenario: None for an evaluation.
        case: what the case is called.
        parts: file by its path in the pack.
        written: text of further files of the pack by path.
    """

    key: str
    file: Path
    scenario: Scenario | None
    case: CaseFile
    parts: Mapping[str, Path] = field(repr=False)
    written: Mapping[str, str] = field(repr=False)

    @property
    def name(self) -> str:
        """`case/scenario`, also the path of the results."""
        return f"{self.case.id}/{'gaps' if self.scenario is None else self.scenario.id}"

    @property
    def file_sha256(self) -> str:
        """Of the scenario's file as it lies there; '' for an evaluation."""
        return "" if self.scenario is None else hash_file(self.file)

    def pack(self) -> bytes:
        """All inputs as one archive.

        Raises:
            InputError: when one of them has changed since the key was made, or cannot be read.
        """
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name, path in self.parts.items():
                stored = path.suffix in (".pbf", ".gz", ".bz2")
                how = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
                archive.writestr(zipfile.ZipInfo(name), path.read_bytes(), how)
            for name, text in self.written.items():
                archive.writestr(zipfile.ZipInfo(name), text.encode(), zipfile.ZIP_DEFLATED)
        again = read_case(self.file) if self.scenario is None else read_scenario(self.file)
        if again.key != self.key:
            fail(
                "输入文件在运行期间被改动",
                "an input file was changed while the tasks ran",
                remedy_zh="请再次运行同一命令",
                remedy_en="run the same command again",
                file=self.file,
            )
        return stream.getvalue()


def unpack(packed: bytes, folder: Path) -> Path:
    """Unpack the inputs into `folder`; the scenario's file, or the case's folder for an evaluation."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        archive.extractall(folder)
    return next(iter((folder / SCENARIO).glob("*.toml")), folder / CASE)


def read_scenario(file: Path) -> Inputs:
    """The inputs of a scenario's file.

    Raises:
        InputError: when the scenario, its models, standards or case cannot be found or read.
    """
    scenario = load_scenario(file)
    raw = tomllib.loads(read_text(file))
    case, case_parts, written, facts = _case(find_case(scenario.case, file.parent))
    models: dict[str, Path] = {}
    used: list[str] = []
    asked = scenario.model_dump(mode="json", by_alias=True, exclude={"case"})
    for number, question in enumerate(scenario.services):
        model, own = model_file(question.formulation, file.parent)
        load_formulation(model if own else question.formulation)
        service = load_service(question.service)
        used += [file_hash(service_folder() / f"{service.id}.toml"), file_hash(model)]
        if own:
            name = f"{MODELS}/{number}/{model.name}"
            models[name] = model
            raw["services"][number]["formulation"] = f"../{name}"
            asked["services"][number]["formulation"] = ""  # its content counts, wherever it lies
    raw["case"] = f"../{CASE}"
    return Inputs(
        key=hash_values("run", program_hash(), asked, used, facts),
        file=file,
        scenario=scenario,
        case=case,
        parts=case_parts | models,
        written=written | {f"{SCENARIO}/{file.stem}.toml": to_toml(raw)},
    )


def read_case(folder: Path) -> Inputs:
    """The inputs of the evaluation of a case as it stands.

    Raises:
        InputError: when the case cannot be read.
    """
    case, parts, written, facts = _case(folder)
    standards = [file_hash(path) for path in (*sorted(service_folder().glob("*.toml")), standard_file())]
    key = hash_values("gaps", program_hash(), standards, facts)
    return Inputs(key=key, file=folder, scenario=None, case=case, parts=parts, written=written)


def _case(folder: Path) -> tuple[CaseFile, dict[str, Path], dict[str, str], list[object]]:
    """What the case is called, its files and its sources by their path in the pack, and all that counts in a key."""
    info = load_toml(folder / "case.toml", CaseFile)
    parts = {f"{CASE}/{path.name}": path for path in case_files(folder, info)}
    sources = load_sources(folder.resolve())
    facts: list[object] = [(name, hash_file(path)) for name, path in parts.items()]
    return info, parts, {f"{CASE}/sources.csv": _table(sources)}, [*facts, _table(sources)]


def model_file(name: str, base: Path) -> tuple[Path, bool]:
    """The file of a location model, and whether it is the user's own."""
    for own in (base / name, Path(name)):
        if own.suffix == ".toml" and own.is_file():
            return own, True
    if name not in list_formulations():
        load_formulation(name)  # says what is wrong
    return list_formulations()[name], False


def _table(sources: tuple[Source, ...]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(Source.model_fields)
    writer.writerows([getattr(source, name) for name in Source.model_fields] for source in sources)
    return stream.getvalue()


def to_toml(document: Mapping[str, Any]) -> str:
    """A parsed TOML document as TOML again, one line a key."""
    return "".join(f"{json.dumps(key, ensure_ascii=False)} = {_value(value)}\n" for key, value in document.items())


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(k, ensure_ascii=False)} = {_value(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value)
