"""The schema of a file in `models/`: a question, its source, and the blocks that make it up.

Reads no block and needs no Pyomo, so that the independent check can use it too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field, model_validator

from siting.toml_files import Frozen

# Constraints that belong together: a file names the group, and gets them all.
GROUPS: dict[str, dict[str, tuple[str, ...]]] = {
    "site_conditions": {
        "constraints": ("keep_existing", "require_sites", "forbid_sites", "zone_minimum"),
        "optional": ("zone_maximum", "close_exactly", "replace_relocated", "differ_from_excluded"),
    },
}


@dataclass(frozen=True)
class Limit:
    """How good a plan must be by another objective: at most `value` where that is minimised, else at least."""

    objective: str
    value: float


class Formulation(Frozen):
    """One location model."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="also the file's name")
    name_zh: str
    name_en: str
    question_zh: str = Field(description="what it answers, in a planner's words")
    question_en: str
    source: str = Field(description="the paper that it comes from")
    note_zh: str = Field("", description="what a user must know besides")
    note_en: str = ""
    groups: tuple[str, ...] = Field(
        (), description="groups of constraints: `site_conditions` is all that a planner may ask of the sites"
    )
    variables: tuple[str, ...] = Field(min_length=1, description="blocks of siting/formulation/variables.py")
    objective: str = Field(description="block of siting/formulation/objectives.py")
    then: tuple[str, ...] = Field(
        (), description="further objectives, each decided among the plans that are best by all before it"
    )
    constraints: tuple[str, ...] = Field(
        min_length=1, description="blocks of siting/formulation/constraints/ that always hold"
    )
    resource: tuple[str, ...] = Field((), description="constraints of which the instance's numbers choose exactly one")
    optional: tuple[str, ...] = Field(
        (), description="constraints that hold where the instance gives the numbers for them"
    )
    procedure: Literal["", "lexicographic_minimax"] = Field(
        "", description="a sequence of solves in place of one; `objective` is that of the first"
    )

    @model_validator(mode="before")
    @classmethod
    def _with_groups(cls, raw: Any) -> Any:
        """Put the blocks of the groups in the lists that they belong to."""
        if not isinstance(raw, dict):
            return raw
        raw = dict(raw)
        for name in raw.get("groups", ()):
            if name not in GROUPS:
                raise ValueError(f"没有这个模块组：{name} | there is no such group: {name}")
            for key, blocks in GROUPS[name].items():
                listed = list(raw.get(key, ()))
                raw[key] = listed + [block for block in blocks if block not in listed]
        return raw

    @property
    def objectives(self) -> tuple[str, ...]:
        """All objectives, the most important first."""
        return (self.objective, *self.then)

    @property
    def blocks(self) -> tuple[str, ...]:
        """Every block that the file may bring in."""
        return (*self.variables, *self.objectives, *self.constraints, *self.resource, *self.optional)

    @property
    def serves_everyone(self) -> bool:
        """Whether a place that no site can serve makes it infeasible."""
        return "assign_every_demand_point" in self.constraints or self.covers_everyone

    @property
    def covers_everyone(self) -> bool:
        """Whether a place beyond the standard of every site makes it infeasible."""
        whole = {"assign_every_demand_point", "assign_within_standard"} <= set(self.constraints)
        return whole or "cover_every_demand_point" in self.constraints
