"""What a search tells whoever asked for a plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance import Instance

Report = Callable[[float, float], None]  # is told (objective, bound) as they improve


@dataclass(frozen=True, eq=False)
class Known:
    """What searches of one question with other bounds of its rows, such as other budgets, tell each other.

    Attributes:
        states: (J,) each, of plans that were found: a plan of every question whose rows they keep.
        prices: by objective (I,) each, which bound the plans of every such question; a search leaves its own here.
    """

    states: list[IntArray] = field(default_factory=list)
    prices: dict[str, tuple[FloatArray, ...]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Found:
    """What a search has found. A maximised objective is told as its negative, which is minimised.

    Attributes:
        bound: no plan has a better objective; -inf where nothing is known, +inf where there is no plan.
        objective: of the best plan found; +inf without one.
        open: (J,) its sites; None without one.
        nodes: of its branch and bound.
        rest: the instance with what a better plan may still use; None where the solver need not or cannot go on.
        engine: its name for the record.
        site: (I,) site of each demand point, where that is not the nearest open one; None otherwise.
        by_clock: whether the clock has a say in what it finds.
        share: (nnz,) share of each admissible pair, where points are split; None otherwise.
        sizes: (J,) size class of each new site, -1 for none; None where the model has none.
        servers: (J,) servers at each site; None where the model places none.
    """

    bound: float
    objective: float
    open: BoolArray | None
    nodes: int
    rest: Instance | None
    engine: str
    by_clock: bool = True
    site: IntArray | None = None
    share: FloatArray | None = None
    sizes: IntArray | None = None
    servers: IntArray | None = None
