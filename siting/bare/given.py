"""What a user has given so far, field by field, held against what the model reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from siting.bare.notes import Notes
from siting.bare.reads import fields_read, readers_of
from siting.errors import Faults
from siting.formulation.spec import Formulation

COLUMN_OF = {"site_unit": "unit"}  # where column and field have different names


@dataclass(frozen=True)
class Given:
    """Fields of `Instance` with the place each comes from; whatever the model has no use for is told."""

    formulation: Formulation
    faults: Faults
    notes: Notes
    fields: dict[str, Any] = field(default_factory=dict)
    source: dict[str, str] = field(default_factory=dict)

    def reads(self, *names: str) -> bool:
        """Whether the model reads one of the fields."""
        return not fields_read(self.formulation).isdisjoint(names)

    def put(self, name: str, value: Any, source: str) -> None:
        """Take over a field; one that comes twice is a fault."""
        if name in self.fields:
            self.faults.add(
                f"{name} 给了两次：{self.source[name]} 与 {source}",
                f"{name} is given twice: {self.source[name]} and {source}",
                remedy_zh="请只保留一处",
                remedy_en="keep one of them",
                column=source,
            )
            return
        self.fields[name], self.source[name] = value, source

    def wants(self, name: str, path: Path) -> bool:
        """Whether a column of a file is to be read; one that the model does not read is noted."""
        if self.reads(name):
            return True
        column, readers = COLUMN_OF.get(name, name), readers_of(name)
        zh, en = (f"（{'、'.join(readers)} 会读）", f" ({', '.join(readers)} would)") if readers else ("", "")
        self.notes.add(
            f"模型 {self.formulation.name_zh} 不读 {path.name} 的 {column} 列{zh}",
            f"the model {self.formulation.id} does not read the column {column} of {path.name}{en}",
        )
        return False

    def refuse(self, names: Iterable[str], source: str) -> None:
        """Note that the model reads none of the fields that `source` gives."""
        readers = readers_of(*names)
        zh, en = f"模型 {self.formulation.name_zh}（{self.formulation.id}）", f"the model {self.formulation.id}"
        self.faults.add(
            f"{zh}不读 {source}",
            f"{en} does not read {source}",
            remedy_zh="请去掉它" + (f"，或改用会读它的模型：{'、'.join(readers)}" if readers else ""),
            remedy_en="leave it out" + (f", or use a model that reads it: {', '.join(readers)}" if readers else ""),
            column=source,
        )

    def refuse_unread(self, options: Mapping[str, Iterable[str]]) -> None:
        """Refuse each option whose fields the model does not read."""
        for option, names in options.items():
            if not self.reads(*names):
                self.refuse(names, option)
