"""A small question of stations and vehicles as a mixed-integer programme, for what the bound has left."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, diags_array, hstack, vstack

from siting.formulation.program import Program
from siting.impedance import FloatArray, IntArray
from siting.search.expected.bound import DEEP
from siting.search.expected.problem import ExpectedProblem


@dataclass(frozen=True, eq=False)
class Rest:
    """The programme of a problem.

    Attributes:
        sites: (C,) sites that take vehicles.
        depths: how many blocks of C columns come before that of the vehicles.
    """

    program: Program
    sites: IntArray
    depths: int

    def read(self, problem: ExpectedProblem, values: FloatArray) -> IntArray:
        """(J,) the vehicles of a solution."""
        vehicles, size = problem.base.copy(), self.sites.size
        vehicles[self.sites] += np.round(values[self.depths * size : (self.depths + 1) * size]).astype(np.int64)
        return vehicles

    def write(self, problem: ExpectedProblem, vehicles: IntArray) -> FloatArray:
        """The programme's columns of a plan (J,)."""
        extra = (vehicles - problem.base)[self.sites]
        parts = [np.minimum(extra, d + 1) for d in range(self.depths)]
        count, layers = problem.count(vehicles), problem.layers
        reached = _layer(layers) < np.repeat(count, layers)
        return np.concatenate([*parts, extra, reached]).astype(np.float64)


def as_program(problem: ExpectedProblem) -> Rest:
    r"""The programme over the sites that take vehicles beyond the base.

    Columns are, of each site j, m_{jd} = min(n_j, d) for d = 1, 2 ... and n_j itself; then of each class v_t, whether a
    t-th vehicle reaches it. Of d vehicles a class counts no more than the sum of m_{jd} over its sites, which tightens
    Daskin's model without a change of its plans.

    Source: Daskin (1983), Transportation Science 17(1).
    """
    sites = np.flatnonzero(problem.room > 0)
    place = np.full(problem.room.size, -1, dtype=np.int64)
    place[sites] = np.arange(sites.size)
    sets, rules, room = problem.sets, problem.rules, problem.room[sites]
    depths = min(DEEP, max(int(room.max(initial=0)) - 1, 0))
    reach = csr_array((np.ones(sets.indices.size), place[sets.indices], sets.indptr), shape=(sets.size, sites.size))
    layers = problem.layers
    owner, layer = np.repeat(np.arange(sets.size), layers), _layer(layers)
    rows = _Rows(depths + 1, sites.size, owner.size)
    for d in range(depths + 1):
        mine = np.flatnonzero(layer <= d) if d < depths else np.arange(owner.size)
        counted = csr_array((-np.ones(mine.size), (owner[mine], mine)), shape=(sets.size, owner.size))
        rows.add({d: reach}, np.zeros(sets.size), np.full(sets.size, math.inf), counted)
    one = diags_array(np.ones(sites.size), format="csr")
    nothing, any_more = np.zeros(sites.size), np.full(sites.size, math.inf)
    for d in range(depths):  # no step without the one before it
        rows.add({d + 1: one, d: -one}, nothing, any_more)
        steps = diags_array(np.maximum(room - depths, 0).astype(np.float64) if d + 1 == depths else np.ones(room.size))
        before = {d + 1: one, d: -one - steps} | ({d - 1: csr_array(steps)} if d else {})
        rows.add(before, -any_more, nothing)
    rows.add({depths: csr_array(np.ones((1, sites.size)))}, *(np.array([float(problem.spare)]),) * 2)
    fixed = rules.matrix @ rules.must
    own = csr_array(np.where(rules.free[sites], rules.matrix[:, sites], 0.0))
    rows.add({0: own}, rules.least - fixed, rules.most + rules.slack - fixed)
    upper = [*(np.minimum(room, d + 1) for d in range(depths)), room, np.ones(owner.size)]
    vehicles = (depths + 1) * sites.size
    worth = (1 - problem.busy) * problem.weight[owner] * problem.busy**layer
    program = Program(
        cost=np.concatenate([np.zeros(vehicles), -worth]),
        offset=problem.constant + float(problem.weight.sum()),
        maximise=False,
        lower=np.zeros(vehicles + owner.size),
        upper=np.concatenate(upper).astype(np.float64),
        whole=np.arange(vehicles + owner.size) < vehicles,
        matrix=csr_array(vstack(rows.blocks)),
        row_lower=np.concatenate(rows.least),
        row_upper=np.concatenate(rows.most),
    )
    return Rest(program, sites, depths)


def _layer(layers: IntArray) -> IntArray:
    """0, 1, 2 ... of each class's layers in turn."""
    return np.arange(int(layers.sum())) - np.repeat(np.cumsum(layers) - layers, layers)


class _Rows:
    """Rows over blocks of columns for the sites, and the columns of the classes."""

    def __init__(self, blocks: int, sites: int, counted: int) -> None:
        self.count, self.sites, self.counted = blocks, sites, counted
        self.blocks: list[csr_array] = []
        self.least: list[FloatArray] = []
        self.most: list[FloatArray] = []

    def add(
        self, parts: dict[int, csr_array], least: FloatArray, most: FloatArray, counted: csr_array | None = None
    ) -> None:
        none = csr_array((least.size, self.sites))
        last = csr_array((least.size, self.counted)) if counted is None else counted
        self.blocks.append(hstack([*(parts.get(d, none) for d in range(self.count)), last]))
        self.least.append(least)
        self.most.append(most)
