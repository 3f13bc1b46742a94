"""How sure a service's result is, in words."""

from __future__ import annotations

import math

from siting.render.wording import Text
from siting.solution import Outcome


def certainty(outcome: Outcome) -> Text:
    """What has been proven of the plan."""
    if outcome.proven:
        return (
            "求解器已证明：在所用数据与约束之下，没有更好的方案。",
            "The solver has proven that, with these data and constraints, no plan is better.",
        )
    if outcome.gap is not None:
        percent = f"{math.ceil(outcome.gap * 1e4) / 1e2:g}%"  # never less than it is, as in the label
        return (
            f"尚未证明最优：可能存在更好的方案，目标值最多好 {percent}。",
            f"Not proven optimal: a better plan may exist, by at most {percent} of the objective.",
        )
    return "尚未证明最优，与最优的差距未知。", "Not proven optimal; how far from it is unknown."


def objective_text(value: float | None) -> str:
    """A value of an objective; a dash for none."""
    return "—" if value is None else f"{value:,.2f}"


def gap_text(outcome: Outcome) -> str:
    """The proven gap in percent; a dash where it is not known."""
    return "—" if outcome.gap is None else f"{100 * outcome.gap:.4g}%"
