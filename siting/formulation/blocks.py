"""The register of building blocks: variables, constraints and objectives, each with what it needs.

A block is a function with its formula and source in the docstring. The decorators note what it needs, so that
`compose` can refuse blocks that do not fit together and the formulation pages can be written from them.

The function is the block's Pyomo form, which says what it means. Beside it a block may have an array form of the same
name in `siting.formulation.arrays`, which is what the solver is then handed.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

Kind = Literal["variable", "constraint", "objective"]
Build = TypeVar("Build", bound=Callable[..., Any])
Settle = Callable[..., Any]  # (data, decided) -> values in the order of the Pyomo variable


@dataclass(frozen=True)
class Block:
    """One building block.

    Attributes:
        symbols: variables that it uses (`x`, `y`, ...); for a variable block the one that it makes.
        reads: fields of `Instance` that it reads, beyond demand and impedance.
        uses: fields of `Instance` that it reads where they are given.
        either: fields of `Instance` of which it needs exactly one.
        requires: blocks without which it would mean nothing; of `a|b` one is enough.
        sense: of an objective, `minimize` or `maximize`.
        nearest: with it, everybody may as well go to the nearest open site, and no pair matters that is never that.
        coverage: of the impedance it reads only who lies within the standard of what.
        settle: of a variable, its best values once sites and assignment are known; None where the solver decides.
    """

    name: str
    kind: Kind
    zh: str
    build: Callable[..., Any]
    symbols: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    either: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    sense: str = ""
    nearest: bool = False
    coverage: bool = False
    settle: Settle | None = None

    @property
    def en(self) -> str:
        """The first line of the docstring."""
        return self._text().splitlines()[0]

    @property
    def formula(self) -> str:
        """LaTeX of the docstring's `Formula:`."""
        return self._entry("Formula:")

    @property
    def source(self) -> str:
        """The docstring's `Source:`."""
        return self._entry("Source:")

    @property
    def note(self) -> str:
        """The docstring's remaining text."""
        paragraphs = self._text().split("\n\n")[1:]
        kept = [p for p in paragraphs if not p.startswith(("Formula:", "Source:"))]
        return "\n\n".join(" ".join(p.split()) for p in kept)

    def _text(self) -> str:
        return inspect.getdoc(self.build) or self.name

    def _entry(self, key: str) -> str:
        for paragraph in self._text().split("\n\n"):
            if paragraph.startswith(key):
                return " ".join(paragraph.removeprefix(key).split())
        return ""


REGISTER: dict[str, Block] = {}


def variable(
    *, symbol: str, zh: str, reads: tuple[str, ...] = (), requires: tuple[str, ...] = (), settle: Settle | None = None
) -> Callable[[Build], Build]:
    """Register a function `(model, data) -> pyomo Var`; it becomes `model.<symbol>`."""
    return _register("variable", zh=zh, symbols=(symbol,), reads=reads, requires=requires, settle=settle)


def constraint(
    *,
    symbols: tuple[str, ...],
    zh: str,
    reads: tuple[str, ...] = (),
    uses: tuple[str, ...] = (),
    requires: tuple[str, ...] = (),
    nearest: bool = False,
    coverage: bool = False,
) -> Callable[[Build], Build]:
    """Register a function `(model, data) -> pyomo Constraint`; it becomes `model.<name>`."""
    facts = {"reads": reads, "uses": uses, "requires": requires, "nearest": nearest, "coverage": coverage}
    return _register("constraint", zh=zh, symbols=symbols, **facts)


def objective(
    *,
    symbols: tuple[str, ...],
    zh: str,
    sense: Literal["minimize", "maximize"],
    reads: tuple[str, ...] = (),
    uses: tuple[str, ...] = (),
    either: tuple[str, ...] = (),
    requires: tuple[str, ...] = (),
    nearest: bool = False,
    coverage: bool = False,
) -> Callable[[Build], Build]:
    """Register a function `(model, data) -> expression`."""
    facts = {
        "reads": reads,
        "uses": uses,
        "either": either,
        "requires": requires,
        "nearest": nearest,
        "coverage": coverage,
    }
    return _register("objective", zh=zh, symbols=symbols, sense=sense, **facts)


def _register(kind: Kind, **facts: Any) -> Callable[[Build], Build]:
    def decorate(build: Build) -> Build:
        name = build.__name__
        if name in REGISTER:
            raise ValueError(f"there is already a block named {name}")
        REGISTER[name] = Block(name=name, kind=kind, build=build, **facts)
        return build

    return decorate
