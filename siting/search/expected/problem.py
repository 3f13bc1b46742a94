"""A question of stations and vehicles in bare arrays: classes of people with one set of sites each, and their loss."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from siting.impedance import BoolArray, FloatArray, IntArray
from siting.instance.coverage import Columns, Sets, first_same
from siting.machine.compiled import compiled
from siting.search.sites import SiteRules

NEGLIGIBLE = 1e-10  # share of a class's people whom further vehicles may still reach, which a bound leaves out


@dataclass(frozen=True, eq=False)
class ExpectedProblem:
    r"""Minimise constant + sum_k weight_k q^{extra_k}, where extra_k is the sum over S_k of n_j - base_j.

    n_j vehicles stand at site j: base_j at least and base_j + room_j at most where it is open, 1 at least, none where
    it is closed. All vehicles are placed: the sum of n_j - base_j is `spare`. A vehicle is busy with chance q, each by
    itself, so that q^n is the chance that n vehicles are all busy: what the vehicles that stand somewhere in every plan
    leave to the others is one more class weight.

    Attributes:
        sets: (K,) S_k, the sites within the standard of each class.
        weight: (K,) people whom no vehicle of the base reaches, as an expectation.
        constant: minus all people, and those whom no further vehicle can reach.
        busy: q, above 0 and below 1.
        spare: vehicles beyond the base.
        base: (J,) vehicles at each site of `rules.must`, 1 or more; 0 at the others.
        room: (J,) how many more may stand there.
        rules: which sites may be open together.
    """

    sets: Sets
    weight: FloatArray
    constant: float
    busy: float
    spare: int
    base: IntArray
    room: IntArray
    rules: SiteRules

    @classmethod
    def of(cls, sets: Sets, people: FloatArray, busy: float, servers: int, rules: SiteRules) -> ExpectedProblem | None:
        """The question of `servers` vehicles, of which every open site has one; None where they are too few."""
        count = rules.must.size
        free = rules.free
        if not rules.must.any() or rules.must.sum() + free.sum() > servers:
            everywhere = np.ones(count)
            rules = replace(
                rules,
                matrix=np.vstack([rules.matrix, everywhere]),
                least=np.append(rules.least, 1.0),
                most=np.append(rules.most, float(servers)),
                side=np.append(rules.side, True),
            )
        nothing = np.zeros(count, dtype=np.int64)
        whole = cls(sets, people, -float(people.sum()), busy, servers, nothing, np.full(count, servers), rules)
        return restrict(whole, rules.must, rules.may, rules.must.astype(np.int64), np.full(count, servers))

    @cached_property
    def points(self) -> Sets:
        """(J,) the classes that each site reaches."""
        return self.sets.transposed()

    @cached_property
    def layers(self) -> IntArray:
        """(K,) vehicles of each class that are worth counting: as many as may reach it, or matter at all."""
        rows = np.repeat(np.arange(self.sets.size), self.sets.lengths)
        reach = np.bincount(rows, weights=self.room[self.sets.indices], minlength=self.sets.size)
        most = max(math.ceil(math.log(NEGLIGIBLE) / math.log(self.busy)), 1)
        return np.minimum(reach, min(most, self.spare)).astype(np.int64)

    def count(self, vehicles: IntArray) -> IntArray:
        """(K,) vehicles beyond the base that reach each class, of `vehicles` (J,)."""
        return count_within(self.sets.indptr, self.sets.indices, vehicles - self.base)

    def value(self, vehicles: IntArray) -> float:
        """The objective of these vehicles (J,); that they are allowed is not asked."""
        return self.constant + float(self.weight @ self.busy ** self.count(vehicles))

    def allows(self, vehicles: IntArray) -> bool:
        """Whether these vehicles (J,), with open sites where there are any, are a plan."""
        extra, opened = vehicles - self.base, vehicles > 0
        inside = (extra >= 0) & (extra <= self.room)
        return bool(inside.all()) and int(extra.sum()) == self.spare and self.rules.allows(opened)


def restrict(
    problem: ExpectedProblem, must: BoolArray, may: BoolArray, least: IntArray, most: IntArray
) -> ExpectedProblem | None:
    """The problem with these sites open, no others than `may`, and between `least` and `most` vehicles at each.

    What is settled becomes the weight of the classes, and classes that have become the same are one. None where the
    vehicles cannot be placed so.

    Args:
        least: (J,) of the sites that must be open; those of other sites are 0 or 1 and say nothing.
        most: (J,) of every site, where it is open.
    """
    must = problem.rules.must | must
    base = np.where(must, np.maximum(np.maximum(least, problem.base), 1), 0)
    spare = problem.spare - int((base - problem.base).sum())
    room = np.where(must | (problem.rules.may & may), np.minimum(most, problem.base + problem.room) - base, 0)
    if spare < 0 or (room < 0).any() or int(room.sum()) < spare:
        return None
    room = np.minimum(room, spare)
    rules = problem.rules.fixed(must, may & (must | (room > 0)))
    reached = count_within(problem.sets.indptr, problem.sets.indices, base - problem.base)
    weight = problem.weight * problem.busy**reached
    kept = problem.sets.keep(room > 0)
    first = first_same(kept)
    total: FloatArray = np.bincount(first, weights=weight, minlength=kept.size).astype(np.float64)
    rows = np.flatnonzero((total > 0) & (kept.lengths > 0))
    constant = problem.constant + float(weight[kept.lengths == 0].sum())
    return replace(
        problem,
        sets=kept.take(rows),
        weight=total[rows],
        constant=constant,
        spare=spare,
        base=base,
        room=room,
        rules=rules,
    )


@compiled
def count_within(start: IntArray, sites: Columns, vehicles: IntArray) -> IntArray:
    """(K,) the sum of `vehicles` (J,) over each set."""
    count = np.zeros(start.size - 1, dtype=np.int64)
    for k in range(start.size - 1):
        for e in range(start[k], start[k + 1]):
            count[k] += vehicles[sites[e]]
    return count
