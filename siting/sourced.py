"""A number with where it comes from."""

from __future__ import annotations

from pydantic import Field

from siting.files.toml import Frozen


class Sourced(Frozen):
    """A number with where it comes from."""

    value: float = Field(ge=0, allow_inf_nan=False, description="the number, in the unit that its key names")
    source: str = Field(min_length=1, description="document and clause, or how it was assumed")
    verified: bool = Field(description="read on the issuing body's own page")
    note: str = ""
