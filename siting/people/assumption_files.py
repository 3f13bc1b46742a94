"""Where assumptions come from: the program's own, then the case's, then files or tables that change some of them.

A later layer replaces what it names: tables are joined key by key, but a value with a source, and a list, is replaced
whole, so that no number ever keeps the source of another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from siting.files import resources
from siting.files.toml import read_toml, validate
from siting.people.assumptions import Assumptions

FILE = "people.toml"
Changes = Path | Mapping[str, Any]


@dataclass(frozen=True)
class Origin:
    """A layer of assumptions: its name, what it says, and its file where it has one."""

    name: str
    table: Mapping[str, Any]
    path: Path | None = None


@dataclass(frozen=True)
class Given:
    """Assumptions with their layers, first the program's own."""

    assumptions: Assumptions
    layers: tuple[Origin, ...]

    def origin(self, key: str) -> str:
        """The name of the last layer that says something of a key, as `Assumptions.sourced` writes it."""
        for layer in reversed(self.layers):
            if _says(layer.table, key.split(".")):
                return layer.name
        return self.layers[0].name

    @property
    def of_case(self) -> bool:
        """Whether the case has assumptions of its own."""
        return any(layer.path is not None and layer.name == FILE for layer in self.layers)

    @property
    def has_births(self) -> bool:
        """Whether births are stated."""
        return self.assumptions.births is not None


def default_file() -> Path:
    """The program's own assumptions, for cases that have none."""
    return resources.data() / FILE


def read_assumptions(folder: Path, changes: Iterable[Changes] = ()) -> Given:
    """The assumptions of the case in `folder`, with changes in order.

    Raises:
        InputError: naming every key that is unknown, missing or has a wrong value, by the file that says it.
    """
    layers = [Origin("data/people.toml", read_toml(default_file()), default_file())]
    if (folder / FILE).is_file():
        layers.append(Origin(FILE, read_toml(folder / FILE), folder / FILE))
    for number, change in enumerate(changes, start=1):
        if isinstance(change, Path):
            layers.append(Origin(change.name, read_toml(change), change))
        else:
            layers.append(Origin(f"改动 change {number}", change))
    table: dict[str, Any] = {}
    for layer in layers:
        table = _joined(table, layer.table)
        assumptions = validate(table, Assumptions, layer.path or layer.name)  # a fault is of the layer that brings it
    return Given(assumptions, tuple(layers))


def _joined(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """`new` over `old`: tables key by key, values with a source and lists whole."""
    result = dict(old)
    for key, value in new.items():
        before = old.get(key)
        if _is_group(before) and _is_group(value):
            value = _joined(before, value)
        result[key] = value
    return result


def _is_group(value: Any) -> TypeGuard[Mapping[str, Any]]:
    """Whether it is a table of values, and not one value with its source."""
    return isinstance(value, Mapping) and "source" not in value


def _says(table: Any, parts: list[str]) -> bool:
    """Whether a layer holds the key; a list is held as a whole."""
    for part in parts:
        if isinstance(table, list):
            return True
        if not isinstance(table, Mapping) or part not in table:
            return False
        table = table[part]
    return True
