"""What may be published: the list `data/public.toml`, in which nothing is public that it does not name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from siting.files import resources
from siting.files.toml import Frozen, load_toml
from siting.render.columns import Column

Treatment = Literal["plain", "people", "money", ""]  # '': not public

_MONEY = re.compile(r"元|费|投资|造价|资金|yuan|cost|money|price", re.IGNORECASE)
FILE = "public.toml"


class Columns(Frozen):
    """Columns of a layer or a table by what is done with them."""

    plain: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    money: frozenset[str] = frozenset()

    @model_validator(mode="after")
    def _once(self) -> Columns:
        named = [*self.plain, *self.places, *self.people, *self.money]
        twice = sorted({name for name in named if named.count(name) > 1})
        if twice:
            raise ValueError(f"列出了两次：{'、'.join(twice)} | listed twice: {', '.join(twice)}")
        return self

    def treatment(self, column: Column) -> Treatment:
        """What is done with the column: money is told by its kind and its header too, people by their kind."""
        name = column.name
        if name not in self.plain | self.places | self.people | self.money:
            return ""
        if name in self.money or column.kind == "yuan" or _MONEY.search(f"{column.zh} {column.en}"):
            return "money"
        if name in self.people:
            return "people"
        return "plain" if name in self.places or column.kind != "persons" else ""


class LayerRule(Columns):
    """A layer that may be shown.

    Attributes:
        what: `facilities` of the plan and `people` are what the public is asked about; `reference` are other points,
            shown for orientation only.
        ask: internal, and only shown where it is asked for by this word.
        boundary: shows, or is cut at, administrative boundaries.
        label: column that may be written beside the symbols; '': none.
        weight: column of people with which the symbols may grow; '': none.
    """

    what: Literal["facilities", "people", "reference", "lines", "areas"]
    ask: Literal["", "candidates"] = ""
    boundary: bool = False
    label: str = ""
    weight: str = ""

    @model_validator(mode="after")
    def _areas_end_somewhere(self) -> LayerRule:
        if self.what == "areas" and "boundary" not in self.model_fields_set:
            raise ValueError("片区须写明 boundary：是否沿行政区域界线 | an area must state boundary, true or false")
        return self


class SheetRule(Columns):
    """A table that may be shown; with `notes` the program's own notes to it too."""

    notes: bool = False


class FigureRules(Frozen):
    """Figures by their Chinese names."""

    plain: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    shares: frozenset[str] = frozenset()
    money: frozenset[str] = frozenset()
    of: str = ""


class NoticeRules(Frozen):
    """Notices of the program by texts that their Chinese has, one of which is enough."""

    having: frozenset[str] = Field(frozenset(), alias="with")


class Rules(Frozen):
    """`data/public.toml`."""

    schema_version: Literal[1] = Field(1, alias="schema")
    grid_m: float = Field(ge=100, le=1000)
    least_persons: int = Field(ge=3, le=100)
    round_persons_to: int = Field(ge=5, le=100)
    layers: Mapping[str, LayerRule]
    bars: Mapping[str, Literal["all", "township"]] = {}
    sheets: Mapping[str, SheetRule]
    figures: FigureRules
    notices: NoticeRules = NoticeRules()

    @model_validator(mode="after")
    def _rounding_hides(self) -> Rules:
        if self.round_persons_to < self.least_persons:
            raise ValueError(
                "round_persons_to 不能小于 least_persons，否则相减可以推出被隐去的人数"
                " | round_persons_to must be at least least_persons, or differences give suppressed counts away"
            )
        return self

    @cached_property
    def suppressed(self) -> str:
        """What stands in place of few people."""
        return f"<{self.least_persons}"


@dataclass(frozen=True)
class Extras:
    """What the operator asks for beyond what is always public."""

    map_review_number: str = ""
    costs: bool = False
    candidates: bool = False


def load_rules(path: Path | None = None) -> Rules:
    """The list that ships with the program, or another.

    Raises:
        InputError: with everything that is wrong with it.
    """
    return load_toml(path or resources.data() / FILE, Rules)
