"""The schema of a file in `models/`: a question, its source, and the blocks that make it up.

Reads no block and needs no Pyomo, so that the independent check can use it too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field, model_validator

from siting.files.toml import Frozen

# Constraints that belong together: a file names the group, and gets them all.
GROUPS: dict[str, dict[str, tuple[str, ...]]] = {
    "site_conditions": {
        "constraints": ("keep_existing", "require_sites", "forbid_sites", "zone_minimum"),
        "optional": ("zone_maximum", "close_exactly", "replace_relocated", "differ_from_excluded"),
    },
}


Family = Literal["coverage", "distance", "capacity", "equity", "contiguity", "market", "uncertainty"]
FAMILIES: dict[Family, tuple[str, str]] = {
    "coverage": ("覆盖", "Coverage"),
    "distance": ("距离与费用", "Distance and cost"),
    "capacity": ("容量与规模", "Capacity and size"),
    "equity": ("公平", "Equity"),
    "contiguity": ("连片（学区）", "Contiguity"),
    "market": ("居民选择与竞争", "Choice and market"),
    "uncertainty": ("不确定性", "Uncertainty"),
}


@dataclass(frozen=True)
class Limit:
    """How good a plan must be by another objective: at most `value` where that is minimised, else at least."""

    objective: str
    value: float


class Formulation(Frozen):
    """One location model."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="编号，与文件名相同 | id, the same as the file's name")
    family: Family | None = Field(
        None, description="所属类别，只用于排列文档 | the family in which the documentation lists it"
    )
    name_zh: str = Field(description="中文名称 | name in Chinese")
    name_en: str = Field(description="英文名称 | name in English")
    question_zh: str = Field(
        description="回答什么问题，用规划人员的话 | what it answers, in a planner's words, in Chinese"
    )
    question_en: str = Field(description="同上，英文 | the same in English")
    source: str = Field(description="出处：作者、年份、期刊 | the paper that it comes from")
    note_zh: str = Field("", description="使用者还须知道的事 | what a user must know besides, in Chinese")
    note_en: str = Field("", description="同上，英文 | the same in English")
    groups: tuple[str, ...] = Field(
        (),
        description="约束组：`site_conditions` 包括规划人员可对地点提出的全部要求 | "
        "groups of constraints: `site_conditions` is all that a planner may ask of the sites",
    )
    variables: tuple[str, ...] = Field(min_length=1, description="变量模块 | blocks of siting/formulation/variables.py")
    objective: str = Field(description="目标模块，只有一个 | the one block of siting/formulation/objectives.py")
    then: tuple[str, ...] = Field(
        (),
        description="其后的目标：依次在前面各目标都最优的方案中选取 | "
        "further objectives, each decided among the plans that are best by all before it",
    )
    constraints: tuple[str, ...] = Field(
        min_length=1,
        description="始终成立的约束模块 | blocks of siting/formulation/constraints/ that always hold",
    )
    resource: tuple[str, ...] = Field(
        (),
        description="恰好取其一的约束，由给出的数据决定（如 p 或预算） | "
        "constraints of which the instance's numbers choose exactly one (such as p or a budget)",
    )
    optional: tuple[str, ...] = Field(
        (),
        description="给出数据时才成立的约束 | constraints that hold where the instance gives the numbers for them",
    )
    procedure: Literal["", "lexicographic_minimax"] = Field(
        "",
        description="以一连串求解代替一次求解；`objective` 是第一次的目标 | "
        "a sequence of solves in place of one; `objective` is that of the first",
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
