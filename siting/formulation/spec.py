"""The schema of a file in `models/`: a question, its source, and the blocks that make it up.

Reads no block and needs no Pyomo, so that the independent check can use it too.
"""

from __future__ import annotations

from pydantic import Field

from siting.toml_files import Frozen


class Formulation(Frozen):
    """One location model."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="also the file's name")
    name_zh: str
    name_en: str
    question_zh: str = Field(description="what it answers, in a planner's words")
    question_en: str
    source: str = Field(description="the paper that it comes from")
    variables: tuple[str, ...] = Field(min_length=1, description="blocks of siting/formulation/variables.py")
    objective: str = Field(description="block of siting/formulation/objectives.py")
    constraints: tuple[str, ...] = Field(
        min_length=1, description="blocks of siting/formulation/constraints.py that always hold"
    )
    resource: tuple[str, ...] = Field((), description="constraints of which the instance's numbers choose exactly one")
    optional: tuple[str, ...] = Field(
        (), description="constraints that hold where the instance gives the numbers for them"
    )

    @property
    def serves_everyone(self) -> bool:
        """Whether a place that no site can serve makes it infeasible."""
        return "assign_every_demand_point" in self.constraints or self.covers_everyone

    @property
    def covers_everyone(self) -> bool:
        """Whether a place beyond the standard of every site makes it infeasible."""
        return "cover_every_demand_point" in self.constraints
