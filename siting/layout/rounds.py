"""Rounds of visits from a base: villages shared out among working days, with the least driving.

Every round begins and ends at the base and keeps two limits: its driving, and its driving with the stays in the
villages. It is the distance-constrained vehicle routing problem with as many rounds as are needed. Few villages are
solved exactly by dynamic programming over their subsets (Held and Karp 1962, for the order within a round, and the best
partition into rounds); more by the savings of Clarke and Wright (1964), which is a heuristic.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from siting.impedance import FloatArray

EXACT = 8  # villages up to which the least driving is found, and stops up to which the order of a round is
ROUNDING = 1e-9


@dataclass(frozen=True)
class Limits:
    """What a round may take: `drive_min` of driving, `day_min` of driving and of `stay_min` at each stop, minutes."""

    stay_min: float
    drive_min: float
    day_min: float

    def keeps(self, drive: float, stops: int) -> bool:
        """Whether a round of so much driving and so many stops keeps both limits."""
        return drive <= self.drive_min + ROUNDING and drive + stops * self.stay_min <= self.day_min + ROUNDING


@dataclass(frozen=True)
class Round:
    """The stops (1 .. n) in their order, the minutes of driving, and whether the limits are kept."""

    stops: tuple[int, ...]
    drive_min: float
    keeps: bool


@dataclass(frozen=True)
class Rounds:
    """All rounds of a base.

    Attributes:
        exact: whether less driving is proven to be impossible.
        unreached: stops that no road joins with the base both ways.
    """

    rounds: tuple[Round, ...]
    exact: bool
    unreached: tuple[int, ...]


def rounds_of(minutes: FloatArray, limits: Limits) -> Rounds:
    """Rounds that visit each stop once.

    A stop that lies too far for the limits has a round of its own, which does not keep them.

    Args:
        minutes: (n + 1, n + 1) of driving from row to column, +inf where there is no way; 0 is the base.
    """
    stops = range(1, len(minutes))
    out_and_back = minutes[0] + minutes[:, 0]
    unreached = tuple(i for i in stops if not np.isfinite(out_and_back[i]))
    far = [i for i in stops if np.isfinite(out_and_back[i]) and not limits.keeps(float(out_and_back[i]), 1)]
    near = [i for i in stops if np.isfinite(out_and_back[i]) and i not in far]
    exact = len(near) <= EXACT
    found = _best(minutes, near, limits) if exact else _savings(minutes, near, limits)
    rounds = [Round(order, drive, True) for order, drive in found]
    rounds += [Round((i,), float(out_and_back[i]), False) for i in far]
    return Rounds(tuple(rounds), exact, unreached)


def _best(minutes: FloatArray, stops: Sequence[int], limits: Limits) -> list[tuple[tuple[int, ...], float]]:
    """The rounds of least driving; of those with the same driving the fewest."""
    tours = {
        subset: (order, drive)
        for subset, order, drive in _tours(minutes, stops)
        if limits.keeps(drive, subset.bit_count())
    }
    best: list[tuple[float, int, int]] = [(0.0, 0, 0)]  # of each set of stops: driving, rounds, the last round
    for whole in range(1, 1 << len(stops)):
        first = whole & -whole  # the round of the first stop is one of those that hold it
        rest = whole ^ first
        part, choices = rest, []
        while True:
            if (mine := part | first) in tours:
                drive, count, _ = best[whole ^ mine]
                choices.append((drive + tours[mine][1], count + 1, mine))
            if not part:
                break
            part = (part - 1) & rest
        best.append(min(choices))
    found, whole = [], (1 << len(stops)) - 1
    while whole:
        mine = best[whole][2]
        found.append(tours[mine])
        whole ^= mine
    return found


def _tours(minutes: FloatArray, stops: Sequence[int]) -> Iterator[tuple[int, tuple[int, ...], float]]:
    """Of every set of the stops, as bits: the order of least driving from the base and back, and that driving."""
    t, n = minutes.tolist(), len(stops)
    ends: list[dict[int, tuple[float, int]]] = [{} for _ in range(1 << n)]  # by last stop: driving, the stop before
    for subset in range(1, 1 << n):
        for last in range(n):
            if not subset >> last & 1:
                continue
            before = subset ^ (1 << last)
            if before:
                ends[subset][last] = min(
                    (drive + t[stops[k]][stops[last]], k) for k, (drive, _) in ends[before].items()
                )
            else:
                ends[subset][last] = (t[0][stops[last]], -1)
        drive, last = min((drive + t[stops[k]][0], k) for k, (drive, _) in ends[subset].items())
        yield subset, tuple(stops[k] for k in _back(ends, subset, last)), drive


def _back(ends: Sequence[dict[int, tuple[float, int]]], subset: int, last: int) -> list[int]:
    order = []
    while last >= 0:
        order.append(last)
        subset, last = subset ^ (1 << last), ends[subset][last][1]
    return order[::-1]


def _savings(minutes: FloatArray, stops: Sequence[int], limits: Limits) -> list[tuple[tuple[int, ...], float]]:
    """Rounds that are joined end to begin, the largest saving first, as long as the limits are kept."""
    t = minutes.tolist()
    saved = sorted(
        ((t[i][0] + t[0][j] - t[i][j], -i, -j) for i in stops for j in stops if i != j), reverse=True
    )  # fmt: skip
    rounds = {i: [i] for i in stops}  # of each stop the round that it is in
    drives = {i: t[0][i] + t[i][0] for i in stops}  # by the first stop of a round
    for saving, i, j in ((value, -a, -b) for value, a, b in saved):
        one, other = rounds[i], rounds[j]
        if saving <= 0 or one is other or one[-1] != i or other[0] != j:
            continue
        drive = drives[one[0]] + drives[j] - saving
        if not limits.keeps(drive, len(one) + len(other)):
            continue
        drives[one[0]] = drive
        one += other
        rounds |= dict.fromkeys(other, one)
    found = [(tuple(rounds[i]), drives[i]) for i in stops if rounds[i][0] == i]
    return [_in_best_order(minutes, order, drive) for order, drive in found]


def _in_best_order(minutes: FloatArray, order: tuple[int, ...], drive: float) -> tuple[tuple[int, ...], float]:
    """A round of few stops in its best order."""
    if not 2 < len(order) <= EXACT:
        return order, drive
    *_, (_, best, least) = _tours(minutes, order)
    return (best, least) if least < drive - ROUNDING else (order, drive)
