"""What a solve gives: the outcome with its certificate, the open sites, the assignment."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from siting.formulation.spec import Limit
from siting.impedance import BoolArray, FloatArray, IntArray


class Status(StrEnum):
    """How a solve ended, in this program's own words."""

    OPTIMAL = "optimal"  # proven, to the gap asked for
    TIME_LIMIT = "time_limit"  # stopped by the clock or by the user; a plan is at hand, not proven
    NODE_LIMIT = "node_limit"  # stopped after so many nodes, the same in every run; a plan is at hand, not proven
    NO_SOLUTION = "no_solution"  # stopped by a limit before any plan was found
    INFEASIBLE = "infeasible"
    ERROR = "error"


PROVEN_GAP = 1e-6  # below this relative gap an answer counts as proven optimal


@dataclass(frozen=True)
class Outcome:
    """The solver's answer and its certificate.

    Attributes:
        objective: value of the best plan, None without one.
        bound: proven bound on the objective (below it when minimising, above it when maximising).
        seconds: wall clock of the solver alone.
        then: outcomes of the formulation's further objectives, each among the plans that are best by all before it.
    """

    status: Status
    objective: float | None
    bound: float | None
    sense: str  # "minimize" or "maximize"
    seconds: float
    solver: str
    version: str
    seed: int
    threads: int
    nodes: int = 0
    then: tuple[Outcome, ...] = ()

    @property
    def gap(self) -> float | None:
        """Relative gap |objective - bound| / |objective|; None where either is unknown."""
        if self.objective is None or self.bound is None or not math.isfinite(self.bound):
            return None
        difference = abs(self.objective - self.bound)
        if difference <= 1e-9:
            return 0.0
        return difference / max(abs(self.objective), 1e-9)

    @property
    def proven(self) -> bool:
        """Whether the plan is proven optimal, by every objective."""
        return self._proven_alone and all(outcome.proven for outcome in self.then)

    @property
    def _proven_alone(self) -> bool:
        return self.gap is not None and self.gap <= PROVEN_GAP and self.objective is not None

    @property
    def label_zh(self) -> str:
        """The result's label in Chinese."""
        return self._label_of_all(0, "；第 {} 目标")

    @property
    def label_en(self) -> str:
        """The result's label in English."""
        return self._label_of_all(1, "; objective {}: ")

    def _label_of_all(self, language: int, then: str) -> str:
        """The first objective's label, and that of the first further one that is not proven."""
        text = self._label()[language]
        for number, outcome in enumerate(self.then, start=2):
            if not outcome.proven:
                return text + then.format(number) + outcome._label()[language]
        return text

    def _label(self) -> tuple[str, str]:
        if self.status is Status.INFEASIBLE:
            return "无可行方案", "infeasible"
        if self.objective is None:
            return "限时内未找到方案", "no plan found within the limit"
        if self._proven_alone:
            return "已证明最优", "proven optimal"
        if self.gap is None:
            limited = self.status is Status.TIME_LIMIT
            return ("限时求解，差距未知", "time-limited, gap unknown") if limited else ("差距未知", "gap unknown")
        percent = f"{math.ceil(self.gap * 1e4) / 1e2:g}"
        if self.status is Status.TIME_LIMIT:
            return f"限时求解，与最优相差不超过 {percent}%", f"time-limited, within {percent} % of optimal"
        return f"与最优相差不超过 {percent}%", f"within {percent} % of optimal"


@dataclass(frozen=True, eq=False)
class Assignment:
    """Shares x_ij of demand points' people that go to each site.

    Attributes:
        demand_index: (K,) row of each pair, ascending.
        site_index: (K,) column of each pair.
        share: (K,) in (0, 1]; the shares of a demand point sum to 1, or it does not appear at all.
    """

    demand_index: IntArray
    site_index: IntArray
    share: FloatArray

    @classmethod
    def nearest(cls, nearest_site: IntArray) -> Assignment:
        """Everybody to one site; -1 is left out."""
        served = np.flatnonzero(nearest_site >= 0)
        return cls(served, nearest_site[served], np.ones(served.size))


@dataclass(frozen=True, eq=False)
class Solution:
    """One plan for one instance.

    `open` holds existing and newly opened sites; `assignment` who goes where. Covered (within the standard)
    and assigned are different things: metrics tell them apart.

    Attributes:
        servers: (J,) servers at each site; None where the model places none.
        sizes: (J,) size class of each new facility, or state of each site of a plan over several periods, -1 for
            none; None where the model chooses none.
        limits: how good the plan had to be by other objectives.
        levels: of a lexicographic minimax plan: (impedance, persons who travel so far or farther), the worst first.
    """

    formulation: str
    open: BoolArray
    assignment: Assignment
    outcome: Outcome
    servers: IntArray | None = None
    sizes: IntArray | None = None
    limits: tuple[Limit, ...] = ()
    levels: tuple[tuple[float, float], ...] = ()
