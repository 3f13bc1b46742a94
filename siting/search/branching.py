"""Which count of sites to branch on, by what branching gained before.

Sites near each other stand in for one another, so that a relaxation opens a fraction of each, and a branch on one of
them gains little; how many of a cluster are open is a decision of its own. What a set gains is tried with a few steps
(strong branching) until enough is known of it, and then predicted from its mean gain by unit (pseudo-costs).

Source: Achterberg, Koch and Martin (2005), Operations Research Letters 33(1), reliability branching.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.search.laminar import Laminar

CERTAIN = 0.02  # a mean this near to a whole number is not branched on
RELIABLE = 3  # gains after which what is predicted of a set is trusted
MOST_TRIALS = 8  # of sets at one node
IN_VAIN = 4  # sets without a better one, after which the best is taken
LITTLE = 1e-6  # relative to the bound: added to gains, so that one of nothing does not hide the other


class Part(Protocol):
    """A part of the plans with its bound."""

    @property
    def bound(self) -> float:
        """None of its plans costs less."""


Half = TypeVar("Half", bound=Part)


@dataclass(frozen=True, eq=False)
class Gains:
    """What branching on each of K sets gained by unit of the distance to a whole number, below (0) and above (1).

    Attributes:
        total, number: (2, K) sum of the gains, and how many there were.
    """

    total: FloatArray
    number: IntArray

    @classmethod
    def of(cls, size: int) -> Gains:
        """Nothing is known."""
        return cls(np.zeros((2, size)), np.zeros((2, size), dtype=np.int64))

    def add(self, k: int, way: int, gain: float) -> None:
        """Take note of a gain by unit."""
        self.total[way, k] += gain
        self.number[way, k] += 1

    def predicted(self) -> FloatArray:
        """(2, K) the mean of each set's gains, and of all sets' for those of which nothing is known."""
        known = self.number > 0
        mean = np.divide(self.total, self.number, out=np.ones_like(self.total), where=known)
        for way in range(2):
            if known[way].any():
                mean[way, ~known[way]] = mean[way, known[way]].mean()
        return mean


def sums(sets: Laminar, value: FloatArray) -> FloatArray:
    """(K,) sum of `value` (J,) over each set."""
    placed = np.empty(value.size)
    placed[sets.place] = value
    before = np.concatenate([[0.0], np.cumsum(placed)])
    total: FloatArray = before[sets.last] - before[sets.first]
    return total


def choose_branch(
    gains: Gains,
    part: FloatArray,
    possible: BoolArray,
    *,
    bound: float,
    most: float,
    halves: Callable[[int], tuple[Half, Half]],
    stopped: Callable[[], bool],
) -> tuple[int, tuple[Half, Half] | None]:
    """The set to branch on, and its halves where they were tried; -1 where no mean is away from a whole number.

    Args:
        part: (K,) what the mean count of each set has beyond a whole number.
        possible: (K,) sets whose count may still be either.
        bound: of the node; `most`: beyond which a half is settled.
        halves: the halves of a set below and above, each with its bound raised by a few steps.
        stopped: asked between trials.
    """
    ready = possible & (np.minimum(part, 1.0 - part) > CERTAIN)
    little = LITTLE * max(abs(bound), 1e-9)
    left = max(most - bound if np.isfinite(most) else abs(bound), little)
    guess = gains.predicted() * np.stack([part, 1.0 - part])
    score = np.where(ready, np.prod(np.minimum(guess, left) + little, axis=0), -1.0)
    chosen, best, tried, vain = -1, -1.0, 0, 0
    found: tuple[Half, Half] | None = None
    for k in np.argsort(-score, kind="stable").tolist():
        if score[k] < 0 or tried == MOST_TRIALS or vain == IN_VAIN or (tried and stopped()):
            break
        trial, real = None, float(score[k])
        if gains.number[:, k].min() < RELIABLE:
            tried += 1
            trial = halves(k)
            rise = [min(max(half.bound - bound, 0.0), left) for half in trial]
            gains.add(k, 0, rise[0] / float(part[k]))
            gains.add(k, 1, rise[1] / (1.0 - float(part[k])))
            real = (rise[0] + little) * (rise[1] + little)
        vain += 1
        if real > best:
            chosen, best, found, vain = k, real, trial, 0
        if trial is not None and max(rise) >= left:
            break
    return chosen, found
