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
    one_of: tuple[str, ...] = Field((), description="constraints of which the instance's numbers choose exactly one")
    optional: tuple[str, ...] = Field(
        (), description="constraints that hold where the instance gives the numbers for them"
    )
